"""Times as the desk sees them: what a request has, what it may do with it, and until when it wants an answer."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from functools import cached_property
from typing import NamedTuple

from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest

from clinic.frame import site_frame
from clinic.hours.schedule import Schedule

from . import services
from .models import CONFIRMABLE, Appointment, AppointmentState, Case, ConsultationSettings, Lane
from .transitions import OPEN_FOR_A_TIME
from .waiting import LONG

QUICK_CHOICES = 6


class Choice(NamedTuple):
    """A free start that one click books. ``value`` is the instant in UTC, as the button sends it."""

    value: str
    label: str


class CaseTime(NamedTuple):
    """What a request's page says about its time."""

    appointment: Appointment | None
    state: str  # none, kept, booked, lapsed, cancelled, attended, no_show
    words: str
    kept_until: str
    room: str
    may_confirm: bool
    may_cancel: bool
    may_choose: bool

    @property
    def is_kept(self) -> bool:
        return self.state == "kept"


class ListTime(NamedTuple):
    """One cell of the list. ``kept_until`` is empty for what is booked."""

    starts: str
    kept_until: str


def desk_calendar(request: HttpRequest) -> services.Calendar:
    """The clinic's calendar. Without opening hours no time is on offer, but the desk books what was agreed on."""
    frame = site_frame(request)
    schedule = frame.schedule or Schedule(frame.profile.zone, {})
    return services.calendar_of(ConsultationSettings.for_request(request), schedule)


class OnTheClinicsClock:
    """Part of the desk's pages, wherever the clerk sits. The calendar is asked for once a page."""

    @cached_property
    def calendar(self) -> services.Calendar:
        return desk_calendar(self.request)

    @property
    def zone(self) -> tzinfo:
        return self.calendar.schedule.time_zone


# Reading


def live_appointments() -> Prefetch:
    """For lists of cases: the one that is kept or booked, as ``case.live_appointments``."""
    live = Appointment.objects.live().only("case_id", "state", "starts_at", "ends_at", "held_until")
    return Prefetch("appointments", queryset=live, to_attr="live_appointments")


def not_run_out(now: datetime) -> Q:
    """Appointments that have their time now. The clock ends one before anybody writes that down."""
    return Q(state=AppointmentState.BOOKED) | Q(state=AppointmentState.HELD, held_until__gt=now)


def live_visits(now: datetime) -> QuerySet[Appointment]:
    return Appointment.objects.filter(not_run_out(now))


def answer_by(case: Case, calendar: services.Calendar) -> datetime:
    """By when somebody should have answered: while the time is kept, or so much open time after the request."""
    for appointment in case.live_appointments:
        if appointment.held_until:
            return appointment.held_until
    return calendar.answer_by(case.created_at) or case.created_at + LONG


def list_time(case: Case, calendar: services.Calendar, now: datetime) -> ListTime | None:
    """What a case with ``live_appointments`` has now."""
    for live in case.live_appointments:
        if not live.held_until:
            return ListTime(calendar.words(live.starts_at), "")
        if live.held_until > now:
            return ListTime(calendar.words(live.starts_at), calendar.words(live.held_until))
    return None


def case_time(case: Case, calendar: services.Calendar, now: datetime) -> CaseTime:
    shown = case.appointments.select_related("lane").newest()
    state = state_of(shown, now)
    is_open = may_choose(case)
    return CaseTime(
        appointment=shown,
        state=state,
        words=calendar.words(shown.starts_at) if shown else "",
        kept_until=calendar.words(shown.held_until) if shown and shown.held_until else "",
        room=shown.lane.name if shown and Lane.objects.count() > 1 else "",
        may_confirm=is_open and shown is not None and shown.state in CONFIRMABLE and shown.starts_at > now,
        may_cancel=state in ("kept", "booked"),
        may_choose=is_open,
    )


def may_choose(case: Case) -> bool:
    return case.status in OPEN_FOR_A_TIME


def state_of(appointment: Appointment | None, now: datetime) -> str:
    if appointment is None:
        return "none"
    state = appointment.state_at(now)
    return "kept" if state == AppointmentState.HELD else state


# What one click offers


def choices(starts: Iterable[datetime], calendar: services.Calendar) -> list[Choice]:
    return [Choice(start.isoformat(), calendar.words(start)) for start in starts]


def quick_choices(calendar: services.Calendar, now: datetime) -> list[Choice]:
    """The next free times, a morning and an afternoon of each day rather than six quarter hours in a row."""
    half_days: dict[tuple, datetime] = {}
    for free in services.free_times(calendar, now):
        local = free.at.astimezone(calendar.schedule.time_zone)
        half_days.setdefault((local.date(), local.hour < 12), free.at)
        if len(half_days) == QUICK_CHOICES:
            break
    return choices(half_days.values(), calendar)
