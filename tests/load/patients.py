"""Fifty patients at once on a running site: each opens the form, picks a time, sends it and waits for her receipt.

``make load`` starts production settings with two gunicorn workers on the database of ``DATABASE_URL`` and calls this.
On the loopback only. Prints the times of the answers, and ends with status 1 when one was lost, was slower than
``LIMIT`` at the 99th percentile, or two patients hold the same time.
"""

import http.cookiejar
import os
import re
import statistics
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from tests.browser.server import Site

PATIENTS = 50
ATTEMPTS = 6
LIMIT = 1.5  # seconds, 99th percentile
READING = 3.2  # seconds: the form takes nobody for a person who is faster than three
HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|token|days_from)"[^>]*value="([^"]*)"')
TIMES = re.compile(r'type="radio"[^>]*name="start"[^>]*value="([^"]+)"|name="start"[^>]*value="([^"]+)"')
SETTINGS = {
    "SECRET_KEY": "a-secret-for-one-load-test-that-is-long-enough-and-0123456789-different",
    "ALLOWED_HOSTS": "127.0.0.1",
    "DEFAULT_FROM_EMAIL": "clinic@example.com",
    "EMAIL_URL": "smtp://127.0.0.1:9",  # nobody listens: mail must slow no page
    "HTTPS": "False",
}


class Patient(threading.Thread):
    """One visitor with her own cookies. A time that is gone is answered with others; she takes the next."""

    def __init__(self, number: int, url: str, start: threading.Barrier):
        super().__init__()
        self.number, self.url, self.start_line = number, url, start
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self.seconds: list[float] = []
        self.receipt, self.error = "", ""

    def run(self) -> None:
        try:
            self.start_line.wait()
            page, _address = self.ask("/consultation/")
            for attempt in range(ATTEMPTS):
                time.sleep(READING)
                page, address = self.ask("/consultation/", self.filled_in(page, attempt))
                if "/received/" in address:
                    self.receipt = re.search(r"receipt__reference\">([0-9A-Z]{8})<", page)[1]
                    return
            self.error = "no receipt"
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"

    def ask(self, path: str, data: dict | None = None) -> tuple[str, str]:
        body = urllib.parse.urlencode(data).encode() if data else None
        headers = {"Origin": self.url, "Referer": self.url + path}
        started = time.monotonic()
        request = urllib.request.Request(self.url + path, body, headers)  # noqa: S310 our own address
        with self.opener.open(request, timeout=60) as answer:
            page = answer.read().decode()
        self.seconds.append(time.monotonic() - started)
        return page, answer.url

    def filled_in(self, page: str, attempt: int) -> dict[str, str]:
        times = [first or second for first, second in TIMES.findall(page)]
        # All want the first time at first: that is the race. Whoever loses five times asks to be called.
        wanted = times[0] if attempt == 0 else times[(self.number * 7 + attempt) % len(times)]
        if attempt == ATTEMPTS - 1:
            wanted = ""
        typed = {
            "name": f"Load Patient {self.number}",
            "email": f"load{self.number}@patient.example.com",
            "message": "Typed once.",
            "consent": "on",
            "start": wanted,
        }
        return {**dict(HIDDEN.findall(page)), **typed}


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, Site(Path(folder), name="load") as demo:
        environment = SETTINGS | {"DATABASE_URL": demo.environment["DATABASE_URL"]}
        with Site(Path(folder), name="production", arguments=["--production"], **environment) as site:
            patients = crowd(site.url)
        return report(patients, demo)


def crowd(url: str) -> list[Patient]:
    start = threading.Barrier(PATIENTS)
    patients = [Patient(number, url, start) for number in range(PATIENTS)]
    for patient in patients:
        patient.start()
    for patient in patients:
        patient.join()
    return patients


def report(patients: list[Patient], site: Site) -> int:
    seconds = sorted(second for patient in patients for second in patient.seconds)
    p99 = statistics.quantiles(seconds, n=100)[98]
    lost = [patient for patient in patients if not patient.receipt]
    missing, doubled = stored(site, {patient.receipt for patient in patients if patient.receipt})
    lines = (
        f"{len(patients)} patients, {len(seconds)} answers, {len(patients) - len(lost)} receipts",
        f"median {statistics.median(seconds):.3f} s, 99th percentile {p99:.3f} s, slowest {seconds[-1]:.3f} s",
        f"receipts without a request: {len(missing)}; times held twice: {doubled}",
        *(f"patient {patient.number}: {patient.error}" for patient in lost),
    )
    print("\n".join(lines))  # noqa: T201
    return int(bool(lost or missing or doubled or p99 > LIMIT))


def stored(site: Site, references: set[str]) -> tuple[set[str], int]:
    """The references that are not in the database with mails, and how many cells have more than one owner."""
    os.environ.update(site.environment)
    import django

    django.setup()
    from django.db.models import Count

    from bookings.models import Case, Hold

    kept = Case.objects.filter(reference__in=references, messages__isnull=False).values_list("reference", flat=True)
    doubled = Hold.objects.values("lane", "at").annotate(n=Count("pk")).filter(n__gt=1).count()
    return references - set(kept), doubled


if __name__ == "__main__":
    sys.exit(main())
