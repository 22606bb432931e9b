from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.generic import RedirectView
from wagtail import hooks
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.permissions import policy_registry
from wagtail.snippets.models import register_snippet

from .admin.menu import SHORTCUT_HOOK, Shortcut
from .admin.panels import CaseSearchPanel, EditorPanel
from .admin.viewsets import ContentGroup
from .hours.admin.panels import HolidayPanel
from .hours.admin.viewset import OpeningHoursViewSet
from .models import Announcement, Keyword, OpeningHours

register_snippet(ContentGroup)
register_snippet(OpeningHoursViewSet)


@hooks.register("register_icons")
def register_icons(icons):
    return [*icons, "clinic/admin/icons/opening-hours.svg"]


@hooks.register("register_admin_urls")
def redirect_bookmarked_history():
    """Redirect the old address of the history of the opening hours to their editor, which links the history."""
    return [path("hours/history/", RedirectView.as_view(pattern_name="opening_hours:list"))]


@hooks.register("insert_global_admin_css")
def link_admin_css():
    return format_html('<link rel="stylesheet" href="{}">', static("clinic/css/admin.css"))


@hooks.register("construct_homepage_panels")
def add_panels_for_role(request, panels):
    if user_has_any_page_permission(request.user):
        panels.append(EditorPanel())
    else:
        # Wagtail's panels show pages only: for users who edit none they are queries without a result.
        panels[:] = [panel for panel in panels if not type(panel).__module__.startswith("wagtail.")]
    panels.append(CaseSearchPanel())
    if policy_registry.get_by_type(OpeningHours).user_has_permission(request.user, "change"):
        panels.append(HolidayPanel())


@hooks.register("construct_help_menu")
def remove_news_badges(request, items):
    # Every new account would see two badges about Wagtail. The dashboard links the editor's guide.
    items[:] = [item for item in items if item.name == "keyboard-shortcuts-trigger"]


@hooks.register(SHORTCUT_HOOK, order=300)
def get_opening_hours_shortcut(request):
    if policy_registry.get_by_type(OpeningHours).user_has_permission(request.user, "change"):
        return Shortcut(_("Change opening hours"), reverse("opening_hours:list"), "opening-hours")
    return None


@hooks.register(SHORTCUT_HOOK, order=350)
def get_announcement_shortcut(request):
    if policy_registry.get_by_type(Announcement).user_has_permission(request.user, "add"):
        return Shortcut(
            _("Add an announcement"), reverse(Announcement.snippet_viewset.get_url_name("add")), "info-circle"
        )
    return None


@hooks.register(SHORTCUT_HOOK, order=400)
def get_keywords_shortcut(request):
    if policy_registry.get_by_type(Keyword).user_has_permission(request.user, "change"):
        return Shortcut(_("Manage keywords"), reverse(Keyword.snippet_viewset.get_url_name("list")), "tag")
    return None
