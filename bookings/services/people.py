"""Who is who: the patient behind a case, and two patients who are one person.

A link lies between the two patients it was made for, whichever of them carries it (``same_as``); together the links
form trees, so to undo one parts exactly what it had joined.
"""

import logging
from collections.abc import Iterator
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.contact_details import one_line
from bookings.models import Case, CaseKind, EventKind, Outcome, Patient, Status
from bookings.transitions import BookingError

from .common import StaleCase, add_event, locked, save_change

logger = logging.getLogger(__name__)

PROPOSALS = 5
# Of those with the same contact only the newest are looked at: a whole company may write from one address.
LOOKED_AT = 50
# All patients linked with one, however they hang together: one query, and an end also where links run in a circle.
FAMILY = """
    WITH RECURSIVE family (id, same_as_id) AS (
        SELECT id, same_as_id FROM bookings_patient WHERE id = %s
        UNION
        SELECT other.id, other.same_as_id
        FROM family JOIN bookings_patient other ON other.same_as_id = family.id OR other.id = family.same_as_id
    )
    SELECT * FROM bookings_patient WHERE id IN (SELECT id FROM family) ORDER BY id
"""


class Proposal(NamedTuple):
    """The newest request of somebody who may be the same person, and why."""

    case: Case
    same_email: bool
    same_phone: bool


def new_patient(case: Case) -> Patient:
    """A patient of its own for a new case. Whether she was here before, staff say."""
    return Patient.objects.create(**_contact(case))


def follow_correction(case: Case) -> None:
    """A patient known by this case alone is what she corrected it to."""
    if case.patient_id and not Case.objects.filter(patient=case.patient_id).exclude(pk=case.pk).exists():
        Patient.objects.filter(pk=case.patient_id).update(**_contact(case))


def _contact(case: Case) -> dict[str, str]:
    # The address in small letters, so that a plain index finds it; the case keeps it as typed.
    return {"name": case.name, "email": case.email.lower(), "phone_e164": case.phone_e164}


# Who is one person


def family(patient: Patient) -> list[Patient]:
    """The patient and all who are the same person, oldest first."""
    return list(Patient.objects.raw(FAMILY, [patient.pk]))


def cases_of(case: Case) -> list[Case]:
    """The other cases of the same person, newest first."""
    if not case.patient_id:
        return []
    cases = Case.objects.filter(patient__in=_pks_of_family(case)).exclude(pk=case.pk)
    return list(cases.order_by("-created_at", "-pk"))


def perhaps_same(case: Case) -> list[Proposal]:
    """One case for each other person with the same e-mail or phone, newest first."""
    if not case.patient_id:
        return []
    known = _pks_of_family(case)
    proposals = []
    for other in _with_same_contact(case).exclude(patient__in=known)[:LOOKED_AT]:
        if other.patient_id in known:
            continue
        known |= _pks_of_family(other)
        proposals.append(_proposal(case, other))
        if len(proposals) == PROPOSALS:
            break
    return proposals


def _proposal(case: Case, other: Case) -> Proposal:
    same_email = bool(case.email) and case.email.lower() == other.patient.email
    return Proposal(other, same_email, bool(case.phone_e164) and case.phone_e164 == other.patient.phone_e164)


def _pks_of_family(case: Case) -> set[int]:
    return {patient.pk for patient in family(case.patient)}


def _with_same_contact(case: Case) -> QuerySet[Case]:
    """Cases of patients with this e-mail or this phone, newest first; none when the case has neither."""
    same = Q(email=case.email.lower()) if case.email else Q()
    if case.phone_e164:
        same |= Q(phone_e164=case.phone_e164)
    if not same:
        return Case.objects.none()
    # Two steps, each by an index; in one, SQLite may choose to read all cases in order.
    cases = Case.objects.filter(patient__in=Patient.objects.filter(same))
    return cases.exclude(pk=case.pk).select_related("patient").order_by("-created_at", "-pk")


# Was she here before?


def earlier_visit(case: Case) -> Case | None:
    """The newest case that came to a visit, of somebody with the same name and the same e-mail or phone.

    Whatever goes wrong here, the request that comes in is kept.
    """
    try:
        with transaction.atomic():
            return _earlier_visit(case)
    except Exception as error:
        logger.error("Whether request %s is a repeat visit is not known: %s", case.reference, type(error).__name__)
        return None


def _earlier_visit(case: Case) -> Case | None:
    came = Q(status__in=(Status.ATTENDED, Status.TREATED)) | Q(status=Status.CLOSED, outcome=Outcome.COMPLETED)
    visits = _with_same_contact(case).filter(came).exclude(kind=CaseKind.COMPLAINT)[:LOOKED_AT]
    return next((visit for visit in visits if _same_name(visit.name, case.name)), None)


def _same_name(one: str, other: str) -> bool:
    return one_line(one).casefold() == one_line(other).casefold()


# Staff say who is one person


@transaction.atomic
def link(case_id: int, other_case_id: int, *, actor: AbstractBaseUser, expected_version: int) -> Case:
    """Say that the patients of both cases are one person. StaleCase, or BookingError where there is nothing to say."""
    case, other = _both_locked(case_id, other_case_id, expected_version)
    patients = _locked_families(case, other)
    own, hers = patients[case.patient_id], patients[other.patient_id]
    if any(patient == hers for patient in family(own)):
        raise BookingError(_("These two requests already belong to one person."))
    _lead_all_links_to(own, patients)
    own.same_as, own.linked_at, own.linked_by = hers, timezone.now(), actor
    own.save()
    _say_on_both(case, other, EventKind.LINKED, actor)
    return case


@transaction.atomic
def unlink(case_id: int, other_case_id: int, *, actor: AbstractBaseUser, expected_version: int) -> Case:
    """Undo the link that leads to the patient of the other case. Who was linked with her stays with her."""
    case, other = _both_locked(case_id, other_case_id, expected_version)
    patients = _locked_families(case, other)
    own, hers = patients[case.patient_id], patients[other.patient_id]
    if own == hers or not any(patient == hers for patient in family(own)):
        raise BookingError(_("No link leads from this request to the other one."))
    linked = _last_link(own, hers, patients)
    linked.same_as = linked.linked_at = linked.linked_by = None
    linked.save()
    _say_on_both(case, other, EventKind.UNLINKED, actor)
    return case


def _both_locked(case_id: int, other_case_id: int, expected_version: int) -> tuple[Case, Case]:
    """In the order of their keys, so that two people who link the same two do not wait for each other for ever."""
    cases = {pk: locked(pk, expected_version if pk == case_id else None) for pk in sorted({case_id, other_case_id})}
    if not all(case.patient_id for case in cases.values()):
        raise BookingError(_("The patient of one of the two requests is no longer known."))
    return cases[case_id], cases[other_case_id]


def _locked_families(*cases: Case) -> dict[int, Patient]:
    """Both patients and all they are linked with: nobody else links one of them before we are done."""
    pks = set().union(*(_pks_of_family(case) for case in cases))
    locked_patients = Patient.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk")
    patients = {patient.pk: patient for patient in locked_patients}
    if not set().union(*(_pks_of_family(case) for case in cases)) <= patients.keys():
        raise StaleCase(_("Somebody linked one of these patients at the same moment. Look again, then decide."))
    return patients


def _way_up(patient: Patient, patients: dict[int, Patient]) -> Iterator[Patient]:
    """The patient, the one she is linked to, and so on to the top."""
    seen = set()
    while patient and patient.pk not in seen:
        seen.add(patient.pk)
        yield patient
        patient = patients.get(patient.same_as_id)


def _lead_all_links_to(top: Patient, patients: dict[int, Patient]) -> None:
    """Turn the links above a patient around, so that she has room for a new one. Each keeps when and by whom."""
    below, link_below = None, (None, None)
    for patient in list(_way_up(top, patients)):
        link_above = (patient.linked_at, patient.linked_by_id)
        patient.same_as, (patient.linked_at, patient.linked_by_id) = below, link_below
        patient.save()
        below, link_below = patient, link_above


def _last_link(start: Patient, end: Patient, patients: dict[int, Patient]) -> Patient:
    """Who carries the last link on the way from one patient to another: the one below her, or she herself."""
    return next((patient for patient in _way_up(start, patients) if patient.same_as_id == end.pk), end)


def _say_on_both(case: Case, other: Case, kind: EventKind, actor: AbstractBaseUser) -> None:
    for one, named in ((case, other), (other, case)):
        save_change(one)
        add_event(one, kind, actor=actor, text=named.reference)
