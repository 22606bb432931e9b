"""Write dates and times in words, on the clinic's clock. Pure."""

from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from clinic.hours.formatting import format_dates_with_year, format_moment, format_time

if TYPE_CHECKING:
    from bookings.models import Appointment

    from .policy import BookingPolicy

DAYS_WITH_A_NAME = 7
DAYS_WITHOUT_A_YEAR = 300


def parse_day(text: str | None) -> date | None:
    """Return an ISO date; None for anything else."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def format_day(day: date, today: date) -> str:
    """Return "Tuesday, November 24", with the year if it is far from today."""
    is_far = abs((day - today).days) > DAYS_WITHOUT_A_YEAR
    return format_date(day, "l, F j, Y" if is_far else "l, F j")


def format_clock(at: datetime, zone: tzinfo) -> str:
    """Return "10 am"."""
    return format_time(at.astimezone(zone))


def format_start(at: datetime, zone: tzinfo, now: datetime | None = None) -> str:
    """Return "Tuesday, November 24, 10 am", as patients read it.

    A date more than 300 days away carries its year.
    """
    today = (now or timezone.now()).astimezone(zone).date()
    return f"{format_day(at.astimezone(zone).date(), today)}, {format_clock(at, zone)}"


def format_short(at: datetime, zone: tzinfo, now: datetime | None = None) -> str:
    """Return "Tue, Nov 24, 10 am", as the desk reads it.

    A date more than 300 days away carries its year.
    """
    is_far = abs(at - (now or timezone.now())) > timedelta(days=DAYS_WITHOUT_A_YEAR)
    return format_with_year(at, zone) if is_far else format_moment(at.astimezone(zone))


def format_with_year(at: datetime, zone: tzinfo) -> str:
    """Return "Tue, Nov 24, 2026, 10 am", as the timeline says it."""
    day = at.astimezone(zone).date()
    return f"{format_dates_with_year(day, day)}, {format_clock(at, zone)}"


def format_deadline(at: datetime, now: datetime, zone: tzinfo) -> str:
    """Return a deadline in words, with the date if it is a week away.

    It reads "today, 1 pm", "Monday, 1 pm" or "Monday, November 30, 1 pm".
    """
    day = at.astimezone(zone).date()
    away = (day - now.astimezone(zone).date()).days
    if away not in range(DAYS_WITH_A_NAME):
        return format_start(at, zone, now)
    name = (_("today"), _("tomorrow"))[away] if away < 2 else format_date(day, "l")
    return f"{name}, {format_clock(at, zone)}"


def format_answer_by(
    appointment: "Appointment | None", policy: "BookingPolicy | None", now: datetime, zone: tzinfo
) -> str:
    """Return when the desk answers a held time in words, or "".

    It is empty for a visit so near that the answer comes before it.
    """
    if policy is None or appointment is None or appointment.held_until is None:
        return ""
    due = policy.answer_hold_by(appointment)
    return format_deadline(due, now, zone) if now < due < appointment.starts_at else ""
