"""Test in a browser what the search page tells the site."""

import pytest

pytestmark = pytest.mark.same_everywhere


def test_search_and_click_are_counted_once(open_page):
    page = open_page("/")
    answers = []
    page.on("response", lambda answer: answers.append(answer.status) if "/search/count/" in answer.url else None)
    page.goto("/search/?q=Botox")
    page.wait_for_load_state("networkidle")
    assert answers == [204]
    page.reload()
    page.wait_for_load_state("networkidle")
    assert answers == [204], "the same search"
    with page.expect_response("**/search/count/"):
        page.locator("ol.cards a").first.click()
    page.wait_for_load_state("networkidle")
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert answers == [204, 204], "the click, and nothing for going back"
    page.goto("/search/?q=ana%40example.com")
    page.wait_for_load_state("networkidle")
    assert len(answers) == 2


def test_search_works_without_javascript(open_page):
    page = open_page("/search/?q=botox", java_script_enabled=False)
    page.locator("ol.cards a").first.click()
    assert "/search/" not in page.url
