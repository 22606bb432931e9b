"""Define the lists in the "Content" menu."""

from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, Column, StatusTagColumn
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from clinic.hours.formatting import format_day, format_end, format_moment
from clinic.hours.schedule import MIDNIGHT
from clinic.models import Announcement, Person, Testimonial, WhyChooseUs
from clinic.search.viewsets import SynonymViewSet

from .menu import CONTENT_MENU
from .ordering import SnippetViewSet


class PersonViewSet(SnippetViewSet):
    model = Person
    icon = "group"
    list_display = ["name", "credentials", "role", "sort_order"]
    search_fields = ["name", "role"]
    ordering = ["sort_order", "name"]


class TestimonialViewSet(SnippetViewSet):
    model = Testimonial
    icon = "openquote"
    list_display = [
        "attribution",
        Column("quote", label=_("Quote"), accessor=lambda testimonial: Truncator(testimonial.quote).words(14)),
        BooleanColumn("is_example", label=_("Example")),
        BooleanColumn("show_on_home", label=_("On the home page")),
    ]
    search_fields = ["quote", "attribution"]
    list_filter = ["is_example", "show_on_home"]


class WhyChooseUsViewSet(SnippetViewSet):
    model = WhyChooseUs
    icon = "circle-check"
    list_display = ["name", "heading"]
    search_fields = ["name", "heading"]


def describe_start(announcement: Announcement) -> str:
    """Return the first day, with the time if it is not the start of the day."""
    local, this_year = timezone.localtime(announcement.starts_at), timezone.localtime().year
    is_whole_day = local.time() == MIDNIGHT
    return format_day(local.date(), this_year) if is_whole_day else format_moment(local, this_year)


def describe_end(announcement: Announcement) -> str:
    return format_end(timezone.localtime(announcement.ends_at), timezone.localtime().year)


class AnnouncementViewSet(SnippetViewSet):
    model = Announcement
    icon = "info-circle"
    list_display = [
        "text",
        StatusTagColumn("state", label=_("State"), accessor="describe_state", primary=lambda row: row.is_running),
        Column("starts_at", label=_("From"), accessor=lambda row: describe_start(row), sort_key="starts_at"),
        Column("ends_at", label=_("To"), accessor=describe_end),
    ]
    search_fields = ["text"]


class ContentGroup(SnippetViewSetGroup):
    items = (AnnouncementViewSet, PersonViewSet, SynonymViewSet, TestimonialViewSet, WhyChooseUsViewSet)
    menu_label = _("Content")
    menu_icon = "snippet"
    menu_name = "content"
    menu_order = 300
    submenu_hook = CONTENT_MENU
