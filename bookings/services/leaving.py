"""Mails that wait, and what they tell may change meanwhile: asked once more right before each of them leaves."""

from django.db import transaction
from django.utils import timezone

from bookings.models import Appointment, AppointmentState, Message, MessageKind, Status

from .appointments import default_calendar, lanes_on_offer
from .earlier import offered_start
from .notices import reminder_key


def still_holds(message: Message) -> bool:
    """Most mails tell what has happened, which stays true."""
    check = CHECKS.get(message.kind)
    return check is None or check(message, _visit_of(message))


def _visit_of(message: Message) -> Appointment | None:
    """Looked at under the lock of its row, so a cancellation that is being written is waited for. The lock is not kept
    while the mail leaves: a mail server that hangs must not keep anybody from cancelling."""
    with transaction.atomic():
        return Appointment.objects.select_for_update(no_key=True).filter(pk=message.appointment_id).first()


def _is_still_booked(message: Message, visit: Appointment | None) -> bool:
    """A reminder: the visit is booked for the time it tells."""
    stands = visit is not None and visit.state == AppointmentState.BOOKED and visit.starts_at > timezone.now()
    return stands and message.dedupe_key == reminder_key(visit)


def _is_still_earlier(message: Message, visit: Appointment | None) -> bool:
    """An earlier time: she still wants one, may still change, and could have it now."""
    start, now = offered_start(message), timezone.now()
    if start is None or visit is None or start >= visit.starts_at:
        return False
    if not visit.case.wants_earlier or visit.case.status == Status.CLOSED:
        return False
    calendar = default_calendar()
    if calendar is None or not visit.may_be_changed(calendar.change_until, now):
        return False
    return bool(lanes_on_offer(start, calendar, now, but=visit))


CHECKS = {MessageKind.REMINDER: _is_still_booked, MessageKind.EARLIER_TIME: _is_still_earlier}
