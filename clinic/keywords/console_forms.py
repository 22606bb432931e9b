"""Ask for a file of Search Console, and for the days it is about."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminDateInput

from clinic.text import one_line

from .console_files import MAX_FILES, MAX_QUERY, MAX_ROWS, MAX_UPLOAD, Table

FIRST_YEAR, LAST_YEAR = 2000, 2100

FAULTS = {
    "empty": gettext_lazy("The file is empty."),
    "large": gettext_lazy("The file is too large. Export fewer days, or a single table."),
    "broken": gettext_lazy("The file is damaged or not complete. Download it from Search Console again."),
    "excel": gettext_lazy("This is an Excel file. In Search Console, choose Export, then Download CSV."),
    "many": gettext_lazy("The ZIP has more than %(files)s files. Upload the one that Search Console made."),
    "locked": gettext_lazy("The file has a password. Upload it without one."),
    "nested": gettext_lazy("This is a ZIP in the ZIP. Unpack it, and upload its files one by one."),
    "nothing": gettext_lazy("The ZIP has no table in it."),
    "columns": gettext_lazy(
        "No column names queries or pages. The columns are: %(about)s. Expected is, for example, “Top queries, Clicks, "
        "Impressions, CTR, Position”."
    ),
    "missing": gettext_lazy("The table has no column with %(about)s."),
    "long": gettext_lazy("The table has more than %(rows)s lines. Export fewer days."),
    "no_lines": gettext_lazy("The table has no line that could be read."),
    "second": gettext_lazy("%(about)s is a table of the same kind. Only one of them can count."),
}
REASONS = {
    "no_query": gettext_lazy("There is no query in it."),
    "no_page": gettext_lazy("It has no address of a web page."),
    "other_site": gettext_lazy("The page is on another site."),
    "long": gettext_lazy("The query has more than %(letters)s characters."),
    "number": gettext_lazy("The clicks or the impressions are no whole number."),
}
LIMITS = {"files": MAX_FILES, "rows": f"{MAX_ROWS:,}", "letters": MAX_QUERY}


def describe_fault(table: Table) -> str:
    return str(FAULTS[table.fault]) % {**LIMITS, "about": table.about}


def describe_reason(reason: str) -> str:
    return str(REASONS[reason]) % LIMITS


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "In Search Console: Performance, Search results, then Export, Download CSV. Upload the ZIP as it is, or "
            "one of its tables. A table with query and page, from Looker Studio for example, also says where people "
            "land."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,.csv,.tsv,.txt"}),
        allow_empty_file=True,
    )

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload.size > MAX_UPLOAD:
            size = MAX_UPLOAD // 1024 // 1024
            raise ValidationError(_("Files of at most %(size)s MB can be read.") % {"size": size})
        return upload


class PeriodForm(forms.Form):
    first_day = forms.DateField(label=gettext_lazy("First day"), widget=AdminDateInput)
    last_day = forms.DateField(label=gettext_lazy("Last day"), widget=AdminDateInput)
    name = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("Only if the days do not say enough, for example: Phones only."),
    )

    def clean_name(self) -> str:
        return one_line(self.cleaned_data["name"])

    def _check_year(self, name: str) -> date:
        day = self.cleaned_data[name]
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(_("Type a day between the years %(first)s and %(last)s.") % _YEARS)
        return day

    def clean_first_day(self) -> date:
        return self._check_year("first_day")

    def clean_last_day(self) -> date:
        return self._check_year("last_day")

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day is before the first."))
        return cleaned


_YEARS = {"first": FIRST_YEAR, "last": LAST_YEAR}
