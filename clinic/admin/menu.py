"""Name what features can add to the menus and the dashboard of the admin."""

from typing import NamedTuple

# A snippet viewset of a feature joins the "Content" menu with ``menu_hook = CONTENT_MENU``.
CONTENT_MENU = "register_content_menu_item"
# Features register functions that take the request and return a Shortcut or None.
SHORTCUT_HOOK = "register_editor_shortcut"


class Shortcut(NamedTuple):
    """Hold a button of the dashboard's editor panel."""

    label: str
    url: str
    icon: str
