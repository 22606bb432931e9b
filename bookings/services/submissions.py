"""Save a patient's request, amend it, and release it from quarantine."""

import hashlib
import json
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.contact_details import fold, get_contact_words, get_words, one_line
from bookings.models import (
    ATTENDED,
    Appointment,
    AppointmentState,
    Case,
    CaseKind,
    CaseTreatment,
    Consent,
    ConsultationSettings,
    ContactTime,
    Event,
    EventKind,
    Message,
    MessageKind,
    Outcome,
    Patient,
    SearchWord,
    Status,
    Task,
    TaskKind,
)
from bookings.scheduling.policy import BookingPolicy, Clock
from clinic.models import ClinicProfile, OpeningHours

from .appointments import drop_hold, expire, lock_with_expired
from .cases import ask_again, lock_case, save_change, set_status
from .contacts import readdress
from .limits import (
    CORRECTIONS,
    HOLD_CHANGES,
    get_network_digest,
    may_hold,
    take_change,
    take_request,
    too_many_changes,
)
from .notifications import notify_desk, notify_patient
from .repeats import answer_offers
from .slots import (
    TimeTakenError,
    cannot_hold,
    expired_holds,
    find_holder,
    find_resources,
    hold,
    lock_resources,
    policy_for_case,
    time_taken,
)
from .tasks import keep_track, owe_change_seen, retime, settle
from .transitions import BookingError

SAME_REQUEST_WITHIN = timedelta(hours=24)
# Of those with the same contact only the newest are looked at: a whole company may write from one address.
MAX_LOOKED_AT = 50
TYPED_FIELDS = ("name", "email", "phone", "contact_by", "contact_time", "message")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Submission:
    """Hold what a patient sent, as the form has cleaned it.

    ``phone`` is as typed, ``consent_wording`` exactly what the patient read. ``start`` (aware) is the time they
    picked, or None to be called.
    """

    name: str
    email: str = ""
    phone: str = ""
    phone_e164: str = ""
    contact_by: str = ""
    contact_time: str = ContactTime.ANY
    message: str = ""
    treatment_ids: tuple[int, ...] = ()
    consent_wording: str
    submission_key: UUID
    start: datetime | None = None
    on_waitlist: bool = False
    # The held time that the patient wants to give up, as the form has shown it to them.
    replaces: datetime | None = None
    opened_at: datetime | None = None
    # The patient said that the form corrects the request, so another name is a correction too.
    is_correction: bool = False
    # Where it comes from, or "" if that is not known.
    network: str = ""

    def case_fields(self) -> dict[str, Any]:
        """Return the fields of the case, with a fingerprint of what was typed.

        Submissions that a person would call the same have the same fingerprint.
        """
        fields = {name: getattr(self, name) for name in (*TYPED_FIELDS, "phone_e164")}
        typed = [self.phone_e164 or self.phone if name == "phone" else getattr(self, name) for name in TYPED_FIELDS]
        content = [*(one_line(value).casefold() for value in typed), sorted(set(self.treatment_ids))]
        fields["network"] = get_network_digest(self.network)
        return {**fields, "fingerprint": hashlib.sha256(json.dumps(content).encode()).hexdigest()}

    def has_made(self, case: Case) -> bool:
        """Return whether this person's form made the case, and not one with the same content."""
        return case.submission_key in (self.submission_key, uuid5(self.submission_key, fold(self.name)))


def submit(
    submission: Submission,
    *,
    settings: ConsultationSettings,
    profile: ClinicProfile,
    policy: BookingPolicy | None = None,
) -> tuple[Case, bool]:
    """Save a request with its time, event, consent and messages, or nothing.

    Return the case and whether it is new.

    A request over the limits is quarantined: it holds no time and sends no message until the desk releases it. Without
    a policy no time is held. Raise TimeTakenError when the time the patient picked is gone, HasTimeError when the case
    has another time that the patient did not ask to change, and TooManyChangesError: then nothing is saved.

    The same form again gives the same case, with what the patient corrected since. So does the same content from a
    form opened anew within a day in the same network, unless the desk has closed that case. The same form with another
    name is another person's request.
    """
    try:
        return _submit(submission, settings, profile, policy)
    except IntegrityError:
        # The same form arrived twice at once, and the other request has saved it by now.
        return _submit(submission, settings, profile, policy)


@transaction.atomic
def _submit(
    submission: Submission,
    settings: ConsultationSettings,
    profile: ClinicProfile,
    policy: BookingPolicy | None,
) -> tuple[Case, bool]:
    now, fields, form_key = timezone.now(), submission.case_fields(), str(submission.submission_key)
    own_key, is_known = _find_own_key(submission)
    submission = replace(submission, submission_key=own_key)
    if is_known:
        return _amend(submission, fields, settings.get_desk_email(profile), policy, now), False
    if case := _lock_same_request(fields, now):
        if submission.start:  # A second form without a time does not end the hold.
            _save_requested_time(case, submission)
            _save_amendment(case, {}, _change_hold(case, submission, policy, now))
        return case, False
    offers = _find_answered_offers(Case(**fields))
    is_checked = _lock_for_start(submission, fields["network"], policy, now)
    if offers:  # Their cases are locked before the limits are counted.
        lock_with_expired(offers[0], now, offers)
    is_within = take_request(submission.network, submission.email, submission.phone_e164, form_key)
    case = Case(
        status=Status.NEW if is_within else Status.QUARANTINED,
        submission_key=submission.submission_key,
        requested_start=submission.start,
        on_waitlist=submission.on_waitlist,
        **fields,
    )
    _save_case(case, submission, get_contact_words(case) | get_words(case.message))
    data: dict[str, Any] = {}
    if is_within:
        Message.objects.queue_receipt(case)
        recipient = settings.get_desk_email(profile)
        Message.objects.queue(MessageKind.DESK_NOTICE, case, recipient=recipient, key=f"{case.reference}:1")
        if submission.start and policy:
            data = _hold_start(case, submission.start, policy, now, is_checked=is_checked)
    event = Event.objects.record(case, EventKind.RECEIVED, **data)
    # The policy has read the hours already.
    schedule = policy.schedule if policy else OpeningHours.schedule_for(profile)
    owed = TaskKind.ANSWER if is_within else TaskKind.REVIEW
    Task.objects.owe(case, owed, event, case.created_at, clock=Clock.build(settings, schedule, profile.zone))
    if offers and is_within:
        answer_offers(case, offers)
    return case, True


def _lock_for_start(submission: Submission, network: str, policy: BookingPolicy | None, now: datetime) -> bool:
    """Lock the resources for a request with a start, and return whether the start was checked before.

    The check comes before the lock, so that requests for a taken time do not wait for the lock. Raise TimeTakenError.
    """
    if not (submission.start and policy):
        return False
    is_checked = not find_holder(submission.name, submission.email, submission.phone_e164, network)
    if is_checked and not find_resources(policy, submission.start, now):
        raise time_taken(policy, submission.start, now)
    lock_resources()
    return is_checked


def _find_own_key(submission: Submission) -> tuple[UUID, bool]:
    """Return the key of this person's form, and whether a case has it.

    If another person sent the form before, the key comes from form and name, so that this person's corrections find
    their own case. Names that the desk has corrected count as well.
    """
    key = submission.submission_key
    first = Case.objects.filter(submission_key=key).only("name").first()
    if first is None or submission.is_correction or is_known_as(first, submission.name):
        return key, first is not None
    own_key = uuid5(key, fold(submission.name))
    return own_key, Case.objects.filter(submission_key=own_key).exists()


def is_known_as(case: Case, name: str) -> bool:
    """Return whether the patient has this name, or had it before the desk corrected it."""
    return fold(name) in {fold(known) for known in (case.name, *_get_corrected(case).get("name", ()))}


def _lock_same_request(fields: dict[str, Any], now: datetime) -> Case | None:
    """Return the case of the same content from a form opened before, or None.

    A stranger who types what a patient has typed must not get their receipt, so only the same network counts. The
    resources are locked with the case.
    """
    recent = Case.objects.filter(fingerprint=fields["fingerprint"], network=fields["network"])
    recent = recent.filter(created_at__gte=now - SAME_REQUEST_WITHIN).exclude(status=Status.CLOSED).order_by("pk")
    first = recent.values_list("pk", flat=True).first()
    if first is None:
        return None
    lock_resources()
    lock_with_expired(first, now)
    return recent.select_for_update(no_key=True).first()


def _hold_start(
    case: Case, start: datetime, policy: BookingPolicy, now: datetime, *, is_checked: bool
) -> dict[str, Any]:
    """Hold the start of a new case, and return what its event says about the time. The resources are locked."""
    if expired_holds(now).exists():
        expire(now)
    _appointment, data = hold(case, start, policy, now, on_offer=not is_checked)
    return data


def _find_answered_offers(case: Case) -> list[int]:
    """Return the keys of the cases with an open offer of a repeat that the patient's own request answers.

    Only an offer that the desk has begun to make counts: a patient who writes before may want something else, and is
    offered the repeat in time. One query, whether the person is known or not.
    """
    same = Case.objects.with_same_contact(case).order_by().values("pk")
    offers = Task.objects.open().filter(kind=TaskKind.REPEAT, opens_at__lte=timezone.now(), case__in=same)
    names = offers.values_list("case", "case__name")
    return sorted({case_id for case_id, name in names if fold(name) == fold(case.name)})


def _save_case(case: Case, submission: Submission, words: set[str]) -> None:
    """Save a new case with its patient, its treatments and the words by which the desk finds it."""
    _mark_repeat(case)
    case.patient = Patient.objects.create_for(case)
    case.save(force_insert=True)
    SearchWord.objects.add(case, words)
    _add_treatments(case, get_titles(submission.treatment_ids))
    Consent.objects.create(case=case, wording=submission.consent_wording)


def _mark_repeat(case: Case) -> None:
    """Point a repeat at the visit before it.

    An error does not cost the request.
    """
    try:
        with transaction.atomic():
            visit = find_previous_visit(case)
    except Exception:
        logger.exception("The visit before a request could not be found")
        return
    if visit:
        case.kind, case.previous = CaseKind.REPEAT, visit


def find_previous_visit(case: Case) -> Case | None:
    """Return the newest case of this person that came to a visit, or None.

    The person has the same name and the same email or phone.
    """
    came = Q(appointments__state__in=ATTENDED)
    came |= Q(status=Status.CLOSED, outcome=Outcome.COMPLETED)
    visits = Case.objects.with_same_contact(case).filter(came).exclude(kind=CaseKind.COMPLAINT).distinct()
    name = case.name.casefold()
    return next((visit for visit in visits[:MAX_LOOKED_AT] if visit.name.casefold() == name), None)


# The time of a case that is there already


class HasTimeError(BookingError):
    """Ask before a time is given up that the patient has, ``current``."""

    def __init__(self, current: Appointment):
        super().__init__(_("You already have a time."))
        self.current = current


def _change_hold(
    case: Case, submission: Submission, policy: BookingPolicy | None, now: datetime
) -> tuple[Appointment | None, Appointment | None, dict[str, Any]]:
    """Hold another start instead of the one that is held, if the patient wants to.

    Return the time that is held now, the one that was given up, and what the event says. Raise HasTimeError if the
    patient did not say so. A booked visit changes on the patient's own page only, and a quarantined case holds nothing.
    A time that the limits do not allow replaces none: raise TimeTakenError. The resources are locked.
    """
    if policy is None or case.status == Status.QUARANTINED:
        return None, None, {}
    expire(now)
    current = case.appointments.live().first()
    if _is_time_of(current or case.appointments.newest(), submission):
        return None, None, {}
    policy = policy_for_case(policy, case)
    if current:
        _check_may_give_up(case, current, submission, policy, now)
    if current or submission.start:
        take_change(HOLD_CHANGES, case)
    if current:
        drop_hold(current)
    if submission.start is None:
        return None, current, {"starts_at": current.starts_at, "chose_again": True} if current else {}
    held, data = hold(case, submission.start, policy, now, has_one=bool(current))
    return held, current, {**data, "chose_again": bool(current)}


def _check_may_give_up(
    case: Case, current: Appointment, submission: Submission, policy: BookingPolicy, now: datetime
) -> None:
    if current.state == AppointmentState.BOOKED or submission.replaces != current.starts_at:
        raise HasTimeError(current)
    if submission.start and not may_hold(case, submission.start, policy, now):
        raise cannot_hold()


def _save_amendment(
    case: Case,
    data: dict[str, Any],
    change: tuple[Appointment | None, Appointment | None, dict[str, Any]],
    *,
    waits_again: bool = False,
) -> None:
    """Save what the patient changed in the form and about their time with one event, and tell patient and desk.

    ``data`` is what the event says about the form, ``change`` what ``_change_hold`` returned.
    """
    held, given_up, about_time = change
    if not (data or about_time):
        return
    # A closed case waits again, too, if the time that the patient asks for cannot be held.
    waits_again |= case.status == Status.CLOSED and bool(about_time.get("not_held"))
    if held or waits_again:  # A case with a held time waits for an answer.
        ask_again(case)
    save_change(case)
    kind = EventKind.AMENDED
    if not data:
        kind = EventKind.HELD if held else EventKind.CANCELED if given_up else EventKind.NOT_HELD
    event = Event.objects.record(case, kind, **data, **about_time)
    if case.status != Status.QUARANTINED:
        if held or waits_again:
            Task.objects.owe(case, TaskKind.ANSWER, event)
        owe_change_seen(case, event)
        retime(case, TaskKind.ANSWER)
    else:
        Task.objects.owe(case, TaskKind.REVIEW, event)
    keep_track(case, event)
    if held:
        notify_patient(MessageKind.HELD, held)
        notify_desk(MessageKind.DESK_MOVED, held)
    elif given_up:
        notify_patient(MessageKind.CANCELED, given_up)
        notify_desk(MessageKind.DESK_CANCELED, given_up)


def _is_time_of(known: Appointment | None, submission: Submission) -> bool:
    """Return whether the submission asks for no other time than the case has.

    The form of a canceled visit that is only sent again asks for none, but one that was opened since does. "Call me"
    leaves a booked visit.
    """
    if known is None:
        return submission.start is None
    if known.state == AppointmentState.EXPIRED or _was_canceled_before(known, submission.opened_at):
        return submission.start is None
    return known.starts_at == submission.start or (known.state == AppointmentState.BOOKED and not submission.start)


def _was_canceled_before(known: Appointment, opened_at: datetime | None) -> bool:
    """Return whether the visit was canceled when the form was opened."""
    if known.state != AppointmentState.CANCELED or opened_at is None:
        return False
    ends = Q(kind=EventKind.CANCELED) | Q(data__chose_again=True) | Q(data__has_key="canceled")
    canceled = known.case.events.filter(ends).order_by("pk").last()
    return canceled is not None and canceled.at < opened_at


# The same form sent again


def _amend(
    submission: Submission, fields: dict[str, Any], desk_email: str, policy: BookingPolicy | None, now: datetime
) -> Case:
    """Save what the patient changed in the form, and change the hold.

    Raise TooManyChangesError over the limit of corrections.
    """
    lock_resources()
    case = Case.objects.only("pk").get(submission_key=submission.submission_key)
    lock_with_expired(case.pk, now)
    case = lock_case(case.pk)
    _save_requested_time(case, submission)
    if not case.consents.filter(wording=submission.consent_wording, withdrawn_at=None).exists():
        Consent.objects.create(case=case, wording=submission.consent_wording)
    was_closed = case.status == Status.CLOSED
    changes = _find_changes(case, submission, fields)
    if changes:
        _apply_changes(case, submission, changes, fields)
    data = {"changes": changes, "reopened": was_closed} if changes else {}
    _save_amendment(case, data, _change_hold(case, submission, policy, now), waits_again=bool(changes) and was_closed)
    if changes:
        Patient.objects.update_for(case)
    if changes and was_closed and case.status != Status.QUARANTINED:
        key = f"{case.reference}:{case.version}"
        Message.objects.queue(MessageKind.DESK_NOTICE, case, recipient=desk_email, key=key)
        if "email" in changes:  # An open case has told the new address already.
            Message.objects.queue_receipt(case)
    return case


def _find_changes(case: Case, submission: Submission, fields: dict[str, Any]) -> dict[str, list[str]]:
    """Return what was typed before and now, by field, and save other treatments."""
    corrected = _get_corrected(case)
    changes = {
        name: [getattr(case, name), fields[name]]
        for name in TYPED_FIELDS
        if getattr(case, name) != fields[name] and fields[name] not in corrected.get(name, ())
    }
    if treatments := _change_treatments(case, submission):
        changes["treatments"] = treatments
    return changes


def _apply_changes(case: Case, submission: Submission, changes: dict[str, list[str]], fields: dict[str, Any]) -> None:
    """Write what the patient changed into the case. The caller saves it."""
    take_change(CORRECTIONS, case)
    case.fingerprint = fields["fingerprint"]
    for name in {*changes} & {*TYPED_FIELDS}:
        setattr(case, name, fields[name])
    if "phone" in changes:
        case.phone_e164, case.phone_is_wrong = fields["phone_e164"], False
    SearchWord.objects.update_for(case)
    if "email" in changes:
        readdress(case)
    is_new_address = bool(changes.get("email", ("", ""))[1]) and case.status != Status.QUARANTINED
    if case.status == Status.CLOSED or is_new_address:
        _ask_like_a_new_request(case, submission)


def _ask_like_a_new_request(case: Case, submission: Submission) -> None:
    """Count another address, or a closed case that opens again, like a request.

    A patient who writes again waits for an answer, even after the desk has closed the case. Raise TooManyChangesError
    over the limits, unless the case can go into quarantine. The caller saves the case.
    """
    is_within = take_request(submission.network, submission.email, submission.phone_e164)
    if case.status == Status.CLOSED:
        was_refused = case.outcome == Outcome.NOT_A_REQUEST
        ask_again(case)
        if was_refused or not is_within:
            set_status(case, Status.QUARANTINED)
    elif not is_within:
        raise too_many_changes()


def _get_corrected(case: Case) -> dict[str, list[str]]:
    """Return what the desk has corrected, by field, as the patient had typed it.

    The form sent again must not bring a mistake back.
    """
    corrected: dict[str, list[str]] = {}
    for event in case.events.filter(kind=EventKind.CORRECTED):
        for name, (typed, _new) in event.data["changes"].items():
            corrected.setdefault(name, []).append(typed)
    return corrected


def _save_requested_time(case: Case, submission: Submission) -> None:
    case.requested_start, case.on_waitlist = submission.start, submission.on_waitlist
    case.save(update_fields=["requested_start", "on_waitlist"])


def get_titles(treatment_ids: tuple[int, ...]) -> dict[int, str]:
    """Return titles by page id.

    Treatments that were taken offline are included, since the patient asked for them.
    """
    if not treatment_ids:
        return {}
    # The page model comes from the foreign key, since this app does not import it.
    pages = CaseTreatment._meta.get_field("page").related_model._default_manager.filter(pk__in=set(treatment_ids))
    return dict(pages.order_by("path").values_list("pk", "title"))


def _change_treatments(case: Case, submission: Submission) -> list[str]:
    """Return the titles before and after, or [].

    Rows whose page was deleted stay, since the patient cannot tick them again.
    """
    wanted = get_titles(submission.treatment_ids)
    had = dict(case.treatments.exclude(page=None).values_list("page", "title"))
    if had.keys() == wanted.keys():
        return []
    case.treatments.filter(page__in=had.keys() - wanted.keys()).delete()
    _add_treatments(case, {page_id: title for page_id, title in wanted.items() if page_id not in had})
    return [", ".join(had.values()), ", ".join(wanted.values())]


def _add_treatments(case: Case, titles: dict[int, str]) -> None:
    CaseTreatment.objects.bulk_create(
        CaseTreatment(case=case, page_id=page_id, title=title) for page_id, title in titles.items()
    )


# Out of quarantine


@transaction.atomic
def release_from_quarantine(
    case_id: int,
    *,
    actor: User,
    expected_version: int,
    policy: BookingPolicy | None,
    note: str = "",
) -> Case:
    """Release a request from quarantine and queue its receipt.

    Its time is held if it is still free.
    """
    now = timezone.now()
    lock_resources()
    offers = _find_answered_offers(Case.objects.get(pk=case_id))
    lock_with_expired(case_id, now, offers)
    case = lock_case(case_id, expected_version)
    if case.status != Status.QUARANTINED:
        raise BookingError(_("This case is not in quarantine."))
    set_status(case, Status.NEW)
    save_change(case)
    Message.objects.queue_receipt(case, is_needed=True)
    data: dict[str, Any] = {}
    if case.requested_start and policy:
        try:
            with transaction.atomic():
                expire(now)
                _appointment, data = hold(case, case.requested_start, policy, now)
        except TimeTakenError:
            data = {"starts_at": case.requested_start, "not_held": True}
    event = Event.objects.record_stage(case, Status.QUARANTINED, Status.NEW, actor, note, **data)
    settle(case, [TaskKind.REVIEW], event)
    Task.objects.owe(case, TaskKind.ANSWER, event)
    answer_offers(case, offers)
    return case
