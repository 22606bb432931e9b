"""Rate limits, and what happens to a request in quarantine."""

import re
from datetime import timedelta
from unittest.mock import Mock
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.test import RequestFactory
from django.urls import reverse

from bookings import services
from bookings.messaging import outbox
from bookings.models import Appointment, AppointmentState, Case, EventKind, Message, Status
from bookings.patient import rate_limits
from tests import booking_invariants, factories
from tests.bookings.conftest import TUESDAY
from tests.bookings.test_appointments import NOW

pytestmark = pytest.mark.django_db
FORM = reverse("bookings:consultation")
HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|token)"[^>]*value="([^"]*)"')
NETWORK = "198.51.100.7"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def proxy(settings):
    settings.BEHIND_PROXY = True


@pytest.fixture
def send(client, clock, policy):
    """Return a function that sends a form from an address.

    The patient always sees a receipt.
    """

    def fill_in(address=NETWORK, **typed):
        client.cookies.clear()  # Each form comes from another browser.
        token = dict(HIDDEN.findall(client.get(FORM).content.decode()))
        clock.shift(timedelta(seconds=10))
        form = {"name": "Ana Lima", "email": f"{uuid4().hex}@patient.example.com", "consent": "on", **token, **typed}
        answer = client.post(FORM, form, follow=True, headers={"X-Forwarded-For": address})
        assert "We have your request" in answer.content.decode()
        return Case.objects.order_by("pk").last()

    return fill_in


@pytest.fixture
def quarantined(profile, consultation_settings, policy):
    def ask_too_often(start=TUESDAY, **fields):
        submission = factories.make_submission(**{"start": start, "email": "ana@patient.example.com", **fields})
        case, _created = services.submit(
            submission, settings=consultation_settings, profile=profile, policy=policy, in_quarantine=True
        )
        return case

    return ask_too_often


@pytest.fixture
def release(policy, clerk):
    def release_case(case):
        return services.release_from_quarantine(case.pk, actor=clerk, expected_version=case.version, policy=policy)

    return release_case


# Who is counted


@pytest.mark.parametrize(
    ("forwarded", "sender"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("made up, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.1,203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("made up", ""),
    ],
)
def test_sender_is_the_address_the_proxy_saw(forwarded, sender):
    assert rate_limits.get_sender(RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})) == sender


def test_without_proxy_the_header_is_ignored(settings):
    settings.BEHIND_PROXY = False
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "203.0.113.9"}, REMOTE_ADDR="203.0.113.77")
    assert rate_limits.get_sender(request) == "203.0.113.77"


def test_loopback_proxy_is_no_sender():
    assert rate_limits.get_sender(RequestFactory().get("/")) == ""


# The limits


def test_eleventh_request_an_hour_is_quarantined(send, clock):
    for _number in range(rate_limits.PER_ADDRESS.requests):
        assert send().status == Status.NEW
    assert send().status == Status.QUARANTINED
    assert send(address="198.51.100.8").status == Status.NEW
    clock.shift(timedelta(hours=1))
    assert send().status == Status.NEW


def test_hour_runs_from_the_first_request(send, clock):
    for _number in range(rate_limits.PER_ADDRESS.requests):
        assert send().status == Status.NEW
        clock.shift(timedelta(minutes=5, seconds=30))
    assert send().status == Status.QUARANTINED
    clock.shift(timedelta(minutes=5))
    assert send().status == Status.NEW


@pytest.mark.parametrize("contact", [{"email": "Ana@Patient.example.com"}, {"phone": "(949) 555-0123", "email": ""}])
def test_sixth_request_of_a_contact_is_quarantined(send, contact):
    same = {"email": "ana@patient.example.com"} if contact["email"] else {"phone": "949 555 0123", "email": ""}
    for number in range(rate_limits.PER_CONTACT.requests):
        assert send(f"198.51.100.{number}", message=f"{number}", **same).status == Status.NEW
    assert send("198.51.100.99", message="once more", **contact).status == Status.QUARANTINED
    assert send("198.51.100.99").status == Status.NEW


def test_same_request_again_does_not_count(send):
    one = {"email": "ana@patient.example.com"}
    for number in range(rate_limits.PER_CONTACT.requests - 2):
        send(message=f"{number}", **one)
    for _again in range(3):
        send(message="the same words", **one)
    assert send(message="other words", **one).status == Status.NEW
    assert Case.objects.count() == rate_limits.PER_CONTACT.requests


def test_cache_keys_name_nobody(send, monkeypatch):
    spy = Mock(wraps=cache)
    monkeypatch.setattr(rate_limits, "cache", spy)
    send(email="ana@patient.example.com", phone="949 555 0123")
    keys = [call.args[0] for call in spy.set.call_args_list]
    assert len(keys) == 3
    for secret in ("ana", "5550123", NETWORK):
        assert not [key for key in keys if secret in key]


# In quarantine


def test_quarantine_stores_all_and_does_nothing(quarantined):
    case = quarantined(message="My forehead.", phone="949 555 0123")
    assert (case.message, case.phone, case.requested_start) == ("My forehead.", "949 555 0123", TUESDAY)
    assert case.consents.get().wording == "Yes."
    assert not Message.objects.exists()
    assert not Appointment.objects.exists()


def test_quarantined_form_sends_no_email(send, mailoutbox):
    for _number in range(rate_limits.PER_ADDRESS.requests):
        send()
    outbox.send_due()
    sent = len(mailoutbox)
    assert send().status == Status.QUARANTINED
    assert outbox.send_due() == {}
    assert len(mailoutbox) == sent > 0


def test_same_form_again_stays_quarantined_with_changes(quarantined):
    key = uuid4()
    quarantined(submission_key=key)
    case = quarantined(submission_key=key, email="new@patient.example.com", message="Please call.", start=None)
    assert Case.objects.get() == case
    case.refresh_from_db()
    assert (case.status, case.message, case.requested_start) == (Status.QUARANTINED, "Please call.", None)
    assert not Message.objects.exists()


def test_same_content_again_stays_quarantined_with_time(quarantined):
    quarantined()
    case = quarantined(start=TUESDAY + timedelta(hours=1))
    assert Case.objects.get() == case
    case.refresh_from_db()
    assert (case.status, case.requested_start) == (Status.QUARANTINED, TUESDAY + timedelta(hours=1))
    assert not Appointment.objects.exists()
    assert not Message.objects.exists()


def test_release_sends_receipt_and_holds_time(quarantined, release):
    case = release(quarantined())
    assert case.status == Status.NEW
    assert case.messages.get().kind == "receipt"
    appointment = case.appointments.get()
    assert (appointment.state, appointment.starts_at) == (AppointmentState.HELD, TUESDAY)
    assert booking_invariants.check() == []


def test_release_records_a_time_taken_since(quarantined, release, ask):
    case = quarantined()
    ask(TUESDAY)
    case = release(case)
    assert case.status == Status.NEW
    assert not case.appointments.exists()
    assert case.events.get(kind=EventKind.NOT_HELD).data == {"starts_at": "2027-06-08T17:00:00Z"}
    assert booking_invariants.check() == []


def test_only_a_quarantined_case_is_released(quarantined, release):
    case = release(quarantined())
    with pytest.raises(services.BookingError, match="not in quarantine"):
        release(case)
    case.version -= 1
    with pytest.raises(services.StaleCaseError):
        release(case)


def test_quarantined_case_can_be_closed(quarantined, clerk):
    case = quarantined()
    closing = {"outcome": "not_a_request", "actor": clerk, "expected_version": case.version}
    assert services.change_stage(case.pk, Status.CLOSED, **closing).status == Status.CLOSED
    assert not Message.objects.exists()


def test_quarantined_case_cannot_be_booked(quarantined, clerk, policy):
    case = quarantined()
    with pytest.raises(services.TransitionError):
        services.book(case.pk, TUESDAY, actor=clerk, expected_version=case.version, policy=policy)


# At the desk


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


def names_in(answer):
    return re.findall(r"[A-Z][a-z]+ in the list", answer.content.decode())


def test_list_shows_quarantine_only_when_asked(desk, quarantined, ask):
    quarantined(name="Quinn in the list")
    ask(name="Nora in the list")
    url = reverse("case:index")
    assert set(names_in(desk.get(url))) == {"Nora in the list"}
    assert set(names_in(desk.get(url, {"status": "quarantined"}))) == {"Quinn in the list"}
    assert set(names_in(desk.post(url, {"q": "Quinn"}))) == {"Quinn in the list"}


def test_dashboard_counts_quarantine_and_links_there(desk, quarantined):
    quarantined()
    page = desk.get(reverse("wagtailadmin_home")).content.decode()
    assert re.search(r"<strong>1</strong>\s*case is in quarantine", page)
    assert "?status=quarantined" in page


def test_desk_releases_and_keeps_typed_note(desk, quarantined):
    case = quarantined()
    url = reverse("case:inspect", args=[case.pk])
    page = desk.get(url).content.decode()
    assert "Release from quarantine" in page
    assert "The time the patient picked: Tue, Jun 8, 10 am" in page
    button = {"action": "release", "expected_version": case.version, "note": "The patient phoned."}
    answer = desk.post(url, button, follow=True)
    assert "Release from quarantine" not in answer.content.decode()
    case.refresh_from_db()
    assert case.status == Status.NEW
    assert case.events.get(kind=EventKind.STAGE).data == {
        "from": "quarantined",
        "to": "new",
        "note": "The patient phoned.",
    }
    assert case.messages.filter(kind="receipt").exists()


def test_read_only_user_cannot_release(client, quarantined):
    client.force_login(factories.make_user("clinician"))
    case = quarantined()
    url = reverse("case:inspect", args=[case.pk])
    assert "Release from quarantine" not in client.get(url).content.decode()
    client.post(url, {"action": "release", "expected_version": case.version})
    case.refresh_from_db()
    assert case.status == Status.QUARANTINED


def test_emptied_cache_lets_requests_through(send):
    for _number in range(rate_limits.PER_ADDRESS.requests):
        send()
    cache.clear()
    assert send().status == Status.NEW
