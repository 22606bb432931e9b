"""Times that are kept, booked, moved, cancelled and let go: the rules of ``bookings.services``."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from bookings import services
from bookings.models import Appointment, AppointmentState, Case, EventKind, Hold, Lane, Status
from bookings.services.appointments import hold_time
from tests.bookings.conftest import TUESDAY
from tests.opening_hours import at, utc

NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles
FIRST = at("2027-06-07 13:00")  # four open hours later


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def cells(appointment):
    return [hold.at for hold in appointment.holds.order_by("at")]


def test_request_keeps_its_time_until_the_desk_had_four_open_hours(ask):
    appointment = ask().appointments.get()
    assert appointment.state == AppointmentState.HELD
    assert appointment.held_until == at("2027-06-07 13:00")
    assert cells(appointment) == [TUESDAY, TUESDAY + timedelta(minutes=15)]
    assert set(appointment.holds.values_list("expires_at", flat=True)) == {appointment.held_until}


def test_time_that_is_kept_is_offered_to_nobody_else(ask, calendar):
    assert TUESDAY in [free.at for free in services.free_times(calendar, NOW)]
    ask()
    assert TUESDAY not in [free.at for free in services.free_times(calendar, NOW)]


def test_second_patient_is_told_and_offered_the_nearest_times(ask):
    ask()
    with pytest.raises(services.TimeTaken) as refused:
        ask()
    assert refused.value.nearest == tuple(at(f"2027-06-08 {clock}") for clock in ("09:15", "09:30", "10:30"))
    assert Case.objects.count() == 1


def test_second_room_takes_the_second_patient(ask):
    Lane.objects.create(name="Second room")
    assert ask().appointments.get().lane != ask().appointments.get().lane


@pytest.mark.parametrize("start", ["2027-06-07 12:45", "2027-06-08 10:05", "2027-06-12 10:00", "2027-09-01 10:00"])
def test_time_that_was_never_on_offer_is_refused(ask, start):
    with pytest.raises(services.TimeTaken):
        ask(start=at(start))


def test_confirmed_time_is_booked_for_good(ask, calendar, clerk):
    case = services.confirm(ask().pk, actor=clerk, expected_version=1, calendar=calendar)
    appointment = case.appointments.get()
    assert (appointment.state, appointment.held_until) == (AppointmentState.BOOKED, None)
    assert set(appointment.holds.values_list("expires_at", flat=True)) == {None}
    assert case.status == Status.SCHEDULED
    assert case.events.get(kind=EventKind.TIME_BOOKED).text == "Tue, Jun 8, 10 am"


def test_kept_time_lapses_as_a_whole_and_the_request_stays(ask, calendar, clock):
    case = ask()
    clock.move_to(FIRST)
    assert services.lapse_expired() == 1
    assert Hold.objects.count() == 0
    assert case.appointments.get().state == AppointmentState.LAPSED
    case.refresh_from_db()
    assert case.status == Status.NEW
    assert case.events.filter(kind=EventKind.TIME_LAPSED).exists()


def test_time_is_free_the_moment_it_has_run_out(ask, clock):
    ask()
    clock.move_to(FIRST)
    assert ask().appointments.get().state == AppointmentState.HELD


def test_lapsed_time_can_still_be_confirmed_while_it_is_free(ask, calendar, clerk, clock):
    case = ask()
    clock.move_to(FIRST)
    services.lapse_expired()
    services.confirm(case.pk, actor=clerk, expected_version=1, calendar=calendar)
    assert len(cells(case.appointments.get())) == 2


def test_lapsed_time_that_somebody_else_has_is_not_confirmed(ask, calendar, clerk, clock):
    case = ask()
    clock.move_to(FIRST)
    ask()
    with pytest.raises(services.TimeTaken):
        services.confirm(case.pk, actor=clerk, expected_version=1, calendar=calendar)
    assert case.appointments.get().state == AppointmentState.LAPSED


def test_desk_books_and_moves_however_near(ask, calendar, clerk):
    case = services.book(ask(start=None).pk, at("2027-06-07 09:30"), actor=clerk, expected_version=1, calendar=calendar)
    moved = services.book(case.pk, at("2027-06-07 11:00"), actor=clerk, expected_version=2, calendar=calendar)
    appointment = moved.appointments.get()
    assert (appointment.starts_at, appointment.sequence) == (at("2027-06-07 11:00"), 1)
    assert cells(appointment) == [at("2027-06-07 11:00"), at("2027-06-07 11:15")]


def test_move_that_fails_keeps_the_old_time(ask, calendar, clerk):
    ask(start=at("2027-06-08 11:00"))
    case = ask()
    with pytest.raises(services.TimeTaken):
        services.book(case.pk, at("2027-06-08 11:00"), actor=clerk, expected_version=1, calendar=calendar)
    assert cells(case.appointments.get())[0] == TUESDAY


def test_patient_moves_into_a_time_that_overlaps_her_own(ask, calendar):
    case = services.change_time(ask().pk, at("2027-06-08 10:15"), calendar=calendar)
    assert cells(case.appointments.get()) == [at("2027-06-08 10:15"), at("2027-06-08 10:30")]


def test_patient_cannot_change_after_the_cut_off(ask, calendar, clock):
    case = ask()
    clock.move_to(TUESDAY - timedelta(hours=23))
    with pytest.raises(services.BookingError):
        services.cancel(case.pk, calendar=calendar)


def test_cancelled_time_is_free_and_the_request_stays_open(ask, calendar, clerk):
    case = services.confirm(ask().pk, actor=clerk, expected_version=1, calendar=calendar)
    case = services.cancel(case.pk, actor=clerk, expected_version=2, calendar=calendar, note="She is ill.")
    assert (case.status, Hold.objects.count()) == (Status.CONTACTING, 0)
    assert case.appointments.get().sequence == 1


def test_contact_keeps_one_time_at_once_and_loses_no_request(ask):
    ask(email="ana@patient.example.com")
    second = ask(email="Ana@patient.example.com", start=at("2027-06-08 12:00"), message="And another thing.")
    assert not second.appointments.exists()
    assert second.events.filter(kind=EventKind.TIME_REFUSED).exists()


def test_same_form_with_another_time_moves_what_is_kept(ask):
    key = uuid4()
    case = ask(submission_key=key, email="ana@patient.example.com")
    ask(submission_key=key, email="ana@patient.example.com", start=at("2027-06-08 12:00"))
    assert case.appointments.get(state=AppointmentState.HELD).starts_at == at("2027-06-08 12:00")
    assert Hold.objects.count() == 2


def test_closing_the_request_gives_its_time_back(ask, calendar, clerk):
    case = services.confirm(ask().pk, actor=clerk, expected_version=1, calendar=calendar)
    services.change_status(case.pk, Status.CLOSED, actor=clerk, expected_version=2, outcome="no_show")
    assert (case.appointments.get().state, Hold.objects.count()) == (AppointmentState.NO_SHOW, 0)


def test_closed_time_is_not_offered_and_takes_no_visit(ask, calendar, clerk):
    lane = Lane.objects.get()
    services.close_time([lane.pk], at("2027-06-08 09:00"), at("2027-06-08 16:00"), actor=clerk, reason="Training")
    with pytest.raises(services.TimeTaken):
        ask()
    case = ask(start=None)
    with pytest.raises(services.TimeTaken):
        services.book(case.pk, TUESDAY, actor=clerk, expected_version=1, calendar=calendar)


def test_time_with_visits_is_not_closed(ask, clerk):
    appointment = ask().appointments.get()
    with pytest.raises(services.VisitsInTheWay) as refused:
        services.close_time([appointment.lane_id], at("2027-06-08 10:20"), at("2027-06-08 16:00"), actor=clerk)
    assert list(refused.value.appointments) == [appointment]
    assert Appointment.objects.count() == 1


def test_opened_time_is_on_offer_again(ask, clerk):
    (closure,) = services.close_time(
        [Lane.objects.get().pk], at("2027-06-08 09:00"), at("2027-06-08 16:00"), actor=clerk
    )
    services.open_time(closure.pk)
    assert ask().appointments.exists()


def test_visit_stays_at_ten_when_it_moves_across_november(ask, calendar, clerk, clock):
    clock.move_to(utc("2027-10-29 17:00"))
    case = ask(start=at("2027-11-05 10:00"))
    moved = services.book(case.pk, at("2027-11-08 10:00"), actor=clerk, expected_version=1, calendar=calendar)
    assert moved.appointments.get().starts_at == utc("2027-11-08 18:00")
    assert moved.events.last().text == "Mon, Nov 8, 10 am"


def test_same_request_from_a_new_form_without_a_time_takes_none_away(ask):
    case = ask(email="ana@patient.example.com")
    assert ask(email="ana@patient.example.com", start=None) == case
    assert case.appointments.get().state == AppointmentState.HELD


def test_desk_is_told_of_a_time_too_far_ahead(ask, calendar, clerk):
    with pytest.raises(services.BookingError, match="more than two years"):
        services.book(ask(start=None).pk, at("9999-12-30 10:00"), actor=clerk, expected_version=1, calendar=calendar)


def test_closed_request_that_is_sent_again_with_a_time_is_open_again(ask, clerk):
    key, email = uuid4(), "ana@patient.example.com"
    case = ask(submission_key=key, email=email, start=None)
    services.change_status(case.pk, Status.CLOSED, actor=clerk, expected_version=1, outcome="duplicate")
    ask(submission_key=key, email=email)
    case.refresh_from_db()
    assert (case.status, case.appointments.get().state) == (Status.NEW, AppointmentState.HELD)


def test_kept_time_ends_when_the_visit_would_begin(ask, calendar):
    """Where the desk takes longer to answer than the shortest notice is."""
    slow = calendar._replace(hold_minutes=6 * 60)
    case = ask(start=None)
    appointment = hold_time(case, FIRST, calendar=slow, now=NOW)
    assert appointment.held_until == FIRST


@pytest.mark.parametrize("status", [Status.ATTENDED, Status.TREATED, Status.CLOSED])
def test_file_that_is_further_on_gets_no_time(ask, calendar, clerk, status):
    case = ask(start=None)
    outcome = {"outcome": "declined"} if status == Status.CLOSED else {}
    steps = [Status.ATTENDED, status] if status == Status.TREATED else [status]
    for step in steps:
        case = services.change_status(case.pk, step, actor=clerk, expected_version=case.version, **outcome)
    with pytest.raises(services.TransitionRefused, match="Contacting"):
        services.book(case.pk, TUESDAY, actor=clerk, expected_version=case.version, calendar=calendar)
    with pytest.raises(services.TransitionRefused, match="Contacting"):
        services.confirm(case.pk, actor=clerk, expected_version=case.version, calendar=calendar)
    assert not case.appointments.exists()


def test_no_step_back_leaves_a_booked_time_behind(ask, calendar, clerk):
    case = ask()
    case = services.confirm(case.pk, actor=clerk, expected_version=case.version, calendar=calendar)
    with pytest.raises(services.TransitionRefused, match="Cancel it first"):
        services.change_status(case.pk, Status.CONTACTING, actor=clerk, expected_version=case.version)
    assert case.appointments.get().state == AppointmentState.BOOKED


def test_new_time_after_a_missed_visit_leaves_that_one_in_the_file(ask, calendar, clerk, clock):
    case = ask()
    case = services.confirm(case.pk, actor=clerk, expected_version=case.version, calendar=calendar)
    clock.shift(timedelta(days=2))
    later = at("2027-06-10 10:00")
    case = services.book(case.pk, later, actor=clerk, expected_version=case.version, calendar=calendar)
    visits = list(case.appointments.order_by("starts_at").values_list("state", "starts_at"))
    assert visits == [(AppointmentState.NO_SHOW, TUESDAY), (AppointmentState.BOOKED, later)]
    assert case.messages.filter(kind="time_booked").count() == 2


def test_desk_closes_no_room_that_is_not_there(clerk):
    with pytest.raises(services.BookingError, match="at least one room"):
        services.close_time([0], TUESDAY, TUESDAY + timedelta(hours=1), actor=clerk)


def test_treated_patient_who_sends_her_form_again_with_a_time_waits_again(ask, clerk):
    key, email = uuid4(), "ana@patient.example.com"
    case = ask(submission_key=key, email=email, start=None)
    services.change_status(case.pk, Status.ATTENDED, actor=clerk, expected_version=1)
    ask(submission_key=key, email=email)
    case.refresh_from_db()
    assert (case.status, case.appointments.get().state) == (Status.NEW, AppointmentState.HELD)


def test_only_a_wish_for_an_earlier_time_is_kept_too(ask):
    key, email = uuid4(), "ana@patient.example.com"
    case = ask(submission_key=key, email=email)
    ask(submission_key=key, email=email, wants_earlier=True)
    case.refresh_from_db()
    assert case.wants_earlier
