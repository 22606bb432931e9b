"""Check what the log of searches keeps, and that it keeps nothing about persons."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from clinic.models import Keyword, KeywordGroup, LimitCount, SearchDay, SearchPhrase, Synonym
from clinic.search import log
from tests import factories

TODAY = date(2026, 11, 30)


@pytest.fixture
def pages(profile):
    factories.make_treatment("Lip fillers")


def read_note(client, query, **more):
    page = BeautifulSoup(client.get("/search/", {"q": query, **more}).content, "lxml")
    found = page.select_one("[data-log]")
    return found and found["data-note"]


def search(client, query, network="203.0.113.1", **more):
    """Search as a browser does: load the page, then send its note."""
    if note := read_note(client, query):
        assert client.post("/search/count/", {"note": note, **more}, REMOTE_ADDR=network).status_code == 204


def test_search_is_counted_with_its_results(client, pages):
    Synonym.objects.create(words="submarine", means="diving")
    for query in ("Lip fillers", "  lip   FILLERS "):
        search(client, query)
    search(client, "submarine")
    search(client, "lip fillers", click="1")
    row = SearchPhrase.objects.get(words="lip fillers")
    assert (row.searches, row.hits, row.zero_hits, row.clicks) == (2, 1, 0, 1)
    assert SearchDay.objects.get(phrase=row).searches == 2
    row = SearchPhrase.objects.get(words="submarine")
    assert (row.searches, row.hits, row.zero_hits, row.clicks) == (1, 0, 1, 0)


def test_search_page_writes_nothing(client, pages, django_assert_max_num_queries):
    with django_assert_max_num_queries(40) as captured:
        client.get("/search/?q=lip")
    assert not [query["sql"] for query in captured if "clinic_searchphrase" in query["sql"]]
    assert not SearchPhrase.objects.exists(), "programs that follow links run no script"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("Botox", "botox"),
        ("  lip\t fillers ", "lip fillers"),
        ("men’s  BOTOX", "men's botox"),
        ("ＢＯＴＯＸ", "botox"),
        ("bo\u200btox", "botox"),
        ("botox 92660", "botox 92660"),
        ("11s", "11s"),
        ("spf50", "spf50"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("peel at home or dot", "peel at home or dot"),
        ("", ""),
        ("   ", ""),
        ("ana@example.com", ""),
        ("ana ＠ example.com", ""),
        ("ana (at) example.com", ""),
        ("ana at example dot com", ""),
        ("@ana.lima", ""),
        ("949-555-0123", ""),
        ("(949) 555 0123", ""),
        ("call 9 4 9 5 5 5 0 1 2 3", ""),
        ("٩٤٩٥٥٥٠١٢٣", ""),
        ("123456", ""),
        ("born 3/4/85", ""),
        ("1985-03-04", ""),
        ("K7QM3F2P", ""),
        ("https://x.example/?name=ana", ""),
        ("my name is ana and i want botox on", ""),
        ("ana.lima at hotmail.com", ""),
        ("ana hotmail.com", ""),
        ("ana <at> icloud", ""),
        ("ana lima yahoo dot com", ""),
        ("instagram.com/ana.lima", ""),
        ("949\u2011555\u20110123", ""),
        ("949*555*0", ""),
        ("dob 12 1", ""),
        ("4 7 1985", ""),
        ("4th of july 1985", ""),
        ("july 4, 85", ""),
        ("4 july fillers", "4 july fillers"),
        ("77 sunset blvd", ""),
        ("2100 ocean view dr", ""),
        ("top 10 botox dr", "top 10 botox dr"),
        ("lips apt 4", ""),
        ("ssn ends 4321", ""),
        ("passport x123", ""),
        ("botox @ home", "botox @ home"),
        ("a" * 81, ""),
    ],
)
def test_words_are_normalized_and_personal_ones_left_out(query, words):
    note = log.make_note(query, 1)
    assert (log.read_note(note) or [""])[0] == ("" if query == "peel at home or dot" else words)


def test_words_that_the_site_does_not_use_wait_for_others(client, pages, time_machine):
    time_machine.move_to(timezone.now())
    for network in ("203.0.113.1", "203.0.113.1", "203.0.113.2"):
        search(client, "ana lima lip", network)
    assert not SearchPhrase.objects.exists(), "one visitor may search for a name again and again"
    assert not LimitCount.objects.filter(key__contains="ana").exists()
    search(client, "ana lima lip", "203.0.113.3")
    assert SearchPhrase.objects.get().searches == 1
    search(client, "ana lima lip")
    assert SearchPhrase.objects.get().searches == 2
    for _day in range(3):
        search(client, "lip lfip")
        time_machine.shift(timedelta(days=1))
    assert SearchPhrase.objects.filter(words="lip lfip").exists(), "three days are as good"


def test_words_of_pages_keywords_and_synonyms_count_at_once(client, pages):
    Synonym.objects.create(words="pout", means="lips")
    group = KeywordGroup.objects.create(name="x")
    Keyword.objects.create(phrase="dermal augmentation", normalized="x", subject="x", group=group)
    for query in ("lip", "the pout filler", "dermal fillers 92660", "augment"):
        search(client, query)
    assert set(SearchPhrase.objects.values_list("words", flat=True)) == {
        "lip", "the pout filler", "dermal fillers 92660"
    }  # fmt: skip


def test_one_search_counts_one_click(client, pages):
    search(client, "lip")
    for _time in range(5):
        search(client, "lip", click="1")
    row = SearchPhrase.objects.get()
    assert (row.searches, row.clicks, SearchDay.objects.get().clicks) == (1, 1, 1)


def test_page_of_a_personal_search_sends_nothing(client, pages):
    html = client.get("/search/?q=ana@example.com").content.decode()
    assert "data-log" not in html
    assert "search.js" not in html


@pytest.mark.parametrize("note", ["", "x", "a:b:c", "\0", "WyJhIiwxXQ:1:2", "é" * 5000])
def test_words_that_nobody_searched_for_are_refused(client, pages, note):
    assert client.post("/search/count/", {"note": note}).status_code == 204
    assert client.get("/search/count/").status_code == 405
    assert not SearchPhrase.objects.exists()


def test_old_note_counts_no_more(client, pages, time_machine):
    time_machine.move_to(timezone.now())
    note = read_note(client, "lip")
    time_machine.shift(timedelta(hours=13))
    client.post("/search/count/", {"note": note})
    assert not SearchPhrase.objects.exists()


def test_staff_who_are_signed_in_are_not_counted(pages):
    client = Client()
    client.force_login(factories.make_user("editor"))
    search(client, "lip")
    assert not SearchPhrase.objects.exists()


def test_second_page_and_exact_search_count_no_search(client, pages):
    page = BeautifulSoup(client.get("/search/?q=lip").content, "lxml")
    assert page.select_one("[data-counts]")
    page = BeautifulSoup(client.get("/search/?q=lip&exact=1").content, "lxml")
    assert page.select_one("[data-log]")
    assert not page.select_one("[data-counts]")


def test_failure_to_write_is_not_seen(client, pages, monkeypatch):
    def fail(*args):
        raise DatabaseError

    note = read_note(client, "lip")
    monkeypatch.setattr(log, "count_search", fail)
    assert client.post("/search/count/", {"note": note}).status_code == 204


def test_flood_from_one_network_is_bounded(client, pages):
    limit = log.NOTES_PER_NETWORK
    factories.use_up(limit, "203.0.113.9")
    note = read_note(client, "lip")
    client.post("/search/count/", {"note": note}, REMOTE_ADDR="203.0.113.9")
    assert not SearchPhrase.objects.exists()
    client.post("/search/count/", {"note": note}, REMOTE_ADDR="203.0.113.10")
    assert SearchPhrase.objects.exists()
    assert LimitCount.objects.exists()


def test_made_up_words_of_a_day_are_bounded(db, monkeypatch):
    monkeypatch.setattr(log, "MAX_PHRASES_A_DAY", 3)
    for number in range(5):
        log.count_search(f"word {number}", 0, TODAY)
    log.count_search("word 0", 0, TODAY)
    counted = dict(SearchPhrase.objects.values_list("words", "searches"))
    assert counted == {"word 0": 2, "word 1": 1, "word 2": 1}
    log.count_search("word 4", 0, TODAY + timedelta(days=1))
    assert SearchPhrase.objects.count() == 4


def test_rows_hold_words_days_and_counts_only():
    fields = {field.name for model in (SearchPhrase, SearchDay) for field in model._meta.local_fields}
    counts = {"searches", "zero_hits", "clicks", "hits"}
    assert fields == {"id", "words", "phrase", "day", "last_day", "state", "handled_on"} | counts


def test_days_are_deleted_after_13_months(db):
    now = timezone.now().date()
    for age in (500, 397, 395, 1):
        log.count_search("botox", 0, now - timedelta(days=age))
    log.count_search("old", 0, now - timedelta(days=400))
    log.purge()
    row = SearchPhrase.objects.get()
    assert (row.words, row.searches, row.zero_hits, row.clicks) == ("botox", 2, 2, 0)


def test_handled_words_open_again_when_they_find_nothing_later(db):
    log.count_search("botox", 0, TODAY)
    SearchPhrase.objects.update(state="handled", handled_on=TODAY)
    for hits, day, state in ((0, 0, "handled"), (3, 1, "handled"), (0, 2, "open")):
        log.count_search("botox", hits, TODAY + timedelta(days=day))
        assert SearchPhrase.objects.get().state == state
    SearchPhrase.objects.update(state="ignored")
    log.count_search("botox", 0, TODAY + timedelta(days=3))
    assert SearchPhrase.objects.get().state == "ignored"


def test_board_gets_the_most_frequent_words_in_one_query(db, django_assert_num_queries):
    for words, times in {"a": 1, "b": 3, "c": 2}.items():
        for _time in range(times):
            log.count_search(words, 0, TODAY)
    log.count_search("found", 5, TODAY)
    SearchPhrase.objects.filter(words="a").update(state="ignored")
    with django_assert_num_queries(2):
        assert [row.words for row in log.list_open()[:5]] == ["b", "c"]
        assert log.list_open().count() == 2


# The list


@pytest.mark.parametrize("role", ["editor", "manager", "frontdesk", "clinician"])
def test_only_editors_and_managers_see_and_change_the_list(client, home, role):
    log.count_search("<b>botox</b>", 0, TODAY)
    row = SearchPhrase.objects.get()
    client.force_login(factories.make_user(role))
    response = client.get("/admin/searches/?state=open&found=nothing&q=bot")
    client.post(f"/admin/searches/{row.pk}/state/", {"state": "ignored", "next": "/admin/searches/?p=1"})
    row.refresh_from_db()
    may = role in ("editor", "manager")
    assert row.state == ("ignored" if may else "open")
    assert (response.status_code == 200) == may
    if may:
        assert "&lt;b&gt;botox" in response.content.decode()
        assert "<b>botox" not in response.content.decode()


@pytest.mark.parametrize(("pk", "state", "status"), [(1, "open", 302), (1, "", 404), (1, "x", 404), (99, "open", 404)])
def test_state_takes_known_values_only(client, home, pk, state, status):
    SearchPhrase.objects.create(pk=1, words="botox", last_day=TODAY)
    client.force_login(factories.make_user("editor"))
    assert client.post(f"/admin/searches/{pk}/state/", {"state": state}).status_code == status


def test_line_leads_to_a_synonym_with_the_words(client, home):
    log.count_search("lip & chin", 0, TODAY)
    client.force_login(factories.make_user("editor"))
    page = BeautifulSoup(client.get("/admin/searches/").content, "lxml")
    link = page.find("a", string=lambda text: text and "Add a synonym" in text) or page.select_one(".clinic-triage a")
    form = BeautifulSoup(client.get(link["href"]).content, "lxml")
    assert form.select_one("[name=words]")["value"] == "lip & chin"
