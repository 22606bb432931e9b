"""Compute when something that the desk owes opens, and when it is due. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Self
from zoneinfo import ZoneInfo

from clinic.hours.schedule import DAY, MIDNIGHT, MINUTE, Schedule, as_utc, instant_of

if TYPE_CHECKING:
    from bookings.models import ConsultationSettings

# Without opening hours, something owed is late after this time.
LATE_AFTER = timedelta(hours=24)
# The next call after one that the patient did not answer.
CALL_AGAIN_MINUTES = 120
# A repeat is offered so many days before it may be given.
OFFER_REPEAT_BEFORE = 14 * DAY


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
