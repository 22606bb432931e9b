from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from clinic.admin.menu import ModelMenuItem

from .log_views import SearchReport, SetSearchStateView
from .models import SearchPhrase


@hooks.register("register_admin_urls")
def route_searches() -> list[URLPattern]:
    return [
        path("searches/", SearchReport.as_view(), name="search_log"),
        path("searches/results/", SearchReport.as_view(results_only=True), name="search_log_results"),
        path("searches/<int:pk>/state/", SetSearchStateView.as_view(), name="search_log_state"),
    ]


@hooks.register("register_reports_menu_item")
def list_searches() -> ModelMenuItem:
    url = reverse("search_log")
    return ModelMenuItem(SearchPhrase, _("Searches"), url, name="searches", icon_name="search", order=810)
