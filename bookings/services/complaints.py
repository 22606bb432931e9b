"""Save what patients say feels wrong."""

from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from bookings.contact_details import search_text_for
from bookings.models import Case, CaseKind, ConsultationSettings, Event, EventKind, Message, MessageKind, Status
from clinic.models import ClinicProfile

from .cases import lock_case
from .transitions import BookingError

# A complaint copies the contact details of the previous case, not what the patient asked about.
CONTACT = ("name", "email", "phone", "phone_e164", "contact_by", "contact_time")


@transaction.atomic
def file_complaint(case_id: int, text: str, *, settings: ConsultationSettings, profile: ClinicProfile) -> Case:
    """Open a case for the complaint and tell the desk, or add to the open one.

    Raise BookingError if it is empty.
    """
    text = text.strip()
    if not text:
        raise BookingError(_("Write in a few words what feels wrong."))
    previous = lock_case(case_id)
    open_complaint = previous.following.filter(kind=CaseKind.COMPLAINT).exclude(status=Status.CLOSED).first()
    if open_complaint:
        Event.objects.record(open_complaint, EventKind.NOTE, note=text)
        return open_complaint
    complaint = Case(
        kind=CaseKind.COMPLAINT,
        patient=previous.patient,
        previous=previous,
        message=text[: Case._meta.get_field("message").max_length],
        submission_key=uuid4(),
        fingerprint=uuid4().hex,
        **{name: getattr(previous, name) for name in CONTACT},
    )
    complaint.search_text = search_text_for(complaint)
    complaint.save(force_insert=True)
    Event.objects.record(complaint, EventKind.RECEIVED)
    Event.objects.record(previous, EventKind.COMPLAINT, reference=complaint.reference)
    recipient = settings.desk_email or profile.email
    Message.objects.queue(MessageKind.DESK_NOTICE, complaint, recipient=recipient, key=f"{complaint.reference}:1")
    return complaint
