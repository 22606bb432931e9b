"""Check what the worker reads, when, and that nobody waits for it."""

import logging
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from clinic.keywords import evidence, page_reading
from clinic.keywords.board_sections import list_sections
from clinic.keywords.grouping import merge, move_keywords, undo
from clinic.keywords.page_reading import LEASE, match_next, read_everything_due, read_next, sweep
from clinic.management.commands.run_worker import JOBS
from clinic.models import (
    AlikePages,
    Keyword,
    KeywordGroup,
    PageEvidence,
    PageKeyword,
    PageLink,
    PageReading,
    Person,
    StandardPage,
    WordRule,
)
from clinic.undo.trash import move_to_trash, restore
from tests import factories
from tests.performance import keyword_board

pytestmark = pytest.mark.django_db


def make_keyword(phrase, group=None):
    return Keyword.objects.create(phrase=phrase, group=group or KeywordGroup.objects.create(name=phrase))


def make_page(title="Peels", text="", **fields):
    page = StandardPage(title=title, body=[("text", text or f"<p>About {title}.</p>")], **fields)
    return factories.make_home().add_child(instance=page)


def publish(page, **fields):
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision().publish()


def is_due(page):
    return PageReading.objects.filter(page=page.pk, due_at__isnull=False).exists()


def read_again():
    cache.clear()  # which a new content version does after a commit
    PageReading.objects.update(due_at=timezone.now())
    read_everything_due()


@pytest.fixture
def read(home):
    """Return a page that the worker has read, about a keyword."""
    make_keyword("chemical peel")
    page = make_page("Chemical peel", introduction="It makes a tired skin brighter.")
    read_everything_due()
    assert not is_due(page)
    return page


def publish_again(page):
    publish(page, introduction="More about it.")


def unpublish(page):
    page.unpublish()


def rename(page):
    publish(page, slug="another")


def move(page):
    page.move(make_page("Elsewhere"), "last-child")


@pytest.mark.parametrize("change", [publish_again, unpublish, rename, move])
def test_change_of_a_page_makes_it_due(read, change, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        change(StandardPage.objects.get(pk=read.pk))
    assert is_due(read)


@pytest.mark.parametrize("change", [rename, move])
def test_change_of_an_address_makes_the_pages_below_due(read, change, django_capture_on_commit_callbacks):
    below = read.add_child(instance=StandardPage(title="Below"))
    read_everything_due()
    with django_capture_on_commit_callbacks(execute=True):
        change(StandardPage.objects.get(pk=read.pk))
    assert is_due(below)
    read_again()
    assert (
        PageReading.objects.get(page=below.pk)
        .texts["address"]
        .startswith("another" if change is rename else "elsewhere")
    )


def test_publishing_costs_one_query_after_the_commit(read, django_capture_on_commit_callbacks):
    with CaptureQueriesContext(connection) as captured, django_capture_on_commit_callbacks(execute=True):
        publish_again(StandardPage.objects.get(pk=read.pk))
    assert sum("clinic_pagereading" in query["sql"] for query in captured) == 1


def test_failure_to_mark_a_page_does_not_fail_publishing(read, django_capture_on_commit_callbacks, monkeypatch, caplog):
    def fail(pages):
        raise RuntimeError("The table is away.")

    monkeypatch.setattr(page_reading, "mark_due", fail)
    with caplog.at_level(logging.CRITICAL), django_capture_on_commit_callbacks(execute=True):
        publish_again(StandardPage.objects.get(pk=read.pk))
    assert StandardPage.objects.get(pk=read.pk).introduction == "More about it."


@pytest.mark.parametrize("fields", [{"live": False}, {"title": "Private", "private": True}])
def test_only_pages_for_everybody_are_read(home, fields):
    make_keyword("chemical peel")
    is_private = fields.pop("private", False)
    page = make_page(**{"title": "Chemical peel", **fields})
    if is_private:
        PageViewRestriction.objects.create(page=page, restriction_type="login")
    read_everything_due()
    assert not PageReading.objects.filter(page=page.pk).exists()
    assert not PageEvidence.objects.filter(page=page.pk).exists()


def test_page_that_becomes_private_is_forgotten(read):
    PageViewRestriction.objects.create(page=read, restriction_type="login")
    read_everything_due()
    assert not PageReading.objects.filter(page=read.pk).exists()
    assert not PageEvidence.objects.filter(page=read.pk).exists()


def test_page_outside_of_every_site_is_left_alone(home):
    Page.get_first_root_node().add_child(instance=StandardPage(title="Nowhere"))
    read_everything_due()
    assert not sweep()


def test_trash_and_restore_take_the_evidence_along(read):
    user = factories.make_user("editor")
    trashed = move_to_trash(read, user)
    read_everything_due()
    assert not PageEvidence.objects.exists()
    restore(trashed, factories.make_home(), trashed.slug, user)
    read_everything_due()
    assert PageEvidence.objects.get().page_id == read.pk


def test_copies_are_read_when_they_are_live(read):
    draft = read.copy(update_attrs={"slug": "draft"}, keep_live=False)
    live = read.copy(update_attrs={"slug": "live"}, keep_live=True)
    read_everything_due()
    assert set(PageEvidence.objects.values_list("page", flat=True)) == {read.pk, live.pk}
    assert draft.pk not in PageReading.objects.values_list("pk", flat=True)
    assert AlikePages.objects.get().percent == 100
    live.delete()
    assert not AlikePages.objects.exists()


def test_alias_is_no_second_page_with_the_text(home):
    page = make_page(text="<p>One two three four five six seven.</p>")
    page.create_alias(update_slug="alias")
    read_everything_due()
    assert not AlikePages.objects.exists()


def test_deleted_page_leaves_no_rows(read):
    other = make_page("Other", f'<p>See <a linktype="page" id="{read.pk}">it</a></p>')
    read_everything_due()
    assert PageLink.objects.get(is_in_text=True).target_id == read.pk
    read.delete()
    read_everything_due()
    assert not PageLink.objects.filter(page=other.pk).exists()
    assert not PageEvidence.objects.exists()


def test_new_keyword_is_found_without_rendering(read, monkeypatch):
    monkeypatch.setattr(page_reading, "render", None)
    group = make_keyword("about chemical").group
    read_everything_due()
    found = PageEvidence.objects.get(group=group)
    assert found.in_body
    assert not found.in_heading
    assert found.excerpt == "About Chemical peel."


def test_word_rule_changes_the_evidence(read):
    group = make_keyword("skin renewal").group
    WordRule.objects.create(words="chemical peel", kind="alias", means="skin renewal")
    read_everything_due()
    assert PageEvidence.objects.get(group=group).in_heading


def test_parked_keyword_is_not_looked_for(read):
    Keyword.objects.update(status=Keyword.Status.PARKED)
    read_everything_due()
    assert not PageEvidence.objects.exists()


def test_merged_and_regrouped_keywords_keep_their_evidence_in_step(read):
    first = Keyword.objects.get()
    second = make_keyword("peel")
    read_everything_due()
    assert set(PageEvidence.objects.values_list("group", flat=True)) == {first.group_id, second.group_id}
    merging = merge([second], first)
    read_everything_due()
    assert PageEvidence.objects.get().group_id == first.group_id
    undo(merging)
    moving = move_keywords([first], second.group)
    read_everything_due()
    assert PageEvidence.objects.get().group_id == second.group_id
    undo(moving)
    read_everything_due()
    assert PageEvidence.objects.count() == 2


def test_row_keeps_its_key_while_the_page_changes(read):
    row = PageEvidence.objects.get()
    publish(StandardPage.objects.get(pk=read.pk), title="Another name", introduction="")
    read_again()
    again = PageEvidence.objects.get()
    assert (again.pk, again.in_heading, again.in_body) == (row.pk, False, True)


def test_page_published_unseen_is_noticed(read):
    Page.objects.filter(pk=read.pk).update(last_published_at=timezone.now() + timedelta(seconds=1))
    assert sweep()
    assert is_due(read)


def test_page_is_read_again_after_a_week(read):
    PageReading.objects.update(read_at=timezone.now() - timedelta(days=8))
    assert sweep()
    assert is_due(read)


def test_two_workers_never_read_the_same_page(read, monkeypatch):
    PageReading.objects.filter(page=read.pk).update(due_at=timezone.now())
    seen = []

    def read_slowly(pk):
        seen.append(pk)
        assert not read_next()  # the other worker finds nothing
        return True

    monkeypatch.setattr(page_reading, "read_now", read_slowly)
    assert read_next()
    assert seen == [read.pk]
    assert not is_due(read)


def test_page_published_while_it_is_read_stays_due(read, monkeypatch):
    PageReading.objects.filter(page=read.pk).update(due_at=timezone.now())
    monkeypatch.setattr(page_reading, "read_now", lambda pk: page_reading.mark_due(Page.objects.filter(pk=pk)) or True)
    assert read_next()
    assert is_due(read)


def test_killed_worker_leaves_the_page_to_another(read, time_machine):
    PageReading.objects.filter(page=read.pk).update(due_at=timezone.now() + LEASE)
    assert not read_next()
    time_machine.move_to(timezone.now() + LEASE + timedelta(seconds=1))
    assert read_next()


def test_page_that_cannot_be_rendered_waits_an_hour(read, monkeypatch, caplog):
    def fail(page, site):
        raise RuntimeError("No template.")

    monkeypatch.setattr(page_reading, "render", fail)
    other = make_page("Other")
    PageReading.objects.update(due_at=timezone.now())
    with caplog.at_level(logging.CRITICAL):
        read_everything_due()
    assert not sweep()
    assert is_due(read)
    assert PageReading.objects.filter(page=other.pk).exists()
    assert PageEvidence.objects.filter(page=read.pk).exists()  # what was known stays


def test_page_that_cannot_be_matched_does_not_stop_the_others(read, monkeypatch, caplog):
    other = make_page("Other")
    read_everything_due()
    make_keyword("other")
    match = page_reading.match_page

    def fail_once(pk, vocabulary):
        if pk == read.pk:
            raise RuntimeError("A text that nobody thought of.")
        return match(pk, vocabulary)

    monkeypatch.setattr(page_reading, "match_page", fail_once)
    with caplog.at_level(logging.CRITICAL):
        assert match_next()
        assert not match_next()
    assert PageEvidence.objects.filter(page=other.pk).exists()


def test_links_are_stored_with_their_words_and_place(read):
    words = (
        "<p>A <a href='/chemical-peel/?a=b#c'>chemical peel</a>, <a href='https://example.org/chemical-peel/'>x</a></p>"
    )
    other = make_page(
        "Other", words + '<p><a href="/other/">self</a> <a href="/nothing/">none</a> <a href="//[">x</a></p>'
    )
    read_everything_due()
    link = PageLink.objects.get(page=other.pk)
    assert (link.target_id, link.words, link.is_in_text) == (read.pk, "chemical peel", True)
    assert link.group.name == "chemical peel"
    assert [row.page_id for row in evidence.get_links_to(read)] == [other.pk]


def test_name_of_a_new_person_takes_the_suggestion_away(read):
    PageKeyword.objects.create(page=read, group=KeywordGroup.objects.get())
    make_page("Other", "<p>Ask for chemical peel here.</p>")
    read_everything_due()
    assert evidence.find_link_suggestions().total == 1
    Person.objects.create(name="Chemical Peel", role="Nurse")
    read_everything_due()
    assert evidence.find_link_suggestions().total == 0


def test_owner_page_has_its_evidence(read):
    group = KeywordGroup.objects.get()
    PageKeyword.objects.create(page=read, group=group)
    assert evidence.list_evidence_of_owners().get(group=group).in_heading
    assert [row.group for row in PageEvidence.objects.filter(page=read).exclude(excerpt="")] == [group]
    assert evidence.get_reading_state().waiting == 0


def test_page_that_hides_from_search_engines_is_no_conflict(read):
    PageKeyword.objects.create(page=read, group=KeywordGroup.objects.get())
    hidden = make_page("Chemical peel at home", noindex=True)
    read_everything_due()
    assert evidence.find_conflicts().total == 0
    publish(StandardPage.objects.get(pk=hidden.pk), noindex=False)
    read_again()
    assert [row.page.pk for row in evidence.find_conflicts().rows] == [hidden.pk]


def test_large_page_is_read(home):
    make_keyword("chemical peel")
    make_page("Long", "<p>Some words about a chemical peel &amp; more.</p>" * 4000)
    read_everything_due()
    assert PageEvidence.objects.get().in_body


def test_worker_and_command_read_what_is_due(home, capsys):
    assert page_reading.read_pages in JOBS
    page = make_page()
    call_command("read_pages")
    assert PageReading.objects.get(page=page.pk).read_at
    assert "The board of keywords" in capsys.readouterr().out


def test_board_reads_few_rows_of_many(home):
    keyword_board.fill(pages=60, keywords=90)
    client = keyword_board.make_client()
    for section in list_sections():
        # How long it takes is measured by tests/performance: here other tests run at the same time.
        queries = keyword_board.measure(client, f"/admin/keywords/?section={section.slug}")[1]
        assert queries <= keyword_board.MAX_QUERIES
    assert all(evidence_list().total for evidence_list in (evidence.find_conflicts, evidence.find_link_suggestions))
