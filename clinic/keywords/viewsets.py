"""Edit keywords, groups and word rules in the admin."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel

from clinic.admin.access import NoChooserViewSet
from clinic.admin.columns import PageCountColumn, count_pages
from clinic.admin.menu import KEYWORD_MENU
from clinic.admin.ordering import SnippetViewSet

from .chooser import KeywordChooserViewSet
from .grouping import find_group, move_keywords
from .models import Keyword, KeywordGroup, WordRule, get_language


class KeywordForm(WagtailAdminModelForm):
    """Choose the group where an editor leaves it blank, and let pages follow where a group is left empty."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        group = self.fields["group"]
        group.required = False
        group.queryset = KeywordGroup.objects.filter(merged_into=None)
        group.help_text = _("Phrases that mean the same search. Leave it blank, and the group is found or made.")

    def clean_group(self):
        chosen = self.cleaned_data["group"] or (self.instance.group if self.instance.pk else None)
        return chosen and chosen.current

    def save(self, commit=True):
        keyword = self.instance
        chosen = self.cleaned_data["group"]
        stored = Keyword.objects.filter(pk=keyword.pk).select_related("group").first() if keyword.pk else None
        if not chosen:
            keyword.describe(get_language())
            chosen = find_group(keyword) or KeywordGroup.objects.create(name=keyword.phrase)
        if stored and stored.group_id != chosen.pk:
            move_keywords([stored], chosen, self.for_user)
            keyword.is_grouped_by_hand = True
        keyword.group = chosen
        return super().save(commit)


Keyword.base_form_class = KeywordForm


class KeywordViewSet(SnippetViewSet):
    model = Keyword
    chooser_viewset_class = NoChooserViewSet
    icon = "tag"
    menu_label = _("All keywords")
    menu_hook = KEYWORD_MENU
    menu_order = 40
    add_to_admin_menu = True
    list_display = ["phrase", "group", "intent", "place", "priority", "status", "monthly_searches", "owner"]
    list_filter = ["status", "priority", "intent", "owner", "treatment", "concern"]
    list_export = ["phrase", "group", "intent", "place", "priority", "status", "monthly_searches", "owner", "notes"]
    list_per_page = 50
    search_fields = ["phrase", "group__name"]
    ordering = "phrase"
    panels = [
        "phrase",
        "group",
        MultiFieldPanel(
            [FieldRowPanel(["intent", "place"]), FieldRowPanel(["treatment", "concern"])],
            heading=_("What it is about"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(["priority", "status"]),
                FieldRowPanel(["owner", "monthly_searches"]),
                FieldPanel("notes", widget=forms.Textarea(attrs={"rows": 3})),
            ],
            heading=_("Plan"),
        ),
    ]

    def get_queryset(self, request):
        return Keyword.objects.filter(merged_into=None).select_related("group", "owner")


class KeywordGroupViewSet(SnippetViewSet):
    model = KeywordGroup
    icon = "tag"
    menu_hook = KEYWORD_MENU
    chooser_viewset_class = KeywordChooserViewSet
    list_display = ["name", PageCountColumn(_("Pages"))]
    search_fields = ["name"]
    ordering = "name"
    panels = ["name"]

    def get_queryset(self, request):
        groups = KeywordGroup.objects.filter(merged_into=None)
        return groups.annotate(**count_pages("page_keywords__page"))


class WordRuleViewSet(SnippetViewSet):
    model = WordRule
    chooser_viewset_class = NoChooserViewSet
    icon = "list-ul"
    menu_hook = KEYWORD_MENU
    menu_order = 90
    add_to_admin_menu = True
    list_display = ["words", "kind", "means"]
    list_filter = ["kind"]
    search_fields = ["words", "means"]
    ordering = ["kind", "means"]
