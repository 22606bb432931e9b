"""Who is notified when an earlier time frees up, and who is not."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import services
from bookings.messaging.links import get_visit_path
from bookings.messaging.outbox import send_due
from bookings.models import AppointmentState, Case, EventKind, Message, MessageKind, MessageState, Resource, Status
from tests import factories
from tests.bookings.conftest import TUESDAY
from tests.bookings.test_appointments import NOW
from tests.bookings.test_visit_page import LINK, rows
from tests.opening_hours import at

pytestmark = pytest.mark.django_db
THURSDAY = at("2027-06-10 10:00")
SUBJECT = "An earlier time is open – OC Beauty Medspa"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def book(ask, clerk, policy):
    def make(start, *, on_waitlist=False, **fields):
        case = ask(start=start, on_waitlist=on_waitlist, **fields)
        return services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)

    return make


@pytest.fixture
def giver(book):
    """Return the case that has the earlier time."""
    return book(TUESDAY)


@pytest.fixture
def waiting(book):
    """Return the case that wants an earlier time."""
    return book(THURSDAY, on_waitlist=True, name="Ana Lima", email="ana@patient.example.com")


@pytest.fixture
def give_back(giver, clerk, policy):
    def cancel():
        return services.cancel(giver.pk, actor=clerk, policy=policy)

    return cancel


def offers():
    return Message.objects.filter(kind=MessageKind.WAITLIST_OFFER)


def notified():
    """Return the references of those who were notified, in their order."""
    return list(offers().order_by("pk").values_list("case__reference", flat=True))


def change(case, **fields):
    Case.objects.filter(pk=case.pk).update(**fields)


# When a time is given back


def test_canceled_visit_notifies_the_waitlist(giver, waiting, give_back, mailoutbox):
    give_back()
    assert notified() == [waiting.reference]
    send_due()
    (mail,) = [mail for mail in mailoutbox if mail.subject == SUBJECT]
    assert mail.to == ["ana@patient.example.com"]
    assert "Hello Ana" in mail.body
    assert "Tuesday, June 8, 10 am (Los Angeles time)" in mail.body
    assert "Tuesday, June 8, 10 am" in mail.alternatives[0][0]
    assert "If you do nothing, nothing changes." in mail.body


def test_expired_hold_notifies_the_waitlist(ask, waiting, clock):
    ask(start=TUESDAY + timedelta(hours=4))
    clock.move_to(at("2027-06-07 13:00"))
    services.expire_holds()
    assert notified() == [waiting.reference]


def test_time_inside_the_cutoff_is_not_told(ask, waiting, clock):
    ask(start=TUESDAY)
    clock.move_to(at("2027-06-07 13:00"))
    services.expire_holds()
    assert notified() == []


def test_closed_case_notifies_the_waitlist(giver, waiting, clerk):
    services.change_stage(giver.pk, "closed", actor=clerk, expected_version=giver.version, outcome="declined")
    assert notified() == [waiting.reference]


def test_desk_moving_a_visit_notifies_the_waitlist(giver, waiting, clerk, policy):
    services.book(giver.pk, at("2027-06-11 10:00"), actor=clerk, expected_version=giver.version, policy=policy)
    assert notified() == [waiting.reference]


def test_patient_moving_a_visit_notifies_the_waitlist(giver, waiting, policy):
    services.move(giver.pk, at("2027-06-11 10:00"), policy=policy)
    assert notified() == [waiting.reference]


def test_unblocked_room_notifies_of_its_first_time(waiting, clerk, policy, mailoutbox):
    resource = Resource.objects.get().pk
    (blocked,) = services.block_time([resource], at("2027-06-08 06:00"), at("2027-06-08 20:00"), actor=clerk)
    services.unblock_time(blocked.pk)
    assert notified() == [waiting.reference]
    send_due()
    assert "Tuesday, June 8, 9 am" in next(mail.body for mail in mailoutbox if mail.subject == SUBJECT)


def test_unblocked_evening_notifies_nobody(waiting, clerk):
    resource = Resource.objects.get().pk
    (blocked,) = services.block_time([resource], at("2027-06-08 18:00"), at("2027-06-08 20:00"), actor=clerk)
    services.unblock_time(blocked.pk)
    services.unblock_time(blocked.pk)
    assert notified() == []


def test_patient_with_a_hold_is_notified_too(ask, giver, give_back):
    case = ask(start=THURSDAY, on_waitlist=True)
    give_back()
    assert notified() == [case.reference]


# Who is not notified


@pytest.mark.parametrize(
    "fields",
    [
        {"on_waitlist": False},
        {"email": ""},
        {"status": Status.CLOSED, "outcome": "declined", "closed_at": NOW},
        {"status": Status.QUARANTINED},
    ],
    ids=["not on the waitlist", "no email", "closed", "in quarantine"],
)
def test_others_are_not_notified(waiting, giver, give_back, fields):
    change(waiting, phone="(949) 555-0123", **fields)
    give_back()
    assert notified() == []


def test_patient_with_an_earlier_visit_is_not_notified(book, policy, clerk):
    book(TUESDAY, on_waitlist=True)
    giver = book(THURSDAY)
    services.cancel(giver.pk, actor=clerk, policy=policy)
    assert notified() == []


def test_patient_without_a_time_is_not_notified(ask, giver, give_back):
    ask(start=None, on_waitlist=True)
    give_back()
    assert notified() == []


def test_patient_after_cut_off_is_not_notified(book, policy, clerk, clock):
    book(at("2027-06-08 14:00"), on_waitlist=True)
    giver = book(TUESDAY)
    clock.move_to(at("2027-06-07 14:01"))
    services.cancel(giver.pk, actor=clerk, policy=policy)
    assert notified() == []


def test_patient_is_not_notified_of_their_own_time(book, policy):
    case = book(TUESDAY, on_waitlist=True)
    services.move(case.pk, THURSDAY, policy=policy)
    assert notified() == []


def test_past_time_notifies_nobody(waiting, giver, clerk, clock):
    clock.move_to(TUESDAY + timedelta(minutes=1))
    services.change_stage(giver.pk, AppointmentState.CHECKED_IN, actor=clerk, expected_version=giver.version)
    assert notified() == []


def test_five_oldest_cases_are_notified(book, giver, give_back):
    cases = [book(at(f"2027-06-10 {hour}:00"), on_waitlist=True) for hour in ("15", "14", "13", "12", "11", "10")]
    newest_first = [timedelta(minutes=number) for number in range(6)]
    for case, age in zip(cases, newest_first, strict=True):
        change(case, created_at=NOW - age)
    give_back()
    assert notified() == [case.reference for case in reversed(cases[1:])]


# Once a day


def test_patient_is_notified_once_a_local_day(book, waiting, giver, give_back, policy, clock):
    second, third = book(at("2027-06-09 12:00")), book(at("2027-06-09 13:00"))
    give_back()
    send_due()
    clock.move_to(at("2027-06-07 23:59"))
    services.cancel(second.pk, policy=policy)
    assert notified() == [waiting.reference]
    clock.move_to(at("2027-06-08 00:01"))
    services.cancel(third.pk, policy=policy)
    assert notified() == [waiting.reference] * 2


def test_dropped_offer_does_not_count(book, ask, waiting, giver, give_back, policy, clerk):
    second = book(at("2027-06-09 12:00"))
    give_back()
    taker = ask(start=TUESDAY)
    send_due()
    services.cancel(second.pk, policy=policy)
    assert notified() == [waiting.reference] * 2
    services.cancel(taker.pk, actor=clerk, policy=policy)  # The first time again.
    assert notified() == [waiting.reference] * 2


# When the message leaves


def left(mailoutbox):
    send_due()
    message = offers().get()
    assert (message.state == MessageState.SENT) == any(mail.subject == SUBJECT for mail in mailoutbox)
    return message.state


def test_offer_of_a_taken_time_is_dropped(ask, waiting, give_back, mailoutbox):
    give_back()
    ask(start=TUESDAY)
    assert left(mailoutbox) == MessageState.DROPPED


def test_offer_is_dropped_after_leaving_the_waitlist(waiting, give_back, mailoutbox):
    give_back()
    services.set_waitlist(waiting.pk, False)
    assert left(mailoutbox) == MessageState.DROPPED


def test_offer_later_than_the_visit_is_dropped(waiting, give_back, policy, mailoutbox):
    give_back()
    services.move(waiting.pk, at("2027-06-08 09:00"), policy=policy)
    assert left(mailoutbox) == MessageState.DROPPED


def test_offer_is_dropped_when_visit_is_canceled(waiting, give_back, policy, mailoutbox):
    give_back()
    services.cancel(waiting.pk, policy=policy)
    assert left(mailoutbox) == MessageState.DROPPED


def test_offer_with_too_short_notice_is_dropped(waiting, give_back, clock, mailoutbox):
    give_back()
    clock.move_to(TUESDAY - timedelta(hours=1))
    assert left(mailoutbox) == MessageState.DROPPED


def test_offer_after_the_cut_off_is_dropped(book, policy, clock, mailoutbox):
    giver = book(at("2027-06-08 14:00"))
    book(at("2027-06-09 09:00"), on_waitlist=True)
    services.move(giver.pk, THURSDAY, policy=policy)
    clock.move_to(at("2027-06-08 09:01"))
    assert left(mailoutbox) == MessageState.DROPPED


def test_offer_leaves_after_the_hold_is_booked(ask, give_back, clerk, policy, mailoutbox):
    case = ask(start=THURSDAY, on_waitlist=True)
    give_back()
    services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)
    assert left(mailoutbox) == MessageState.SENT


def test_offer_may_overlap_the_patients_own_visit(book, clerk, policy, mailoutbox):
    # A visit at 10:15 does not exclude its own patient from 10.
    giver = book(at("2027-06-09 09:45"))
    book(at("2027-06-09 10:15"), on_waitlist=True)
    services.cancel(giver.pk, actor=clerk, policy=policy)
    offers().update(starts_at=at("2027-06-09 10:00"))
    assert left(mailoutbox) == MessageState.SENT


# The message


def test_offer_shows_only_the_first_name(book, give_back, written):
    treatment = factories.make_treatment("Botox for chronic migraine")
    book(THURSDAY, on_waitlist=True, message="My forehead.", treatment_ids=(treatment.pk,))
    give_back()
    message = written(offers().get())
    assert message.subject == SUBJECT
    assert "Ana" in message.text
    for secret in ("Lima", "@patient", "forehead", "migraine", "Botox"):
        assert secret not in message.text + message.html


def test_opening_links_of_offer_changes_nothing(client, waiting, give_back, written):
    give_back()
    message = written(offers().get())
    links = set(LINK.findall(message.text + message.html))
    assert len(links) == 2
    before = rows()
    for link in links:
        path = "/" + link.split("/", 3)[3]
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    Case.objects.update(link_opened_at=None)  # Somebody reads these emails: nothing else is concluded from it.
    assert rows() == before


def test_link_of_offer_leads_to_the_time(client, waiting, give_back):
    give_back()
    response = client.post(f"{get_visit_path(waiting)}change/", {"start": "2027-06-08T17:00Z"}, follow=True)
    assert "Tuesday, June 8, 10 am" in response.content.decode()


def test_offer_that_fails_does_not_stop_canceling(waiting, giver, give_back, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("bookings.messaging.rendering.render_to_string", broken)
    give_back()
    assert giver.appointments.get().state == AppointmentState.CANCELED
    send_due()
    assert offers().get().state == MessageState.QUEUED


def test_notifying_five_takes_few_queries(book, giver, clerk, policy):
    def cost(case):
        with CaptureQueriesContext(connection) as queries:
            services.cancel(case.pk, actor=clerk, policy=policy)
        return len(queries)

    first, second = book(at("2027-06-08 11:00")), giver
    nobody = cost(first)
    for hour in range(9, 16):
        book(at(f"2027-06-10 {hour:02}:00"), on_waitlist=True)
    five = cost(second)
    assert len(notified()) == 5
    assert five - nobody <= 5 + 5 * 3


# Joining and leaving


def test_leaving_the_waitlist_is_one_event(waiting):
    services.set_waitlist(waiting.pk, False)
    services.set_waitlist(waiting.pk, False)
    assert waiting.events.filter(kind=EventKind.WAITLIST_LEFT).count() == 1
    waiting.refresh_from_db()
    assert waiting.on_waitlist is False


def test_waitlist_needs_a_time(ask):
    with pytest.raises(services.BookingError):
        services.set_waitlist(ask(start=None).pk, True)


def test_waitlist_needs_a_time_that_has_not_run_out(ask, clock):
    case = ask(start=THURSDAY)
    clock.move_to(case.appointments.get().held_until)
    with pytest.raises(services.BookingError, match="no longer a time"):
        services.set_waitlist(case.pk, True)
