"""Open a case for a patient who calls or comes in."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.contact_details import fold
from bookings.models import (
    Appointment,
    AppointmentState,
    Case,
    CaseTreatment,
    Consent,
    Event,
    EventKind,
    MessageKind,
    Patient,
    SearchWord,
    Source,
    Status,
    Task,
    TaskKind,
)
from bookings.scheduling.policy import BookingPolicy

from .appointments import book_first, expire, lock_with_expired, walk_in
from .cases import lock_case
from .notifications import notify_patient
from .slots import lock_resources
from .submissions import get_titles
from .tasks import keep_track
from .transitions import BookingError


@dataclass(frozen=True, kw_only=True)
class DeskRequest:
    """Hold what a caller, or a patient at the door, told a member of staff.

    ``consent_wording`` is what was read to them, or "" for the patient of ``known_id`` (a case) who agreed there.
    ``start`` (aware) is the time they agreed on, or None. Those who have come are checked in right away.
    """

    name: str
    email: str = ""
    phone: str = ""
    phone_e164: str = ""
    source: str = Source.PHONE
    treatment_ids: tuple[int, ...] = ()
    consent_wording: str = ""
    note: str = ""
    submission_key: UUID
    start: datetime | None = None
    has_come: bool = False
    known_id: int | None = None
    # The rooms and practitioners to take first, if they are free.
    preferred: tuple[int, ...] = ()
    # What was chosen, so that the same form with another type is another form. The policy says what is booked.
    visit_type_id: int | None = None

    @property
    def person_key(self) -> UUID:
        """Return the key of this person's case: one form that is sent for two people makes two cases."""
        return uuid5(self.submission_key, json.dumps([fold(self.name), self.email.lower(), self.phone]))

    @property
    def fingerprint(self) -> str:
        """Return a digest of all that was typed, which differs between two forms."""
        typed = [*vars(self).values()]
        return hashlib.sha256(json.dumps(typed, default=str).encode()).hexdigest()


class SavedBeforeError(BookingError):
    """Refuse a form that has been saved already as ``case``, and says something else now."""

    def __init__(self, case: Case):
        super().__init__(_("This request was saved before you changed the form. Make the change in its case."))
        self.case = case


def open_case(
    request: DeskRequest, *, actor: User, policy: BookingPolicy | None, anyway: Collection[str] = ()
) -> tuple[Case, bool]:
    """Save a case with its visit, consent, event and tasks, or nothing. The clerk owns it.

    Return the case and whether it is new: the same form sent twice is one case. Neither limits nor notice count. For a
    time, raise what ``book`` raises. Raise BookingError without a consent or a way to reach the patient, and
    SavedBeforeError. The patient gets no receipt, but an email about a visit that is booked.
    """
    try:
        return _open_case(request, actor, policy, anyway)
    except IntegrityError:
        # The same form arrived twice at once, and the other request has saved it by now.
        return _open_case(request, actor, policy, anyway)


@transaction.atomic
def _open_case(
    request: DeskRequest, actor: User, policy: BookingPolicy | None, anyway: Collection[str]
) -> tuple[Case, bool]:
    now = timezone.now()
    lock_resources()
    if request.known_id:
        lock_with_expired(request.known_id, now)
    expire(now)
    known = lock_case(request.known_id) if request.known_id else None
    if saved := Case.objects.filter(submission_key=request.person_key).first():
        if saved.fingerprint != request.fingerprint:
            raise SavedBeforeError(saved)
        return saved, False
    case = _create(request, actor, known)
    visit, data = _take_time(case, request, actor, policy, now, anyway)
    event = Event.objects.record(case, EventKind.RECEIVED, actor, request.note, **data)
    if visit:
        Task.objects.owe(case, TaskKind.RECORD_VISIT, event, appointment=visit)
    else:
        Task.objects.owe(case, TaskKind.ANSWER, event, case.created_at)
    keep_track(case, event)
    if visit and visit.state == AppointmentState.BOOKED:
        notify_patient(MessageKind.BOOKED, visit, by_desk=True)
    return case, True


def _create(request: DeskRequest, actor: User, known: Case | None) -> Case:
    """Save the case with its consent and treatments. A known patient's case is about the same patient."""
    if not (request.phone or request.email):
        raise BookingError(_("Write down a phone number or an email address, so that the patient can be reached."))
    status = Status.NEW
    if request.has_come or request.start:
        status = Status.IN_CARE if request.has_come else Status.CONTACTING
    case = Case(
        status=status,
        source=request.source,
        owner=actor,
        name=request.name,
        email=request.email,
        phone=request.phone,
        phone_e164=request.phone_e164,
        previous=known,
        submission_key=request.person_key,
        fingerprint=request.fingerprint,
    )
    case.patient = (known and known.patient) or Patient.objects.create_for(case)
    case.save(force_insert=True)
    SearchWord.objects.update_for(case)
    titles = get_titles(request.treatment_ids)
    CaseTreatment.objects.bulk_create(
        CaseTreatment(case=case, page_id=page, title=title) for page, title in titles.items()
    )
    _save_consent(case, request, actor, known)
    return case


def _save_consent(case: Case, request: DeskRequest, actor: User, known: Case | None) -> None:
    """Save what the patient agreed to just now, or when they gave the consent that still counts."""
    if request.consent_wording:
        Consent.objects.create(case=case, wording=request.consent_wording, is_spoken=True, recorded_by=actor)
        return
    consent = find_consent(known)
    if consent is None:
        raise BookingError(_("Read the wording to the patient, and check the box if they agree."))
    consent.pk, consent.case = None, case
    consent.save(force_insert=True)


def find_consent(known: Case | None) -> Consent | None:
    """Return the newest consent of a known patient's case that was not withdrawn, or None."""
    return known.consents.filter(withdrawn_at=None).last() if known else None


def _take_time(
    case: Case,
    request: DeskRequest,
    actor: User,
    policy: BookingPolicy | None,
    now: datetime,
    anyway: Collection[str],
) -> tuple[Appointment | None, dict[str, Any]]:
    """Check the patient in, or book their time. Return the visit and what the event says about it."""
    if request.has_come:
        visit, early = walk_in(case, policy, now, actor=actor, note=request.note)
        return visit, {"starts_at": visit.starts_at, "has_come": True, **early}
    if not request.start:
        return None, {}
    if policy is None:
        raise BookingError(_("Add a type of visit first, under Settings."))
    return book_first(
        case,
        request.start,
        policy,
        now,
        actor=actor,
        preferred=request.preferred,
        anyway=anyway,
        note=request.note,
    )
