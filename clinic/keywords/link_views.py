"""Put a suggested link into the draft of a page, or ignore the suggestion."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail import hooks
from wagtail.admin import messages
from wagtail.models import Page

from clinic.admin.returning import go_back

from .evidence import list_link_suggestions
from .linking import add_link, links_to
from .page_models import IgnoredLink, PageEvidence
from .rich_text import change_first, list_sources
from .vocabulary import get_vocabulary


class LinkNotAddedError(Exception):
    """Say why a link could not be put into a draft."""


@hooks.register("register_admin_urls")
def route_link_buttons():
    return [
        path("keyword-links/<int:pk>/add/", add, name="keyword_link_add"),
        path("keyword-links/<int:pk>/ignore/", ignore, name="keyword_link_ignore"),
    ]


@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    suggestion, page = _get_suggestion(request, pk)
    if not suggestion:
        return _back(request)
    try:
        changed = add_to_draft(suggestion, request.user)
    except LinkNotAddedError as error:
        edit = messages.button(reverse("wagtailadmin_pages:edit", args=[page.pk]), _("Edit the page"))
        messages.warning(request, str(error), buttons=[edit])
        return _back(request)
    text = _("The draft of “%(page)s” links “%(words)s” to “%(target)s” now. Publish it when you are ready.")
    names = {"page": changed.get_admin_display_title(), "words": suggestion.mention, "target": suggestion.owner_title}
    edit = messages.button(reverse("wagtailadmin_pages:edit", args=[page.pk]), _("Edit the page"))
    messages.success(request, text % names, buttons=[edit])
    return _back(request)


@require_POST
def ignore(request: HttpRequest, pk: int) -> HttpResponse:
    suggestion, page = _get_suggestion(request, pk)
    if suggestion:
        IgnoredLink.objects.get_or_create(
            page=page, target_id=suggestion.owner_id, defaults={"ignored_by": request.user}
        )
        text = _("Links from “%(page)s” to “%(target)s” will not be suggested again.")
        messages.success(request, text % {"page": page.get_admin_display_title(), "target": suggestion.owner_title})
    return _back(request)


def _get_suggestion(request: HttpRequest, pk: int) -> tuple[PageEvidence | None, Page | None]:
    """Return the suggestion and its page. Without one, say so. Raise an error if the user may not edit the page."""
    evidence = PageEvidence.objects.select_related("page").filter(pk=pk).first()
    if evidence and not evidence.page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    suggestion = evidence and list_link_suggestions().select_related("page", "group").filter(pk=pk).first()
    if not suggestion:
        if not request.user.has_perm("clinic.change_keyword"):
            raise PermissionDenied
        messages.warning(request, _("This suggestion is out of date: the page or its keywords have changed."))
        return None, None
    return suggestion, suggestion.page


def _back(request: HttpRequest) -> HttpResponse:
    return go_back(request, reverse("keyword_board"))


@transaction.atomic
def add_to_draft(suggestion: PageEvidence, user) -> Page:
    """Save a new draft of the page with the link, and return it. Nothing is published.

    Raise ``LinkNotAddedError`` if somebody else has the page, or the draft says something else.
    """
    # Two clicks at once take turns.
    page = Page.objects.select_for_update().get(pk=suggestion.page_id).specific
    names = {"page": page.get_admin_display_title(), "words": suggestion.mention, "target": suggestion.owner_title}
    lock = page.get_lock()
    if lock and lock.for_user(user):
        raise LinkNotAddedError(
            _("“%(page)s” is locked, in moderation, or waits for its date, so its draft was not changed.") % names
        )
    if not page.permissions_for_user(user).can_edit():
        raise PermissionDenied
    draft = page.get_latest_revision_as_object()
    if any(links_to(source, suggestion.owner_id) for source in list_sources(draft)):
        raise LinkNotAddedError(_("The draft of “%(page)s” links to “%(target)s” already.") % names)
    vocabulary = get_vocabulary()
    phrases = [words for words, groups in vocabulary.groups.items() if suggestion.group_id in groups]

    def link(source: str) -> str | None:
        return add_link(source, phrases, vocabulary.reader, vocabulary.names, suggestion.owner_id)

    if not change_first(draft, link):
        raise LinkNotAddedError(
            _("The draft of “%(page)s” no longer says “%(words)s” where a link can be, so it was not changed.") % names
        )
    draft.save_revision(user=user, log_action=True, clean=False)
    PageEvidence.objects.filter(pk=suggestion.pk).update(linked_at=timezone.now())
    return draft
