"""The list and the page of a request, as the front desk uses them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.search.index import class_is_indexed

from bookings import services
from bookings.desk.queries import age_in_words, backlog, unsent_messages
from bookings.models import Case, Consent, Event, EventKind, MessageState, Outcome, Status
from tests import factories

LIST = "/admin/case/"
NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)  # a Friday noon at the clinic


@pytest.fixture
def desk(client, profile):
    """A logged-in browser of the front desk; ``desk.user`` is who sits there."""
    client.user = factories.make_user("frontdesk", first_name="Fay", last_name="Desk")
    client.force_login(client.user)
    return client


@pytest.fixture
def noon(time_machine):
    time_machine.move_to(NOW, tick=False)


def page_of(case: Case) -> str:
    return reverse("case:inspect", args=[case.pk])


def listed(response) -> list[str]:
    return [case.name for case in response.context["object_list"]]


def step(client, case: Case, **data):
    return client.post(page_of(case), {"expected_version": case.version, **data})


class TestList:
    def test_newest_unanswered_comes_first(self, desk):
        now = timezone.now()
        factories.make_case(name="Answered", status=Status.SCHEDULED, created_at=now)
        factories.make_case(name="Older", created_at=now - timedelta(days=3))
        factories.make_case(name="Newer", created_at=now - timedelta(days=1))
        assert listed(desk.get(LIST)) == ["Newer", "Older", "Answered"]

    def test_row_says_what_the_desk_needs(self, desk, noon):
        fillers = factories.make_treatment("Lip fillers")
        owner = factories.make_user("frontdesk", first_name="Olga", last_name="Owner")
        case = factories.make_case(
            name="Zoë Young", treatments=(fillers,), owner=owner, created_at=NOW - timedelta(hours=2)
        )
        html = desk.get(LIST).content.decode()
        for text in (case.reference, "Zoë Young", "Lip fillers", "Olga Owner", "2 h", "Nov 20, 10 a.m.", "New"):
            assert text in html
        assert f'href="{page_of(case)}"' in html

    def test_row_marks_an_unsent_mail(self, desk):
        factories.make_message(state=MessageState.FAILED)
        assert "unsent" in desk.get(LIST).content.decode()

    def test_row_of_a_sent_mail_has_no_mark(self, desk):
        factories.make_message(state=MessageState.SENT)
        assert "desk-unsent" not in desk.get(LIST).content.decode()

    def test_treatment_keeps_its_title_when_the_page_is_gone(self, desk):
        page = factories.make_treatment("Gone treatment")
        factories.make_case(treatments=(page,))
        page.delete()
        assert "Gone treatment" in desk.get(LIST).content.decode()

    def test_nothing_can_be_added_copied_or_deleted(self, desk):
        case = factories.make_case()
        for path in ("new/", f"edit/{case.pk}/", f"delete/{case.pk}/", f"copy/{case.pk}/", f"history/{case.pk}/"):
            assert desk.get(LIST + path).status_code == 404
        assert "Add consultation request" not in desk.get(LIST).content.decode()

    def test_query_count_does_not_grow_with_rows(self, desk):
        page = factories.make_treatment()
        self.queries(desk, page, 1)  # the clinic's hours are in the cache from now on
        few = self.queries(desk, page, 2)
        many = self.queries(desk, page, 25)
        assert few == many

    @staticmethod
    def queries(desk, page, count):
        for number in range(count):
            case = factories.make_case(name=f"Patient {number}", treatments=(page, "Peeling"), owner=desk.user)
            factories.make_message(case, state=MessageState.FAILED)
        with CaptureQueriesContext(connection) as captured:
            desk.get(LIST)
        return len(captured)


class TestSearch:
    @pytest.fixture(autouse=True)
    def requests(self, desk):
        self.zoe = factories.make_case(name="Zoë Ångström", email="zoe@patient.example.com", phone="(949) 555-0142")
        factories.make_case(name="Peter Park", email="peter@patient.example.com", phone="(714) 555-0199")

    @pytest.mark.parametrize(
        "query", ["zoe", "ÅNGSTROM", "zoe ang", "9495550142", "949-555-0142", "+1 (949) 555 0142", "zoe@patient"]
    )
    def test_finds_by(self, desk, query):
        assert listed(desk.get(LIST, {"q": query})) == ["Zoë Ångström"]

    def test_finds_by_reference_in_any_case(self, desk):
        assert listed(desk.get(LIST, {"q": self.zoe.reference.lower()})) == ["Zoë Ångström"]

    @pytest.mark.parametrize("query", ["%", "_", "' OR 1=1 --", '"', "\\", "NEAR(", "*", "\x00", "a" * 5000])
    def test_punctuation_is_only_text(self, desk, query):
        assert desk.get(LIST, {"q": query}).status_code == 200

    def test_never_asks_wagtails_search_index(self):
        assert not class_is_indexed(Case)


class TestFilters:
    def test_by_status(self, desk):
        factories.make_case(name="Waits")
        factories.make_case(name="Scheduled", status=Status.SCHEDULED)
        factories.make_case(name="Done", status=Status.CLOSED)
        assert listed(desk.get(LIST, {"status": ["scheduled", "closed"]})) == ["Done", "Scheduled"]

    def test_by_treatment_once_a_request(self, desk):
        fillers, laser = factories.make_treatment("Fillers"), factories.make_treatment("Laser")
        factories.make_case(name="Both", treatments=(fillers, laser))
        factories.make_case(name="Laser only", treatments=(laser,))
        assert listed(desk.get(LIST, {"treatment": fillers.pk})) == ["Both"]

    def test_by_day_received_in_the_clinics_time_zone(self, desk):
        # Half past ten in the evening of the 19th in California is the 20th in UTC.
        factories.make_case(name="Evening", created_at=datetime(2026, 11, 20, 6, 30, tzinfo=UTC))
        factories.make_case(name="Next morning", created_at=datetime(2026, 11, 20, 17, 0, tzinfo=UTC))
        days = {"received_from": "2026-11-19", "received_to": "2026-11-19"}
        assert listed(desk.get(LIST, days)) == ["Evening"]

    def test_by_owner_and_by_nobody(self, desk):
        factories.make_case(name="Mine", owner=desk.user)
        factories.make_case(name="Nobody's")
        assert listed(desk.get(LIST, {"owner": desk.user.pk})) == ["Mine"]
        assert listed(desk.get(LIST, {"owner": "null"})) == ["Nobody's"]

    def test_by_unsent_mail(self, desk):
        factories.make_case(name="Fine")
        factories.make_message(factories.make_case(name="No receipt"), state=MessageState.FAILED)
        assert listed(desk.get(LIST, {"mails": "unsent"})) == ["No receipt"]

    def test_filters_and_search_come_together(self, desk):
        factories.make_case(name="Ana Wanted")
        factories.make_case(name="Ana Closed", status=Status.CLOSED)
        assert listed(desk.get(f"{LIST}results/", {"q": "ana", "status": "new"})) == ["Ana Wanted"]


class TestPage:
    def test_shows_what_the_patient_wrote(self, desk, noon):
        case = factories.make_case(
            name="Ana Lima",
            treatments=(factories.make_treatment("Lip fillers"),),
            message="First line\nSecond <b>line</b>",
            contact_by="text",
            contact_time="morning",
        )
        Consent.objects.create(case=case, wording="I agree to be contacted.")
        html = desk.get(page_of(case)).content.decode()
        assert 'href="tel:+19495550123"' in html
        assert 'href="sms:+19495550123"' in html
        assert 'href="mailto:ana@patient.example.com"' in html
        assert "First line<br>Second &lt;b&gt;line&lt;/b&gt;" in html
        for text in ("Lip fillers", "Text message", "morning", "I agree to be contacted.", "Nov 20, 2026, noon"):
            assert text in html

    def test_title_holds_the_reference_and_never_the_name(self, desk):
        case = factories.make_case(name="Ana Lima")
        title = desk.get(page_of(case)).content.decode().split("</title>")[0]
        assert case.reference in title
        assert "Ana" not in title

    def test_is_kept_by_no_cache(self, desk):
        assert "no-store" in desk.get(page_of(factories.make_case()))["Cache-Control"]

    @pytest.mark.parametrize("status", Status.values)
    def test_offers_exactly_the_moves_that_are_allowed(self, desk, status):
        case = factories.make_case(status=status)
        context = desk.get(page_of(case)).context
        offered = {move.status for move in context["other_moves"]}
        offered |= {context["next_move"].status} if context["next_move"] else set()
        offered |= {Status.CLOSED} if context["can_close"] else set()
        assert offered == set(services.next_stages(case))

    def test_one_click_takes_the_next_step(self, desk):
        case = factories.make_case()
        response = step(desk, case, to_status="contacting")
        assert response.url == page_of(case)
        case.refresh_from_db()
        assert case.status == Status.CONTACTING
        event = case.events.get(kind=EventKind.STAGE)
        assert (event.actor, event.from_status, event.to_status) == (desk.user, "new", "contacting")

    def test_typed_note_goes_along_with_the_step(self, desk):
        case = factories.make_case()
        step(desk, case, to_status="contacting", note="Left a voice message")
        assert case.events.get(kind=EventKind.STAGE).text == "Left a voice message"

    def test_note_alone(self, desk):
        case = factories.make_case()
        step(desk, case, note="Call after five")
        assert case.events.get(kind=EventKind.NOTE).text == "Call after five"
        assert "Call after five" in desk.get(page_of(case)).content.decode()

    def test_empty_note_is_refused(self, desk):
        case = factories.make_case()
        assert "Write something" in step(desk, case, note="  ").content.decode()
        assert not case.events.filter(kind=EventKind.NOTE).exists()

    def test_closing_asks_for_the_outcome_and_keeps_the_note(self, desk):
        case = factories.make_case()
        html = step(desk, case, to_status="closed", note="Typed at length").content.decode()
        assert "Say how it ended" in html
        assert "Typed at length" in html
        case.refresh_from_db()
        assert case.status == Status.NEW

    def test_closing_with_outcome(self, desk):
        case = factories.make_case()
        step(desk, case, to_status="closed", outcome=Outcome.DECLINED)
        case.refresh_from_db()
        assert (case.status, case.outcome) == (Status.CLOSED, Outcome.DECLINED)

    def test_outcome_left_in_the_form_does_not_stop_another_step(self, desk):
        case = factories.make_case()
        step(desk, case, to_status="contacting", outcome=Outcome.DECLINED)
        case.refresh_from_db()
        assert (case.status, case.outcome) == (Status.CONTACTING, "")

    def test_move_that_is_not_allowed_says_why(self, desk):
        case = factories.make_case()
        html = step(desk, case, to_status="treated", note="Typed").content.decode()
        assert "cannot go from" in html
        assert "Typed" in html

    def test_two_people_at_once_are_told_and_nothing_is_lost(self, desk):
        case = factories.make_case()
        other = factories.make_user("frontdesk")
        services.change_stage(case.pk, "contacting", actor=other, expected_version=1)
        response = step(desk, case, to_status="scheduled", note="She comes on Thursday")
        html = response.content.decode()
        assert response.status_code == 409
        assert "Somebody changed this request" in html
        assert "She comes on Thursday" in html
        assert 'name="expected_version" value="2"' in html
        assert 'value="1"' not in html.split('name="expected_version"')[1][:40]
        assert Case.objects.get(pk=case.pk).status == Status.CONTACTING

    def test_pressing_again_after_the_warning_works(self, desk):
        case = factories.make_case()
        services.change_stage(case.pk, "contacting", actor=desk.user, expected_version=1)
        case.refresh_from_db()
        assert step(desk, case, to_status="scheduled").status_code == 302

    def test_taking_and_giving_away(self, desk):
        case = factories.make_case()
        step(desk, case, action="take", owner="")
        case.refresh_from_db()
        assert case.owner == desk.user
        step(desk, case, action="owner", owner="")
        case.refresh_from_db()
        assert case.owner is None

    def test_note_typed_before_taking_is_saved_with_it(self, desk):
        case = factories.make_case()
        step(desk, case, action="take", note="I know her")
        assert [event.text for event in case.events.all()][1:] == ["Assigned to Fay Desk", "I know her"]

    def test_note_typed_before_a_stale_assignment_is_still_on_the_page(self, desk):
        case = factories.make_case()
        services.add_note(case.pk, "Meanwhile", actor=desk.user)
        response = step(desk, case, action="take", note="I know her")
        assert response.status_code == 409
        assert "I know her" in response.content.decode()
        assert not case.events.filter(text="I know her").exists()

    def test_note_typed_before_a_retry_is_saved_with_it(self, desk):
        message = factories.make_message(state=MessageState.FAILED)
        step(desk, message.case, retry=message.pk, note="Asked the provider")
        assert message.case.events.filter(kind=EventKind.NOTE, text="Asked the provider").exists()

    def test_only_people_of_the_desk_can_own_a_request(self, desk):
        case = factories.make_case()
        editor = factories.make_user("editor")
        step(desk, case, action="owner", owner=editor.pk)
        case.refresh_from_db()
        assert case.owner is None

    def test_mail_that_was_given_up_can_be_tried_again(self, desk):
        message = factories.make_message(state=MessageState.FAILED, attempts=9)
        html = desk.get(page_of(message.case)).content.decode()
        assert "The patient has no receipt yet" in html
        step(desk, message.case, retry=message.pk)
        message.refresh_from_db()
        assert message.state == MessageState.QUEUED

    @pytest.mark.parametrize("message", ["", "abc", "999999999999999999999", "-1"])
    def test_retry_of_a_message_that_is_none(self, desk, message):
        case = factories.make_case()
        assert step(desk, case, retry=message).status_code == 404

    def test_mail_of_another_request_is_not_retried_from_here(self, desk):
        message = factories.make_message(state=MessageState.FAILED)
        assert step(desk, factories.make_case(), retry=message.pk).status_code == 404

    @pytest.mark.parametrize("data", [{}, {"action": "delete"}, {"to_status": "gone"}, {"expected_version": "x"}])
    def test_senseless_post_changes_nothing(self, desk, data):
        case = factories.make_case()
        assert desk.post(page_of(case), data).status_code == 200
        assert case.events.count() == 1

    def test_needs_a_csrf_token(self, desk):
        desk.handler.enforce_csrf_checks = True
        assert step(desk, factories.make_case(), to_status="contacting").status_code == 403

    def test_missing_request_is_not_found(self, desk):
        assert desk.get("/admin/case/999999/").status_code == 404

    def test_leads_on_to_the_one_that_waited_longest(self, desk):
        now = timezone.now()
        oldest = factories.make_case(created_at=now - timedelta(days=4))
        case = factories.make_case(created_at=now)
        assert f'href="{page_of(oldest)}"' in desk.get(page_of(case)).content.decode()

    def test_clinician_reads_and_changes_nothing(self, client, profile):
        client.force_login(factories.make_user("clinician"))
        case = factories.make_case(name="Ana Lima")
        html = client.get(page_of(case)).content.decode()
        assert "Ana Lima" in html
        assert "expected_version" not in html
        step(client, case, to_status="contacting")
        case.refresh_from_db()
        assert case.status == Status.NEW
        assert Event.objects.filter(case=case).count() == 1

    def test_query_count_does_not_grow_with_the_timeline(self, desk):
        case = factories.make_case()
        desk.get(page_of(case))  # the clinic's hours are in the cache from now on
        counts = []
        for _round in range(2):
            with CaptureQueriesContext(connection) as captured:
                desk.get(page_of(case))
            counts.append(len(captured))
            for number in range(10):
                services.add_note(case.pk, f"Note {number}", actor=desk.user)
                factories.make_message(case, state=MessageState.SENT)
        assert counts[0] == counts[1]


class TestWaiting:
    @pytest.mark.parametrize(
        ("age", "words"),
        [
            (timedelta(seconds=20), "just now"),
            (timedelta(minutes=12), "12 min"),
            (timedelta(hours=5, minutes=59), "5 h"),
            (timedelta(hours=47), "47 h"),
            (timedelta(days=3), "3 days"),
        ],
    )
    def test_age_in_words(self, age, words):
        assert age_in_words(NOW - age, NOW) == words

    def test_backlog_counts_the_unanswered_only(self, home):
        factories.make_case(created_at=NOW - timedelta(hours=3))
        factories.make_case(created_at=NOW - timedelta(hours=9))
        factories.make_case(created_at=NOW - timedelta(hours=99), status=Status.CONTACTING)
        factories.make_case(status=Status.QUARANTINED)
        assert backlog(NOW) == (2, NOW - timedelta(hours=9), 0, 1)

    @pytest.mark.parametrize(
        ("fields", "is_unsent"),
        [
            ({"state": "failed"}, True),
            ({"state": "queued", "created_at": NOW}, False),
            ({"state": "queued", "created_at": NOW - timedelta(minutes=6)}, True),
            ({"state": "queued", "created_at": NOW, "last_error": "ConnectionRefusedError"}, True),
            ({"state": "sending", "created_at": NOW}, False),
            ({"state": "sent", "created_at": NOW - timedelta(days=9)}, False),
        ],
    )
    def test_mail_counts_as_unsent_once_it_should_have_left(self, home, fields, is_unsent):
        message = factories.make_message(**fields)
        assert (message in unsent_messages(NOW)) is is_unsent


class TestDashboard:
    def test_tells_how_many_wait_and_how_long(self, desk, noon):
        factories.make_case(name="Ana Lima", created_at=NOW - timedelta(hours=30))
        factories.make_message(factories.make_case(created_at=NOW), state=MessageState.FAILED)
        html = desk.get("/admin/").content.decode()
        for text in ("Ana Lima", "30 h", "requests wait for an answer", "mail is unsent"):
            assert text in html

    def test_nothing_waits(self, desk):
        assert "Nothing waits" in desk.get("/admin/").content.decode()

    def test_lists_five_at_most(self, desk):
        for number in range(8):
            factories.make_case(name=f"Patient {number}")
        assert desk.get("/admin/").content.decode().count("Patient ") == 5
