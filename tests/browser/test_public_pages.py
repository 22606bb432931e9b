"""Test every kind of public page in a browser.

Pages are accessible, ask no other host, and fit every width.
"""

from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from .axe import violations
from .conftest import HEIGHT

pytestmark = pytest.mark.same_everywhere

PAGES = [
    "/",
    "/about/",
    "/privacy/",
    "/contact/",
    "/treatments/",
    "/treatments/botox-forehead-lines/",
    "/blog/",
    "/blog/?page=2",
    "/blog/category/skin-care/",
    "/search/?q=botox",
    "/search/?q=submarine",
    "/consultation/",
    "/consultation/?treatment=lip-fillers",
]


@pytest.fixture(scope="module", params=PAGES)
def public_page(request, chromium, site):
    """Open a page that all tests share.

    They may resize and read it, and do not click.
    """
    page = chromium.new_page(base_url=site.url, viewport={"width": 390, "height": HEIGHT}, reduced_motion="reduce")
    page.hosts, page.complaints = set(), []
    page.on("request", lambda request: page.hosts.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(request.param)
    yield page
    page.close()


@pytest.fixture(scope="module")
def first_article(chromium, site):
    page = chromium.new_page(base_url=site.url)
    page.goto("/blog/")
    address = page.locator(".card__link").first.get_attribute("href")
    page.close()
    return address


def test_axe_finds_nothing(public_page):
    assert violations(public_page) == []


def test_axe_finds_a_field_without_a_label(open_page):
    page = open_page("/privacy/")
    page.locator("main").evaluate("(main) => main.append(document.createElement('input'))")
    assert [line.partition(": ")[2] for line in violations(page)] == ["label: <input>"] * 4


def test_axe_finds_nothing_in_an_article(open_page, first_article):
    assert violations(open_page(first_article)) == []


def test_axe_finds_nothing_in_a_form_with_errors(open_page):
    page = open_page("/consultation/")
    page.get_by_role("button", name="Send my request").click()
    page.locator(".error-summary").wait_for()
    assert violations(page) == []


def test_page_asks_no_other_host_and_breaks_no_policy(public_page, site):
    public_page.wait_for_load_state("networkidle")
    assert public_page.complaints == []
    assert public_page.hosts == {urlsplit(site.url).netloc}


def test_page_fits_every_width(public_page):
    """Include 320 px, which a 1280 px screen has left at 400 % zoom."""
    for width in (320, 360, 390, 768, 1440):
        public_page.set_viewport_size({"width": width, "height": HEIGHT})
        assert public_page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", ["/", "/treatments/botox-forehead-lines/", "/consultation/", "/blog/"])
def test_targets_are_large_enough(open_page, path):
    """Check WCAG 2.2, 2.5.8: 24 px, except for links within a sentence.

    A card's link reaches over the whole card.
    """
    page = open_page(path)
    small = page.evaluate(
        """() => [...document.querySelectorAll('a, button, summary, input:not([type=hidden])')]
          .filter(e => e.checkVisibility() && !e.closest('p:not(.hero__actions), .prose, li li, td'))
          .filter(e => !e.matches('.skip-link, .card__link'))
          .filter(e => { const r = e.getBoundingClientRect(); return r.width > 0 && (r.width < 24 || r.height < 24); })
          .map(e => e.outerHTML.slice(0, 120))"""
    )
    assert small == []


def test_skip_link_is_first_and_leads_to_the_content(open_page):
    page = open_page("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_menu_on_a_phone_opens_with_the_keyboard(open_page):
    page = open_page("/")
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Treatments").first.click()
    page.wait_for_url("**/treatments/")


def test_pages_are_whole_without_javascript(open_page):
    page = open_page("/treatments/botox-forehead-lines/", java_script_enabled=False)
    assert page.locator("h1").inner_text() == "Botox for forehead lines"
    page.get_by_role("link", name="Ask about this treatment").click()
    assert page.get_by_label("Botox for forehead lines").is_checked()


def test_headings_go_down_one_level_at_a_time(public_page):
    levels = public_page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => Number(h.tagName[1]))")
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_fonts_and_style_stay_within_their_budget(open_page):
    page = open_page("about:blank")
    sizes = {}

    def weigh(response):
        if response.url.endswith((".woff2", ".css", ".js")):
            sizes[response.url] = len(response.body())

    page.on("response", weigh)
    page.goto("/consultation/", wait_until="networkidle")
    assert sum(size for url, size in sizes.items() if url.endswith(".woff2")) <= 60 * 1024
    assert sum(size for url, size in sizes.items() if url.endswith(".js")) <= 15 * 1024
