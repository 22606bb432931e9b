"""Lay out days: which quarter hours belong to a day, and what fills them. Pure.

Quarter hours are instants (UTC), so a day on which the clocks change has as many rows as it has quarter hours.
"""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bookings.scheduling.availability import slots_between
from bookings.scheduling.policy import SLOT
from clinic.hours.formatting import format_time
from clinic.hours.schedule import DAY, MIDNIGHT, Schedule, instant_of

# For each quarter hour that is taken: the keys of what takes it.
Taken = Mapping[datetime, Collection[Hashable]]


class Run(NamedTuple):
    """Hold quarter hours in a row that one owner takes, or several that overlap.

    ``first`` is the position of the first one. A free quarter hour has no owner, and is a run of its own.
    """

    first: int
    length: int
    owners: tuple[Hashable, ...]


def find_runs(moments: Sequence[datetime], taken: Taken) -> Iterator[Run]:
    """Yield the runs of a column, in order."""
    first = 0
    while first < len(moments):
        owners = list(taken.get(moments[first], ()))
        after = first + 1
        while after < len(moments) and {*taken.get(moments[after - 1], ())} & {*taken.get(moments[after], ())}:
            owners += [owner for owner in taken[moments[after]] if owner not in owners]
            after += 1
        yield Run(first, after - first, tuple(owners))
        first = after


def get_day_start(day: date, schedule: Schedule) -> datetime:
    """Return the instant (UTC) at which a day of the calendar begins.

    It is midnight, or later if the day before is still open then: its last hours stand on its own page.
    """
    zone = schedule.time_zone
    midnight = instant_of(day, MIDNIGHT, zone)
    late = [instant_of(day, span.closes, zone) for span in schedule.spans_on(day - DAY) if span.closes_next_day]
    opens = [instant_of(day, span.opens, zone) for span in schedule.spans_on(day)]
    return max(midnight, min([*late, *opens])) if late else midnight


def find_day(at: datetime, schedule: Schedule) -> date:
    """Return the day of the calendar on which an instant (aware) stands."""
    day = at.astimezone(schedule.time_zone).date()
    return day if at >= get_day_start(day, schedule) else day - DAY


def get_moments(day: date, schedule: Schedule, needed: Collection[datetime]) -> tuple[datetime, ...]:
    """Return the quarter hours of a day, from its opening until its closing.

    They begin earlier or end later if ``needed`` (UTC) has quarter hours outside the opening hours.
    """
    start, end = get_day_start(day, schedule), get_day_start(day + DAY, schedule)
    openings = schedule.openings_between(start, end)
    inside = [at for at in needed if start <= at < end]
    edges = [max(start, opening.opens) for opening in openings] + inside
    ends = [min(end, opening.closes) for opening in openings] + [at + SLOT for at in inside]
    return slots_between(min(edges), max(ends)) if edges else ()


def find_open(moments: Sequence[datetime], schedule: Schedule) -> set[datetime]:
    """Return those quarter hours in which the clinic is open."""
    if not moments:
        return set()
    openings = schedule.openings_between(moments[0], moments[-1] + SLOT)
    return {at for at in moments if any(opening.opens <= at < opening.closes for opening in openings)}


def format_row(at: datetime, zone: ZoneInfo) -> str:
    """Return "10:15 am", with the name of the zone where the clock shows it twice."""
    local = at.astimezone(zone)
    is_twice = local.utcoffset() != local.replace(fold=not local.fold).utcoffset()
    return f"{format_time(local)} {local.tzname()}" if is_twice else format_time(local)
