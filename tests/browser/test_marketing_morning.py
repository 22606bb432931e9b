"""Walk through a morning of marketing: a list is pasted, its gaps are seen, pages are chosen and written."""

import re

import pytest
from playwright.sync_api import expect

from .axe import find_faults
from .test_search_panel import CHANGE
from .test_walks import log_in

pytestmark = pytest.mark.same_everywhere

LIST = "1. freckle fading – 2,400\n2. Freckle Fading in Irvine (90)\n3. “gentle peel for men”\n4. freckle FADING"


def open_section(page, name):
    page.goto("/admin/keywords/")
    page.get_by_role("navigation", name="Sections").get_by_role("link", name=name).click()
    page.wait_for_url("**/keywords/?section=*")


def line(page, text):
    return page.locator(".keywords-lines > li", has_text=text)


def test_morning_of_marketing(open_page):
    page = open_page("about:blank", width=1440)
    page.set_default_timeout(30_000)
    log_in(page, "editor")

    # Paste a list.
    page.get_by_role("button", name="Keywords").click()
    page.get_by_role("link", name="Add a list").click()
    page.get_by_role("textbox", name="Keywords").fill(LIST)
    page.get_by_role("button", name="Read the list").click()
    expect(page.locator("#understood + p")).to_have_text(
        re.compile(r"3 keywords in the list.\s+3 are new, in 2 groups.")
    )
    expect(page.get_by_role("row", name="freckle fading").first).to_contain_text("2400")
    page.get_by_role("button", name="Save 3 keywords").click()
    expect(page.locator(".messages")).to_contain_text("3 keywords were added.")

    # Regroup one of them with the keyboard, and take it back.
    page.get_by_label("Freckle Fading in Irvine").check()
    page.get_by_label("Move the ticked phrases to").fill("freckles in Irvine")
    page.keyboard.press("Enter")
    expect(page.locator(".messages")).to_contain_text("“Freckle Fading in Irvine” moved to “freckles in Irvine”")
    page.get_by_role("button", name="Undo: “Freckle Fading in Irvine” moved").click()
    expect(page.locator(".messages")).to_contain_text("The change was undone.")

    # See the gaps, and choose a page that exists for one.
    open_section(page, "Searches without a page")
    expect(line(page, "freckle fading")).to_contain_text("2 phrases")
    expect(line(page, "freckle fading")).to_contain_text("2,490 searches a month")
    line(page, "gentle peel for men").get_by_role("link", name="Choose a page").click()
    page.get_by_role("button", name="Choose a page").click()
    window = page.locator(".modal-body")
    window.get_by_label("Search term").fill("Botox for men")
    window.get_by_role("link", name="Botox for men", exact=True).click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("“gentle peel for men” is a keyword of")
    page.wait_for_load_state()  # no line is missing only because it has not come yet
    expect(line(page, "gentle peel for men")).to_have_count(0)

    # Write an article for the other with the panel open.
    page.goto("/admin/")
    page.get_by_role("link", name="Write an article").click()
    page.locator("#id_title").fill("Spots")
    page.locator("#id_date").evaluate(CHANGE, "2020-01-01")  # not the newest: other tests open that one
    page.get_by_role("tab", name="Promote").click()
    page.get_by_role("button", name="Add keyword").click()
    page.get_by_role("button", name="Choose a keyword").last.click()
    window.get_by_label("Search keywords").fill("freckle")
    window.get_by_role("link", name="freckle fading", exact=True).click()
    page.get_by_role("tab", name="Content").click()
    page.locator('[data-side-panel-toggle="search"]').click()
    expect(page.locator(".search-keyword")).to_contain_text("The title does not say it yet.", timeout=60_000)
    page.locator("#id_title").fill("Freckle fading: what to know")
    page.keyboard.press("Tab")
    said = page.locator(".search-keyword .search-line--there", has_text="The title says it.")
    expect(said).to_be_visible(timeout=60_000)
    assert find_faults(page, "[data-search-panel]") == []
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("published")

    # The board has changed.
    open_section(page, "Searches without a page")
    expect(line(page, "freckle fading")).to_have_count(0)
    assert find_faults(page, ".keywords-page") == []
