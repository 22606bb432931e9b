"""Group free starts by day, a few days to a page. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import groupby

DAYS_SHOWN = 5
# A day with no more times than this shows all of them at once.
FEW_TIMES = 6


@dataclass(frozen=True)
class Day:
    """Hold a date at the clinic and its free times (UTC), at least one."""

    date: date
    times: tuple[datetime, ...]


@dataclass(frozen=True)
class Window:
    """Hold the days of one page, and the first days of its neighbor pages."""

    days: tuple[Day, ...] = ()
    earlier: date | None = None
    later: date | None = None


def group_by_day(times: Iterable[datetime], zone: tzinfo) -> Iterator[Day]:
    """Put times, which are in order, under the dates of the clinic."""
    for day, group in groupby(times, key=lambda at: at.astimezone(zone).date()):
        yield Day(day, tuple(group))


def split_day(times: Sequence[datetime], zone: tzinfo) -> list[tuple[str, datetime]]:
    """Name the part of a day for each time: "morning", "afternoon" or "more".

    Quarter hours come last, as "more", unless the day has few times or no others.
    """
    main = [at for at in times if at.astimezone(zone).minute % 30 == 0]
    if len(times) <= FEW_TIMES or not main:
        main = list(times)
    named = [("morning" if at.astimezone(zone).hour < 12 else "afternoon", at) for at in main]
    return [*named, *(("more", at) for at in times if at not in main)]


def get_window(days: Iterable[Day], first: date | None) -> Window:
    """Return the days from ``first`` on, or the last ones if none is left.

    Days after the page are not read.
    """
    before: list[Day] = []
    shown: list[Day] = []
    for day in days:
        if len(shown) == DAYS_SHOWN:
            return Window(tuple(shown), _first_of_page_before(before), day.date)
        (shown if shown or first is None or day.date >= first else before).append(day)
    if not shown:
        before, shown = before[:-DAYS_SHOWN], before[-DAYS_SHOWN:]
    return Window(tuple(shown), _first_of_page_before(before), None)


def _first_of_page_before(before: list[Day]) -> date | None:
    return before[-DAYS_SHOWN:][0].date if before else None
