"""The desk's list as a file: the same rows, safe to open in a spreadsheet, and logged."""

import csv
import io
from datetime import timedelta

import pytest
from wagtail.models import ModelLogEntry

from bookings.desk import paging
from bookings.desk.export import LOG_ACTION, ExportFormatter
from bookings.models import MessageState, Status
from clinic.spreadsheets import escape_formula
from tests import factories
from tests.bookings.desk import LIST, listed, soup
from tests.opening_hours import at

NOW = at("2026-11-20 12:00")


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


def export(client, **params):
    return client.post(LIST, {"export": "csv", **params})


def rows(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def log_entry(client, **params) -> ModelLogEntry:
    export(client, **params)  # Nobody reads the file: the entry is written all the same.
    return ModelLogEntry.objects.get(action=LOG_ACTION)


@pytest.mark.parametrize(
    "value",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =HYPERLINK()", "＝1", "＋1", "－1", "＠A"],
)
def test_formulas_become_text(value):
    assert escape_formula(value) == f"'{value}"


@pytest.mark.parametrize("value", ["Ana Lima", "O'Brien", "", "3 days", "Anne-Marie", "a=b"])
def test_ordinary_text_is_unchanged(value):
    assert escape_formula(value) == value


def test_file_holds_what_the_list_shows_and_how_to_reach_them(desk):
    owner = factories.make_user("frontdesk", first_name="Olga", last_name="Owner")
    case = factories.make_case(
        name='Zoë "Zo" Young',
        treatments=("Lip fillers", "Peeling"),
        owner=owner,
        status=Status.CONTACTING,
        message="First line,\nsecond; “line”",
        requested_start=at("2026-11-23 09:30"),
        created_at=NOW - timedelta(hours=2),
    )
    factories.make_visit(case, "booked", at("2026-11-24 14:15"))
    factories.make_message(case, state=MessageState.FAILED)
    response = export(desk)
    assert response.streaming
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Disposition"] == 'attachment; filename="cases-2026-11-20.csv"'
    assert rows(response) == [
        {
            "Kind": "Consultation",
            "Name": 'Zoë "Zo" Young',
            "Phone": "(949) 555-0123",
            "Email": "ana@patient.example.com",
            "Status": "Booked",
            "Next due (America/Los_Angeles)": "2026-11-25 00:00",
            "Visit (America/Los_Angeles)": "2026-11-24 14:15",
            "Treatments": "Lip fillers, Peeling",
            "Owner": "Olga Owner",
            "Received (America/Los_Angeles)": "2026-11-20 10:00",
            "Requested time (America/Los_Angeles)": "2026-11-23 09:30",
            "Source": "Website",
            "In the patient's own words": "First line,\nsecond; “line”",
            "Reference": case.reference,
            "Unsent emails": "1",
        }
    ]


def test_wrong_number_is_marked_in_list_and_file(desk):
    factories.make_case(phone_is_wrong=True)
    assert rows(export(desk))[0]["Phone"] == "(949) 555-0123 (wrong number)"
    page = soup(desk.get(LIST))
    assert not page.select("a[href^='tel:']")
    assert page.select_one("td.desk-phone-cell").get_text().strip() == "(949) 555-0123 wrong number"


def test_patients_formula_is_text_in_the_file(desk):
    factories.make_case(
        name='=HYPERLINK("http://evil.example")', treatments=("+Peeling",), phone="+1 949 555 0123", message="@SUM(A1)"
    )
    (row,) = rows(export(desk))
    assert row["Name"].startswith("'=")
    assert row["Treatments"] == "'+Peeling"
    assert row["Phone"] == "'+1 949 555 0123"
    assert row["In the patient's own words"] == "'@SUM(A1)"


def test_file_has_the_lists_filters_and_order(desk):
    for number, status in enumerate([Status.NEW, "booked", Status.NEW, Status.CLOSED]):
        factories.make_case(name=f"Ana {number}", status=status, created_at=NOW - timedelta(days=number))
    factories.make_case(name="Somebody else")
    choices = [{}, {"q": "ana"}, {"status": "any", "time": "booked"}, {"q": "ana", "status": ["new", "closed"]}]
    choices += [{"ordering": "name"}, {"ordering": "-name", "q": "ana"}, {"ordering": "visit"}, {"ordering": "-due"}]
    choices += [{"late": "late"}, {"kind": "complaint"}, {"visit_from": "2026-11-20"}, {"owner": "null"}]
    for params in choices:
        assert [row["Name"] for row in rows(export(desk, **params))] == listed(desk.post(LIST, params))


def test_download_is_a_button_of_the_search_form(desk):
    button = soup(desk.get(LIST)).select_one("[name=export]")
    assert (button["form"], button["type"], button["value"]) == ("case-search", "submit", "csv")


def test_file_holds_all_pages_in_few_queries(desk, django_assert_max_num_queries):
    for number in range(32):
        factories.make_case(name=f"Patient {number}", treatments=("Peeling",), owner=desk.user)
    desk.get(LIST)  # The clinic's profile and hours are in the cache from now on.
    with django_assert_max_num_queries(20):
        assert len(rows(export(desk, p=2))) == 32


def test_rows_of_a_long_file_are_named_before_it_is_downloaded(desk, monkeypatch):
    monkeypatch.setattr(paging, "MAX_COUNTED", 2)
    for number in range(3):
        factories.make_case(name=f"Ana {number}", status="contacting")
    asked = {"q": "ana", "status": "contacting", "ordering": "-name"}
    page = soup(export(desk, **asked))
    assert "This list has 3 cases." in page.get_text()
    assert not ModelLogEntry.objects.filter(action=LOG_ACTION).exists()
    form = page.find("button", attrs={"name": "export"}).find_parent("form")
    fields = {field["name"]: field["value"] for field in form.select("[name]")}
    assert asked.items() <= fields.items()
    response = desk.post(form["action"], fields)
    assert [row["Name"] for row in rows(response)] == ["Ana 2", "Ana 1", "Ana 0"]


def test_only_csv_is_exported(desk):
    factories.make_case()
    assert desk.get(LIST, {"export": "xlsx"})["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("role", ["clinician", "editor"])
def test_export_needs_its_own_permission(client, profile, role):
    factories.make_case(name="Ana Lima")
    client.force_login(factories.make_user(role))
    for path in (LIST, f"{LIST}results/"):
        assert client.get(path, {"export": "csv"}).status_code == 302
    assert not ModelLogEntry.objects.filter(action=LOG_ACTION).exists()


def test_clinician_is_offered_no_download(client, profile):
    client.force_login(factories.make_user("clinician"))
    assert 'name="export"' not in client.get(LIST).content.decode()


def test_log_says_who_when_and_how_many(desk, admin_client):
    factories.make_case()
    entry = log_entry(desk)
    assert (entry.user, entry.timestamp) == (desk.user, NOW)
    assert ExportFormatter().format_message(entry) == "Exported 1 case"
    assert "Exported 1 case" in admin_client.get("/admin/reports/site-history/").content.decode()


def test_log_names_filters_never_the_search(desk):
    factories.make_case(name="Zoraida Quill", status="contacting")
    entry = log_entry(desk, q="zoraida", status="contacting", owner="null")
    assert entry.data == {"count": 1, "filters": ["Status", "Owner"], "searched": True}
    assert "zoraida" not in f"{entry.label}{entry.data}".lower()


@pytest.mark.parametrize(
    "before", ["\u200b", "\ufeff", "\u2060", "\u00ad", " \u200d\u200b", "\u3164", "\ufe0f", "\x00", "\u2800", "\u034f"]
)
@pytest.mark.parametrize("formula", ["=1+1", "@SUM(A1)", "＝1+1"])
def test_invisible_character_does_not_hide_a_formula(before, formula):
    assert escape_formula(before + formula) == f"'{before}{formula}"
