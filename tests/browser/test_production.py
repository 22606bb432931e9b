"""Check what ``make serve`` starts.

It is gunicorn and the worker, with production settings.
"""

import json
import re
import time
import urllib.error
import urllib.request
from urllib.parse import urljoin

import pytest

from .server import Site
from .test_public_pages import violations


def get(site, path):
    try:
        with urllib.request.urlopen(site.url + path, timeout=20) as answer:  # noqa: S310
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def test_pages_and_hashed_static_files_are_served(production):
    status, headers, html = get(production, "/")
    assert status == 200
    assert "Server" not in headers or "Python" not in headers["Server"]
    names = [part for part in html.split('"') if part.startswith("/static/clinic/")]
    for name in ("fonts/newsreader-accents", "fonts/newsreader", "js/hours"):
        (file,) = {part for part in names if part.startswith(f"/static/clinic/{name}.")}
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", file)
        with urllib.request.urlopen(production.url + file, timeout=20) as answer:  # noqa: S310
            assert "immutable" in answer.headers["Cache-Control"]


def test_pictures_are_served(production):
    html = get(production, "/")[2]
    address = urljoin(production.url, re.search(r'<img [^>]*src="([^"]+\.jpg)"', html)[1])
    with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310
        assert answer.headers["Content-Type"] == "image/jpeg"


def test_unknown_address_shows_the_sites_own_page(production):
    status, _headers, html = get(production, "/no-such-page/")
    assert status == 404
    assert "This page is not here" in html


def test_not_found_page_is_accessible(production, chromium):
    page = chromium.new_page(base_url=production.url, reduced_motion="reduce")
    page.goto("/no-such-page/")
    assert violations(page) == []
    page.close()


def test_hanging_email_server_slows_no_page(production):
    started = time.monotonic()
    assert get(production, "/healthz")[0] == 200
    assert get(production, "/consultation/")[0] == 200
    assert time.monotonic() - started < 5


def test_readyz_hears_the_worker(production):
    end = time.monotonic() + 20
    while get(production, "/readyz")[0] != 200 and time.monotonic() < end:
        time.sleep(0.5)
    status, headers, text = get(production, "/readyz")
    assert status == 200, text
    assert json.loads(text)["worker"] == "ok"
    assert "no-store" in headers["Cache-Control"]


def test_missing_variables_stop_the_start_and_are_named(tmp_path):
    site = Site(tmp_path, name="missing", web="web")
    with pytest.raises(RuntimeError, match="SECRET_KEY, ALLOWED_HOSTS, EMAIL_URL, DEFAULT_FROM_EMAIL"):
        site.prepare()
