"""Test that a patient loses nothing while the database is away."""

import pytest
from bs4 import BeautifulSoup
from django.db import DataError, IntegrityError, InterfaceError, InternalError, OperationalError

from bookings.contact_details import plain_text
from bookings.messaging import links
from bookings.models import Case, Event, EventKind, Message
from bookings.patient import request_views, visit_views
from clinic.logging import RedactingFormatter
from clinic.site import context as site
from tests.bookings.test_request_form import ANSWER, AT_TEN, NAUGHTY, URL, Patient, chooser, patient  # noqa: F401
from tests.broken import no_database

pytestmark = pytest.mark.django_db
PHONE = "(949) 555-0100"
FRIDAY_TEN, HALF_PAST = "2026-03-06T18:00Z", "2026-03-06T18:30Z"  # Friday can still be changed on Monday.


@pytest.fixture(autouse=True)
def clinic_phone(profile):
    profile.phone = PHONE
    profile.save()


@pytest.fixture
def case(chooser):  # noqa: F811
    chooser.send(start=FRIDAY_TEN)
    return Case.objects.get()


def typed(page: BeautifulSoup) -> dict[str, str]:
    fields = {tag["name"]: tag.get("value", tag.text) for tag in page.select("form.form [name]")}
    return {name: value for name, value in fields.items() if name != "csrfmiddlewaretoken"}


# The form


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, InternalError, IntegrityError, DataError])
@pytest.mark.parametrize("after", [0, 1, 3, 6, 12])
def test_form_gives_back_what_was_typed(chooser, error, after):  # noqa: F811
    with no_database(error, after=after):
        response = chooser.send(start=AT_TEN)
    assert response.status_code == 200
    assert "This could not be saved just now" in response.text
    assert PHONE in response.text
    sent = typed(chooser.page)
    assert {name: sent[name].strip() for name in ANSWER} == ANSWER
    assert sent["start"] == AT_TEN
    assert Case.objects.count() == 0


def test_given_back_form_is_sent_again_once_database_works(chooser):  # noqa: F811
    with no_database():
        chooser.send(start=AT_TEN)
    response = chooser.client.post(URL, typed(chooser.page))
    assert response.status_code == 303
    visit = Case.objects.get().appointments.get()
    assert (visit.case.message, f"{visit.starts_at:%Y-%m-%dT%H:%MZ}") == (ANSWER["message"], AT_TEN)


def test_form_survives_several_failures(chooser):  # noqa: F811
    with no_database():
        chooser.send(start=AT_TEN)
        for _ in range(3):
            chooser._see(chooser.client.post(URL, typed(chooser.page)))
    assert chooser.client.post(URL, typed(chooser.page)).status_code == 303


@pytest.mark.parametrize("text", NAUGHTY)
def test_any_text_is_given_back_as_text(chooser, text):  # noqa: F811
    with no_database():
        chooser.send(message=text, name=text)
    assert chooser.page.find(attrs={"name": "message"}).text.strip() == plain_text(text).strip()
    assert "alert(1)</script>" not in str(chooser.page.find("form", class_="form"))


def test_given_back_form_asks_for_nothing_of_the_database(chooser):  # noqa: F811
    with no_database() as queries:
        chooser.send()
    assert len(queries) == 1


def test_failure_names_nobody_in_the_log(chooser, caplog):  # noqa: F811
    caplog.handler.setFormatter(RedactingFormatter())
    with no_database():
        chooser.send()
    assert "OperationalError" in caplog.text
    assert "lima" not in caplog.text.lower()


def test_other_days_are_shown_once_database_works(chooser):  # noqa: F811
    with no_database():
        chooser.send(later="2026-03-09")
    page = chooser._see(chooser.client.post(URL, typed(chooser.page)))
    assert page.status_code == 200
    assert Case.objects.count() == 0
    assert chooser.value("name") == ANSWER["name"]


def test_process_that_has_shown_no_page_gives_back_the_text(patient, monkeypatch):  # noqa: F811
    monkeypatch.setattr(site, "_last_known", [])
    monkeypatch.setattr(site.cache, "get", lambda *args: None)
    with no_database():
        patient.send()
    assert patient.value("name") == ANSWER["name"]


def test_phone_is_known_to_a_process_that_has_just_started(patient, monkeypatch):  # noqa: F811
    patient.open()
    monkeypatch.setattr(site, "_last_known", [])
    with no_database():
        assert PHONE in patient.send().text


def test_opening_the_form_says_503(patient):  # noqa: F811
    patient.client.raise_request_exception = False
    with no_database():
        response = patient.client.get(URL)
    assert response.status_code == 503
    assert PHONE in response.text


# Saved means shown


AFTER_COMMIT = [
    (request_views, "get_receipt_path"),
    (request_views, "remember_case"),
    (request_views.SeeOther, "__init__"),
]


@pytest.mark.parametrize(("owner", "name"), AFTER_COMMIT, ids=[name for _owner, name in AFTER_COMMIT])
@pytest.mark.parametrize("error", [OSError, OperationalError, ValueError])
def test_saved_request_shows_its_reference(patient, monkeypatch, owner, name, error):  # noqa: F811
    def fail(*args, **kwargs):
        raise error("Zoë Lima")

    monkeypatch.setattr(owner, name, fail)
    response = patient.send()
    case = Case.objects.get()
    assert response.status_code == 200
    assert case.reference in response.text
    assert "is saved" in response.text
    assert Message.objects.count() == 2


@pytest.mark.parametrize("error", [OperationalError, IntegrityError])
@pytest.mark.parametrize("after", [0, 1, 2, 4])
def test_receipt_shows_reference_without_database(patient, error, after):  # noqa: F811
    location = patient.send()["Location"]
    with no_database(error, after=after):
        response = patient.client.get(location)
    assert response.status_code == 200
    assert Case.objects.get().reference in response.text
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("name", ["get_receipt_status", "get_request_policy", "get_visit_path", "render"])
def test_receipt_shows_reference_whatever_fails(patient, monkeypatch, name):  # noqa: F811
    def fail(*args, **kwargs):
        raise ValueError("Zoë Lima")

    location = patient.send()["Location"]
    monkeypatch.setattr(request_views, name, fail)
    response = patient.client.get(location)
    assert response.status_code == 200
    assert Case.objects.get().reference in response.text


def test_unsigned_receipt_shows_nothing_without_database(patient):  # noqa: F811
    patient.client.raise_request_exception = False
    with no_database():
        response = patient.client.get("/consultation/received/ABCD2345:forged/")
    assert response.status_code in (404, 503)
    assert "ABCD2345" not in response.text


# The patient's own page


@pytest.mark.parametrize("address", ["", "change/", "visit.ics"])
def test_own_page_shows_reference_without_database(client, case, address):
    with no_database():
        response = client.get(links.get_visit_path(case) + address)
    assert response.status_code == 200
    assert case.reference in response.text
    assert PHONE in response.text


def test_complaint_is_given_back_and_sent_again(client, case):
    path = links.get_visit_path(case) + "complain/"
    with no_database():
        page = BeautifulSoup(client.post(path, {"text": "It <hurts>."}).content, "html.parser")
    assert page.select_one("form.form")["action"] == path
    assert page.find("textarea").text.strip() == "It <hurts>."
    assert client.post(path, typed(page)).status_code == 303
    assert Case.objects.filter(kind="complaint", message="It <hurts>.").count() == 1


@pytest.mark.parametrize(
    ("address", "sent", "event"),
    [
        ("change/", {"start": HALF_PAST, "seen": FRIDAY_TEN}, EventKind.MOVED),
        ("cancel/", {"seen": FRIDAY_TEN}, EventKind.CANCELED),
        ("earlier/", {"wanted": "yes"}, EventKind.WAITLIST_JOINED),
    ],
)
@pytest.mark.parametrize("after", [0, 2, 5])
def test_action_can_be_sent_again(client, case, address, sent, event, after):
    path = links.get_visit_path(case) + address
    with no_database(after=after):
        page = BeautifulSoup(client.post(path, sent).content, "html.parser")
    assert not Event.objects.filter(kind=event).exists()
    assert typed(page) == sent
    assert client.post(path, typed(page)).status_code == 303
    assert Event.objects.filter(case=case, kind=event).count() == 1


@pytest.mark.parametrize(("address", "sent"), [("cancel/", {"seen": FRIDAY_TEN}), ("earlier/", {"wanted": "yes"})])
def test_page_after_a_saved_action_shows_reference(client, case, monkeypatch, address, sent):
    def fail(*args, **kwargs):
        raise ValueError("Zoë Lima")

    location = client.post(links.get_visit_path(case) + address, sent)["Location"]
    monkeypatch.setattr(visit_views, "show", fail)
    response = client.get(location)
    assert (response.status_code, case.reference in response.text) == (200, True)
