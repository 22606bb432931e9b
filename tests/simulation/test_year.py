"""Run a clinic for a year, and check that no promise is broken."""

from datetime import date

import pytest

from bookings import services
from bookings.models import Task, TaskKind
from bookings.models.tasks import TaskQuerySet
from bookings.services import appointments, calls, tasks
from tests.sizes import size

from . import promises
from .clinic import LAST_DAY, Clinic
from .desk import Desk
from .patients import Patient

PATIENTS = size(100, 2000)
SEED = 14
ENOUGH = 5
# What has to have happened, or the year proves nothing.
PATHS = (
    "asked for a time",
    "asked for a call",
    "booked by phone",
    "asked by phone",
    "walked in",
    "second visit by phone",
    "asked again after closing",
    "released from quarantine",
    "closed in quarantine",
    "confirmed",
    "hold expired",
    "booked by the desk",
    "moved by the patient",
    "canceled by the patient",
    "canceled by the desk",
    "moved by the desk",
    "chose a time",
    "change seen",
    "checked in",
    "consulted",
    "treatment booked from the consultation",
    "treated",
    "taken back",
    "recorded on a later day",
    "did not come",
    "called: reached",
    "called: no_answer",
    "called: later",
    "called: wrong_number",
    "gave up after three calls",
    "opened again",
    "day after: well",
    "day after: no answer",
    "day after: not well",
    "complained",
    "complaint escalated",
    "signed off",
    "repeat opened",
    "repeat declined",
    "repeat booked early by a manager",
)
# These are refused now and then.
REFUSALS = ("OwedError", "NotAllowedError", "TooEarlyError", "BookingError")


def run_year(clock, patients: int, seed: int = SEED, last_day: date = LAST_DAY) -> Clinic:
    clinic = Clinic(seed, clock, last_day)
    people = [Patient(clinic, number) for number in range(patients)]
    desk = Desk(clinic, {patient.phone: patient for patient in people})
    for patient in people:
        patient.plan_arrival()
    desk.plan_days()
    clinic.run()
    return clinic


@pytest.mark.django_db
def test_year_keeps_every_promise(time_machine):
    clinic = run_year(time_machine, PATIENTS)
    assert clinic.broken == []
    assert promises.check(clinic.now) == []
    assert {path: clinic.taken[path] for path in PATHS if clinic.taken[path] < ENOUGH} == {}
    assert {name for name in REFUSALS if not any(f": {name}:" in refusal for refusal in clinic.refused)} == set()


# A fault in the core must show. Each of these switches one of its guards off.


def owe_no_day_after(monkeypatch):
    real = TaskQuerySet.owe

    def owe(self, case, kind, *args, **kwargs):
        return None if kind == TaskKind.DAY_AFTER else real(self, case, kind, *args, **kwargs)

    monkeypatch.setattr(type(Task.objects), "owe", owe)


def close_whatever_is_owed(monkeypatch):
    def close_all(case, event, outcome):
        tasks.settle(case, tasks.SETTLED_BY_CLOSING, event)

    monkeypatch.setattr(appointments, "close_all", close_all)


def escalate_nothing(monkeypatch):
    monkeypatch.setattr(services, "escalate_complaints", lambda: 0)


def keep_track_of_nothing(monkeypatch):
    for module in (appointments, calls):
        monkeypatch.setattr(module, "keep_track", lambda case, event: None)


def owe_the_repeat_a_day_late(monkeypatch):
    real = TaskQuerySet.owe

    def owe(self, case, kind, event, *args, not_before=None, **kwargs):
        day = not_before and date.fromordinal(not_before.toordinal() + 1)
        return real(self, case, kind, event, *args, not_before=day, **kwargs)

    monkeypatch.setattr(type(Task.objects), "owe", owe)


@pytest.mark.same_everywhere
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fault", "words", "patients", "last_day"),
    [
        (owe_no_day_after, "was treated, and has 0 tasks", 10, date(2027, 3, 15)),
        (close_whatever_is_owed, "is closed, and still owes", 16, date(2027, 4, 12)),
        (escalate_nothing, "neither answered nor escalated", 30, date(2027, 5, 3)),
        (keep_track_of_nothing, "nobody owes anything about it", 16, date(2027, 4, 12)),
        (owe_the_repeat_a_day_late, "the repeat is due from", 10, date(2027, 3, 15)),
    ],
)
def test_switched_off_guard_breaks_a_promise(time_machine, monkeypatch, fault, words, patients, last_day):
    fault(monkeypatch)
    clinic = run_year(time_machine, patients, last_day=last_day)
    assert any(words in broken for broken in promises.check(clinic.now))
