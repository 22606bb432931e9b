"""Which times can be booked? Pure: the page offers and the services check with the same functions.

A visit holds cells: quarter hours of one lane (a room or a person), each the instant (UTC) at which it begins. From the
first to the last cell a visit has the lane for itself, the pause after it included.

The rules of a start:

* It lies on the grid of the clinic's wall clock. A wall time that a daylight-saving night skips is no time, and of one
  that comes twice only the first is offered.
* The clinic is open from the start to the end of the visit, without a gap. The pause after it may run past closing.
* It lies at least ``notice_minutes`` of open time ahead, and at most ``horizon_days`` local days.
* Some lane has all its cells free.

Every zone is some quarter hours away from UTC, so what lies on the wall clock's grid begins a cell.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from clinic.hours.schedule import DAY, MIDNIGHT, MINUTE, Schedule, as_utc, instant_of

CELL = timedelta(minutes=15)
MINUTES_A_DAY = 24 * 60
SHORTEST_VISIT, LONGEST_VISIT = 5, 480  # minutes

Taken = Mapping[int, Collection[datetime]]


@dataclass(frozen=True)
class Rules:
    """``grid_minutes`` is a multiple of a quarter hour. Minutes of notice count while the clinic is open."""

    visit_minutes: int = 30
    grid_minutes: int = 15
    buffer_minutes: int = 0
    notice_minutes: int = 240
    horizon_days: int = 60

    def __post_init__(self) -> None:
        if not SHORTEST_VISIT <= self.visit_minutes <= LONGEST_VISIT:
            raise ValueError(
                f"A visit takes {SHORTEST_VISIT} to {LONGEST_VISIT} minutes, not {self.visit_minutes} minutes."
            )
        if self.grid_minutes <= 0 or self.grid_minutes * MINUTE % CELL or MINUTES_A_DAY % self.grid_minutes:
            raise ValueError(
                f"Visits start every 15, 30 or 60 minutes, or another multiple of 15 that divides a day, "
                f"not every {self.grid_minutes} minutes."
            )
        if self.buffer_minutes < 0:
            raise ValueError(f"The pause after a visit cannot take {self.buffer_minutes} minutes.")
        if self.notice_minutes < 0:
            raise ValueError(f"The notice before a visit cannot be {self.notice_minutes} minutes.")
        if self.horizon_days < 0:
            raise ValueError(f"Visits cannot be booked {self.horizon_days} days ahead.")

    @property
    def visit(self) -> timedelta:
        return timedelta(minutes=self.visit_minutes)

    @property
    def holds(self) -> timedelta:
        """The visit and the pause after it."""
        return timedelta(minutes=self.visit_minutes + self.buffer_minutes)


class FreeStart(NamedTuple):
    """An instant (UTC) and the lanes that are free for the whole visit, in their order."""

    at: datetime
    lanes: tuple[int, ...]


def free_starts(schedule: Schedule, rules: Rules, taken: Taken, now: datetime) -> Iterator[FreeStart]:
    """Every start that can be booked at ``now`` (aware), in order; ``taken`` has the occupied cells of each lane."""
    return _free_between(*_bookable(schedule, rules, now), schedule, rules, taken)


def free_starts_on(day: date, schedule: Schedule, rules: Rules, taken: Taken, now: datetime) -> list[FreeStart]:
    """Those of one local date."""
    earliest, end = _bookable(schedule, rules, now)
    midnight, next_midnight = _midnights(day, schedule)
    return list(_free_between(max(earliest, midnight), min(end, next_midnight), schedule, rules, taken))


def lanes_free_at(at: datetime, schedule: Schedule, rules: Rules, taken: Taken, now: datetime) -> tuple[int, ...]:
    """The lanes in which a visit may be booked to start at this instant; none when it was never on offer."""
    if at.utcoffset() is None:
        raise ValueError(f"A start needs a time zone; {at.isoformat()} has none.")
    earliest, end = _bookable(schedule, rules, now)
    if not earliest <= at < end:  # asked first: in UTC, the last times of the calendar may lie beyond it
        return ()
    start = as_utc(at)
    is_possible = start in _possible_between(start, start + MINUTE, schedule, rules)
    return free_lanes(start, rules, taken) if is_possible else ()


def possible_starts(day: date, schedule: Schedule, rules: Rules) -> Iterator[datetime]:
    """The starts (UTC) on a local date that the hours allow, whoever is there already."""
    return _possible_between(*_midnights(day, schedule), schedule, rules)


def could_be_offered(start: datetime, schedule: Schedule, rules: Rules, now: datetime) -> bool:
    """Whether hours and grid allow this start (aware), whoever has it now. What is far away is not looked up."""
    if abs(start - now) > (rules.horizon_days + 2) * DAY:
        return False
    return start in possible_starts(start.astimezone(schedule.time_zone).date(), schedule, rules)


def cells(at: datetime, rules: Rules) -> tuple[datetime, ...]:
    """The quarter hours that a visit from this instant on holds."""
    return cells_between(at, at.astimezone(UTC) + rules.holds)


def cells_between(start: datetime, end: datetime) -> tuple[datetime, ...]:
    """The quarter hours that touch the time from ``start`` until ``end``; none when that is no time."""
    begins, ends = as_utc(start), as_utc(end)
    if ends < begins:
        raise ValueError(f"Time runs forward: {end.isoformat()} lies before {start.isoformat()}.")
    if begins == ends:
        return ()
    first = begins.replace(minute=begins.minute // 15 * 15, second=0, microsecond=0)
    count = -((first - ends) // CELL)
    return tuple(first + n * CELL for n in range(count))


def free_lanes(at: datetime, rules: Rules, taken: Taken) -> tuple[int, ...]:
    wanted = set(cells(at, rules))
    return tuple(lane for lane, occupied in taken.items() if wanted.isdisjoint(occupied))


def nearest(starts: Iterable[FreeStart], wanted: datetime, count: int = 3) -> list[FreeStart]:
    """The free starts nearest to a time that is gone, in their order; of two as near, the earlier."""
    by_nearness = sorted(starts, key=lambda start: (abs(start.at - wanted), start.at))
    return sorted(by_nearness[:count], key=lambda start: start.at)


def _bookable(schedule: Schedule, rules: Rules, now: datetime) -> tuple[datetime, datetime]:
    """From which instant until which (UTC) notice and horizon allow a start; no time at all if notice never passes."""
    earliest = schedule.add_open_minutes(now, rules.notice_minutes)
    last_day = now.astimezone(schedule.time_zone).date() + rules.horizon_days * DAY
    end = instant_of(last_day + DAY, MIDNIGHT, schedule.time_zone)
    return (end if earliest is None else as_utc(earliest)), end


def _midnights(day: date, schedule: Schedule) -> tuple[datetime, datetime]:
    return tuple(instant_of(one, MIDNIGHT, schedule.time_zone) for one in (day, day + DAY))


def _free_between(
    start: datetime, end: datetime, schedule: Schedule, rules: Rules, taken: Taken
) -> Iterator[FreeStart]:
    """A start begins a cell, so its cells need no rounding; asked for two months at once, that counts."""
    steps = [n * CELL for n in range(-(-rules.holds // CELL))]
    taken = {lane: occupied if isinstance(occupied, Set) else frozenset(occupied) for lane, occupied in taken.items()}
    for at in _possible_between(start, end, schedule, rules):
        wanted = [at + step for step in steps]
        if lanes := tuple(lane for lane, occupied in taken.items() if occupied.isdisjoint(wanted)):
            yield FreeStart(at, lanes)


def _possible_between(start: datetime, end: datetime, schedule: Schedule, rules: Rules) -> Iterator[datetime]:
    """The hours are asked once for all of the time: that is most of the work."""
    if end <= start:
        return
    for opening in schedule.openings_between(start, end):
        opens, closes = map(as_utc, opening)
        begins, last = max(opens, start), closes - rules.visit
        for at in cells_between(begins, min(closes, end)):
            if begins <= at <= last and _is_on_grid(at.astimezone(schedule.time_zone), rules):
                yield at


def _is_on_grid(reading: datetime, rules: Rules) -> bool:
    """``fold`` is 1 on the second pass of a wall time that comes twice. One that is skipped is never read."""
    return not reading.fold and (reading.hour * 60 + reading.minute) % rules.grid_minutes == 0
