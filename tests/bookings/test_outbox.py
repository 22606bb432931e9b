import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from bookings.management.commands import deliver_messages
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.db import OperationalError, connection

from bookings import outbox
from bookings.models import EventKind, Message, MessageState
from tests.factories import make_case, make_message

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
REAL_SEND = EmailMessage.send


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def server(monkeypatch):
    """Return the mail server: up, until a test sets ``server.error``."""

    class Server:
        error: Exception | None = None
        calls = 0

        def send(self, email, **kwargs):
            self.calls += 1
            if self.error:
                raise self.error
            return REAL_SEND(email, **kwargs)

    server = Server()
    monkeypatch.setattr(EmailMessage, "send", lambda email, **kwargs: server.send(email, **kwargs))
    return server


def fresh(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


# Sending


def test_a_due_message_leaves_once_and_its_case_knows():
    message = make_message(text="Thank you.", html="<p>Thank you.</p>")
    assert outbox.send_due() == {"sent": 1}
    assert outbox.send_due() == {}
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["ana@patient.example.com"], message.subject, "Thank you.")
    assert sent.alternatives[0][:2] == ("<p>Thank you.</p>", "text/html")
    message = fresh(message)
    assert (message.state, message.attempts, message.last_error) == (MessageState.SENT, 1, "")
    assert message.sent_at is not None
    assert message.case.events.last().kind == EventKind.MESSAGE_SENT


def test_a_message_of_tomorrow_waits(clock):
    make_message(due_at=NOON + timedelta(days=1))
    assert outbox.send_due() == {}
    clock.shift(timedelta(days=1))
    assert outbox.send_due() == {"sent": 1}


def test_the_oldest_leaves_first(clock):
    for name, minutes in (("late", 1), ("early", 2)):
        make_message(subject=name, due_at=NOON - timedelta(minutes=minutes))
    outbox.send_due()
    assert [sent.subject for sent in mail.outbox] == ["early", "late"]


def test_a_mail_says_that_a_machine_wrote_it_and_keeps_its_id():
    message = make_message()
    first, second = outbox.as_email(message).message(), outbox.as_email(fresh(message)).message()
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@ocbeauty.example.com>")
    assert first["Auto-Submitted"] == "auto-generated"
    assert outbox.as_email(make_message()).message()["Message-ID"] != first["Message-ID"]


# A mail server that is down


@pytest.mark.parametrize(
    "error", [ConnectionRefusedError("no"), TimeoutError("hangs"), BrokenPipeError("died half-way"), ValueError("bad")]
)
def test_a_failed_message_is_tried_later_and_arrives_exactly_once(server, clock, error, caplog):
    message = make_message()
    server.error = error
    assert outbox.send_due() == {"queued": 1}
    message = fresh(message)
    assert (message.state, message.attempts) == (MessageState.QUEUED, 1)
    assert message.last_error == type(error).__name__
    assert message.due_at == NOON + timedelta(minutes=1)
    server.error = None
    clock.shift(timedelta(seconds=59))
    assert outbox.send_due() == {}
    clock.shift(timedelta(seconds=1))
    assert outbox.send_due() == {"sent": 1}
    clock.shift(timedelta(days=9))
    assert outbox.send_due() == {}
    assert len(mail.outbox) == 1


def test_one_bad_message_holds_up_no_other(server, clock, monkeypatch):
    make_message(subject="bad\nBcc: all@example.com", due_at=NOON - timedelta(hours=1))
    make_message(subject="good")
    assert outbox.send_due() == {"queued": 1, "sent": 1}
    assert [sent.subject for sent in mail.outbox] == ["good"]


def test_the_waits_grow_and_the_last_failure_is_marked(server, clock):
    message = make_message()
    server.error = TimeoutError()
    waits = []
    while fresh(message).state != MessageState.FAILED:
        clock.move_to(fresh(message).due_at, tick=False)
        now = fresh(message).due_at
        outbox.send_due()
        waits.append((fresh(message).due_at - now) // timedelta(minutes=1))
    assert waits[:-1] == [1, 5, 15, 60, 240, 720, 1440, 1440]
    assert fresh(message).attempts == server.calls == 9
    assert [event.kind for event in message.case.events.all()][1:] == [EventKind.MESSAGE_FAILED]
    clock.shift(timedelta(days=30))
    assert outbox.send_due() == {}


def test_a_server_that_takes_nothing_counts_as_failed(monkeypatch):
    monkeypatch.setattr(EmailMessage, "send", lambda email, **kwargs: 0)
    message = make_message()
    assert outbox.send_due() == {"queued": 1}
    assert fresh(message).last_error == "NotAcceptedError"


def test_no_log_line_and_no_column_quotes_the_server(server, clock, caplog):
    case = make_case(name="Zoë Lima", email="zoe@patient.example.com")
    message = make_message(case)
    server.error = ConnectionError("550 <zoe@patient.example.com> unknown, Zoë Lima")
    for days in range(20):
        outbox.send_due(NOON + timedelta(days=days * 2))
    assert fresh(message).state == MessageState.FAILED
    assert "ConnectionError" in caplog.text
    told = caplog.text + fresh(message).last_error + "".join(event.text for event in case.events.all())
    assert "zoe" not in told.lower()
    assert "lima" not in told.lower()


# More than one worker, and workers that die


def test_a_claimed_message_is_nobody_elses(clock):
    make_message()
    assert len(outbox.claim_due(NOON, limit=5)) == 1
    assert outbox.claim_due(NOON, limit=5) == []
    assert outbox.send_due() == {}


def test_a_claim_takes_no_more_than_it_was_told(clock):
    for _number in range(4):
        make_message()
    assert [len(outbox.claim_due(NOON, limit=3)) for _again in range(3)] == [3, 1, 0]


def test_only_a_claimed_message_can_be_delivered():
    with pytest.raises(ValueError, match="claimed"):
        outbox.deliver(make_message())


def test_a_message_of_a_dead_worker_is_sent_when_its_lease_is_over(clock):
    make_message()
    outbox.claim_due(NOON, limit=1)
    clock.shift(outbox.LEASE - timedelta(seconds=1))
    assert outbox.send_due() == {}
    clock.shift(timedelta(seconds=1))
    assert outbox.send_due() == {"sent": 1}


def test_a_message_that_kills_its_worker_is_not_sent_for_ever(clock):
    message = make_message()
    for _attempt in range(outbox.MAX_ATTEMPTS):
        outbox.claim_due(fresh(message).due_at, limit=1)
    assert outbox.send_due(fresh(message).due_at) == {"failed": 1}
    assert (mail.outbox, fresh(message).last_error) == ([], "WorkerDied")


def test_a_worker_that_lost_its_lease_does_not_put_a_sent_message_back(server, clock):
    message = make_message()
    (slow,) = outbox.claim_due(NOON, limit=1)
    clock.shift(outbox.LEASE)
    outbox.send_due()
    server.error = TimeoutError()
    outbox.deliver(slow)
    assert fresh(message).state == MessageState.SENT
    assert message.case.events.filter(kind=EventKind.MESSAGE_SENT).count() == 1


def test_a_worker_that_sent_it_late_keeps_others_from_sending_again(clock):
    message = make_message()
    (slow,) = outbox.claim_due(NOON, limit=1)
    clock.shift(outbox.LEASE * 2)
    outbox.deliver(slow)
    assert fresh(message).state == MessageState.SENT
    assert outbox.send_due() == {}


def test_a_message_whose_case_is_erased_meanwhile_is_simply_gone(clock):
    message = make_message()
    (claimed,) = outbox.claim_due(NOON, limit=1)
    message.case.delete()
    assert outbox.deliver(claimed) == MessageState.SENT
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_six_workers_at_once_send_each_message_once():
    case = make_case()
    for number in range(20):
        make_message(case, subject=f"number {number}")

    def work(_number):
        try:
            return outbox.send_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        counts = list(pool.map(work, range(6)))
    assert sum(count["sent"] for count in counts) == 20
    assert sorted(sent.subject for sent in mail.outbox) == sorted(f"number {number}" for number in range(20))


# The command


@pytest.fixture
def same_connection(monkeypatch):
    """The worker closes old connections between two messages; a test lives in one transaction of one connection."""
    monkeypatch.setattr(deliver_messages, "close_old_connections", lambda: None)


def test_the_command_sends_once_and_says_how_many(capsys):
    make_message()
    call_command("deliver_messages")
    call_command("deliver_messages")
    assert capsys.readouterr().out.splitlines() == ["1 sent", "nothing due"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_watching_worker_finishes_its_message_and_ends_on_a_signal(monkeypatch, same_connection, number):
    make_message()
    make_message()
    before = signal.getsignal(number)

    def send_and_be_told_to_stop(email, **kwargs):
        os.kill(os.getpid(), number)
        return REAL_SEND(email, **kwargs)

    monkeypatch.setattr(EmailMessage, "send", send_and_be_told_to_stop)
    call_command("deliver_messages", watch=True)
    assert len(mail.outbox) == 1
    assert sorted(Message.objects.values_list("state", flat=True)) == ["queued", "sent"]
    assert signal.getsignal(number) == before


def test_a_watching_worker_survives_a_database_that_is_away(monkeypatch, same_connection, capsys):
    answers = [OperationalError("server closed: zoe@patient.example.com"), OperationalError(), None]

    def send_next():
        answer = answers.pop(0)
        if answer is None:
            os.kill(os.getpid(), signal.SIGTERM)
            return
        raise answer

    monkeypatch.setattr(deliver_messages, "send_next", send_next)
    call_command("deliver_messages", watch=True, every=0.01)
    told = capsys.readouterr().err
    assert told.count("OperationalError") == 2
    assert "zoe" not in told


def test_a_watching_worker_ends_with_the_process_that_started_it(same_connection):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    make_message()
    call_command("deliver_messages", watch=True, parent_pid=gone.pid)
    assert mail.outbox == []


def test_a_watching_worker_works_while_that_process_lives(monkeypatch, same_connection):
    seen = []
    monkeypatch.setattr(deliver_messages, "send_next", lambda: seen.append(1) or (len(seen) < 3 or None))
    monkeypatch.setattr(os, "getppid", iter([7, 7, 7, 7, 1]).__next__)
    call_command("deliver_messages", watch=True, every=0.01, parent_pid=7)
    assert len(seen) == 3
