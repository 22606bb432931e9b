import re
from datetime import date

import pytest
from django.test import TestCase
from django.utils.html import escape
from wagtail.test.utils import WagtailPageTestCase
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from blog.models import BlogCategory, BlogIndexPage, BlogPage
from clinic.models import HomePage, Person
from tests import factories

ARTICLE = {
    "title": "First visit",
    "slug": "first-visit",
    "date": "2026-03-02",
    "body": streamfield([("text", rich_text("<h2>Why?</h2><p>So.</p>"))]),
    "sources": rich_text(""),
    "related_treatments": inline_formset([]),
    "picked_articles": inline_formset([]),
    "page_keywords": inline_formset([]),
    "comments": inline_formset([]),
}


class BlogPagesTest(WagtailPageTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.index = factories.make_blog_index()
        cls.article = factories.make_article()

    def setUp(self):
        self.login()

    def test_index_can_be_read_edited_and_previewed(self):
        post_data = nested_form_data(
            {
                "title": "Articles",
                "slug": "blog",
                "articles_per_page": 9,
                "page_keywords": inline_formset([]),
                "comments": inline_formset([]),
            }
        )
        self.assertPageIsRenderable(self.index)
        self.assertPageIsEditable(self.index, post_data=post_data)
        self.assertPageIsPreviewable(self.index, post_data=post_data)

    def test_article_can_be_read_edited_and_previewed(self):
        post_data = nested_form_data(ARTICLE)
        self.assertPageIsRenderable(self.article)
        self.assertPageIsEditable(self.article, post_data=post_data)
        self.assertPageIsPreviewable(self.article, post_data=post_data)

    def test_articles_live_only_under_index(self):
        self.assertAllowedParentPageTypes(BlogPage, {BlogIndexPage})
        self.assertAllowedParentPageTypes(BlogIndexPage, {HomePage})

    def test_article_cannot_use_feed_address(self):
        response = self.client.post(
            f"/admin/pages/add/blog/blogpage/{self.index.pk}/",
            nested_form_data(ARTICLE | {"slug": "feed", "action-publish": "1"}),
        )
        self.assertContains(response, "“feed” is an address of the site itself")


@pytest.fixture
def articles(blog_index):
    """Make three articles, the newest last."""
    return [factories.make_article(f"Article {n}", slug=f"article-{n}", date=date(2026, n, 1)) for n in (1, 2, 3)]


def titles(pages):
    return [page.title for page in pages]


def test_index_lists_live_articles_newest_first(client, blog_index, articles):
    factories.make_article("Draft", live=False)
    assert titles(blog_index.articles()) == ["Article 3", "Article 2", "Article 1"]
    assert "Draft" not in client.get("/blog/").content.decode()


def test_index_page_size_is_set_by_editor(client, blog_index, articles):
    blog_index.articles_per_page = 2
    blog_index.save()
    second = client.get("/blog/?page=2").content.decode()
    assert "Article 1" in second
    assert "Article 3" not in second
    assert '<link rel="canonical" href="http://localhost/blog/?page=2">' in second


@pytest.mark.parametrize("page", ["0", "-1", "999", "x", "1e9", ""])
def test_any_page_number_is_answered(client, articles, page):
    assert client.get("/blog/", {"page": page}).status_code == 200


def test_category_lists_only_its_articles(client, blog_index, articles):
    category = BlogCategory.objects.create(name="Skin Care", slug="skin-care")
    articles[0].categories.add(category)
    articles[0].save()
    html = client.get("/blog/category/skin-care/").content.decode()
    assert "Article 1" in html
    assert "Article 2" not in html
    assert "<title>Skin Care – Blog" in html


def test_unknown_category_is_not_found(client, blog_index):
    assert client.get("/blog/category/nothing/").status_code == 404


@pytest.mark.parametrize(("path", "kind"), [("/blog/feed/", "rss"), ("/blog/feed/atom/", "atom")])
def test_feed_lists_the_articles(client, articles, path, kind):
    response = client.get(path)
    assert kind in response.headers["Content-Type"]
    assert "Article 3" in response.content.decode()


def test_empty_feed_is_valid(client, blog_index):
    assert client.get("/blog/feed/").status_code == 200


def test_article_knows_older_and_newer(articles):
    first, second, third = articles
    assert second.older() == first
    assert second.newer() == third
    assert third.newer() is None


def test_same_day_articles_follow_creation_order(blog_index):
    first, second = (factories.make_article(title, date=date(2026, 1, 1)) for title in ("One", "Two"))
    assert first.newer() == second
    assert second.older() == first


def test_related_articles_are_picks_then_same_treatment(blog_index, articles):
    treatment = factories.make_treatment()
    pick, same, newest = articles
    article = factories.make_article("Reading this", date=date(2026, 5, 1))
    article.related_treatments.create(treatment=treatment)
    article.picked_articles.create(article=pick)
    article.save()
    same.related_treatments.create(treatment=treatment)
    same.save()
    assert titles(article.related_articles()) == titles([pick, same, newest])


def test_picked_draft_is_not_shown(blog_index, articles):
    draft = factories.make_article("Draft", live=False)
    articles[0].picked_articles.create(article=draft)
    articles[0].save()
    assert "Draft" not in titles(articles[0].related_articles())


def test_article_shows_author_minutes_and_contents(client, blog_index):
    author = Person.objects.create(name="Maya Example", credentials="RN", role="Nurse")
    text = "".join(f"<h2>Question {n}?</h2><p>{'word ' * 200}</p>" for n in range(3))
    factories.make_article("Long", slug="long", author=author, body=[("text", text)])
    html = client.get("/blog/long/").content.decode()
    assert "By Maya Example, RN" in html
    assert "3-minute read" in html
    assert 'href="#question-1"' in html
    assert 'id="question-1"' in html


def test_article_title_is_escaped(client, blog_index):
    title = '<img src=x onerror="alert(1)">'
    factories.make_article(title, slug="odd")
    html = client.get("/blog/odd/").content.decode()
    assert title not in html
    assert escape(title) in html


ADDRESSES = ("/", "/feed/", "/feed/atom/", "/category/skin-care/", "/first-visit/")


@pytest.fixture
def skin_care(blog_index):
    category = BlogCategory.objects.create(name="Skin Care", slug="skin-care")
    factories.make_article("First visit", slug="first-visit", categories=[category])
    return category


def rename_index(index, slug):
    index.refresh_from_db()
    index.slug = slug
    with TestCase.captureOnCommitCallbacks(execute=True):
        index.save_revision().publish()


@pytest.mark.parametrize("address", ADDRESSES)
def test_renamed_index_keeps_feed_and_category_addresses(client, blog_index, skin_care, address):
    for slug in ("journal", "news", "articles"):
        rename_index(blog_index, slug)
    for slug in ("blog", "journal", "news"):
        response = client.get(f"/{slug}{address}?page=2")
        assert response.url == f"/articles{address}?page=2"
        assert client.get(response.url).status_code == 200


def test_renamed_category_keeps_its_address(client, blog_index, skin_care):
    for slug in ("care", "glow", "care", "skin"):
        skin_care.slug = slug
        skin_care.save()
    rename_index(blog_index, "journal")
    for slug in ("skin-care", "care", "glow"):
        response = client.get(f"/blog/category/{slug}/?utm=1")
        assert response.url == "/journal/category/skin/?utm=1"
    assert client.get("/journal/category/skin/").status_code == 200


def test_deleted_category_leads_to_the_index(client, blog_index, skin_care):
    skin_care.slug = "care"
    skin_care.save()
    BlogCategory.objects.all().delete()
    for slug in ("skin-care", "care"):
        assert client.get(f"/blog/category/{slug}/").url == "/blog/"


def test_category_renamed_below_an_unpublished_index_is_no_dead_end(client, blog_index, skin_care):
    """Articles stay, and link their categories."""
    rename_index(blog_index, "journal")
    BlogIndexPage.objects.get().unpublish()
    skin_care.slug = "glow"
    skin_care.save()
    for address in ("category/glow/", "category/skin-care/", "feed/", ""):
        assert client.get(f"/journal/{address}").url == "/"
    assert client.get("/journal/nothing/").status_code == 404


def test_unpublished_index_leaves_no_dead_end(client, blog_index, skin_care):
    blog_index.unpublish()
    for address in ADDRESSES[:-1]:
        assert client.get(f"/blog{address}").url == "/"


@pytest.mark.parametrize(("path", "ids"), [("feed/", "guid"), ("feed/atom/", "id")])
def test_feed_ids_stay_after_rename_and_move(client, blog_index, skin_care, path, ids):
    def read(index):
        return re.findall(f"<{ids}[^>]*>(.*?)</{ids}>", client.get(f"/{index}/{path}").content.decode())

    before = read("blog")
    assert before
    assert all(found.startswith("urn:uuid:") for found in before)
    assert len(set(before)) == len(before)
    rename_index(blog_index, "journal")
    article = BlogPage.objects.get()
    article.slug = "another"
    article.title = "Another"
    article.save_revision().publish()
    assert read("journal") == before


def test_copied_article_has_another_feed_id(client, blog_index, skin_care):
    BlogPage.objects.get().copy(update_attrs={"slug": "copy", "title": "Copy"})
    ids = re.findall("<guid[^>]*>(.*?)</guid>", client.get("/blog/feed/").content.decode())
    assert len(set(ids)) == 2
