"""A patient's request comes in, or comes in again."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import emails
from bookings.consultation_request import ConsultationRequest, treatments_line, typed_changes
from bookings.contact_details import search_text_for
from bookings.models import (
    AppointmentState,
    Case,
    CaseKind,
    CaseTreatment,
    Consent,
    ConsultationSettings,
    EventKind,
    Message,
    MessageKind,
    MessageState,
    Status,
)
from bookings.transitions import OPEN_FOR_A_TIME
from clinic.models import ClinicProfile

from .appointments import Calendar, hold_time, lane_on_offer, lapse, lock_lanes, release
from .common import add_event, save_change, set_status, writing_mails
from .people import earlier_visit, follow_correction, new_patient

SAME_REQUEST_WITHIN = timedelta(hours=24)


class Submission(NamedTuple):
    case: Case
    created: bool


def submit(
    request: ConsultationRequest,
    *,
    settings: ConsultationSettings,
    profile: ClinicProfile,
    calendar: Calendar | None = None,
    in_quarantine: bool = False,
) -> Submission:
    """Keep a request with its time, its first event, its consent and the mails about it, all or nothing.

    One ``in_quarantine`` is kept too, but holds no time and sends no mail until the desk lets it out.

    Raises TimeTaken when the time she picked is gone: then nothing is kept, and she chooses again. Without a calendar
    no time is kept.

    The same form again gives the same case, with what the patient corrected since. So does the same content from
    a form opened anew within a day, unless the desk has closed that case.
    """
    try:
        return _submit(request, settings, profile, calendar, in_quarantine)
    except IntegrityError:
        # The same form arrived twice at once and the other one won: now it is there to be found.
        return _submit(request, settings, profile, calendar, in_quarantine)


@transaction.atomic
def _submit(
    request: ConsultationRequest,
    settings: ConsultationSettings,
    profile: ClinicProfile,
    calendar: Calendar | None,
    in_quarantine: bool,
) -> Submission:
    now, fields = timezone.now(), request.case_fields(profile.country)
    if Case.objects.filter(submission_key=request.submission_key).exists():
        return _submit_again(request, fields, settings, profile, calendar, now)
    if case := _same_request(fields["fingerprint"], now):
        if request.start:  # a form opened anew and sent without a time takes none away
            lock_lanes()
            _write_wish(case, request)
            keep_time(case, request.start, calendar, now)
        return Submission(case, created=False)
    if in_quarantine:
        return Submission(_open_case(request, fields, Status.QUARANTINED), created=True)
    if request.start and calendar and not _keeper(fields["email"], fields["phone_e164"]):
        # Asked here as well, so that nobody waits in line for a time that is gone.
        lane_on_offer(request.start, calendar, now)
    case = _open_case(request, fields, Status.NEW)
    queue_mails(case, [MessageKind.RECEIPT, MessageKind.DESK_NOTICE], settings, profile)
    # Last, since the next patient waits for the lanes. They may come after this case: nobody else can have locked it.
    if request.start:
        keep_time(case, request.start, calendar, now)
    return Submission(case, created=True)


def _submit_again(
    request: ConsultationRequest,
    fields: dict[str, Any],
    settings: ConsultationSettings,
    profile: ClinicProfile,
    calendar: Calendar | None,
    now: datetime,
) -> Submission:
    """The same form once more: what she changed counts."""
    lock_lanes()
    case = Case.objects.select_for_update(no_key=True).get(submission_key=request.submission_key)
    _write_wish(case, request)
    has_new_email = _amend(case, request, fields)
    keep_time(case, request.start, calendar, now)
    if has_new_email and case.status != Status.QUARANTINED:
        _replace_receipt(case, settings, profile)
    return Submission(case, created=False)


def _write_wish(case: Case, request: ConsultationRequest) -> None:
    case.wanted_start, case.wants_earlier = request.start, request.wants_earlier
    case.save(update_fields=["wanted_start", "wants_earlier"])


def keep_time(case: Case, wanted: datetime | None, calendar: Calendar | None, now: datetime) -> None:
    """Hold the time she picked, in the place of one she picked before. What is booked already is the desk's, and what
    is in quarantine holds none."""
    if calendar is None or case.status == Status.QUARANTINED:
        return
    lock_lanes()
    lapse(now)
    current = case.appointments.live().first()
    if current and (current.state == AppointmentState.BOOKED or current.starts_at == wanted):
        return
    if current:
        release(current, AppointmentState.CANCELLED)
        add_event(case, EventKind.TIME_CANCELLED, text=_("The patient chose again."))
    if wanted is None:
        return
    if other := _keeper(case.email, case.phone_e164, but=case):
        text = _("%(reference)s keeps a time for the same contact. Only one is kept at once.")
        add_event(case, EventKind.TIME_REFUSED, text=text % {"reference": other.reference})
        return
    hold_time(case, wanted, calendar=calendar, now=now)
    if case.status not in OPEN_FOR_A_TIME:
        # A time that is kept needs somebody who answers.
        from_status = case.status
        set_status(case, Status.NEW)
        save_change(case)
        text = _("The request had been closed and is open again.")
        if from_status != Status.CLOSED:
            text = _("She asks for another time.")
        add_event(case, EventKind.AMENDED, text=text, from_status=from_status, to_status=Status.NEW)


def _keeper(email: str, phone_e164: str, but: Case | None = None) -> Case | None:
    """Another open request that keeps a time for the same e-mail or phone."""
    same = Q()
    if email:
        same |= Q(email__iexact=email)
    if phone_e164:
        same |= Q(phone_e164=phone_e164)
    if not same:
        return None
    holding = Case.objects.filter(same, appointments__state=AppointmentState.HELD)
    return (holding.exclude(pk=but.pk) if but else holding).first()


def _same_request(fingerprint: str, now: datetime) -> Case | None:
    recent = Case.objects.filter(fingerprint=fingerprint, created_at__gte=now - SAME_REQUEST_WITHIN)
    return recent.exclude(status=Status.CLOSED).order_by("pk").first()


def _open_case(request: ConsultationRequest, fields: dict[str, Any], status: Status) -> Case:
    case = Case(
        status=status,
        submission_key=request.submission_key,
        wanted_start=request.start,
        wants_earlier=request.wants_earlier,
        **fields,
    )
    case.search_text = search_text_for(case)
    if visit := earlier_visit(case):
        case.kind, case.earlier = CaseKind.REPEAT, visit
    case.patient = new_patient(case)
    case.save(force_insert=True)
    _add_treatments(case, request.treatment_titles())
    add_event(case, EventKind.RECEIVED, to_status=status)
    Consent.objects.create(case=case, wording=request.consent_wording)
    return case


def _amend(case: Case, request: ConsultationRequest, fields: dict[str, Any]) -> bool:
    """Write what the patient changed when she sent the same form again. True when that is her e-mail."""
    if not case.consents.filter(wording=request.consent_wording, withdrawn_at=None).exists():
        Consent.objects.create(case=case, wording=request.consent_wording)
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
        set_status(case, Status.NEW)
    save_change(case)
    follow_correction(case)
    add_event(case, EventKind.AMENDED, text="\n".join(changes), from_status=from_status, to_status=case.status)
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
    queue_mails(case, [MessageKind.RECEIPT], settings, profile)


def queue_mails(case: Case, kinds: list[MessageKind], settings: ConsultationSettings, profile: ClinicProfile) -> None:
    """The mails of one occasion."""
    with writing_mails(case, _("The mails about this request could not be written.")):
        for mail in emails.compose(kinds, case, settings=settings, profile=profile):
            key = f"{mail.kind}:{case.reference}:{case.version}"
            Message.objects.create(case=case, dedupe_key=key, **mail._asdict())
