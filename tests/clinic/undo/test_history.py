"""Test that the history shows and restores the first version of pages and snippets."""

import re
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.urls import reverse
from wagtail.models import Page
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from blog.models import BlogCategory, BlogPage
from clinic import models
from clinic.models import Announcement, Person, StandardPage, WhyChooseUs
from tests import factories
from treatments.models import AreaOfConcern

LEGACY = Path(__file__).parents[2] / "blog/legacy"
MOMENTS = {"starts_at": "2026-11-02T12:00:00Z", "ends_at": "2026-11-06T12:00:00Z"}
# How to make a row of each, and the field that the test changes.
SNIPPETS = {
    Announcement: ({"text": "First words.", **MOMENTS}, "text"),
    AreaOfConcern: ({"name": "First words.", "slug": "first"}, "name"),
    BlogCategory: ({"name": "First words.", "slug": "first"}, "name"),
    Person: ({"name": "First words.", "role": "Nurse"}, "name"),
    models.Testimonial: ({"quote": "First words.", "attribution": "A.", "is_example": True}, "quote"),
    models.Synonym: ({"words": "First words.", "means": "lines"}, "words"),
    WhyChooseUs: ({"name": "Reasons", "heading": "First words.", "reasons": []}, "heading"),
}


@pytest.fixture
def editor(client, profile):
    client.force_login(factories.make_user("editor"))
    return client


def article_form(**fields):
    known = {
        "title": "First words",
        "slug": "first-words",
        "date": "2026-03-02",
        "body": streamfield([]),
        "sources": rich_text(""),
        "related_treatments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
        "picked_articles": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
        "page_keywords": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
        "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
    }
    return nested_form_data({**known, **fields})


def make_by_program(editor):
    return factories.make_article("First words", slug="first-words")


def make_without_a_log(editor):
    page = BlogPage(title="First words", slug="first-words", date=date(2026, 3, 2))
    index = factories.make_blog_index()
    page.path, page.depth, page.url_path = index.path + "0001", index.depth + 1, index.url_path + "first-words/"
    index.numchild = 1
    index.save()
    page.save(log_action=None)
    return page


def make_by_import(editor):
    factories.make_blog_index()
    call_command("import_posts", str(LEGACY / "category-on-top.txt"), verbosity=0)
    return BlogPage.objects.get()


def make_by_copy(editor):
    page = factories.make_article("Another", slug="another")
    fields = {"new_title": "First words", "new_slug": "first-words", "new_parent_page": page.get_parent().pk}
    editor.post(
        reverse("wagtailadmin_pages:copy", args=[page.pk]), {**fields, "copy_subpages": "", "publish_copies": "on"}
    )
    return BlogPage.objects.get(slug="first-words")


def make_in_the_admin(editor):
    index = factories.make_blog_index()
    editor.post(reverse("wagtailadmin_pages:add", args=["blog", "blogpage", index.pk]), article_form())
    return BlogPage.objects.get(slug="first-words")


def versions_to_restore(client, address: str) -> list[str]:
    """Return the links of the history that put an earlier version into the form, the newest first."""
    page = BeautifulSoup(client.get(address).content, "html.parser")
    return [link["href"] for link in page.find_all("a", string=re.compile("Review this version"))]


def value_in_form(client, address: str, name: str) -> str:
    field = BeautifulSoup(client.get(address).content, "html.parser").select_one(f'[name="{name}"]')
    return field.get("value") or field.text.strip()


@pytest.mark.parametrize("make", [make_by_program, make_without_a_log, make_by_import, make_by_copy, make_in_the_admin])
def test_first_version_of_a_page_is_restored(editor, make):
    page = make(editor)
    title = page.title
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    for changed in ("Second words", "Third words"):
        sent = article_form(title=changed, slug=page.slug, **{"action-publish": "1"})
        assert editor.post(edit, sent).status_code == 302
    *_, first = versions_to_restore(editor, reverse("wagtailadmin_pages:history", args=[page.pk]))
    assert value_in_form(editor, first, "title") == title
    revision = re.search(r"revisions/(\d+)/", first)[1]
    sent = article_form(title=title, slug=page.slug, revision=revision, **{"action-publish": "1"})
    assert editor.post(edit, sent).status_code == 302
    assert Page.objects.get(pk=page.pk).title == title


def test_opening_the_editor_writes_no_version(editor):
    page = make_by_program(editor)
    editor.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    assert not page.revisions.exists()


def test_page_has_one_first_version_only(editor):
    page = make_by_program(editor)
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    for changed in ("Second", "Third"):
        editor.post(edit, article_form(title=changed, slug=page.slug))
    titles = page.revisions.order_by("pk").values_list("content__title", flat=True)
    assert list(titles) == ["First words", "Second", "Third"]


@pytest.mark.parametrize("model", SNIPPETS, ids=lambda model: model.__name__)
def test_snippet_shows_and_restores_versions(editor, model):
    fields, name = SNIPPETS[model]
    row = model.objects.create(**fields)
    viewset = model.snippet_viewset
    edit = reverse(viewset.get_url_name("edit"), args=[row.pk])
    for changed in ("Second words.", "Third words."):
        assert editor.post(edit, posted(model, **{name: changed})).status_code == 302
    history = reverse(viewset.get_url_name("history"), args=[row.pk])
    *_, first = versions_to_restore(editor, history)
    assert value_in_form(editor, first, name) == "First words."
    assert editor.post(first, posted(model)).status_code == 302
    row.refresh_from_db()
    assert getattr(row, name) == "First words."


def posted(model, **changed):
    """Return the form of a snippet as a browser sends it."""
    fields = {**SNIPPETS[model][0], **changed}
    if model is Announcement:
        fields |= {"first_day": "2026-11-02", "last_day": "2026-11-06", "link_page": ""}
    if model is WhyChooseUs:
        fields["reasons"] = streamfield([("reason", {"title": "One", "text": "A reason."})])
    if "sort_order" in {field.name for field in model._meta.fields}:
        fields["sort_order"] = 0
    return nested_form_data({name: "on" if value is True else value for name, value in fields.items()})


def test_standard_page_below_another_keeps_its_first_version(editor, home):
    page = home.add_child(instance=StandardPage(title="First", slug="first"))
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    sent = {
        "title": "Second",
        "slug": "first",
        "body": streamfield([]),
        "page_keywords": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
        "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
    }
    assert editor.post(edit, nested_form_data(sent)).status_code == 302
    assert page.revisions.order_by("pk").first().content["title"] == "First"
