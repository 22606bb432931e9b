"""What the desk does with a case."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import Case, EventKind, Message, MessageState, Status
from bookings.transitions import BookingError, refuse_wrong_move, remark

from .appointments import lock_lanes, settle
from .common import add_event, locked, name_of, save_change, set_status


@transaction.atomic
def change_status(
    case_id: int,
    to_status: str,
    *,
    actor: AbstractBaseUser,
    expected_version: int,
    outcome: str = "",
    note: str = "",
) -> Case:
    """Take the case to its next status. StaleCase, or TransitionRefused with the reason."""
    lock_lanes()
    case = locked(case_id, expected_version)
    refuse_wrong_move(case, to_status, outcome)
    settle(case, Status(to_status), outcome)
    from_status = case.status
    text = "\n".join(part for part in (remark(case, to_status, outcome), note.strip()) if part)
    set_status(case, Status(to_status), outcome)
    save_change(case)
    add_event(case, EventKind.STATUS, actor=actor, text=text, from_status=from_status, to_status=case.status)
    return case


@transaction.atomic
def add_note(case_id: int, text: str, *, actor: AbstractBaseUser) -> Case:
    if not text.strip():
        raise BookingError(_("Write something before you save the note."))
    case = locked(case_id)
    save_change(case)
    add_event(case, EventKind.NOTE, actor=actor, text=text.strip())
    return case


@transaction.atomic
def assign(case_id: int, owner: AbstractBaseUser | None, *, actor: AbstractBaseUser, expected_version: int) -> Case:
    """Give the case to somebody, or to nobody. Without a change nothing is written."""
    case = locked(case_id, expected_version)
    if case.owner_id == (owner and owner.pk):
        return case
    case.owner = owner
    save_change(case)
    text = _("Assigned to %(name)s") % {"name": name_of(owner)} if owner else _("Assigned to nobody")
    add_event(case, EventKind.ASSIGNED, actor=actor, text=text)
    return case


@transaction.atomic
def retry_message(message_id: int, *, actor: AbstractBaseUser) -> Message:
    """Put a mail that was given up back into the outbox, with all its attempts before it."""
    message = Message.objects.select_for_update(no_key=True).get(pk=message_id)
    if message.state != MessageState.FAILED:
        raise BookingError(_("This message is not lost: it was sent, or is still being tried."))
    message.state, message.attempts, message.due_at = MessageState.QUEUED, 0, timezone.now()
    message.save(update_fields=["state", "attempts", "due_at"])
    add_event(message.case, EventKind.MESSAGE_RETRIED, actor=actor, text=message.get_kind_display())
    return message
