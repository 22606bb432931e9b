"""What waits: cases for an answer, messages for their way out, visits that are still ahead."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Min, Q, QuerySet

from bookings.models import Appointment, AppointmentState, Case, Message, MessageKind, MessageState, Status
from bookings.scheduling.policy import BookingPolicy

# A message leaves within seconds. Only one that has not is worth a mark.
GRACE = timedelta(minutes=5)
# Without opening hours an answer is late from here on.
LATE_AFTER = timedelta(hours=24)


class Backlog(NamedTuple):
    waiting: int
    oldest: datetime | None
    unsent: int
    quarantined: int


def get_backlog(now: datetime) -> Backlog:
    """Return how much waits, and since when the oldest case does."""
    cases = waiting_cases().aggregate(waiting=Count("pk"), oldest=Min("created_at"))
    quarantined = Case.objects.filter(status=Status.QUARANTINED).count()
    return Backlog(**cases, unsent=unsent_messages(now).count(), quarantined=quarantined)


def waiting_cases() -> QuerySet[Case]:
    """Return the cases nobody has answered, the longest waiting first."""
    # Not by is_waiting: for a bare boolean SQLite reads the whole table, for the status its narrow index.
    return Case.objects.filter(status=Status.NEW).order_by("created_at", "pk")


def unsent_messages(now: datetime) -> QuerySet[Message]:
    """Return messages that were given up, failed at least once, or should have left by now."""
    unfinished = Q(state__in=[MessageState.QUEUED, MessageState.SENDING])
    # A reminder waits for its day: that is no delay. A claim moves the due date ahead, so the age counts, too.
    is_planned = Q(kind=MessageKind.REMINDER, due_at__gte=now - GRACE)
    delayed = ~Q(last_error="") | Q(created_at__lt=now - GRACE) & ~is_planned
    return Message.objects.filter(Q(state=MessageState.FAILED) | unfinished & delayed)


def is_live_at(now: datetime) -> Q:
    """Match booked appointments, and held ones whose time has not run out."""
    return Q(state=AppointmentState.BOOKED) | Q(state=AppointmentState.HELD, held_until__gt=now)


def live_visits(now: datetime) -> QuerySet[Appointment]:
    return Appointment.objects.filter(is_live_at(now))


def get_answer_by(case: Case, policy: BookingPolicy) -> datetime:
    """Return by when the desk answers: while the time is held, or so much open time after the request.

    The case has ``current_appointments``.
    """
    for appointment in case.current_appointments:
        if appointment.held_until:
            return appointment.held_until
    return policy.answer_by(case.created_at) or case.created_at + LATE_AFTER
