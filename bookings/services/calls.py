"""Record what became of a call, or of another attempt to reach a patient."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import (
    OPEN_STATUSES,
    CallOutcome,
    Case,
    Event,
    EventKind,
    Message,
    MessageKind,
    Outcome,
    Status,
    Task,
    TaskKind,
    TaskResult,
)

from .appointments import change_stage
from .cases import lock_case, save_change, set_status
from .tasks import CONTACT_TASKS, MAX_ATTEMPTS, get_clock, keep_track, rest_status, settle
from .transitions import BookingError, TransitionError

REACHED = (CallOutcome.REACHED, CallOutcome.MESSAGE)
GIVEN_UP = (TaskKind.CALL, TaskKind.NO_SHOW)
# These stay owed when the patient does not answer. All but a complaint are put off.
TRIED_AGAIN = (TaskKind.NO_SHOW, TaskKind.DAY_AFTER, TaskKind.REPEAT, TaskKind.COMPLAINT)


@transaction.atomic
def record_call(
    case_id: int,
    outcome: str,
    *,
    actor: User,
    expected_version: int,
    at: datetime | None = None,
    note: str = "",
) -> Case:
    """Record a call, with a value of ``CallOutcome``.

    A patient who was reached is owed no answer and no call any more. One who was not is called again: at ``at`` (aware)
    for "later", else two open hours from now. A complaint that nobody could answer stays due. Raise BookingError for
    an unknown outcome, or for "later" without a moment that is ahead.
    """
    case, now = lock_case(case_id, expected_version), timezone.now()
    if case.status not in OPEN_STATUSES:
        raise TransitionError(_("Open the case first."))
    if outcome not in CallOutcome.values:
        raise BookingError(_("Choose what became of the call."))
    if outcome == CallOutcome.LATER and (at is None or at <= now):
        raise BookingError(_("Choose a time that is still ahead."))
    began_contact = case.status == Status.NEW
    if began_contact or outcome in REACHED:
        set_status(case, rest_status(case))
    if case.is_complaint and case.owner is None:
        case.owner = actor  # Nobody owned the visit, so the complaint belongs to whoever calls first.
    case.phone_is_wrong = case.phone_is_wrong or outcome == CallOutcome.WRONG_NUMBER
    save_change(case)
    kind = EventKind.ANSWERED if outcome in REACHED else EventKind.CALLED
    data = {"how": outcome, "began_contact": began_contact, "call_at": at if outcome == CallOutcome.LATER else None}
    event = Event.objects.record(case, kind, actor, note, **data)
    if outcome in REACHED:
        _settle_contact(case, event)
    else:
        _try_again(case, event, outcome, at if outcome == CallOutcome.LATER else None, now)
    keep_track(case, event)
    return case


def _settle_contact(case: Case, event: Event) -> None:
    """Settle what the patient was called about.

    A medical complaint that was answered has to be signed off.
    """
    settle(case, CONTACT_TASKS, event)
    if settle(case, [TaskKind.COMPLAINT], event) and case.is_medical_complaint:
        Task.objects.owe(case, TaskKind.SIGN_OFF, event)


def _try_again(case: Case, event: Event, outcome: str, at: datetime | None, now: datetime) -> None:
    """Put off what the patient was called about, or owe another call.

    What is owed later on was not the reason of this call, unless the desk has tried before.
    """
    clock = get_clock()
    tried = 0 if outcome == CallOutcome.LATER else 1
    # A wrong number is not dialed again: somebody has to find another way now.
    again = at or (now if outcome == CallOutcome.WRONG_NUMBER else clock.call_again(now))
    result = TaskResult.DONE if outcome == CallOutcome.LATER else TaskResult.NO_ANSWER
    # Calls before this one, whichever of the tasks counted them.
    before = _count_attempts(case.tasks.open())
    settled = settle(case, [TaskKind.ANSWER, TaskKind.CHANGE_SEEN], event, result)
    has_come = Q(opens_at__lte=now) | Q(attempts__gt=0)
    is_reason = Q(kind=TaskKind.CALL) | Q(has_come, kind__in=TRIED_AGAIN)
    tasks = list(case.tasks.open().filter(is_reason).select_related("case", "appointment"))
    for task in tasks:
        task.attempts += tried
        if task.kind == TaskKind.REPEAT:
            task.snoozed_until = again
        elif task.kind != TaskKind.COMPLAINT:
            task.counts_from, task.snoozed_until = again, None
        task.set_moments(clock)
    Task.objects.bulk_update(tasks, ["attempts", "counts_from", "snoozed_until", "opens_at", "due_at"])
    if settled or not tasks:
        Task.objects.owe(case, TaskKind.CALL, event, again, attempts=before + tried)


def should_give_up(case: Case) -> bool:
    """Return whether so many calls were not answered that the desk may close the case."""
    return _count_attempts(case.get_open_tasks()) >= MAX_ATTEMPTS


def _count_attempts(tasks: Iterable[Task]) -> int:
    """Return how many calls were not answered. One call may count for two tasks."""
    return max((task.attempts for task in tasks if task.kind in GIVEN_UP), default=0)


@transaction.atomic
def give_up(case_id: int, *, actor: User, expected_version: int, note: str = "") -> Case:
    """Close a case whose patient has not answered the phone, and email them that it is closed.

    Without an email address the case is only closed. Raise BookingError after fewer calls than ``MAX_ATTEMPTS``.
    """
    # Closing locks the resources before the case. Until then the version tells whether the calls still count.
    seen = Case.objects.get(pk=case_id)
    if seen.version == expected_version and not should_give_up(seen):
        words = {"count": MAX_ATTEMPTS}
        raise BookingError(_("Call %(count)d times before you close the case because nobody answers.") % words)
    case = change_stage(
        case_id, Status.CLOSED, outcome=Outcome.UNREACHABLE, actor=actor, expected_version=expected_version, note=note
    )
    key = f"{case.reference}:{case.version}"
    Message.objects.queue(MessageKind.UNREACHABLE, case, recipient=case.email, key=key, is_needed=True)
    return case
