"""Choose a keyword for a page, or add one, in the editor of pages."""

from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.snippets.views import chooser as views
from wagtail.snippets.widgets import AdminSnippetChooser

from clinic.admin.access import PageEditorsOnly

from .grouping import add_keywords, list_active_groups, plan_keywords
from .matching import spelling_of
from .models import Keyword, KeywordGroup, PageKeyword
from .parsing import parse_keywords

MAX_TYPED = 5000  # characters


class FilterForm(BaseFilterForm):
    q = forms.CharField(
        label=gettext_lazy("Search keywords"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Some words of it")}),
    )

    def filter(self, groups: QuerySet[KeywordGroup]) -> QuerySet[KeywordGroup]:
        """Return the groups with a phrase that has all the words, in any order."""
        query = spelling_of(self.cleaned_data["q"])
        if not query:
            return groups
        self.is_searching, self.search_query = True, self.cleaned_data["q"]
        phrases = Keyword.objects.filter(group=OuterRef("pk"))
        for word in query.split()[:10]:
            phrases = phrases.filter(spelling__contains=word)
        return groups.filter(Q(Exists(phrases)) | Q(name__icontains=query))


class AddKeywordsForm(forms.Form):
    """Read phrases that mean the same search. All go into one group."""

    phrases = forms.CharField(
        label=gettext_lazy("Keywords"),
        max_length=MAX_TYPED,
        widget=AdminAutoHeightTextInput,
        help_text=gettext_lazy(
            "What people type into a search engine. If several mean the same search, type all of them: one on each "
            "line, or with commas between them."
        ),
    )

    def clean_phrases(self) -> str:
        typed = self.cleaned_data["phrases"]
        parsed = parse_keywords(typed)
        if parsed.skipped:
            texts = ", ".join(f"“{Truncator(one.text).chars(60)}”" for one in parsed.skipped[:5])
            raise forms.ValidationError(
                _("This is not a keyword: %(texts)s. Type words that people search for, at most 12 words in each.")
                % {"texts": texts}
            )
        if not parsed.keywords:
            raise forms.ValidationError(_("Type a phrase with a word in it."))
        self.parsed = parsed.keywords
        self.plan = plan_keywords(self.parsed)
        if self.plan.existing:
            raise forms.ValidationError([_describe_existing(keyword) for keyword in self.plan.existing[:5]])
        return typed

    def save(self, owner) -> KeywordGroup:
        """Add the phrases, to the group that exists for one of them if there is one, and return the group."""
        known = {plan.group.pk: plan.group for plan in self.plan.groups if plan.group}
        with transaction.atomic():
            if len(known) == 1:
                group = next(iter(known.values()))
            else:
                group = KeywordGroup.objects.create(name=self.parsed[0].phrase)
            add_keywords(self.parsed, owner=owner, group=group)
        return group


def _describe_existing(keyword: Keyword) -> str:
    text = _(
        "“%(phrase)s” is in the group “%(group)s” already. Choose that group under “Choose”, or leave it out here."
    )
    return text % {"phrase": keyword, "group": keyword.group.current}


def is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


class ChooseMixin(PageEditorsOnly):
    def can_create(self) -> bool:
        return self.request.user.has_perms(["clinic.add_keyword", "clinic.add_keywordgroup"])

    filter_form_class = FilterForm
    results_template_name = "clinic/admin/keywords/chooser_results.html"
    per_page = 15

    @property
    def columns(self) -> list[Column]:
        return [
            self.title_column,
            Column("phrases", label=gettext_lazy("Also"), accessor=_list_other_phrases),
            Column("holder", label=gettext_lazy("The page for it"), accessor=_describe_holder),
        ]

    @cached_property
    def title_column(self) -> Column:
        column = super().title_column
        column.label = _("Keyword")
        return column

    def get_object_list(self) -> QuerySet[KeywordGroup]:
        primary = PageKeyword.objects.filter(is_live=True, role=PageKeyword.Role.PRIMARY).select_related("page")
        return list_active_groups().prefetch_related(
            Prefetch("keywords", Keyword.objects.filter(merged_into=None)),
            Prefetch("page_keywords", primary, to_attr="holders"),
        )


def _list_other_phrases(group: KeywordGroup) -> str:
    others = [keyword.phrase for keyword in group.keywords.all() if keyword.phrase != group.name]
    text = ", ".join(others[:3])
    if left := max(0, len(others) - 3):
        text += ngettext(" and %(count)s more", " and %(count)s more", left) % {"count": left}
    return text


def _describe_holder(group: KeywordGroup) -> str:
    return group.holders[0].page.get_admin_display_title() if group.holders else _("No page yet")


class ChooseView(ChooseMixin, views.ChooseView):
    pass


class ChooseResultsView(ChooseMixin, views.ChooseResultsView):
    pass


class ChosenView(PageEditorsOnly, views.SnippetChosenView):
    def get_object(self, pk: str) -> KeywordGroup:
        if not is_key(pk):
            raise KeywordGroup.DoesNotExist
        return super().get_object(pk).current


class ChosenMultipleView(PageEditorsOnly, views.SnippetChosenMultipleView):
    def get_objects(self, pks: list[str]) -> QuerySet[KeywordGroup]:
        return super().get_objects([pk for pk in pks if is_key(pk)])


class CreateView(PageEditorsOnly, views.SnippetCreateView):
    can_create = ChooseMixin.can_create

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            with transaction.atomic():
                return super().post(request)
        except IntegrityError:
            # A colleague added one of them a moment ago: the form finds it now.
            self.form = self.get_creation_form()
            self.form.is_valid()
            return self.get_reshow_creation_form_response()

    def save_form(self, form: AddKeywordsForm) -> KeywordGroup:
        return form.save(owner=self.request.user)


class KeywordChooser(AdminSnippetChooser):
    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.choose_one_text = gettext_lazy("Choose a keyword")
        self.choose_another_text = gettext_lazy("Choose another keyword")
        self.link_to_chosen_text = gettext_lazy("Edit this group of keywords")

    def get_instance(self, value: Any) -> KeywordGroup | None:
        """Return the group, or None if the value is no key: a form is shown again with whatever was sent."""
        return super().get_instance(value) if isinstance(value, KeywordGroup) or is_key(str(value)) else None


class KeywordChooserViewSet(views.SnippetChooserViewSet):
    icon = "tag"
    page_title = gettext_lazy("Choose a keyword")
    choose_one_text = gettext_lazy("Choose a keyword")
    choose_another_text = gettext_lazy("Choose another keyword")
    search_tab_label = gettext_lazy("Choose")
    creation_tab_label = gettext_lazy("Add new")
    create_action_label = gettext_lazy("Add and choose")
    create_action_clicked_label = gettext_lazy("Adding…")
    creation_form_class = AddKeywordsForm
    choose_view_class = ChooseView
    choose_results_view_class = ChooseResultsView
    chosen_view_class = ChosenView
    chosen_multiple_view_class = ChosenMultipleView
    create_view_class = CreateView
    base_widget_class = KeywordChooser
