"""Edit the week, seasons, holidays and special days as one form."""

from datetime import date
from itertools import combinations
from typing import Any, NamedTuple

from django import forms
from django.forms.models import ModelForm
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.forms import WagtailAdminModelForm

from clinic.hours.formatting import format_dates
from clinic.hours.models import WEEKDAYS, PublicHoliday, SpecialHours
from clinic.hours.models.fields import SpansFormField
from clinic.models import ClinicProfile

from .holidays import find_coming


class RowFormSet(BaseChildFormSet):
    """Look rows up by their ids among those in memory.

    An earlier version of the hours has rows that are deleted by now, and Django would refuse an id that is not in the
    database. Here the row of an unknown id becomes a new one.
    """

    def add_fields(self, form: ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["id"] = forms.IntegerField(required=False, widget=forms.HiddenInput, initial=form.instance.pk)


class DatedFormSet(RowFormSet):
    """Refuse ranges of days that overlap without one inside the other.

    Of two that pass, the shorter one wins on its days.
    """

    def clean(self):
        super().clean()
        filled = [form for form in self.forms if form.has_changed() or form.instance.pk]
        # deleted_forms is empty as long as any form has errors, so each form is asked.
        dated = [form for form in filled if not form.errors and not self._should_delete_form(form)]
        for one, other in combinations(dated, 2):
            if clash(days_of(one), days_of(other)):
                dates = format_dates(*days_of(one))
                other.add_error(
                    "first_day", _("These days overlap with %(dates)s. Change one of the two.") % {"dates": dates}
                )


class SeasonFormSet(DatedFormSet):
    """Let a new season start from the usual week, in which only what differs is changed."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        kwargs = super().get_form_kwargs(index)
        if index is None:
            return {**kwargs, "initial": {day: getattr(self.instance, day) for day in WEEKDAYS}}
        if self.is_bound and index >= self.initial_form_count():
            # A row that was added and left alone is not saved.
            prefix = self.add_prefix(index)
            if any(self.data.get(f"{prefix}-{day}") for day in WEEKDAYS):
                kwargs["initial"] = {day: self.data.get(day, "") for day in WEEKDAYS}
        return kwargs


def days_of(form: ModelForm) -> tuple[date, date]:
    first, last = form.cleaned_data["first_day"], form.cleaned_data["last_day"]
    if last is None and isinstance(form.instance, SpecialHours):
        last = first
    return first, last or date.max


def clash(one: tuple[date, date], other: tuple[date, date]) -> bool:
    """Return whether two ranges are equal, or overlap only in part."""
    if one[1] < other[0] or other[1] < one[0]:
        return False
    inside = (one[0] <= other[0] and other[1] <= one[1]) or (other[0] <= one[0] and one[1] <= other[1])
    return one == other or not inside


class HolidayFields(NamedTuple):
    """Name the two fields of one public holiday in the form."""

    name: str
    dates: tuple[date, ...]
    decision: str
    spans: str


class OpeningHoursForm(WagtailAdminModelForm):
    """Edit the hours of a site, with two fields for each public holiday.

    Each of the two fields also posts what it showed. So saving leaves a holiday alone unless it was changed here, even
    when somebody else has decided it in between.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        decided = {row.name: row for row in self.instance.public_holidays.all()}
        profile = ClinicProfile.for_site(self.instance.site)
        dates = dict(find_coming(profile, profile.today(timezone.now())))
        names = sorted({*decided, *dates}, key=lambda name: (name in decided, dates.get(name) or (date.max,), name))
        self.holidays = [
            HolidayFields(name, dates.get(name, ()), f"holiday-{slug}", f"holiday-{slug}-hours")
            for name in names
            if (slug := slugify(name, allow_unicode=True))
        ]
        for holiday in self.holidays:
            row = decided.get(holiday.name)
            self.fields[holiday.decision] = forms.ChoiceField(
                label=holiday.name,
                required=False,
                choices=[("", _("Not decided yet")), *PublicHoliday.Decision.choices],
                initial=row.decision if row else "",
                show_hidden_initial=True,
            )
            self.fields[holiday.spans] = SpansFormField(
                label=_("%(name)s: hours") % {"name": holiday.name},
                required=False,
                initial=row.spans if row else (),
                show_hidden_initial=True,
            )

    def clean(self):
        super().clean()
        for holiday in self.holidays:
            decision, spans = (self.cleaned_data.get(name) for name in (holiday.decision, holiday.spans))
            if decision != PublicHoliday.Decision.OTHER_HOURS:
                # The field of the hours is hidden: what was once typed into it is neither read nor refused.
                self.errors.pop(holiday.spans, None)
                self.cleaned_data[holiday.spans] = ()
            elif not spans and holiday.spans not in self.errors:
                self.add_error(holiday.spans, _("Write the hours of that day, like 9 am – 12 pm."))
        return self.cleaned_data

    def save(self, commit=True):
        changed = [one for one in self.holidays if {one.decision, one.spans} & set(self.changed_data)]
        if changed:
            rows = {row.name: row for row in self.instance.public_holidays.all()}
            for holiday in changed:
                rows.setdefault(holiday.name, PublicHoliday(name=holiday.name))
                rows[holiday.name].decision = self.cleaned_data[holiday.decision]
                rows[holiday.name].spans = self.cleaned_data[holiday.spans]
            self.instance.public_holidays = [row for row in rows.values() if row.decision]
        formsets = self.formsets
        self.formsets = {name: formset for name, formset in formsets.items() if formset.has_changed()}
        instance = super().save(commit)  # rows of other kinds stay untouched
        self.formsets = formsets
        return instance

    def errors_by_id(self) -> dict[str, list[str]]:
        """Return the error messages by the id of their field.

        Those about the whole form have an empty id.
        """
        found: dict[str, list[str]] = {}
        row_forms = (form for formset in self.formsets.values() for form in formset.forms)
        for form in (self, *row_forms):
            for name, messages in form.errors.items():
                found.setdefault(form[name].auto_id if name in form.fields else "", []).extend(messages)
        return found
