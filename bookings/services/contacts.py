"""Correct how a patient is reached, and where their messages go."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.contact_details import search_text_for
from bookings.models import (
    OPEN_STATUSES,
    TO_STAFF,
    AppointmentState,
    Case,
    Event,
    EventKind,
    Message,
    MessageKind,
    MessageState,
    Patient,
)

from .cases import lock_case, raise_link_version, save_change
from .notifications import notify_patient
from .transitions import BookingError

UNSENT = (MessageState.QUEUED, MessageState.FAILED, MessageState.LIMITED)


@transaction.atomic
def correct_contact(
    case_id: int,
    *,
    name: str,
    email: str,
    phone: str,
    phone_e164: str,
    actor: User,
    expected_version: int,
    note: str = "",
) -> Case:
    """Save a corrected name, email or phone, and record what it was.

    After a new email, earlier links are revoked, unsent messages go to the new address, and so does a message with the
    visit, or a receipt. Raise BookingError if the patient could no longer be reached.
    """
    case = lock_case(case_id, expected_version)
    fields = {"name": name, "email": email, "phone": phone}
    if not name:
        raise BookingError(_("Write the patient's name."))
    if not (email or phone):
        raise BookingError(_("Keep a phone number or an email address, so that the patient can be reached."))
    changes = {field: [getattr(case, field), value] for field, value in fields.items() if getattr(case, field) != value}
    if not changes:
        raise BookingError(_("Nothing was different, so nothing was saved."))
    for field, value in {**fields, "phone_e164": phone_e164}.items():
        setattr(case, field, value)
    case.search_text = search_text_for(case)
    data: dict[str, Any] = {"changes": changes}
    if "email" in changes:
        readdress(case)
        data["links_revoked"] = True
    save_change(case)
    Patient.objects.update_for(case)
    Event.objects.record(case, EventKind.CORRECTED, actor, note, **data)
    if "email" in changes and case.status in OPEN_STATUSES and not case.is_complaint:
        visit = case.appointments.live().filter(state=AppointmentState.BOOKED, starts_at__gt=timezone.now()).first()
        if visit:
            notify_patient(MessageKind.BOOKED, visit)
        else:
            Message.objects.queue_receipt(case, is_needed=True)
    return case


def readdress(case: Case) -> None:
    """Revoke earlier links, and send what is unsent to the new address.

    The old address may be a stranger's. The caller saves the case.
    """
    raise_link_version(case)
    case.link_opened_at = None
    case.messages.filter(state__in=UNSENT, kind=MessageKind.RECEIPT).delete()
    # A message that is being sent may fail, and be tried again.
    unsent = case.messages.filter(state__in=(*UNSENT, MessageState.SENDING)).exclude(kind__in=TO_STAFF)
    if case.email:
        # A message that was written already holds a link that is revoked now.
        unsent.update(recipient=case.email, subject="", text="", html="", calendar="")
    else:
        unsent.update(state=MessageState.DROPPED)
