"""Decide when the clinic is open. Pure.

This is the one resolver for the footer, the badge, the free starts and the JSON-LD.

Times of day are wall-clock times in the clinic's zone; everything in between is compared as instants in UTC,
because Python compares two datetimes of one zone by wall time and is wrong on daylight-saving nights.

The rules:

* A span is half-open: at `opens` it is open, at `closes` it no longer is.
* A span that closes at or before the time it opens runs past midnight. So a `closes` of 00:00 is the
  midnight at the end of the day, and 00:00 to 00:00 is the whole day.
* What opens on a date is said by the first of these that has a word on it: a dated exception, a holiday, a
  season, the week.
* A span belongs to the date on which it opens. An exception replaces what opens on its dates and nothing
  else: a closed Saturday does not cut the tail of Friday's 22:00 to 02:00.
* Where exceptions overlap, the shorter range wins; of equally long ones the later-starting; of equal ranges
  the one listed last. The same goes for seasons. Of two holidays on one day the one listed last wins.
* A holiday changes or closes a day that would be open and never opens another: on a Sunday, the short hours of
  Christmas Eve are none. A dated exception is meant for its dates and opens any day.
* A wall time means the first instant at which the clock reads that time or later. So a time skipped in
  spring is the instant of the jump (a span inside the skipped hour is empty), and a time that comes twice
  in autumn is the first of the two, for opening and for closing alike. Spans that touch on paper touch on
  every night.
* Changes are looked for on the local date asked about and the `HORIZON_DAYS - 1` after it. What lies beyond
  is None.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import chain, groupby, pairwise, takewhile
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from clinic.hours.holidays import Rule

HORIZON_DAYS = 400  # a closed year and a month to spare
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
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
    """Replace the weekly spans from `first` to `last`, both included.

    No spans means closed.
    """

    first: date
    last: date
    spans: tuple[Span, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"An exception cannot end ({self.last}) before it starts ({self.first}).")


@dataclass(frozen=True)
class Season:
    """Replace the base week from `first` to `last`, both included.

    A `last` of `date.max` means until further notice.
    """

    first: date
    last: date
    weekly: Mapping[int, tuple[Span, ...]]
    name: str = ""

    def __post_init__(self) -> None:
        _check_weekdays(self.weekly)
        if self.last < self.first:
            raise ValueError(f"A season cannot end ({self.last}) before it starts ({self.first}).")


@dataclass(frozen=True)
class Holiday:
    """Replace the spans of a day that comes back every year.

    No spans means closed. A day that is closed in its week stays closed, whatever the spans.
    """

    rule: Rule
    spans: tuple[Span, ...] = ()
    name: str = ""


class Interval(NamedTuple):
    """Mark two instants, half-open."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True)
class State:
    """Tell whether the clinic is open, and until when.

    `changes_at` is None when nothing changes within the horizon.
    """

    is_open: bool
    changes_at: datetime | None


@dataclass(frozen=True)
class Schedule:
    """Describe a week, and what differs from it.

    In `weekly` 0 is Monday, and a missing day is closed.

    Every method refuses a naive datetime with ValueError and answers in the clinic's zone. Take an answer
    `.astimezone(UTC)` before you compare or subtract it.
    """

    time_zone: ZoneInfo
    weekly: Mapping[int, tuple[Span, ...]]
    exceptions: tuple[DatedException, ...] = ()
    seasons: tuple[Season, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    _holidays_by_year: dict[int, dict[date, DatedException]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        _check_weekdays(self.weekly)

    def is_open(self, t: datetime) -> bool:
        moment = as_utc(t)
        today = self._date(moment)
        # The day before comes second: only an overnight span of it can still count.
        return any(
            opens <= moment < closes for day in (today, today - DAY) for opens, closes in self._utc_intervals(day)
        )

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """Return the spans that open on this date, earliest first.

        Every other method calls this one.
        """
        exception = self.exception_on(day)
        spans = self.week_of(day).get(day.weekday(), ()) if exception is None else exception.spans
        return tuple(sorted(spans))

    def exception_on(self, day: date) -> DatedException | None:
        """Return the exception that applies on this date, or None.

        A holiday is an exception of one day.
        """
        return _find_on(self._exceptions, day) or self._holidays_in(day.year).get(day)

    def season_on(self, day: date) -> Season | None:
        """Return the season that replaces the base week on this date, or None."""
        return _find_on(self._seasons, day)

    def week_of(self, day: date) -> Mapping[int, tuple[Span, ...]]:
        """Return the weekly hours in force on this date, exceptions aside."""
        season = self.season_on(day)
        return self.weekly if season is None else season.weekly

    def exceptions_between(self, first: date, last: date) -> tuple[DatedException, ...]:
        """Return what differs from `first` to `last`, in order.

        A date has one exception at most: a long closed range with a half day inside comes as three. Each is whole, also
        where it reaches beyond the dates.
        """
        dated = _runs_between(self._exceptions, first, last)
        holidays = (
            holiday
            for year in range(first.year, last.year + 1)
            for day, holiday in self._holidays_in(year).items()
            if first <= day <= last and _find_on(self._exceptions, day) is None
        )
        return tuple(sorted((*dated, *holidays), key=lambda exception: exception.first))

    def next_change(self, t: datetime) -> datetime | None:
        """Return the first change between open and closed after `t`, or None."""
        return self.closes_at(t) if self.is_open(t) else self.next_opening(t)

    def next_opening(self, t: datetime) -> datetime | None:
        """Return the first instant after `t` at which closed becomes open."""
        moment = as_utc(t)
        return next((self._local(opens) for opens, _ in self._openings(moment) if opens > moment), None)

    def closes_at(self, t: datetime) -> datetime | None:
        """Return the end of the opening in which `t` lies, or None when closed.

        Openings that touch count as one. None also stands for an end beyond the horizon.
        """
        moment = as_utc(t)
        opening = next(self._openings(moment), None)
        if opening is None or moment < opening.opens:
            return None
        horizon = instant_of(self._date(moment) + HORIZON_DAYS * DAY, MIDNIGHT, self.time_zone)
        return self._local(opening.closes) if opening.closes < horizon else None

    def state_at(self, t: datetime) -> State:
        return State(self.is_open(t), self.next_change(t))

    def add_open_minutes(self, t: datetime, n: float) -> datetime | None:
        """Return the first instant by which `n` open minutes have passed.

        What ends with the day ends at closing time, not at the next opening. None stands for an instant beyond the
        horizon. Raise ValueError for negative minutes.
        """
        moment, left = as_utc(t), n * MINUTE
        if left < timedelta():
            raise ValueError(f"Open minutes run forward: cannot add {n}.")
        if not left:
            return self._local(moment)
        for opens, closes in self._openings(moment):
            begins = max(opens, moment)
            if left <= closes - begins:
                return self._local(begins + left)
            left -= closes - begins
        return None

    def open_minutes_between(self, a: datetime, b: datetime) -> int:
        """Return for how many whole minutes it is open from `a` until just before `b`.

        Raise ValueError if `b` lies before `a`.
        """
        start, end = _forward(a, b)
        openings = self._openings(start, (self._date(end) - self._date(start)).days + 1)
        spans = (min(closes, end) - max(opens, start) for opens, closes in openings if opens < end)
        return sum(spans, timedelta()) // MINUTE

    def openings_between(self, a: datetime, b: datetime) -> tuple[Interval, ...]:
        """Return the openings with some time from `a` until `b`, in order.

        Openings that touch are merged. Each is whole as far as the date before `a` and the date after `b` can tell: of
        what never closes it is a part.
        """
        start, end = _forward(a, b)
        if start == end:
            return ()
        openings = self._openings(start, (self._date(end) - self._date(start)).days + 2)
        until_end = takewhile(lambda opening: opening.opens < end, openings)
        return tuple(Interval(self._local(opens), self._local(closes)) for opens, closes in until_end)

    def changes_between(self, a: datetime, b: datetime) -> tuple[datetime, ...]:
        """Return the changes between open and closed after `a` and before `b`."""
        start, end = _forward(a, b)
        openings = self._openings(start, (self._date(end) - self._date(start)).days + 1)
        edges = (edge for opening in openings for edge in opening)
        return tuple(self._local(edge) for edge in edges if start < edge < end)

    def seasons_between(self, first: date, last: date) -> tuple[Season, ...]:
        """Return the seasons on these dates, in order, cut to where they apply.

        A date has one season at most.
        """
        return _runs_between(self._seasons, first, last)

    def closed_ranges_between(self, first: date, last: date, *, at_least_days: int) -> tuple[tuple[date, date], ...]:
        """Return the first and last date of each range without an opening.

        Ranges of fewer than `at_least_days` dates are left out.
        """
        days = (first + n * DAY for n in range((last - first).days + 1))
        stretches = groupby(days, key=lambda day: bool(self.spans_on(day)))
        runs = [[*stretch] for opens, stretch in stretches if not opens]
        return tuple((run[0], run[-1]) for run in runs if len(run) >= at_least_days)

    def closed_in(self, other: "Schedule", a: datetime, b: datetime) -> tuple[Interval, ...]:
        """Return when this schedule is open and the other one is closed.

        The times are cut to `a` until `b`. Only dates whose spans differ can have such a time, and only openings of the
        dates beside one can cover it.
        """
        start, end = _forward(a, b)
        found: list[Interval] = []
        first = self._date(start) - DAY
        for day in (first + n * DAY for n in range((self._date(end) - first).days + 1)):
            if self.spans_on(day) == other.spans_on(day):
                continue
            theirs = [one for n in (-1, 0, 1) for one in other._utc_intervals(day + n * DAY)]
            for opens, closes in self._utc_intervals(day):
                found += _without(Interval(max(opens, start), min(closes, end)), theirs)
        merged = _merged(sorted(found))
        return tuple(Interval(self._local(opens), self._local(closes)) for opens, closes in merged)

    def _openings(self, moment: datetime, days_ahead: int = HORIZON_DAYS) -> Iterator[Interval]:
        """Yield the merged openings (UTC) that end after `moment`, in order.

        They begin on the date before `moment`, or on one of the `days_ahead` dates from its own on.
        """
        today = self._date(moment)
        days = (today + offset * DAY for offset in range(-1, days_ahead))
        openings = _merged(interval for day in days for interval in self._utc_intervals(day))
        return (opening for opening in openings if moment < opening.closes)

    def _utc_intervals(self, day: date) -> Iterator[Interval]:
        for span in self.spans_on(day):
            opens = instant_of(day, span.opens, self.time_zone)
            closes = instant_of(day + DAY if span.closes_next_day else day, span.closes, self.time_zone)
            if opens < closes:  # equal when the clocks skip all of it
                yield Interval(opens, closes)

    @cached_property  # writes past the frozen __setattr__, into __dict__
    def _exceptions(self) -> "list[_Run[DatedException]]":
        return _resolve(self.exceptions)

    @cached_property
    def _seasons(self) -> "list[_Run[Season]]":
        return _resolve(self.seasons)

    def _holidays_in(self, year: int) -> dict[date, DatedException]:
        """Return the holidays of a year by date, worked out once."""
        if year not in self._holidays_by_year:
            dates = [(day, holiday) for holiday in self.holidays for day in holiday.rule.dates_in(year)]
            self._holidays_by_year[year] = {
                # A day that its week keeps closed stays closed.
                day: DatedException(
                    day, day, holiday.spans if self.week_of(day).get(day.weekday()) else (), holiday.name
                )
                for day, holiday in dates
            }
        return self._holidays_by_year[year]

    def _date(self, moment: datetime) -> date:
        return moment.astimezone(self.time_zone).date()

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.time_zone)


def instant_of(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Return the first instant (UTC) when `zone` reads this time or later."""
    local = datetime.combine(day, wall.replace(fold=0), tzinfo=zone)
    before, after = _offset(local), _offset(local.replace(fold=1))
    if after <= before:
        return local.astimezone(UTC)
    # Skipped by the clocks. zoneinfo does not tell when they jump, so look between the two readings.
    low = local.replace(fold=1, microsecond=0).astimezone(UTC)
    seconds = range(int((after - before).total_seconds()) + 1)
    jump = bisect_left(seconds, after, key=lambda s: _offset((low + timedelta(seconds=s)).astimezone(zone)))
    return low + timedelta(seconds=jump)


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()


def as_utc(t: datetime) -> datetime:
    if t.utcoffset() is None:
        raise ValueError(f"Opening hours need a datetime with a time zone; {t.isoformat()} has none.")
    return t.astimezone(UTC)


def _forward(a: datetime, b: datetime) -> tuple[datetime, datetime]:
    start, end = as_utc(a), as_utc(b)
    if end < start:
        raise ValueError(f"Time runs forward: {b.isoformat()} lies before {a.isoformat()}.")
    return start, end


def _check_weekdays(weekly: Mapping[int, tuple[Span, ...]]) -> None:
    if unknown := set(weekly) - set(range(7)):
        raise ValueError(f"Weekdays are 0 (Monday) to 6 (Sunday), not {sorted(unknown)}.")


Dated = TypeVar("Dated", DatedException, Season)


_Run = tuple[date, date, Dated]  # first and last date of those on which a range applies without a break, and the range


def _resolve(ranges: Sequence[Dated]) -> list[_Run[Dated]]:
    """Return the runs of ranges that may overlap, in order.

    A date has one run at most.

    They are runs, not days, so that days off "until 9999" cost no more than a bank holiday.
    """
    weakest_first = sorted(ranges, key=lambda r: (r.first - r.last, r.first))
    edges = sorted({edge for r in ranges for edge in (r.first.toordinal(), r.last.toordinal() + 1)})

    def winner(stretch: tuple[int, int]) -> Dated | None:
        day = date.fromordinal(stretch[0])
        return next((r for r in reversed(weakest_first) if r.first <= day <= r.last), None)

    runs: list[_Run[Dated]] = []
    for one, stretches in groupby(pairwise(edges), key=winner):
        begins, *_, ends = chain.from_iterable(stretches)
        if one is not None:
            runs.append((date.fromordinal(begins), date.fromordinal(ends - 1), one))
    return runs


def _find_on(runs: list[_Run[Dated]], day: date) -> Dated | None:
    number = bisect_right(runs, day, key=lambda run: run[0]) - 1
    return runs[number][2] if number >= 0 and day <= runs[number][1] else None


def _runs_between(runs: list[_Run[Dated]], first: date, last: date) -> tuple[Dated, ...]:
    """Return the ranges that have a date from `first` to `last`.

    Each is cut to a whole run.
    """
    return tuple(
        replace(one, first=begins, last=ends) for begins, ends, one in runs if begins <= last and first <= ends
    )


def _without(interval: Interval, others: Iterable[Interval]) -> list[Interval]:
    """Return what is left of an interval when the others are cut out of it."""
    left, begins = [], interval.opens
    for opens, closes in sorted(others):
        if begins < opens:
            left.append(Interval(begins, min(opens, interval.closes)))
        begins = max(begins, closes)
    left.append(Interval(begins, interval.closes))
    return [one for one in left if one.opens < one.closes]


def _merged(intervals: Iterable[Interval]) -> Iterator[Interval]:
    """Merge the intervals that touch or overlap.

    They are in UTC and sorted by their start.
    """
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


# Display: the structure. Its English words are in `formatting`.


@dataclass(frozen=True)
class DisplayLine:
    """Group adjacent weekdays, both ends included, with the same hours."""

    first_day: int
    last_day: int
    spans: tuple[Span, ...]

    @property
    def days(self) -> range:
        return range(self.first_day, self.last_day + 1)


def weekly_lines(weekly: Mapping[int, tuple[Span, ...]]) -> tuple[DisplayLine, ...]:
    """Return the week from Monday to Sunday with equal neighbors folded.

    Sunday never folds into Monday.
    """
    hours = [tuple(sorted(weekly.get(day, ()))) for day in range(7)]
    starts = [day for day in range(7) if day == 0 or hours[day] != hours[day - 1]]
    return tuple(DisplayLine(first, after - 1, hours[first]) for first, after in pairwise([*starts, 7]))
