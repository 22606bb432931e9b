"""Edit keywords, groups and word rules in the admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.views.snippets import SnippetViewSet

from clinic.admin.columns import PageCountColumn, count_pages

from .chooser import KeywordChooserViewSet
from .models import Keyword, KeywordGroup, WordRule


class KeywordViewSet(SnippetViewSet):
    model = Keyword
    icon = "tag"
    list_display = ["phrase", "group", "intent", "priority", "status", "monthly_searches"]
    list_filter = ["status", "priority", "intent"]
    list_per_page = 50
    search_fields = ["phrase"]
    ordering = "phrase"


class KeywordGroupViewSet(SnippetViewSet):
    model = KeywordGroup
    icon = "tag"
    chooser_viewset_class = KeywordChooserViewSet
    list_display = ["name", PageCountColumn(_("Pages"))]
    search_fields = ["name"]
    ordering = "name"

    def get_queryset(self, request):
        groups = KeywordGroup.objects.filter(merged_into=None)
        return groups.annotate(**count_pages("page_keywords__page"))


class WordRuleViewSet(SnippetViewSet):
    model = WordRule
    icon = "list-ul"
    list_display = ["words", "kind", "means"]
    search_fields = ["words", "means"]
    ordering = ["kind", "means"]
