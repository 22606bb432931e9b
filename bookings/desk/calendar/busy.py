"""Find what takes the rooms and practitioners of some days."""

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple

from django.db.models import QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from bookings import services
from bookings.models import (
    LIVE,
    OPEN_STATUSES,
    Appointment,
    AppointmentState,
    BlockedTime,
    Resource,
    ResourceKind,
    Slot,
)
from bookings.scheduling.availability import slots_between
from bookings.services.transitions import GONE, find_obstacle, get_steps, is_unclear
from clinic.hours.schedule import DAY

VISIT, BLOCKED = "visit", "blocked"
Owner = tuple[str, int]
FORWARD = (
    AppointmentState.CHECKED_IN,
    AppointmentState.CONSULTED,
    AppointmentState.TREATED,
    AppointmentState.NO_SHOW,
)


class Busy(NamedTuple):
    """Hold the taken quarter hours by resource, and the visits and blocked times that take them.

    ``visits`` also has the canceled ones, and those of patients who walked in while no room was free.
    """

    taken: dict[int, dict[datetime, tuple[Owner, ...]]]
    visits: dict[int, Appointment]
    blocked: dict[int, BlockedTime]


class Column(NamedTuple):
    """Hold a room or a practitioner, and what takes it.

    ``resource`` is None for the columns of visits without a room, and of canceled visits.
    """

    name: str
    taken: dict[datetime, tuple[Owner, ...]]
    resource: Resource | None = None
    takes_moves: bool = True


def find_busy(resources: Iterable[Resource], start: datetime, end: datetime, now: datetime) -> Busy:
    """Return what takes quarter hours of these resources from ``start`` until ``end`` (UTC).

    A held time that has expired at ``now`` is free.
    """
    # Naming the resources lets the database use its index.
    slots = Slot.objects.filter(resource__in=[one.pk for one in resources], at__gte=start, at__lt=end)
    slots = slots.exclude(expires_at__lte=now)
    taken: dict[int, dict[datetime, tuple[Owner, ...]]] = {}
    blocked = set()
    for resource, at, visit, block in slots.values_list("resource", "at", "appointment", "blocked_time"):
        taken.setdefault(resource, {})[at] = ((VISIT, visit) if visit else (BLOCKED, block),)
        blocked.add(block)
    visits = find_visits(start, end, now).order_by("starts_at", "pk")
    return Busy(taken, {visit.pk: visit for visit in visits}, BlockedTime.objects.in_bulk(blocked - {None}))


def find_visits(start: datetime, end: datetime, now: datetime) -> QuerySet[Appointment]:
    """Return the visits of a time, canceled ones too, with their cases."""
    # A visit takes less than a day. Naming the states and the first start lets the database use its index.
    states = [state for state in AppointmentState.values if state != AppointmentState.EXPIRED]
    near = {"starts_at__gt": start - DAY, "starts_at__lt": end, "ends_at__gt": start}
    visits = Appointment.objects.filter(state__in=states, **near).exclude(held_until__lte=now)
    return visits.select_related("visit_type", "case")


def read_current_visits(visits: Iterable[Appointment]) -> None:
    """Set ``case.current_appointments`` of these visits, which ``find_steps`` asks for."""
    prefetch_related_objects([visit.case for visit in visits], services.prefetch_visits())


def make_columns(kind: ResourceKind, resources: Sequence[Resource], busy: Busy) -> list[Column]:
    """Return a column for each room, or each practitioner, and for the visits that have none.

    One that takes no visits any more has a column while it has some.
    """
    of_kind = [resource for resource in resources if resource.kind == kind]
    columns = [Column(one.name, busy.taken.get(one.pk, {}), one, takes_moves=one.is_active) for one in of_kind]
    placed = {pk for column in columns for owners in column.taken.values() for kind, pk in owners if kind == VISIT}
    rest = [visit for pk, visit in busy.visits.items() if pk not in placed]
    canceled = [visit for visit in rest if visit.state in GONE]
    homeless = [visit for visit in rest if visit.state not in GONE]
    name = _("No room") if kind == ResourceKind.ROOM else _("No practitioner")
    return [
        *(column for column in columns if column.resource.is_active or column.taken),
        *([Column(name, stack(homeless))] if homeless else ()),
        *([Column(_("Canceled"), stack(canceled), takes_moves=False)] if canceled else ()),
    ]


def stack(visits: Iterable[Appointment]) -> dict[datetime, tuple[Owner, ...]]:
    """Return the quarter hours of visits that may overlap."""
    taken: dict[datetime, tuple[Owner, ...]] = {}
    for visit in visits:
        for at in slots_between(visit.starts_at, visit.ends_at):
            taken[at] = (*taken.get(at, ()), (VISIT, visit.pk))
    return taken


def find_needed(columns: Iterable[Column], busy: Busy, start: datetime, end: datetime) -> set[datetime]:
    """Return the quarter hours that the grid must show, besides the opening hours.

    Those are of visits, and of blocked times that do not go on before or after the day.
    """
    taken = [(at, owners) for column in columns for at, owners in column.taken.items()]
    within = {pk for pk, one in busy.blocked.items() if start <= one.starts_at and one.ends_at <= end}
    return {at for at, owners in taken if any(kind == VISIT or pk in within for kind, pk in owners)}


def find_steps(visit: Appointment, now: datetime, zone: tzinfo) -> tuple[AppointmentState, ...]:
    """Return the states that the desk can record for a visit with one click, the usual one first.

    They are those that ``services.change_stage`` would accept for its case now. Steps back, and what was done at a
    consultation that became a treatment, stand on the page of the case.
    """
    going_on = (AppointmentState.CHECKED_IN, *LIVE)
    current = [one for one in visit.case.current_appointments if one.state in going_on]
    about = min(current, key=lambda one: one.state != AppointmentState.CHECKED_IN, default=None)
    if about is None or about.pk != visit.pk:
        return ()
    steps = [to for to in get_steps(visit.case, visit) if to in FORWARD and not find_obstacle(visit, to, now, zone)]
    left_out = AppointmentState.CONSULTED if visit.visit_type.is_treatment else AppointmentState.TREATED
    return tuple(AppointmentState(to) for to in steps if to != left_out)


def can_move(visit: Appointment, now: datetime) -> bool:
    """Return whether the desk can give the visit another time or room."""
    is_live = visit.state in LIVE and visit.get_state_at(now) in LIVE
    return is_live and visit.case.status in OPEN_STATUSES and not is_unclear(visit, now)
