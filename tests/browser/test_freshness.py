"""Test that whatever editors change, the next answer of each page is new: of two processes, and of nginx in front."""

import json
import subprocess
import sys

import pytest

from tests.proxy import NGINX, Proxy

from .conftest import PRODUCTION
from .demo import copy_demo
from .freshness import HOST, STEPS
from .server import ROOT, Site

pytestmark = pytest.mark.skipif(not NGINX, reason="nginx is not installed")


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Take all steps on a site of its own. Return what was found at each."""
    folder = tmp_path_factory.mktemp("fresh")
    copy_demo(folder)
    demo = Site(folder, name="fresh")
    demo.prepare()
    settings = PRODUCTION | {
        "DATABASE_URL": demo.environment["DATABASE_URL"],
        "EMAIL_URL": "smtp://127.0.0.1:9",
        "SITE_URL": f"http://{HOST}",
        "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
    }
    with Site(folder, name="production", web="web", **settings) as site:
        (folder / "nginx/log").mkdir(parents=True)
        (folder / "nginx/var").symlink_to(folder)
        with Proxy(folder / "nginx", site.port).running() as proxy:
            command = [sys.executable, "-m", "tests.browser.freshness", str(site.port), str(proxy.port)]
            done = subprocess.run(command, cwd=ROOT, env=site.environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-4000:]
    return {found["step"]: found for found in map(json.loads, done.stdout.splitlines())}


def test_pages_are_the_same_while_nothing_changes(report):
    assert report["nothing"] == {"step": "nothing", "changed": [], "old": [], "old_in_proxy": []}


@pytest.mark.parametrize("step", STEPS)
def test_next_answer_is_new(report, step):
    found = report[step]
    assert found["changed"]
    assert found["old"] == []
    assert found["old_in_proxy"] == []
