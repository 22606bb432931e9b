"""A request that the desk writes down, in a browser: how many clicks it takes, by whom it can be used."""

import pytest
from playwright.sync_api import expect

from .axe import violations
from .test_walks import log_in

pytestmark = pytest.mark.same_everywhere

NEW = "/admin/new-case/"
COUNT_CLICKS = "() => { window.name = '0'; }"
# The count survives a new page, as the name of a window does.
LISTEN = """() => addEventListener('click', (event) => {
  if (event.isTrusted) window.name = String(Number(window.name || 0) + 1);
}, true)"""


@pytest.fixture
def desk(open_page):
    page = open_page("about:blank", width=1440)
    page.add_init_script(f"({LISTEN})()")
    log_in(page, "frontdesk")
    return page


def clicks(page) -> int:
    return int(page.evaluate("window.name") or 0)


def test_telephone_booking_takes_four_clicks(desk):
    desk.goto("/admin/case/")
    desk.evaluate(COUNT_CLICKS)
    desk.get_by_role("link", name="New request").click()
    expect(desk.locator("#id_name")).to_be_focused()
    desk.keyboard.type("Telly Phoner")
    desk.keyboard.press("Tab")
    desk.keyboard.type("(949) 555-0166")
    desk.locator("#id_consent").check()
    desk.locator("button[name=book_at]").first.click()
    desk.wait_for_url("**/admin/case/*/")
    expect(desk.get_by_text("Booked:").first).to_be_visible()
    expect(desk.locator("h2", has_text="Telly Phoner")).to_be_visible()
    assert clicks(desk) <= 4

    # A second visit of the same patient takes one click on the page of the case, and one here.
    desk.goto(f"{NEW}?patient={desk.url.rstrip('/').rpartition('/')[2]}")
    desk.evaluate(COUNT_CLICKS)
    desk.locator("button[name=book_at]").first.click()
    desk.wait_for_url("**/admin/case/*/")
    assert clicks(desk) == 1


def test_whole_form_works_by_keyboard(desk):
    desk.goto(NEW)
    desk.keyboard.type("Keyla Board")
    desk.keyboard.press("Tab")
    desk.keyboard.type("(949) 555-0167")
    desk.locator("#id_consent").focus()
    desk.keyboard.press("Space")
    desk.locator("#id_note").focus()
    desk.keyboard.type("Asks about the price")
    desk.locator("#id_name").focus()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/admin/case/*/")
    expect(desk.get_by_text("Asks about the price").first).to_be_visible()


def test_form_and_its_errors_pass_axe(desk):
    desk.goto(NEW)
    assert violations(desk) == []
    desk.get_by_role("button", name="Book the typed time").click()
    expect(desk.get_by_text("Write the patient's name.")).to_be_visible()
    assert violations(desk) == []


@pytest.mark.parametrize("width", [390, 1440])
def test_form_is_no_wider_than_the_screen(desk, width):
    desk.set_viewport_size({"width": width, "height": 900})
    desk.goto(NEW)
    wide = desk.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
