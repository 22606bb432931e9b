"""The only writer of cases and what hangs on them (``outbox`` marks messages as sent).

Each public function is one transaction, and every change leaves an event that says who and what.
"""

import logging
from datetime import timedelta
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.models import ClinicProfile

from . import emails
from .consultation_request import ConsultationRequest, treatments_line, typed_changes
from .contact_details import search_text_for
from .models import (
    Case,
    CaseTreatment,
    Consent,
    ConsultationSettings,
    Event,
    EventKind,
    Message,
    MessageKind,
    MessageState,
    Status,
)
from .transitions import TRANSITIONS, BookingError, TransitionRefused, next_statuses, refuse_wrong_move, remark

__all__ = [
    "TRANSITIONS",
    "BookingError",
    "ConsultationRequest",
    "StaleCase",
    "Submission",
    "TransitionRefused",
    "add_note",
    "assign",
    "change_status",
    "next_statuses",
    "retry_message",
    "submit",
]

SAME_REQUEST_WITHIN = timedelta(hours=24)

logger = logging.getLogger(__name__)


class StaleCase(BookingError):
    """Somebody else changed the case since this person looked at it."""


class Submission(NamedTuple):
    case: Case
    created: bool


# The patient


def submit(request: ConsultationRequest, *, settings: ConsultationSettings, profile: ClinicProfile) -> Submission:
    """Keep a request with its first event, its consent and the mails about it, all or nothing.

    The same form again gives the same case, with what the patient corrected since. So does the same content from
    a form opened anew within a day, unless the desk has closed that case.
    """
    try:
        return _submit(request, settings, profile)
    except IntegrityError:
        # The same form arrived twice at once and the other one won: now it is there to be found.
        return _submit(request, settings, profile)


@transaction.atomic
def _submit(request: ConsultationRequest, settings: ConsultationSettings, profile: ClinicProfile) -> Submission:
    if case := Case.objects.select_for_update(no_key=True).filter(submission_key=request.submission_key).first():
        if _amend(case, request, profile):
            _replace_receipt(case, settings, profile)
        return Submission(case, created=False)
    if case := _same_request(request, profile):
        return Submission(case, created=False)
    case = _open_case(request, profile)
    _queue_mails(case, list(MessageKind), settings, profile)
    return Submission(case, created=True)


def _same_request(request: ConsultationRequest, profile: ClinicProfile) -> Case | None:
    fingerprint = request.case_fields(profile.country)["fingerprint"]
    recent = Case.objects.filter(fingerprint=fingerprint, created_at__gte=timezone.now() - SAME_REQUEST_WITHIN)
    return recent.exclude(status=Status.CLOSED).order_by("pk").first()


def _open_case(request: ConsultationRequest, profile: ClinicProfile) -> Case:
    case = Case(submission_key=request.submission_key, **request.case_fields(profile.country))
    case.search_text = search_text_for(case)
    case.save(force_insert=True)
    _add_treatments(case, request.treatment_titles())
    _add_event(case, EventKind.RECEIVED, to_status=Status.NEW)
    Consent.objects.create(case=case, wording=request.consent_wording)
    return case


def _amend(case: Case, request: ConsultationRequest, profile: ClinicProfile) -> bool:
    """Write what the patient changed when she sent the same form again. True when that is her e-mail."""
    if not case.consents.filter(wording=request.consent_wording, withdrawn_at=None).exists():
        Consent.objects.create(case=case, wording=request.consent_wording)
    fields = request.case_fields(profile.country)
    changes = [*typed_changes(case, fields), *_change_treatments(case, request)]
    if not changes:
        return False
    has_new_email = fields["email"] != case.email
    for name, value in fields.items():
        setattr(case, name, value)
    case.search_text = search_text_for(case)
    from_status = case.status
    if from_status == Status.CLOSED:
        # A patient who writes again is waiting again, also when the desk thought it was done.
        changes.append(_("The request had been closed and is open again."))
        _move(case, Status.NEW)
    _save_change(case)
    _add_event(case, EventKind.AMENDED, text="\n".join(changes), from_status=from_status, to_status=case.status)
    return has_new_email


def _change_treatments(case: Case, request: ConsultationRequest) -> list[str]:
    """Rows whose page was deleted since stay: the patient could not tick them again."""
    wanted = request.treatment_titles()
    had = dict(case.treatments.exclude(page=None).values_list("page", "title"))
    if had.keys() == wanted.keys():
        return []
    case.treatments.filter(page__in=had.keys() - wanted.keys()).delete()
    _add_treatments(case, {page_id: title for page_id, title in wanted.items() if page_id not in had})
    return [treatments_line(had, wanted)]


def _add_treatments(case: Case, titles: dict[int, str]) -> None:
    CaseTreatment.objects.bulk_create(
        CaseTreatment(case=case, page_id=page_id, title=title) for page_id, title in titles.items()
    )


def _replace_receipt(case: Case, settings: ConsultationSettings, profile: ClinicProfile) -> None:
    """One that still waits for the old, mistaken address would reach a stranger."""
    unsent = (MessageState.QUEUED, MessageState.FAILED)
    case.messages.filter(kind=MessageKind.RECEIPT, state__in=unsent).delete()
    _queue_mails(case, [MessageKind.RECEIPT], settings, profile)


def _queue_mails(case: Case, kinds: list[MessageKind], settings: ConsultationSettings, profile: ClinicProfile) -> None:
    """The mails of one occasion. One that cannot be written must not cost the request itself."""
    try:
        with transaction.atomic():
            for mail in emails.compose(kinds, case, settings=settings, profile=profile):
                key = f"{mail.kind}:{case.reference}:{case.version}"
                Message.objects.create(case=case, dedupe_key=key, **mail._asdict())
    except Exception as error:
        logger.error("The mails about request %s could not be written: %s", case.reference, type(error).__name__)
        _add_event(case, EventKind.MESSAGE_FAILED, text=_("The mails about this request could not be written."))


# The desk


@transaction.atomic
def change_status(
    case_id: int,
    to_status: str,
    *,
    actor: AbstractBaseUser,
    expected_version: int,
    outcome: str = "",
    note: str = "",
) -> Case:
    """Take the case to its next status. StaleCase, or TransitionRefused with the reason."""
    case = _locked(case_id, expected_version)
    refuse_wrong_move(case, to_status, outcome)
    from_status = case.status
    text = "\n".join(part for part in (remark(case, to_status, outcome), note.strip()) if part)
    _move(case, Status(to_status), outcome)
    _save_change(case)
    _add_event(case, EventKind.STATUS, actor=actor, text=text, from_status=from_status, to_status=case.status)
    return case


@transaction.atomic
def add_note(case_id: int, text: str, *, actor: AbstractBaseUser) -> Case:
    if not text.strip():
        raise BookingError(_("Write something before you save the note."))
    case = _locked(case_id)
    _save_change(case)
    _add_event(case, EventKind.NOTE, actor=actor, text=text.strip())
    return case


@transaction.atomic
def assign(case_id: int, owner: AbstractBaseUser | None, *, actor: AbstractBaseUser, expected_version: int) -> Case:
    """Give the case to somebody, or to nobody. Without a change nothing is written."""
    case = _locked(case_id, expected_version)
    if case.owner_id == (owner and owner.pk):
        return case
    case.owner = owner
    _save_change(case)
    text = _("Assigned to %(name)s") % {"name": _name_of(owner)} if owner else _("Assigned to nobody")
    _add_event(case, EventKind.ASSIGNED, actor=actor, text=text)
    return case


@transaction.atomic
def retry_message(message_id: int, *, actor: AbstractBaseUser) -> Message:
    """Put a mail that was given up back into the outbox, with all its attempts before it."""
    message = Message.objects.select_for_update(no_key=True).get(pk=message_id)
    if message.state != MessageState.FAILED:
        raise BookingError(_("This message is not lost: it was sent, or is still being tried."))
    message.state, message.attempts, message.due_at = MessageState.QUEUED, 0, timezone.now()
    message.save(update_fields=["state", "attempts", "due_at"])
    _add_event(message.case, EventKind.MESSAGE_RETRIED, actor=actor, text=message.get_kind_display())
    return message


def _locked(case_id: int, expected_version: int | None = None) -> Case:
    case = Case.objects.select_for_update(no_key=True).get(pk=case_id)
    if expected_version is not None and case.version != expected_version:
        raise StaleCase(_("Somebody changed this request while you were looking at it. Look again, then decide."))
    return case


def _move(case: Case, to_status: Status, outcome: str = "") -> None:
    now = timezone.now()
    case.status, case.outcome = to_status, outcome
    case.closed_at = now if to_status == Status.CLOSED else None
    case.answered_at = None if to_status == Status.NEW else case.answered_at or now


def _save_change(case: Case) -> None:
    case.version += 1
    case.save()
    case.refresh_from_db(fields=["is_waiting"])


def _add_event(case: Case, kind: EventKind, *, actor: AbstractBaseUser | None = None, **fields: Any) -> Event:
    return Event.objects.create(case=case, kind=kind, actor=actor, actor_name=_name_of(actor), **fields)


def _name_of(user: AbstractBaseUser | None) -> str:
    return (user.get_full_name() or user.get_username())[:150] if user else ""
