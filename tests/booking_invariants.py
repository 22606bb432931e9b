"""Check what is always true of appointments, blocked times and slots.

Only the stored rows are read. Quarter hours are counted here anew: a mistake in
``bookings.scheduling.availability`` would not hide.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from bookings.models import (
    Appointment,
    AppointmentState,
    BlockedTime,
    Case,
    ResourceKind,
    Slot,
    Task,
    VisitType,
)

QUARTER = 15 * 60
LIVE = {"held", "booked"}
ATTENDED = {"checked_in", "consulted", "treated"}
# Nobody has said yet what became of a visit in one of these states.
UNRECORDED = {"booked", "checked_in"}
# A visit keeps its room in every state but these.
GONE = {"canceled", "expired"}


def check() -> list[str]:
    """Return every broken rule in words.

    Visits count with the pause of their type.
    """
    visits = list(Appointment.objects.select_related("visit_type").order_by("starts_at", "pk"))
    slots = list(Slot.objects.select_related("resource"))
    return [
        *_taken_twice(slots),
        *_without_one_owner(slots),
        *_wrong_slots_of_visits(visits, slots),
        *_wrong_slots_of_blocked_times(slots),
        *_not_performed(slots),
        *overlaps(),
        *_two_at_once(visits),
        *wrong_tasks(),
    ]


def wrong_tasks() -> list[str]:
    """Return every case that is forgotten, or closed too early, and every visit without what it brings."""
    owed: dict[int, set[str]] = {}
    for task in Task.objects.filter(closing_event=None):
        owed.setdefault(task.case_id, set()).add(task.kind)
    of_visits = Counter(Task.objects.exclude(appointment=None).values_list("appointment", "kind"))
    to_record = Task.objects.filter(kind="record_visit", closing_event=None)
    to_record = dict(to_record.values_list("appointment", "appointment__state"))
    visits = list(Appointment.objects.values_list("pk", "case", "state"))
    came = {case for _pk, case, state in visits if state in ATTENDED}
    treated = [pk for pk, _case, state in visits if state == "treated"]
    cases = Case.objects.values_list("pk", "status")
    return [
        *(f"case {pk} is {status} and owes {owed.get(pk)}" for pk, status in cases if not _fits(status, owed.get(pk))),
        *(f"case {pk} is in care, but nobody came" for pk, status in cases if status == "in_care" and pk not in came),
        *(f"visit {pk} is {state}, not to be recorded" for pk, state in to_record.items() if state not in UNRECORDED),
        *(f"visit {pk} is forgotten" for pk, _case, state in visits if state in UNRECORDED and pk not in to_record),
        *(f"nobody asks after visit {pk}" for pk in treated if not of_visits[pk, "day_after"]),
    ]


def _fits(status: str, owed: set[str] | None) -> bool:
    """Return whether a case with this status may owe just this."""
    if status == "new":
        return bool(owed and owed & {"answer", "complaint"})
    if status == "quarantined":
        return owed == {"review"}
    return bool(owed) == (status != "closed")


def overlaps() -> list[str]:
    """Return only the visits that overlap in one resource."""
    pairs = Slot.objects.exclude(appointment=None).values_list("resource", "appointment").distinct()
    visits = {visit.pk: visit for visit in Appointment.objects.select_related("visit_type")}
    by_resource: dict[int, list[Appointment]] = {}
    for resource, appointment in pairs.order_by("resource", "appointment"):
        by_resource.setdefault(resource, []).append(visits[appointment])
    return list(_overlaps(by_resource))


def quarters(start: datetime, end: datetime) -> list[datetime]:
    """Return each quarter hour (UTC) that a part of the time is in."""
    first = int(start.timestamp()) // QUARTER
    last = -(-int(end.timestamp()) // QUARTER)
    return [datetime.fromtimestamp(number * QUARTER, UTC) for number in range(first, last)]


def _pause(visit: Appointment) -> timedelta:
    return timedelta(minutes=visit.visit_type.pause_minutes)


def _taken_twice(slots: list[Slot]) -> Iterator[str]:
    for (resource, at), count in Counter((slot.resource_id, slot.at) for slot in slots).items():
        if count > 1:
            yield f"resource {resource} is taken {count} times at {at:%Y-%m-%d %H:%M}"


def _without_one_owner(slots: list[Slot]) -> Iterator[str]:
    for slot in slots:
        if (slot.appointment_id is None) == (slot.blocked_time_id is None):
            yield f"slot {slot.pk} does not have exactly one owner"


def _wrong_slots_of_visits(visits: list[Appointment], slots: list[Slot]) -> Iterator[str]:
    """Find visits that lack a slot they need, or have another one.

    They need every quarter hour of one resource of each kind.
    """
    for visit in visits:
        own = [slot for slot in slots if slot.appointment_id == visit.pk]
        found = sorted((slot.resource.kind, slot.at, str(slot.expires_at)) for slot in own)
        expires_at = str(visit.held_until if visit.state == AppointmentState.HELD else None)
        times = quarters(visit.starts_at, visit.ends_at + _pause(visit)) if visit.state not in GONE else []
        kinds = [kind for kind, needed in _needs(visit).items() if needed]
        if visit.created_at >= visit.starts_at:
            # The patient walked in, perhaps while no room or no practitioner was free.
            kinds = [kind for kind in kinds if any(slot.resource.kind == kind for slot in own)]
        wanted = sorted((kind, at, expires_at) for kind in kinds for at in times)
        resources = {(slot.resource.kind, slot.resource_id) for slot in own}
        if found != wanted or len(resources) != len({kind for kind, _pk in resources}):
            yield f"appointment {visit.pk} ({visit.state}, {visit.starts_at:%m-%d %H:%M}) has the slots {found}"


def _needs(visit: Appointment) -> dict[str, bool]:
    visit_type = visit.visit_type
    return {ResourceKind.ROOM: visit_type.needs_room, ResourceKind.PRACTITIONER: visit_type.needs_practitioner}


def _wrong_slots_of_blocked_times(slots: list[Slot]) -> Iterator[str]:
    """Find quarter hours in a blocked time that are free, and slots outside of theirs.

    The desk may have booked a visit into a blocked time, and one that a rule made may overlap with others: then one of
    them has the slot.
    """
    taken = {(slot.resource_id, slot.at) for slot in slots}
    for blocked in BlockedTime.objects.all():
        own = {(slot.resource_id, slot.at) for slot in slots if slot.blocked_time_id == blocked.pk}
        wanted = {(blocked.resource_id, at) for at in quarters(blocked.starts_at, blocked.ends_at)}
        if not own <= wanted or not wanted <= taken:
            yield f"blocked time {blocked.pk} has the slots {sorted(own)}"
    for slot in slots:
        if slot.blocked_time_id and slot.expires_at:
            yield f"slot {slot.pk} of a blocked time expires"


def _not_performed(slots: list[Slot]) -> Iterator[str]:
    """Find visits of a practitioner who does not perform that type."""
    performers = set(VisitType.performed_by.through.objects.values_list("visittype", "resource"))
    types = dict(Appointment.objects.values_list("pk", "visit_type"))
    for slot in slots:
        is_by_practitioner = slot.appointment_id and slot.resource.kind == ResourceKind.PRACTITIONER
        if is_by_practitioner and (types[slot.appointment_id], slot.resource_id) not in performers:
            yield f"appointment {slot.appointment_id} has resource {slot.resource_id}, who does not perform it"


def _overlaps(by_resource: dict[int, list[Appointment]]) -> Iterator[str]:
    for resource, visits in by_resource.items():
        for one, following in pairwise(sorted(visits, key=lambda visit: (visit.starts_at, visit.pk))):
            if following.starts_at < one.ends_at + _pause(one):
                yield f"appointments {one.pk} and {following.pk} overlap in resource {resource}"


def _two_at_once(visits: list[Appointment]) -> Iterator[str]:
    for case, count in Counter(visit.case_id for visit in visits if visit.state in LIVE).items():
        if count > 1:
            yield f"case {case} has {count} live appointments"
