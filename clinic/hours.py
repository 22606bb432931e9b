"""When is the clinic open? The one resolver behind the footer, the badge, the free slots and the JSON-LD.

Times of day are wall-clock times in the clinic's zone; everything in between is compared as instants in UTC,
because Python compares two datetimes of one zone by wall time and is wrong on daylight-saving nights.

The rules:

* A span is half-open: at `opens` it is open, at `closes` it no longer is.
* A span that closes at or before the time it opens runs past midnight. So a `closes` of 00:00 is the
  midnight at the end of the day, and 00:00 to 00:00 is the whole day.
* A span belongs to the date on which it opens. An exception replaces what opens on its dates and nothing
  else: a closed Saturday does not cut the tail of Friday's 22:00 to 02:00.
* Where exceptions overlap, the shorter range wins; of equally long ones the later-starting; of equal ranges
  the one listed last.
* A wall time means the first instant at which the clock reads that time or later. So a time skipped in
  spring is the instant of the jump (a span inside the skipped hour is empty), and a time that comes twice
  in autumn is the first of the two, for opening and for closing alike. Spans that touch on paper touch on
  every night.
* Changes are looked for on the local date asked about and the `HORIZON_DAYS - 1` after it. What lies beyond
  is None.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

HORIZON_DAYS = 400  # a year's closure and a month to spare
DAY = timedelta(days=1)
MIDNIGHT = time(0)


@dataclass(frozen=True, order=True)
class Span:
    """Open from `opens` until just before `closes`, in wall-clock time."""

    opens: time
    closes: time

    @property
    def closes_next_day(self) -> bool:
        return self.closes <= self.opens


@dataclass(frozen=True)
class DatedException:
    """From `first` to `last`, both included, these spans replace the weekly ones; no spans means closed."""

    first: date
    last: date
    spans: tuple[Span, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"An exception cannot end ({self.last}) before it starts ({self.first}).")

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


class Interval(NamedTuple):
    """Two instants, half-open."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True)
class State:
    """What a badge says. `changes_at` is None when nothing changes within the horizon."""

    is_open: bool
    changes_at: datetime | None


@dataclass(frozen=True)
class Schedule:
    """A week (0 is Monday; a missing day is closed) and the dates that differ from it.

    Every method refuses a naive datetime with ValueError and answers in the clinic's zone. Take an answer
    `.astimezone(UTC)` before you compare or subtract it.
    """

    time_zone: ZoneInfo
    weekly: Mapping[int, tuple[Span, ...]]
    exceptions: tuple[DatedException, ...] = ()

    def __post_init__(self) -> None:
        if unknown := set(self.weekly) - set(range(7)):
            raise ValueError(f"Weekdays are 0 (Monday) to 6 (Sunday), not {sorted(unknown)}.")

    def is_open(self, t: datetime) -> bool:
        moment = _utc(t)
        today = self._date(moment)
        # The day before comes second: only an overnight span of it can still count.
        return any(
            opens <= moment < closes for day in (today, today - DAY) for opens, closes in self._utc_intervals(day)
        )

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """The spans that open on this date, earliest first: the one place where a date becomes hours."""
        exception = self.exception_on(day)
        spans = self.weekly.get(day.weekday(), ()) if exception is None else exception.spans
        return tuple(sorted(spans))

    def exception_on(self, day: date) -> DatedException | None:
        """The exception that rules this date, if any."""
        edges, rulers = self._exception_index
        return rulers[bisect_right(edges, day.toordinal())]

    def intervals_on(self, day: date) -> tuple[Interval, ...]:
        """The openings that begin on this date, in order, with those that touch or overlap made one.

        An overnight opening is whole here, and absent from the day it runs into.
        """
        return tuple(
            Interval(self._local(opens), self._local(closes)) for opens, closes in _merged(self._utc_intervals(day))
        )

    def next_change(self, t: datetime) -> datetime | None:
        """The first instant after `t` at which open becomes closed or closed becomes open."""
        return self.closes_at(t) if self.is_open(t) else self.next_opening(t)

    def next_opening(self, t: datetime) -> datetime | None:
        """The first instant after `t` at which closed becomes open; while open, that of the opening after."""
        moment = _utc(t)
        starts = (opens for opens, _ in self._openings(moment) if opens > moment)
        return self._local(next(starts, None))

    def closes_at(self, t: datetime) -> datetime | None:
        """The end of the opening that holds `t`, through every span it touches; None when closed at `t`."""
        moment = _utc(t)
        opens, closes = next(self._openings(moment), (None, None))
        if opens is None or moment < opens:
            return None
        horizon = instant_of(self._date(moment) + HORIZON_DAYS * DAY, MIDNIGHT, self.time_zone)
        return self._local(closes) if closes < horizon else None

    def state_at(self, t: datetime) -> State:
        return State(self.is_open(t), self.next_change(t))

    def _openings(self, moment: datetime) -> Iterator[Interval]:
        """The merged openings in UTC, from the first that ends after `moment` up to the horizon."""
        today = self._date(moment)
        days = (today + offset * DAY for offset in range(-1, HORIZON_DAYS))
        openings = _merged(interval for day in days for interval in self._utc_intervals(day))
        return (opening for opening in openings if moment < opening.closes)

    def _utc_intervals(self, day: date) -> Iterator[Interval]:
        for span in self.spans_on(day):
            opens = instant_of(day, span.opens, self.time_zone)
            closes = instant_of(day + DAY if span.closes_next_day else day, span.closes, self.time_zone)
            if opens < closes:  # equal when the clocks skip all of it
                yield Interval(opens, closes)

    @cached_property  # writes past the frozen __setattr__, into __dict__
    def _exception_index(self) -> tuple[list[int], list[DatedException | None]]:
        """The days at which the ruling exception changes, and who rules before, between and after them.

        Stretches, not days, so that a closure "until 9999" costs no more than a bank holiday.
        """
        edges = sorted({edge for e in self.exceptions for edge in _edges(e)})
        rulers: list[DatedException | None] = [None] * (len(edges) + 1)
        for exception in sorted(self.exceptions, key=lambda e: (-e.days, e.first)):
            start, end = (bisect_left(edges, edge) + 1 for edge in _edges(exception))
            rulers[start:end] = [exception] * (end - start)
        return edges, rulers

    def _date(self, moment: datetime) -> date:
        return moment.astimezone(self.time_zone).date()

    def _local(self, moment: datetime | None) -> datetime | None:
        return moment and moment.astimezone(self.time_zone)


def instant_of(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, at which the clock of `zone` reads this date and time or later."""
    local = datetime.combine(day, wall.replace(fold=0), tzinfo=zone)
    before, after = local.utcoffset(), local.replace(fold=1).utcoffset()
    if after <= before:
        return local.astimezone(UTC)
    # Skipped by the clocks. zoneinfo does not tell when they jump, so look between the two readings.
    low = local.replace(fold=1, microsecond=0).astimezone(UTC)
    seconds = range(int((after - before).total_seconds()) + 1)
    jump = bisect_left(seconds, after, key=lambda s: (low + timedelta(seconds=s)).astimezone(zone).utcoffset())
    return low + timedelta(seconds=jump)


def _utc(t: datetime) -> datetime:
    if t.utcoffset() is None:
        raise ValueError(f"Opening hours need a datetime with a time zone; {t.isoformat()} has none.")
    return t.astimezone(UTC)


def _edges(exception: DatedException) -> tuple[int, int]:
    return exception.first.toordinal(), exception.last.toordinal() + 1


def _merged(intervals: Iterable[Interval]) -> Iterator[Interval]:
    """Make one of those that touch or overlap; they come in UTC and sorted by their start."""
    current = None
    for interval in intervals:
        if current and interval.opens <= current.closes:
            current = Interval(current.opens, max(current.closes, interval.closes))
            continue
        if current:
            yield current
        current = interval
    if current:
        yield current


# Display: the structure first, then its English words.


@dataclass(frozen=True)
class DisplayLine:
    """Adjacent weekdays, both ends included, with the same hours."""

    first_day: int
    last_day: int
    spans: tuple[Span, ...]

    @property
    def is_closed(self) -> bool:
        return not self.spans

    @property
    def days(self) -> range:
        return range(self.first_day, self.last_day + 1)


def weekly_lines(weekly: Mapping[int, tuple[Span, ...]]) -> tuple[DisplayLine, ...]:
    """The week from Monday to Sunday with equal neighbours folded; Sunday never folds into Monday."""
    hours = [tuple(sorted(weekly.get(day, ()))) for day in range(7)]
    starts = [day for day in range(7) if day == 0 or hours[day] != hours[day - 1]]
    return tuple(DisplayLine(first, after - 1, hours[first]) for first, after in pairwise([*starts, 7]))


# Not strftime: its names follow the locale of the process.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def format_time(t: time | datetime) -> str:
    """9 am, 9:30 am, 12 pm, midnight; seconds are not shown."""
    if (t.hour, t.minute) == (0, 0):
        return "midnight"
    minutes = f":{t.minute:02}" if t.minute else ""
    return f"{t.hour % 12 or 12}{minutes} {'am' if t.hour < 12 else 'pm'}"


def format_span(span: Span) -> str:
    if span == Span(MIDNIGHT, MIDNIGHT):
        return "24 hours"
    return f"{format_time(span.opens)} – {format_time(span.closes)}"


def day_range_label(first: int, last: int) -> str:
    return " – ".join(WEEKDAYS[day][:3] for day in dict.fromkeys((first, last)))


def state_text(state: State, now: datetime) -> str:
    """One line for the badge, e.g. "Open now · until 4 pm" or "Closed · opens Monday 9 am"."""
    moment, change = _utc(now), state.changes_at
    if change is None:
        return "Open now" if state.is_open else "Closed"
    today = moment.astimezone(change.tzinfo).date()
    if not state.is_open:
        return f"Closed · opens {_day_words(change.date(), today)} {format_time(change)}"
    # Midnight belongs to the evening it ends: "until Friday midnight" is the end of Friday.
    last_day = (change - timedelta(microseconds=1)).date()
    if last_day == today or _utc(change) - moment < DAY:
        return f"Open now · until {format_time(change)}"
    return f"Open now · until {_day_words(last_day, today)} {format_time(change)}"


def _day_words(day: date, today: date) -> str:
    away = (day - today).days
    if 0 <= away <= 6:
        return ("today", "tomorrow")[away] if away < 2 else WEEKDAYS[day.weekday()]
    return f"{WEEKDAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1]},"
