from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from wagtail.admin.utils import get_valid_next_url_from_request


def go_back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Redirect to ``next`` if it is an address of this site, or else to another one."""
    # Not redirect(): it takes a text like "-1" for the name of a view.
    return HttpResponseRedirect(get_valid_next_url_from_request(request) or otherwise)
