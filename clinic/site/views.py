import logging
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseServerError
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .context import get_root_url
from .forms import SearchForm
from .outage import RETRY_AFTER, is_outage, render_without_database
from .search import get_pages_in_order, search_pages

RESULTS_PER_PAGE = 10

logger = logging.getLogger(__name__)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "")[:200].replace("\x00", "").strip()
    paginator = Paginator(search_pages(query), RESULTS_PER_PAGE)
    results = paginator.get_page(request.GET.get("page"))
    context = {
        "query": query,
        "form": SearchForm(initial={"q": query}),
        "results": results,
        "pages": get_pages_in_order(results.object_list),
        "page_range": paginator.get_elided_page_range(results.number),
        "query_prefix": urlencode({"q": query}) + "&",
        "head_title": f"Search: {query}" if query else "Search",
        "noindex": True,
    }
    return render(request, "clinic/search.html", context)


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    context = {"sitemap_url": get_root_url(request) + reverse("sitemap")}
    return render(request, "robots.txt", context, content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Redirect clients that ask for the fixed address."""
    return redirect(static("clinic/img/mark.svg"))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Render without the request: it may be what cannot be read."""
    return HttpResponseBadRequest(render_to_string("400.html"))


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", {"noindex": True, "form": SearchForm()}, status=404)


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
