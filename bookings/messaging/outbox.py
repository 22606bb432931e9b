"""Send each queued message once, also after errors and crashes.

A worker claims a message (state SENDING, ``due_at`` = end of the lease) with one conditional UPDATE, so two workers
never hold the same one. It sends outside any transaction, over a connection of its own: a server that hangs or dies
half-way delays that one message.

One gap remains: a worker that is killed after the server has accepted a message, and before the message is marked as
sent. It is sent again when the lease is over. Its Message-ID stays the same, so servers and mail programs can drop the
duplicate. The claim raises the count of attempts, so a message whose worker dies each time is given up in the end.
"""

import hashlib
import logging
import re
from collections import Counter
from datetime import datetime, timedelta
from email.mime.text import MIMEText
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from bookings.contact_details import identify_email
from bookings.models import PLANNED, TO_STAFF, Event, EventKind, Message, MessageState
from clinic.limits import Limit, is_over, take
from clinic.smtp import NotAcceptedError, is_final

from .preconditions import is_still_relevant
from .rendering import render

# Longer than a delivery can take if the server answers each step just before the time limit of the settings.
LEASE = timedelta(minutes=10)
# The wait after each failed attempt, a weekend in all. After the attempt that follows the last, we give up.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440, 1440))
MAX_ATTEMPTS = len(BACK_OFF) + 1
UNFINISHED = (MessageState.QUEUED, MessageState.SENDING)
# A patient who corrects a time twice gets five. Everything that the site mails to a mailbox counts.
MAILS_PER_CONTACT = Limit("mails to a contact", 10, 24 * 3600)
# The clocks of two workers differ by less.
CLOCK_TOLERANCE = timedelta(minutes=5)
# More than one due message is looked at, since another worker may be taking the first ones.
LOOKED_AT = 10

logger = logging.getLogger(__name__)


def send_due(now: datetime | None = None) -> Counter[str]:
    """Send everything that is due, and count the messages by new state.

    The states are sent, queued (again), failed, dropped and limited.
    """
    counts: Counter[str] = Counter()
    while state := send_next(now):
        counts[str(state)] += 1
    return counts


def send_next(now: datetime | None = None) -> MessageState | None:
    """Claim one message and try it.

    Return its new state, or None when nothing is due.
    """
    message = claim_next(now or timezone.now())
    return deliver(message) if message else None


def claim_next(now: datetime) -> Message | None:
    """Take one due message for this worker, which has ``LEASE`` to send it."""
    due = Message.objects.filter(state__in=UNFINISHED, due_at__lte=now)
    for pk in list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:LOOKED_AT]):
        # A claim moves due_at past now, so of two workers that try it at once only one finds the row.
        if due.filter(pk=pk).update(state=MessageState.SENDING, due_at=now + LEASE, attempts=F("attempts") + 1):
            return Message.objects.select_related("case", "appointment").get(pk=pk)
    return None


def recover_from_clock_change(now: datetime | None = None) -> None:
    """Make due what would wait until a clock that was set back catches up.

    Only some kinds are planned ahead. All other messages wait for their lease or their next attempt at most.
    """
    now = now or timezone.now()
    latest = now + CLOCK_TOLERANCE
    stuck = Q(state=MessageState.SENDING, due_at__gt=latest + LEASE)
    stuck |= Q(state=MessageState.QUEUED, attempts=0, due_at__gt=latest) & ~Q(kind__in=PLANNED)
    for attempts, wait in enumerate(BACK_OFF, start=1):
        stuck |= Q(state=MessageState.QUEUED, attempts=attempts, due_at__gt=latest + wait)
    if moved := Message.objects.filter(stuck).update(due_at=now):
        logger.warning("The clock was set back: %s messages are due now", moved)


def deliver(message: Message) -> MessageState:
    """Try a claimed message once, and save the result."""
    if message.state != MessageState.SENDING:
        raise ValueError("Only a claimed message can be delivered: another worker may have this one.")
    if message.attempts > MAX_ATTEMPTS:
        return _give_up(message, "WorkerDied")
    try:
        if not is_still_relevant(message):
            return _finish(message, _held(message), {"state": MessageState.DROPPED})
        if message.attempts == 1 and not _may_send(message):
            return _finish(message, _held(message), {"state": MessageState.LIMITED}, EventKind.MESSAGE_LIMITED)
        if not message.text:
            render(message)
            message.save(update_fields=["subject", "text", "html", "calendar"])
        if not as_email(message).send():
            raise NotAcceptedError
    except Exception as error:  # A message that cannot be checked, written or sent must not stop the others.
        if is_final(error):
            return _give_up(message, type(error).__name__)
        return _try_later(message, type(error).__name__)
    return _sent(message)


def _may_send(message: Message) -> bool:
    """Count a message to a patient, and return whether it may be sent.

    One that is needed counts too, but is always sent.
    """
    if message.kind in TO_STAFF:
        return True
    return take(MAILS_PER_CONTACT, identify_email(message.recipient)) or message.is_needed


def is_held_back(message: Message) -> bool:
    """Return whether the limit of its address keeps a message to a patient from being sent, now or earlier."""
    if message.state not in UNFINISHED or message.attempts or message.is_needed:
        return message.state == MessageState.LIMITED
    before = Message.objects.filter(recipient=message.recipient, state__in=UNFINISHED, attempts=0, pk__lt=message.pk)
    waiting = before.exclude(kind__in=TO_STAFF).count()
    return is_over(MAILS_PER_CONTACT, identify_email(message.recipient), waiting)


def as_email(message: Message) -> EmailMultiAlternatives:
    """Return the email, with a Message-ID that is the same on every attempt."""
    digest = hashlib.sha256(message.dedupe_key.encode()).hexdigest()[:32]
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    headers = {"Message-ID": f"<{digest}@{domain}>", "Auto-Submitted": "auto-generated"}
    email = EmailMultiAlternatives(message.subject, message.text, to=[message.recipient], headers=headers)
    if message.html:
        email.attach_alternative(message.html, "text/html")
    if message.calendar:
        email.attach(_as_part(message.calendar))
    return email


def _as_part(calendar: str) -> MIMEText:
    """Return the calendar file as a part whose content type names its method.

    Outlook and Google move or remove a visit only if that method is the one in the file (RFC 6047).
    """
    part = MIMEText(calendar, "calendar", "utf-8")
    part.set_param("method", "".join(re.findall(r"^METHOD:(\w+)", calendar, re.MULTILINE)))
    part.add_header("Content-Disposition", "attachment", filename="visit.ics")
    return part


def _sent(message: Message) -> MessageState:
    """Mark the message as sent.

    The server has accepted it, so the mark does not depend on the lease.
    """
    unsent = Message.objects.filter(pk=message.pk).exclude(state=MessageState.SENT)
    changes = {"state": MessageState.SENT, "sent_at": timezone.now(), "last_error": ""}
    return _finish(message, unsent, changes, EventKind.MESSAGE_SENT)


def _try_later(message: Message, error: str) -> MessageState:
    if message.attempts >= MAX_ATTEMPTS:
        return _give_up(message, error)
    logger.warning("Message %s was not sent, attempt %s", message.pk, message.attempts, exc_info=True)
    # The caller may have set the clock of the claim ahead, so the wait counts from that clock.
    due_at = max(timezone.now(), message.due_at - LEASE) + BACK_OFF[message.attempts - 1]
    changes = {"state": MessageState.QUEUED, "due_at": due_at, "last_error": error}
    return _finish(message, _held(message), changes)


def _give_up(message: Message, error: str) -> MessageState:
    logger.error("Message %s is given up (%s) after %s attempts", message.pk, error, message.attempts)
    changes = {"state": MessageState.FAILED, "last_error": error}
    return _finish(message, _held(message), changes, EventKind.MESSAGE_FAILED)


def _held(message: Message) -> QuerySet[Message]:
    """Return the message as a query that is empty once our claim is over."""
    return Message.objects.filter(pk=message.pk, state=MessageState.SENDING, due_at=message.due_at)


def _finish(
    message: Message, rows: QuerySet[Message], changes: dict[str, Any], event: EventKind | None = None
) -> MessageState:
    with transaction.atomic():
        if rows.update(**changes) and event:
            Event.objects.record(message.case, event, message=message.kind)
    return changes["state"]
