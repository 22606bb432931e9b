"""Walk through the whole life of a visit, the patient and the desk side by side."""

import json
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from .conftest import HEIGHT
from .demo import copy_demo
from .server import ROOT, Site
from .test_walks import PASSWORD, age_form

pytestmark = pytest.mark.same_everywhere

# The clinic is open all day in a zone in which it is about ten in the morning, so a visit may be today. Patients may
# change their time to the last minute.
SET_UP = """
from django.utils import timezone
from bookings.models import ConsultationSettings
from clinic.hours.parsing import parse_spans
from clinic.models import ClinicProfile, OpeningHours
from wagtail.models import Site

hours = (timezone.now().hour - 10 + 12) % 24 - 12
site = Site.objects.get(is_default_site=True)
profile, settings = ClinicProfile.for_site(site), ConsultationSettings.for_site(site)
profile.time_zone = f"Etc/GMT{hours:+d}"
profile.save()
settings.notice_minutes, settings.change_until_hours = 60, 0
settings.save()
opening = OpeningHours.for_site(site)
for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"):
    setattr(opening, day, parse_spans("24 hours"))
opening.save()
opening.public_holidays.all().delete()
opening.yearly_holidays.all().delete()
"""
# The messages that left, once none waits. A reminder waits for its day.
MESSAGES = """
import json
from time import sleep
from bookings.models import Message

rows = Message.objects.filter(case__name="Lively Lou").exclude(kind="reminder").order_by("pk")
for _second in range(30):
    if not rows.filter(state__in=["queued", "sending"]).exists():
        break
    sleep(1)
print("ROWS", json.dumps(list(rows.filter(state="sent").values_list("kind", flat=True))))
"""


@pytest.fixture(scope="module")
def lively_site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("life")
    copy_demo(folder)
    with Site(folder, name="life") as running:
        run(running, SET_UP)
        yield running


def run(site, code):
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=site.environment, capture_output=True, text=True, check=True)
    return done.stdout


def messages(site):
    return json.loads(run(site, MESSAGES).rpartition("ROWS")[2])


@pytest.fixture
def two_pages(chromium, lively_site):
    """Return the patient's page on a phone, and the desk's on a wide screen."""
    contexts = [
        chromium.new_context(base_url=lively_site.url, viewport={"width": width, "height": HEIGHT})
        for width in (390, 1440)
    ]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.set_default_timeout(15_000)
    yield pages
    for context in contexts:
        context.close()


def choose_today(page, position):
    """Choose one of the first times of today, and return it in words."""
    day = page.locator("#times .question").first
    radio = day.locator("[role=radiogroup] > .time").nth(position)
    radio.locator("input").check()
    return radio.inner_text().split("(")[0].strip()


def test_both_pages_tell_the_same_truth_from_request_to_close(lively_site, two_pages):
    patient, desk = two_pages
    desk.goto("/admin/")
    desk.locator("[name=login]").fill("frontdesk")
    desk.locator("[name=password]").fill(PASSWORD)
    desk.get_by_role("button", name="Sign in", exact=True).click()
    desk.wait_for_url("**/admin/today/")

    # The patient asks.
    patient.goto("/consultation/")
    first = choose_today(patient, 1)
    patient.get_by_label("Your name").fill("Lively Lou")
    patient.get_by_label("Email", exact=True).first.fill("lou@patient.example.com")
    patient.get_by_label("I agree").check()
    age_form(patient)
    patient.get_by_role("button", name="Send my request").click()
    patient.wait_for_url("**/consultation/received/**")
    expect(patient.locator(".lead")).to_contain_text(f"{first} is held for you.")
    assert messages(lively_site) == ["receipt", "desk_notice"]
    # Back shows the held time as chosen, and a second Send neither moves it nor asks again.
    patient.go_back()
    expect(patient.locator("#times input:checked")).to_have_count(1)
    assert patient.locator("#times .time:has(input:checked)").inner_text().startswith(first)
    patient.go_forward()
    patient.get_by_role("link", name="Open your page").click()
    expect(patient.locator(".lead")).to_contain_text(f"{first} is held for you.")
    own = patient.url

    # The desk books.
    desk.goto("/admin/case/")
    desk.get_by_role("link", name="Lively Lou").click()
    case = desk.url
    expect(desk.locator(".desk-time")).to_contain_text(first)
    desk.get_by_role("button", name="Book this visit").click()
    expect(desk.locator(".desk-time__state")).to_contain_text("booked")
    patient.goto(own)
    expect(patient.locator(".lead")).to_contain_text(f"{first}.")
    assert messages(lively_site) == ["receipt", "desk_notice", "booked"]

    # The patient moves the visit. The desk sees a mark until somebody has seen it.
    patient.get_by_role("link", name="Choose another time").click()
    second = choose_today(patient, 2)
    patient.get_by_role("button", name="Choose this time").click()
    expect(patient.locator(".lead")).to_contain_text(f"{second}.")
    desk.goto("/admin/case/")
    expect(desk.locator("tr", has_text="Lively Lou")).to_contain_text("See what the patient changed")
    desk.goto(case)
    expect(desk.locator(".desk-time")).to_contain_text(second)
    with desk.expect_navigation():
        desk.get_by_role("button", name="Seen", exact=True).click()
    expect(desk.get_by_text("The patient changed the visit")).to_have_count(0)
    assert messages(lively_site)[3:] == ["moved", "desk_moved"]

    # The patient says that something feels wrong.
    patient.get_by_label("Tell us in your own words").fill("My lid hangs.")
    patient.get_by_role("button", name="Tell the clinic").click()
    expect(patient.get_by_text("Thank you for telling us.")).to_be_visible()
    desk.goto("/admin/case/")
    expect(desk.locator("table.listing tbody tr").first).to_contain_text("Complaint")
    assert messages(lively_site)[5:] == ["complaint", "complaint", "complaint_receipt"]

    # The patient comes early.
    desk.goto(case)
    desk.get_by_role("button", name="Patient came").click()
    expect(desk.locator(".desk-case__head").first).to_contain_text("Checked in")
    patient.goto(own)
    expect(patient.locator(".lead")).to_contain_text("You are checked in: your visit is on")
    expect(patient.locator(".lead")).to_contain_text(second)
    assert patient.request.get(f"{own}visit.ics").status == 200
    patient.goto("/consultation/?new=1")
    assert second not in patient.locator("#times .question").first.locator(".time").all_inner_texts()

    # It was somebody else: one step back.
    desk.get_by_text("More …").click()
    desk.get_by_role("button", name="Undo “Patient came”").click()
    expect(desk.locator(".desk-time__state")).to_contain_text("booked")
    patient.goto(own)
    expect(patient.locator(".lead")).to_contain_text("Your visit is on")
    assert len(messages(lively_site)) == 8

    # Closing cancels the visit, and says so.
    desk.get_by_text("Close the case").click()
    expect(desk.get_by_text("Closing cancels the visit on")).to_be_visible()
    desk.get_by_label("How did it end?").select_option(label="Patient decided against it")
    desk.get_by_role("button", name="Close", exact=True).click()
    expect(desk.locator(".desk-case__head").first).to_contain_text("Closed")
    patient.goto(own)
    expect(patient.locator(".lead")).to_contain_text("is canceled")
    expect(patient.get_by_role("link", name="Ask for another consultation")).to_be_visible()
    assert messages(lively_site)[8:] == ["canceled"]
