from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from clinic.admin.menu import ModelMenuItem

from .models import SiteCheck
from .views import SiteCheckReport


@hooks.register("register_admin_urls")
def route_site_check() -> list[URLPattern]:
    return [
        path("reports/site-check/", SiteCheckReport.as_view(), name="site_check"),
        path("reports/site-check/results/", SiteCheckReport.as_view(results_only=True), name="site_check_results"),
    ]


@hooks.register("register_reports_menu_item")
def list_site_check() -> ModelMenuItem:
    url = reverse("site_check")
    return ModelMenuItem(SiteCheck, _("Site check"), url, name="site-check", icon_name="circle-check", order=830)
