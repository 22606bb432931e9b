"""Photograph the front desk for its guide.

``python -m tests.browser.guide_pictures http://127.0.0.1:8000 PASSWORD`` signs in to a site with the demo, by the
password that ``load_demo`` names, and writes ``docs/pictures/``. Look at the pictures before you commit them.
"""

import io
import sys

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from .provide import find, launch_arguments
from .server import ROOT

FOLDER = ROOT / "docs/pictures"
WIDTH, HEIGHT = 1280, 800
# The text of a link to follow from the page, if the picture shows what is behind it.
PAGES = (
    ("today", "/admin/today/", ""),
    ("list", "/admin/case/", ""),
    ("case", "/admin/today/", "Olivia Example"),
    ("complaint", "/admin/today/", "Nadia Example"),
    ("new-request", "/admin/new-case/", ""),
    ("week", "/admin/calendar/week/", "Week after"),
)


def main(address: str, password: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=launch_arguments())
        page = browser.new_page(base_url=address, viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce")
        page.goto("/account/login/")
        page.fill("[name=login]", "frontdesk")
        page.fill("[name=password]", password)
        page.click("button[type=submit]")
        page.wait_for_url("**/admin/**")
        for name, path, link in PAGES:
            page.goto(path, wait_until="networkidle")
            if link:
                page.get_by_role("link", name=link).first.click()
                page.wait_for_load_state("networkidle")
            save(page, name)
        browser.close()


def save(page: Page, name: str) -> None:
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.save(FOLDER / f"{name}.webp", quality=75, method=6)


if __name__ == "__main__":
    main(*sys.argv[1:])
