"""Offer the next treatment after an interval, once and not before its date.

A treatment with an interval owes a repeat from two weeks before its date. The offer ends when the desk opens a case for
it, when the patient declines, or when the patient asks by themselves.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import (
    Case,
    CaseKind,
    CaseTreatment,
    Consent,
    Event,
    EventKind,
    Outcome,
    SearchWord,
    Source,
    Status,
    Task,
    TaskKind,
    TaskResult,
)
from bookings.scheduling.formatting import format_day

from .cases import lock_case, save_change, set_status
from .notifications import get_clinic_zone
from .permissions import NotAllowedError, may
from .tasks import close_all, keep_track
from .transitions import BookingError

# The contact details, and what the patient asked about, are those of the case before.
COPIED = ("name", "email", "phone", "phone_e164", "phone_is_wrong", "contact_by", "contact_time")


class TooEarlyError(NotAllowedError):
    """Refuse a repeat before its date, ``not_before``."""

    def __init__(self, not_before: date):
        day = format_day(not_before, timezone.localdate(timezone=get_clinic_zone()))
        words = _("The repeat is not given before %(day)s. A manager may decide otherwise, with a reason in the note.")
        super().__init__(words % {"day": day})
        self.not_before = not_before


@transaction.atomic
def open_repeat(
    case_id: int, *, actor: User, expected_version: int, visit_id: int | None = None, note: str = ""
) -> tuple[Case, Case]:
    """Open a case for the repeat of a treatment, and return the case before and the new one.

    Somebody has to call the patient about it. ``visit_id`` is the visit that is repeated, else the one whose repeat is
    due first. The case before is closed if nothing else is owed about it. Before the day on which the repeat is offered
    only a manager may open it, with a reason in the note: else raise TooEarlyError.
    """
    case = lock_case(case_id, expected_version)
    task = _find_offer(case, visit_id)
    is_early = timezone.now() < task.opens_at
    if is_early and task.not_before and not _may_be_early(actor, note):
        raise TooEarlyError(task.not_before)
    repeat = Case(
        kind=CaseKind.REPEAT,
        status=Status.CONTACTING,
        source=Source.DESK,
        owner=case.owner,
        patient=case.patient,
        previous=case,
        not_before=task.not_before,
        submission_key=uuid4(),
        fingerprint=uuid4().hex,
        **{name: getattr(case, name) for name in COPIED},
    )
    repeat.save(force_insert=True)
    SearchWord.objects.update_for(repeat)
    treatments = case.treatments.values("page_id", "title")
    CaseTreatment.objects.bulk_create(CaseTreatment(case=repeat, **treatment) for treatment in treatments)
    consents = case.consents.values("wording", "is_spoken", "recorded_by_id", "given_at", "withdrawn_at")
    Consent.objects.bulk_create(Consent(case=repeat, **consent) for consent in consents)
    Task.objects.owe(
        repeat, TaskKind.CALL, Event.objects.record(repeat, EventKind.RECEIVED, actor, reference=case.reference)
    )
    data = {"reference": repeat.reference, "early": is_early}
    _end_offers(case, [task], EventKind.REPEAT_OPENED, TaskResult.DONE, actor, note, **data)
    return case, repeat


@transaction.atomic
def decline_repeat(
    case_id: int, *, actor: User, expected_version: int, visit_id: int | None = None, note: str = ""
) -> Case:
    """Record that the patient wants no repeat, with the reason in the note.

    The case is closed if nothing else is owed about it. Raise BookingError without a reason.
    """
    case = lock_case(case_id, expected_version)
    task = _find_offer(case, visit_id)
    if not note.strip():
        raise BookingError(_("Write in the note why the patient wants no repeat."))
    return _end_offers(case, [task], EventKind.REPEAT_DECLINED, TaskResult.DECLINED, actor, note)


def _find_offer(case: Case, visit_id: int | None) -> Task:
    offers = case.tasks.open().filter(kind=TaskKind.REPEAT)
    task = (offers.filter(appointment=visit_id) if visit_id else offers).order_by("not_before", "pk").first()
    if task is None:
        raise BookingError(_("No repeat is owed for this case."))
    return task


def _end_offers(
    case: Case,
    offers: Collection[Task],
    kind: EventKind,
    result: TaskResult,
    actor: User | None = None,
    note: str = "",
    **data: Any,
) -> Case:
    """Settle offers of a locked case with one event, and close it if nothing else is owed, and no time is held."""
    rest = case.tasks.open().exclude(pk__in=[offer.pk for offer in offers]).exclude(kind=TaskKind.NEXT_STEP)
    is_over = not rest.exists() and not case.appointments.live().exists()
    if is_over:
        set_status(case, Status.CLOSED, Outcome.COMPLETED)
        data["outcome"] = Outcome.COMPLETED
    save_change(case)
    event = Event.objects.record(case, kind, actor, note, **data)
    Task.objects.filter(pk__in=[offer.pk for offer in offers]).update(closing_event=event, result=result)
    if is_over:
        close_all(case, event, Outcome.COMPLETED)
    keep_track(case, event)
    return case


def answer_offers(case: Case, case_ids: Collection[int]) -> None:
    """Settle the open offers of these cases, in the order of keys: the patient has asked by themselves.

    The request keeps the date before which the repeat is not given. The caller has locked the cases.
    """
    for case_id in sorted(case_ids):
        other = lock_case(case_id)
        offers = list(other.tasks.open().filter(kind=TaskKind.REPEAT, opens_at__lte=timezone.now()))
        if offers:
            dates = [offer.not_before for offer in offers if offer.not_before]
            case.not_before = max([*dates, *([case.not_before] if case.not_before else [])])
            case.save(update_fields=["not_before"])
            _end_offers(other, offers, EventKind.REPEAT_OPENED, TaskResult.DONE, reference=case.reference)


def check_not_early(
    case: Case, start: datetime, visit_type_id: int | None, *, actor: User | None = None, note: str = ""
) -> dict[str, Any]:
    """Raise TooEarlyError if a visit at ``start`` comes before the date of the repeat.

    A manager may book it all the same, with a reason in the note. Return what the event says about it. A case that is
    the repeat has the date. Any other case of the patient is held to it only for a visit of the type that is repeated.
    """
    day = start.astimezone(get_clinic_zone()).date()
    not_before = find_not_before(case, visit_type_id)
    if not_before is None or day >= not_before:
        return {}
    if not _may_be_early(actor, note):
        raise TooEarlyError(not_before)
    return {"not_before": not_before, "early": True}


def find_not_before(case: Case, visit_type_id: int | None) -> date | None:
    """Return the date before which the patient has no visit of this type, or None.

    A repeat that was opened as a case keeps its date for the patient's other cases, too.
    """
    same = Q(pk=case.pk) | Q(pk=case.previous_id)
    if case.patient_id:
        same |= Q(patient=case.patient_id)
    counts = Q(closing_event__isnull=True) | Q(result=TaskResult.DONE)
    done = Q(appointment__treatment=visit_type_id)
    done |= Q(appointment__treatment=None, appointment__visit_type=visit_type_id)
    offers = Task.objects.filter(counts, done, case__in=Case.objects.filter(same), kind=TaskKind.REPEAT)
    dates = [case.not_before, *offers.values_list("not_before", flat=True)]
    return max((day for day in dates if day), default=None)


def _may_be_early(actor: User | None, note: str) -> bool:
    return actor is not None and may(actor, "override") and bool(note.strip())
