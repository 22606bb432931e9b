"""Change a case: its status, owner and notes.

Every other service locks and saves cases with these functions.
"""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import (
    Case,
    Event,
    EventKind,
    Message,
    MessageState,
    Status,
    TaskKind,
)

from .tasks import keep_track, settle
from .transitions import BookingError, StaleCaseError

# The same words by the same person within this time are one note: the button was pressed twice.
SAME_NOTE_WITHIN = timedelta(minutes=10)


def lock_case(case_id: int, expected_version: int | None = None) -> Case:
    """Return the case, locked until the transaction ends.

    Raise StaleCaseError if its version is another one.
    """
    case = Case.objects.select_for_update(no_key=True).get(pk=case_id)
    if expected_version is not None and case.version != expected_version:
        raise StaleCaseError(_("Someone changed this case while you were looking at it. Look again, then decide."))
    return case


def set_status(case: Case, status: Status, outcome: str = "") -> None:
    """Set the status with the date that belongs to it.

    The caller saves the case.
    """
    case.status, case.outcome = status, outcome
    case.closed_at = timezone.now() if status == Status.CLOSED else None


def ask_again(case: Case) -> None:
    """Make an open case wait for an answer again, and a closed one new. The caller saves it, and owes the answer."""
    if case.status == Status.CLOSED:
        set_status(case, Status.NEW)
    elif case.status == Status.IN_CARE:
        set_status(case, Status.CONTACTING)


def find_related(case: Case, email: str) -> set[int]:
    """Return the keys of the other cases of the same visits that have this email.

    They are the case before it, those that follow it, their complaints, and so on.
    """
    found, new = {case.pk}, {case.pk}
    while new:
        near = Case.objects.filter(Q(following__in=new) | Q(previous__in=new), email__iexact=email)
        new = set(near.values_list("pk", flat=True)) - found
        found |= new
    return found - {case.pk}


def _find_linked(case: Case, email: str) -> set[int]:
    """Return the keys of the cases whose pages were linked to in emails to this address about the case."""
    linked = find_related(case, email)
    return linked | {case.previous_id} if case.is_complaint and case.previous_id else linked


def lock_with_related(case_id: int) -> None:
    """Lock a case and those related to it in the order of keys, as a complaint locks them."""
    case = Case.objects.get(pk=case_id)
    keys = {case_id, *_find_linked(case, case.email)}
    list(Case.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))


def raise_link_version(case: Case, email: str) -> None:
    """Revoke every link that was emailed to this address for the case and those related to it.

    Messages about a complaint link to the page of the visit. The caller saves the case.
    """
    case.link_version += 1
    Case.objects.filter(pk__in=_find_linked(case, email)).update(link_version=F("link_version") + 1)


def save_change(case: Case) -> None:
    """Save a locked case as its next version."""
    case.version += 1
    case.save()


@transaction.atomic
def add_note(case_id: int, text: str, *, actor: User) -> Case:
    """Add a note to the timeline. Raise BookingError if it is empty.

    A note changes nothing that a colleague has read, so it raises no version. One that was sent twice is saved once.
    """
    text = text.strip()
    if not text:
        raise BookingError(_("Write something before you save the note."))
    case = lock_case(case_id)
    recent = case.events.filter(kind=EventKind.NOTE, actor=actor, at__gt=timezone.now() - SAME_NOTE_WITHIN)
    if text not in (event.data["note"] for event in recent):
        Event.objects.record(case, EventKind.NOTE, actor, text)
    return case


@transaction.atomic
def mark_seen(case_id: int, *, actor: User, expected_version: int, note: str = "") -> Case:
    """Record that the desk has seen what the patient changed."""
    case = lock_case(case_id, expected_version)
    if case.tasks.open().filter(kind=TaskKind.CHANGE_SEEN).exists():
        save_change(case)
        event = Event.objects.record(case, EventKind.SEEN, actor, note)
        settle(case, [TaskKind.CHANGE_SEEN], event)
        keep_track(case, event)
    elif note.strip():
        return add_note(case_id, note, actor=actor)
    return case


@transaction.atomic
def assign(
    case_id: int,
    owner: User | None,
    *,
    actor: User,
    expected_version: int,
    note: str = "",
) -> Case:
    """Set or clear the owner.

    Without a change and a note nothing is written.
    """
    case = lock_case(case_id, expected_version)
    if case.owner_id == (owner.pk if owner else None):
        return add_note(case_id, note, actor=actor) if note.strip() else case
    case.owner = owner
    save_change(case)
    name = (owner.get_full_name() or owner.get_username()) if owner else ""
    Event.objects.record(case, EventKind.ASSIGNED, actor, note, owner=name)
    return case


@transaction.atomic
def retry_message(message_id: int, *, actor: User, note: str = "") -> Message:
    """Queue a message again that was given up, or that a limit stopped.

    Raise BookingError if it was not.
    """
    message = Message.objects.select_for_update(no_key=True).get(pk=message_id)
    if message.state not in (MessageState.FAILED, MessageState.LIMITED):
        raise BookingError(_("This message is not lost: it was sent, or is still being tried."))
    message.state, message.attempts, message.due_at = MessageState.QUEUED, 0, timezone.now()
    message.is_needed = True
    message.save(update_fields=["state", "attempts", "due_at", "is_needed"])
    Event.objects.record(message.case, EventKind.MESSAGE_RETRIED, actor, note, message=message.kind)
    return message
