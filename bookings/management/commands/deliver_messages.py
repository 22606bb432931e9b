import os
import signal
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections
from django.utils import timezone

from bookings import services
from bookings.models import Appointment, AppointmentState
from bookings.outbox import deliver_due, deliver_next

# How often the worker looks for kept times that have run out, in seconds.
LAPSE_EVERY = 60


class Command(BaseCommand):
    help = "Send the mails that are waiting in the outbox: once, or with --watch for as long as it runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--watch", action="store_true", help="stay, and look again and again")
        parser.add_argument("--every", type=float, default=5.0, metavar="SECONDS", help="pause between two looks")
        parser.add_argument("--parent-pid", type=int, metavar="PID", help="stop when this process is gone")

    def handle(self, **options: Any) -> None:
        if options["watch"]:
            self.watch(options["every"], options["parent_pid"])
        else:
            counts = deliver_due()
            self.stdout.write(", ".join(f"{number} {state}" for state, number in counts.items()) or "nothing due")

    def watch(self, every: float, parent_pid: int | None) -> None:
        is_child = parent_pid == os.getppid()
        next_look = monotonic()
        with stop_signals() as stop:
            while not stop.is_set() and is_wanted(parent_pid, is_child):
                if monotonic() >= next_look:
                    next_look = monotonic() + LAPSE_EVERY
                    self.let_go()
                if not self.worked():
                    stop.wait(every)

    def worked(self) -> bool:
        """Send one message. False when nothing was due, or when the database did not answer."""
        try:
            return deliver_next() is not None
        except Error as error:
            self.stderr.write(f"The database does not answer ({type(error).__name__}); trying again.")
            return False
        finally:
            close_old_connections()

    def let_go(self) -> None:
        """Let kept times lapse whose time has run out. Whatever goes wrong here, the mails go on."""
        try:
            overdue = Appointment.objects.filter(state=AppointmentState.HELD, held_until__lte=timezone.now())
            if overdue.exists():  # a read: the lanes are locked only when there is something to do
                services.lapse_expired()
        except Exception as error:  # its text may quote what patients wrote
            self.stderr.write(f"Kept times could not be let go ({type(error).__name__}); trying again in a minute.")
        finally:
            close_old_connections()


@contextmanager
def stop_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set: the message in hand is finished, then the worker ends."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def is_wanted(parent_pid: int | None, is_child: bool) -> bool:
    """Whether the process that asked for this worker is still there."""
    if parent_pid is None:
        return True
    if is_child:  # tells also of a dead parent that nobody has buried
        return os.getppid() == parent_pid
    try:
        os.kill(parent_pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
