"""Work through a morning at the desk by keyboard alone, beside a colleague."""

import json

import pytest
from playwright.sync_api import expect

from .axe import violations
from .conftest import HEIGHT
from .demo import copy_demo
from .server import Site
from .test_visit_life import SET_UP, run
from .test_walks import PASSWORD

pytestmark = pytest.mark.same_everywhere

# What is owed this morning. The clock of the clinic says about ten.
OWED = """
from datetime import timedelta
from bookings.models import Appointment, Case, Status, Task, TaskKind, VisitType
from tests import factories

Case.objects.all().delete()
now = timezone.now().replace(second=0, microsecond=0)
hour, day = timedelta(hours=1), timedelta(days=1)
start = now.replace(minute=0)

def owe(kind, name, since=None, state="", at=None):
    case = factories.make_case(name=name, created_at=since or now, status=Status.CONTACTING, source="phone")
    case.tasks.all().delete()
    visit = None
    if state:
        ends_at = at + timedelta(minutes=30)
        until = at if state == "held" else None
        known = {"case": case, "visit_type": VisitType.get_default(), "starts_at": at, "ends_at": ends_at}
        visit = Appointment.objects.create(**known, state=state, held_until=until)
    about = visit if kind in ("record_visit", "day_after") else None
    return Task.objects.owe(case, kind, case.events.last(), since, appointment=about)
"""
MORNING = """
owe("answer", "Hanna Held", now - hour, "held", start + day)
owe("record_visit", "Vera Visit", None, "booked", start + hour)
owe("call", "Carla Call", now - hour)
owe("call", "Dora Dial", now - hour / 2)
owe("day_after", "Ada After", None, "treated", start - 2 * day)
owe("change_seen", "Chandra Change", now - hour)
"""
COMPLAIN = """
def complain(name, since):
    factories.make_case(name=name, kind="complaint", created_at=since)

"""
DONE = """
import json
from bookings.models import Event

rows = [
    [event.case.name, event.kind, event.data.get("how", ""), event.data.get("note", "")]
    for event in Event.objects.exclude(actor=None).order_by("pk")
]
print("ROWS", json.dumps(rows))
"""


@pytest.fixture(scope="module")
def morning_site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("morning")
    copy_demo(folder)
    with Site(folder, name="morning") as running:
        run(running, SET_UP)
        yield running


@pytest.fixture
def owe(morning_site):
    """Return a function that makes what is owed, with lines like those of ``MORNING``, instead of all there is."""

    def make(lines, *, anew=True):
        owed = OWED if anew else OWED.replace("Case.objects.all().delete()", "")
        run(morning_site, f"from django.utils import timezone\n{owed}\n{lines}")

    return make


@pytest.fixture
def log_in(chromium, morning_site):
    """Return a function that opens Today as one of the demo's staff."""
    contexts = []

    def open_today(name):
        context = chromium.new_context(
            base_url=morning_site.url, viewport={"width": 1440, "height": HEIGHT}, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto("/admin/")
        page.locator("[name=login]").fill(name)
        page.locator("[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/today/")
        return page

    yield open_today
    for context in contexts:
        context.close()


def name_in_focus(page):
    """Return the patient on the line that has the focus."""
    return page.evaluate("document.activeElement.closest('[data-key-row]')?.querySelector('a').textContent ?? ''")


def go_to(page, name):
    """Press j until the line of this patient has the focus."""
    for _line in range(20):
        if name_in_focus(page) == name:
            return
        page.keyboard.press("j")
    raise AssertionError(name)


def press_and_wait(page, key, url="**/admin/today/"):
    """Press a key that changes something, and wait until the page is there again."""
    with page.expect_navigation(url=url):
        page.keyboard.press(key)
    page.wait_for_load_state("load")


def refresh(page):
    """Let the page ask for what is new now, instead of in some seconds."""
    with page.expect_response("**/admin/pulse/today/**") as response:
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    return response.value.status


def test_morning_by_keyboard_alone(morning_site, owe, log_in):
    owe(MORNING)
    page = log_in("frontdesk")
    lines = page.locator(".today-line")
    expect(lines).to_have_count(6)

    page.keyboard.press("?")
    help_ = page.locator("dialog[data-keys]")
    expect(help_).to_be_visible()
    page.keyboard.press("j")  # no key counts meanwhile
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()

    # Down and up, and no further than the ends.
    page.keyboard.press("j")
    assert name_in_focus(page) == "Hanna Held"
    page.keyboard.press("k")
    assert name_in_focus(page) == "Hanna Held"
    page.keyboard.press("Control+j")
    page.keyboard.press("Shift+J")
    assert name_in_focus(page) == "Hanna Held"

    press_and_wait(page, "c")
    # The focus is where the line was.
    assert name_in_focus(page) == "Vera Visit"
    press_and_wait(page, "i")
    go_to(page, "Carla Call")
    press_and_wait(page, "t")
    go_to(page, "Carla Call")
    expect(page.locator("[data-key-row]:focus")).to_contain_text("Frontdesk")
    page.keyboard.press("n")
    page.keyboard.type("jrx? The mailbox is full, try c/o her sister.")
    page.keyboard.press("Escape")
    assert name_in_focus(page) == "Carla Call"
    press_and_wait(page, "x")
    go_to(page, "Dora Dial")
    press_and_wait(page, "r")
    go_to(page, "Ada After")
    press_and_wait(page, "f")
    go_to(page, "Chandra Change")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/case/*/")
    page.go_back()
    go_to(page, "Chandra Change")
    press_and_wait(page, "s")
    page.keyboard.press("/")
    page.wait_for_url("**/admin/case/")

    done = json.loads(run(morning_site, DONE).rpartition("ROWS")[2])
    assert done == [
        ["Hanna Held", "booked", "", ""],
        ["Vera Visit", "stage", "", ""],
        ["Carla Call", "assigned", "", ""],
        ["Carla Call", "called", "no_answer", "jrx? The mailbox is full, try c/o her sister."],
        ["Dora Dial", "answered", "reached", ""],
        ["Ada After", "checked_on", "", ""],
        ["Chandra Change", "seen", "", ""],
    ]


def test_new_lines_are_announced_and_typed_text_stays(owe, log_in):
    owe('owe("call", "Carla Call", now - hour)\nowe("call", "Dora Dial", now - hour / 2)')
    page = log_in("frontdesk")
    news = page.locator("[data-today-news]")
    assert refresh(page) == 304
    page.keyboard.press("j")
    page.keyboard.press("n")
    page.keyboard.type("She wants Tues")
    typed_in = page.locator("textarea:focus")

    three = 'owe("answer", "Nora New", now)\nowe("answer", "Nina New", now)\ncomplain("Sora Sore", now)'
    owe(COMPLAIN + three, anew=False)
    assert refresh(page) == 200
    expect(news).to_have_text("3 new: show")
    expect(page).to_have_title("(3) Today - OC Beauty Medspa")
    expect(page.locator(".today-line")).to_have_count(2)
    page.keyboard.type("day.")
    expect(typed_in).to_have_value("She wants Tuesday.")

    page.get_by_role("button", name="3 new: show").click()
    expect(page.locator(".today-line")).to_have_count(5)
    expect(page.locator(".today-line--new")).to_have_count(3)
    assert name_in_focus(page) == "Sora Sore"
    note = page.locator(".today-line", has_text="Carla Call").locator("textarea")
    expect(note).to_have_value("She wants Tuesday.")

    # A colleague settles what the note is about.
    colleague = log_in("manager")
    colleague.locator(".today-line", has_text="Carla Call").get_by_role("button", name="Reached").click()
    colleague.wait_for_url("**/admin/today/")
    assert refresh(page) == 200
    line = page.locator(".today-line", has_text="Carla Call")
    expect(line).to_contain_text("settled meanwhile")
    expect(line.locator("textarea")).to_have_value("She wants Tuesday.")
    expect(line.get_by_role("button", name="Reached")).to_be_hidden()


def test_list_that_nobody_works_in_changes_by_itself(owe, log_in):
    owe('owe("call", "Carla Call", now - hour)')
    page = log_in("frontdesk")
    owe('owe("call", "Dora Dial", now - hour / 2)', anew=False)
    assert refresh(page) == 200
    expect(page.locator(".today-line")).to_have_count(2)
    expect(page.locator("[data-today-news]")).to_have_text("1 new")
    assert refresh(page) == 304


def test_colleague_on_the_page_is_named(owe, log_in):
    owe(MORNING)
    pages = [log_in("frontdesk"), log_in("manager")]
    for page in pages:
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    for page in pages:
        expect(page.locator("[data-presence]")).to_contain_text("is on this page")


def test_today_has_no_fault_that_axe_knows(owe, log_in):
    owe(MORNING)
    page = log_in("frontdesk")
    page.keyboard.press("j")
    page.keyboard.press("n")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert violations(page) == []


def test_keys_work_on_the_list_and_on_a_case(owe, log_in):
    owe(MORNING)
    page = log_in("frontdesk")
    page.goto("/admin/case/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("table.listing tbody tr").nth(1)).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#case-search [name=q]")).to_be_focused()
    page.keyboard.type("Carla j/x?")
    expect(page.locator("#case-search [name=q]")).to_have_value("Carla j/x?")
    page.goto("/admin/today/")
    go_to(page, "Carla Call")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/case/*/")
    press_and_wait(page, "t", "**/admin/case/*/")
    expect(page.locator(".messages")).to_contain_text("You own this case now.")
    page.keyboard.press("n")
    page.keyboard.type("rtx")
    expect(page.locator("[name=note]")).to_have_value("rtx")
    page.locator("[name=note]").blur()
    press_and_wait(page, "x", "**/admin/case/*/")
    expect(page.locator(".messages")).to_contain_text("no answer")


def test_second_clerk_on_a_case_is_named(owe, log_in):
    owe('owe("call", "Carla Call", now - hour)')
    pages = [log_in("frontdesk"), log_in("manager")]
    for page in pages:
        page.get_by_role("link", name="Carla Call").click()
        page.wait_for_url("**/admin/case/*/")
    pages[0].evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    for page in pages:
        expect(page.locator("[data-presence]")).to_contain_text("is on this page")


def test_letters_typed_while_the_page_comes_press_nothing(owe, log_in):
    owe('owe("call", "Carla Call", now - hour)')
    page = log_in("frontdesk")
    page.get_by_role("link", name="Carla Call").click()
    page.wait_for_url("**/admin/case/*/")
    # The page comes slowly from here on. Who types a note into it types beside the field at first.
    page.add_init_script("Object.defineProperty(document, 'readyState', {get: () => window.wait ?? 'loading'})")
    page.reload()
    page.keyboard.type("ntx")
    page.evaluate("window.wait = 'complete'")
    page.keyboard.type("rtx")
    page.wait_for_timeout(1100)
    expect(page.locator(".messages")).to_be_empty()
    page.keyboard.press("t")
    expect(page.locator(".messages")).to_contain_text("You own this case now.")
