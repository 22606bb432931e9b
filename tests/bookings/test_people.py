"""Who is who: a patient for each request, two who are one person, and requests of somebody who was here before."""

import importlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise, permutations
from threading import Barrier
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings import services
from bookings.models import Case, CaseKind, EventKind, Outcome, Patient, Status
from bookings.services import BookingError, StaleCaseError, Submission, people
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
    def send(**typed) -> Case:
        known = {
            "name": "Ana Lima",
            "email": "ana@patient.example.com",
            "phone": "(949) 555-0123",
            "consent_wording": "I agree.",
            "submission_key": uuid4(),
            "message": uuid4().hex,
        }
        request = Submission(**{**known, **typed})
        return services.submit(request, settings=consultation_settings, profile=profile).case

    return send


def version_of(case: Case) -> int:
    return Case.objects.get(pk=case.pk).version


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def stranger(name: str, **fields) -> Case:
    """A request with a contact that nobody shares."""
    return factories.make_case(name=name, email=f"{name.lower()}@patient.example.com", phone="", **fields)


def person_of(case: Case) -> str:
    """The names of all who are one person with the patient of this case."""
    return "".join(sorted(patient.name for patient in people.family(fresh(case).patient)))


def links() -> set[frozenset]:
    linked = Patient.objects.exclude(same_as=None).select_related("same_as")
    return {frozenset((patient.name, patient.same_as.name)) for patient in linked}


def names(cases) -> list[str]:
    return [case.name for case in cases]


def proposed(case: Case) -> list[str]:
    return [found.case.name for found in services.possible_duplicates(fresh(case))]


class TestPatientOfACase:
    def test_each_request_brings_its_own(self, send):
        first, second = send(), send()
        assert first.patient != second.patient
        assert (first.patient.name, first.patient.phone_e164) == ("Ana Lima", "+19495550123")

    def test_address_is_kept_in_small_letters_and_the_case_as_typed(self, send):
        case = send(email="Ana.Lima@Patient.Example.com")
        assert case.patient.email == "ana.lima@patient.example.com"
        assert fresh(case).email == "Ana.Lima@Patient.Example.com"

    def test_follows_a_correction(self, send):
        key = uuid4()
        send(submission_key=key)
        case = send(submission_key=key, name="Ana de Lima", email="De.Lima@patient.example.com", phone="9495550199")
        patient = Patient.objects.get(cases=case)
        assert (patient.name, patient.email, patient.phone_e164) == (
            "Ana de Lima",
            "de.lima@patient.example.com",
            "+19495550199",
        )

    def test_with_two_cases_follows_neither(self, send):
        key = uuid4()
        case = send(submission_key=key)
        factories.make_case(patient=case.patient, kind=CaseKind.COMPLAINT, earlier=case)
        send(submission_key=key, name="Somebody Else")
        assert Patient.objects.get(cases=case).name == "Ana Lima"

    def test_correction_of_a_case_whose_patient_is_gone(self, send):
        key = uuid4()
        Patient.objects.filter(cases=send(submission_key=key)).delete()
        assert send(submission_key=key, name="Ana de Lima").patient is None

    def test_migration_gives_each_older_request_its_own(self):
        cases = [factories.make_case(patient=None, email="Ana@Patient.example.com", name=name) for name in "AB"]
        kept = factories.make_case(name="C")
        before = kept.patient
        migration = importlib.import_module("bookings.migrations.0008_a_patient_for_each_case")
        migration.BATCH, batch = 1, migration.BATCH
        migration.add_patients(apps, None)
        migration.BATCH = batch
        patients = [fresh(case).patient for case in cases]
        assert [(patient.name, patient.email) for patient in patients] == [
            ("A", "ana@patient.example.com"),
            ("B", "ana@patient.example.com"),
        ]
        assert [patient.created_at for patient in patients] == [case.created_at for case in cases]
        assert fresh(kept).patient == before
        assert Patient.objects.count() == 3


class TestLink:
    def test_makes_two_patients_one_person(self, join, clerk):
        first, second = stranger("A"), stranger("B")
        join(first, second)
        assert person_of(first) == person_of(second) == "AB"
        linked = Patient.objects.get(linked_by=clerk)
        assert timezone.now() - linked.linked_at < timedelta(minutes=1)

    def test_leaves_its_trace_on_both_cases(self, join, clerk):
        first, second = stranger("A"), stranger("B")
        join(first, second)
        for case, other in ((first, second), (second, first)):
            event = case.events.get(kind=EventKind.LINKED)
            assert (event.actor, event.actor_name, event.text) == (clerk, "Fay Desk", other.reference)
            assert version_of(case) == 2

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_joins_whole_families_in_any_order(self, join, order):
        cases = [stranger(name) for name in "ABCD"]
        pairs = [(cases[0], cases[1]), (cases[2], cases[3]), (cases[1], cases[2])]
        for place in order:
            join(*pairs[place])
        assert {person_of(case) for case in cases} == {"ABCD"}
        assert links() == {frozenset("AB"), frozenset("CD"), frozenset("BC")}

    def test_keeps_who_made_the_links_before(self, join, clerk):
        """The patient's own link is turned around to make room for a new one."""
        first, second, third = stranger("A"), stranger("B"), stranger("C")
        join(first, second)
        other = factories.make_user("frontdesk")
        services.link(first.pk, third.pk, actor=other, expected_version=2)
        made = {
            patient.name: (patient.same_as.name, patient.linked_by) for patient in Patient.objects.exclude(same_as=None)
        }
        assert made == {"B": ("A", clerk), "A": ("C", other)}

    def test_of_the_same_person_is_refused(self, join):
        first, second, third = stranger("A"), stranger("B"), stranger("C")
        join(first, second)
        join(second, third)
        for case, other in ((first, second), (second, first), (first, third), (first, first)):
            with pytest.raises(BookingError, match="already belong to one person"):
                join(case, other)
        assert len(links()) == 2
        assert version_of(first) == 2

    def test_of_a_case_with_its_complaint_is_refused(self, join):
        case = stranger("A")
        complaint = factories.make_case(patient=case.patient, earlier=case, kind=CaseKind.COMPLAINT)
        with pytest.raises(BookingError, match="already belong to one person"):
            join(complaint, case)

    def test_without_a_patient_is_refused(self, join, part):
        first, second = stranger("A"), stranger("B", patient=None)
        for change in (join, part):
            for pair in ((first, second), (second, first)):
                with pytest.raises(BookingError, match="no longer known"):
                    change(*pair)

    def test_after_somebody_else_changed_the_case_is_stale(self, clerk):
        first, second = stranger("A"), stranger("B")
        services.add_note(first.pk, "Meanwhile", actor=clerk)
        with pytest.raises(StaleCaseError):
            services.link(first.pk, second.pk, actor=clerk, expected_version=1)
        assert not links()
        assert not second.events.filter(kind=EventKind.LINKED).exists()

    def test_all_or_nothing_is_written(self, join, monkeypatch):
        first, second = stranger("A"), stranger("B")

        def broken(*args, **kwargs):
            raise RuntimeError

        monkeypatch.setattr(people, "add_event", broken)
        with pytest.raises(RuntimeError):
            join(first, second)
        assert not links()
        assert version_of(first) == 1

    def test_links_that_run_in_a_circle_have_an_end(self):
        """No service makes one; a hand in the database might."""
        one, two = stranger("A").patient, stranger("B").patient
        Patient.objects.filter(pk=one.pk).update(same_as=two)
        Patient.objects.filter(pk=two.pk).update(same_as=one)
        assert len(people.family(one)) == 2


class TestUnlink:
    def test_brings_back_what_was_before(self, join, part):
        first, second = stranger("A"), stranger("B")
        join(first, second)
        part(first, second)
        assert (person_of(first), person_of(second)) == ("A", "B")
        assert not Patient.objects.exclude(same_as=None, linked_at=None, linked_by=None).exists()

    def test_leaves_its_trace_on_both_cases(self, join, part, clerk):
        first, second = stranger("A"), stranger("B")
        join(first, second)
        part(second, first)
        for case, other in ((first, second), (second, first)):
            event = case.events.get(kind=EventKind.UNLINKED)
            assert (event.actor, event.text) == (clerk, other.reference)
            assert version_of(case) == 3

    @pytest.mark.parametrize("said_from", ["one side", "the other"])
    @pytest.mark.parametrize("undone_from", ["one side", "the other"])
    def test_takes_nothing_else_apart(self, join, part, said_from, undone_from):
        """A is B, C is B; A is not B after all: C is still B, from whichever page each was said."""
        first, second, third = stranger("A"), stranger("B"), stranger("C")
        first_pair, second_pair = (first, second), (third, second)
        join(*(first_pair if said_from == "one side" else first_pair[::-1]))
        join(*(second_pair if said_from == "one side" else second_pair[::-1]))
        part(*(first_pair if undone_from == "one side" else first_pair[::-1]))
        assert (person_of(first), person_of(second)) == ("A", "BC")

    def test_in_the_middle_parts_two_families(self, join, part):
        cases = [stranger(name) for name in "ABCD"]
        for case, other in ((0, 1), (2, 3), (1, 2)):
            join(cases[case], cases[other])
        part(cases[1], cases[2])
        assert [person_of(case) for case in cases] == ["AB", "AB", "CD", "CD"]

    def test_of_a_distant_one_undoes_the_link_that_leads_to_her(self, join, part):
        """A is B, B is C. On the page of A, C goes and B stays."""
        first, second, third = stranger("A"), stranger("B"), stranger("C")
        join(first, second)
        join(second, third)
        part(first, third)
        assert (person_of(first), person_of(third)) == ("AB", "C")

    def test_again_and_again(self, join, part):
        first, second = stranger("A"), stranger("B")
        for _time in range(3):
            join(first, second)
            part(second, first)
        assert (person_of(first), version_of(first)) == ("A", 7)

    def test_where_there_is_no_link_is_refused(self, part, join):
        case, other = stranger("A"), stranger("B")
        complaint = factories.make_case(patient=case.patient, earlier=case, kind=CaseKind.COMPLAINT)
        for pair in ((case, other), (case, complaint), (case, case)):
            with pytest.raises(BookingError, match="No link"):
                part(*pair)

    def test_after_somebody_else_changed_the_case_is_stale(self, join, clerk):
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

    def test_on_the_same_two_one_is_told(self, home, clerk):
        first, second = stranger("A"), stranger("B")
        calls = self.linking(first, second, clerk), self.linking(second, first, clerk)
        assert self.answers(*calls) == ["StaleCaseError", "ok"]
        assert first.events.filter(kind=EventKind.LINKED).count() == 1

    def test_on_two_families_never_make_a_circle(self, home, clerk):
        """Four different cases, so no version tells them: the patients themselves are locked."""
        for _round in range(5):
            cases = [stranger(name) for name in "ABCD"]
            self.linking(cases[0], cases[1], clerk)()
            self.linking(cases[2], cases[3], clerk)()
            calls = self.linking(cases[0], cases[2], clerk), self.linking(cases[1], cases[3], clerk)
            answers = self.answers(*calls)
            assert answers.count("ok") == 1
            patients = [case.patient_id for case in cases]
            assert Patient.objects.filter(pk__in=patients).exclude(same_as=None).count() == 3


class TestOtherRequests:
    def test_newest_first_and_without_the_one_that_is_open(self, join):
        old, new = stranger("Old", created_at=LONG_AGO), stranger("New", created_at=LONG_AGO + timedelta(days=9))
        case = stranger("Open")
        complaint = factories.make_case(
            name="Wrong", patient=old.patient, earlier=old, created_at=LONG_AGO + timedelta(days=1)
        )
        join(case, old)
        join(case, new)
        assert names(services.other_cases(fresh(case))) == ["New", "Wrong", "Old"]
        assert names(services.other_cases(fresh(complaint))) == ["Open", "New", "Old"]

    def test_of_a_case_without_a_patient_are_none(self):
        case = stranger("A", patient=None)
        stranger("B", patient=None)
        assert services.other_cases(case) == services.possible_duplicates(case) == []


class TestPerhapsTheSame:
    def test_same_mail_in_other_letters_or_same_phone(self):
        case = factories.make_case(email="Ana@Patient.example.com")
        factories.make_case(name="Mail", email="aNA@patient.EXAMPLE.com", phone="")
        factories.make_case(name="Phone", email="other@patient.example.com")
        factories.make_case(name="Both")
        stranger("Neither")
        found = {one.case.name: (one.same_email, one.same_phone) for one in services.possible_duplicates(case)}
        assert found == {"Mail": (True, False), "Phone": (False, True), "Both": (True, True)}

    def test_no_mail_and_no_number_match_nobody(self):
        case = factories.make_case(email="", phone="extension 12", phone_e164="")
        factories.make_case(email="", phone="extension 12", phone_e164="")
        assert proposed(case) == []

    def test_whoever_is_linked_already_is_not_proposed(self, join, part):
        case, other = factories.make_case(name="A"), factories.make_case(name="B")
        join(case, other)
        assert proposed(case) == []
        part(case, other)
        assert proposed(case) == ["B"]

    def test_one_line_for_one_person_with_her_newest_request(self, join):
        now = timezone.now()
        cases = [factories.make_case(name=f"Visit {age}", created_at=now - timedelta(days=age)) for age in (9, 5, 7)]
        join(cases[0], cases[1])
        join(cases[1], cases[2])
        assert proposed(factories.make_case(name="Today")) == ["Visit 5"]

    def test_five_at_most_the_newest(self):
        now = timezone.now()
        for age in (4, 7, 1, 6, 3, 2, 5):
            factories.make_case(name=str(age), created_at=now - timedelta(days=age))
        assert proposed(factories.make_case(name="Today")) == ["1", "2", "3", "4", "5"]

    def test_queries_do_not_grow_with_the_family(self, join):
        """Each linked to the one before: the longest way from one end to the other."""
        case = factories.make_case()
        visits = [factories.make_case() for _number in range(12)]
        join(visits[0], visits[1])
        few = self.queries(case)
        for one, following in pairwise(visits[1:]):
            join(following, one)
        assert self.queries(case) < few <= 20

    @staticmethod
    def queries(case):
        case = Case.objects.select_related("patient").get(pk=case.pk)
        with CaptureQueriesContext(connection) as captured:
            services.other_cases(case)
            services.possible_duplicates(case)
        return len(captured)

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's way to tell a query plan")
    def test_is_found_by_the_indexes_of_patients(self):
        sql, params = people._with_same_contact(factories.make_case()).query.sql_with_params()
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
            ({"status": Status.ATTENDED}, True),
            ({"status": Status.TREATED}, True),
            ({"status": Status.CLOSED, "outcome": Outcome.COMPLETED}, True),
            ({"status": Status.TREATED, "kind": CaseKind.REPEAT}, True),
            ({"status": Status.TREATED, "name": "  ANA   lima "}, True),
            ({"status": Status.TREATED, "email": "ANA@patient.example.com", "phone": ""}, True),
            ({"status": Status.TREATED, "email": "other@patient.example.com"}, True),
            ({"status": Status.TREATED, "email": "other@patient.example.com", "phone": ""}, False),
            ({"status": Status.TREATED, "name": "Rui Lima"}, False),
            ({"status": Status.TREATED, "kind": CaseKind.COMPLAINT}, False),
            ({"status": Status.NEW}, False),
            ({"status": Status.CONTACTING}, False),
            ({"status": Status.SCHEDULED}, False),
            ({"status": Status.QUARANTINED}, False),
            *(
                ({"status": Status.CLOSED, "outcome": outcome}, False)
                for outcome in Outcome
                if outcome != Outcome.COMPLETED
            ),
        ],
    )
    def test_follows_a_visit_of_somebody_with_the_same_name_and_contact(self, send, fields, is_repeat):
        earlier = factories.make_case(created_at=LONG_AGO, **fields)
        case = fresh(send())
        assert (case.kind, case.previous) == ((CaseKind.REPEAT, earlier) if is_repeat else (CaseKind.CONSULTATION, None))

    def test_follows_the_newest_one(self, send):
        newer = factories.make_case(status=Status.TREATED, created_at=LONG_AGO + timedelta(days=1))
        factories.make_case(status=Status.TREATED, created_at=LONG_AGO)
        factories.make_case(status=Status.CONTACTING, created_at=LONG_AGO + timedelta(days=2))
        assert send().earlier == newer

    def test_is_not_linked_but_proposed(self, send):
        earlier = factories.make_case(status=Status.TREATED, created_at=LONG_AGO)
        case = send()
        assert case.patient != earlier.patient
        assert not links()
        assert [found.case for found in services.possible_duplicates(case)] == [earlier]

    def test_asks_the_database_once(self, send):
        factories.make_case(status=Status.TREATED)
        case = factories.make_case()
        with CaptureQueriesContext(connection) as captured:
            people.find_previous_visit(case)
        assert len([query for query in captured if "SAVEPOINT" not in query["sql"]]) == 1

    @pytest.mark.parametrize("error", [DatabaseError, ValueError])
    def test_that_cannot_be_looked_up_costs_no_request(self, send, monkeypatch, caplog, error):
        def broken(case):
            raise error("Ana Lima")

        monkeypatch.setattr(people, "_with_same_contact", broken)
        case = fresh(send())
        assert case.kind == CaseKind.CONSULTATION
        assert case.reference in caplog.text
        assert "Ana" not in caplog.text


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

    def test_proposes_with_name_reference_and_reason(self, desk):
        case, other = factories.make_case(), factories.make_case(name="Rui Lima", phone="", created_at=LONG_AGO)
        html = self.html(desk, case)
        for text in ("Perhaps the same person", "Rui Lima", other.reference, "same e-mail ·", "Mar 2, 2026"):
            assert text in html
        assert f'aria-label="Same person as in {other.reference}"' in html
        assert f'href="{self.page_of(other)}"' in html

    def test_says_so_when_nothing_is_known(self, desk):
        assert "No other request of hers is known." in self.html(desk, factories.make_case())

    def test_one_click_links_and_another_undoes_it(self, desk):
        case, other = factories.make_case(), factories.make_case(status=Status.CLOSED, outcome=Outcome.DECLINED)
        assert self.press(desk, case, link=other.pk).url == self.page_of(case)
        html = self.html(desk, case)
        for text in ("Her other requests", other.reference, "Closed", "Patient decided against it"):
            assert text in html
        assert "Perhaps the same person" not in html
        assert f'aria-label="Undo the link with {other.reference}"' in html
        assert self.press(desk, case, unlink=other.pk).status_code == 302
        assert "Perhaps the same person" in self.html(desk, case)

    def test_five_of_hers_are_shown_and_the_older_ones_on_a_click(self, desk):
        case = factories.make_case()
        for days in range(1, 8):
            factories.make_case(patient=case.patient, name=f"Visit {days}", created_at=LONG_AGO - timedelta(days=days))
        shown, older = self.html(desk, case).split("2 older requests")
        assert [days for days in range(1, 8) if f"Visit {days} " in shown] == [1, 2, 3, 4, 5]
        assert [days for days in range(1, 8) if f"Visit {days} " in older] == [6, 7]

    def test_requests_of_one_patient_have_nothing_to_undo(self, desk):
        case = factories.make_case()
        complaint = factories.make_case(patient=case.patient, earlier=case, kind=CaseKind.COMPLAINT)
        html = self.html(desk, case)
        assert complaint.reference in html
        assert 'name="unlink"' not in html

    def test_note_typed_before_is_saved_with_it(self, desk):
        case, other = factories.make_case(), factories.make_case()
        self.press(desk, case, link=other.pk, note="She told me")
        assert [event.kind for event in case.events.all()][1:] == [EventKind.LINKED, EventKind.NOTE]

    @pytest.mark.parametrize("button", ["link", "unlink"])
    def test_stale_click_is_told_and_the_note_is_kept(self, desk, button):
        case, other = factories.make_case(), factories.make_case()
        response = desk.post(self.page_of(case), {"expected_version": 7, button: other.pk, "note": "Typed at length"})
        assert response.status_code == 409
        assert "Typed at length" in response.content.decode()
        assert not links()

    def test_refusal_says_why_and_keeps_the_note(self, desk, join):
        case, other = factories.make_case(), factories.make_case()
        join(case, other)
        html = self.press(desk, case, link=other.pk, note="Typed at length").content.decode()
        assert "already belong to one person" in html
        assert "Typed at length" in html

    @pytest.mark.parametrize("button", ["link", "unlink"])
    @pytest.mark.parametrize("value", ["", "abc", "-1", "²", "999999999999999999999"])
    def test_request_that_is_none(self, desk, button, value):
        assert self.press(desk, factories.make_case(), **{button: value}).status_code == 404

    def test_click_without_a_version_changes_nothing(self, desk):
        case, other = factories.make_case(), factories.make_case()
        assert desk.post(self.page_of(case), {"link": other.pk}).status_code == 200
        assert not links()

    @pytest.mark.parametrize(("role", "sees"), [("clinician", True), ("editor", False)])
    def test_only_the_desk_changes_who_is_who(self, client, profile, join, role, sees):
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

    def test_events_and_addresses_hold_nothing_of_the_patient(self, desk):
        case, other = factories.make_case(name="Ana Lima"), factories.make_case(name="Rui Lima")
        response = self.press(desk, case, link=other.pk)
        said = " ".join(event.text for event in [*case.events.all(), *other.events.all()])
        for text in ("Lima", "ana@", "555"):
            assert text not in response.url
            assert text not in said

    @pytest.mark.parametrize("kind", CaseKind)
    def test_kind_that_is_not_the_usual_one_is_shown(self, desk, kind):
        case = factories.make_case(kind=kind)
        for html in (self.html(desk, case), desk.get(reverse("case:index")).content.decode()):
            assert (f'<span class="desk-kind desk-kind--{kind}">{kind.label}</span>' in html) is (
                kind != CaseKind.CONSULTATION
            )

    def test_queries_do_not_grow_with_the_other_requests(self, desk, join):
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
