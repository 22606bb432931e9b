"""Times on the front desk's pages: booked, moved and canceled there, and shown where a visit matters."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from bookings.management.commands import deliver_messages
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.urls import reverse

from bookings import services
from bookings.models import Appointment, AppointmentState, BlockedTime, EventKind, Resource, Slot, Status
from clinic.models import OpeningHours
from tests import factories
from tests.bookings.conftest import TUESDAY
from tests.clinic.test_hours_admin import Screen
from tests.counting import queries_for
from tests.opening_hours import at, utc

NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles
RUN_OUT = at("2027-06-07 13:00")  # four open hours later
LIST = "/admin/case/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(client, policy):
    client.user = factories.make_user("frontdesk", first_name="Fay", last_name="Desk")
    client.force_login(client.user)
    return client


def page_of(case):
    return reverse("case:inspect", args=[case.pk])


def press(client, case, **data):
    case.refresh_from_db()
    return client.post(page_of(case), {"expected_version": case.version, **data})


def time_panel(response) -> str:
    """What the panel says, in one line."""
    panel = BeautifulSoup(response.content, "html.parser").find(id="time-section") or pytest.fail("no panel")
    return " ".join(panel.get_text(" ").split())


def buttons(response) -> list[tuple[str, str]]:
    page = BeautifulSoup(response.content, "html.parser")
    return [(b.get("name"), b.get("value")) for b in page.select("button[name]")]


def live(case) -> Appointment | None:
    return case.appointments.filter(state__in=["held", "booked"]).first()


class TestPanel:
    def test_kept_time_says_until_when_it_is_kept(self, desk, ask):
        response = desk.get(page_of(ask()))
        assert "Tue, Jun 8, 10 am" in time_panel(response)
        assert "kept until Mon, Jun 7, 1 pm" in time_panel(response)
        assert ("action", "confirm") in buttons(response)

    def test_room_is_named_only_where_there_are_several(self, desk, ask):
        case, room = ask(), Resource.objects.get().name
        assert room not in time_panel(desk.get(page_of(case)))
        Resource.objects.create(name="Second room")
        assert room in time_panel(desk.get(page_of(case)))

    def test_request_without_a_time_says_so_and_offers_the_next_ones(self, desk):
        response = desk.get(page_of(factories.make_case()))
        assert "No time yet" in time_panel(response)
        assert [label for name, label in buttons(response) if name == "book_at"][:3] == [
            "2027-06-07T20:00:00+00:00",
            "2027-06-08T16:00:00+00:00",
            "2027-06-08T19:00:00+00:00",
        ]

    def test_time_that_ran_out_is_lapsed_before_anybody_wrote_that_down(self, desk, ask, clock):
        case = ask()
        clock.move_to(RUN_OUT)
        response = desk.get(page_of(case))
        assert "Lapsed" in time_panel(response)
        assert ("action", "confirm") in buttons(response)
        assert ("action", "cancel") not in buttons(response)

    def test_canceled_time_says_so(self, desk, ask):
        case = ask()
        press(desk, case, action="cancel")
        response = desk.get(page_of(case))
        assert "Canceled" in time_panel(response)
        assert ("action", "confirm") not in buttons(response)

    def test_wish_for_an_waitlist_offer_is_shown(self, desk, ask):
        assert "wants earlier" in time_panel(desk.get(page_of(ask(on_waitlist=True))))
        assert "wants earlier" not in time_panel(desk.get(page_of(ask(start=TUESDAY + timedelta(hours=1)))))

    def test_closed_request_offers_no_time(self, desk):
        response = desk.get(page_of(factories.make_case(status=Status.CLOSED)))
        assert not [name for name, _value in buttons(response) if name in ("book_at", "action") and _value == "book"]

    def test_kept_time_leaves_no_other_way_to_make_the_appointment(self, desk, ask):
        """The status alone would say "scheduled", and the time would lapse."""
        case = ask()
        press(desk, case, to_status="contacting")
        assert ("to_status", "scheduled") not in buttons(desk.get(page_of(case)))
        press(desk, case, action="confirm")
        assert ("to_status", "attended") in buttons(desk.get(page_of(case)))

    def test_clinician_sees_the_time_and_no_button(self, client, ask):
        case = ask()
        client.force_login(factories.make_user("clinician"))
        response = client.get(page_of(case))
        assert "Tue, Jun 8, 10 am" in time_panel(response)
        assert not [button for button in buttons(response) if button[0] in ("action", "book_at")]

    @pytest.mark.parametrize("data", [{"action": "confirm"}, {"action": "cancel"}, {"book_at": TUESDAY.isoformat()}])
    def test_clinician_changes_no_time(self, client, ask, data):
        case = ask()
        client.force_login(factories.make_user("clinician"))
        press(client, case, **data)
        assert live(case).state == AppointmentState.HELD

    def test_without_opening_hours_the_desk_books_what_was_agreed_on(self, client, profile, consultation_settings):
        client.force_login(factories.make_user("frontdesk"))
        case = factories.make_case()
        assert "book_at" not in dict(buttons(client.get(page_of(case))))
        press(client, case, action="book", start="2027-06-08T10:00")
        assert live(case).starts_at == TUESDAY

    def test_enter_in_the_field_books_what_is_typed_in_it(self, desk, ask):
        """A browser presses the first button of the form, wherever it stands. Chromium passes over disabled ones."""
        page = BeautifulSoup(desk.get(page_of(ask())).content, "html.parser")
        first = next(b for b in page.select("button[type=submit]") if b.get("form") == "desk-form")
        assert (first["name"], first["value"]) == ("action", "book")


class TestButtons:
    def test_kept_time_is_booked_with_one_click(self, desk, ask):
        case = ask()
        assert press(desk, case, action="confirm").url == page_of(case)
        assert live(case).state == AppointmentState.BOOKED
        assert case.events.get(kind=EventKind.BOOKED).actor == desk.user
        assert "booked" in time_panel(desk.get(page_of(case)))

    def test_lapsed_time_is_booked_while_it_is_free(self, desk, ask, clock):
        case = ask()
        clock.move_to(RUN_OUT)
        services.expire_holds()
        press(desk, case, action="confirm")
        assert live(case).state == AppointmentState.BOOKED

    def test_time_that_is_kept_now_is_booked_though_a_later_one_had_lapsed(self, desk, ask, clock):
        known = {"submission_key": uuid4(), "email": "ana@patient.example.com"}
        case = ask(TUESDAY + timedelta(days=1), **known)
        clock.move_to(RUN_OUT)
        services.expire_holds()
        ask(**known)
        assert ("action", "confirm") in buttons(desk.get(page_of(case)))
        press(desk, case, action="confirm")
        assert live(case).starts_at == TUESDAY

    def test_lapsed_time_that_is_over_is_not_booked(self, desk, ask, clock):
        case = ask()
        clock.move_to(TUESDAY + timedelta(hours=1))
        desk.force_login(desk.user)
        services.expire_holds()
        assert "no kept time" in press(desk, case, action="confirm").content.decode()
        assert live(case) is None

    def test_lapsed_time_that_somebody_has_offers_the_nearest_three(self, desk, ask, clock):
        case = ask()
        clock.move_to(RUN_OUT)
        services.expire_holds()
        ask()
        response = press(desk, case, action="confirm", note="She called")
        html = response.content.decode()
        assert "just been taken" in html
        assert "She called" in html
        offered = [value for name, value in buttons(response) if name == "book_at"]
        assert len(offered) == 3
        press(desk, case, book_at=offered[0])
        assert live(case).starts_at.isoformat() == offered[0]

    def test_typed_time_is_the_clinics_wall_clock(self, desk):
        case = factories.make_case()
        press(desk, case, action="book", start="2027-06-07T09:15")
        assert live(case).starts_at == at("2027-06-07 09:15")
        case.refresh_from_db()
        assert case.status == Status.SCHEDULED

    def test_booked_visit_is_moved(self, desk, ask):
        case = ask()
        press(desk, case, action="confirm")
        press(desk, case, action="book", start="2027-06-09T11:45")
        assert live(case).starts_at == at("2027-06-09 11:45")
        assert case.events.filter(kind=EventKind.MOVED).exists()

    def test_time_of_somebody_else_is_refused_and_what_was_typed_is_kept(self, desk, ask):
        ask()
        case = factories.make_case()
        response = press(desk, case, action="book", start="2027-06-08T10:00", note="Only this one")
        html = response.content.decode()
        assert "just been taken" in html
        assert "Only this one" in html
        assert 'value="2027-06-08T10:00"' in html
        assert live(case) is None

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ("", "Choose a day and a time"),
            ("soon", "Choose a day and a time"),
            ("2027-06-08T10:05", "quarter past"),
            ("2028-03-12T02:30", "clocks go forward"),
            ("9999-12-31T23:45", "next two years"),
            ("0001-01-01T00:00", "next two years"),
            ("2027-06-07T08:45", "This time is over"),
        ],
    )
    def test_typed_time_that_is_none_is_refused_in_plain_words(self, desk, typed, words):
        case = factories.make_case()
        response = press(desk, case, action="book", start=typed, note="Typed at length")
        assert words in response.content.decode()
        assert "Typed at length" in response.content.decode()
        assert live(case) is None

    @pytest.mark.parametrize(
        "value", ["", "soon", "2027-06-08T10:00", "2027-06-08T17:07Z", "2027-06-08T17:00:30Z", "9999-12-31T23:45Z"]
    )
    def test_button_that_was_tampered_with_books_nothing(self, desk, value):
        case = factories.make_case()
        assert press(desk, case, book_at=value).status_code == 200
        assert live(case) is None

    def test_of_a_wall_time_that_comes_twice_the_first_is_meant(self, desk):
        case = factories.make_case()
        press(desk, case, action="book", start="2027-11-07T01:30")
        assert live(case).starts_at == utc("2027-11-07 08:30")

    def test_note_typed_before_booking_is_saved_with_it(self, desk, ask):
        case = ask()
        press(desk, case, action="confirm", note="Called, she is glad")
        assert case.events.filter(kind=EventKind.NOTE, text="Called, she is glad").exists()

    def test_cancelling_keeps_the_note_and_frees_the_time(self, desk, ask):
        case = ask()
        press(desk, case, action="confirm")
        press(desk, case, action="cancel", note="She has a cold")
        assert "She has a cold" in case.events.get(kind=EventKind.CANCELED).text
        assert Slot.objects.count() == 0
        case.refresh_from_db()
        assert case.status == Status.CONTACTING

    @pytest.mark.parametrize(
        "data",
        [
            {"action": "confirm"},
            {"action": "cancel"},
            {"action": "book", "start": "2027-06-09T11:45"},
            {"book_at": "2027-06-09T18:45:00+00:00"},
        ],
    )
    def test_two_people_at_once_are_told_and_nothing_is_lost(self, desk, ask, data):
        case = ask()
        services.add_note(case.pk, "Meanwhile", actor=desk.user)
        response = desk.post(page_of(case), {"expected_version": 1, "note": "Typed at length", **data})
        html = response.content.decode()
        assert response.status_code == 409
        assert "Somebody changed this request" in html
        assert "Typed at length" in html
        assert data.get("start", "") in html
        assert 'name="expected_version" value="2"' in html
        assert live(case).state == AppointmentState.HELD

    def test_request_that_is_further_on_gets_no_time(self, desk):
        case = factories.make_case(status=Status.CLOSED)
        assert "first, then choose" in press(desk, case, action="book", start="2027-06-09T11:45").content.decode()
        case.refresh_from_db()
        assert case.status == Status.CLOSED

    def test_page_asks_as_often_with_many_past_times(self, desk, ask):
        case = ask()
        desk.get(page_of(case))
        few = queries_for(desk, page_of(case))
        for hour in range(8):
            start = TUESDAY + timedelta(days=1, minutes=30 * hour)
            Appointment.objects.create(
                case=case,
                resource=Resource.objects.get(),
                starts_at=start,
                ends_at=start + timedelta(minutes=30),
                state="lapsed",
            )
        assert queries_for(desk, page_of(case)) == few


class TestClosingADayInTheOpeningHours:
    @pytest.fixture
    def close_tuesday(self, client, policy):
        OpeningHours.objects.get().save_revision()

        def close(role):
            client.force_login(factories.make_user(role))
            screen = Screen(client)
            screen["tuesday"] = "closed"
            return screen.save()

        return close

    def test_lists_the_visits_it_hits_with_a_link(self, ask, close_tuesday):
        case, other = ask(), ask(start=at("2027-06-09 10:00"))
        screen = close_tuesday("manager")
        assert not screen.was_saved
        assert case.reference in screen.said
        assert other.reference not in screen.said
        assert screen.page.select_one(f'a[href="{page_of(case)}"]')

    def test_editor_reads_the_reference_and_gets_no_link(self, ask, close_tuesday):
        case = ask()
        screen = close_tuesday("editor")
        assert case.reference in screen.said
        assert "Ana" not in screen.said
        assert not screen.page.select_one(f'a[href="{page_of(case)}"]')

    def test_time_that_ran_out_is_no_visit(self, ask, close_tuesday, clock):
        case = ask()
        clock.move_to(RUN_OUT)
        assert case.reference not in close_tuesday("manager").said


class TestWorker:
    @pytest.fixture
    def stop_after(self, monkeypatch):
        """The loop ends by itself after so many turns, each a second long."""

        def stop_after(turns):
            left = iter(range(turns))
            seconds = iter(range(10_000))
            monkeypatch.setattr(deliver_messages, "is_wanted", lambda *_: next(left, None) is not None)
            monkeypatch.setattr(deliver_messages.Command, "worked", lambda self: True)
            # The connection is the test's own.
            monkeypatch.setattr(deliver_messages, "close_old_connections", lambda: None)
            monkeypatch.setattr(deliver_messages, "monotonic", lambda: next(seconds))

        return stop_after

    def test_lets_kept_times_go(self, ask, clock, stop_after):
        case = ask()
        clock.move_to(RUN_OUT)
        stop_after(1)
        call_command("deliver_messages", "--watch")
        assert case.appointments.get().state == AppointmentState.EXPIRED

    def test_looks_once_a_minute_at_the_most(self, ask, clock, stop_after, monkeypatch):
        ask()
        clock.move_to(RUN_OUT)
        calls = []
        monkeypatch.setattr(services, "expire_holds", lambda: calls.append(1))
        stop_after(deliver_messages.LAPSE_EVERY * 2)
        call_command("deliver_messages", "--watch")
        assert 1 <= len(calls) <= 3

    def test_locks_nothing_while_no_time_has_run_out(self, ask, stop_after, monkeypatch):
        ask()
        calls = []
        monkeypatch.setattr(services, "expire_holds", lambda: calls.append(1))
        stop_after(1)
        call_command("deliver_messages", "--watch")
        assert calls == []

    def test_goes_on_after_an_error_and_says_nothing_of_the_patient(self, ask, clock, stop_after, monkeypatch, capsys):
        ask()
        clock.move_to(RUN_OUT)

        def fail():
            raise RuntimeError("Ana Lima")

        monkeypatch.setattr(services, "expire_holds", fail)
        stop_after(2)
        call_command("deliver_messages", "--watch")
        said = capsys.readouterr().err
        assert "RuntimeError" in said
        assert "Ana" not in said


class TestList:
    def row(self, desk, **params):
        page = BeautifulSoup(desk.get(LIST, params).content, "html.parser")
        return " ".join(page.select_one("table.listing tbody tr").get_text(" ").split())

    def test_kept_time_is_marked_with_its_end(self, desk, ask):
        ask()
        row = self.row(desk)
        assert "Tue, Jun 8, 10 am kept until Mon, Jun 7, 1 pm" in row
        assert "answer by Mon, Jun 7, 1 pm" in row

    def test_booked_time(self, desk, ask):
        press(desk, ask(), action="confirm")
        assert "Tue, Jun 8, 10 am booked" in self.row(desk)

    def test_time_that_ran_out_is_no_time_and_the_answer_is_late(self, desk, ask, clock):
        ask()
        clock.move_to(RUN_OUT)
        row = self.row(desk)
        assert "Jun 8" not in row
        assert "late" in row

    @pytest.mark.parametrize(
        ("value", "names"), [("kept", ["Kept"]), ("booked", ["Booked"]), ("none", ["Gone", "None"])]
    )
    def test_filter(self, desk, ask, clock, policy, value, names):
        gone = ask(name="Gone", start=at("2027-06-09 09:00"))
        clock.move_to(RUN_OUT)
        booked = ask(name="Booked")
        services.confirm(booked.pk, actor=desk.user, expected_version=1, policy=policy)
        ask(name="Kept", start=at("2027-06-09 10:00"))
        factories.make_case(name="None", created_at=NOW - timedelta(days=1))
        assert gone.appointments.get().state in (AppointmentState.HELD, AppointmentState.EXPIRED)
        found = [case.name for case in desk.get(LIST, {"time": value}).context["object_list"]]
        assert found == names

    def test_asks_as_often_with_many_times(self, desk, ask):
        ask()
        desk.get(LIST)
        few = queries_for(desk, LIST)
        for hour in range(8):
            ask(start=at("2027-06-09 09:00") + timedelta(minutes=30 * hour))
        assert queries_for(desk, LIST) == few


class TestAnswerBy:
    """The clinic's own open hours decide when an answer is late."""

    def shown(self, desk, case):
        return desk.get(page_of(case)).context

    @pytest.mark.parametrize(
        ("received", "due", "is_late"),
        [
            ("2027-06-07 09:00", "Mon, Jun 7, 1 pm", False),
            ("2027-06-06 10:00", "Mon, Jun 7, 1 pm", False),  # a Sunday
            ("2027-06-04 15:00", "Mon, Jun 7, 12 pm", False),  # a Friday afternoon
            ("2027-06-04 12:00", "Fri, Jun 4, 4 pm", True),
        ],
    )
    def test_request_without_a_time_wants_its_answer_in_so_many_open_hours(self, desk, received, due, is_late):
        context = self.shown(desk, factories.make_case(created_at=at(received)))
        assert (context["answer_by"], context["is_late"]) == (due, is_late)

    def test_without_opening_hours_it_is_a_day(self, client, profile, consultation_settings):
        client.force_login(factories.make_user("frontdesk"))
        context = self.shown(client, factories.make_case(created_at=at("2027-06-06 09:30")))
        assert (context["answer_by"], context["is_late"]) == ("Mon, Jun 7, 9:30 am", False)

    def test_kept_time_wants_its_answer_while_it_is_kept(self, desk, ask):
        case = ask()
        live_one = live(case)
        live_one.held_until = at("2027-06-07 14:30")
        live_one.save()
        assert self.shown(desk, case)["answer_by"] == "Mon, Jun 7, 2:30 pm"

    def test_dashboard_says_it(self, desk, ask):
        ask()
        html = desk.get("/admin/").content.decode()
        assert "Mon, Jun 7, 1 pm" in html
        assert "desk-figure--late" not in html

    def test_dashboard_marks_what_is_late(self, desk, clock):
        factories.make_case(created_at=at("2027-06-04 12:00"))
        html = desk.get("/admin/").content.decode()
        assert "desk-figure--late" in html


CALENDAR = "/admin/calendar/"


class TestCalendar:
    @pytest.fixture
    def resource(self, db):
        return Resource.objects.get()

    @staticmethod
    def close(client, resource, start="2027-06-08T09:00", end="2027-06-08T16:00", **data):
        return client.post(CALENDAR, {"resources": [resource.pk], "starts": start, "ends": end, "reason": "Training", **data})

    @staticmethod
    def said(response):
        return " ".join(BeautifulSoup(response.content, "html.parser").select_one("main").get_text(" ").split())

    def test_shows_the_visits_of_the_chosen_day_with_their_requests(self, desk, ask):
        case = ask(name="Ana Lima")
        response = desk.get(CALENDAR, {"day": "2027-06-08"})
        assert "10 am – 10:30 am Ana Lima kept until Mon, Jun 7, 1 pm" in self.said(response)
        assert f'href="{page_of(case)}"' in response.content.decode()
        assert "Ana Lima" not in self.said(desk.get(CALENDAR, {"day": "2027-06-09"}))

    def test_name_is_in_no_title(self, desk, ask):
        ask(name="Ana Lima")
        html = desk.get(CALENDAR, {"day": "2027-06-08"}).content.decode()
        assert "Ana" not in html.split("</title>")[0]

    def test_begins_with_today_at_the_clinic(self, desk, clock):
        clock.move_to(at("2027-06-07 23:00"))  # the 8th in UTC
        desk.force_login(desk.user)
        assert "Mon, Jun 7, 2027" in self.said(desk.get(CALENDAR))

    @pytest.mark.parametrize("day", ["", "soon", "2027-02-30", "9999-12-31", "0001-01-01", "2027-06-08' OR 1=1"])
    def test_day_that_is_none_is_today(self, desk, day):
        assert "Mon, Jun 7, 2027" in self.said(desk.get(CALENDAR, {"day": day}))

    def test_leads_to_the_days_around(self, desk):
        html = desk.get(CALENDAR, {"day": "2027-06-08"}).content.decode()
        assert 'href="/admin/calendar/?day=2027-06-07"' in html
        assert 'href="/admin/calendar/?day=2027-06-09"' in html

    def test_canceled_and_lapsed_visits_are_not_there(self, desk, ask, clock):
        press(desk, ask(), action="cancel")
        ask(start=at("2027-06-08 11:00"))
        clock.move_to(RUN_OUT)
        assert "Ana Lima" not in self.said(desk.get(CALENDAR, {"day": "2027-06-08"}))

    def test_each_visit_stands_in_its_room(self, desk, ask):
        second = Resource.objects.create(name="Second room")
        ask(name="One")
        ask(name="Two")
        rooms = desk.get(CALENDAR, {"day": "2027-06-08"}).context["rooms"]
        assert [[line.visit.case.name for line in room.lines] for room in rooms] in (
            [["One"], ["Two"]],
            [["Two"], ["One"]],
        )
        assert second in [room.resource for room in rooms]

    def test_room_that_is_switched_off_is_shown_while_it_has_visits(self, desk, ask, resource):
        ask()
        Resource.objects.update(is_active=False)
        assert resource.name in self.said(desk.get(CALENDAR, {"day": "2027-06-08"}))
        assert resource.name not in [room.resource.name for room in desk.get(CALENDAR, {"day": "2027-06-09"}).context["rooms"]]

    def test_closing_a_time_shows_it_and_opening_gives_it_back(self, desk, resource, policy):
        response = self.close(desk, resource)
        assert response.url == f"{CALENDAR}?day=2027-06-08"
        assert "9 am – 4 pm Closed: Training" in self.said(desk.get(response.url))
        blocked_time = BlockedTime.objects.get()
        assert (blocked_time.starts_at, blocked_time.created_by) == (at("2027-06-08 09:00"), desk.user)
        assert TUESDAY not in [free.at for free in services.free_starts(policy, NOW)]
        desk.post(response.url, {"open": blocked_time.pk})
        assert TUESDAY in [free.at for free in services.free_starts(policy, NOW)]

    def test_visits_in_the_way_are_listed_with_links_and_nothing_is_closed(self, desk, ask, resource):
        case = ask(name="Ana Lima")
        response = self.close(desk, resource)
        page = BeautifulSoup(response.content, "html.parser")
        assert page.select_one(f'.desk-closing a[href="{page_of(case)}"]').get_text() == "Ana Lima"
        assert page.select_one('input[name="reason"]')["value"] == "Training"
        assert not BlockedTime.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"start": "2027-06-08T12:00", "end": "2027-06-08T09:00"}, "ends before it starts"),
            ({"end": "2027-12-08T12:00"}, "three months"),
            ({"start": ""}, "Choose a day and a time"),
            ({"resources": []}, "Choose at least one"),
            ({"resources": [999]}, "not one of the available choices"),
        ],
    )
    def test_time_that_cannot_be_closed_is_refused_in_words(self, desk, resource, fields, words):
        assert words in self.said(self.close(desk, resource, **fields))
        assert not BlockedTime.objects.exists()

    def test_time_that_is_closed_already_is_not_closed_twice(self, desk, resource):
        self.close(desk, resource)
        assert "closed already" in self.said(self.close(desk, resource))
        assert BlockedTime.objects.count() == 1

    @pytest.mark.parametrize("pk", ["", "abc", "9" * 30, "999999"])
    def test_opening_what_is_not_closed_is_no_error(self, desk, pk):
        assert desk.post(CALENDAR, {"open": pk}).status_code == 302

    @pytest.mark.parametrize(("role", "may_look", "may_close"), [
        ("frontdesk", True, True), ("manager", True, True), ("admin", True, True),
        ("clinician", True, False), ("editor", False, False),
    ])  # fmt: skip
    def test_roles(self, client, policy, resource, role, may_look, may_close):
        client.force_login(factories.make_user(role))
        response = client.get(CALENDAR)
        assert (response.status_code == 200) == may_look
        assert ("Close this time" in response.content.decode()) == may_close
        assert (CALENDAR in client.get("/admin/").content.decode()) == may_look
        self.close(client, resource)
        assert BlockedTime.objects.exists() == may_close
        blocked_time = (
            BlockedTime.objects.first()
            or services.block_time(
                [resource.pk], at("2027-06-08 09:00"), at("2027-06-08 10:00"), actor=factories.make_user("admin")
            )[0]
        )
        client.post(CALENDAR, {"open": blocked_time.pk})
        assert BlockedTime.objects.exists() != may_close

    def test_asks_as_often_with_many_visits(self, desk, ask):
        ask()
        path = f"{CALENDAR}?day=2027-06-08"
        desk.get(path)
        few = queries_for(desk, path)
        for number in range(1, 6):
            ask(start=TUESDAY + timedelta(minutes=30 * number))
        assert queries_for(desk, path) == few


class TestRoomsAndPeople:
    @pytest.mark.parametrize("role", ["frontdesk", "clinician", "editor"])
    def test_are_the_managers_business(self, client, profile, role):
        client.force_login(factories.make_user(role))
        assert client.get("/admin/resource/").status_code == 302
        assert client.post("/admin/resource/new/", {"name": "Mine", "sort_order": 0}).status_code == 302
        assert not Resource.objects.filter(name="Mine").exists()

    def test_manager_adds_renames_and_switches_off(self, client, profile):
        client.force_login(factories.make_user("manager"))
        client.post("/admin/resource/new/", {"name": "Laser room", "is_active": "on", "sort_order": 1})
        resource = Resource.objects.get(name="Laser room")
        client.post(f"/admin/resource/edit/{resource.pk}/", {"name": "Laser", "sort_order": 1})
        resource.refresh_from_db()
        assert (resource.name, resource.is_active) == ("Laser", False)
        assert "Laser" in client.get("/admin/resource/").content.decode()
        assert "Rooms and people" in client.get("/admin/").content.decode()

    def test_room_without_visits_is_deleted(self, client, profile):
        client.force_login(factories.make_user("manager"))
        resource = Resource.objects.create(name="Never used")
        client.post(f"/admin/resource/delete/{resource.pk}/")
        assert not Resource.objects.filter(pk=resource.pk).exists()

    def test_room_with_visits_stays_and_the_reason_is_said(self, client, ask):
        resource = ask().appointments.get().resource
        client.force_login(factories.make_user("manager"))
        response = client.post(f"/admin/resource/delete/{resource.pk}/", follow=True)
        assert "cannot be deleted" in response.content.decode()
        assert Resource.objects.filter(pk=resource.pk).exists()
