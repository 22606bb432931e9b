"""Work out which dates a holiday falls on, year by year. Pure.

`rule.dates_in(year)` returns the dates of that year, in order, and none in a year that lacks the day (29 February,
a fifth Monday). The public holidays come from the `holidays` package.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

import holidays

LAST = -1
DAYS_IN_WEEK = 7
DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
LANGUAGE = "en_US"
YEARS_BACK, YEARS_AHEAD = 1, 10


class Rule(Protocol):
    def dates_in(self, year: int) -> tuple[date, ...]: ...


@dataclass(frozen=True)
class DayOfYear:
    """Find the same day of the same month every year, such as December 25."""

    month: int
    day: int

    def __post_init__(self) -> None:
        date(2000, self.month, self.day)  # a leap year; ValueError names the part that is wrong

    def dates_in(self, year: int) -> tuple[date, ...]:
        try:
            return (date(year, self.month, self.day),)
        except ValueError:
            return ()


@dataclass(frozen=True)
class NthWeekday:
    """Find the first to fifth, or the last, of a weekday in a month.

    `nth` is 1 to 5 or `LAST`; `weekday` 0 is Monday.
    """

    nth: int
    weekday: int
    month: int

    def __post_init__(self) -> None:
        if self.nth not in (1, 2, 3, 4, 5, LAST):
            raise ValueError(f"A month has a first to fifth and a last weekday, no {self.nth}th.")
        if self.weekday not in range(DAYS_IN_WEEK):
            raise ValueError(f"Weekdays are 0 (Monday) to 6 (Sunday), not {self.weekday}.")
        date(2000, self.month, 1)

    def dates_in(self, year: int) -> tuple[date, ...]:
        weekday_of_first, length = monthrange(year, self.month)
        days = range(1 + (self.weekday - weekday_of_first) % DAYS_IN_WEEK, length + 1, DAYS_IN_WEEK)
        wanted = days[-1:] if self.nth == LAST else days[self.nth - 1 : self.nth]
        return tuple(date(year, self.month, day) for day in wanted)


@dataclass(frozen=True)
class DaysFrom:
    """Shift another rule by some days, such as the day after Thanksgiving.

    Negative `days` lie before it.
    """

    rule: Rule
    days: int

    def dates_in(self, year: int) -> tuple[date, ...]:
        # The day before 1 January belongs to the year before, so the neighbors count, too. Counted in ordinals,
        # because the last day there is has no day after.
        reach = 1 + abs(self.days) // 365
        years = range(max(year - reach, MINYEAR), min(year + reach, MAXYEAR) + 1)
        moved = (day.toordinal() + self.days for near in years for day in self.rule.dates_in(near))
        this_year = range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
        return tuple(date.fromordinal(day) for day in moved if day in this_year)


@dataclass(frozen=True)
class ListedDays:
    """List fixed dates, such as those of one public holiday of a country."""

    days: frozenset[date]

    def dates_in(self, year: int) -> tuple[date, ...]:
        return tuple(sorted(day for day in self.days if day.year == year))


def has_calendar(country: str) -> bool:
    return country in holidays.list_supported_countries(include_aliases=True)


@lru_cache(maxsize=64)  # eleven years take the package some milliseconds, and every schedule asks for them
def public_holidays(country: str, region: str, years: range) -> Mapping[str, tuple[date, ...]]:
    """Return the dates of every public holiday of these years by name.

    `country` and `region` are ISO codes such as "US" and "CA". The result is empty for a country that the package
    does not list. An unknown region gets the country's own holidays.
    """
    if not has_calendar(country):
        return MappingProxyType({})
    subdivisions = holidays.list_supported_countries(include_aliases=True)[country]
    calendar = holidays.country_holidays(
        country, subdiv=region if region in subdivisions else None, years=years, language=LANGUAGE
    )
    found: defaultdict[str, list[date]] = defaultdict(list)
    for day in sorted(calendar):
        for name in calendar.get_list(day):
            found[name].append(day)
    return MappingProxyType({name: tuple(days) for name, days in found.items()})


def years_around(today: date) -> range:
    """Return the years in which decisions about public holidays apply."""
    return range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1)
