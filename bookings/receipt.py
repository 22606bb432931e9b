"""What is true of a request at the moment somebody opens its receipt."""

from datetime import datetime, tzinfo
from typing import NamedTuple

from .models import Appointment, AppointmentState, Case, EventKind, Status
from .services import Calendar
from .time_choices import deadline_words, words


class Standing(NamedTuple):
    """``time`` is what became of the time she picked: "held", "booked", "over", "lapsed", "cancelled", "refused",
    or nothing. ``at`` and ``answer_by`` are words on the clinic's clock; no ``answer_by`` when that has passed."""

    time: str = ""
    at: str = ""
    answer_by: str = ""


def standing_of(case: Case, calendar: Calendar | None, zone: tzinfo, now: datetime) -> Standing:
    appointment = case.appointments.newest()
    if appointment is None:
        was_refused = case.events.filter(kind=EventKind.TIME_REFUSED).exists()
        return Standing("refused" if was_refused else "", answer_by=answer_by(case, calendar, zone, now))
    state, at = state_of(appointment, now), words(appointment.starts_at, zone)
    if state == AppointmentState.HELD:
        return Standing(state, at, deadline_words(appointment.held_until, now, zone))
    return Standing(state, at, answer_by(case, calendar, zone, now))


def state_of(appointment: Appointment, now: datetime) -> str:
    state = appointment.state_at(now)
    if state in (AppointmentState.HELD, AppointmentState.LAPSED, AppointmentState.CANCELLED):
        return state
    is_ahead = state == AppointmentState.BOOKED and now < appointment.starts_at
    return AppointmentState.BOOKED if is_ahead else "over"


def answer_by(case: Case, calendar: Calendar | None, zone: tzinfo, now: datetime) -> str:
    """When the desk will have answered; empty once it has, when nobody can say, and when that moment has passed."""
    if calendar is None or case.status != Status.NEW:
        return ""
    moment = calendar.answer_by(case.created_at)
    return deadline_words(moment, now, zone) if moment and now < moment else ""
