"""Define the fields that clean what patients type or pick."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.contact_details import plain_text
from bookings.scheduling.formatting import format_clock, format_day, format_start, parse_day
from bookings.scheduling.picker import Window, split_day

# Without a script, buttons show other days and send nothing. Their value is the first day to show.
OTHER_DAYS = ("later", "earlier")
TIME_FORMAT = "%Y-%m-%dT%H:%MZ"
NOT_A_TIME = _("That time is not available. Please choose one from the list.")
CALL_ME = _("None of these work: please call me")
SEVERAL_TIMES = _("You chose more than one time. Please choose one of them.")
TIME_AND_CALL = _("You chose a time, and you also asked us to call you. Please choose one of the two.")
MAX_TREATMENTS = 50
MAX_ID = 2**63 - 1
Choice = tuple[str, str]


class TextField(forms.CharField):
    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return plain_text(super().to_python(value)).strip()


class Radios(forms.RadioSelect):
    template_name = "clinic_forms/widgets/choices.html"


class Checkboxes(forms.CheckboxSelectMultiple):
    template_name = "clinic_forms/widgets/choices.html"


class TreatmentsField(forms.TypedMultipleChoiceField):
    """Clean the ids of treatments.

    A treatment that was taken offline while the form was open is not an error.
    """

    widget = Checkboxes

    def __init__(self, **kwargs: Any):
        super().__init__(coerce=int, **kwargs)

    def to_python(self, value: Any) -> list[str]:
        ids = [one for one in super().to_python(value) if one.isascii() and one.isdigit()]
        return [one for one in dict.fromkeys(ids) if len(one) < 20 and int(one) <= MAX_ID][:MAX_TREATMENTS]

    def valid_value(self, value: str) -> bool:
        return True


@dataclass(frozen=True)
class Group:
    """Group times under a heading.

    Radio buttons of one name are one stop of the Tab key. So each group adds its key to the name. Only days have
    ``parts``, the part of the day of each time, and can be folded.
    """

    label: str
    key: str
    parts: Sequence[str] = ()
    is_open: bool = True


class TimeRadios(forms.RadioSelect):
    """Choose one time from several groups of radio buttons.

    A script keeps the choice to one. Without it, a patient can choose a time in each group.
    """

    template_name = "bookings/widgets/times.html"
    window = Window()

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Return the value that was chosen, a list of several, or None."""
        chosen = list(dict.fromkeys(data[key] for key in data if key == name or key.startswith(f"{name}-")))
        return chosen if len(chosen) > 1 else next(iter(chosen), None)

    def format_value(self, value: Any) -> list[str]:
        # Nothing picked yet differs from "call me", whose value is empty. Of several times none is picked.
        return [] if value is None or isinstance(value, list) else super().format_value(value)

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        groups = super().optgroups(name, value, attrs)
        for group, options, _index in groups:
            for position, option in enumerate(options):
                option["name"] = f"{name}-{group.key}" if group else name
                option["part"] = group.parts[position] if group and group.parts else ""
        return groups

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "window": self.window}


class TimeField(forms.Field):
    """Clean an instant (UTC), or None for "call me".

    The services decide whether it is still free.
    """

    widget = TimeRadios
    zone: tzinfo = UTC

    def to_python(self, value: Any) -> datetime | None:
        if isinstance(value, list):
            raise ValidationError(TIME_AND_CALL if "" in value else SEVERAL_TIMES, code="several")
        if value in self.empty_values:
            return None
        at = parse_value(value)
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
        value: Any = None,
    ) -> None:
        """Show these days.

        Above them stand the nearest times, what was picked on another page, and the times of a ``value`` that holds
        more than one.
        """
        self.zone, self.widget.window = zone, window
        several = [at for at in map(parse_value, value) if at] if isinstance(value, list) else []
        self.widget.choices = [*_get_groups(window, zone, picked, nearest, several), ("", CALL_ME)]


def _get_groups(
    window: Window,
    zone: tzinfo,
    picked: datetime | None,
    nearest: Collection[datetime],
    several: Collection[datetime],
) -> Iterator[tuple[Group, Sequence[Choice]]]:
    shown = {at for day in window.days for at in day.times}
    if several:
        yield Group(_("You chose"), "several"), [(to_value(at), format_start(at, zone)) for at in several]
    if nearest:
        group = Group(_("The nearest available times"), "nearest")
        yield group, [(to_value(at), format_start(at, zone)) for at in nearest]
    if picked and picked not in shown and picked not in nearest:
        yield Group(_("Your choice"), "choice"), [(to_value(picked), format_start(picked, zone))]
    for position, day in enumerate(window.days):
        # No time appears on the page twice.
        times = [at for at in day.times if at not in nearest and at not in several]
        if times:
            parts = split_day(times, zone)
            # Five folded days fit on a phone.
            group = Group(
                format_day(day.date, timezone.localdate(timezone=zone)),
                day.date.isoformat(),
                parts=[part for part, _at in parts],
                is_open=position == 0 or picked in times,
            )
            yield group, [(to_value(at), format_clock(at, zone)) for _part, at in parts]


def to_value(at: datetime) -> str:
    """Return an instant as the form sends it: "2026-11-24T18:00Z"."""
    return at.astimezone(UTC).strftime(TIME_FORMAT)


def parse_value(text: Any) -> datetime | None:
    """Return the instant (UTC) that ``to_value`` wrote, or None."""
    try:
        at = datetime.strptime(text, TIME_FORMAT).replace(tzinfo=UTC)
    except (TypeError, ValueError):
        return None
    return at if to_value(at) == text else None


def get_first_day(typed: Mapping[str, str]) -> str:
    """Return the first day to show when other days are requested, or "".

    The script and the buttons name it in the form, a link in its address.
    """
    day = next((typed[name] for name in (*OTHER_DAYS, "days_from") if name in typed), "")
    return day if parse_day(day) else ""
