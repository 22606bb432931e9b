"""The desk's page that explains why a time of a day is or is not offered."""

from datetime import date, timedelta

import pytest

from bookings import services
from bookings.models import Resource, ResourceKind, VisitType
from bookings.scheduling.availability import Refusal
from clinic.hours.parsing import parse_spans
from tests import factories
from tests.bookings.conftest import TUESDAY
from tests.bookings.desk import page_of, soup, text_of
from tests.counting import queries_for
from tests.opening_hours import at, utc

NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles
PAGE = "/admin/calendar/explain/"
THAT_DAY = date(2027, 6, 8)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def treatment(policy):
    """Return a treatment by Dr. Reis, who is there until noon."""
    made = VisitType.objects.create(name="Toxin", minutes=60, needs_practitioner=True, is_treatment=True, sort_order=1)
    hours = {"has_own_hours": True, "tuesday": parse_spans("9 am – 12 pm")}
    made.performed_by.create(name="Dr. Reis", kind=ResourceKind.PRACTITIONER, **hours)
    return made


def rows(client, day="2027-06-08", **how):
    """Return what the page says of each span of the day."""
    page = soup(client.get(PAGE, {"day": day, **how}))
    return {
        row.select_one("th").get_text(strip=True): " ".join(row.select_one("td").get_text(" ").split())
        for row in page.select("tbody tr")
    }


def find(policy, clock):
    return {one.at: one for one in services.explain_day(policy, THAT_DAY, NOW)}[at(f"2027-06-08 {clock}")]


# What the service says


def test_explained_without_reason_are_the_free_starts(ask, policy, treatment, clerk):
    ask()
    room = Resource.objects.get(kind=ResourceKind.ROOM)
    services.block_time([room.pk], at("2027-06-09 12:00"), at("2027-06-09 13:00"), actor=clerk)
    for own in (policy, policy.for_type(treatment)):
        offered = [free.at for free in services.free_starts(own, NOW)]
        days = [date(2027, 6, 6) + timedelta(days=number) for number in range(64)]
        explained = [one for day in days for one in services.explain_day(own, day, NOW)]
        assert [one.at for one in explained if one.refusal is None] == offered
        assert len(offered) > 20


def test_taken_time_names_the_visit(ask, policy):
    visit = ask().appointments.get()
    for clock in ("09:45", "10:00", "10:15"):
        found = find(policy, clock)
        assert found.refusal == Refusal.TAKEN
        assert [(one.visit, one.blocked_time) for one in found.blockers] == [(visit, None)]
    assert find(policy, "10:30").refusal is None


def test_expired_hold_blocks_nothing(ask, policy, clock):
    ask()
    later = at("2027-06-07 13:00")
    assert {one.at: one for one in services.explain_day(policy, THAT_DAY, later)}[TUESDAY].refusal is None


def test_blocked_time_names_its_reason(policy, clerk):
    (blocked,) = services.block_time([Resource.objects.get().pk], TUESDAY, TUESDAY + timedelta(hours=1), actor=clerk)
    assert [one.blocked_time for one in find(policy, "10:30").blockers] == [blocked]


def test_absent_and_busy_practitioners_are_told_apart(policy, treatment):
    own = policy.for_type(treatment)
    assert find(own, "11:00").refusal is None
    away = find(own, "11:15")
    assert [(str(one.resource), one.visit, one.blocked_time) for one in away.blockers] == [("Dr. Reis", None, None)]


def test_nobody_who_performs_it_is_said(policy, treatment):
    treatment.performed_by.clear()
    found = find(policy.for_type(treatment), "10:00")
    assert (found.refusal, found.blockers, found.lacking) == (Refusal.TAKEN, (), ("practitioner",))


# The page


def test_page_explains_a_day_in_words(desk, ask, policy):
    case = ask()
    said = rows(desk)
    assert said == {
        "midnight – 9 am": "No. The clinic is closed.",
        "9 am – 9:45 am": "Yes",
        "9:45 am – 10:30 am": f"No. Consultation room has visit {case.reference}, Tue, Jun 8, 10 am.",
        "10:30 am – 3:45 pm": "Yes",
        "3:45 pm – 4 pm": "No. The clinic closes before a visit of 30 minutes would end.",
        "4 pm – midnight": "No. The clinic is closed.",
    }
    assert soup(desk.get(PAGE, {"day": "2027-06-08"})).select(f'a[href="{page_of(case)}"]')


def test_page_explains_the_type_that_is_chosen(desk, policy, treatment, clerk):
    reis = treatment.performed_by.get()
    services.block_time([reis.pk], at("2027-06-08 09:00"), at("2027-06-08 10:00"), actor=clerk, reason="Training")
    said = rows(desk, type=treatment.pk)
    assert said["9 am – 10 am"] == "No. Dr. Reis is blocked: Training"
    assert said["10 am – 11:15 am"] == "Yes"
    assert said["11:15 am – 3:15 pm"] == "No. Dr. Reis is not there then."
    treatment.performed_by.clear()
    assert "No practitioner performs it." in rows(desk, type=treatment.pk)["9 am – 3:15 pm"]


def test_page_says_notice_past_and_horizon(desk, policy):
    said = rows(desk, "2027-06-07")
    assert "4 pm" not in said
    assert said["9 am – 1 pm"].startswith("No. Too soon: patients book at least 240 open minutes ahead.")
    assert rows(desk, "2027-06-04")["9 am – 3:45 pm"] == "No. This time has passed."
    assert rows(desk, "2027-08-09")["9 am – 3:45 pm"].startswith("No. Too far ahead: patients book up to 60 days")


def test_grid_is_said(desk, policy, profile):
    factories.consultation_settings(grid_minutes=60)
    assert "Visits start every 60 minutes" in rows(desk)["9:15 am – 10 am"]


def test_page_begins_with_today_and_the_usual_type(desk, policy, treatment):
    response = desk.get(PAGE)
    assert "Mon, Jun 7, 2027" in text_of(response)
    assert response.context["visit_type"] == VisitType.get_default()


@pytest.mark.parametrize(
    "typed",
    [
        {"day": "soon"},
        {"day": "2027-02-30"},
        {"day": "9999-12-31"},
        {"day": "0001-01-01"},
        {"day": "\x00"},
        {"type": "999"},
        {"type": "x"},
        {"type": "9" * 30},
        {"type": "-1"},
        {"type": "²"},
    ],
)
def test_bad_choice_is_a_field_error(desk, policy, typed):
    response = desk.get(PAGE, typed)
    assert response.status_code == 200
    assert response.context["form"].errors.keys() == typed.keys()


def test_clinic_without_hours_is_closed(desk, profile):
    assert rows(desk) == {"midnight – midnight": "No. The clinic is closed."}


def test_site_without_types_asks_for_one(desk, profile):
    VisitType.objects.all().delete()
    assert desk.get(PAGE).context["form"].errors.keys() == {"type"}


@pytest.mark.parametrize(
    ("role", "may_look"),
    [("frontdesk", True), ("manager", True), ("admin", True), ("clinician", True), ("editor", False), ("", False)],
)
def test_those_who_see_cases_may_look(client, policy, role, may_look):
    client.force_login(factories.make_user(role))
    response = client.get(PAGE)
    assert (response.status_code == 200) == may_look
    if may_look:
        assert "no-store" in response["Cache-Control"]


def test_queries_do_not_grow_with_visits(desk, ask, policy):
    ask()
    address = f"{PAGE}?day=2027-06-08"
    desk.get(address)
    few = queries_for(desk, address)
    for number in range(1, 6):
        ask(start=TUESDAY + timedelta(minutes=30 * number))
    assert queries_for(desk, address) == few
