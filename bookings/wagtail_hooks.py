from django.urls import path, reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from clinic.hours.admin.visits import VISITS_HOOK

from .day_views import DayView
from .desk_visits import visits_in_hours
from .exports import LOG_ACTION, ExportFormatter
from .panels import RequestsPanel, may_see_requests
from .rooms import LaneViewSet
from .viewsets import CaseViewSet

hooks.register(VISITS_HOOK, visits_in_hours)


@hooks.register("register_admin_viewset")
def register_case_viewset():
    return CaseViewSet()


@hooks.register("register_admin_viewset")
def register_lane_viewset():
    return LaneViewSet()


class CalendarMenuItem(MenuItem):
    def is_shown(self, request):
        return may_see_requests(request.user)


@hooks.register("register_admin_menu_item")
def register_calendar():
    url = reverse("desk_calendar")
    return CalendarMenuItem(_("Calendar"), url, name="desk-calendar", icon_name="calendar-alt", order=60)


@hooks.register("register_admin_urls")
def register_calendar_url():
    return [path("calendar/", DayView.as_view(), name="desk_calendar")]


@hooks.register("register_icons")
def register_icons(icons):
    return [*icons, "bookings/desk/icons/requests.svg"]


@hooks.register("construct_homepage_panels")
def add_requests_panel(request, panels):
    if may_see_requests(request.user):
        panels.append(RequestsPanel())


@hooks.register("register_log_actions")
def register_export_action(actions):
    actions.register_action(LOG_ACTION)(ExportFormatter)
