"""Write a page with the Search panel open, in a browser."""

import re

import pytest
from playwright.sync_api import expect

from .axe import find_faults
from .test_walks import log_in

pytestmark = pytest.mark.same_everywhere

LONG = "Botox for forehead lines in Irvine, Newport Beach and Costa Mesa, with prices and what to expect"

CHANGE = "(field, text) => { field.value = text; field.dispatchEvent(new Event('change', { bubbles: true })); }"


@pytest.fixture
def write(open_page):
    """Return a function that opens the editor of a treatment. Nothing that is typed there is saved."""

    def open_editor(width=1440, scheme="light", title="Botox for forehead lines"):
        page = open_page("about:blank", width=width, scheme=scheme)
        log_in(page, "editor")
        page.goto(f"/admin/pages/search/?q={title}")
        page.get_by_role("link", name=title, exact=True).first.click()
        page.wait_for_url("**/edit/")
        page.route("**/edit/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
        page.locator('[data-side-panel-toggle="search"]').click()
        expect(page.locator(".search-result").first).to_be_visible(timeout=30_000)
        return page

    return open_editor


@pytest.fixture(autouse=True)
def patience():
    """Wait longer than 5 s: the page is sent, shown in the preview and read before the panel changes."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


def type_title(page, title):
    page.locator("#id_title").fill(title)
    page.locator("#id_seo_title").evaluate("field => { field.value = ''; }")
    page.keyboard.press("Tab")


def test_title_that_is_typed_changes_evidence_and_result(write):
    page = write()
    keyword, line = page.locator(".search-keyword").first, "The title says it."
    expect(keyword.locator(".search-line--there", has_text=line)).to_be_visible()
    type_title(page, "Softer skin")
    expect(keyword).to_contain_text("The title does not say it yet.")
    expect(page.locator(".search-result__title").first).to_have_text(re.compile("^Softer skin – "))
    expect(page.locator("[data-search-status]")).to_have_text("The search panel is up to date.")

    type_title(page, LONG)
    expect(keyword.locator(".search-line--there", has_text=line)).to_be_visible()
    desktop = page.locator(".search-result--desktop .search-result__title")
    expect(desktop).to_have_text(re.compile("^Botox for forehead lines in .* …$"))
    expect(page.get_by_text(re.compile(r"The title is cut after about 600 of \d+ pixels\."))).to_be_visible()

    page.locator("#id_slug").evaluate("field => { field.value = 'the-lines'; }")
    type_title(page, f"{LONG}!")
    expect(page.get_by_text("It reads as well without “the”: “lines”.")).to_be_visible()
    expect(page.get_by_text("The live address ends in")).to_be_visible()

    page.locator('[data-side-panel-toggle="checks"]').click()
    expect(page.locator("[data-checks-panel]")).to_contain_text("Search engines cut the title")


def test_panel_asks_for_one_report_at_a_time_and_keeps_the_focus(write):
    page = write()
    running, most = set(), []
    page.on("request", lambda request: start(request) if "/search-report/" in request.url else None)
    page.on("requestfinished", lambda request: running.discard(request))

    def start(request):
        running.add(request)
        most.append(len(running))

    page.locator("#id_seo_title").evaluate("field => { field.value = ''; }")
    page.locator("[data-search-report] a").last.focus()
    for title in ("One", "Two", "Three", "Four"):
        page.locator("#id_title").evaluate(CHANGE, title)
        page.wait_for_timeout(400)
    expect(page.locator(".share-card__title")).to_have_text(re.compile("Four"))
    expect(page.locator("[data-search-report] a").last).to_be_focused()
    assert most
    assert max(most) == 1


def test_panel_stays_quiet_when_the_server_does_not_answer(write):
    page = write()
    page.route("**/search-report/**", lambda route: route.abort())
    type_title(page, "Softer skin")
    expect(page.locator("[data-search-message]")).to_contain_text("It is tried again")
    expect(page.locator(".search-result").first).to_be_visible()
    page.unroute("**/search-report/**")
    type_title(page, "Softer lines")
    expect(page.locator(".share-card__title")).to_have_text(re.compile("Softer lines"))
    expect(page.locator("[data-search-message]")).to_be_empty()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_panel_can_be_read_by_everybody(write, width, scheme):
    page = write(width, scheme)
    assert find_faults(page, "[data-search-panel]") == []
    box = page.locator("[data-search-panel]").bounding_box()
    assert page.locator("[data-search-report]").evaluate("part => part.scrollWidth <= part.clientWidth")
    assert box["x"] + box["width"] <= width


def test_keyword_is_added_in_the_window_of_the_field(write):
    """With the keyboard alone."""
    page = write()
    page.locator('[data-side-panel-toggle="search"]').click()
    page.get_by_role("tab", name="Promote").click()
    page.get_by_role("button", name="Add keyword").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Choose a keyword").last.focus()
    page.keyboard.press("Enter")
    window = page.locator(".modal-body")
    expect(window.get_by_role("link", name="Botox Near Me")).to_be_visible()
    window.get_by_label("Search keywords").fill("laser")
    expect(window.get_by_role("link", name="Botox Near Me")).to_have_count(0)
    window.get_by_role("tab", name="Add new").focus()
    page.keyboard.press("Enter")
    window.locator("textarea").fill("botox near me")
    window.get_by_role("button", name="Add and choose").focus()
    page.keyboard.press("Enter")
    expect(window).to_contain_text("is in the group “Botox Near Me” already")
    expect(window.locator("textarea")).to_have_value("botox near me")
    assert find_faults(page, ".modal-body") == []
