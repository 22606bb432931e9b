"""Work a week at the desk by mouse, by touch and without JavaScript, and print the day sheet."""

import io
import json

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from .axe import violations
from .conftest import HEIGHT
from .demo import copy_demo
from .server import Site
from .test_visit_life import run
from .test_walks import PASSWORD

pytestmark = pytest.mark.same_everywhere

# The clinic is in a zone in which it is about ten in the morning, and open every day. It has two rooms and a nurse.
SET_UP = """
import json
from datetime import timedelta
from django.utils import timezone
from bookings.models import Appointment, Resource, Slot, VisitType
from bookings.scheduling.availability import slots_between
from clinic.hours.parsing import parse_spans
from clinic.models import ClinicProfile, OpeningHours
from tests.factories import make_case, make_visit
from wagtail.models import Site

hours = (timezone.now().hour - 10 + 12) % 24 - 12
site = Site.objects.get(is_default_site=True)
profile = ClinicProfile.for_site(site)
profile.time_zone = f"Etc/GMT{hours:+d}"
profile.save()
opening = OpeningHours.for_site(site)
for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"):
    setattr(opening, day, parse_spans("8 am - 8 pm"))
opening.save()
opening.public_holidays.all().delete()
opening.yearly_holidays.all().delete()
Slot.objects.all().delete()
Appointment.objects.all().delete()
room = Resource.objects.filter(kind="room").first()
Resource.objects.exclude(pk=room.pk).update(is_active=False)
Resource.objects.update_or_create(name="Laser room", defaults={"sort_order": 101, "is_active": True})
Resource.objects.update_or_create(
    name="Nurse Jo", defaults={"kind": "practitioner", "sort_order": 102, "is_active": True}
)
midnight = timezone.now().astimezone(profile.zone).replace(hour=0, minute=0, second=0, microsecond=0)

def book(name, day, hour, state="booked", **fields):
    case = make_case(name=name, status="contacting", email="", **fields)
    make_visit(case, state, midnight + timedelta(days=day, hours=hour))
    return case

book("Cho Checkin", 0, 12)
book("Noor Noshow", 0, 8)
for hour, name in ((9, "Dana Dragged"), (14, "Tim Touched"), (11, "Pat Plain"), (12, "Rae Refused")):
    book(name, 1, hour)
book("Cam Canceled", 1, 9, "canceled")
book("Max Missed", 0, 9, "no_show")
for number in range(36):
    case = make_case(
        name=f"Printed Patient{number:02} Vandenberg-Wolfeschlegel",
        phone=f"(949) 555-01{number:02}",
        status="contacting",
        treatments=("Botox for forehead lines", "Lip fillers")[: number % 3],
    )
    starts = midnight + timedelta(days=2, hours=8, minutes=15 * number)
    visit = Appointment.objects.create(
        case=case,
        visit_type=VisitType.get_default(),
        state="booked",
        starts_at=starts,
        ends_at=starts + timedelta(minutes=15),
    )
    Slot.objects.create(resource=room, at=slots_between(starts, visit.ends_at)[0], appointment=visit)
    if number % 4 == 0:
        case.events.create(kind="note", data={"note": f"Note{number:02} " + "They are a little nervous. " * 4})
# A Monday ahead, so that it and its Tuesday are in one week.
monday = 7 - midnight.weekday() + 7 * (midnight.weekday() > 3)
book("Wes Weekly", monday, 11)
book("Dot Dropped", monday, 13)
days = [str((midnight + timedelta(days=number)).date()) for number in (0, 1, 2, monday, monday + 1)]
print("ROWS", json.dumps(days))
"""
VISIT = """
import json
from bookings.models import Appointment
from clinic.models import ClinicProfile
from wagtail.models import Site

zone = ClinicProfile.for_site(Site.objects.get(is_default_site=True)).zone
visit = Appointment.objects.get(case__name=%r)
rooms = sorted({slot.resource.name for slot in visit.slots.all()})
moved = visit.case.events.filter(kind="moved").count()
print("ROWS", json.dumps([f"{visit.starts_at.astimezone(zone):%%H:%%M}", rooms, visit.state, moved]))
"""


@pytest.fixture(scope="module")
def week_site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("week")
    copy_demo(folder)
    with Site(folder, name="week") as running:
        running.days = json.loads(run(running, SET_UP).rpartition("ROWS")[2])
        yield running


@pytest.fixture
def open_desk(chromium, week_site):
    """Return a function that opens a page as the front desk, in a browser context of its own."""
    contexts = []

    def open_path(path, width=1440, **options):
        options = {"base_url": week_site.url, "viewport": {"width": width, "height": HEIGHT}} | options
        context = chromium.new_context(reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto("/admin/")
        page.locator("[name=login]").fill("frontdesk")
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/admin/today/")
        page.goto(path)
        return page

    yield open_path
    for context in contexts:
        context.close()


def read_visit(site, name):
    return json.loads(run(site, VISIT % name).rpartition("ROWS")[2])


def block_of(page, name):
    return page.locator(".calendar-block", has_text=name)


def place_of(page, clock, column):
    """Return the middle of a place of the grid."""
    row = page.locator("tbody tr", has=page.locator(f"th:text-is('{clock}')")).bounding_box()
    head = page.locator("thead th", has_text=column).bounding_box()
    return head["x"] + head["width"] / 2, row["y"] + row["height"] / 2


def drag(page, name, clock, column):
    block = block_of(page, name)
    block.scroll_into_view_if_needed()
    box = block.bounding_box()
    x, y = place_of(page, clock, column)
    page.mouse.move(box["x"] + 100, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 20, steps=3)
    page.mouse.move(x, y, steps=8)
    expect(page.locator("[data-calendar-target]")).to_contain_text(f"{clock} · {column}")
    page.mouse.up()


def test_mouse_drags_a_visit_to_another_time_and_room(week_site, open_desk):
    page = open_desk(f"/admin/calendar/?day={week_site.days[1]}")
    drag(page, "Dana Dragged", "10:15 am", "Laser room")
    expect(page.locator(".messages")).to_contain_text("Moved to")
    expect(block_of(page, "Dana Dragged")).to_contain_text("10:15 am – 10:45 am")
    assert read_visit(week_site, "Dana Dragged") == ["10:15", ["Laser room"], "booked", 1]
    # The address names the visit, so that the page shows where it is now.
    assert block_of(page, "Dana Dragged").get_attribute("id") == page.url.partition("#")[2]


def test_visit_dropped_after_closing_asks_first(week_site, open_desk):
    page = open_desk(f"/admin/calendar/?day={week_site.days[1]}")
    drag(page, "Rae Refused", "12:30 pm", "Consultation room")
    expect(page.locator(".messages")).to_contain_text("Moved to")
    drag(page, "Rae Refused", "1 pm", "Laser room")
    page.wait_for_url("**/calendar/?day=*")
    block_of(page, "Rae Refused").get_by_role("link", name="Move").click()
    page.get_by_label("Day and time").fill(f"{week_site.days[1]}T21:00")
    page.get_by_role("button", name="Move the visit").click()
    expect(page.get_by_text("The clinic is closed then.")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Move anyway").click()
    expect(block_of(page, "Rae Refused")).to_contain_text("9 pm")
    assert read_visit(week_site, "Rae Refused")[0] == "21:00"


def test_escape_and_a_short_press_move_nothing(week_site, open_desk):
    page = open_desk(f"/admin/calendar/?day={week_site.days[1]}")
    box = block_of(page, "Pat Plain").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 100, box["y"] + 90, steps=5)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator("[data-calendar-target]")).to_be_hidden()
    block_of(page, "Pat Plain").get_by_role("link", name="Pat Plain", exact=True).click()
    page.wait_for_url("**/admin/case/*/")
    assert read_visit(week_site, "Pat Plain")[3] == 0


def test_finger_drags_by_the_handle(week_site, open_desk):
    page = open_desk(f"/admin/calendar/?day={week_site.days[1]}", width=390, has_touch=True)
    handle = block_of(page, "Tim Touched").locator("[data-handle]")
    handle.scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#main').scrollBy(0, 200)")
    box = handle.bounding_box()
    x, y = box["x"] + 8, box["y"] + 8
    to = place_of(page, "2:45 pm", "Consultation room")
    touch = page.context.new_cdp_session(page)

    def send(kind, *point):
        points = [{"x": point[0], "y": point[1]}] if point else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", x, y)
    for step in range(1, 9):
        send("touchMove", x + (to[0] - x) * step / 8, y + (to[1] - y) * step / 8)
    expect(page.locator("[data-calendar-target]")).to_contain_text("2:45 pm")
    send("touchEnd")
    expect(page.locator(".messages")).to_contain_text("Moved to")
    assert read_visit(week_site, "Tim Touched") == ["14:45", ["Consultation room"], "booked", 1]


def test_visit_moves_in_two_clicks_without_javascript(week_site, open_desk):
    page = open_desk(f"/admin/calendar/?day={week_site.days[1]}", java_script_enabled=False)
    block_of(page, "Pat Plain").get_by_role("link", name="Move Pat Plain").click()
    page.get_by_label("Day and time").fill(f"{week_site.days[1]}T15:30")
    page.get_by_label("Room").select_option(label="Laser room")
    page.get_by_role("button", name="Move the visit").click()
    assert "Moved to" in page.locator(".messages").inner_text()
    assert read_visit(week_site, "Pat Plain") == ["15:30", ["Laser room"], "booked", 1]


def test_one_click_checks_in_and_one_records_a_no_show(week_site, open_desk):
    page = open_desk("/admin/calendar/")
    block_of(page, "Cho Checkin").get_by_role("button", name="Check in").click()
    expect(block_of(page, "Cho Checkin")).to_contain_text("checked in")
    assert "/admin/calendar/" in page.url
    block_of(page, "Noor Noshow").get_by_role("button", name="Did not come").click()
    expect(block_of(page, "Noor Noshow")).to_contain_text("did not come")
    assert read_visit(week_site, "Cho Checkin")[2] == "checked_in"
    assert read_visit(week_site, "Noor Noshow")[2] == "no_show"


def test_arrow_keys_go_from_place_to_place(week_site, open_desk):
    page = open_desk(f"/admin/calendar/?day={week_site.days[2]}")
    focused = "document.activeElement.getAttribute('aria-label')"
    page.locator(".calendar-free").first.focus()
    assert page.evaluate(focused) == "Book 8 am, Laser room"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == "Book 8:30 am, Laser room"
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.textContent").startswith("Printed Patient02")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**/new-case/?start=*")


def test_mouse_drags_a_visit_to_another_day_of_the_week(week_site, open_desk):
    *_others, monday, tuesday = week_site.days
    page = open_desk(f"/admin/calendar/week/?day={monday}")
    start_drag(page, "Wes Weekly")
    head = page.locator(f"thead [data-day='{tuesday}']").bounding_box()
    row = page.locator("tbody tr", has=page.locator("th:text-is('Laser room')")).bounding_box()
    page.mouse.move(head["x"] + head["width"] / 2, row["y"] + row["height"] / 2, steps=10)
    expect(page.locator("[data-calendar-target]")).to_contain_text("Laser room")
    page.mouse.up()
    expect(page.locator(".messages")).to_contain_text("Moved to")
    assert "/admin/calendar/week/" in page.url
    assert read_visit(week_site, "Wes Weekly") == ["11:00", ["Laser room"], "booked", 1]
    column = page.locator(f"thead [data-day='{tuesday}']").evaluate("cell => cell.cellIndex") + 1
    expect(page.locator(f"tr:has(th:text-is('Laser room')) :nth-child({column})").first).to_contain_text("Wes Weekly")


def test_visit_dropped_in_its_own_day_stays(week_site, open_desk):
    page = open_desk(f"/admin/calendar/week/?day={week_site.days[3]}")
    start_drag(page, "Dot Dropped")
    expect(page.locator("[data-calendar-target]")).to_contain_text("1 pm")
    page.mouse.up()
    expect(page.locator("[data-calendar-target]")).to_be_hidden()
    page.get_by_role("link", name="Move Dot Dropped").click()
    page.wait_for_url("**back=week")
    assert read_visit(week_site, "Dot Dropped")[3] == 0


def start_drag(page, name):
    visit = page.locator(".calendar-entry", has_text=name)
    visit.scroll_into_view_if_needed()
    box = visit.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + 12, steps=3)


def test_week_leads_to_the_day_and_to_a_free_time(week_site, open_desk):
    page = open_desk(f"/admin/calendar/week/?day={week_site.days[2]}")
    page.get_by_label("Day", exact=True).fill(week_site.days[1])
    page.get_by_role("button", name="Show").click()
    page.locator("thead a").first.click()
    page.wait_for_url("**/admin/calendar/?day=*")


@pytest.mark.parametrize("path", ["", "week/", "sheet/", "&by=practitioners"])
def test_calendar_has_no_accessibility_faults(week_site, open_desk, path):
    query = f"?day={week_site.days[1]}{path if path.startswith('&') else ''}"
    page = open_desk(f"/admin/calendar/{path if not path.startswith('&') else ''}{query}")
    assert violations(page) == []
    page.goto(page.url.replace(week_site.days[1], week_site.days[0]))
    assert violations(page) == []


def test_move_form_has_no_accessibility_faults(week_site, open_desk):
    page = open_desk(f"/admin/calendar/?day={week_site.days[2]}")
    page.get_by_role("link", name="Move Printed Patient05").click()
    page.wait_for_url("**/move/**")
    assert violations(page) == []


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_of_the_calendar_is_wider_than_the_screen(week_site, open_desk, width):
    page = open_desk("/admin/calendar/", width=width)
    for path in ("", "week/", "sheet/"):
        page.goto(f"/admin/calendar/{path}?day={week_site.days[2]}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize(("paper", "size"), [("Letter", (612, 792)), ("A4", (595, 842))])
def test_sheet_prints_on_letter_and_a4(week_site, open_desk, paper, size):
    page = open_desk(f"/admin/calendar/sheet/?day={week_site.days[2]}")
    reader = PdfReader(io.BytesIO(page.pdf(format=paper)))
    assert len(reader.pages) == PAGES
    names, notes = [], []
    for sheet in reader.pages:
        assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == pytest.approx(size, abs=1)
        words, places = " ".join(sheet.extract_text().split()), read_places(sheet)
        for head in ("Time", "Name", "Phone", "Treatment", "Reference", "Note"):
            assert head in words
        # Nothing is printed beyond the margins of 12 mm.
        assert min(places) >= 33
        assert max(places) <= size[0] - 33
        names += [number for number in range(36) if f"Patient{number:02}" in words and f"555-01{number:02}" in words]
        notes += [number for number in range(36) if f"Note{number:02}" in words]
    assert names == list(range(36))
    assert notes == list(range(0, 36, 4))
    assert "Back to the calendar" not in words


PAGES = 3


def read_places(sheet) -> list[float]:
    """Return where the pieces of text of a page begin, in points from its left edge."""
    places = []

    def visit(text, matrix, text_matrix, _font, _size):
        if text.strip():
            places.append(text_matrix[4] * matrix[0] + matrix[4])

    sheet.extract_text(visitor_text=visit)
    return places
