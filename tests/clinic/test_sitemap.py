"""Test what the sitemap lists, with which dates and pictures."""

import logging
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.cache import cache
from lxml import etree
from wagtail.models import Page

from blog.models import BlogCategory, BlogIndexPage, BlogPage
from clinic.models import HomePage, StandardPage
from clinic.site.sitemaps import PageSitemap
from tests import factories
from tests.clinic.test_blocks import make_photo
from tests.counting import queries_for

SPACES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "i": "http://www.google.com/schemas/sitemap-image/1.1",
}
FIRST, SECOND, THIRD = (datetime(2026, month, 1, 12, tzinfo=UTC) for month in (1, 2, 3))


def read(client):
    """Return date and pictures by address."""
    response = client.get("/sitemap.xml")
    assert response["Content-Type"] == "application/xml"
    found = {}
    for url in etree.fromstring(response.content).findall("s:url", SPACES):
        lastmod = url.findtext("s:lastmod", namespaces=SPACES)
        pictures = [image.text for image in url.findall("i:image/i:loc", SPACES)]
        path = urlsplit(url.findtext("s:loc", namespaces=SPACES)).path
        found[path] = lastmod and datetime.fromisoformat(lastmod), pictures
    return found


def dates(client):
    return {path: lastmod for path, (lastmod, _pictures) in read(client).items()}


def publish(page, at, **fields):
    page = Page.objects.get(pk=page.pk).specific
    for name, value in fields.items():
        setattr(page, name, value)
    with time_machine.travel(at, tick=False):
        page.save_revision().publish()
    return Page.objects.get(pk=page.pk).specific


@pytest.fixture
def about(home):
    return publish(home.add_child(instance=StandardPage(title="About")), FIRST)


@pytest.mark.parametrize(
    ("fields", "is_change"),
    [
        ({}, False),
        ({"title": "About us"}, True),
        ({"introduction": "Hello"}, True),
        ({"body": [("text", "<p>Hello</p>")]}, True),
        ({"search_description": "Hello"}, True),
        ({"slug": "other"}, False),
        ({"noindex": True}, False),
        ({"show_in_menus": True}, False),
        ({"go_live_at": FIRST}, False),
    ],
    ids=str,
)
def test_date_of_a_page_is_that_of_its_last_change(about, fields, is_change):
    page = publish(about, SECOND, **fields)
    assert page.last_published_at == SECOND
    assert page.content_date == (SECOND if is_change else FIRST)


def test_rows_that_are_published_again_are_no_change(blog_index):
    treatment = factories.make_treatment("Peel", slug="peel")
    article = factories.make_article("Moon", slug="moon")
    page = publish(article, FIRST)
    page.related_treatments.create(treatment=treatment)
    page = publish_instance(page, SECOND)
    assert page.content_date == SECOND
    with time_machine.travel(THIRD, tick=False):
        page.get_latest_revision().publish()
    assert BlogPage.objects.get(pk=page.pk).content_date == SECOND


def publish_instance(page, at):
    with time_machine.travel(at, tick=False):
        page.save_revision().publish()
    return Page.objects.get(pk=page.pk).specific


def test_restored_version_is_a_change(about):
    first = about.get_latest_revision()
    publish(about, SECOND, title="Other")
    with time_machine.travel(THIRD, tick=False):
        first.publish()
    assert StandardPage.objects.get().content_date == THIRD


def test_page_that_is_live_again_keeps_its_date(about):
    with time_machine.travel(SECOND, tick=False):
        about.unpublish()
        Page.objects.get(pk=about.pk).get_latest_revision().publish()
    assert StandardPage.objects.get().content_date == FIRST


def test_draft_does_not_change_the_date(client, about):
    about.title = "Draft"
    with time_machine.travel(SECOND, tick=False):
        about.save_revision()
    assert dates(client)["/about/"] == FIRST
    assert StandardPage.objects.get().content_date == FIRST


def test_copy_has_a_date_of_its_own(about):
    with time_machine.travel(SECOND, tick=False):
        copy = about.copy(update_attrs={"slug": "copy"}, keep_live=False)
    assert copy.changed_at is None
    assert publish(copy, THIRD).content_date == THIRD


def test_index_has_the_date_of_its_newest_page(client, blog_index):
    publish(blog_index, FIRST)
    skin, laser, _unused = (BlogCategory.objects.create(name=name, slug=name) for name in ("skin", "laser", "none"))
    publish(factories.make_article("One", slug="one", categories=[skin, laser]), SECOND)
    publish(factories.make_article("Two", slug="two", categories=[skin], date=date(2026, 1, 1)), THIRD)
    draft = factories.make_article("Draft", slug="draft", live=False, categories=[laser])
    BlogPage.objects.filter(pk=draft.pk).update(changed_at=datetime(2027, 1, 1, tzinfo=UTC))
    treatment_index = publish(factories.make_treatment_index(), FIRST)
    publish(factories.make_treatment("Peel", slug="peel"), SECOND)
    assert publish(treatment_index, THIRD).content_date == FIRST
    found = dates(client)
    assert found["/blog/"] == THIRD
    assert found["/blog/category/skin/"] == THIRD
    assert found["/blog/category/laser/"] == SECOND
    assert "/blog/category/none/" not in found
    assert found["/treatments/"] == SECOND


def test_pages_that_no_one_should_find_are_absent(client, blog_index):
    BlogIndexPage.objects.update(articles_per_page=1, noindex=True)
    category = BlogCategory.objects.create(name="Skin", slug="skin")
    for slug in ("one", "two"):
        factories.make_article(slug, slug=slug, categories=[category])
    found = read(client)
    assert {"/blog/", "/blog/category/skin/", "/search/"}.isdisjoint(found)
    assert {"/blog/one/", "/consultation/"} <= set(found)


@pytest.mark.parametrize("path", ["/blog/?page=2", "/blog/category/skin/?page=2", "/search/", "/search/?q=one&page=2"])
def test_later_pages_and_search_are_not_indexed(client, blog_index, path):
    BlogIndexPage.objects.update(articles_per_page=1)
    category = BlogCategory.objects.create(name="Skin", slug="skin")
    for slug in ("one", "two"):
        factories.make_article(slug, slug=slug, categories=[category])
    sign = '<meta name="robots" content="noindex">'
    assert sign in client.get(path).content.decode()
    for first in ("/blog/", "/blog/?page=1", "/blog/category/skin/"):
        assert sign not in client.get(first).content.decode()


def test_pictures_are_those_that_the_page_shows(client, home, profile):
    top, hero, social, inside = (make_photo(name) for name in ("top", "hero", "social", "inside"))
    value = {"image": {"image": inside.pk, "decorative": False, "alt_text": "Soft"}, "caption": ""}
    body = [{"type": "picture", "value": value}]
    page = home.add_child(instance=StandardPage(title="About", listing_image=top, social_image=social, body=body))
    index = factories.make_blog_index()
    index.listing_image = top
    index.save()
    home = HomePage.objects.get()
    home.hero_image, home.listing_image = hero, top
    home.save()
    assert read(client)["/about/"][1] == [], "not made yet"
    cache.clear()
    for path in ("/", "/about/", "/blog/"):
        client.get(path)
    found = read(client)
    names = {
        path: [urlsplit(url).path.rpartition("/")[2].partition(".")[0] for url in found[path][1]] for path in found
    }
    assert sorted(names[page.url]) == ["inside", "top"]
    assert names["/"] == ["hero"]
    assert names["/blog/"] == []
    for url in found["/about/"][1]:
        response = client.get(urlsplit(url).path)
        assert response.status_code == 200
        response.close()


def test_more_pages_cause_no_more_queries(client, home):
    def add(numbers):
        for number in numbers:
            body = [("text", "<p>Words</p>")]
            page = StandardPage(title=f"Page {number}", listing_image=photo, body=body)
            home.add_child(instance=page)
            factories.make_article(f"Article {number}", listing_image=photo)

    photo = make_photo("top")
    add(range(2))
    client.get("/sitemap.xml")
    before = queries_for(client, "/sitemap.xml")
    add(range(2, 12))
    assert queries_for(client, "/sitemap.xml") == before


def test_sitemap_says_when_it_needs_an_index(client, home, monkeypatch, caplog):
    """The protocol allows 50,000 addresses in one file, which the site does not reach."""
    assert PageSitemap.limit == 50_000
    for number in range(3):
        home.add_child(instance=StandardPage(title=f"Page {number}"))
    with caplog.at_level(logging.ERROR):
        read(client)
        assert "needs an index" not in caplog.text
        monkeypatch.setattr(PageSitemap, "limit", 2)
        read(client)
        assert "needs an index" in caplog.text
