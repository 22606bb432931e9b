"""Correct how a patient is reached, and where their messages go."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import (
    PLANNED,
    TO_STAFF,
    UNSENT,
    AppointmentState,
    Case,
    Event,
    EventKind,
    Message,
    MessageKind,
    MessageState,
    Patient,
    SearchWord,
    Status,
)

from .cases import find_related, lock_case, lock_with_related, raise_link_version, save_change
from .notifications import notify_patient
from .transitions import BookingError

# News that no other message brings.
NEWS = (MessageKind.CANCELED, MessageKind.EXPIRED, MessageKind.WAITLIST_OFFER, MessageKind.DAY_AFTER)


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

    A new email counts for the related cases with the same old one, too. Raise BookingError if the patient could no
    longer be reached.
    """
    lock_with_related(case_id)
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
    case.phone_is_wrong = case.phone_is_wrong and "phone" not in changes
    SearchWord.objects.update_for(case)
    data: dict[str, Any] = {"changes": changes}
    if "email" in changes:
        data["links_revoked"] = bool(changes["email"][0])
        readdress(case, actor)
    save_change(case)
    Patient.objects.update_for(case)
    Event.objects.record(case, EventKind.CORRECTED, actor, note, **data)
    return case


def readdress(case: Case, actor: User | None = None) -> None:
    """Send what is true now to the new address of a case, and of related cases with the same old one.

    The old address may be a stranger's: links that were mailed to it are revoked, and nothing more goes there. A
    patient without an address keeps the link they have. The caller has set the new email, and saves the case.
    """
    old = Case.objects.values_list("email", flat=True).get(pk=case.pk)
    keys = find_related(case, old)
    if old:
        raise_link_version(case, old)
    case.link_opened_at = None
    related = list(Case.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    for other in related:
        other.email, other.link_opened_at = case.email, None
        if not other.email and not other.phone:
            other.phone, other.phone_e164 = case.phone, case.phone_e164
        SearchWord.objects.update_for(other)
        save_change(other)
        Patient.objects.update_for(other)
        changes = {"email": [old, case.email]}
        Event.objects.record(other, EventKind.CORRECTED, actor, changes=changes, links_revoked=bool(old))
    for one in (case, *related):
        _replace_unsent(one, by_desk=actor is not None)


def _replace_unsent(case: Case, *, by_desk: bool) -> None:
    """Queue what is true now for the address of the case, instead of all that has not left."""
    unsent = case.messages.filter(state__in=(*UNSENT, MessageState.SENDING)).exclude(kind__in=TO_STAFF)
    news = {(message.kind, message.appointment_id): message for message in unsent.filter(kind__in=NEWS).order_by("pk")}
    # A message that is being sent may fail, and must not be tried again.
    unsent.filter(state=MessageState.SENDING).update(state=MessageState.DROPPED)
    unsent.filter(state__in=UNSENT).delete()
    if not case.email or case.status == Status.QUARANTINED:
        return
    for message in news.values():
        key = f"{message.appointment_id}:{case.version}:{case.link_version}"
        about: dict[str, Any] = {"appointment": message.appointment, "starts_at": message.starts_at}
        if message.kind in PLANNED:
            about["due_at"] = message.due_at
        Message.objects.queue(
            MessageKind(message.kind), case, recipient=case.email, key=key, is_needed=by_desk, **about
        )
    now = timezone.now()
    visit = case.appointments.live_at(now).filter(starts_at__gt=now).first()
    if visit:
        is_booked = visit.state == AppointmentState.BOOKED
        notify_patient(MessageKind.BOOKED if is_booked else MessageKind.HELD, visit, by_desk=by_desk)
    if case.is_waiting and case.is_complaint:
        key = f"{case.reference}:{case.version}:{case.link_version}"
        Message.objects.queue(MessageKind.COMPLAINT_RECEIPT, case, recipient=case.email, key=key, is_needed=by_desk)
    elif case.is_waiting and not visit:
        Message.objects.queue_receipt(case, is_needed=by_desk)
