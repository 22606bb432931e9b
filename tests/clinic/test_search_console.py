"""Check the import from Search Console, what it says about keywords, and who may see it."""

import io
from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import TestCase
from django.urls import reverse
from wagtail.contrib.redirects.models import Redirect

from clinic.keywords import evidence, search_console
from clinic.keywords.console_files import PAIRS, QUERIES, read_export
from clinic.keywords.grouping import add_keywords, merge, move_keywords, undo
from clinic.keywords.parsing import ParsedKeyword
from clinic.models import (
    GroupTraffic,
    IgnoredQuery,
    Keyword,
    KeywordGroup,
    PageKeyword,
    SearchPeriod,
    SearchResult,
    SearchUpload,
    WordRule,
)
from tests import factories

commit = TestCase.captureOnCommitCallbacks
QUERY_HEADER = "Top queries,Clicks,Impressions,CTR,Position\n"
PAIR_HEADER = "query,page,clicks,impressions,ctr,position\n"
AUGUST = {"first_day": date(2026, 8, 1), "last_day": date(2026, 8, 31)}
SEPTEMBER = {"first_day": date(2026, 9, 1), "last_day": date(2026, 9, 30)}


def save(text, days=AUGUST, **kwargs):
    return search_console.save_export(read_export("file.csv", text.encode()), **days, **kwargs)


def add(*phrases):
    with commit(execute=True):
        return add_keywords([ParsedKeyword(phrase) for phrase in phrases])


def unowned():
    period = search_console.get_current_period()
    return [row.query for row in search_console.find_unowned(period)]


def make_primary(page, keyword):
    return PageKeyword.objects.create(page=page, group=keyword.group)


@pytest.fixture
def client(client, home):
    client.force_login(factories.make_user("editor"))
    return client


def upload(client, text, name="Queries.csv", follow=False):
    content = text if isinstance(text, bytes) else text.encode()
    return client.post(reverse("search_console_import"), {"file": SimpleUploadedFile(name, content)}, follow=follow)


def text_of(response):
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text().split())


# What is stored


def test_queries_without_keyword_are_found(home):
    WordRule.objects.create(words="irvine", kind=WordRule.Kind.PLACE)
    add("Botox in Irvine", "lip fillers")
    save(QUERY_HEADER + "botox,5,50,1%,2\nlip filler near me,4,40,1%,2\nmicroneedling,3,90,1%,2\npeels,1,95,1%,2\n")
    assert unowned() == ["peels", "microneedling"]
    assert search_console.find_queries(1).total == 2


def test_second_import_changes_nothing(home):
    _period, changed = save(QUERY_HEADER + "botox,5,50,1%,2\nlips,1,2,1%,2\n")
    rows = list(SearchResult.objects.values_list("pk", flat=True))
    _again, changed_again = save(QUERY_HEADER + "lips,1,2,1%,2\nbotox,5,50,1%,2\n")
    assert (changed, changed_again) == ([QUERIES], [])
    assert list(SearchResult.objects.values_list("pk", flat=True)) == rows


def test_same_days_replace_only_their_tables(home):
    save(PAIR_HEADER + "botox,/a,5,50,1%,2\n")
    save(QUERY_HEADER + "lips,1,2,1%,2\n")
    save(QUERY_HEADER + "peels,1,2,1%,2\n")
    rows = SearchResult.objects.values_list("kind", "query")
    assert sorted(rows) == [(PAIRS, "botox"), (QUERIES, "peels")]
    assert SearchPeriod.objects.count() == 1


def test_queries_of_pairs_are_added_up(home):
    save(PAIR_HEADER + "botox,/a,5,50,1%,2\nBotox,/b,1,10,1%,2\n")
    row = SearchResult.objects.get(kind=QUERIES)
    assert (row.query, row.clicks, row.impressions) == ("botox", 6, 60)


def test_period_that_ends_last_counts(home):
    save(QUERY_HEADER + "lips,1,2,1%,2\n", SEPTEMBER)
    save(QUERY_HEADER + "peels,1,2,1%,2\n", AUGUST)
    assert unowned() == ["lips"]
    search_console.delete_period(search_console.get_current_period())
    assert unowned() == ["peels"]
    search_console.delete_period(search_console.get_current_period())
    assert search_console.find_queries().total == search_console.find_landings().total == 0


def test_ignored_queries_stay_ignored(home):
    save(QUERY_HEADER + "Lip’s,1,2,1%,2\npeels,1,2,1%,2\n")
    row = search_console.ignore_query("lip's")
    assert unowned() == ["peels"]
    save(QUERY_HEADER + "lips,7,8,1%,2\n", SEPTEMBER)
    assert unowned() == []
    search_console.show_again(row)
    assert unowned() == ["lips"]


def test_clicks_of_all_phrases_count_for_the_group(home):
    first, second, _other = add("botox", "best botox", "peels")
    move_keywords([second], first.group)
    save(QUERY_HEADER + "botox,5,50,1%,2\nbest botox,1,150,1%,4\nlips,9,9,1%,2\n")
    traffic = GroupTraffic.objects.get()
    assert (traffic.group, traffic.clicks, traffic.impressions, traffic.position) == (first.group, 6, 200, 3.5)
    assert traffic.top_query == "botox"


def test_traffic_follows_keywords(home):
    save(QUERY_HEADER + "botox,5,50,1%,2\nlips,1,2,1%,2\n")
    botox, lips = add("botox", "lips")
    assert unowned() == []
    with commit(execute=True):
        moved = move_keywords([lips], botox.group)
    assert GroupTraffic.objects.get().clicks == 6
    with commit(execute=True):
        undo(moved)
    assert GroupTraffic.objects.get(group=lips.group_id).clicks == 1
    with commit(execute=True):
        merge([lips], botox)
    assert GroupTraffic.objects.get().clicks == 6
    with commit(execute=True):
        Keyword.objects.get(pk=lips.pk).delete()
    assert unowned() == ["lips"]


def test_new_word_rules_compare_the_queries_again(home):
    add("medical spa")
    save(QUERY_HEADER + "doctor salon,5,50,1%,2\n")
    assert unowned() == ["doctor salon"]
    with commit(execute=True):
        WordRule.objects.create(words="doctor salon", means="medical spa")
    assert unowned() == []


def test_other_landing_pages_are_found(treatment_index):
    meant, other = factories.make_treatment("Botox"), factories.make_treatment("Lip fillers")
    (botox, lips) = add("botox", "lip fillers")
    make_primary(meant, botox)
    make_primary(other, lips)
    save(
        PAIR_HEADER + f"botox,https://clinic.example{other.url},9,20,1%,2\nbotox,{meant.url},2,900,1%,2\n"
        f"lip filler,{other.url},5,50,1%,2\n"
    )
    (row,) = search_console.find_landings().rows
    traffic = row.group.traffic
    assert (row.page_id, traffic.landing_page_id, traffic.landing_clicks) == (meant.pk, other.pk, 9)
    assert search_console.find_landings(0) == evidence.Findings(1, [])


def test_old_addresses_lead_to_their_page(treatment_index):
    meant = factories.make_treatment("Botox")
    Redirect.objects.create(old_path="/old-botox", redirect_page=meant)
    (botox,) = add("botox")
    make_primary(meant, botox)
    save(PAIR_HEADER + f"botox,/old-botox/,5,50,1%,2\nbotox,{meant.url},5,50,1%,2\nbotox,/gone/,9,50,1%,2\n")
    assert search_console.find_landings().total == 0
    save(PAIR_HEADER + "botox,/gone/,9,50,1%,2\n")
    traffic = search_console.find_landings().rows[0].group.traffic
    assert (traffic.landing_page, traffic.landing_path) == (None, "/gone/")


def test_findings_cost_four_queries(treatment_index, django_assert_max_num_queries):
    for number in range(12):
        page = factories.make_treatment(f"Page {number}")
        (keyword,) = add(f"word{number}")
        make_primary(page, keyword)
    lines = "".join(f"word{number},/x{number}/,1,{number},1%,1\nquery{number},/,1,1,1%,1\n" for number in range(12))
    save(PAIR_HEADER + lines)
    with django_assert_max_num_queries(4):
        landings, queries = search_console.find_landings(5), search_console.find_queries(5)
        assert [row.page.title for row in landings.rows][:2] == ["Page 11", "Page 10"]
        assert str(landings.rows[0].group.traffic.group) == "word11"
    assert (len(landings.rows), landings.total, len(queries.rows), queries.total) == (5, 12, 5, 12)


# Pages


@pytest.mark.parametrize("role", ["frontdesk", "clinician"])
def test_only_planners_of_keywords_get_in(home, client, role):
    client.force_login(factories.make_user(role))
    period = SearchPeriod.objects.create(**AUGUST)
    posts = ["keyword_from_words", "search_console_ignore", "search_console_import"]
    for name in ["search_console_report", "search_console_import", "keyword_map_export", "content_plan_export"]:
        assert client.get(reverse(name)).status_code == 302
        assert client.get(reverse(name), follow=True).redirect_chain[-1][0] == reverse("wagtailadmin_home")
    for name in posts:
        client.post(reverse(name), {"words": "botox", "query": "botox"})
    client.post(reverse("search_console_delete", args=[period.pk]))
    assert not Keyword.objects.exists()
    assert not IgnoredQuery.objects.exists()
    assert SearchPeriod.objects.exists()


def test_upload_is_shown_before_it_is_saved(client):
    response = upload(
        client, QUERY_HEADER + "botox,5,50,1%,2\n<script>x,1,2,1%,2\nbad,x,2,1%,2\nme@x.de,1,1,1,1\n", follow=True
    )
    text = text_of(response)
    assert "Queries: 2 lines" in text
    assert "1 query looks like an email address" in text
    assert "Line 4: The clicks or the impressions are no whole number." in text
    assert b"<script>x" not in response.content
    assert b"me@x.de" not in response.content
    assert not SearchResult.objects.exists()
    assert "does not say on which page" in text


def test_saving_asks_for_days_and_keeps_the_upload(client):
    response = upload(client, QUERY_HEADER + "botox,5,50,1%,2\n")
    wrong = [
        {"first_day": "2026-08-31", "last_day": "2026-08-01"},
        {},
        {"first_day": "0001-01-01", "last_day": "9999-12-31"},
    ]
    for days in wrong:
        answer = client.post(response.url, days)
        assert answer.status_code == 200
        assert BeautifulSoup(answer.content, "html.parser").select(".w-field__errors .error-message")
    answer = client.post(
        response.url, {"first_day": "2026-08-01", "last_day": "2026-08-31", "name": "Summer"}, follow=True
    )
    assert "Aug 1, 2026 – Aug 31, 2026 is saved. 1 query has no keyword." in text_of(answer)
    assert not SearchUpload.objects.exists()
    answer = client.post(response.url, {"first_day": "2026-08-01", "last_day": "2026-08-31"}, follow=True)
    assert "Upload the file again" in text_of(answer)


def test_same_file_says_that_nothing_changed(client):
    for _time in range(2):
        response = upload(client, QUERY_HEADER + "botox,5,50,1%,2\n")
        preview = client.get(response.url)
        answer = client.post(response.url, {"first_day": "2026-08-01", "last_day": "2026-08-31"}, follow=True)
    assert "was imported before" in text_of(preview)
    assert "Nothing changed." in text_of(answer)


def test_discarding_saves_nothing(client):
    response = upload(client, QUERY_HEADER + "botox,5,50,1%,2\n")
    client.post(response.url, {"discard": "1"})
    assert not SearchUpload.objects.exists()
    assert not SearchPeriod.objects.exists()


def test_upload_belongs_to_its_user(client):
    response = upload(client, QUERY_HEADER + "botox,5,50,1%,2\n")
    client.force_login(factories.make_user("manager"))
    assert client.get(response.url).status_code == 302


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n1,2\n", b"PK\3\4nonsense", b"Date,Clicks\n2026-01-01,5\n", b"\0" * 900]
)
def test_other_files_are_refused_in_words(client, content):
    response = upload(client, content)
    assert response.status_code == 200
    soup = BeautifulSoup(response.content, "html.parser")
    assert soup.select_one(".w-field__errors .error-message").get_text(strip=True)
    assert not SearchUpload.objects.exists()


def test_report_lists_and_makes_keywords(client):
    save(QUERY_HEADER + "lip <b>flip</b>,5,50,1%,2\nbotox,1,20,1%,2\n")
    response = client.get(reverse("search_console_report"))
    assert "lip &lt;b&gt;flip&lt;/b&gt;" in response.content.decode()
    here = reverse("search_console_report")
    with commit(execute=True):
        answer = client.post(reverse("keyword_from_words"), {"words": "lip flip", "next": here}, follow=True)
    assert "“lip flip” is a keyword now, in the group “lip flip”." in text_of(answer)
    answer = client.post(reverse("keyword_from_words"), {"words": "Lip  Flip", "next": here}, follow=True)
    assert "“lip flip” is a keyword already" in text_of(answer)
    answer = client.post(reverse("search_console_ignore"), {"query": "botox", "next": here}, follow=True)
    assert "“botox” is ignored" in text_of(answer)
    assert unowned() == ["lip <b>flip</b>"]


def test_new_keyword_joins_its_group(client):
    add("lip fillers")
    answer = client.post(reverse("keyword_from_words"), {"words": "best lip filler near me"}, follow=True)
    assert "is a keyword now, in the group “lip fillers”." in text_of(answer)
    assert KeywordGroup.objects.count() == 1


@pytest.mark.parametrize("words", ["", "  ", "123", "x" * 101, "a " * 13, "!!!", "\0", "ﷺ" * 90])
def test_other_words_make_no_keyword(client, words):
    answer = client.post(reverse("keyword_from_words"), {"words": words}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("search_console_report")
    assert BeautifulSoup(answer.content, "html.parser").select(".messages .error, .messages li")
    assert not Keyword.objects.exists()


def test_next_never_leads_to_another_site(client):
    answer = client.post(reverse("keyword_from_words"), {"words": "botox", "next": "https://evil.example/"})
    assert answer.url == reverse("search_console_report")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL scans a table of 3,000 rows whole")
def test_first_queries_are_read_from_their_index(home):
    period = SearchPeriod.objects.create(**AUGUST)
    rows = (
        SearchResult(period=period, kind=QUERIES, query=f"q{n}", subject=f"q{n}", clicks=1, impressions=n)
        for n in range(3000)
    )
    SearchResult.objects.bulk_create(rows, batch_size=500)
    search_console.refresh_traffic()
    plan = search_console.find_unowned(period)[:5].explain()
    assert "clinic_search_unowned" in plan
    assert "TEMP B-TREE" not in plan


def test_pages_beyond_the_last_are_the_last(client):
    save(QUERY_HEADER + "botox,1,20,1%,2\n")
    for page in ("99999999999999", "-1", "x"):
        assert "botox" in text_of(client.get(reverse("search_console_report"), {"p": page}))


def test_huge_file_is_read(client):
    table = io.StringIO()
    table.write(QUERY_HEADER)
    for number in range(5000):
        table.write(f"query number {number},1,{number},1%,2\n")
    response = upload(client, table.getvalue())
    client.post(response.url, {"first_day": "2026-08-01", "last_day": "2026-08-31"})
    assert search_console.find_queries().total == 5000
