"""Group free starts by day, a few days to a page. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import groupby

DAYS_SHOWN = 5


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
