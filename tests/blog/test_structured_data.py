"""Test what an article says about itself in its head: in terms of ogp.me and of schema.org."""

import io
import json
from datetime import date, datetime
from urllib.parse import urlsplit

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from PIL import Image

from clinic.models import ClinicImage, Person
from tests import factories
from tests.schema_org import problems


@pytest.fixture
def author(db):
    return Person.objects.create(name="Maya Example", credentials="RN", role="Nurse")


def head(client, path="/blog/moon/") -> dict[str, str]:
    page = BeautifulSoup(client.get(path).content, "html.parser")
    return {meta.get("property") or meta["name"]: meta["content"] for meta in page.select("head meta[content]")}


def posting(client, path="/blog/moon/") -> dict:
    page = BeautifulSoup(client.get(path).content, "html.parser")
    content = json.loads(page.select_one("script[type='application/ld+json']").string)
    assert problems(content) == []
    nodes = {node["@id"]: node for node in content["@graph"]}
    (found,) = [node for node in content["@graph"] if node["@type"] == "BlogPosting"]
    assert "MedicalClinic" in nodes[found["publisher"]["@id"]]["@type"]
    for term in ("author", "image", "isPartOf", "mainEntityOfPage"):
        values = found.get(term, [])
        values = values if isinstance(values, list) else [values]
        found |= {term: [nodes[one["@id"]] if isinstance(one, dict) else one for one in values]}
    return found


def test_article_is_an_article_with_its_author(client, profile, blog_index, author):
    article = factories.make_article("Moon", slug="moon", author=author, intro="Of the moon.")
    article.save_revision().publish()
    found = head(client)
    assert found["og:type"] == "article"
    assert found["article:author"] == found["author"] == "Maya Example, RN"
    assert found["article:published_time"] == "2026-03-02"
    article.refresh_from_db()
    assert datetime.fromisoformat(found["article:modified_time"]) == article.last_published_at
    assert found["description"] == found["og:description"] == "Of the moon."


def test_picture_that_is_shown_twice_is_named_once(client, profile, blog_index):
    file = io.BytesIO()
    Image.new("RGB", (80, 60)).save(file, "JPEG")
    image = ClinicImage.objects.create(title="Dunes", file=ContentFile(file.getvalue(), name="dunes.jpg"), credit="Ann")
    value = {"image": {"image": image.pk, "decorative": True, "alt_text": ""}, "caption": ""}
    body = [{"type": "picture", "value": value}] * 2
    factories.make_article("Moon", slug="moon", body=body)
    (picture,) = posting(client)["image"]
    assert picture["@id"].endswith(".jpg")


def test_article_is_a_blog_posting(client, profile, blog_index, author):
    factories.make_article("Moon", slug="moon", author=author, intro="Of the moon.")
    found = posting(client)
    assert found["headline"] == "Moon"
    assert found["description"] == "Of the moon."
    assert found["datePublished"] == "2026-03-02T00:00:00-08:00"
    (person,) = found["author"]
    assert (person["@type"], person["name"], person["honorificSuffix"]) == ("Person", "Maya Example", "RN")
    assert "jobTitle" not in person  # the byline does not show it
    assert found["mainEntityOfPage"][0]["url"] == "http://localhost/blog/moon/"
    assert found["isPartOf"][0]["name"] == "Blog"


def test_article_that_went_live_on_its_day_has_the_instant(client, profile, blog_index):
    article = factories.make_article("Moon", slug="moon", live=False, date=None)
    with time_machine.travel("2026-03-02T18:30Z", tick=False):
        article.save_revision().publish()
    found = posting(client)
    assert found["datePublished"] == found["dateModified"] == "2026-03-02T10:30:00-08:00"


def make_with_picture(credit: str):
    file = io.BytesIO()
    Image.new("RGB", (80, 60), "#e5a583").save(file, "JPEG")
    content = ContentFile(file.getvalue(), name="m.jpg")
    image = ClinicImage.objects.create(title="Moon", description="A moon", credit=credit, file=content)
    factories.make_article("Moon", slug="moon", listing_image=image)


def test_posting_names_the_picture_at_the_top_of_the_page(client, profile, blog_index):
    make_with_picture("Ann Example")
    (picture,) = posting(client)["image"]
    assert (picture["description"], picture["creditText"]) == ("A moon", "Ann Example")
    page = client.get("/blog/moon/").content.decode()
    assert urlsplit(picture["contentUrl"]).path in page
    assert "Credit: Ann Example" in page


def test_picture_without_a_credit_is_an_address(client, profile, blog_index):
    """Google asks for the credit of each ``ImageObject``."""
    make_with_picture("")
    (address,) = posting(client)["image"]
    page = client.get("/blog/moon/").content.decode()
    assert urlsplit(address).path in page
    assert "Credit:" not in page
    assert "ImageObject" not in page


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"author": None, "intro": ""},
        {"title": "A" * 200},
        {"date": date.min},
        {"date": date.max},
        {"title": "<script>alert(1)</script>"},
        {"title": '"Quoted" & \\ slashed'},
        {"title": "日本語 🙂"},
        {"search_description": "</script>"},
        {"intro": "Two\nlines"},
        {"noindex": True},
    ],
    ids=str,
)
def test_article_with_little_or_odd_content_is_valid(client, profile, blog_index, fields):
    factories.make_article(**{"title": "Moon", "slug": "moon", **fields})
    assert posting(client)["headline"] == fields.get("title", "Moon")
    assert head(client)["og:type"] == "article"
    assert ("author" in head(client)) is False


@pytest.mark.parametrize("path", ["/", "/blog/", "/treatments/peel/", "/consultation/"])
def test_other_pages_are_no_articles(client, profile, blog_index, treatment_index, path):
    factories.make_treatment("Peel", slug="peel")
    factories.make_article("Moon", slug="moon")
    assert head(client, path)["og:type"] == "website"
    assert "BlogPosting" not in client.get(path).content.decode()
