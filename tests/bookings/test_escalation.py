"""Managers and the physician hear once of a complaint that nobody answers in time."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db import connection

from bookings import services
from bookings.messaging.outbox import send_due
from bookings.models import Case, CaseKind, EventKind, Message, MessageKind, Task, TaskKind
from bookings.services import complaints
from clinic.management.commands import run_worker
from tests import factories
from tests.opening_hours import at

pytestmark = pytest.mark.django_db
NIGHT = at("2027-06-12 23:30")  # a Saturday
WORDS = "My lip turned white."


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NIGHT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def staff(profile, consultation_settings):
    factories.consultation_settings(physician_email="Doctor@clinic.example.com")
    factories.make_user("manager", email="mia@clinic.example.com")
    factories.make_user("manager", email="max@clinic.example.com")
    factories.make_user("manager", email="gone@clinic.example.com", is_active=False)
    factories.make_user("manager", email="")
    factories.make_user("clinician", email="cleo@clinic.example.com")
    factories.make_user("frontdesk", email="fay@clinic.example.com")


@pytest.fixture
def complaint(file_complaint):
    case = factories.make_case(status="contacting", name="Ana Lima")
    factories.make_visit(case, "consulted", NIGHT - timedelta(hours=9))
    return file_complaint(case, WORDS)


def told():
    return Message.objects.filter(kind=MessageKind.ESCALATION).order_by("pk")


def test_late_complaint_is_told_once(staff, complaint, clock):
    assert services.escalate_complaints() == 0
    clock.shift(timedelta(minutes=29, seconds=59))
    assert services.escalate_complaints() == 0
    clock.shift(timedelta(seconds=1))
    assert services.escalate_complaints() == 1
    assert services.escalate_complaints() == 0
    clock.shift(timedelta(days=30))
    assert services.escalate_complaints() == 0
    recipients = [message.recipient for message in told()]
    assert recipients == ["doctor@clinic.example.com", "mia@clinic.example.com", "max@clinic.example.com"]
    assert complaint.events.filter(kind=EventKind.ESCALATED).count() == 1
    assert complaint.tasks.get(kind=TaskKind.COMPLAINT).escalated_at == NIGHT + timedelta(minutes=30)


def test_email_names_only_the_reference(staff, complaint, clock):
    clock.shift(timedelta(hours=1))
    services.escalate_complaints()
    send_due()
    sent = [one for one in mail.outbox if one.to == ["doctor@clinic.example.com"]]
    (email,) = sent
    assert email.subject == f"Complaint that nobody has answered: {complaint.reference}"
    for body in (email.body, email.alternatives[0][0]):
        assert f"Nobody has answered the complaint {complaint.reference} in time." in body
        for secret in ("Ana", "Lima", "white", "lip", complaint.phone, complaint.email):
            assert secret not in body
    assert f"/admin/case/{complaint.pk}/" in email.body


def test_log_names_no_patient(staff, complaint, clock, caplog):
    caplog.set_level("DEBUG")
    clock.shift(timedelta(hours=1))
    services.escalate_complaints()
    send_due()
    for secret in ("Ana", "Lima", "white", complaint.phone, complaint.email):
        assert secret not in caplog.text


def test_answered_complaint_is_not_escalated(staff, complaint, clock, clerk):
    services.record_call(complaint.pk, "reached", actor=clerk, expected_version=complaint.version)
    clock.shift(timedelta(days=1))
    assert services.escalate_complaints() == 0


def test_unanswered_calls_do_not_prevent_it(staff, complaint, clock, clerk):
    services.record_call(complaint.pk, "no_answer", actor=clerk, expected_version=complaint.version)
    clock.shift(timedelta(minutes=30))
    assert services.escalate_complaints() == 1


def test_complaint_that_waits_again_is_escalated_again(staff, complaint, clock, clerk, file_complaint):
    clock.shift(timedelta(hours=1))
    services.escalate_complaints()
    case = Case.objects.get(pk=complaint.pk)
    services.record_call(case.pk, "reached", actor=clerk, expected_version=case.version)
    file_complaint(complaint.previous, "It is worse now.")
    assert services.escalate_complaints() == 0
    clock.shift(timedelta(minutes=30))
    assert services.escalate_complaints() == 1


def test_downtime_delays_but_loses_nothing(staff, complaint, clock):
    clock.shift(timedelta(days=4))
    assert services.escalate_complaints() == 1
    assert complaint.tasks.get(kind=TaskKind.COMPLAINT).escalated_at == NIGHT + timedelta(days=4)


def test_more_urgent_words_bring_it_forward(profile, staff, file_complaint, clock):
    case = factories.make_case(status="contacting")
    complaint = file_complaint(case, "The receptionist was rude.")
    clock.shift(timedelta(hours=2))
    assert services.escalate_complaints() == 0
    file_complaint(case, "I have a fever.")
    clock.shift(timedelta(minutes=30))
    assert services.escalate_complaints() == 1
    assert told().first().case == complaint


def test_one_address_gets_one_email(profile, consultation_settings, complaint, clock):
    factories.consultation_settings(physician_email="mia@clinic.example.com")
    factories.make_user("manager", email="Mia@clinic.example.com")
    clock.shift(timedelta(hours=1))
    services.escalate_complaints()
    assert [message.recipient for message in told()] == ["mia@clinic.example.com"]


def test_desk_is_told_when_nobody_else_can_be(profile, consultation_settings, complaint, clock, caplog):
    clock.shift(timedelta(hours=1))
    assert services.escalate_complaints() == 1
    assert [message.recipient for message in told()] == ["desk@clinic.example.com"]
    assert "no manager and no physician has an email address" in caplog.text


def test_one_failure_stops_no_other(staff, complaint, file_complaint, clock, monkeypatch, caplog):
    other = file_complaint(factories.make_case(status="contacting", email="bo@patient.example.com"), WORDS)
    clock.shift(timedelta(hours=1))
    lock = complaints.lock_case

    def broken(case_id):
        if case_id == complaint.pk:
            raise ValueError("Ana Lima")
        return lock(case_id)

    monkeypatch.setattr(complaints, "lock_case", broken)
    assert services.escalate_complaints() == 1
    assert {message.case for message in told()} == {other}
    monkeypatch.undo()
    assert services.escalate_complaints() == 1


def test_worker_escalates_and_sends_in_one_run(staff, complaint, clock, monkeypatch):
    monkeypatch.setattr(run_worker, "close_old_connections", lambda: None)
    assert run_worker.JOBS[run_worker.escalate_complaints] <= 60
    clock.shift(timedelta(hours=1))
    call_command("run_worker", once=True)
    assert complaint.messages.filter(kind=MessageKind.ESCALATION, state="sent").count() == 3
    call_command("run_worker", once=True)
    assert told().count() == 3


def test_answer_just_before_the_lock_counts(staff, complaint, clock, clerk, monkeypatch):
    clock.shift(timedelta(hours=1))
    found = complaints.overdue_complaints()
    services.record_call(complaint.pk, "reached", actor=clerk, expected_version=complaint.version)
    calls = iter([found])
    later = complaints.overdue_complaints
    monkeypatch.setattr(complaints, "overdue_complaints", lambda: next(calls, None) or later())
    assert services.escalate_complaints() == 0
    assert not told().exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_workers_at_once_tell_once(staff, complaint, clock):
    clock.shift(timedelta(hours=1))
    gate, counts = threading.Barrier(4), []

    def work():
        gate.wait()
        try:
            counts.append(services.escalate_complaints())
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(counts) == [0, 0, 0, 1]
    assert told().count() == 3
    assert Task.objects.filter(escalated_at__isnull=False).count() == 1
    assert Case.objects.filter(kind=CaseKind.COMPLAINT).count() == 1
