"""Check, right before sending, whether a queued message is still true.

Services register a check for each kind.
"""

from collections.abc import Callable

from django.db import transaction

from bookings.models import Appointment, Case, Message, MessageKind

# Messages that nobody's act brings. A patient who has withdrawn their consent gets none of them.
UNASKED = (MessageKind.EXPIRED, MessageKind.REMINDER, MessageKind.WAITLIST_OFFER, MessageKind.DAY_AFTER)
Check = Callable[[Message, Appointment], bool]
_checks: dict[str, Check] = {}


def register(*kinds: MessageKind) -> Callable[[Check], Check]:
    """Register a check of the message and its appointment.

    A message of these kinds without an appointment is not sent.
    """

    def decorate(check: Check) -> Check:
        _checks.update(dict.fromkeys(kinds, check))
        return check

    return decorate


def has_withdrawn(case: Case) -> bool:
    """Return whether the patient has withdrawn every consent they gave."""
    given = case.consents.all()
    return bool(given) and all(consent.withdrawn_at for consent in given)


def is_still_relevant(message: Message) -> bool:
    """Return whether the message may be sent.

    Kinds without a check always may.
    """
    if message.kind in UNASKED and has_withdrawn(message.case):
        return False
    check = _checks.get(message.kind)
    if check is None:
        return True
    # Reading under the row lock waits for a cancellation that is being written. The lock ends before the message
    # is sent, so that an email server that hangs does not block cancellations.
    with transaction.atomic():
        appointment = Appointment.objects.select_for_update(no_key=True).filter(messages=message).first()
    return appointment is not None and check(message, appointment)
