import os
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest import mock

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError, close_old_connections, connection
from django.utils import timezone
from wagtail.models import Page

from bookings.messaging import outbox
from bookings.models import Appointment, AppointmentState, Message
from bookings.services import appointments, waitlist
from clinic import limits
from clinic.caching import version
from clinic.keywords import page_reading
from clinic.logging import RedactingFormatter
from clinic.management.commands import run_worker
from clinic.models import StandardPage, WorkerHeartbeat
from clinic.search import index
from tests.factories import make_case, make_message, make_visit

REAL_SEND = EmailMessage.send
PATIENT = "Zoë Lima"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def same_connection(monkeypatch):
    """Keep the connection of the test: the worker closes it after each job."""
    monkeypatch.setattr(run_worker, "close_old_connections", lambda: None)


@pytest.fixture(autouse=True)
def no_failures(monkeypatch):
    """Start without what other tests have let fail."""
    monkeypatch.setattr(run_worker.Job, "failing", set())
    monkeypatch.setattr(run_worker, "_put_off", {})


@pytest.fixture
def signals():
    """Put the signal handlers of the test process back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def run_jobs(monkeypatch, signals):
    """Run the worker with these jobs until one of them sends a signal.

    Waits are 1,000 times shorter.
    """

    def run(jobs):
        monkeypatch.setattr(run_worker, "JOBS", {job: every / 1000 for job, every in jobs.items()})
        monkeypatch.setattr(run_worker, "MAX_BACK_OFF", 0.01)
        call_command("run_worker")

    return run


def stop(number=signal.SIGTERM):
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_after_the_current_message(db, monkeypatch, signals, number):
    make_message()
    make_message()

    def send_and_stop(email, **kwargs):
        stop(number)
        return REAL_SEND(email, **kwargs)

    monkeypatch.setattr(EmailMessage, "send", send_and_stop)
    call_command("run_worker")
    assert len(mail.outbox) == 1
    assert sorted(Message.objects.values_list("state", flat=True)) == ["queued", "sent"]


def test_failing_job_stops_no_other(run_jobs, caplog):
    caplog.handler.setFormatter(RedactingFormatter())
    ran = []

    def broken_job():
        ran.append("broken")
        raise RuntimeError(PATIENT)

    def good_job():
        ran.append("good")
        if ran.count("good") == 20:
            stop()

    run_jobs({broken_job: 1, good_job: 1})
    assert ran.count("broken") >= 2
    assert "broken_job failed 2 times in a row" in caplog.text
    assert "RuntimeError" in caplog.text
    assert "test_run_worker.py" in caplog.text
    assert PATIENT not in caplog.text


def test_waits_grow_with_failures_and_end_with_success(monkeypatch):
    monkeypatch.setattr(run_worker.time, "monotonic", lambda: 1000.0)
    answers = [OperationalError()] * 6 + [None, True]

    def function():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    job = run_worker.Job(function, every=30)
    waits = []
    while answers:
        job.run()
        waits.append(job.due - 1000)
    assert waits == [5, 10, 20, 40, 80, 120, 30, 0]


def test_waiting_messages_hold_up_no_other_job(run_jobs):
    ran = []

    def endless_job():
        ran.append("endless")
        return True

    def other_job():
        ran.append("other")
        if ran.count("other") == 3:
            stop()

    run_jobs({endless_job: 5, other_job: 1})
    assert ran.count("endless") >= 2


def test_each_job_runs_at_its_interval(monkeypatch, signals):
    now, ran = [0.0], Counter()

    def sleep(seconds):
        now[0] += seconds
        if now[0] > 600:
            stop()

    monkeypatch.setattr(run_worker, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
    names = [job.__name__ for job in run_worker.JOBS]
    jobs = {
        lambda name=name: ran.update([name]): every for name, every in zip(names, run_worker.JOBS.values(), strict=True)
    }
    monkeypatch.setattr(run_worker, "JOBS", jobs)
    call_command("run_worker")
    assert ran == {
        "record_heartbeat": 21,
        "send_message": 121,
        "send_staff_mail": 121,
        "expire_holds": 11,
        "escalate_complaints": 11,
        "publish_scheduled": 11,
        "recover_from_clock_change": 11,
        "recover_staff_mail": 11,
        "purge": 1,
        "purge_account_events": 1,
        "retime_tasks": 1,
        "forget_networks": 1,
        "extend_block_rules": 1,
        "draw_sharing_pictures": 3,
        "empty_trash": 1,
        "read_pages": 61,
        "purge_visitor_logs": 1,
        "tell_search_engines": 11,
        "check_site": 21,
        "warm_pages": 601,
        "warm_search": 601,
    }


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_lost_connection_is_replaced(monkeypatch, run_jobs):
    monkeypatch.setattr(run_worker, "close_old_connections", close_old_connections)
    seen = []

    def query():
        seen.append(WorkerHeartbeat.objects.count())
        if len(seen) == 3:
            stop()
        connection.connection.close()  # as when the database server restarts

    run_jobs({query: 1})
    assert seen == [0, 0, 0]


def test_worker_runs_all_jobs():
    jobs = (
        run_worker.record_heartbeat,
        run_worker.send_message,
        run_worker.expire_holds,
        run_worker.escalate_complaints,
        run_worker.publish_scheduled,
        outbox.recover_from_clock_change,
        run_worker.send_staff_mail,
        run_worker.recover_staff_mail,
        page_reading.read_pages,
        run_worker.tell_search_engines,
        run_worker.check_site,
        run_worker.warm_pages,
        run_worker.warm_search,
    )
    hourly_or_less = {
        limits.purge,
        run_worker.purge_account_events,
        run_worker.retime_tasks,
        run_worker.forget_networks,
        run_worker.extend_block_rules,
        run_worker.draw_sharing_pictures,
        run_worker.empty_trash,
        run_worker.purge_visitor_logs,
    }
    assert set(run_worker.JOBS) == {*jobs, *hourly_or_less}


# Each job, through --once


def test_once_sends_what_is_due(db):
    make_message()
    make_message()
    call_command("run_worker", once=True)
    assert len(mail.outbox) == 2


def test_once_publishes_scheduled_pages(client, home):
    page = home.add_child(instance=StandardPage(title="Summer hours", live=False))
    page.go_live_at = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)
    with time_machine.travel(page.go_live_at - timedelta(minutes=1), tick=False):
        page.save_revision().publish()
        call_command("run_worker", once=True)
        assert client.get("/summer-hours/").status_code == 404
    with time_machine.travel(page.go_live_at + timedelta(minutes=1), tick=False):
        call_command("run_worker", once=True)
        assert client.get("/summer-hours/").status_code == 200


def test_once_prepares_the_search_for_the_next_visitor(client, home, monkeypatch):
    monkeypatch.setattr(index, "_kept", [])
    home.add_child(instance=StandardPage(title="Cypress"))
    call_command("run_worker", once=True)
    monkeypatch.setattr(index, "_kept", [])  # as in another process
    monkeypatch.setattr(index, "build_index", mock.Mock(side_effect=AssertionError))
    assert "Cypress" in client.get("/search/", {"q": "cypress"}).content.decode()


def test_once_names_failed_jobs_and_does_the_others(db, monkeypatch):
    def fail():
        raise OperationalError("gone")

    monkeypatch.setattr(run_worker.services, "expired_holds", lambda _now: fail())
    make_message()
    with pytest.raises(CommandError, match=r"Failed: expire_holds\."):
        call_command("run_worker", once=True)
    assert len(mail.outbox) == 1
    assert outbox.send_next() is None
    assert WorkerHeartbeat.age() is not None


# A page that cannot be published


@pytest.fixture
def scheduled(home, time_machine):
    """Return three pages that are due now, of which the second has a slug that was taken meanwhile."""
    time_machine.move_to(datetime(2026, 6, 1, 16, 0, tzinfo=UTC), tick=False)
    pages = []
    for title in ("First", "Second", "Third"):
        page = home.add_child(instance=StandardPage(title=title, slug=f"old-{title.lower()}"))
        page.save_revision().publish()
        page.refresh_from_db()
        page.slug, page.go_live_at = title.lower(), timezone.now() + timedelta(hours=1)
        page.save_revision().publish()
        pages.append(page)
    home.add_child(instance=StandardPage(title="In the way", slug="second"))
    time_machine.shift(timedelta(hours=2))
    return pages


def test_slug_clash_stops_no_other_page(scheduled, caplog):
    run_worker.publish_scheduled()
    slugs = [StandardPage.objects.get(pk=page.pk).slug for page in scheduled]
    assert slugs == ["first", "old-second", "third"]
    assert "publish revision" in caplog.text


def test_page_with_slug_clash_stays_scheduled(scheduled):
    run_worker.publish_scheduled()
    revision = scheduled[1].latest_revision
    revision.refresh_from_db()
    assert revision.approved_go_live_at is not None


def test_page_with_slug_clash_is_put_off_and_published_later(scheduled, monkeypatch, caplog):
    now = [1000.0]
    monkeypatch.setattr(run_worker.time, "monotonic", lambda: now[0])
    for seconds, failures in ((0, 1), (4, 1), (1, 2), (5, 2), (5, 3)):
        now[0] += seconds
        run_worker.publish_scheduled()
        assert sum("in a row" in record.getMessage() for record in caplog.records) == failures
    StandardPage.objects.get(title="In the way").delete()
    now[0] += run_worker.MAX_BACK_OFF
    run_worker.publish_scheduled()
    assert StandardPage.objects.get(title="Second").slug == "second"
    assert run_worker._put_off == {}
    assert run_worker.Job.failing == set()


def test_page_whose_schedule_is_canceled_is_forgotten(scheduled):
    run_worker.publish_scheduled()
    scheduled[1].revisions.update(approved_go_live_at=None)
    run_worker.publish_scheduled()
    assert run_worker.Job.failing == set()


@pytest.mark.parametrize("error", [ValueError, KeyError, RecursionError, MemoryError, PermissionError, IntegrityError])
def test_page_that_cannot_be_unpublished_stops_no_other(home, monkeypatch, error):
    yesterday = timezone.now() - timedelta(days=1)
    bad, good = (
        home.add_child(instance=StandardPage(title=title, slug=title, expire_at=yesterday)) for title in ("bad", "good")
    )
    original = Page.unpublish

    def unpublish(page, *args, **kwargs):
        if page.pk == bad.pk:
            raise error
        return original(page, *args, **kwargs)

    monkeypatch.setattr(Page, "unpublish", unpublish)
    run_worker.publish_scheduled()
    good.refresh_from_db()
    assert (good.live, good.expired) == (False, True)


def test_heartbeat_names_what_fails(scheduled):
    run_worker.publish_scheduled()
    run_worker.record_heartbeat()
    revision = scheduled[1].latest_revision
    assert WorkerHeartbeat.objects.get().failing == [f"publish revision {revision.pk}"]


# Held times


def test_hold_that_cannot_expire_stops_no_other(db, monkeypatch, caplog):
    visits = [make_visit(make_case(email=f"{n}@example.com"), "held", timezone.now() + DAY * n) for n in (1, 2, 3)]
    Appointment.objects.update(held_until=timezone.now())
    original = appointments.free_slots

    def free_slots(appointment):
        if appointment.pk == visits[1].pk:
            raise ValueError(PATIENT)
        original(appointment)

    monkeypatch.setattr(appointments, "free_slots", free_slots)
    caplog.handler.setFormatter(RedactingFormatter())
    call_command("run_worker", once=True)
    states = Appointment.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["expired", "held", "expired"]
    assert PATIENT not in caplog.text


def test_failing_waitlist_frees_the_time_all_the_same(db, monkeypatch, caplog):
    visit = make_visit(make_case(), "held", timezone.now() + DAY)
    Appointment.objects.update(held_until=timezone.now())
    monkeypatch.setattr(waitlist, "get_booking_policy", lambda: 1 / 0)
    call_command("run_worker", once=True)
    visit.refresh_from_db()
    assert (visit.state, visit.slots.count()) == (AppointmentState.EXPIRED, 0)
    assert "waitlist" in caplog.text


def test_worker_expires_held_times(db):
    visit = make_visit(make_case(), "held", timezone.now() + timedelta(hours=1))
    Appointment.objects.filter(pk=visit.pk).update(held_until=timezone.now())
    call_command("run_worker", once=True)
    visit.refresh_from_db()
    assert visit.state == AppointmentState.EXPIRED


def test_worker_locks_nothing_before_a_hold_ends(db, monkeypatch):
    make_visit(make_case(), "held")
    calls = []
    monkeypatch.setattr(run_worker.services, "expire_holds", lambda: calls.append(1))
    call_command("run_worker", once=True)
    assert calls == []


def test_second_worker_repeats_no_scheduled_change(home):
    calls = []

    def unpublish():
        calls.append(1)
        Page.objects.filter(pk=home.pk).update(live=False)

    for _worker in range(2):  # both have read that the page is due
        run_worker.do_once(Page.objects.filter(pk=home.pk, live=True), unpublish)
    assert calls == [1]


# Heartbeat


def test_heartbeat_leaves_caches_alone(db, django_capture_on_commit_callbacks):
    before = version.content_version()
    with django_capture_on_commit_callbacks(execute=True):
        WorkerHeartbeat.record()
        WorkerHeartbeat.record()
    assert version.content_version() == before
