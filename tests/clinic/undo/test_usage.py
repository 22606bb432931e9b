"""Test that the admin counts every use, and says where something is used before it is deleted."""

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from wagtail.documents.models import Document
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import ReferenceIndex

from blog.models import BlogCategory
from clinic import models
from clinic.models import ClinicImage, KeywordGroup, PageKeyword, Person, StandardPage, WhyChooseUs
from clinic.undo import trash
from tests import factories
from treatments.models import AreaOfConcern


@pytest.fixture
def editor(client, profile):
    client.force_login(factories.make_user("editor"))
    return client


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Run what waits for the commit at the end of a block."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def count_uses(item) -> int:
    return ReferenceIndex.get_grouped_references_to(item).count()


def picture(title="Sun"):
    return ClinicImage.objects.create(title=title, description="A sun.", file=get_test_image_file())


def document():
    return Document.objects.create(title="Prices", file=ContentFile(b"%PDF-1.4", name="a.pdf"))


def test_keyword_is_counted_with_its_first_save(home, committed):
    keyword = KeywordGroup.objects.create(name="botox")
    with committed():
        article = factories.make_article("One")
        article.page_keywords.add(PageKeyword(group=keyword))
        article.save()
    assert count_uses(keyword) == 1
    with committed():
        article.page_keywords.clear()
        article.save()
    assert count_uses(keyword) == 0


def test_category_counts_its_articles(home, committed):
    category = BlogCategory.objects.create(name="Skin", slug="skin")
    with committed():
        for title in ("One", "Two"):
            article = factories.make_article(title)
            article.categories = [category]
            article.save()
    assert count_uses(category) == 2
    with committed():
        article.categories = []
        article.save()
    assert count_uses(category) == 1


def test_testimonial_on_home_is_used_by_home(home, committed):
    with committed():
        row = models.Testimonial.objects.create(quote="Kind.", attribution="Tom", is_example=True)
    assert count_uses(row) == 1
    with committed():
        row.show_on_home = False
        row.save()
    assert count_uses(row) == 0


def test_deleted_treatment_leaves_no_count(home, committed):
    with committed():
        treatment = factories.make_treatment("Peel")
        article = factories.make_article("One")
        article.related_treatments.create(treatment=treatment)
        article.save()
    assert count_uses(treatment.page_ptr) == 1
    with committed():
        article.related_treatments.clear()
        article.save()
    assert count_uses(treatment.page_ptr) == 0


@pytest.mark.parametrize(
    ("live", "drafts", "deleted", "shown"),
    [(2, 0, 0, "2"), (0, 0, 0, "0"), (2, 1, 0, "2 live, 1 draft"), (0, 3, 0, "0 live, 3 drafts"), (1, 0, 2, "1")],
)
@pytest.mark.parametrize("model", [BlogCategory, AreaOfConcern, KeywordGroup], ids=lambda model: model.__name__)
def test_counts_name_drafts_apart(editor, model, live, drafts, deleted, shown):
    row = model.objects.create(name="Skin", **({} if model is KeywordGroup else {"slug": "skin"}))
    pages = [use(row, number, live=number >= drafts) for number in range(live + drafts + deleted)]
    for page in pages[live + drafts :]:
        trash.move_to_trash(page, None)
    address = reverse(model.snippet_viewset.get_url_name("list"))
    list_page = BeautifulSoup(editor.get(address).content, "lxml")
    cells = [cell.get_text(" ", strip=True) for cell in list_page.select("main tbody tr td")]
    assert shown in cells


def use(row, number, live):
    if isinstance(row, AreaOfConcern):
        page = factories.make_treatment(f"Page {number}", live=live)
        page.area = row
    else:
        page = factories.make_article(f"Page {number}", live=live)
        if isinstance(row, BlogCategory):
            page.categories = [row]
        else:
            page.page_keywords.add(PageKeyword(group=row, role="supporting"))
    page.save()
    return page


def test_lists_are_sorted_by_their_counts(editor):
    for name, uses in (("Few", 1), ("Many", 3), ("None", 0)):
        row = KeywordGroup.objects.create(name=name)
        for number in range(uses):
            use(row, f"{name} {number}", live=True)
    rows = editor.get("/admin/snippets/clinic/keywordgroup/?ordering=-page_count").context["object_list"]
    assert [row.name for row in rows] == ["Many", "Few", "None"]


# Before something is deleted


def use_picture(page, item):
    page.listing_image = item


def use_document(page, item):
    page.body = [("text", f'<p><a linktype="document" id="{item.pk}">Prices</a></p>')]


def use_person(page, item):
    page.body = [("people", {"heading": "", "people": [item]})]


def use_quote(page, item):
    page.body = [("quote", {"testimonial": item})]


def use_reasons(page, item):
    page.body = [("why_choose_us", {"why_us": item})]


def make_person():
    return Person.objects.create(name="Kim", role="Nurse")


def make_quote():
    return models.Testimonial.objects.create(quote="Kind.", attribution="A.", is_example=True, show_on_home=False)


def make_reasons():
    return WhyChooseUs.objects.create(name="Reasons", heading="Why us", reasons=[])


USES = {
    "image": (picture, use_picture),
    "document": (document, use_document),
    "person": (make_person, use_person),
    "testimonial": (make_quote, use_quote),
    "why choose us": (make_reasons, use_reasons),
}


def delete_address(item) -> str:
    if isinstance(item, ClinicImage | Document):
        kind = "images" if isinstance(item, ClinicImage) else "docs"
        return reverse(f"wagtail{kind}:delete", args=[item.pk])
    return reverse(item.snippet_viewset.get_url_name("delete"), args=[item.pk])


def bulk_address(*items) -> str:
    options = items[0]._meta
    address = reverse("wagtail_bulk_action", args=[options.app_label, options.model_name, "delete"])
    return f"{address}?{'&'.join(f'id={item.pk}' for item in items)}"


def words_of(client, address) -> str:
    return " ".join(BeautifulSoup(client.get(address).content, "lxml").main.get_text(" ").split())


def make_user_of(name, home, committed, title="About"):
    make, put = USES[name]
    item = make()
    with committed():
        page = home.add_child(instance=StandardPage(title=title))
        put(page, item)
        page.save()
    return item, page


@pytest.mark.parametrize("name", USES)
@pytest.mark.parametrize("address_of", [delete_address, bulk_address])
def test_delete_says_where_it_is_used(editor, home, committed, name, address_of):
    item, page = make_user_of(name, home, committed)
    words = words_of(editor, address_of(item))
    assert re.search(r"This [\w ]+ is used in 1 place: About Standard page: ", words), words
    link = BeautifulSoup(editor.get(address_of(item)).content, "lxml").select_one(".clinic-usage a")
    assert link["href"] == reverse("wagtailadmin_pages:edit", args=[page.pk])


@pytest.mark.parametrize("name", USES)
def test_what_is_not_used_is_said_to_be_unused(editor, name):
    item = USES[name][0]()
    assert re.search(r"This [\w ]+ is not used anywhere\.", words_of(editor, delete_address(item)))


@pytest.mark.parametrize("name", USES)
def test_bulk_delete_says_of_each_where_it_is_used(editor, home, committed, name):
    one, _page = make_user_of(name, home, committed, "First place")
    other, _page = make_user_of(name, home, committed, "Second place")
    words = words_of(editor, bulk_address(one, other))
    assert "First place" in words
    assert "Second place" in words


def test_place_that_a_user_cannot_open_has_no_name(client, profile, home, committed):
    item, _page = make_user_of("person", home, committed)
    client.force_login(factories.make_user("admin"))
    assert "About" in words_of(client, delete_address(item))
    user = factories.make_user("editor")
    user.groups.get().page_permissions.all().delete()
    client.force_login(user)
    words = words_of(client, delete_address(item))
    assert "About" not in words
    assert "one that you cannot open" in words


def test_page_in_the_trash_is_named_as_such(editor, home, committed):
    item, page = make_user_of("image", home, committed)
    trash.move_to_trash(page, None)
    assert "in the trash" in words_of(editor, delete_address(item))


def test_many_places_are_counted(editor, home, committed):
    item = picture()
    with committed():
        for number in range(23):
            home.add_child(instance=StandardPage(title=f"Page {number}", listing_image=item))
    words = words_of(editor, delete_address(item))
    assert "This image is used in 23 places:" in words
    assert "and 3 more" in words


def test_category_in_use_is_said_to_be(editor, committed):
    category = BlogCategory.objects.create(name="Skin", slug="skin")
    with committed():
        use(category, 1, live=True)
    assert "This category is used in 1 place: Page 1 Article: Categories" in words_of(editor, delete_address(category))


# What a page uses that is not published


def save_draft(page, put, item, **fields):
    for name, value in fields.items():
        setattr(page, name, value)
    put(page, item)
    return page.save_revision(approved_go_live_at=fields.get("go_live_at"))


@pytest.mark.parametrize("name", USES)
@pytest.mark.parametrize("is_live", [True, False])
def test_use_in_a_draft_is_named_before_deleting(editor, home, committed, name, is_live):
    make, put = USES[name]
    item = make()
    with committed():
        page = home.add_child(instance=StandardPage(title="About", live=is_live))
        page.save_revision()
        save_draft(page, put, item)
    words = words_of(editor, delete_address(item))
    assert re.search(r"used in 1 place: About Standard page: Changes that are not published", words), words


@pytest.mark.parametrize("name", USES)
def test_use_in_a_scheduled_version_is_named_before_deleting(editor, home, committed, name):
    make, put = USES[name]
    item = make()
    with committed():
        page = home.add_child(instance=StandardPage(title="About"))
        page.save_revision().publish()
        save_draft(page, put, item, go_live_at=timezone.now() + timedelta(days=2))
        StandardPage.objects.get(pk=page.pk).save_revision()  # a later draft does not use it
    assert "used in 1 place: About" in words_of(editor, delete_address(item))


@pytest.mark.parametrize("name", USES)
def test_draft_that_is_published_counts_once(editor, home, committed, name):
    item, page = make_user_of(name, home, committed)
    with committed():
        save_draft(page, USES[name][1], item, title="Another title").publish()
    assert count_uses(item) == 1
    assert "Changes that are not published" not in words_of(editor, delete_address(item))


@pytest.mark.parametrize("name", USES)
def test_draft_that_drops_a_use_leaves_no_count(home, committed, name):
    make, put = USES[name]
    item = make()
    with committed():
        page = home.add_child(instance=StandardPage(title="About"))
        save_draft(page, put, item)
    assert count_uses(item) == 1
    with committed():
        StandardPage.objects.get(pk=page.pk).save_revision()
    assert count_uses(item) == 0


@pytest.mark.parametrize("action", ["unpublish", "delete"])
def test_link_in_a_draft_is_listed_before_a_page_goes(editor, home, committed, action):
    goal = home.add_child(instance=StandardPage(title="Goal"))
    with committed():
        page = home.add_child(instance=StandardPage(title="About"))
        page.body = [("text", f'<p><a linktype="page" id="{goal.pk}">there</a></p>')]
        page.save_revision()
    words = words_of(editor, reverse(f"wagtailadmin_pages:{action}", args=[goal.pk]))
    assert "About (Standard page: Changes that are not published)" in words
