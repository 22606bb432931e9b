from django.http import Http404
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView
from wagtail import hooks
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.menu import MenuItem
from wagtail.admin.site_summary import PagesSummaryItem
from wagtail.admin.views.account import AvatarSettingsPanel
from wagtail.permissions import policy_registry
from wagtail.snippets.models import register_snippet

from .accounts.views import SignInReport, StaffAccessView
from .addresses import hooks as address_hooks  # noqa: F401  registers them
from .admin import planning_hooks  # noqa: F401  registers them
from .admin.help import GuideMenuItem, HelpView, show_picture
from .admin.menu import SHORTCUT_HOOK, Shortcut
from .admin.panels import CaseSearchPanel, EditorPanel, KeptPagesSummaryItem
from .admin.reports import PageListReport
from .admin.viewsets import ContentGroup
from .hours.admin.panels import HolidayPanel
from .hours.admin.viewset import OpeningHoursViewSet
from .indexnow import hooks as indexnow_hooks  # noqa: F401  registers them
from .keywords import checks as keyword_checks  # noqa: F401  registers them
from .keywords import (
    console_hooks,  # noqa: F401  registers them
    link_views,  # noqa: F401  registers them
)
from .keywords import hooks as keyword_hooks  # noqa: F401  registers them
from .keywords import panel as search_panel
from .keywords.access import plans_keywords
from .keywords.viewsets import KeywordGroupViewSet, KeywordViewSet, WordRuleViewSet
from .media.logos import LogoOperation
from .models import AccountEvent, Announcement, OpeningHours
from .search import hooks as search_hooks  # noqa: F401  registers them
from .sitecheck import hooks as sitecheck_hooks  # noqa: F401  registers them
from .undo import hooks as undo_hooks  # noqa: F401  registers them

# Only pictures and documents can be uploaded, and both are checked.
AvatarSettingsPanel.is_active = lambda panel: False

register_snippet(ContentGroup)
register_snippet(OpeningHoursViewSet)
for viewset in (KeywordViewSet, KeywordGroupViewSet, WordRuleViewSet):
    register_snippet(viewset)


@hooks.register("register_icons")
def register_icons(icons):
    return [*icons, "clinic/admin/icons/opening-hours.svg"]


@hooks.register("insert_editor_js")
def wait_for_autosave():
    return format_html('<script defer src="{}"></script>', static("clinic/admin/autosave.js"))


@hooks.register("register_image_operations")
def register_logo_operation():
    return [("logo", LogoOperation)]


@hooks.register("register_admin_urls")
def redirect_bookmarked_history():
    """Redirect the old address of the history of the opening hours to their editor, which links the history."""
    return [path("hours/history/", RedirectView.as_view(pattern_name="opening_hours:list"))]


@hooks.register("register_admin_urls")
def close_preview_of_filters():
    """Close a view that no page links to, and that answers 500 for a broken picture."""

    def view(request, **kwargs):
        raise Http404

    return [path("images/<int:image_id>/preview/<str:filter_spec>/", view)]


@hooks.register("register_admin_urls")
def route_search_reports():
    return search_panel.list_addresses()


@hooks.register("register_admin_viewset", order=1)
def replace_editor_of_pages():
    return search_panel.EditorViewSet()


@hooks.register("register_admin_urls")
def route_page_lists():
    return [
        path("page-lists/<slug:kind>/", PageListReport.as_view(), name="page_list"),
        path("page-lists/<slug:kind>/results/", PageListReport.as_view(results_only=True), name="page_list_results"),
    ]


@hooks.register("register_admin_urls")
def route_accounts():
    return [
        path("staff-access/<int:pk>/", StaffAccessView.as_view(), name="staff_access"),
        path("reports/sign-ins/", SignInReport.as_view(), name="sign_in_report"),
        path("reports/sign-ins/results/", SignInReport.as_view(results_only=True), name="sign_in_report_results"),
    ]


class SignInMenuItem(MenuItem):
    def is_shown(self, request):
        return policy_registry.get_by_type(AccountEvent).user_has_permission(request.user, "view")


@hooks.register("register_reports_menu_item")
def list_sign_ins():
    return SignInMenuItem(_("Sign-ins"), reverse("sign_in_report"), name="sign-ins", icon_name="key", order=900)


@hooks.register("register_account_menu_item")
def link_sign_in_settings(request):
    return {
        "url": reverse("mfa_index"),
        "label": _("Password, second step and sessions"),
        "help_text": _("Change how you sign in, and sign out on other computers."),
    }


@hooks.register("insert_global_admin_css")
def link_admin_css():
    return format_html('<link rel="stylesheet" href="{}">', static("clinic/css/admin.css"))


@hooks.register("get_avatar_url")
def get_avatar_url(user, size):
    return static("wagtailadmin/images/default-user-avatar.png")


@hooks.register("construct_homepage_summary_items", order=1)
def count_pages_without_trash(request, items):
    items[:] = [KeptPagesSummaryItem(request) if type(item) is PagesSummaryItem else item for item in items]


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


@hooks.register("register_admin_urls")
def route_help():
    return [
        path("help/<slug:guide>/", HelpView.as_view(), name="help"),
        path("help/pictures/<slug:picture>.webp", show_picture, name="help_picture"),
    ]


@hooks.register("register_help_menu_item")
def link_guide_for_editors():
    return GuideMenuItem("editors", order=100)


@hooks.register("register_help_menu_item")
def link_guide_for_desk():
    return GuideMenuItem("front-desk", order=200)


@hooks.register("construct_help_menu")
def remove_links_to_the_internet(request, items):
    # Every new account would see two badges about Wagtail.
    items[:] = [item for item in items if isinstance(item, GuideMenuItem) or item.name == "keyboard-shortcuts-trigger"]


def register_shortcut(order, label, icon, model, permission, view):
    @hooks.register(SHORTCUT_HOOK, order=order)
    def get_shortcut(request):
        if policy_registry.get_by_type(model).user_has_permission(request.user, permission):
            return Shortcut(label, reverse(model.snippet_viewset.get_url_name(view)), icon)
        return None


register_shortcut(300, _("Change opening hours"), "opening-hours", OpeningHours, "change", "list")
register_shortcut(350, _("Add an announcement"), "info-circle", Announcement, "add", "add")


@hooks.register(SHORTCUT_HOOK, order=400)
def get_keyword_shortcut(request):
    return Shortcut(_("Keywords"), reverse("keyword_board"), "tag") if plans_keywords(request.user) else None
