"""What the dashboard tells people who write pages."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.models import Page
from wagtail.permissions import policy_registry

SHOWN = 5
# Other apps add their own: a function that takes the request and returns a Shortcut, or None.
SHORTCUT_HOOK = "register_editor_shortcut"


class Shortcut(NamedTuple):
    label: str
    url: str
    icon: str


class EditorPanel(Component):
    """What an editor does next: finish drafts, describe pages, or start something new."""

    name = "editor"
    order = 20
    template_name = "clinic/admin/editor_panel.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        request = parent_context["request"]
        pages = editable_pages(request.user)
        unpublished = pages.filter(has_unpublished_changes=True).order_by("-latest_revision_created_at", "-pk")
        undescribed = pages.filter(live=True, search_description="").order_by("-last_published_at", "-pk")
        return {
            "shortcuts": list(shortcuts(request)),
            "lists": [PageList.of(unpublished, "unpublished"), PageList.of(undescribed, "undescribed")],
            "request": request,
        }


class PageList(NamedTuple):
    kind: str
    pages: list[Page]
    more: int

    @classmethod
    def of(cls, pages: QuerySet[Page], kind: str) -> "PageList":
        shown = list(pages[:SHOWN])
        return cls(kind, shown, pages.count() - len(shown))


def editable_pages(user: AbstractBaseUser) -> QuerySet[Page]:
    """Pages this user may change, without the root that is no page of the site."""
    return policy_registry.get_by_type(Page).instances_user_has_permission_for(user, "change").filter(depth__gt=1)


def shortcuts(request: HttpRequest) -> Iterator[Shortcut]:
    for offer in hooks.get_hooks(SHORTCUT_HOOK):
        if shortcut := offer(request):
            yield shortcut
