"""Addresses that emails, calendars and bookmarks already hold.

The tokens are written down as they were signed: another salt, order of fields or key would break the links in people's
mailboxes.
"""

import pytest
import time_machine
from icalendar import Calendar
from pytest_django.asserts import assertRedirects

from bookings import services
from bookings.messaging import links
from bookings.models import EventKind, Resource
from tests.bookings.conftest import TUESDAY
from tests.opening_hours import at

pytestmark = pytest.mark.django_db

# Signed on June 1, 2027, 10 am, for this reference, with link version 3 and this key.
REFERENCE, LINK_VERSION, KEY = "K7QM2XPD", 3, "key-of-the-mailed-links-in-this-test"
VISIT = "/consultation/visit/WyJLN1FNMlhQRCIsM10:1ycPwm:Jrf8Z7kVKoxsSHnrjB0Qgy3xbIKem9-zVZCNxB9q8pA/"
RECEIPT = "/consultation/received/K7QM2XPD:D4IoT4e9HFjox6Ejc1IIkZcek77TjIDmLKOB0o39zkE/"


@pytest.fixture(autouse=True)
def clock(settings, monkeypatch):
    settings.SECRET_KEY = KEY
    monkeypatch.setattr(links.receipts, "key", KEY)  # It was read from the settings at import.
    with time_machine.travel(at("2027-06-02 09:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def booked(ask, clerk, policy):
    case = ask(name="Ana Lima", email="ana@patient.example.com")
    case.reference, case.link_version = REFERENCE, LINK_VERSION
    case.save()
    return services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)


@pytest.mark.parametrize("address", [VISIT, RECEIPT, VISIT + "change/", VISIT + "visit.ics"])
def test_mailed_link_still_answers(client, booked, address):
    assert client.get(address).status_code == 200


def test_mailed_link_opens_its_own_visit(client, booked):
    page = client.get(VISIT).content.decode()
    assert "Hello Ana" in page
    assert "Tuesday, June 8, 10 am" in page


def test_mailed_calendar_file_holds_the_visit(client, booked):
    [event] = Calendar.from_ical(client.get(VISIT + "visit.ics").content).walk("VEVENT")
    assert event.decoded("dtstart") == TUESDAY


@pytest.mark.parametrize(
    ("action", "data", "changed"),
    [
        ("earlier/", {"wanted": "yes"}, EventKind.WAITLIST_JOINED),
        ("complain/", {"text": "It swells."}, EventKind.COMPLAINT),
        ("cancel/", {}, EventKind.CANCELED),
    ],
)
def test_mailed_link_still_acts(client, booked, action, data, changed):
    response = client.post(VISIT + action, data)
    assert response.status_code == 303
    assert response["Location"].startswith(VISIT)
    assert booked.events.filter(kind=changed).exists()


def test_mailed_link_still_moves_the_visit(client, booked):
    response = client.post(VISIT + "change/", {"start": "2027-06-08T16:15Z"})
    assert response.status_code == 303
    assert booked.appointments.newest().starts_at == at("2027-06-08 09:15")


def test_desk_notice_still_opens_its_case(desk, booked):
    assert "Ana Lima" in desk.get(f"/admin/case/{booked.pk}/").content.decode()


@pytest.mark.parametrize("page", ["", "new/", "edit/{pk}/", "delete/{pk}/", "history/{pk}/"])
def test_bookmark_of_a_room_is_redirected(admin_client, profile, page):
    page = page.format(pk=Resource.objects.get().pk)
    assertRedirects(admin_client.get(f"/admin/lane/{page}"), f"/admin/resource/{page}")


@pytest.mark.parametrize("query", ["status=scheduled", "status=attended", "time=kept", "mails=unsent"])
def test_bookmarked_filter_still_answers(desk, query):
    assert desk.get(f"/admin/case/?{query}").status_code == 200
