"""Show editors their next steps on the dashboard."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.middleware.csrf import get_token
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.models import Page
from wagtail.permissions import policy_registry

from clinic.undo.models import TrashPage

from .menu import SHORTCUT_HOOK

MAX_SHOWN = 5


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
    """List drafts and pages without a description, and offer shortcuts."""

    name = "editor"
    order = 20
    template_name = "clinic/admin/editor_panel.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        request = parent_context["request"]
        pages = editable_pages(request.user)
        unpublished = pages.filter(has_unpublished_changes=True).order_by("-latest_revision_created_at", "-pk")
        undescribed = pages.filter(live=True, search_description="").order_by("-last_published_at", "-pk")
        return {
            "shortcuts": [found for get in hooks.get_hooks(SHORTCUT_HOOK) if (found := get(request))],
            "lists": [PageList.build(unpublished, "unpublished"), PageList.build(undescribed, "undescribed")],
            "request": request,
        }


class PageList(NamedTuple):
    kind: str
    pages: list[Page]
    more: int

    @classmethod
    def build(cls, pages: QuerySet[Page], kind: str) -> "PageList":
        shown = list(pages[:MAX_SHOWN])
        return cls(kind, shown, pages.count() - len(shown))


def editable_pages(user: AbstractBaseUser) -> QuerySet[Page]:
    """Return the pages this user can change, without the root of the tree and the trash."""
    pages = policy_registry.get_by_type(Page).instances_user_has_permission_for(user, "change")
    return TrashPage.exclude_from(pages.filter(depth__gt=1))
