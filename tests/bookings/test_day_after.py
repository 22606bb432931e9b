"""The question how the patient is, on the next business day after a treatment."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail

from bookings import services
from bookings.messaging.links import get_visit_path
from bookings.messaging.outbox import recover_from_clock_change, send_due
from bookings.models import Case, CaseKind, Consent, ConsultationSettings, Event, Message, Task, TaskKind
from bookings.services import tasks
from clinic.hours.models import PublicHoliday, SpecialHours
from clinic.hours.parsing import parse_spans
from clinic.models import OpeningHours
from tests import factories
from tests.bookings.desk import buttons, press
from tests.bookings.desk import page_of as case_page
from tests.bookings.test_visit_page import text_of
from tests.opening_hours import AUTUMN, SPRING, at

pytestmark = pytest.mark.django_db
FRIDAY = at("2027-06-11 10:00")
CLOSED_WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "")
ALWAYS = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), "24 hours")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(FRIDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def treat(profile, consultation_settings, clerk, clock):
    """Return a function that treats a patient at a time, and returns the case."""

    def record(start=FRIDAY, recorded=None, **fields):
        clock.move_to(start)
        case = factories.make_case(status="contacting", **fields)
        factories.make_visit(case, "checked_in", start)
        clock.move_to(recorded or start)
        return services.change_stage(case.pk, "treated", actor=clerk, expected_version=case.version)

    return record


@pytest.fixture
def write_on_closed_days(consultation_settings):
    factories.consultation_settings(closed_day_email=True)
    factories.clinic_profile(emergency_note="Call Dr. Reyes at (949) 555-0911.")


def owed(case=None):
    found = Task.objects.filter(kind=TaskKind.DAY_AFTER)
    return found.get(case=case) if case else found.get()


def close_on(first, last=None):
    hours = OpeningHours.objects.get()
    return SpecialHours.objects.create(opening_hours=hours, first_day=first, last_day=last or first, spans=())


def check(case, clerk, **fields):
    case.refresh_from_db()
    fields = {"is_well": True, "actor": clerk, "expected_version": case.version} | fields
    return services.check_on(case.pk, **fields)


@pytest.mark.parametrize(
    ("start", "opens", "closes"),
    [
        ("2027-06-08 10:00", "2027-06-09 09:00", "2027-06-09 16:00"),
        ("2027-06-11 10:00", "2027-06-14 09:00", "2027-06-14 16:00"),  # Friday's is Monday's
        ("2027-06-12 10:00", "2027-06-14 09:00", "2027-06-14 16:00"),  # the desk booked a closed Saturday
        ("2027-06-10 23:45", "2027-06-11 09:00", "2027-06-11 16:00"),  # Friday already in UTC
        ("2027-03-12 10:00", "2027-03-15 09:00", "2027-03-15 16:00"),  # the clocks go forward on Sunday
        ("2027-11-05 10:00", "2027-11-08 09:00", "2027-11-08 16:00"),  # the clocks go back on Sunday
        ("2027-12-31 10:00", "2028-01-03 09:00", "2028-01-03 16:00"),
    ],
)
def test_question_stands_on_the_next_business_day(treat, start, opens, closes):
    factories.opening_hours()
    task = owed(treat(at(start)))
    assert (task.opens_at, task.due_at) == (at(opens), at(closes))


def test_holiday_monday_makes_it_tuesday(treat):
    factories.opening_hours()
    close_on(date(2027, 6, 14))
    assert owed(treat()).opens_at == at("2027-06-15 09:00")


def test_public_holiday_counts(treat):
    hours = factories.opening_hours()
    factories.clinic_profile(country="US", region="CA")
    name = "Labor Day"
    PublicHoliday.objects.create(opening_hours=hours, name=name, decision=PublicHoliday.Decision.CLOSED, spans=())
    assert owed(treat(at("2027-09-03 10:00"))).opens_at == at("2027-09-07 09:00")


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_day_on_which_the_clocks_change_has_the_local_hours(treat, day):
    factories.opening_hours(sunday="9 am – 4 pm")
    task = owed(treat(at(f"{day - timedelta(days=1)} 10:00")))
    assert (task.opens_at, task.due_at) == (at(f"{day} 09:00"), at(f"{day} 16:00"))


@pytest.mark.parametrize("hours", [None, CLOSED_WEEK, ALWAYS], ids=["no hours", "never open", "never closed"])
def test_clinic_without_openings_asks_on_the_next_day(treat, hours):
    if hours is not None:
        factories.opening_hours(**hours)
    task = owed(treat())
    assert (task.opens_at, task.due_at) == (at("2027-06-12 00:00"), at("2027-06-13 00:00"))


def test_visit_recorded_late_is_asked_about_at_once(treat):
    factories.opening_hours()
    task = owed(treat(recorded=at("2027-06-16 10:00")))
    assert task.due_at == at("2027-06-14 16:00")


def test_consultation_owes_no_question(profile, consultation_settings, clerk, policy):
    case = factories.make_case(status="contacting")
    factories.make_visit(case, "checked_in", FRIDAY)
    services.change_stage(case.pk, "consulted", actor=clerk, expected_version=1)
    assert not Task.objects.filter(kind=TaskKind.DAY_AFTER).exists()


# The hours change later


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_later_holiday_moves_the_question(treat, commit):
    factories.opening_hours()
    case = treat()
    with commit():
        closed = close_on(date(2027, 6, 14))
    assert owed(case).opens_at == at("2027-06-15 09:00")
    with commit():
        closed.delete()
    assert owed(case).opens_at == at("2027-06-14 09:00")


def test_later_hours_move_the_question(treat, commit):
    hours = factories.opening_hours()
    case = treat()
    with commit():
        hours.saturday = parse_spans("10 am – 12 pm")
        hours.save()
    assert (owed(case).opens_at, owed(case).due_at) == (at("2027-06-12 10:00"), at("2027-06-12 12:00"))


def test_many_saved_rows_retime_once(treat, commit, monkeypatch):
    factories.opening_hours()
    treat()
    calls = []
    monkeypatch.setattr(tasks, "retime_all", lambda: calls.append(1))
    with commit():
        close_on(date(2027, 6, 14))
        close_on(date(2027, 6, 15))
        factories.consultation_settings(hold_minutes=60)
    assert calls == [1]


def test_failed_retiming_loses_no_hours(treat, commit, monkeypatch, caplog):
    factories.opening_hours()
    treat()
    monkeypatch.setattr(tasks, "get_clock", lambda: 1 / 0)
    with commit():
        close_on(date(2027, 6, 14))
    assert SpecialHours.objects.exists()
    assert owed().opens_at == at("2027-06-14 09:00")
    assert "ZeroDivisionError" in caplog.text
    monkeypatch.undo()
    services.retime_all()  # as the worker does each day
    assert owed().opens_at == at("2027-06-15 09:00")


def test_settled_question_is_not_moved(treat, commit, clerk, clock):
    factories.opening_hours()
    case = treat()
    clock.move_to(at("2027-06-14 10:00"))
    check(case, clerk)
    before = owed(case).opens_at
    with commit():
        close_on(date(2027, 6, 14))
    assert owed(case).opens_at == before


def test_settings_move_an_answer_that_is_owed(profile, consultation_settings, commit, policy):
    case = factories.make_case()
    with commit():
        factories.consultation_settings(hold_minutes=60)
    assert case.tasks.get(kind=TaskKind.ANSWER).due_at == FRIDAY + timedelta(hours=1)


def test_snoozed_question_stays_snoozed(treat, commit):
    factories.opening_hours()
    case = treat()
    until = at("2027-06-14 12:00")
    Task.objects.filter(pk=owed(case).pk).update(snoozed_until=until, opens_at=until)
    with commit():
        factories.consultation_settings(hold_minutes=60)
    assert owed(case).opens_at == until


# One key each


def test_fine_settles_the_question_with_one_event(treat, clerk, policy):
    case = treat()
    events = case.events.count()
    check(case, clerk)
    assert case.events.count() == events + 1
    assert owed(case).result == "done"
    with pytest.raises(services.BookingError, match="Nobody has to ask"):
        check(case, clerk)


def test_not_well_opens_a_complaint_about_the_visit(treat, clerk, policy):
    case = treat()
    _case, complaint = check(case, clerk, is_well=False, note="They cannot swallow.")
    assert (complaint.kind, complaint.severity, complaint.previous) == (CaseKind.COMPLAINT, "call_now", case)
    assert (complaint.about, complaint.phone) == (case.appointments.get(), case.phone)
    assert complaint.tasks.open().get().kind == TaskKind.COMPLAINT
    assert [event.kind for event in complaint.events.all()] == ["received"]
    assert owed(case).result == "done"


def test_not_well_without_words_is_medical(treat, clerk, policy):
    _case, complaint = check(treat(), clerk, is_well=False)
    assert complaint.severity == "clinical"


def test_no_answer_asks_again_after_two_open_hours(treat, clerk, policy, clock):
    case = treat()
    clock.move_to(at("2027-06-14 15:00"))
    services.record_call(case.pk, "no_answer", actor=clerk, expected_version=case.version)
    task = owed(case)
    assert (task.opens_at, task.attempts, task.is_open) == (at("2027-06-15 10:00"), 1, True)


# The patient's page


def page_of(client, case):
    return text_of(client.get(get_visit_path(case)))


def test_page_says_the_stored_day(treat, policy, client, commit):
    case = treat()
    assert "Thank you for your visit. We’ll check on you on Monday, June 14." in page_of(client, case)
    with commit():
        close_on(date(2027, 6, 14))
    assert "We’ll check on you on Tuesday, June 15." in page_of(client, case)


def test_page_says_nothing_once_it_is_done(treat, policy, client, clerk):
    case = treat()
    check(case, clerk)
    assert "We’ll check on you" not in page_of(client, case)
    assert "Thank you for your visit." in page_of(client, case)


def test_page_promises_no_day_that_is_over(treat, policy, client, clock):
    case = treat()
    clock.move_to(at("2027-06-14 15:59"))
    assert "We’ll check on you on Monday, June 14." in page_of(client, case)
    clock.move_to(at("2027-06-14 16:00"))
    assert "We’ll check on you" not in page_of(client, case)


def test_page_names_the_day_of_the_next_call(treat, policy, client, clerk, clock):
    case = treat()
    clock.move_to(at("2027-06-14 15:00"))
    services.record_call(case.pk, "no_answer", actor=clerk, expected_version=case.version)
    assert "We’ll check on you on Tuesday, June 15." in page_of(client, case)


def test_page_after_a_consultation_promises_no_call(profile, policy, clerk, client):
    case = factories.make_case(status="contacting")
    factories.make_visit(case, "checked_in", FRIDAY)
    services.change_stage(case.pk, "consulted", actor=clerk, expected_version=1)
    page = page_of(client, case)
    assert "Thank you for your visit." in page
    assert "We’ll check on you" not in page
    assert "You come in for your visit (done)" in page


# The email on a closed day


SATURDAY = at("2027-06-12 10:00")


def planned():
    return Message.objects.filter(kind="day_after")


def send_at(clock, moment):
    clock.move_to(moment)
    send_due()
    return [message for message in mail.outbox if message.subject.startswith("After your visit")]


@pytest.mark.usefixtures("write_on_closed_days", "policy")
def test_closed_day_is_written_to_at_ten(treat, clock):
    case = treat()
    assert planned().get().due_at == SATURDAY
    assert not send_at(clock, SATURDAY - timedelta(minutes=1))
    (sent,) = send_at(clock, SATURDAY)
    assert sent.to == [case.email]
    for body in (sent.body, sent.alternatives[0][0]):
        assert "We’ll check on you on Monday, June 14." in body
        assert "Call Dr. Reyes at (949) 555-0911." in body
        assert "call 911" in body
        assert get_visit_path(case, is_mailed=True) in body
    for secret in (case.name, case.reference, "Frown", "treat"):
        assert secret not in sent.subject
    assert len(send_at(clock, SATURDAY + timedelta(days=1))) == 1


@pytest.mark.usefixtures("write_on_closed_days", "policy")
def test_day_that_opens_is_not_written_to(treat, clock, commit):
    treat(at("2027-06-10 10:00"))
    assert not send_at(clock, at("2027-06-11 10:00"))
    assert planned().get().state == "dropped"


@pytest.mark.usefixtures("write_on_closed_days", "policy")
def test_day_that_the_clinic_closes_later_is_written_to(treat, clock):
    treat(at("2027-06-10 10:00"))
    close_on(date(2027, 6, 11))
    assert len(send_at(clock, at("2027-06-11 10:00"))) == 1


@pytest.mark.usefixtures("write_on_closed_days")
@pytest.mark.parametrize("hours", [None, CLOSED_WEEK, ALWAYS], ids=["no hours", "never open", "never closed"])
def test_clinic_without_closed_days_writes_nothing(treat, clock, hours):
    if hours is not None:
        factories.opening_hours(**hours)
    treat()
    assert not send_at(clock, SATURDAY)


@pytest.mark.usefixtures("write_on_closed_days", "policy")
@pytest.mark.parametrize(("day", "hour"), [(SPRING, 17), (AUTUMN, 18)])
def test_ten_is_local_when_the_clocks_change(treat, day, hour):
    treat(at(f"{day - timedelta(days=1)} 10:00"))
    assert planned().get().due_at.hour == hour


@pytest.mark.usefixtures("policy")
def test_nothing_is_written_unless_the_clinic_wants_it(treat):
    treat()
    assert not planned().exists()
    assert ConsultationSettings().closed_day_email is False


@pytest.mark.usefixtures("write_on_closed_days", "policy")
def test_patient_without_email_gets_none(treat):
    treat(email="")
    assert not planned().exists()


@pytest.mark.usefixtures("write_on_closed_days", "policy")
@pytest.mark.parametrize("when", ["before", "after"])
def test_withdrawn_consent_stops_the_email(treat, clerk, clock, when):
    case = treat()
    Consent.objects.create(case=case, wording="Yes.")
    if when == "before":
        Consent.objects.update(withdrawn_at=FRIDAY)
    else:
        services.withdraw_consent(case.pk, actor=clerk, expected_version=case.version)
    assert not send_at(clock, SATURDAY)
    assert owed(case).is_open  # The desk still calls.


@pytest.mark.usefixtures("write_on_closed_days", "policy")
def test_step_back_stops_the_email(treat, clerk, clock):
    case = treat()
    services.change_stage(case.pk, "checked_in", actor=clerk, expected_version=case.version)
    assert not send_at(clock, SATURDAY)


@pytest.mark.usefixtures("write_on_closed_days", "policy")
def test_treatment_recorded_twice_is_written_about_once(treat, clerk, clock):
    case = treat()
    for to in ("checked_in", "treated", "checked_in", "treated"):
        case = services.change_stage(case.pk, to, actor=clerk, expected_version=case.version)
    assert len(send_at(clock, SATURDAY)) == 1
    for to in ("checked_in", "treated"):
        case.refresh_from_db()
        case = services.change_stage(case.pk, to, actor=clerk, expected_version=case.version)
    assert len(send_at(clock, SATURDAY + timedelta(hours=1))) == 1


@pytest.mark.usefixtures("write_on_closed_days", "policy")
def test_patient_who_was_asked_already_gets_no_email(treat, clerk, clock):
    case = treat()
    clock.move_to(SATURDAY - timedelta(hours=1))
    check(case, clerk)
    assert not send_at(clock, SATURDAY)


@pytest.mark.usefixtures("write_on_closed_days", "policy")
@pytest.mark.parametrize(
    ("recorded", "sent"),
    [("2027-06-12 15:00", 1), ("2027-06-13 20:00", 1), ("2027-06-14 09:00", 0), ("2027-06-16 10:00", 0)],
)
def test_visit_recorded_later_is_written_about_until_the_clinic_opens(treat, clock, recorded, sent):
    treat(recorded=at(recorded))
    assert len(send_at(clock, at(recorded))) == sent


@pytest.mark.usefixtures("write_on_closed_days", "policy")
def test_email_that_waited_too_long_is_not_sent(treat, clock):
    treat()
    assert not send_at(clock, at("2027-06-14 09:00"))


@pytest.mark.usefixtures("write_on_closed_days", "policy")
def test_planned_email_keeps_its_moment(treat, clock):
    treat()
    recover_from_clock_change()
    assert planned().get().due_at == SATURDAY


@pytest.mark.usefixtures("write_on_closed_days", "policy")
def test_corrected_email_keeps_the_moment(treat, clerk, clock):
    case = treat()
    fields = {"name": case.name, "phone": case.phone, "phone_e164": case.phone_e164, "actor": clerk}
    services.correct_contact(case.pk, email="new@patient.example.com", expected_version=case.version, **fields)
    message = planned().get()
    assert (message.recipient, message.due_at) == ("new@patient.example.com", SATURDAY)
    assert len(send_at(clock, SATURDAY)) == 1


def test_no_event_is_written_twice(treat, policy):
    case = treat()
    assert Event.objects.filter(case=case, kind="stage").count() == 1
    assert Case.objects.get().status == "in_care"


@pytest.mark.parametrize("calls", range(5))
def test_desk_stops_asking_after_three_unanswered_calls(treat, clerk, clock, desk, calls):
    case = treat()
    for number in range(calls):
        clock.move_to(at("2027-06-14 09:00") + timedelta(hours=3 * number))
        case = services.record_call(case.pk, "no_answer", actor=clerk, expected_version=case.version)
    desk.force_login(desk.user)  # The session has expired meanwhile.
    task = case.tasks.get(kind=TaskKind.DAY_AFTER)
    button = ("well", f"unknown:{task.appointment_id}")
    assert (button in buttons(desk.get(case_page(case)))) == (calls >= 3)
    press(desk, case, well=button[1])
    task.refresh_from_db()
    assert task.result == ("no_answer" if calls >= 3 else "")
    if calls >= 3:
        case.refresh_from_db()
        services.change_stage(case.pk, "closed", outcome="completed", actor=clerk, expected_version=case.version)
