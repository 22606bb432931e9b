"""Render the pages that visitors read most as soon as the content changed, so that nobody waits for them."""

import logging
from collections.abc import Callable
from urllib.parse import urlsplit

from django.test import RequestFactory

from .pages import WARMING
from .reads import get_most_read
from .version import content_version

logger = logging.getLogger(__name__)

_warmed = [""]  # the version for which this process did it


def warm_pages(application: Callable) -> bool:
    """Ask the WSGI application for the pages, unless it was done for this version. Return whether there may be more.

    A change on the way ends it, and the next run begins with the page that is read most.
    """
    version = content_version()
    if version == _warmed[0]:
        return False
    for url in get_most_read():
        try:
            request_page(application, url)
        except Exception:
            logger.exception("Could not render a page ahead of its visitors")
        if content_version() != version:
            return True
    _warmed[0] = version
    return False


def request_page(application: Callable, url: str) -> None:
    """Send the application a GET as if it came through the proxy."""
    address = urlsplit(url)
    headers = {"host": address.netloc, "x-forwarded-proto": address.scheme}
    request = RequestFactory().get(
        address._replace(scheme="", netloc="").geturl(), headers=headers, secure=address.scheme == "https"
    )
    answer = application(request.environ | {WARMING: True}, lambda *_status_and_headers: None)
    try:
        list(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
