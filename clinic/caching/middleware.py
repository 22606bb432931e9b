import re
import time

import brotli
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import ResponseHeaders
from django.utils.cache import patch_vary_headers
from wagtail.models import Site

from clinic.media.away import was_away_since
from clinic.site.outage import OUTAGES

from .pages import (
    ACCEL,
    CACHE_CONTROL,
    FAST_QUALITY,
    OUTAGE,
    Asked,
    Kept,
    choose_encoding,
    compress,
    make_tag,
    read,
    remember,
)
from .version import CACHE_SECONDS

# Views whose answers depend on the content, the address and the hour alone.
VIEWS = {"wagtail_serve", "sitemap", "sitemap_section", "robots_txt", "manifest", "hours_json", "hours_ics"}
MAX_AGE = re.compile(r"max-age=(\d+)")
REPLACING = (200, 301, 302, 404, 410)
SMALL = 1000  # bytes that are not worth compressing


class KeepPagesMiddleware:
    """Keep the pages that every visitor may get, and compress the others. Its place is the first one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        asked = None
        if request.method == "GET" and OUTAGE not in request.META:
            try:
                asked = read(request.META)  # before the page is rendered, so that what changes meanwhile is not kept
            except OUTAGES as error:
                request.META[OUTAGE] = error
        start = time.monotonic()
        response = self.get_response(request)
        # While the storage is away, a page lacks the pictures that are not made yet.
        may_stay = asked is not None and asked.is_exact and not was_away_since(start)
        may_stay = may_stay and not (response.streaming or response.cookies)
        if may_stay and is_for_everybody(request, response) and is_at_home(request, asked):
            keep(request, response, asked)
        else:
            compress_page(request, response)
            may_replace = may_stay and replaces_page(request, response) and is_at_home(request, asked)
            tell_proxy(response, f"@{int(time.time())}" if may_replace else "0")
        return response

    def process_view(self, request, view, args, kwargs):
        """Let the site say that its database is away, without asking it once more."""
        if outage := request.META.get(OUTAGE):
            raise outage


def is_for_everybody(request: HttpRequest, response: HttpResponse) -> bool:
    """Return whether the next visitor may get the same answer, which sets no cookie."""
    control = response.headers.get("Cache-Control", "")
    return (
        response.status_code == 200
        and not ("private" in control or "no-store" in control)
        and getattr(request.resolver_match, "view_name", "") in VIEWS
    )


def is_at_home(request: HttpRequest, asked: Asked) -> bool:
    """Return whether that is the site's own address: not each port and host that somebody may think of."""
    site = Site.find_for_request(request)
    return site is not None and asked.url.startswith(f"{site.root_url}/")


def replaces_page(request: HttpRequest, response: HttpResponse) -> bool:
    """Return whether the proxy may put the answer in place of a page that was there before.

    A page that is gone or private now would be shown again while the site is away. Whoever sends no cookie, and gets
    none, is answered as everybody.
    """
    return response.status_code in REPLACING and not request.META.get("HTTP_COOKIE")


def tell_proxy(response: HttpResponse, expires: str) -> None:
    """Put the header first: nginx 1.22 asks whether an answer is private only before it knows this one."""
    others = dict(response.items())
    response.headers = ResponseHeaders({ACCEL: expires} | others)


def keep(request: HttpRequest, response: HttpResponse, asked: Asked) -> None:
    """Store the page until something on it changes by the clock."""
    now = int(time.time())
    ends = [now + CACHE_SECONDS]
    if limit := MAX_AGE.search(response.headers.get("Cache-Control", "")):
        ends.append(now + int(limit[1]))
    if context := getattr(request, "_site_context", None):
        ends += [at for one in context.announcements for at in (one.starts, one.ends) if at > now]
    response.headers.setdefault("Cache-Control", CACHE_CONTROL)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["ETag"] = make_tag(asked, min(ends))
    headers = [(name, value) for name, value in response.items() if name not in (ACCEL, "Content-Length")]
    kept = Kept(headers, compress(response.content), now, min(ends))
    remember(asked, kept)
    cache.set(f"page:{asked.digest}", kept, min(ends) - now)
    response.headers[ACCEL] = f"@{now}"
    if encoding := choose_encoding(request.META):
        replace_content(response, kept.bodies[encoding], encoding)


def compress_page(request: HttpRequest, response: HttpResponse) -> None:
    """Compress a page as browsers like it best. The proxy compresses what is left, and knows only gzip."""
    is_page = not response.streaming and response.headers.get("Content-Type", "").startswith("text/html")
    if not is_page or len(response.content) < SMALL or response.has_header("Content-Encoding"):
        return
    patch_vary_headers(response, ["Accept-Encoding"])
    if choose_encoding(request.META) == "br":
        replace_content(response, brotli.compress(response.content, quality=FAST_QUALITY), "br")


def replace_content(response: HttpResponse, content: bytes, encoding: str) -> None:
    response.content = content
    response.headers["Content-Encoding"] = encoding
    response.headers["Content-Length"] = str(len(content))
