"""What a patient is sent about their visit, what leaves no more, and what their calendar makes of it."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP

import pytest
import time_machine
from django.utils import timezone
from icalendar import Calendar

from bookings import services
from bookings.desk.queries import unsent_messages
from bookings.messaging.outbox import send_due
from bookings.messaging.rendering import render_ics
from bookings.models import AppointmentState, MessageKind, MessageState
from tests import factories
from tests.bookings.conftest import TUESDAY
from tests.bookings.test_appointments import NOW
from tests.opening_hours import at

pytestmark = pytest.mark.django_db
WEDNESDAY, THURSDAY = at("2027-06-09 11:00"), at("2027-06-10 12:00")
BOOKED, MOVED, CANCELED = "Your visit is booked", "Your visit has a new time", "Your visit is canceled"
REMINDER = "See you soon"
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
def confirm(case, clerk, policy):
    return lambda: services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)


@pytest.fixture
def booked(confirm):
    return confirm()


@pytest.fixture
def book(clerk, policy):
    """Return a function that books or moves, as the desk does."""

    def book_at(case, start):
        return services.book(case.pk, start, actor=clerk, expected_version=case.version, policy=policy)

    return book_at


@pytest.fixture
def cancel(clerk, policy):
    return lambda case: services.cancel(case.pk, actor=clerk, policy=policy)


@pytest.fixture
def leaving(mailoutbox):
    """Return a function that sends what is due.

    It returns the emails about the visit that have left since.
    """

    def send():
        sent = len(mailoutbox)
        send_due()
        subjects = (BOOKED, MOVED, CANCELED, REMINDER, "About the time")
        return [email for email in mailoutbox[sent:] if email.subject.startswith(subjects)]

    return send


def visit_messages(case):
    own = case.messages.exclude(kind__in=[MessageKind.RECEIPT, MessageKind.DESK_NOTICE, MessageKind.REMINDER])
    return {message.kind: message for message in own}


def state_of(case, kind):
    return case.messages.filter(kind=kind).latest("pk").state


def subjects(emails):
    return [email.subject.partition(" – ")[0] for email in emails]


def calendar_event(email):
    """Return the method and the event of the calendar file that an email brings."""
    (part,) = message_from_bytes(email.message().as_bytes(), policy=SMTP).iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("visit.ics", "text/calendar")
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    assert part["Content-Type"].params == {"charset": "utf-8", "method": str(calendar["method"])}
    (event,) = calendar.walk("VEVENT")
    return str(calendar["method"]), event


# Messages and calendar files


def test_held_time_sends_no_calendar_file(case, written):
    assert visit_messages(case) == {}
    assert {written(message).calendar for message in case.messages.all()} == {""}


def test_booked_visit_sends_a_calendar_file(booked, leaving):
    (email,) = leaving()
    method, event = calendar_event(email)
    assert method == "REQUEST"
    assert (event.start, event.end) == (TUESDAY, at("2027-06-08 10:30"))
    assert (int(event["sequence"]), str(event["status"])) == (0, "CONFIRMED")
    assert "Tuesday, June 8, 10 am" in email.body
    assert "Tuesday, June 8, 10 am" in email.alternatives[0][0]


def test_changes_keep_uid_and_raise_sequence(booked, book, cancel, leaving):
    emails = leaving()
    book(booked, WEDNESDAY)
    emails += leaving()
    cancel(booked)
    emails += leaving()
    assert subjects(emails) == [BOOKED, MOVED, CANCELED]
    states = [calendar_event(email) for email in emails]
    assert len({str(event["uid"]) for _method, event in states}) == 1
    assert [int(event["sequence"]) for _method, event in states] == [0, 1, 2]
    assert [method for method, _event in states] == ["REQUEST", "REQUEST", "CANCEL"]
    assert str(states[2][1]["status"]) == "CANCELLED"
    assert states[1][1].start == WEDNESDAY


def test_calendar_file_names_organizer_and_recipient(booked, cancel, leaving):
    emails = leaving()
    cancel(booked)
    emails += leaving()
    for email in emails:
        _method, event = calendar_event(email)
        assert str(event["organizer"]) == "mailto:hello@clinic.example.com"
        assert event["organizer"].params == {"CN": "OC Beauty Medspa"}
        assert str(event["attendee"]) == "mailto:ana@patient.example.com"
        assert event["attendee"].params == {"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}


def test_clinic_without_email_organizes_by_sender_address(booked, profile, leaving, settings):
    settings.DEFAULT_FROM_EMAIL = "Clínica <sender@clinic.example.com>"
    type(profile).objects.update(email="")
    (email,) = leaving()
    assert str(calendar_event(email)[1]["organizer"]) == "mailto:sender@clinic.example.com"


def test_calendar_file_survives_change_of_domain(booked, profile, cancel, leaving):
    (before,) = leaving()
    profile.site.hostname = "moved.example.org"
    profile.site.save()
    cancel(booked)
    (after,) = leaving()
    assert str(calendar_event(before)[1]["uid"]) == str(calendar_event(after)[1]["uid"])
    contents = [email.attachments[0].get_payload(decode=True).decode() for email in (before, after)]
    assert len({content.split("PRODID:")[1].split("\r\n")[0] for content in contents}) == 1
    assert "moved.example.org" not in contents[1]
    assert "@" not in str(calendar_event(after)[1]["uid"])


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Clínica Ñandú 美容", "Clínica Ñandú 美容"),
        ("Skin, Body; Soul: Spa", "Skin, Body; Soul: Spa"),
        ('The "Glow" Bar', 'The "Glow" Bar'),
        ("Back\\slash\\n Spa", "Back\\slash\\n Spa"),
        ("Two\r\nMETHOD:CANCEL", "Two METHOD:CANCEL"),
        ("Bell\x07\x1b[31m\x7f Spa", "Bell[31m Spa"),
        ("Next\x85line\u2028Spa", "Next line Spa"),
        ("Caret ^n^' Spa", "Caret ^n^' Spa"),
        ("💆🏽\u200d♀️" * 12, "💆🏽\u200d♀️" * 12),
        ("é" * 100, "é" * 100),
    ],
)
def test_hostile_clinic_names_make_sound_calendar_files(booked, profile, leaving, typed, read):
    type(profile).objects.update(name=typed, street=typed)
    (email,) = leaving()
    _method, event = calendar_event(email)
    assert str(event["summary"]) == read
    assert str(event["location"]).startswith(f"{read}, ")
    content = email.attachments[0].get_payload(decode=True)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert not {char for char in content.replace(b"\r\n", b"") if char < 32 or char == 127}
    lines = content.decode().replace("\r\n ", "").split("\r\n")
    assert [line for line in lines if line.startswith("METHOD")] == ["METHOD:REQUEST"]
    organizer = next(line for line in lines if line.startswith("ORGANIZER"))
    assert organizer.count('"') in (0, 2)
    assert "^" not in organizer


def test_canceled_hold_sends_no_calendar_file(case, cancel, leaving):
    cancel(case)
    (email,) = leaving()
    assert email.subject.startswith(CANCELED)
    assert email.attachments == []


def test_subjects_and_calendar_files_name_no_patient(booked, cancel, leaving):
    emails = leaving()
    cancel(booked)
    emails += leaving()
    assert subjects(emails) == [BOOKED, CANCELED]
    for email in emails:
        (attachment,) = email.attachments
        for secret in SECRETS:
            assert secret not in email.subject
            content = attachment.get_payload(decode=True).decode().replace("\r\n ", "")
            assert secret not in content.replace("mailto:ana@patient.example.com", "")  # The recipient.


def test_patient_without_email_gets_no_message(ask, clerk, policy):
    case = ask(email="", phone="(949) 555-0123")
    services.confirm(case.pk, actor=clerk, expected_version=1, policy=policy)
    assert {message.kind for message in case.messages.all()} == {MessageKind.DESK_NOTICE}


# Written and checked right before sending


def test_changes_queue_messages_without_text(booked, book, cancel):
    book(booked, WEDNESDAY)
    cancel(booked)
    columns = ("subject", "text", "html", "calendar")
    assert set(booked.messages.values_list(*columns)) == {("", "", "", "")}
    assert {message.kind for message in booked.messages.all()} >= {"receipt", "booked", "moved", "canceled", "reminder"}


def test_message_that_cannot_be_rendered_costs_no_time(case, confirm, leaving, clock, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("bookings.messaging.rendering.render_to_string", broken)
        confirm()
        assert leaving() == []
    message = visit_messages(case)[MessageKind.BOOKED]
    assert case.appointments.get().state == AppointmentState.BOOKED
    assert (message.state, message.last_error, message.attempts) == (MessageState.QUEUED, "RuntimeError", 1)
    clock.move_to(message.due_at)
    (email,) = [email for email in leaving() if email.subject.startswith(BOOKED)]
    assert "Tuesday, June 8, 10 am" in email.body


def test_visit_moved_twice_sends_only_the_last(booked, book, leaving):
    leaving()
    book(book(booked, WEDNESDAY), THURSDAY)
    (email,) = leaving()
    assert email.subject.startswith(MOVED)
    assert "Thursday, June 10, 12 pm" in email.body
    assert int(calendar_event(email)[1]["sequence"]) == 2
    moved = booked.messages.filter(kind=MessageKind.MOVED).order_by("pk")
    assert [message.state for message in moved] == [MessageState.DROPPED, MessageState.SENT]


def test_visit_booked_and_canceled_sends_only_canceled(booked, cancel, leaving):
    cancel(booked)
    (email,) = leaving()
    assert email.subject.startswith(CANCELED)
    assert state_of(booked, MessageKind.BOOKED) == MessageState.DROPPED


def test_canceling_after_a_dropped_move_brings_a_file(booked, book, cancel, leaving):
    # The patient's calendar knows the first time, so the file has to remove it.
    leaving()
    cancel(book(booked, WEDNESDAY))
    (email,) = leaving()
    method, event = calendar_event(email)
    assert (method, int(event["sequence"])) == ("CANCEL", 2)
    assert state_of(booked, MessageKind.MOVED) == MessageState.DROPPED


def test_visit_booked_and_moved_sends_only_moved(booked, book, leaving):
    book(booked, WEDNESDAY)
    (email,) = leaving()
    assert email.subject.startswith(MOVED)
    assert calendar_event(email)[1].start == WEDNESDAY


def test_expired_time_that_is_booked_sends_only_booked(case, clerk, policy, clock, leaving):
    clock.move_to(at("2027-06-07 13:00"))
    services.expire_holds()
    services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)
    assert subjects(leaving()) == [BOOKED]
    assert state_of(case, MessageKind.EXPIRED) == MessageState.DROPPED


# The day before


def reminders(case):
    return case.messages.filter(kind=MessageKind.REMINDER)


def test_reminder_is_due_at_ten_the_day_before(booked):
    assert reminders(booked).get().due_at == at("2027-06-07 10:00")


def test_visit_booked_too_late_has_no_reminder(case, confirm, clock):
    clock.move_to(at("2027-06-07 11:00"))
    confirm()
    assert not reminders(case).exists()


def test_reminder_leaves_the_day_before(case, book, clock, leaving):
    book(case, WEDNESDAY)
    assert subjects(leaving()) == [BOOKED]
    assert reminders(case).get().due_at == at("2027-06-08 10:00")
    clock.move_to(at("2027-06-08 10:00"))
    (email,) = leaving()
    assert email.subject.startswith(REMINDER)
    assert "Wednesday, June 9, 11 am" in email.body


def test_canceled_visit_sends_no_reminder(case, book, cancel, clock, leaving):
    cancel(book(case, WEDNESDAY))
    clock.move_to(at("2027-06-08 10:00"))
    assert subjects(leaving()) == [CANCELED]
    assert reminders(case).get().state == MessageState.DROPPED


def test_reminder_is_checked_again_before_sending(case, book, clock, leaving):
    book(case, WEDNESDAY)
    leaving()
    case.appointments.update(state=AppointmentState.CANCELED)  # As if the worker had read the reminder just before.
    clock.move_to(at("2027-06-08 10:00"))
    assert leaving() == []
    assert reminders(case).get().state == MessageState.DROPPED


def test_moved_visit_sends_one_reminder(case, book, clock, leaving):
    book(book(case, WEDNESDAY), THURSDAY)
    leaving()
    clock.move_to(at("2027-06-09 10:00"))
    (email,) = leaving()
    assert email.subject.startswith(REMINDER)
    assert "Thursday, June 10, 12 pm" in email.body


def test_expired_hold_is_told_to_the_patient(case, clock, leaving):
    clock.move_to(at("2027-06-07 13:00"))
    services.expire_holds()
    (email,) = leaving()
    assert email.subject == "About the time we held for you – OC Beauty Medspa"
    assert "We held Tuesday, June 8, 10 am for you" in email.body


def test_planned_reminder_does_not_count_as_unsent(case, book, clock):
    book(case, WEDNESDAY)
    send_due()
    clock.shift(timedelta(hours=2))
    assert not unsent_messages(timezone.now()).exists()
    clock.move_to(at("2027-06-08 10:06"))
    assert unsent_messages(timezone.now()).get().kind == MessageKind.REMINDER


@pytest.mark.parametrize("mark", "\u202e\u202a\u202d\u2066\u2069\u200e\u200f\u061c\ufeff\x07")
def test_calendar_file_has_no_mark_that_turns_the_text(booked, profile, mark):
    profile.name, profile.street = f"OC{mark}Beauty", f"1 Exam{mark}ple Way"
    file = render_ics(booked.appointments.get(), profile)
    assert mark not in file
    assert "OCBeauty" in file
    assert "1 Example Way" in file
