"""Save what patients say feels wrong, and tell the staff."""

from uuid import uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Site

from bookings import triage
from bookings.contact_details import search_text_for
from bookings.models import (
    ATTENDED,
    Appointment,
    Case,
    CaseKind,
    ConsultationSettings,
    Event,
    EventKind,
    Message,
    MessageKind,
    Source,
    Status,
    TaskKind,
)
from clinic.limits import take
from clinic.models import ClinicProfile

from .cases import ask_again, lock_case, save_change
from .limits import COMPLAINTS_PER_NETWORK, COMPLAINTS_PER_VISIT, COMPLAINTS_SAVED
from .tasks import owe, retime, settle
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
    complaint = find_open(previous)
    if complaint:
        last = complaint.events.filter(kind=EventKind.COMPLAINT).order_by("pk").last()
        if complaint.is_waiting and text == (last.data["note"] if last else complaint.message):
            return complaint
    is_within = take(COMPLAINTS_PER_NETWORK, network) and take(COMPLAINTS_PER_VISIT, previous.reference)
    is_saved = take(COMPLAINTS_SAVED, previous.reference) and previous.status != Status.QUARANTINED
    if not is_saved or not (complaint or is_within):
        raise BookingError(_("We cannot take your message here right now. Please call us, and we will help you."))
    if complaint:
        _add(complaint, text)
    else:
        visit = previous.appointments.filter(state__in=ATTENDED).order_by("starts_at", "pk").last()
        complaint = _open(previous, text, visit)
        Event.objects.record(previous, EventKind.COMPLAINT, reference=complaint.reference)
    if is_within:
        key = _tell_staff(complaint, settings, profile)
        Message.objects.queue(MessageKind.COMPLAINT_RECEIPT, complaint, recipient=complaint.email, key=key)
    return complaint


def find_open(previous: Case) -> Case | None:
    """Return the open complaint about a case, locked, or None."""
    complaint = previous.following.filter(kind=CaseKind.COMPLAINT).exclude(status=Status.CLOSED).first()
    return lock_case(complaint.pk) if complaint else None


def open_for_desk(previous: Case, visit: Appointment | None, text: str, actor: User) -> Case:
    """Open a complaint that the patient has told to a member of staff, or add to the open one.

    The case is locked, and its event is the caller's. Clinicians and the desk get an email, the patient none.
    """
    text = text.strip() or _("Not well on the day after the treatment.")
    complaint = find_open(previous)
    if complaint:
        _add(complaint, text, actor)
    else:
        complaint = _open(previous, text, visit, actor)
    site = Site.objects.get(is_default_site=True)
    _tell_staff(complaint, ConsultationSettings.for_site(site), ClinicProfile.for_site(site))
    return complaint


def _add(complaint: Case, text: str, actor: User | None = None) -> None:
    """Add words to an open complaint, which waits again. They may make it more urgent, never less."""
    ask_again(complaint)
    complaint.severity = triage.get_worse(complaint.severity, triage.get_severity(text))
    save_change(complaint)
    event = Event.objects.record(complaint, EventKind.COMPLAINT, actor, text)
    settle(complaint, [TaskKind.SIGN_OFF, TaskKind.NEXT_STEP], event)
    owe(complaint, TaskKind.COMPLAINT, event)
    retime(complaint, TaskKind.COMPLAINT)


def _open(previous: Case, text: str, visit: Appointment | None, actor: User | None = None) -> Case:
    """Open a case for a complaint about a visit of another one. That case's owner answers it."""
    complaint = Case(
        kind=CaseKind.COMPLAINT,
        severity=triage.get_severity(text),
        about=visit,
        source=Source.DESK if actor else Source.WEBSITE,
        owner=previous.owner,
        patient=previous.patient,
        previous=previous,
        message=text,
        submission_key=uuid4(),
        fingerprint=uuid4().hex,
        **{name: getattr(previous, name) for name in CONTACT},
    )
    complaint.search_text = search_text_for(complaint)
    complaint.save(force_insert=True)
    event = Event.objects.record(complaint, EventKind.RECEIVED, actor)
    owe(complaint, TaskKind.COMPLAINT, event, complaint.created_at)
    return complaint


def _tell_staff(complaint: Case, settings: ConsultationSettings, profile: ClinicProfile) -> str:
    """Queue an email to the desk and the clinicians, and return the key of this occasion."""
    key = f"{complaint.reference}:{complaint.version}"
    clinicians = User.objects.filter(groups__name=CLINICIANS, is_active=True).exclude(email="")
    recipients = [settings.get_desk_email(profile), *clinicians.values_list("email", flat=True)]
    for number, recipient in enumerate(dict.fromkeys(address.lower() for address in recipients)):
        Message.objects.queue(MessageKind.COMPLAINT, complaint, recipient=recipient, key=f"{key}:{number}")
    return key
