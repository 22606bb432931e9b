"""Query what waits: cases, unsent messages and live visits."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Min, Q, QuerySet

from bookings.models import Appointment, AppointmentState, Case, Message, MessageKind, MessageState, Status
from bookings.scheduling.policy import BookingPolicy

# Messages are sent within seconds. The desk marks those that are still unsent after this time.
GRACE = timedelta(minutes=5)
# Without opening hours an answer is late after this time.
LATE_AFTER = timedelta(hours=24)


class Backlog(NamedTuple):
    waiting: int
    oldest: datetime | None
    unsent: int
    quarantined: int


def get_backlog(now: datetime) -> Backlog:
    """Return how much waits, and when the oldest waiting case came in."""
    cases = waiting_cases().aggregate(waiting=Count("pk"), oldest=Min("created_at"))
    quarantined = Case.objects.filter(status=Status.QUARANTINED).count()
    return Backlog(**cases, unsent=unsent_messages(now).count(), quarantined=quarantined)


def waiting_cases() -> QuerySet[Case]:
    """Return the unanswered cases, the longest waiting first."""
    # The filter uses status, because SQLite reads the whole table for is_waiting, but a narrow index for status.
    return Case.objects.filter(status=Status.NEW).order_by("created_at", "pk")


def unsent_messages(now: datetime) -> QuerySet[Message]:
    """Return messages that failed or should have been sent by now."""
    unfinished = Q(state__in=[MessageState.QUEUED, MessageState.SENDING])
    # A reminder that waits for its day is not late. A claim moves due_at ahead, so the age counts, too.
    is_planned = Q(kind=MessageKind.REMINDER, due_at__gte=now - GRACE)
    delayed = ~Q(last_error="") | Q(created_at__lt=now - GRACE) & ~is_planned
    return Message.objects.filter(Q(state=MessageState.FAILED) | unfinished & delayed)


def is_live_at(now: datetime) -> Q:
    """Match booked appointments, and held ones that have not expired."""
    return Q(state=AppointmentState.BOOKED) | Q(state=AppointmentState.HELD, held_until__gt=now)


def live_visits(now: datetime) -> QuerySet[Appointment]:
    return Appointment.objects.filter(is_live_at(now))


def get_answer_by(case: Case, policy: BookingPolicy) -> datetime:
    """Return when the desk has to answer: the end of the hold, if any.

    Without a hold, the policy counts open time from the request. The case has ``current_appointments``.
    """
    for appointment in case.current_appointments:
        if appointment.held_until:
            return appointment.held_until
    return policy.answer_by(case.created_at) or case.created_at + LATE_AFTER
