"""Times: keep, book, move, cancel, and let go.

Every writer of cells begins with ``lock_lanes``, so two of them never work at once: on PostgreSQL by the rows of the
lanes, on SQLite by the transaction itself. Lanes come before cases, always, so nobody waits in a circle. Should a lock
ever be forgotten, ``unique(lane, at)`` still refuses the second visit.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Site

from bookings.availability import (
    FreeStart,
    Rules,
    cells_between,
    free_lanes,
    free_starts,
    lanes_free_at,
    nearest,
)
from bookings.models import (
    CONFIRMABLE,
    Appointment,
    AppointmentState,
    Case,
    ConsultationSettings,
    EventKind,
    Hold,
    Lane,
    MessageKind,
    Status,
)
from bookings.transitions import BookingError, TransitionRefused, refuse_a_time
from clinic.hours.formatting import format_moment
from clinic.hours.schedule import DAY, Schedule
from clinic.models import ClinicProfile, OpeningHours

from .common import add_event, default_site, locked, save_change, set_status
from .earlier import tell_of_earlier
from .notices import tell_patient

NEAREST = 3
FARTHEST = 2 * 365 * DAY  # that the desk may book ahead


class Calendar(NamedTuple):
    """What decides which times there are: the clinic's hours, and the rules of the consultation settings."""

    schedule: Schedule
    rules: Rules
    hold_minutes: int = 240
    change_until: timedelta = DAY
    site: Site | None = None

    def words(self, at: datetime) -> str:
        """ "Tue, Nov 24, 10 am" in the clinic's zone."""
        return format_moment(at.astimezone(self.schedule.time_zone))

    def answer_by(self, since: datetime) -> datetime | None:
        """Until when the desk has answered a request of that moment, and its time is kept; None when never open."""
        return self.schedule.add_open_minutes(since, self.hold_minutes)


def calendar_of(settings: ConsultationSettings, schedule: Schedule | None) -> Calendar | None:
    """None while nobody has given the opening hours: then there are no times, and the desk calls."""
    if schedule is None:
        return None
    return Calendar(schedule, settings.rules, settings.hold_minutes, settings.change_until, settings.site)


def default_calendar() -> Calendar | None:
    """For what happens without a request of the default site: the hours as they are stored now."""
    site = default_site()
    if site is None:
        return None
    return calendar_of(ConsultationSettings.for_site(site), OpeningHours.schedule_for(ClinicProfile.for_site(site)))


class TimeTaken(BookingError):
    """The time was on offer, or never was, and cannot be had. ``free`` is all that can, in its order, and ``nearest``
    are the starts (UTC) around it."""

    def __init__(self, message: str, free: Collection[FreeStart] = (), nearest: Collection[datetime] = ()):
        super().__init__(message)
        self.free, self.nearest = tuple(free), tuple(nearest)


def time_taken(start: datetime, free: Collection[FreeStart]) -> TimeTaken:
    """What to say when this start is gone."""
    around = [one.at for one in nearest(free, start.astimezone(UTC), NEAREST)]
    message = _("This time has just been taken. Please choose another one.")
    return TimeTaken(message, free, around)


# Reading


def free_times(calendar: Calendar, now: datetime, but: Appointment | None = None) -> list[FreeStart]:
    """Every start on offer. What a page shows may be gone a second later: only the writers decide.

    ``but`` is a visit that is to be moved: its own cells are no obstacle.
    """
    return list(free_starts(calendar.schedule, calendar.rules, _taken_to_horizon(calendar, now, but), now))


def active_lanes() -> list[Lane]:
    return list(Lane.objects.filter(is_active=True))


def taken_cells(
    lanes: Iterable[Lane], since: datetime, until: datetime, now: datetime, but: Appointment | None = None
) -> dict[int, set[datetime]]:
    """The occupied cells of each lane. One whose time has run out at ``now`` is free."""
    taken: dict[int, set[datetime]] = {lane.pk: set() for lane in lanes}
    holds = Hold.objects.filter(lane__in=list(taken), at__gte=since, at__lt=until).exclude(expires_at__lte=now)
    if but:
        holds = holds.exclude(appointment=but)
    for lane, at in holds.values_list("lane", "at"):
        taken[lane].add(at)
    return taken


def _taken_to_horizon(calendar: Calendar, now: datetime, but: Appointment | None = None) -> dict[int, set[datetime]]:
    return taken_cells(active_lanes(), now - DAY, now + (calendar.rules.horizon_days + 2) * DAY, now, but)


def _taken_around(start: datetime, now: datetime, but: Appointment | None = None) -> dict[int, set[datetime]]:
    """All that a visit from this moment on could meet: with its pause it takes less than a day."""
    return taken_cells(active_lanes(), start - DAY, start + DAY, now, but)


def lanes_on_offer(
    start: datetime, calendar: Calendar, now: datetime, but: Appointment | None = None
) -> tuple[int, ...]:
    """The lanes in which this start is on offer; the same rules as on the page."""
    return lanes_free_at(start, calendar.schedule, calendar.rules, _taken_around(start, now, but), now)


def lane_on_offer(start: datetime, calendar: Calendar, now: datetime) -> int:
    """The first of them. Raises TimeTaken."""
    lanes = lanes_on_offer(start, calendar, now)
    if not lanes:
        raise time_taken(start, free_times(calendar, now))
    return lanes[0]


# Writing


def lock_lanes() -> list[Lane]:
    """All lanes in one order. To be called first in a transaction that writes cells."""
    return list(Lane.objects.select_for_update(no_key=True).order_by("pk"))


def hold_time(case: Case, start: datetime, *, calendar: Calendar, now: datetime) -> Appointment:
    """Keep a time for a request that has just come in, in the caller's transaction. Raises TimeTaken.

    The caller has locked the lanes.
    """
    answer_by = calendar.answer_by(now)
    if answer_by is None:
        raise TimeTaken(_("No time can be kept at the moment."))
    held_until = min(answer_by, start)
    lane = lane_on_offer(start, calendar, now)
    appointment = Appointment(
        case=case,
        lane_id=lane,
        starts_at=start.astimezone(UTC),
        ends_at=start.astimezone(UTC) + calendar.rules.visit,
        held_until=held_until,
    )
    _save_with_cells(appointment, calendar, now)
    add_event(case, EventKind.TIME_HELD, text=calendar.words(start))
    return appointment


@transaction.atomic
def confirm(case_id: int, *, actor: AbstractBaseUser, expected_version: int, calendar: Calendar) -> Case:
    """Book the time that is kept for the case. One that has lapsed is booked if it is still free, else TimeTaken."""
    case, now = _in_turn(case_id, expected_version)
    refuse_a_time(case)
    # What lapsed before the newest is no longer what the patient asked for.
    appointment = case.appointments.newest()
    if appointment is None or appointment.state not in CONFIRMABLE:
        raise BookingError(_("No time is kept for this request that could be booked."))
    if appointment.starts_at <= now:
        raise BookingError(_("This time is over."))
    is_kept = appointment.state == AppointmentState.HELD
    appointment.state, appointment.held_until = AppointmentState.BOOKED, None
    if is_kept:
        appointment.save(update_fields=["state", "held_until"])
        appointment.holds.update(expires_at=None)
    else:
        start = appointment.starts_at
        _place(appointment, _lane_for(appointment, start, calendar, now), start, calendar, now, was_booked=False)
    _became(case, Status.SCHEDULED, EventKind.TIME_BOOKED, calendar.words(appointment.starts_at), actor)
    tell_patient(MessageKind.TIME_BOOKED, case, appointment, calendar.site, was_told=False)
    return case


@transaction.atomic
def book(case_id: int, start: datetime, *, actor: AbstractBaseUser, expected_version: int, calendar: Calendar) -> Case:
    """Book a time that the desk and the patient agreed on, however near. In the place of what the case had."""
    case, now = _in_turn(case_id, expected_version)
    refuse_a_time(case)
    if start <= now:
        raise BookingError(_("This time is over."))
    if start > now + FARTHEST:
        raise BookingError(_("This is more than two years ahead. Please choose a nearer time."))
    appointment = _to_be_moved(case, now)
    if appointment is None:
        appointment = Appointment(case=case)
    else:
        appointment.holds.all().delete()
    lane, before = _lane_for(appointment, start, calendar, now), appointment.starts_at
    was_booked = appointment.state == AppointmentState.BOOKED
    appointment.state, appointment.held_until = AppointmentState.BOOKED, None
    _place(appointment, lane, start, calendar, now, was_booked=was_booked)
    kind = EventKind.TIME_MOVED if was_booked else EventKind.TIME_BOOKED
    _became(case, Status.SCHEDULED, kind, calendar.words(start), actor)
    told = MessageKind.TIME_MOVED if was_booked else MessageKind.TIME_BOOKED
    tell_patient(told, case, appointment, calendar.site, was_told=was_booked)
    if before and before != start:
        tell_of_earlier(before, given_back_by=case.pk)
    return case


@transaction.atomic
def change_time(case_id: int, start: datetime, *, calendar: Calendar) -> Case:
    """The patient moves her visit to a time on offer, while it may still be changed."""
    case, now = _in_turn(case_id)
    appointment = _live(case)
    _refuse_late_change(appointment, calendar, now)
    before = appointment.starts_at
    if start == before:  # sent twice
        return case
    # Her own cells are no obstacle to her.
    appointment.holds.all().delete()
    lane = lane_on_offer(start, calendar, now)
    was_booked = appointment.state == AppointmentState.BOOKED
    if not was_booked:  # kept as long as before, but never past its start
        appointment.held_until = min(appointment.held_until, start)
    _place(appointment, lane, start, calendar, now, was_booked=was_booked)
    _became(case, Status(case.status), EventKind.TIME_MOVED, calendar.words(start), None)
    if was_booked:
        tell_patient(MessageKind.TIME_MOVED, case, appointment, calendar.site, was_told=True)
    tell_of_earlier(before, given_back_by=case.pk)
    return case


@transaction.atomic
def cancel(
    case_id: int,
    *,
    calendar: Calendar,
    actor: AbstractBaseUser | None = None,
    expected_version: int | None = None,
    note: str = "",
) -> Case:
    """Give the case's time back. The patient may until the cut-off, the desk always; the request stays open."""
    case, now = _in_turn(case_id, expected_version)
    appointment = _live(case)
    if actor is None:
        _refuse_late_change(appointment, calendar, now)
    was_booked = appointment.state == AppointmentState.BOOKED
    release(appointment, AppointmentState.CANCELLED)
    text = "\n".join(part for part in (calendar.words(appointment.starts_at), note.strip()) if part)
    to_status = Status.CONTACTING if case.status == Status.SCHEDULED else Status(case.status)
    _became(case, to_status, EventKind.TIME_CANCELLED, text, actor)
    tell_patient(MessageKind.TIME_CANCELLED, case, appointment, calendar.site, was_told=was_booked)
    return case


@transaction.atomic
def lapse_expired() -> int:
    """Let go of every time that was kept long enough. How many."""
    lock_lanes()
    return lapse(timezone.now())


def lapse(now: datetime) -> int:
    """The same, in a transaction that holds the lanes: whole visits, never single cells."""
    expired = list(Appointment.objects.filter(state=AppointmentState.HELD, held_until__lte=now).select_related("case"))
    for appointment in expired:
        release(appointment, AppointmentState.LAPSED)
        add_event(appointment.case, EventKind.TIME_LAPSED)
        tell_patient(MessageKind.TIME_LAPSED, appointment.case, appointment)
    return len(expired)


def release(appointment: Appointment, state: AppointmentState) -> None:
    """End a live appointment, free its cells and tell who waits for such a time. The lanes are locked."""
    if appointment.state == AppointmentState.BOOKED:
        appointment.sequence += 1
    appointment.state, appointment.held_until = state, None
    appointment.save(update_fields=["state", "held_until", "sequence"])
    appointment.holds.all().delete()
    tell_of_earlier(appointment.starts_at, given_back_by=appointment.case_id)


def settle(case: Case, to_status: Status, outcome: str) -> None:
    """What a new status of the case means for its time. The lanes are locked. Raises TransitionRefused."""
    appointment = case.appointments.live().first()
    if appointment is None:
        return
    if appointment.state == AppointmentState.BOOKED and to_status in (Status.NEW, Status.CONTACTING):
        raise TransitionRefused(_("A time is booked for this request. Cancel it first, or book another one."))
    if to_status in (Status.ATTENDED, Status.TREATED):
        release(appointment, AppointmentState.ATTENDED)
    elif to_status == Status.CLOSED:
        release(appointment, AppointmentState.NO_SHOW if outcome == "no_show" else AppointmentState.CANCELLED)


def _in_turn(case_id: int, expected_version: int | None = None) -> tuple[Case, datetime]:
    """The case, locked after the lanes, once what has run out is let go; and the moment that counts as now."""
    now = timezone.now()
    lock_lanes()
    lapse(now)
    return locked(case_id, expected_version), now


def _to_be_moved(case: Case, now: datetime) -> Appointment | None:
    """The visit that a new time takes the place of. One whose time has passed is history: she did not come."""
    appointment = case.appointments.live().first()
    if appointment and appointment.state == AppointmentState.BOOKED and appointment.starts_at <= now:
        release(appointment, AppointmentState.NO_SHOW)
        return None
    return appointment


def _live(case: Case) -> Appointment:
    found = case.appointments.live().first()
    if found is None:
        raise BookingError(_("There is no time to change any more."))
    return found


def _refuse_late_change(appointment: Appointment, calendar: Calendar, now: datetime) -> None:
    if not appointment.may_be_changed(calendar.change_until, now):
        raise BookingError(_("It is too close to your visit to change it here. Please call us."))


def _lane_for(appointment: Appointment, start: datetime, calendar: Calendar, now: datetime) -> int:
    """A lane that is free then, on offer or not; the one the visit has, if it can. Raises TimeTaken."""
    lanes = free_lanes(start.astimezone(UTC), calendar.rules, _taken_around(start, now))
    if not lanes:
        raise time_taken(start, free_times(calendar, now))
    return appointment.lane_id if appointment.lane_id in lanes else lanes[0]


def _place(
    appointment: Appointment, lane: int, start: datetime, calendar: Calendar, now: datetime, *, was_booked: bool
) -> None:
    appointment.lane_id = lane
    appointment.starts_at = start.astimezone(UTC)
    appointment.ends_at = appointment.starts_at + calendar.rules.visit
    if was_booked:  # calendars know of it
        appointment.sequence += 1
    _save_with_cells(appointment, calendar, now)


def _save_with_cells(appointment: Appointment, calendar: Calendar, now: datetime) -> None:
    """The appointment and its cells, or TimeTaken when one of them is somebody else's."""
    until = appointment.ends_at + timedelta(minutes=calendar.rules.buffer_minutes)
    try:
        with transaction.atomic():
            appointment.save()
            Hold.objects.bulk_create(
                Hold(lane_id=appointment.lane_id, at=at, appointment=appointment, expires_at=appointment.held_until)
                for at in cells_between(appointment.starts_at, until)
            )
    except IntegrityError as error:
        raise time_taken(appointment.starts_at, free_times(calendar, now)) from error


def _became(case: Case, to_status: Status, kind: EventKind, text: str, actor: AbstractBaseUser | None) -> None:
    from_status = case.status
    if to_status != from_status:
        set_status(case, to_status)
    save_change(case)
    add_event(case, kind, actor=actor, text=text, from_status=from_status, to_status=case.status)
