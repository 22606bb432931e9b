"""Say opening hours in English words. Pure.

The words are for the table, the badge and the announcements.
The sentences are put together here and not in a template because the same ones go into the page, into /hours.json
and into the admin's preview.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import NamedTuple

from clinic.hours.schedule import DAY, MIDNIGHT, Schedule, Span, State, as_utc, instant_of

SEPARATOR = " · "  # after "Open now" and "Closed", in every sentence of the badge

# Not strftime: its names follow the locale of the process.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def format_time(t: time | datetime) -> str:
    """Return "9 am", "9:30 am", "12 pm" or "midnight", without seconds."""
    if (t.hour, t.minute) == (0, 0):
        return "midnight"
    minutes = f":{t.minute:02}" if t.minute else ""
    return f"{t.hour % 12 or 12}{minutes} {'am' if t.hour < 12 else 'pm'}"


def format_span(span: Span) -> str:
    if span == Span(MIDNIGHT, MIDNIGHT):
        return "24 hours"
    return f"{format_time(span.opens)} – {format_time(span.closes)}"


def day_range_label(first: int, last: int) -> str:
    return " – ".join(WEEKDAYS[day][:3] for day in dict.fromkeys((first, last)))


def format_spans(spans: Sequence[Span]) -> str:
    return ", ".join(format_span(span) for span in spans) or "Closed"


def format_dates(first: date, last: date) -> str:
    """Return "Thu, Nov 26" or "Dec 24 – Jan 3", without the year."""
    if first == last:
        return f"{WEEKDAYS[first.weekday()][:3]}, {_month_day(first)}"
    if last == date.max:
        return f"from {_month_day(first)}"
    return f"{_month_day(first)} – {_month_day(last)}"


def format_moment(local: datetime, this_year: int | None = None) -> str:
    """Return "Tue, Nov 24, 10 am" for a time on the reader's clock, with the year if it is not ``this_year``."""
    return f"{format_day(local.date(), this_year)}, {format_time(local)}"


def format_day(day: date, this_year: int | None = None) -> str:
    """Return "Tue, Nov 24", or "Wed, Nov 24, 2027" in another year than ``this_year``."""
    return format_dates(day, day) if this_year in (None, day.year) else format_dates_with_year(day, day)


def format_end(local: datetime, this_year: int) -> str:
    """Return "Through Friday, Nov 6" for a midnight, else "Until Fri, Nov 6, 5 pm"."""
    if local.time() != MIDNIGHT:
        return f"Until {format_moment(local, this_year)}"
    day = local.date() - DAY
    year = "" if day.year == this_year else f", {day.year}"
    return f"Through {WEEKDAYS[day.weekday()]}, {_month_day(day)}{year}"


def format_when(local: datetime, now: datetime) -> str:
    """Return "today 9 am", "Tue 9 am" or "Tue, Dec 8, 9 am" for a time on the reader's clock.

    ``now`` is on the same clock. The year is there if it is not this one.
    """
    day, away = local.date(), (local.date() - now.date()).days
    if 0 <= away <= 1:
        return f"{('today', 'tomorrow')[away]} {format_time(local)}"
    if 2 <= away <= 6:
        return f"{WEEKDAYS[day.weekday()][:3]} {format_time(local)}"
    return format_moment(local, now.year)


def format_dates_with_year(first: date, last: date) -> str:
    """Return "Thu, Nov 26, 2026" or "Dec 28, 2026 – Jan 8, 2027"."""
    if last in (first, date.max):
        return f"{format_dates(first, last)}, {first.year}"
    return f"{_month_day(first)}, {first.year} – {_month_day(last)}, {last.year}"


def state_text(state: State, now: datetime) -> str:
    """Return the text of the badge, such as "Open now · until 4 pm".

    When closed it is like "Closed · opens Monday 9 am". `now` is aware; days are counted in the zone of the state's own
    instant, the clinic's.
    """
    moment, change = as_utc(now), state.changes_at
    if change is None:
        return "Open now · day and night" if state.is_open else "Closed · until further notice"
    today = moment.astimezone(change.tzinfo).date()
    if not state.is_open:
        return f"Closed · opens {_day_words(change.date(), today)} {format_time(change)}"
    # Midnight belongs to the evening it ends: "until Friday midnight" is the end of Friday.
    last_day = (change - timedelta(microseconds=1)).date()
    if last_day == today or as_utc(change) - moment <= DAY:
        return f"Open now · until {format_time(change)}"
    return f"Open now · until {_day_words(last_day, today)} {format_time(change)}"


def check_week(weekly: Mapping[int, tuple[Span, ...]]) -> dict[int, str]:
    """Return a sentence for each weekday that the night before runs into.

    The keys are weekdays; 0 is Monday.
    """
    problems = {}
    for day, name in enumerate(WEEKDAYS):
        before = WEEKDAYS[day - 1]
        for night, morning in product(weekly.get((day - 1) % 7, ()), sorted(weekly.get(day, ()), reverse=True)):
            if night.closes_next_day and morning.opens < night.closes:
                problems[day] = (
                    f"{before}’s {format_span(night)} runs into {name}’s {format_span(morning)}. Let {before} close "
                    f"by {format_time(morning.opens)}, or {name} open at {format_time(night.closes)}."
                )
    return problems


class StatusText(NamedTuple):
    """Give the text of the badge from `since` on, until the next one begins."""

    since: datetime
    is_open: bool
    text: str


def status_texts_between(schedule: Schedule, a: datetime, b: datetime) -> tuple[StatusText, ...]:
    """Return the badge's texts from `a` until `b`, with their starts (UTC)."""
    start, end = as_utc(a), as_utc(b)
    changes = [as_utc(change) for change in schedule.changes_between(start, end + DAY)]
    first_day, last_day = (t.astimezone(schedule.time_zone).date() for t in (start, end))
    days = range((last_day - first_day).days + 1)
    nights = [instant_of(first_day + n * DAY, MIDNIGHT, schedule.time_zone) for n in days]
    # Within 24 hours of closing, the text drops the weekday, so that moment is a change of the text.
    moments = sorted({start, *nights, *changes, *(change - DAY for change in changes)})
    texts: list[StatusText] = []
    for moment in (m for m in moments if start <= m < end):
        state = schedule.state_at(moment)
        text = StatusText(moment, state.is_open, state_text(state, moment))
        if not texts or texts[-1][1:] != text[1:]:
            texts.append(text)
    return tuple(texts)


def _day_words(day: date, today: date) -> str:
    away = (day - today).days
    if 0 <= away <= 6:
        return ("today", "tomorrow")[away] if away < 2 else WEEKDAYS[day.weekday()]
    return f"{WEEKDAYS[day.weekday()][:3]}, {_month_day(day)},"


def _month_day(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.day}"
