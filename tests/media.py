"""Fetch and break files of the media, wherever they are stored: in folders, or in S3 with ``S3_URL``."""

from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpResponse


def fetch(client, url: str) -> HttpResponse:
    """Return the answer at the address of a rendition."""
    if settings.S3:
        assert url.startswith(f"{settings.S3['public_url']}/")
        answer = requests.get(url, timeout=10)
        headers = {name: answer.headers[name] for name in ("Content-Type", "Cache-Control") if name in answer.headers}
        return HttpResponse(answer.content, status=answer.status_code, headers=headers)
    answer = client.get(urlsplit(url).path)
    return HttpResponse(b"".join(answer), status=answer.status_code, headers=dict(answer.headers))


def list_files(folder: str) -> set[str]:
    """Return the names of the private files in a folder."""
    try:
        return set(default_storage.listdir(folder)[1])
    except FileNotFoundError:
        return set()


def replace(file, content: bytes | None, name: str | None = None) -> None:
    """Store other content under the name of a file or another one, or nothing."""
    name = name or file.name
    file.storage.delete(file.name)
    if content is not None:
        assert file.storage.save(name, ContentFile(content)) == name
