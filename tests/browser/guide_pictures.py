"""Photograph the front desk and the keyword desk for their guides.

``python -m tests.browser.guide_pictures http://127.0.0.1:8000 PASSWORD`` signs in to a site with the demo, by the
password that ``load_demo`` names, and writes ``docs/pictures/``. Look at the pictures before you commit them.
"""

import io
import sys

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from .provide import find, launch_arguments
from .server import ROOT

FOLDER = ROOT / "docs/pictures"
WIDTH, HEIGHT = 1280, 800
# The text of a link to follow from the page, if the picture shows what is behind it.
DESK = (
    ("today", "/admin/today/", ""),
    ("list", "/admin/case/", ""),
    ("case", "/admin/today/", "Olivia Example"),
    ("complaint", "/admin/today/", "Nadia Example"),
    ("new-request", "/admin/new-case/", ""),
    ("week", "/admin/calendar/week/", "Week after"),
)
EDITORS = (
    ("keywords-board", "/admin/keywords/?section=gaps", ""),
    ("keywords-groups", "/admin/keywords/groups/", ""),
)
LIST = '"Botox near me", “botox in Costa Mesa”, lip flip – 1,900\n• microneedling (880)\n• RF microneedling (110)'


def main(address: str, password: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=launch_arguments())
        desk = sign_in(browser, address, "frontdesk", password)
        photograph(desk, DESK)
        editor = sign_in(browser, address, "editor", password)
        photograph(editor, EDITORS)
        photograph_list(editor)
        photograph_panel(editor)
        browser.close()


def sign_in(browser: Browser, address: str, name: str, password: str) -> Page:
    viewport = {"width": WIDTH, "height": HEIGHT}
    page = browser.new_context(base_url=address, viewport=viewport, reduced_motion="reduce").new_page()
    page.goto("/account/login/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_url("**/admin/**")
    return page


def photograph(page: Page, pictures: tuple[tuple[str, str, str], ...]) -> None:
    for name, path, link in pictures:
        page.goto(path, wait_until="networkidle")
        if link:
            page.get_by_role("link", name=link).first.click()
            page.wait_for_load_state("networkidle")
        save(page, name)


def photograph_list(page: Page) -> None:
    page.goto("/admin/keywords/add/", wait_until="networkidle")
    page.locator("textarea").evaluate("field => { field.rows = 4; }")
    page.fill("textarea", LIST)
    page.get_by_role("button", name="Read the list").click()
    page.wait_for_load_state("networkidle")
    page.locator("#understood").scroll_into_view_if_needed()
    page.mouse.wheel(0, 250)
    page.wait_for_timeout(500)
    save(page, "keywords-add")


def photograph_panel(page: Page) -> None:
    title = "Botox for forehead lines"
    page.goto(f"/admin/pages/search/?q={title}")
    page.get_by_role("link", name=title, exact=True).first.click()
    page.locator('[data-side-panel-toggle="search"]').click()
    page.locator(".search-result").first.wait_for()
    page.wait_for_load_state("networkidle")
    save(page, "keywords-panel")


def save(page: Page, name: str) -> None:
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.save(FOLDER / f"{name}.webp", quality=75, method=6)


if __name__ == "__main__":
    main(*sys.argv[1:])
