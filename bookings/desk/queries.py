"""Query what waits: cases, unsent messages and current visits."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from bookings import services
from bookings.models import Appointment, AppointmentState, Case, Message, MessageKind, MessageState, Status
from bookings.scheduling.policy import BookingPolicy

ASKED_AT = Coalesce("asked_again_at", "created_at")
# Messages are sent within seconds. The desk marks those that are still unsent after this time.
GRACE = timedelta(minutes=5)
# Without opening hours an answer is late after this time.
LATE_AFTER = timedelta(hours=24)
# A flood is on when so many requests within this time went into quarantine or got no time.
FLOOD, FLOOD_WITHIN = 10, timedelta(hours=1)


class Backlog(NamedTuple):
    waiting: int
    oldest: datetime | None
    unsent: int
    quarantined: int
    complaints: int
    unseen: int
    unconfirmed: int
    flood: int

    @property
    def is_flood(self) -> bool:
        return self.flood >= FLOOD


def get_backlog(now: datetime) -> Backlog:
    """Return how much waits, when the oldest waiting case came in, and whether a flood is on."""
    cases = waiting_cases().aggregate(waiting=Count("pk"), oldest=Min(ASKED_AT))
    is_recent = Q(created_at__gte=now - FLOOD_WITHIN)
    quarantined = Case.objects.filter(status=Status.QUARANTINED)
    quarantined = quarantined.aggregate(all=Count("pk"), recent=Count("pk", filter=is_recent))
    got_no_time = waiting_cases().filter(is_recent, requested_start__isnull=False, appointments=None)
    return Backlog(
        **cases,
        unsent=unsent_messages(now).count(),
        quarantined=quarantined["all"],
        unconfirmed=services.unconfirmed_holds(now).count(),
        flood=quarantined["recent"] + got_no_time.count(),
        complaints=Case.objects.filter(priority=2).count(),
        unseen=Case.objects.filter(unseen_since__isnull=False).count(),
    )


def waiting_cases() -> QuerySet[Case]:
    """Return the unanswered cases: complaints, then the longest waiting first."""
    waiting = Case.objects.filter(priority__gte=1, answered_at=None)
    return waiting.order_by("-priority", ASKED_AT, "pk")


def unsent_messages(now: datetime) -> QuerySet[Message]:
    """Return messages that failed or should have been sent by now."""
    unfinished = Q(state__in=[MessageState.QUEUED, MessageState.SENDING])
    # A reminder that waits for its day is not late. A claim moves due_at ahead, so the age counts, too.
    is_planned = Q(kind=MessageKind.REMINDER, due_at__gte=now - GRACE)
    delayed = ~Q(last_error="") | Q(created_at__lt=now - GRACE) & ~is_planned
    return Message.objects.filter(Q(state=MessageState.FAILED) | unfinished & delayed)


def is_current_at(now: datetime) -> Q:
    """Match booked appointments, held ones that have not expired, and checked-in ones that have not ended."""
    is_held = Q(state=AppointmentState.HELD, held_until__gt=now)
    return Q(state=AppointmentState.BOOKED) | is_held | Q(state=AppointmentState.CHECKED_IN, ends_at__gt=now)


def current_visits(now: datetime) -> QuerySet[Appointment]:
    return Appointment.objects.filter(is_current_at(now))


def get_answer_by(case: Case, policy: BookingPolicy) -> datetime:
    """Return when the desk has to answer: before the hold ends, if any.

    The policy counts open time since the patient asked, also when they have chosen another time since. Complaints have
    a clock of their own. The case has ``current_appointments``.
    """
    if case.is_complaint:
        due = policy.schedule.add_open_minutes(case.asked_at, policy.complaint_minutes)
        return due or case.asked_at + LATE_AFTER
    holds = [policy.answer_hold_by(visit) for visit in case.current_appointments if visit.held_until]
    return min([*holds, policy.answer_by(case.asked_at) or case.asked_at + LATE_AFTER])
