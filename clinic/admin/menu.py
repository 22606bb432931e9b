"""Name what features can add to the menus and the dashboard of the admin."""

from typing import Any, NamedTuple

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from wagtail.admin.menu import MenuItem
from wagtail.permissions import policy_registry

from clinic.undo.models import TrashPage

# A snippet viewset of a feature joins the "Content" menu with ``menu_hook = CONTENT_MENU``.
CONTENT_MENU = "register_content_menu_item"
# The menu of the keyword desk, which takes menu items and snippet viewsets.
KEYWORD_MENU = "register_keyword_menu_item"
# Features register functions that take the request and return a Shortcut or None.
SHORTCUT_HOOK = "register_editor_shortcut"


class ModelMenuItem(MenuItem):
    """Link a list for those who may change its rows."""

    def __init__(self, model: type[Model], *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.model = model

    def is_shown(self, request: HttpRequest) -> bool:
        return policy_registry.get_by_type(self.model).user_has_permission(request.user, "change")


class Shortcut(NamedTuple):
    """Hold a button of the dashboard's editor panel."""

    label: str
    url: str
    icon: str


def get_add_page_shortcut(request, index_model, page_model, label, icon) -> Shortcut | None:
    """Return a button that adds a page below the index.

    Return None if the user may not add one.
    """
    index = TrashPage.exclude_from(index_model.objects.all()).first()
    if index and index.permissions_for_user(request.user).can_add_subpage():
        args = [page_model._meta.app_label, page_model._meta.model_name, index.pk]
        return Shortcut(label, reverse("wagtailadmin_pages:add", args=args), icon)
    return None
