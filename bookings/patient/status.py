"""Describe a request and a visit to the patient."""

from datetime import tzinfo
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import AppointmentState, Case, EventKind, Status
from bookings.scheduling.formatting import format_deadline, format_start
from bookings.scheduling.policy import BookingPolicy

# What the receipt says besides the states of an appointment.
NOT_HELD, PAST = "not_held", "past"


class ReceiptStatus(NamedTuple):
    """Describe a request on its receipt.

    ``state`` is that of the time that was picked, "" without one. ``moment`` and ``answer_by`` are in words.
    ``answer_by`` is empty when the desk has answered, when it is not known, and once it has passed.
    """

    state: str
    moment: str
    answer_by: str


def get_receipt_status(case: Case, policy: BookingPolicy | None, zone: tzinfo) -> ReceiptStatus:
    """Return what is true at the moment, on the clinic's clock."""
    now, appointment = timezone.now(), case.appointments.newest()
    answer_by = ""
    if policy and case.status == Status.NEW:
        due = policy.answer_by(case.created_at)
        answer_by = format_deadline(due, now, zone) if due and now < due else ""
    if appointment is None:
        was_refused = case.events.filter(kind=EventKind.NOT_HELD).exists()
        return ReceiptStatus(NOT_HELD if was_refused else "", "", answer_by)
    state: str = appointment.get_state_at(now)
    if state == AppointmentState.HELD:
        answer_by = format_deadline(appointment.held_until, now, zone)
    elif state not in (AppointmentState.CANCELED, AppointmentState.EXPIRED):
        is_ahead = state == AppointmentState.BOOKED and now < appointment.starts_at
        state = state if is_ahead else PAST
    return ReceiptStatus(state, format_start(appointment.starts_at, zone), answer_by)


def get_steps(state: str) -> list[dict]:
    """Return the four steps of a request, for its newest appointment's state.

    The last step that is done is the current one.
    """
    done = {
        AppointmentState.HELD: 2,
        AppointmentState.BOOKED: 3,
        AppointmentState.CHECKED_IN: 4,
        AppointmentState.TREATED: 4,
    }.get(state, 1)
    texts = [
        _("We have your request"),
        _("A time is held for you"),
        _("Your time is booked"),
        _("You come to see us"),
    ]
    return [
        {"text": text, "is_done": number <= done, "is_current": number == done}
        for number, text in enumerate(texts, start=1)
    ]
