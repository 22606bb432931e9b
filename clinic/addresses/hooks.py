"""Take part in what editors do to pages: ask where visitors go, and refuse addresses of the site.

Wagtail calls some of these hooks also to show its question, and some only for the answer.
"""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.views.chooser import ExternalLinkView
from wagtail.admin.views.pages.utils import type_to_delete_confirmation
from wagtail.contrib.redirects import views as redirect_views
from wagtail.models import Page
from wagtail.rich_text.pages import PageLinkHandler

from clinic.admin.menu import ModelMenuItem

from . import missing_views
from .forms import LinkForm, PathRedirectForm, VisitorsForm
from .gone_views import GoneAddressViewSet
from .import_views import ImportView
from .models import MAX_PATH, MissingAddress
from .recording import forward, list_addresses, replace
from .reserved import refuse_reserved
from .resolving import get_followable_url, with_aliases

# Before other hooks, which may carry out the action themselves.
FIRST = -100

redirect_views.CreateView.form_class = redirect_views.EditView.form_class = PathRedirectForm
ExternalLinkView.form_class = LinkForm
# A button of the missing addresses leads here.
redirect_views.CreateView.get_initial = lambda view: {"old_path": view.request.GET.get("old_path", "")[:MAX_PATH]}


@hooks.register("register_admin_urls")
def route_missing_addresses() -> list[URLPattern]:
    report, state = missing_views.MissingReport, missing_views.SetMissingStateView
    return [
        path("missing-addresses/", report.as_view(), name="missing_addresses"),
        path("missing-addresses/results/", report.as_view(results_only=True), name="missing_addresses_results"),
        path("missing-addresses/<int:pk>/state/", state.as_view(), name="missing_address_state"),
    ]


@hooks.register("register_admin_urls", order=FIRST)
def route_import() -> list[URLPattern]:
    """Take the place of Wagtail's import of redirects, at its address."""
    to_start = RedirectView.as_view(pattern_name="wagtailredirects:start_import")
    return [path("redirects/import/", ImportView.as_view()), path("redirects/import/process/", to_start)]


@hooks.register("register_reports_menu_item")
def list_missing_addresses() -> ModelMenuItem:
    url = reverse("missing_addresses") + "?state=open"
    return ModelMenuItem(MissingAddress, _("Missing addresses"), url, name="missing", icon_name="warning", order=820)


@hooks.register("register_admin_viewset")
def register_gone_addresses() -> GoneAddressViewSet:
    return GoneAddressViewSet("gone_addresses", url_prefix="gone-addresses")


@hooks.register("before_unpublish_page", order=FIRST)
def forward_unpublished(request: HttpRequest, page: Page) -> HttpResponse | None:
    return forward_as_chosen(request, [page], with_children="include_descendants" in request.POST)


@hooks.register("before_delete_page", order=FIRST)
def forward_deleted(request: HttpRequest, page: Page) -> HttpResponse | None:
    is_confirmed = request.method == "POST" and type_to_delete_confirmation(request)
    return forward_as_chosen(request, [page], with_children=True) if is_confirmed else None


@hooks.register("before_bulk_action", order=FIRST)
def forward_in_bulk(request: HttpRequest, action: str, objects: list, view) -> HttpResponse | None:
    if view.models != [Page] or action not in ("unpublish", "delete"):
        return None
    with_children = action == "delete" or view.cleaned_form.cleaned_data["include_descendants"]
    return forward_as_chosen(request, objects, with_children=with_children)


@hooks.register("before_move_page", order=FIRST)
def check_move(request: HttpRequest, page: Page, destination: Page) -> HttpResponse | None:
    if refusal := refuse_move(request, [page], destination):
        return refusal
    return hold_old_addresses(request, [page]) if request.method == "POST" else None


@hooks.register("after_move_page")
def redirect_moved(request: HttpRequest, page: Page) -> None:
    replace(request._old_addresses)


@hooks.register("before_bulk_action", order=FIRST)
def check_bulk_move(request: HttpRequest, action: str, objects: list, view) -> HttpResponse | None:
    if view.models != [Page] or action != "move":
        return None
    destination = view.cleaned_form.cleaned_data["chooser"]
    return refuse_move(request, objects, destination) or hold_old_addresses(request, objects)


@hooks.register("after_bulk_action")
def redirect_moved_in_bulk(request: HttpRequest, action: str, objects: list, view) -> None:
    if view.models == [Page] and action == "move":
        replace(request._old_addresses)


class ShownPageLinkHandler(PageLinkHandler):
    """Write a link in a text as words, if its page was never published or has no address."""

    @classmethod
    def get_many(cls, attrs_list: list[dict]) -> list[Page | None]:
        pages = super().get_many(attrs_list)
        return [page if page and get_followable_url(page) else None for page in pages]


@hooks.register("register_rich_text_features", order=1)  # after Wagtail's own
def link_shown_pages(features) -> None:
    features.register_link_type(ShownPageLinkHandler)


def refuse_move(request: HttpRequest, pages: Iterable[Page], destination: Page) -> HttpResponse | None:
    try:
        for page in pages:
            refuse_reserved(page.slug, destination)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("wagtailadmin_explore", destination.pk)
    return None


def forward_as_chosen(request: HttpRequest, pages: Iterable[Page], *, with_children: bool) -> HttpResponse | None:
    """Store the answer to "Send visitors to". Without one, the page above takes them."""
    children = [child for page in pages for child in page.get_descendants().live()] if with_children else []
    gone = with_aliases([*pages, *children])
    form = VisitorsForm(gone, request.POST)
    if not form.is_valid():
        return ask_again(request, form)
    target = form.cleaned_data["send_to"]
    if target or form.cleaned_data["is_gone"]:
        forward(gone, target)
    return None


def hold_old_addresses(request: HttpRequest, pages: Iterable[Page]) -> HttpResponse | None:
    """Hold the addresses of pages that move, if their visitors shall go elsewhere."""
    form = VisitorsForm((), request.POST)
    if not form.is_valid():
        return ask_again(request, form)
    target = form.cleaned_data["send_to"]
    moved = [child for page in pages for child in page.get_descendants(inclusive=True).live().specific()]
    rows = [row for page in moved for row in list_addresses(page)] if target else []
    for row in rows:
        row.redirect_page, row.redirect_page_route_path = target, ""
    request._old_addresses = rows if target not in pages else []
    return None


def ask_again(request: HttpRequest, form: VisitorsForm) -> HttpResponse:
    messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    return redirect(request.get_full_path())
