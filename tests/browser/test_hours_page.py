"""Edit the opening hours in a browser, and read the result as a visitor."""

import re

import pytest
from playwright.sync_api import expect

from .test_public_pages import violations
from .test_walks import log_in

pytestmark = pytest.mark.same_everywhere

HOURS = "/admin/hours/"


@pytest.fixture
def hours_page(open_page):
    page = open_page("about:blank", width=1440)
    log_in(page, "editor")
    page.goto(HOURS)
    address = page.url
    yield page
    # The hours are put back as they were: other tests read them, too.
    if versions := earlier_versions(page, address):
        page.goto(versions[-1])
        save(page)


def earlier_versions(page, address):
    """Return the addresses that put an earlier version back, newest first.

    The page has them in closed menus.
    """
    history = page.request.get(address.replace("/edit/", "/history/")).text()
    return re.findall(r'href="([^"]+/revert/)"', history)


def save(page, press=lambda page: page.locator("button.action-save").first.click()):
    """Save, also where the page first shows visits in the times that close.

    The dates of the demo's visits count from today.
    """
    with page.expect_navigation():
        press(page)
    anyway = page.get_by_role("button", name="Save anyway")
    if anyway.count():
        with page.expect_navigation():
            anyway.click()


def error_of(page, name):
    return page.locator(f"[data-field]:has(#id_{name}) [data-field-errors]")


def test_editor_types_sees_and_saves_and_visitors_read_it(hours_page, open_page):
    preview = hours_page.locator("[data-hours-preview]")
    hours_page.locator("#id_monday").fill("9-5")
    expect(error_of(hours_page, "monday")).to_contain_text("morning or evening")
    hours_page.locator("#id_monday").fill("8am - noon, 1pm - 6:30pm")
    expect(error_of(hours_page, "monday")).to_be_empty()
    expect(preview).to_contain_text("8 am – 12 pm")

    hours_page.get_by_role("button", name="Tuesday like the day before").click()
    expect(hours_page.locator("#id_tuesday")).to_have_value("8am - noon, 1pm - 6:30pm")
    hours_page.get_by_role("button", name="Closed on Friday").click()
    expect(hours_page.locator("#id_friday")).to_have_value("Closed")
    hours_page.get_by_role("button", name="Add special day").click()
    hours_page.locator("#id_special_hours-0-first_day").fill("2031-05-05")
    hours_page.locator("#id_special_hours-0-last_day").fill("2031-05-12")
    hours_page.locator("#id_special_hours-0-reason").fill("Summer break")
    hours_page.get_by_label("What will visitors see").fill("2031-05-06T10:00")
    expect(hours_page.locator("[data-hours-answer]")).to_contain_text("Closed (Summer break)")
    save(hours_page)

    visitor = open_page("/contact/")
    expect(visitor.locator("table.hours").first).to_contain_text("1 pm – 6:30 pm")
    hours_page.goto(hours_page.url.replace("/edit/", "/history/"))
    expect(hours_page.locator("table tbody tr").first).to_contain_text("Eddie Editor")


def test_what_cannot_be_saved_is_marked_and_still_there(hours_page):
    field = hours_page.locator("#id_sunday")
    field.fill("whenever we like")
    save(hours_page)
    expect(field).to_have_value("whenever we like")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")


def test_earlier_version_is_looked_at_and_put_back(hours_page, open_page):
    hours_page.locator("#id_saturday").fill("10 am – 1 pm")
    save(hours_page)
    expect(open_page("/contact/").locator("table.hours").first).to_contain_text("10 am – 1 pm")
    hours_page.goto(earlier_versions(hours_page, hours_page.url)[-1])
    expect(hours_page.locator("#id_saturday")).to_have_value("Closed")
    save(hours_page)
    expect(open_page("/contact/").locator("table.hours").first).not_to_contain_text("10 am – 1 pm")


def test_special_days_that_are_over_are_folded(hours_page):
    for number, year in enumerate(("2020", "2031")):
        hours_page.get_by_role("button", name="Add special day").click()
        hours_page.locator(f"#id_special_hours-{number}-first_day").fill(f"{year}-05-05")
    save(hours_page)
    expect(hours_page.locator("#id_special_hours-0-reason")).to_be_hidden()
    expect(hours_page.locator("#id_special_hours-1-reason")).to_be_visible()
    hours_page.locator("#id_special_hours-0-reason").evaluate(
        "field => field.closest('[data-panel]').querySelector('[data-panel-toggle]').click()"
    )
    hours_page.locator("#id_special_hours-0-spans").fill("9-5")
    save(hours_page)
    expect(hours_page.locator("#id_special_hours-0-reason")).to_be_visible()


def test_new_season_copies_the_week_as_it_is_typed(hours_page):
    hours_page.locator("#id_friday").fill("10 am – 2 pm")
    hours_page.locator("#id_seasons-ADD").click()
    for day in ("monday", "friday", "sunday"):
        typed = hours_page.locator(f"#id_{day}").input_value()
        expect(hours_page.locator(f"#id_seasons-0-{day}")).to_have_value(typed)


def test_hours_of_a_holiday_are_asked_for_when_they_differ(hours_page):
    holiday = hours_page.locator("[data-holiday]").first
    expect(holiday.locator("[data-holiday-hours]")).to_be_hidden()
    holiday.locator("select").select_option("hours")
    expect(holiday.locator("[data-holiday-hours]")).to_be_visible()


def test_week_can_be_changed_with_the_keyboard_alone(hours_page):
    hours_page.locator("#id_wednesday").focus()
    hours_page.keyboard.press("Control+A")
    hours_page.keyboard.type("noon to 8pm")
    save(hours_page, lambda page: page.keyboard.press("Control+S"))
    expect(hours_page.locator("#id_wednesday")).to_have_value("12 pm – 8 pm")


def test_axe_finds_nothing_with_rows_and_errors(hours_page):
    for button in ("Add special day", "Add yearly day", "Add week"):
        hours_page.get_by_role("button", name=button).click()
    hours_page.locator("#id_monday").fill("9-5")
    expect(error_of(hours_page, "monday")).not_to_be_empty()
    assert violations(hours_page) == []


def test_axe_finds_nothing_in_the_history(hours_page):
    hours_page.goto(hours_page.url.replace("/edit/", "/history/"))
    assert violations(hours_page) == []


def test_badge_says_what_the_server_knows(open_page):
    page = open_page("/contact/")
    badge = page.locator("main [data-open-state]")
    expect(badge).to_be_visible()
    expect(badge).to_contain_text(" · ")
