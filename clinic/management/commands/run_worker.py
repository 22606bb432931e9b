import logging
import signal
import time
from collections.abc import Callable
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from django.db import close_old_connections
from django.utils import timezone

from bookings import services
from bookings.messaging import outbox
from clinic import limits
from clinic.accounts import mail as staff_mail
from clinic.logging import log_uncaught
from clinic.models import AccountEvent, WorkerHeartbeat
from clinic.processes import end_with_supervisor

logger = logging.getLogger(__name__)

BACK_OFF = 5  # seconds, doubled with each failure
MAX_BACK_OFF = 120
NAP = 0.5  # seconds: how late a signal may be noticed


def send_message() -> bool:
    """Send one due message. Return whether there may be more."""
    return outbox.send_next() is not None


def expire_holds() -> None:
    """Expire held times. Resources are locked only when one is overdue."""
    if services.expired_holds(timezone.now()).exists():
        services.expire_holds()


def forget_networks() -> None:
    """Delete what says from which network old requests came."""
    services.forget_networks(timezone.now())


def publish_scheduled() -> None:
    """Publish and unpublish the pages whose time has come."""
    call_command("publish_scheduled")


def send_staff_mail() -> bool:
    """Send one due email to staff. Return whether there may be more."""
    return staff_mail.send_next()


def purge_account_events() -> None:
    """Delete old sign-ins, and sessions that are over."""
    AccountEvent.objects.purge()
    call_command("clearsessions")


# Each job, and how many seconds lie between two runs.
JOBS: dict[Callable[[], Any], float] = {
    WorkerHeartbeat.record: 30,
    send_message: 5,
    expire_holds: 60,
    publish_scheduled: 60,
    send_staff_mail: 5,
    limits.purge: 3600,
    purge_account_events: 3600,
    forget_networks: 24 * 3600,
}


class Job:
    """Run a function again and again, less often while it fails."""

    def __init__(self, function: Callable[[], Any], every: float = 0):
        self.function, self.every = function, every
        self.due = time.monotonic()
        self.failures = 0

    def run(self) -> None:
        """Run the function once and plan the next run.

        It is planned for now when the function returned true.
        """
        try:
            wait = 0 if self.function() else self.every
            self.failures = 0
        except Exception:
            self.failures += 1
            wait = min(BACK_OFF * 2 ** min(self.failures - 1, 10), MAX_BACK_OFF)
            logger.exception("%s failed %s times in a row", self.function.__name__, self.failures)
        finally:
            close_old_connections()  # a connection that broke is replaced by the next query
        self.due = time.monotonic() + wait


class Command(BaseCommand):
    """Run all jobs until SIGTERM or SIGINT. The job in hand is finished first."""

    help = "Send messages, expire held times and publish scheduled pages, until stopped."
    is_stopping = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, then end")

    def handle(self, *, once: bool, **options: Any) -> None:
        log_uncaught()
        end_with_supervisor()
        if once:
            self.run_once()
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        jobs = [Job(function, every) for function, every in JOBS.items()]
        while not self.is_stopping:
            job = min(jobs, key=lambda job: job.due)
            pause = job.due - time.monotonic()
            if pause > 0:
                time.sleep(min(pause, NAP))
            else:
                job.run()

    def stop(self, *_signal_and_frame: Any) -> None:
        self.is_stopping = True

    def run_once(self) -> None:
        once = (
            WorkerHeartbeat.record,
            outbox.send_due,
            staff_mail.send_due,
            expire_holds,
            publish_scheduled,
            limits.purge,
            purge_account_events,
            forget_networks,
        )
        jobs = [Job(function) for function in once]
        for job in jobs:
            job.run()
        if failed := [job.function.__name__ for job in jobs if job.failures]:
            raise CommandError(f"Failed: {', '.join(failed)}. The log says why.")
