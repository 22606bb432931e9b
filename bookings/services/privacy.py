"""Protect a patient's data, and act on their rights."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from bookings.models import TO_STAFF, Case, Event, EventKind, MessageKind, MessageState, Patient
from clinic.models import KeptRequest

from .cases import lock_case, lock_with_related, raise_link_version, save_change
from .slots import lock_resources
from .transitions import GONE, BookingError

# The log entries stay when the case is gone. They name the case by its reference only.
ERASED, WITHDRAWN = "bookings.erase", "bookings.withdraw_consent"


@transaction.atomic
def revoke_links(case_id: int, *, actor: User, expected_version: int | None = None, note: str = "") -> Case:
    """Revoke every link that was emailed for this case.

    It is for an email that went to the wrong address.
    """
    lock_with_related(case_id)
    case = lock_case(case_id, expected_version)
    raise_link_version(case, case.email)
    save_change(case)
    Event.objects.record(case, EventKind.LINKS_REVOKED, actor, note)
    return case


@transaction.atomic
def withdraw_consent(case_id: int, *, actor: User, expected_version: int, note: str = "") -> Case:
    """Record that the patient withdraws their consent.

    Nothing more is sent to them about this case, except what a later act of the desk or the patient brings. Raise
    BookingError if there is no consent to withdraw.
    """
    case = lock_case(case_id, expected_version)
    if not case.consents.filter(withdrawn_at=None).update(withdrawn_at=timezone.now()):
        raise BookingError(_("There is no consent to withdraw."))
    case.on_waitlist = False
    unsent = case.messages.filter(state__in=(MessageState.QUEUED, MessageState.FAILED)).exclude(kind__in=TO_STAFF)
    unsent.exclude(kind=MessageKind.CANCELED).update(state=MessageState.DROPPED)
    save_change(case)
    Event.objects.record(case, EventKind.CONSENT_WITHDRAWN, actor, note)
    log(case, WITHDRAWN, user=actor)
    return case


@transaction.atomic
def erase(case_id: int, *, actor: User, expected_version: int) -> None:
    """Delete a request with all that belongs to it, at the patient's wish.

    Only the log entry stays. Raise BookingError while a visit is ahead or going on, or its cancellation is unsent.
    """
    lock_resources()
    case = lock_case(case_id, expected_version)
    if case.appointments.exclude(state__in=GONE).filter(ends_at__gt=timezone.now()).exists():
        raise BookingError(_("Cancel the visit first, so that the patient hears about it and the room is free."))
    unsent = (MessageState.QUEUED, MessageState.SENDING)
    if case.messages.filter(kind=MessageKind.CANCELED, state__in=unsent).exists():
        raise BookingError(_("The email about the canceled visit is still on its way. Try again in a few minutes."))
    patient = case.patient
    log(case, ERASED, user=actor, deleted=True)
    KeptRequest.objects.forget(f"case/{case.pk}", case.reference, case.email, case.name, case.phone)
    case.delete()
    if patient and not patient.cases.exists():
        Patient.objects.filter(pk=patient.pk).delete()
