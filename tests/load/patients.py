"""Send requests from fifty patients at once.

Each opens the form, picks a time and waits.
``make load`` starts production settings with two gunicorn workers on the database of ``DATABASE_URL`` and calls this.
On the loopback only. Prints the times of the answers, and ends with status 1 when one was lost, was slower than
``LIMIT`` at the 99th percentile, or two patients hold the same time.
"""

import re
import statistics
import sys
import threading
import time

from tests.load.common import READING, REFERENCE, SETTLING, Visitor, database, demo_clinic, hidden_fields, production

PATIENTS = 50
ATTEMPTS = 6
LIMIT = 1.5  # seconds, 99th percentile
TIMES = re.compile(r'type="radio"[^>]*name="start[^"]*"[^>]*value="([^"]+)"')


class Patient(Visitor, threading.Thread):
    """Ask for a time, and take another one when it is gone."""

    def __init__(self, number: int, url: str, start: threading.Barrier):
        Visitor.__init__(self, url)
        threading.Thread.__init__(self)
        self.number, self.start_line = number, start
        self.receipt, self.error = "", ""

    def run(self) -> None:
        try:
            self.start_line.wait()
            page, _path = self.ask("/consultation/")
            for attempt in range(ATTEMPTS):
                time.sleep(READING)
                page, path = self.ask("/consultation/", self.filled_in(page, attempt))
                if "/received/" in path:
                    self.receipt = REFERENCE.search(page)[1]
                    return
            self.error = "no receipt"
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"

    def filled_in(self, page: str, attempt: int) -> dict[str, str]:
        times = TIMES.findall(page)
        # All patients ask for the first time, so they race. A patient who loses five times asks for a call.
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
        return hidden_fields(page) | typed


def main() -> int:
    with demo_clinic("load") as demo:
        with production(demo) as site:
            time.sleep(SETTLING)
            patients = crowd(site.url)
        return report(patients)


def crowd(url: str) -> list[Patient]:
    start = threading.Barrier(PATIENTS)
    patients = [Patient(number, url, start) for number in range(PATIENTS)]
    for patient in patients:
        patient.start()
    for patient in patients:
        patient.join()
    return patients


def report(patients: list[Patient]) -> int:
    seconds = sorted(second for patient in patients for second in patient.seconds)
    p99 = statistics.quantiles(seconds, n=100)[98]
    lost = [patient for patient in patients if not patient.receipt]
    with database():
        missing, doubled = stored({patient.receipt for patient in patients if patient.receipt})
    lines = (
        f"{len(patients)} patients, {len(seconds)} answers, {len(patients) - len(lost)} receipts",
        f"median {statistics.median(seconds):.3f} s, 99th percentile {p99:.3f} s, slowest {seconds[-1]:.3f} s",
        f"receipts without a request: {len(missing)}; times held twice: {doubled}",
        *(f"patient {patient.number}: {patient.error}" for patient in lost),
    )
    print("\n".join(lines))  # noqa: T201
    return int(bool(lost or missing or doubled or p99 > LIMIT))


def stored(references: set[str]) -> tuple[set[str], int]:
    """Return the references without a case or messages.

    Also return how many slots have two owners.
    """
    from django.db.models import Count

    from bookings.models import Case, Slot

    saved = Case.objects.filter(reference__in=references, messages__isnull=False).values_list("reference", flat=True)
    doubled = Slot.objects.values("resource", "at").annotate(n=Count("pk")).filter(n__gt=1).count()
    return references - set(saved), doubled


if __name__ == "__main__":
    sys.exit(main())
