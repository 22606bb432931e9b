"""Share what the load tests need.

It is a database with the demo clinic, a production site on it, and a visitor's browser.
"""

import http.cookiejar
import os
import re
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.server import Site

READING = 3.2  # seconds: the form refuses anything faster than three
SETTLING = 5  # seconds: the worker is still starting when the first page is there
HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|token|days_from)"[^>]*value="([^"]*)"')
REFERENCE = re.compile(r'receipt__reference">([0-9A-Z]{8})<')
SETTINGS = {
    "SECRET_KEY": "a-secret-for-one-load-test-that-is-long-enough-and-0123456789-different",
    "ALLOWED_HOSTS": "127.0.0.1",
    "DEFAULT_FROM_EMAIL": "clinic@example.com",
    "EMAIL_URL": "smtp://127.0.0.1:9",  # nothing listens there, so email cannot slow a page
    "HTTPS": "False",
    "SECOND_FACTOR_REQUIRED": "False",  # the desk's sessions are made without signing in
}


class Visitor:
    """Ask as a browser with cookies of its own does, and measure each answer."""

    def __init__(self, url: str):
        self.url = url
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.seconds: list[float] = []

    def ask(self, path: str, data: dict[str, str] | None = None) -> tuple[str, str]:
        """Return the page after all redirects, and its path."""
        body = urllib.parse.urlencode(data).encode() if data else None
        headers = {"Origin": self.url, "Referer": self.url + path}
        started = time.monotonic()
        request = urllib.request.Request(self.url + path, body, headers)  # noqa: S310 our own address
        try:
            with self.opener.open(request, timeout=60) as answer:
                page = answer.read().decode()
        finally:
            self.seconds.append(time.monotonic() - started)
        return page, urllib.parse.urlsplit(answer.url).path


def hidden_fields(page: str) -> dict[str, str]:
    return dict(HIDDEN.findall(page))


@contextmanager
def demo_clinic(name: str) -> Iterator[Site]:
    """Prepare a site with the demo in its database, and do not start it."""
    with tempfile.TemporaryDirectory() as folder:
        demo = Site(Path(folder), name=name)
        demo.prepare()
        os.environ.update(demo.environment | {"DEFAULT_FROM_EMAIL": SETTINGS["DEFAULT_FROM_EMAIL"]})
        import django

        django.setup()
        yield demo


def production(demo: Site, **environment: str) -> Site:
    """Return a site with production settings on the demo's database."""
    database = {"DATABASE_URL": demo.environment["DATABASE_URL"]}
    return Site(demo.folder, name="production", web="web", **SETTINGS | database | environment)


@contextmanager
def database() -> Iterator[None]:
    """Close all connections of this process afterwards.

    A server that was killed must find SQLite's file without any other reader.
    """
    from django.db import connections

    try:
        yield
    finally:
        connections.close_all()
