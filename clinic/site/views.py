import logging

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic.search.forms import SearchForm

from .context import get_root_url
from .outage import RETRY_AFTER, is_outage, render_without_database

logger = logging.getLogger(__name__)


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    context = {"sitemap_url": get_root_url(request) + reverse("sitemap")}
    return render(request, "robots.txt", context, content_type="text/plain; charset=utf-8")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Render without the request: it may be what cannot be read."""
    return HttpResponseBadRequest(render_to_string("400.html"))


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", {"noindex": True, "form": SearchForm()}, status=404)


def page_gone(request: HttpRequest) -> HttpResponse:
    response = render(request, "410.html", {"noindex": True, "form": SearchForm()}, status=410)
    # Browsers would remember it, also when a page is published at the address again.
    response.headers["Cache-Control"] = "no-cache"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 while the database is away, else 500. Needs no database."""
    is_away = is_outage()
    title = _("We cannot show this page just now") if is_away else _("Something went wrong on our side")
    context = {"head_title": title, "was_sent": request.method not in ("GET", "HEAD")}
    try:
        response = render_without_database(request, "outage.html", context, status=503 if is_away else 500)
    except Exception as error:
        error.__context__ = None  # Django logs the first error itself
        logger.exception("The error page could not be shown")
        return HttpResponseServerError(render_to_string("500.html"))
    if is_away:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", {"noindex": True}, status=403)
