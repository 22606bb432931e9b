"""Test what the sitemap lists, with which dates and pictures."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.cache import cache
from lxml import etree
from wagtail.models import Page
from wagtail.rich_text import RichText

from blog.models import BlogCategory, BlogIndexPage, BlogPage
from clinic.models import HomePage, Person, StandardPage
from clinic.site.sitemaps import PageSitemap
from clinic.undo.trash import move_to_trash
from tests import factories
from tests.clinic.test_blocks import make_photo
from tests.counting import queries_for
from tests.media import fetch

SPACES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "i": "http://www.google.com/schemas/sitemap-image/1.1",
}
FIRST, SECOND, THIRD = (datetime(2026, month, 1, 12, tzinfo=UTC) for month in (1, 2, 3))


def read(client, address="/sitemap.xml"):
    """Return date and pictures by address."""
    response = client.get(address)
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
        ({"listing_summary": "Hello"}, False),
        ({"go_live_at": FIRST}, False),
    ],
    ids=str,
)
def test_date_of_a_page_is_that_of_its_last_change(about, fields, is_change):
    page = publish(about, SECOND, **fields)
    assert page.last_published_at == SECOND
    assert page.content_date == (SECOND if is_change else FIRST)


def test_picture_is_a_change_where_the_page_shows_it(about, home, blog_index):
    picture = make_photo("dunes")
    assert publish(about, SECOND, social_image=picture).content_date == FIRST
    assert publish(about, THIRD, listing_image=picture).content_date == THIRD
    for page in (home, blog_index):
        publish(page, FIRST)
        assert publish(page, SECOND, listing_image=picture).content_date == FIRST
    assert publish(home, THIRD, hero_image=picture).content_date == THIRD


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


def test_what_the_text_editor_writes_anew_is_no_change(treatment_index):
    page = factories.make_treatment("Peel", price_from=Decimal(350), what_it_is='<p data-block-key="a1">Light</p>')
    page.body = [("text", RichText('<p data-block-key="b1">Deep</p>'))]
    page = publish_instance(page, FIRST)
    page.what_it_is = '<p data-block-key="c2">Light</p>'
    page.body[0].value = RichText('<p data-block-key="d2">Deep</p>')
    page = publish_instance(page, SECOND)
    assert page.content_date == FIRST
    page.what_it_is = '<p data-block-key="c2">Lighter</p>'
    assert publish_instance(page, THIRD).content_date == THIRD


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


@pytest.mark.parametrize("how", ["unpublish", "trash", "delete", "move", "restrict"])
@pytest.mark.parametrize("make", [factories.make_article, factories.make_treatment])
def test_index_gets_no_earlier_date_when_its_newest_page_is_taken_away(client, home, how, make):
    kept, newest = publish(make("Kept"), FIRST), publish(make("Newest"), SECOND)
    index = publish(newest.get_parent(), FIRST)
    assert dates(client)[index.url] == SECOND
    with time_machine.travel(THIRD, tick=False):
        if how == "unpublish":
            newest.unpublish()
        elif how == "trash":
            move_to_trash(newest, factories.make_user("admin"))
        elif how == "delete":
            newest.delete()
        elif how == "move":
            newest.move(Page.objects.get(pk=home.pk), "last-child")
        else:
            newest.view_restrictions.create(restriction_type="login")
    cache.clear()
    found = dates(client)
    assert (found[index.url], found[kept.url]) == (THIRD, FIRST)


def test_category_gets_no_earlier_date_when_its_newest_article_is_taken_away(client, blog_index):
    skin = BlogCategory.objects.create(name="Skin", slug="skin")
    publish(factories.make_article("Kept", categories=[skin]), FIRST)
    newest = publish(factories.make_article("Newest", categories=[skin]), SECOND)
    with time_machine.travel(THIRD, tick=False):
        newest.unpublish()
    assert dates(client)["/blog/category/skin/"] == THIRD


def test_page_is_dated_when_a_price_that_it_shows_changes(home, treatment_index):
    peel = publish(factories.make_treatment("Peel", area="Skin", price_from=Decimal(350)), FIRST)
    other = factories.make_treatment("Other", area="Hair")
    values = {
        "All": {},
        "Area": {"area": peel.area_id},
        "Chosen": {"treatments": [peel.pk]},
        "Other area": {"area": other.area_id},
        "Others": {"treatments": [other.pk]},
    }
    block = {"heading": "", "area": None, "treatments": [], "footnote": ""}
    for title, value in values.items():
        body = [{"type": "treatment_prices", "value": block | value}]
        publish(home.add_child(instance=StandardPage(title=title, body=body)), FIRST)
    publish(home.add_child(instance=StandardPage(title="None", introduction="treatment_prices")), FIRST)

    def dated(at):
        return set(StandardPage.objects.filter(changed_at=at).values_list("title", flat=True))

    peel.price_from = Decimal("350.00")
    publish_instance(peel, SECOND)
    peel.price_from = Decimal(400)
    with time_machine.travel(SECOND, tick=False):
        draft = peel.save_revision()
    assert dated(SECOND) == set()
    with time_machine.travel(SECOND, tick=False):
        draft.publish()
    assert dated(SECOND) == {"All", "Area", "Chosen"}
    with time_machine.travel(THIRD, tick=False):
        Page.objects.get(pk=peel.pk).specific.unpublish()
    assert dated(THIRD) == {"All", "Area", "Chosen"}


def test_page_is_dated_when_a_text_that_it_shows_changes(home, blog_index, django_capture_on_commit_callbacks):
    person = Person.objects.create(name="Maya", role="Nurse")
    with django_capture_on_commit_callbacks(execute=True):
        body = [{"type": "people", "value": {"heading": "", "people": [person.pk]}}]
        publish(home.add_child(instance=StandardPage(title="Team", body=body)), FIRST)
        publish(home.add_child(instance=StandardPage(title="Other")), FIRST)
        publish(factories.make_article("Moon", author=person), FIRST)
    for at, fields, expected in (
        (SECOND, {"sort_order": 3}, set()),
        (SECOND, {"role": "Doctor"}, {"Team"}),
        (THIRD, {"credentials": "MD"}, {"Team", "Moon"}),
    ):
        for name, value in fields.items():
            setattr(person, name, value)
        with time_machine.travel(at, tick=False):
            person.save()
        pages = (page.specific for page in Page.objects.filter(depth__gt=2))
        assert {page.title for page in pages if getattr(page, "changed_at", None) == at} == expected


def test_page_that_no_index_showed_dates_none(about, blog_index):
    publish(blog_index, FIRST)
    draft, private = factories.make_article("Draft", live=False), factories.make_article("Private")
    with time_machine.travel(SECOND, tick=False):
        private.view_restrictions.create(restriction_type="login")
    with time_machine.travel(THIRD, tick=False):
        private.unpublish()
        draft.move(about, "last-child")
        about.unpublish()
    assert BlogIndexPage.objects.get().changed_at == SECOND
    assert HomePage.objects.get().changed_at is None


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


def test_aliases_are_absent(client, about, blog_index):
    """The alias of a private page is private, too."""
    alias = about.create_alias(parent=HomePage.objects.get(), update_slug="again")
    alias.create_alias(parent=HomePage.objects.get(), update_slug="once-more")
    assert {"/about/", "/again/", "/once-more/"} & set(read(client)) == {"/about/"}
    about.view_restrictions.create(restriction_type="login")
    assert {"/about/", "/again/", "/once-more/"}.isdisjoint(read(client))


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
        path: [re.split(r"[._]", urlsplit(url).path.rpartition("/")[2])[0] for url in found[path][1]] for path in found
    }
    assert sorted(names[page.url]) == ["inside", "top"]
    assert names["/"] == ["hero"]
    assert names["/blog/"] == []
    for url in found["/about/"][1]:
        assert fetch(client, url).status_code == 200


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


def test_many_pages_are_listed_in_several_files(client, home, monkeypatch):
    for number in range(3):
        home.add_child(instance=StandardPage(title=f"Page {number}"))
    whole = read(client)
    monkeypatch.setattr(PageSitemap, "limit", 2)
    index = etree.fromstring(client.get("/sitemap.xml", headers={"host": "localhost"}).content)
    files = [place.text for place in index.findall("s:sitemap/s:loc", SPACES)]
    assert [file.rpartition("/")[2] for file in files] == [
        "sitemap-pages.xml",
        "sitemap-pages.xml?p=2",
        "sitemap-views.xml",
    ]
    parts = [read(client, file) for file in files]
    assert {path: found for part in parts for path, found in part.items()} == whole
    assert max(map(len, parts)) == 2
    assert client.get("/sitemap-pages.xml?p=3").status_code == client.get("/sitemap-other.xml").status_code == 404
