"""Put the keyword desk into the admin's menu and addresses."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, SubmenuMenuItem

from clinic.admin.menu import KEYWORD_MENU

from . import assign_views, group_views
from .access import KeywordMenuItem
from .board import BoardView, register_section
from .board_sections import list_sections
from .list_views import AddListView

for section in list_sections():
    register_section(section)


@hooks.register("register_admin_urls")
def route_keywords():
    return [
        path("keywords/", BoardView.as_view(), name="keyword_board"),
        path("keywords/add/", AddListView.as_view(), name="keyword_add_list"),
        path("keywords/groups/", group_views.GroupsView.as_view(), name="keyword_groups"),
        path("keywords/groups/move/", group_views.MoveView.as_view(), name="keyword_move"),
        path("keywords/groups/merge/", group_views.MergeView.as_view(), name="keyword_merge"),
        path("keywords/groups/split/<int:pk>/", group_views.SplitView.as_view(), name="keyword_split"),
        path("keywords/groups/undo/<int:pk>/", group_views.UndoView.as_view(), name="keyword_undo"),
        path("keywords/groups/<int:pk>/page/", assign_views.AssignView.as_view(), name="keyword_assign"),
        path("keywords/pages/<int:pk>/none/", assign_views.NeedsNoneView.as_view(), name="keyword_needs_none"),
    ]


@hooks.register("register_admin_menu_item")
def add_keyword_menu():
    menu = Menu(register_hook_name=KEYWORD_MENU, construct_hook_name="construct_keyword_menu")
    return SubmenuMenuItem(_("Keywords"), menu, name="keywords", icon_name="tag", order=310)


@hooks.register(KEYWORD_MENU)
def link_board():
    return KeywordMenuItem(_("Board"), reverse("keyword_board"), name="keyword-board", icon_name="tasks", order=10)


@hooks.register(KEYWORD_MENU)
def link_add_list():
    return KeywordMenuItem(_("Add a list"), reverse("keyword_add_list"), name="keyword-add", icon_name="plus", order=20)


@hooks.register(KEYWORD_MENU)
def link_groups():
    return KeywordMenuItem(
        _("Keyword groups"), reverse("keyword_groups"), name="keyword-groups", icon_name="tag", order=30
    )
