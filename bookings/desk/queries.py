"""Query what waits: tasks, cases, unsent messages and current visits."""

from datetime import datetime, timedelta

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from bookings.models import (
    PLANNED,
    WAITING,
    Appointment,
    AppointmentState,
    Message,
    MessageState,
    TaskKind,
)

# Messages are sent within seconds. The desk marks those that are still unsent after this time.
GRACE = timedelta(minutes=5)
# A flood is on when so many requests within this time went into quarantine or got no time.
FLOOD, FLOOD_WITHIN = 10, timedelta(hours=1)
# A held time that ends within this time is marked.
ENDS_SOON = timedelta(hours=1)
# What the patients wait for whose age the menu says, under the name of its figure.
OLDEST_KINDS = {f"oldest_{kind}": TaskKind(kind) for kind in WAITING}


def oldest_waiting() -> dict[str, Min]:
    """Return aggregates of tasks: since when the patients wait who have waited longest for an answer.

    A complaint counts real time and a request open time, so each kind has its own.
    """
    return {name: Min("counts_from", filter=Q(kind=kind)) for name, kind in OLDEST_KINDS.items()}


def is_flooding(now: datetime) -> Q:
    """Match tasks about requests of the last hour that went into quarantine, or wanted a time and got none."""
    visits = Appointment.objects.filter(case=OuterRef("case"))
    got_no_time = Q(kind=TaskKind.ANSWER, case__requested_start__isnull=False) & ~Exists(visits)
    return Q(case__created_at__gte=now - FLOOD_WITHIN) & (Q(kind=TaskKind.REVIEW) | got_no_time)


def is_hold_ending(now: datetime) -> Q:
    """Match tasks about requests whose held time ends soon."""
    ending = Appointment.objects.filter(state=AppointmentState.HELD, held_until__range=(now, now + ENDS_SOON))
    return Q(kind=TaskKind.ANSWER) & Exists(ending.filter(case=OuterRef("case")))


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
