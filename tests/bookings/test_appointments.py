"""Times that are kept, booked, moved, canceled and let go: the rules of ``bookings.services``."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from bookings import services
from bookings.models import Appointment, AppointmentState, Case, EventKind, Slot, Resource, Status
from bookings.services.appointments import hold_time
from tests.bookings.conftest import TUESDAY
from tests.opening_hours import at, utc

NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles
FIRST = at("2027-06-07 13:00")  # four open hours later


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def slots(appointment):
    return [hold.at for hold in appointment.slots.order_by("at")]


def test_request_keeps_its_time_until_the_desk_had_four_open_hours(ask):
    appointment = ask().appointments.get()
    assert appointment.state == AppointmentState.HELD
    assert appointment.held_until == at("2027-06-07 13:00")
    assert slots(appointment) == [TUESDAY, TUESDAY + timedelta(minutes=15)]
    assert set(appointment.slots.values_list("expires_at", flat=True)) == {appointment.held_until}


def test_time_that_is_kept_is_offered_to_nobody_else(ask, policy):
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
    assert ask().appointments.get().resource != ask().appointments.get().resource


@pytest.mark.parametrize("start", ["2027-06-07 12:45", "2027-06-08 10:05", "2027-06-12 10:00", "2027-09-01 10:00"])
def test_time_that_was_never_on_offer_is_refused(ask, start):
    with pytest.raises(services.TimeTakenError):
        ask(start=at(start))


def test_confirmed_time_is_booked_for_good(ask, policy, clerk):
    case = services.confirm(ask().pk, actor=clerk, expected_version=1, policy=policy)
    appointment = case.appointments.get()
    assert (appointment.state, appointment.held_until) == (AppointmentState.BOOKED, None)
    assert set(appointment.slots.values_list("expires_at", flat=True)) == {None}
    assert case.status == Status.SCHEDULED
    assert case.events.get(kind=EventKind.BOOKED).text == "Tue, Jun 8, 10 am"


def test_kept_time_lapses_as_a_whole_and_the_request_stays(ask, policy, clock):
    case = ask()
    clock.move_to(FIRST)
    assert services.expire_holds() == 1
    assert Slot.objects.count() == 0
    assert case.appointments.get().state == AppointmentState.EXPIRED
    case.refresh_from_db()
    assert case.status == Status.NEW
    assert case.events.filter(kind=EventKind.EXPIRED).exists()


def test_time_is_free_the_moment_it_has_run_out(ask, clock):
    ask()
    clock.move_to(FIRST)
    assert ask().appointments.get().state == AppointmentState.HELD


def test_lapsed_time_can_still_be_confirmed_while_it_is_free(ask, policy, clerk, clock):
    case = ask()
    clock.move_to(FIRST)
    services.expire_holds()
    services.confirm(case.pk, actor=clerk, expected_version=1, policy=policy)
    assert len(slots(case.appointments.get())) == 2


def test_lapsed_time_that_somebody_else_has_is_not_confirmed(ask, policy, clerk, clock):
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


def test_patient_moves_into_a_time_that_overlaps_her_own(ask, policy):
    case = services.move(ask().pk, at("2027-06-08 10:15"), policy=policy)
    assert slots(case.appointments.get()) == [at("2027-06-08 10:15"), at("2027-06-08 10:30")]


def test_patient_cannot_change_after_the_cut_off(ask, policy, clock):
    case = ask()
    clock.move_to(TUESDAY - timedelta(hours=23))
    with pytest.raises(services.BookingError):
        services.cancel(case.pk, policy=policy)


def test_canceled_time_is_free_and_the_request_stays_open(ask, policy, clerk):
    case = services.confirm(ask().pk, actor=clerk, expected_version=1, policy=policy)
    case = services.cancel(case.pk, actor=clerk, expected_version=2, policy=policy, note="She is ill.")
    assert (case.status, Slot.objects.count()) == (Status.CONTACTING, 0)
    assert case.appointments.get().sequence == 1


def test_contact_keeps_one_time_at_once_and_loses_no_request(ask):
    ask(email="ana@patient.example.com")
    second = ask(email="Ana@patient.example.com", start=at("2027-06-08 12:00"), message="And another thing.")
    assert not second.appointments.exists()
    assert second.events.filter(kind=EventKind.NOT_HELD).exists()


def test_same_form_with_another_time_moves_what_is_kept(ask):
    key = uuid4()
    case = ask(submission_key=key, email="ana@patient.example.com")
    ask(submission_key=key, email="ana@patient.example.com", start=at("2027-06-08 12:00"))
    assert case.appointments.get(state=AppointmentState.HELD).starts_at == at("2027-06-08 12:00")
    assert Slot.objects.count() == 2


def test_closing_the_request_gives_its_time_back(ask, policy, clerk):
    case = services.confirm(ask().pk, actor=clerk, expected_version=1, policy=policy)
    services.change_stage(case.pk, Status.CLOSED, actor=clerk, expected_version=2, outcome="no_show")
    assert (case.appointments.get().state, Slot.objects.count()) == (AppointmentState.NO_SHOW, 0)


def test_closed_time_is_not_offered_and_takes_no_visit(ask, policy, clerk):
    resource = Resource.objects.get()
    services.block_time([resource.pk], at("2027-06-08 09:00"), at("2027-06-08 16:00"), actor=clerk, reason="Training")
    with pytest.raises(services.TimeTakenError):
        ask()
    case = ask(start=None)
    with pytest.raises(services.TimeTakenError):
        services.book(case.pk, TUESDAY, actor=clerk, expected_version=1, policy=policy)


def test_time_with_visits_is_not_closed(ask, clerk):
    appointment = ask().appointments.get()
    with pytest.raises(services.VisitsInTheWayError) as refused:
        services.block_time([appointment.resource_id], at("2027-06-08 10:20"), at("2027-06-08 16:00"), actor=clerk)
    assert list(refused.value.appointments) == [appointment]
    assert Appointment.objects.count() == 1


def test_opened_time_is_on_offer_again(ask, clerk):
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
    assert moved.events.last().text == "Mon, Nov 8, 10 am"


def test_same_request_from_a_new_form_without_a_time_takes_none_away(ask):
    case = ask(email="ana@patient.example.com")
    assert ask(email="ana@patient.example.com", start=None) == case
    assert case.appointments.get().state == AppointmentState.HELD


def test_desk_is_told_of_a_time_too_far_ahead(ask, policy, clerk):
    with pytest.raises(services.BookingError, match="more than two years"):
        services.book(ask(start=None).pk, at("9999-12-30 10:00"), actor=clerk, expected_version=1, policy=policy)


def test_closed_request_that_is_sent_again_with_a_time_is_open_again(ask, clerk):
    key, email = uuid4(), "ana@patient.example.com"
    case = ask(submission_key=key, email=email, start=None)
    services.change_stage(case.pk, Status.CLOSED, actor=clerk, expected_version=1, outcome="duplicate")
    ask(submission_key=key, email=email)
    case.refresh_from_db()
    assert (case.status, case.appointments.get().state) == (Status.NEW, AppointmentState.HELD)


def test_kept_time_ends_when_the_visit_would_begin(ask, policy):
    """Where the desk takes longer to answer than the shortest notice is."""
    slow = calendar._replace(hold_minutes=6 * 60)
    case = ask(start=None)
    appointment = hold_time(case, FIRST, policy=slow, now=NOW)
    assert appointment.held_until == FIRST


@pytest.mark.parametrize("status", [Status.ATTENDED, Status.TREATED, Status.CLOSED])
def test_file_that_is_further_on_gets_no_time(ask, policy, clerk, status):
    case = ask(start=None)
    outcome = {"outcome": "declined"} if status == Status.CLOSED else {}
    steps = [Status.ATTENDED, status] if status == Status.TREATED else [status]
    for step in steps:
        case = services.change_stage(case.pk, step, actor=clerk, expected_version=case.version, **outcome)
    with pytest.raises(services.TransitionError, match="Contacting"):
        services.book(case.pk, TUESDAY, actor=clerk, expected_version=case.version, policy=policy)
    with pytest.raises(services.TransitionError, match="Contacting"):
        services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)
    assert not case.appointments.exists()


def test_no_step_back_leaves_a_booked_time_behind(ask, policy, clerk):
    case = ask()
    case = services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)
    with pytest.raises(services.TransitionError, match="Cancel it first"):
        services.change_stage(case.pk, Status.CONTACTING, actor=clerk, expected_version=case.version)
    assert case.appointments.get().state == AppointmentState.BOOKED


def test_new_time_after_a_missed_visit_leaves_that_one_in_the_file(ask, policy, clerk, clock):
    case = ask()
    case = services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)
    clock.shift(timedelta(days=2))
    later = at("2027-06-10 10:00")
    case = services.book(case.pk, later, actor=clerk, expected_version=case.version, policy=policy)
    visits = list(case.appointments.order_by("starts_at").values_list("state", "starts_at"))
    assert visits == [(AppointmentState.NO_SHOW, TUESDAY), (AppointmentState.BOOKED, later)]
    assert case.messages.filter(kind="booked").count() == 2


def test_desk_closes_no_room_that_is_not_there(clerk):
    with pytest.raises(services.BookingError, match="at least one room"):
        services.block_time([0], TUESDAY, TUESDAY + timedelta(hours=1), actor=clerk)


def test_treated_patient_who_sends_her_form_again_with_a_time_waits_again(ask, clerk):
    key, email = uuid4(), "ana@patient.example.com"
    case = ask(submission_key=key, email=email, start=None)
    services.change_stage(case.pk, Status.ATTENDED, actor=clerk, expected_version=1)
    ask(submission_key=key, email=email)
    case.refresh_from_db()
    assert (case.status, case.appointments.get().state) == (Status.NEW, AppointmentState.HELD)


def test_only_a_wish_for_an_waitlist_offer_is_kept_too(ask):
    key, email = uuid4(), "ana@patient.example.com"
    case = ask(submission_key=key, email=email)
    ask(submission_key=key, email=email, on_waitlist=True)
    case.refresh_from_db()
    assert case.on_waitlist
