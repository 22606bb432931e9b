"""Count the modules through which one patient's request runs."""

import re
import sys
from datetime import timedelta
from itertools import groupby

import pytest
from bs4 import BeautifulSoup

from bookings.models import Appointment
from tests import factories
from tests.bookings.conftest import TUESDAY
from tests.bookings.test_appointments import NOW

pytestmark = pytest.mark.django_db
PACKAGES = ("clinic", "blog", "treatments", "bookings")
MAX_MODULES = 12
MAX_STRETCHES = 60
FORM = "/consultation/"
NAMELESS = re.compile(r"<(lambda|genexpr|listcomp|setcomp|dictcomp)>$")


@pytest.fixture
def clinic(profile, consultation_settings, time_machine):
    """Return the treatments of a clinic with hours, on a Monday morning."""
    time_machine.move_to(NOW, tick=False)
    factories.opening_hours()
    return [factories.make_treatment(title) for title in ("Lip fillers", "Laser treatments")]


def fill_in(client, treatments, **fields):
    """Open the form and return a patient's submission with a free time."""
    page = BeautifulSoup(client.get(FORM).content, "lxml")
    hidden = {tag["name"]: tag.get("value", "") for tag in page.select("form.form input[type=hidden]")}
    starts = [tag["value"] for tag in page.select("#times input") if tag["value"]]
    typed = {"message": "One question.", "contact_by": "text", "contact_time": "any", "consent": "on", "website": ""}
    chosen = {"start": starts[len(starts) // 2], "treatments": [treatment.pk for treatment in treatments]}
    return {**hidden, **typed, **chosen, **fields}


def is_counted(module):
    """Return whether the module is ours, but no model or middleware."""
    parts = module.split(".")
    return parts[0] in PACKAGES and "models" not in parts and "middleware" not in module


def trace(act):
    """Return the calls of our functions while ``act`` runs.

    They are in order, as (module, function).
    """
    calls = []

    def record(frame, event, _arg):
        module = frame.f_globals.get("__name__", "")
        if event == "call" and is_counted(module):
            calls.append((module, frame.f_code.co_qualname))

    sys.setprofile(record)
    try:
        act()
    finally:
        sys.setprofile(None)
    return calls


def test_request_runs_through_few_modules(client, clinic, time_machine):
    """Count each run of a function or of a generator.

    Lambdas and comprehensions are part of their function.
    """
    warm_up = fill_in(client, clinic, name="Warm Up", email="warm@patient.example.com", phone="(949) 555-0170")
    data = fill_in(client, clinic, name="Tara Trace", email="tara@patient.example.com", phone="(949) 555-0180")
    data["start"] = f"{TUESDAY.astimezone(NOW.tzinfo):%Y-%m-%dT%H:%MZ}"
    time_machine.shift(timedelta(seconds=10))
    assert client.post(FORM, warm_up).status_code == 303
    client.cookies.pop("consultation_request")  # Another patient has another browser.
    answers = []
    calls = trace(lambda: answers.append(client.post(FORM, data)))
    assert [answer.status_code for answer in answers] == [303]
    assert Appointment.objects.filter(case__name="Tara Trace", starts_at=TUESDAY).exists()

    modules = sorted({module for module, _function in calls})
    named = [call for call in calls if not NAMELESS.search(call[1])]
    stretches = [list(run) for _module, run in groupby(named, key=lambda call: call[0])]
    lines = [f"{run[0][0]}: {', '.join(dict.fromkeys(name for _module, name in run))}" for run in stretches]
    report = "\n".join([*modules, "", *lines])
    assert "bookings.services.submissions" in modules
    assert len(modules) <= MAX_MODULES, f"{len(modules)} modules\n{report}"
    assert len(stretches) <= MAX_STRETCHES, f"{len(stretches)} stretches\n{report}"
