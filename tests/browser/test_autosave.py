"""Publish while Wagtail is still saving what was typed."""

import pytest
from playwright.sync_api import expect

from .test_search_panel import CHANGE
from .test_walks import log_in

pytestmark = pytest.mark.same_everywhere

# The answers reach the page late, as over a slow line.
SLOW = """() => {
  const fetched = window.fetch;
  window.fetch = async (address, options) => {
    const answer = await fetched(address, options);
    await new Promise((done) => setTimeout(done, 2000));
    return answer;
  };
}"""

# Wagtail notices no edit before it has looked at the form, two seconds after the page.
WATCH = "addEventListener('w-unsaved:watch-edits', () => { document.documentElement.id = 'watched'; })"


@pytest.fixture
def editor(open_page):
    page = open_page("about:blank", width=1440)
    page.set_default_timeout(30_000)
    page.add_init_script(WATCH)
    log_in(page, "editor")
    return page


def write_article(page, title):
    page.goto("/admin/")
    page.get_by_role("link", name="Write an article").click()
    page.locator("#watched").wait_for()
    page.evaluate(SLOW)
    page.locator("#id_date").evaluate(CHANGE, "2020-01-01")
    page.locator("#id_title").fill(title)
    page.keyboard.press("Tab")


def count_articles(page, title):
    page.goto(f"/admin/pages/search/?q={title}")
    return page.locator("main").get_by_role("link", name=title, exact=True).count()


def publish(page):
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("published", timeout=20_000)


def test_publish_waits_for_the_draft_that_is_being_created(editor):
    with editor.expect_request(lambda sent: sent.method == "POST" and "/add/blog/blogpage/" in sent.url):
        write_article(editor, "Patience with needles")
    publish(editor)
    assert count_articles(editor, "Patience with needles") == 1


def test_publish_at_once_creates_one_page(editor):
    write_article(editor, "Haste with needles")
    publish(editor)
    assert count_articles(editor, "Haste with needles") == 1


def test_draft_that_cannot_be_saved_holds_nothing_back(editor):
    write_article(editor, "")
    editor.locator("#id_intro").fill("No title yet")
    editor.keyboard.press("Tab")
    editor.get_by_role("button", name="More actions").click()
    editor.get_by_role("button", name="Publish", exact=True).click()
    expect(editor.locator(".messages")).to_contain_text("could not be created", timeout=20_000)
    expect(editor.locator("#id_intro")).to_have_value("No title yet")
