"""Choose a time in a browser. Every test takes what is on offer now."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from .axe import violations
from .conftest import HEIGHT
from .test_walks import age_form

pytestmark = pytest.mark.same_everywhere

DAYS = "#times .question"
PICKED = "#times input:checked"
HALF_HOURS = "[role=radiogroup] > .time input"


def pick(page, position=-1) -> str:
    """Choose one of the second day's times, and return its value."""
    day = page.locator(DAYS).nth(1)
    if day.get_attribute("open") is None:
        day.locator("summary").first.click()
    radio = day.locator(HALF_HOURS).nth(position)
    radio.check()
    return radio.get_attribute("value")


def fill(page, name, phone):
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Phone", exact=True).fill(phone)
    page.get_by_label("In your own words").fill("A long story")
    page.get_by_label(re.compile("I agree")).check()


def send(page):
    page.get_by_role("button", name="Send my request").click()


def receipt(page) -> str:
    page.wait_for_url("**/consultation/received/**")
    return page.locator(".lead").inner_text()


def tab(page, times):
    """Press Tab, and return what has the focus: the day and the kind of element."""
    for _press in range(times):
        page.keyboard.press("Tab")
    return page.evaluate(
        """[...document.querySelectorAll("#times .question")].indexOf(document.activeElement.closest(".question"))
           + " " + document.activeElement.tagName"""
    )


@pytest.mark.parametrize("is_quarter_hour", [False, True])
def test_next_days_times_are_three_tabs_away(open_page, is_quarter_hour):
    page = open_page("/consultation/", width=1440)
    page.locator(DAYS).nth(1).locator("summary").first.click()
    day = page.locator(DAYS).nth(1)
    if is_quarter_hour:
        day.get_by_text("More times").click()
        day.locator("details input").first.check()
    else:
        day.locator("input").first.check()
    folded = 1 if is_quarter_hour else 2  # "More times" stands before its own times
    assert tab(page, folded) == "2 SUMMARY"
    page.keyboard.press("Enter")
    assert tab(page, 1) == "2 INPUT"
    page.keyboard.press("Space")
    expect(page.locator(PICKED)).to_have_count(1)
    expect(page.locator(PICKED)).to_be_focused()


def test_call_is_reached_by_tab_and_unchecks_the_time(open_page):
    page = open_page("/consultation/", width=1440)
    pick(page, 0)
    tab(page, 6)  # "More times", three days and the link to later days lie between
    assert page.evaluate("document.activeElement.name") == "start"
    page.keyboard.press("Space")
    expect(page.locator(PICKED)).to_have_count(1)
    expect(page.get_by_label("please call me")).to_be_checked()
    pick(page, 0)
    expect(page.locator(PICKED)).to_have_count(1)


def test_time_is_picked_and_sent_with_the_keyboard_alone(open_page):
    page = open_page("/consultation/", width=1440)
    day = page.locator(DAYS).nth(1)
    day.locator("summary").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    picked = page.locator(PICKED)
    expect(picked).to_be_focused()
    expect(picked).to_have_value(day.locator("input").nth(1).get_attribute("value"))
    age_form(page)
    for _step in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.name")
        if name in ("name", "phone"):
            page.keyboard.type({"name": "Keyboard Kate", "phone": "949 555 0141"}[name])
        if name == "consent":
            page.keyboard.press("Space")
            break
    page.get_by_label("Your name").focus()
    page.keyboard.press("Enter")  # the form's first button must not be one that looks at other days
    assert "is held for you." in receipt(page)
    assert violations(page) == []


@pytest.mark.parametrize("javascript", [True, False])
def test_later_days_lose_nothing(open_page, javascript):
    page = open_page("/consultation/", java_script_enabled=javascript)
    role = "link" if javascript else "button"
    first_days = page.locator(f"{DAYS} summary b").all_inner_texts()
    chosen = pick(page, 2)
    fill(page, "Later Lou", "(949) 555-0142")
    page.get_by_label("Tell me if an earlier time opens up").check()
    page.get_by_role(role, name="Show later days").click()
    page.get_by_role(role, name="Show earlier days").wait_for()
    page.wait_for_load_state()
    assert page.locator(".error-summary").count() == 0
    assert not set(page.locator(f"{DAYS} summary b").all_inner_texts()) & set(first_days)
    expect(page.get_by_label("Your name")).to_have_value("Later Lou")
    expect(page.get_by_label("In your own words")).to_have_value("A long story")
    expect(page.get_by_label("Tell me if an earlier time opens up")).to_be_checked()
    expect(page.get_by_label(re.compile("I agree"))).to_be_checked()
    expect(page.locator(PICKED)).to_have_value(chosen)
    expect(page.locator(PICKED)).to_be_visible()
    page.get_by_role(role, name="Show earlier days").click()
    expect(page.locator(f"{DAYS} summary b")).to_have_text(first_days)
    expect(page.locator(f".times input[value='{chosen}']")).to_be_checked()


def test_later_days_leave_no_page_in_the_history(open_page):
    page = open_page("/contact/")
    page.goto("/consultation/?treatment=lip-fillers")
    address, length = page.url, page.evaluate("history.length")
    last = page.locator(f"{DAYS} summary b").last.inner_text()
    page.get_by_role("link", name="Show later days").click()
    summary = page.locator(f"{DAYS} summary").first
    expect(summary).not_to_contain_text(last)
    expect(summary).to_be_focused()
    announced = page.get_by_role("status").filter(has_text="Available times from")
    expect(announced).to_contain_text(page.locator(f"{DAYS} summary b").first.inner_text())
    assert (page.url, page.evaluate("history.length")) == (address, length)
    page.go_back()
    expect(page).to_have_url(re.compile("/contact/$"))
    page.go_forward()
    expect(page.get_by_label("Your name")).to_be_visible()


def test_later_days_that_fail_lose_nothing(open_page):
    page = open_page("/consultation/")
    fill(page, "Offline Ona", "(949) 555-0147")
    chosen = pick(page, 0)
    page.route("**/consultation/", lambda route: route.abort())
    page.get_by_role("link", name="Show later days").click()
    expect(page.get_by_text("We cannot show other days right now.")).to_be_visible()
    expect(page.locator(PICKED)).to_have_value(chosen)
    expect(page.get_by_label("Your name")).to_have_value("Offline Ona")


def test_link_to_later_days_works_in_a_new_tab(open_page):
    page = open_page("/consultation/")
    link = page.get_by_role("link", name="Show later days").get_attribute("href")
    first = page.locator(f"{DAYS} summary b").first.inner_text()
    page.goto(f"/consultation/{link}")
    expect(page.locator(f"{DAYS} summary b").first).not_to_have_text(first)


@pytest.mark.parametrize("step", ["sent", "another page"])
def test_back_chooses_no_other_time(open_page, step):
    page = open_page("/consultation/")
    chosen = pick(page, 0)
    fill(page, f"Back Bea {step}", "(949) 555-0148")
    if step == "sent":
        age_form(page)
        send(page)
        receipt(page)
    else:
        page.goto("/contact/")
    page.go_back()
    expect(page.get_by_label("Your name")).to_have_value(f"Back Bea {step}")
    picked = [radio.get_attribute("value") for radio in page.locator(PICKED).all()]
    expect(page.get_by_role("button", name="Send my request")).not_to_have_attribute("aria-disabled", "true")
    # The form's own held time may be on the list. Never another one, which the browser finds at its position.
    assert picked in ([chosen], []) if step == "sent" else picked == [chosen]


# Playwright waits for a page that is on its way, so the form is stopped after its own script has seen it.
PRESS_THREE_TIMES = """() => {
  const form = document.querySelector("form[data-guard-submit]");
  const button = [...form.querySelectorAll("[type=submit]")].at(-1);
  let sent = 0;
  form.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) sent += 1;
    event.preventDefault();
  });
  for (let press = 0; press < 3; press += 1) button.click();
  return sent;
}"""


def test_form_says_that_it_is_being_sent_and_is_sent_once(open_page):
    page = open_page("/consultation/")
    page.clock.install()
    assert page.evaluate(PRESS_THREE_TIMES) == 1
    button = page.get_by_role("button", name="Sending …")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_role("status").filter(has_text="Sending …")).to_have_count(1)
    page.clock.run_for(9_000)
    expect(button).to_have_count(1)
    page.clock.run_for(1_100)
    expect(page.get_by_role("button", name="Send my request")).not_to_have_attribute("aria-disabled", "true")
    expect(page.get_by_role("status").filter(has_text="Sending …")).to_have_count(0)


@pytest.mark.parametrize(("zone", "phone"), [("Europe/Berlin", "949 555 0181"), ("Asia/Tokyo", "949 555 0182")])
def test_visitor_elsewhere_sees_their_own_time(open_page, zone, phone):
    page = open_page("/consultation/", timezone_id=zone)
    own = page.locator("#times label.time small")
    radio = page.locator("#times label.time input").first
    at = datetime.fromisoformat(radio.get_attribute("value").replace("Z", "+00:00"))
    there, here = at.astimezone(ZoneInfo("America/Los_Angeles")), at.astimezone(ZoneInfo(zone))
    day = f"{here:%a} " if here.date() != there.date() else ""
    minutes = f":{here:%M}" if here.minute else ""
    clock = f"{here:%I}".lstrip("0") + minutes + f" {here:%p}".lower()
    expect(own.first).to_have_text(f"({day}{clock} your time)")
    page.locator("#times").evaluate("times => times.querySelectorAll('details').forEach((day) => { day.open = true; })")
    expect(own).to_have_count(page.locator("#times label.time").count())
    pick(page, 0)
    page.get_by_role("link", name="Show later days").click()
    expect(page.locator("#times .choices__group small")).to_contain_text("your time")
    assert violations(page) == []
    fill(page, f"Own Time in {zone.replace('/', ' ')}", phone)
    age_form(page)
    send(page)
    assert "your time)" in receipt(page)
    page.get_by_role("link", name="Open your page").click()
    expect(page.locator(".lead small")).to_contain_text("your time)")


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "America/Tijuana", "US/Pacific"])
def test_visitor_on_the_clinics_clock_sees_one_time(open_page, zone):
    page = open_page("/consultation/", timezone_id=zone)
    expect(page.locator("#times label.time").first).to_be_visible()
    assert page.locator("#times label.time small").count() == 0


def test_later_time_is_picked_without_javascript(open_page):
    page = open_page("/consultation/", java_script_enabled=False)
    page.get_by_role("button", name="Show later days").click()
    page.get_by_role("button", name="Show earlier days").wait_for()
    assert page.url.endswith("#times")
    day = page.locator(f"{DAYS} summary b").nth(1).inner_text()
    pick(page, 0)
    fill(page, "Plain Petra", "(949) 555-0143")
    age_form(page)
    send(page)
    assert day in receipt(page)


def test_time_taken_in_between_brings_the_nearest_and_loses_nothing(open_page):
    slow, fast = open_page("/consultation/"), open_page("/consultation/", width=1440)
    wanted = pick(slow)
    assert pick(fast) == wanted
    fill(slow, "Slow Sam", "(949) 555-0144")
    fill(fast, "Fast Fay", "(949) 555-0145")
    age_form(fast)
    send(fast)
    assert "is held for you" in receipt(fast)

    age_form(slow)
    send(slow)
    summary = slow.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("That time was just taken.")
    expect(slow.get_by_label("Your name")).to_have_value("Slow Sam")
    expect(slow.get_by_label("In your own words")).to_have_value("A long story")
    slow.wait_for_load_state()
    assert slow.locator(f"#times input[value='{wanted}']").count() == 0
    nearest = slow.locator("#times .choices__group input")
    expect(nearest).to_have_count(3)
    assert violations(slow) == []
    slow.set_viewport_size({"width": 320, "height": HEIGHT})
    assert slow.evaluate("document.documentElement.scrollWidth") <= 320

    summary.get_by_role("link").first.click()
    expect(nearest.first).to_be_focused()
    slow.keyboard.press("Space")
    send(slow)
    assert "is held for you." in receipt(slow)


def test_axe_finds_nothing_with_all_days_open(open_page):
    page = open_page("/consultation/")
    page.locator("#times details").evaluate_all("days => days.forEach(day => day.open = true)")
    pick(page, 0)
    assert violations(page) == []


def test_times_are_large_enough_for_a_thumb(open_page):
    page = open_page("/consultation/", width=320)
    boxes = [
        one.bounding_box()
        for one in page.locator(f"{DAYS}[open] .time:visible, {DAYS} > summary, {DAYS}[open] summary").all()
    ]
    assert boxes
    assert min(min(box["width"], box["height"]) for box in boxes) >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
