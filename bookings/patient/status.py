"""Describe a request and a visit to the patient."""

from datetime import datetime, tzinfo
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import LIVE, WAITING, Appointment, AppointmentState, Case, Status
from bookings.scheduling.formatting import format_answer_by, format_deadline, format_start
from bookings.scheduling.policy import BookingPolicy
from bookings.services import find_current_visits
from bookings.services.transitions import GONE, UNFINISHED

# What the receipt says besides the states of an appointment.
NOT_HELD, PAST, QUARANTINED, CLOSED = "not_held", "past", "quarantined", "closed"


class ReceiptStatus(NamedTuple):
    """Describe a request on its receipt.

    ``state`` is that of the time that was picked, "" without one. ``moment`` and ``answer_by`` are in words.
    ``answer_by`` is empty when the desk has answered, when it is not known, and once it has passed.
    """

    state: str
    moment: str
    answer_by: str
    starts_at: datetime | None = None


def get_receipt_status(case: Case, policy: BookingPolicy | None, zone: tzinfo) -> ReceiptStatus:
    """Return what is true at the moment, on the clinic's clock."""
    now = timezone.now()
    visits = find_current_visits(case.appointments.order_by("pk"), now)
    ahead = (visit for visit in visits if visit.get_state_at(now) in LIVE or is_coming(visit, now))
    appointment = next(ahead, next(iter(visits), None))
    answer_by = ""
    waiting = next((task for task in case.get_open_tasks() if task.kind in WAITING), None)
    if policy and waiting and now < waiting.due_at:
        answer_by = format_deadline(waiting.due_at, now, zone)
    if case.status == Status.QUARANTINED:
        return ReceiptStatus(QUARANTINED, "", "")
    if appointment is None and case.status == Status.CLOSED:
        return ReceiptStatus(CLOSED, "", "")
    if appointment is None:
        was_refused = case.events.filter(data__not_held=True).exists()
        return ReceiptStatus(NOT_HELD if was_refused else "", "", answer_by)
    state: str = appointment.get_state_at(now)
    if state == AppointmentState.HELD:
        answer_by = format_answer_by(appointment, policy, now, zone)
        state = state if now < appointment.starts_at else PAST
    elif is_coming(appointment, now):
        state = AppointmentState.BOOKED
    elif state not in GONE:
        state = PAST
    return ReceiptStatus(state, format_start(appointment.starts_at, zone, now), answer_by, appointment.starts_at)


def is_coming(appointment: Appointment, now: datetime) -> bool:
    """Return whether the visit is booked and has not ended.

    A patient who has checked in early waits for it. Once the desk has closed the case, no visit is coming.
    """
    is_open = appointment.case.status != Status.CLOSED
    return is_open and appointment.state in UNFINISHED and now < appointment.ends_at


def get_steps(state: str) -> list[dict]:
    """Return the four steps of a request, for its newest appointment's state.

    The last step that is done is the current one.
    """
    done = {
        AppointmentState.HELD: 2,
        AppointmentState.BOOKED: 3,
        AppointmentState.NO_SHOW: 3,
        AppointmentState.CHECKED_IN: 4,
        AppointmentState.CONSULTED: 4,
        AppointmentState.TREATED: 4,
    }.get(state, 1)
    texts = [
        _("We have your request"),
        _("A time is held for you"),
        _("Your time is booked"),
        _("You come in for your visit"),
    ]
    return [
        {"text": text, "is_done": number <= done, "is_current": number == done}
        for number, text in enumerate(texts, start=1)
    ]
