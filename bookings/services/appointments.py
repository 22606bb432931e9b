"""Confirm, book, move, cancel and expire appointments, and record what became of them.

Each public function is one transaction and writes one event. The resources are locked before the case.
"""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import (
    CONFIRMABLE,
    LIVE,
    OPEN_STATUSES,
    Appointment,
    AppointmentState,
    Case,
    Event,
    EventKind,
    MessageKind,
    Outcome,
    Status,
    Task,
    TaskKind,
    TaskResult,
    VisitType,
    get_clock,
)
from bookings.scheduling.policy import SLOT, BookingPolicy
from clinic.hours.schedule import DAY

from .cases import ask_again, lock_case, save_change, set_status
from .followups import queue_day_after_email
from .limits import HOLD_CHANGES, may_hold, take_change
from .notifications import get_clinic_zone, notify_desk, notify_patient
from .permissions import check_may_sign_off
from .repeats import check_not_early, find_not_before
from .slots import (
    UnusualTimeError,
    cannot_hold,
    expired_holds,
    find_blocked,
    find_obstacles,
    find_resources,
    free_slots,
    hold,
    lock_resources,
    make_room,
    place,
    policy_for_case,
    time_taken,
)
from .tasks import (
    CONTACT_TASKS,
    close_all,
    find_blocking,
    keep_track,
    owe_again,
    owe_change_seen,
    reopen,
    reopen_unanswered,
    rest_status,
    retime,
    settle,
)
from .transitions import (
    GONE,
    UNFINISHED,
    BookingError,
    Stage,
    TransitionError,
    check_open_for_a_time,
    check_transition,
    find_obstacle,
    get_outcomes,
    get_stage,
    get_visit_of_step,
    is_step_back,
    is_unclear,
)
from .waitlist import notify_waitlist

MAX_AHEAD = 2 * 365 * DAY  # How far the desk may book ahead.
SAY_FIRST = gettext_lazy("It is time for the visit. First record whether the patient came.")

logger = logging.getLogger(__name__)


@transaction.atomic
def confirm(
    case_id: int,
    *,
    actor: User,
    expected_version: int,
    policy: BookingPolicy,
    anyway: Collection[str] = (),
    note: str = "",
) -> Case:
    """Book the time that is held for the case.

    An expired one is booked if it is still free. Raise TimeTakenError if it is not. Raise UnusualTimeError as ``book``
    does: the hours may have changed since the patient chose the time.
    """
    case, now = _lock_case(case_id, expected_version)
    check_open_for_a_time(case)
    # A hold that expired before the newest one is no longer what the patient asked for.
    appointment = case.appointments.live_or_newest()
    if appointment and appointment.state == AppointmentState.BOOKED:
        raise BookingError(_("Another time is booked for this case. Cancel it first."))
    if appointment is None or appointment.state not in CONFIRMABLE:
        raise BookingError(_("No time is held for this case, so none can be booked."))
    if appointment.starts_at <= now:
        raise BookingError(_("This time has passed."))
    policy = policy.for_type(appointment.visit_type)
    early = check_not_early(case, appointment.starts_at, appointment.visit_type_id, actor=actor, note=note)
    kinds = _take_anyway(policy, appointment.starts_at, now, appointment, anyway)
    if appointment.state == AppointmentState.HELD:
        _set_state(appointment, AppointmentState.BOOKED)
    else:
        appointment.state = AppointmentState.BOOKED
        _place_anywhere(appointment, appointment.starts_at, policy, now)
    _record_change(case, EventKind.BOOKED, appointment, actor, note, anyway=kinds, **early)
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
    visit_type: VisitType | None = None,
    preferred: Collection[int] = (),
    anyway: Collection[str] = (),
    note: str = "",
) -> Case:
    """Book a time (aware) that the desk and the patient agreed on.

    Without ``visit_type``, it is the type of the visit that the case has or lost, else that of the policy. Of the free
    resources, the ``preferred`` ones come first. Grid and notice do not limit the time. It replaces the live
    appointment of the case. Raise TimeTakenError, or BookingError for a time that is over or more than two years ahead.
    While the clinic is closed or the practitioner away, or in a blocked time, raise UnusualTimeError, unless ``anyway``
    names that kind of obstacle, as the desk has read it. The visit takes its slots from a blocked time.
    """
    case, now = _lock_case(case_id, expected_version)
    check_open_for_a_time(case)
    _check_start(start, now)
    appointment = case.appointments.live().first()
    if appointment and is_unclear(appointment, now):
        raise BookingError(SAY_FIRST)
    policy = policy.for_type(visit_type) if visit_type else policy_for_case(policy, case)
    early = check_not_early(case, start, policy.visit_type_id, actor=actor, note=note)
    appointment = appointment or Appointment(case=case)
    was_booked, before = appointment.state == AppointmentState.BOOKED, appointment.starts_at
    stays = was_booked and (before, appointment.visit_type_id) == (start, policy.visit_type_id)
    own = set(appointment.slots.values_list("resource", flat=True)) if stays else set()
    if stays and set(preferred) <= own:
        raise BookingError(_("The visit is already booked for that time."))
    appointment.visit_type_id = policy.visit_type_id
    appointment.state, appointment.held_until = AppointmentState.BOOKED, None
    appointment.sequence += was_booked and not stays
    kinds = _take_anyway(policy, start, now, appointment, anyway, preferred)
    _place_anywhere(appointment, start, policy, now, preferred)
    if stays and own == set(appointment.slots.values_list("resource", flat=True)):
        raise time_taken(policy, start, now, moving=appointment)
    kind = EventKind.MOVED if was_booked else EventKind.BOOKED
    _record_change(case, kind, appointment, actor, note, anyway=kinds, **early)
    if not stays:  # Another room alone is no news for the patient.
        notify_patient(MessageKind.MOVED if was_booked else MessageKind.BOOKED, appointment)
    if before and before != start:
        notify_waitlist(before, given_back_by=case.pk)
    return case


@transaction.atomic
def move(case_id: int, start: datetime, *, policy: BookingPolicy, seen: datetime | None = None) -> Case:
    """Move the visit to a start on offer (aware), for the patient.

    Raise TimeTakenError, or BookingError once it is too late, or if the visit is no longer at the time that the patient
    has ``seen``.
    """
    case, now = _lock_case(case_id)
    appointment = _get_live(case)
    if start != appointment.starts_at:
        _check_seen(appointment, seen)
    _check_change(appointment, policy, now)
    before = appointment.starts_at
    if start == before:  # The form was sent twice.
        return case
    if start < now + policy.change_until:
        raise BookingError(_("That time is too soon to choose here. Please choose a later one, or call us."))
    policy = policy.for_type(appointment.visit_type)
    _check_repeat(case, start, policy)
    resources = find_resources(policy, start, now, moving=appointment)
    if not resources:
        raise time_taken(policy, start, now, moving=appointment, earliest=now + policy.change_until)
    was_booked = appointment.state == AppointmentState.BOOKED
    if not was_booked and not may_hold(case, start, policy, now):
        raise cannot_hold()
    take_change(HOLD_CHANGES, case)
    if appointment.answer_by:
        appointment.held_until = policy.hold_until(start, appointment.answer_by)
    appointment.sequence += was_booked
    place(appointment, start, resources, policy, now)
    if not was_booked:
        ask_again(case)
    _record_change(case, EventKind.MOVED, appointment, owes=None if was_booked else TaskKind.ANSWER)
    notify_patient(MessageKind.MOVED if was_booked else MessageKind.HELD, appointment)
    notify_desk(MessageKind.DESK_MOVED, appointment)
    notify_waitlist(before, given_back_by=case.pk)
    return case


@transaction.atomic
def choose_time(case_id: int, start: datetime, *, policy: BookingPolicy) -> Case:
    """Hold a start on offer (aware) for a patient whose case has no time.

    The case then waits for an answer. Raise TimeTakenError, or BookingError if the case is closed or has a time.
    """
    case, now = _lock_case(case_id)
    check_open_for_a_time(case)
    if live := case.appointments.live().first():
        if live.starts_at == start:  # The form was sent twice.
            return case
        raise BookingError(_("You already have a time. Open your page again to see it."))
    policy = policy_for_case(policy, case)
    _check_repeat(case, start, policy)
    appointment, _refused = hold(case, start, policy, now)
    if appointment is None:
        raise cannot_hold()
    take_change(HOLD_CHANGES, case)
    ask_again(case)
    _record_change(case, EventKind.HELD, appointment, owes=TaskKind.ANSWER)
    notify_patient(MessageKind.HELD, appointment)
    notify_desk(MessageKind.DESK_MOVED, appointment)
    return case


@transaction.atomic
def cancel(
    case_id: int,
    *,
    policy: BookingPolicy,
    actor: User | None = None,
    expected_version: int | None = None,
    seen: datetime | None = None,
    note: str = "",
) -> Case:
    """Cancel the case's visit. The case stays open.

    Patients may cancel until the cut-off, the desk until the visit begins.
    """
    case, now = _lock_case(case_id, expected_version)
    appointment = _get_live(case)
    _check_seen(appointment, seen)
    if actor is None:
        _check_change(appointment, policy, now)
    elif is_unclear(appointment, now):
        raise BookingError(SAY_FIRST)
    was_booked = appointment.state == AppointmentState.BOOKED
    ended = _give_up(appointment, now)
    if was_booked and case.status == Status.IN_CARE:
        set_status(case, Status.CONTACTING)
    kind = EventKind(ended.value)
    _record_change(case, kind, appointment, actor, note, owes=TaskKind.CALL if was_booked else None)
    notify_patient(MessageKind(ended.value), appointment, by_desk=actor is not None)
    if actor is None:
        notify_desk(MessageKind.DESK_CANCELED, appointment)
    return case


@transaction.atomic
def release_hold(case_id: int, *, actor: User, expected_version: int, note: str = "") -> Case:
    """Give back a held time that is probably nobody's. The case stays open.

    No email tells of it: the address may be a stranger's. The patient's page does.
    """
    case, now = _lock_case(case_id, expected_version)
    appointment = _get_live(case)
    if appointment.state != AppointmentState.HELD:
        raise BookingError(_("This visit is booked."))
    ended = _give_up(appointment, now)
    _record_change(case, EventKind(ended.value), appointment, actor, note)
    return case


@transaction.atomic
def expire_holds() -> int:
    """Expire every hold that is over, and return how many."""
    lock_resources()
    return expire(timezone.now())


def expire(now: datetime) -> int:
    """Expire the holds that are over, when the resources are locked.

    One that fails stops neither the others nor the request that needs the lock. Return how many have expired. A caller
    that changes a case as well calls ``lock_with_expired`` first.
    """
    count = 0
    for appointment in list(expired_holds(now).order_by("case", "pk")):
        try:
            with transaction.atomic():
                _expire(appointment)
        except (OperationalError, InterfaceError):  # the database is away
            raise
        except Exception:
            logger.exception("The held time of appointment %s could not be expired", appointment.pk)
        else:
            count += 1
    return count


def _expire(appointment: Appointment) -> None:
    """Expire a hold. A patient who waits for no answer any more is called about it."""
    case = appointment.case = lock_case(appointment.case_id)
    _end(appointment, AppointmentState.EXPIRED)
    event = Event.objects.record(case, EventKind.EXPIRED, starts_at=appointment.starts_at)
    if case.status in OPEN_STATUSES and not case.is_waiting:
        Task.objects.owe(case, TaskKind.CALL, event)
    keep_track(case, event)
    notify_patient(MessageKind.EXPIRED, appointment)


def lock_with_expired(case_id: int, now: datetime, others: Collection[int] = ()) -> None:
    """Lock cases and those whose holds are over, in the order of keys, as other services lock several cases."""
    wanted = Q(pk__in=[case_id, *others]) | Q(pk__in=expired_holds(now).values("case"))
    list(Case.objects.select_for_update(no_key=True).filter(wanted).order_by("pk").values_list("pk"))


def drop_hold(appointment: Appointment) -> None:
    """Give back a held time that the patient replaces, without an event or a message.

    The resources are locked.
    """
    _end(appointment, AppointmentState.CANCELED)


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
    visit_id: int | None = None,
    treatment: VisitType | None = None,
) -> Case:
    """Take the case, or one of its visits, to its next stage.

    Raise StaleCaseError, or TransitionError with the reason. A step back restores all that the step before it changed.

    ``policy`` is needed to check in a patient who has no appointment. ``visit_id`` is the visit that the step is about,
    instead of the one that decides. ``treatment`` is what was done at a visit that was booked as something else.
    """
    case, now = _lock_case(case_id, expected_version)
    stage, visit = get_stage(case), get_visit_of_step(case, visit_id)
    if visit_id and visit is None:
        raise TransitionError(_("This case has no such visit."))
    wanted = check_transition(case, visit, to_stage, outcome)
    if obstacle := find_obstacle(visit, wanted, now, get_clinic_zone()):
        raise TransitionError(obstacle)
    if visit and isinstance(wanted, AppointmentState) and is_step_back(case, visit, wanted):
        return _step_back(case, stage, visit, wanted, actor, note, now)
    if isinstance(wanted, AppointmentState):
        return _change_visit(case, stage, visit, wanted, actor, note, now, policy=policy, treatment=treatment)
    if wanted == Status.NEW:
        return _go_back_to_new(case, stage, actor, note)
    if wanted == Status.CLOSED:
        return _close(case, stage, outcome, actor, note, now)
    if stage == Status.CLOSED:
        return _reopen(case, actor, note)
    set_status(case, wanted)
    save_change(case)
    Event.objects.record_stage(case, stage, get_stage(case), actor, note)
    return case


def _change_visit(
    case: Case,
    stage: Stage,
    visit: Appointment | None,
    wanted: AppointmentState,
    actor: User,
    note: str,
    now: datetime,
    *,
    policy: BookingPolicy | None,
    treatment: VisitType | None,
) -> Case:
    """Take a visit to the wanted state, and owe or settle what follows from it."""
    early: dict[str, Any] = {}
    if visit is None or (wanted == AppointmentState.CHECKED_IN and visit.state not in LIVE):
        before = _describe(case, None)
        visit, early = walk_in(case, policy, now, actor=actor, note=note)
    else:
        before = _describe(case, visit)
        if visit.state == AppointmentState.HELD:
            early = check_not_early(case, visit.starts_at, visit.visit_type_id, actor=actor, note=note)
    visit.treatment = _check_treatment(visit, treatment) if wanted == AppointmentState.TREATED else None
    _set_state(visit, wanted)
    # A patient for whom another time is held waits for an answer about that one.
    has_hold = case.appointments.filter(state=AppointmentState.HELD).exists()
    if not has_hold:
        set_status(case, Status.CONTACTING if wanted == AppointmentState.NO_SHOW else Status.IN_CARE)
    save_change(case)
    # Another visit may decide the stage of the case, so the event names the state of this one.
    data = {"before": before | {"visit": visit.pk}, "visit_state": wanted, **early}
    data["treatment"] = visit.treatment.name if visit.treatment else ""
    event = Event.objects.record_stage(case, stage, get_stage(case), actor, note, **data)
    _owe_after_visit(case, visit, wanted, event, has_hold)
    keep_track(case, event)
    return case


def _owe_after_visit(case: Case, visit: Appointment, state: AppointmentState, event: Event, has_hold: bool) -> None:
    """Owe what a new state of a visit brings, and settle what it ends."""
    if state == AppointmentState.CHECKED_IN:
        settle(case, [kind for kind in CONTACT_TASKS if not has_hold or kind != TaskKind.ANSWER], event)
        Task.objects.owe(case, TaskKind.RECORD_VISIT, event, appointment=visit)
        return
    settle(case, [TaskKind.RECORD_VISIT], event, appointment=visit)
    if state == AppointmentState.NO_SHOW:
        Task.objects.owe(case, TaskKind.NO_SHOW, event, appointment=visit)
    if state == AppointmentState.TREATED:
        Task.objects.owe(case, TaskKind.DAY_AFTER, event, visit.starts_at, appointment=visit)
        queue_day_after_email(visit)
        if days := visit.done.repeat_after_days:
            not_before = visit.starts_at.astimezone(get_clinic_zone()).date() + days * DAY
            Task.objects.owe(case, TaskKind.REPEAT, event, appointment=visit, not_before=not_before)


def _check_treatment(visit: Appointment, treatment: VisitType | None) -> VisitType | None:
    """Return what was done instead of what the visit was booked as.

    Raise TransitionError if nobody has said which treatment was done. A clinic without types of treatment has nothing
    to choose from.
    """
    if treatment and not treatment.is_treatment:
        raise TransitionError(_("This type of visit is not a treatment."))
    if treatment or visit.visit_type.is_treatment:
        return treatment if treatment != visit.visit_type else None
    if VisitType.objects.filter(is_treatment=True, is_active=True).exists():
        raise TransitionError(_("Choose which treatment was done."))
    return None


def _describe(case: Case, visit: Appointment | None) -> dict[str, Any]:
    """Return what a step changes, so that the step back can restore it."""
    return {
        "state": visit.state if visit else "",
        "held_until": visit.held_until.isoformat() if visit and visit.held_until else "",
        "status": case.status,
    }


def _step_back(
    case: Case, stage: Stage, visit: Appointment, wanted: AppointmentState, actor: User, note: str, now: datetime
) -> Case:
    """Restore what the last step of the visit changed, or go one state back."""
    steps = case.events.filter(kind=EventKind.STAGE, data__visit_state=visit.state, data__before__visit=visit.pk)
    step = steps.order_by("pk").last()
    is_first = step is None and _came_first(case, visit)
    before = {"state": "", "status": Status.NEW} if is_first else {"state": wanted, "status": case.status}
    known: dict[str, str] = step.data["before"] if step else before
    state, until = known["state"], known.get("held_until")
    if state in LIVE and case.appointments.live().exists():
        raise TransitionError(_("Another time is held or booked for this case. Cancel that one first."))
    restores = step is None or _take_back(case, step)
    if not state:
        # A walk-in was never booked, so undoing the check-in leaves no visit. The events still tell of it.
        free_slots(visit)
        notify_waitlist(visit.starts_at, given_back_by=case.pk)
        visit.delete()
    else:
        visit.treatment = None
        _set_state(visit, AppointmentState(state), datetime.fromisoformat(until) if until else None)
    if restores:
        set_status(case, Status(known["status"]))
    elif case.status == Status.IN_CARE:
        set_status(case, rest_status(case))
    if until:
        expire(now)
    save_change(case)
    event = Event.objects.record_stage(case, stage, get_stage(case), actor, note)
    if is_first:
        Task.objects.owe(case, TaskKind.ANSWER, event, case.created_at)
    if state in UNFINISHED:
        owe_again(case, TaskKind.RECORD_VISIT, event, visit)
    keep_track(case, event)
    return case


def _came_first(case: Case, visit: Appointment) -> bool:
    """Return whether the case began with this visit, because the patient stood at the door."""
    received = case.events.filter(kind=EventKind.RECEIVED, data__has_come=True)
    return received.exists() and not case.appointments.filter(pk__lt=visit.pk).exists()


def _take_back(case: Case, step: Event) -> bool:
    """Restore the tasks from before a step, and return whether the status is restored, too.

    What the desk has answered, or the patient has asked for, since then stays.
    """
    was_reached = case.events.filter(kind=EventKind.ANSWERED, pk__gt=step.pk).exists()
    has_asked = case.tasks.open().filter(kind=TaskKind.ANSWER, opening_event__gt=step).exists()
    reopen(step, but=CONTACT_TASKS if was_reached else ())
    return not was_reached and not has_asked


def _go_back_to_new(case: Case, stage: Stage, actor: User, note: str) -> Case:
    """Take back the step that began the contact, with the answer if that was the step."""
    began = case.events.filter(
        Q(kind=EventKind.STAGE, data__to=Status.CONTACTING)
        | Q(kind__in=(EventKind.ANSWERED, EventKind.CALLED), data__began_contact=True)
    )
    step = began.order_by("pk").last()
    if step and step.kind != EventKind.STAGE:
        reopen(step)
    set_status(case, Status.NEW)
    save_change(case)
    event = Event.objects.record_stage(case, stage, Status.NEW, actor, note)
    settle(case, [TaskKind.SIGN_OFF], event, TaskResult.MOOT)
    Task.objects.owe(case, TaskKind.COMPLAINT if case.is_complaint else TaskKind.ANSWER, event, case.asked_at)
    keep_track(case, event)
    return case


def _close(case: Case, stage: Stage, outcome: str, actor: User, note: str, now: datetime) -> Case:
    """Close the case, and cancel a coming visit with an email to the patient.

    One that the patient has checked in to early is canceled, too. A visit that has begun stays as it is. Raise
    OwedError if something is owed that closing does not settle.
    """
    visits = case.appointments.all()
    if outcome != Outcome.NO_SHOW and any(is_unclear(visit, now) for visit in visits):
        raise TransitionError(SAY_FIRST)
    if outcome not in get_outcomes(case, now):
        raise TransitionError(_("The case cannot have ended like this. Choose an outcome that matches what happened."))
    if case.is_medical_complaint:
        check_may_sign_off(actor)
    is_ahead = Q(state=AppointmentState.CHECKED_IN, starts_at__gt=now)
    canceled, missed = [], []
    for visit in case.appointments.filter(Q(state__in=LIVE) | is_ahead):
        if not is_unclear(visit, now):
            ended = _give_up(visit, now)
            canceled.append(visit.starts_at)
            notify_patient(MessageKind(ended.value), visit, by_desk=True)
        else:
            _end(visit, AppointmentState.NO_SHOW)
            missed.append(visit)
    data = {"outcome": outcome, "was_quarantined": stage == Status.QUARANTINED, "canceled": canceled}
    set_status(case, Status.CLOSED, outcome)
    save_change(case)
    event = Event.objects.record_stage(case, stage, Status.CLOSED, actor, note, **data)
    for visit in missed:
        settle(case, [TaskKind.RECORD_VISIT], event, appointment=visit)
    to_record = case.tasks.filter(kind=TaskKind.RECORD_VISIT, appointment__state__in=GONE)
    to_record.open().update(closing_event=event, result=TaskResult.MOOT)
    close_all(case, event, outcome)
    return case


def get_closing_outcomes(case: Case, now: datetime) -> list[Outcome]:
    """Return how the case may be closed now: the outcomes that leave nothing owed."""
    return [outcome for outcome in get_outcomes(case, now) if not find_blocking(case, now, outcome)]


def _reopen(case: Case, actor: User, note: str) -> Case:
    """Open a closed case again, and owe a call, or the answer that the patient still waits for.

    Raise BookingError without a reason. A case that was closed in quarantine goes back there.
    """
    if not note.strip():
        raise BookingError(_("Write in the note why you open the case again."))
    is_closing = Q(kind=EventKind.STAGE, data__to=Status.CLOSED)
    # The end of an offer closes a case as well.
    is_closing |= Q(kind__in=(EventKind.REPEAT_OPENED, EventKind.REPEAT_DECLINED), data__has_key="outcome")
    step = case.events.filter(is_closing).order_by("pk").last()
    was_quarantined = bool(step and step.data.get("was_quarantined"))
    data = {"was_closed_as": case.outcome}
    set_status(case, Status.QUARANTINED if was_quarantined else rest_status(case))
    save_change(case)
    event = Event.objects.record_stage(case, Status.CLOSED, get_stage(case), actor, note, **data)
    if was_quarantined:
        Task.objects.owe(case, TaskKind.REVIEW, event)
    elif not (step and reopen_unanswered(step)):
        Task.objects.owe(case, TaskKind.CALL, event)
    return case


def _set_state(visit: Appointment, state: AppointmentState, held_until: datetime | None = None) -> None:
    """Save the state of a visit that keeps its slots."""
    visit.state, visit.held_until = state, held_until
    visit.save(update_fields=["state", "held_until", "treatment"])
    visit.slots.update(expires_at=held_until)


def book_first(
    case: Case,
    start: datetime,
    policy: BookingPolicy,
    now: datetime,
    *,
    actor: User,
    preferred: Collection[int] = (),
    anyway: Collection[str] = (),
    note: str = "",
) -> tuple[Appointment, dict[str, Any]]:
    """Book the first time of a case, and return the appointment and what the event says about it.

    Raise what ``book`` raises. The resources are locked, and no hold is past its end.
    """
    _check_start(start, now)
    early = check_not_early(case, start, policy.visit_type_id, actor=actor, note=note)
    appointment = Appointment(case=case, state=AppointmentState.BOOKED)
    kinds = _take_anyway(policy, start, now, appointment, anyway, preferred)
    _place_anywhere(appointment, start, policy, now, preferred)
    return appointment, {"starts_at": appointment.starts_at, "is_booked": True, "anyway": kinds, **early}


def _check_start(start: datetime, now: datetime) -> None:
    """Raise BookingError for a time that is over, or too far ahead."""
    if start <= now:
        raise BookingError(_("This time has passed."))
    if start > now + MAX_AHEAD:
        raise BookingError(_("This is more than two years ahead. Please choose a nearer time."))


def walk_in(
    case: Case, policy: BookingPolicy | None, now: datetime, *, actor: User, note: str = ""
) -> tuple[Appointment, dict[str, Any]]:
    """Return a visit from this quarter hour on, of a patient who comes without one, and what the event says about it.

    Raise TooEarlyError before the date of a repeat, as ``book`` does.
    """
    if policy is None:
        raise BookingError(_("Add a type of visit first, under Settings."))
    policy = policy_for_case(policy, case)
    start = now - timedelta(seconds=now.timestamp() % SLOT.total_seconds())
    early = check_not_early(case, start, policy.visit_type_id, actor=actor, note=note)
    visit = Appointment(case=case, state=AppointmentState.CHECKED_IN)
    # The patient has come, so the visit is saved with the room or the practitioner that is free, and without any.
    free = [find_resources(policy.for_need(need), start, now, on_offer=False) for need in policy.rules.needs]
    place(visit, start, [pk for of_kind in free for pk in of_kind], policy, now)
    return visit, early


def _give_up(appointment: Appointment, now: datetime) -> AppointmentState:
    """Cancel a visit that is ahead, and return its state.

    A held time that has come without an answer has expired: a past time is never called canceled.
    """
    state = AppointmentState.EXPIRED if appointment.starts_at <= now else AppointmentState.CANCELED
    _end(appointment, state)
    return state


def _end(appointment: Appointment, state: AppointmentState) -> None:
    """End an appointment.

    Free its slots and notify the waitlist, unless the patient did not come. The resources are locked. Only a canceled
    or expired visit gives up its room.
    """
    if appointment.state in UNFINISHED and state == AppointmentState.CANCELED:
        appointment.sequence += 1
    appointment.state, appointment.held_until = state, None
    appointment.save(update_fields=["state", "held_until", "sequence"])
    if state != AppointmentState.NO_SHOW:
        free_slots(appointment)
        notify_waitlist(appointment.starts_at, given_back_by=appointment.case_id)


def _lock_case(case_id: int, expected_version: int | None = None) -> tuple[Case, datetime]:
    """Lock the resources, expire the holds that are over, lock the case.

    Return the case and the current instant.
    """
    now = timezone.now()
    lock_resources()
    lock_with_expired(case_id, now)
    expire(now)
    return lock_case(case_id, expected_version), now


def _get_live(case: Case) -> Appointment:
    appointment = case.appointments.live().first()
    if appointment is None:
        raise BookingError(_("There is no longer a time to change."))
    return appointment


def _check_seen(appointment: Appointment, seen: datetime | None) -> None:
    if seen and appointment.starts_at != seen:
        raise BookingError(_("Your visit now has a different time, so nothing was changed. Look again, then decide."))


def _check_change(appointment: Appointment, policy: BookingPolicy, now: datetime) -> None:
    if not appointment.can_be_changed(policy.change_until, now):
        raise BookingError(_("It is too close to your visit to change it here. Please call us."))


def _check_repeat(case: Case, start: datetime, policy: BookingPolicy) -> None:
    """Refuse a time that the patient chooses before the date of their repeat, which the desk could not book."""
    not_before = find_not_before(case, policy.visit_type_id)
    if not_before and start.astimezone(get_clinic_zone()).date() < not_before:
        raise BookingError(_("That time is too early for your next visit. Please choose a later one, or call us."))


def _take_anyway(
    policy: BookingPolicy,
    start: datetime,
    now: datetime,
    appointment: Appointment,
    anyway: Collection[str],
    preferred: Collection[int] = (),
) -> list[str]:
    """Take the slots of a visit from a blocked time, and return the kinds of obstacle that were ignored.

    Raise UnusualTimeError unless ``anyway`` names all of them. A time that stays in its own room is not blocked.
    """
    stays = appointment.state == AppointmentState.HELD and appointment.starts_at == start
    if stays:
        blocked, resources = [], list(appointment.slots.values_list("resource", flat=True).distinct())
    else:
        blocked = find_blocked(policy, start, now, appointment, preferred)
        resources = find_resources(
            policy, start, now, appointment, on_offer=False, preferred=preferred, ignored=blocked
        )
    obstacles = find_obstacles(policy, start, now, blocked, resources)
    kinds = sorted({obstacle.kind for obstacle in obstacles})
    if not set(kinds) <= {*anyway}:
        raise UnusualTimeError(start, obstacles)
    if blocked:
        make_room(policy, start, blocked)
    return kinds


def _place_anywhere(
    appointment: Appointment,
    start: datetime,
    policy: BookingPolicy,
    now: datetime,
    preferred: Collection[int] = (),
) -> None:
    """Place the visit wherever resources are free then, on offer or not.

    Raise TimeTakenError.
    """
    resources = find_resources(policy, start, now, moving=appointment, on_offer=False, preferred=preferred)
    if not resources:
        raise time_taken(policy, start, now)
    place(appointment, start, resources, policy, now)


def _record_change(
    case: Case,
    kind: EventKind,
    appointment: Appointment,
    actor: User | None = None,
    note: str = "",
    owes: TaskKind | None = None,
    **data: Any,
) -> None:
    """Save the case with the event, owe what the change brings, and bring the tasks in line with the visit.

    A case for which the desk books a visit has been answered.
    """
    is_booked = appointment.state == AppointmentState.BOOKED
    if actor and is_booked:
        set_status(case, rest_status(case))
    save_change(case)
    event = Event.objects.record(case, kind, actor, note, starts_at=appointment.starts_at, **data)
    clock = get_clock()
    if is_booked:
        Task.objects.owe(case, TaskKind.RECORD_VISIT, event, appointment=appointment, clock=clock)
        retime(case, TaskKind.RECORD_VISIT, clock)
    elif appointment.state in GONE:
        settle(case, [TaskKind.RECORD_VISIT], event, TaskResult.MOOT, appointment=appointment)
    if owes:
        Task.objects.owe(case, owes, event, clock=clock)
    if actor is None:
        owe_change_seen(case, event)
    elif is_booked:
        settle(case, CONTACT_TASKS, event)
    if not is_booked:
        retime(case, TaskKind.ANSWER, clock)
    keep_track(case, event)
