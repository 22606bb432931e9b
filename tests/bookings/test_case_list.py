"""The desk's list of cases and the dashboard: rows, search, filters, and what waits."""

from datetime import timedelta

import pytest
from django.test import Client
from wagtail.search.index import class_is_indexed

from bookings import services
from bookings.desk import paging
from bookings.desk.queries import unsent_messages
from bookings.models import Appointment, AppointmentState, Case, MessageState, Status
from tests import factories
from tests.bookings.desk import LIST, listed, page_of, press, soup, text_of
from tests.counting import queries_for
from tests.opening_hours import at, utc

NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles
HOLD_ENDS = at("2027-06-07 13:00")  # four open hours later
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


def first_row(client) -> str:
    return text_of(client.get(LIST), "table.listing tbody tr")


# Rows


def test_newest_cases_come_first(desk):
    factories.make_case(name="Middle", status="booked", created_at=NOW - 2 * DAY)
    factories.make_case(name="Older", created_at=NOW - 3 * DAY)
    factories.make_case(name="Newer", created_at=NOW - DAY)
    assert listed(desk.get(LIST)) == ["Newer", "Middle", "Older"]


def test_row_says_what_the_desk_needs(desk):
    treatment = factories.make_treatment("Lip fillers")
    owner = factories.make_user("frontdesk", first_name="Olga", last_name="Owner")
    case = factories.make_case(name="Zoë Young", treatments=(treatment,), owner=owner, created_at=NOW - 2 * HOUR)
    html = desk.get(LIST).content.decode()
    for text in (case.reference, "Zoë Young", "Lip fillers", "Olga Owner", "Mon, Jun 7, 7 am", "New"):
        assert text in html
    assert f'href="{page_of(case)}"' in html
    assert 'href="tel:9495550123"' in html


@pytest.mark.parametrize("phone", ["(949) 555-0123", "949.555.0123 x4", ""])
def test_phone_can_be_tapped(desk, phone):
    factories.make_case(phone=phone)
    links = soup(desk.get(LIST)).select("td.desk-wide a.desk-phone")
    assert [link.get_text() for link in links] == [phone] * bool(phone)
    assert all(link["href"].startswith("tel:9495550123") for link in links)


def test_closed_case_says_how_it_ended_in_one_label(desk):
    factories.make_case(status=Status.CLOSED, outcome="duplicate")
    assert "Closed: Sent twice" in text_of(desk.get(LIST, {"status": "closed"}), "table.listing tbody tr")


def test_kind_of_case_is_marked_beside_its_name(desk):
    factories.make_case(name="Ana Again", kind="repeat")
    factories.make_case(name="Ana Sore", kind="complaint", created_at=NOW - HOUR)
    marks = [mark.get_text() for mark in soup(desk.get(LIST)).select(".desk-name .desk-kind")]
    assert marks == ["Repeat", "Complaint"]


def test_many_treatments_stand_on_one_line(desk):
    factories.make_case(treatments=tuple(f"Treatment {number}" for number in range(9)))
    cell = soup(desk.get(LIST)).select_one("td.desk-treatments-cell")
    assert cell.get_text().strip().startswith("Treatment 0, Treatment 1, ")
    assert len(cell.select("span")) == 1


@pytest.mark.parametrize(("state", "is_marked"), [(MessageState.FAILED, True), (MessageState.SENT, False)])
def test_row_marks_an_unsent_email(desk, state, is_marked):
    factories.make_message(state=state)
    assert ("unsent" in first_row(desk)) == is_marked


def test_treatment_keeps_its_title_without_its_page(desk):
    page = factories.make_treatment("Gone treatment")
    factories.make_case(treatments=(page,))
    page.delete()
    assert "Gone treatment" in first_row(desk)


def test_row_says_until_when_time_is_held(desk, ask):
    ask()
    assert "Tue, Jun 8, 10 am held until Mon, Jun 7, 1 pm" in first_row(desk)
    assert text_of(desk.get(LIST), ".desk-due") == "Mon, Jun 7, 1 pm Answer a request"


def test_row_shows_the_booked_time(desk, ask):
    press(desk, ask(), action="confirm")
    assert "Tue, Jun 8, 10 am booked" in first_row(desk)


def test_expired_hold_shows_late_and_no_time(desk, ask, clock):
    ask()
    clock.move_to(HOLD_ENDS)
    row = first_row(desk)
    assert "Jun 8" not in row
    assert "late" in row


def test_desk_cannot_add_copy_or_delete_cases(desk):
    case = factories.make_case()
    for path in ("new/", f"edit/{case.pk}/", f"delete/{case.pk}/", f"copy/{case.pk}/", f"history/{case.pk}/"):
        assert desk.get(LIST + path).status_code == 404
    assert "Add case" not in desk.get(LIST).content.decode()


def test_list_queries_do_not_grow_with_rows(desk, ask):
    page = factories.make_treatment()

    def add(first, count):
        for number in range(first, first + count):
            case = ask(start=at("2027-06-09 09:00") + number * timedelta(minutes=30), treatment_ids=(page.pk,))
            Case.objects.filter(pk=case.pk).update(owner=desk.user)
            factories.make_message(case, state=MessageState.FAILED)
        return queries_for(desk, LIST)

    add(0, 1)  # The clinic's hours are in the cache from now on.
    assert add(1, 1) == add(2, 8)


# Search


def test_search_finds_by_any_contact_detail(desk):
    zoe = factories.make_case(name="Zoë Ångström", email="zoe@patient.example.com", phone="(949) 555-0142")
    factories.make_case(name="Peter Park", email="peter@patient.example.com", phone="(714) 555-0199")
    numbers = ["9495550142", "949-555-0142", "+1 (949) 555 0142"]
    for query in ("zoe", "ÅNGSTROM", "zoe ang", *numbers, "zoe@patient", zoe.reference.lower()):
        assert listed(desk.post(LIST, {"q": query})) == ["Zoë Ångström"], query


def test_punctuation_in_a_search_is_text(desk):
    factories.make_case()
    for query in ("%", "_", "' OR 1=1 --", '"', "\\", "NEAR(", "*", "\x00", "a" * 5000):
        assert desk.post(LIST, {"q": query}).status_code == 200, query


@pytest.mark.parametrize("path", [LIST, f"{LIST}results/"])
def test_searched_words_stand_in_no_address(desk, path):
    for number in range(16):
        factories.make_case(name=f"Zoraida Quill {number}")
    response = desk.post(path, {"q": "zoraida", "status": "new", "p": "1", "ordering": "name"})
    assert response.status_code == 200
    assert len(listed(response)) == 15
    for tag in soup(response).find_all(True):
        for name, value in tag.attrs.items():
            if name in ("href", "action", "formaction", "src") or name.startswith("data-"):
                assert "zoraida" not in str(value).lower(), tag


def test_searched_pages_are_buttons_of_the_form(desk):
    for number in range(16):
        factories.make_case(name=f"Ana {number}")
    button = soup(desk.post(LIST, {"q": "ana"})).select_one("button[name=p]")
    assert (button["form"], button["value"]) == ("case-search", "2")
    assert listed(desk.post(LIST, {"q": "ana", "p": "2"})) == ["Ana 0"]
    assert not soup(desk.post(LIST, {"q": ""})).select("button[name=p]")


@pytest.mark.parametrize("path", [LIST, f"{LIST}results/"])
def test_old_address_of_a_search_leads_to_the_list(desk, path):
    response = desk.get(path, {"q": "zoraida", "status": "new", "export": "csv"})
    assert response["Location"] == f"{path}?status=new&export=csv"
    assert desk.get(path, {"q": "zoraida"})["Location"] == path


def test_search_needs_the_forms_token(desk):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(desk.user)
    assert strict.post(LIST, {"q": "ana"}).status_code == 403
    token = soup(strict.get(LIST)).select_one("#case-search [name=csrfmiddlewaretoken]")["value"]
    assert strict.post(LIST, {"q": "ana", "csrfmiddlewaretoken": token}).status_code == 200


def test_every_search_form_of_the_desk_posts(desk):
    for path in ("/admin/", LIST):
        form = soup(desk.get(path)).select_one(f'form[action="{LIST}"]')
        assert form["method"] == "post"
        assert form.select_one("[name=csrfmiddlewaretoken]")
        assert form.select_one("[name=q]")["autocomplete"] == "off"


def test_cases_are_in_no_search_index():
    assert not class_is_indexed(Case)


# Filters


def test_status_filter_knows_every_status(desk):
    for status in Status.values:
        factories.make_case(name=status, status=status)
    for status in Status.values:
        assert listed(desk.get(LIST, {"status": status})) == [status]
    assert listed(desk.get(LIST, {"status": ["closed", "new"]})) == ["closed", "new"]
    assert set(listed(desk.get(LIST, {"status": "any"}))) == set(Status.values)


def test_list_shows_open_cases_unless_told_otherwise(desk):
    for status in Status.values:
        factories.make_case(name=f"Ana {status}", status=status)
    page = desk.get(LIST, {"kind": "consultation"})
    assert set(listed(page)) == {"Ana new", "Ana contacting", "Ana in_care"}
    link = soup(page).find("a", string="Show all")
    assert len(listed(desk.get(link["href"]))) == 5
    assert len(listed(desk.post(LIST, {"q": "ana"}))) == 5
    assert len(listed(desk.get(LIST, {"status": "junk"}))) == 3


def test_visit_filter_knows_every_state(desk):
    factories.make_case(name="none")
    for number, state in enumerate(AppointmentState.values):
        case = factories.make_case(name=state, status=Status.CONTACTING)
        factories.make_visit(case, state, NOW + DAY + number * HOUR)
    for state in AppointmentState.values:
        assert listed(desk.get(LIST, {"time": state})) == [state]
    assert listed(desk.get(LIST, {"time": ["treated", "booked"]})) == ["treated", "booked"]


def test_hold_past_its_end_counts_as_expired(desk, ask, clock):
    ask(name="Late")
    clock.move_to(HOLD_ENDS)
    assert listed(desk.get(LIST, {"time": "held"})) == []
    assert listed(desk.get(LIST, {"time": "expired"})) == ["Late"]


def test_late_filter_finds_what_is_past_its_time(desk, ask, clock):
    ask(name="Asked first")
    clock.move_to(HOLD_ENDS)
    ask(name="Asked now", start=at("2027-06-09 09:00"))
    assert listed(desk.get(LIST, {"late": "late"})) == ["Asked first"]
    factories.make_case(name="Closed", status=Status.CLOSED)
    assert listed(desk.get(LIST, {"late": "late", "status": "any"})) == ["Asked first"]


def test_treatment_filter_lists_a_case_once(desk):
    fillers, laser = factories.make_treatment("Fillers"), factories.make_treatment("Laser")
    factories.make_case(name="Both", treatments=(fillers, laser))
    factories.make_case(name="Laser only", treatments=(laser,))
    assert listed(desk.get(LIST, {"treatment": fillers.pk})) == ["Both"]


def test_received_filter_means_days_at_the_clinic(desk):
    factories.make_case(name="Evening", created_at=at("2027-06-03 22:30"))  # the 4th in UTC
    factories.make_case(name="Next morning", created_at=at("2027-06-04 09:00"))
    assert listed(desk.get(LIST, {"received_from": "2027-06-03", "received_to": "2027-06-03"})) == ["Evening"]


def test_owner_filter_finds_nobodys_cases_too(desk):
    factories.make_case(name="Mine", owner=desk.user)
    factories.make_case(name="Nobody's")
    assert listed(desk.get(LIST, {"owner": desk.user.pk})) == ["Mine"]
    assert listed(desk.get(LIST, {"owner": "null"})) == ["Nobody's"]


def test_message_filter_finds_unsent_emails(desk):
    factories.make_case(name="Fine")
    factories.make_message(factories.make_case(name="No receipt"), state=MessageState.FAILED)
    assert listed(desk.get(LIST, {"messages": "unsent"})) == ["No receipt"]


def test_time_filter_knows_held_booked_and_none(desk, ask, clock, policy):
    ask(name="Gone", start=at("2027-06-09 09:00"))
    clock.move_to(HOLD_ENDS)
    booked = ask(name="Booked")
    services.confirm(booked.pk, actor=desk.user, expected_version=1, policy=policy)
    ask(name="Held", start=at("2027-06-09 10:00"))
    factories.make_case(name="None", created_at=NOW - DAY)
    for value, names in {"held": ["Held"], "booked": ["Booked"], "none": ["Gone", "None"]}.items():
        assert listed(desk.get(LIST, {"time": value})) == names


def test_filters_and_search_work_together(desk):
    factories.make_case(name="Ana Wanted")
    factories.make_case(name="Ana Closed", status=Status.CLOSED)
    assert listed(desk.post(f"{LIST}results/", {"q": "ana", "status": "new"})) == ["Ana Wanted"]


def test_kind_filter_knows_every_kind(desk):
    for kind in ("consultation", "repeat", "complaint"):
        factories.make_case(name=kind, kind=kind)
    for kind in ("consultation", "repeat", "complaint"):
        assert listed(desk.get(LIST, {"kind": kind})) == [kind]


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        ("2027-06-08", "2027-06-08", ["Late evening"]),
        ("2027-06-09", "", ["Next week", "Early"]),
        ("", "2027-06-08", ["Late evening", "Missed"]),
        ("2027-06-10", "2027-06-11", []),
        ("", "", ["Next week", "Early", "Late evening", "Missed", "Canceled", "None"]),
    ],
)
def test_visit_filter_means_days_at_the_clinic(desk, first, last, names):
    factories.make_case(name="None", created_at=NOW - 7 * DAY)
    visits = [
        ("Canceled", "canceled", "2027-06-08 10:00"),
        ("Missed", "no_show", "2027-06-01 10:00"),
        ("Late evening", "booked", "2027-06-08 23:30"),  # the 9th in UTC
        ("Early", "held", "2027-06-09 00:15"),
        ("Next week", "booked", "2027-06-14 09:00"),
    ]
    for number, (name, state, start) in enumerate(visits):
        case = factories.make_case(name=name, status=Status.CONTACTING, created_at=NOW - (6 - number) * DAY)
        factories.make_visit(case, state, at(start))
    assert listed(desk.get(LIST, {"visit_from": first, "visit_to": last})) == names


# Order


@pytest.fixture
def three(desk):
    """Make three cases: Ana and Cleo have visits."""
    for name, age, start in (("Ben", 1, None), ("Cleo", 3, "2027-06-08 10:00"), ("Ana", 2, "2027-06-09 10:00")):
        case = factories.make_case(name=name, status=Status.CONTACTING, created_at=NOW - age * DAY)
        if start:
            factories.make_visit(case, "booked", at(start))


@pytest.mark.parametrize(
    ("ordering", "names"),
    [
        ("", ["Ben", "Ana", "Cleo"]),
        ("-received", ["Ben", "Ana", "Cleo"]),
        ("received", ["Cleo", "Ana", "Ben"]),
        ("name", ["Ana", "Ben", "Cleo"]),
        ("-name", ["Cleo", "Ben", "Ana"]),
        ("visit", ["Cleo", "Ana", "Ben"]),
        ("-visit", ["Ana", "Cleo", "Ben"]),
        *(
            (junk, ["Ben", "Ana", "Cleo"])
            for junk in ("message", "-pk", "owner__password", "name,pk", "\x00", "--name")
        ),
    ],
)
def test_list_is_sorted_by_its_columns(desk, three, ordering, names):
    assert listed(desk.get(LIST, {"ordering": ordering})) == names


@pytest.mark.parametrize("is_long", [False, True])
@pytest.mark.parametrize(
    ("state", "starts_at", "changes"),
    [
        ("checked_in", NOW - HOUR / 2, {}),
        ("held", NOW + HOUR, {"held_until": NOW}),
        ("treated", NOW - HOUR, {}),
        ("canceled", NOW + HOUR, {}),
    ],
)
def test_visit_that_the_list_does_not_show_sorts_nothing(desk, three, monkeypatch, is_long, state, starts_at, changes):
    case = factories.make_case(name="Dora", status=Status.CONTACTING, created_at=NOW - 9 * DAY)
    visit = factories.make_visit(case, state, starts_at)
    Appointment.objects.filter(pk=visit.pk).update(state=state, **changes)
    monkeypatch.setattr(paging, "MAX_COUNTED", 3 if is_long else 9)
    response = desk.get(LIST, {"ordering": "visit", "p": 1})
    assert listed(response) == ["Cleo", "Ana", "Ben", "Dora"][: 3 if is_long else 4]


def test_visit_that_goes_on_comes_first(desk, three):
    case = factories.make_case(name="Dora", status=Status.CONTACTING, created_at=NOW - 9 * DAY)
    factories.make_visit(case, "checked_in", starts_at=NOW - HOUR / 3)
    assert listed(desk.get(LIST, {"ordering": "visit"})) == ["Dora", "Cleo", "Ana", "Ben"]


def test_search_and_filters_keep_the_order(desk, three):
    response = desk.post(LIST, {"q": "patient.example.com", "status": ["contacting", "closed"], "ordering": "name"})
    assert listed(response) == ["Ana", "Ben", "Cleo"]
    assert soup(response).select_one("input[name=ordering][form=case-search]")["value"] == "name"
    button = soup(response).select_one("th button[name=ordering]")
    assert (button["form"], button["value"]) == ("case-search", "-name")
    assert listed(desk.post(LIST, {"q": "patient", "ordering": ["name", "-name"]})) == ["Cleo", "Ben", "Ana"]


def test_sorted_heading_says_so(desk, three):
    page = soup(desk.get(LIST, {"ordering": "-visit", "status": "contacting"}))
    (heading,) = page.select("th[aria-sort]")
    assert heading["aria-sort"] == "descending"
    assert "status=contacting" in heading.a["href"]
    assert "ordering=visit" in heading.a["href"]


# Count and pages


def test_thousand_rows_are_counted_no_more(desk, monkeypatch):
    monkeypatch.setattr(paging, "MAX_COUNTED", 20)
    for number in range(20):
        factories.make_case(name=f"Ana {number}")
    assert "20 cases" in text_of(desk.get(LIST), ".pagination")
    factories.make_case(name="Ana 20")
    page = desk.get(LIST, {"p": 2, "status": "new"})
    assert "20+ cases" in text_of(page, ".pagination")
    assert "20+ matches" in text_of(page)
    assert len(listed(page)) == 5
    assert listed(desk.get(LIST, {"p": 3})) == listed(page)


@pytest.mark.parametrize("ordering", ["visit", "-visit", "due", "-due", "name"])
@pytest.mark.parametrize("filters", [{}, {"status": "any", "q": "ana"}])
def test_long_list_has_the_order_of_a_short_one(desk, monkeypatch, ordering, filters):
    for number, status in enumerate(["new", "contacting", "closed", "contacting", "contacting", "closed", "new"]):
        case = factories.make_case(name=f"Ana {number}", status=status, created_at=NOW - number * DAY)
        if number in (1, 3):
            factories.make_visit(case, starts_at=NOW + (9 - number) * DAY)
    short = listed(desk.post(LIST, {"ordering": ordering, **filters}))
    monkeypatch.setattr(paging, "MAX_COUNTED", len(short) - 1)
    assert listed(desk.post(LIST, {"ordering": ordering, **filters})) == short[:-1]


# What waits


@pytest.mark.parametrize(
    ("fields", "is_unsent"),
    [
        ({"state": "failed"}, True),
        ({"state": "queued", "created_at": NOW}, False),
        ({"state": "queued", "created_at": NOW - timedelta(minutes=6)}, True),
        ({"state": "queued", "created_at": NOW, "last_error": "ConnectionRefusedError"}, True),
        ({"state": "sending", "created_at": NOW}, False),
        ({"state": "sent", "created_at": NOW - 9 * DAY}, False),
    ],
)
def test_message_is_unsent_once_overdue(home, fields, is_unsent):
    message = factories.make_message(**fields)
    assert (message in unsent_messages(NOW)) is is_unsent


@pytest.mark.parametrize(
    "name",
    [
        *(
            "treatment",
            "owner",
            "status",
            "messages",
            "time",
            "late",
            "kind",
            "received_from",
            "received_to",
            "visit_from",
        ),
        *("visit_to", "ordering", "p"),
    ],
)
@pytest.mark.parametrize(
    "value",
    ["9" * 25, "9223372036854775808", "-" + "9" * 25, "9999-12-31", "0001-01-01", "2027-02-30", "x", "²", "\x00"],
)
def test_junk_in_the_address_of_the_list_is_answered(desk, name, value):
    assert desk.get(LIST, {name: value}).status_code == 200


def test_each_date_of_a_filter_has_a_name(desk):
    fields = soup(desk.get(LIST)).select("input[name^=visit_], input[name^=received_]")
    names = {field["name"]: field.get("aria-label") for field in fields}
    assert names == {
        "received_from": "Received from",
        "received_to": "Received to",
        "visit_from": "Visit date from",
        "visit_to": "Visit date to",
    }
