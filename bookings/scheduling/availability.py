"""Compute which times can be booked. Pure.

Pages offer and services check with the same functions.

A visit takes slots: quarter hours, each the instant (UTC) at which it begins, of one resource of each kind it needs.
From the first to the last slot it has these resources for itself, the break after it included.

A start can be booked when

* it lies on the grid of the clinic's wall clock; a wall time that a daylight-saving night skips is no time, and of one
  that comes twice only the first is offered;
* the clinic is open from the start to the end of the visit without a gap; the break after it may run past closing;
* it lies at least ``notice_minutes`` of open time ahead, and at most ``horizon_days`` local days;
* of each kind of resource that is needed, one has all the slots free. A practitioner with their own hours also has to
  be there from the start to the end of the visit.

``explain_day`` says which of these rules refuses a quarter hour, from the functions that find the free starts.

Every zone is some quarter hours away from UTC, so a time on the wall clock's grid begins a slot.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from clinic.hours.schedule import DAY, MIDNIGHT, MINUTE, Interval, Schedule, as_utc, instant_of

from .policy import SLOT, SlotRules

# Free starts are computed for so many days at once.
DAYS_AT_ONCE = 7

# For each kind that a visit needs: the slots that are taken, by resource, in the order of the resources.
Taken = Sequence[Mapping[int, Collection[datetime]]]
# When the resources that have their own hours are there.
OwnHours = Mapping[int, Schedule]
NO_OWN_HOURS: OwnHours = MappingProxyType({})
Present = Mapping[int, Sequence[Interval]]


class FreeStart(NamedTuple):
    """Hold an instant (UTC) and the resources that are free for the visit.

    The resources are grouped by the kinds that the visit needs.
    """

    at: datetime
    resources: tuple[tuple[int, ...], ...]


class Refusal(StrEnum):
    """Name the rule that refuses a quarter hour. The first that applies counts."""

    CLOSED = "closed"
    PAST_CLOSING = "past_closing"
    OFF_GRID = "off_grid"
    PAST = "past"
    NOTICE = "notice"
    HORIZON = "horizon"
    TAKEN = "taken"


class Missing(NamedTuple):
    """Say why a resource is not free: its first taken slot, or None if it is away."""

    resource: int
    slot: datetime | None


class Explained(NamedTuple):
    """Say why a quarter hour (UTC) is not offered. One without a refusal is.

    ``missing`` are the resources of each needed kind of which none is free, by the position of the kind.
    """

    at: datetime
    refusal: Refusal | None = None
    missing: Mapping[int, tuple[Missing, ...]] = MappingProxyType({})


def free_starts(
    schedule: Schedule, rules: SlotRules, taken: Taken, now: datetime, own_hours: OwnHours = NO_OWN_HOURS
) -> Iterator[FreeStart]:
    """Yield every start that can be booked at ``now`` (aware), in order.

    Later weeks are computed when they are needed.
    """
    earliest, end = _bookable(schedule, rules, now)
    while earliest < end:
        until = min(end, earliest + DAYS_AT_ONCE * DAY)
        yield from _free_between(earliest, until, schedule, rules, taken, own_hours)
        earliest = until


def get_bookable_slots(schedule: Schedule, rules: SlotRules, now: datetime) -> tuple[datetime, datetime]:
    """Return the first slot (UTC) that notice allows at ``now`` (aware), and the end of those that the horizon allows.

    While both stay the same, so do the free starts of the same slots.
    """
    earliest, end = _bookable(schedule, rules, now)
    slot = _slot_at(earliest)
    return slot if slot == earliest else slot + SLOT, end


def free_starts_on(
    day: date,
    schedule: Schedule,
    rules: SlotRules,
    taken: Taken,
    now: datetime,
    own_hours: OwnHours = NO_OWN_HOURS,
) -> list[FreeStart]:
    """Return the free starts of one local date."""
    earliest, end = _bookable(schedule, rules, now)
    midnight, next_midnight = _midnights(day, schedule)
    return list(_free_between(max(earliest, midnight), min(end, next_midnight), schedule, rules, taken, own_hours))


def explain_day(
    day: date,
    schedule: Schedule,
    rules: SlotRules,
    taken: Taken,
    now: datetime,
    own_hours: OwnHours = NO_OWN_HOURS,
) -> list[Explained]:
    """Return every quarter hour of a local date, with the rule that refuses it."""
    bookable, (start, end) = _bookable(schedule, rules, now), _midnights(day, schedule)
    openings, present = _openings(start, end, schedule), _find_present(start, end, rules, own_hours)
    found = []
    for at in _slots(start, end):
        opening = next((one for one in openings if one.opens <= at < one.closes), None)
        refusal = _refuse_by_hours(at, opening, schedule, rules) or _refuse_by_date(at, bookable, now)
        missing = {} if refusal else _find_missing(at, rules, taken, present)
        if missing or not taken:
            refusal = refusal or Refusal.TAKEN
        found.append(Explained(at, refusal, missing))
    return found


def resources_on_offer(
    at: datetime,
    schedule: Schedule,
    rules: SlotRules,
    taken: Taken,
    now: datetime,
    own_hours: OwnHours = NO_OWN_HOURS,
) -> tuple[tuple[int, ...], ...]:
    """Return the free resources by kind if a start can be booked, else ().

    ``at`` is aware.
    """
    _require_zone(at)
    earliest, end = _bookable(schedule, rules, now)
    if not earliest <= at < end:  # Checked before .astimezone, which fails for the last dates of the calendar.
        return ()
    start = at.astimezone(UTC)
    found = next(_free_between(start, start + MINUTE, schedule, rules, taken, own_hours), None)
    return found.resources if found and found.at == start else ()


def possible_starts(day: date, schedule: Schedule, rules: SlotRules) -> Iterator[datetime]:
    """Yield the starts (UTC) on a local date that the hours allow.

    Some of them may be taken.
    """
    return _possible_between(*_midnights(day, schedule), schedule, rules)


def get_hold_limit(day: date, schedule: Schedule, rules: SlotRules, own_hours: Schedule | None = None) -> int:
    """Return how many starts of a local date may be held unconfirmed, for each resource.

    Those of a practitioner with their own hours count while they are there. It is a fifth of the starts, so that
    strangers cannot empty a day. Long visits overlap many starts, so it is at most two fifths of the visits that fit
    into the day one after the other. Where only two do, that is none.
    """
    starts = list(possible_starts(day, schedule, rules))
    if own_hours:
        present = _find_present(*_midnights(day, schedule), rules, {0: own_hours})
        starts = [start for start in starts if _is_present(0, start, rules, present)]
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


def _slot_at(at: datetime) -> datetime:
    """Return the quarter hour that an instant in UTC lies in."""
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def _slots(start: datetime, end: datetime) -> tuple[datetime, ...]:
    """Return the same for two instants in UTC, in order."""
    first = _slot_at(start)
    return tuple(first + n * SLOT for n in range(-((first - end) // SLOT))) if start < end else ()


def free_resources(at: datetime, rules: SlotRules, taken: Taken) -> tuple[tuple[int, ...], ...]:
    """Return the free resources by kind, or () when a needed kind has none.

    Their own hours do not count.
    """
    return _free_for(at, slots_of(at, rules), rules, taken, {})


def covers(start: datetime, end: datetime, own_hours: Schedule) -> bool:
    """Return whether own hours cover the whole time between two instants (aware)."""
    begins, ends = as_utc(start), as_utc(end)
    return any(one.opens <= begins and ends <= one.closes for one in own_hours.openings_between(begins, ends))


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
    start: datetime, end: datetime, schedule: Schedule, rules: SlotRules, taken: Taken, own_hours: OwnHours
) -> Iterator[FreeStart]:
    # A possible start begins a slot, so its slots need no rounding.
    steps = [n * SLOT for n in range(-(-rules.occupied // SLOT))]
    present = _find_present(start, end, rules, own_hours)
    for at in _possible_between(start, end, schedule, rules):
        if resources := _free_for(at, [at + step for step in steps], rules, taken, present):
            yield FreeStart(at, resources)


def _free_for(
    at: datetime, slots: Sequence[datetime], rules: SlotRules, taken: Taken, present: Present
) -> tuple[tuple[int, ...], ...]:
    free = tuple(
        tuple(
            pk
            for pk, occupied in of_kind.items()
            if _find_taken(slots, occupied) is None and _is_present(pk, at, rules, present)
        )
        for of_kind in taken
    )
    return free if free and all(free) else ()


def _find_missing(at: datetime, rules: SlotRules, taken: Taken, present: Present) -> dict[int, tuple[Missing, ...]]:
    """Return the resources of each kind of which none is free."""
    slots, found = slots_of(at, rules), {}
    for position, of_kind in enumerate(taken):
        if not _free_for(at, slots, rules, [of_kind], present):
            found[position] = tuple(Missing(pk, _find_taken(slots, occupied)) for pk, occupied in of_kind.items())
    return found


def _find_taken(slots: Iterable[datetime], occupied: Collection[datetime]) -> datetime | None:
    return next((slot for slot in slots if slot in occupied), None)


def _find_present(start: datetime, end: datetime, rules: SlotRules, own_hours: OwnHours) -> Present:
    """Return when those with their own hours are there, for visits that start between two instants."""
    until = end + rules.visit
    return {pk: _openings(start, until, hours) if start < end else () for pk, hours in own_hours.items()}


def _is_present(resource: int, at: datetime, rules: SlotRules, present: Present) -> bool:
    openings = present.get(resource)
    return openings is None or any(one.opens <= at and at + rules.visit <= one.closes for one in openings)


def _possible_between(start: datetime, end: datetime, schedule: Schedule, rules: SlotRules) -> Iterator[datetime]:
    if end <= start:
        return
    for opening in _openings(start, end, schedule):
        latest = opening.closes - rules.visit
        for at in _slots(max(opening.opens, start), min(opening.closes, end)):
            if start <= at <= latest and not _refuse_by_hours(at, opening, schedule, rules):
                yield at


def _openings(start: datetime, end: datetime, schedule: Schedule) -> list[Interval]:
    """Return the openings between two instants, in UTC."""
    found = schedule.openings_between(start, end)
    return [Interval(one.opens.astimezone(UTC), one.closes.astimezone(UTC)) for one in found]


def _refuse_by_hours(at: datetime, opening: Interval | None, schedule: Schedule, rules: SlotRules) -> Refusal | None:
    """Return why hours and grid refuse a quarter hour, or None.

    ``opening`` is the one that the quarter hour begins in.
    """
    if opening is None or at < opening.opens:
        return Refusal.CLOSED
    if at > opening.closes - rules.visit:
        return Refusal.PAST_CLOSING
    return None if _is_on_grid(at.astimezone(schedule.time_zone), rules) else Refusal.OFF_GRID


def _refuse_by_date(at: datetime, bookable: tuple[datetime, datetime], now: datetime) -> Refusal | None:
    earliest, end = bookable
    if at >= end:
        return Refusal.HORIZON
    if at < earliest:
        return Refusal.PAST if at < now else Refusal.NOTICE
    return None


def _is_on_grid(reading: datetime, rules: SlotRules) -> bool:
    """Return whether a wall-clock time is on the grid.

    Of a time that comes twice, only the first is.
    """
    return not reading.fold and (reading.hour * 60 + reading.minute) % rules.grid_minutes == 0
