"""How appointments are held, booked, moved, canceled and expired."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import uuid4

import pytest
import time_machine

from bookings import services
from bookings.models import (
    Appointment,
    AppointmentState,
    BlockedTime,
    Case,
    EventKind,
    MessageKind,
    Resource,
    Slot,
    Status,
)
from clinic.hours.schedule import DatedException
from tests import booking_invariants, factories
from tests.bookings.conftest import TUESDAY
from tests.opening_hours import at, utc

NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles
THANKSGIVING = DatedException(date(2027, 11, 25), date(2027, 11, 25), (), "Thanksgiving Day")
FIRST = at("2027-06-07 13:00")  # four open hours later


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def slots(appointment):
    return [slot.at for slot in appointment.slots.order_by("at")]


def room(appointment):
    return appointment.slots.first().resource


def test_request_holds_its_time_for_four_open_hours(ask):
    appointment = ask().appointments.get()
    assert appointment.state == AppointmentState.HELD
    assert appointment.held_until == at("2027-06-07 13:00")
    assert slots(appointment) == [TUESDAY, TUESDAY + timedelta(minutes=15)]
    assert set(appointment.slots.values_list("expires_at", flat=True)) == {appointment.held_until}


def test_held_time_is_offered_to_nobody_else(ask, policy):
    assert TUESDAY in [free.at for free in services.free_starts(policy, NOW)]
    ask()
    assert TUESDAY not in [free.at for free in services.free_starts(policy, NOW)]


def test_second_patient_is_told_and_offered_the_nearest_times(ask):
    ask()
    with pytest.raises(services.TimeTakenError) as refused:
        ask()
    assert refused.value.nearest == tuple(at(f"2027-06-08 {clock}") for clock in ("09:15", "09:30", "10:30"))
    assert Case.objects.count() == 1


def test_second_room_takes_the_second_patient(ask):
    Resource.objects.create(name="Second room")
    assert room(ask().appointments.get()) != room(ask().appointments.get())


@pytest.mark.parametrize("start", ["2027-06-07 12:45", "2027-06-08 10:05", "2027-06-12 10:00", "2027-09-01 10:00"])
def test_time_that_was_never_on_offer_is_refused(ask, start):
    with pytest.raises(services.TimeTakenError):
        ask(start=at(start))


def test_confirmed_time_is_booked_for_good(ask, policy, clerk):
    case = services.confirm(ask().pk, actor=clerk, expected_version=1, policy=policy)
    appointment = case.appointments.get()
    assert (appointment.state, appointment.held_until) == (AppointmentState.BOOKED, None)
    assert set(appointment.slots.values_list("expires_at", flat=True)) == {None}
    assert (case.status, services.get_stage(case)) == (Status.CONTACTING, AppointmentState.BOOKED)
    assert case.events.get(kind=EventKind.BOOKED).data == {"starts_at": "2027-06-08T17:00:00Z"}


def test_held_time_expires_whole_and_the_case_stays(ask, policy, clock):
    case = ask()
    clock.move_to(FIRST)
    assert services.expire_holds() == 1
    assert Slot.objects.count() == 0
    assert case.appointments.get().state == AppointmentState.EXPIRED
    case.refresh_from_db()
    assert case.status == Status.NEW
    assert case.events.filter(kind=EventKind.EXPIRED).exists()


def test_time_is_free_the_moment_it_expires(ask, clock):
    ask()
    clock.move_to(FIRST)
    assert ask().appointments.get().state == AppointmentState.HELD


def test_expired_time_can_be_confirmed_while_free(ask, policy, clerk, clock):
    case = ask()
    clock.move_to(FIRST)
    services.expire_holds()
    services.confirm(case.pk, actor=clerk, expected_version=1, policy=policy)
    assert len(slots(case.appointments.get())) == 2


def test_expired_time_that_is_taken_is_not_confirmed(ask, policy, clerk, clock):
    case = ask()
    clock.move_to(FIRST)
    ask()
    with pytest.raises(services.TimeTakenError):
        services.confirm(case.pk, actor=clerk, expected_version=1, policy=policy)
    assert case.appointments.get().state == AppointmentState.EXPIRED


def test_desk_books_and_moves_however_near(ask, policy, clerk):
    case = services.book(ask(start=None).pk, at("2027-06-07 09:30"), actor=clerk, expected_version=1, policy=policy)
    moved = services.book(case.pk, at("2027-06-07 11:00"), actor=clerk, expected_version=2, policy=policy)
    appointment = moved.appointments.get()
    assert (appointment.starts_at, appointment.sequence) == (at("2027-06-07 11:00"), 1)
    assert slots(appointment) == [at("2027-06-07 11:00"), at("2027-06-07 11:15")]


def test_move_that_fails_keeps_the_old_time(ask, policy, clerk):
    ask(start=at("2027-06-08 11:00"))
    case = ask()
    with pytest.raises(services.TimeTakenError):
        services.book(case.pk, at("2027-06-08 11:00"), actor=clerk, expected_version=1, policy=policy)
    assert slots(case.appointments.get())[0] == TUESDAY


def test_patient_moves_to_a_time_that_overlaps_their_own(ask, policy):
    case = services.move(ask().pk, at("2027-06-08 10:15"), policy=policy)
    assert slots(case.appointments.get()) == [at("2027-06-08 10:15"), at("2027-06-08 10:30")]


def test_patient_cannot_change_after_the_cut_off(ask, policy, clock):
    case = ask()
    clock.move_to(TUESDAY - timedelta(hours=23))
    with pytest.raises(services.BookingError):
        services.cancel(case.pk, policy=policy)


def test_canceled_time_is_free_and_the_case_stays_open(ask, policy, clerk):
    case = services.confirm(ask().pk, actor=clerk, expected_version=1, policy=policy)
    case = services.cancel(case.pk, actor=clerk, expected_version=2, policy=policy, note="The patient is ill.")
    assert (case.status, Slot.objects.count()) == (Status.CONTACTING, 0)
    assert case.appointments.get().sequence == 1


def test_one_contact_holds_one_time_and_loses_no_request(ask):
    ask(email="ana@patient.example.com")
    second = ask(email="Ana@patient.example.com", start=at("2027-06-08 12:00"), message="And another thing.")
    assert not second.appointments.exists()
    assert second.events.get().data["not_held"]


def test_same_form_moves_a_hold_only_when_asked(ask):
    form = {"submission_key": uuid4(), "email": "ana@patient.example.com"}
    case, later = ask(**form), at("2027-06-08 12:00")
    for start in (later, None):
        for replaces in (None, later):
            with pytest.raises(services.HasTimeError) as question:
                ask(start, replaces=replaces, **form)
            assert question.value.current.starts_at == TUESDAY
    assert ask(later, replaces=TUESDAY, **form) == case
    assert case.appointments.get(state=AppointmentState.HELD).starts_at == later
    assert Slot.objects.count() == 2
    assert case.messages.get(kind=MessageKind.HELD).starts_at == later


def test_same_form_never_moves_a_booked_visit(ask, policy, clerk):
    form = {"submission_key": uuid4(), "email": "ana@patient.example.com"}
    case = services.confirm(ask(**form).pk, actor=clerk, expected_version=1, policy=policy)
    with pytest.raises(services.HasTimeError):
        ask(at("2027-06-08 12:00"), replaces=TUESDAY, **form)
    assert ask(None, message="One more question.", **form) == case
    assert case.appointments.get().starts_at == TUESDAY


def test_same_form_with_another_name_is_another_person(ask):
    form = {"submission_key": uuid4(), "email": "lima@patient.example.com"}
    mother, noon = ask(name="Ana Lima", **form), at("2027-06-08 12:00")
    daughter = ask(noon, name="Zoë Lima", **form)
    assert daughter != mother
    assert ask(noon, name="zoe  LIMA", message="A question.", **form) == daughter
    assert ask(name="Ana Lima", **form) == mother
    assert [live.starts_at for live in Appointment.objects.live()] == [TUESDAY, noon]
    assert Case.objects.get(pk=mother.pk).name == "Ana Lima"


def test_family_of_one_email_holds_three_times(ask):
    cases = [
        ask(TUESDAY + timedelta(hours=number), name=name, email="lima@patient.example.com")
        for number, name in enumerate(["Ana Lima", "Zoë Lima", "Ida Lima", "Eva Lima"])
    ]
    assert [case.appointments.count() for case in cases] == [1, 1, 1, 0]
    again = ask(TUESDAY + timedelta(hours=4), name="ANA LIMA", email="lima@patient.example.com", message="Again.")
    assert again.appointments.count() == 0


def test_closing_a_case_gives_its_coming_time_back(ask, policy, clerk):
    case = services.confirm(ask().pk, actor=clerk, expected_version=1, policy=policy)
    services.change_stage(case.pk, Status.CLOSED, actor=clerk, expected_version=2, outcome="declined")
    assert (case.appointments.get().state, Slot.objects.count()) == (AppointmentState.CANCELED, 0)


def test_no_show_keeps_its_room_to_the_end(ask, policy, clerk, clock):
    case = services.confirm(ask().pk, actor=clerk, expected_version=1, policy=policy)
    clock.move_to(TUESDAY)
    services.change_stage(case.pk, Status.CLOSED, actor=clerk, expected_version=2, outcome="no_show")
    assert (case.appointments.get().state, Slot.objects.count()) == (AppointmentState.NO_SHOW, 2)


def test_blocked_time_is_not_offered_and_takes_no_visit(ask, policy, clerk):
    resource = Resource.objects.get()
    services.block_time([resource.pk], at("2027-06-08 09:00"), at("2027-06-08 16:00"), actor=clerk, reason="Training")
    with pytest.raises(services.TimeTakenError):
        ask()
    case = ask(start=None)
    with pytest.raises(services.UnusualTimeError) as question:
        services.book(case.pk, TUESDAY, actor=clerk, expected_version=1, policy=policy)
    assert question.value.obstacles == (("blocked", "Training"),)
    services.book(case.pk, TUESDAY, actor=clerk, expected_version=1, policy=policy, anyway=["closed", "blocked"])
    assert booking_invariants.check() == []
    assert Slot.objects.filter(blocked_time=None).count() == 2
    # A canceled visit gives the time back to what it was blocked for.
    services.cancel(case.pk, actor=clerk, expected_version=2, policy=policy)
    assert BlockedTime.objects.get().slots.count() == 28
    assert TUESDAY not in [free.at for free in services.free_starts(policy, NOW)]
    assert booking_invariants.check() == []


@pytest.mark.parametrize("start", ["2027-06-13 03:00", "2027-11-25 10:00", "2027-06-08 15:45", "2027-06-08 08:45"])
def test_desk_is_asked_before_it_books_outside_the_hours(ask, policy, clerk, start):
    case = ask(start=None)
    closed = replace(policy, schedule=replace(policy.schedule, exceptions=(THANKSGIVING,)))
    book = partial(services.book, case.pk, at(start), actor=clerk, expected_version=1, policy=closed)
    with pytest.raises(services.UnusualTimeError) as question:
        book()
    assert [one.kind for one in question.value.obstacles] == ["closed"]
    assert not case.appointments.exists()
    book(anyway=["closed", "blocked"])
    assert case.appointments.get().starts_at == at(start)
    assert case.events.get(kind=EventKind.BOOKED).data["anyway"] == ["closed"]


def test_new_obstacle_is_asked_about_again(ask, policy, clerk):
    case, sunday = ask(start=None), at("2027-06-13 10:00")
    book = partial(services.book, case.pk, sunday, actor=clerk, expected_version=1, policy=policy)
    services.block_time([Resource.objects.get().pk], sunday, sunday + timedelta(hours=1), actor=clerk)
    with pytest.raises(services.UnusualTimeError) as question:
        book(anyway=["closed"])
    assert {one.kind for one in question.value.obstacles} == {"closed", "blocked"}


def test_desk_cannot_book_over_a_visit_anyway(ask, policy, clerk):
    ask()
    case = ask(start=None)
    with pytest.raises(services.TimeTakenError):
        services.book(case.pk, TUESDAY, actor=clerk, expected_version=1, policy=policy, anyway=["closed", "blocked"])


def test_time_with_visits_is_not_blocked(ask, clerk):
    appointment = ask().appointments.get()
    with pytest.raises(services.VisitsInTheWayError) as refused:
        services.block_time([room(appointment).pk], at("2027-06-08 10:20"), at("2027-06-08 16:00"), actor=clerk)
    assert list(refused.value.appointments) == [appointment]
    assert Appointment.objects.count() == 1


def test_unblocked_time_is_on_offer_again(ask, clerk):
    (blocked_time,) = services.block_time(
        [Resource.objects.get().pk], at("2027-06-08 09:00"), at("2027-06-08 16:00"), actor=clerk
    )
    services.unblock_time(blocked_time.pk)
    assert ask().appointments.exists()


def test_visit_stays_at_ten_when_it_moves_across_november(ask, policy, clerk, clock):
    clock.move_to(utc("2027-10-29 17:00"))
    case = ask(start=at("2027-11-05 10:00"))
    moved = services.book(case.pk, at("2027-11-08 10:00"), actor=clerk, expected_version=1, policy=policy)
    assert moved.appointments.get().starts_at == utc("2027-11-08 18:00")
    assert moved.events.last().data["starts_at"] == "2027-11-08T18:00:00Z"


def test_same_request_from_a_new_form_without_a_time_takes_none_away(ask):
    case = ask(email="ana@patient.example.com")
    assert ask(email="ana@patient.example.com", start=None) == case
    assert case.appointments.get().state == AppointmentState.HELD


def test_desk_is_told_of_a_time_too_far_ahead(ask, policy, clerk):
    with pytest.raises(services.BookingError, match="more than two years"):
        services.book(ask(start=None).pk, at("9999-12-30 10:00"), actor=clerk, expected_version=1, policy=policy)


def test_closed_case_sent_again_with_a_time_is_open(ask, clerk):
    key, email = uuid4(), "ana@patient.example.com"
    case = ask(submission_key=key, email=email, start=None)
    services.change_stage(case.pk, Status.CLOSED, actor=clerk, expected_version=1, outcome="duplicate")
    ask(submission_key=key, email=email)
    case.refresh_from_db()
    assert (case.status, case.appointments.get().state) == (Status.NEW, AppointmentState.HELD)


def test_hold_of_a_near_visit_lasts_to_its_end(profile, consultation_settings, policy):
    # The desk takes longer to answer than the shortest notice is.
    slow = replace(policy, hold_minutes=6 * 60)
    submission = factories.make_submission(start=FIRST)
    case, _created = services.submit(submission, settings=consultation_settings, profile=profile, policy=slow)
    visit = case.appointments.get()
    assert (visit.held_until, visit.answer_by) == (FIRST + timedelta(minutes=30), FIRST)


def test_moved_hold_never_ends_before_its_start(ask, policy):
    near = replace(policy, change_until=timedelta(0))
    case = ask(FIRST)
    for start in (FIRST + timedelta(minutes=45), TUESDAY, FIRST):
        services.move(case.pk, start, policy=near)
        visit = case.appointments.get()
        if start < TUESDAY:
            assert visit.held_until == start + timedelta(minutes=30)
        else:  # The desk answers on the day before.
            assert NOW < visit.held_until <= at("2027-06-07 16:00")


@pytest.mark.parametrize("act", [services.book, services.confirm])
def test_closed_case_gets_no_time(ask, policy, clerk, act):
    case = ask()
    case = services.change_stage(case.pk, "closed", actor=clerk, expected_version=case.version, outcome="declined")
    start = [TUESDAY] if act == services.book else []
    with pytest.raises(services.TransitionError, match="Open the case first"):
        act(case.pk, *start, actor=clerk, expected_version=case.version, policy=policy)
    assert not case.appointments.live().exists()


def test_no_step_back_leaves_a_booked_time_behind(ask, policy, clerk):
    case = ask()
    case = services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)
    for stage in (Status.CONTACTING, Status.NEW):
        with pytest.raises(services.TransitionError):
            services.change_stage(case.pk, stage, actor=clerk, expected_version=case.version)
    assert case.appointments.get().state == AppointmentState.BOOKED


def test_walk_in_takes_a_room_from_this_quarter_hour_on(ask, policy, clerk):
    case = ask(start=None)
    case = services.change_stage(case.pk, "checked_in", actor=clerk, expected_version=1, policy=policy)
    assert slots(case.appointments.get()) == [NOW, NOW + timedelta(minutes=15)]
    case = services.change_stage(case.pk, "booked", actor=clerk, expected_version=2, policy=policy)
    assert (services.get_stage(case), case.is_waiting, Slot.objects.count()) == (Status.NEW, True, 0)


def test_check_in_keeps_the_room_and_undoing_it_restores_the_visit(ask, policy, clerk, clock):
    case = services.confirm(ask().pk, actor=clerk, expected_version=1, policy=policy)
    before = slots(case.appointments.get())
    clock.move_to(TUESDAY - timedelta(hours=4))
    case = services.change_stage(case.pk, "checked_in", actor=clerk, expected_version=2, policy=policy)
    assert slots(case.appointments.get()) == before
    case = services.change_stage(case.pk, "booked", actor=clerk, expected_version=3, policy=policy)
    assert services.get_stage(case) == AppointmentState.BOOKED
    assert slots(case.appointments.get()) == before


def test_new_time_after_a_missed_visit_keeps_the_old_one(ask, policy, clerk, clock):
    case = ask()
    case = services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)
    clock.shift(timedelta(days=2))
    later = at("2027-06-10 10:00")
    with pytest.raises(services.BookingError, match="First record"):
        services.book(case.pk, later, actor=clerk, expected_version=case.version, policy=policy)
    case = services.change_stage(case.pk, "no_show", actor=clerk, expected_version=case.version)
    case = services.book(case.pk, later, actor=clerk, expected_version=case.version, policy=policy)
    visits = list(case.appointments.order_by("starts_at").values_list("state", "starts_at"))
    assert visits == [(AppointmentState.NO_SHOW, TUESDAY), (AppointmentState.BOOKED, later)]
    assert case.messages.filter(kind="booked").count() == 2


def test_room_that_is_not_there_is_not_blocked(clerk):
    with pytest.raises(services.BookingError, match="at least one room"):
        services.block_time([0], TUESDAY, TUESDAY + timedelta(hours=1), actor=clerk)


def test_patient_who_came_and_asks_again_waits_again(ask, policy, clerk):
    key, email = uuid4(), "ana@patient.example.com"
    case = ask(submission_key=key, email=email, start=None)
    services.change_stage(case.pk, "checked_in", actor=clerk, expected_version=1, policy=policy)
    ask(submission_key=key, email=email)
    case.refresh_from_db()
    assert (case.status, case.appointments.newest().state) == (Status.CONTACTING, AppointmentState.HELD)
    assert case.is_waiting


def test_waitlist_choice_alone_is_saved(ask):
    key, email = uuid4(), "ana@patient.example.com"
    case = ask(submission_key=key, email=email)
    ask(submission_key=key, email=email, on_waitlist=True)
    case.refresh_from_db()
    assert case.on_waitlist


def test_expired_time_beside_a_booked_one_is_refused_clearly(policy, clerk):
    case = factories.make_case()
    factories.make_visit(case, "booked", TUESDAY)
    factories.make_visit(case, "expired", TUESDAY + timedelta(hours=2))
    with pytest.raises(services.BookingError, match="Another time is booked for this case"):
        services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)
