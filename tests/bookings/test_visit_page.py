"""The patient's own page behind the link in her mails."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from icalendar import Calendar

from bookings import services
from bookings.models import Case, CaseKind, EventKind, Hold
from bookings.visit_link import VALID_FOR, path_for
from tests.bookings.test_appointments import NOW, TUESDAY, ask, calendar, clerk  # noqa: F401 fixtures

pytestmark = pytest.mark.django_db
LINK = re.compile(r"https?://[^\s\"<>]+")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def case(ask):  # noqa: F811
    return ask(name="Ana Lima", email="ana@patient.example.com", message="My forehead.")


@pytest.fixture
def booked(case, clerk, calendar):  # noqa: F811
    return services.confirm(case.pk, actor=clerk, expected_version=case.version, calendar=calendar)


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def rows():
    """Everything that is stored about requests."""
    models = list(apps.get_app_config("bookings").get_models())
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def test_page_tells_a_first_name_and_a_time_and_nothing_more(client, booked):
    text = text_of(client.get(path_for(booked)))
    assert "Hello Ana" in text
    assert "Your visit is on Tuesday, Jun 8, 10 am." in text
    for secret in ("Lima", "ana@", "forehead"):
        assert secret not in text


def test_page_of_a_kept_time_says_until_when(client, case):
    text = text_of(client.get(path_for(case)))
    assert "Tuesday, Jun 8, 10 am is kept for you until Monday, Jun 7, 1 pm. We answer by then." in text


def test_opening_any_link_of_any_mail_changes_nothing(client, booked, clerk, calendar):  # noqa: F811
    services.cancel(booked.pk, actor=clerk, calendar=calendar)
    mails = list(booked.messages.exclude(kind="desk_notice"))
    links = {link for mail in mails for body in (mail.text, mail.html) for link in LINK.findall(body)}
    assert len(mails) == 4  # the reminder, too
    assert len(links) == 1
    before = rows()
    for link in links:
        path = "/" + link.split("/", 3)[3]
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    assert rows() == before


@pytest.mark.parametrize("act", ["cancel", "complain"])
def test_acts_need_a_post(client, booked, act):
    before = rows()
    assert client.get(f"{path_for(booked)}{act}/").status_code == 405
    assert rows() == before


def test_patient_cancels_and_the_time_is_free(client, booked):
    response = client.post(f"{path_for(booked)}cancel/", follow=True)
    assert "is cancelled" in text_of(response)
    assert Hold.objects.count() == 0


def test_cancelling_twice_says_so_and_breaks_nothing(client, booked):
    client.post(f"{path_for(booked)}cancel/")
    assert "There is no time to change any more." in text_of(client.post(f"{path_for(booked)}cancel/"))


def test_after_the_cut_off_the_page_asks_for_a_call(client, booked, clock):
    clock.move_to(TUESDAY - timedelta(hours=23))
    assert "Please call us." in text_of(client.get(path_for(booked)))
    assert "Please call us." in text_of(client.post(f"{path_for(booked)}cancel/"))
    assert Hold.objects.count() == 2


def test_booked_visit_has_a_calendar_file(client, booked):
    response = client.get(f"{path_for(booked)}visit.ics")
    assert response["Content-Type"].startswith("text/calendar")
    (event,) = Calendar.from_ical(response.content).walk("VEVENT")
    assert event.start == TUESDAY
    assert b"Ana" not in response.content


def test_kept_time_has_no_calendar_file(client, case):
    assert client.get(f"{path_for(case)}visit.ics").status_code == 404


def test_what_feels_wrong_opens_a_file_of_its_own(client, booked):
    response = client.post(f"{path_for(booked)}complain/", {"text": "My eyelid hangs."}, follow=True)
    assert "Thank you for telling us." in text_of(response)
    complaint = Case.objects.get(kind=CaseKind.COMPLAINT)
    assert (complaint.earlier, complaint.message, complaint.is_waiting) == (booked, "My eyelid hangs.", True)
    assert complaint.messages.get().kind == "desk_notice"
    assert "eyelid" not in complaint.messages.get().text


def test_second_complaint_is_added_to_the_open_one(client, booked):
    for text in ("My eyelid hangs.", "And it hurts."):
        client.post(f"{path_for(booked)}complain/", {"text": text})
    complaint = Case.objects.get(kind=CaseKind.COMPLAINT)
    assert complaint.events.get(kind=EventKind.NOTE).text == "And it hurts."


def test_empty_complaint_is_asked_again(client, booked):
    response = client.post(f"{path_for(booked)}complain/", {"text": "  "})
    assert "Write in a few words what feels wrong." in text_of(response)
    assert not Case.objects.filter(kind=CaseKind.COMPLAINT).exists()


def test_link_runs_out(client, booked, clock):
    path = path_for(booked)
    clock.move_to(NOW + VALID_FOR + timedelta(minutes=1))
    assert client.get(path).status_code == 404


def test_link_can_be_revoked(client, booked, clerk):  # noqa: F811
    path = path_for(booked)
    services.revoke_links(booked.pk, actor=clerk)
    assert client.get(path).status_code == 404
    assert client.post(f"{path}cancel/").status_code == 404
    booked.refresh_from_db()
    assert client.get(path_for(booked)).status_code == 200


def test_link_that_was_tampered_with_shows_nothing(client, booked):
    path = path_for(booked)
    assert client.get(path[:-4] + "abc/").status_code == 404


def test_page_is_kept_by_no_cache_and_told_to_no_other_site(client, booked):
    response = client.get(path_for(booked))
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert 'name="robots" content="noindex"' in response.content.decode()


def test_time_that_has_run_out_is_told_before_anybody_has_written_it_down(client, case, clock):
    clock.move_to(case.appointments.get().held_until)
    text = text_of(client.get(path_for(case)))
    assert "has run out" in text
    assert "Cancel my visit" not in text


def test_complaint_is_kept_when_its_mail_cannot_be_written(client, booked, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("bookings.emails.render_to_string", broken)
    client.post(f"{path_for(booked)}complain/", {"text": "My eyelid hangs."})
    complaint = Case.objects.get(kind=CaseKind.COMPLAINT)
    assert complaint.events.filter(kind=EventKind.MESSAGE_FAILED).exists()
