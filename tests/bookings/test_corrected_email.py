"""A new email address gets exactly what is true now, once. The old one may be a stranger's and gets nothing more."""

import re
from datetime import timedelta

import pytest
import time_machine

from bookings import services
from bookings.messaging import outbox
from bookings.messaging.links import get_visit_path
from bookings.messaging.outbox import send_due
from bookings.models import Case, EventKind, MessageKind
from bookings.services.limits import REQUESTS_PER_NETWORK
from tests import factories
from tests.opening_hours import at

from .conftest import TUESDAY
from .desk import press
from .test_appointments import NOW

OLD, NEW = "typo@stranger.example.com", "ana@patient.example.com"
WEDNESDAY, THURSDAY = at("2027-06-09 11:00"), at("2027-06-10 10:00")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(home):
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def correct(clerk):
    def to(case, email=NEW, **fields):
        case.refresh_from_db()
        known = {"name": case.name, "phone": case.phone, "phone_e164": case.phone_e164, **fields}
        return services.correct_contact(case.pk, email=email, actor=clerk, expected_version=case.version, **known)

    return to


@pytest.fixture
def book(clerk, policy):
    def confirm(case):
        case.refresh_from_db()
        return services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)

    return confirm


@pytest.fixture
def sent(mailoutbox):
    """Return a function that sends what is due, and returns the patients' new emails as (to, subject)."""

    def send():
        mailoutbox.clear()
        send_due()
        mails = [(mail.to[0], mail.subject.partition(" – ")[0]) for mail in mailoutbox]
        return [mail for mail in mails if mail[0] in (OLD, NEW)]

    return send


def links(mails):
    """Return the paths of the patient's pages that the emails link to."""
    return {path for mail in mails for path in re.findall(r"https?://[^/\s]+(/\S*visit/\S+)", mail.body)}


@pytest.mark.parametrize("is_sent", [True, False])
def test_booked_visit_is_told_once(ask, book, correct, sent, is_sent):
    case = book(ask(email=OLD))
    if is_sent:
        sent()
    correct(case)
    assert sent() == [(NEW, "Your visit is booked")]


def test_moved_hold_is_told_at_its_new_time(ask, correct, sent, mailoutbox, policy):
    case = ask(email=OLD, start=WEDNESDAY)
    sent()
    services.move(case.pk, THURSDAY, policy=policy)
    correct(case)
    assert sent() == [(NEW, "We are holding a time for you")]
    body = next(mail.body for mail in mailoutbox if mail.to == [NEW])
    assert "Thursday, June 10, 10 am" in body
    assert "Wednesday" not in body


def test_request_without_a_time_is_told_by_its_receipt(ask, correct, sent):
    case = ask(email=OLD, start=None)
    correct(case)
    assert sent() == [(NEW, "We have your request")]


def test_request_whose_hold_has_run_out_is_told_by_its_receipt(ask, correct, sent, clock):
    case = ask(email=OLD, start=THURSDAY)
    clock.move_to(case.appointments.get().held_until)
    correct(case)
    assert sent() == [(NEW, "We have your request")]


@pytest.mark.parametrize("steps", [["checked_in"], ["checked_in", "treated"], ["no_show"]])
def test_answered_case_with_nothing_ahead_is_told_nothing(ask, book, correct, sent, clerk, policy, clock, steps):
    case = book(ask(email=OLD))
    sent()
    clock.move_to(TUESDAY + timedelta(minutes=5))
    for step in steps:
        case = services.change_stage(case.pk, step, actor=clerk, expected_version=case.version, policy=policy)
    correct(case)
    assert sent() == []


def test_unsent_cancellation_goes_to_the_new_address(ask, book, correct, sent, clerk, policy):
    case = book(ask(email=OLD))
    sent()
    case = services.cancel(case.pk, actor=clerk, expected_version=case.version, policy=policy)
    correct(case)
    assert sent() == [(NEW, "Your visit is canceled")]


def test_quarantined_case_stays_silent(ask, correct, sent):
    factories.use_up(REQUESTS_PER_NETWORK, "203.0.113.9")
    case = ask(email=OLD, network="203.0.113.9")
    assert case.status == "quarantined"
    correct(case)
    assert sent() == []


def test_message_that_is_being_sent_is_not_tried_again(ask, correct, sent):
    case = ask(email=OLD, start=None)
    message = outbox.claim_next(NOW)
    while message.kind != MessageKind.RECEIPT:
        message = outbox.claim_next(NOW)
    correct(case)
    outbox._try_later(message, "SMTPRecipientsRefused")
    assert sent() == [(NEW, "We have your request")]


# Cases that belong together


def test_correction_covers_the_complaints_of_the_case(ask, book, correct, sent, file_complaint, mailoutbox, client):
    case = book(ask(email=OLD))
    complaint = file_complaint(case)
    old_paths = [get_visit_path(case), get_visit_path(complaint)]
    correct(case)
    complaint.refresh_from_db()
    assert (complaint.email, complaint.events.filter(kind=EventKind.CORRECTED).count()) == (NEW, 1)
    assert sorted(sent()) == [(NEW, "We have your message"), (NEW, "Your visit is booked")]
    assert [client.get(path).status_code for path in links(mailoutbox)] == [200]
    assert all(client.get(path).status_code == 404 for path in old_paths)
    file_complaint(case, "It hurts more.")
    assert sent() == [(NEW, "We have your message")]


def test_correction_of_a_complaint_covers_its_visit(ask, book, correct, sent, file_complaint, clock, client):
    case = book(ask(email=OLD, start=WEDNESDAY))
    complaint = file_complaint(case)
    sent()
    old = get_visit_path(Case.objects.get(pk=case.pk))
    correct(complaint)
    assert sorted(sent()) == [(NEW, "We have your message"), (NEW, "Your visit is booked")]
    assert client.get(old).status_code == 404
    clock.move_to(at("2027-06-08 10:05"))
    assert sent() == [(NEW, "See you soon")]


def test_link_of_a_complaint_with_its_own_visit_ends(ask, correct, clerk, policy, file_complaint, client):
    case = ask(email=OLD)
    complaint = file_complaint(case)
    complaint = services.book(complaint.pk, WEDNESDAY, actor=clerk, expected_version=complaint.version, policy=policy)
    paths = [get_visit_path(case), get_visit_path(complaint)]
    correct(case)
    assert [client.get(path).status_code for path in paths] == [404, 404]
    case.refresh_from_db()
    complaint.refresh_from_db()
    assert {client.get(get_visit_path(one)).status_code for one in (case, complaint)} == {200}


def test_button_revokes_the_links_of_complaints_too(desk, ask, clerk, policy, file_complaint):
    case = ask(email=OLD)
    complaint = file_complaint(case)
    complaint = services.book(complaint.pk, WEDNESDAY, actor=clerk, expected_version=complaint.version, policy=policy)
    paths = [get_visit_path(case), get_visit_path(complaint)]
    press(desk, case, action="revoke")
    assert [desk.get(path).status_code for path in paths] == [404, 404]


def test_other_address_of_a_related_case_stays(ask, correct, file_complaint):
    case = ask(email=OLD)
    complaint = file_complaint(case)
    Case.objects.filter(pk=complaint.pk).update(email="own@patient.example.com")
    correct(case)
    complaint.refresh_from_db()
    assert complaint.email == "own@patient.example.com"


def test_form_with_a_corrected_email_covers_the_complaint(ask, sent, file_complaint):
    key = "00000000-0000-4000-8000-000000000009"
    case = ask(submission_key=key, email=OLD)
    complaint = file_complaint(case)
    ask(submission_key=key, email=NEW)
    complaint.refresh_from_db()
    assert complaint.email == NEW
    assert {to for to, _subject in sent()} == {NEW}


@pytest.mark.parametrize("is_booked", [True, False])
def test_form_with_a_corrected_email_is_answered_once(ask, book, sent, is_booked):
    key = "00000000-0000-4000-8000-000000000010"
    case = ask(submission_key=key, email=OLD)
    if is_booked:
        book(case)
    sent()
    ask(submission_key=key, email=NEW)
    assert sent() == [(NEW, "Your visit is booked" if is_booked else "We are holding a time for you")]


# With and without an address


def test_first_email_keeps_the_link_the_patient_has(ask, book, correct, sent, client):
    case = book(ask(email="", phone="(949) 555-0123"))
    path = get_visit_path(case)
    correct(case)
    assert client.get(path).status_code == 200
    assert sent() == [(NEW, "Your visit is booked")]


def test_desk_is_told_to_phone_once_the_email_is_removed(desk, ask, book, sent):
    case = book(ask(email=OLD, phone="(949) 555-0123"))
    case.refresh_from_db()
    typed = {"new_name": case.name, "new_email": "", "new_phone": case.phone}
    answer = desk.post(
        f"/admin/case/{case.pk}/", {"expected_version": case.version, "action": "correct", **typed}, follow=True
    )
    assert "No email: tell the patient by phone." in " ".join(map(str, answer.context["messages"]))
    assert sent() == []


# Several changes before anything has left


def test_moved_back_before_anything_left_is_told_once(ask, book, sent, policy):
    case = ask(email=NEW, start=WEDNESDAY)
    sent()
    book(case)
    services.move(case.pk, THURSDAY, policy=policy)
    services.move(case.pk, WEDNESDAY, policy=policy)
    assert sent() == [(NEW, "Your visit is booked")]


def test_visit_moved_back_to_the_time_that_was_told_is_not_told_again(ask, book, sent, policy):
    case = book(ask(email=NEW, start=WEDNESDAY))
    sent()
    services.move(case.pk, THURSDAY, policy=policy)
    services.move(case.pk, WEDNESDAY, policy=policy)
    assert sent() == []
    services.move(case.pk, THURSDAY, policy=policy)
    assert sent() == [(NEW, "Your visit has a new time")]
    services.move(case.pk, WEDNESDAY, policy=policy)
    assert sent() == [(NEW, "Your visit has a new time")]


def test_hold_moved_often_is_told_once(ask, sent, policy):
    case = ask(email=NEW, start=WEDNESDAY)
    sent()
    for start in (THURSDAY, WEDNESDAY, THURSDAY):
        services.move(case.pk, start, policy=policy)
    assert sent() == [(NEW, "We are holding a time for you")]
