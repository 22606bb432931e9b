"""Two visits in one case: the desk and the patient read the same, and each step changes its own visit."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from bookings import services
from bookings.desk.opening_hours import find_visits
from bookings.messaging.links import get_receipt_path, get_visit_path
from bookings.messaging.outbox import send_due
from bookings.models import AppointmentState, Message, MessageKind, Outcome, Resource, Status
from clinic.hours.schedule import Interval
from clinic.models import OpeningHours
from tests import factories
from tests.opening_hours import at

from .conftest import TUESDAY
from .desk import LIST, buttons, page_of, press, soup, text_of
from .test_appointments import NOW

THURSDAY = at("2027-06-10 10:00")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(home):
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def desk(desk, monkeypatch):
    """Return the desk's browser, logged in anew for each page: hours pass in these tests."""
    for name in ("get", "post"):
        monkeypatch.setattr(desk, name, partial(open_logged_in, desk, getattr(desk, name)))
    return desk


def open_logged_in(desk, method, *args, **kwargs):
    desk.force_login(desk.user)
    return method(*args, **kwargs)


@pytest.fixture
def act(clerk, policy):
    """Return a function that calls a service as the desk, with the case as it stands now."""

    def call(name, case, *args, **kwargs):
        case.refresh_from_db()
        known = {"actor": clerk, "expected_version": case.version}
        if name in ("book", "cancel", "confirm", "change_stage"):
            known["policy"] = policy
        done = getattr(services, name)(case.pk, *args, **known, **kwargs)
        case.refresh_from_db()
        return done

    return call


@pytest.fixture
def booked(ask, act):
    case = ask()
    act("confirm", case)
    return case


def time_panel(desk, case):
    return text_of(desk.get(page_of(case)), ".desk-case__next")


def lead(client, case):
    page = soup(client.get(get_visit_path(case)))
    lines = [" ".join(line.get_text(" ").split()) for line in page.select(".lead")]
    return [line.removesuffix(" All times are Los Angeles time.") for line in lines]


def receipt(client, case):
    return text_of(client.get(get_receipt_path(case)), ".lead")


def test_undone_missed_visit_is_the_current_one_again(desk, booked, act, clock):
    clock.move_to(TUESDAY + timedelta(minutes=5))
    act("change_stage", booked, "no_show")
    act("book", booked, THURSDAY)
    act("cancel", booked)
    act("change_stage", booked, "booked")
    panel = time_panel(desk, booked)
    assert "Tue, Jun 8, 10 am" in panel
    assert "Did the patient come?" in panel
    assert "Thu, Jun 10, 10 am" in panel
    assert lead(desk, booked) == [
        "Your visit is on Tuesday, June 8, 10 am.",
        "Your visit on Thursday, June 10, 10 am is canceled.",
    ]
    assert "You are booked for Tuesday, June 8, 10 am" in receipt(desk, booked)


def test_follow_up_leaves_the_steps_of_the_visit_that_goes_on(desk, booked, act, clock):
    clock.move_to(TUESDAY - timedelta(minutes=55))
    act("change_stage", booked, "checked_in")
    act("book", booked, THURSDAY)
    clock.move_to(TUESDAY + timedelta(minutes=5))
    assert services.get_stage(booked) == AppointmentState.CHECKED_IN
    assert ("to_status", "treated") in buttons(desk.get(page_of(booked)))
    assert lead(desk, booked) == [
        "You are checked in: your visit is on Tuesday, June 8, 10 am.",
        "Your visit is on Thursday, June 10, 10 am.",
    ]
    panel = time_panel(desk, booked)
    assert all(words in panel for words in ("Tue, Jun 8, 10 am", "Checked in", "Thu, Jun 10, 10 am", "booked"))
    act("change_stage", booked, "treated")
    assert services.get_stage(booked) == AppointmentState.BOOKED
    assert lead(desk, booked) == ["Your visit is on Thursday, June 10, 10 am."]


def test_canceled_follow_up_leaves_the_visit_that_goes_on(client, booked, act, clock, policy):
    clock.move_to(TUESDAY - timedelta(minutes=55))
    act("change_stage", booked, "checked_in")
    act("book", booked, THURSDAY)
    services.cancel(booked.pk, policy=policy)
    assert lead(client, booked) == [
        "You are checked in: your visit is on Tuesday, June 8, 10 am.",
        "Your visit on Thursday, June 10, 10 am is canceled.",
    ]
    assert client.get(f"{get_visit_path(booked)}visit.ics").status_code == 200
    assert "You are booked for Tuesday" in receipt(client, booked)
    assert "Choose a new time" in text_of(client.get(get_visit_path(booked)))
    services.choose_time(booked.pk, THURSDAY + timedelta(hours=1), policy=policy)
    booked.refresh_from_db()
    assert (services.get_stage(booked), booked.is_waiting) == (AppointmentState.CHECKED_IN, True)
    clock.move_to(TUESDAY)
    act("change_stage", booked, "treated")
    assert (services.get_stage(booked), booked.is_waiting) == (Status.CONTACTING, True)


def test_calendar_file_of_two_visits_is_the_coming_one(client, booked, act, clock):
    clock.move_to(TUESDAY)
    act("change_stage", booked, "checked_in")
    act("book", booked, THURSDAY)
    assert b"DTSTART:20270610T170000Z" in client.get(f"{get_visit_path(booked)}visit.ics").content


def test_undone_walk_in_restores_the_time_before_it(desk, ask, act, clock):
    case = ask(start=THURSDAY)
    clock.move_to(at("2027-06-07 14:00"))
    services.expire_holds()
    before = time_panel(desk, case), lead(desk, case), receipt(desk, case)
    act("change_stage", case, "checked_in")
    act("change_stage", case, "booked")
    assert (time_panel(desk, case), lead(desk, case), receipt(desk, case)) == before
    assert "Book this visit" in before[0]


def test_undone_walk_in_without_a_time_leaves_none(desk, ask, act):
    case = ask(start=None)
    before = time_panel(desk, case), lead(desk, case), receipt(desk, case)
    act("change_stage", case, "checked_in")
    act("change_stage", case, "booked")
    assert (time_panel(desk, case), lead(desk, case), receipt(desk, case)) == before
    assert not case.appointments.exists()


def test_step_back_keeps_a_question_that_came_since(ask, act, policy):
    case = ask(start=None)
    act("change_stage", case, "checked_in")
    services.choose_time(case.pk, THURSDAY, policy=policy)
    act("change_stage", case, "booked")
    assert (services.get_stage(case), case.is_waiting) == (Status.CONTACTING, True)


# A patient who has come early


def test_checked_in_visit_stands_in_the_list_until_it_ends(desk, booked, act, clock):
    clock.move_to(TUESDAY - timedelta(minutes=55))
    act("change_stage", booked, "checked_in")
    assert "Tue, Jun 8, 10 am" in text_of(desk.get(LIST), "td.desk-visit-cell")
    clock.move_to(TUESDAY + timedelta(minutes=30))
    assert text_of(desk.get(LIST), "td.desk-visit-cell") == "–"


def test_change_of_hours_finds_a_checked_in_visit(desk, booked, act, clock):
    clock.move_to(TUESDAY - timedelta(minutes=55))
    act("change_stage", booked, "checked_in")
    (found,) = find_visits([Interval(at("2027-06-08 09:30"), at("2027-06-08 16:00"))], desk.user)
    assert found.starts_at == TUESDAY


def test_treatment_is_not_done_before_it_begins(desk, booked, act, clock):
    clock.move_to(TUESDAY - timedelta(hours=3))
    act("change_stage", booked, "checked_in")
    page = desk.get(page_of(booked))
    assert ("to_status", "treated") not in buttons(page)
    steps = {value for name, value in buttons(page) if name == "to_status"}
    assert steps == {"booked", "closed"}  # Closing cancels the visit, and one step back takes the check-in back.
    with pytest.raises(services.TransitionError, match="not begun"):
        act("change_stage", booked, "treated")
    assert Outcome.COMPLETED not in services.get_outcomes(booked, timezone.now())


def test_closing_says_that_it_cancels_a_visit_checked_in_early(desk, booked, act, clock, mailoutbox):
    clock.move_to(TUESDAY - timedelta(minutes=55))
    act("change_stage", booked, "checked_in")
    send_due()
    assert "Closing cancels the visit on Tue, Jun 8, 10 am" in text_of(desk.get(page_of(booked)))
    press(desk, booked, to_status="closed", outcome="not_suitable")
    assert lead(desk, booked) == ["Your visit on Tuesday, June 8, 10 am is canceled."]
    mailoutbox.clear()
    send_due()
    (mail,) = mailoutbox
    assert mail.subject.startswith("Your visit is canceled")
    assert "METHOD:CANCEL" in booked.messages.get(kind=MessageKind.CANCELED).calendar


def test_page_of_a_case_closed_during_the_visit_promises_nothing(client, booked, act, clock):
    clock.move_to(TUESDAY + timedelta(minutes=5))
    act("change_stage", booked, "checked_in")
    act("change_stage", booked, "consulted")
    act("change_stage", booked, "closed", outcome="not_suitable")
    assert lead(client, booked) == ["Thank you for your visit."]
    assert "look forward" not in receipt(client, booked)
    assert not booked.messages.filter(kind=MessageKind.CANCELED).exists()


def test_patient_is_checked_in_until_a_night_visit_ends(booked, act, clock):
    start = at("2027-06-08 23:45")
    act("book", booked, start, anyway=["closed"])
    clock.move_to(start + timedelta(minutes=20))
    with pytest.raises(services.TransitionError, match="Check the patient in first"):
        act("change_stage", booked, "treated")
    act("change_stage", booked, "checked_in")
    assert services.get_stage(booked) == AppointmentState.CHECKED_IN


def test_walk_in_without_a_room_is_warned_of_and_stands_in_the_day(desk, booked, clock):
    clock.move_to(TUESDAY)
    walk_in = factories.make_case(name="Walk In", email="w@x.example.com")
    done = desk.post(page_of(walk_in), {"expected_version": 1, "to_status": "checked_in"}, follow=True)
    assert "No room is free then" in " ".join(map(str, done.context["messages"]))
    page = soup(desk.get("/admin/calendar/"))
    heads = [head.get_text(" ", strip=True) for head in page.select("thead th")]
    assert heads[1:] == [Resource.objects.get().name, "No room"]
    assert {"Ana Lima", "Walk In"} <= {link.get_text(strip=True) for link in page.select("tbody a")}


def test_day_without_a_roomless_visit_has_no_such_column(desk, booked):
    columns = desk.get("/admin/calendar/?day=2027-06-08").context["columns"]
    assert "No room" not in [one.resource.name for one in columns]


# Booking what was held


def close_tuesdays():
    hours = OpeningHours.objects.get()
    hours.tuesday = []
    hours.save()


def test_held_time_of_a_day_that_closed_is_asked_about(desk, ask):
    case = ask()
    close_tuesdays()
    answer = press(desk, case, action="confirm")
    assert "The clinic is closed then." in text_of(answer)
    assert not Message.objects.filter(kind=MessageKind.BOOKED).exists()
    (value,) = [value for name, value in buttons(answer) if name == "book_anyway"]
    press(desk, case, book_anyway=value)
    visit = case.appointments.get()
    assert (visit.state, visit.starts_at) == ("booked", TUESDAY)


def test_expired_time_that_is_blocked_is_asked_about(desk, ask, clerk, clock):
    case = ask()
    clock.move_to(at("2027-06-07 14:00"))
    services.expire_holds()
    room = Resource.objects.get().pk
    services.block_time([room], TUESDAY, TUESDAY + timedelta(hours=1), actor=clerk, reason="Repair")
    answer = press(desk, case, action="confirm")
    assert "The time is blocked. Reason: Repair" in text_of(answer)
    (value,) = [value for name, value in buttons(answer) if name == "book_anyway"]
    press(desk, case, book_anyway=value)
    assert case.appointments.live().get().starts_at == TUESDAY


def test_open_held_time_is_booked_without_a_question(desk, ask):
    case = ask()
    press(desk, case, action="confirm")
    assert case.appointments.get().state == "booked"


# Steps back and the clock


def test_back_to_new_keeps_an_answer_that_it_did_not_record(ask, act):
    case = ask(start=None)
    act("change_stage", case, "contacting")
    act("record_call", case, "reached")
    act("change_stage", case, "new")
    assert (case.status, case.is_waiting) == (Status.NEW, True)
    assert case.tasks.get(kind="answer", result="done").closing_event.kind == "answered"


def test_back_to_new_takes_back_the_answer_that_began_the_contact(ask, act):
    case = ask(start=None)
    act("record_call", case, "reached")
    act("change_stage", case, "new")
    assert (case.status, case.is_waiting) == (Status.NEW, True)
    assert case.tasks.get(kind="answer").is_open


def test_second_complaint_keeps_an_unanswered_clock(ask, file_complaint, clock, act):
    case = ask()
    complaint = file_complaint(case)
    asked_at = complaint.asked_at
    clock.shift(timedelta(minutes=65))
    file_complaint(case, "It hurts more.")
    complaint.refresh_from_db()
    assert complaint.asked_at == asked_at
    act("record_call", complaint, "reached")
    clock.shift(timedelta(minutes=5))
    file_complaint(case, "It still hurts.")
    complaint.refresh_from_db()
    assert complaint.asked_at == timezone.now()


def test_time_chosen_while_waiting_keeps_the_clock(desk, ask, clock, policy):
    case = ask()
    clock.move_to(at("2027-06-07 13:05"))
    services.expire_holds()
    services.choose_time(case.pk, THURSDAY, policy=policy)
    head = text_of(desk.get(page_of(case)), ".desk-case__head")
    assert "waiting 4 h" in head
    assert "late" in head
