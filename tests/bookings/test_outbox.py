"""The outbox: how queued messages are claimed, sent and retried."""

import smtplib
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection

from bookings.desk.queries import unsent_messages
from bookings.messaging import outbox
from bookings.models import EventKind, Message, MessageKind, MessageState
from clinic.logging import RedactingFormatter
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
    """Return an email server that works until a test sets ``server.error``."""

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


def test_due_message_is_sent_once_and_recorded():
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


def test_message_is_not_sent_before_due(clock):
    make_message(due_at=NOON + timedelta(days=1))
    assert outbox.send_due() == {}
    clock.shift(timedelta(days=1))
    assert outbox.send_due() == {"sent": 1}


def test_oldest_message_is_sent_first(clock):
    for name, minutes in (("late", 1), ("early", 2)):
        make_message(subject=name, due_at=NOON - timedelta(minutes=minutes))
    outbox.send_due()
    assert [sent.subject for sent in mail.outbox] == ["early", "late"]


def test_email_is_auto_generated_with_stable_id():
    message = make_message()
    first, second = outbox.as_email(message).message(), outbox.as_email(fresh(message)).message()
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@ocbeauty.example.com>")
    assert first["Auto-Submitted"] == "auto-generated"
    assert outbox.as_email(make_message()).message()["Message-ID"] != first["Message-ID"]


# An email server that is down


@pytest.mark.parametrize(
    "error", [ConnectionRefusedError("no"), TimeoutError("hangs"), BrokenPipeError("died half-way"), ValueError("bad")]
)
def test_failed_message_is_retried_and_sent_once(server, clock, error, caplog):
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


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPRecipientsRefused({"ana@patient.example.com": (550, b"unknown")}),
        smtplib.SMTPRecipientsRefused({"ana@patient.example.com": (553, b"not allowed")}),
        smtplib.SMTPSenderRefused(550, b"not you", "hello@clinic.example.com"),
        smtplib.SMTPDataError(552, b"too big"),
        smtplib.SMTPDataError(554, b"spam"),
        smtplib.SMTPResponseException(500, b"syntax"),
        smtplib.SMTPResponseException(599, b"no"),
    ],
)
def test_refusal_for_good_is_final_at_once(server, clock, error):
    message = make_message()
    server.error = error
    assert outbox.send_due() == {"failed": 1}
    message = fresh(message)
    assert (message.state, message.attempts, message.last_error) == (MessageState.FAILED, 1, type(error).__name__)
    assert [event.kind for event in message.case.events.all()][1:] == [EventKind.MESSAGE_FAILED]
    assert list(unsent_messages(NOON)) == [message]  # what the desk's dashboard and list count
    clock.shift(timedelta(days=9))
    assert outbox.send_due() == {}


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPRecipientsRefused({"ana@patient.example.com": (450, b"busy")}),
        smtplib.SMTPRecipientsRefused({"ana@patient.example.com": (421, b"later"), "x": (550, b"unknown")}),
        smtplib.SMTPRecipientsRefused({}),
        smtplib.SMTPSenderRefused(451, b"greylisted", "hello@clinic.example.com"),
        smtplib.SMTPSenderRefused(530, b"log in first", "hello@clinic.example.com"),
        smtplib.SMTPDataError(452, b"disk full"),
        smtplib.SMTPServerDisconnected("gone"),
        smtplib.SMTPConnectError(554, b"no service"),
        smtplib.SMTPHeloError(550, b"who"),
        smtplib.SMTPAuthenticationError(535, b"wrong password"),
        smtplib.SMTPNotSupportedError("no STARTTLS"),
        ConnectionResetError(),
        ssl.SSLError("certificate"),
        socket.gaierror("no such host"),
    ],
)
def test_error_that_may_pass_is_tried_again(server, clock, error):
    message = make_message()
    server.error = error
    assert outbox.send_due() == {"queued": 1}
    server.error = None
    clock.shift(timedelta(minutes=1))
    assert outbox.send_due() == {"sent": 1}
    assert fresh(message).last_error == ""


def test_bad_message_does_not_stop_others(server, clock, monkeypatch):
    make_message(subject="bad\nBcc: all@example.com", due_at=NOON - timedelta(hours=1))
    make_message(subject="good")
    assert outbox.send_due() == {"queued": 1, "sent": 1}
    assert [sent.subject for sent in mail.outbox] == ["good"]


def test_waits_grow_until_message_is_given_up(server, clock):
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


def test_server_that_takes_nothing_counts_as_failed(monkeypatch):
    monkeypatch.setattr(EmailMessage, "send", lambda email, **kwargs: 0)
    message = make_message()
    assert outbox.send_due() == {"queued": 1}
    assert fresh(message).last_error == "NotAcceptedError"


def test_neither_log_nor_row_quotes_the_server(server, clock, caplog):
    case = make_case(name="Zoë Lima", email="zoe@patient.example.com")
    message = make_message(case)
    caplog.handler.setFormatter(RedactingFormatter())
    server.error = ConnectionError("550 <zoe@patient.example.com> unknown, Zoë Lima")
    for days in range(20):
        outbox.send_due(NOON + timedelta(days=days * 2))
    assert fresh(message).state == MessageState.FAILED
    assert "ConnectionError" in caplog.text
    assert "outbox.py" in caplog.text  # The stack says where it failed.
    told = caplog.text + fresh(message).last_error + "".join(str(event.data) for event in case.events.all())
    assert "zoe" not in told.lower()
    assert "lima" not in told.lower()


# Rendering


def test_message_is_rendered_once_before_sending(server, clock, monkeypatch):
    message = make_message(subject="", text="")
    server.error = TimeoutError()
    assert outbox.send_due() == {"queued": 1}
    text = fresh(message).text
    assert message.case.reference in text
    server.error = None
    clock.shift(timedelta(minutes=1))
    monkeypatch.setattr(outbox, "render", Mock(side_effect=AssertionError))
    assert outbox.send_due() == {"sent": 1}
    assert mail.outbox[0].body == text


def test_message_that_cannot_be_rendered_is_retried(clock, monkeypatch):
    message = make_message(subject="", text="", due_at=NOON - timedelta(hours=1))
    make_message(subject="good")
    with monkeypatch.context() as patch:
        patch.setattr("bookings.messaging.rendering.render_to_string", Mock(side_effect=ValueError))
        assert outbox.send_due() == {"queued": 1, "sent": 1}
    assert [sent.subject for sent in mail.outbox] == ["good"]
    assert (fresh(message).text, fresh(message).attempts, fresh(message).last_error) == ("", 1, "ValueError")
    clock.shift(timedelta(minutes=1))
    assert outbox.send_due() == {"sent": 1}
    assert message.case.reference in mail.outbox[1].body


def test_message_that_cannot_be_checked_is_put_off(clock, monkeypatch, caplog):
    message = make_message(subject="bad", due_at=NOON - timedelta(hours=1))
    make_message(subject="good")
    caplog.handler.setFormatter(RedactingFormatter())

    def check(checked):
        if checked.pk == message.pk:
            raise ValueError(message.recipient)
        return True

    monkeypatch.setattr(outbox, "is_still_relevant", check)
    assert outbox.send_due() == {"queued": 1, "sent": 1}
    assert (fresh(message).attempts, fresh(message).last_error) == (1, "ValueError")
    assert fresh(message).due_at == NOON + outbox.BACK_OFF[0]
    assert "ValueError" in caplog.text
    assert message.recipient not in caplog.text


# The clock is set back


@pytest.mark.parametrize("hours", [1, 2, 24, 24 * 365])
def test_queued_message_is_sent_after_clock_was_set_back(clock, hours):
    make_message()
    clock.shift(timedelta(hours=-hours))
    assert outbox.send_due() == {}
    outbox.recover_from_clock_change()
    assert outbox.send_due() == {"sent": 1}


@pytest.mark.parametrize("failures", range(1, outbox.MAX_ATTEMPTS))
def test_failed_message_is_tried_after_clock_was_set_back(server, clock, failures):
    message = make_message()
    server.error = TimeoutError()
    for _ in range(failures):
        outbox.send_due(fresh(message).due_at)
    server.error = None
    clock.move_to(fresh(message).due_at - outbox.BACK_OFF[failures - 1] - timedelta(hours=1), tick=False)
    outbox.recover_from_clock_change()
    assert outbox.send_due() == {"sent": 1}


def test_claim_of_dead_worker_ends_after_clock_was_set_back(clock):
    make_message()
    outbox.claim_next(NOON)
    clock.shift(timedelta(hours=-1))
    outbox.recover_from_clock_change()
    assert outbox.send_due() == {"sent": 1}


@pytest.mark.parametrize("minutes", [0, 1, -1, -4])
def test_right_clock_changes_no_message(server, clock, minutes):
    make_message()
    failed, claimed, reminder = make_message(), make_message(), make_message(kind=MessageKind.REMINDER)
    Message.objects.filter(pk=failed.pk).update(attempts=3, due_at=NOON + outbox.BACK_OFF[2])
    Message.objects.filter(pk=claimed.pk).update(state="sending", attempts=1, due_at=NOON + outbox.LEASE)
    Message.objects.filter(pk=reminder.pk).update(due_at=NOON + timedelta(days=30))
    before = list(Message.objects.order_by("pk").values())
    clock.shift(timedelta(minutes=minutes))
    outbox.recover_from_clock_change()
    assert list(Message.objects.order_by("pk").values()) == before


# More than one worker, and workers that die


def test_claimed_message_cannot_be_claimed_again(clock):
    message = make_message()
    assert outbox.claim_next(NOON) == message
    assert outbox.claim_next(NOON) is None
    assert outbox.send_due() == {}


def test_only_a_claimed_message_can_be_delivered():
    with pytest.raises(ValueError, match="claimed"):
        outbox.deliver(make_message())


def test_message_of_dead_worker_is_sent_after_lease(clock):
    make_message()
    outbox.claim_next(NOON)
    clock.shift(outbox.LEASE - timedelta(seconds=1))
    assert outbox.send_due() == {}
    clock.shift(timedelta(seconds=1))
    assert outbox.send_due() == {"sent": 1}


def test_message_that_kills_workers_is_given_up(clock):
    message = make_message()
    for _attempt in range(outbox.MAX_ATTEMPTS):
        outbox.claim_next(fresh(message).due_at)
    assert outbox.send_due(fresh(message).due_at) == {"failed": 1}
    assert (mail.outbox, fresh(message).last_error) == ([], "WorkerDied")


def test_lost_lease_does_not_requeue_a_sent_message(server, clock):
    message = make_message()
    slow = outbox.claim_next(NOON)
    clock.shift(outbox.LEASE)
    outbox.send_due()
    server.error = TimeoutError()
    outbox.deliver(slow)
    assert fresh(message).state == MessageState.SENT
    assert message.case.events.filter(kind=EventKind.MESSAGE_SENT).count() == 1


def test_late_send_keeps_others_from_sending(clock):
    message = make_message()
    slow = outbox.claim_next(NOON)
    clock.shift(outbox.LEASE * 2)
    outbox.deliver(slow)
    assert fresh(message).state == MessageState.SENT
    assert outbox.send_due() == {}


def test_message_of_erased_case_is_gone(clock):
    message = make_message()
    claimed = outbox.claim_next(NOON)
    message.case.delete()
    assert outbox.deliver(claimed) == MessageState.SENT
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_six_workers_send_each_message_once():
    case = make_case()
    for number in range(20):
        make_message(case, subject=f"number {number}", recipient=f"{number}@patient.example.com")

    def work(_number):
        try:
            return outbox.send_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        counts = list(pool.map(work, range(6)))
    assert sum(count["sent"] for count in counts) == 20
    assert sorted(sent.subject for sent in mail.outbox) == sorted(f"number {number}" for number in range(20))
