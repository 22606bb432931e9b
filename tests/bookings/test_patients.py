"""Test the patients behind cases, links between them, possible duplicates, and repeat visits."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise, permutations
from threading import Barrier
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings import services
from bookings.models import AppointmentState, Case, CaseKind, Event, EventKind, Outcome, Patient, PatientLink, Status
from bookings.services import BookingError, StaleCaseError
from bookings.services.patients import get_family
from bookings.services.submissions import find_previous_visit
from tests import factories

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)


@pytest.fixture
def clerk():
    return factories.make_user("frontdesk", first_name="Fay", last_name="Desk")


@pytest.fixture
def join(clerk):
    def link(case, other):
        services.link(case.pk, other.pk, actor=clerk, expected_version=version_of(case))

    return link


@pytest.fixture
def part(clerk):
    def unlink(case, other):
        services.unlink(case.pk, other.pk, actor=clerk, expected_version=version_of(case))

    return unlink


@pytest.fixture
def send(profile, consultation_settings):
    """Return a function that submits a request, and returns its case."""

    def send(**typed) -> Case:
        known = {"email": "ana@patient.example.com", "phone": "(949) 555-0123", "message": uuid4().hex}
        submission = factories.make_submission(**{**known, **typed})
        return services.submit(submission, settings=consultation_settings, profile=profile)[0]

    return send


def version_of(case: Case) -> int:
    return Case.objects.get(pk=case.pk).version


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def stranger(name: str, **fields) -> Case:
    """Make a case with a contact that nobody shares."""
    return factories.make_case(name=name, email=f"{name.lower()}@patient.example.com", phone="", **fields)


def person_of(case: Case) -> str:
    """Return the names of all who are one person with this case's patient."""
    family = Patient.objects.filter(pk__in=get_family(fresh(case).patient_id))
    return "".join(sorted(family.values_list("name", flat=True)))


def links() -> set[frozenset]:
    return {frozenset(pair) for pair in PatientLink.objects.values_list("first__name", "second__name")}


def names(cases) -> list[str]:
    return [case.name for case in cases]


def proposed(case: Case) -> list[str]:
    return [found.case.name for found in services.find_people(fresh(case)).possible_duplicates]


class TestPatientOfCase:
    def test_each_request_brings_its_own(self, send):
        first, second = send(), send()
        assert first.patient != second.patient
        assert (first.patient.name, first.patient.phone_e164) == ("Ana Lima", "+19495550123")

    def test_patient_email_is_lowercase_case_email_as_typed(self, send):
        case = send(email="Ana.Lima@Patient.Example.com")
        assert case.patient.email == "ana.lima@patient.example.com"
        assert fresh(case).email == "Ana.Lima@Patient.Example.com"

    def test_patient_follows_a_correction(self, send):
        key = uuid4()
        send(submission_key=key)
        case = send(submission_key=key, name="Ana de Lima", email="De.Lima@patient.example.com", phone="9495550199")
        patient = Patient.objects.get(cases=case)
        assert (patient.name, patient.email, patient.phone_e164) == (
            "Ana de Lima",
            "de.lima@patient.example.com",
            "+19495550199",
        )

    def test_patient_with_two_cases_stays_unchanged(self, send):
        key = uuid4()
        case = send(submission_key=key)
        factories.make_case(patient=case.patient, kind=CaseKind.COMPLAINT, previous=case)
        send(submission_key=key, name="Somebody Else")
        assert Patient.objects.get(cases=case).name == "Ana Lima"

    def test_correction_works_without_a_patient(self, send):
        key = uuid4()
        Patient.objects.filter(cases=send(submission_key=key)).delete()
        assert send(submission_key=key, message="A question.").patient is None


class TestLink:
    def test_link_makes_two_patients_one_person(self, join, clerk):
        first, second = stranger("A"), stranger("B")
        join(first, second)
        assert person_of(first) == person_of(second) == "AB"
        link = PatientLink.objects.get(linked_by=clerk)
        assert timezone.now() - link.linked_at < timedelta(minutes=1)

    def test_link_is_recorded_on_both_cases(self, join, clerk):
        first, second = stranger("A"), stranger("B")
        join(first, second)
        for case, other in ((first, second), (second, first)):
            event = case.events.get(kind=EventKind.LINKED)
            assert (event.actor, event.actor_name, event.data) == (clerk, "Fay Desk", {"reference": other.reference})
            assert version_of(case) == 2

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_links_join_whole_families_in_any_order(self, join, order):
        cases = [stranger(name) for name in "ABCD"]
        pairs = [(cases[0], cases[1]), (cases[2], cases[3]), (cases[1], cases[2])]
        for place in order:
            join(*pairs[place])
        assert {person_of(case) for case in cases} == {"ABCD"}
        assert links() == {frozenset("AB"), frozenset("CD"), frozenset("BC")}

    def test_each_link_keeps_who_made_it(self, join, clerk):
        first, second, third = stranger("A"), stranger("B"), stranger("C")
        join(first, second)
        other = factories.make_user("frontdesk")
        services.link(first.pk, third.pk, actor=other, expected_version=2)
        made = PatientLink.objects.values_list("first__name", "second__name", "linked_by")
        assert set(made) == {("A", "B", clerk.pk), ("A", "C", other.pk)}

    def test_linking_one_person_again_is_refused(self, join):
        first, second, third = stranger("A"), stranger("B"), stranger("C")
        join(first, second)
        join(second, third)
        for case, other in ((first, second), (second, first), (first, third), (first, first)):
            with pytest.raises(BookingError, match="already belong to the same person"):
                join(case, other)
        assert len(links()) == 2
        assert version_of(first) == 2

    def test_linking_a_case_and_its_complaint_is_refused(self, join):
        case = stranger("A")
        complaint = factories.make_case(patient=case.patient, previous=case, kind=CaseKind.COMPLAINT)
        with pytest.raises(BookingError, match="already belong to the same person"):
            join(complaint, case)

    def test_linking_without_a_patient_is_refused(self, join, part):
        first, second = stranger("A"), stranger("B", patient=None)
        for change in (join, part):
            for pair in ((first, second), (second, first)):
                with pytest.raises(BookingError, match="no longer known"):
                    change(*pair)

    def test_linking_a_changed_case_is_stale(self, clerk):
        first, second = stranger("A"), stranger("B")
        services.assign(first.pk, clerk, actor=clerk, expected_version=1)
        with pytest.raises(StaleCaseError):
            services.link(first.pk, second.pk, actor=clerk, expected_version=1)
        assert not links()
        assert not second.events.filter(kind=EventKind.LINKED).exists()

    def test_link_is_saved_whole_or_not(self, join, monkeypatch):
        first, second = stranger("A"), stranger("B")

        def broken(*args, **kwargs):
            raise RuntimeError

        monkeypatch.setattr(Event.objects, "record", broken)
        with pytest.raises(RuntimeError):
            join(first, second)
        assert not links()
        assert version_of(first) == 1

    def test_family_query_ends_in_a_circle(self):
        # No service makes a circle, but a change by hand in the database might.
        one, two, three = (stranger(name).patient for name in "ABC")
        for first, second in ((one, two), (two, three), (one, three)):
            PatientLink.objects.create(first=first, second=second)
        assert get_family(one.pk) == {one.pk, two.pk, three.pk}


class TestUnlink:
    def test_unlink_restores_what_was_before(self, join, part):
        first, second = stranger("A"), stranger("B")
        join(first, second)
        part(first, second)
        assert (person_of(first), person_of(second)) == ("A", "B")
        assert not PatientLink.objects.exists()

    def test_unlink_is_recorded_on_both_cases(self, join, part, clerk):
        first, second = stranger("A"), stranger("B")
        join(first, second)
        part(second, first)
        for case, other in ((first, second), (second, first)):
            event = case.events.get(kind=EventKind.UNLINKED)
            assert (event.actor, event.data) == (clerk, {"reference": other.reference})
            assert version_of(case) == 3

    @pytest.mark.parametrize("said_from", ["one side", "the other"])
    @pytest.mark.parametrize("undone_from", ["one side", "the other"])
    def test_unlink_undoes_no_other_link(self, join, part, said_from, undone_from):
        # A is B and C is B. When A is not B after all, C is still B, from whichever page each link was made.
        first, second, third = stranger("A"), stranger("B"), stranger("C")
        first_pair, second_pair = (first, second), (third, second)
        join(*(first_pair if said_from == "one side" else first_pair[::-1]))
        join(*(second_pair if said_from == "one side" else second_pair[::-1]))
        part(*(first_pair if undone_from == "one side" else first_pair[::-1]))
        assert (person_of(first), person_of(second)) == ("A", "BC")

    def test_unlink_in_the_middle_parts_families(self, join, part):
        cases = [stranger(name) for name in "ABCD"]
        for case, other in ((0, 1), (2, 3), (1, 2)):
            join(cases[case], cases[other])
        part(cases[1], cases[2])
        assert [person_of(case) for case in cases] == ["AB", "AB", "CD", "CD"]

    def test_unlinking_distant_patient_undoes_last_link(self, join, part):
        # A is B and B is C. Undone on the page of A, C goes and B stays.
        first, second, third = stranger("A"), stranger("B"), stranger("C")
        join(first, second)
        join(second, third)
        part(first, third)
        assert (person_of(first), person_of(third)) == ("AB", "C")

    def test_patients_can_be_relinked_repeatedly(self, join, part):
        first, second = stranger("A"), stranger("B")
        for _time in range(3):
            join(first, second)
            part(second, first)
        assert (person_of(first), version_of(first)) == ("A", 7)

    def test_unlinking_without_a_link_is_refused(self, part, join):
        case, other = stranger("A"), stranger("B")
        complaint = factories.make_case(patient=case.patient, previous=case, kind=CaseKind.COMPLAINT)
        for pair in ((case, other), (case, complaint), (case, case)):
            with pytest.raises(BookingError, match="No link"):
                part(*pair)

    def test_unlinking_a_changed_case_is_stale(self, join, clerk):
        first, second = stranger("A"), stranger("B")
        join(first, second)
        with pytest.raises(StaleCaseError):
            services.unlink(first.pk, second.pk, actor=clerk, expected_version=1)
        assert person_of(first) == "AB"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
class TestTwoClerksAtOnce:
    def answers(self, *calls) -> list[str]:
        start = Barrier(len(calls))

        def answer(call):
            start.wait(timeout=30)
            try:
                call()
            except BookingError as error:
                return type(error).__name__
            finally:
                connection.close()
            return "ok"

        with ThreadPoolExecutor(len(calls)) as pool:
            return sorted(pool.map(answer, calls))

    def linking(self, case, other, clerk):
        return partial(services.link, case.pk, other.pk, actor=clerk, expected_version=version_of(case))

    def test_second_clerk_linking_a_pair_is_told(self, home, clerk):
        first, second = stranger("A"), stranger("B")
        calls = self.linking(first, second, clerk), self.linking(second, first, clerk)
        assert self.answers(*calls) == ["StaleCaseError", "ok"]
        assert first.events.filter(kind=EventKind.LINKED).count() == 1

    def test_joining_two_families_makes_no_circle(self, home, clerk):
        # The four cases differ, so no version is stale: the patients themselves are locked.
        for _round in range(5):
            cases = [stranger(name) for name in "ABCD"]
            self.linking(cases[0], cases[1], clerk)()
            self.linking(cases[2], cases[3], clerk)()
            calls = self.linking(cases[0], cases[2], clerk), self.linking(cases[1], cases[3], clerk)
            answers = self.answers(*calls)
            assert answers.count("ok") == 1
            patients = [case.patient_id for case in cases]
            assert PatientLink.objects.filter(first__in=patients).count() == 3


class TestOtherCases:
    def test_other_cases_are_newest_first(self, join):
        old, new = stranger("Old", created_at=LONG_AGO), stranger("New", created_at=LONG_AGO + timedelta(days=9))
        case = stranger("Open")
        complaint = factories.make_case(
            name="Wrong", patient=old.patient, previous=old, created_at=LONG_AGO + timedelta(days=1)
        )
        join(case, old)
        join(case, new)
        assert names(services.find_people(fresh(case)).other_cases) == ["New", "Wrong", "Old"]
        assert names(services.find_people(fresh(complaint)).other_cases) == ["Open", "New", "Old"]

    def test_case_without_patient_has_no_others(self):
        case = stranger("A", patient=None)
        stranger("B", patient=None)
        assert services.find_people(case) == ([], [])


class TestPossibleDuplicates:
    def test_same_email_or_phone_is_proposed(self):
        case = factories.make_case(email="Ana@Patient.example.com")
        factories.make_case(name="Mail", email="aNA@patient.EXAMPLE.com", phone="")
        factories.make_case(name="Phone", email="other@patient.example.com")
        factories.make_case(name="Both")
        stranger("Neither")
        found = {
            one.case.name: (one.same_email, one.same_phone) for one in services.find_people(case).possible_duplicates
        }
        assert found == {"Mail": (True, False), "Phone": (False, True), "Both": (True, True)}

    def test_empty_contacts_match_nobody(self):
        case = factories.make_case(email="", phone="extension 12", phone_e164="")
        factories.make_case(email="", phone="extension 12", phone_e164="")
        assert proposed(case) == []

    def test_linked_patients_are_not_proposed(self, join, part):
        case, other = factories.make_case(name="A"), factories.make_case(name="B")
        join(case, other)
        assert proposed(case) == []
        part(case, other)
        assert proposed(case) == ["B"]

    def test_each_person_is_proposed_once_newest_case(self, join):
        now = timezone.now()
        cases = [factories.make_case(name=f"Visit {age}", created_at=now - timedelta(days=age)) for age in (9, 5, 7)]
        join(cases[0], cases[1])
        join(cases[1], cases[2])
        assert proposed(factories.make_case(name="Today")) == ["Visit 5"]

    def test_five_newest_duplicates_are_proposed(self):
        now = timezone.now()
        for age in (4, 7, 1, 6, 3, 2, 5):
            factories.make_case(name=str(age), created_at=now - timedelta(days=age))
        assert proposed(factories.make_case(name="Today")) == ["1", "2", "3", "4", "5"]

    def test_queries_do_not_grow_with_the_family(self, join):
        # Each is linked to the one before, the longest way from one end to the other.
        case = factories.make_case()
        visits = [factories.make_case() for _number in range(12)]
        join(visits[0], visits[1])
        few = self.queries(case)
        for one, following in pairwise(visits[1:]):
            join(following, one)
        assert self.queries(case) == few <= 2

    @staticmethod
    def queries(case):
        case = Case.objects.select_related("patient").get(pk=case.pk)
        with CaptureQueriesContext(connection) as captured:
            services.find_people(case)
        return len(captured)

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's way to tell a query plan")
    def test_duplicates_are_found_by_index(self):
        sql, params = Case.objects.with_same_contact(factories.make_case()).query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            plan = " ".join(row[3] for row in cursor.fetchall())
        assert "bookings_patient_email" in plan
        assert "bookings_patient_phone" in plan
        assert "SCAN" not in plan


class TestRepeatVisit:
    @pytest.mark.parametrize(
        ("fields", "is_repeat"),
        [
            ({"status": AppointmentState.CHECKED_IN}, True),
            ({"status": AppointmentState.TREATED}, True),
            ({"status": Status.CLOSED, "outcome": Outcome.COMPLETED}, True),
            ({"status": AppointmentState.TREATED, "kind": CaseKind.REPEAT}, True),
            ({"status": AppointmentState.TREATED, "name": "ANA lima"}, True),
            ({"status": AppointmentState.TREATED, "email": "ANA@patient.example.com", "phone": ""}, True),
            ({"status": AppointmentState.TREATED, "email": "other@patient.example.com"}, True),
            ({"status": AppointmentState.TREATED, "email": "other@patient.example.com", "phone": ""}, False),
            ({"status": AppointmentState.TREATED, "name": "Rui Lima"}, False),
            ({"status": AppointmentState.TREATED, "kind": CaseKind.COMPLAINT}, False),
            ({"status": Status.NEW}, False),
            ({"status": Status.CONTACTING}, False),
            ({"status": AppointmentState.HELD}, False),
            ({"status": AppointmentState.BOOKED}, False),
            ({"status": AppointmentState.NO_SHOW}, False),
            ({"status": Status.QUARANTINED}, False),
            *(
                ({"status": Status.CLOSED, "outcome": outcome}, False)
                for outcome in Outcome
                if outcome != Outcome.COMPLETED
            ),
        ],
    )
    def test_repeat_needs_a_visit_same_name_and_contact(self, send, fields, is_repeat):
        previous = factories.make_case(created_at=LONG_AGO, **fields)
        case = fresh(send())
        assert (case.kind, case.previous) == (
            (CaseKind.REPEAT, previous) if is_repeat else (CaseKind.CONSULTATION, None)
        )

    def test_repeat_follows_the_newest_visit(self, send):
        newer = factories.make_case(status=AppointmentState.TREATED, created_at=LONG_AGO + timedelta(days=1))
        factories.make_case(status=Status.CLOSED, created_at=LONG_AGO)
        factories.make_case(status=Status.CONTACTING, created_at=LONG_AGO + timedelta(days=2))
        assert send().previous == newer

    def test_repeat_patient_is_proposed_not_linked(self, send):
        previous = factories.make_case(status=AppointmentState.TREATED, created_at=LONG_AGO)
        case = send()
        assert case.patient != previous.patient
        assert not links()
        assert [found.case for found in services.find_people(case).possible_duplicates] == [previous]

    def test_previous_visit_takes_one_query(self, send):
        factories.make_case(status=AppointmentState.TREATED)
        case = factories.make_case()
        with CaptureQueriesContext(connection) as captured:
            find_previous_visit(case)
        assert len([query for query in captured if "SAVEPOINT" not in query["sql"]]) == 1


class TestPage:
    @pytest.fixture
    def desk(self, client, profile, clerk):
        client.user = clerk
        client.force_login(clerk)
        return client

    @staticmethod
    def page_of(case: Case) -> str:
        return reverse("case:inspect", args=[case.pk])

    def html(self, client, case: Case) -> str:
        return client.get(self.page_of(case)).content.decode()

    def press(self, client, case: Case, **data):
        return client.post(self.page_of(case), {"expected_version": version_of(case), **data})

    def test_duplicate_shows_name_reference_and_reason(self, desk):
        case, other = factories.make_case(), factories.make_case(name="Rui Lima", phone="", created_at=LONG_AGO)
        html = self.html(desk, case)
        for text in ("Possible duplicates", "Rui Lima", other.reference, "same email ·", "Mar 2, 2026"):
            assert text in html
        assert f'aria-label="Same person as in {other.reference}"' in html
        assert f'href="{self.page_of(other)}"' in html

    def test_page_says_when_no_case_is_known(self, desk):
        assert "No other case of this patient is known." in self.html(desk, factories.make_case())

    def test_one_click_links_another_unlinks(self, desk):
        case, other = factories.make_case(), factories.make_case(status=Status.CLOSED, outcome=Outcome.DECLINED)
        assert self.press(desk, case, link=other.pk).url == self.page_of(case)
        html = self.html(desk, case)
        for text in ("Other cases of this patient", other.reference, "Closed", "Patient decided against it"):
            assert text in html
        assert "Possible duplicates" not in html
        assert f'aria-label="Undo the link with {other.reference}"' in html
        assert self.press(desk, case, unlink=other.pk).status_code == 302
        assert "Possible duplicates" in self.html(desk, case)

    def test_older_cases_fold_after_five(self, desk):
        case = factories.make_case()
        for days in range(1, 8):
            factories.make_case(patient=case.patient, name=f"Visit {days}", created_at=LONG_AGO - timedelta(days=days))
        shown, older = self.html(desk, case).split("2 older cases")
        assert [days for days in range(1, 8) if f"Visit {days} " in shown] == [1, 2, 3, 4, 5]
        assert [days for days in range(1, 8) if f"Visit {days} " in older] == [6, 7]

    def test_cases_of_one_patient_have_no_undo(self, desk):
        case = factories.make_case()
        complaint = factories.make_case(patient=case.patient, previous=case, kind=CaseKind.COMPLAINT)
        html = self.html(desk, case)
        assert complaint.reference in html
        assert 'name="unlink"' not in html

    def test_typed_note_is_saved_with_the_link(self, desk):
        case, other = factories.make_case(), factories.make_case()
        self.press(desk, case, link=other.pk, note="They told me")
        (event,) = case.events.all()[1:]
        assert (event.kind, event.data["note"]) == (EventKind.LINKED, "They told me")
        assert "note" not in other.events.last().data

    @pytest.mark.parametrize("button", ["link", "unlink"])
    def test_stale_click_keeps_the_typed_note(self, desk, button):
        case, other = factories.make_case(), factories.make_case()
        response = desk.post(self.page_of(case), {"expected_version": 7, button: other.pk, "note": "Typed at length"})
        assert response.status_code == 409
        assert "Typed at length" in response.content.decode()
        assert not links()

    def test_refused_link_keeps_the_typed_note(self, desk, join):
        case, other = factories.make_case(), factories.make_case()
        join(case, other)
        html = self.press(desk, case, link=other.pk, note="Typed at length").content.decode()
        assert "already belong to the same person" in html
        assert "Typed at length" in html

    @pytest.mark.parametrize("button", ["link", "unlink"])
    @pytest.mark.parametrize("value", ["", "abc", "-1", "²", "999999999999999999999"])
    def test_linking_an_unknown_case_is_not_found(self, desk, button, value):
        assert self.press(desk, factories.make_case(), **{button: value}).status_code == 404

    def test_click_without_version_changes_nothing(self, desk):
        case, other = factories.make_case(), factories.make_case()
        assert desk.post(self.page_of(case), {"link": other.pk}).status_code == 200
        assert not links()

    @pytest.mark.parametrize(("role", "sees"), [("clinician", True), ("editor", False)])
    def test_only_the_desk_links_patients(self, client, profile, join, role, sees):
        case, linked, other = (factories.make_case(name=name) for name in ("Ana Lima", "Rui Lima", "Eva Lima"))
        join(case, linked)
        client.force_login(factories.make_user(role))
        html = self.html(client, case)
        assert (linked.reference in html) is (other.reference in html) is sees
        assert 'name="link"' not in html
        assert 'name="unlink"' not in html
        for data in ({"link": other.pk}, {"unlink": linked.pk}):
            assert self.press(client, case, **data).status_code in (302, 403)
        assert links() == {frozenset(("Ana Lima", "Rui Lima"))}

    def test_events_and_addresses_name_no_patient(self, desk):
        case, other = factories.make_case(name="Ana Lima"), factories.make_case(name="Rui Lima")
        response = self.press(desk, case, link=other.pk)
        said = " ".join(str(event.data) for event in [*case.events.all(), *other.events.all()])
        for text in ("Lima", "ana@", "555"):
            assert text not in response.url
            assert text not in said

    @pytest.mark.parametrize("kind", CaseKind)
    def test_unusual_kinds_are_shown(self, desk, kind):
        case = factories.make_case(kind=kind)
        # The list has one short word for each.
        short = {CaseKind.REPEAT: "Repeat", CaseKind.COMPLAINT: "Complaint"}.get(kind)
        for html, label in (
            (self.html(desk, case), kind.label),
            (desk.get(reverse("case:index")).content.decode(), short),
        ):
            shown = [tag.get_text() for tag in BeautifulSoup(html, "lxml").select(f".desk-kind--{kind}")]
            assert shown == ([] if kind == CaseKind.CONSULTATION else [label])

    def test_queries_do_not_grow_with_other_cases(self, desk, join):
        case = factories.make_case()
        self.queries(desk, case)  # the clinic's hours are in the cache from now on
        join(case, factories.make_case())
        few = self.queries(desk, case)
        for _number in range(8):
            join(case, factories.make_case())
        assert self.queries(desk, case) == few

    def queries(self, desk, case):
        with CaptureQueriesContext(connection) as captured:
            self.html(desk, case)
        return len(captured)
