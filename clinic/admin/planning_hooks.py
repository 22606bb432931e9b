from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from clinic.keywords.page_texts_views import PageTextsView

from .access import PagesMenuItem
from .menu import KEYWORD_MENU
from .schedule import ScheduleView


@hooks.register("register_admin_urls")
def route_planning():
    return [
        path("schedule/", ScheduleView.as_view(), name="publishing_schedule"),
        path("page-texts/", PageTextsView.as_view(), name="page_texts"),
    ]


@hooks.register(KEYWORD_MENU)
def link_schedule():
    url = reverse("publishing_schedule")
    return PagesMenuItem(_("Publishing schedule"), url, name="publishing-schedule", icon_name="calendar", order=60)


@hooks.register(KEYWORD_MENU)
def link_page_texts():
    url = reverse("page_texts")
    return PagesMenuItem(_("Titles and descriptions"), url, name="page-texts", icon_name="edit", order=55)
