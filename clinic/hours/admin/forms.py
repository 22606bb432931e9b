"""The week, the seasons, the holidays and the special days of one clinic, as one form."""

from collections.abc import Sequence
from datetime import date
from itertools import combinations
from typing import Any

from django import forms
from django.forms.models import ModelForm
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet, childformset_factory

from clinic.hours.formatting import format_dates
from clinic.hours.models import WEEKDAYS
from clinic.models import OpeningHours, PublicHoliday, SeasonalHours, SpecialHours, YearlyHoliday


def date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class DaysMixin:
    """Gives a template the seven days of a form."""

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[day] for day in WEEKDAYS]


class WeekForm(DaysMixin, ModelForm):
    # The revision that was on the screen: somebody else may have saved in the meantime.
    loaded_revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = OpeningHours
        fields = WEEKDAYS


class SeasonForm(DaysMixin, ModelForm):
    class Meta:
        model = SeasonalHours
        fields = ("name", "first_day", "last_day", *WEEKDAYS)
        widgets = {"first_day": date_input(), "last_day": date_input()}


class SpecialHoursForm(ModelForm):
    class Meta:
        model = SpecialHours
        fields = ("first_day", "last_day", "spans", "reason")
        widgets = {"first_day": date_input(), "last_day": date_input()}

    def is_past(self, today: date) -> bool:
        last = self.instance.last_day or self.instance.first_day
        return bool(last and last < today and not self.errors)  # what is to be mended is not folded away


class PublicHolidayForm(ModelForm):
    """The calendar brings the name. A holiday whose decision is left open is not kept."""

    decision = forms.ChoiceField(
        required=False, choices=[("", _("Not decided yet")), *PublicHoliday.Decision.choices], label=_("What happens")
    )

    class Meta:
        model = PublicHoliday
        fields = ("name", "decision", "spans")
        widgets = {"name": forms.HiddenInput}

    def has_changed(self) -> bool:
        return super().has_changed() if self.instance.pk else bool(self["decision"].data)

    def clean(self) -> dict[str, Any]:
        # Without other hours their field is hidden: what was once typed into it is neither read nor refused.
        if self.cleaned_data.get("decision") != PublicHoliday.Decision.OTHER_HOURS:
            self.errors.pop("spans", None)
            self.cleaned_data["spans"] = ()
        return super().clean()

    def _post_clean(self) -> None:
        unreadable = self.errors["spans"].copy() if "spans" in self.errors else None
        super()._post_clean()
        if unreadable:
            # The model finds no hours and asks for some; how to write them has been said already.
            self.errors["spans"] = unreadable


class YearlyHolidayForm(ModelForm):
    class Meta:
        model = YearlyHoliday
        fields = ("name", "month", "day", "nth", "weekday", "shift", "spans")


class RowFormSet(BaseChildFormSet):
    """Rows are looked up by their ids among those in memory: an earlier version has some that are deleted by now.

    Django would look for each in the database, and refuse what it does not find.
    """

    def add_fields(self, form: ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["id"] = forms.IntegerField(required=False, widget=forms.HiddenInput, initial=form.instance.pk)

    def _construct_form(self, i: int, **kwargs) -> ModelForm:
        if self.is_bound and i >= self.initial_form_count() and (pk := self.data.get(f"{self.add_prefix(i)}-id")):
            kwargs["instance"] = self._existing_object(int(pk))
        return super()._construct_form(i, **kwargs)


class DatedFormSet(RowFormSet):
    """Ranges of days may lie inside one another, the shorter one wins. Two that merely overlap are a mistake."""

    def clean(self):
        super().clean()
        kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        # Not deleted_forms: that is empty as long as any form has errors.
        dated = [form for form in kept if not form.errors and not self._should_delete_form(form)]
        for one, other in combinations(dated, 2):
            if clash(days_of(one), days_of(other)):
                dates = format_dates(*days_of(one))
                other.add_error(
                    "first_day", _("These days overlap with %(dates)s. Change one of the two.") % {"dates": dates}
                )


def days_of(form: ModelForm) -> tuple[date, date]:
    first, last = form.cleaned_data["first_day"], form.cleaned_data["last_day"]
    if last is None and isinstance(form.instance, SpecialHours):
        last = first
    return first, last or date.max


def clash(one: tuple[date, date], other: tuple[date, date]) -> bool:
    """True for ranges that overlap without one lying inside the other, and for equal ones."""
    if one[1] < other[0] or other[1] < one[0]:
        return False
    inside = (one[0] <= other[0] and other[1] <= one[1]) or (other[0] <= one[0] and one[1] <= other[1])
    return one == other or not inside


class PublicHolidayFormSet(RowFormSet):
    def _should_delete_form(self, form) -> bool:
        return form.cleaned_data.get("decision") == ""


SeasonFormSet = childformset_factory(
    OpeningHours, SeasonalHours, form=SeasonForm, formset=DatedFormSet, extra=0, can_delete=True
)
SpecialFormSet = childformset_factory(
    OpeningHours, SpecialHours, form=SpecialHoursForm, formset=DatedFormSet, extra=0, can_delete=True
)
PublicFormSet = childformset_factory(
    OpeningHours, PublicHoliday, form=PublicHolidayForm, formset=PublicHolidayFormSet, extra=0, can_delete=True
)
YearlyFormSet = childformset_factory(
    OpeningHours, YearlyHoliday, form=YearlyHolidayForm, formset=RowFormSet, extra=0, can_delete=True
)


def with_known_ids(data: QueryDict, hours: OpeningHours) -> QueryDict:
    """The same data, with the ids of rows that are there.

    A row that somebody else has removed meanwhile becomes a new one. A public holiday is known by its name: one that
    somebody else has decided meanwhile is that row.
    """
    known = {"seasons": hours.seasons, "special": hours.special_hours, "yearly": hours.yearly_holidays}
    data = data.copy()
    for prefix, rows in known.items():
        ids = {str(row.pk) for row in rows.all()}
        for name in data:
            if name.startswith(f"{prefix}-") and name.endswith("-id") and data[name] not in ids:
                data[name] = ""
    holidays = {row.name: str(row.pk) for row in hours.public_holidays.all()}
    for name in [name for name in data if name.startswith("public-") and name.endswith("-name")]:
        data[f"{name.removesuffix('-name')}-id"] = holidays.get(data[name], "")
    return data


class HoursForms:
    """All forms of the page as one. ``proposals`` are the names of public holidays nobody has decided about."""

    def __init__(self, hours: OpeningHours, *, proposals: Sequence[str], loaded_revision: int | None, data=None):
        self.hours = hours
        if data is not None:
            data = with_known_ids(data, hours)
        self.week = WeekForm(data, instance=hours, initial={"loaded_revision": loaded_revision})
        self.seasons = SeasonFormSet(data, instance=hours, prefix="seasons")
        self.special = SpecialFormSet(data, instance=hours, prefix="special")
        proposed = [{"name": name} for name in proposals]
        self.public = PublicFormSet(data, instance=hours, prefix="public", initial=proposed)
        self.public.extra = len(proposed)
        self.yearly = YearlyFormSet(data, instance=hours, prefix="yearly")
        self.formsets = (self.seasons, self.special, self.public, self.yearly)

    def is_valid(self) -> bool:
        # Each of them is asked, so that every mistake is shown at once.
        return all([self.week.is_valid(), *(formset.is_valid() for formset in self.formsets)])

    def apply(self) -> OpeningHours:
        """The hours as typed, in memory: nothing is saved."""
        for formset in self.formsets:
            formset.save(commit=False)
        return self.hours

    def errors_of_the_whole(self) -> list[str]:
        return self.errors().get("", []) if self.week.is_bound else []

    def errors(self) -> dict[str, list[str]]:
        """Messages by the id of their field; those of the whole under an empty name."""
        found: dict[str, list[str]] = {}
        every = [self.week, *(form for formset in self.formsets for form in formset.forms)]
        for form in every:
            for name, messages in form.errors.items():
                field = form[name].id_for_label if name in form.fields else ""
                found.setdefault(field, []).extend(messages)
        for formset in self.formsets:
            found.setdefault("", []).extend(formset.non_form_errors())
        return {field: messages for field, messages in found.items() if messages}
