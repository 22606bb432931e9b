from urllib.parse import urlsplit, urlunsplit

from django.http import HttpResponsePermanentRedirect, HttpResponseRedirect
from wagtail.models import Site

from clinic.site.views import page_gone

from . import missing
from .resolving import find_end, find_row, find_served, is_gone


class RedirectMiddleware:
    """Redirect from old addresses, in one hop and with the query, and tell which are gone for good.

    It takes the place of Wagtail's own, which leads to unpublished pages, in circles and through other redirects. Its
    place is the last one: it has to see a missing page before a slash is added to its address.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code != 404:
            return response
        if answer := find_redirect(request):
            return answer
        missing.record_when_sent(request, response)
        return response


def find_redirect(request):
    site = Site.find_for_request(request)
    asked = request.get_full_path()
    row = site and find_row(site, [asked, request.path])
    was_removed = is_gone([asked, request.path], row)
    if not (row or was_removed) or (not request.path.endswith("/") and find_served(request, site, request.path)):
        return None
    if was_removed:
        return page_gone(request)
    end = find_end(request, row)
    if end and end.is_gone:
        return page_gone(request)
    if not end or urlsplit(end.url).path == request.path:
        return None
    query = "" if "?" in row.old_path else request.META.get("QUERY_STRING", "")
    answer = HttpResponsePermanentRedirect if end.is_permanent else HttpResponseRedirect
    # Browsers would remember a permanent one for months, also when the old address is in use again.
    return answer(add_query(end.url, query), headers={"Cache-Control": "no-cache"})


def add_query(url: str, query: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, query]))))
