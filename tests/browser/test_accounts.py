"""Sign in with the keyboard, and look at the pages of an account."""

import pytest
from playwright.sync_api import expect

from clinic.demo.users import PASSWORD

from .axe import violations

ACCOUNT_PAGES = ("/account/2fa/", "/account/sessions/", "/account/password/change/", "/account/2fa/totp/activate/")


@pytest.fixture
def clerk(open_page):
    """Sign the clinician in with the keyboard alone."""
    page = open_page("/admin/case/")
    page.keyboard.type("clinician")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation(url=lambda url: url.endswith("/admin/case/") and "login" not in url):
        page.keyboard.press("Enter")
    return page


def test_pages_before_signing_in_have_no_findings(open_page):
    for path in ("/account/login/", "/account/password/reset/", "/account/password/reset/key/1-abc/"):
        assert violations(open_page(path)) == [], path


def test_pages_of_an_account_have_no_findings(clerk):
    for path in ACCOUNT_PAGES:
        clerk.goto(path)
        assert clerk.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert violations(clerk) == [], path


def test_untouched_page_is_covered_and_keeps_what_was_typed(clerk):
    clerk.clock.install()
    clerk.goto("/admin/")
    search = clerk.locator("#search-requests")
    search.fill("typed before")
    clerk.clock.run_for(31 * 60 * 1000)
    cover = clerk.locator("#idle-cover")
    expect(cover).to_be_visible()
    clerk.keyboard.press("Escape")
    clerk.keyboard.press("Escape")
    expect(cover).to_be_visible()
    cover.get_by_label("Password").fill("wrong")
    clerk.keyboard.press("Enter")
    expect(cover.get_by_role("alert")).to_have_text("That is not the right password.")
    cover.get_by_label("Password").fill(PASSWORD)
    clerk.keyboard.press("Enter")
    expect(cover).to_be_hidden()
    expect(search).to_have_value("typed before")


def test_going_back_after_signing_out_shows_nothing(clerk):
    clerk.goto("/account/sessions/")
    clerk.get_by_role("button", name="Sign out", exact=True).click()
    clerk.wait_for_url("**/account/login/")
    clerk.go_back()
    clerk.wait_for_url("**/account/login/**")
    clerk.go_back()
    clerk.wait_for_url("**/account/login/**")
