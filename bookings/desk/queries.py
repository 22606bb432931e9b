"""Query what waits: cases, unsent messages and current visits."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Min, Q, QuerySet

from bookings import services
from bookings.models import (
    PLANNED,
    WAITING,
    Appointment,
    AppointmentState,
    Case,
    Message,
    MessageState,
    Status,
    Task,
    TaskKind,
)

# Messages are sent within seconds. The desk marks those that are still unsent after this time.
GRACE = timedelta(minutes=5)
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
    waiting = Task.objects.open().filter(kind__in=WAITING).aggregate(waiting=Count("pk"), oldest=Min("counts_from"))
    is_recent = Q(created_at__gte=now - FLOOD_WITHIN)
    quarantined = Case.objects.filter(status=Status.QUARANTINED)
    quarantined = quarantined.aggregate(all=Count("pk"), recent=Count("pk", filter=is_recent))
    got_no_time = waiting_cases().filter(is_recent, requested_start__isnull=False, appointments=None)
    return Backlog(
        **waiting,
        unsent=unsent_messages(now).count(),
        quarantined=quarantined["all"],
        unconfirmed=services.unconfirmed_holds(now).count(),
        flood=quarantined["recent"] + got_no_time.count(),
        complaints=Task.objects.open().filter(kind=TaskKind.COMPLAINT).count(),
        unseen=Task.objects.open().filter(kind=TaskKind.CHANGE_SEEN).count(),
    )


def waiting_cases() -> QuerySet[Case]:
    """Return the unanswered cases, what is due first at the front."""
    waiting = Case.objects.filter(tasks__kind__in=WAITING, tasks__closing_event__isnull=True)
    return waiting.order_by("tasks__due_at", "pk")


def unsent_messages(now: datetime) -> QuerySet[Message]:
    """Return messages that failed or should have been sent by now."""
    unfinished = Q(state__in=[MessageState.QUEUED, MessageState.SENDING])
    # A reminder that waits for its day is not late. A claim moves due_at ahead, so the age counts, too.
    is_planned = Q(kind__in=PLANNED, due_at__gte=now - GRACE)
    delayed = ~Q(last_error="") | Q(created_at__lt=now - GRACE) & ~is_planned
    # Every message that was not sent has no time of sending. The partial index of these rows needs it said.
    return Message.objects.filter(Q(state=MessageState.FAILED) | unfinished & delayed, sent_at__isnull=True)


def is_current_at(now: datetime) -> Q:
    """Match booked appointments, held ones that have not expired, and checked-in ones that have not ended."""
    is_held = Q(state=AppointmentState.HELD, held_until__gt=now)
    return Q(state=AppointmentState.BOOKED) | is_held | Q(state=AppointmentState.CHECKED_IN, ends_at__gt=now)


def current_visits(now: datetime) -> QuerySet[Appointment]:
    return Appointment.objects.filter(is_current_at(now))


def find_answer(case: Case) -> Task | None:
    """Return the open task of a patient who waits for an answer, or None."""
    return next((task for task in case.get_open_tasks() if task.kind in WAITING), None)
