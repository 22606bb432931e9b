"""Confirm, book, move, cancel and expire appointments, and record what became of them.

Each public function is one transaction and writes one event. The resources are locked before the case.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import (
    CONFIRMABLE,
    Appointment,
    AppointmentState,
    Case,
    Event,
    EventKind,
    MessageKind,
    Outcome,
    Status,
)
from bookings.scheduling.policy import SLOT, BookingPolicy
from clinic.hours.schedule import DAY

from .cases import lock_case, save_change, set_status
from .notifications import notify_patient
from .slots import expired_holds, find_resources, lock_resources, place, time_taken
from .transitions import (
    BookingError,
    TransitionError,
    check_open_for_a_time,
    check_transition,
    get_stage,
    get_visit,
)
from .waitlist import notify_waitlist

MAX_AHEAD = 2 * 365 * DAY  # How far the desk may book ahead.


@transaction.atomic
def confirm(case_id: int, *, actor: User, expected_version: int, policy: BookingPolicy, note: str = "") -> Case:
    """Book the time that is held for the case.

    An expired one is booked if it is still free. Raise TimeTakenError if it is not.
    """
    case, now = _lock_case(case_id, expected_version)
    check_open_for_a_time(case)
    # A hold that expired before the newest one is no longer what the patient asked for.
    appointment = case.appointments.newest()
    if appointment is None or appointment.state not in CONFIRMABLE:
        raise BookingError(_("No time is held for this case that could be booked."))
    if appointment.starts_at <= now:
        raise BookingError(_("This time is over."))
    if case.appointments.live().exclude(pk=appointment.pk).exists():
        raise BookingError(_("Another time is booked for this case. Cancel it first."))
    is_held = appointment.state == AppointmentState.HELD
    appointment.state, appointment.held_until = AppointmentState.BOOKED, None
    if is_held:
        appointment.save(update_fields=["state", "held_until"])
        appointment.slots.update(expires_at=None)
    else:
        _place_anywhere(appointment, appointment.starts_at, policy, now)
    _record_change(case, EventKind.BOOKED, appointment, actor, note)
    notify_patient(MessageKind.BOOKED, appointment)
    return case


@transaction.atomic
def book(
    case_id: int,
    start: datetime,
    *,
    actor: User,
    expected_version: int,
    policy: BookingPolicy,
    note: str = "",
) -> Case:
    """Book a time (aware) that the desk and the patient agreed on.

    Hours, grid and notice do not limit it. It replaces the live appointment of the case. Raise TimeTakenError, or
    BookingError for a time that is over or more than two years ahead.
    """
    case, now = _lock_case(case_id, expected_version)
    check_open_for_a_time(case)
    if start <= now:
        raise BookingError(_("This time is over."))
    if start > now + MAX_AHEAD:
        raise BookingError(_("This is more than two years ahead. Please choose a nearer time."))
    appointment = case.appointments.live().first()
    if appointment and appointment.state == AppointmentState.BOOKED and appointment.starts_at <= now:
        # The patient did not come to a booked visit whose time has passed.
        _end(appointment, AppointmentState.NO_SHOW)
        appointment = None
    appointment = appointment or Appointment(case=case)
    was_booked, before = appointment.state == AppointmentState.BOOKED, appointment.starts_at
    appointment.state, appointment.held_until = AppointmentState.BOOKED, None
    appointment.sequence += was_booked
    _place_anywhere(appointment, start, policy, now)
    _record_change(case, EventKind.MOVED if was_booked else EventKind.BOOKED, appointment, actor, note)
    notify_patient(MessageKind.MOVED if was_booked else MessageKind.BOOKED, appointment)
    if before and before != start:
        notify_waitlist(before, given_back_by=case.pk)
    return case


@transaction.atomic
def move(case_id: int, start: datetime, *, policy: BookingPolicy) -> Case:
    """Move the visit to a start on offer (aware), for the patient.

    Raise TimeTakenError, or BookingError once it is too late.
    """
    case, now = _lock_case(case_id)
    appointment = _get_live(case)
    _check_change(appointment, policy, now)
    before = appointment.starts_at
    if start == before:  # The form was sent twice.
        return case
    resources = find_resources(policy, start, now, moving=appointment)
    if not resources:
        raise time_taken(policy, start, now, moving=appointment)
    was_booked = appointment.state == AppointmentState.BOOKED
    if appointment.held_until:
        appointment.held_until = min(appointment.held_until, start)
    appointment.sequence += was_booked
    place(appointment, start, resources, policy, now)
    _record_change(case, EventKind.MOVED, appointment)
    if was_booked:
        notify_patient(MessageKind.MOVED, appointment)
    notify_waitlist(before, given_back_by=case.pk)
    return case


@transaction.atomic
def cancel(
    case_id: int,
    *,
    policy: BookingPolicy,
    actor: User | None = None,
    expected_version: int | None = None,
    note: str = "",
) -> Case:
    """Cancel the case's visit. The case stays open.

    Patients may cancel until the cut-off, the desk always.
    """
    case, now = _lock_case(case_id, expected_version)
    appointment = _get_live(case)
    if actor is None:
        _check_change(appointment, policy, now)
    _end(appointment, AppointmentState.CANCELED)
    _record_change(case, EventKind.CANCELED, appointment, actor, note)
    notify_patient(MessageKind.CANCELED, appointment)
    return case


@transaction.atomic
def expire_holds() -> int:
    """Expire every hold that is over, and return how many."""
    lock_resources()
    return expire(timezone.now())


def expire(now: datetime) -> int:
    """Expire the holds that are over, when the resources are locked."""
    expired = list(expired_holds(now).select_related("case"))
    for appointment in expired:
        _end(appointment, AppointmentState.EXPIRED)
        Event.objects.record(appointment.case, EventKind.EXPIRED, starts_at=appointment.starts_at)
        notify_patient(MessageKind.EXPIRED, appointment)
    return len(expired)


def drop_hold(appointment: Appointment) -> None:
    """Give back a held time that the patient replaces, without a message.

    The resources are locked.
    """
    _end(appointment, AppointmentState.CANCELED)
    Event.objects.record(appointment.case, EventKind.CANCELED, starts_at=appointment.starts_at, chose_again=True)


@transaction.atomic
def change_stage(
    case_id: int,
    to_stage: str,
    *,
    actor: User,
    expected_version: int,
    policy: BookingPolicy | None = None,
    outcome: str = "",
    note: str = "",
) -> Case:
    """Take the case to its next stage.

    Raise StaleCaseError, or TransitionError with the reason.

    ``policy`` is needed to check in a patient who has no appointment.
    """
    lock_resources()
    case = lock_case(case_id, expected_version)
    stage, visit = get_stage(case), get_visit(case)
    wanted = check_transition(stage, to_stage, outcome)
    data: dict[str, Any] = {}
    if wanted == AppointmentState.CHECKED_IN and stage != AppointmentState.TREATED:
        _check_in(case, policy)
    elif visit and isinstance(wanted, AppointmentState):
        _change_state(visit, wanted)
    elif wanted == Status.CLOSED:
        _end_on_closing(case, outcome)
        data = {"outcome": outcome}
    elif stage == Status.CLOSED:
        data = {"was_closed_as": case.outcome}
    set_status(case, wanted if isinstance(wanted, Status) else Status.CONTACTING, outcome)
    save_change(case)
    data |= {"from": stage, "to": get_stage(case)}
    Event.objects.record(case, EventKind.STAGE, actor, note, **data)
    return case


def _change_state(visit: Appointment, state: AppointmentState) -> None:
    """Record the treatment of a visit, or take one step back."""
    if state == AppointmentState.BOOKED:
        if visit.created_at >= visit.starts_at:
            # A walk-in was never booked, so undoing the check-in leaves no visit.
            _end(visit, AppointmentState.CANCELED)
            return
        if visit.case.appointments.live().exists():
            raise TransitionError(_("Another time is held for this case. Cancel it first."))
    visit.state = state
    visit.save(update_fields=["state"])


def _check_in(case: Case, policy: BookingPolicy | None) -> None:
    """Mark the live visit as checked in.

    A patient who walks in gets a visit from this quarter hour on.
    """
    visit = case.appointments.live().first()
    if visit is None:
        if policy is None:
            raise BookingError(_("Add a type of visit first, under Settings."))
        now = timezone.now()
        start = now - timedelta(seconds=now.timestamp() % SLOT.total_seconds())
        visit = Appointment(case=case, state=AppointmentState.CHECKED_IN)
        expire(now)
        # The patient has come, so the visit is saved even without a free room.
        place(visit, start, find_resources(policy, start, now, on_offer=False), policy, now)
        return
    visit.state, visit.held_until = AppointmentState.CHECKED_IN, None
    visit.save(update_fields=["state", "held_until"])
    visit.slots.update(expires_at=None)


def _end_on_closing(case: Case, outcome: str) -> None:
    visit = case.appointments.live().first()
    if visit:
        is_no_show = outcome == Outcome.NO_SHOW and visit.state == AppointmentState.BOOKED
        _end(visit, AppointmentState.NO_SHOW if is_no_show else AppointmentState.CANCELED)


def _end(appointment: Appointment, state: AppointmentState) -> None:
    """End an appointment.

    Free its slots and notify the waitlist, unless the patient did not come. The resources are locked. Only a canceled
    or expired visit gives up its room.
    """
    if appointment.state == AppointmentState.BOOKED and state == AppointmentState.CANCELED:
        appointment.sequence += 1
    appointment.state, appointment.held_until = state, None
    appointment.save(update_fields=["state", "held_until", "sequence"])
    if state != AppointmentState.NO_SHOW:
        appointment.slots.all().delete()
        notify_waitlist(appointment.starts_at, given_back_by=appointment.case_id)


def _lock_case(case_id: int, expected_version: int | None = None) -> tuple[Case, datetime]:
    """Lock the resources, expire the holds that are over, lock the case.

    Return the case and the current instant.
    """
    now = timezone.now()
    lock_resources()
    expire(now)
    return lock_case(case_id, expected_version), now


def _get_live(case: Case) -> Appointment:
    appointment = case.appointments.live().first()
    if appointment is None:
        raise BookingError(_("There is no time to change any more."))
    return appointment


def _check_change(appointment: Appointment, policy: BookingPolicy, now: datetime) -> None:
    if not appointment.can_be_changed(policy.change_until, now):
        raise BookingError(_("It is too close to your visit to change it here. Please call us."))


def _place_anywhere(appointment: Appointment, start: datetime, policy: BookingPolicy, now: datetime) -> None:
    """Place the visit wherever resources are free then, on offer or not.

    Raise TimeTakenError.
    """
    resources = find_resources(policy, start, now, moving=appointment if appointment.pk else None, on_offer=False)
    if not resources:
        raise time_taken(policy, start, now)
    place(appointment, start, resources, policy, now)


def _record_change(
    case: Case,
    kind: EventKind,
    appointment: Appointment,
    actor: User | None = None,
    note: str = "",
) -> None:
    """Save the case with the event.

    A case for which a visit is booked has been answered.
    """
    if appointment.state == AppointmentState.BOOKED and case.status != Status.CONTACTING:
        set_status(case, Status.CONTACTING)
    save_change(case)
    Event.objects.record(case, kind, actor, note, starts_at=appointment.starts_at)
