from wagtail import hooks

from .exports import LOG_ACTION, ExportFormatter
from .panels import RequestsPanel, may_see_requests
from .viewsets import CaseViewSet


@hooks.register("register_admin_viewset")
def register_case_viewset():
    return CaseViewSet()


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
