"""What a patient does on her own page, besides her time."""

from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from bookings.contact_details import search_text_for
from bookings.models import Case, CaseKind, ConsultationSettings, EventKind, MessageKind, Status
from bookings.transitions import BookingError
from clinic.models import ClinicProfile

from .common import add_event, locked, save_change
from .requests import queue_mails

# What a complaint takes over from the case it follows: how to reach her, not what she had asked about.
CONTACT = ("name", "email", "phone", "phone_e164", "contact_by", "contact_time")


@transaction.atomic
def complain(case_id: int, text: str, *, settings: ConsultationSettings, profile: ClinicProfile) -> Case:
    """Open a file of its own for what feels wrong, and tell the desk. An open one is added to instead."""
    if not text.strip():
        raise BookingError(_("Write in a few words what feels wrong."))
    earlier = locked(case_id)
    open_one = earlier.later.filter(kind=CaseKind.COMPLAINT).exclude(status=Status.CLOSED).first()
    if open_one:
        add_event(open_one, EventKind.NOTE, text=text.strip())
        return open_one
    complaint = Case(
        kind=CaseKind.COMPLAINT,
        patient=earlier.patient,
        earlier=earlier,
        message=text.strip()[: Case._meta.get_field("message").max_length],
        submission_key=uuid4(),
        fingerprint=uuid4().hex,
        **{name: getattr(earlier, name) for name in CONTACT},
    )
    complaint.search_text = search_text_for(complaint)
    complaint.save(force_insert=True)
    add_event(complaint, EventKind.RECEIVED, to_status=Status.NEW)
    add_event(
        earlier,
        EventKind.NOTE,
        text=_("The patient says that something feels wrong: %(reference)s") % {"reference": complaint.reference},
    )
    queue_mails(complaint, [MessageKind.DESK_NOTICE], settings, profile)
    return complaint


@transaction.atomic
def revoke_links(case_id: int, *, actor) -> Case:
    """Make every link that was mailed for this case worthless, for a mail that went to the wrong address."""
    case = locked(case_id)
    case.link_version += 1
    save_change(case)
    add_event(case, EventKind.NOTE, actor=actor, text=_("The links in earlier mails no longer work."))
    return case
