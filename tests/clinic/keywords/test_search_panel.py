"""Test the Search panel of the page editor: what it says about a page while it is typed."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone
from wagtail.admin.models import FormState
from wagtail.models import Page

from clinic.keywords import grouping
from clinic.keywords.checks import MESSAGES, RULES
from clinic.keywords.page_reading import read_everything_due
from clinic.keywords.parsing import ParsedKeyword
from clinic.keywords.report import read_head
from clinic.keywords.slugs import check_slug
from clinic.models import KeywordGroup, PageKeyword, StandardPage
from tests import factories
from tests.editing.forms import fill_in

pytestmark = [pytest.mark.django_db, pytest.mark.same_everywhere]
PRIMARY, SUPPORTING = PageKeyword.Role.PRIMARY, PageKeyword.Role.SUPPORTING
HOSTILE = "<script>alert(1)</script>\"'&"


class Editor:
    def __init__(self, client, user):
        self.client, self.user = client, user
        client.force_login(user)

    def type_in(self, page, **fields):
        """Send what is typed to the preview, as Wagtail's preview panel does."""
        data = fill_in(Page.objects.get(pk=page.pk).get_latest_revision_as_object(), self.user) | fields
        return self.client.post(f"/admin/pages/{page.pk}/edit/preview/", data).json()

    def read(self, page, **query):
        response = self.client.get(f"/admin/search-report/{page.pk}/", query)
        assert response.status_code == 200
        return BeautifulSoup(response.content, "lxml")


@pytest.fixture
def editor(client, profile):
    return Editor(client, factories.make_user("editor"))


@pytest.fixture
def botox(db):
    group = KeywordGroup.objects.create(name="Botox in Irvine")
    grouping.add_keywords([ParsedKeyword("Botox in Irvine"), ParsedKeyword("irvine botox injections")], group=group)
    return group


@pytest.fixture
def page(home, botox):
    page = StandardPage(title="Our prices", slug="prices", introduction="What a visit costs.")
    page.page_keywords = [PageKeyword(group=botox, role=PRIMARY)]
    home.add_child(instance=page)
    page.save_revision()
    return page


def lines(report):
    return [" ".join(tag.get_text().split()).removeprefix("○ ") for tag in report.select(".search-line")]


def there(report):
    return [" ".join(tag.get_text().split()) for tag in report.select(".search-keyword .search-line--there")]


# Evidence


def test_report_follows_what_is_typed(editor, page):
    editor.type_in(page)
    assert "The title does not say it yet. Name it there, near the beginning." in lines(editor.read(page))
    assert editor.type_in(page, title="Botox in Irvine: prices")["is_valid"]
    report = editor.read(page)
    assert there(report) == ["The title says it.", "The first heading says it."]
    assert report.select_one(".search-excerpt q").get_text() == "Botox in Irvine: prices"
    assert "%" not in report.get_text()
    editor.type_in(page, introduction="An irvine botox injections visit.")
    assert there(editor.read(page)) == ["The opening paragraph says it."]
    assert StandardPage.objects.get(pk=page.pk).title == "Our prices"


def test_keywords_are_those_of_the_form(editor, page, botox):
    other = KeywordGroup.objects.create(name="Lip fillers")
    editor.type_in(page, **{"page_keywords-0-group": other.pk})
    assert [tag.get_text() for tag in editor.read(page).select(".search-keyword h4")] == ["Lip fillers"]
    editor.type_in(page, **{"page_keywords-0-DELETE": "on"})
    assert "This page has no keyword yet." in editor.read(page).get_text()


@pytest.mark.parametrize(
    ("role", "reason", "said"),
    [
        (PRIMARY, "", "“Botox” is the page for it. When you publish, this page supports it."),
        (PRIMARY, "It is newer", "When you publish, this page takes the place of “Botox”."),
        (SUPPORTING, "", "Supports “Botox”, which is the page for it."),
    ],
)
def test_report_says_which_page_is_the_page_for_it(editor, home, botox, role, reason, said):
    holder = StandardPage(title="Botox")
    holder.page_keywords = [PageKeyword(group=botox)]
    home.add_child(instance=holder)
    page = home.add_child(instance=StandardPage(title="Second", live=False))
    page.page_keywords = [PageKeyword(group=botox, role=role)]
    page.save_revision()
    editor.type_in(page, **{"page_keywords-0-reason": reason})
    report = editor.read(page)
    assert said in report.get_text()
    assert report.select_one(".search-keyword a")["href"] == f"/admin/pages/{holder.pk}/edit/"


@pytest.mark.parametrize("role", [PRIMARY, SUPPORTING])
def test_report_says_why_another_page_took_the_place(editor, home, botox, role):
    pages = []
    for title, reason in (("First", ""), ("Holder", "It has <b>prices</b>")):
        page = StandardPage(title=title)
        page.page_keywords = [PageKeyword(group=botox, reason=reason, reason_at=timezone.now())]
        pages.append(home.add_child(instance=page))
    page = home.add_child(instance=StandardPage(title="Second", live=False))
    page.page_keywords = [PageKeyword(group=botox, role=role)]
    page.save_revision()
    editor.type_in(page)
    assert "Reason given: “It has <b>prices</b>”." in editor.read(page).get_text()
    editor.type_in(pages[-1])
    assert "Reason given" not in editor.read(pages[-1]).get_text()


def test_supporting_page_that_competes_is_told(editor, home, page, botox):
    other = home.add_child(instance=StandardPage(title="Botox in Irvine for you"))
    other.page_keywords = [PageKeyword(group=botox, role=SUPPORTING)]
    other.save_revision()
    editor.type_in(other)
    assert "competes with “Our prices”" in editor.read(other).get_text()


def test_links_to_the_page_are_told_with_their_words(editor, home, page):
    editor.type_in(page)
    assert "No other page links here yet. Link to this page where another one mentions it." in lines(editor.read(page))
    link = json.dumps([{"type": "text", "value": f'<p><a linktype="page" id="{page.pk}">Prices</a></p>'}])
    home.add_child(instance=StandardPage(title="Another", body=link))
    home.add_child(instance=StandardPage(title="Draft", body=link, live=False))
    read_everything_due()
    assert "1 other page links here: “Prices”." in lines(editor.read(page))


# Search result, slug, card


def test_result_and_card_show_what_the_head_says(editor, page):
    editor.type_in(page, seo_title="Botox prices", search_description="What Botox costs here.")
    report = editor.read(page)
    assert [tag.get_text() for tag in report.select(".search-result__title")] == ["Botox prices"] * 2
    assert [tag["data-fit"] for tag in report.select(".search-result__title")] == ["650", "600"]
    assert report.select_one(".search-result__description").get_text() == "What Botox costs here."
    assert report.select_one(".share-card__title").get_text() == "Botox prices"
    assert "prices" in report.select_one(".search-result__site").get_text()


def test_blank_fields_show_what_the_site_fills_in(editor, page, profile):
    editor.type_in(page)
    report = editor.read(page)
    assert report.select_one(".search-result__title").get_text() == f"Our prices – {profile.name}"
    assert report.select_one(".search-result__description").get_text() == "What a visit costs."


def test_hidden_page_is_called_hidden(editor, page):
    editor.type_in(page, noindex="on")
    assert "This page is hidden from search engines." in editor.read(page).get_text()


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        ("", "Blank: it is made from the title when you save."),
        ("prices", "It is live, and people may have saved it. Keep it, unless it is wrong."),
        ("cost", "The live address ends in “prices”. When you publish, it leads visitors and search engines here."),
        ("admin", "“admin” is an address of the site itself. Choose another slug."),
        ("about", "The page “About us” has this address. Choose another slug."),
        ("cost-of-the-botox", "It reads as well without “of”, “the”: “cost-botox”."),
        ("one-two-three-four-five-six-seven", "It has 7 words. Three to five are easier to read and to share."),
        ("x" * 61, "It has 1 word. Three to five are easier to read and to share."),
        ("botox_cost", "Put hyphens between the words: search engines read them as spaces."),
        ("Cost", "Use small letters only, so that nobody has to remember the capitals."),
        ("a b", "Use only letters from a to z, digits and hyphens."),
        (HOSTILE, "Use only letters from a to z, digits and hyphens."),
        ("ü" * 400, "Use only letters from a to z, digits and hyphens."),
        ("the-a", "Short and easy to read."),
    ],
)
def test_slug_is_checked_as_it_is_typed(editor, home, page, slug, said):
    home.add_child(instance=StandardPage(title="About us", slug="about"))
    editor.type_in(page)
    report = editor.read(page, slug=slug)
    assert said in lines(report)
    assert not report.select("script")


def test_slug_of_a_new_page_needs_no_parent_in_the_database(page):
    assert check_slug("cost", StandardPage(), None)[0].is_fine


# What the preview cannot show


def test_saved_page_is_read_where_nothing_was_typed(editor, page):
    assert editor.read(page).select_one(".share-card__title").get_text() == "Our prices"
    editor.type_in(page, title="Another title")
    FormState.objects.all().delete()
    assert editor.read(page).select_one(".share-card__title").get_text() == "Our prices"


def test_preview_of_a_colleague_is_not_read(editor, page, client):
    editor.type_in(page, title="Secret draft")
    client.force_login(factories.make_user("editor"))
    assert "Secret draft" not in client.get(f"/admin/search-report/{page.pk}/").content.decode()


def test_new_page_is_read_before_it_is_saved(editor, home):
    kind = f"clinic/standardpage/{home.pk}"
    report = editor.client.get(f"/admin/search-report/{kind}/")
    assert "The page cannot be shown yet." in report.content.decode()
    blank = fill_in(StandardPage(), editor.user)
    sent = editor.client.post(f"/admin/pages/add/{kind}/preview/", blank | {"title": "Brand new", "slug": "new"})
    assert sent.json()["is_valid"]
    html = editor.client.get(f"/admin/search-report/{kind}/?slug=new").content.decode()
    assert "Brand new" in html
    assert "Short and easy to read." in html


def test_form_state_that_is_no_form_is_survived(editor, page):
    editor.type_in(page)
    for data in ("", "%00%ff=1", "page_keywords-TOTAL_FORMS=x", "title=", "a" * 10_000):
        FormState.objects.update(data=data)
        assert editor.read(page)


def test_hostile_text_is_escaped(editor, page, botox):
    KeywordGroup.objects.filter(pk=botox.pk).update(name=HOSTILE)
    botox.keywords.update(phrase=HOSTILE)
    editor.type_in(page, title=HOSTILE, seo_title=HOSTILE, search_description=HOSTILE, introduction=HOSTILE)
    report = editor.read(page, slug=HOSTILE)
    assert not report.select("script")
    assert HOSTILE in report.select_one(".search-keyword h4").get_text()


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<",
        "\0",
        "<title>",
        "<meta property=og:image content='javascript:alert(1)'>",
        "<p>" * 5000,
        "<link rel=canonical>",
    ],
    ids=range(7),
)
def test_head_is_read_from_any_html(html):
    head = read_head(html)
    assert "javascript" not in head.image_source
    assert (head.host, head.steps) == ("", [])


def test_page_type_without_preview_has_no_report(editor, page, monkeypatch):
    monkeypatch.setattr(StandardPage, "preview_modes", [])
    assert editor.client.get(f"/admin/search-report/{page.pk}/").status_code == 404
    html = editor.client.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    assert "data-search-panel" not in html


def test_report_of_what_is_no_page_is_not_found(editor, home):
    for address in ("999999/", f"auth/user/{home.pk}/", f"clinic/standardpage/{home.pk + 999}/", "no/such/1/"):
        assert editor.client.get(f"/admin/search-report/{address}").status_code == 404, address
    assert editor.client.get("/admin/search-report/1/").status_code in (302, 403, 404)


@pytest.mark.parametrize("role", ["frontdesk", "clinician", ""])
def test_only_those_who_edit_the_page_may_read_its_report(client, profile, home, page, role):
    client.force_login(factories.make_user(role))
    for address in (f"{page.pk}/", f"clinic/standardpage/{home.pk}/"):
        response = client.get(f"/admin/search-report/{address}")
        assert response.status_code in (302, 403)
        assert "Our prices" not in response.content.decode()


def test_editor_of_pages_shows_the_panel(editor, home, page):
    for address in (f"{page.pk}/edit/", f"add/clinic/standardpage/{home.pk}/"):
        html = editor.client.get(f"/admin/pages/{address}").content.decode()
        assert "data-search-panel" in html
        assert re.search(r'<script src="[^"]*search-panel\.js[^"]*" defer></script>', html)


# Wagtail's content checks


def findings(editor, page):
    html = editor.client.get(f"/admin/pages/{page.pk}/edit/preview/?in_preview_panel=true").content.decode()
    return BeautifulSoup(html, "lxml").select_one("meta[name=clinic-findings]")["content"].split()


def test_preview_tells_the_checks_what_the_server_knows(editor, page):
    editor.type_in(page, introduction="")
    assert findings(editor, page) == ["description", "keyword"]
    editor.type_in(page, title="Botox in Irvine", introduction="All about it.")
    assert findings(editor, page) == []


def test_only_the_preview_panel_gets_the_findings(editor, page):
    editor.type_in(page, introduction="")
    for address in (f"/admin/pages/{page.pk}/edit/preview/", f"/admin/pages/{page.pk}/view_draft/", page.url):
        assert b"clinic-findings" not in editor.client.get(address).content


def test_editor_knows_our_checks_and_their_words(editor, page):
    html = editor.client.get(f"/admin/pages/{page.pk}/edit/").content
    script = BeautifulSoup(html, "lxml").select_one("#checker-axe-configuration")
    configuration = json.loads(script.string)
    assert set(RULES) <= set(configuration["options"]["runOnly"])
    assert set(RULES) <= {rule["id"] for rule in configuration["spec"]["rules"]}
    for name in MESSAGES:
        assert all(configuration["messages"][name].values())


def test_visitors_load_none_of_it(client, page):
    html = client.get(page.url).content.decode()
    assert "content-checks" not in html
    assert "clinic-findings" not in html
