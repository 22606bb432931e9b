"""Visits of several types: a move keeps the type, and each needs a room and a practitioner who performs it."""

import re
from datetime import timedelta

import pytest

from bookings import services
from bookings.messaging.links import get_visit_path
from bookings.models import AppointmentState, Event, Message, MessageKind, Resource, ResourceKind, VisitType
from bookings.services import slots, waitlist
from bookings.services.limits import get_daily_hold_limit
from clinic.hours.parsing import parse_spans
from tests import booking_invariants, factories
from tests.bookings.conftest import TUESDAY
from tests.bookings.desk import buttons, page_of, press, soup, text_of
from tests.opening_hours import at, utc

NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles
WEDNESDAY, THURSDAY = at("2027-06-09 10:00"), at("2027-06-10 10:00")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def reis(db):
    return Resource.objects.create(name="Dr. Reis", kind=ResourceKind.PRACTITIONER)


@pytest.fixture
def treatment(policy, reis):
    """Return a treatment of an hour by Dr. Reis, which is not what patients book."""
    made = VisitType.objects.create(
        name="Toxin", minutes=60, needs_practitioner=True, is_treatment=True, repeat_after_days=84, sort_order=1
    )
    made.performed_by.add(reis)
    return made


@pytest.fixture
def book(policy, clerk):
    """Return a function by which the desk books a case, and that returns its visit."""

    def call(case=None, start=TUESDAY, **how):
        case = case or factories.make_case()
        case.refresh_from_db()
        services.book(case.pk, start, actor=clerk, expected_version=case.version, policy=policy, **how)
        return case.appointments.live().get()

    return call


@pytest.fixture
def hold_treatment(ask, treatment, clerk, policy, book):
    """Return a function that makes a case whose treatment is held, as the patient's own page holds it."""

    def make(start=TUESDAY):
        case = ask(start=None)
        book(case, start, visit_type=treatment)
        services.cancel(case.pk, policy=policy)
        services.choose_time(case.pk, start, policy=policy)
        return case

    return make


def look(visit):
    """Return the type, the length in minutes and the kinds of resource of a visit, as they are stored."""
    visit.refresh_from_db()
    kinds = set(visit.slots.values_list("resource__kind", flat=True))
    return visit.visit_type.name, (visit.ends_at - visit.starts_at).total_seconds() / 60, sorted(kinds)


TOXIN = ("Toxin", 60, ["practitioner", "room"])
CONSULTATION = ("Free consultation", 30, ["room"])


def get_visit(case):
    return case.appointments.live_or_newest()


# A move keeps the type


def patient_moves(case, policy, clerk):
    services.move(case.pk, WEDNESDAY, policy=policy)


def desk_moves(case, policy, clerk):
    case.refresh_from_db()
    services.book(case.pk, WEDNESDAY, actor=clerk, expected_version=case.version, policy=policy)


def desk_confirms(case, policy, clerk):
    case.refresh_from_db()
    services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)


def desk_confirms_expired(case, policy, clerk):
    visit = case.appointments.live().get()
    visit.held_until = NOW
    visit.save()
    services.expire_holds()
    desk_confirms(case, policy, clerk)


def patient_chooses_after_canceling(case, policy, clerk):
    services.cancel(case.pk, policy=policy)
    services.choose_time(case.pk, WEDNESDAY, policy=policy)


def desk_books_after_canceling(case, policy, clerk):
    services.cancel(case.pk, policy=policy)
    desk_moves(case, policy, clerk)


WAYS = [
    patient_moves,
    desk_moves,
    desk_confirms,
    desk_confirms_expired,
    patient_chooses_after_canceling,
    desk_books_after_canceling,
]


@pytest.mark.parametrize("change", WAYS)
def test_move_keeps_the_visit_type(hold_treatment, policy, clerk, change):
    case = hold_treatment()
    change(case, policy, clerk)
    assert look(get_visit(case)) == TOXIN
    assert booking_invariants.check() == []


@pytest.mark.parametrize(
    "change", [patient_moves, desk_moves, patient_chooses_after_canceling, desk_books_after_canceling]
)
def test_moved_booked_treatment_stays_a_treatment(book, treatment, policy, clerk, change):
    visit = book(visit_type=treatment)
    change(visit.case, policy, clerk)
    assert look(get_visit(visit.case)) == TOXIN


@pytest.mark.parametrize("change", WAYS)
def test_move_keeps_a_consultation(ask, treatment, policy, clerk, change):
    case = ask()
    change(case, policy, clerk)
    assert look(get_visit(case)) == CONSULTATION


def test_move_keeps_a_type_that_was_switched_off(book, treatment, policy, clerk):
    visit = book(visit_type=treatment)
    VisitType.objects.update(is_active=False)
    patient_moves(visit.case, policy, clerk)
    assert look(visit) == TOXIN


def test_walk_in_after_a_missed_treatment_is_that_treatment(book, treatment, policy, clerk):
    case = book(visit_type=treatment).case
    services.cancel(case.pk, policy=policy)
    case.refresh_from_db()
    services.change_stage(case.pk, "checked_in", actor=clerk, expected_version=case.version, policy=policy)
    assert look(get_visit(case)) == TOXIN


def test_walk_in_takes_the_room_while_the_practitioner_is_busy(desk, book, treatment, policy, clock):
    second = Resource.objects.create(name="Second room", sort_order=1)
    book(visit_type=treatment)
    clock.move_to(TUESDAY)
    desk.force_login(desk.user)
    case = factories.make_case()
    book(case, WEDNESDAY, visit_type=treatment)
    services.cancel(case.pk, policy=policy)
    case.refresh_from_db()
    done = desk.post(page_of(case), {"expected_version": case.version, "to_status": "checked_in"}, follow=True)
    told = " ".join(map(str, done.context["messages"]))
    assert "No practitioner is free then" in told
    assert "No room" not in told
    visit = case.appointments.get(state=AppointmentState.CHECKED_IN)
    assert {slot.resource for slot in visit.slots.all()} == {second}
    assert booking_invariants.check() == []


def test_form_sent_again_holds_the_same_type(ask, hold_treatment, policy):
    case = hold_treatment()
    ask(start=WEDNESDAY, submission_key=case.submission_key, replaces=TUESDAY, email=case.email)
    assert look(case.appointments.live().get()) == TOXIN


def test_place_refuses_the_policy_of_another_type(book, treatment, policy):
    visit = book(visit_type=treatment)
    with pytest.raises(ValueError, match="another type"):
        slots.place(visit, WEDNESDAY, [], policy, NOW)


def test_own_page_offers_times_that_the_treatment_fits(client, book, treatment, reis, policy, clerk):
    visit = book(visit_type=treatment)
    services.block_time([reis.pk], at("2027-06-09 09:00"), at("2027-06-09 15:00"), actor=clerk)
    page = client.get(f"{get_visit_path(visit.case)}change/").content.decode()
    found = set(re.findall(r'value="(2027-06-09T[^"]*)"', page))
    assert found == {"2027-06-09T22:00Z"}  # On that Wednesday Dr. Reis is free from 3 pm to closing.


def test_offer_counts_with_the_type_of_who_waits(ask, book, treatment, policy, clerk):
    case = ask(start=None)
    visit = book(case, THURSDAY, visit_type=treatment)
    offer = Message(case=case, kind=MessageKind.WAITLIST_OFFER, starts_at=WEDNESDAY)
    case.on_waitlist = True
    visit.case = case
    assert waitlist.can_still_take_it(offer, visit)
    book(None, WEDNESDAY + HOUR / 2)  # A consultation still fits before it, an hour does not.
    assert not waitlist.can_still_take_it(offer, visit)


# The desk chooses the type


def test_treatment_is_booked_straight_from_the_consultation(ask, book, treatment, policy, clerk, clock):
    case = ask()
    desk_confirms(case, policy, clerk)
    clock.move_to(TUESDAY)
    case.refresh_from_db()
    services.change_stage(case.pk, "checked_in", actor=clerk, expected_version=case.version, policy=policy)
    visit = book(case, WEDNESDAY, visit_type=treatment)
    assert look(visit) == TOXIN
    assert look(case.appointments.get(state=AppointmentState.CHECKED_IN)) == CONSULTATION
    assert booking_invariants.check() == []


def test_after_a_consultation_the_desk_books_the_usual_type(ask, book, treatment, policy, clerk, clock):
    case = ask()
    desk_confirms(case, policy, clerk)
    clock.move_to(TUESDAY)
    case.refresh_from_db()
    services.change_stage(case.pk, "checked_in", actor=clerk, expected_version=case.version, policy=policy)
    assert look(book(case, WEDNESDAY)) == CONSULTATION


def test_desk_changes_the_type_at_the_same_time(book, treatment):
    visit = book()
    assert look(visit) == CONSULTATION
    assert book(visit.case, TUESDAY, visit_type=treatment).pk == visit.pk
    assert look(visit) == TOXIN
    with pytest.raises(services.BookingError, match="already booked"):
        book(visit.case, TUESDAY, visit_type=treatment)
    assert booking_invariants.check() == []


def test_longer_type_that_does_not_fit_changes_nothing(book, treatment):
    visit, _other = book(), book(start=TUESDAY + HOUR / 2)
    with pytest.raises(services.TimeTakenError):
        book(visit.case, TUESDAY, visit_type=treatment)
    assert look(visit) == CONSULTATION


# Who performs it, and when they are there


def starts(policy, visit_type):
    return [free.at for free in services.free_starts(policy.for_type(visit_type), NOW)]


def test_practitioner_who_does_not_perform_is_not_offered(book, treatment, reis, policy):
    other = Resource.objects.create(name="Nurse Kim", kind=ResourceKind.PRACTITIONER, sort_order=0)
    assert TUESDAY in starts(policy, treatment)
    services.block_time([reis.pk], TUESDAY, TUESDAY + HOUR, actor=None)
    assert TUESDAY not in starts(policy, treatment)
    with pytest.raises(services.UnusualTimeError) as refused:
        book(visit_type=treatment)
    assert [one.kind for one in refused.value.obstacles] == ["blocked"]
    visit = book(visit_type=treatment, anyway=["blocked"])
    assert not visit.slots.filter(resource=other).exists()
    assert booking_invariants.check() == []


def test_type_that_nobody_performs_is_not_offered(book, treatment, policy):
    treatment.performed_by.clear()
    assert starts(policy, treatment) == []
    with pytest.raises(services.TimeTakenError):
        book(visit_type=treatment)


def test_practitioner_switched_off_is_not_offered(treatment, reis, policy):
    Resource.objects.filter(pk=reis.pk).update(is_active=False)
    assert starts(policy, treatment) == []


def give_hours(practitioner, **days):
    for day, text in days.items():
        setattr(practitioner, day, parse_spans(text))
    practitioner.has_own_hours = True
    practitioner.save()


def test_treatment_needs_the_practitioner_to_be_there(treatment, reis, policy):
    give_hours(reis, tuesday="1 pm – 6 pm")
    found = starts(policy, treatment)
    # The clinic closes at 4 pm, so the last hour begins at 3 pm.
    of_week = [one for one in found if one < at("2027-06-14 00:00")]
    assert (of_week[0], of_week[-1]) == (at("2027-06-08 13:00"), at("2027-06-08 15:00"))


def test_pause_may_run_past_the_practitioners_hours(treatment, reis, policy):
    treatment.pause_minutes = 30
    treatment.save()
    give_hours(reis, tuesday="9 am – 11 am")
    assert [one for one in starts(policy, treatment) if one < WEDNESDAY][-1] == TUESDAY


def test_own_hours_of_a_room_do_not_count(treatment, policy):
    give_hours(Resource.objects.get(kind=ResourceKind.ROOM))
    assert TUESDAY in starts(policy, treatment)


def test_desk_books_an_absent_practitioner_only_after_a_question(book, treatment, reis):
    give_hours(reis, wednesday="9 am – 4 pm")
    with pytest.raises(services.UnusualTimeError) as refused:
        book(visit_type=treatment)
    assert refused.value.obstacles == (services.Obstacle("away", "Dr. Reis"),)
    with pytest.raises(services.UnusualTimeError):
        book(visit_type=treatment, anyway=["closed", "blocked"])
    visit = book(visit_type=treatment, anyway=["away"])
    assert look(visit) == TOXIN
    assert Event.objects.filter(case=visit.case, data__anyway=["away"]).exists()


def test_page_of_the_case_asks_about_an_absent_practitioner(desk, book, treatment, reis, policy):
    case = book(visit_type=treatment).case
    give_hours(reis, wednesday="9 am – 4 pm")
    response = press(desk, case, action="book", start="2027-06-10T10:00")
    assert "Dr. Reis is not there then." in text_of(response)
    (value,) = [value for name, value in buttons(response) if name == "book_anyway"]
    press(desk, case, book_anyway=value)
    assert look(get_visit(case)) == TOXIN
    assert get_visit(case).starts_at == THURSDAY


def test_closed_clinic_asks_one_question_only(book, treatment, reis):
    give_hours(reis, wednesday="9 am – 4 pm")
    with pytest.raises(services.UnusualTimeError) as refused:
        book(start=at("2027-06-12 10:00"), visit_type=treatment)
    assert refused.value.obstacles == (services.Obstacle("closed"),)


def test_absent_and_blocked_are_both_asked(book, treatment, reis):
    give_hours(reis, wednesday="9 am – 4 pm")
    services.block_time([reis.pk], TUESDAY, TUESDAY + HOUR, actor=None, reason="Training")
    with pytest.raises(services.UnusualTimeError) as refused:
        book(visit_type=treatment)
    assert refused.value.obstacles == (services.Obstacle("away", "Dr. Reis"), services.Obstacle("blocked", "Training"))


def test_one_who_is_there_is_booked_before_one_who_is_away(book, treatment, reis):
    give_hours(reis, wednesday="9 am – 4 pm")
    kim = Resource.objects.create(name="Nurse Kim", kind=ResourceKind.PRACTITIONER, sort_order=9)
    treatment.performed_by.add(kim)
    visit = book(visit_type=treatment)
    assert visit.slots.filter(resource=kim).exists()


def test_held_time_is_confirmed_after_a_question_once_its_practitioner_is_away(hold_treatment, reis, policy, clerk):
    case = hold_treatment()
    give_hours(reis, wednesday="9 am – 4 pm")
    with pytest.raises(services.UnusualTimeError) as refused:
        desk_confirms(case, policy, clerk)
    assert [one.kind for one in refused.value.obstacles] == ["away"]
    case.refresh_from_db()
    services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy, anyway=["away"])
    assert look(get_visit(case)) == TOXIN


def test_preferred_resources_are_booked_first(book, treatment, reis):
    kim = Resource.objects.create(name="Nurse Kim", kind=ResourceKind.PRACTITIONER, sort_order=9)
    treatment.performed_by.add(kim)
    second = Resource.objects.create(name="Second room", sort_order=9)
    visit = book(visit_type=treatment, preferred=[kim.pk, second.pk])
    assert set(visit.slots.values_list("resource", flat=True)) == {kim.pk, second.pk}
    moved = book(visit.case, WEDNESDAY)  # The visit stays with whom it has.
    assert set(moved.slots.values_list("resource", flat=True)) == {kim.pk, second.pk}
    moved = book(visit.case, WEDNESDAY, preferred=[reis.pk])
    assert set(moved.slots.values_list("resource", flat=True)) == {reis.pk, second.pk}


def test_preferred_practitioner_who_does_not_perform_is_not_booked(book, treatment, reis):
    kim = Resource.objects.create(name="Nurse Kim", kind=ResourceKind.PRACTITIONER)
    visit = book(visit_type=treatment, preferred=[kim.pk])
    assert visit.slots.filter(resource=reis).exists()
    assert booking_invariants.check() == []


# Changed hours


def test_manager_reads_which_visits_are_outside_changed_hours(client, book, treatment, reis):
    book(start=TUESDAY)  # a consultation, without Dr. Reis
    inside, outside = (book(start=start, visit_type=treatment) for start in (WEDNESDAY, THURSDAY))
    client.force_login(factories.make_user("manager"))
    fields = {"name": "Dr. Reis", "kind": "practitioner", "sort_order": 0, "is_active": "on"}
    path = f"/admin/resource/edit/{reis.pk}/"
    assert "stay booked" not in client.post(path, fields, follow=True).content.decode()
    own_hours = {"has_own_hours": "on", "wednesday": "10 am – 11 am", "thursday": "10 am – 10:45 am"}
    page = soup(client.post(path, {**fields, **own_hours}, follow=True))
    links = [link["href"] for link in page.select(".messages a") if "/case/" in link["href"]]
    assert links == [page_of(outside.case)]
    assert "Thu, Jun 10, 10 am" in page.select_one(".messages").get_text()
    assert look(inside) == look(outside) == TOXIN


# Limits


def test_hold_limit_counts_those_who_perform_while_there(treatment, reis, policy):
    def limits():
        return [get_daily_hold_limit(day.date(), policy.for_type(treatment)) for day in (TUESDAY, WEDNESDAY)]

    kim = Resource.objects.create(name="Nurse Kim", kind=ResourceKind.PRACTITIONER)
    Resource.objects.create(name="Second room")
    assert limits() == [2, 2]  # seven hours in a row, and two fifths of them
    treatment.performed_by.add(kim)
    assert limits() == [4, 4]
    give_hours(kim, tuesday="9 am – 2 pm")
    assert limits() == [4, 2]
    give_hours(reis, tuesday="9 am – 12 pm")
    assert limits() == [3, 0]
