"""Show a week: for each room or practitioner its visits, blocked times and free room."""

from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.urls import reverse

from bookings.models import Appointment, AppointmentState
from bookings.scheduling.policy import SLOT
from clinic.hours.formatting import format_dates, format_spans, format_time
from clinic.hours.schedule import DAY

from .busy import BLOCKED, VISIT, Busy, Column, can_move, find_busy, find_needed, make_columns
from .day import GRAY
from .grid import find_runs, get_day_start, get_moments
from .views import CalendarPage

FREE = "free"
WEEK = timedelta(days=7)


class Entry(NamedTuple):
    """Hold a visit, a blocked time or free room of a day."""

    kind: str
    span: str
    url: str = ""
    visit: Appointment | None = None
    state: str = ""
    reason: str = ""
    is_gray: bool = False
    # For a visit that can be moved: where, and its time of day.
    move_url: str = ""
    clock: str = ""


class Day(NamedTuple):
    """Hold a day of the week, with the quarter hours of its opening hours and visits."""

    day: date
    label: str
    hours: str
    url: str
    is_today: bool
    moments: tuple[datetime, ...]


class WeekView(CalendarPage):
    """Show a week to all who may see cases. Closed days without visits are left out."""

    template_name = "bookings/desk/calendar/week.html"
    url_name = "desk_week"

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        monday = self.day - self.day.weekday() * DAY
        schedule = self.policy.schedule
        start, end = get_day_start(monday, schedule), get_day_start(monday + WEEK, schedule)
        busy = find_busy(self.resources, start, end, self.now)
        columns = make_columns(self.kind, self.resources, busy)
        days = [self.make_day(monday + n * DAY, columns, busy) for n in range(7)]
        days = [day for day in days if day.moments]
        return {
            **super().get_context_data(**kwargs),
            "week_text": f"{format_dates(monday, monday + WEEK - DAY)}, {(monday + WEEK - DAY).year}",
            "days": days,
            "rows": [(column, [self.get_entries(column, day, busy) for day in days]) for column in columns],
            "before_url": self.get_url(day=self.day - WEEK),
            "after_url": self.get_url(day=self.day + WEEK),
            "is_this_week": monday <= self.today < monday + WEEK,
        }

    def make_day(self, day: date, columns: list[Column], busy: Busy) -> Day:
        schedule = self.policy.schedule
        start, end = get_day_start(day, schedule), get_day_start(day + DAY, schedule)
        moments = get_moments(day, schedule, find_needed(columns, busy, start, end))
        hours = format_spans(schedule.spans_on(day))
        url = self.get_url("desk_calendar", day=day)
        return Day(day, format_dates(day, day), hours, url, day == self.today, moments)

    def get_entries(self, column: Column, day: Day, busy: Busy) -> list[Entry]:
        """Return what a room has on a day, its free times that can still be booked included."""
        taken = column.taken
        if column.resource is not None and column.resource.is_active:
            is_ahead = [at for at in self.find_present(column, day.moments) if at > self.now]
            taken = dict.fromkeys(is_ahead, ((FREE, 0),)) | taken
        entries = []
        for run in find_runs(day.moments, taken):
            first, after = day.moments[run.first], day.moments[run.first + run.length - 1] + SLOT
            span = f"{self.format_clock(first)} – {self.format_clock(after)}"
            for kind, pk in run.owners:
                if kind == VISIT:
                    entries.append(self.describe_visit(busy.visits[pk], day.day))
                elif kind == BLOCKED:
                    entries.append(Entry(kind, span, reason=busy.blocked[pk].reason))
                else:
                    entries.append(Entry(kind, span, self.get_book_url(first, column.resource)))
        return entries

    @cached_property
    def states(self) -> dict[str, str]:
        return {state: str(label).lower() for state, label in AppointmentState.choices}

    def describe_visit(self, visit: Appointment, day: date) -> Entry:
        url, start = reverse("case:inspect", args=[visit.case_id]), visit.starts_at.astimezone(self.zone)
        # After midnight a visit stands under the day before, so its time of day names another day.
        move = {}
        if self.can_change and start.date() == day and can_move(visit, self.now):
            move_url = self.get_url("desk_move", pk=visit.case_id) + "&back=week"
            move = {"move_url": move_url, "clock": f"{start:%H:%M}"}
        state = "" if visit.state == AppointmentState.BOOKED else self.states[visit.state]
        return Entry(VISIT, format_time(start), url, visit, state, is_gray=visit.state in GRAY, **move)

    def format_clock(self, at: datetime) -> str:
        return format_time(at.astimezone(self.zone))
