"""Count the clicks of what the desk does all day."""

import json
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from .axe import violations
from .server import ROOT
from .test_walks import log_in

pytestmark = pytest.mark.same_everywhere

# Cases of patients who hold the next free time, who wait for a call, and who were treated yesterday.
SET_UP = """
import json
from datetime import timedelta
from django.utils import timezone
from wagtail.models import Site
from bookings import services
from bookings.models import ConsultationSettings
from clinic.models import ClinicProfile
from tests import factories

site = Site.objects.get(is_default_site=True)
settings, profile = ConsultationSettings.for_site(site), ClinicProfile.for_site(site)
policy = services.get_booking_policy()
cases = {}
for name in ("confirm", "cancel"):
    start = next(services.free_starts(policy, timezone.now())).at
    submission = factories.make_submission(name=f"Clicking {name}", start=start)
    case, _created = services.submit(submission, settings=settings, profile=profile, policy=policy)
    cases[name] = case.pk
cases["call"] = factories.make_case(name="Clicking call", email="call@patient.example.com").pk
# At night, so that no visit of the demo has the room.
night = timezone.now().replace(hour=8, minute=0, second=0, microsecond=0) - timedelta(days=1)
for number, (name, state) in enumerate((("well", "treated"), ("unwell", "treated"), ("visit", "checked_in"))):
    case = factories.make_case(name=f"Clicking {name}", status="in_care", email=f"{name}@patient.example.com")
    factories.make_visit(case, state, night + timedelta(hours=number))
    cases[name] = case.pk
print("CASES", json.dumps(cases))
"""
COUNT = """
addEventListener("click", (event) => {
  if (event.isTrusted) sessionStorage.clicks = 1 + Number(sessionStorage.clicks || 0);
}, true);
"""


@pytest.fixture(scope="module")
def cases(site):
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", SET_UP]
    done = subprocess.run(command, cwd=ROOT, env=site.environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.rpartition("CASES")[2])


@pytest.fixture
def desk(open_page):
    page = open_page("about:blank", width=1440)
    page.add_init_script(COUNT)
    log_in(page, "frontdesk")
    return page


def open_case(desk, pk):
    """Open the page of a case, and count from there."""
    desk.goto(f"/admin/case/{pk}/")
    desk.evaluate("() => { sessionStorage.clicks = 0; }")


def clicks(desk) -> int:
    return desk.evaluate("() => Number(sessionStorage.clicks)")


def test_confirming_takes_two_clicks(desk, cases):
    desk.goto("/admin/case/")
    desk.evaluate("() => { sessionStorage.clicks = 0; }")
    desk.locator(f"a[href$='/case/{cases['confirm']}/']").first.click()
    desk.get_by_role("button", name="Book this visit").click()
    expect(desk.locator(".desk-time__state").first).to_contain_text("booked")
    assert clicks(desk) <= 2


def test_canceling_takes_two_clicks(desk, cases):
    open_case(desk, cases["cancel"])
    desk.get_by_text("Cancel this visit …").click()
    desk.get_by_role("button", name="Cancel this visit", exact=True).click()
    expect(desk.locator(".desk-time__state").first).to_contain_text("Canceled")
    assert clicks(desk) <= 2


def test_no_answer_takes_one_click(desk, cases):
    open_case(desk, cases["call"])
    desk.get_by_role("button", name="No answer").click()
    expect(desk.locator("#next-section")).to_contain_text("1 call was not answered")
    assert clicks(desk) == 1


def test_well_on_the_day_after_takes_one_click(desk, cases):
    open_case(desk, cases["well"])
    desk.get_by_role("button", name="Fine", exact=True).click()
    expect(desk.locator(".desk-timeline")).to_contain_text("The patient is well.")
    assert clicks(desk) == 1


def test_not_well_opens_the_complaint_in_one_click(desk, cases):
    open_case(desk, cases["unwell"])
    desk.get_by_role("button", name="Not well").click()
    expect(desk.locator(".desk-case__head")).to_contain_text("Something feels wrong")
    expect(desk.locator(".desk-contact a[href^='tel:']")).to_be_visible()
    assert clicks(desk) == 1


@pytest.mark.parametrize("name", ["confirm", "call", "visit", "unwell"])
def test_page_of_a_case_passes_axe(desk, cases, name):
    open_case(desk, cases[name])
    for summary in desk.locator(".desk-case summary").all():
        summary.click()
    assert violations(desk) == []
