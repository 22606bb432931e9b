"""Prepare opening hours such that a copy of a page is never wrong. Pure.

A page may be read an hour or a day after it was made. So it holds tables whose dates are written out, and for the
next two weeks the instants (UTC) at which "open now" becomes another sentence. Which one is true now, and which row is
today's, is for the visitor's browser to pick: ``static/clinic/js/hours.js``.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from clinic.hours.formatting import SEPARATOR, day_range_label, format_dates, format_span, status_texts_between
from clinic.hours.schedule import DAY, MIDNIGHT, DatedException, Schedule, Season, Span, instant_of, weekly_lines

SHOWN_AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Line:
    """Describe one row; the browser finds the row of today by its ``key``."""

    key: str
    days: str
    times: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True)
class Week:
    """List the hours of one week for a table.

    ``label`` is the dates of the week, empty when there is only the usual week.
    """

    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class HoursDisplay:
    """Collect what a page shows of the hours, and what its script reads.

    The script picks from ``claims`` and ``days``. Instants are seconds since 1970, UTC. A claim is the instant, 1 for
    open, and what comes after "Open now · " or "Closed · ". Those words are in the script alone, so that no page holds
    them.
    """

    weeks: tuple[Week, ...]
    exceptions: tuple[Line, ...]
    claims: tuple[tuple[int, int, str], ...]
    days: tuple[tuple[int, str], ...]
    until: int
    version: str


def display(schedule: Schedule, now: datetime) -> HoursDisplay:
    """Return the tables, and the badge's texts for the next two weeks.

    ``now`` is aware.
    """
    today = now.astimezone(schedule.time_zone).date()
    end = instant_of(today + SHOWN_AHEAD, MIDNIGHT, schedule.time_zone)
    days = [today + n * DAY for n in range(SHOWN_AHEAD.days)]
    exceptions = schedule.exceptions_between(today, days[-1])
    weeks = tuple(_weeks(schedule, days))
    lines = tuple(_exception_line(exception) for exception in exceptions)
    content = json.dumps([[asdict(week) for week in weeks], [asdict(line) for line in lines]])
    return HoursDisplay(
        weeks=weeks,
        exceptions=lines,
        claims=tuple(
            (int(claim.since.timestamp()), int(claim.is_open), claim.text.partition(SEPARATOR)[2])
            for claim in status_texts_between(schedule, now, end)
        ),
        days=tuple(
            (int(instant_of(day, MIDNIGHT, schedule.time_zone).timestamp()), _key_on(schedule, day)) for day in days
        ),
        until=int(end.timestamp()),
        version=hashlib.sha256(content.encode()).hexdigest()[:12],
    )


def _weeks(schedule: Schedule, days: list[date]) -> Iterator[Week]:
    """Yield each week in force on these dates once, in order."""
    seasons: list[Season | None] = []
    for season in map(schedule.season_on, days):
        if season not in seasons:
            seasons.append(season)
    for season in seasons:
        weekly = schedule.weekly if season is None else season.weekly
        yield Week(_label(season, alone=len(seasons) == 1), tuple(_lines(weekly, _week_key(season))))


def _label(season: Season | None, *, alone: bool) -> str:
    if season is None:
        return "" if alone else "All other days"
    dates = format_dates(season.first, season.last)
    return f"{season.name}, {dates}" if season.name else dates[:1].upper() + dates[1:]


def _lines(weekly: Mapping[int, tuple[Span, ...]], week_key: str) -> Iterator[Line]:
    for line in weekly_lines(weekly):
        times = tuple(format_span(span) for span in line.spans)
        yield Line(f"{week_key}{line.first_day}", day_range_label(line.first_day, line.last_day), times)


def _exception_line(exception: DatedException) -> Line:
    times = tuple(format_span(span) for span in sorted(exception.spans))
    return Line(_exception_key(exception), format_dates(exception.first, exception.last), times, exception.reason)


def _key_on(schedule: Schedule, day: date) -> str:
    if schedule.exception_on(day):
        return _exception_key(schedule.exceptions_between(day, day)[0])
    line = next(line for line in weekly_lines(schedule.week_of(day)) if day.weekday() in line.days)
    return f"{_week_key(schedule.season_on(day))}{line.first_day}"


def _week_key(season: Season | None) -> str:
    # Two seasons may begin on one day, the shorter inside the longer.
    return "w" if season is None else f"{season.first:%Y%m%d}-{season.last:%Y%m%d}-"


def _exception_key(exception: DatedException) -> str:
    return f"x{exception.first:%Y%m%d}"
