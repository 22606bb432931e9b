"""Rate limits, and what happens to a request in quarantine."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from bookings import services
from bookings.messaging import outbox
from bookings.messaging.links import get_receipt_path, get_visit_path
from bookings.models import Appointment, AppointmentState, Case, EventKind, Message, Status
from bookings.services.limits import REQUESTS_PER_CONTACT, REQUESTS_PER_NETWORK
from clinic.models import LimitCount
from tests import booking_invariants, factories
from tests.bookings.conftest import TUESDAY
from tests.bookings.desk import text_of
from tests.bookings.test_appointments import NOW

pytestmark = pytest.mark.django_db
FORM = reverse("bookings:consultation")
HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|token)"[^>]*value="([^"]*)"')
REFERENCE = re.compile(r"\d{10}|receipt__reference\">\w+<|/visit/[^\"]+")
NETWORK = "198.51.100.7"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def proxy(settings):
    settings.TRUSTED_PROXIES = 1


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
        fill_in.page = " ".join(answer.content.decode().split())
        assert "We have your request" in fill_in.page
        return Case.objects.order_by("pk").last()

    return fill_in


@pytest.fixture
def quarantined(ask):
    """Return a function that sends a request from a network over the limit."""
    factories.use_up(REQUESTS_PER_NETWORK, NETWORK)

    def ask_too_often(start=TUESDAY, **fields):
        return ask(start, **{"email": "ana@patient.example.com", "network": NETWORK, **fields})

    return ask_too_often


@pytest.fixture
def release(policy, clerk):
    def release_case(case):
        return services.release_from_quarantine(case.pk, actor=clerk, expected_version=case.version, policy=policy)

    return release_case


# The limits


def test_eleventh_request_an_hour_is_quarantined(send, clock):
    for _number in range(REQUESTS_PER_NETWORK.uses):
        assert send().status == Status.NEW
    assert send().status == Status.QUARANTINED
    assert send(address="198.51.100.8").status == Status.NEW
    clock.shift(timedelta(hours=1))
    assert send().status == Status.NEW


def test_hour_runs_from_the_first_request(send, clock):
    for _number in range(REQUESTS_PER_NETWORK.uses):
        assert send().status == Status.NEW
        clock.shift(timedelta(minutes=5, seconds=30))
    assert send().status == Status.QUARANTINED
    clock.shift(timedelta(minutes=5))
    assert send().status == Status.NEW


@pytest.mark.parametrize("contact", [{"email": "Ana@Patient.example.com"}, {"phone": "(949) 555-0123", "email": ""}])
def test_sixth_request_of_a_contact_is_quarantined(send, contact):
    same = {"email": "ana@patient.example.com"} if contact["email"] else {"phone": "949 555 0123", "email": ""}
    for number in range(REQUESTS_PER_CONTACT.uses):
        assert send(f"198.51.100.{number}", message=f"{number}", **same).status == Status.NEW
    assert send("198.51.100.99", message="once more", **contact).status == Status.QUARANTINED
    assert send("198.51.100.99").status == Status.NEW


def test_same_request_again_does_not_count(send):
    one = {"email": "ana@patient.example.com"}
    for number in range(REQUESTS_PER_CONTACT.uses - 2):
        send(message=f"{number}", **one)
    for _again in range(3):
        send(message="the same words", **one)
    assert send(message="other words", **one).status == Status.NEW
    assert Case.objects.count() == REQUESTS_PER_CONTACT.uses


def test_stored_counts_name_nobody(send):
    case = send(email="ana@patient.example.com", phone="949 555 0123")
    stored = [*LimitCount.objects.values_list("key", flat=True), case.network]
    assert len(stored) == 5
    assert all(re.fullmatch("[0-9a-f]{64}", one) for one in stored)


def test_network_is_forgotten_after_a_month(send, clock):
    case = send()
    clock.shift(timedelta(days=29))
    services.forget_networks(timezone.now())
    case.refresh_from_db()
    assert case.network
    clock.shift(timedelta(days=2))
    services.forget_networks(timezone.now())
    case.refresh_from_db()
    assert case.network == ""


@pytest.mark.parametrize(
    "email",
    [
        "ANA@patient.example.com",
        "ana+1@patient.example.com",
        "a.na@patient.example.com",
        "A.n.a+x+y@Patient.Example.com",
    ],
)
def test_spellings_of_one_mailbox_count_together(send, email):
    for number in range(REQUESTS_PER_CONTACT.uses):
        assert send(f"198.51.100.{number}", email=f"ana+{number}@patient.example.com").status == Status.NEW
    assert send("198.51.100.99", email=email).status == Status.QUARANTINED


def test_strangers_over_their_limit_do_not_use_up_a_contact(send):
    factories.use_up(REQUESTS_PER_NETWORK, NETWORK)
    for number in range(REQUESTS_PER_CONTACT.uses):
        assert send(email="ana@patient.example.com", message=f"{number}").status == Status.QUARANTINED
    assert send("198.51.100.99", email="ana@patient.example.com").status == Status.NEW


# In quarantine


def test_quarantine_stores_all_and_does_nothing(quarantined):
    case = quarantined(message="My forehead.", phone="949 555 0123")
    assert (case.message, case.phone, case.requested_start) == ("My forehead.", "949 555 0123", TUESDAY)
    assert case.consents.get().wording == "Yes."
    assert not Message.objects.exists()
    assert not Appointment.objects.exists()


def test_quarantined_form_sends_no_email(send, mailoutbox):
    for _number in range(REQUESTS_PER_NETWORK.uses):
        send()
    outbox.send_due()
    sent = len(mailoutbox)
    assert send().status == Status.QUARANTINED
    assert outbox.send_due() == {}
    assert len(mailoutbox) == sent > 0


def test_receipt_in_quarantine_promises_nothing(send, client, consultation_settings):
    factories.use_up(REQUESTS_PER_NETWORK, NETWORK)
    case = send(start="2027-06-08T17:00Z")
    own_page = client.get(get_visit_path(case)).content.decode()
    for page in (send.page, own_page):
        assert "it has to wait" in page
        assert "please call us" in page
    for page in (send.page, own_page):
        for promise in (
            consultation_settings.reply_promise,
            "We answer",
            "reference is on its way",
            "We’ll contact you",
        ):
            assert promise not in page
        assert "We will contact you" not in page


def test_closed_request_promises_nothing(quarantined, clerk, client):
    case = quarantined()
    closing = {"outcome": "not_a_request", "actor": clerk, "expected_version": case.version}
    services.change_stage(case.pk, Status.CLOSED, **closing)
    for path in (get_visit_path(case), get_receipt_path(case)):
        page = client.get(path).content.decode()
        assert "This request is closed." in page
        assert "We answer within" not in page


def test_quarantine_reads_the_same_for_every_reason(send):
    factories.use_up(REQUESTS_PER_NETWORK, NETWORK)
    send()
    by_network = REFERENCE.sub("", send.page)
    factories.use_up(REQUESTS_PER_CONTACT, "ana@patient.example.com")
    send("198.51.100.99", email="ana@patient.example.com")
    assert REFERENCE.sub("", send.page) == by_network


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
    said = case.events.get(kind=EventKind.STAGE).data
    assert (said["starts_at"], said["not_held"]) == ("2027-06-08T17:00:00Z", True)
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


def test_today_counts_quarantine_and_links_there(desk, quarantined):
    quarantined()
    page = desk.get(reverse("desk_today")).content.decode()
    assert "1 request is in quarantine" in page
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
        "starts_at": "2027-06-08T17:00:00Z",
        "held": True,
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


def test_emptied_cache_lets_nothing_through(send):
    for _number in range(REQUESTS_PER_NETWORK.uses):
        send()
    cache.clear()
    assert send().status == Status.QUARANTINED


# Many at once


@pytest.fixture
def press(desk):
    """Return a function that presses a button under the list."""

    def post(action, **data):
        return desk.post(reverse("case:bulk"), {"action": action, **data}, follow=True).content.decode()

    return post


def selected(*cases):
    return [f"{case.pk}:{case.version}" for case in cases]


def test_today_says_how_many_are_in_quarantine(desk, quarantined):
    quarantined()
    quarantined(email="zoe@patient.example.com")
    assert "2 requests are in quarantine" in text_of(desk.get(reverse("desk_today")), "body")
    page = desk.get(reverse("case:index"), {"status": "quarantined"}).content.decode()
    assert page.count('name="case"') == 2


def test_selected_cases_are_released_together(press, quarantined):
    one, two, three = (quarantined(email=f"{number}@patient.example.com") for number in range(3))
    page = press("release", case=selected(one, two))
    assert "2 cases are done." in page
    assert set(Case.objects.filter(status=Status.NEW)) == {one, two}
    assert Case.objects.get(status=Status.QUARANTINED) == three
    assert booking_invariants.check() == []


def test_whole_quarantine_is_closed_together(press, quarantined):
    for number in range(40):  # More than a page of the list.
        quarantined(email=f"{number}@patient.example.com")
    assert "40 cases are done." in press("close:not_a_request", all="on", status="quarantined")
    assert set(Case.objects.values_list("status", "outcome")) == {("closed", "not_a_request")}
    assert not Message.objects.exists()


def test_case_that_changed_meanwhile_is_left(press, quarantined, release):
    case = quarantined()
    seen = selected(case)
    release(case)
    assert "1 case was left as it is" in press("close:not_a_request", case=seen)
    case.refresh_from_db()
    assert case.status == Status.NEW


@pytest.mark.parametrize(
    "case", ["", "x", "1", "1:x", "999999:1", f"{2**63}:1", "1:1:1", "-1:1", "\x00:1", "9" * 18 + ":1"]
)
def test_hostile_selection_changes_nothing(press, quarantined, case):
    quarantined()
    press("release", case=case)
    assert Case.objects.get().status == Status.QUARANTINED


def test_unknown_button_changes_nothing(press, quarantined):
    quarantined()
    press("erase", all="on")
    assert Case.objects.get().status == Status.QUARANTINED


@pytest.mark.parametrize("role", ["clinician", "editor"])
def test_only_the_desk_acts_on_many(client, quarantined, role):
    quarantined()
    client.force_login(factories.make_user(role))
    assert 'id="case-bulk"' not in client.get(reverse("case:index"), {"status": "quarantined"}).content.decode()
    client.post(reverse("case:bulk"), {"action": "not_a_request", "all": "on"})
    assert Case.objects.get().status == Status.QUARANTINED
