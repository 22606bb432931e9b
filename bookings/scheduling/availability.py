"""Compute which times can be booked. Pure.

Pages offer and services check with the same functions.

A visit takes slots: quarter hours, each the instant (UTC) at which it begins, of one resource of each kind it needs.
From the first to the last slot it has these resources for itself, the break after it included.

A start can be booked when

* it lies on the grid of the clinic's wall clock; a wall time that a daylight-saving night skips is no time, and of one
  that comes twice only the first is offered;
* the clinic is open from the start to the end of the visit without a gap; the break after it may run past closing;
* it lies at least ``notice_minutes`` of open time ahead, and at most ``horizon_days`` local days;
* of each kind of resource that is needed, one has all the slots free.

Every zone is some quarter hours away from UTC, so a time on the wall clock's grid begins a slot.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from clinic.hours.schedule import DAY, MIDNIGHT, MINUTE, Schedule, as_utc, instant_of

from .policy import SLOT, SlotRules

# Free starts are computed for so many days at once.
DAYS_AT_ONCE = 7

# For each kind that a visit needs: the slots that are taken, by resource, in the order of the resources.
Taken = Sequence[Mapping[int, Collection[datetime]]]


class FreeStart(NamedTuple):
    """Hold an instant (UTC) and the resources that are free for the visit.

    The resources are grouped by the kinds that the visit needs.
    """

    at: datetime
    resources: tuple[tuple[int, ...], ...]


def free_starts(schedule: Schedule, rules: SlotRules, taken: Taken, now: datetime) -> Iterator[FreeStart]:
    """Yield every start that can be booked at ``now`` (aware), in order.

    Later weeks are computed when they are needed.
    """
    earliest, end = _bookable(schedule, rules, now)
    while earliest < end:
        until = min(end, earliest + DAYS_AT_ONCE * DAY)
        yield from _free_between(earliest, until, schedule, rules, taken)
        earliest = until


def free_starts_on(day: date, schedule: Schedule, rules: SlotRules, taken: Taken, now: datetime) -> list[FreeStart]:
    """Return the free starts of one local date."""
    earliest, end = _bookable(schedule, rules, now)
    midnight, next_midnight = _midnights(day, schedule)
    return list(_free_between(max(earliest, midnight), min(end, next_midnight), schedule, rules, taken))


def resources_on_offer(
    at: datetime, schedule: Schedule, rules: SlotRules, taken: Taken, now: datetime
) -> tuple[tuple[int, ...], ...]:
    """Return the free resources by kind if a start can be booked, else ().

    ``at`` is aware.
    """
    _require_zone(at)
    earliest, end = _bookable(schedule, rules, now)
    if not earliest <= at < end:  # Checked before .astimezone, which fails for the last dates of the calendar.
        return ()
    start = at.astimezone(UTC)
    is_possible = start in _possible_between(start, start + MINUTE, schedule, rules)
    return free_resources(start, rules, taken) if is_possible else ()


def possible_starts(day: date, schedule: Schedule, rules: SlotRules) -> Iterator[datetime]:
    """Yield the starts (UTC) on a local date that the hours allow.

    Some of them may be taken.
    """
    return _possible_between(*_midnights(day, schedule), schedule, rules)


def get_hold_limit(day: date, schedule: Schedule, rules: SlotRules) -> int:
    """Return how many starts of a local date may be held unconfirmed, for each room.

    It is a fifth of the starts, so that strangers cannot empty a day. Long visits overlap many starts, so it is at most
    two fifths of the visits that fit into the day one after the other. Where only two do, that is none.
    """
    starts = list(possible_starts(day, schedule, rules))
    in_a_row, free_from = 0, None
    for start in starts:
        if free_from is None or start >= free_from:
            in_a_row, free_from = in_a_row + 1, start + rules.occupied
    return min(len(starts) // 5, in_a_row * 2 // 5)


def is_possible(start: datetime, schedule: Schedule, rules: SlotRules, now: datetime) -> bool:
    """Return whether hours and grid allow this start (aware), taken or not.

    False for dates far away.
    """
    if abs(start - now) > (rules.horizon_days + 2) * DAY:
        return False
    return start in possible_starts(start.astimezone(schedule.time_zone).date(), schedule, rules)


def slots_of(at: datetime, rules: SlotRules) -> tuple[datetime, ...]:
    """Return the quarter hours of a visit that starts at ``at`` (aware)."""
    _require_zone(at)
    start = at.astimezone(UTC)
    return _slots(start, start + rules.occupied)


def slots_between(start: datetime, end: datetime) -> tuple[datetime, ...]:
    """Return the quarter hours that touch the time between two instants.

    The result is empty when the instants are the same.
    """
    begins, ends = as_utc(start), as_utc(end)
    if ends < begins:
        raise ValueError(f"Time runs forward: {end.isoformat()} lies before {start.isoformat()}.")
    return _slots(begins, ends)


def _slots(start: datetime, end: datetime) -> tuple[datetime, ...]:
    """Return the same for two instants in UTC, in order."""
    first = start.replace(minute=start.minute // 15 * 15, second=0, microsecond=0)
    return tuple(first + n * SLOT for n in range(-((first - end) // SLOT))) if start < end else ()


def free_resources(at: datetime, rules: SlotRules, taken: Taken) -> tuple[tuple[int, ...], ...]:
    """Return the free resources by kind, or () when a needed kind has none."""
    return _free_for(slots_of(at, rules), taken)


def nearest(starts: Iterable[FreeStart], wanted: datetime, count: int = 3) -> list[FreeStart]:
    """Return the free starts nearest to a time, in their order.

    Of two that are equally near, the earlier one comes first.
    """
    by_nearness = sorted(starts, key=lambda start: (abs(start.at - wanted), start.at))
    return sorted(by_nearness[:count], key=lambda start: start.at)


def _require_zone(at: datetime) -> None:
    # Python would read a time without one on the clock of this machine.
    if at.utcoffset() is None:
        raise ValueError(f"A start needs a time zone; {at.isoformat()} has none.")


def _bookable(schedule: Schedule, rules: SlotRules, now: datetime) -> tuple[datetime, datetime]:
    """Return from when until when (UTC) notice and horizon allow a start.

    The time is empty if the notice never passes.
    """
    earliest = schedule.add_open_minutes(now, rules.notice_minutes)
    last_day = now.astimezone(schedule.time_zone).date() + rules.horizon_days * DAY
    end = instant_of(last_day + DAY, MIDNIGHT, schedule.time_zone)
    return (end if earliest is None else earliest.astimezone(UTC)), end


def _midnights(day: date, schedule: Schedule) -> tuple[datetime, datetime]:
    return instant_of(day, MIDNIGHT, schedule.time_zone), instant_of(day + DAY, MIDNIGHT, schedule.time_zone)


def _free_between(
    start: datetime, end: datetime, schedule: Schedule, rules: SlotRules, taken: Taken
) -> Iterator[FreeStart]:
    # A possible start begins a slot, so its slots need no rounding.
    steps = [n * SLOT for n in range(-(-rules.occupied // SLOT))]
    for at in _possible_between(start, end, schedule, rules):
        if resources := _free_for([at + step for step in steps], taken):
            yield FreeStart(at, resources)


def _free_for(slots: Sequence[datetime], taken: Taken) -> tuple[tuple[int, ...], ...]:
    free = tuple(
        tuple(pk for pk, occupied in of_kind.items() if not any(slot in occupied for slot in slots))
        for of_kind in taken
    )
    return free if free and all(free) else ()


def _possible_between(start: datetime, end: datetime, schedule: Schedule, rules: SlotRules) -> Iterator[datetime]:
    if end <= start:
        return
    for opening in schedule.openings_between(start, end):
        opens, closes = opening.opens.astimezone(UTC), opening.closes.astimezone(UTC)
        begins, last = max(opens, start), closes - rules.visit
        for at in _slots(begins, min(closes, end)):
            if begins <= at <= last and _is_on_grid(at.astimezone(schedule.time_zone), rules):
                yield at


def _is_on_grid(reading: datetime, rules: SlotRules) -> bool:
    """Return whether a wall-clock time is on the grid.

    Of a time that comes twice, only the first is.
    """
    return not reading.fold and (reading.hour * 60 + reading.minute) % rules.grid_minutes == 0
