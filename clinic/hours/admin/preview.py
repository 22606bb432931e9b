"""Show what visitors will read, from hours that may not be saved yet."""

from datetime import date, datetime, time, timedelta
from typing import Any

from clinic.hours.formatting import WEEKDAYS, format_dates_with_year, format_spans, state_text
from clinic.hours.presentation import display
from clinic.hours.schedule import DAY, Schedule, Span, instant_of
from clinic.models import ClinicProfile

PREVIEW_AHEAD = timedelta(days=548)  # eighteen months
LONG_CLOSED_DAYS = 7  # from here on Google wants "temporarily closed" in the Business Profile
MINUTES_A_DAY = 24 * 60


def preview(schedule: Schedule, profile: ClinicProfile, now: datetime, asked: str = "") -> dict[str, Any]:
    """Return the context of ``clinic/admin/hours/preview.html``.

    ``asked`` is a wall time as a browser sends it, or empty.
    """
    today = now.astimezone(schedule.time_zone).date()
    monday = today - today.weekday() * DAY
    return {
        "clinic": profile,
        "hours": display(schedule, now),
        "state_now": state_text(schedule.state_at(now), now),
        "week": [day_bar(schedule, monday + n * DAY) for n in range(7)],
        "ahead": exceptions_ahead(schedule, today),
        "warnings": find_long_closed_ranges(schedule, today),
        "answer": answer(schedule, asked),
    }


def day_bar(schedule: Schedule, day: date) -> dict[str, Any]:
    """Return a day as a bar from midnight to midnight.

    What runs past midnight is cut there.
    """
    spans = schedule.spans_on(day)
    exception = schedule.exception_on(day)
    return {
        "name": WEEKDAYS[day.weekday()][:3],
        "text": format_spans(spans),
        "reason": exception.reason if exception else "",
        "parts": [_part(span) for span in spans],
    }


def _part(span: Span) -> dict[str, str]:
    start, end = _minutes(span.opens), MINUTES_A_DAY if span.closes_next_day else _minutes(span.closes)
    return {"start": f"{start / MINUTES_A_DAY:.2%}", "size": f"{(end - start) / MINUTES_A_DAY:.2%}"}


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def exceptions_ahead(schedule: Schedule, today: date) -> list[dict[str, str]]:
    """Return what differs in the next eighteen months, holidays included."""
    return [
        {
            "dates": format_dates_with_year(one.first, one.last),
            "text": format_spans(sorted(one.spans)),
            "reason": one.reason,
        }
        for one in schedule.exceptions_between(today, today + PREVIEW_AHEAD)
    ]


def find_long_closed_ranges(schedule: Schedule, today: date) -> list[str]:
    """Return the closed ranges that search engines want to be told, as text."""
    runs = schedule.closed_ranges_between(today, today + PREVIEW_AHEAD, at_least_days=LONG_CLOSED_DAYS)
    return [f"{format_dates_with_year(first, last)} ({(last - first).days + 1} days)" for first, last in runs]


def answer(schedule: Schedule, asked: str) -> dict[str, str] | None:
    """Return what visitors see at a wall time like "2026-11-27T15:30".

    Return None if ``asked`` is no time.
    """
    try:
        wall = datetime.fromisoformat(asked).replace(tzinfo=None)
        moment = instant_of(wall.date(), wall.time(), schedule.time_zone)
        state = schedule.state_at(moment)
    except (ValueError, OverflowError):
        return None
    day = wall.date()
    exception = schedule.exception_on(day)
    return {
        "text": state_text(state, moment),
        "day": f"{format_dates_with_year(day, day)}: {format_spans(schedule.spans_on(day))}",
        "reason": exception.reason if exception else "",
    }
