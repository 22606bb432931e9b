import pytest
from django.core.cache import cache
from PIL import Image

from clinic.demo import load
from clinic.management.commands import run_worker
from tests import factories


@pytest.fixture
def demo(db, tmp_path, monkeypatch):
    """Load the demo with small gray pictures, and without requests."""
    # The worker closes it after each job.
    monkeypatch.setattr(run_worker, "close_old_connections", lambda: None)
    for file in load.IMAGES.iterdir():
        Image.new("RGB", (64, 48), "#777").save(tmp_path / file.name)
    monkeypatch.setattr(load, "IMAGES", tmp_path)
    factories.remove_home()
    load.load(lambda line: None, with_users=True, with_requests=False)
    cache.clear()
