"""Sign in with the keyboard, and look at the pages of an account."""

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from clinic.demo.users import PASSWORD

from .axe import violations
from .server import ROOT

pytestmark = pytest.mark.same_everywhere

ACCOUNT_PAGES = (
    "/account/2fa/",
    "/account/sessions/",
    "/account/password/change/",
    "/account/2fa/totp/activate/",
    "/account/kept/abcdefgh/",
)


# As if nothing had come from anybody for an hour.
LOCK_ALL = """
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

for row in Session.objects.all():
    session = SessionStore(row.pk)
    if "last_seen" in session:
        session["last_seen"] -= 3600
        session.save()
"""


@pytest.fixture
def clerk(open_page):
    return sign_in(open_page("/admin/case/"), "clinician")


def sign_in(page, name):
    """Sign in with the keyboard alone."""
    # Chromium gives the field its focus with the first frame, often after the load. Keys before that are lost.
    expect(page.get_by_label("User name or email")).to_be_focused()
    page.keyboard.type(name)
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


def leave_until_covered(clerk):
    """Type into a page and leave it alone. Return the field, and the cover that is over it then."""
    clerk.clock.install()
    clerk.goto("/admin/")
    search = clerk.locator("#search-requests")
    search.fill("typed before")
    clerk.clock.run_for(31 * 60 * 1000)
    cover = clerk.locator("#idle-cover")
    expect(cover).to_be_visible()
    return search, cover


def test_untouched_page_is_covered_and_keeps_what_was_typed(clerk):
    search, cover = leave_until_covered(clerk)
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


@pytest.mark.parametrize("way", ["signed out in another tab", "cookie gone", "colleague signed in"])
def test_cover_stays_once_the_session_is_over(open_page, site, way):
    clerk = sign_in(open_page("/admin/case/"), "clinician")
    search, cover = leave_until_covered(clerk)
    other = clerk.context.new_page()
    if way == "cookie gone":
        clerk.context.clear_cookies(name="sessionid")
    else:
        other.goto("/account/logout/")
        other.get_by_role("button", name="Sign out", exact=True).click()
        other.wait_for_url("**/account/login/")
    if way == "colleague signed in":
        other.goto("/account/login/?next=/admin/case/")
        sign_in(other, "frontdesk")
    for password in ("wrong", PASSWORD):
        cover.get_by_label("Password").fill(password)
        clerk.keyboard.press("Enter")
        expect(cover.get_by_label("Password")).to_have_value("")
        expect(cover.get_by_role("alert")).not_to_be_empty()
        expect(cover).to_be_visible()
    if way == "colleague signed in":
        return
    expect(cover.get_by_role("alert")).to_contain_text("Sign in again in a new tab")
    other.goto("/account/login/?next=/admin/case/")
    sign_in(other, "clinician")
    cover.get_by_label("Password").fill(PASSWORD)
    clerk.keyboard.press("Enter")
    expect(cover).to_be_hidden()
    expect(search).to_have_value("typed before")


def test_two_locked_tabs_both_send_what_was_typed(open_page, site):
    clerk = sign_in(open_page("/admin/case/"), "frontdesk")
    tabs = {"first": clerk, "second": clerk.context.new_page()}
    for words, tab in tabs.items():
        tab.goto("/admin/case/1/")
        tab.get_by_label("Note", exact=True).fill(f'{words} note\nwith "two" lines')
    shell = [sys.executable, "manage.py", "shell", "-v", "0", "-c", LOCK_ALL]
    subprocess.run(shell, cwd=ROOT, env=site.environment, capture_output=True, check=True)
    for tab in tabs.values():
        tab.get_by_role("button", name="Save only the note").click()
        expect(tab.get_by_role("heading", name="Is this still you?")).to_be_visible()
    for words, tab in tabs.items():
        tab.get_by_label("Password").fill(PASSWORD)
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/admin/case/1/")
        expect(tab.get_by_text(f"{words} note")).to_be_visible()
    clerk.go_back()  # sends nothing twice
    clerk.goto("/admin/case/1/")
    for words in tabs:
        expect(clerk.get_by_text(f"{words} note")).to_have_count(1)


def test_going_back_after_signing_out_shows_nothing(clerk):
    clerk.goto("/account/sessions/")
    clerk.get_by_role("button", name="Sign out", exact=True).click()
    clerk.wait_for_url("**/account/login/")
    clerk.go_back()
    clerk.wait_for_url("**/account/login/**")
    clerk.go_back()
    clerk.wait_for_url("**/account/login/**")
