"""Test titles, descriptions and links in the head of each page."""

import json
from itertools import combinations

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st
from wagtail.models import Locale, Page

from clinic.models import ContactPage, StandardPage
from clinic.seo.texts import MAX_DESCRIPTION, MAX_TITLE, first_paragraph, shorten, to_text
from tests import factories

PATHS = ["/", "/about/", "/about/team/", "/contact/", "/treatments/", "/treatments/peel/", "/blog/", "/blog/moon/"]
PATHS += ["/consultation/", "/search/"]
LONG = "A sentence about forehead lines that goes on. " * 8


@pytest.fixture
def site(home, profile):
    about = home.add_child(instance=StandardPage(title="About"))
    about.add_child(instance=StandardPage(title="Team"))
    home.add_child(instance=ContactPage(title="Contact"))
    factories.make_article("Moon", slug="moon")
    factories.make_treatment("Peel", slug="peel")
    factories.consultation_settings(introduction="")
    return about


def read(client, path):
    return BeautifulSoup(client.get(path).content, "html.parser").head


def description(client, path):
    head = read(client, path)
    found = head.select_one("meta[name=description]")["content"]
    shared = head.select_one("meta[property='og:description']")
    assert not shared or shared["content"] == found
    return found


def test_no_title_or_description_is_empty_or_the_same_by_fallback(client, site):
    titles = {path: read(client, path).title.get_text() for path in PATHS}
    descriptions = {path: description(client, path) for path in PATHS}
    for found in (titles, descriptions):
        assert all(text.strip() for text in found.values())
        for first, second in combinations(PATHS, 2):
            assert found[first] != found[second], (first, second)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"search_description": "Typed.", "listing_summary": "Listed.", "introduction": "Opened."}, "Typed."),
        ({"search_description": "  ", "listing_summary": "Listed.", "introduction": "Opened."}, "Listed."),
        ({"introduction": "Opened.\n\nTwice."}, "Opened. Twice."),
        ({"body": [("text", "<h2>Why?</h2><p>A &amp; <b>b</b>.</p><p>More.</p>")]}, "A & b."),
        ({"body": [("text", "<h2>Only this</h2>"), ("text", "<ul><li>One</li></ul>")]}, "One"),
        ({}, "About. OC Beauty Medspa in Newport Beach"),
    ],
    ids=str,
)
def test_description_is_the_first_text_that_the_page_has(client, site, fields, expected):
    page = StandardPage.objects.get(title="About")
    for name, value in fields.items():
        setattr(page, name, value)
    page.save()
    cache.clear()
    assert description(client, "/about/") == expected


def test_pages_with_one_title_are_described_apart(client, home, site):
    other = home.add_child(instance=StandardPage(title="Other"))
    other.add_child(instance=StandardPage(title="Team"))
    assert description(client, "/about/team/") != description(client, "/other/team/")


def test_long_texts_are_cut_after_a_word_for_the_tag_alone(client, site):
    StandardPage.objects.filter(title="About").update(introduction=LONG[:400])
    Page.objects.filter(title="About").update(seo_title=LONG[:255])
    head = read(client, "/about/")
    for text, limit in ((head.title.get_text(), MAX_TITLE), (description(client, "/about/"), MAX_DESCRIPTION)):
        assert len(text) <= limit
        assert text.endswith("…")
        assert LONG.startswith(text[:-1])
        assert LONG[len(text) - 1] in " ."
    assert StandardPage.objects.get(title="About").seo_title == LONG[:255]


def test_home_page_is_titled_by_the_clinic(client, home):
    factories.clinic_profile(tagline="Calm care by the sea")
    assert read(client, "/").title.get_text() == "OC Beauty Medspa – Calm care by the sea"
    Page.objects.filter(pk=home.pk).update(seo_title="Typed")
    cache.clear()
    assert read(client, "/").title.get_text() == "Typed"


@pytest.mark.parametrize(("path", "title"), [("/nothing/", "Page not found"), ("/search/?q=a b", "Search: a b")])
def test_pages_of_the_site_itself_end_with_its_name(client, site, path, title):
    assert read(client, path).title.get_text() == f"{title} – OC Beauty Medspa"


@pytest.mark.parametrize("path", PATHS[:-1])
def test_page_names_one_canonical_address(client, site, path):
    head = read(client, f"{path}?utm_source=x")
    (canonical,) = head.select("link[rel=canonical]")
    assert canonical["href"] == head.select_one("meta[property='og:url']")["content"] == f"http://localhost{path}"


def test_search_has_no_canonical_address(client, site):
    assert read(client, "/search/?q=a").select("link[rel=canonical]") == []


def test_no_page_has_alternates_in_one_language(client, site):
    for path in PATHS:
        assert read(client, path).select("link[hreflang]") == []


def test_live_translations_are_alternates(client, home, site, settings):
    settings.WAGTAIL_I18N_ENABLED = True
    spanish = Locale.objects.create(language_code="es")
    translation = StandardPage(
        title="Sobre", slug="sobre", locale=spanish, translation_key=site.translation_key, live=False
    )
    home.add_child(instance=translation)
    assert read(client, "/about/").select("link[hreflang]") == []
    translation.save_revision().publish()
    cache.clear()
    expected = {"en": "http://localhost/about/", "es": "http://localhost/sobre/"}
    for path in ("/about/", "/sobre/"):
        links = read(client, path).select("link[rel=alternate][hreflang]")
        assert {link["hreflang"].partition("-")[0]: link["href"] for link in links} == expected


@pytest.fixture
def alias(home, site):
    """Show the page "Team" in a second place, and that one in a third."""
    above = home.add_child(instance=StandardPage(title="Why us"))
    alias = StandardPage.objects.get(title="Team").create_alias(parent=above, update_slug="people")
    return alias.create_alias(parent=home, update_slug="again")


@pytest.mark.parametrize("path", ["/why-us/people/", "/again/"])
def test_alias_points_to_its_source(client, alias, path):
    head = read(client, path)
    source = "http://localhost/about/team/"
    assert [link["href"] for link in head.select("link[rel=canonical]")] == [source]
    assert head.select_one("meta[property='og:url']")["content"] == source
    graph = json.loads(head.select_one("script[type='application/ld+json']").string)["@graph"]
    assert {node["@id"] for node in graph} >= {f"{source}#webpage", f"{source}#breadcrumb"} or path == "/again/"
    assert path not in json.dumps([node["@id"] for node in graph])


def test_alias_of_a_page_below_a_private_one_stands_for_itself(client, alias, site):
    site.view_restrictions.create(restriction_type="login")
    (canonical,) = read(client, "/again/").select("link[rel=canonical]")
    assert canonical["href"] == "http://localhost/why-us/people/"
    (canonical,) = read(client, "/why-us/people/").select("link[rel=canonical]")
    assert canonical["href"] == "http://localhost/why-us/people/"


def test_alias_in_another_language_is_no_alternate(client, home, site, settings):
    settings.WAGTAIL_I18N_ENABLED = True
    spanish = Locale.objects.create(language_code="es")
    site.create_alias(parent=home, update_slug="sobre", update_locale=spanish, reset_translation_key=False)
    for path in ("/about/", "/sobre/"):
        assert read(client, path).select("link[hreflang]") == []


# Pure


@given(st.text(max_size=300), st.integers(1, 120))
def test_shortened_text_fits_and_begins_the_text(text, limit):
    short = shorten(text, limit)
    assert len(short) <= limit
    assert bool(short) == bool(shorten(text, 10_000))
    assert shorten(short, limit) == short
    assert shorten(text, 10_000).startswith(short.removesuffix("…"))


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("one two, three", 9, "one two…"),
        ("one – two", 7, "one…"),
        ("incomprehensible", 8, "incompr…"),
        (None, 8, ""),
        (" \n ", 8, ""),
        ("a\nb\tc", 8, "a b c"),
    ],
)
def test_text_is_cut_after_a_word(text, limit, short):
    assert shorten(text, limit) == short


@pytest.mark.parametrize(
    ("html", "text", "first"),
    [
        ("<p>A <b>bold</b>, word.</p><p>B</p>", "A bold, word. B", "A bold, word."),
        ("<h2>T</h2>\n<p>A<br/>B</p>", "T A B", "A"),
        ("<h2 class='x'>T</h2>", "T", ""),
        ("<hr/><ul><li>A</li><li>B</li></ul>", "A B", "A"),
        ("1 &lt; 2 &amp; 3", "1 < 2 & 3", "1 < 2 & 3"),
        ("", "", ""),
    ],
)
def test_text_of_html_is_what_a_reader_sees(html, text, first):
    assert to_text(html) == text
    assert first_paragraph(html) == first
