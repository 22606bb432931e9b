"""Add a list of keywords in the admin: paste or upload, look at what was understood, then save."""

import hashlib
import re
from dataclasses import dataclass

from django import forms
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from .access import KeywordAccessMixin
from .grouping import Plan, add_keywords, list_active_groups, plan_keywords
from .parsing import MAX_LENGTH, ParsedList, SkippedText, decode_list, parse_keywords

MAX_TEXT = 500_000  # characters
MAX_PHRASES = 5000
MAX_CHOICES = 500  # phrases whose group can be changed before they are saved: each is a field of the form
REASONS = {
    "long": _("too long for a search"),
    "number": _("a number without a phrase"),
    "empty": _("no word in it"),
    "above": _("a title above the table"),
}
# Text has none of the other control characters. RTF and PDF are written in letters.
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]|\A\s*(?:\{\\rtf|%PDF)")


class ListForm(forms.Form):
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Keywords"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_(
            "Paste a list in any form: with commas, one a line, with bullets or numbers, in quotes, or a table of a "
            "keyword tool. A number in its own column or after a dash is how many searches a phrase has a month."
        ),
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/plain,text/csv"}),
        help_text=_("A text or CSV file, at most 500,000 characters."),
    )

    def clean(self):
        """Put the text of the file below what was typed, so that it stays on the page."""
        cleaned = super().clean()
        file = cleaned.get("file")
        text = cleaned.get("text", "")
        if file and file.size > 4 * MAX_TEXT:
            self.add_error("file", _("This file is larger than 500,000 characters. Split it, and add the parts."))
        elif file:
            content = decode_list(file.read())
            if _NO_TEXT.search(content):
                self.add_error("file", _("This is not a text file. In your spreadsheet, save the list as CSV."))
            else:
                text = f"{text}\n{content}".strip("\n") if text.strip() else content
        if len(text) > MAX_TEXT:
            self.add_error("text", _("This list is longer than 500,000 characters. Split it, and add the parts."))
        elif not text.strip() and not self.errors:
            self.add_error("text", _("Paste a list of keywords, or choose a file."))
        return cleaned | {"text": text}


@dataclass
class Proposal:
    """Hold what was understood of a list, and what saving it would do."""

    parsed: ParsedList
    plan: Plan

    @property
    def skipped(self) -> list[tuple[SkippedText, str]]:
        return [(one, REASONS[one.reason]) for one in self.parsed.skipped]


class AddListView(KeywordAccessMixin, WagtailAdminTemplateMixin, FormView):
    form_class = ListForm
    template_name = "clinic/admin/keywords/add_list.html"
    page_title = _("Add keywords")
    header_icon = "tag"

    def get_breadcrumbs_items(self) -> list[dict]:
        return [*super().get_breadcrumbs_items(), *breadcrumbs(self.page_title)]

    def form_valid(self, form: ListForm) -> HttpResponse:
        parsed = parse_keywords(form.cleaned_data["text"])
        if not parsed.keywords:
            form.add_error("text", _("This list has no keyword. Put one on each line, or commas between them."))
        elif len(parsed.keywords) > MAX_PHRASES:
            form.add_error("text", _("More than 5,000 keywords. Split the list, and add the parts."))
        elif "save" in self.request.POST and form.cleaned_data["shown"] == digest_of(form.cleaned_data["text"]):
            return self.save(parsed)
        elif "save" in self.request.POST:
            messages.warning(self.request, _("The list changed since it was read. Look at it, then save."))
        proposal = Proposal(parsed, plan_keywords(parsed.keywords)) if parsed.keywords and form.is_valid() else None
        # A new form: an uploaded file is in its text now.
        text = form.cleaned_data.get("text", "")
        shown = ListForm(initial={"text": text, "shown": digest_of(text)}) if proposal else form
        return self.render_to_response(self.get_context_data(form=shown, proposal=proposal))

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        proposal = context.get("proposal")
        if proposal and proposal.plan.new_count <= MAX_CHOICES:
            context |= {"can_choose": True, "group_names": list_active_groups().values_list("name", flat=True)}
        return context

    def save(self, parsed: ParsedList) -> HttpResponse:
        chosen = read_choices(self.request)
        plan = plan_keywords(parsed.keywords)
        try:
            add_keywords(parsed.keywords, owner=self.request.user, chosen=chosen)
        except IntegrityError:  # somebody else added one of them at this moment
            plan = plan_keywords(parsed.keywords)
            add_keywords(parsed.keywords, owner=self.request.user, chosen=chosen)
        added, renewed = plan.new_count, len(plan.renewed)
        if added:
            text = ngettext("%(count)s keyword was added.", "%(count)s keywords were added.", added)
        else:
            text = _("All of these are keywords already. Nothing was added.")
        messages.success(self.request, text % {"count": added})
        if renewed:
            text = ngettext(
                "The searches a month of %(count)s keyword were renewed.",
                "The searches a month of %(count)s keywords were renewed.",
                renewed,
            )
            messages.success(self.request, text % {"count": renewed})
        return redirect("keyword_groups" if added else "keyword_board")


def digest_of(text: str) -> str:
    """Return what tells whether a list is the one that was shown. Browsers write line ends in their own way."""
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "replace")).hexdigest()


def read_choices(request: HttpRequest) -> dict[str, str]:
    """Return the group that was typed for each spelling."""
    return {
        name.removeprefix("group:"): " ".join(value.split())[:MAX_LENGTH]
        for name, value in request.POST.items()
        if name.startswith("group:")
    }


def breadcrumbs(title: str) -> list[dict]:
    return [{"url": reverse("keyword_board"), "label": _("Keywords")}, {"url": "", "label": title}]
