"""Test that a keyword has at most one live page, whatever editors do with their pages."""

from datetime import datetime
from io import StringIO

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core.management import call_command
from django.utils import timezone
from wagtail.actions.copy_for_translation import CopyPageForTranslationAction
from wagtail.models import Locale, Page, Workflow, WorkflowPage

from clinic.keywords import grouping
from clinic.keywords.models import find_primary
from clinic.keywords.parsing import ParsedKeyword
from clinic.models import Keyword, KeywordGroup, PageKeyword, StandardPage, TrashedPage
from tests import factories
from tests.editing.forms import fill_in
from tests.opening_hours import utc

pytestmark = pytest.mark.django_db
PRIMARY, SUPPORTING = PageKeyword.Role.PRIMARY, PageKeyword.Role.SUPPORTING
ROWS = "page_keywords"


def make_group(*phrases):
    group = KeywordGroup.objects.create(name=phrases[0])
    grouping.add_keywords([ParsedKeyword(phrase) for phrase in phrases], group=group)
    return group


def make_page(title, home, *rows, **fields):
    """Make a page with rows of (group, role), or of (group, role, reason)."""
    page = StandardPage(title=title, **fields)
    page.page_keywords = [
        PageKeyword(group=group, role=role, reason="".join(reason), reason_at=timezone.now() if reason else None)
        for group, role, *reason in rows
    ]
    home.add_child(instance=page)
    page.save_revision()
    return page


def read(page):
    """Return the keywords of a page as they are stored: (name of the group, role, is live)."""
    rows = PageKeyword.objects.filter(page=page.pk).order_by("group__name")
    return [(str(row.group), row.role, row.is_live) for row in rows]


class Editor:
    def __init__(self, client, user):
        self.client, self.user = client, user
        client.force_login(user)

    def fill_in(self, page, version=None, **rows):
        """Return the fields of the editor. ``rows`` changes fields of the first row."""
        version = version or Page.objects.get(pk=page.pk).latest_revision
        data = fill_in(version.as_object(), self.user)
        return data | {f"{ROWS}-0-{name}": value for name, value in rows.items()}

    def save(self, page, data, *, publish=False, done=302):
        self.client.force_login(self.user)  # a session ends after a working day
        action = {"action-publish": "1"} if publish else {}
        response = self.client.post(f"/admin/pages/{page.pk}/edit/", {**data, **action})
        assert response.status_code == done
        return response

    def publish(self, page, data=None):
        return told(self.save(page, data or self.fill_in(page), publish=True))


def told(response):
    response.client.cookies.pop("messages", None)  # the next answer would repeat them
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


@pytest.fixture
def botox(db):
    return make_group("Botox in Irvine", "irvine botox")


@pytest.fixture
def filler(db):
    return make_group("Lip fillers")


@pytest.fixture
def editor(client, profile):
    return Editor(client, factories.make_user("editor"))


@pytest.fixture
def holder(home, botox):
    return make_page("Holder", home, (botox, PRIMARY))


def add_row(data, group, **fields):
    number = int(data[f"{ROWS}-TOTAL_FORMS"])
    row = {"id": "", "ORDER": number + 1, "group": group.pk, "role": PRIMARY, "reason": "", **fields}
    return (
        data | {f"{ROWS}-{number}-{name}": value for name, value in row.items()} | {f"{ROWS}-TOTAL_FORMS": number + 1}
    )


# Who is the page for it


def test_second_page_is_published_as_supporting_and_told(editor, home, botox, holder):
    second = make_page("Second", home, (botox, PRIMARY), live=False)
    assert "“Second” supports “Botox in Irvine”, because “Holder” is the page for it." in editor.publish(second)
    assert read(second) == [("Botox in Irvine", SUPPORTING, True)]
    assert read(holder) == [("Botox in Irvine", PRIMARY, True)]


def test_wish_comes_true_when_the_place_is_free(editor, home, botox, holder):
    second = make_page("Second", home, (botox, PRIMARY), live=False)
    editor.publish(second)
    holder.unpublish()
    assert read(second) == [("Botox in Irvine", PRIMARY, True)]
    assert "supports" not in editor.publish(second)
    assert read(second) == [("Botox in Irvine", PRIMARY, True)]


def test_form_shows_the_wish_of_a_refused_page(editor, home, botox, holder):
    second = make_page("Second", home, (botox, PRIMARY), live=False)
    editor.publish(second)
    stored = StandardPage.objects.get(pk=second.pk)
    assert fill_in(stored, editor.user)[f"{ROWS}-0-role"] == PRIMARY


def test_reason_takes_the_place_over(editor, home, botox, holder):
    second = make_page("Second", home, (botox, PRIMARY), live=False)
    editor.publish(second, editor.fill_in(second, reason="It is newer"))
    assert read(second) == [("Botox in Irvine", PRIMARY, True)]
    assert read(holder) == [("Botox in Irvine", SUPPORTING, True)]


def test_old_reason_does_not_take_the_place_back(editor, home, botox, holder):
    second = make_page("Second", home, (botox, PRIMARY), live=False)
    editor.publish(second, editor.fill_in(second, reason="It is newer"))
    editor.publish(holder, editor.fill_in(holder, reason="The old one is better"))
    assert read(holder) == [("Botox in Irvine", PRIMARY, True)]
    for _again in range(2):
        assert "“Holder” is the page for it" in editor.publish(second)
    assert read(holder) == [("Botox in Irvine", PRIMARY, True)]


def test_reason_is_cited_only_for_the_change_it_made(editor, home, botox, holder):
    def used_reason():
        return find_primary(botox).get().used_reason

    second = make_page("Second", home, (botox, PRIMARY), live=False)
    editor.publish(holder, editor.fill_in(holder, reason="It has prices"))
    assert used_reason() == ""  # nobody had the place
    editor.publish(second, editor.fill_in(second, reason="It is newer"))
    assert used_reason() == "It is newer"
    editor.publish(second)
    assert used_reason() == "It is newer"
    editor.publish(holder, editor.fill_in(holder, reason="The old one is better"))
    assert used_reason() == "The old one is better"
    editor.publish(second)  # refused, and waits
    Page.objects.get(pk=holder.pk).unpublish()
    assert read(second) == [("Botox in Irvine", PRIMARY, True)]
    assert used_reason() == ""
    editor.publish(holder)
    Page.objects.get(pk=second.pk).unpublish()
    assert read(holder) == [("Botox in Irvine", PRIMARY, True)]
    assert used_reason() == ""


def test_saving_a_draft_again_keeps_when_the_reason_was_given(editor, home, botox):
    page = make_page("Draft", home, live=False)
    with time_machine.travel(utc("2027-01-01 18:00"), tick=False):
        editor.save(page, add_row(editor.fill_in(page), botox, reason="It is newer"))
    with time_machine.travel(utc("2027-01-10 18:00"), tick=False):
        editor.save(page, editor.fill_in(page) | {"title": "Another title"})
    rows = Page.objects.get(pk=page.pk).latest_revision.content[ROWS]
    assert [datetime.fromisoformat(row["reason_at"]) for row in rows] == [utc("2027-01-01 18:00")]
    with time_machine.travel(utc("2027-01-12 18:00"), tick=False):
        editor.save(page, editor.fill_in(page, reason="It is much newer"))
    rows = Page.objects.get(pk=page.pk).latest_revision.content[ROWS]
    assert [datetime.fromisoformat(row["reason_at"]) for row in rows] == [utc("2027-01-12 18:00")]


def test_restored_version_does_not_renew_its_reason(editor, home, botox, holder):
    second = make_page("Second", home, (botox, PRIMARY), live=False)
    editor.publish(second, editor.fill_in(second, reason="It is newer"))
    version = Page.objects.get(pk=second.pk).latest_revision
    editor.publish(second, editor.fill_in(second, reason="", role=SUPPORTING))
    editor.publish(holder, editor.fill_in(holder, reason="The old one is better"))
    restored = editor.fill_in(second, version) | {"revision": version.pk}
    assert "“Holder” is the page for it" in editor.publish(second, restored)
    assert read(holder) == [("Botox in Irvine", PRIMARY, True)]


def test_earlier_hold_does_not_count_for_a_later_one(editor, home, botox):
    """A version remembers when its page took the place. The page lost it since, and took it anew."""
    first = make_page("First", home, (botox, PRIMARY))
    old = first.save_revision()
    second = make_page("Second", home, (botox, PRIMARY), live=False)
    editor.publish(second, editor.fill_in(second, reason="It is newer"))
    second.refresh_from_db()
    second.unpublish()
    old.publish()
    assert read(first) == [("Botox in Irvine", PRIMARY, True)]
    assert "“First” is the page for it" in editor.publish(second)


# Other ways to publish


def test_scheduled_page_is_published_as_supporting(home, botox, holder, time_machine):
    second = make_page("Second", home, (botox, PRIMARY), live=False)
    second.go_live_at = utc("2031-05-05 16:00")
    second.save_revision(approved_go_live_at=second.go_live_at)
    time_machine.move_to(utc("2031-05-05 17:00"))
    call_command("publish_scheduled", stdout=StringIO())
    second.refresh_from_db()
    assert second.live
    assert read(second) == [("Botox in Irvine", SUPPORTING, True)]
    assert read(holder) == [("Botox in Irvine", PRIMARY, True)]


def test_bulk_publish_tells_of_each_refusal(client, profile, home, botox, holder):
    client.force_login(factories.make_user("manager"))
    pages = [make_page(title, home, (botox, PRIMARY), live=False) for title in ("Second", "Third")]
    query = "&".join(f"id={page.pk}" for page in pages)
    response = client.post(f"/admin/bulk/wagtailcore/page/publish/?next=/admin/&{query}", {"include_descendants": ""})
    assert response.status_code == 302
    assert "“Second” supports" in told(response)
    assert "“Third” supports" in told(response)
    assert [read(page) for page in pages] == [[("Botox in Irvine", SUPPORTING, True)]] * 2


def test_approval_in_a_workflow_tells_of_the_refusal(client, profile, home, botox, holder):
    WorkflowPage.objects.get_or_create(page=Page.get_first_root_node(), defaults={"workflow": Workflow.objects.get()})
    second = make_page("Second", home, (botox, PRIMARY), live=False)
    second.save_revision()
    manager = factories.make_user("manager")
    Workflow.objects.get().start(second, factories.make_user("editor"))
    client.force_login(manager)
    state = second.current_workflow_task_state
    response = client.post(f"/admin/pages/workflow/action/{second.pk}/approve/{state.pk}/", {"comment": ""})
    assert response.status_code in (200, 302)
    assert "“Second” supports" in told(response)
    assert read(second) == [("Botox in Irvine", SUPPORTING, True)]


def test_page_from_the_trash_supports_the_page_that_took_its_place(editor, home, botox, holder):
    assert editor.client.post(f"/admin/pages/{holder.pk}/delete/").status_code == 302
    second = make_page("Second", home, (botox, PRIMARY))
    assert read(second) == [("Botox in Irvine", PRIMARY, True)]

    row = TrashedPage.objects.get(page=holder.pk)
    response = editor.client.post(f"/admin/trash/{row.pk}/restore/", {"parent": home.pk, "slug": "holder"})
    assert response.status_code == 302
    assert "“Holder” supports “Botox in Irvine”" in told(response)
    assert read(holder) == [("Botox in Irvine", SUPPORTING, True)]


# Copies


def test_copy_takes_no_keywords(editor, home, botox, holder):
    holder.save_revision()
    copy = holder.copy(update_attrs={"title": "Copy", "slug": "copy"}, keep_live=True, copy_revisions=True)
    assert read(copy) == []
    assert all(not version.content[ROWS] for version in copy.revisions.all())
    assert read(holder) == [("Botox in Irvine", PRIMARY, True)]
    editor.publish(copy)
    assert read(copy) == []


def test_alias_takes_no_keywords_and_leaves_those_of_its_page(editor, home, botox, holder):
    alias = holder.create_alias(update_slug="alias", parent=home)
    assert read(alias) == []
    key = PageKeyword.objects.get(page=holder.pk).pk
    editor.publish(holder, editor.fill_in(holder) | {"title": "New title"})
    alias.refresh_from_db()
    assert alias.title == "New title"
    assert read(alias) == []
    assert PageKeyword.objects.get(page=holder.pk).pk == key
    assert read(holder) == [("Botox in Irvine", PRIMARY, True)]


def test_translation_takes_no_keywords(home, botox, holder):
    spanish = Locale.objects.create(language_code="es")
    translated = CopyPageForTranslationAction(holder, spanish, copy_parents=True).execute(skip_permission_checks=True)
    assert read(translated) == []
    assert read(holder) == [("Botox in Irvine", PRIMARY, True)]


# Groups that changed since


def test_same_keyword_twice_is_refused_in_words(editor, botox, holder):
    data = add_row(editor.fill_in(holder), botox)
    response = editor.save(holder, data, publish=True, done=200)
    assert "“Botox in Irvine” is listed above. Delete one of the two." in response.content.decode()
    assert response.content.decode().count("Botox in Irvine") > 1


@pytest.mark.parametrize("role", [PRIMARY, SUPPORTING])
def test_version_with_two_groups_that_were_merged_can_be_published(editor, home, botox, filler, role):
    page = make_page("Both", home, (botox, SUPPORTING), (filler, role))
    version = page.save_revision()
    grouping.move_keywords(Keyword.objects.filter(group=filler), botox)
    version.publish()
    assert ("Botox in Irvine", role, True) in read(page)
    editor.publish(page)
    assert [row for row in read(page) if row[2]] == [("Botox in Irvine", role, True)]


def test_page_with_two_merged_groups_comes_back_from_the_trash(editor, home, botox, filler):
    page = make_page("Both", home, (botox, PRIMARY), (filler, SUPPORTING))
    grouping.move_keywords(Keyword.objects.filter(group=filler), botox)
    page.unpublish()
    page.refresh_from_db()
    page.live = True
    page.save()
    for row in PageKeyword.objects.filter(page=page.pk):
        row.save()
    assert [row for row in read(page) if row[2]] == [("Botox in Irvine", PRIMARY, True)]


def test_version_with_a_merged_group_takes_the_other(editor, home, botox, filler):
    page = make_page("Page", home, (filler, PRIMARY), live=False)
    grouping.move_keywords(Keyword.objects.filter(group=filler), botox)
    editor.publish(page)
    assert read(page) == [("Botox in Irvine", PRIMARY, True)]


def test_version_with_a_deleted_group_loses_that_row_alone(editor, home, botox, filler):
    page = make_page("Page", home, (botox, PRIMARY), (filler, PRIMARY))
    version = page.save_revision()
    filler.keywords.all().delete()
    filler.delete()
    version.publish()
    editor.publish(page)
    assert read(page) == [("Botox in Irvine", PRIMARY, True)]


@pytest.mark.parametrize("value", ["999999", "x", "", "-1", "9" * 40, "1 OR 1=1"])
def test_group_that_is_none_is_refused(editor, holder, value):
    editor.save(holder, editor.fill_in(holder, group=value, reason="typed"), publish=True, done=200)


@pytest.mark.parametrize("value", ["x", "9" * 30, "-1", "", "²"])
def test_hostile_version_number_is_no_error(editor, holder, value):
    response = editor.client.post(
        f"/admin/pages/{holder.pk}/edit/", editor.fill_in(holder, reason="typed") | {"revision": value}
    )
    assert response.status_code in (200, 302, 404)


def test_removed_keyword_frees_the_place(editor, home, botox, holder):
    editor.publish(holder, editor.fill_in(holder, DELETE="on"))
    assert read(holder) == []
    second = make_page("Second", home, (botox, PRIMARY))
    assert read(second) == [("Botox in Irvine", PRIMARY, True)]
