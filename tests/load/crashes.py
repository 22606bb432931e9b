"""Kill the server while requests come in, and check that none is lost.

The signal is ``kill -9``. ``make crashes`` starts production settings with two gunicorn workers on the
database of ``DATABASE_URL``. Patients whose connection breaks send the same form again until they
see their receipt. Afterwards every receipt that was shown
has to be true: the request, its two messages, and the held time. Ends with status 1 when anything is not.
"""

import http.client
import os
import signal
import subprocess
import sys
import time
import urllib.error
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from tests.browser.server import Site
from tests.load.common import (
    READING,
    REFERENCE,
    SETTINGS,
    SETTLING,
    Visitor,
    database,
    demo_clinic,
    hidden_fields,
    production,
)
from tests.sizes import size

REQUESTS = size(100, 500)
CLIENTS = 10  # of them at once
KILLS = size(2, 6)
ROOMS = 4  # so that there are enough times for all who want one
WITHOUT_TIME = 5  # one in so many asks to be called
PATIENCE = 180  # seconds after which a patient gives up
PAUSE = 0.3  # seconds before the form is sent again
ADDRESS = "@crash.example.com"
HELD = "</b> is held for you"


class Patient(Visitor):
    """Send one form until it is answered with a receipt."""

    def __init__(self, number: int, url: str, start: str):
        super().__init__(url)
        self.email, self.start = f"patient{number}{ADDRESS}", start
        self.form: dict[str, str] = {}
        self.went: Counter[str] = Counter()  # how the posts ended
        self.reference, self.is_held = "", False

    def open_form(self) -> None:
        page, _path = self.ask("/consultation/")
        typed = {"name": "Crash Patient", "email": self.email, "consent": "on", "start": self.start}
        self.form = hidden_fields(page) | typed

    def send_until_received(self) -> None:
        end = time.monotonic() + PATIENCE
        while not self.reference and time.monotonic() < end:
            outcome = self.send()
            self.went[outcome] += 1
            if outcome != "receipt":
                time.sleep(PAUSE)

    def send(self) -> str:
        try:
            page, path = self.ask("/consultation/", self.form)
        except urllib.error.HTTPError as error:
            return f"status {error.code}"
        except (OSError, http.client.HTTPException) as error:
            is_refused = isinstance(getattr(error, "reason", error), ConnectionRefusedError)
            return "nobody there" if is_refused else "cut off"
        if "/received/" not in path:
            self.form |= hidden_fields(page)
            return "form shown again"
        self.reference, self.is_held = REFERENCE.search(page)[1], HELD in page
        return "receipt"


def main() -> int:
    with demo_clinic("crash") as demo:
        with production(demo) as site:
            time.sleep(SETTLING)
            with database():
                starts = times_to_pick()
            patients = [Patient(number, site.url, start) for number, start in enumerate(starts)]
            started = time.monotonic()
            kills = send_all(patients, site)
            seconds = time.monotonic() - started
        with database():
            wrong = list(untrue(patients))
    report(patients, kills, seconds, wrong)
    return int(bool(wrong))


def times_to_pick() -> list[str]:
    """Return a time for each request, or "" for those who ask for a call."""
    from bookings.models import Resource
    from bookings.patient.fields import to_value

    for number in range(Resource.objects.count(), ROOMS):
        Resource.objects.create(name=f"Room {number}", sort_order=number)
    places = [to_value(at) for at in places_free()]
    if not places:
        raise RuntimeError("The demo's calendar has no place for a patient.")
    wanted = min(REQUESTS - REQUESTS // WITHOUT_TIME, len(places))
    picked = iter(places[number * len(places) // wanted] for number in range(wanted))
    return ["" if number % WITHOUT_TIME == 0 else next(picked, "") for number in range(REQUESTS)]


def places_free() -> list[datetime]:
    """Return free half hours, for each room, as many of a day as strangers may hold.

    Visits at these times never overlap. They begin tomorrow, because the nearest times stop being on offer while the
    requests come in.
    """
    from django.utils import timezone

    from bookings.services import free_starts, get_booking_policy
    from bookings.services.limits import get_daily_hold_limit, unconfirmed_holds

    policy, now = get_booking_policy(), timezone.now()
    if policy.rules.occupied > timedelta(minutes=30):
        raise RuntimeError("The demo's visits take more than half an hour.")
    free = [one for one in free_starts(policy, now) if one.at.minute % 30 == 0 and one.at > now + timedelta(days=1)]
    zone, days = policy.schedule.time_zone, defaultdict(list)
    for one in free:
        days[one.at.astimezone(zone).date()] += [one.at for _room in one.resources[0]]
    held = Counter(visit.starts_at.astimezone(zone).date() for visit in unconfirmed_holds(now))
    picked: list[datetime] = []
    for day, places in days.items():
        limit = min(len(places), get_daily_hold_limit(day, policy) - held[day])
        picked += [places[number * len(places) // limit] for number in range(limit)]
    return picked


def send_all(patients: list[Patient], site: Site) -> list[int]:
    """Open all forms, then send them while the server is killed repeatedly.

    Return, for each kill, how many requests were saved before their receipt was shown.
    """
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(Patient.open_form, patients))
        time.sleep(READING)
        sent = [clients.submit(patient.send_until_received) for patient in patients]
        try:
            kills = [kill_and_restart(site, patients, sent, number) for number in range(1, KILLS + 1)]
            for one in sent:
                one.result()
        finally:
            clients.shutdown(wait=False, cancel_futures=True)  # after a failed start the others need not try
    return kills


def kill_and_restart(site: Site, patients: list[Patient], sent: list[Future], number: int) -> int:
    while sum(one.done() for one in sent) < len(sent) * number // (KILLS + 1):
        time.sleep(0.01)
    for pid in family(site.process.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    site.process.wait()
    time.sleep(PAUSE)  # by now, all responses that were sent have arrived
    with database():
        unseen = saved() - {patient.email for patient in patients if patient.reference}
    site.start()  # on the same port and database
    return len(unseen)


def family(pid: int) -> list[int]:
    """Return the process and all that it started.

    Parents come first, so that none starts another one before it is killed.
    """
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children = defaultdict(list)
    for line in listing.splitlines():
        child, parent = map(int, line.split())
        children[parent].append(child)
    found = [pid]
    for parent in found:  # the loop also visits the children that it adds
        found += children[parent]
    return found


def saved() -> set[str]:
    from bookings.models import Case

    return set(Case.objects.filter(email__endswith=ADDRESS).values_list("email", flat=True))


def untrue(patients: list[Patient]) -> Iterator[str]:
    """Describe everything that is not as the patients were told."""
    from bookings.models import Case
    from tests.booking_invariants import check

    cases = Case.objects.filter(email__endswith=ADDRESS).prefetch_related("messages", "appointments")
    by_reference = {case.reference: case for case in cases}
    for patient in patients:
        yield from untrue_of(patient, by_reference.get(patient.reference))
    for field in ("email", "submission_key"):
        for value, count in Counter(getattr(case, field) for case in cases).items():
            if count > 1:
                yield f"{count} requests with the same {field}: {value}"
    yield from check()


def untrue_of(patient: Patient, case) -> Iterator[str]:
    if not patient.reference:
        yield f"{patient.email} never saw a receipt: {dict(patient.went)}"
        return
    if case is None:
        yield f"{patient.reference} was shown and is not in the database"
        return
    if (case.email, case.submission_key) != (patient.email, submission_key(patient)):
        yield f"{patient.reference} was shown to somebody else"
    kinds = sorted(message.kind for message in case.messages.all())
    if kinds != ["desk_notice", "receipt"]:
        yield f"{patient.reference} has the messages {kinds}"
    times = [(visit.state, visit.starts_at.strftime("%Y-%m-%dT%H:%MZ")) for visit in case.appointments.all()]
    if times != ([("held", patient.start)] if patient.start else []):
        yield f"{patient.reference} wanted {patient.start or 'a call'} and has the times {times}"
    if patient.is_held != bool(patient.start):
        yield f"{patient.reference} wanted {patient.start or 'a call'}; the receipt says held: {patient.is_held}"


def submission_key(patient: Patient) -> UUID:
    from django.core import signing

    from bookings.patient.form_token import SALT

    key, *_rest = signing.loads(patient.form["token"], key=SETTINGS["SECRET_KEY"], salt=SALT)
    return UUID(hex=key)


def report(patients: list[Patient], kills: list[int], seconds: float, wrong: list[str]) -> None:
    went = sum((patient.went for patient in patients), Counter())
    shown = [patient for patient in patients if patient.reference]
    lines = (
        f"{len(patients)} requests in {went.total()} posts, {len(kills)} kills, {seconds:.0f} s",
        f"posts: {', '.join(f'{count} {outcome}' for outcome, count in went.most_common())}",
        f"saved before a kill, receipt seen only after it: {sum(kills)}",
        f"receipts shown: {len(shown)}, of them with a held time: {sum(one.is_held for one in shown)}",
        f"untrue or missing: {len(wrong)}",
        *wrong[:50],
    )
    print("\n".join(lines))  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
