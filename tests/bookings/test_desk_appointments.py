"""Times on the page of a case: shown, booked, moved and canceled there, and when an answer is due."""

from datetime import timedelta
from uuid import uuid4

import pytest

from bookings import services
from bookings.models import Appointment, AppointmentState, EventKind, Resource, Slot, Status
from clinic.models import OpeningHours
from tests import factories
from tests.bookings.conftest import TUESDAY
from tests.bookings.desk import buttons, page_of, press, soup, text_of
from tests.clinic.test_hours_admin import Screen
from tests.counting import queries_for
from tests.opening_hours import at, utc

NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles
HOLD_ENDS = at("2027-06-07 13:00")  # four open hours later
CONFIRM, CANCEL = ("action", "confirm"), ("action", "cancel")


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def desk(desk, policy):
    """Let the clinic have opening hours, too."""
    return desk


def time_panel(response) -> str:
    return text_of(response, "#time-section")


def live(case) -> Appointment | None:
    return case.appointments.live().first()


# The panel


def test_held_time_shows_until_when(desk, ask):
    response = desk.get(page_of(ask()))
    assert "Tue, Jun 8, 10 am held until Mon, Jun 7, 1 pm" in time_panel(response)
    assert CONFIRM in buttons(response)


def test_room_is_named_only_among_several(desk, ask):
    case, room = ask(), Resource.objects.get().name
    assert room not in time_panel(desk.get(page_of(case)))
    Resource.objects.create(name="Second room")
    assert room in time_panel(desk.get(page_of(case)))


def test_case_without_time_offers_the_next_ones(desk):
    response = desk.get(page_of(factories.make_case()))
    assert "No time yet" in time_panel(response)
    assert [value for name, value in buttons(response) if name == "book_at"][:3] == [
        "2027-06-07T20:00:00+00:00",
        "2027-06-08T16:00:00+00:00",
        "2027-06-08T19:00:00+00:00",
    ]


def test_overdue_hold_is_shown_as_expired(desk, ask, clock):
    case = ask()
    clock.move_to(HOLD_ENDS)  # No worker has written that down yet.
    response = desk.get(page_of(case))
    assert "Expired" in time_panel(response)
    assert CONFIRM in buttons(response)
    assert CANCEL not in buttons(response)


def test_canceled_time_says_so(desk, ask):
    case = ask()
    press(desk, case, action="cancel")
    response = desk.get(page_of(case))
    assert "Canceled" in time_panel(response)
    assert CONFIRM not in buttons(response)


def test_panel_says_who_is_on_the_waitlist(desk, ask):
    assert "waitlist" in time_panel(desk.get(page_of(ask(on_waitlist=True))))
    assert "waitlist" not in time_panel(desk.get(page_of(ask(start=TUESDAY + timedelta(hours=1)))))


def test_no_step_books_a_held_time(desk, ask):
    # A step alone would leave the time held, and it would expire.
    case = ask()
    press(desk, case, to_status="contacting")
    assert ("to_status", "booked") not in buttons(desk.get(page_of(case)))
    press(desk, case, to_status="booked")
    assert live(case).state == AppointmentState.HELD


def test_clinician_sees_the_time_and_changes_none(client, ask):
    case = ask()
    client.force_login(factories.make_user("clinician"))
    response = client.get(page_of(case))
    assert "Tue, Jun 8, 10 am" in time_panel(response)
    assert {value for name, value in buttons(response) if name in ("action", "book_at")} == {"typed", "note"}
    for data in ({"action": "confirm"}, {"action": "cancel"}, {"book_at": TUESDAY.isoformat()}):
        assert press(client, case, **data).status_code == 403
        assert live(case).state == AppointmentState.HELD


def test_desk_books_without_opening_hours(client, profile, consultation_settings):
    client.force_login(factories.make_user("frontdesk"))
    case = factories.make_case()
    assert "book_at" not in dict(buttons(client.get(page_of(case))))
    press(client, case, action="book", start="2027-06-08T10:00")
    assert live(case).starts_at == TUESDAY


@pytest.mark.parametrize(
    ("typed", "done"),
    [
        ({"start": "2027-06-09T11:45"}, EventKind.BOOKED),
        ({"call_time": "2027-06-08T09:05"}, EventKind.CALLED),
        ({"note": "Typed at length"}, EventKind.NOTE),
        ({"start": "2027-06-09T11:45", "call_time": "2027-06-08T09:05", "note": "Both"}, EventKind.NOTE),
    ],
)
def test_enter_does_what_the_filled_field_says(desk, typed, done):
    # A browser presses the first button of the form, wherever it stands. Chromium passes over disabled ones.
    case = factories.make_case()
    page = soup(desk.get(page_of(case)))
    first = next(button for button in page.select("button[type=submit]") if button.get("form") == "desk-form")
    press(desk, case, **{first["name"]: first["value"]}, **typed)
    assert case.events.order_by("pk").last().kind == done


# The buttons


def test_held_time_is_booked_with_one_click(desk, ask, clock):
    case = ask()
    assert press(desk, case, action="confirm", note="Called, they are glad").url == page_of(case)
    assert live(case).state == AppointmentState.BOOKED
    event = case.events.get(kind=EventKind.BOOKED)
    assert (event.actor, event.data["note"]) == (desk.user, "Called, they are glad")
    response = desk.get(page_of(case))
    assert "booked" in time_panel(response)
    assert ("to_status", "checked_in") not in buttons(response)
    clock.move_to(TUESDAY)
    desk.force_login(desk.user)
    assert {("to_status", "checked_in"), ("to_status", "no_show")} <= set(buttons(desk.get(page_of(case))))


def test_expired_time_is_booked_while_free(desk, ask, clock):
    case = ask()
    clock.move_to(HOLD_ENDS)
    services.expire_holds()
    press(desk, case, action="confirm")
    assert live(case).state == AppointmentState.BOOKED


def test_held_time_beats_an_expired_later_one(desk, ask, clock):
    known = {"submission_key": uuid4(), "email": "ana@patient.example.com"}
    case = ask(TUESDAY + timedelta(days=1), **known)
    clock.move_to(HOLD_ENDS)
    services.expire_holds()
    ask(**known)
    assert CONFIRM in buttons(desk.get(page_of(case)))
    press(desk, case, action="confirm")
    assert live(case).starts_at == TUESDAY


def test_expired_time_in_the_past_is_not_booked(desk, ask, clock):
    case = ask()
    clock.move_to(TUESDAY + timedelta(hours=1))
    desk.force_login(desk.user)
    services.expire_holds()
    assert "This time has passed" in press(desk, case, action="confirm").content.decode()
    assert live(case) is None


def test_taken_time_offers_the_nearest_three(desk, ask, clock):
    case = ask()
    clock.move_to(HOLD_ENDS)
    services.expire_holds()
    ask()
    response = press(desk, case, action="confirm", note="They called")
    assert "was just taken" in response.content.decode()
    assert "They called" in response.content.decode()
    offered = [value for name, value in buttons(response) if name == "book_at"]
    assert len(offered) == 3
    press(desk, case, book_at=offered[0])
    assert live(case).starts_at.isoformat() == offered[0]


@pytest.mark.parametrize(
    ("typed", "booked"),
    [
        ("2027-06-07T09:15", "2027-06-07 16:15"),
        ("2027-11-07T01:30", "2027-11-07 08:30"),  # comes twice that night: the first is meant
    ],
)
def test_typed_time_is_the_clinics_wall_clock(desk, typed, booked):
    case = factories.make_case()
    response = press(desk, case, action="book", start=typed)
    if response.status_code == 200:  # At night the page asks first.
        assert "The clinic is closed then." in text_of(response)
        (anyway,) = [value for name, value in buttons(response) if name == "book_anyway"]
        press(desk, case, book_anyway=anyway)
    assert live(case).starts_at == utc(booked)
    case.refresh_from_db()
    assert services.get_stage(case) == AppointmentState.BOOKED


def test_booked_visit_is_moved(desk, ask):
    case = ask()
    press(desk, case, action="confirm")
    press(desk, case, action="book", start="2027-06-09T11:45")
    assert live(case).starts_at == at("2027-06-09 11:45")
    assert case.events.filter(kind=EventKind.MOVED).exists()


def test_taken_time_is_refused_and_typing_kept(desk, ask):
    ask()
    case = factories.make_case()
    html = press(desk, case, action="book", start="2027-06-08T10:00", note="Only this one").content.decode()
    for text in ("was just taken", "Only this one", 'value="2027-06-08T10:00"'):
        assert text in html
    assert live(case) is None


def test_bad_typed_time_is_refused_in_words(desk):
    case = factories.make_case()
    for typed, words in {
        "": "Choose a day and a time",
        "soon": "Choose a day and a time",
        "2027-06-08T10:05": "quarter past",
        "2028-03-12T02:30": "clocks go forward",
        "9999-12-31T23:45": "next two years",
        "0001-01-01T00:00": "next two years",
        "2027-06-07T08:45": "This time has passed",
    }.items():
        html = press(desk, case, action="book", start=typed, note="Typed at length").content.decode()
        assert words in html, typed
        assert "Typed at length" in html
    assert live(case) is None


def test_tampered_button_books_nothing(desk):
    case = factories.make_case()
    tampered = ("", "soon", "2027-06-08T10:00", "2027-06-08T17:07Z", "2027-06-08T17:00:30Z", "9999-12-31T23:45Z")
    for value in tampered:
        assert press(desk, case, book_at=value).status_code == 200, value
    assert live(case) is None


def test_canceling_keeps_the_note_and_frees_time(desk, ask):
    case = ask()
    press(desk, case, action="confirm")
    press(desk, case, action="cancel", note="They have a cold")
    assert case.events.get(kind=EventKind.CANCELED).data["note"] == "They have a cold"
    assert Slot.objects.count() == 0
    case.refresh_from_db()
    assert services.get_stage(case) == Status.CONTACTING


def test_stale_page_changes_no_time(desk, ask, clerk):
    case = ask()
    services.assign(case.pk, desk.user, actor=clerk, expected_version=1)
    for data in (
        {"action": "confirm"},
        {"action": "cancel"},
        {"action": "book", "start": "2027-06-09T11:45"},
        {"book_at": "2027-06-09T18:45:00+00:00"},
    ):
        response = desk.post(page_of(case), {"expected_version": 1, "note": "Typed at length", **data})
        assert response.status_code == 409
        assert "Fran Frontdesk : Owner changed" in text_of(response, "#desk-changes")
        for text in ("Typed at length", 'name="expected_version" value="2"', data.get("start", "")):
            assert text in response.content.decode()
    assert (live(case).state, live(case).starts_at) == (AppointmentState.HELD, TUESDAY)


def test_closed_case_gets_no_time(desk):
    case = factories.make_case(status=Status.CLOSED)
    names = dict(buttons(desk.get(page_of(case))))
    assert "book_at" not in names
    assert "action" not in names or names["action"] != "book"
    assert "first, then choose" in press(desk, case, action="book", start="2027-06-09T11:45").content.decode()
    case.refresh_from_db()
    assert case.status == Status.CLOSED


def test_page_queries_do_not_grow_with_times(desk, ask):
    case = ask()
    desk.get(page_of(case))
    few = queries_for(desk, page_of(case))
    for hour in range(8):
        factories.make_visit(case, "expired", TUESDAY + timedelta(days=1, minutes=30 * hour))
    assert queries_for(desk, page_of(case)) == few


# When the answer is due


@pytest.mark.parametrize(
    ("received", "due", "is_late"),
    [
        ("2027-06-07 09:00", "Mon, Jun 7, 1 pm", False),
        ("2027-06-06 10:00", "Mon, Jun 7, 1 pm", False),  # a Sunday
        ("2027-06-04 15:00", "Mon, Jun 7, 12 pm", False),  # a Friday afternoon
        ("2027-06-04 12:00", "Fri, Jun 4, 4 pm", True),
    ],
)
def test_answer_is_due_in_four_open_hours(desk, received, due, is_late):
    context = desk.get(page_of(factories.make_case(created_at=at(received)))).context
    assert (context["answer_by"], context["is_late"]) == (due, is_late)


def test_answer_is_due_in_a_day_without_hours(client, profile, consultation_settings):
    client.force_login(factories.make_user("frontdesk"))
    context = client.get(page_of(factories.make_case(created_at=at("2027-06-06 09:30")))).context
    assert (context["answer_by"], context["is_late"]) == ("Mon, Jun 7, 9:30 am", False)


def test_answer_is_due_when_the_hold_ends(desk, ask):
    case = ask()
    case.appointments.update(held_until=at("2027-06-07 12:30"))
    services.retime_all()
    assert desk.get(page_of(case)).context["answer_by"] == "Mon, Jun 7, 12:30 pm"


# Closing a day in the opening hours


@pytest.fixture
def close_tuesday(client, policy):
    OpeningHours.objects.get().save_revision()

    def close(role):
        client.force_login(factories.make_user(role))
        screen = Screen(client)
        screen["tuesday"] = "closed"
        return screen.save()

    return close


def test_closing_a_day_lists_its_visits(ask, close_tuesday):
    case, other = ask(name="Ana Lima"), ask(start=at("2027-06-09 10:00"))
    screen = close_tuesday("manager")
    assert not screen.was_saved
    assert case.reference in screen.said
    assert other.reference not in screen.said
    assert screen.page.select_one(f'a[href="{page_of(case)}"]')


def test_editor_closing_a_day_sees_references_only(ask, close_tuesday):
    case = ask(name="Ana Lima")
    screen = close_tuesday("editor")
    assert case.reference in screen.said
    assert "Ana" not in screen.said
    assert not screen.page.select_one(f'a[href="{page_of(case)}"]')


def test_expired_hold_is_not_hit_by_closing(ask, close_tuesday, clock):
    case = ask()
    clock.move_to(HOLD_ENDS)
    assert case.reference not in close_tuesday("manager").said
