"""Save what patients say feels wrong, tell the staff, and escalate what nobody answers in time."""

import logging
from collections.abc import Iterable
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Site

from bookings import triage
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
    SearchWord,
    Severity,
    Source,
    Status,
    Task,
    TaskKind,
    TaskResult,
)
from clinic.limits import take
from clinic.models import ClinicProfile

from .cases import ask_again, lock_case, save_change
from .limits import COMPLAINTS_PER_NETWORK, COMPLAINTS_PER_VISIT, COMPLAINTS_SAVED
from .permissions import NotAllowedError, may
from .tasks import get_clock, keep_track, retime, settle
from .transitions import BookingError, TransitionError

# A complaint copies the contact details of the previous case, not what the patient asked about.
CONTACT = ("name", "email", "phone", "phone_e164", "contact_by", "contact_time")
CLINICIANS, MANAGERS = "Clinicians", "Managers"

logger = logging.getLogger(__name__)


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
    # The receipt of a complaint leads to the page of the complaint itself.
    complaint = previous if previous.is_open_complaint else find_open(previous)
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
    _change_severity(complaint, triage.get_worse(complaint.severity, triage.get_severity(text)))
    save_change(complaint)
    event = Event.objects.record(complaint, EventKind.COMPLAINT, actor, text)
    settle(complaint, [TaskKind.SIGN_OFF, TaskKind.NEXT_STEP], event, TaskResult.MOOT)
    Task.objects.owe(complaint, TaskKind.COMPLAINT, event)
    complaint.tasks.open().filter(kind=TaskKind.COMPLAINT).update(snoozed_until=None)
    retime(complaint, TaskKind.COMPLAINT)


def _change_severity(complaint: Case, severity: str) -> None:
    """Set how urgent a complaint is. The caller saves it, and retimes what is owed.

    The new time to answer of a more urgent one counts from now, but the answer is never due later than before. That of
    a less urgent one counts from when the patient wrote.
    """
    is_worse = triage.get_worse(complaint.severity, severity) != complaint.severity
    is_milder = not is_worse and severity != complaint.severity
    complaint.severity = severity
    task = complaint.tasks.open().filter(kind=TaskKind.COMPLAINT).select_related("opening_event").first()
    if task is None or not (is_worse or is_milder):
        return
    if is_worse:
        now = timezone.now()
        task.counts_from = min(now, task.due_at - (get_clock().complaint_by(now, severity) - now))
    else:
        task.counts_from = min(task.counts_from, task.opening_event.at)
    task.save(update_fields=["counts_from"])


@transaction.atomic
def set_severity(case_id: int, severity: str, *, actor: User, expected_version: int, note: str = "") -> Case:
    """Set how urgent a complaint is.

    Anybody at the desk may make it more urgent. Raise NotAllowedError for less urgent, unless the actor may sign off
    medical complaints. One that was answered has to be signed off if it is medical.
    """
    case = lock_case(case_id, expected_version)
    if not case.is_open_complaint:
        raise TransitionError(_("Only an open complaint has a severity."))
    if severity not in Severity.values:
        raise BookingError(_("Choose how urgent the complaint is."))
    before = case.severity
    if severity == before:
        raise BookingError(_("Nothing was different, so nothing was saved."))
    if triage.get_worse(before, severity) == before and not may(actor, "sign_off"):
        raise NotAllowedError(_("A clinician or a manager has to make a complaint less urgent."))
    _change_severity(case, severity)
    save_change(case)
    changes = {"severity": [before, severity]}
    event = Event.objects.record(case, EventKind.SEVERITY, actor, note, changes=changes)
    if case.tasks.open().filter(kind=TaskKind.COMPLAINT).exists():
        retime(case, TaskKind.COMPLAINT)
    elif severity == Severity.SERVICE:
        settle(case, [TaskKind.SIGN_OFF], event, TaskResult.MOOT)
    else:
        Task.objects.owe(case, TaskKind.SIGN_OFF, event)
    keep_track(case, event)
    return case


def overdue_complaints() -> Iterable[int]:
    """Return the keys of the cases with a complaint that nobody has answered in time, and nobody was told of."""
    late = Task.objects.open().filter(kind=TaskKind.COMPLAINT, due_at__lte=timezone.now(), escalated_at__isnull=True)
    return list(late.order_by("due_at", "pk").values_list("case", flat=True))


def escalate_complaints() -> int:
    """Tell the managers and the physician of each complaint that nobody has answered in time, and return how many.

    Each complaint is told of once. One that fails does not stop the others.
    """
    count = 0
    for case_id in overdue_complaints():
        try:
            count += _escalate(case_id)
        except (OperationalError, InterfaceError):  # the database is away
            raise
        except Exception:
            logger.exception("The complaint of case %s could not be escalated", case_id)
    return count


@transaction.atomic
def _escalate(case_id: int) -> bool:
    """Escalate a complaint, unless another worker has done it or somebody has answered."""
    case = lock_case(case_id)
    if case.pk not in overdue_complaints():
        return False
    case.tasks.open().filter(kind=TaskKind.COMPLAINT).update(escalated_at=timezone.now())
    event = Event.objects.record(case, EventKind.ESCALATED)
    site = Site.objects.get(is_default_site=True)
    settings, profile = ConsultationSettings.for_site(site), ClinicProfile.for_site(site)
    managers = _get_emails(MANAGERS)
    recipients = [settings.physician_email, *managers]
    if not any(recipients):
        logger.error("A complaint is late, and no manager and no physician has an email address: case %s", case.pk)
        recipients = [settings.get_desk_email(profile)]
    _queue_for_staff(MessageKind.ESCALATION, case, recipients, f"{case.reference}:{event.pk}")
    return True


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
    complaint.save(force_insert=True)
    SearchWord.objects.update_for(complaint)
    event = Event.objects.record(complaint, EventKind.RECEIVED, actor)
    Task.objects.owe(complaint, TaskKind.COMPLAINT, event, complaint.created_at)
    return complaint


def _tell_staff(complaint: Case, settings: ConsultationSettings, profile: ClinicProfile) -> str:
    """Queue an email to the desk and the clinicians, and return the key of this occasion."""
    key = f"{complaint.reference}:{complaint.version}"
    recipients = [settings.get_desk_email(profile), *_get_emails(CLINICIANS)]
    _queue_for_staff(MessageKind.COMPLAINT, complaint, recipients, key)
    return key


def _get_emails(role: str) -> list[str]:
    """Return the addresses of the active members of a group."""
    members = User.objects.filter(groups__name=role, is_active=True).exclude(email="")
    return list(members.order_by("pk").values_list("email", flat=True))


def _queue_for_staff(kind: MessageKind, complaint: Case, recipients: Iterable[str], key: str) -> None:
    """Queue one email to each address."""
    for number, recipient in enumerate(dict.fromkeys(address.lower() for address in recipients)):
        Message.objects.queue(kind, complaint, recipient=recipient, key=f"{key}:{number}")
