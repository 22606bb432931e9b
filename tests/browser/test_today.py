"""Today in a browser: how its lines fit and change, and where its keys lead."""

import pytest
from playwright.sync_api import expect

from .axe import violations
from .test_walks import log_in

pytestmark = pytest.mark.same_everywhere

LONG = "a.very.long.address.of.somebody@mail.subdomain.example-domain.com"
OVERFLOWING = """(email) => {
  for (const one of document.querySelectorAll(".today-line__phone")) one.textContent = email;
  return [...document.querySelectorAll(".today-line > *")]
    .filter((part) => part.scrollWidth > part.clientWidth + 1)
    .map((part) => part.className);
}"""
LINES_OF_DUE = """[...document.querySelectorAll(".today-line__due")].map((due) => {
  const text = document.createRange();
  text.selectNodeContents(due);
  return text.getClientRects().length;
})"""


@pytest.mark.parametrize("width", [390, 1280, 1440])
def test_parts_of_a_line_never_overlap(open_page, width):
    page = open_page("about:blank", width=1440)
    log_in(page, "frontdesk")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/admin/today/")
    assert set(page.evaluate(LINES_OF_DUE)) == {1}
    assert page.evaluate(OVERFLOWING, LONG) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


@pytest.fixture
def today(open_page):
    page = open_page("about:blank", width=1440)
    log_in(page, "frontdesk")
    page.goto("/admin/today/")
    return page


def test_slash_leads_to_the_search_field(today):
    today.keyboard.press("/")
    today.wait_for_url("**/admin/case/")
    expect(today.get_by_label("Search term")).to_be_focused()


def test_age_under_the_pointer_is_counted_anew(today):
    lines = today.locator("[data-today]")
    lines.hover()
    age = lines.locator(".today-line__moment").first
    later = lines.inner_html().replace(f">{age.inner_text()}<", ">99 min<", 1)
    today.route("**/admin/pulse/today/**", lambda route: route.fulfill(body=later, headers={"ETag": '"later"'}))
    today.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(age).to_have_text("99 min")
