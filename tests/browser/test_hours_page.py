"""The page "Opening hours" as an editor meets it, and the visitor who reads the result."""

import pytest
from playwright.sync_api import expect

from .test_public_pages import violations
from .test_walks import log_in

HOURS = "/admin/hours/"


@pytest.fixture
def hours_page(open_page):
    page = open_page("about:blank", width=1440)
    log_in(page, "editor")
    page.goto(HOURS)
    yield page
    # Whatever was changed is put back: others read these hours, too.
    page.goto(f"{HOURS}history/")
    page.get_by_role("link", name="Look at this version").last.click()
    page.get_by_role("button", name="Save the opening hours").click()


def save(page):
    page.get_by_role("button", name="Save the opening hours").click()
    page.wait_for_load_state()


def test_editor_types_sees_and_saves_and_visitors_read_it(hours_page, open_page):
    preview = hours_page.locator("[data-hours-preview]")
    hours_page.get_by_label("Monday", exact=True).fill("9-5")
    expect(hours_page.locator('[data-errors-for="id_monday"]')).to_contain_text("morning or evening")
    hours_page.get_by_label("Monday", exact=True).fill("8am - noon, 1pm - 6:30pm")
    expect(hours_page.locator('[data-errors-for="id_monday"]')).to_be_empty()
    expect(preview).to_contain_text("8 am – 12 pm")

    hours_page.get_by_role("button", name="Tuesday like the day before").click()
    expect(hours_page.get_by_label("Tuesday", exact=True)).to_have_value("8am - noon, 1pm - 6:30pm")
    hours_page.get_by_role("button", name="Add a special day").click()
    row = hours_page.locator("[data-row]").first
    row.get_by_label("First day").fill("2031-05-05")
    row.get_by_label("Last day").fill("2031-05-12")
    row.get_by_label("Reason").fill("Summer break")
    hours_page.get_by_label("What will visitors see").fill("2031-05-06T10:00")
    expect(hours_page.locator("[data-hours-answer]")).to_contain_text("Closed (Summer break)")
    save(hours_page)

    visitor = open_page("/contact/")
    expect(visitor.locator("table.hours").first).to_contain_text("1 pm – 6:30 pm")
    hours_page.goto(f"{HOURS}history/")
    expect(hours_page.locator(".hours-history li").first).to_contain_text("Eddie Editor")
    expect(hours_page.locator(".hours-history li").first).to_contain_text("Summer break")


def test_what_cannot_be_saved_is_marked_and_still_there(hours_page):
    hours_page.get_by_label("Sunday", exact=True).fill("whenever we like")
    save(hours_page)
    field = hours_page.get_by_label("Sunday", exact=True)
    expect(field).to_have_value("whenever we like")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")


def test_earlier_version_is_looked_at_and_put_back(hours_page, open_page):
    hours_page.get_by_label("Saturday", exact=True).fill("10 am – 1 pm")
    save(hours_page)
    expect(open_page("/contact/").locator("table.hours").first).to_contain_text("10 am – 1 pm")
    hours_page.goto(f"{HOURS}history/")
    hours_page.get_by_role("link", name="Look at this version").last.click()
    expect(hours_page.get_by_label("Saturday", exact=True)).to_have_value("Closed")
    save(hours_page)
    expect(open_page("/contact/").locator("table.hours").first).not_to_contain_text("10 am – 1 pm")


def test_week_can_be_changed_with_the_keyboard_alone(hours_page):
    hours_page.get_by_label("Wednesday", exact=True).focus()
    hours_page.keyboard.press("Control+A")
    hours_page.keyboard.type("noon to 8pm")
    for _step in range(200):
        hours_page.keyboard.press("Tab")
        if hours_page.evaluate("document.activeElement.textContent.trim()") == "Save the opening hours":
            break
    hours_page.keyboard.press("Enter")
    hours_page.wait_for_load_state()
    expect(hours_page.get_by_label("Wednesday", exact=True)).to_have_value("12 pm – 8 pm")


def test_axe_finds_nothing_with_rows_and_errors(hours_page):
    for button in ("Add a special day", "Add a yearly day", "Add another week"):
        hours_page.get_by_role("button", name=button).click()
    hours_page.locator("#id_monday").fill("9-5")
    expect(hours_page.locator('[data-errors-for="id_monday"]')).not_to_be_empty()
    assert violations(hours_page) == []


def test_axe_finds_nothing_in_the_history(hours_page):
    hours_page.goto(f"{HOURS}history/")
    assert violations(hours_page) == []


def test_badge_says_what_the_server_knows(open_page):
    page = open_page("/contact/")
    badge = page.locator("main [data-open-state]")
    expect(badge).to_be_visible()
    expect(badge).to_contain_text(" · ")
