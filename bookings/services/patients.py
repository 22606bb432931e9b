"""Find possible duplicates among patients, and link or unlink patients."""

from collections.abc import Sequence
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import BigIntegerField, Expression, Func, Value
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

from bookings.models import Case, Event, EventKind, Patient, PatientLink

from .cases import lock_case, save_change
from .transitions import BookingError, StaleCaseError, prefetch_visits

MAX_DUPLICATES = 5
# A whole company may write from one address. The patient's own cases come first.
MAX_LOOKED_AT = 200


class Family(Func):
    """Return the keys of a patient and of all linked with them, directly or not, or what ``function`` makes of them."""

    # UNION ends the query even if links ran in a circle.
    template = """(
        WITH RECURSIVE family (id) AS (
            SELECT CAST(%(expressions)s AS bigint)
            UNION
            SELECT CASE WHEN link.first_id = family.id THEN link.second_id ELSE link.first_id END
            FROM family JOIN bookings_patientlink link ON link.first_id = family.id OR link.second_id = family.id
        )
        SELECT %(function)s FROM family %(limit)s
    )"""
    arity = 1
    output_field = BigIntegerField()

    def __init__(self, patient: Expression | str, function: str = "id", limit: int = 0):
        super().__init__(patient, function=function, limit=f"LIMIT {limit}" if limit else "")


class Duplicate(NamedTuple):
    """Hold the newest case of a possible duplicate, and what is the same."""

    case: Case
    same_email: bool
    same_phone: bool


class People(NamedTuple):
    """Hold the patient's other cases, and the newest case of each possible duplicate. Newest come first."""

    other_cases: Sequence[Case]
    possible_duplicates: Sequence[Duplicate]


def get_family(patient_id: int | None) -> set[int]:
    """Return the keys of the patient and of all who are the same person."""
    family = Patient.objects.filter(pk__in=Family(Value(patient_id))) if patient_id else Patient.objects.none()
    return set(family.values_list("pk", flat=True))


def find_people(case: Case) -> People:
    """Find the other cases of the patient, and of other people with the same email or phone."""
    if not case.patient_id:
        return People([], [])
    # PostgreSQL takes a family for thousands, and reads all patients, unless a limit says otherwise.
    family = Patient.objects.filter(pk__in=Family(Value(case.patient_id), limit=MAX_LOOKED_AT))
    patients = family.values("pk").union(Patient.objects.with_contact_of(case).values("pk"))
    person = Family("patient", function="MIN(id)")
    is_own = Exact(person, Family(Value(case.patient_id), function="MIN(id)"))
    cases = Case.objects.filter(patient__in=patients).exclude(pk=case.pk).annotate(person=person, is_own=is_own)
    cases = (
        cases.select_related("patient").order_by("-is_own", "-created_at", "-pk").prefetch_related(prefetch_visits())
    )
    own: list[Case] = []
    newest: dict[int, Case] = {}
    for other in cases[:MAX_LOOKED_AT]:
        if other.is_own:
            own.append(other)
        else:
            newest.setdefault(other.person, other)
    return People(own, [_compare(case, other) for other in list(newest.values())[:MAX_DUPLICATES]])


def _compare(case: Case, other: Case) -> Duplicate:
    ours, theirs = (Patient.objects.contact_of(one) for one in (case, other.patient))
    same_email, same_phone = (bool(ours[key]) and ours[key] == theirs[key] for key in ("email", "phone_e164"))
    return Duplicate(other, same_email, same_phone)


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
