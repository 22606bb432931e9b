"""Photograph every kind of public page, so that a person can look at it.

``python -m tests.browser.screenshots http://127.0.0.1:8000`` writes to ``var/screenshots/``: each page at phone and
desktop width, light and dark, and with text at 200 %. Paths after the address limit it to these pages.
"""

import re
import sys

from django.utils.text import slugify
from playwright.sync_api import sync_playwright

from .conftest import HEIGHT, SCHEMES, WIDTHS
from .provide import find, launch_arguments
from .server import ROOT

FOLDER = ROOT / "var/screenshots"
PATHS = (
    "/ /about/ /prices/ /contact/ /privacy/ /treatments/ /treatments/lip-fillers/ /blog/ /blog/?page=2 "
    "/blog/category/skin-care/ /blog/difference-between-botox-and-fillers/ /search/?q=botox /search/?q=submarine "
    "/consultation/ /no-such-page/"
).split()
LOOKS = [
    *((width, scheme, 100) for width in WIDTHS for scheme in SCHEMES),
    *((width, "light", 200) for width in WIDTHS),
]


def main(address: str, *paths: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=launch_arguments())
        page = browser.new_page(base_url=address, reduced_motion="reduce")
        for width, scheme, text in LOOKS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.emulate_media(color_scheme=scheme)
            for path in paths or PATHS:
                page.goto(path, wait_until="networkidle")
                page.evaluate("percent => { document.documentElement.style.fontSize = `${percent}%` }", text)
                width_of_page, height = page.evaluate(
                    "(e => [e.scrollWidth, e.scrollHeight])(document.documentElement)"
                )
                name = f"{slugify(re.sub('[/?=]', ' ', path)) or 'home'}-{width}-{scheme}-{text}.png"
                page.screenshot(path=FOLDER / name, full_page=True)
                overflow = f", {width_of_page - width} px too wide" if width_of_page > width else ""
                sys.stdout.write(f"{name}: {height} px high{overflow}\n")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
