from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from wagtail.images import get_image_model
from wagtail.models import Page

from clinic.caching.version import version_for
from clinic.limits import take
from clinic.site.context import get_root_url, site_context
from clinic.site.offers import get_offered_treatments
from clinic.triage.recording import record_without_waiting

from . import log
from .finding import find
from .forms import SearchForm
from .index import get_index

RESULTS_PER_PAGE = 10


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "")[:200].replace("\x00", "").strip()
    is_exact = "exact" in request.GET
    index = get_index(version_for(request))
    found = find(index, query, is_exact=is_exact)
    paginator = Paginator(found.page_ids, RESULTS_PER_PAGE)
    results = paginator.get_page(request.GET.get("page"))
    exact = {"exact": "1"}
    is_empty = bool(query) and not found.page_ids
    context = {
        "query": query,
        "form": SearchForm(initial={"q": query}),
        "found": found,
        "results": results,
        "pages": get_pages_in_order(results.object_list),
        "treatments": get_treatments() if is_empty else [],
        "page_range": paginator.get_elided_page_range(results.number),
        "exact_query": urlencode({"q": query} | exact),
        "query_prefix": urlencode({"q": query} | (exact if is_exact else {})) + "&",
        "head_title": f"Search: {query}" if query else "Search",
        "head_heading": _("Search"),
        "schema_type": "SearchResultsPage",
        "canonical": get_root_url(request) + reverse("search"),
        "noindex": True,
        "log_note": log.make_note(query, len(found.page_ids), index.spellings),
        "is_first_page": results.number == 1 and not is_exact,
    }
    return render(request, "clinic/search.html", context)


@csrf_exempt  # what it counts is signed, and the page of a visitor has no token
@require_POST
def count(request: HttpRequest) -> HttpResponse:
    """Count a search, or a click on one of its results. The page's script calls it.

    What staff search for while they are signed in is not counted: they would see their own tries.
    """
    note = log.read_note(request.POST.get("note", ""))
    if note and settings.SESSION_COOKIE_NAME not in request.COOKIES:
        record_without_waiting("A search", lambda: count_note(request, note))
    return HttpResponse(status=204)


def count_note(request: HttpRequest, note: log.Note) -> None:
    if not take(log.NOTES_PER_NETWORK, request.network):
        return
    day = site_context(request).profile.today(timezone.now())
    if "click" in request.POST:
        log.count_click(note.words, day)
    elif not log.is_held(note, request.network):
        log.count_search(note.words, note.hits, day)


def get_treatments() -> list[Page]:
    """Return the pages of the treatments that visitors can see."""
    ids = [treatment.id for treatment in get_offered_treatments()]
    return list(Page.objects.live().public().filter(pk__in=ids).order_by("path"))


def get_pages_in_order(ids: list[int]) -> list[Page]:
    """Return the specific public pages with these ids and their pictures, in the order of the ids.

    The index may be up to an hour old, so the restrictions are asked for again.
    """
    pages = {page.pk: page for page in Page.objects.live().public().filter(pk__in=ids).specific().defer_streamfields()}
    pictures = get_image_model().objects.filter(pk__in=[page.listing_image_id for page in pages.values()])
    by_id = {picture.pk: picture for picture in pictures.prefetch_related("renditions")}
    for page in pages.values():
        page.listing_image = by_id.get(page.listing_image_id)
    return [pages[pk] for pk in ids if pk in pages]
