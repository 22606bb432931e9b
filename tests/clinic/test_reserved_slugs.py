"""Check that no page takes an address that the site itself answers, on whatever way it comes."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import get_resolver
from wagtail.models import Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from blog.models import BlogPage
from clinic.addresses.reserved import get_reserved_slugs
from clinic.models import StandardPage
from tests import factories
from tests.addresses import read_rows

SITE_SLUGS = [
    "search",
    "consultation",
    "admin",
    "media",
    "static",
    "account",
    "documents",
    "_util",
    "healthz",
    "Search",
]
BLOG_SLUGS = ["feed", "category", "FEED"]
MESSAGE = "is an address of the site itself"


@pytest.fixture
def editor(home):
    client = Client()
    client.force_login(factories.make_user("editor"))
    return client


@pytest.fixture
def about(home):
    return home.add_child(instance=StandardPage(title="About", slug="about"))


@pytest.fixture
def nested(about):
    """Return a page whose slug is reserved one level higher."""
    return about.add_child(instance=StandardPage(title="Search", slug="search"))


def form(slug, **fields):
    fields = {
        "title": "Words",
        "slug": slug,
        "body": streamfield([]),
        "page_keywords": inline_formset([]),
        "comments": inline_formset([]),
    } | fields
    return nested_form_data(fields)


def test_every_url_of_the_site_is_reserved(home):
    reserved = get_reserved_slugs(home)
    with_dots = {"<indexnow_key:key>.txt", "sitemap-<slug:section>.xml"}  # no slug has a dot
    no_slugs = {"", "^((?:[\\w\\-]+"} | with_dots
    assert {row[0].split("/")[0] for row in read_rows()} - no_slugs <= reserved
    assert {"search", "hours.ics", "favicon.ico", "robots.txt"} <= reserved
    assert len(reserved) < len(get_resolver().url_patterns) + 4


@pytest.mark.parametrize("slug", SITE_SLUGS)
@pytest.mark.parametrize("publish", [{}, {"action-publish": "1"}])
def test_reserved_slug_is_refused_in_the_editor(editor, home, about, slug, publish):
    for path in (f"add/clinic/standardpage/{home.pk}", f"{about.pk}/edit"):
        assert MESSAGE in editor.post(f"/admin/pages/{path}/", form(slug, **publish)).content.decode()
    assert not Page.objects.filter(slug=slug).exists()
    assert not Page.objects.filter(latest_revision__content__slug=slug).exists()


@pytest.mark.parametrize("slug", ["hours.ics", "sitemap.xml", "a/b", "favicon.ico"])
def test_slug_with_a_dot_is_refused(editor, home, slug):
    response = editor.post(f"/admin/pages/add/clinic/standardpage/{home.pk}/", form(slug))
    assert "Enter a valid" in response.content.decode()
    assert not Page.objects.filter(slug=slug).exists()


@pytest.mark.parametrize("slug", BLOG_SLUGS)
def test_addresses_of_the_blog_are_refused_below_it(blog_index, slug):
    for is_live in (True, False):
        with pytest.raises(ValidationError, match=MESSAGE):
            factories.make_article(slug=slug, live=is_live)


@pytest.mark.parametrize("slug", ["search", "hours", "feeds", "searching"])
def test_slug_that_hides_nothing_is_taken(home, blog_index, about, slug):
    parent = about if slug == "search" else home
    assert parent.add_child(instance=StandardPage(title="Words", slug=slug)).pk
    assert factories.make_article(slug=slug).pk


@pytest.mark.parametrize("alias", ["", "on"])
@pytest.mark.parametrize("slug", SITE_SLUGS)
def test_reserved_slug_is_refused_for_a_copy(editor, home, about, slug, alias):
    copied = {"new_title": "Copy", "new_slug": slug, "new_parent_page": home.pk, "alias": alias}
    response = editor.post(f"/admin/pages/{about.pk}/copy/", copied)
    assert MESSAGE in response.content.decode()
    assert not Page.objects.filter(slug=slug).exists()


def test_copy_of_an_article_hides_no_feed(editor, blog_index):
    article = factories.make_article()
    copied = {"new_title": "Copy", "new_slug": "feed", "new_parent_page": blog_index.pk}
    assert MESSAGE in editor.post(f"/admin/pages/{article.pk}/copy/", copied).content.decode()


def test_reserved_slug_is_refused_for_a_move(editor, home, nested):
    for method in (editor.get, editor.post):
        response = method(f"/admin/pages/{nested.pk}/move/{home.pk}/confirm/", follow=True)
        assert MESSAGE in response.content.decode()
    nested.refresh_from_db()
    assert nested.get_parent().pk != home.pk


def test_reserved_slug_is_refused_for_a_bulk_move(editor, home, about, nested):
    other = about.add_child(instance=StandardPage(title="Other"))
    address = f"/admin/bulk/wagtailcore/page/move/?next=/admin/&id={nested.pk}&id={other.pk}"
    response = editor.post(address, {"chooser": home.pk}, follow=True)
    assert MESSAGE in response.content.decode()
    assert Page.objects.child_of(about).count() == 2


@pytest.mark.parametrize("action", ["move", "copy", "create_alias"])
def test_reserved_slug_is_refused_by_the_api(client, home, about, nested, action):
    client.force_login(factories.make_user("admin"))
    data = {"destination_page_id": home.pk, "slug": "search", "position": "last-child"}
    response = client.post(f"/admin/api/main/pages/{nested.pk}/action/{action}/", data, "application/json")
    assert response.status_code == 400
    assert not Page.objects.child_of(home).filter(slug="search").exists()


def test_reserved_slug_is_refused_for_code(home, about):
    for fields in ({"live": True}, {"live": False}):
        with pytest.raises(ValidationError, match=MESSAGE):
            home.add_child(instance=StandardPage(title="Words", slug="search", **fields))
    about.slug = "search"
    with pytest.raises(ValidationError, match=MESSAGE):
        about.save()


def test_restored_version_with_a_reserved_slug_is_refused(editor, home, about):
    about.slug = "search"
    revision = about.save_revision(clean=False)
    about.refresh_from_db()
    about.save_revision()
    restored = form("search", revision=revision.pk, **{"action-publish": "1"})
    assert MESSAGE in editor.post(f"/admin/pages/{about.pk}/edit/", restored).content.decode()


def test_title_like_an_address_gets_another_slug(home, blog_index):
    assert home.add_child(instance=StandardPage(title="Search")).slug == "search-2"
    assert home.add_child(instance=StandardPage(title="Search", live=False)).slug == "search-3"
    assert blog_index.add_child(instance=BlogPage(title="Feed", date="2026-03-02")).slug == "feed-2"
