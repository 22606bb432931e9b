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

# The patient came, and has left.
ENDED = (AppointmentState.CONSULTED, AppointmentState.TREATED)

CHECK_IN_EARLY = timedelta(hours=4)  # Before the start of the visit, on its day.

# What usually comes next stands first. Besides the way forward there are steps that a front desk skips, one step back
# for a wrong click, and reopening. Booking, canceling and releasing from quarantine are actions of their own. A patient
# who walks in is checked in without a visit.
CASE_STEPS: Mapping[Status, tuple[Stage, ...]] = {
    Status.QUARANTINED: (Status.CLOSED,),
    Status.NEW: (Status.CONTACTING, AppointmentState.CHECKED_IN, Status.CLOSED),
    Status.CONTACTING: (AppointmentState.CHECKED_IN, Status.CLOSED, Status.NEW),
    Status.IN_CARE: (Status.CLOSED,),
    Status.CLOSED: (Status.CONTACTING,),
}
VISIT_STEPS: Mapping[AppointmentState, tuple[Stage, ...]] = {
    AppointmentState.BOOKED: (
        AppointmentState.CHECKED_IN,
        # After the day of the visit the desk still says whether the patient came.
        AppointmentState.CONSULTED,
        AppointmentState.TREATED,
        AppointmentState.NO_SHOW,
    ),
    AppointmentState.CHECKED_IN: (
        AppointmentState.CONSULTED,
        AppointmentState.TREATED,
        AppointmentState.BOOKED,
    ),
    AppointmentState.CONSULTED: (AppointmentState.CHECKED_IN,),
    AppointmentState.TREATED: (AppointmentState.CHECKED_IN,),
    AppointmentState.NO_SHOW: (AppointmentState.BOOKED,),
}
# Steps that take back the one before it, and restore all that it changed.
UNDONE = (
    (AppointmentState.CHECKED_IN, AppointmentState.BOOKED),
    (AppointmentState.CONSULTED, AppointmentState.CHECKED_IN),
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
    """Return where the case stands, as the desk reads it: one label made of its status and its visit.

    A patient who has come before, and has to be contacted again, is being contacted.
    """
    visit = get_visit(case) if case.status in (Status.CONTACTING, Status.IN_CARE) else None
    was_seen = visit is not None and visit.state in (AppointmentState.CONSULTED, AppointmentState.TREATED)
    if visit and not (case.status == Status.CONTACTING and was_seen):
        return AppointmentState(visit.state)
    return Status(case.status)


def next_stages(case: Case, now: datetime, zone: tzinfo, visit_id: int | None = None) -> tuple[Stage, ...]:
    """Return where the case may go from here, the usual step first.

    ``zone`` is the clinic's: a patient is checked in on the local day of the visit. ``visit_id`` is the visit that the
    step is about, instead of the one that decides.
    """
    visit = get_visit_of_step(case, visit_id)
    return tuple(to for to in get_steps(case, visit) if not find_obstacle(visit, to, now, zone))


def get_steps(case: Case, visit: Appointment | None) -> tuple[Stage, ...]:
    """Return the steps that the tables allow, whatever the time, the usual one first.

    ``visit`` is the one that the step is about. One that is over leaves the steps of the case, and its own step back.
    """
    status = Status(case.status)
    if visit is None or status not in OPEN_STATUSES:
        return CASE_STEPS[status]
    if visit.state in UNFINISHED:
        steps = VISIT_STEPS[AppointmentState(visit.state)]
        back = [to for to in steps if (visit.state, to) in UNDONE]
        forward = [to for to in steps if to not in back]
        if visit.visit_type.is_treatment:  # It seldom ends without a treatment.
            forward.sort(key=lambda to: to == AppointmentState.CONSULTED)
        return (*forward, Status.CLOSED, *back)
    steps = tuple(to for to in CASE_STEPS[status] if to != Status.NEW)
    if visit.state == AppointmentState.HELD:
        # The patient may come without an answer.
        return tuple(dict.fromkeys((AppointmentState.CHECKED_IN, *CASE_STEPS[status])))
    taken_back = (to for to in VISIT_STEPS[AppointmentState(visit.state)] if is_step_back(case, visit, to))
    return tuple(dict.fromkeys((*steps, *taken_back)))


def is_step_back(case: Case, visit: Appointment | None, to: str) -> bool:
    """Return whether the step takes back the one before it.

    A patient who is being contacted again, and comes, is checked in to a new visit.
    """
    if visit is None or (visit.state, to) not in UNDONE:
        return False
    return visit.state not in ENDED or case.status == Status.IN_CARE


def get_visit_of_step(case: Case, visit_id: int | None = None) -> Appointment | None:
    """Return the visit that the next step is about, or None.

    It is ``visit_id``, else the one that the patient has come to, else the one that is held or booked, else the one
    that says where the case stands.
    """
    visits = case.appointments.exclude(state__in=GONE).select_related("visit_type").order_by("pk")
    if visit_id:
        return visits.filter(pk=visit_id).first()
    order = (AppointmentState.CHECKED_IN, *LIVE)
    current = [visit for visit in visits if visit.state in order]
    if current:
        return min(current, key=lambda visit: visit.state != AppointmentState.CHECKED_IN)
    return visits.last()


def can_check_in(visit: Appointment, now: datetime, zone: tzinfo) -> bool:
    """Return whether the patient may be checked in.

    They may on the local day of the visit, from ``CHECK_IN_EARLY`` before its start, and past midnight until it ends.
    """
    is_its_day = visit.starts_at.astimezone(zone).date() == now.astimezone(zone).date()
    return visit.starts_at <= now < visit.ends_at or (is_its_day and now >= visit.starts_at - CHECK_IN_EARLY)


def find_obstacle(visit: Appointment | None, to: Stage, now: datetime, zone: tzinfo) -> str:
    """Return why it is not the time for this step of the visit, or ""."""
    if visit is None or visit.state not in (*LIVE, AppointmentState.CHECKED_IN) or (visit.state, to) in UNDONE:
        return ""
    if to == AppointmentState.CHECKED_IN and not can_check_in(visit, now, zone):
        words = {"time": format_start(visit.starts_at, zone, now)}
        return _("The visit is on %(time)s. Check the patient in on that day, from four hours before.") % words
    if to in (*ENDED, AppointmentState.NO_SHOW) and now < visit.starts_at:
        return _("The visit has not begun yet.")
    if visit.state == AppointmentState.BOOKED and to in ENDED and can_check_in(visit, now, zone):
        return _("Check the patient in first.")
    return ""


def get_outcomes(case: Case, now: datetime) -> list[Outcome]:
    """Return how the case may have ended."""
    visits = list(case.appointments.all())
    if any(is_unclear(visit, now) for visit in visits):
        return [Outcome.NO_SHOW]  # For any other, the desk first records what became of the visit.
    if case.is_complaint:
        is_answered = not case.is_waiting
        return [outcome for outcome in OF_COMPLAINTS if is_answered or outcome != Outcome.RESOLVED]
    came = any(visit.state in ATTENDED and visit.starts_at <= now for visit in visits)
    missed = any(visit.state == AppointmentState.NO_SHOW for visit in visits)
    has_happened = {Outcome.COMPLETED: came, Outcome.NO_SHOW: missed, Outcome.RESOLVED: False}
    return [outcome for outcome in Outcome if has_happened.get(outcome, True)]


def is_unclear(visit: Appointment, now: datetime) -> bool:
    """Return whether nobody has said yet if the patient came."""
    return visit.state == AppointmentState.BOOKED and visit.starts_at <= now


def check_transition(case: Case, visit: Appointment | None, to_stage: str, outcome: str) -> Stage:
    """Return the wanted stage.

    Raise TransitionError if it cannot follow, or if an outcome is missing or out of place.
    """
    wanted = next((allowed for allowed in get_steps(case, visit) if allowed == to_stage), None)
    if wanted is None:
        labels = dict(Status.choices) | dict(AppointmentState.choices)
        words = {"from": get_stage(case).label, "to": labels.get(to_stage, to_stage)}
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
