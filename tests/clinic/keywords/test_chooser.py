"""Test the window in which editors choose a keyword for a page, or add one."""

import json

import pytest
from django.contrib.auth.models import Permission

from clinic.keywords import chooser, grouping
from clinic.keywords.parsing import ParsedKeyword
from clinic.models import Keyword, KeywordGroup, PageKeyword
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.same_everywhere]
URL = "/admin/snippets/choose/clinic/keywordgroup/"
ADDRESSES = [URL, f"{URL}results/", f"{URL}chosen/1/", f"{URL}chosen-multiple/?id=1", f"{URL}create/"]


@pytest.fixture
def botox(db):
    group = KeywordGroup.objects.create(name="Botox in Irvine")
    grouping.add_keywords([ParsedKeyword(one) for one in ("Botox in Irvine", "men’s botox irvine")], group=group)
    return group


@pytest.fixture
def editor(client, profile):
    client.force_login(factories.make_user("editor"))
    return client


def add(client, phrases):
    return json.loads(client.post(f"{URL}create/", {"phrases": phrases}).content)


def html_of(client, **query):
    return json.loads(client.get(URL, query).content)["html"]


# Choose


def test_list_shows_phrases_and_the_page_for_it(editor, botox, home):
    html = html_of(editor)
    assert "men’s botox irvine" in html
    assert "No page yet" in html
    PageKeyword.objects.create(group=botox, page=factories.make_treatment("Botox for men").page_ptr)
    assert "Botox for men" in html_of(editor)


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("botox", True),
        ("IRVINE bot", True),
        ("men's", True),
        ("“mens”", False),
        ("laser", False),
        ("   ", True),
        ("%", False),
        ("' OR 1=1 --", False),
        ("\0", True),
        ("x" * 500, True),
        ("<script>", False),
        ("🙂", False),
    ],
)
def test_search_finds_phrases_by_some_of_their_words(editor, botox, query, is_found):
    response = editor.get(f"{URL}results/", {"q": query})
    if response.status_code == 400:  # a character that no text needs
        assert "\0" in query
        return
    html = response.content.decode()
    assert ("Botox in Irvine" in html) is is_found
    assert "<script>" not in html


def test_merged_group_is_not_offered_and_leads_to_the_other(editor, botox):
    other = KeywordGroup.objects.create(name="Old name", merged_into=botox)
    assert "Old name" not in html_of(editor)
    answer = json.loads(editor.get(f"{URL}chosen/{other.pk}/").content)
    assert answer["result"]["id"] == str(botox.pk)


@pytest.mark.parametrize("pk", ["x", "0", "9" * 40, "1%00"])
def test_choosing_what_is_none_is_not_found(editor, pk):
    assert editor.get(f"{URL}chosen/{pk}/").status_code in (400, 404)


def test_list_costs_the_same_for_many_groups(editor, django_assert_max_num_queries):
    for number in range(12):
        grouping.add_keywords(
            [ParsedKeyword(f"keyword {number} a"), ParsedKeyword(f"keyword {number} b")],
            group=KeywordGroup.objects.create(name=f"keyword {number}"),
        )
    editor.get(URL)
    with django_assert_max_num_queries(16):
        editor.get(URL)


# Add


def test_phrases_go_into_one_group_that_is_chosen(editor, botox):
    answer = add(editor, "Lip fillers, lip injections\nlip augmentation")
    group = KeywordGroup.objects.get(name="Lip fillers")
    assert answer["step"] == "chosen"
    assert answer["result"] == {
        "id": str(group.pk),
        "string": "Lip fillers",
        "edit_url": answer["result"]["edit_url"],
    }
    phrases = group.keywords.order_by("pk").values_list("phrase", flat=True)
    assert list(phrases) == ["Lip fillers", "lip injections", "lip augmentation"]


def test_phrase_that_means_a_known_search_joins_its_group(editor, botox):
    answer = add(editor, "botox in Irvine near me")
    assert answer["result"]["id"] == str(botox.pk)


def test_phrase_of_another_group_is_refused_by_its_name(editor, botox):
    answer = add(editor, "lip fillers, MEN'S botox  Irvine")
    assert answer["step"] == "reshow_creation_form"
    assert "“men’s botox irvine” is in the group “Botox in Irvine” already." in answer["htmlFragment"]
    assert "lip fillers, MEN&#x27;S botox  Irvine" in answer["htmlFragment"]
    assert not Keyword.objects.filter(phrase="lip fillers").exists()


@pytest.mark.parametrize(
    "typed", ["", "   ", "!!!", "1234", "word " * 40, "x" * 6000, "<script>alert(1)</script>", ",,,"]
)
def test_what_is_no_keyword_is_refused_in_words(editor, typed):
    before = KeywordGroup.objects.count()
    answer = add(editor, typed)
    html = answer.get("htmlFragment", "")
    assert "<script>" not in html
    if answer["step"] == "chosen":  # what is left of the tags is a phrase
        assert "<" not in answer["result"]["string"]
    else:
        assert "error-message" in html
        assert KeywordGroup.objects.count() == before


def test_phrase_that_a_colleague_added_meanwhile_is_refused_in_words(editor, monkeypatch):
    real = chooser.AddKeywordsForm.save

    def add_first(form, owner):
        monkeypatch.setattr(chooser.AddKeywordsForm, "save", real)
        group = KeywordGroup.objects.create(name="Theirs")
        grouping.add_keywords([ParsedKeyword("lip fillers")], group=group)
        Keyword(phrase="lip fillers", group=group).save(force_insert=True)

    monkeypatch.setattr(chooser.AddKeywordsForm, "save", add_first)
    answer = add(editor, "lip fillers")
    assert answer["step"] == "reshow_creation_form"


# Who may


@pytest.mark.parametrize("role", ["frontdesk", "clinician", ""])
@pytest.mark.parametrize("address", ADDRESSES)
def test_only_those_who_edit_pages_may_choose(client, profile, botox, role, address):
    client.force_login(factories.make_user(role))
    assert client.get(address).status_code in (302, 403)
    assert client.post(f"{URL}create/", {"phrases": "lip fillers"}).status_code in (302, 403)
    assert not Keyword.objects.filter(phrase="lip fillers").exists()


def test_who_may_not_add_keywords_gets_no_tab_for_it(client, profile, botox):
    user = factories.make_user("editor")
    client.force_login(user)
    assert "Add new" in html_of(client)
    user.groups.get().permissions.remove(Permission.objects.get(codename="add_keyword"))
    client.force_login(user)
    html = html_of(client)
    assert "Botox in Irvine" in html
    assert "Add new" not in html
    assert client.post(f"{URL}create/", {"phrases": "lip fillers"}).status_code in (302, 403)
