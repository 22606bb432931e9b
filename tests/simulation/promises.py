"""Check, from the stored rows alone, that the desk has kept every promise.

Business days come from the calendar of ``tests.simulation.clinic``, not from the code that plans the tasks.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from bookings.models import (
    OPEN_STATUSES,
    Appointment,
    AppointmentState,
    Case,
    CaseKind,
    Event,
    EventKind,
    Message,
    MessageKind,
    MessageState,
    Status,
    Task,
    TaskKind,
)
from tests import booking_invariants

from .clinic import DAY, OPENS, instant, is_business_day, local

MINUTES = {"call_now": 30, "clinical": 240, "service": 1440}
BEGAN = (AppointmentState.BOOKED, AppointmentState.CHECKED_IN, AppointmentState.TREATED)
TOLD_OF_TIME = (EventKind.RECEIVED, EventKind.BOOKED, EventKind.MOVED)


def check(now: datetime) -> list[str]:
    """Return every broken promise in words."""
    return [
        *_day_after(),
        *_repeats(now),
        *_reminders(),
        *_closed_cases(),
        *_forgotten_cases(),
        *_complaints(now),
        *booking_invariants.overlaps(),
    ]


def next_business_day(day: date) -> date:
    day += DAY
    while not is_business_day(day):
        day += DAY
    return day


def _day_after() -> Iterator[str]:
    """Each treatment has one task, from the opening of the first business day after it."""
    tasks = defaultdict(list)
    for task in Task.objects.filter(kind=TaskKind.DAY_AFTER):
        tasks[task.appointment_id].append(task)
    for visit in Appointment.objects.filter(state=AppointmentState.TREATED):
        owed = tasks.pop(visit.pk, [])
        if len(owed) != 1:
            yield f"visit {visit.pk} was treated, and has {len(owed)} tasks for the day after"
            continue
        first = instant(next_business_day(local(visit.starts_at).date()), OPENS)
        task = owed[0]
        # A patient who did not answer is called again later.
        if task.opens_at != first and (task.attempts == 0 or task.opens_at < first):
            yield f"visit {visit.pk}: the day after opens at {local(task.opens_at)}, not at {local(first)}"
        if not is_business_day(local(task.opens_at).date()):
            yield f"visit {visit.pk}: the day after opens on a closed day, {local(task.opens_at)}"
    for visit_pk in tasks:
        yield f"visit {visit_pk} was not treated, and has a task for the day after"


def _repeats(now: datetime) -> Iterator[str]:
    """Each treatment with an interval has one repeat, offered once, two weeks before its date."""
    treated = Appointment.objects.filter(state=AppointmentState.TREATED).select_related("treatment", "visit_type")
    wanted = {visit.pk: visit for visit in treated if visit.done.repeat_after_days}
    tasks = Task.objects.filter(kind=TaskKind.REPEAT).select_related("closing_event")
    counts = Counter(task.appointment_id for task in tasks)
    if counts.keys() != wanted.keys() or any(count != 1 for count in counts.values()):
        yield f"repeats are owed for the visits {sorted(counts)}, not for {sorted(wanted)}"
        return
    for task in tasks:
        yield from _wrong_repeat(task, wanted[task.appointment_id], now)
    opened = Event.objects.filter(kind=EventKind.REPEAT_OPENED).values_list("data__reference", flat=True)
    for reference, count in Counter(opened).items():
        if count > 1 and not Case.objects.filter(reference=reference, source="website").exists():
            yield f"repeat {reference} was opened {count} times"
    yield from _early_visits()


def _wrong_repeat(task: Task, visit: Appointment, now: datetime) -> Iterator[str]:
    """Compare what a repeat says with the date of the treatment."""
    not_before = local(visit.starts_at).date() + timedelta(days=visit.done.repeat_after_days)
    first = not_before - timedelta(days=14)
    first = first if is_business_day(first) else next_business_day(first)
    offered, closing = local(task.opens_at).date(), task.closing_event
    if task.not_before != not_before:
        yield f"visit {visit.pk}: the repeat is due from {task.not_before}, not from {not_before}"
    if offered < first or (not task.snoozed_until and offered != first):
        yield f"visit {visit.pk}: the repeat is offered from {offered}, not from {first}"
    if closing and closing.kind == EventKind.REPEAT_OPENED and closing.at < instant(first, 0):
        yield f"visit {visit.pk}: the repeat was opened too early, at {local(closing.at)}"
    if not closing and now > task.due_at + timedelta(days=10):
        yield f"visit {visit.pk}: nobody has offered the repeat, due at {local(task.due_at)}"


def _early_visits() -> Iterator[str]:
    for case in Case.objects.exclude(not_before=None):
        if case.events.filter(data__early=True).exists():
            continue  # A manager has decided so.
        for visit in case.appointments.filter(state__in=BEGAN):
            if visit.visit_type.is_treatment and local(visit.starts_at).date() < case.not_before:
                yield f"repeat {case.reference} has a visit before {case.not_before}"


def _reminders() -> Iterator[str]:
    """No reminder was sent of a time that was not booked any more."""
    reminders = Message.objects.filter(kind=MessageKind.REMINDER, state=MessageState.SENT)
    events = defaultdict(list)
    for event in Event.objects.filter(case__in=reminders.values("case")).order_by("at", "pk"):
        events[event.case_id].append(event)
    for message in reminders:
        told = message.starts_at.isoformat().replace("+00:00", "Z")
        is_booked = False
        for event in events[message.case_id]:
            if event.at > message.sent_at:
                break
            canceled = event.data.get("canceled", [])
            if event.kind in TOLD_OF_TIME and "starts_at" in event.data:
                is_booked = event.data["starts_at"] == told
            elif event.kind == EventKind.CANCELED or told in canceled:
                is_booked = False
        if not is_booked:
            yield f"message {message.pk} reminds of {told}, which was not booked at {local(message.sent_at)}"


def _closed_cases() -> Iterator[str]:
    for task in Task.objects.open().filter(case__status=Status.CLOSED):
        yield f"case {task.case_id} is closed, and still owes: {task.kind}"


def _forgotten_cases() -> Iterator[str]:
    owing = Task.objects.open().values("case")
    for case in Case.objects.filter(status__in=(*OPEN_STATUSES, Status.QUARANTINED)).exclude(pk__in=owing):
        yield f"case {case.pk} is open ({case.status}), and nobody owes anything about it"


def _complaints(now: datetime) -> Iterator[str]:
    """Each complaint was answered in time, or escalated within the hour in which the worker runs."""
    tasks = Task.objects.filter(kind=TaskKind.COMPLAINT).select_related("closing_event", "case")
    known = {task.case_id for task in tasks}
    for case in Case.objects.filter(kind=CaseKind.COMPLAINT).exclude(pk__in=known):
        yield f"complaint {case.pk} was never owed an answer"
    for task in tasks:
        ended = task.closing_event.at if task.closing_event else now
        # Later words may make a complaint more urgent, never less.
        due = task.counts_from + timedelta(minutes=MINUTES[task.case.severity])
        if ended <= min(due, task.due_at):
            continue
        if task.escalated_at is None and ended > due + timedelta(hours=1):
            yield f"complaint {task.case_id} was due at {local(due)}, and neither answered nor escalated"
        elif task.escalated_at and task.escalated_at > max(due, task.due_at) + timedelta(hours=1, minutes=1):
            yield f"complaint {task.case_id} was escalated at {local(task.escalated_at)}, due at {local(due)}"
