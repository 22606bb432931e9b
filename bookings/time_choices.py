"""The free times as a patient picks one: by day, a few days at a time.

On the page a time is an instant in UTC ("2026-11-24T18:00Z"); its words are read from the clinic's clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from itertools import groupby

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from clinic.hours.formatting import format_time

DAYS_SHOWN = 5
DAYS_WITH_A_NAME = 7
VALUE = "%Y-%m-%dT%H:%MZ"


@dataclass(frozen=True)
class Day:
    """A date at the clinic and its free times (UTC), never none."""

    date: date
    times: tuple[datetime, ...]


@dataclass(frozen=True)
class Window:
    """The days that one page shows, and with which day the pages before and after begin."""

    days: tuple[Day, ...]
    earlier: date | None
    later: date | None


def by_day(times: Iterable[datetime], zone: tzinfo) -> list[Day]:
    """The times, which are in order, under the dates of the clinic."""
    groups = groupby(times, key=lambda at: at.astimezone(zone).date())
    return [Day(day, tuple(group)) for day, group in groups]


def window(days: Sequence[Day], first: date | None) -> Window:
    """The days from ``first`` on. When none is left there (they were taken meanwhile), the last ones."""
    start = next((index for index, day in enumerate(days) if first is None or day.date >= first), None)
    if start is None:
        start = max(0, len(days) - DAYS_SHOWN)
    shown, rest = days[start : start + DAYS_SHOWN], days[start + DAYS_SHOWN :]
    earlier = days[max(0, start - DAYS_SHOWN)].date if start else None
    return Window(tuple(shown), earlier, rest[0].date if rest else None)


def value_of(at: datetime) -> str:
    return at.astimezone(UTC).strftime(VALUE)


def read_value(text: str) -> datetime | None:
    """The instant (UTC) that ``value_of`` wrote; None for anything else."""
    try:
        at = datetime.strptime(text, VALUE).replace(tzinfo=UTC)
    except (TypeError, ValueError):
        return None
    return at if value_of(at) == text else None


def read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def day_words(day: date) -> str:
    """ "Tuesday, November 24"."""
    return format_date(day, "l, F j")


def time_words(at: datetime, zone: tzinfo) -> str:
    return format_time(at.astimezone(zone))


def words(at: datetime, zone: tzinfo) -> str:
    """ "Tuesday, November 24, 10 am"."""
    return f"{day_words(at.astimezone(zone).date())}, {time_words(at, zone)}"


def deadline_words(at: datetime, now: datetime, zone: tzinfo) -> str:
    """ "today, 1 pm", "Monday, 1 pm" or, a week and more away, "Monday, November 30, 1 pm"."""
    day = at.astimezone(zone).date()
    away = (day - now.astimezone(zone).date()).days
    if away not in range(DAYS_WITH_A_NAME):
        return words(at, zone)
    name = (_("today"), _("tomorrow"))[away] if away < 2 else format_date(day, "l")
    return f"{name}, {time_words(at, zone)}"
