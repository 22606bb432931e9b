"""The list of cases in a browser: fifteen lines on a screen, and what it does by mouse."""

import pytest
from playwright.sync_api import expect

from .axe import violations
from .test_walks import ROWS, log_in

pytestmark = pytest.mark.same_everywhere

HEIGHTS = "[...document.querySelectorAll('table.listing tbody tr')].map(row => row.getBoundingClientRect())"


@pytest.fixture
def desk(open_page):
    page = open_page("about:blank", width=1440)
    log_in(page, "frontdesk")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/admin/case/?status=any")
    return page


def test_fifteen_rows_fit_on_a_screen(desk):
    rows = desk.evaluate(f"{HEIGHTS}.map(box => [box.height, box.bottom])")
    first = desk.evaluate(f"{HEIGHTS}[0].top")
    assert max(height for height, _bottom in rows) <= 44
    assert first + 15 * max(height for height, _bottom in rows) <= 900
    assert desk.evaluate("document.documentElement.scrollWidth") == 1440
    assert violations(desk) == []


@pytest.mark.parametrize("filters", ["", "?late=late"])
def test_open_cases_are_shown_without_barriers(desk, filters):
    desk.goto(f"/admin/case/{filters}")
    assert violations(desk) == []


def test_narrow_screen_shows_how_to_reach_them(desk):
    desk.set_viewport_size({"width": 390, "height": 844})
    assert desk.evaluate("document.documentElement.scrollWidth") == 390
    expect(desk.locator(f"{ROWS} .desk-narrow a[href^='tel:']").first).to_be_visible()
    assert violations(desk) == []


def test_searched_list_is_sorted_without_losing_the_words(desk):
    desk.get_by_label("Search term").fill("example")
    expect(desk.get_by_role("alert")).to_contain_text("match")
    desk.get_by_role("button", name="Name").click()
    expect(desk.locator("th[aria-sort=ascending]")).to_contain_text("Name")
    names = desk.locator(f"{ROWS} .desk-name__line a").all_inner_texts()
    assert names == sorted(names)
    assert len(names) > 1
    expect(desk.get_by_label("Search term")).to_have_value("example")
    assert "example" not in desk.url


def test_ticked_cases_get_an_owner_in_three_clicks(desk):
    desk.locator(f"{ROWS} input[name=case]").first.check()
    desk.get_by_label("With the selected cases").select_option(label="Fran Frontdesk")
    desk.get_by_role("button", name="Apply").click()
    expect(desk.get_by_text("1 case is done.")).to_be_visible()
    expect(desk.locator(f"{ROWS} .desk-owner-cell").first).to_have_text("Fran Frontdesk")


def test_view_is_saved_and_opened_again(desk):
    desk.goto("/admin/case/?late=late&ordering=due")
    desk.locator(".desk-views summary").click()
    desk.get_by_label("Name of this view").fill("Late ones")
    assert violations(desk) == []
    desk.get_by_role("button", name="Save view").click()
    desk.goto("/admin/case/")
    desk.get_by_role("link", name="Late ones").click()
    desk.wait_for_url("**/?*late=late*")
