"""Use the patient's own page in a browser."""

import json
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from .axe import violations
from .conftest import HEIGHT
from .server import ROOT

pytestmark = pytest.mark.same_everywhere

DAYS = "#times .question"
PICKED = "#times input:checked"
# Patients with a time two weeks away or later, made with the services: filling in their forms would take a minute.
ASK = """
import json
from uuid import uuid4
from django.contrib.auth.models import User
from django.utils import timezone
from bookings import services
from bookings.messaging.links import get_visit_path
from bookings.models import ConsultationSettings
from clinic.models import ClinicProfile
from wagtail.models import Site

policy, now = services.get_booking_policy(), timezone.now()
site = Site.objects.get(is_default_site=True)
settings, profile = ConsultationSettings.for_site(site), ClinicProfile.for_site(site)
free = [one.at for one in services.free_starts(policy, now) if (one.at - now).days >= 14]
clerk, pages = User.objects.get(username="frontdesk"), {}
for number, name in enumerate(["Held", "Kate", "Petra", "Sam", "Fay", "Wanda", "Alix", "Cleo"]):
    submission = services.Submission(
        name=name, email=f"{name}@patient.example.com", consent_wording="Yes.", submission_key=uuid4(),
        start=free[number * 3])
    case, _created = services.submit(submission, settings=settings, profile=profile, policy=policy)
    if name != "Held":
        case = services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)
    pages[name] = get_visit_path(case)
print("PAGES", json.dumps(pages))
"""


@pytest.fixture(scope="module")
def pages(site):
    """Return the paths of the patients' own pages, by their names."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", ASK],
        cwd=ROOT,
        env=site.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.rpartition("PAGES")[2])


def tab_to(page, name):
    """Move to a field or button by its name, with the Tab key alone."""
    for _step in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).innerText") == name:
            return
    pytest.fail(f"The Tab key never comes to {name}")


def choose(page, day=1, position=3) -> str:
    """Pick one of a day's times, and return its value."""
    folder = page.locator(DAYS).nth(day)
    if folder.get_attribute("open") is None:
        folder.locator("summary").first.click()
    radio = folder.locator("[role=radiogroup] > .time input").nth(position)
    radio.check()
    return radio.get_attribute("value")


def take(page):
    page.get_by_role("button", name="Choose this time").click()


def test_time_is_changed_with_the_keyboard_alone(open_page, pages):
    page = open_page(pages["Kate"], width=1440)
    before = page.locator(".lead").inner_text()
    tab_to(page, "Choose another time")
    page.keyboard.press("Enter")
    page.wait_for_url("**/change/")
    page.locator(f"{DAYS} > summary").nth(1).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.locator(PICKED)).to_be_focused()
    page.keyboard.press("Enter")  # the form's first button must not be one that looks at other days
    page.wait_for_url(f"**{pages['Kate']}")
    after = page.locator(".lead").inner_text()
    assert after.startswith("Your visit is on")
    assert after != before


def test_canceling_takes_two_steps_of_the_keyboard(open_page, pages):
    page = open_page(pages["Cleo"])
    page.locator("details.question summary").focus()
    page.keyboard.press("Enter")
    assert page.locator(".lead").inner_text().startswith("Your visit is on")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Yes, cancel it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".lead")).to_contain_text("is canceled")


def test_time_is_changed_without_javascript_and_on_later_days(open_page, pages):
    page = open_page(f"{pages['Held']}change/", java_script_enabled=False)
    first_days = page.locator(f"{DAYS} summary b").all_inner_texts()
    page.get_by_role("button", name="Show later days").click()
    page.get_by_role("button", name="Show earlier days").wait_for()
    assert page.url.endswith("/change/#times")
    assert not set(page.locator(f"{DAYS} summary b").all_inner_texts()) & set(first_days)
    chosen = choose(page)
    page.get_by_role("button", name="Show earlier days").click()
    expect(page.locator(f"{DAYS} summary b")).to_have_text(first_days)
    expect(page.locator(PICKED)).to_have_value(chosen)
    take(page)
    assert "is held for you." in page.locator(".lead").inner_text()


def test_time_taken_in_between_brings_the_nearest(open_page, pages):
    slow, fast = open_page(f"{pages['Sam']}change/"), open_page(f"{pages['Fay']}change/")
    wanted = choose(slow, day=2)
    assert choose(fast, day=2) == wanted
    take(fast)
    fast.wait_for_url(f"**{pages['Fay']}")
    take(slow)
    summary = slow.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("That time was just taken.")
    slow.wait_for_load_state()
    assert slow.locator(f"#times input[value='{wanted}']").count() == 0
    nearest = slow.locator("#times .choices__group input")
    expect(nearest).to_have_count(3)
    assert violations(slow) == []
    summary.get_by_role("link").click()
    expect(nearest.first).to_be_focused()
    slow.keyboard.press("Space")
    slow.keyboard.press("Enter")
    slow.wait_for_url(f"**{pages['Sam']}")


def test_complaint_is_sent_with_the_keyboard_alone(open_page, pages):
    page = open_page(pages["Wanda"])
    tab_to(page, "Tell the clinic")
    page.keyboard.press("Enter")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#wrong-text")).to_be_focused()
    page.keyboard.type("My eyelid hangs.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Thank you for telling us.")).to_be_visible()


@pytest.mark.parametrize(("name", "address"), [("Petra", ""), ("Held", ""), ("Alix", "change/")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_page, pages, name, address):
    page = open_page(pages[name] + address)
    page.locator("#times details").evaluate_all("days => days.forEach(day => day.open = true)")
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": HEIGHT})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    buttons = [one.bounding_box() for one in page.locator("main :is(.button, .time, summary)").all()]
    assert buttons
    assert min(min(box["width"], box["height"]) for box in buttons) >= 44


def test_patient_joins_and_leaves_the_waitlist(open_page, pages):
    page = open_page(pages["Alix"], java_script_enabled=False)
    page.get_by_role("button", name="Tell me if an earlier time opens up").click()
    expect(page.get_by_text("We’ll email you when an earlier time opens up.")).to_be_visible()
    page.get_by_role("button", name="Stop these emails").click()
    expect(page.get_by_role("button", name="Tell me if an earlier time opens up")).to_be_visible()
