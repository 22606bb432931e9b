"""What became of a call, an email to a patient who never answers, and the call on the day after a treatment."""

from datetime import timedelta

import pytest

from bookings import services
from bookings.messaging.outbox import send_due
from bookings.messaging.preconditions import is_still_relevant
from bookings.models import (
    AppointmentState,
    CallOutcome,
    Case,
    CaseKind,
    Event,
    EventKind,
    Message,
    MessageKind,
    MessageState,
    Outcome,
    Status,
    TaskKind,
    VisitType,
)
from tests import factories
from tests.bookings.desk import buttons, page_of, press, soup, text_of
from tests.opening_hours import at, utc

NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles


@pytest.fixture(autouse=True)
def clock(time_machine, policy):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def call(clerk):
    """Return a function that records a call."""

    def record(case, outcome="no_answer", **fields):
        case.refresh_from_db()
        return services.record_call(case.pk, outcome, actor=clerk, expected_version=case.version, **fields)

    return record


@pytest.fixture
def given_up(call):
    """Return a case whose patient has not answered three calls."""
    case = factories.make_case()
    for _attempt in range(3):
        call(case)
    case.refresh_from_db()
    return case


def owed(case) -> dict[str, tuple]:
    return {task.kind: (task.attempts, task.opens_at) for task in case.tasks.open()}


# The four outcomes


def test_patient_who_was_reached_is_owed_no_call(desk):
    case = factories.make_case()
    press(desk, case, answered="reached")
    assert set(owed(case)) == {TaskKind.NEXT_STEP}
    assert case.events.last().kind == EventKind.ANSWERED


def test_no_answer_owes_a_call_two_open_hours_later(desk):
    case = factories.make_case()
    press(desk, case, answered="no_answer", note="Voicemail is full")
    assert owed(case) == {TaskKind.CALL: (1, at("2027-06-07 11:00"))}
    event = case.events.last()
    assert (event.kind, event.data["note"]) == (EventKind.CALLED, "Voicemail is full")


def test_wrong_number_crosses_the_phone_out(desk):
    case = factories.make_case()
    press(desk, case, answered="wrong_number")
    page = soup(desk.get(page_of(case)))
    assert page.select_one(".desk-contact s").get_text() == case.phone
    assert not page.select("a[href^='tel:'], a[href^='sms:']")
    assert page.select("a[href^='mailto:']")


def test_corrected_phone_can_be_called_again(desk):
    case = factories.make_case()
    press(desk, case, answered="wrong_number")
    typed = {"new_name": case.name, "new_email": case.email, "new_phone": "(949) 555-0199"}
    press(desk, case, action="correct", **typed)
    assert soup(desk.get(page_of(case))).select_one("a[href='tel:+19495550199']")


@pytest.mark.parametrize(
    ("now", "labels"),
    [
        ("2027-06-07 09:00", ["in 1 hour", "tomorrow, 9 am", "Wednesday, 9 am", "Monday, June 14, 9 am"]),
        # The clinic closes at 4 pm, and on Friday for the weekend.
        ("2027-06-07 15:30", ["tomorrow, 9:30 am", "tomorrow, 9 am", "Wednesday, 9 am", "Monday, June 14, 9 am"]),
        ("2027-06-04 15:30", ["Monday, 9:30 am", "Monday, 9 am", "Tuesday, 9 am", "Friday, June 11, 9 am"]),
        ("2027-06-06 10:00", ["tomorrow, 10 am", "tomorrow, 9 am", "Tuesday, 9 am", "Monday, June 14, 9 am"]),
    ],
)
def test_next_call_is_offered_in_open_time(desk, clock, now, labels):
    clock.move_to(at(now), tick=False)
    desk.force_login(desk.user)
    page = soup(desk.get(page_of(factories.make_case())))
    assert [button.get_text() for button in page.select("button[name=call_at]")] == labels


def test_one_click_calls_again_tomorrow(desk):
    case = factories.make_case()
    offered = dict(reversed([one for one in buttons(desk.get(page_of(case))) if one[0] == "call_at"][1:2]))
    press(desk, case, **offered)
    assert owed(case) == {TaskKind.CALL: (0, at("2027-06-08 09:00"))}
    assert "Tue, Jun 8, 2027, 9 am" in text_of(desk.get(page_of(case)), ".desk-timeline")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2027-06-08T09:07", "Call again: Tue, Jun 8, 9:07 am."),
        ("2027-06-12T19:00", "Call again: Sat, Jun 12, 7 pm."),  # The patient asked for it.
        ("2027-06-07T09:00", "Choose a time that is still ahead."),
        ("2027-06-06T09:00", "Choose a time that is still ahead."),
        ("", "Choose a day and a time."),
        ("soon", "Choose a day and a time."),
        ("2031-06-07T09:00", "Choose a day within the next two years."),
        ("2028-03-12T02:30", "The clocks go forward that night"),
    ],
)
def test_typed_time_of_a_call_is_taken_or_refused_in_words(desk, typed, words):
    case = factories.make_case()
    response = press(desk, case, action="later", call_time=typed, note="Typed at length")
    if response.status_code == 302:
        assert words in text_of(desk.get(page_of(case)), "body")
        return
    html = response.content.decode()
    assert words in html
    assert "Typed at length" in html
    assert typed in html
    assert case.events.count() == 1


def test_tampered_call_buttons_change_nothing(desk):
    case = factories.make_case()
    for data in (
        {"answered": "later"},
        {"answered": "gone"},
        {"answered": ""},
        {"call_at": "soon"},
        {"call_at": ""},
        {"call_at": "2027-06-08T09:00"},
        {"call_at": "9999-12-31T23:45Z"},
        {"call_at": "2020-01-01T00:00Z"},
        {"well": "maybe"},
        {"well": "yes:99999999999999999999"},
        {"snooze": "1"},
        {"snooze": "x 2027-06-08T16:00Z"},
        {"snooze": "99999999999999999999 2027-06-08T16:00Z"},
    ):
        assert press(desk, case, note="Kept", **data).status_code == 200, data
    assert case.events.count() == 1


def test_call_of_a_closed_case_is_refused(desk):
    case = factories.make_case(status=Status.CLOSED)
    assert "answered" not in dict(buttons(desk.get(page_of(case))))
    assert "Open the case first." in text_of(press(desk, case, answered="reached"), "body")


# A patient who never answers


@pytest.mark.parametrize(("calls", "is_proposed"), [(0, False), (1, False), (2, False), (3, True), (4, True)])
def test_third_unanswered_call_proposes_a_closing_email(desk, call, calls, is_proposed):
    case = factories.make_case()
    for _attempt in range(calls):
        call(case)
    assert (("action", "give_up") in buttons(desk.get(page_of(case)))) == is_proposed


def test_missed_visit_proposes_it_too(desk, call):
    case = factories.make_case(status="no_show")
    for _attempt in range(3):
        assert ("action", "give_up") not in buttons(desk.get(page_of(case)))
        call(case)
    assert ("action", "give_up") in buttons(desk.get(page_of(case)))


def test_calls_put_off_do_not_count(desk, call):
    case = factories.make_case()
    for hours in (1, 2, 3, 4):
        call(case, "later", at=NOW + timedelta(hours=hours))
    assert ("action", "give_up") not in buttons(desk.get(page_of(case)))


def test_giving_up_closes_and_writes_in_one_event(desk, given_up):
    before = given_up.events.count()
    press(desk, given_up, action="give_up", note="Three times")
    given_up.refresh_from_db()
    assert (given_up.status, given_up.outcome) == (Status.CLOSED, Outcome.UNREACHABLE)
    assert given_up.events.count() == before + 1
    assert given_up.events.order_by("pk").last().data["note"] == "Three times"
    assert [message.kind for message in given_up.messages.all()] == [MessageKind.UNREACHABLE]
    assert not given_up.tasks.open().exists()


def test_giving_up_without_an_email_only_closes(desk, call):
    case = factories.make_case(email="")
    for _attempt in range(3):
        call(case)
    page = soup(desk.get(page_of(case)))
    assert page.select_one("button[value=give_up]").get_text() == "Close: could not be reached"
    press(desk, case, action="give_up")
    case.refresh_from_db()
    assert (case.outcome, case.messages.count()) == (Outcome.UNREACHABLE, 0)


def test_nobody_is_given_up_after_two_calls(desk, call):
    case = factories.make_case()
    call(case)
    call(case)
    assert "Call 3 times before" in text_of(press(desk, case, action="give_up"), "body")
    case.refresh_from_db()
    assert case.status == Status.CONTACTING


def test_giving_up_twice_writes_once(desk, given_up):
    version = given_up.version
    for _click in range(2):
        desk.post(page_of(given_up), {"expected_version": version, "action": "give_up"})
    assert Message.objects.filter(kind=MessageKind.UNREACHABLE).count() == 1
    assert Event.objects.filter(data__outcome=Outcome.UNREACHABLE).count() == 1


def test_closing_email_names_no_patient_in_its_subject(given_up, clerk, written):
    services.give_up(given_up.pk, actor=clerk, expected_version=given_up.version)
    message = written(Message.objects.get(kind=MessageKind.UNREACHABLE))
    assert message.subject == "We could not reach you – OC Beauty Medspa"
    for text in (message.text, message.html):
        assert "Hello Ana," in text
        assert given_up.reference in text
        assert "could not reach you" in text
        assert "None" not in text


def test_closing_email_is_sent_only_while_the_case_is_closed(given_up, clerk):
    services.give_up(given_up.pk, actor=clerk, expected_version=given_up.version)
    message = Message.objects.get(kind=MessageKind.UNREACHABLE)
    assert is_still_relevant(message)
    case = Case.objects.get()
    services.change_stage(
        case.pk, "contacting", actor=clerk, expected_version=case.version, note="They called back", policy=None
    )
    send_due()
    message.refresh_from_db()
    assert message.state == MessageState.DROPPED


# The day after a treatment


@pytest.fixture
def treated(clock):
    """Return a case whose patient was treated the day before."""
    return factories.make_case(status="treated")


def test_one_click_says_the_patient_is_fine(desk, treated):
    visit = treated.appointments.get()
    assert ("well", f"yes:{visit.pk}") in buttons(desk.get(page_of(treated)))
    press(desk, treated, well=f"yes:{visit.pk}")
    assert TaskKind.DAY_AFTER not in owed(treated)
    assert "The patient is well." in text_of(desk.get(page_of(treated)), ".desk-timeline")


def test_no_answer_keeps_the_day_after_call(desk, treated):
    press(desk, treated, answered="no_answer")
    assert owed(treated)[TaskKind.DAY_AFTER] == (1, at("2027-06-07 11:00"))


def test_not_well_opens_the_complaint_with_the_phone_ready(desk, treated):
    response = press(desk, treated, well="no", note="Their lid hangs, and they cannot see")
    complaint = Case.objects.get(kind=CaseKind.COMPLAINT)
    assert response.url == page_of(complaint)
    page = soup(desk.get(response.url))
    assert page.select_one("a[href='tel:+19495550123']")
    assert "Their lid hangs" in page.get_text()
    assert page.select_one(f'a[href="{page_of(treated)}"]')
    assert (complaint.previous, complaint.about) == (treated, treated.appointments.get())


def test_asking_twice_is_refused_in_words(desk, treated):
    press(desk, treated, well="yes")
    assert "Nobody has to ask this patient" in text_of(press(desk, treated, well="yes"), "body")


# What became of a visit


@pytest.fixture
def botox(db):
    return VisitType.objects.create(name="Botox", minutes=45, is_treatment=True, sort_order=5)


def test_treatment_done_at_a_consultation_says_which(desk, botox):
    case = factories.make_case(status="checked_in")
    assert soup(desk.get(page_of(case))).select_one("select[name=treatment]")
    response = press(desk, case, to_status="treated", note="Typed at length")
    assert "Choose which treatment was done." in text_of(response, "body")
    assert "Typed at length" in response.content.decode()
    press(desk, case, to_status="treated", treatment=botox.pk)
    visit = case.appointments.get()
    assert (visit.state, visit.done) == (AppointmentState.TREATED, botox)
    assert "Treatment: Botox" in text_of(desk.get(page_of(case)), ".desk-timeline")


def test_treatment_that_was_booked_is_not_asked_for(desk, botox):
    case = factories.make_case(status="checked_in")
    case.appointments.update(visit_type=botox)
    page = soup(desk.get(page_of(case)))
    assert not page.select("select[name=treatment]")
    steps = [button["value"] for button in page.select(".desk-next__buttons button[name=to_status]")]
    assert steps == ["treated", "consulted"]  # what usually comes first stands first


@pytest.mark.parametrize("state", ["held", "booked", "canceled", "expired", "no_show", "consulted", "treated"])
def test_no_field_for_a_treatment_that_has_not_happened(desk, botox, state):
    page = desk.get(page_of(factories.make_case(status=state)))
    assert not soup(page).select("select[name=treatment]")
    assert "treated" not in dict(buttons(page)).values()


def test_treatment_is_booked_from_the_consultation(desk, botox):
    case = factories.make_case(status="checked_in")
    assert ("times", str(botox.pk)) in buttons(desk.get(page_of(case)))
    response = press(desk, case, times=botox.pk, note="Typed at length")
    assert soup(response).select_one("select[name=visit_type] option[selected]").get_text() == "Botox"
    assert "Typed at length" in response.content.decode()
    start = next(value for name, value in buttons(response) if name == "book_at")
    press(desk, case, book_at=start, visit_type=botox.pk)
    visit = case.appointments.live().get()
    assert (visit.visit_type, visit.ends_at - visit.starts_at) == (botox, timedelta(minutes=45))


def test_moved_visit_keeps_its_type(desk, botox):
    case = factories.make_case()
    press(desk, case, action="book", start="2027-06-09T10:00", visit_type=botox.pk)
    page = desk.get(page_of(case))
    assert soup(page).select_one("select[name=visit_type] option[selected]").get_text() == "Botox"
    press(desk, case, action="book", start="2027-06-10T10:00")
    visit = case.appointments.get()
    assert (visit.starts_at, visit.visit_type) == (at("2027-06-10 10:00"), botox)


def test_outcomes_match_the_call(call):
    for outcome in CallOutcome:
        when = {"at": NOW + timedelta(hours=1)} if outcome == CallOutcome.LATER else {}
        case = factories.make_case()
        call(case, outcome, **when)
        assert case.events.order_by("pk").last().data["how"] == outcome


# The repeat


@pytest.fixture
def repeating(clerk, botox):
    """Return a case whose patient got Botox on March 29, which is repeated after 84 days: on June 21."""
    botox.repeat_after_days = 84
    botox.save()
    case = factories.make_case(status=Status.IN_CARE)
    factories.make_visit(case, "checked_in", at("2027-03-29 10:00"))
    services.change_stage(case.pk, "treated", actor=clerk, expected_version=1, treatment=botox)
    services.check_on(case.pk, is_well=True, actor=clerk, expected_version=2)
    return case


def test_repeat_is_opened_in_one_click_and_shown(desk, repeating):
    offered = dict(buttons(desk.get(page_of(repeating))))
    assert {"open_repeat", "decline_repeat"} <= set(offered)
    response = press(desk, repeating, open_repeat=offered["open_repeat"])
    repeat = Case.objects.get(kind=CaseKind.REPEAT)
    assert response.url == page_of(repeat)
    repeating.refresh_from_db()
    assert repeating.status == Status.CLOSED


def test_declined_repeat_needs_a_reason(desk, repeating):
    visit = repeating.appointments.get().pk
    assert "Write in the note why" in text_of(press(desk, repeating, decline_repeat=visit), "body")
    assert press(desk, repeating, decline_repeat=visit, note="Moves away").status_code == 302


@pytest.mark.parametrize(("role", "status"), [("frontdesk", 403), ("clinician", 403), ("manager", 303)])
def test_only_a_manager_opens_a_repeat_early(client, repeating, clock, role, status):
    clock.move_to(at("2027-06-01 10:00"), tick=False)
    client.force_login(factories.make_user(role))
    offered = dict(buttons(client.get(page_of(repeating))))
    assert ("open_repeat" in offered) == (status == 303)
    visit = repeating.appointments.get().pk
    response = press(client, repeating, open_repeat=visit, note="They travel")
    assert response.status_code == status
    if status == 403:
        assert "They travel" in response.content.decode()
    assert Case.objects.filter(kind=CaseKind.REPEAT).exists() == (status == 303)


# How urgent a complaint is


@pytest.mark.parametrize(
    ("role", "offered"),
    [("frontdesk", ["call_now"]), ("clinician", ["call_now", "service"]), ("manager", ["call_now", "service"])],
)
def test_only_who_signs_off_makes_a_complaint_less_urgent(client, role, offered):
    client.force_login(factories.make_user(role))
    case = factories.make_case(kind=CaseKind.COMPLAINT)
    assert [value for name, value in buttons(client.get(page_of(case))) if name == "severity"] == offered
    for severity in ("call_now", "service"):
        response = press(client, case, severity=severity)
        case.refresh_from_db()
        assert (response.status_code == 302, case.severity == severity) == (severity in offered,) * 2
