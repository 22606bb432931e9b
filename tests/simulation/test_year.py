"""Run a clinic for a year, and check that no promise is broken."""

import pytest

from tests.sizes import size

from . import promises
from .clinic import Clinic
from .desk import Desk
from .patients import Patient

PATIENTS = size(200, 2000)
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
)


def run_year(clock, patients: int, seed: int = SEED) -> Clinic:
    clinic = Clinic(seed, clock)
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
