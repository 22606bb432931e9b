"""Define the form with which a patient moves their visit."""

from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.models import Appointment
from bookings.scheduling.availability import is_possible
from bookings.scheduling.formatting import parse_day
from bookings.scheduling.picker import Window, get_window, group_by_day
from bookings.scheduling.policy import BookingPolicy
from bookings.services import TimeTakenError, free_starts
from clinic.hours.schedule import MIDNIGHT, instant_of

from .fields import NOT_A_TIME, TimeField, get_first_day, parse_value


class OtherTimeField(TimeField):
    """Offer times without "please call me": the patient has a time already."""

    def offer(self, window: Window, zone: tzinfo, **shown: Any) -> None:
        super().offer(window, zone, **shown)
        self.widget.choices = [choice for choice in self.widget.choices if choice[0] != ""]


class ChangeTimeForm(forms.Form):
    start = OtherTimeField(
        label=_("Available times"),
        error_messages={"required": _("Choose one of the times, then submit the form again.")},
    )
    # The first day that is shown; empty for the first of all.
    days_from = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        visit: Appointment | None,
        policy: BookingPolicy,
        city: str,
        not_before: date | None = None,
        typed: Any = None,
    ):
        """Take ``data`` to check, or ``typed`` to show other days with.

        A repeat has no time before ``not_before``, a local date.
        """
        self.visit, self.policy = visit, policy
        self.current = visit.starts_at if visit else None
        # A visit cannot be moved to where it could not be changed any more.
        self.earliest = timezone.now() + (policy.change_until if visit else timedelta())
        if not_before:
            self.earliest = max(self.earliest, instant_of(not_before, MIDNIGHT, policy.schedule.time_zone))
        self.nearest: tuple[datetime, ...] = ()
        super().__init__(data)
        if typed is not None:
            start = self.fields["start"].widget.value_from_datadict(typed, {}, "start")
            self.initial = {"start": start, "days_from": get_first_day(typed)}
        self.fields["start"].help_text = _("All times are %(city)s time.") % {"city": city}

    def clean_start(self) -> datetime:
        start = self.cleaned_data["start"]
        # A form that was sent twice names the time that the visit has already.
        if start != self.current and not self._is_possible(start):
            raise forms.ValidationError(NOT_A_TIME, code="invalid")
        return start

    def _is_possible(self, start: datetime) -> bool:
        return start >= self.earliest and is_possible(start, self.policy.schedule, self.policy.rules, timezone.now())

    def refuse(self, taken: TimeTakenError) -> None:
        """Report that the time was taken, and show the nearest free times."""
        self.add_error("start", str(taken))
        self.nearest = tuple(at for at in taken.nearest if at != self.current and at >= self.earliest)

    def prepare(self) -> None:
        """Offer the times that the visit can move to.

        Call it before the form is shown.
        """
        zone, values = self.policy.schedule.time_zone, self.data if self.is_bound else self.initial
        value = self["start"].value()
        picked = None if self.errors else parse_value(value)
        if picked and (picked == self.current or not self._is_possible(picked)):
            picked = None
        # The visit's own slots count as free, but its current start is not offered.
        free = (one.at for one in free_starts(self.policy, timezone.now(), moving=self.visit))
        days = group_by_day((at for at in free if at != self.current and at >= self.earliest), zone)
        self.window = get_window(days, parse_day(values.get("days_from")))
        self.fields["start"].offer(self.window, zone, picked=picked, nearest=self.nearest, value=value)
