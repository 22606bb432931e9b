"""Break the email server in every way, and check that no message is lost.

``make mail-sink`` starts production settings with two gunicorn workers on the database of ``DATABASE_URL``, and an
email server of our own. For each way to break, patients send a request; then the email server works again, and
every message has to arrive exactly once. Prints how long the patients waited. Ends with status 1 when a request or a
message was lost, a message came twice, or patients waited longer than with a working email server.
"""

import http.client
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from tests.load.common import (
    READING,
    REFERENCE,
    SETTLING,
    Visitor,
    database,
    demo_clinic,
    hidden_fields,
    production,
)
from tests.load.smtp_sink import Sink
from tests.sizes import size

SILENCE = size(30, 60)  # seconds: longer than the worker waits for an answer
PATIENTS = size(6, 24)  # for each way to break
SLOWER = 0.5  # seconds that patients may wait longer, at the median
DELIVERY_LIMIT = 180  # seconds until everything has arrived once the email server works
ADDRESS = "@sink.example.com"


class Phase(NamedTuple):
    """Describe one way to break.

    ``pause``: seconds between two patients. ``is_hurried``: messages that wait for their next attempt are made due at
    once, which would take a minute.
    """

    mode: str
    pause: float = 0.3
    is_hurried: bool = True


PHASES = (
    Phase("work"),
    Phase("absent", is_hurried=False),
    Phase("refuse"),
    Phase("hang", pause=SILENCE / PATIENTS),
    Phase("die"),
)


class Patient(Visitor):
    """Open the form, send it once, and open it again."""

    def __init__(self, name: str, url: str):
        super().__init__(url)
        self.email = name + ADDRESS
        self.reference, self.error = "", "no receipt"

    def open_form(self) -> None:
        page, _path = self.ask("/consultation/")
        self.form = hidden_fields(page) | {"name": "Sink Patient", "email": self.email, "consent": "on"}

    def send(self) -> None:
        try:
            page, path = self.ask("/consultation/", self.form)
            if "/received/" in path:
                self.reference = REFERENCE.search(page)[1]
            self.ask("/consultation/")
        except (OSError, http.client.HTTPException) as error:
            self.error = type(error).__name__


class Waits(NamedTuple):
    """Hold waits in seconds."""

    median: float
    slowest: float

    def __str__(self) -> str:
        return f"median {self.median:.3f} s, slowest {self.slowest:.3f} s"


class Outcome(NamedTuple):
    phase: Phase
    patients: list[Patient]
    errors: Counter[str]  # of the messages that failed while the email server was broken
    seconds: float  # until everything had arrived

    def waits(self, answer: int) -> Waits:
        """Return the waits for the receipt (1), or for the page after it (2)."""
        seconds = [patient.seconds[answer] for patient in self.patients if len(patient.seconds) > answer]
        return Waits(statistics.median(seconds), max(seconds))

    def lines(self) -> tuple[str, ...]:
        errors = ", ".join(f"{count} {error}" for error, count in self.errors.most_common()) or "none"
        return (
            f"{self.phase.mode}: {len(self.patients)} requests",
            f"  until the receipt: {self.waits(1)}; the next page: {self.waits(2)}",
            f"  messages that failed: {errors}; all arrived {self.seconds:.0f} s after the email server was back",
        )


def main() -> int:
    sink = Sink()
    sink.open()
    with demo_clinic("sink") as demo:
        with production(demo, EMAIL_URL=f"smtp://127.0.0.1:{sink.port}") as site:
            time.sleep(SETTLING)
            outcomes = [go_through(phase, sink, site.url) for phase in PHASES]
        with database():
            wrong = [*untrue(outcomes, sink), *slow(outcomes)]
    report(outcomes, sink, wrong)
    return int(bool(wrong))


def go_through(phase: Phase, sink: Sink, url: str) -> Outcome:
    patients = [Patient(f"{phase.mode}{number}", url) for number in range(PATIENTS)]
    misbehave(phase.mode, sink)
    for patient in patients:
        patient.open_form()
    time.sleep(READING)
    for patient in patients:
        patient.send()
        time.sleep(phase.pause)
    errors = wait_for_failures(phase.mode, sink)
    began = time.monotonic()
    behave(phase.mode, sink)
    wait_for_delivery(phase, began)
    return Outcome(phase, patients, errors, time.monotonic() - began)


def misbehave(mode: str, sink: Sink) -> None:
    if mode == "absent":
        sink.close()
    else:
        sink.mode = mode


def behave(mode: str, sink: Sink) -> None:
    sink.mode = "work"
    if mode == "absent":
        sink.open()


def wait_for_failures(mode: str, sink: Sink) -> Counter[str]:
    """Wait until every message has failed once, and return the errors.

    Of a server that does not answer, wait until one connection was left without an answer.
    """
    if mode == "work":
        return Counter()
    end = time.monotonic() + 2 * SILENCE
    while time.monotonic() < end:
        failed = failures()
        if sink.silences if mode == "hang" else failed.total() >= 2 * PATIENTS:
            return failed
        time.sleep(0.5)
    raise RuntimeError(f"The worker never met the email server in the mode {mode}: {failed}")


def failures() -> Counter[str]:
    with database():
        return Counter(ours().filter(state="queued").exclude(last_error="").values_list("last_error", flat=True))


def ours():
    from bookings.models import Message

    return Message.objects.filter(case__email__endswith=ADDRESS)


def wait_for_delivery(phase: Phase, began: float) -> None:
    from django.utils import timezone

    while time.monotonic() < began + DELIVERY_LIMIT:
        with database():
            if phase.is_hurried:
                ours().filter(state="queued", attempts__gt=0).update(due_at=timezone.now())
            if not ours().exclude(state="sent").exists():
                return
        time.sleep(1)


def untrue(outcomes: list[Outcome], sink: Sink) -> Iterator[str]:
    """Describe each request or message that was lost or came wrong.

    It came twice, or to another address.
    """
    from bookings.messaging.outbox import as_email
    from bookings.models import Case, Message

    stored = dict(Case.objects.values_list("reference", "email"))
    messages = list(ours())
    kinds = Counter((message.case_id, message.kind) for message in messages)
    for patient in (patient for outcome in outcomes for patient in outcome.patients):
        if stored.get(patient.reference) != patient.email:
            yield f"{patient.email}: the request {patient.reference or patient.error} is not there"
    if len(messages) != 2 * PATIENTS * len(outcomes) or len(kinds) != len(messages):
        yield f"there are {len(messages)} messages of {len(kinds)} occasions"
    for message in messages:
        if message.state != "sent":
            yield f"message {message.pk} is {message.state} after {message.attempts} attempts"
    # The worker also sends what the demo's own cases owe, such as word of a complaint that waits too long.
    wanted, others = (
        Counter((as_email(message).extra_headers["Message-ID"], message.recipient) for message in rows)
        for rows in (messages, Message.objects.exclude(pk__in=[message.pk for message in messages]))
    )
    arrived = Counter(sink.arrived)
    for message in wanted | (arrived - others):
        if (wanted[message], arrived[message]) != (1, 1):
            yield f"{message} is {wanted[message]} times in the outbox and arrived {arrived[message]} times"


def slow(outcomes: list[Outcome]) -> Iterator[str]:
    for answer in (1, 2):
        usual = outcomes[0].waits(answer).median
        for outcome in outcomes[1:]:
            if outcome.waits(answer).median > usual + SLOWER:
                yield f"{outcome.phase.mode}: {outcome.waits(answer)}; with a working email server {usual:.3f} s"


def report(outcomes: list[Outcome], sink: Sink, wrong: list[str]) -> None:
    lines = (
        *(line for outcome in outcomes for line in outcome.lines()),
        f"longest silence of the email server {max(sink.silences):.0f} s",
        f"messages that arrived: {len(sink.arrived)}, different ones: {len(set(sink.arrived))}",
        f"lost, doubled or slow: {len(wrong)}",
        *wrong[:50],
    )
    print("\n".join(lines))  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
