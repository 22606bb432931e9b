"""Find possible duplicates among patients, and link or unlink patients."""

from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from bookings.models import Case, Event, EventKind, Patient, PatientLink

from .cases import lock_case, save_change
from .tasks import prefetch_open_tasks
from .transitions import BookingError, StaleCaseError, prefetch_visits

MAX_DUPLICATES = 5
# Of those with the same contact only the newest are looked at: a whole company may write from one address.
MAX_LOOKED_AT = 50
# All patients linked with one, directly or not. UNION ends the query even if links ran in a circle.
FAMILY = """
    WITH RECURSIVE family (id) AS (
        SELECT id FROM bookings_patient WHERE id = %s
        UNION
        SELECT CASE WHEN link.first_id = family.id THEN link.second_id ELSE link.first_id END
        FROM family JOIN bookings_patientlink link ON link.first_id = family.id OR link.second_id = family.id
    )
    SELECT * FROM bookings_patient WHERE id IN (SELECT id FROM family) ORDER BY id
"""


class Duplicate(NamedTuple):
    """Hold the newest case of a possible duplicate, and what is the same."""

    case: Case
    same_email: bool
    same_phone: bool


def get_family(patient_id: int | None) -> set[int]:
    """Return the keys of the patient and of all who are the same person."""
    return {patient.pk for patient in Patient.objects.raw(FAMILY, [patient_id])} if patient_id else set()


def other_cases(case: Case) -> list[Case]:
    """Return the other cases of the same person, newest first."""
    cases = Case.objects.filter(patient__in=get_family(case.patient_id)).exclude(pk=case.pk)
    return list(cases.order_by("-created_at", "-pk").prefetch_related(prefetch_visits(), prefetch_open_tasks()))


def possible_duplicates(case: Case) -> list[Duplicate]:
    """Return the newest case of each possible duplicate, newest first.

    A possible duplicate is another person with the same email or phone.
    """
    if not case.patient_id:
        return []
    known = get_family(case.patient_id)
    duplicates: list[Duplicate] = []
    others = Case.objects.with_same_contact(case).exclude(patient__in=known)
    for other in others.prefetch_related(prefetch_open_tasks())[:MAX_LOOKED_AT]:
        if other.patient_id in known:
            continue
        known |= get_family(other.patient_id)
        same_email = bool(case.email) and case.email.lower() == other.patient.email
        same_phone = bool(case.phone_e164) and case.phone_e164 == other.patient.phone_e164
        duplicates.append(Duplicate(other, same_email, same_phone))
        if len(duplicates) == MAX_DUPLICATES:
            break
    return duplicates


@transaction.atomic
def link(case_id: int, other_id: int, *, actor: User, expected_version: int, note: str = "") -> Case:
    """Link the patients of both cases as one person.

    Raise BookingError if they are linked already.
    """
    case, other, family = _lock_both(case_id, other_id, expected_version)
    if other.patient_id in family:
        raise BookingError(_("These two cases already belong to the same person."))
    first, second = sorted(pk for pk in (case.patient_id, other.patient_id) if pk)
    PatientLink.objects.create(first_id=first, second_id=second, linked_by=actor)
    _record_on_both(case, other, EventKind.LINKED, actor, note)
    return case


@transaction.atomic
def unlink(case_id: int, other_id: int, *, actor: User, expected_version: int, note: str = "") -> Case:
    """Undo the link that leads to the patient of the other case.

    That patient's other links stay.
    """
    case, other, family = _lock_both(case_id, other_id, expected_version)
    if case.patient_id == other.patient_id or other.patient_id not in family:
        raise BookingError(_("No link leads from this case to the other one."))
    _last_link(case.patient_id, other.patient_id, family).delete()
    _record_on_both(case, other, EventKind.UNLINKED, actor, note)
    return case


def _lock_both(case_id: int, other_id: int, expected_version: int) -> tuple[Case, Case, set[int]]:
    """Lock both cases and all linked patients, each in the order of keys.

    Return both cases and the family of the first one's patient.
    """
    cases = {pk: lock_case(pk, expected_version if pk == case_id else None) for pk in sorted({case_id, other_id})}
    case, other = cases[case_id], cases[other_id]
    if not (case.patient_id and other.patient_id):
        raise BookingError(_("The patient of one of the two cases is no longer known."))
    families = get_family(case.patient_id) | get_family(other.patient_id)
    list(Patient.objects.select_for_update(no_key=True).filter(pk__in=families).order_by("pk"))
    family = get_family(case.patient_id)
    if not family | get_family(other.patient_id) <= families:
        raise StaleCaseError(_("Someone else just linked one of these patients. Look again, then decide."))
    return case, other, family


def _last_link(start: int | None, end: int | None, family: set[int]) -> PatientLink:
    """Return the link at ``end`` on the only way from one patient to another."""
    links = list(PatientLink.objects.filter(first__in=family))
    reached: set[int | None] = {start}
    waiting = [start]
    while waiting:
        patient = waiting.pop()
        for found in links:
            ends: dict[int | None, int] = {found.first_id: found.second_id, found.second_id: found.first_id}
            other = ends.get(patient)
            if other == end:
                return found
            if other is not None and other not in reached:
                reached.add(other)
                waiting.append(other)
    raise BookingError(_("No link leads from this case to the other one."))


def _record_on_both(case: Case, other: Case, kind: EventKind, actor: User, note: str) -> None:
    for one, named, text in ((case, other, note), (other, case, "")):
        save_change(one)
        Event.objects.record(one, kind, actor, text, reference=named.reference)
