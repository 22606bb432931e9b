from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.permissions import policy_registry
from wagtail.snippets.models import register_snippet

from clinic.hours.admin.panels import HolidayPanel
from clinic.hours.admin.viewset import OpeningHoursViewSet

from .admin_panels import SHORTCUT_HOOK, EditorPanel, Shortcut
from .admin_viewsets import ContentGroup
from .models import Announcement, Keyword, OpeningHours

register_snippet(ContentGroup)
register_snippet(OpeningHoursViewSet)


@hooks.register("register_icons")
def register_icons(icons):
    return [*icons, "clinic/admin/icons/opening-hours.svg"]


@hooks.register("insert_global_admin_css")
def link_admin_css():
    return format_html('<link rel="stylesheet" href="{}">', static("clinic/css/admin.css"))


@hooks.register("construct_homepage_panels")
def fit_dashboard_to_role(request, panels):
    if user_has_any_page_permission(request.user):
        panels.append(EditorPanel())
    else:
        # Wagtail's own are all about pages: to people who write none, queries for nothing.
        panels[:] = [panel for panel in panels if not type(panel).__module__.startswith("wagtail.")]
    if policy_registry.get_by_type(OpeningHours).user_has_permission(request.user, "change"):
        panels.append(HolidayPanel())


@hooks.register("construct_help_menu")
def leave_out_dismissible_news(request, items):
    # Two badges about Wagtail itself on every new account; the editor's guide is linked on the dashboard.
    items[:] = [item for item in items if item.name == "keyboard-shortcuts-trigger"]


@hooks.register(SHORTCUT_HOOK, order=300)
def offer_opening_hours(request):
    if policy_registry.get_by_type(OpeningHours).user_has_permission(request.user, "change"):
        return Shortcut(_("Change opening hours"), reverse("opening_hours:list"), "opening-hours")
    return None


@hooks.register(SHORTCUT_HOOK, order=350)
def offer_announcement(request):
    if policy_registry.get_by_type(Announcement).user_has_permission(request.user, "add"):
        return Shortcut(
            _("Announce something"), reverse(Announcement.snippet_viewset.get_url_name("add")), "info-circle"
        )
    return None


@hooks.register(SHORTCUT_HOOK, order=400)
def offer_keywords(request):
    if policy_registry.get_by_type(Keyword).user_has_permission(request.user, "change"):
        return Shortcut(_("Look after keywords"), reverse(Keyword.snippet_viewset.get_url_name("list")), "tag")
    return None
