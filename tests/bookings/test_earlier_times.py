"""Who is told when an earlier time frees up, and who is not."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import services
from bookings.models import Case, Message, MessageKind, MessageState, Status
from bookings.outbox import deliver_due
from bookings.visit_link import path_for
from tests import factories
from tests.bookings.test_appointments import NOW, TUESDAY
from tests.bookings.test_visit_page import LINK, rows
from tests.opening_hours import at

pytestmark = pytest.mark.django_db
THURSDAY = at("2027-06-10 10:00")
SUBJECT = "An earlier time is free – OC Beauty Medspa"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def book(ask, clerk, calendar):
    def make(start, *, wants_earlier=False, **fields):
        case = ask(start=start, wants_earlier=wants_earlier, **fields)
        return services.confirm(case.pk, actor=clerk, expected_version=case.version, calendar=calendar)

    return make


@pytest.fixture
def giver(book):
    """Has the earlier time."""
    return book(TUESDAY)


@pytest.fixture
def waiting(book):
    """Wants an earlier one."""
    return book(THURSDAY, wants_earlier=True, name="Ana Lima", email="ana@patient.example.com")


@pytest.fixture
def give_back(giver, clerk, calendar):
    def cancel():
        return services.cancel(giver.pk, actor=clerk, calendar=calendar)

    return cancel


def told():
    """The references of those who were written to, in their order."""
    return list(
        Message.objects.filter(kind=MessageKind.EARLIER_TIME).order_by("pk").values_list("case__reference", flat=True)
    )


def change(case, **fields):
    Case.objects.filter(pk=case.pk).update(**fields)


# When a time is given back


def test_patient_who_waits_is_told_when_a_visit_is_cancelled(giver, waiting, give_back, mailoutbox):
    give_back()
    assert told() == [waiting.reference]
    deliver_due()
    (mail,) = [mail for mail in mailoutbox if mail.subject == SUBJECT]
    assert mail.to == ["ana@patient.example.com"]
    assert "Hello Ana" in mail.body
    assert "Tuesday, June 8, 10 am (Los Angeles time)" in mail.body
    assert "Tuesday, June 8, 10 am" in mail.alternatives[0][0]
    assert "If you do nothing, nothing changes." in mail.body


def test_kept_time_that_lapses_is_told(ask, waiting, clock):
    ask(start=TUESDAY)
    clock.move_to(at("2027-06-07 13:00"))
    services.lapse_expired()
    assert told() == [waiting.reference]


def test_closing_a_request_tells(giver, waiting, clerk):
    services.change_status(giver.pk, "closed", actor=clerk, expected_version=giver.version, outcome="declined", note="")
    assert told() == [waiting.reference]


def test_visit_that_the_desk_moves_tells(giver, waiting, clerk, calendar):
    services.book(giver.pk, at("2027-06-11 10:00"), actor=clerk, expected_version=giver.version, calendar=calendar)
    assert told() == [waiting.reference]


def test_visit_that_its_patient_moves_tells(giver, waiting, calendar):
    services.change_time(giver.pk, at("2027-06-11 10:00"), calendar=calendar)
    assert told() == [waiting.reference]


def test_room_that_is_opened_again_tells_its_first_time_on_offer(waiting, clerk, calendar, mailoutbox):
    lane = waiting.appointments.get().lane_id
    (closed,) = services.close_time([lane], at("2027-06-08 06:00"), at("2027-06-08 20:00"), actor=clerk)
    services.open_time(closed.pk)
    assert told() == [waiting.reference]
    deliver_due()
    assert "Tuesday, June 8, 9 am" in next(mail.body for mail in mailoutbox if mail.subject == SUBJECT)


def test_closed_evening_that_is_opened_tells_nobody(waiting, clerk):
    lane = waiting.appointments.get().lane_id
    (closed,) = services.close_time([lane], at("2027-06-08 18:00"), at("2027-06-08 20:00"), actor=clerk)
    services.open_time(closed.pk)
    services.open_time(closed.pk)
    assert told() == []


def test_patient_whose_time_is_only_kept_is_told_too(ask, giver, give_back):
    case = ask(start=THURSDAY, wants_earlier=True)
    give_back()
    assert told() == [case.reference]


# Who is not told


@pytest.mark.parametrize(
    "fields",
    [
        {"wants_earlier": False},
        {"email": ""},
        {"status": Status.CLOSED, "outcome": "declined", "closed_at": NOW},
        {"status": Status.QUARANTINED},
    ],
    ids=["does not want it", "no address", "closed", "in quarantine"],
)
def test_nobody_else_is_told(waiting, giver, give_back, fields):
    change(waiting, phone="(949) 555-0123", **fields)
    give_back()
    assert told() == []


def test_visit_that_is_sooner_is_not_told(book, calendar, clerk):
    book(TUESDAY, wants_earlier=True)
    giver = book(THURSDAY)
    services.cancel(giver.pk, actor=clerk, calendar=calendar)
    assert told() == []


def test_patient_without_a_time_is_not_told(ask, giver, give_back):
    ask(start=None, wants_earlier=True)
    give_back()
    assert told() == []


def test_patient_who_may_no_longer_change_is_not_told(book, calendar, clerk, clock):
    book(at("2027-06-08 14:00"), wants_earlier=True)
    giver = book(TUESDAY)
    clock.move_to(at("2027-06-07 14:01"))
    services.cancel(giver.pk, actor=clerk, calendar=calendar)
    assert told() == []


def test_giver_is_not_told_of_her_own_time(book, calendar):
    case = book(TUESDAY, wants_earlier=True)
    services.change_time(case.pk, THURSDAY, calendar=calendar)
    assert told() == []


def test_time_that_is_over_is_told_to_nobody(waiting, giver, clerk, clock):
    clock.move_to(TUESDAY + timedelta(minutes=1))
    services.change_status(giver.pk, "attended", actor=clerk, expected_version=giver.version)
    assert told() == []


def test_five_are_told_and_the_oldest_requests_first(book, giver, give_back):
    cases = [book(at(f"2027-06-10 {hour}:00"), wants_earlier=True) for hour in ("15", "14", "13", "12", "11", "10")]
    newest_first = [timedelta(minutes=number) for number in range(6)]
    for case, age in zip(cases, newest_first, strict=True):
        change(case, created_at=NOW - age)
    give_back()
    assert told() == [case.reference for case in reversed(cases[1:])]


# Once a day


def test_patient_is_told_once_on_a_day_of_the_clinic(book, waiting, giver, give_back, calendar, clock):
    second, third = book(at("2027-06-09 12:00")), book(at("2027-06-09 13:00"))
    give_back()
    deliver_due()
    clock.move_to(at("2027-06-07 23:59"))
    services.cancel(second.pk, calendar=calendar)
    assert told() == [waiting.reference]
    clock.move_to(at("2027-06-08 00:01"))
    services.cancel(third.pk, calendar=calendar)
    assert told() == [waiting.reference] * 2


def test_mail_that_was_dropped_does_not_count(book, ask, waiting, giver, give_back, calendar, clerk):
    second = book(at("2027-06-09 12:00"))
    give_back()
    taker = ask(start=TUESDAY)
    deliver_due()
    services.cancel(second.pk, calendar=calendar)
    assert told() == [waiting.reference] * 2
    services.cancel(taker.pk, actor=clerk, calendar=calendar)  # the first time again
    assert told() == [waiting.reference] * 2


# When the mail leaves


def left(mailoutbox):
    deliver_due()
    message = Message.objects.get(kind=MessageKind.EARLIER_TIME)
    assert (message.state == MessageState.SENT) == any(mail.subject == SUBJECT for mail in mailoutbox)
    return message.state


def test_mail_is_dropped_when_somebody_has_taken_the_time(ask, waiting, give_back, mailoutbox):
    give_back()
    ask(start=TUESDAY)
    assert left(mailoutbox) == MessageState.DROPPED


def test_mail_is_dropped_when_she_no_longer_wants_it(waiting, give_back, mailoutbox):
    give_back()
    services.want_earlier(waiting.pk, False)
    assert left(mailoutbox) == MessageState.DROPPED


def test_mail_is_dropped_when_her_visit_is_sooner_by_then(waiting, give_back, calendar, mailoutbox):
    give_back()
    services.change_time(waiting.pk, at("2027-06-08 09:00"), calendar=calendar)
    assert left(mailoutbox) == MessageState.DROPPED


def test_mail_is_dropped_when_her_visit_is_cancelled(waiting, give_back, calendar, mailoutbox):
    give_back()
    services.cancel(waiting.pk, calendar=calendar)
    assert left(mailoutbox) == MessageState.DROPPED


def test_mail_is_dropped_when_the_notice_has_become_too_short(waiting, give_back, clock, mailoutbox):
    give_back()
    clock.move_to(TUESDAY - timedelta(hours=1))
    assert left(mailoutbox) == MessageState.DROPPED


def test_mail_is_dropped_when_she_may_no_longer_change(book, calendar, clock, mailoutbox):
    giver = book(at("2027-06-08 14:00"))
    book(at("2027-06-09 09:00"), wants_earlier=True)
    services.change_time(giver.pk, THURSDAY, calendar=calendar)
    clock.move_to(at("2027-06-08 09:01"))
    assert left(mailoutbox) == MessageState.DROPPED


def test_mail_still_leaves_when_her_kept_time_was_booked(ask, give_back, clerk, calendar, mailoutbox):
    case = ask(start=THURSDAY, wants_earlier=True)
    give_back()
    services.confirm(case.pk, actor=clerk, expected_version=case.version, calendar=calendar)
    assert left(mailoutbox) == MessageState.SENT


def test_time_that_overlaps_her_own_can_be_had(book, clerk, calendar, mailoutbox):
    """Her visit at 10:15 is no obstacle to herself at 10."""
    giver = book(at("2027-06-09 09:45"))
    case = book(at("2027-06-09 10:15"), wants_earlier=True)
    services.cancel(giver.pk, actor=clerk, calendar=calendar)
    Message.objects.filter(kind=MessageKind.EARLIER_TIME).update(
        dedupe_key=f"earlier_time:{case.reference}:2027-06-07:2027-06-09T17:00Z"
    )
    assert left(mailoutbox) == MessageState.SENT


# The mail


def test_mail_tells_nothing_about_the_patient_but_her_first_name(book, give_back):
    treatment = factories.make_treatment("Botox for chronic migraine")
    book(THURSDAY, wants_earlier=True, message="My forehead.", treatment_ids=(treatment.pk,))
    give_back()
    mail = Message.objects.get(kind=MessageKind.EARLIER_TIME)
    assert mail.subject == SUBJECT
    for secret in ("Lima", "@patient", "forehead", "migraine", "Botox"):
        assert secret not in mail.text + mail.html
    assert not re.search("Ana", mail.subject)


def test_opening_its_links_changes_nothing(client, waiting, give_back):
    give_back()
    mail = Message.objects.get(kind=MessageKind.EARLIER_TIME)
    links = set(LINK.findall(mail.text + mail.html))
    assert len(links) == 2
    before = rows()
    for link in links:
        path = "/" + link.split("/", 3)[3]
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    assert rows() == before


def test_its_link_leads_to_the_time(client, waiting, give_back):
    give_back()
    response = client.post(f"{path_for(waiting)}change/", {"start": "2027-06-08T17:00Z"}, follow=True)
    assert "Tuesday, June 8, 10 am" in response.content.decode()


def test_mail_that_cannot_be_written_keeps_no_time_from_being_given_back(waiting, giver, give_back, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("bookings.emails.earlier_time", broken)
    give_back()
    assert giver.appointments.get().state == "cancelled"
    assert told() == []
    assert waiting.events.filter(kind="message_failed").exists()


def test_telling_costs_few_queries(book, giver, clerk, calendar):
    def cost(case):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            services.cancel(case.pk, actor=clerk, calendar=calendar)
        return len(queries)

    first, second = book(at("2027-06-08 11:00")), giver
    nobody = cost(first)
    for hour in range(9, 16):
        book(at(f"2027-06-10 {hour:02}:00"), wants_earlier=True)
    five = cost(second)
    assert len(told()) == 5
    assert five - nobody <= 5 + 5 * 3


# Her wish


def test_wish_is_an_event_and_only_once(waiting):
    services.want_earlier(waiting.pk, False)
    services.want_earlier(waiting.pk, False)
    assert waiting.events.filter(text__contains="no longer wants").count() == 1
    waiting.refresh_from_db()
    assert waiting.wants_earlier is False


def test_wish_without_a_time_is_refused(ask):
    with pytest.raises(services.BookingError):
        services.want_earlier(ask(start=None).pk, True)
