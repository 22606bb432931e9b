"""Ask on the day after a treatment how the patient is, and record what they say."""

from datetime import datetime, time

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Site

from bookings.messaging import preconditions
from bookings.models import (
    UNSENT,
    Appointment,
    AppointmentState,
    Case,
    ConsultationSettings,
    Event,
    EventKind,
    Message,
    MessageKind,
    MessageState,
    Task,
    TaskKind,
    TaskResult,
)
from clinic.hours.schedule import DAY, instant_of

from .cases import lock_case, save_change
from .complaints import open_for_desk
from .tasks import MAX_ATTEMPTS, get_clock, keep_track, settle
from .transitions import BookingError

WRITE_AT = time(10)  # On the clinic's clock, on the day after the treatment.


@transaction.atomic
def check_on(
    case_id: int,
    *,
    is_well: bool,
    actor: User,
    expected_version: int,
    visit_id: int | None = None,
    note: str = "",
) -> tuple[Case, Case | None]:
    """Record that the patient was asked how they are, and return the case with the complaint that follows, if any.

    A patient who is not well has a complaint, which the note describes. ``visit_id`` is the visit that they were asked
    about, else the one that is due first. Raise BookingError if nothing is owed.
    """
    case = lock_case(case_id, expected_version)
    task = _find_task(case, visit_id)
    complaint = None if is_well else open_for_desk(case, task.appointment, note, actor)
    save_change(case)
    data = {"is_well": is_well, "reference": complaint.reference if complaint else ""}
    event = Event.objects.record(case, EventKind.CHECKED_ON, actor, note, **data)
    settle(case, [TaskKind.DAY_AFTER], event, appointment=task.appointment)
    keep_track(case, event)
    return case, complaint


@transaction.atomic
def stop_asking(
    case_id: int, *, actor: User, expected_version: int, visit_id: int | None = None, note: str = ""
) -> Case:
    """Record that a patient could not be asked how they are.

    Raise BookingError after fewer unanswered calls than ``MAX_ATTEMPTS``.
    """
    case = lock_case(case_id, expected_version)
    task = _find_task(case, visit_id)
    if task.attempts < MAX_ATTEMPTS:
        raise BookingError(_("Try %(count)d times before you stop asking.") % {"count": MAX_ATTEMPTS})
    save_change(case)
    event = Event.objects.record(case, EventKind.CHECKED_ON, actor, note, was_unreachable=True)
    settle(case, [TaskKind.DAY_AFTER], event, TaskResult.NO_ANSWER, appointment=task.appointment)
    keep_track(case, event)
    return case


def _find_task(case: Case, visit_id: int | None) -> Task:
    """Return the call that is owed about a visit, or the one that is due first. Raise BookingError without one."""
    owed = case.tasks.open().filter(kind=TaskKind.DAY_AFTER)
    task = (owed.filter(appointment=visit_id) if visit_id else owed).first()
    if task is None:
        raise BookingError(_("Nobody has to ask this patient how they are."))
    return task


def queue_day_after_email(visit: Appointment) -> None:
    """Queue the email for the day after a treatment, in case the clinic is closed then.

    It is queued for an open day, too: the clinic may decide later to close. Right before sending, the outbox asks
    ``is_first_to_ask``. The email replaces one of the same visit that was not sent.
    """
    site, case = Site.objects.get(is_default_site=True), visit.case
    if not ConsultationSettings.for_site(site).closed_day_email:
        return
    known = visit.messages.filter(kind=MessageKind.DAY_AFTER)
    known.filter(state__in=UNSENT).update(state=MessageState.DROPPED)
    due_at, opens_at = _get_day_after(visit)
    if timezone.now() < max(due_at, opens_at) and not known.exclude(state=MessageState.DROPPED).exists():
        Message.objects.queue(
            MessageKind.DAY_AFTER,
            case,
            recipient=case.email,
            key=f"{visit.uid}:{case.version}:{case.link_version}",
            appointment=visit,
            starts_at=visit.starts_at,
            due_at=max(due_at, timezone.now()),
            is_needed=True,
        )


@preconditions.register(MessageKind.DAY_AFTER)
def is_first_to_ask(message: Message, visit: Appointment) -> bool:
    """Return whether the clinic is closed on the day after a treatment, and nobody has asked the patient yet."""
    if visit.state != AppointmentState.TREATED or not visit.tasks.open().filter(kind=TaskKind.DAY_AFTER).exists():
        return False
    due_at, opens_at = _get_day_after(visit)
    clock = get_clock()
    return clock.local_date(opens_at) > clock.local_date(due_at) and timezone.now() < opens_at


def _get_day_after(visit: Appointment) -> tuple[datetime, datetime]:
    """Return when the email is due, and when the clinic next opens after the day of the visit."""
    clock = get_clock()
    day_after = clock.local_date(visit.starts_at) + DAY
    return instant_of(day_after, WRITE_AT, clock.zone), clock.business_day_from(day_after).opens_at
