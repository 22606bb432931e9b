"""Two clerks on one case, two windows, and a button that is pressed twice: nothing is lost, nothing happens twice."""

from datetime import timedelta

import pytest

from bookings import services
from bookings.models import EventKind, TaskKind
from tests import factories
from tests.bookings.desk import buttons, page_of, press, soup, text_of
from tests.opening_hours import at, utc

NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles


@pytest.fixture(autouse=True)
def clock(time_machine, policy):
    time_machine.move_to(NOW, tick=False)
    return time_machine


def act(service, case, clerk, *values, **fields):
    case.refresh_from_db()
    return service(case.pk, *values, actor=clerk, expected_version=case.version, **fields)


# What the first clerk did while the second had the page open, and what the second is told.
CHANGES = {
    "call": (lambda case, clerk: act(services.record_call, case, clerk, "no_answer"), "Patient not reached"),
    "owner": (lambda case, clerk: act(services.assign, case, clerk, clerk), "Owner changed"),
    "step": (lambda case, clerk: act(services.change_stage, case, clerk, "contacting"), "New → Contacting"),
    "close": (
        lambda case, clerk: act(services.change_stage, case, clerk, "closed", outcome="declined"),
        "New → Closed",
    ),
    "links": (lambda case, clerk: act(services.revoke_links, case, clerk), "Links in earlier emails revoked"),
    "snooze": (
        lambda case, clerk: act(
            services.snooze, case, clerk, NOW + timedelta(hours=1), task_id=case.tasks.open().get().pk, note="At lunch"
        ),
        "At lunch",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_second_clerk_is_told_who_and_what(desk, clerk, change):
    case = factories.make_case()
    first, words = CHANGES[change]
    first(case, clerk)
    response = desk.post(page_of(case), {"expected_version": 1, "answered": "reached", "note": "They come on Thursday"})
    assert response.status_code == 409
    told = text_of(response, "#desk-changes")
    assert "Fran Frontdesk" in told
    assert words in told
    assert "They come on Thursday" in response.content.decode()
    assert case.events.filter(actor=desk.user).count() == 0


def test_second_clerk_is_told_of_every_change_since(desk, clerk):
    case = factories.make_case()
    for change in ("call", "owner", "links"):
        CHANGES[change][0](case, clerk)
    response = desk.post(page_of(case), {"expected_version": 2, "action": "take"})
    told = [line.get_text(" ", strip=True) for line in soup(response).select("#desk-changes li")]
    assert len(told) == 2
    assert "Owner changed" in told[0]


def test_patient_counts_as_a_second_clerk(desk, ask, policy):
    case = ask()
    services.cancel(case.pk, policy=policy)
    response = desk.post(page_of(case), {"expected_version": 1, "action": "confirm", "note": "Glad"})
    assert response.status_code == 409
    assert "Patient or website : Visit canceled" in text_of(response, "#desk-changes")


@pytest.mark.parametrize(
    "typed",
    [
        {"start": "2027-06-09T11:45"},
        {"call_time": "2027-06-09T11:45"},
        {"new_name": "Ana de Lima", "new_email": "ana@patient.example.com", "new_phone": "(949) 555-0199"},
        {"note": "Typed\nat length"},
    ],
)
def test_what_the_second_clerk_typed_is_still_there(desk, clerk, typed):
    case = factories.make_case()
    CHANGES["call"][0](case, clerk)
    response = desk.post(page_of(case), {"expected_version": 1, "action": "take", **typed})
    assert response.status_code == 409
    page = soup(response)
    for name, value in typed.items():
        field = page.select_one(f"[name={name}]")
        assert value in (field.get("value"), field.get_text().lstrip("\n")), name


def test_what_the_second_clerk_chose_is_still_chosen(desk, clerk):
    case, colleague = factories.make_case(), factories.make_user("frontdesk")
    CHANGES["call"][0](case, clerk)
    chosen = {"outcome": "declined", "owner": colleague.pk}
    response = desk.post(page_of(case), {"expected_version": 1, "action": "owner", **chosen})
    page = soup(response)
    for name, value in chosen.items():
        assert page.select_one(f"[name={name}] option[selected]")["value"] == str(value), name


# One clerk who presses twice


@pytest.mark.parametrize(
    "pressed",
    [
        {"answered": "no_answer"},
        {"answered": "reached", "note": "They come on Thursday"},
        {"to_status": "contacting"},
        {"action": "take"},
        {"action": "later", "call_time": "2027-06-08T09:00"},
        {"to_status": "closed", "outcome": "declined"},
        {"note": "Allergic to lidocaine"},
        {"action": "book", "start": "2027-06-09T11:45"},
    ],
)
def test_double_click_does_it_once(desk, pressed):
    case = factories.make_case()
    for _click in range(2):
        response = desk.post(page_of(case), {"expected_version": 1, **pressed})
        assert (response.status_code, response.url) == (302, page_of(case))
    assert case.events.count() == 2


def test_other_button_of_an_old_page_says_what_changed(desk):
    case = factories.make_case()
    press(desk, case, answered="no_answer")
    response = desk.post(page_of(case), {"expected_version": 1, "answered": "reached"})
    assert response.status_code == 409
    assert "Fay Desk" in text_of(response, "#desk-changes")


def test_same_button_of_an_old_window_is_not_pressed(desk, clock):
    case = factories.make_case()
    press(desk, case, answered="no_answer")
    clock.shift(timedelta(minutes=5))
    response = desk.post(page_of(case), {"expected_version": 1, "answered": "no_answer"})
    assert response.status_code == 409
    assert "Fay Desk" in text_of(response, "#desk-changes")
    assert case.tasks.open().get().attempts == 1


def test_new_words_of_a_double_click_are_kept(desk):
    case = factories.make_case()
    press(desk, case, answered="no_answer")
    response = desk.post(page_of(case), {"expected_version": 1, "answered": "no_answer", "note": "Voicemail is full"})
    assert response.status_code == 409
    assert "Voicemail is full" in response.content.decode()


def test_same_note_of_a_colleague_is_kept(desk, clerk):
    case = factories.make_case()
    services.add_note(case.pk, "Left a message", actor=clerk)
    press(desk, case, note="Left a message")
    assert case.events.filter(kind=EventKind.NOTE).count() == 2


def test_same_note_an_hour_later_is_another(desk, clock):
    case = factories.make_case()
    press(desk, case, note="Left a message")
    clock.shift(timedelta(hours=1))
    press(desk, case, note="Left a message")
    assert case.events.filter(kind=EventKind.NOTE).count() == 2


# Putting off


def test_one_click_puts_a_task_off(desk):
    case = factories.make_case(created_at=NOW)
    task = case.tasks.open().get()
    offered = [value for name, value in buttons(desk.get(page_of(case))) if name == "snooze"]
    assert offered == [f"{task.pk} 2027-06-07T17:00:00+00:00"]  # The answer is due at 1 pm.
    press(desk, case, snooze=offered[0])
    task.refresh_from_db()
    assert (task.opens_at, task.due_at) == (at("2027-06-07 10:00"), at("2027-06-07 13:00"))
    event = case.events.order_by("pk").last()
    assert (event.kind, event.version) == (EventKind.SNOOZED, 2)
    assert "Answer a request: not before Mon, Jun 7, 2027, 10 am" in text_of(desk.get(page_of(case)), ".desk-timeline")


def test_case_that_was_put_off_says_so(desk, clerk):
    case = factories.make_case(status="no_show")
    act(services.snooze, case, clerk, at("2027-06-14 09:00"))
    assert "Not before Mon, Jun 14, 2027, 9 am" in text_of(desk.get(page_of(case)), ".desk-timeline")


@pytest.mark.parametrize(
    ("status", "kind", "until", "is_done"),
    [
        ("new", TaskKind.ANSWER, "2027-06-07 13:00", True),
        ("new", TaskKind.ANSWER, "2027-06-07 13:15", False),
        ("treated", TaskKind.DAY_AFTER, "2027-06-07 16:00", True),
        ("treated", TaskKind.DAY_AFTER, "2027-06-08 09:00", False),
        ("booked", TaskKind.RECORD_VISIT, "2027-06-09 09:00", False),
        ("no_show", TaskKind.NO_SHOW, "2027-06-14 09:00", True),
        ("contacting", TaskKind.NEXT_STEP, "2027-06-14 09:00", True),
        ("new", TaskKind.ANSWER, "2027-06-07 09:00", False),
        ("no_show", TaskKind.NO_SHOW, "2027-06-06 09:00", False),
    ],
)
def test_promise_is_never_put_off_past_its_moment(clerk, status, kind, until, is_done):
    case = factories.make_case(status=status)
    task = case.tasks.open().get(kind=kind)
    due = task.due_at
    if is_done:
        act(services.snooze, case, clerk, task_id=task.pk, until=at(until))
        task.refresh_from_db()
        assert (task.opens_at, task.due_at) == (at(until), max(due, at(until)))
    else:
        with pytest.raises(services.BookingError):
            act(services.snooze, case, clerk, task_id=task.pk, until=at(until))
        assert case.events.filter(kind=EventKind.SNOOZED).count() == 0


def test_settled_task_is_not_put_off(clerk):
    case = factories.make_case()
    task = case.tasks.open().get()
    act(services.record_call, case, clerk, "reached")
    with pytest.raises(services.BookingError, match="done already"):
        act(services.snooze, case, clerk, task_id=task.pk, until=NOW + timedelta(hours=1))


def test_task_of_another_case_is_not_put_off(clerk):
    case, other = factories.make_case(), factories.make_case()
    with pytest.raises(services.BookingError, match="done already"):
        act(services.snooze, case, clerk, task_id=other.tasks.open().get().pk, until=NOW + timedelta(hours=1))


def test_call_after_a_snooze_sets_its_own_time(clerk, clock):
    case = factories.make_case(status="no_show")
    act(services.snooze, case, clerk, task_id=case.tasks.open().get().pk, until=at("2027-06-14 09:00"))
    clock.move_to(at("2027-06-14 10:00"), tick=False)
    act(services.record_call, case, clerk, "no_answer")
    assert case.tasks.open().get().opens_at == at("2027-06-14 12:00")
