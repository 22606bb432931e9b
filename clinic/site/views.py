from datetime import timedelta
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseServerError, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .forms import SearchForm
from .heartbeat import WorkerHeartbeat
from .search import get_pages_in_order, search_pages

RESULTS_PER_PAGE = 10
# The worker writes one every 30 seconds, later after errors and while an email server is slow.
MAX_HEARTBEAT_AGE = timedelta(minutes=3)


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
    context = {"sitemap_url": request.build_absolute_uri(reverse("sitemap"))}
    return render(request, "robots.txt", context, content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Redirect clients that ask for the fixed address."""
    return redirect(static("clinic/img/mark.svg"))


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database works, 503 when it does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "database unavailable"}, status=503)
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Return 200 when the database answers and the worker is alive, else 503.

    For monitoring. A load balancer asks ``/healthz``: without a worker the site still takes requests.
    """
    try:
        age = WorkerHeartbeat.age()
    except DatabaseError:
        return JsonResponse({"database": "unavailable", "worker": "unknown", "heartbeat_age": None}, status=503)
    is_alive = age is not None and age <= MAX_HEARTBEAT_AGE
    status = {
        "database": "ok",
        "worker": "ok" if is_alive else "silent",
        "heartbeat_age": None if age is None else round(age.total_seconds()),  # seconds
    }
    return JsonResponse(status, status=200 if is_alive else 503)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Render without the request: it may be what cannot be read."""
    return HttpResponseBadRequest(render_to_string("400.html"))


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", {"noindex": True, "form": SearchForm()}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Render without a database query: the database may be what failed."""
    return HttpResponseServerError(render_to_string("500.html"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", {"noindex": True}, status=403)
