"""Save what patients say feels wrong, and tell the staff."""

from uuid import uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from bookings.models import Case, CaseKind, ConsultationSettings, Event, EventKind, Message, MessageKind, Status
from clinic.limits import take
from clinic.models import ClinicProfile

from .cases import ask_again, lock_case, save_change
from .limits import COMPLAINTS_PER_NETWORK, COMPLAINTS_PER_VISIT, COMPLAINTS_SAVED
from .search_words import write_search_words
from .transitions import BookingError

# A complaint copies the contact details of the previous case, not what the patient asked about.
CONTACT = ("name", "email", "phone", "phone_e164", "contact_by", "contact_time")
CLINICIANS = "Clinicians"


@transaction.atomic
def file_complaint(
    case_id: int, text: str, *, settings: ConsultationSettings, profile: ClinicProfile, network: str = ""
) -> Case:
    """Open a case for the complaint, or add to the open one.

    Desk and clinicians get an email for each complaint, the patient gets a receipt. An open one waits again. The same
    words sent again before an answer count once. Over the limits a complaint is only added to the open one. Raise
    BookingError if it is empty, if there is no open one then, or if even the limit of what is saved is reached. A case
    in quarantine can have none, since it sends no email.
    """
    text = text.strip()[: Case._meta.get_field("message").max_length]
    if not text:
        raise BookingError(_("Tell us in a few words what feels wrong."))
    previous = lock_case(case_id)
    complaint = previous.following.filter(kind=CaseKind.COMPLAINT).exclude(status=Status.CLOSED).first()
    if complaint:
        complaint = lock_case(complaint.pk)
        last = complaint.events.filter(kind=EventKind.COMPLAINT).order_by("pk").last()
        if complaint.is_waiting and text == (last.data["note"] if last else complaint.message):
            return complaint
    is_within = take(COMPLAINTS_PER_NETWORK, network) and take(COMPLAINTS_PER_VISIT, previous.reference)
    is_saved = take(COMPLAINTS_SAVED, previous.reference) and previous.status != Status.QUARANTINED
    if not is_saved or not (complaint or is_within):
        raise BookingError(_("We cannot take your message here right now. Please call us, and we will help you."))
    if complaint:
        ask_again(complaint)
        save_change(complaint)
        Event.objects.record(complaint, EventKind.COMPLAINT, note=text)
    else:
        complaint = _open(previous, text)
    if is_within:
        _send_messages(complaint, settings, profile)
    return complaint


def _open(previous: Case, text: str) -> Case:
    complaint = Case(
        kind=CaseKind.COMPLAINT,
        patient=previous.patient,
        previous=previous,
        message=text,
        submission_key=uuid4(),
        fingerprint=uuid4().hex,
        **{name: getattr(previous, name) for name in CONTACT},
    )
    complaint.save(force_insert=True)
    write_search_words(complaint)
    Event.objects.record(complaint, EventKind.RECEIVED)
    Event.objects.record(previous, EventKind.COMPLAINT, reference=complaint.reference)
    return complaint


def _send_messages(complaint: Case, settings: ConsultationSettings, profile: ClinicProfile) -> None:
    key = f"{complaint.reference}:{complaint.version}"
    clinicians = User.objects.filter(groups__name=CLINICIANS, is_active=True).exclude(email="")
    recipients = [settings.get_desk_email(profile), *clinicians.values_list("email", flat=True)]
    for number, recipient in enumerate(dict.fromkeys(address.lower() for address in recipients)):
        Message.objects.queue(MessageKind.COMPLAINT, complaint, recipient=recipient, key=f"{key}:{number}")
    Message.objects.queue(MessageKind.COMPLAINT_RECEIPT, complaint, recipient=complaint.email, key=key)
