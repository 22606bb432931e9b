"""The form with which a patient moves her visit to another time."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import time_choices
from .availability import FreeStart, could_be_offered
from .forms import day_asked_for
from .models import Appointment
from .services import Calendar, free_times, time_taken
from .time_choices import Window
from .time_fields import NOT_A_TIME, TimeField


class OtherTimeField(TimeField):
    """Without "please call me": she has a time already."""

    def offer(self, window: Window, zone: tzinfo, **shown: Any) -> None:
        # The buttons for other days stand below the field: the widget's own lead to the consultation form.
        super().offer(Window(window.days, None, None), zone, **shown)
        self.widget.choices = [choice for choice in self.widget.choices if choice[0] != ""]


class ChangeTimeForm(forms.Form):
    start = OtherTimeField(
        label=_("Free times"), error_messages={"required": _("Choose one of the times, then send it once more.")}
    )
    # The first day that is shown, empty for the first of all.
    days_from = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, visit: Appointment, calendar: Calendar, city: str, typed: Any = None):
        """``data`` is sent and will be checked. ``typed`` stands in a form that looks at other days."""
        self.visit, self.calendar = visit, calendar
        super().__init__(data, initial=None if typed is None else as_typed(typed))
        self.fields["start"].help_text = _("All times are %(city)s time.") % {"city": city}
        # Sent, it is shown again only when something is wrong with it.
        if data is None:
            self.offer(self.free())

    def offer(self, free: Sequence[FreeStart], nearest: Collection[datetime] = ()) -> None:
        values = self.data if self.is_bound else self.initial
        picked = None if self.errors else time_choices.read_value(values.get("start"))
        picked = picked if picked and self._could_be_offered(picked) else None
        days = time_choices.by_day((one.at for one in free), self.zone)
        self.window = time_choices.window(days, time_choices.read_day(values.get("days_from")))
        self.fields["start"].offer(self.window, self.zone, picked=picked, nearest=nearest)

    def free(self) -> list[FreeStart]:
        """What she can move to. Her own cells are no obstacle, but the time she has is no other one."""
        every = free_times(self.calendar, timezone.now(), but=self.visit)
        return [one for one in every if one.at != self.visit.starts_at]

    @property
    def zone(self) -> tzinfo:
        return self.calendar.schedule.time_zone

    def clean_start(self) -> datetime:
        start = self.cleaned_data["start"]
        # The time she has: sent twice.
        if start != self.visit.starts_at and not self._could_be_offered(start):
            raise forms.ValidationError(NOT_A_TIME, code="invalid")
        return start

    def _could_be_offered(self, start: datetime) -> bool:
        is_hers = start == self.visit.starts_at
        return not is_hers and could_be_offered(start, self.calendar.schedule, self.calendar.rules, timezone.now())

    def refuse(self) -> None:
        """The time was gone when she sent the form. She finds the nearest ones above the days."""
        free = self.free()
        taken = time_taken(self.cleaned_data["start"], free)
        self.add_error("start", str(taken))
        self.offer(free, taken.nearest)


def as_typed(typed: Mapping[str, str]) -> dict[str, str]:
    return {"start": typed.get("start", ""), "days_from": day_asked_for(typed)}
