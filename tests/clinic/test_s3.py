"""Store media in S3, and show pages while it is away."""

import json
import threading
from contextlib import contextmanager
from unittest.mock import patch

import pytest
import requests
from botocore.exceptions import EndpointConnectionError
from botocore.httpsession import URLLib3Session
from django.conf import settings as configured
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.urls import reverse
from wagtail.documents.models import Document

from clinic.caching.version import renew
from clinic.media import s3
from clinic.middleware import ADMIN_POLICY, PUBLIC_POLICY
from clinic.models import ClinicRendition
from tests.browser.server import free_port
from tests.clinic import hostile_files as files
from tests.clinic.test_blocks import make_photo

with_s3 = pytest.mark.skipif(not configured.S3, reason="needs a server: python -m tests.s3 make test")


@contextmanager
def s3_away():
    """Store media in S3, which refuses every connection."""
    endpoint = f"http://127.0.0.1:{free_port()}"
    keys = {"access_key": "key", "secret_key": "secret", "region_name": "us-east-1", "location": ""}
    buckets = {"private_bucket": "private", "public_bucket": "public", "public_url": f"{endpoint}/public"}
    backends = {"default": "clinic.media.s3.PrivateStorage", "renditions": "clinic.media.s3.PublicStorage"}
    chosen = configured.STORAGES | {alias: {"BACKEND": backend} for alias, backend in backends.items()}
    rendition = ClinicRendition._meta.get_field("file")
    with (
        override_settings(S3={"endpoint_url": endpoint, **keys, **buckets}, STORAGES=chosen),
        patch.object(rendition, "storage", s3.PublicStorage()),
        patch.object(s3.pause, "until", 0),
        patch.object(s3.pause, "silent_until", 0),
    ):
        yield


@pytest.fixture
def away():
    with s3_away():
        yield


@pytest.fixture
def page(home):
    home.hero_image = make_photo("hero")
    home.save()
    return home


@pytest.fixture
def document(db):
    return Document.objects.create(title="Care", file=ContentFile(files.pdf(), name="care.pdf"))


def test_page_leaves_its_pictures_out_and_logs_once(client, page, away, caplog):
    for _ in range(2):
        response = client.get(page.url)
        assert response.status_code == 200
        assert b"<picture" not in response.content
    assert [record.name for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == ["clinic.media.s3"]


def test_pictures_are_back_with_the_next_version(client, page):
    """Parts of pages stay cached for an hour without them."""
    with s3_away():
        assert b"<picture" not in client.get(page.url).content
    renew()
    assert b"<picture" in client.get(page.url).content


def test_storage_that_failed_is_left_alone_for_a_while(away, monkeypatch):
    asked = []

    def refuse(_session, request):
        asked.append(request.url)
        raise EndpointConnectionError(endpoint_url=request.url)

    monkeypatch.setattr(URLLib3Session, "send", refuse)
    for _ in range(5):
        with pytest.raises(OSError, match="storage of the media"):
            storages["default"].exists("a")
    assert 0 < len(asked) <= 2, "one attempt and one more"


def test_document_of_a_storage_that_is_away_is_503(client, document):
    client.raise_request_exception = False
    with s3_away():
        assert client.get(document.url).status_code == 503


def test_upload_to_a_storage_that_is_away_is_503(admin_client, home, away):
    admin_client.raise_request_exception = False
    upload = {"title": "a", "file": SimpleUploadedFile("a.pdf", files.pdf()), "collection": 1}
    assert admin_client.post(reverse("wagtaildocs:add"), upload).status_code == 503
    assert not Document.objects.exists()


@pytest.mark.parametrize("alias", ["default", "renditions"])
def test_task_that_deletes_a_file_gets_no_keys(away, alias):
    assert json.dumps(storages[alias].deconstruct()).endswith('Storage", [], {}]')


@with_s3
@pytest.mark.parametrize("alias", ["default", "renditions"])
def test_no_machine_overwrites_the_file_of_another(alias):
    storage, names = storages[alias], []
    # Each finds the name free, as machines do that look at the same moment.
    save = lambda: names.append(storage._save("race.png", ContentFile(b"a")))  # noqa: E731
    threads = [threading.Thread(target=save) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == 4


@with_s3
def test_only_renditions_are_public(db):
    photo = make_photo("top")
    rendition = photo.get_rendition("width-40|format-avif")
    answer = requests.get(rendition.url, timeout=10)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/avif"
    assert "max-age" in answer.headers["Cache-Control"]
    for url in (photo.file.url.partition("?")[0], rendition.url.replace(rendition.file.name, photo.file.name)):
        assert requests.get(url, timeout=10).status_code in (403, 404)


@with_s3
@pytest.mark.parametrize("policy", [PUBLIC_POLICY, ADMIN_POLICY])
def test_policy_allows_pictures_of_the_storage(settings, policy):
    images = next(part for part in policy.split("; ") if part.startswith("img-src"))
    assert settings.S3["public_origin"] in images
    assert policy.count(settings.S3["public_origin"]) == 1


@with_s3
def test_picture_that_is_there_is_asked_for_once(monkeypatch):
    storage = storages["renditions"]
    storage.save("images/there.png", ContentFile(b"a"))
    assert storage.exists("images/there.png")
    monkeypatch.setattr(s3.S3Storage, "exists", lambda *args: pytest.fail("asked again"))
    assert storage.exists("images/there.png")
    storage.delete("images/there.png")
    monkeypatch.undo()
    assert not storage.exists("images/there.png")
