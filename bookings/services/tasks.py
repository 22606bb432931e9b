"""Owe and settle tasks. Nothing else writes them.

A task is owed by the service that makes something owed, in its transaction and with its event. The row of the case is
locked by then, so no two services write the tasks of one case at once.
"""

import threading
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import (
    ATTENDED,
    OPEN_STATUSES,
    Appointment,
    AppointmentState,
    Case,
    ConsultationSettings,
    Event,
    Outcome,
    Status,
    Task,
    TaskKind,
    TaskResult,
    find_holds,
    get_clock,
)
from bookings.models.cases import WAITING
from bookings.models.tasks import DUE_IN_TIME
from bookings.scheduling.policy import Clock
from clinic.models import ClinicProfile, OpeningHours

from .transitions import BookingError

# After so many unanswered calls the desk may give up.
MAX_ATTEMPTS = 3
# What ends when the patient is reached, writes back, gets a booked visit, or comes.
CONTACT_TASKS = (TaskKind.ANSWER, TaskKind.CALL, TaskKind.NO_SHOW, TaskKind.CHANGE_SEEN)
# What closing the case settles: nobody waits for it any more. Anything else that is owed keeps the case open.
SETTLED_BY_CLOSING = (*CONTACT_TASKS, TaskKind.REVIEW, TaskKind.NEXT_STEP)
# While one of these stands on Today, the desk looks at the case anyway, and sees what the patient changed.
BRINGS_A_LOOK = (TaskKind.ANSWER, TaskKind.CALL, TaskKind.COMPLAINT, TaskKind.REVIEW)
# Once the desk has asked a patient about a treatment, it did take place.
ASKED_ABOUT = (TaskKind.DAY_AFTER, TaskKind.REPEAT)

_pending = threading.local()  # connections belong to one thread, so their transactions do too


class OwedError(BookingError):
    """Refuse to close a case while something is owed, listed in ``tasks``."""

    def __init__(self, tasks: Collection[Task]):
        owed = ", ".join(str(task.get_kind_display()) for task in tasks)
        super().__init__(_("The case cannot be closed yet. Still to do: %(tasks)s.") % {"tasks": owed})
        self.tasks = tuple(tasks)


def prefetch_open_tasks() -> Prefetch:
    """Prefetch ``case.open_tasks``, what is due first at the front, for lists."""
    return Prefetch("tasks", queryset=Task.objects.open(), to_attr="open_tasks")


def settle(
    case: Case,
    kinds: Collection[str],
    event: Event,
    result: TaskResult = TaskResult.DONE,
    *,
    appointment: Appointment | None = None,
) -> int:
    """Close the open tasks of these kinds, and return how many there were.

    With ``appointment`` only those of that visit.
    """
    tasks = case.tasks.open().filter(kind__in=kinds)
    if appointment:
        tasks = tasks.filter(appointment=appointment)
    return tasks.update(closing_event=event, result=result)


def reopen(event: Event, *, but: Collection[str] = ()) -> None:
    """Take back what an event has done to tasks: delete what it opened, open what it closed.

    Kinds in ``but`` stay closed. Raise BookingError if the patient has been asked since about what would be taken back.
    """
    opened = Task.objects.filter(opening_event=event)
    if done := opened.filter(kind__in=ASKED_ABOUT, closing_event__isnull=False).first():
        words = {"task": done.get_kind_display()}
        raise BookingError(_("This cannot be taken back, because it has been done: %(task)s.") % words)
    opened.delete()
    for task in Task.objects.filter(closing_event=event).exclude(kind__in=but):
        is_owed_again = task.case.tasks.open().filter(kind=task.kind, appointment=None).exists()
        if task.appointment_id or not is_owed_again:
            task.reopen()


def owe_again(case: Case, kind: TaskKind, event: Event, visit: Appointment) -> None:
    """Owe something about a visit, also if it was settled before: a visit has at most one task of a kind."""
    task = Task.objects.owe(case, kind, event, appointment=visit)
    if not task.is_open:
        task.reopen()
        _retime([task], get_clock())


def reopen_unanswered(closing: Event) -> bool:
    """Owe again the answer that a patient still waited for when the case was closed, and return whether one did.

    Its clock has not stopped: closing is no answer.
    """
    waited = Task.objects.filter(closing_event=closing, kind__in=WAITING, result=TaskResult.MOOT)
    tasks = list(waited.select_related("appointment", "case"))
    for task in tasks:
        task.reopen()
    _retime(tasks, get_clock())
    return bool(tasks)


def keep_track(case: Case, event: Event) -> None:
    """Make sure that no open case is forgotten: something is always owed.

    Without anything else somebody has to decide what comes next, from the next business day on. A service calls it
    last.
    """
    owed = case.tasks.open()
    if case.status not in OPEN_STATUSES:
        return
    if owed.exclude(kind=TaskKind.NEXT_STEP).exists():
        settle(case, [TaskKind.NEXT_STEP], event, TaskResult.MOOT)
    elif not owed.exists():
        Task.objects.owe(case, TaskKind.NEXT_STEP, event)


def owe_change_seen(case: Case, event: Event) -> None:
    """Owe a look at what the patient changed, unless the desk looks at the case today anyway."""
    brings_a_look = case.tasks.open().filter(kind__in=BRINGS_A_LOOK, opens_at__lte=timezone.now())
    if not brings_a_look.exists():
        Task.objects.owe(case, TaskKind.CHANGE_SEEN, event)


def close_all(case: Case, event: Event, outcome: str) -> None:
    """Settle what closing a case settles.

    Raise OwedError if anything else is still owed. A complaint that is resolved was answered before; any other outcome
    says that there is nobody to answer.
    """
    settle(case, SETTLED_BY_CLOSING, event, TaskResult.MOOT)
    if outcome == Outcome.RESOLVED:
        settle(case, [TaskKind.SIGN_OFF], event)
    else:
        settle(case, [TaskKind.SIGN_OFF, TaskKind.COMPLAINT], event, TaskResult.MOOT)
    if owed := list(case.tasks.open()):
        raise OwedError(owed)


def find_blocking(case: Case, now: datetime, outcome: str = "") -> list[Task]:
    """Return the open tasks that keep a case from being closed with this outcome, or with any.

    Closing cancels a visit that is ahead, and may record that the patient missed one.
    """
    settled = {*SETTLED_BY_CLOSING, TaskKind.SIGN_OFF}
    if outcome != Outcome.RESOLVED:
        settled.add(TaskKind.COMPLAINT)
    tasks = (task for task in case.get_open_tasks() if task.kind not in settled)
    return [task for task in tasks if not _ends_with_case(task, now, outcome)]


def _ends_with_case(task: Task, now: datetime, outcome: str) -> bool:
    visit = task.appointment
    if task.kind != TaskKind.RECORD_VISIT or visit is None:
        return False
    is_missed = outcome in ("", Outcome.NO_SHOW) and visit.state == AppointmentState.BOOKED
    return is_missed or visit.starts_at > now


def may_snooze(task: Task, until: datetime) -> bool:
    """Return whether the task may be put off until then (aware)."""
    return task.kind not in DUE_IN_TIME or until <= task.due_at


def retime(case: Case, kind: TaskKind, clock: Clock | None = None) -> None:
    """Compute the moments of an open task anew, after a visit has moved or a held time has changed."""
    tasks = case.tasks.open().filter(kind=kind).select_related("appointment", "case")
    if found := list(tasks):
        _retime(found, clock or get_clock())


@transaction.atomic
def retime_all() -> None:
    """Compute the moments of all open tasks anew, after the opening hours or the settings have changed."""
    # The cases are locked before their tasks, as in every other service.
    owing = Task.objects.open().values("case")
    list(Case.objects.select_for_update(no_key=True).filter(pk__in=owing).order_by("pk").values_list("pk"))
    if found := list(Task.objects.open().select_related("appointment", "case")):
        _retime(found, get_clock())


def connect() -> None:
    """Compute the moments of all open tasks anew when the hours or the settings are saved."""
    rows: list[Any] = [relation.related_model for relation in OpeningHours._meta.related_objects]
    for model in (OpeningHours, *rows, ClinicProfile, ConsultationSettings):
        for signal in (post_save, post_delete):
            signal.connect(_retime_on_commit, sender=model, dispatch_uid="bookings.retime_all")


def _retime_on_commit(**kwargs: Any) -> None:
    """Retime after the transaction, once for all its changes.

    The hours are saved, so a failure here is logged only. The worker does it again.
    """
    _pending.retime = True
    transaction.on_commit(_retime_if_pending, robust=True)


def _retime_if_pending() -> None:
    if _pending.retime:
        _pending.retime = False
        retime_all()


def _retime(tasks: Collection[Task], clock: Clock) -> None:
    holds = find_holds({task.case_id for task in tasks if task.kind == TaskKind.ANSWER})
    changed = []
    for task in tasks:
        before = task.opens_at, task.due_at
        task.set_moments(clock, holds.get(task.case_id))
        if (task.opens_at, task.due_at) != before:
            changed.append(task)
    Task.objects.bulk_update(changed, ["opens_at", "due_at"], batch_size=500)


def rest_status(case: Case) -> Status:
    """Return the status of an open case that waits for nobody: in care once the patient has come."""
    has_come = case.appointments.filter(state__in=ATTENDED).exists()
    return Status.IN_CARE if has_come else Status.CONTACTING
