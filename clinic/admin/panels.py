"""Show editors their next steps on the dashboard."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.site_summary import PagesSummaryItem
from wagtail.admin.ui.components import Component
from wagtail.models import Page
from wagtail.permissions import policy_registry
from wagtail.query import PageQuerySet

from clinic.pages.scheduling import with_schedule
from clinic.undo.models import TrashPage

from .menu import SHORTCUT_HOOK

MAX_SHOWN = 5
ABANDONED_AFTER = timedelta(days=14)
# The lists of the panel, in their order, with their headings.
KINDS = {
    "scheduled": _("Going live"),
    "unpublished": _("Unpublished drafts and changes"),
    "abandoned": _("Drafts untouched for 14 days"),
    "undescribed": _("Pages without a search description"),
}


class CaseSearchPanel(Component):
    """Search cases.

    The template checks the permission: Wagtail checks none for dashboard panels.
    """

    name = "case_search"
    order = 1
    template_name = "clinic/admin/case_search_panel.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        return {"perms": parent_context["perms"], "csrf_token": get_token(parent_context["request"])}


class EditorPanel(Component):
    """List what editors have begun and not finished, and offer shortcuts."""

    name = "editor"
    order = 20
    template_name = "clinic/admin/editor_panel.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        request = parent_context["request"]
        return {
            "shortcuts": [found for get in hooks.get_hooks(SHORTCUT_HOOK) if (found := get(request))],
            "lists": [PageList.build(kind, request.user) for kind in KINDS],
            "request": request,
        }


class KeptPagesSummaryItem(PagesSummaryItem):
    """Count the pages without those in the trash."""

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        context = super().get_context_data(parent_context)
        pages = Page.objects.all()
        context["total_pages"] -= pages.count() - TrashPage.exclude_from(pages).count()
        return context


class PageList(NamedTuple):
    kind: str
    heading: str
    pages: list[Page]
    more: int

    @classmethod
    def build(cls, kind: str, user: AbstractBaseUser) -> "PageList":
        pages = find_pages(kind, user)
        shown = list(pages[:MAX_SHOWN])
        return cls(kind, KINDS[kind], shown, pages.count() - len(shown))


def find_pages(kind: str, user: AbstractBaseUser) -> PageQuerySet:
    """Return the pages of one of ``KINDS`` that this user can change."""
    pages = with_schedule(editable_pages(user))
    abandoned = timezone.now() - ABANDONED_AFTER
    match kind:
        case "scheduled":
            return pages.filter(goes_live_at__isnull=False).order_by("goes_live_at", "pk")
        case "unpublished":
            begun = pages.filter(has_unpublished_changes=True, goes_live_at=None)
            return begun.filter(changed_after(abandoned)).order_by("-latest_revision_created_at", "-pk")
        case "abandoned":
            begun = pages.filter(has_unpublished_changes=True, goes_live_at=None)
            return begun.exclude(changed_after(abandoned)).order_by("latest_revision_created_at", "pk")
        case _:
            return pages.filter(live=True, search_description="").order_by("-last_published_at", "-pk")


def changed_after(moment: datetime) -> Q:
    """Return a condition. A page without a version counts as just changed: nobody has left it."""
    return Q(latest_revision_created_at__isnull=True) | Q(latest_revision_created_at__gte=moment)


def editable_pages(user: AbstractBaseUser) -> PageQuerySet:
    """Return the pages this user can change, without the root of the tree and the trash."""
    pages = policy_registry.get_by_type(Page).instances_user_has_permission_for(user, "change")
    return TrashPage.exclude_from(pages.filter(depth__gt=1))
