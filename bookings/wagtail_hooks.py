from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.generic import RedirectView
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from bookings.services import privacy
from clinic.hours.admin.visits import VISITS_HOOK

from .desk.access import may_see_cases
from .desk.act import ActView
from .desk.block_rules import BlockRulesView
from .desk.calendar.urls import urlpatterns as calendar_urls
from .desk.case_list import CaseViewSet
from .desk.explain import ExplainView
from .desk.export import LOG_ACTION, ExportFormatter
from .desk.new_case import NewCaseView
from .desk.opening_hours import find_visits
from .desk.presence import PresenceView
from .desk.resources import ResourceViewSet, VisitTypeViewSet
from .desk.today import TodayMenuItem, TodayPanel, TodayPulseView, TodayView

hooks.register(VISITS_HOOK, find_visits)


@hooks.register("register_admin_viewset")
def register_viewsets():
    return [CaseViewSet(), ResourceViewSet(), VisitTypeViewSet()]


@hooks.register("register_admin_urls")
def register_today():
    act = ActView.as_view(index_url_name="case:index", inspect_url_name="case:inspect")
    return [
        path("today/", TodayView.as_view(), name="desk_today"),
        # Open pages ask for these by themselves: see BACKGROUND in clinic.accounts.middleware.
        path("pulse/today/", TodayPulseView.as_view(), name="desk_today_pulse"),
        path("pulse/presence/", PresenceView.as_view(), name="desk_presence"),
        path("case/<int:pk>/act/", act, name="desk_act"),
    ]


@hooks.register("register_admin_menu_item")
def add_today_to_menu():
    return TodayMenuItem(_("Today"), reverse("desk_today"), name="desk-today", icon_name="list-ul", order=1)


@hooks.register("insert_global_admin_css")
def style_oldest_wait():
    return format_html('<link rel="stylesheet" href="{}">', static("bookings/desk/oldest.css"))


class CalendarMenuItem(MenuItem):
    def is_shown(self, request):
        return may_see_cases(request.user)


@hooks.register("register_admin_menu_item")
def register_calendar():
    url = reverse("desk_calendar")
    return CalendarMenuItem(_("Calendar"), url, name="desk-calendar", icon_name="calendar-alt", order=60)


@hooks.register("register_admin_urls")
def register_calendar_urls():
    return calendar_urls


@hooks.register("register_admin_urls")
def register_new_case_url():
    return [path("new-case/", NewCaseView.as_view(), name="desk_new_case")]


@hooks.register("register_admin_urls")
def register_scheduling_urls():
    return [
        path("calendar/explain/", ExplainView.as_view(), name="desk_explain"),
        path("calendar/blocked/", BlockRulesView.as_view(), name="desk_block_rules"),
    ]


@hooks.register("register_admin_urls")
def redirect_bookmarked_resources():
    """Redirect the addresses that rooms had when they were called lanes."""
    renamed = {"": "index", "new/": "add", "edit/<int:pk>/": "edit", "delete/<int:pk>/": "delete"}
    renamed["history/<int:pk>/"] = "history"
    return [path(f"lane/{old}", RedirectView.as_view(pattern_name=f"resource:{new}")) for old, new in renamed.items()]


@hooks.register("register_icons")
def register_icons(icons):
    return [*icons, "bookings/desk/icons/requests.svg"]


@hooks.register("construct_homepage_panels")
def add_today_panel(request, panels):
    if may_see_cases(request.user):
        panels.append(TodayPanel())


@hooks.register("register_log_actions")
def register_export_action(actions):
    actions.register_action(LOG_ACTION)(ExportFormatter)
    actions.register_action(privacy.ERASED, _("Delete a request"), _("Deleted a request, as the patient asked"))
    actions.register_action(privacy.WITHDRAWN, _("Withdraw a consent"), _("Withdrew a consent, as the patient asked"))
