"""Check the board, adding a list, grouping, and choosing a page for a keyword."""

from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from clinic.demo.content import read_yaml
from clinic.keywords import grouping
from clinic.keywords.coverage import PageWithoutKeyword
from clinic.keywords.parsing import ParsedKeyword
from clinic.models import Keyword, KeywordGroup, MissingAddress, PageKeyword, Regrouping, SearchPhrase, WordRule
from tests import factories

from .examples import CLINIC_LINE, CLINIC_PHRASES, TOGETHER

pytestmark = pytest.mark.django_db
commit = TestCase.captureOnCommitCallbacks
TODAY = timezone.now().date()


@pytest.fixture
def client(client, home):
    client.force_login(factories.make_user("editor"))
    return client


def add(*phrases):
    return grouping.add_keywords([ParsedKeyword(phrase) for phrase in phrases])


def read(response):
    return BeautifulSoup(response.content, "html.parser")


def text_of(response):
    return " ".join(read(response).get_text(" ").split())


def said(response):
    return " ".join(read(response).select_one(".messages").get_text(" ").split())


def post(client, name, *args, **data):
    with commit(execute=True):
        return client.post(reverse(name, args=args), data, follow=True)


def save_list(client, text, **chosen):
    """Read a list, then save what was shown."""
    shown = read(post(client, "keyword_add_list", text=text)).select_one("[name=shown]")["value"]
    return post(client, "keyword_add_list", text=text, shown=shown, save="1", **chosen)


def groups():
    rows = Keyword.objects.order_by("pk").values_list("group__name", "phrase")
    found = {}
    for group, phrase in rows:
        found.setdefault(group, []).append(phrase)
    return list(found.values())


def state():
    """Return all that a list can change."""
    return list(Keyword.objects.order_by("pk").values()), list(KeywordGroup.objects.order_by("pk").values())


# The clinic's line


@pytest.fixture
def rules():
    """Add the rules of the demo clinic to those that every clinic has."""
    for rule in read_yaml("keywords.yaml")["places"]:
        WordRule.objects.create(kind=WordRule.Kind.PLACE, **rule)


def test_clinic_line_gives_its_keywords_in_their_groups(client, rules):
    response = post(client, "keyword_add_list", text=CLINIC_LINE)
    assert "25 keywords in the list. 25 are new, in 14 groups." in text_of(response)
    assert not Keyword.objects.exists()
    response = save_list(client, CLINIC_LINE)
    assert "25 keywords were added." in said(response)
    assert sorted(Keyword.objects.values_list("phrase", flat=True)) == sorted(CLINIC_PHRASES)
    assert [group for group in groups() if len(group) > 1] == TOGETHER
    assert len(groups()) == 14


def test_second_paste_changes_nothing(client, rules):
    save_list(client, CLINIC_LINE)
    before = state()
    response = post(client, "keyword_add_list", text=CLINIC_LINE)
    assert "All of them are keywords already. Saving would change nothing." in text_of(response)
    response = save_list(client, CLINIC_LINE.upper().replace('"', "”"))
    assert "All of these are keywords already. Nothing was added." in said(response)
    assert state() == before


def test_regrouped_phrases_stay_where_they_are(client, rules):
    add(*CLINIC_PHRASES)
    irvine = Keyword.objects.get(phrase="Botox in Irvine")
    post(client, "keyword_move", keyword=irvine.pk, to="Botox Irvine")
    save_list(client, CLINIC_LINE)
    irvine.refresh_from_db()
    assert (irvine.group.name, irvine.is_grouped_by_hand) == ("Botox Irvine", True)


# Adding a list


def test_group_can_be_chosen_before_saving(client):
    add("lip fillers")
    response = post(client, "keyword_add_list", text="botox, lip plumping")
    names = [field["name"] for field in read(response).select("[name^='group:']")]
    assert names == ["group:botox", "group:lip plumping"]
    save_list(client, "botox, lip plumping", **{"group:botox": "Toxins", "group:lip plumping": "LIP  fillers"})
    assert dict(Keyword.objects.values_list("phrase", "group__name")) == {
        "lip fillers": "lip fillers", "botox": "Toxins", "lip plumping": "lip fillers",
    }  # fmt: skip


def test_file_and_text_are_one_list(client):
    file = SimpleUploadedFile("list.csv", "\ufeffKeyword,Volume\nlip filler,90\n".encode("utf-16"))
    response = post(client, "keyword_add_list", file=file)
    assert "lip filler" in read(response).select_one("textarea").text
    assert "90" in read(response).select_one(".keywords-table td").text


def test_what_was_typed_above_a_file_is_kept(client):
    file = SimpleUploadedFile("list.csv", b"Search terms report\nKeyword,Volume\nlip filler,90\n")
    response = post(client, "keyword_add_list", text="botox\nlaser", file=file)
    assert "3 keywords in the list." in text_of(response)
    assert "a title above the table" in text_of(response)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Paste a list of keywords, or choose a file."),
        ({"text": "  \n "}, "Paste a list of keywords, or choose a file."),
        ({"text": "123, 456, …"}, "This list has no keyword."),
        ({"text": "x" * 500_001}, "longer than 500,000 characters"),
        ({"text": "\n".join(f"word{number}" for number in range(5001))}, "More than 5,000 keywords."),
        ({"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04rest")}, "This is not a text file."),
        ({"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}, "This is not a text file."),
        ({"file": SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")}, "This is not a text file."),
        ({"file": SimpleUploadedFile("a.7z", b"7z\xbc\xaf\x27\x1c\0\4botox")}, "This is not a text file."),
        ({"file": SimpleUploadedFile("a.gz", b"\x1f\x8b\x08\x08botox")}, "This is not a text file."),
        ({"file": SimpleUploadedFile("a.rtf", b"{\\rtf1\\ansi botox}")}, "This is not a text file."),
        ({"file": SimpleUploadedFile("a.txt", b"botox\nfiller\0\nlaser")}, "This is not a text file."),
        ({"text": "ﷺ" * 90}, "This list has no keyword."),
    ],
    ids=[
        "nothing",
        "spaces",
        "numbers",
        "huge",
        "many",
        "spreadsheet",
        "pdf",
        "png",
        "7z",
        "gzip",
        "rtf",
        "control",
        "long spelling",
    ],
)
@pytest.mark.parametrize("button", ["read", "save"])
def test_list_that_is_none_is_refused_in_words(client, data, words, button):
    for value in data.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    response = post(client, "keyword_add_list", **data, **{button: "1"})
    assert words in text_of(response)
    assert read(response).select_one("textarea").text.strip() == data.get("text", "").strip()
    assert not Keyword.objects.exists()


def test_markup_and_control_characters_do_no_harm(client):
    text = "<script>alert(1)</script>, botox\x00 now, \u202elip filler, {{ 7*7 }}, ' OR 1=1 --"
    response = post(client, "keyword_add_list", text=text)
    assert "<script>alert" not in response.content.decode()
    save_list(client, text)
    phrases = list(Keyword.objects.values_list("phrase", flat=True))
    assert {"botox now", "lip filler"} <= set(phrases)
    assert not [phrase for phrase in phrases if "\0" in phrase or "<" in phrase]
    assert client.get(reverse("keyword_groups")).status_code == 200


def test_counts_of_searches_are_renewed(client):
    save_list(client, "botox – 90")
    save_list(client, "BOTOX – 2,400\nbotox in Irvine")
    assert list(Keyword.objects.values_list("phrase", "monthly_searches")) == [
        ("botox", 2400), ("botox in Irvine", None),
    ]  # fmt: skip


def test_new_counts_are_shown_before_they_are_saved(client):
    save_list(client, "botox – 90, lip fillers – 40")
    response = post(client, "keyword_add_list", text="Botox – 2,400\nlip fillers (40)")
    assert "Botox: 90 → 2400" in text_of(response).replace("botox:", "Botox:")
    assert read(response).select_one("button[name=save]")
    assert "of 1 keyword were renewed" in said(save_list(client, "Botox – 2,400\nlip fillers (40)"))
    assert not read(post(client, "keyword_add_list", text="botox – 2,400")).select_one("button[name=save]")


@pytest.mark.parametrize("shown", ["", "x", "0" * 64])
def test_list_that_changed_since_it_was_read_is_shown_again(client, shown):
    response = post(client, "keyword_add_list", text="botox\nlip filler", shown=shown, save="1")
    assert "The list changed since it was read." in said(response)
    assert not Keyword.objects.exists()


def test_phrase_joins_the_group_with_its_name(client):
    group = KeywordGroup.objects.create(name="Neck band")
    response = post(client, "keyword_add_list", text="neck band")
    assert "new group" not in text_of(response)
    save_list(client, "neck band")
    assert Keyword.objects.get().group == group


# Groups


def test_phrases_move_and_come_back(client):
    lips = add("botox", "lip fillers")[1]
    response = post(client, "keyword_move", keyword=[lips.pk], to="BOTOX")
    assert "“lip fillers” moved to “botox”" in said(response)
    assert groups() == [["botox", "lip fillers"]]
    change = Regrouping.objects.get()
    assert "The change was undone." in said(post(client, "keyword_undo", change.pk))
    assert groups() == [["botox"], ["lip fillers"]]
    assert "This change was undone before." in said(post(client, "keyword_undo", change.pk))


def test_page_follows_its_group_and_comes_back(client, treatment_index):
    botox, lips = add("botox", "lip fillers")
    page = factories.make_treatment("Lip fillers")
    row = PageKeyword.objects.create(page=page, group=lips.group, is_live=True)
    post(client, "keyword_move", keyword=[lips.pk], to="botox")
    row.refresh_from_db()
    assert (row.group, row.role) == (botox.group, "primary")
    post(client, "keyword_undo", Regrouping.objects.get().pk)
    row.refresh_from_db()
    assert row.group == lips.group


def test_group_with_two_pages_keeps_one_of_them(client, treatment_index):
    botox, lips = add("botox", "lip fillers")
    pages = [factories.make_treatment(title) for title in ("Botox", "Lip fillers")]
    rows = [
        PageKeyword.objects.create(page=page, group=one.group, is_live=True)
        for page, one in zip(pages, (botox, lips), strict=True)
    ]
    post(client, "keyword_move", keyword=[lips.pk], to="botox")
    for row in rows:
        row.refresh_from_db()
    assert [(row.group, row.role) for row in rows] == [(botox.group, "primary"), (botox.group, "supporting")]


def test_spellings_merge_split_and_come_back(client):
    one, two = add("Mens Botox", "Men's Botoxes")
    assert [[str(keyword) for keyword in found] for found in grouping.find_mergeable()] == [[str(one), str(two)]]
    response = post(client, "keyword_merge", keyword=[one.pk, two.pk], into=one.pk)
    assert "merged into “Mens Botox”" in said(response)
    assert not grouping.find_mergeable()
    assert Keyword.objects.get(pk=two.pk).merged_into == one
    assert "keyword of its own again" in said(post(client, "keyword_split", two.pk))
    assert Keyword.objects.get(pk=two.pk).merged_into is None
    post(client, "keyword_merge", keyword=[one.pk, two.pk], into=one.pk)
    post(client, "keyword_undo", Regrouping.objects.first().pk)
    assert Keyword.objects.get(pk=two.pk).merged_into is None


def test_merged_spellings_move_along_with_the_page(client, treatment_index):
    one, two = add("Mens Botox", "Men's Botoxes")
    row = PageKeyword.objects.create(page=factories.make_treatment("Botox for men"), group=one.group)
    grouping.merge([one, two], one)
    post(client, "keyword_move", keyword=[one.pk], to="guy tox")
    two.refresh_from_db()
    row.refresh_from_db()
    assert two.group.name == row.group.name == "guy tox"


def test_page_for_a_group_stays_it_when_all_phrases_move(client, treatment_index):
    botox = add("botox")[0]
    early, late = [factories.make_treatment(title) for title in ("Early", "Late")]
    refused = PageKeyword.objects.create(page=early, group=botox.group, role="supporting")
    primary = PageKeyword.objects.create(page=late, group=botox.group)
    PageKeyword.objects.filter(pk=refused.pk).update(refused_at=timezone.now())
    post(client, "keyword_move", keyword=[botox.pk], to="why botox")
    assert dict(PageKeyword.objects.values_list("pk", "role")) == {refused.pk: "supporting", primary.pk: "primary"}
    post(client, "keyword_undo", Regrouping.objects.get().pk)
    assert dict(PageKeyword.objects.values_list("pk", "role")) == {refused.pk: "supporting", primary.pk: "primary"}
    refused.refresh_from_db()
    assert refused.is_refused


def test_changes_are_undone_from_the_last_one_on(client, treatment_index):
    men, face, _third = add("Mens Botox", "face spa", "third")
    page, other = factories.make_treatment("Botox for men"), factories.make_treatment("Facials")
    PageKeyword.objects.create(page=page, group=men.group)
    PageKeyword.objects.create(page=other, group=face.group)
    before = state(), list(PageKeyword.objects.order_by("pk").values_list("group", "role"))
    post(client, "keyword_move", keyword=[men.pk], to="face spa")
    post(client, "keyword_move", keyword=[men.pk, face.pk], to="third")
    first, second = Regrouping.objects.order_by("pk").values_list("pk", flat=True)
    assert "Undo the later change first." in said(post(client, "keyword_undo", first))
    for pk in (second, first):
        assert "The change was undone." in said(post(client, "keyword_undo", pk))
    after = state(), list(PageKeyword.objects.order_by("pk").values_list("group", "role"))
    assert [row["group_id"] for row in after[0][0]] == [row["group_id"] for row in before[0][0]]
    assert after[1] == before[1]


def test_undo_brings_the_reasons_back(client, page):
    botox, other = add("botox", "face spa")[0], factories.make_treatment("Botox for men")
    assign(client, botox.group, page)
    assign(client, botox.group, other, reason="It is newer", holder=page.pk)
    before = list(PageKeyword.objects.order_by("pk").values("group", "role", "reason", "reason_at", "took_over"))
    assert before[1]["took_over"]
    post(client, "keyword_move", keyword=[botox.pk], to="face spa")
    assert not PageKeyword.objects.exclude(reason="").exists()
    post(client, "keyword_undo", Regrouping.objects.get().pk)
    after = list(PageKeyword.objects.order_by("pk").values("group", "role", "reason", "reason_at", "took_over"))
    assert after == before


def test_undo_leaves_no_group_without_a_phrase(client):
    botox, _other = add("botox", "botox near me")
    post(client, "keyword_move", keyword=[botox.pk], to="new name")
    post(client, "keyword_undo", Regrouping.objects.get().pk)
    assert not KeywordGroup.objects.filter(name="new name").exists()


def test_page_that_was_saved_with_both_groups_gets_both_back(client, treatment_index):
    spa, face = add("medical spa", "face spa")
    page = factories.make_treatment("Facials")
    page.page_keywords.add(PageKeyword(group=spa.group, role="supporting"), PageKeyword(group=face.group))
    page.save_revision().publish()
    post(client, "keyword_move", keyword=[face.pk], to="medical spa")
    page = Page.objects.get(pk=page.pk).specific
    page.get_latest_revision().as_object().save_revision().publish()
    post(client, "keyword_undo", Regrouping.objects.get().pk)
    rows = PageKeyword.objects.filter(page=page).values_list("group__name", "role")
    assert dict(rows) == {"medical spa": "supporting", "face spa": "primary"}


def test_deleted_keyword_leaves_its_spellings(client):
    one, two = add("Mens Botox", "Men's Botoxes")
    grouping.merge([one, two], one)
    one.delete()
    two.refresh_from_db()
    assert two.merged_into is None
    two.delete()
    assert not KeywordGroup.objects.filter(merged_into=None).exists()


def test_page_loses_the_keyword_with_its_last_phrase(client, page):
    botox = add("botox")[0]
    assign(client, botox.group, page)
    botox.delete()
    assert not PageKeyword.objects.exists()
    assert "Botox" in text_of(client.get(reverse("keyword_board"), {"section": "pages"}))


def test_groups_have_names_of_their_own(client):
    add("Medical spa", "natural botox")
    group = KeywordGroup.objects.get(name="natural botox")
    url = reverse("wagtailsnippets_clinic_keywordgroup:edit", args=[group.pk])
    assert "Another group has this name." in text_of(client.post(url, {"name": "medical SPA"}))
    assert client.post(url, {"name": "Natural Botox"}).status_code == 302


def test_earlier_version_of_a_keyword_goes_into_a_group_that_lives(client):
    botox, spa = add("botox fillers", "Medical spa")
    version = botox.save_revision()
    post(client, "keyword_move", keyword=[botox.pk], to="Medical spa")
    url = reverse("wagtailsnippets_clinic_keyword:revisions_revert", args=[botox.pk, version.pk])
    assert client.get(url).status_code == 200
    edit = reverse("wagtailsnippets_clinic_keyword:edit", args=[botox.pk])
    data = {"phrase": "botox fillers", "group": "", "intent": "compare", "priority": "2", "status": "new"}
    assert client.post(edit, data | {"revision": version.pk}).status_code == 302
    botox.refresh_from_db()
    assert botox.group == spa.group
    KeywordGroup.objects.exclude(pk=spa.group_id).delete()
    assert client.get(url).status_code == 200


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("keyword_move", {"to": "x"}, "Choose at least one phrase to move."),
        ("keyword_move", {"to": "x", "keyword": ["-1", "x", "9" * 30, "٣"]}, "Choose at least one phrase to move."),
        ("keyword_move", {"to": "  ", "keyword": "PK"}, "Type the name of a group, or choose one."),
        ("keyword_move", {"to": "x" * 101, "keyword": "PK"}, "A name has at most 100 characters."),
        ("keyword_move", {"to": "botox", "keyword": "PK"}, "They are in “botox” already."),
        ("keyword_merge", {"keyword": "PK", "into": "PK"}, "These keywords changed meanwhile. Choose again."),
        ("keyword_merge", {"keyword": "PK", "into": "x"}, "These keywords changed meanwhile. Choose again."),
    ],
)
def test_change_of_groups_that_is_none_is_refused_in_words(client, name, data, words):
    botox = add("botox")[0]
    data = {key: botox.pk if value == "PK" else value for key, value in data.items()}
    before = state()
    assert words in said(post(client, name, **data))
    assert state() == before


def test_phrases_that_mean_other_things_do_not_merge(client):
    botox, lips = add("botox", "lip fillers")
    response = post(client, "keyword_merge", keyword=[botox.pk, lips.pk], into=botox.pk)
    assert "These keywords changed meanwhile." in said(response)
    assert not Keyword.objects.exclude(merged_into=None).exists()


def test_groups_are_searched(client):
    add("botox", "lip fillers")
    names = [title.text for title in read(client.get(reverse("keyword_groups"), {"q": "FILLER"})).select("h2 a")]
    assert names == ["lip fillers"]
    assert "No group has such a phrase." in text_of(client.get(reverse("keyword_groups"), {"q": "%"}))


def test_enter_in_the_field_moves_and_does_not_split(client):
    one, two = add("Mens Botox", "Men's Botoxes")
    grouping.merge([one, two], one)
    form = read(client.get(reverse("keyword_groups"))).select_one("#move-form")
    assert form.select_one("button").get("formaction") is None


# Choosing a page


@pytest.fixture
def page(treatment_index):
    return factories.make_treatment("Botox")


def assign(client, group, page, role="primary", **data):
    return post(client, "keyword_assign", group.pk, page=page.pk, role=role, **data)


def test_page_is_chosen_and_published(client, page):
    group = add("botox")[0].group
    response = assign(client, group, page)
    assert "“botox” is a keyword of “Botox” now." in said(response)
    row = PageKeyword.objects.get()
    assert (row.page_id, row.group, row.role, row.is_live) == (page.pk, group, "primary", True)
    assert not Page.objects.get(pk=page.pk).has_unpublished_changes


def test_page_with_a_draft_gets_it_in_the_draft(client, page):
    page.introduction = "Not ready"
    page.save_revision()
    group = add("botox")[0].group
    assert "is in the draft of “Botox”" in said(assign(client, group, page))
    page.refresh_from_db()
    assert page.introduction != "Not ready"
    assert not PageKeyword.objects.filter(is_live=True).exists()
    assert [row.group for row in page.get_latest_revision_as_object().page_keywords.all()] == [group]


def test_second_page_needs_a_reason(client, page):
    group, other = add("botox")[0].group, factories.make_treatment("Botox for men")
    assign(client, group, page)
    response = assign(client, group, other)
    assert "“Botox” is the page for it. Type a reason" in text_of(response).replace("for this keyword", "for it")
    assert PageKeyword.objects.get().page_id == page.pk
    assign(client, group, other, reason="It is newer", holder=page.pk)
    assert dict(PageKeyword.objects.values_list("page", "role")) == {page.pk: "supporting", other.pk: "primary"}
    shown = client.get(reverse("keyword_assign", args=[group.pk]))
    assert "Reason given: “It is newer”." in text_of(shown)


def test_refused_page_is_on_the_board_until_somebody_decides(client, page):
    group, other = add("botox")[0].group, factories.make_treatment("Botox for men")
    assign(client, group, page)
    other.page_keywords.add(PageKeyword(group=group))
    other.save_revision().publish()
    board = client.get(reverse("keyword_board"), {"section": "refused"})
    assert "Botox for men" in text_of(board)
    assign(client, group, other, "supporting")
    board = client.get(reverse("keyword_board"), {"section": "refused"})
    assert "No keyword has a second page." in text_of(board)


@pytest.mark.parametrize("page_id", ["", "0", "-1", "999999", "1", "9" * 30])
def test_page_that_cannot_be_chosen_is_refused_in_words(client, page_id):
    group = add("botox")[0].group
    response = post(client, "keyword_assign", group.pk, page=page_id, role="primary")
    assert response.status_code == 200
    assert read(response).select(".w-field__errors .error-message")
    assert not PageKeyword.objects.exists()


def test_alias_and_trash_are_refused_in_words(client, page):
    group = add("botox")[0].group
    alias = page.create_alias(update_slug="botox-alias")
    assert "This page is an alias" in text_of(assign(client, group, alias))
    client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
    assert "This page is in the trash." in text_of(assign(client, group, page))
    assert not PageKeyword.objects.exists()


def test_reason_counts_against_the_page_that_was_shown(client, page):
    group, other, third = add("botox")[0].group, *map(factories.make_treatment, ("Other", "Third"))
    assign(client, group, page)
    assign(client, group, other, reason="newer", holder=page.pk)
    response = assign(client, group, third, reason="better than Botox", holder=page.pk)
    assert "“Other” became the page for this keyword meanwhile." in text_of(response)
    assert read(response).select_one("[name=holder]")["value"] == str(other.pk)
    assign(client, group, third, reason="better than Other", holder=other.pk)
    assert PageKeyword.objects.get(role="primary").page_id == third.pk


@pytest.mark.parametrize("gives_up", ["deletes", "supports"])
def test_refused_page_takes_the_place_that_its_owner_gave_up(client, page, gives_up):
    group, other = add("botox")[0].group, factories.make_treatment("Other")
    assign(client, group, page)
    other.page_keywords.add(PageKeyword(group=group))
    other.save_revision().publish()
    page = Page.objects.get(pk=page.pk).specific
    if gives_up == "deletes":
        page.page_keywords.set([])
    else:
        (row,) = page.page_keywords.all()
        row.role = "supporting"
        page.page_keywords.add(row)
    page.save_revision().publish()
    assert PageKeyword.objects.get(role="primary").page_id == other.pk


def test_page_that_visitors_cannot_find_closes_no_gap(client, page):
    group = add("botox")[0].group
    assign(client, group, page)
    gaps = reverse("keyword_board") + "?section=gaps"
    assert "Every keyword has a page." in text_of(client.get(gaps))
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert "Every keyword has a page." not in text_of(client.get(gaps))


def test_editor_of_a_page_with_merged_groups_can_save_it(client, treatment_index):
    spa, face = add("medical spa", "face spa")
    page = factories.make_treatment("Facials")
    page.page_keywords.add(PageKeyword(group=spa.group, role="supporting"), PageKeyword(group=face.group))
    page.save_revision().publish()
    post(client, "keyword_move", keyword=[face.pk], to="medical spa")
    soup = read(client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])))
    assert soup.select_one("[name=page_keywords-TOTAL_FORMS]")["value"] == "1"


def test_locked_page_is_left_alone(client, page):
    page.locked, page.locked_by = True, factories.make_user("manager")
    page.save()
    assert "This page is locked." in text_of(assign(client, add("botox")[0].group, page))


def test_group_that_was_merged_leads_to_the_other(client, page):
    botox, toxins = add("botox", "toxins")
    merged = toxins.group
    grouping.move_keywords([toxins], botox.group)
    assign(client, merged, page)
    assert PageKeyword.objects.get().group == botox.group


def test_page_that_needs_no_keyword_leaves_the_board(client, page):
    board = reverse("keyword_board") + "?section=pages"
    assert "Botox" in text_of(client.get(board))
    for _time in range(2):
        response = post(client, "keyword_needs_none", page.pk, next=board)
    assert "“Botox” needs no keyword." in said(response)
    assert PageWithoutKeyword.objects.get().page_id == page.pk
    assert response.redirect_chain[-1][0] == board
    assert not read(response).find("a", string="Botox", class_="keywords-name")


# The board


def test_board_shows_the_first_section_with_something_to_do(client, page):
    add("botox", "lip fillers")
    soup = read(client.get(reverse("keyword_board")))
    assert soup.select_one("[aria-current=page]").get_text(" ", strip=True) == "Searches without a page 2"
    assert [line.text for line in soup.select(".keywords-lines .keywords-name")] == ["botox", "lip fillers"]


def test_gaps_are_in_the_order_of_their_importance(client):
    high, many, _few = add("high", "many", "few")
    Keyword.objects.filter(pk=high.pk).update(priority=Keyword.Priority.HIGH)
    Keyword.objects.filter(pk=many.pk).update(monthly_searches=2400)
    parked = add("parked")[0]
    Keyword.objects.filter(pk=parked.pk).update(status=Keyword.Status.PARKED)
    soup = read(client.get(reverse("keyword_board"), {"section": "gaps"}))
    assert [line.text for line in soup.select(".keywords-lines .keywords-name")] == ["high", "many", "few"]


@pytest.mark.parametrize(("is_published", "words"), [(True, "last published"), (False, "is not published any more")])
def test_stale_page_is_shown(client, page, is_published, words):
    group = add("botox")[0].group
    assign(client, group, page)
    if is_published:
        Page.objects.filter(pk=page.pk).update(last_published_at=timezone.now() - timedelta(days=366))
    else:
        Page.objects.get(pk=page.pk).specific.unpublish()
    assert words in text_of(client.get(reverse("keyword_board"), {"section": "stale"}))


def make_search():
    return SearchPhrase.objects.create(words="lip flip", searches=3, zero_hits=3, last_day=TODAY)


def make_missing():
    return MissingAddress.objects.create(path="/old-page", times=4, first_day=TODAY, last_day=TODAY)


@pytest.mark.parametrize(
    ("section", "make", "labels"),
    [
        ("searches", make_search, ["Make a keyword", "Ignore"]),
        ("missing", make_missing, ["Redirect", "Make a keyword", "Ignore"]),
    ],
)
def test_what_visitors_missed_is_a_line_with_buttons(client, section, make, labels):
    row = make()
    board = reverse("keyword_board") + f"?section={section}"
    soup = read(client.get(board))
    shown = [one.text for one in soup.select(".keywords-buttons .button")]
    assert set(labels) <= set(shown)
    forms = {form.select_one("button").text: form for form in soup.select(".keywords-buttons form")}
    for label in ("Make a keyword", "Ignore"):
        data = {field["name"]: field["value"] for field in forms[label].select("input[type=hidden]")}
        response = client.post(forms[label]["action"], data, follow=True)
        assert response.redirect_chain[-1][0] == board
    assert Keyword.objects.count() == 1
    row.refresh_from_db()
    assert row.state == "ignored"


def test_every_button_of_the_board_leads_somewhere(client, page):
    add("botox", "lip fillers")
    make_search()
    make_missing()
    soup = read(client.get(reverse("keyword_board")))
    links = {link["href"] for link in soup.select(".keywords-page a[href]")}
    assert len([link for link in links if "section=" in link]) == 13
    for link in links:
        assert client.get(urljoin(reverse("keyword_board"), link)).status_code == 200


@pytest.mark.parametrize("number", ["0", "-1", "99999", "9" * 400, "x", "٣", ""])
def test_page_of_a_section_that_is_none_is_another(client, number):
    add(*(f"word{at}" for at in range(30)))
    response = client.get(reverse("keyword_board"), {"section": "gaps", "p": number})
    assert len(read(response).select(".keywords-lines > li")) in (5, 25)


def test_section_that_is_none_is_not_found(client):
    assert client.get(reverse("keyword_board"), {"section": "'"}).status_code == 404


ADDRESSES = [
    ("get", "keyword_board", []), ("get", "keyword_add_list", []), ("post", "keyword_add_list", []),
    ("get", "wagtailsnippetchoosers_clinic_keyword:choose", []),
    ("get", "wagtailsnippetchoosers_clinic_wordrule:choose_results", []),
    ("get", "wagtailsnippetchoosers_clinic_synonym:choose", []),
    ("get", "keyword_groups", []), ("post", "keyword_move", []),
    ("post", "keyword_merge", []),
    ("post", "keyword_split", ["keyword"]), ("post", "keyword_undo", ["change"]), ("get", "keyword_assign", ["group"]),
    ("post", "keyword_assign", ["group"]), ("post", "keyword_needs_none", ["page"]),
]  # fmt: skip


@pytest.mark.parametrize("role", ["frontdesk", "clinician", ""])
def test_nobody_else_gets_in(client, page, role):
    botox, other = add("Mens Botox", "Men's Botoxes")
    grouping.merge([botox, other], botox)
    keys = {
        "keyword": other.pk, "group": botox.group_id, "page": page.pk, "change": Regrouping.objects.get().pk,
    }  # fmt: skip
    data = {"text": "new phrase", "save": "1", "keyword": [botox.pk], "to": "x", "role": "primary"} | {"page": page.pk}
    client.force_login(factories.make_user(role))
    before = state()
    for method, name, args in ADDRESSES:
        response = getattr(client, method)(reverse(name, args=[keys[one] for one in args]), data)
        assert response.status_code in (302, 403, 404)
    assert not PageKeyword.objects.exists()
    assert not PageWithoutKeyword.objects.exists()
    assert state() == before
    client.logout()
    for method, name, args in ADDRESSES:
        response = getattr(client, method)(reverse(name, args=[keys[one] for one in args]), data)
        assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "-1", "javascript:alert(1)", "\0"])
def test_next_leads_to_this_site_alone(client, page, target):
    botox = add("botox")[0]
    changes = [
        ("keyword_move", [], {"keyword": botox.pk, "to": "x"}), ("keyword_needs_none", [page.pk], {}),
        ("keyword_assign", [botox.group_id], {"page": page.pk, "role": "supporting"}),
    ]  # fmt: skip
    for name, args, data in changes:
        response = client.post(reverse(name, args=args), data | {"next": target})
        assert response.status_code == 302
        assert urlsplit(response.url)[:2] == ("", "")
