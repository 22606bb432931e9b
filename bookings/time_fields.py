"""The form field with which a patient picks a free time."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from . import time_choices
from .time_choices import Window

NOT_A_TIME = _("This is none of our times. Please choose one from the list.")
CALL_ME = _("None of these fit: please call me")
Choice = tuple[str, str]


@dataclass(frozen=True)
class Group:
    """A heading over some times. A day can be folded; what was picked or is proposed cannot."""

    label: str
    is_day: bool = False
    is_open: bool = True


class TimeRadios(forms.RadioSelect):
    template_name = "bookings/widgets/times.html"
    window = Window((), None, None)

    def format_value(self, value: Any) -> list[str]:
        # Not picked yet is something else than "call me", whose value is empty.
        return [] if value is None else super().format_value(value)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "window": self.window}


class TimeField(forms.Field):
    """An instant (UTC), or None for "call me". Whether it is still free, ``services.submit`` decides."""

    widget = TimeRadios

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        at = time_choices.read_value(value)
        if at is None:
            raise ValidationError(NOT_A_TIME, code="invalid")
        return at

    def offer(
        self,
        window: Window,
        zone: tzinfo,
        *,
        picked: datetime | None = None,
        nearest: Collection[datetime] = (),
    ) -> None:
        """Show these days. The nearest times, and what was picked on another page, stand above them."""
        self.widget.window = window
        self.widget.choices = [*_groups(window, zone, picked, nearest), ("", CALL_ME)]


def _groups(
    window: Window, zone: tzinfo, picked: datetime | None, nearest: Collection[datetime]
) -> Iterator[tuple[Group, Sequence[Choice]]]:
    shown = {at for day in window.days for at in day.times}
    if nearest:
        yield Group(_("The nearest free times")), _whole(nearest, zone)
    if picked and picked not in shown and picked not in nearest:
        yield Group(_("Your choice")), _whole([picked], zone)
    for position, day in enumerate(window.days):
        # No time stands on the page twice.
        times = [at for at in day.times if at not in nearest]
        if times:
            # Folded, five days fit on a phone.
            group = Group(time_choices.day_words(day.date), is_day=True, is_open=position == 0 or picked in times)
            yield group, [(time_choices.value_of(at), time_choices.time_words(at, zone)) for at in times]


def _whole(times: Collection[datetime], zone: tzinfo) -> list[Choice]:
    return [(time_choices.value_of(at), time_choices.words(at, zone)) for at in times]
