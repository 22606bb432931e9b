"""Test what open pages of the desk ask for by themselves."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.admin.models import EditingSession

from bookings import services
from bookings.desk.presence import GONE_AFTER, TODAY, describe
from bookings.models import CaseKind, Task, TaskKind
from clinic.accounts.middleware import BACKGROUND
from tests import factories
from tests.bookings.test_today import NOW, owe

pytestmark = pytest.mark.django_db
PULSE, PRESENCE = "/admin/pulse/today/", "/admin/pulse/presence/"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BACKGROUND_HEADERS = {"X-Requested-With": "XMLHttpRequest", "Sec-Fetch-Mode": "cors"}


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture(autouse=True)
def hours(policy):
    """Open the clinic Monday to Friday, 9 am to 4 pm."""


def ask(client, etag="", view="all"):
    return client.get(PULSE, {"view": view}, headers={"If-None-Match": etag} if etag else {})


# What is new


def test_unchanged_list_is_not_sent_again(desk):
    owe(TaskKind.CALL)
    first = ask(desk)
    assert "Ana Lima" in first.content.decode()
    again = ask(desk, first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert "no-store" in first["Cache-Control"]
    assert "no-store" in again["Cache-Control"]


def test_page_and_pulse_agree(desk):
    owe(TaskKind.CALL)
    digest = desk.get("/admin/today/").context["board"].digest
    assert ask(desk, f'"{digest}"').status_code == 304


def new_task(task, user, clock):
    owe(TaskKind.ANSWER)


def settled(task, user, clock):
    services.record_call(task.case_id, "reached", actor=user, expected_version=1)


def no_answer(task, user, clock):
    services.record_call(task.case_id, "no_answer", actor=user, expected_version=1)


def taken(task, user, clock):
    services.assign(task.case_id, user, actor=user, expected_version=1)


def renamed(task, user, clock):
    services.correct_contact(
        task.case_id, name="Ana Quill", email="", phone="555", phone_e164="", actor=user, expected_version=1
    )


def became_late(task, user, clock):
    Task.objects.filter(pk=task.pk).update(due_at=NOW)


def snoozed(task, user, clock):
    Task.objects.filter(pk=task.pk).update(opens_at=NOW + MINUTE)


def of_tomorrow(task, user, clock):
    owe(TaskKind.RECORD_VISIT, visit_state="booked", starts_at=NOW + 24 * HOUR)


def older(task, user, clock):
    clock.shift(5 * MINUTE)


def held(task, user, clock):
    factories.make_visit(task.case, "held", NOW + HOUR)


CHANGES = [new_task, settled, no_answer, taken, renamed, became_late, snoozed, of_tomorrow, older, held]


@pytest.mark.parametrize("change", CHANGES)
def test_change_is_sent(desk, clock, change):
    task = owe(TaskKind.CALL)
    etag = ask(desk)["ETag"]
    change(task, desk.user, clock)
    response = ask(desk, etag)
    assert response.status_code == 200
    assert response["ETag"] != etag


def test_each_view_and_user_has_its_own_state(desk):
    owe(TaskKind.CALL)
    other = Client()
    other.force_login(factories.make_user("manager"))
    etags = {ask(desk)["ETag"], ask(desk, view="mine")["ETag"], ask(other)["ETag"]}
    assert len(etags) == 3


@pytest.mark.parametrize("etag", ["x", '"', 'W/""', "*" * 900, '"a", "b"', "\x7f"])
def test_junk_etag_gets_the_list(desk, etag):
    assert ask(desk, etag).status_code == 200


# What it does not do


def test_asking_writes_nothing(desk):
    owe(TaskKind.CALL)
    ask(desk)
    with CaptureQueriesContext(connection) as captured:
        etag = ask(desk)["ETag"]
        ask(desk, etag)
    written = [query["sql"] for query in captured if not query["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE"))]
    assert not written


@pytest.mark.parametrize("name", ["desk_today_pulse", "desk_presence"])
def test_background_address_does_not_count_as_activity(name):
    assert reverse(name).startswith(BACKGROUND)


def test_polling_does_not_keep_a_session_open(desk, clock, settings):
    settings.IDLE_MINUTES = 30
    desk.get("/admin/today/")
    for _minute in range(29):
        clock.shift(MINUTE)
        assert ask(desk).status_code == 200
        assert desk.post(PRESENCE, {"page": TODAY}).status_code == 200
    clock.shift(2 * MINUTE)
    assert desk.get(PULSE, headers=BACKGROUND_HEADERS).status_code == 403
    assert desk.post(PRESENCE, {"page": TODAY}, headers=BACKGROUND_HEADERS).status_code == 403
    assert "reauthenticate" in desk.get("/admin/today/").url


# Who else is on a page


def test_others_on_the_page_are_named(desk):
    fran = Client()
    fran.force_login(factories.make_user("frontdesk", first_name="Fran", last_name="Frontdesk"))
    case = factories.make_case()
    assert desk.post(PRESENCE, {"page": case.pk}).json() == {"here": ""}
    assert fran.post(PRESENCE, {"page": case.pk}).json() == {"here": "Fay Desk is on this page"}
    assert desk.post(PRESENCE, {"page": case.pk}).json() == {"here": "Fran Frontdesk is on this page"}
    assert desk.post(PRESENCE, {"page": TODAY}).json() == {"here": ""}
    assert desk.post(PRESENCE, {"page": factories.make_case().pk}).json() == {"here": ""}


def test_who_has_left_is_named_no_longer(desk, clock):
    fran = Client()
    fran.force_login(factories.make_user("frontdesk", first_name="Fran"))
    fran.post(PRESENCE, {"page": TODAY})
    clock.shift(GONE_AFTER)
    assert desk.post(PRESENCE, {"page": TODAY}).json()["here"]
    clock.shift(timedelta(seconds=1))
    assert not desk.post(PRESENCE, {"page": TODAY}).json()["here"]


def test_each_page_of_a_user_is_one_row(desk, clock):
    for _report in range(3):
        desk.post(PRESENCE, {"page": TODAY})
        clock.shift(25 * timedelta(seconds=1))
    assert EditingSession.objects.count() == 1


@pytest.mark.parametrize("page", ["", "tomorrow", "0", "-1", "9" * 18, "9" * 400, "²", "1.5", "\x00", "<b>"])
def test_unknown_page_has_nobody_on_it(desk, page):
    assert desk.post(PRESENCE, {"page": page}).json() == {"here": ""}
    assert not EditingSession.objects.exists()


def test_broken_database_stops_nobody(desk, monkeypatch):
    def fail(*args):
        raise DatabaseError

    monkeypatch.setattr("bookings.desk.presence.note_presence", fail)
    assert desk.post(PRESENCE, {"page": TODAY}).json() == {"here": ""}


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([], ""),
        (["Fran"], "Fran is on this page"),
        (["Fran", "Olga"], "Fran and Olga are on this page"),
        (["Ann", "Fran", "Olga"], "Ann, Fran and Olga are on this page"),
    ],
)
def test_names_are_listed_in_a_sentence(names, text):
    assert describe(names) == text


@pytest.mark.parametrize(("role", "status"), [("", 403), ("editor", 302), ("clinician", 200), ("manager", 200)])
def test_only_who_sees_cases_reports(client, profile, role, status):
    client.force_login(factories.make_user(role))
    case = factories.make_case(kind=CaseKind.COMPLAINT)
    assert client.post(PRESENCE, {"page": case.pk}).status_code == status
    assert EditingSession.objects.exists() is (status == 200)


def test_reading_reports_nobody(desk):
    assert desk.get(PRESENCE).status_code == 405
