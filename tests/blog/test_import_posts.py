from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.core.management import CommandError, call_command
from django.urls import reverse
from taggit.models import Tag
from wagtail.models import ModelLogEntry, Page, PageLogEntry, Revision

from blog import importing
from blog.models import BlogCategory, BlogPage
from clinic.keywords.grouping import add_keywords
from clinic.keywords.parsing import ParsedKeyword
from clinic.models import Keyword, Person
from tests.factories import make_article, make_user

ARTICLES = Path(__file__).parent / "legacy"
MIGRAINE = ARTICLES / "how-can-botox-help-with-migraine-headaches.txt"
ON_TOP = ARTICLES / "category-on-top.txt"
NO_ARTICLE = ARTICLES / "contact-page.txt"

pytestmark = pytest.mark.django_db


def run(*files, **options) -> str:
    out = StringIO()
    call_command("import_posts", *map(str, files), stdout=out, **options)
    return out.getvalue()


def html_of(page: BlogPage) -> str:
    return "".join(block.value.source for block in page.body)


def state_of_everything():
    return [
        list(model.objects.order_by("pk").values())
        for model in (Page, BlogPage, Revision, BlogCategory, Keyword, PageLogEntry, ModelLogEntry)
    ]


def save_text(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_real_article_becomes_a_draft(blog_index):
    run(MIGRAINE)
    page = BlogPage.objects.get()
    assert page.get_parent().specific == blog_index
    assert (page.title, page.slug) == (
        "How can Botox help with migraine headaches?",
        "how-can-botox-help-with-migraine-headaches",
    )
    assert page.draft_title == page.title
    assert page.date == date(2022, 4, 6)
    assert not page.live
    assert page.has_unpublished_changes
    assert Keyword.objects.count() == 25
    # Of its keywords these stand in the article. The others wait for a page of their own.
    assert {row.group.name for row in page.page_keywords.all()} == {"Botox Near Me", "Medical spa"}
    assert all(row.role == "supporting" for row in page.page_keywords.all())
    assert html_of(page).count("<h2>") == 13
    assert "<ul><li>above the nose</li><li>back of the head</li><li>upper back</li></ul>" in html_of(page)
    assert "Contact Us" not in html_of(page)
    assert page.author is None


def test_editor_finds_everything_in_the_revision(blog_index):
    run(ON_TOP)
    page = BlogPage.objects.get().get_latest_revision_as_object()
    assert page.title == "Six Sessions To Smoother Legs"
    assert [category.name for category in page.categories.all()] == ["Laser Treatments"]
    assert "<h2>Is It Permanent?</h2>" in html_of(page)
    assert PageLogEntry.objects.filter(page=page.pk, action="wagtail.create").exists()


def test_editor_opens_the_draft(blog_index, client):
    run(MIGRAINE)
    client.force_login(make_user("editor"))
    response = client.get(reverse("wagtailadmin_pages:edit", args=[BlogPage.objects.get().pk]))
    assert response.status_code == 200
    assert "above the nose" in response.content.decode()


def test_draft_summary_is_made_of_whole_sentences(blog_index):
    run(ON_TOP)
    assert BlogPage.objects.get().search_description == (
        "Shaving every other morning costs a person about seventy days of her life. "
        "A laser asks for six short visits instead."
    )


def test_left_out_lines_are_printed_with_number_and_reason(blog_index):
    out = run(MIGRAINE)
    assert "Left out, 17 lines:" in out
    assert "line 100: Baby Botox or Preventative Botox  (teaser of another post)" in out
    assert "line 127: Mon - Fri : 09:00 am – 04:00 pm  (opening hours)" in out


def test_second_import_changes_nothing(blog_index):
    run(MIGRAINE, ON_TOP)
    before = state_of_everything()
    assert run(MIGRAINE, ON_TOP).count("already imported, nothing changed") == 2
    assert state_of_everything() == before


@pytest.mark.parametrize("is_edited", [False, True])
def test_article_that_older_rules_imported_keeps_its_identity(blog_index, is_edited):
    run(MIGRAINE, ON_TOP)
    for page in BlogPage.objects.all():
        BlogPage.objects.filter(pk=page.pk).update(legacy_key=f"{page.pk:064x}")
        if is_edited:
            page.title, page.slug, page.body = f"Another title {page.pk}", f"another-{page.pk}", []
            page.legacy_key = f"{page.pk:064x}"
            page.save_revision().publish()
    before = state_of_everything()
    assert run(MIGRAINE, ON_TOP).count("already imported, nothing changed") == 2
    assert state_of_everything() == before


def test_other_article_is_new_beside_one_of_older_rules(blog_index):
    run(ON_TOP)
    BlogPage.objects.update(legacy_key="0" * 64)
    run(MIGRAINE)
    assert BlogPage.objects.count() == 2


@pytest.mark.parametrize(
    ("author", "name"),
    [("Jane Doe", "Jane Doe"), ("Dr. Jane Doe", "Jane Doe"), ("Jane Doe, RN", "Dr. Jane Doe")],
)
def test_author_is_the_team_member_of_that_name(blog_index, tmp_path, author, name):
    person = Person.objects.create(name=name, role="Nurse")
    text = (ARTICLES / "other-order.txt").read_text().replace("by Jane Doe", f"by {author}")
    run(save_text(tmp_path, "post.txt", text))
    assert BlogPage.objects.get().author == person


def test_unknown_author_is_left_to_the_editor(blog_index):
    out = run(ARTICLES / "other-order.txt")
    assert BlogPage.objects.get().author is None
    assert "Check: no team member is named “Jane Doe”" in out


def test_edited_article_is_not_imported_again(blog_index):
    run(MIGRAINE)
    page = BlogPage.objects.get()
    page.title, page.slug, page.body = "Botox and migraine", "botox-and-migraine", []
    page.save_revision().publish()
    before = state_of_everything()
    assert "already imported, nothing changed (“Botox and migraine”" in run(MIGRAINE)
    assert state_of_everything() == before


def test_article_saved_again_among_other_teasers_is_the_same(blog_index, tmp_path):
    run(MIGRAINE)
    text = MIGRAINE.read_text(encoding="utf-8").replace("Open Now", "Closed Now").replace("Botox Improves", "Peel Is")
    again = save_text(tmp_path, "again.txt", text.replace("\n", "\r\n"))
    assert "already imported" in run(again)
    assert BlogPage.objects.count() == 1


def test_page_made_by_hand_at_the_address_is_left_alone(blog_index):
    make_article("How can Botox help with migraine headaches?")
    before = state_of_everything()
    assert "already imported, nothing changed" in run(MIGRAINE)
    assert state_of_everything() == before


def test_another_article_with_the_same_title_gets_its_own_address(blog_index, tmp_path):
    other = save_text(tmp_path, "other.txt", ON_TOP.read_text().replace("seventy days", "two whole months"))
    run(ON_TOP, other)
    slugs = ["six-sessions-to-smoother-legs", "six-sessions-to-smoother-legs-2"]
    assert list(BlogPage.objects.order_by("slug").values_list("slug", flat=True)) == slugs
    assert run(other, ON_TOP).count("already imported") == 2


def test_address_has_a_hyphen_for_an_apostrophe_as_on_the_old_site(blog_index):
    run(ARTICLES / "byte-order-mark.txt")
    assert BlogPage.objects.get().slug == "don-ts-and-dos-after-a-peel"


@pytest.mark.parametrize("title", ["Feed", "Category", "¿¡!?! صالون"])
def test_address_is_never_empty_or_one_of_the_blog_itself(blog_index, tmp_path, title):
    text = f"{title}\n\n{title}\nApr 06, 2022\n\nOne whole sentence of text is enough.\n"
    run(save_text(tmp_path, "post.txt", text))
    assert BlogPage.objects.get().slug not in {"", "feed", "category"}


def test_category_and_keyword_are_found_whatever_their_capitals(blog_index):
    BlogCategory.objects.create(name="LASER treatments", slug="laser")
    add_keywords([ParsedKeyword("botox NEAR me")])
    run(MIGRAINE, ON_TOP)
    assert BlogCategory.objects.count() == 1
    assert Keyword.objects.filter(phrase__iexact="botox near me").count() == 1
    assert Tag.objects.count() == 0


def test_slug_of_a_new_category_is_free(blog_index):
    BlogCategory.objects.create(name="Laser-Treatments", slug="laser-treatments")
    run(ON_TOP)
    assert BlogCategory.objects.get(name="Laser Treatments").slug == "laser-treatments-2"


def test_article_without_a_date_leaves_it_to_the_editor(blog_index):
    out = run(ARTICLES / "no-date.txt")
    assert BlogPage.objects.get().date is None
    assert "Check: no date found" in out


def test_text_is_never_markup(blog_index):
    run(ARTICLES / "no-date.txt")
    html = html_of(BlogPage.objects.get())
    assert '&lt;script&gt;alert("x")&lt;/script&gt; is not one.' in html
    assert "20 &lt; 40" in html
    assert "<script" not in html


def test_published_page_shows_hostile_html_as_text(blog_index, client):
    run(ARTICLES / "hostile-html.txt")
    page = BlogPage.objects.get()
    page.date = date(2022, 4, 6)
    page.save_revision().publish()
    tree = BeautifulSoup(client.get(page.get_url()).content, "lxml")
    assert "onerror=alert(1)" in tree.h1.get_text()
    assert 'src="//evil.example/x.js"' in tree.main.get_text()
    assert not tree.select("[onerror], [onmouseover], [onload], iframe, svg[onload], a[href^=javascript]")
    assert not [tag for tag in tree.find_all(["script", "a"]) if "evil.example" in str(tag.attrs)]


def test_dry_run_writes_nothing(blog_index):
    before = state_of_everything()
    out = run(MIGRAINE, dry_run=True)
    assert "would create the draft “How can Botox help with migraine headaches?”" in out
    assert "Keywords: 25." in out
    assert "line 100:" in out
    assert state_of_everything() == before


def test_file_that_fails_does_not_stop_the_others(blog_index):
    with pytest.raises(
        CommandError, match=r"1 of 2 files were not imported(.|\n)*contact-page\.txt: no title was found"
    ):
        run(NO_ARTICLE, ON_TOP)
    assert BlogPage.objects.get().title == "Six Sessions To Smoother Legs"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b" \r\n\t\n", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "binary"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n\x00stream", "PDF"),
        (b"Nothing but words\n" * 600_000, "larger than 1024 KiB"),
        (b"milk\neggs\nbread\n", "not one full sentence"),
        (b"<!DOCTYPE html><html><body><p>Hello there.</p></body></html>", "there is a title but no text"),
    ],
)
def test_file_that_is_no_article_leaves_nothing_behind(blog_index, tmp_path, data, message):
    path = tmp_path / "file.txt"
    path.write_bytes(data)
    before = state_of_everything()
    with pytest.raises(CommandError, match=message):
        run(path)
    assert state_of_everything() == before


def test_missing_file_and_folder_are_named(blog_index, tmp_path):
    with pytest.raises(CommandError) as error:
        run(tmp_path / "none.txt", tmp_path)
    assert "none.txt: No such file or directory" in str(error.value)
    assert f"{tmp_path}: Is a directory" in str(error.value)


def test_nothing_half_made_stays(blog_index, monkeypatch):
    # The page is in the tree already when its keywords fail. The next file is imported all the same.
    def fail(name):
        raise OSError("disk full")

    before = state_of_everything()
    with monkeypatch.context() as patch:
        patch.setattr(importing, "get_or_create_category", fail)
        with pytest.raises(CommandError, match="disk full"):
            run(ON_TOP, MIGRAINE)
    assert BlogPage.objects.get().slug == "how-can-botox-help-with-migraine-headaches"
    BlogPage.objects.get().delete()
    assert state_of_everything()[:2] == before[:2]
    run(ON_TOP, MIGRAINE)
    assert BlogPage.objects.count() == 2
    assert Page.find_problems() == ([], [], [], [], [])


def test_no_blog_index_is_a_clear_error(home):
    with pytest.raises(CommandError, match="There is no blog index page"):
        run(MIGRAINE)


TABLES = """A Title of Our Own

A Title of Our Own
Apr 06, 2022

One sentence explains the matter to everybody. A second one follows it.

## How many units do I need?

One sentence explains the matter to everybody. A second one follows it.

| Area | Units | Price |
|------|-------|-------|
| Chin &lt;b&gt; jaw & 5 < 6 | 6 | $72 |
| {{ clinic.name }} | 10-20 | $1,200 |

One sentence explains the matter to everybody. A third one follows it.

Week | What you see
1 | Nothing yet
2 | The full effect
"""


def test_table_becomes_a_table_block(blog_index, tmp_path):
    run(save_text(tmp_path, "tables.txt", TABLES))
    page = BlogPage.objects.get()
    assert [block.block_type for block in page.body] == ["text", "table", "text", "table"]
    units, weeks = (block.value for block in page.body if block.block_type == "table")
    assert units["table"].caption == "How many units do I need?"
    assert [(c["block"].name, c["heading"]) for c in units["table"].columns] == [
        ("text", "Area"),
        ("number", "Units"),
        ("number", "Price"),
    ]
    assert [row["values"] for row in units["table"].row_data] == [
        ["Chin <b> jaw & 5 < 6", "6", "$72"],
        ["{{ clinic.name }}", "10-20", "$1,200"],
    ]
    assert (units["has_row_headers"], weeks["has_row_headers"]) == (True, False)
    BlogPage._meta.get_field("body").stream_block.clean(page.body)


def test_published_table_shows_hostile_cells_as_text(blog_index, tmp_path, client):
    run(save_text(tmp_path, "tables.txt", TABLES))
    page = BlogPage.objects.get()
    page.save_revision().publish()
    table = BeautifulSoup(client.get(page.url).content, "html.parser").select_one(".table")
    assert table.b is None
    names = [cell.get_text(strip=True) for cell in table.select("th[scope=row]")]
    assert names == ["Chin <b> jaw & 5 < 6", "{{ clinic.name }}"]


def test_import_by_older_rules_is_found_with_its_tables(blog_index, tmp_path):
    file = save_text(tmp_path, "tables.txt", TABLES)
    run(file)
    BlogPage.objects.update(legacy_key="0" * 64)
    run(file)
    assert BlogPage.objects.count() == 1


@pytest.mark.parametrize(
    "text",
    [
        "6",
        "~ 7",
        "$72",
        "$1,200",
        "10-20",
        "10 – 20",
        "$300–$400",
        "4%",
        "~12",
        "+5",
        "3.5 ml",
        "2 weeks",
        "< 1",
        "€ 80",
        "1/2",
    ],
)
def test_amount_stands_right(text):
    assert importing.NUMBER.fullmatch(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "None",
        "Free",
        "A lot",
        "Botox 20",
        "about 2 weeks",
        "2 to 3 days after it",
        "–",
        "A1",
        "1. Wash",
        "$",
        "Dr. 5",
    ],
)
def test_words_stand_left(text):
    assert not importing.NUMBER.fullmatch(text)
