"""Define the rules of what can be booked, and when what the desk owes is due. Pure."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Self
from zoneinfo import ZoneInfo

from clinic.hours.schedule import DAY, MIDNIGHT, MINUTE, Schedule, as_utc, instant_of

if TYPE_CHECKING:
    from bookings.models import Appointment, ConsultationSettings, VisitType

MINUTES_A_DAY = 24 * 60
SLOT = timedelta(minutes=15)
MIN_VISIT_MINUTES, MAX_VISIT_MINUTES = 5, 480
# Without opening hours, something owed is late after this time.
LATE_AFTER = timedelta(hours=24)
# The next call after one that the patient did not answer.
CALL_AGAIN_MINUTES = 120
# A repeat is offered so many days before it may be given.
OFFER_REPEAT_BEFORE = 14 * DAY


@dataclass(frozen=True)
class SlotRules:
    """Say which starts a visit may have, and what it occupies.

    ``grid_minutes`` is a multiple of a quarter hour. Minutes of notice count while the clinic is open. ``needs`` are
    the kinds of resource of which the visit takes one each.
    """

    visit_minutes: int = 30
    pause_minutes: int = 0
    grid_minutes: int = 15
    notice_minutes: int = 240
    horizon_days: int = 60
    needs: tuple[str, ...] = ("room",)

    def __post_init__(self) -> None:
        if not MIN_VISIT_MINUTES <= self.visit_minutes <= MAX_VISIT_MINUTES:
            raise ValueError(
                f"A visit takes {MIN_VISIT_MINUTES} to {MAX_VISIT_MINUTES} minutes, not {self.visit_minutes} minutes."
            )
        if self.grid_minutes <= 0 or self.grid_minutes * MINUTE % SLOT or MINUTES_A_DAY % self.grid_minutes:
            raise ValueError(
                f"Visits start every 15, 30 or 60 minutes, or another multiple of 15 that divides a day, "
                f"not every {self.grid_minutes} minutes."
            )
        if self.pause_minutes < 0:
            raise ValueError(f"The pause after a visit cannot take {self.pause_minutes} minutes.")
        if self.notice_minutes < 0:
            raise ValueError(f"The notice before a visit cannot be {self.notice_minutes} minutes.")
        if self.horizon_days < 0:
            raise ValueError(f"Visits cannot be booked {self.horizon_days} days ahead.")
        if not self.needs:
            raise ValueError("A visit needs at least one resource.")

    @cached_property  # It writes into __dict__, past the frozen __setattr__.
    def visit(self) -> timedelta:
        return timedelta(minutes=self.visit_minutes)

    @cached_property
    def occupied(self) -> timedelta:
        """Return how long the visit and the break after it take."""
        return timedelta(minutes=self.visit_minutes + self.pause_minutes)


@dataclass(frozen=True)
class BookingPolicy:
    """Hold the booking rules for one type of visit.

    They say which starts there are, how long a time is held, and until when patients may change it.
    """

    schedule: Schedule
    rules: SlotRules
    hold_minutes: int = 240
    change_until: timedelta = DAY
    visit_type_id: int | None = None

    @classmethod
    def build(
        cls, settings: "ConsultationSettings", schedule: Schedule | None, visit_type: "VisitType | None"
    ) -> Self | None:
        """Return the policy of the settings, or None.

        It needs opening hours and a type of visit.
        """
        if schedule is None or visit_type is None:
            return None
        rules = SlotRules(
            grid_minutes=settings.grid_minutes,
            notice_minutes=settings.notice_minutes,
            horizon_days=settings.horizon_days,
        )
        policy = cls(schedule, rules, settings.hold_minutes, settings.change_until)
        return policy.for_type(visit_type)

    def for_type(self, visit_type: "VisitType") -> Self:
        """Return the same rules for another type of visit."""
        rules = replace(
            self.rules,
            visit_minutes=visit_type.minutes,
            pause_minutes=visit_type.pause_minutes,
            needs=tuple(visit_type.needs),
        )
        return replace(self, rules=rules, visit_type_id=visit_type.pk)

    def for_need(self, need: str) -> Self:
        """Return the same rules for a visit that needs only one kind of resource."""
        return replace(self, rules=replace(self.rules, needs=(need,)))

    def answer_by(self, since: datetime) -> datetime | None:
        """Return when a request has to be answered and its hold ends.

        Return None if the clinic never opens.
        """
        return self.schedule.add_open_minutes(since, self.hold_minutes)

    def answer_hold_by(self, appointment: "Appointment") -> datetime:
        """Return when the desk has to answer a held time.

        The answer comes before the visit, also when the hold lasts to its end.
        """
        until, start = appointment.held_until, appointment.starts_at
        if until and until < start:
            return until
        return min(self.answer_by(appointment.created_at) or start, start)

    def hold_until(self, start: datetime, answer_by: datetime) -> datetime:
        """Return when the hold of a visit at ``start`` ends.

        It ends when the desk has to answer. A visit of that day or before is held to its own end: a patient may be on
        the way by then.
        """
        zone = self.schedule.time_zone
        is_on_a_later_day = start.astimezone(zone).date() > answer_by.astimezone(zone).date()
        return answer_by if is_on_a_later_day else start + self.rules.visit


class Span(NamedTuple):
    """Hold when something opens and when it is due (both aware)."""

    opens_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class Clock:
    """Count time as the clinic does.

    ``schedule`` is None until there are opening hours: then real time counts. ``answer_minutes`` are minutes while the
    clinic is open, ``complaint_minutes`` real ones for each severity.
    """

    zone: ZoneInfo
    schedule: Schedule | None = None
    answer_minutes: int = 240
    complaint_minutes: tuple[tuple[str, int], ...] = ()

    def add_open(self, since: datetime, minutes: int) -> datetime:
        """Return the instant by which the clinic has been open for so many minutes."""
        due = self.schedule.add_open_minutes(since, minutes) if self.schedule else None
        # Two times of one zone would be compared by what the clock reads, which may come twice.
        return as_utc(due or since + LATE_AFTER)

    def answer_by(self, since: datetime, held_until: datetime | None = None) -> datetime:
        """Return when a request has to be answered: before its hold ends, if there is one."""
        due = self.add_open(since, self.answer_minutes)
        return max(as_utc(since), min(due, as_utc(held_until))) if held_until else due

    def call_again(self, now: datetime) -> datetime:
        """Return when the desk tries a patient again who did not answer."""
        return self.add_open(now, CALL_AGAIN_MINUTES)

    def complaint_by(self, since: datetime, severity: str) -> datetime:
        """Return when a complaint has to be answered, day and night."""
        return as_utc(since) + dict(self.complaint_minutes)[severity] * MINUTE

    def of_visit(self, starts_at: datetime, ends_at: datetime) -> Span:
        """Return from when a visit stands on its day, and by when the desk has to record what became of it."""
        midnight = self._midnight(self.local_date(starts_at))
        closes = self._closing(self.local_date(starts_at))
        return Span(midnight, max(closes, ends_at))

    def next_business_day(self, after: datetime) -> Span:
        """Return the opening and the closing of the first day after this one on which the clinic opens."""
        return self.business_day_from(self.local_date(after) + DAY)

    def business_day_from(self, day: date) -> Span:
        """Return the opening and the closing of the first day from this one on which the clinic opens."""
        midnight = self._midnight(day)
        opens = self.schedule.next_opening(midnight - MINUTE) if self.schedule else None
        if opens is None:  # It never opens, or never closes.
            return Span(midnight, midnight + DAY)
        return Span(as_utc(opens), max(self._closing(self.local_date(opens)), as_utc(opens)))

    def repeat(self, not_before: date) -> Span:
        """Return when a repeat is offered: from two weeks before it may be given."""
        opens = self.business_day_from(not_before - OFFER_REPEAT_BEFORE).opens_at
        return Span(opens, max(opens, self._closing(not_before)))

    def local_date(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _midnight(self, day: date) -> datetime:
        return instant_of(day, MIDNIGHT, self.zone)

    def _closing(self, day: date) -> datetime:
        """Return when the clinic closes on this date, or the next midnight if it does not open."""
        start, end = self._midnight(day), self._midnight(day + DAY)
        openings = self.schedule.openings_between(start, end) if self.schedule else ()
        begun = [as_utc(opening.closes) for opening in openings if as_utc(opening.opens) >= start]
        return begun[-1] if begun else end

    @classmethod
    def build(cls, settings: "ConsultationSettings", schedule: Schedule | None, zone: ZoneInfo) -> Self:
        """Return the clock of the consultation settings."""
        minutes = (
            ("call_now", settings.call_now_minutes),
            ("clinical", settings.clinical_minutes),
            ("service", settings.service_minutes),
        )
        return cls(zone, schedule, settings.hold_minutes, minutes)
