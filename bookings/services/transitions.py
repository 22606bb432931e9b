"""Define which stage may follow which.

The desk's buttons and the check use the same table.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, tzinfo

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import ATTENDED, LIVE, OPEN_STATUSES, Appointment, AppointmentState, Case, Outcome, Status
from bookings.scheduling.formatting import format_start

Stage = Status | AppointmentState

GONE = (AppointmentState.CANCELED, AppointmentState.EXPIRED)
# Nobody has said yet how a visit in one of these states ended.
UNFINISHED = (AppointmentState.BOOKED, AppointmentState.CHECKED_IN)

CHECK_IN_EARLY = timedelta(hours=4)  # Before the start of the visit, on its day.

# What usually comes next stands first. Besides the way forward there are steps that a front desk skips (the patient
# phones or walks in), one step back for a wrong click, and reopening. Booking and canceling are actions of their own.
TRANSITIONS: Mapping[Stage, tuple[Stage, ...]] = {
    # Released by ``services.release_from_quarantine``, which also sends the messages and holds the time.
    Status.QUARANTINED: (Status.CLOSED,),
    Status.NEW: (Status.CONTACTING, AppointmentState.CHECKED_IN, Status.CLOSED),
    Status.CONTACTING: (AppointmentState.CHECKED_IN, Status.CLOSED, Status.NEW),
    AppointmentState.BOOKED: (
        AppointmentState.CHECKED_IN,
        # After the day of the visit the desk still says whether the patient came.
        AppointmentState.TREATED,
        AppointmentState.NO_SHOW,
        Status.CLOSED,
    ),
    AppointmentState.CHECKED_IN: (AppointmentState.TREATED, Status.CLOSED, AppointmentState.BOOKED),
    AppointmentState.TREATED: (Status.CLOSED, AppointmentState.CHECKED_IN),
    AppointmentState.NO_SHOW: (AppointmentState.BOOKED, Status.CLOSED),
    Status.CLOSED: (Status.CONTACTING, Status.NEW),
}
# Steps that take back the one before it, and restore all that it changed.
UNDONE = (
    (AppointmentState.CHECKED_IN, AppointmentState.BOOKED),
    (AppointmentState.TREATED, AppointmentState.CHECKED_IN),
    (AppointmentState.NO_SHOW, AppointmentState.BOOKED),
)
STEPS_BACK = ((Status.CONTACTING, Status.NEW), *UNDONE)
OF_COMPLAINTS = (Outcome.RESOLVED, Outcome.UNREACHABLE, Outcome.DUPLICATE, Outcome.NOT_A_REQUEST)


class BookingError(Exception):
    """Say why something cannot be done, in words for the person who asked.

    The text names no patient.
    """


class TransitionError(BookingError):
    """Refuse a step that the case cannot take from where it stands."""


class StaleCaseError(BookingError):
    """Refuse a change because the case has changed since it was shown."""


def prefetch_visits() -> Prefetch:
    """Prefetch ``case.current_appointments``, oldest first, for lists."""
    columns = ("case_id", "state", "starts_at", "ends_at", "held_until", "created_at")
    queryset = Appointment.objects.exclude(state__in=GONE).order_by("pk").only(*columns)
    return Prefetch("appointments", queryset=queryset, to_attr="current_appointments")


def find_current_visits(visits: Iterable[Appointment], now: datetime) -> list[Appointment]:
    """Return the visits that count now, the one that decides first.

    ``visits`` are those of a case, oldest first. The visit that the patient has come to counts first, then the one that
    is held or booked. A later one that was canceled or has expired is told of beside them until its time. Without any
    of these, only the newest counts.
    """
    visits = list(visits)
    came = [visit for visit in visits if visit.state == AppointmentState.CHECKED_IN]
    current = came + [visit for visit in visits if visit.get_state_at(now) in LIVE]
    newest = visits[-1:]
    if current:
        newest = [visit for visit in newest if visit.get_state_at(now) in GONE and visit.starts_at > now]
    return current + newest


def get_visit(case: Case) -> Appointment | None:
    """Return the visit that says where the case stands, or None.

    It is the first of the current visits that was booked, else the newest that took place or was missed.
    """
    visits = getattr(case, "current_appointments", None)
    if visits is None:
        visits = case.appointments.exclude(state__in=GONE).order_by("pk")
    visits = [visit for visit in visits if visit.state != AppointmentState.HELD]
    return next(iter(find_current_visits(visits, timezone.now())), None)


def get_stage(case: Case) -> Stage:
    """Return where the case stands: its visit if it has one, else its status.

    A patient who asks again makes the case new, but does not end the visit that is booked or going on.
    """
    if case.status in OPEN_STATUSES:
        visit = get_visit(case)
        if visit and (case.status == Status.CONTACTING or visit.state in UNFINISHED):
            return AppointmentState(visit.state)
    return Status(case.status)


def next_stages(case: Case, now: datetime, zone: tzinfo) -> tuple[Stage, ...]:
    """Return where the case may go from here, the usual step first.

    ``zone`` is the clinic's: a patient is checked in on the local day of the visit.
    """
    stage, visit = get_stage(case), get_visit_of_step(case)
    return tuple(to for to in TRANSITIONS[stage] if not find_obstacle(visit, stage, to, now, zone))


def get_visit_of_step(case: Case) -> Appointment | None:
    """Return the visit that the next step is about, or None.

    It is the one that the patient has come to, else the one that is held or booked.
    """
    visits = case.appointments.filter(state__in=(AppointmentState.CHECKED_IN, *LIVE))
    return min(visits, key=lambda visit: visit.state != AppointmentState.CHECKED_IN, default=None)


def can_check_in(visit: Appointment, now: datetime, zone: tzinfo) -> bool:
    """Return whether the patient may be checked in.

    They may on the local day of the visit, from ``CHECK_IN_EARLY`` before its start, and past midnight until it ends.
    """
    is_its_day = visit.starts_at.astimezone(zone).date() == now.astimezone(zone).date()
    return visit.starts_at <= now < visit.ends_at or (is_its_day and now >= visit.starts_at - CHECK_IN_EARLY)


def find_obstacle(visit: Appointment | None, stage: Stage, to: Stage, now: datetime, zone: tzinfo) -> str:
    """Return why it is not the time for this step, or "".

    ``visit`` is the one that the step is about.
    """
    if visit is None or (stage, to) in UNDONE:
        return ""
    if to == AppointmentState.CHECKED_IN and not can_check_in(visit, now, zone):
        words = {"time": format_start(visit.starts_at, zone, now)}
        return _("The visit is on %(time)s. Check the patient in on that day, from four hours before.") % words
    if to in (AppointmentState.NO_SHOW, AppointmentState.TREATED) and now < visit.starts_at:
        return _("The visit has not begun yet.")
    if stage == AppointmentState.BOOKED and to == AppointmentState.TREATED and can_check_in(visit, now, zone):
        return _("Check the patient in first.")
    return ""


def get_outcomes(case: Case, now: datetime) -> list[Outcome]:
    """Return how the case may have ended."""
    if case.is_complaint:
        return list(OF_COMPLAINTS)
    visits = list(case.appointments.all())
    came = any(visit.state in ATTENDED and visit.starts_at <= now for visit in visits)
    missed = any(is_unclear(visit, now) or visit.state == AppointmentState.NO_SHOW for visit in visits)
    has_happened = {Outcome.COMPLETED: came, Outcome.NO_SHOW: missed, Outcome.RESOLVED: False}
    return [outcome for outcome in Outcome if has_happened.get(outcome, True)]


def is_unclear(visit: Appointment, now: datetime) -> bool:
    """Return whether nobody has said yet if the patient came."""
    return visit.state == AppointmentState.BOOKED and visit.starts_at <= now


def check_transition(stage: Stage, to_stage: str, outcome: str) -> Stage:
    """Return the wanted stage.

    Raise TransitionError if it cannot follow, or if an outcome is missing or out of place.
    """
    wanted = next((allowed for allowed in TRANSITIONS[stage] if allowed == to_stage), None)
    if wanted is None:
        labels = dict(Status.choices) | dict(AppointmentState.choices)
        words = {"from": stage.label, "to": labels.get(to_stage, to_stage)}
        raise TransitionError(_("A case cannot go from “%(from)s” to “%(to)s”.") % words)
    if wanted == Status.CLOSED and outcome not in Outcome.values:
        raise TransitionError(_("Choose how it ended before you close the case."))
    if wanted != Status.CLOSED and outcome:
        raise TransitionError(_("Only a case that you close has an outcome."))
    return wanted


def check_open_for_a_time(case: Case) -> None:
    """Raise TransitionError if the case is closed or in quarantine."""
    if case.status not in OPEN_STATUSES:
        raise TransitionError(_("Open the case first, then choose a time."))
