"""Choose a time in a browser. Every test takes what is on offer now."""

import re

import pytest
from playwright.sync_api import expect

from .axe import violations
from .conftest import HEIGHT
from .test_walks import age_form

DAYS = "#times .question"
PICKED = "#times input:checked"


def pick(page, position=-1) -> str:
    """Choose one of the second day's times, and return its value."""
    day = page.locator(DAYS).nth(1)
    if day.get_attribute("open") is None:
        day.locator("summary").first.click()
    radio = day.locator("input").nth(position)
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
    assert "is held for you until" in receipt(page)
    assert violations(page) == []


@pytest.mark.parametrize("javascript", [True, False])
def test_later_days_lose_nothing(open_page, javascript):
    page = open_page("/consultation/", java_script_enabled=javascript)
    first_days = page.locator(f"{DAYS} summary b").all_inner_texts()
    chosen = pick(page, -2)
    fill(page, "Later Lou", "(949) 555-0142")
    page.get_by_label("Tell me if an earlier time frees up").check()
    page.get_by_role("button", name="Show later days").click()
    page.get_by_role("button", name="Show earlier days").wait_for()
    assert page.locator(".error-summary").count() == 0
    assert not set(page.locator(f"{DAYS} summary b").all_inner_texts()) & set(first_days)
    expect(page.get_by_label("Your name")).to_have_value("Later Lou")
    expect(page.get_by_label("In your own words")).to_have_value("A long story")
    expect(page.get_by_label("Tell me if an earlier time frees up")).to_be_checked()
    expect(page.get_by_label(re.compile("I agree"))).to_be_checked()
    expect(page.locator(PICKED)).to_have_value(chosen)
    expect(page.locator(PICKED)).to_be_visible()
    page.get_by_role("button", name="Show earlier days").click()
    expect(page.locator(f"{DAYS} summary b")).to_have_text(first_days)
    expect(page.locator(f".times input[value='{chosen}']")).to_be_checked()


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

    send(slow)
    summary = slow.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("That time has just been taken.")
    expect(slow.get_by_label("Your name")).to_have_value("Slow Sam")
    expect(slow.get_by_label("In your own words")).to_have_value("A long story")
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
    assert "is held for you until" in receipt(slow)


def test_axe_finds_nothing_with_all_days_open(open_page):
    page = open_page("/consultation/")
    page.locator(DAYS).evaluate_all("days => days.forEach(day => day.open = true)")
    pick(page, 0)
    assert violations(page) == []


def test_times_are_large_enough_for_a_thumb(open_page):
    page = open_page("/consultation/", width=320)
    boxes = [one.bounding_box() for one in page.locator(f"{DAYS}[open] .time, {DAYS} summary").all()]
    assert boxes
    assert min(min(box["width"], box["height"]) for box in boxes) >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
