"""Import articles in the admin."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.models import PageLogEntry, Revision

from blog.admin_views import MAX_FILES
from blog.legacy_import import MAX_BYTES
from blog.models import BlogCategory, BlogPage
from clinic.models import Person
from tests.clinic import hostile_files as hostile
from tests.factories import make_article, make_user
from tests.hostile_values import TEXTS

ARTICLES = Path(__file__).parent
DIVI = (ARTICLES / "articles" / "divi-lip-filler.txt").read_text(encoding="utf-8")
WIX = (ARTICLES / "articles" / "wix-aftercare.txt").read_text(encoding="utf-8")
URL = "/admin/articles/import/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client, blog_index):
    client.force_login(make_user("editor"))
    return client


def upload(name, content):
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())


def post(client, text="", files=(), **data):
    return client.post(URL, {"text": text, "files": list(files), **data})


def tree_of(response):
    assert response.status_code == 200
    return BeautifulSoup(response.content, "lxml")


def shown(response):
    return " ".join(tree_of(response).main.get_text(" ").split())


def kept(response):
    """Return what a browser would send of the hidden fields."""
    tree = tree_of(response)
    texts = [area.get_text().removeprefix("\n") for area in tree.find_all("textarea", attrs={"name": "kept_text"})]
    return {"kept_name": [field["value"] for field in tree.find_all(attrs={"name": "kept_name"})], "kept_text": texts}


def test_import_shows_a_preview_then_makes_a_draft(editor):
    Person.objects.create(name="Jane Smith", role="Nurse")
    preview = post(editor, WIX, preview="1")
    text = shown(preview)
    for part in (
        "The First Day After Botox",
        "June 29, 2023",
        "Jane Smith",
        "What should you avoid?",
        "When will I see it work?",
        "Alcohol · Hot yoga · Facials and massage · Tight hats",
        "botoxaftercare, newportbeach, injectables",
        "Write a comment... comments",
        "All Posts links to other posts",
    ):
        assert part in text
    assert not BlogPage.objects.exists()
    response = post(editor, WIX, create="1")
    page = BlogPage.objects.get()
    assert response.url == reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert (page.title, str(page.date), page.author.name, page.live) == (
        "The First Day After Botox",
        "2023-06-29",
        "Jane Smith",
        False,
    )
    assert page.owner.pk == Revision.objects.for_instance(page).get().user_id
    assert PageLogEntry.objects.filter(page=page.pk, action="wagtail.create", user=page.owner).exists()


def test_typed_text_comes_back_in_every_answer(editor):
    for text in (WIX, "No article, just one line.", "<script>alert(1)</script>", "ends </textarea> here", "a\nb\n"):
        for button in ("preview", "create"):
            if text == WIX and button == "create":
                continue
            area = tree_of(post(editor, text, **{button: "1"})).find("textarea", attrs={"name": "text"})
            assert area.get_text().strip() == text.strip()


def test_several_files_become_drafts_and_stay_between_preview_and_creation(editor):
    preview = post(editor, files=[upload("divi.txt", DIVI), upload("wix.txt", WIX)], preview="1")
    assert "Create 2 drafts" in shown(preview)
    assert kept(preview)["kept_name"] == ["divi.txt", "wix.txt"]
    response = post(editor, create="1", **kept(preview))
    assert response.url == reverse("wagtailadmin_explore", args=[BlogPage.objects.first().get_parent().pk])
    assert BlogPage.objects.count() == 2
    assert sorted(BlogCategory.objects.values_list("name", flat=True)) == ["Injectables", "Lips"]


def test_file_that_is_left_out_by_hand_is_not_imported(editor):
    preview = post(editor, files=[upload("divi.txt", DIVI), upload("wix.txt", WIX)], preview="1")
    post(editor, create="1", skip=["wix.txt"], **kept(preview))
    assert BlogPage.objects.get().title == "Five Days to a Better Lip"


def test_files_of_one_name_are_left_out_one_by_one(editor):
    preview = post(editor, files=[upload("index.html", DIVI), upload("index.html", WIX)], preview="1")
    assert kept(preview)["kept_name"] == ["index.html", "index.html (2)"]
    post(editor, create="1", skip=["index.html (2)"], **kept(preview))
    assert BlogPage.objects.get().title == "Five Days to a Better Lip"


def test_one_bad_file_does_not_stop_the_others(editor):
    response = post(editor, files=[upload("divi.txt", DIVI), upload("photo.txt", b"\x89PNG\x00")], create="1")
    text = shown(response)
    assert BlogPage.objects.get().title == "Five Days to a Better Lip"
    assert "photo.txt" in text
    assert "the file is binary, not plain text" in text


def test_import_of_the_same_text_changes_nothing(editor):
    post(editor, DIVI, create="1")
    before = list(BlogPage.objects.values()), Revision.objects.count()
    for button in ("preview", "create"):
        text = shown(post(editor, DIVI, **{button: "1"}))
        assert "This article exists already: Five Days to a Better Lip" in text
    assert (list(BlogPage.objects.values()), Revision.objects.count()) == before


def test_same_file_twice_makes_one_draft(editor):
    post(editor, files=[upload("a.txt", DIVI), upload("b.txt", DIVI)], create="1")
    assert BlogPage.objects.count() == 1


def test_page_made_by_hand_at_the_address_is_named(editor):
    make_article("Five Days to a Better Lip")
    assert "This article exists already" in shown(post(editor, DIVI, preview="1"))


@pytest.mark.parametrize("title", ["Feed", "Category"])
def test_address_of_the_blog_itself_is_said_in_words(editor, title):
    text = DIVI.replace("Five Days to a Better Lip", title)
    assert f"The address “{title.lower()}” is taken" in shown(post(editor, text, preview="1"))
    post(editor, text, create="1")
    assert BlogPage.objects.get().slug == f"{title.lower()}-article"


def test_second_article_of_a_title_is_told_its_address(editor):
    post(editor, DIVI, create="1")
    other = DIVI.replace("Ice for ten minutes every hour.", "Eat soup and nothing else.")
    assert "This article gets “five-days-to-a-better-lip-2”" in shown(post(editor, other, preview="1"))


def test_unknown_author_and_missing_date_are_said_in_words(editor):
    text = "Neck Lines\nBy Jo Miles\n\nWe look down all day. The skin folds.\n\nIt can be helped. Come in.\n"
    answer = shown(post(editor, text, preview="1"))
    assert "No team member is named “Jo Miles”" in answer
    assert "No date was found" in answer


def test_nothing_to_import_is_an_error(editor):
    assert "Paste the text of an article, or choose files." in shown(post(editor, " \n", preview="1"))
    assert "Paste the text of an article, or choose files." in shown(post(editor, create="1"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (hostile.SVG, "no title was found"),
        (hostile.HTML, "the file is empty"),
        (b"MZ\x90\x00\x03\x00", "binary"),
        (b"{\\rtf1 One sentence. And another.}", "rich text"),
        (b"%PDF-1.4 without any binary part", "PDF file"),
        (b"PK\x03\x04 word/document.xml", "document of a word processor"),
        (b"\x81\x8d", "neither UTF-8 nor Windows-1252"),
        (b"x\n" * 6000, "more than 5000 lines"),
    ],
)
def test_file_that_is_no_article_is_refused_in_words(editor, content, message):
    response = post(editor, files=[upload("evil.txt", content)], preview="1")
    assert message in shown(response)
    assert not BlogPage.objects.exists()


def test_too_many_and_too_large_files_are_refused_in_words(editor):
    large = [upload(f"{number}.txt", b"x" * (MAX_BYTES // 2 + 1)) for number in range(2)]
    assert "larger than 1 MiB" in shown(post(editor, WIX, files=large, preview="1"))
    many = [upload(f"{number}.txt", WIX) for number in range(MAX_FILES + 1)]
    answer = post(editor, WIX, files=many, preview="1")
    assert f"More than {MAX_FILES} files" in shown(answer)
    assert "The First Day After Botox" in tree_of(answer).find("textarea", attrs={"name": "text"}).get_text()
    assert post(editor, preview="1", kept_name=["x"] * 99, kept_text=["y"] * 99).status_code == 200
    assert post(editor, preview="1", kept_name=["x"], kept_text=["y" * (MAX_BYTES + 1)]).status_code == 200


def test_hostile_text_and_names_are_shown_as_text(editor):
    text = (ARTICLES / "legacy" / "hostile-html.txt").read_text(encoding="utf-8")
    name = '"><img src=x onerror=alert(1)>.txt'
    tree = tree_of(post(editor, text, files=[upload(name, text)], preview="1"))
    assert not tree.main.select("[onerror], [onmouseover], [onload], iframe, svg[onload], a[href^=javascript]")
    assert not [tag for tag in tree.find_all(["script", "a"]) if "evil.example" in str(tag.attrs)]
    assert "onerror=alert(1)" in tree.main.get_text()
    post(editor, text, create="1")
    assert "onerror=alert(1)" in BlogPage.objects.get().title


@pytest.mark.parametrize("role", ["front desk", "clinician"])
def test_only_who_may_add_articles_may_import(client, blog_index, role):
    client.force_login(make_user(role))
    for response in (client.get(URL), client.post(URL, {"text": DIVI, "create": "1"})):
        assert response.status_code in (302, 403)
    assert not BlogPage.objects.exists()


def test_visitor_is_sent_to_the_login(client, blog_index):
    assert "login" in client.get(URL).url


def test_dashboard_and_index_offer_the_import(editor, blog_index):
    for url in (reverse("wagtailadmin_home"), reverse("wagtailadmin_explore", args=[blog_index.pk])):
        assert URL in editor.get(url).content.decode()


def test_import_without_a_blog_index_is_forbidden(client, home):
    client.force_login(make_user("editor"))
    assert client.get(URL).status_code in (302, 403)


def test_no_hostile_value_is_answered_with_500(editor):
    article = "{}\nJan 3, 2024 | {} | {}\n\nOne whole sentence of text is enough. {}\n\nTags: {}\n"
    for text in filter(lambda text: len(text) < 10_000, TEXTS):
        for pasted in (text, article.format(*[text] * 5), f"<p>{text}</p><p>{text}</p>"):
            response = editor.post(URL, {"text": pasted, "kept_name": text, "kept_text": pasted, "create": text})
            assert response.status_code in (200, 302)


def test_preview_shows_a_table_as_a_table(editor):
    text = (ARTICLES / "articles" / "table-prices.txt").read_text(encoding="utf-8")
    preview = tree_of(post(editor, text.replace("Frown lines", "Frown &lt;i&gt; lines"), preview="1"))
    tables = preview.select("td table, p ~ table")
    assert len(tables) == 2
    for table in tables:
        headings, first, *_others = ([cell.get_text() for cell in row.select("th, td")] for row in table.select("tr"))
        assert headings[:2] == ["Area", "Units"]
        assert first[0] == "Frown <i> lines"
