"""Walk through the site in a browser: a patient asks, the desk answers."""

import re
from dataclasses import replace
from pathlib import Path
from time import time

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from bookings.patient.form_token import MINIMUM_SECONDS, FormToken
from clinic.settings.dev import SECRET_KEY

from .axe import violations

PASSWORD = "clinic-demo-2026"
ROWS = "table.listing tbody tr"
sessions = {}


def log_in(page, name):
    """Open the admin as one of the demo's staff.

    The first session of each is used again.
    """
    page.context.add_cookies(sessions.get(name, []))
    page.goto("/admin/")
    if "/login/" in page.url:
        page.locator("[name=login]").fill(name)
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(re.compile(r"/admin/(today/)?$"))
        sessions[name] = page.context.cookies()


def age_form(page):
    """Give the open form a token that is old enough, instead of waiting."""
    field = page.locator("form [name=token]")
    with override_settings(SECRET_KEY=SECRET_KEY):
        token = FormToken.read(field.input_value())
        field.evaluate(
            "(field, value) => { field.value = value; }", str(replace(token, issued_at=time() - MINIMUM_SECONDS))
        )


def ask(page, name, *, phone="(949) 555-0177", email=""):
    """Fill in and send the open form, and return the reference."""
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Phone", exact=True).fill(phone)
    page.get_by_label("Email", exact=True).first.fill(email)
    page.get_by_label(re.compile("I agree")).check()
    age_form(page)
    page.get_by_role("button", name="Send my request").click()
    page.wait_for_url("**/consultation/received/**")
    return page.locator(".receipt__reference").inner_text()


def test_patient_walks_from_home_to_receipt_and_the_desk_to_closed(open_page):
    patient = open_page("/", width=390)
    patient.get_by_role("link", name="Botox for forehead lines").first.click()
    expect(patient.locator("h1")).to_have_text("Botox for forehead lines")
    patient.get_by_role("link", name="Ask about this treatment").click()
    expect(patient.get_by_label("Botox for forehead lines")).to_be_checked()
    patient.get_by_label("In your own words").fill("Will I still be able to frown at my children?")
    reference = ask(patient, "Walking Willa", email="willa@example.com")
    assert re.fullmatch("[0-9A-Z]{8}", reference)
    for personal in ("Willa", "willa", "555"):
        assert personal not in patient.url
    assert violations(patient) == []

    desk = open_page("about:blank", width=1440)
    log_in(desk, "frontdesk")
    desk.get_by_role("link", name="Cases").first.click()
    desk.locator(ROWS).get_by_role("link", name="Walking Willa").click()
    expect(desk.get_by_text(reference).first).to_be_visible()
    expect(desk.get_by_text("Will I still be able to frown")).to_be_visible()

    desk.get_by_role("button", name=re.compile("contact", re.IGNORECASE)).first.click()
    expect(desk.locator(".desk-case__head")).to_contain_text("Contacting")
    desk.get_by_label("Note", exact=False).first.fill("Called; they will think about it.")
    desk.get_by_role("button", name="Save only the note").click()
    expect(desk.locator(".desk-timeline")).to_contain_text("Called; they will think about it.")
    desk.get_by_text("Close the case").click()
    desk.get_by_label("How did it end?").select_option(label="Patient decided against it")
    desk.get_by_role("button", name="Close", exact=True).click()
    expect(desk.locator(".desk-case__head")).to_contain_text("Closed")
    expect(desk.locator(".desk-timeline")).to_contain_text("Fran Frontdesk")


def test_request_can_be_sent_without_javascript(open_page):
    assert ask(open_page("/consultation/", java_script_enabled=False), "Plain Paula")


def test_request_can_be_sent_with_the_keyboard_alone(open_page):
    page = open_page("/consultation/", width=1440)
    page.get_by_label("Your name").focus()
    page.keyboard.type("Keyboard Kim")
    page.keyboard.press("Tab")
    page.keyboard.type("949.555.0166")
    page.wait_for_timeout(1000 * MINIMUM_SECONDS + 100)  # as long as a real visitor has to wait
    for _step in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("[document.activeElement.name, document.activeElement.type]")
        if focused[0] == "consent":
            page.keyboard.press("Space")
        if focused[1] == "submit":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/consultation/received/**")


def test_errors_move_the_focus_and_keep_what_was_typed(open_page):
    page = open_page("/consultation/")
    page.get_by_label("Your name").fill("Forgetful Finn")
    page.get_by_label("In your own words").fill("A long story")
    page.get_by_label("Lip fillers").check()
    page.get_by_role("button", name="Send my request").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(page.get_by_label("Your name")).to_have_value("Forgetful Finn")
    expect(page.get_by_label("In your own words")).to_have_value("A long story")
    expect(page.get_by_label("Lip fillers")).to_be_checked()
    assert page.title().startswith("Error:")
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.tagName") == "INPUT"


@pytest.mark.parametrize("again", ["double click", "reload", "back"])
def test_posting_twice_makes_one_case(open_page, again):
    name = f"Twice {again.title()}"
    page = open_page("/consultation/")
    if again == "double click":
        page.get_by_label("Your name").fill(name)
        page.get_by_label("Phone", exact=True).fill("949 555 0155")
        page.get_by_label(re.compile("I agree")).check()
        age_form(page)
        page.get_by_role("button", name="Send my request").dblclick()
        page.wait_for_url("**/consultation/received/**")
    else:
        ask(page, name)
    if again == "reload":
        page.reload()
    if again == "back":
        page.go_back()
        ask(page, name)
    desk = open_page("about:blank", width=1440)
    log_in(desk, "frontdesk")
    desk.goto("/admin/case/")
    desk.get_by_label("Search term").fill(name)
    expect(desk.locator(ROWS)).to_have_count(1)


@pytest.mark.parametrize("javascript", [True, False])
def test_search_leaves_the_name_in_no_address(open_page, javascript):
    desk = open_page("about:blank", width=1440, java_script_enabled=javascript)
    addresses = []
    desk.on("request", lambda request: addresses.append(request.url + request.headers.get("referer", "")))
    log_in(desk, "frontdesk")
    desk.goto("/admin/case/?status=new")
    name = desk.locator(f"{ROWS} .desk-name a").first.inner_text()
    word = name.split()[-1]
    box = desk.get_by_label("Search term")
    box.fill(word)
    if not javascript:
        box.press("Enter")
    expect(desk.get_by_role("alert")).to_contain_text("match")
    if javascript:
        length = desk.evaluate("history.length")
        box.press("Enter")
        expect(desk.locator(ROWS).first).to_contain_text(word)
        assert desk.evaluate("history.length") == length
        assert desk.url.endswith("?status=new")
        with desk.expect_download() as download:
            desk.get_by_role("button", name="Download this list").click()
        assert word in Path(download.value.path()).read_text("utf-8-sig")
        desk.locator(f"{ROWS} .desk-name a").first.click()
        desk.locator(".desk-case").wait_for()
        desk.go_back()
        expect(desk.get_by_label("Search term")).to_have_value(word)
        expect(desk.get_by_role("alert")).to_contain_text("match")
        desk.get_by_role("button", name="Clear").click()
        expect(desk).to_have_url(re.compile(r"/admin/case/\?(ordering=-received)?$"))
        expect(desk.locator(ROWS).first).to_contain_text(word)
        assert violations(desk) == []
    assert len(addresses) > 5
    assert not [address for address in addresses if word.lower() in address.lower()]


def test_search_from_the_dashboard_can_be_reloaded(open_page):
    desk = open_page("about:blank", width=1440)
    log_in(desk, "frontdesk")
    box = desk.get_by_role("searchbox", name="Search cases")
    box.fill("zzzz")
    box.press("Enter")
    expect(desk.get_by_text("No cases match your query.")).to_be_visible()
    desk.reload()  # by GET: the browser asks nothing
    expect(desk.get_by_label("Search term")).to_have_value("zzzz")
    expect(desk.get_by_text("No cases match your query.")).to_be_visible()


def test_editor_publishes_an_article_and_patients_read_it(open_page):
    page = open_page("about:blank", width=1440)
    log_in(page, "editor")
    page.get_by_role("link", name="Write an article").click()
    page.locator("#id_title").fill("What does a dimple tell?")
    page.keyboard.press("Tab")
    expect(page.locator("#id_slug")).to_have_value("what-does-a-dimple-tell")
    page.get_by_role("button", name="More actions").first.click()
    page.get_by_role("button", name="Publish").first.click()
    page.get_by_text("created and published").wait_for()
    patient = open_page("/blog/")
    patient.get_by_role("link", name="What does a dimple tell?").click()
    expect(patient.locator("h1")).to_have_text("What does a dimple tell?")


def test_editor_cannot_reach_cases(open_page):
    page = open_page("about:blank", width=1440)
    log_in(page, "editor")
    assert page.get_by_role("link", name="Cases").count() == 0
    page.goto("/admin/case/")
    expect(page.get_by_text("you do not have permission")).to_be_visible()
    assert "/admin/case/" not in page.url


def test_desk_sees_no_page_editor(open_page):
    page = open_page("about:blank", width=1440)
    log_in(page, "frontdesk")
    assert page.get_by_role("link", name="Snippets").count() == 0
    page.goto("/admin/pages/")
    assert page.get_by_role("link", name="Add child page").count() == 0


@pytest.mark.parametrize("path", ["/admin/", "/admin/case/"])
def test_axe_finds_nothing_at_the_desk(open_page, path):
    page = open_page("about:blank", width=1440)
    log_in(page, "frontdesk")
    page.goto(path)
    assert violations(page) == []


def test_axe_finds_nothing_on_a_case(open_page):
    page = open_page("about:blank", width=1440)
    log_in(page, "frontdesk")
    page.goto("/admin/case/")
    page.locator(f"{ROWS} a").first.click()
    page.locator(".desk-case").wait_for()
    assert violations(page) == []


def test_staff_see_the_userbar_and_it_breaks_no_policy(open_page):
    page = open_page("about:blank", width=1440)
    log_in(page, "editor")
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    page.goto("/", wait_until="networkidle")
    expect(page.locator("wagtail-userbar")).to_be_attached()
    assert complaints == []
