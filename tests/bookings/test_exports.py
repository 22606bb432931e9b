"""The desk's list as a file: the same rows, escape_formula in a spreadsheet, and written down."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from bookings.desk.export import LOG_ACTION, ExportFormatter, escape_formula
from bookings.models import MessageState, Status
from tests import factories

LIST = "/admin/case/"


@pytest.fixture
def desk(client, profile):
    client.user = factories.make_user("frontdesk")
    client.force_login(client.user)
    return client


def export(client, **params):
    return client.get(LIST, {"export": "csv", **params})


def rows(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    "value",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =HYPERLINK()", "＝1", "＋1", "－1", "＠A"],
)
def test_formulas_become_text(value):
    assert escape_formula(value) == f"'{value}"


@pytest.mark.parametrize("value", ["Ana Lima", "O'Brien", "", "3 days", "Anne-Marie", "a=b"])
def test_ordinary_text_stays_as_it_is(value):
    assert escape_formula(value) == value


def test_file_holds_what_the_list_shows(desk, time_machine):
    now = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
    time_machine.move_to(now, tick=False)
    owner = factories.make_user("frontdesk", first_name="Olga", last_name="Owner")
    case = factories.make_case(
        name='Zoë "Zo" Young', treatments=("Lip fillers", "Peeling"), owner=owner, created_at=now - timedelta(hours=2)
    )
    factories.make_message(case, state=MessageState.FAILED)
    assert rows(export(desk)) == [
        {
            "Reference": case.reference,
            "Waiting": "2 h",
            "Unsent mails": "1",
            "Kind": "Consultation",
            "Name": 'Zoë "Zo" Young',
            "Treatments": "Lip fillers, Peeling",
            "Status": "New",
            "Outcome": "",
            "Owner": "Olga Owner",
            "Received (America/Los_Angeles)": "2026-11-20 10:00",
        }
    ]


def test_patients_formula_is_harmless_in_the_file(desk):
    factories.make_case(name='=HYPERLINK("http://evil.example")', treatments=("+Peeling",))
    (row,) = rows(export(desk))
    assert row["Name"].startswith("'=")
    assert row["Treatments"] == "'+Peeling"


def test_same_filters_search_and_order_as_the_list(desk):
    now = timezone.now()
    for number, status in enumerate([Status.NEW, Status.SCHEDULED, Status.NEW, Status.CLOSED]):
        factories.make_case(name=f"Ana {number}", status=status, created_at=now - timedelta(days=number))
    factories.make_case(name="Somebody else")
    for params in ({}, {"q": "ana"}, {"status": "new"}, {"q": "ana", "status": ["new", "closed"]}):
        listed = [case.name for case in desk.get(LIST, params).context["object_list"]]
        assert [row["Name"] for row in rows(export(desk, **params))] == listed


def test_all_pages_of_the_list_are_in_the_file(desk):
    for number in range(35):
        factories.make_case(name=f"Patient {number}")
    assert len(rows(export(desk, p=2))) == 35


def test_query_count_does_not_grow_with_rows(desk, django_assert_max_num_queries):
    for number in range(40):
        factories.make_case(name=f"Patient {number}", treatments=("Peeling",), owner=desk.user)
    with django_assert_max_num_queries(20):
        assert len(rows(export(desk))) == 40


def test_only_csv(desk):
    factories.make_case()
    assert desk.get(LIST, {"export": "xlsx"})["Content-Type"].startswith("text/html")


def test_file_is_kept_by_no_cache(desk):
    response = export(desk)
    assert response.streaming
    assert "no-store" in response["Cache-Control"]
    assert "attachment" in response["Content-Disposition"]


@pytest.mark.parametrize("path", [LIST, f"{LIST}results/"])
@pytest.mark.parametrize("role", ["clinician", "editor"])
def test_needs_a_permission_of_its_own(client, profile, role, path):
    factories.make_case(name="Ana Lima")
    client.force_login(factories.make_user(role))
    response = client.get(path, {"export": "csv"})
    assert response.status_code == 302
    assert not ModelLogEntry.objects.filter(action=LOG_ACTION).exists()


def test_clinician_is_offered_no_download(client, profile):
    client.force_login(factories.make_user("clinician"))
    assert "export=csv" not in client.get(LIST).content.decode()


class TestLog:
    def entry(self, desk, **params):
        rows(export(desk, **params))
        return ModelLogEntry.objects.get(action=LOG_ACTION)

    def test_says_who_when_and_how_many(self, desk):
        factories.make_case()
        entry = self.entry(desk)
        assert entry.user == desk.user
        assert timezone.now() - entry.timestamp < timedelta(minutes=1)
        assert ExportFormatter().format_message(entry) == "Exported 1 requests"

    def test_names_the_filters_and_never_what_was_searched(self, desk):
        factories.make_case(name="Zoraida Quill", status=Status.SCHEDULED)
        entry = self.entry(desk, q="zoraida", status="scheduled", owner="null")
        assert entry.data == {"count": 1, "filters": ["Status", "Owner"], "searched": True}
        assert "zoraida" not in f"{entry.label}{entry.data}".lower()

    def test_is_written_even_if_nobody_reads_the_file_to_its_end(self, desk):
        export(desk)
        assert ModelLogEntry.objects.filter(action=LOG_ACTION).exists()

    def test_stands_in_the_site_history(self, admin_client, desk):
        self.entry(desk)
        html = admin_client.get("/admin/reports/site-history/").content.decode()
        assert "Exported 0 requests" in html
