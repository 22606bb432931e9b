"""What strangers send in masses reaches few inboxes, takes few times and stops no patient."""

import re
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import cycle
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings import services
from bookings.messaging import outbox
from bookings.messaging.links import get_receipt_path, get_visit_path
from bookings.models import (
    Appointment,
    AppointmentState,
    Case,
    EventKind,
    Message,
    MessageKind,
    MessageState,
    Resource,
    Status,
    VisitType,
)
from bookings.scheduling.availability import get_hold_limit, possible_starts
from bookings.scheduling.policy import BookingPolicy
from bookings.services import BookingError, limits
from tests import booking_invariants, factories
from tests.bookings.conftest import TUESDAY
from tests.bookings.test_appointments import NOW
from tests.opening_hours import at
from tests.threads import together

pytestmark = pytest.mark.django_db
FORM = reverse("bookings:consultation")
HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|token)"[^>]*value="([^"]*)"')
CHANGING = re.compile(r'receipt__reference">\w+<|/visit/[^"]+|received/[^"]+|\d{10}')


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def proxy(settings):
    settings.TRUSTED_PROXIES = 1


@pytest.fixture
def open_form(clock, policy):
    """Return a function that opens a form, and returns its hidden fields."""

    def fetch(client=None):
        hidden = dict(HIDDEN.findall((client or Client()).get(FORM).content.decode()))
        clock.shift(timedelta(seconds=10))
        return hidden

    return fetch


def send(hidden, network, **typed):
    form = {"name": "Ana Lima", "email": f"{uuid4().hex}@patient.example.com", "consent": "on", **hidden, **typed}
    return Client().post(FORM, form, headers={"X-Forwarded-For": network})


def mailed(mailoutbox):
    """Send what is queued, and return the addresses of patients that got an email."""
    outbox.send_due()
    return [address for email in mailoutbox for address in email.to if "@patient.example.com" in address.lower()]


# One form, one address


def test_one_form_and_20_addresses_mail_six(open_form, mailoutbox):
    hidden = open_form()
    for number in range(20):
        send(hidden, "203.0.113.9", email=f"stranger{number}@patient.example.com")
        outbox.send_due()  # Before the next correction takes the address back.
    assert Case.objects.count() == 1
    assert len(mailed(mailoutbox)) == 1 + limits.CORRECTIONS.uses


def test_one_form_of_20_names_and_networks_mails_five(open_form, mailoutbox):
    hidden = open_form()
    for number in range(20):
        typed = {"email": f"stranger{number}@patient.example.com", "name": f"Stranger {number}"}
        send(hidden, f"203.0.113.{number}", **typed)
    assert Case.objects.count() == 20
    assert len(mailed(mailoutbox)) == limits.REQUESTS_PER_FORM.uses


def test_refused_correction_loses_nothing_typed(open_form):
    hidden = open_form()
    for number in range(7):
        answer = send(hidden, "203.0.113.9", email=f"{number}@patient.example.com", message="My forehead.")
    page = answer.content.decode()
    assert "changed many times today" in page
    assert "My forehead." in page
    assert "6@patient.example.com" in page
    assert Case.objects.get().email == "5@patient.example.com"


@pytest.mark.parametrize(
    "spelling", ["ana@patient.example.com", "ana+{}@patient.example.com", "A.n.a+{}@PATIENT.example.com"]
)
def test_one_address_and_30_networks_mail_five(open_form, mailoutbox, spelling):
    for number in range(30):
        send(open_form(), f"203.0.113.{number}", email=spelling.format(number), message=f"{number}")
    assert Case.objects.filter(status=Status.NEW).count() == 5
    assert Case.objects.filter(status=Status.QUARANTINED).count() == 25
    assert len(mailed(mailoutbox)) == 5


def test_every_kind_of_email_counts(ask, clock, policy, mailoutbox):
    cases = [ask(None, email="ana@patient.example.com", message=f"{number}") for number in range(4)]
    for case in cases:
        for hour in (10, 11, 12):
            services.choose_time(case.pk, at(f"2027-06-08 {hour}:00"), policy=policy)
            services.cancel(case.pk, policy=policy)
    assert Message.objects.filter(recipient="ana@patient.example.com").count() == 4 * (1 + 3 + 3)
    assert len(mailed(mailoutbox)) == outbox.MAILS_PER_CONTACT.uses


def test_needed_emails_are_never_dropped(ask, clerk, policy, mailoutbox):
    case = ask(email="ana@patient.example.com")
    factories.use_up(outbox.MAILS_PER_CONTACT, "ana@patient.example.com")
    case = services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)
    case = services.book(case.pk, at("2027-06-10 10:00"), actor=clerk, expected_version=case.version, policy=policy)
    case = services.move(case.pk, at("2027-06-10 12:00"), policy=policy)
    services.cancel(case.pk, policy=policy)
    outbox.send_due()
    states = dict(case.messages.exclude(state=MessageState.DROPPED).values_list("kind", "state"))
    assert states.pop(MessageKind.RECEIPT) == MessageState.LIMITED
    assert set(states.values()) == {MessageState.SENT}
    assert MessageKind.CANCELED in states


@pytest.mark.parametrize("is_tried", [False, True])
def test_receipt_page_promises_no_limited_email(ask, client, is_tried):
    case = ask(email="ana@patient.example.com")
    assert "An email with your reference is on its way" in client.get(get_receipt_path(case)).text
    factories.use_up(outbox.MAILS_PER_CONTACT, "ana@patient.example.com")
    if is_tried:
        outbox.send_due()
    page = client.get(get_receipt_path(case)).text
    assert "we are not sending another" in page
    assert "on its way" not in page


def test_receipt_that_is_tried_again_is_still_promised(ask, client, monkeypatch):
    case = ask(email="ana@patient.example.com")
    factories.use_up(outbox.MAILS_PER_CONTACT, "ana@patient.example.com", but=1)
    monkeypatch.setattr("django.core.mail.EmailMessage.send", lambda self: 0)
    outbox.send_due()
    assert case.messages.get(kind=MessageKind.RECEIPT).attempts == 1
    assert "An email with your reference is on its way" in client.get(get_receipt_path(case)).text


def test_receipts_that_wait_count_before_a_later_one(ask, client):
    factories.use_up(outbox.MAILS_PER_CONTACT, "ana@patient.example.com", but=2)
    cases = [ask(None, email="ana@patient.example.com", message=f"{number}") for number in range(3)]
    pages = [client.get(get_receipt_path(case)).text for case in cases]
    assert ["An email with your reference is on its way" in page for page in pages] == [True, True, False]
    outbox.send_due()
    states = [case.messages.get(kind=MessageKind.RECEIPT).state for case in cases]
    assert states == [MessageState.SENT, MessageState.SENT, MessageState.LIMITED]


def test_desk_cancels_a_hold_and_the_patient_hears(ask, clerk, policy, mailoutbox):
    case = ask(email="ana@patient.example.com")
    factories.use_up(outbox.MAILS_PER_CONTACT, "ana@patient.example.com")
    services.cancel(case.pk, actor=clerk, expected_version=case.version, policy=policy)
    outbox.send_due()
    assert case.messages.get(kind=MessageKind.CANCELED).state == MessageState.SENT


def test_desk_sees_and_sends_what_was_not_mailed(ask, desk, mailoutbox):
    case = ask(email="ana@patient.example.com")
    factories.use_up(outbox.MAILS_PER_CONTACT, "ana@patient.example.com")
    assert mailed(mailoutbox) == []
    receipt = case.messages.get(kind=MessageKind.RECEIPT)
    url = reverse("case:inspect", args=[case.pk])
    page = desk.get(url).content.decode()
    assert "Not sent: too many emails to this address" in page
    assert "Message not sent: too many to this address" in page
    desk.post(url, {"retry": receipt.pk, "expected_version": case.version})
    assert mailed(mailoutbox) == ["ana@patient.example.com"]


def test_receipt_page_announces_only_what_is_mailed(ask, client):
    case = ask(email="ana@patient.example.com")
    assert "An email with your reference is on its way" in client.get(get_receipt_path(case)).content.decode()
    factories.use_up(outbox.MAILS_PER_CONTACT, "ana@patient.example.com")
    outbox.send_due()
    assert "An email with your reference is on its way" not in client.get(get_receipt_path(case)).content.decode()


# Held times


def is_held(case):
    return case.appointments.filter(state=AppointmentState.HELD).exists()


def test_fourth_hold_of_a_network_is_a_wish(ask, client):
    starts = [TUESDAY + timedelta(days=number) for number in range(4)]
    cases = [ask(start, network="203.0.113.9") for start in starts]
    assert [is_held(case) for case in cases] == [True, True, True, False]
    wish = cases[-1]
    assert (wish.status, wish.requested_start) == (Status.NEW, starts[-1])
    assert wish.events.get(data__not_held=True).data["over_limit"]
    page = client.get(get_receipt_path(wish)).content.decode()
    assert "No time is held for you yet." in page
    assert "We’ll answer by" in page
    assert is_held(ask(starts[-1], network="203.0.113.10"))


def test_a_fifth_of_a_day_can_be_held(ask, policy):
    starts = list(possible_starts(TUESDAY.date(), policy.schedule, policy.rules))
    cases = [ask(start, network=f"203.0.113.{number}") for number, start in enumerate(starts[::3])]
    held = sum(map(is_held, cases))
    assert held == get_hold_limit(TUESDAY.date(), policy.schedule, policy.rules)
    assert held <= len(starts) / 5
    assert is_held(ask(TUESDAY + timedelta(days=1), network="203.0.113.99"))


@pytest.mark.parametrize("minutes", [15, 30, 45, 60, 90, 120])
def test_held_times_never_fill_a_day(ask_for, minutes):
    policy, ask = ask_for(minutes)
    day = at("2027-06-09 10:00").date()
    for number in range(20):
        free = [one.at for one in services.free_starts(policy, NOW) if one.at.date() == day]
        ask(free[len(free) // 3] if number % 2 else free[len(free) * 2 // 3], f"203.0.113.{number}")
    assert [one for one in services.free_starts(policy, NOW) if one.at.date() == day]
    assert booking_invariants.check() == []


@pytest.mark.parametrize("minutes", [180, 240, 420])
def test_holds_of_long_visits_leave_most_days(ask_for, minutes):
    policy, ask = ask_for(minutes)
    first_of_the_day = {one.at.date(): one.at for one in services.free_starts(policy, NOW)}
    for number, start in enumerate(list(first_of_the_day.values())[:30]):
        ask(start, f"203.0.113.{number}")
    assert Appointment.objects.filter(state=AppointmentState.HELD).exists()
    assert share_of_days_with_a_free_time(policy) >= 0.8


@pytest.fixture
def ask_for(profile, consultation_settings, policy):
    """Return a function that returns the policy of longer visits, and one to ask for such a visit."""

    def set_up(minutes):
        VisitType.objects.update(minutes=minutes)
        longer = BookingPolicy.build(consultation_settings, policy.schedule, VisitType.get_default())

        def submit(start, network):
            submission = factories.make_submission(start=start, network=network)
            services.submit(submission, settings=consultation_settings, profile=profile, policy=longer)

        return longer, submit

    return set_up


def test_two_rooms_can_hold_twice_as_many(ask, policy):
    Resource.objects.create(name="Second room")
    starts = list(possible_starts(TUESDAY.date(), policy.schedule, policy.rules))
    cases = [ask(start, network=f"203.0.113.{number}") for number, start in enumerate(starts)]
    assert sum(map(is_held, cases)) == 2 * get_hold_limit(TUESDAY.date(), policy.schedule, policy.rules)


@pytest.fixture
def full_network(ask):
    """Return the first of three cases whose holds fill the limit of a network."""
    first, *_others = [ask(TUESDAY + timedelta(days=number), network="203.0.113.9") for number in range(3)]
    return first


def test_opened_link_exempts_a_hold(ask, full_network, client):
    client.get(get_visit_path(full_network))  # From the receipt: whoever sent the form has this link.
    client.head(get_visit_path(full_network, is_mailed=True))
    assert not is_held(ask(TUESDAY + timedelta(days=7), network="203.0.113.9"))
    client.get(get_visit_path(full_network, is_mailed=True))
    assert is_held(ask(TUESDAY + timedelta(days=8), network="203.0.113.9"))


@pytest.mark.parametrize("act", ["note", "answer", "assign"])
def test_act_of_the_desk_exempts_a_hold(ask, full_network, clerk, act):
    known = {"actor": clerk, "expected_version": full_network.version}
    if act == "note":
        services.add_note(full_network.pk, "Called.", actor=clerk)
    elif act == "answer":
        services.record_call(full_network.pk, "reached", **known)
    else:
        services.assign(full_network.pk, clerk, **known)
    assert is_held(ask(TUESDAY + timedelta(days=7), network="203.0.113.9"))


def test_patient_who_opened_the_link_may_choose(ask, full_network, client, policy):
    wish = ask(TUESDAY + timedelta(days=7), network="203.0.113.9")
    with pytest.raises(services.TimeTakenError, match="cannot hold"):
        services.choose_time(wish.pk, TUESDAY + timedelta(days=7), policy=policy)
    client.get(get_visit_path(wish, is_mailed=True))
    services.choose_time(wish.pk, TUESDAY + timedelta(days=7), policy=policy)
    assert is_held(wish)


def test_new_address_has_to_be_confirmed_again(ask, client):
    key = uuid4()
    case = ask(submission_key=key, email="ana@patient.example.com")
    client.get(get_visit_path(case, is_mailed=True))
    assert not services.unconfirmed_holds(timezone.now()).exists()
    ask(submission_key=key, email="zoe@patient.example.com")
    assert services.unconfirmed_holds(timezone.now()).get().case == case


def test_moving_a_hold_cannot_fill_a_day(ask, policy):
    day = get_hold_limit(TUESDAY.date(), policy.schedule, policy.rules)
    starts = list(possible_starts(TUESDAY.date(), policy.schedule, policy.rules))[::3]
    for number in range(day):
        assert is_held(ask(starts[number], network=f"203.0.113.{number}"))
    other = ask(at("2027-06-11 10:00"), network="203.0.113.99")
    with pytest.raises(services.TimeTakenError):
        services.move(other.pk, starts[day], policy=policy)
    assert is_held(other)


def test_form_sent_again_keeps_the_hold_at_the_limit(ask, policy):
    day = get_hold_limit(TUESDAY.date(), policy.schedule, policy.rules)
    starts = list(possible_starts(TUESDAY.date(), policy.schedule, policy.rules))[::3]
    for number in range(day):
        ask(starts[number], network=f"203.0.113.{number}")
    key, own = uuid4(), at("2027-06-11 10:00")
    case = ask(own, submission_key=key, email="ana@patient.example.com")
    with pytest.raises(services.TimeTakenError):
        ask(starts[day], submission_key=key, email="ana@patient.example.com", replaces=own)
    assert case.appointments.get().starts_at == own


def test_held_time_changes_five_times_a_day(ask, policy):
    case = ask()
    for number in range(limits.HOLD_CHANGES.uses):
        services.move(case.pk, TUESDAY + timedelta(minutes=15 * (number + 1)), policy=policy)
    with pytest.raises(services.TooManyChangesError):
        services.move(case.pk, TUESDAY, policy=policy)


def test_fridays_hold_lasts_until_the_desk_had_its_hours(ask, clock):
    clock.move_to(at("2027-06-04 18:30"), tick=False)  # Friday, after closing.
    case = ask(at("2027-06-09 10:00"), network="203.0.113.9")
    clock.move_to(at("2027-06-07 12:59"), tick=False)  # Monday, a minute before four open hours are over.
    services.expire_holds()
    assert is_held(case)
    clock.move_to(at("2027-06-07 13:01"), tick=False)
    services.expire_holds()
    assert not is_held(case)


def share_of_days_with_a_free_time(policy):
    free = {one.at.astimezone(policy.schedule.time_zone).date() for one in services.free_starts(policy, NOW)}
    days = [NOW.date() + timedelta(days=number) for number in range(1, policy.rules.horizon_days + 1)]
    return len(free.intersection(days)) / sum(any(possible_starts(day, policy.schedule, policy.rules)) for day in days)


def test_420_requests_of_21_networks_leave_the_calendar_open(ask, policy, clock):
    starts = [one.at for one in services.free_starts(policy, NOW)]
    tries = cycle(starts[::7] + starts[::5])
    while (sent := Case.objects.count()) < 420:
        with suppress(services.TimeTakenError):
            ask(next(tries), network=f"203.0.113.{sent % 21}")
        clock.shift(timedelta(seconds=1))
    held = Appointment.objects.filter(state=AppointmentState.HELD).count()
    assert held <= 21 * limits.MAX_HOLDS_PER_NETWORK
    assert Case.objects.filter(status=Status.NEW).count() == 21 * limits.REQUESTS_PER_NETWORK.uses
    assert share_of_days_with_a_free_time(policy) >= 0.8
    assert booking_invariants.check() == []


# What a stranger learns


@pytest.mark.parametrize("known", [{"email": "ana@patient.example.com"}, {"phone": "(949) 555-0123", "email": ""}])
@pytest.mark.parametrize("name", ["Ana Lima", "Eve Stranger"])
def test_receipt_does_not_say_whom_we_know(open_form, ask, known, name):
    patient = {"phone": "(949) 555-0123", "email": "ana@patient.example.com"}
    for number, of_the_family in enumerate(("Ana Lima", "Ben Lima", "Cai Lima")):  # As many as one contact may hold.
        ask(TUESDAY + timedelta(days=number), **patient, network="203.0.113.1", name=of_the_family)
    unknown = (
        {"email": "nobody@patient.example.com"} if known.get("email") else {"phone": "(949) 555-0199", "email": ""}
    )
    open_form()  # It fills the caches.
    pages, queries = [], []
    for contact, start in ((known, "2027-06-16T17:00Z"), (unknown, "2027-06-16T17:30Z")):
        hidden = open_form()
        with CaptureQueriesContext(connection) as captured:
            answer = send(hidden, "203.0.113.66", **contact, start=start, name=name)
        queries.append(len(captured))
        page = CHANGING.sub("", Client().get(answer["Location"]).content.decode())
        pages.append(page.replace("10:30 am", "10 am").replace("T17:30", "T17:00"))
    assert pages[0] == pages[1]
    assert "is held for you" in pages[0]
    assert queries[0] == queries[1]  # The time that an answer takes tells nothing either.


def test_stranger_who_types_the_same_gets_a_case_of_their_own(open_form, client):
    typed = {"email": "ana@patient.example.com", "phone": "(949) 555-0123"}
    patients = send(open_form(), "203.0.113.1", **typed)
    strangers = send(open_form(), "203.0.113.66", **typed)
    assert Case.objects.count() == 2
    assert patients["Location"] != strangers["Location"]


# Complaints


@pytest.fixture
def complain(clock):
    def post(case, text, network="203.0.113.9"):
        return Client().post(f"{get_visit_path(case)}complain/", {"text": text}, headers={"X-Forwarded-For": network})

    return post


def test_sixth_complaint_joins_without_an_email(ask, complain):
    case = ask(email="ana@patient.example.com")
    for number in range(6):
        assert complain(case, f"It hurts {number}.", f"203.0.113.{number}").status_code == 303
    complaint = Case.objects.get(kind="complaint")
    assert complaint.events.filter(kind=EventKind.COMPLAINT).last().data["note"] == "It hurts 5."
    assert complaint.messages.filter(kind=MessageKind.COMPLAINT).count() == limits.COMPLAINTS_PER_VISIT.uses
    assert complaint.is_waiting


def test_complaints_of_a_day_are_bounded_and_nothing_typed_is_lost(ask, complain):
    case = ask(email="ana@patient.example.com")
    answers = [complain(case, f"It hurts {number}.", f"203.0.113.{number}") for number in range(50)]
    assert [answer.status_code for answer in answers].count(303) == limits.COMPLAINTS_SAVED.uses
    page = answers[-1].content.decode()
    assert "Please call us" in page
    assert "It hurts 49." in page


def test_quarantined_request_cannot_complain_past_quarantine(ask, complain):
    factories.use_up(limits.REQUESTS_PER_NETWORK, "203.0.113.9")
    case = ask(None, email="stranger@patient.example.com", network="203.0.113.9")
    page = complain(case, "It hurts.", "203.0.113.10").content.decode()
    assert "Please call us" in page
    assert "It hurts." in page
    assert not Message.objects.exists()


def test_network_over_the_limit_is_asked_to_call(ask, complain):
    factories.use_up(limits.COMPLAINTS_PER_NETWORK, "203.0.113.9")
    case = ask(email="ana@patient.example.com")
    page = complain(case, "It hurts.").content.decode()
    assert "Please call us" in page
    assert "It hurts." in page
    assert complain(case, "It hurts.", "203.0.113.10").status_code == 303


# At the desk


def test_today_alarms_while_a_flood_is_on(ask, desk, clock):
    today = reverse("desk_today")
    for number in range(3):
        ask(TUESDAY + timedelta(days=number), network="203.0.113.9")
    for _request in range(9):
        ask(at("2027-06-14 10:00"), network="203.0.113.9")
    assert "Many requests are arriving at once" not in desk.get(today).content.decode()
    ask(at("2027-06-14 10:00"), network="203.0.113.9")
    page = desk.get(today).content.decode()
    assert "Many requests are arriving at once: in the last hour, 10 " in page
    assert "?time=unconfirmed" in page
    assert "?status=quarantined" in page
    clock.shift(timedelta(minutes=61))
    assert "Many requests are arriving at once" not in desk.get(today).content.decode()


def test_held_times_are_given_back_together(ask, desk, clerk, mailoutbox):
    for number in range(6):
        ask(TUESDAY + timedelta(hours=number, days=number % 3), network=f"203.0.113.{number}")
    kept = Case.objects.first()
    services.add_note(kept.pk, "A real patient.", actor=clerk)
    outbox.send_due()
    mailoutbox.clear()
    page = desk.get(reverse("case:index"), {"time": "unconfirmed"}).content.decode()
    assert page.count('name="case"') == 5
    desk.post(reverse("case:bulk"), {"action": "release_hold", "all": "on", "time": "unconfirmed"})
    assert Appointment.objects.get(state=AppointmentState.HELD).case == kept
    assert Case.objects.filter(status=Status.NEW).count() == 6
    assert mailed(mailoutbox) == []
    assert booking_invariants.check() == []


def test_given_back_time_is_told_on_the_patients_page(ask, clerk, client):
    case = ask()
    services.release_hold(case.pk, actor=clerk, expected_version=case.version)
    assert "is no longer held for you" in client.get(get_receipt_path(case)).content.decode()


def test_time_that_was_given_back_confirms_nobody(ask, clerk, policy):
    fakes = [ask(TUESDAY + timedelta(hours=number), email=f"{number}@fake.example.com") for number in range(2)]
    for case in fakes:
        services.release_hold(case.pk, actor=clerk, expected_version=1)
        services.choose_time(case.pk, TUESDAY + timedelta(days=1, hours=case.pk % 3), policy=policy)
    held = limits.unconfirmed_holds(timezone.now())
    assert {visit.case_id for visit in held} == {case.pk for case in fakes}


def test_closed_as_no_request_returns_to_quarantine(ask, clerk):
    key = uuid4()
    case = ask(None, submission_key=key, email="fake@stranger.example.com")
    services.change_stage(case.pk, "closed", outcome="not_a_request", actor=clerk, expected_version=1)
    ask(TUESDAY, submission_key=key, email="fake@stranger.example.com", message="Again.", network="198.51.100.1")
    case.refresh_from_db()
    assert case.status == Status.QUARANTINED
    assert not case.appointments.exists()


def test_booked_visit_moves_five_times_a_day(ask, clerk, policy):
    case = ask(TUESDAY)
    services.confirm(case.pk, actor=clerk, expected_version=1, policy=policy)
    for number in range(5):
        services.move(case.pk, TUESDAY + timedelta(days=1 + number % 2), policy=policy)
    with pytest.raises(BookingError, match="many times today"):
        services.move(case.pk, TUESDAY, policy=policy)


def test_waitlist_changes_ten_times_a_day_and_makes_no_page_stale(ask, clerk, policy):
    case = ask(email="ana@patient.example.com")
    for number in range(10):
        services.set_waitlist(case.pk, number % 2 == 0)
    with pytest.raises(BookingError, match="many times today"):
        services.set_waitlist(case.pk, True)
    assert services.confirm(case.pk, actor=clerk, expected_version=1, policy=policy)


def test_same_words_from_another_browser_get_no_link_to_the_patients_page(open_form):
    typed = {"email": "ana@patient.example.com", "message": "Lines."}
    patients = send(open_form(), "203.0.113.1", **typed)
    strangers = send(open_form(), "203.0.113.1", **typed)
    assert Case.objects.count() == 1
    assert "/visit/" in Client().get(patients["Location"]).content.decode()
    page = Client().get(strangers["Location"]).content.decode()
    assert "We have your request" in page
    assert "/visit/" not in page
    assert "consultation_request" not in strangers.cookies


def test_release_by_the_desk_is_mailed_whatever_the_limits(ask, clerk, policy):
    factories.use_up(limits.REQUESTS_PER_NETWORK, "203.0.113.5")
    case = ask(None, email="ana@patient.example.com", network="203.0.113.5")
    services.release_from_quarantine(case.pk, actor=clerk, expected_version=1, policy=policy)
    assert case.messages.get(kind="receipt").is_needed


def test_booked_visit_is_not_given_back(ask, clerk, policy):
    case = ask()
    case = services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)
    with pytest.raises(services.BookingError, match="is booked"):
        services.release_hold(case.pk, actor=clerk, expected_version=case.version)


# Many at once, with real transactions

in_parallel = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@in_parallel
def test_20_parallel_posts_let_ten_through(open_form):
    forms = [open_form() for _form in range(20)]
    cache.clear()
    together([partial(send, hidden, "203.0.113.9") for hidden in forms])
    assert Case.objects.filter(status=Status.NEW).count() == limits.REQUESTS_PER_NETWORK.uses
    assert Case.objects.filter(status=Status.QUARANTINED).count() == 10


@in_parallel
def test_12_parallel_forms_of_a_contact_let_five_through(open_form):
    forms = [open_form() for _form in range(12)]
    posts = [
        partial(send, hidden, f"203.0.113.{number}", email=f"ana+{number}@patient.example.com")
        for number, hidden in enumerate(forms)
    ]
    together(posts)
    assert Case.objects.filter(status=Status.NEW).count() == limits.REQUESTS_PER_CONTACT.uses
    assert Case.objects.count() == 12


@in_parallel
def test_parallel_holds_of_a_network_stop_at_three(ask):
    starts = [TUESDAY + timedelta(days=number) for number in range(4)] * 2
    jobs = [
        partial(ask, start + timedelta(hours=number // 4), network="203.0.113.9") for number, start in enumerate(starts)
    ]
    together(jobs)
    assert Appointment.objects.filter(state=AppointmentState.HELD).count() == limits.MAX_HOLDS_PER_NETWORK
    assert Case.objects.count() == 8
    assert booking_invariants.check() == []


@in_parallel
def test_parallel_corrections_stop_at_five(open_form, mailoutbox):
    hidden = open_form()
    send(hidden, "203.0.113.9", email="first@patient.example.com")
    together(
        [partial(send, hidden, f"203.0.113.{number}", email=f"{number}@patient.example.com") for number in range(12)]
    )
    assert Case.objects.get().events.filter(kind=EventKind.AMENDED).count() == limits.CORRECTIONS.uses


@in_parallel
def test_parallel_complaints_mail_the_desk_five_times(ask, complain):
    case = ask(email="ana@patient.example.com")
    together([partial(complain, case, f"It hurts {number}.", f"203.0.113.{number}") for number in range(12)])
    assert Message.objects.filter(kind=MessageKind.COMPLAINT).count() == limits.COMPLAINTS_PER_VISIT.uses
    assert Case.objects.filter(kind="complaint").count() == 1
