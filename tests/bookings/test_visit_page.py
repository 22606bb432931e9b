"""The patient's own page behind the link in their emails."""

import re
from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.apps import apps
from django.test import Client
from icalendar import Calendar

from bookings import services
from bookings.messaging.links import AFTER_REQUEST, get_visit_path
from bookings.messaging.outbox import send_due
from bookings.models import Case, CaseKind, EventKind, Message, MessageKind, MessageState, Slot
from bookings.patient.fields import parse_value
from tests import factories
from tests.bookings.conftest import TUESDAY
from tests.bookings.test_appointments import NOW
from tests.opening_hours import at

pytestmark = pytest.mark.django_db
EARLIER = "2027-06-08T16:15Z"  # 9:15 am on the same day
LINK = re.compile(r"https?://[^\s\"<>]+")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def case(ask):
    return ask(name="Ana Lima", email="ana@patient.example.com", message="My forehead.")


@pytest.fixture
def booked(case, clerk, policy):
    return services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def rows():
    """Return everything that is stored about cases."""
    models = list(apps.get_app_config("bookings").get_models())
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def test_page_shows_only_first_name_and_time(client, booked):
    text = text_of(client.get(get_visit_path(booked)))
    assert "Hello Ana" in text
    assert "Your visit is on Tuesday, June 8, 10 am." in text
    for secret in ("Lima", "ana@", "forehead"):
        assert secret not in text


def test_page_says_until_when_time_is_held(client, case):
    text = text_of(client.get(get_visit_path(case)))
    assert "Tuesday, June 8, 10 am is held for you. We’ll answer by today, 1 pm." in text


@pytest.fixture
def every_message(ask, clerk, policy, clock, written, file_complaint, consultation_settings):
    """Return one message of each kind, written as the worker does."""
    factories.consultation_settings(closed_day_email=True, physician_email="dr@clinic.example.com")
    later = ask(at("2027-06-10 10:00"), email="bea@patient.example.com", on_waitlist=True)
    services.confirm(later.pk, actor=clerk, expected_version=later.version, policy=policy)
    case = ask(email="ana@patient.example.com")
    case = services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)
    moved = at("2027-06-09 10:00")
    case = services.book(case.pk, moved, actor=clerk, expected_version=case.version, policy=policy)
    services.cancel(case.pk, actor=clerk, policy=policy)
    own = at("2027-06-09 14:00")
    services.choose_time(case.pk, own, policy=policy)
    services.move(case.pk, own + timedelta(minutes=30), policy=policy)
    services.cancel(case.pk, policy=policy)
    file_complaint(case)
    ask(email="cleo@patient.example.com")
    clock.shift(timedelta(hours=5))
    services.expire_holds()
    services.escalate_complaints()
    came = factories.make_case(email="dora@patient.example.com")
    factories.make_visit(came, "checked_in", at("2027-06-07 13:00"))
    services.change_stage(came.pk, "treated", actor=clerk, expected_version=1)
    queued = {*MessageKind.values} - {MessageKind.UNREACHABLE}  # Its own tests write that one.
    assert set(Message.objects.values_list("kind", flat=True)) == queued
    return [written(message) for message in Message.objects.all()]


@pytest.mark.parametrize("is_clerk", [False, True], ids=["patient", "clerk"])
def test_opening_any_emailed_link_changes_nothing_else(client, every_message, clerk, is_clerk):
    # Virus scanners open every link. A link of the desk leads to the log-in page, or to the case.
    bodies = [body for message in every_message for body in (message.text, message.html)]
    links = {link for body in bodies for link in LINK.findall(body)}
    # For each of three patients their page and the desk's notice, and for one the form to change the time.
    # One of them has a complaint, too. A fourth patient came without a request, and has a page.
    assert len(links) == 3 * 2 + 1 + 1 + 1
    if is_clerk:
        client.force_login(clerk)
    before = rows()
    for link in links:
        path = "/" + link.split("/", 3)[3]
        assert client.get(path).status_code == (302 if path.startswith("/admin/") and not is_clerk else 200)
        assert client.head(path).status_code in (200, 302)
    Case.objects.update(link_opened_at=None)  # Somebody reads these emails: nothing else is concluded from it.
    assert rows() == before


@pytest.mark.parametrize("action", ["cancel", "complain", "earlier"])
def test_actions_need_a_post(client, booked, action):
    before = rows()
    assert client.get(f"{get_visit_path(booked)}{action}/").status_code == 405
    assert rows() == before


def test_canceling_frees_the_time(client, booked):
    response = client.post(f"{get_visit_path(booked)}cancel/", follow=True)
    assert "is canceled" in text_of(response)
    assert Slot.objects.count() == 0


def test_canceling_twice_is_told(client, booked):
    client.post(f"{get_visit_path(booked)}cancel/")
    assert "There is no longer a time to change." in text_of(client.post(f"{get_visit_path(booked)}cancel/"))


def test_page_after_cut_off_asks_to_call(client, booked, clock):
    clock.move_to(TUESDAY - timedelta(hours=23))
    assert "Please call us." in text_of(client.get(get_visit_path(booked)))
    assert "Please call us." in text_of(client.post(f"{get_visit_path(booked)}cancel/"))
    assert Slot.objects.count() == 2


def test_booked_visit_has_a_calendar_file(client, booked):
    response = client.get(f"{get_visit_path(booked)}visit.ics")
    assert response["Content-Type"].startswith("text/calendar")
    (event,) = Calendar.from_ical(response.content).walk("VEVENT")
    assert event.start == TUESDAY
    assert b"Ana" not in response.content


def test_downloaded_calendar_file_is_published_to_nobody(client, booked):
    calendar = Calendar.from_ical(client.get(f"{get_visit_path(booked)}visit.ics").content)
    assert str(calendar["method"]) == "PUBLISH"
    (event,) = calendar.walk("VEVENT")
    assert "organizer" in event
    assert "attendee" not in event


@pytest.mark.parametrize("origin", [None, "null"])
@pytest.mark.parametrize("action", ["cancel", "change", "earlier", "complain"])
def test_secret_link_needs_no_cookie(booked, action, origin):
    headers = {"HTTP_ORIGIN": origin} if origin else {}
    client = Client(enforce_csrf_checks=True, **headers)
    typed = {"text": "It hurts.", "wanted": "yes", "start": EARLIER}
    response = client.post(f"{get_visit_path(booked)}{action}/", typed)
    assert response.status_code == 303


@pytest.mark.parametrize("action", ["cancel", "change", "earlier", "complain"])
def test_invalid_link_without_cookie_changes_nothing(booked, action):
    before = rows()
    response = Client(enforce_csrf_checks=True).post(f"{get_visit_path(booked)[:-2]}/{action}/", {"text": "It hurts."})
    assert response.status_code == 404
    assert rows() == before


def test_held_time_has_no_calendar_file(client, case):
    assert client.get(f"{get_visit_path(case)}visit.ics").status_code == 404


@pytest.mark.parametrize("stage", ["booked", "checked_in", "treated"])
def test_calendar_file_stays_with_the_visit(client, booked, stage, clerk, policy, clock):
    clock.move_to(TUESDAY - timedelta(hours=1))
    for step in ("checked_in", "treated"):
        if stage in (step, "treated"):
            version = Case.objects.get().version
            services.change_stage(booked.pk, step, actor=clerk, expected_version=version, policy=policy)
        clock.move_to(TUESDAY)
    assert services.get_stage(Case.objects.get()) == stage
    assert client.get(f"{get_visit_path(booked)}visit.ics").status_code == 200


def test_page_of_a_patient_who_came_early_still_tells_the_time(client, booked, clerk, policy, clock):
    clock.move_to(TUESDAY - timedelta(hours=1))
    services.change_stage(booked.pk, "checked_in", actor=clerk, expected_version=booked.version, policy=policy)
    text = text_of(client.get(get_visit_path(booked)))
    assert "You are checked in: your visit is on Tuesday, June 8, 10 am." in text
    assert "Thank you for your visit" not in text
    clock.move_to(TUESDAY + timedelta(minutes=30))
    assert "Thank you for your visit" in text_of(client.get(get_visit_path(booked)))


def test_thanks_name_the_day_of_the_next_check(client, ask, clerk, policy, clock):
    friday = at("2027-06-11 10:00")
    case = ask(friday, email="ana@patient.example.com")
    case = services.confirm(case.pk, actor=clerk, expected_version=1, policy=policy)
    clock.move_to(friday)
    for step in ("checked_in", "treated"):
        case = services.change_stage(case.pk, step, actor=clerk, expected_version=case.version, policy=policy)
    clock.shift(timedelta(hours=2))
    assert "We’ll check on you on Monday, June 14." in text_of(client.get(get_visit_path(case)))
    clock.shift(timedelta(days=4))
    assert "We’ll check on you" not in text_of(client.get(get_visit_path(case)))


def test_date_far_ahead_carries_its_year(client, ask, clerk, policy):
    case = ask(None, email="ana@patient.example.com")
    services.book(case.pk, at("2028-06-13 10:00"), actor=clerk, expected_version=1, policy=policy)
    assert "Tuesday, June 13, 2028, 10 am" in text_of(client.get(get_visit_path(case)))


def test_complaint_opens_its_own_case(client, booked, written):
    response = client.post(f"{get_visit_path(booked)}complain/", {"text": "My eyelid hangs."}, follow=True)
    assert "Thank you for telling us." in text_of(response)
    complaint = Case.objects.get(kind=CaseKind.COMPLAINT)
    assert (complaint.previous, complaint.message, complaint.is_waiting) == (booked, "My eyelid hangs.", True)
    to_desk = written(complaint.messages.get(kind=MessageKind.COMPLAINT))
    assert to_desk.subject == f"Complaint: something feels wrong, {complaint.reference}"
    receipt = written(complaint.messages.get(kind=MessageKind.COMPLAINT_RECEIPT))
    assert receipt.recipient == booked.email
    assert get_visit_path(booked, is_mailed=True) in receipt.text
    for message in (to_desk, receipt):
        assert "eyelid" not in message.subject + message.text + message.html


def test_second_complaint_joins_the_open_one(client, booked):
    for text in ("My eyelid hangs.", "And it hurts."):
        client.post(f"{get_visit_path(booked)}complain/", {"text": text})
    complaint = Case.objects.get(kind=CaseKind.COMPLAINT)
    assert complaint.events.get(kind=EventKind.COMPLAINT).data == {"note": "And it hurts."}


def test_each_complaint_is_told_to_desk_and_clinicians(client, booked, clerk, clock):
    factories.make_user("clinician", email="dr@clinic.example.com")
    factories.make_user("clinician", email="gone@clinic.example.com", is_active=False)
    for number, text in enumerate(("My eyelid hangs.", "And it hurts.", "And it hurts.")):
        clock.shift(timedelta(minutes=5))
        client.post(f"{get_visit_path(booked)}complain/", {"text": text})
        complaint = Case.objects.get(kind=CaseKind.COMPLAINT)
        expected = ["desk@clinic.example.com", "dr@clinic.example.com"] * min(number + 1, 2)
        told = complaint.messages.filter(kind=MessageKind.COMPLAINT).order_by("pk")
        assert [message.recipient for message in told] == expected
        assert complaint.messages.filter(kind=MessageKind.COMPLAINT_RECEIPT).count() == min(number + 1, 2)
        assert complaint.is_waiting
        if number == 0:
            services.record_call(complaint.pk, "reached", actor=clerk, expected_version=1)
    assert complaint.asked_at == NOW + timedelta(minutes=10)


def test_long_complaint_is_refused_with_every_word(client, booked):
    text = "ab\r\n" * 1500 + "LAST"
    response = client.post(f"{get_visit_path(booked)}complain/", {"text": text})
    assert "Please write at most 4000 characters. You have written 4504." in text_of(response)
    assert "LAST" in response.content.decode()
    client.post(f"{get_visit_path(booked)}complain/", {"text": "abc\r\n" * 950 + "LAST"})
    assert Case.objects.get(kind=CaseKind.COMPLAINT).message.endswith("LAST")


def test_empty_complaint_is_refused(client, booked):
    response = client.post(f"{get_visit_path(booked)}complain/", {"text": "  "})
    assert "Tell us in a few words what feels wrong." in text_of(response)
    assert not Case.objects.filter(kind=CaseKind.COMPLAINT).exists()


def test_link_expires(client, booked, clock):
    path = get_visit_path(booked)
    clock.move_to(NOW + AFTER_REQUEST + timedelta(minutes=1))
    for address in (path, f"{path}change/"):
        assert client.get(address).status_code == 404


def test_link_can_be_revoked(client, booked, clerk):
    path = get_visit_path(booked)
    services.revoke_links(booked.pk, actor=clerk)
    assert client.get(path).status_code == 404
    for action in ("cancel", "change", "earlier", "complain"):
        assert client.post(f"{path}{action}/").status_code == 404
    assert client.get(f"{path}change/").status_code == 404
    booked.refresh_from_db()
    assert client.get(get_visit_path(booked)).status_code == 200


def test_changed_link_shows_nothing(client, booked):
    path = get_visit_path(booked)
    assert client.get(path[:-4] + "abc/").status_code == 404


@pytest.mark.parametrize("page", ["", "change/"])
def test_page_is_not_cached_indexed_or_referred(client, booked, page):
    response = client.get(get_visit_path(booked) + page)
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert 'name="robots" content="noindex"' in response.content.decode()


def test_expired_hold_is_told_before_it_is_recorded(client, case, clock):
    clock.move_to(case.appointments.get().held_until)
    text = text_of(client.get(get_visit_path(case)))
    assert "The time we held for you has expired." in text
    assert "Cancel my visit" not in text


def test_complaint_survives_a_notice_that_fails(client, booked, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("bookings.messaging.rendering.render_to_string", broken)
    client.post(f"{get_visit_path(booked)}complain/", {"text": "My eyelid hangs."})
    send_due()
    complaint = Case.objects.get(kind=CaseKind.COMPLAINT)
    assert {message.state for message in complaint.messages.all()} == {MessageState.QUEUED}


def test_steps_show_where_the_visit_stands(client, case, booked):
    steps = BeautifulSoup(client.get(get_visit_path(booked)).content, "html.parser").select(".visit-steps li")
    assert [step.get_text(" ", strip=True) for step in steps] == [
        "We have your request (done)",
        "A time is held for you (done)",
        "Your time is booked (done)",
        "You come in for your visit",
    ]
    assert [step.get("aria-current") for step in steps] == [None, None, "step", None]


# Another time


def change(client, case, start, **data):
    return client.post(f"{get_visit_path(case)}change/", {"start": start, **data})


def offered(response):
    """Return the times to choose from, as the page sends them."""
    page = BeautifulSoup(response.content, "html.parser")
    return [radio["value"] for radio in page.select("#times input[type=radio]")]


def test_opening_change_form_changes_nothing(client, booked):
    before = rows()
    response = client.get(f"{get_visit_path(booked)}change/")
    assert client.head(f"{get_visit_path(booked)}change/").status_code == 200
    assert rows() == before
    text = text_of(response)
    assert "Your visit is on Tuesday, June 8, 10 am ." in text
    assert "All times are Los Angeles time." in text
    for secret in ("Ana", "Lima", "ana@", "forehead"):
        assert secret not in text


def test_form_offers_every_time_but_the_current(client, booked):
    times = offered(client.get(f"{get_visit_path(booked)}change/"))
    assert "2027-06-08T17:00Z" not in times
    # Their own visit is no obstacle to a quarter of an hour earlier or later.
    assert {"2027-06-08T16:45Z", "2027-06-08T17:15Z"} <= set(times)
    assert "" not in times  # The patient has a time: nobody needs to call.


def test_booked_visit_is_moved(client, booked):
    response = change(client, booked, EARLIER)
    assert response.status_code == 303
    assert response["Location"] == get_visit_path(booked)
    assert "Your visit is on Tuesday, June 8, 9:15 am." in text_of(client.get(get_visit_path(booked)))
    assert booked.messages.filter(kind="moved").count() == 1
    assert Slot.objects.count() == 2


def test_moved_hold_expires_as_before(client, case):
    until = case.appointments.get().held_until
    change(client, case, EARLIER)
    appointment = case.appointments.get()
    assert (appointment.state, appointment.held_until) == ("held", until)
    assert set(appointment.slots.values_list("expires_at", flat=True)) == {until}
    assert not case.messages.filter(kind="moved").exists()


def test_change_page_offers_nothing_inside_the_cutoff(client, booked, policy):
    times = offered(client.get(f"{get_visit_path(booked)}change/"))
    assert times
    assert min(map(parse_value, times)) >= NOW + policy.change_until
    with pytest.raises(services.BookingError, match="too soon"):
        services.move(booked.pk, NOW + policy.change_until - timedelta(minutes=15), policy=policy)


def test_change_sent_twice_moves_once(client, booked):
    change(client, booked, EARLIER)
    assert change(client, booked, EARLIER).status_code == 303
    assert booked.events.filter(kind=EventKind.MOVED).count() == 1
    assert booked.messages.filter(kind="moved").count() == 1


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("", "Choose one of the times"),
        ("garbage", "That time is not available."),
        ("2027-06-08T17:05Z", "That time is not available."),
        ("2027-06-12T17:00Z", "That time is not available."),
        ("9999-12-31T23:45Z", "That time is not available."),
        ("0001-01-01T00:00Z", "That time is not available."),
        ("2027-06-07T16:15Z", "That time is not available."),
    ],
    ids=["none", "garbage", "off the grid", "closed day", "end of time", "beginning of time", "too near"],
)
def test_time_that_is_not_free_is_refused(client, booked, start, words):
    before = rows()
    response = change(client, booked, start)
    assert response.status_code == 200
    assert words in text_of(response)
    assert "<title>Error: Choose another time" in response.content.decode()
    assert offered(response)
    assert rows() == before


def test_change_form_without_fields_is_refused(client, booked):
    assert "Choose one of the times" in text_of(client.post(f"{get_visit_path(booked)}change/"))


def test_taken_time_offers_the_nearest_three(client, booked, ask):
    ask(start=at("2027-06-08 11:00"))
    before = rows()
    response = change(client, booked, "2027-06-08T18:00Z")
    assert response.status_code == 200
    assert "That time was just taken." in text_of(response)
    page = BeautifulSoup(response.content, "html.parser")
    nearest = [radio["value"] for radio in page.select("#times .choices__group input")]
    # Never their own time, 10 am.
    assert nearest == ["2027-06-08T17:15Z", "2027-06-08T17:30Z", "2027-06-08T18:30Z"]
    assert "2027-06-08T18:00Z" not in offered(response)
    assert rows() == before


def test_other_days_keep_the_choice(client, booked):
    before = rows()
    later = change(client, booked, EARLIER, later="2027-06-15")
    assert later.status_code == 200
    page = BeautifulSoup(later.content, "html.parser")
    assert page.select_one("#times input[checked]")["value"] == EARLIER
    assert page.select_one("[name=days_from]")["value"] == "2027-06-15"
    assert not page.select(".error-summary")
    assert rows() == before


def test_link_shows_other_days_to_move_to(client, booked):
    page = BeautifulSoup(client.get(f"{get_visit_path(booked)}change/?days_from=2027-06-15").content, "html.parser")
    assert page.select_one("#times summary b").text == "Tuesday, June 15"
    assert page.select_one("a[data-days=earlier]")["href"] == "?days_from=2027-06-08#times"
    response = client.get(f"{get_visit_path(booked)}change/?days_from=nonsense")
    assert BeautifulSoup(response.content, "html.parser").select_one("#times summary b").text == "Tuesday, June 8"


def test_two_times_to_move_to_are_asked_about(client, booked):
    before = rows()
    data = {"start-2027-06-08": EARLIER, "start-2027-06-09": "2027-06-09T17:00Z"}
    response = client.post(f"{get_visit_path(booked)}change/", data)
    assert "You chose more than one time. Please choose one of them." in text_of(response)
    assert offered(response)[:2] == [EARLIER, "2027-06-09T17:00Z"]
    assert rows() == before


def test_no_time_can_be_chosen_after_cut_off(client, booked, clock):
    clock.move_to(TUESDAY - timedelta(hours=23))
    before = rows()
    assert "change/" not in client.get(get_visit_path(booked)).content.decode()
    response = client.get(f"{get_visit_path(booked)}change/", follow=True)
    assert "It is too close to your visit to change it here. Please call us." in text_of(response)
    assert "can no longer be changed here" in text_of(change(client, booked, "2027-06-09T17:00Z"))
    assert rows() == before


def test_patient_chooses_a_new_time_after_canceling(client, booked, policy):
    services.cancel(booked.pk, policy=policy)
    page = client.get(get_visit_path(booked))
    assert "Choose a new time" in text_of(page)
    for _time in range(2):
        assert change(client, booked, EARLIER).status_code == 303
    visits = list(booked.appointments.order_by("pk").values_list("state", "starts_at"))
    assert visits == [("canceled", TUESDAY), ("held", parse_value(EARLIER))]
    booked.refresh_from_db()
    assert (booked.status, booked.is_waiting) == ("contacting", True)
    assert booked.messages.filter(kind=MessageKind.HELD).count() == 1


def test_closed_case_offers_a_new_request_instead_of_a_time(client, booked, policy, clerk):
    close = {"outcome": "declined", "actor": clerk, "expected_version": booked.version, "policy": policy}
    services.change_stage(booked.pk, "closed", **close)
    assert "Ask for another consultation" in text_of(client.get(get_visit_path(booked)))
    assert "can no longer be changed here" in text_of(change(client, booked, EARLIER))
    assert booked.appointments.get().state == "canceled"


def test_cut_off_passing_while_choosing_is_told(client, booked, monkeypatch):
    def late(*args, **kwargs):
        raise services.BookingError("It is too close.")

    monkeypatch.setattr(services, "move", late)
    assert "It is too close." in text_of(change(client, booked, EARLIER))


# The waitlist


def test_patient_joins_and_leaves_the_waitlist(client, booked):
    address = f"{get_visit_path(booked)}earlier/"
    assert "We’ll email you when an earlier time opens up." in text_of(
        client.post(address, {"wanted": "yes"}, follow=True)
    )
    assert "Tell me if an earlier time opens up" in text_of(client.post(address, {"wanted": "no"}, follow=True))
    booked.refresh_from_db()
    assert booked.on_waitlist is False


def test_joining_the_waitlist_needs_a_time(client, booked, policy):
    services.cancel(booked.pk, policy=policy)
    response = client.post(f"{get_visit_path(booked)}earlier/", {"wanted": "yes"})
    assert "There is no longer a time to change." in text_of(response)


def test_actions_do_not_extend_the_link(client, booked, clock):
    path = get_visit_path(booked)
    clock.shift(timedelta(minutes=10))
    assert client.post(f"{path}change/", {"start": EARLIER})["Location"] == path
    assert f'action="{path}complain/"' in client.get(path).content.decode()


def test_thanks_for_a_complaint_need_a_real_one(client, booked, clock):
    path = get_visit_path(booked)
    thanks = "Thank you for telling us."
    for query in ("?told=1", "?told=", "?told=:1abc:x", f"?told={path.split('/')[-2]}"):
        assert thanks not in text_of(client.get(path + query))
    told = client.post(f"{path}complain/", {"text": "It hurts."}).url
    for _reload in range(2):
        text = text_of(client.get(told))
        assert all(words in text for words in (thanks, "The quickest way is to call us:", "Tell the clinic"))
    clock.shift(timedelta(minutes=6))
    assert thanks not in text_of(client.get(told))


def test_nearest_times_respect_the_cut_off(client, booked, ask, clerk, policy, clock):
    version = Case.objects.get(pk=booked.pk).version
    start = at("2027-06-10 10:00")
    services.book(booked.pk, start, actor=clerk, expected_version=version, policy=policy)
    clock.move_to(at("2027-06-07 10:00"))
    ask(name="Bo", email="bo@patient.example.com", start=at("2027-06-08 10:00"))
    path = f"{get_visit_path(booked)}change/"
    page = BeautifulSoup(client.post(path, {"start": "2027-06-08T17:00Z"}).content, "lxml")
    nearest = [radio["value"] for radio in page.select("#times .choices__group input[name=start-nearest]")]
    assert nearest
    assert min(nearest) >= "2027-06-08T17:00Z"
    assert client.post(path, {"start-nearest": nearest[0]}).status_code == 303
    assert booked.appointments.get().starts_at.isoformat()[:16] == nearest[0][:16]


def test_canceled_visit_of_a_complaint_offers_a_new_time(client, booked, file_complaint, clerk, policy):
    complaint = file_complaint(booked)
    start = at("2027-06-09 11:00")
    complaint = services.book(complaint.pk, start, actor=clerk, expected_version=complaint.version, policy=policy)
    services.cancel(complaint.pk, actor=clerk, policy=policy)
    path = get_visit_path(Case.objects.get(pk=complaint.pk))
    assert "Choose a new time" in text_of(client.get(path))
    client.post(f"{path}change/", {"start": "2027-06-09T18:30Z", "seen": ""})
    assert complaint.appointments.live().get().state == "held"


def close_complaint(complaint):
    clinician = factories.make_user("clinician")
    complaint = services.record_call(complaint.pk, "reached", actor=clinician, expected_version=1)
    services.change_stage(
        complaint.pk, "closed", outcome="resolved", actor=clinician, expected_version=complaint.version
    )


def test_open_complaint_keeps_the_page_of_its_visit(client, booked, file_complaint, clerk, policy, clock):
    clock.move_to(TUESDAY)
    for stage in ("checked_in", "treated"):
        version = Case.objects.get(pk=booked.pk).version
        services.change_stage(booked.pk, stage, actor=clerk, expected_version=version, policy=policy)
    clock.shift(timedelta(days=29))
    complaint = file_complaint(booked)
    path = get_visit_path(complaint)
    clock.shift(timedelta(days=3))
    assert client.get(path).status_code == 200
    close_complaint(complaint)
    assert client.get(path).status_code == 404


def test_waitlist_needs_an_email(ask):
    case = ask(email="", phone="(949) 555-0123")
    with pytest.raises(services.BookingError, match="have your email address"):
        services.set_waitlist(case.pk, True)
