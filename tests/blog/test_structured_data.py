"""Test what an article says about itself in its head: in terms of ogp.me and of schema.org."""

import io
import json
from datetime import date

import pytest
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
    (found,) = [node for node in content["@graph"] if node["@type"] == "BlogPosting"]
    (clinic,) = [node for node in content["@graph"] if "MedicalClinic" in node["@type"]]
    assert found["publisher"] == {"@id": clinic["@id"]}
    return found


def test_article_is_an_article_with_its_author(client, profile, blog_index, author):
    article = factories.make_article("Moon", slug="moon", author=author, intro="Of the moon.")
    article.save_revision().publish()
    found = head(client)
    assert found["og:type"] == "article"
    assert found["article:author"] == found["author"] == "Maya Example, RN"
    assert found["article:published_time"] == "2026-03-02"
    article.refresh_from_db()
    assert found["article:modified_time"] == article.last_published_at.isoformat()
    assert found["description"] == found["og:description"] == "Of the moon."


def test_article_is_a_blog_posting(client, profile, blog_index, author):
    factories.make_article("Moon", slug="moon", author=author, intro="Of the moon.")
    found = posting(client)
    assert found["headline"] == "Moon"
    assert found["description"] == "Of the moon."
    assert found["datePublished"] == "2026-03-02"
    assert found["author"] == {"@type": "Person", "name": "Maya Example", "jobTitle": "Nurse"}
    assert found["mainEntityOfPage"] == "http://localhost/blog/moon/"


def test_posting_shows_the_picture_of_the_head(client, profile, blog_index):
    file = io.BytesIO()
    Image.new("RGB", (80, 60), "#e5a583").save(file, "JPEG")
    image = ClinicImage.objects.create(
        title="Moon", description="A moon", file=ContentFile(file.getvalue(), name="m.jpg")
    )
    factories.make_article("Moon", slug="moon", listing_image=image)
    assert posting(client)["image"] == head(client)["og:image"]


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
