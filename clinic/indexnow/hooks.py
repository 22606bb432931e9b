from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from clinic.admin.menu import ModelMenuItem

from .models import IndexNow
from .views import IndexNowView


@hooks.register("register_admin_urls")
def route_indexnow() -> list[URLPattern]:
    return [path("indexnow/", IndexNowView.as_view(), name="indexnow")]


@hooks.register("register_reports_menu_item")
def list_indexnow() -> ModelMenuItem:
    return ModelMenuItem(IndexNow, _("IndexNow"), reverse("indexnow"), name="indexnow", icon_name="globe", order=840)
