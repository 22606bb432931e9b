"""Test that readers get whole articles, and nothing that runs."""

import re
from datetime import date, datetime

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from lxml import etree

from blog.feed_content import clean_for_feed
from blog.feeds import MAX_ARTICLES
from clinic.models import Person
from tests import factories
from tests.clinic.test_blocks import make_photo
from tests.counting import queries_for

CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
ATOM = "{http://www.w3.org/2005/Atom}"
URL = "http://localhost/blog/moon/"
RSS, ATOM_PATH = "/blog/feed/", "/blog/feed/atom/"


def body():
    picture = {"image": {"image": make_photo("dunes").pk, "decorative": False, "alt_text": "Dunes"}, "caption": "Dusk"}
    question = {"question": "Does it hurt?", "answer": "<p>A little.</p>"}
    video = {"address": "https://vimeo.com/123456789", "poster": make_photo("poster").pk, "title": "A visit"}
    return [
        {"type": "text", "value": '<h2>Why?</h2><p>So. <a href="/contact/">Ask</a> <a href="#top">Up</a></p>'},
        {"type": "picture", "value": picture},
        {"type": "questions", "value": {"heading": "Good to know", "questions": [question]}},
        {"type": "video", "value": {**video, "length": ""}},
        {"type": "call_to_action", "value": {"heading": "Not sure?", "text": "", "button": "Ask us", "page": None}},
    ]


def contents(client, path):
    root = etree.fromstring(client.get(path).content)
    if path == RSS:
        return [item.findtext(CONTENT) for item in root.iter("item")]
    entries = [entry.find(f"{ATOM}content") for entry in root.iter(f"{ATOM}entry")]
    assert all(entry.get("type") == "html" for entry in entries)
    return [entry.text for entry in entries]


@pytest.mark.parametrize("path", [RSS, ATOM_PATH])
def test_feed_has_the_whole_article(client, profile, blog_index, path):
    factories.make_article("Moon", slug="moon", body=body(), sources="<p>A book</p>")
    (html,) = contents(client, path)
    text = BeautifulSoup(html, "html.parser").get_text(" ")
    for words in (
        "Why?",
        "So.",
        "Dusk",
        "Good to know",
        "Does it hurt?",
        "A little.",
        "A visit",
        "Not sure?",
        "A book",
    ):
        assert words in text


@pytest.mark.parametrize("path", [RSS, ATOM_PATH])
def test_addresses_in_a_feed_are_whole(client, profile, blog_index, path):
    factories.make_article("Moon", slug="moon", body=body())
    (html,) = contents(client, path)
    soup = BeautifulSoup(html, "html.parser")
    addresses = [tag.get("href") or tag.get("src") for tag in soup.select("[href], [src]")]
    assert f"{URL}#top" in addresses
    assert "http://localhost/contact/" in addresses
    assert "http://localhost/consultation/" in addresses
    assert all(re.match(r"https?://[^/]+/", address) for address in addresses)
    assert len(soup.select("img[src][alt]")) == 2
    assert not soup.select("[srcset], [class], [style], [id]")


DANGEROUS = {
    "script": "<p>a<script>alert(1)</script></p>",
    "handler": '<p onclick="alert(1)">a</p>',
    "address": '<a href="javascript:alert(1)">a</a>',
    "data": '<img src="data:text/html,x"><p>a</p>',
    "spaces": '<a href=" \tjava\nscript:alert(1)">a</a>',
    "frame": '<iframe src="https://x.example/"></iframe><p>a</p>',
    "form": '<form action="/x/"><input name="a"><button>b</button></form><p>a</p>',
    "drawing": "<svg><script>alert(1)</script></svg><p>a</p>",
    "style": "<style>p{}</style><p style='x'>a</p>",
    "comment": "<!-- secret --><p>a</p>",
    "broken": '<a href="http://[">a</a>',
    "nested": "<form><form><script></form>a",
    "nested picture": '<picture><source srcset="x"><img src="javascript:1"></picture><p>a</p>',
}


@pytest.mark.parametrize("kind", DANGEROUS)
def test_nothing_in_a_feed_runs(kind):
    html = clean_for_feed(DANGEROUS[kind], URL)
    for sign in ("script", "onclick", "data:", "iframe", "form", "input", "svg", "style", "secret", "source", "[>"):
        assert sign not in html
    assert ("a" in BeautifulSoup(html, "html.parser").get_text()) == (kind != "nested")


def test_text_stays_text():
    assert clean_for_feed("<p>1 &lt; 2 &amp; <b>3</b></p>", URL) == "<p>1 &lt; 2 &amp; <b>3</b></p>"
    assert clean_for_feed("", URL) == ""


def test_atom_has_what_its_standard_requires(client, profile, blog_index):
    """An entry without a date of change is invalid, and so is a feed without an author."""
    author = Person.objects.create(name="Maya Example", credentials="RN", role="Nurse")
    factories.make_article("Moon", slug="moon", author=author)
    factories.make_article("Sun", slug="sun", date=date(2026, 1, 1))
    root = etree.fromstring(client.get(ATOM_PATH).content)
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "OC Beauty Medspa"
    for element in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert element.findtext(f"{ATOM}{name}"), name
        assert datetime.fromisoformat(element.findtext(f"{ATOM}updated")).tzinfo
    assert {link.get("rel") for link in root.findall(f"{ATOM}link")} >= {"self", "alternate"}


def test_more_articles_cause_no_more_queries(client, profile, blog_index):
    def count():
        cache.clear()
        return queries_for(client, RSS)

    body = [("text", "<p>Words</p>")]
    for number in range(2):
        factories.make_article(f"Article {number}", body=body)
    before = count()
    for number in range(2, MAX_ARTICLES + 2):
        factories.make_article(f"Article {number}", body=body)
    assert count() <= before
    assert queries_for(client, RSS) < before, "not cached"


def test_feed_is_new_after_publishing(client, profile, blog_index, django_capture_on_commit_callbacks):
    article = factories.make_article("Moon", slug="moon", body=[("text", "<p>Old</p>")])
    assert "Old" in contents(client, RSS)[0]
    article.body = [("text", "<p>New</p>")]
    with django_capture_on_commit_callbacks(execute=True):
        article.save_revision().publish()
    assert "New" in contents(client, RSS)[0]
