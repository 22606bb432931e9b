"""Define the lists in the "Content" menu. Features add theirs with ``menu_hook = CONTENT_MENU``."""

from django.db.models import Count
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, Column, NumberColumn
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from .models import Announcement, Keyword, Person, Testimonial, WhyChooseUs

CONTENT_MENU = "register_content_menu_item"


class KeywordViewSet(SnippetViewSet):
    model = Keyword
    icon = "tag"
    list_display = ["name", NumberColumn("page_count", label=_("Pages"), sort_key="page_count")]
    list_per_page = 50
    search_fields = ["name"]
    ordering = "name"

    def get_queryset(self, request):
        return Keyword.objects.annotate(page_count=Count("page_keywords"))


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


class AnnouncementViewSet(SnippetViewSet):
    model = Announcement
    icon = "info-circle"
    list_display = ["text", "starts_at", "ends_at"]
    search_fields = ["text"]


class ContentGroup(SnippetViewSetGroup):
    items = (AnnouncementViewSet, KeywordViewSet, PersonViewSet, TestimonialViewSet, WhyChooseUsViewSet)
    menu_label = _("Content")
    menu_icon = "snippet"
    menu_name = "content"
    menu_order = 300
    submenu_hook = CONTENT_MENU
