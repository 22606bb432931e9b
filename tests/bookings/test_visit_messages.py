"""What a patient gets when her time is booked, moved or canceled, and what her calendar makes of it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from icalendar import Calendar

from bookings import services
from bookings.desk.queries import unsent_messages
from bookings.messaging.outbox import as_email, send_due
from bookings.models import MessageKind, MessageState
from tests import factories
from tests.bookings.test_appointments import NOW, TUESDAY
from tests.opening_hours import at

pytestmark = pytest.mark.django_db
LATER = at("2027-06-09 11:00")
SECRETS = ("Ana", "Lima", "ana@", "migraine", "Botox")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def case(ask):
    treatment = factories.make_treatment("Botox for chronic migraine")
    return ask(email="ana@patient.example.com", treatment_ids=(treatment.pk,))


@pytest.fixture
def booked(case, clerk, policy):
    return services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)


def mails(case):
    return {mail.kind: mail for mail in case.messages.exclude(kind__in=["receipt", "desk_notice", "reminder"])}


def event_of(mail):
    calendar_file = Calendar.from_ical(mail.policy)
    (event,) = calendar_file.walk("VEVENT")
    return str(calendar_file["method"]), event


def test_held_time_sends_no_calendar_file(case):
    assert not case.messages.exclude(policy="").exists()
    assert mails(case) == {}


def test_booked_visit_sends_a_calendar_file(booked):
    mail = mails(booked)[MessageKind.BOOKED]
    method, event = event_of(mail)
    assert method == "PUBLISH"
    assert (event.start, event.end) == (TUESDAY, at("2027-06-08 10:30"))
    assert (int(event["sequence"]), str(event["status"])) == (0, "CONFIRMED")
    assert "Tuesday, June 8, 10 am" in mail.text
    assert "Tuesday, June 8, 10 am" in mail.html
    (attachment,) = as_email(mail).attachments
    assert attachment[0] == "visit.ics"


def test_changes_keep_uid_and_raise_sequence(booked, clerk, policy):
    services.book(booked.pk, LATER, actor=clerk, expected_version=booked.version, policy=policy)
    services.cancel(booked.pk, actor=clerk, policy=policy)
    states = [event_of(mails(booked)[kind]) for kind in ("booked", "moved", "canceled")]
    assert len({str(event["uid"]) for _method, event in states}) == 1
    assert [int(event["sequence"]) for _method, event in states] == [0, 1, 2]
    assert [method for method, _event in states] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert str(states[2][1]["status"]) == "CANCELLED"
    assert states[1][1].start == LATER


def test_canceled_hold_sends_no_calendar_file(case, clerk, policy):
    services.cancel(case.pk, actor=clerk, policy=policy)
    assert mails(case)[MessageKind.CANCELED].calendar == ""


def test_subjects_and_calendar_files_name_no_patient(booked, clerk, policy):
    services.cancel(booked.pk, actor=clerk, policy=policy)
    for mail in mails(booked).values():
        for secret in SECRETS:
            assert secret not in mail.subject
            assert secret not in mail.calendar


def test_patient_without_email_gets_no_message(ask, clerk, policy):
    case = ask(email="", phone="(949) 555-0123")
    services.confirm(case.pk, actor=clerk, expected_version=1, policy=policy)
    assert mails(case) == {}


def test_message_that_cannot_be_rendered_costs_no_time(case, clerk, policy, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("bookings.messaging.rendering.render_to_string", broken)
    services.confirm(case.pk, actor=clerk, expected_version=1, policy=policy)
    assert case.appointments.get().state == "booked"
    assert case.events.filter(kind="message_failed").exists()


# The day before


def reminders(case):
    return case.messages.filter(kind=MessageKind.REMINDER)


def test_reminder_is_due_at_ten_the_day_before(booked):
    assert reminders(booked).get().due_at == at("2027-06-07 10:00")


def test_visit_booked_too_late_has_no_reminder(case, clerk, policy, clock):
    clock.move_to(at("2027-06-07 11:00"))
    services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)
    assert not reminders(case).exists()


def test_reminder_leaves_the_day_before(case, clerk, policy, clock, mailoutbox):
    services.book(case.pk, LATER, actor=clerk, expected_version=case.version, policy=policy)
    assert reminders(case).get().due_at == at("2027-06-08 10:00")
    clock.move_to(at("2027-06-08 10:00"))
    send_due()
    (mail,) = [mail for mail in mailoutbox if "See you soon" in mail.subject]
    assert "Wednesday, June 9, 11 am" in mail.body


def test_canceled_visit_sends_no_reminder(case, clerk, policy, clock, mailoutbox):
    services.book(case.pk, LATER, actor=clerk, expected_version=case.version, policy=policy)
    services.cancel(case.pk, actor=clerk, policy=policy)
    clock.move_to(at("2027-06-08 10:00"))
    send_due()
    assert [mail for mail in mailoutbox if "See you soon" in mail.subject] == []
    assert reminders(case).get().state == MessageState.DROPPED


def test_reminder_is_checked_again_before_sending(case, clerk, policy, clock, mailoutbox):
    services.book(case.pk, LATER, actor=clerk, expected_version=case.version, policy=policy)
    case.appointments.update(state="canceled")  # as if the worker had read it just before
    clock.move_to(at("2027-06-08 10:00"))
    send_due()
    assert [mail for mail in mailoutbox if "See you soon" in mail.subject] == []


def test_moved_visit_sends_one_reminder(case, clerk, policy, clock, mailoutbox):
    booked = services.book(case.pk, LATER, actor=clerk, expected_version=case.version, policy=policy)
    services.book(case.pk, at("2027-06-10 12:00"), actor=clerk, expected_version=booked.version, policy=policy)
    clock.move_to(at("2027-06-09 10:00"))
    send_due()
    (mail,) = [mail for mail in mailoutbox if "See you soon" in mail.subject]
    assert "Thursday, June 10, 12 pm" in mail.body


def test_expired_hold_is_told_to_the_patient(case, clock, mailoutbox):
    clock.move_to(at("2027-06-07 13:00"))
    services.expire_holds()
    send_due()
    assert [mail.subject for mail in mailoutbox if "kept" in mail.subject] == [
        "About the time we kept for you – OC Beauty Medspa"
    ]


def test_planned_reminder_does_not_count_as_unsent(case, clerk, policy, clock):
    services.book(case.pk, LATER, actor=clerk, expected_version=case.version, policy=policy)
    send_due()
    clock.shift(timedelta(hours=2))
    assert not unsent_messages(timezone.now()).exists()
    clock.move_to(at("2027-06-08 10:06"))
    assert unsent_messages(timezone.now()).get().kind == MessageKind.REMINDER
