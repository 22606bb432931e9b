"""Check the exports of the keyword map and the content plan."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import PageViewRestriction

from clinic.keywords import search_console
from clinic.keywords.console_files import read_export
from clinic.keywords.coverage import list_groups_without_page
from clinic.keywords.grouping import add_keywords, merge
from clinic.keywords.parsing import ParsedKeyword
from clinic.models import Keyword, PageKeyword
from clinic.undo.trash import move_to_trash
from tests import factories


@pytest.fixture
def client(client, home):
    client.force_login(factories.make_user("manager", first_name="=1+1"))
    return client


def export(client, name):
    response = client.get(reverse(name))
    content = b"".join(response.streaming_content)
    assert content.startswith("\ufeff".encode())
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def add(*phrases, **fields):
    keywords = add_keywords([ParsedKeyword(phrase, 100) for phrase in phrases])
    Keyword.objects.filter(pk__in=[one.pk for one in keywords]).update(**fields)
    return keywords


def test_map_names_page_and_supporters(client, treatment_index):
    botox, best = add("botox", "best botox")
    meant, helper, draft = (factories.make_treatment(title) for title in ("Botox", "Helper", "Gone"))
    PageKeyword.objects.create(page=meant, group=botox.group)
    PageKeyword.objects.create(page=helper, group=botox.group, role="supporting")
    PageKeyword.objects.create(page=draft, group=botox.group, role="supporting")
    move_to_trash(draft, factories.make_user("manager"))
    text = f"query,page,clicks,impressions\nbotox,{helper.url},5,50\nbest botox,{meant.url},1,9\n"
    days = {"first_day": date(2026, 8, 1), "last_day": date(2026, 8, 31)}
    search_console.save_export(read_export("a.csv", text.encode()), **days)
    (row,) = export(client, "keyword_map_export")
    assert row["Phrases"] == "botox; best botox"
    assert (row["The page for it"], row["Pages that support it"], row["People land on"]) == (
        "Botox",
        "Helper",
        "Helper",
    )
    assert (row["Searches a month"], row["Clicks"], row["Impressions"]) == ("200", "6", "59")
    assert row["Its address"].endswith(meant.url)
    merge([best], botox)
    assert export(client, "keyword_map_export")[0]["Searches a month"] == "100"


def test_plan_and_board_have_the_same_gaps(client, treatment_index):
    (botox,) = add("botox")
    page = factories.make_treatment("Botox")
    PageKeyword.objects.create(page=page, group=botox.group)
    assert export(client, "content_plan_export") == []
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert [row["Keyword"] for row in export(client, "content_plan_export")] == ["botox"]
    assert list(list_groups_without_page()) == [botox.group]


def test_plan_lists_gaps_by_priority(client, treatment_index):
    add("botox", priority=Keyword.Priority.LOW)
    add("what is microneedling", priority=Keyword.Priority.HIGH)
    add("peels near me", "lips", priority=Keyword.Priority.NORMAL)
    add("parked", status=Keyword.Status.PARKED)
    (owned,) = add("owned")
    PageKeyword.objects.create(page=factories.make_treatment("Owned"), group=owned.group)
    (drafted,) = add("drafted", priority=Keyword.Priority.LOW)
    PageKeyword.objects.create(page=factories.make_treatment("Draft", live=False), group=drafted.group)
    text = "Top queries,Clicks,Impressions\nlips,1,70\npeels near me,2,60\n"
    days = {"first_day": date(2026, 8, 1), "last_day": date(2026, 8, 31)}
    search_console.save_export(read_export("a.csv", text.encode()), **days)
    rows = export(client, "content_plan_export")
    assert [row["Keyword"] for row in rows] == ["what is microneedling", "lips", "peels near me", "botox", "drafted"]
    assert rows[0]["Suggested title"] == "What is microneedling: what to know"
    assert rows[2]["Place"]
    assert rows[4]["Drafts"] == "Draft"


def test_no_value_runs_as_a_formula(client, treatment_index):
    (keyword,) = add("=HYPERLINK(1)")
    page = factories.make_treatment("+cmd|' /C calc'!A0")
    PageKeyword.objects.create(page=page, group=keyword.group)
    add("@sum", notes="-2+3", owner=factories.make_user("manager", first_name="=1+1", last_name="x"))
    for name in ("keyword_map_export", "content_plan_export"):
        for row in export(client, name):
            assert not [value for value in row.values() if value.startswith(("=", "+", "-", "@"))]


def test_table_for_excel_has_the_same_rows(client, home):
    add("botox", notes="=1+1")
    response = client.get(reverse("content_plan_export"), {"export": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    rows = list(sheet.iter_rows())
    assert (rows[1][1].value, rows[1][-1].value, rows[1][-1].data_type) == ("botox", "=1+1", "s")
    response.close()


def test_queries_do_not_grow_with_the_groups(client, treatment_index):
    counts = []
    for number in range(3):
        keywords = add(*(f"word{number} {other}" for other in range(1 + 9 * number)))
        PageKeyword.objects.create(page=factories.make_treatment(f"Page {number}"), group=keywords[0].group)
        with CaptureQueriesContext(connection) as queries:
            export(client, "keyword_map_export")
        counts.append(len(queries))
    assert counts[2] <= counts[1]
