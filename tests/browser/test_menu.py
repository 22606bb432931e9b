"""Test in a browser that the lists of the menu work with keyboard, touch and mouse, and without JavaScript."""

import subprocess
import sys

import pytest

from .axe import find_lasting, load_axe
from .server import ROOT

pytestmark = pytest.mark.same_everywhere

PAGE = "/treatments/baby-botox/"
CHOOSE = """
from wagtail.models import Page, Site
from clinic.models import Navigation

def make_link(page, label="", children=()):
    rows = [{"type": "item", "id": str(child.pk), "value": make_link(child)} for child in children]
    return {"page": page.pk, "address": "", "label": label, "children": rows}

navigation = Navigation.for_site(Site.objects.get())
treatments, about, contact = (Page.objects.get(slug=slug) for slug in ("treatments", "about", "contact"))
links = [
    make_link(treatments, children=treatments.get_children().live()[:8]),
    make_link(about, "Our clinic in Newport Beach", [contact]),
    make_link(contact, "Contact, parking and directions"),
]
navigation.menu = [{"type": "link", "value": link} for link in links]
navigation.save()
"""


def run(site, code: str) -> None:
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
    subprocess.run(command, cwd=ROOT, env=site.environment, check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="module", autouse=True)
def menu(site):
    run(site, CHOOSE)
    yield
    run(site, "from clinic.models import Navigation\nfor one in Navigation.objects.all():\n  one.menu = []; one.save()")


def open_lists(page) -> list[str]:
    return page.locator(".main-nav .submenu[open] > summary").all_inner_texts()


def test_list_opens_with_the_keyboard_and_escape_closes_it(open_page):
    page = open_page(PAGE, width=1440)
    page.locator(".main-nav summary").first.focus()
    for key in ("Enter", "Space"):
        page.keyboard.press(key)
        assert open_lists(page) == ["Treatments"]
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Treatments: overview"
        page.keyboard.press("Escape")
        assert open_lists(page) == []
        assert page.evaluate("document.activeElement.textContent.trim()") == "Treatments"


def test_one_list_is_open_at_a_time(open_page):
    page = open_page(PAGE, width=1440)
    for summary in page.locator(".main-nav summary").all():
        summary.click()
        assert open_lists(page) == [summary.inner_text()]
    page.locator("h1").click()
    assert open_lists(page) == []


def test_list_closes_when_the_focus_leaves_it(open_page):
    page = open_page(PAGE, width=1440)
    page.locator(".main-nav summary").nth(1).click()
    page.locator(".main-nav .submenu[open] a").last.focus()
    assert open_lists(page)
    page.keyboard.press("Tab")
    assert open_lists(page) == []


def test_escape_closes_the_inner_list_first(open_page):
    page = open_page(PAGE, width=390)
    page.locator(".menu > summary").click()
    page.locator(".menu .submenu > summary").first.click()
    page.locator(".menu .submenu[open] a").first.focus()
    for left in (1, 0):
        page.keyboard.press("Escape")
        assert page.locator(".site-header details[open]").count() == left


def test_lists_open_by_touch_without_javascript(open_page):
    page = open_page(PAGE, width=390, java_script_enabled=False, has_touch=True)
    page.locator(".menu > summary").tap()
    page.locator(".menu .submenu > summary").nth(1).tap()
    page.locator(".menu .submenu[open] a").last.tap()
    page.wait_for_url("**/contact/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "text"), [(320, 100), (390, 100), (390, 200), (1440, 100), (1440, 200)])
def test_open_menu_fits_and_is_accessible(open_page, width, text, scheme):
    page = open_page(PAGE, width=width, scheme=scheme)
    page.evaluate("percent => { document.documentElement.style.fontSize = `${percent}%` }", text)
    if page.locator(".menu > summary").is_visible():
        page.locator(".menu > summary").click()
    page.locator(".submenu > summary:visible").first.click()
    assert page.locator(".submenu[open] a:visible").count() >= 8
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    load_axe(page)
    assert find_lasting(page) == []
    heights = page.locator(".site-header summary:visible").evaluate_all("all => all.map(e => e.offsetHeight)")
    assert min(heights) >= 44


def test_header_is_one_line_on_a_desktop(open_page):
    page = open_page(PAGE, width=1440)
    assert page.locator(".site-header").evaluate("header => header.offsetHeight") <= 80
