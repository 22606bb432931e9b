"""Check the table of titles, descriptions, keywords and pictures."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import GroupPagePermission, Page, PageLogEntry, Workflow

from clinic.keywords.grouping import add_keywords
from clinic.keywords.parsing import ParsedKeyword
from clinic.models import ClinicImage, PageKeyword, StandardPage
from clinic.undo.trash import move_to_trash
from tests import factories

URL = "/admin/page-texts/"


@pytest.fixture
def user(home):
    return factories.make_user("editor")


@pytest.fixture
def client(client, user):
    client.force_login(user)
    return client


def soup_of(response):
    return BeautifulSoup(response.content, "html.parser")


def row_of(response, page):
    return soup_of(response).find("input", {"name": f"page-{page.pk}-version"}).find_parent("li")


def fields_of(response):
    """Return what a browser sends of the table."""
    data = {"page": []}
    for fieldset in soup_of(response).select(".clinic-texts__row fieldset:not([disabled])"):
        for field in fieldset.select("input, textarea"):
            value = field.get_text() if field.name == "textarea" else field.get("value", "")
            if field["name"] == "page":
                data["page"].append(value)
            else:
                data[field["name"]] = value.removeprefix("\n")
    return data


def change(client, page, follow=True, publish=False, opened=None, **texts):
    data = opened or fields_of(client.get(URL))
    data = data | {f"page-{page.pk}-{name}": value for name, value in texts.items()}
    return client.post(URL, data | ({"publish": "1"} if publish else {}), follow=follow)


def draft_of(page):
    return Page.objects.get(pk=page.pk).get_latest_revision_as_object()


def text_of(response):
    return " ".join(soup_of(response).get_text().split())


def make_image(title):
    return ClinicImage.objects.create(title=title, description="A color.", file=get_test_image_file())


def make_group(name):
    return add_keywords([ParsedKeyword(name)])[0].group


def test_changed_row_becomes_a_draft(client, user, treatment_index):
    page = factories.make_treatment("Botox", seo_title="Old")
    other = factories.make_treatment("Fillers")
    response = change(client, page, title=" New \n title ", description="What it does.")
    assert "1 page is saved as a draft." in text_of(response)
    draft = draft_of(page)
    assert (draft.seo_title, draft.search_description) == ("New title", "What it does.")
    page.refresh_from_db()
    assert page.seo_title == "Old"
    entry = PageLogEntry.objects.filter(page=page.pk, action="wagtail.edit").get()
    assert entry.user == user
    assert not Page.objects.get(pk=other.pk).latest_revision_id
    assert 'value="New title"' in str(row_of(client.get(URL), page))


def test_unchanged_rows_are_not_saved(client, treatment_index):
    factories.make_treatment("Botox", search_description="Two\nlines", seo_title="Old")
    response = client.post(URL, fields_of(client.get(URL)), follow=True)
    assert "Nothing was changed." in text_of(response)
    assert not Page.objects.exclude(latest_revision=None).exists()


def test_first_version_stays_in_the_history(client, treatment_index):
    page = factories.make_treatment("Botox", seo_title="Old")
    change(client, page, title="New")
    assert [one.content["seo_title"] for one in page.revisions.order_by("pk")] == ["Old", "New"]


def test_publishing_is_a_choice(client, treatment_index):
    page = factories.make_treatment("Botox")
    response = change(client, page, title="New", publish=True)
    assert "1 page is published." in text_of(response)
    page.refresh_from_db()
    assert (page.seo_title, page.has_unpublished_changes) == ("New", False)
    assert PageLogEntry.objects.filter(page=page.pk, action="wagtail.publish").exists()


def test_publishing_never_publishes_other_changes(client, treatment_index):
    page, draft = factories.make_treatment("Botox"), factories.make_treatment("Draft", live=False)
    page.title = "Half written"
    page.save_revision()
    data = fields_of(client.get(URL)) | {f"page-{draft.pk}-title": "Draft title"}
    response = change(client, page, title="New", publish=True, opened=data)
    assert "2 pages are saved as drafts. Only pages that are live" in text_of(response)
    page.refresh_from_db()
    draft.refresh_from_db()
    assert (page.title, page.seo_title, draft.live) == ("Botox", "", False)
    assert (draft_of(page).title, draft_of(page).seo_title) == ("Half written", "New")
    assert draft.seo_title == "Draft title"


def test_publishing_needs_the_permission(client, user, treatment_index):
    GroupPagePermission.objects.filter(group__user=user, permission__codename="publish_page").delete()
    page = factories.make_treatment("Botox")
    change(client, page, title="New", publish=True)
    page.refresh_from_db()
    assert (page.seo_title, draft_of(page).seo_title) == ("", "New")


def test_newer_draft_is_not_overwritten(client, treatment_index):
    page = factories.make_treatment("Botox")
    page.save_revision()
    opened = fields_of(client.get(URL))
    page.seo_title = "Theirs"
    page.save_revision()
    response = change(client, page, title="Mine", opened=opened)
    assert response.status_code == 200
    row = row_of(response, page)
    assert "Someone else changed this page" in row.get_text()
    assert "Theirs" in row.get_text()
    assert row.find("input", {"name": f"page-{page.pk}-title"})["value"] == "Mine"
    assert draft_of(page).seo_title == "Theirs"
    client.post(URL, fields_of(response))
    assert draft_of(page).seo_title == "Mine"


def test_rows_that_only_others_changed_are_left_alone(client, treatment_index):
    page, mine = factories.make_treatment("Botox"), factories.make_treatment("Fillers")
    page.save_revision()
    opened = fields_of(client.get(URL))
    page.seo_title = "Theirs"
    page.save_revision()
    response = change(client, mine, title="Mine", opened=opened)
    assert "1 page is saved as a draft." in text_of(response)
    assert draft_of(page).seo_title == "Theirs"


def test_same_form_twice_changes_once(client, treatment_index):
    page = factories.make_treatment("Botox")
    opened = fields_of(client.get(URL))
    for _time in range(2):
        response = change(client, page, title="New", opened=opened)
    assert "Nothing was changed." in text_of(response)
    assert page.revisions.count() == 2


def test_faulty_rows_keep_their_text_while_others_are_saved(client, treatment_index):
    good, bad = factories.make_treatment("Botox"), factories.make_treatment("Fillers")
    data = fields_of(client.get(URL)) | {f"page-{good.pk}-title": "Good"}
    texts = {"title": "x" * 256, "description": "<b>y</b>" * 200, "keyword": "<i>no</i>", "picture": "999999"}
    response = change(client, bad, opened=data, **texts)
    assert draft_of(good).seo_title == "Good"
    row = row_of(response, bad)
    assert len(row.select(".clinic-texts__error")) == 4
    for name in ("title", "keyword"):
        assert row.find("input", {"name": f"page-{bad.pk}-{name}"})["value"] == texts[name]
    assert row.find("textarea").get_text().strip() == texts["description"]
    assert len(row.select("[aria-invalid=true]")) == 3
    assert not Page.objects.get(pk=bad.pk).latest_revision_id
    assert "1 page is not saved yet" in text_of(response)


def test_keyword_takes_the_place_of_the_old_one(client, treatment_index):
    page = factories.make_treatment("Botox")
    old, new, supported = make_group("botox"), make_group("lip fillers"), make_group("peels")
    PageKeyword.objects.create(page=page, group=old)
    PageKeyword.objects.create(page=page, group=supported, role="supporting")
    change(client, page, keyword="Lip Fillers", publish=True)
    rows = PageKeyword.objects.filter(page=page).values_list("group", "role")
    assert sorted(rows) == sorted([(new.pk, "primary"), (supported.pk, "supporting")])
    change(client, page, keyword="peels", publish=True)
    assert list(PageKeyword.objects.filter(page=page).values_list("group", "role")) == [(supported.pk, "primary")]
    change(client, page, keyword="", publish=True)
    assert not PageKeyword.objects.filter(page=page).exists()


def test_second_page_for_a_keyword_is_told(client, treatment_index):
    holder, page = factories.make_treatment("Holder"), factories.make_treatment("Botox")
    PageKeyword.objects.create(page=holder, group=make_group("botox"))
    assert "“Holder” is the page for “botox”" in text_of(change(client, page, keyword="botox"))
    other = factories.make_treatment("Other")
    response = change(client, other, keyword="botox", publish=True)
    assert "“Other” supports “botox”, because “Holder” is the page for it." in text_of(response)
    assert PageKeyword.objects.get(page=other).role == "supporting"


def test_picture_is_chosen_and_removed(client, treatment_index):
    page, picture = factories.make_treatment("Botox"), make_image("Art")
    change(client, page, picture=str(picture.pk))
    assert draft_of(page).social_image == picture
    assert str(picture.pk) in str(row_of(client.get(URL), page))
    change(client, page, picture="")
    assert draft_of(page).social_image is None


def test_locked_and_moderated_pages_are_not_changed(client, treatment_index):
    locked, moderated, scheduled = (factories.make_treatment(name) for name in ("Locked", "Moderated", "Scheduled"))
    opened = fields_of(client.get(URL))
    Page.objects.filter(pk=locked.pk).update(locked=True, locked_by=factories.make_user("manager"))
    moderated.save_revision()
    Workflow.objects.first().start(moderated, factories.make_user("editor"))
    scheduled.go_live_at = timezone.now() + timedelta(days=1)
    scheduled.save_revision(approved_go_live_at=scheduled.go_live_at).publish()
    response = client.get(URL)
    texts = {page: row_of(response, page) for page in (locked, moderated, scheduled)}
    assert "Locked by" in texts[locked].get_text()
    assert "In moderation" in texts[moderated].get_text()
    assert "Scheduled to go live" in texts[scheduled].get_text()
    assert all(row.fieldset.has_attr("disabled") for row in texts.values())
    for page in texts:
        count = page.revisions.count()
        data = fields_of(response) | opened
        answer = change(client, page, opened=data | {f"page-{page.pk}-version": version(page)}, title="New")
        assert row_of(answer, page).find("input", {"name": f"page-{page.pk}-title"})["value"] == "New"
        assert page.revisions.count() == count


def version(page):
    return str(Page.objects.get(pk=page.pk).latest_revision_id or 0)


def test_deleted_page_is_told(client, treatment_index):
    page = factories.make_treatment("Botox")
    opened = fields_of(client.get(URL))
    move_to_trash(page, factories.make_user("manager"))
    response = change(client, page, title="New", opened=opened)
    assert "1 page was deleted, or you may no longer change it." in text_of(response)


def test_pages_without_something_are_found(client, treatment_index):
    factories.make_treatment("Described", search_description="x")
    drafted = factories.make_treatment("Drafted")
    keyed = factories.make_treatment("Keyed")
    PageKeyword.objects.create(page=keyed, group=make_group("botox"))
    factories.make_treatment("Pictured", listing_image=make_image("Art"))
    drafted.search_description = "y"
    drafted.page_keywords.add(PageKeyword(group=make_group("lips")))
    drafted.social_image = make_image("Draft")
    drafted.save_revision()

    def without(what):
        rows = soup_of(client.get(URL, {"lacks": what, "type": "treatmentpage"})).select(".clinic-texts__row")
        return {row.h2.get_text() for row in rows}

    assert without("description") == {"Keyed", "Pictured"}
    assert without("keyword") == {"Described", "Pictured"}
    assert without("picture") == {"Described", "Keyed"}
    assert without("nonsense") == {"Described", "Drafted", "Keyed", "Pictured"}


def test_words_and_pages_narrow_the_list(client, treatment_index):
    for number in range(30):
        factories.make_treatment(f"Treatment {number}")
    assert len(soup_of(client.get(URL)).select(".clinic-texts__row")) == 25
    assert len(soup_of(client.get(URL, {"q": "treatment 7"})).select(".clinic-texts__row")) == 1
    for hostile in ("%", "\\", "' OR 1=1", "\0", "x" * 5000):
        assert client.get(URL, {"q": hostile, "p": hostile, "type": hostile, "lacks": hostile}).status_code == 200


def test_queries_do_not_grow_with_the_pages(client, treatment_index):
    def fill(count):
        for number in range(count):
            page = factories.make_treatment(f"Page {count} {number}")
            page.social_image = make_image(f"Picture {count} {number}")
            PageKeyword.objects.create(page=page, group=make_group(f"word{count} {number}"))
            page.save_revision()

    fill(3)
    client.get(URL)
    with CaptureQueriesContext(connection) as few:
        client.get(URL)
    fill(15)
    client.get(URL)  # makes the small pictures
    with CaptureQueriesContext(connection) as many:
        client.get(URL)
    assert len(many) <= len(few)


def test_queries_do_not_grow_with_pages_that_have_no_texts(client, home):
    image = make_image("Dunes")
    picture = {"type": "picture", "value": {"image": {"image": image.pk, "alt_text": "A", "decorative": False}}}
    body = [picture, {"type": "text", "value": "<p>Deep.</p>"}]

    def fill(name, count):
        above = home.__class__.objects.get().add_child(instance=StandardPage(title=name))
        for number in range(count):
            above = above.add_child(instance=StandardPage(title=f"{name} {number}", body=body if number % 2 else []))

    fill("Few", 3)
    client.get(URL)
    with CaptureQueriesContext(connection) as few:
        client.get(URL)
    fill("Many", 8)
    with CaptureQueriesContext(connection) as many:
        client.get(URL)
    assert len(many) <= len(few)


def test_gray_texts_are_those_of_the_page(client, home):
    factories.clinic_profile(tagline="Calm care by the sea")
    long = "Sixteen words about sun and skin that are more than a list of results ever shows. " * 4
    fields = [
        {},
        {"introduction": long},
        {"listing_summary": " ", "introduction": "Opened.\n\nTwice."},
        {"body": [("text", "<h2>Why?</h2><p>A &amp; <b>b</b>.</p>")]},
        {"title": "Long " * 40},
    ]
    above = home.add_child(instance=StandardPage(title="Above"))
    for number, values in enumerate(fields):
        page = StandardPage(**{"title": f"Page {number}", "slug": f"page-{number}", **values})
        page = above.add_child(instance=page)
    page.add_child(instance=StandardPage(title="Below"))
    factories.make_article("Moon", intro="", body=[("text", "<p>Deep.</p>")])
    factories.make_article("Sun", intro="Hot.")
    table = client.get(URL)
    for page in Page.objects.descendant_of(home, inclusive=True):
        head = soup_of(client.get(page.url)).head
        row = row_of(table, page)
        assert row.select_one("input[name$=-title]")["placeholder"] == head.title.get_text()
        expected = head.select_one("meta[name=description]")["content"]
        assert row.select_one("textarea")["placeholder"] == expected


def test_gray_texts_are_those_of_the_draft(client, home):
    page = factories.make_article("Moon", intro="Old.")
    page.title, page.intro = "Sun", ""
    page.body = [("text", "<p>Deep.</p>")]
    page.save_revision()
    row = row_of(client.get(URL), page)
    assert row.select_one("input[name$=-title]")["placeholder"].startswith("Sun – ")
    assert row.select_one("textarea")["placeholder"] == "Deep."


@pytest.mark.parametrize("role", ["frontdesk", "clinician"])
def test_only_editors_of_pages_get_in(client, treatment_index, role):
    page = factories.make_treatment("Botox")
    data = {"page": [page.pk], f"page-{page.pk}-version": "0", f"page-{page.pk}-title": "New"}
    client.force_login(factories.make_user(role))
    for response in (client.get(URL), client.post(URL, data)):
        assert response.url == reverse("wagtailadmin_home")
    assert not page.revisions.exists()


def test_hostile_fields_change_nothing(client, treatment_index):
    page = factories.make_treatment("Botox")
    for data in (
        {"page": ["x", "-1", "9" * 40, str(page.pk)] * 20},
        {"page": str(page.pk), f"page-{page.pk}-title": "\0", f"page-{page.pk}-version": "９"},
        {"page": str(page.pk), f"page-{page.pk}-version": "9" * 30},
        {},
    ):
        assert client.post(URL, data).status_code in (200, 302)
    assert not page.revisions.exists()
    assert ClinicImage.objects.count() == 0
