"""Keep whole pages that are the same for every visitor, and answer with them before Django sees the request.

A page is kept for one content version: once there is a new one, no process on any machine asks for it again. Whoever
has the page already is answered from the version alone. See docs/decisions/0042-whole-pages.md.
"""

import gzip
import logging
import re
import time
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any, NamedTuple

import brotli
from django.conf import settings
from django.core.cache import cache
from django.db import close_old_connections

from clinic.site.outage import OUTAGES

from .reads import count_read
from .version import version_in

# Addresses that need no look at the version. Health checks may not even need a database.
OTHERS = re.compile(r"/(account|admin|consultation|documents|healthz|media|readyz|search|static|_util)(/|$)")
PAGING = re.compile(r"page=[1-9]\d{0,3}")
# What advertisements and newsletters add to an address. No page reads it.
TRACKING = re.compile(r"(utm_\w+|gclid|gbraid|wbraid|gad_source|gad_campaignid|fbclid|msclkid|ttclid|mc_[ce]id)(=|$)")
# A visitor with one of these cookies may get a page of their own.
PERSONAL = re.compile(rf"(^|;\s*)({re.escape(settings.SESSION_COOKIE_NAME)}|messages)\s*=")
# Browsers ask each time. The proxy hands the page out for the rest of the second, for one second more while it asks,
# and for an hour while the site is away.
CACHE_CONTROL = "max-age=0, s-maxage=1, stale-while-revalidate=1, stale-if-error=3600"
# nginx keeps what this header allows, and nothing else. It stands after Cache-Control: nginx 1.22 reads how long an old
# page may be shown only before it knows this one.
ACCEL = "X-Accel-Expires"
OUTAGE = "clinic.outage"  # among the WSGI variables: the database did not say which version there is
WARMING = "clinic.warming"  # the same: the request is nobody's
RECENT = 200  # pages that each process remembers, which take some megabytes
ENCODING = re.compile(r"\b(br|gzip)\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)
# Brotli makes a page a seventh smaller than gzip does, and takes 20 ms: then one with its style fits into the first ten
# packets of a connection. What nobody gets twice is compressed in a millisecond, and so is what is large.
QUALITY, FAST_QUALITY, LARGE = 10, 5, 150_000

logger = logging.getLogger(__name__)


class Asked(NamedTuple):
    """Hold what a kept page is found by. ``is_exact`` is false where the address has more than the page reads."""

    digest: str
    url: str
    is_exact: bool


class Kept(NamedTuple):
    """Hold a page, compressed in each way, and its headers. Times are seconds since 1970."""

    headers: list[tuple[str, str]]
    bodies: dict[str, bytes]
    made: int
    ends: int


_recent: dict[str, Kept] = {}  # entries of old versions are pushed out by the new ones


class PageCache:
    """Answer from the cache what can be, and leave the rest to the application."""

    def __init__(self, application: Callable):
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        answer = None
        try:
            answer = find(environ)
        except OUTAGES as error:
            environ[OUTAGE] = error
        except Exception:
            logger.exception("The site answers without its kept pages")
        if answer is None:
            return self.application(environ, start_response)
        close_old_connections()  # as Django does at the end of each request that it sees
        status, headers, body = answer
        start_response(status, headers)
        return [body] if environ["REQUEST_METHOD"] == "GET" else []


def read(environ: dict[str, Any]) -> Asked | None:
    """Return what is asked for, or None if the answer may be for this visitor alone."""
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or OTHERS.match(environ["PATH_INFO"]):
        return None
    if is_personal(environ):
        return None
    if "?" in environ["PATH_INFO"]:  # it came as %3F, and the key tells it from the query no more
        return None
    query = environ.get("QUERY_STRING", "")
    pairs = [pair for pair in query.split("&") if pair and not TRACKING.match(pair)] if query else []
    if len(pairs) > 1 or not all(map(PAGING.fullmatch, pairs)):
        return None
    scheme = environ.get("HTTP_X_FORWARDED_PROTO") or environ["wsgi.url_scheme"]
    url = "?".join([f"{scheme}://{environ.get('HTTP_HOST', '')}{environ['PATH_INFO']}", *pairs])
    digest = blake2b(f"{version_in(environ)} {url}".encode(errors="replace"), digest_size=12).hexdigest()
    return Asked(digest, url, query == "".join(pairs))


def is_personal(environ: dict[str, Any]) -> bool:
    """Return whether Django may see a cookie that makes the page the visitor's own.

    Django reads the header as UTF-8, and takes more characters for spaces than ASCII has: such a header is personal.
    """
    cookies = environ.get("HTTP_COOKIE", "")
    return bool(PERSONAL.search(cookies)) or not cookies.isascii()


def find(environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes] | None:
    """Return status, headers and body if nothing has to be rendered for them."""
    asked = read(environ)
    if asked is None:
        return None
    now = time.time()
    accel = (ACCEL, f"@{int(now)}" if asked.is_exact else "0")
    if tags := environ.get("HTTP_IF_NONE_MATCH"):
        for ends in re.findall(f'"{asked.digest}-([0-9a-f]{{8}})"', tags):
            if int(ends, 16) > now:
                tag = make_tag(asked, int(ends, 16))
                return "304 Not Modified", [("ETag", tag), ("Cache-Control", CACHE_CONTROL), accel], b""
    kept = _recent.get(asked.digest) or remember(asked, cache.get(f"page:{asked.digest}"))
    if kept is None or kept.ends <= now:
        return None
    if WARMING not in environ:
        count_read(asked.url)
    encoding = choose_encoding(environ)
    body = kept.bodies[encoding] if encoding else gzip.decompress(kept.bodies["gzip"])
    headers = [*kept.headers, ("Content-Length", str(len(body))), ("Age", str(max(0, int(now) - kept.made))), accel]
    return "200 OK", [*headers, ("Content-Encoding", encoding)] if encoding else headers, body


def choose_encoding(environ: dict[str, Any]) -> str:
    """Return "br", "gzip", or "" for a client that reads neither."""
    accepted = {name.lower() for name in ENCODING.findall(environ.get("HTTP_ACCEPT_ENCODING", ""))}
    return "br" if "br" in accepted else "gzip" if accepted else ""


def compress(body: bytes) -> dict[str, bytes]:
    quality = QUALITY if len(body) < LARGE else FAST_QUALITY
    return {"br": brotli.compress(body, quality=quality), "gzip": gzip.compress(body, mtime=0)}


def remember(asked: Asked, kept: Kept | None) -> Kept | None:
    """Keep the page in this process as well. Its key has the version, so it is never an old one."""
    if kept:
        _recent[asked.digest] = kept
        for oldest in list(_recent)[:-RECENT]:
            _recent.pop(oldest, None)
    return kept


def make_tag(asked: Asked, ends: int) -> str:
    return f'W/"{asked.digest}-{ends:08x}"'
