"""Which date a holiday falls on, year by year. Pure.

A rule answers `dates_in(year)`: the dates of that year, in order. A rule that a year does not have (29 February,
a fifth Monday) answers with none.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from typing import Protocol

LAST = -1
DAYS_IN_WEEK = 7


class Rule(Protocol):
    def dates_in(self, year: int) -> tuple[date, ...]: ...


@dataclass(frozen=True)
class DayOfYear:
    """The same day of the same month every year, such as 25 December."""

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
    """The first to fifth, or with `LAST` the last, of a weekday (0 is Monday) in a month."""

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
    """So many days after (or with a negative number before) what another rule says: the day after Thanksgiving."""

    rule: Rule
    days: int

    def dates_in(self, year: int) -> tuple[date, ...]:
        # The day before 1 January belongs to the year before, so the neighbours are asked too. Counted in ordinals,
        # because the last day there is has no day after.
        reach = 1 + abs(self.days) // 365
        years = range(max(year - reach, MINYEAR), min(year + reach, MAXYEAR) + 1)
        moved = (day.toordinal() + self.days for near in years for day in self.rule.dates_in(near))
        this_year = range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
        return tuple(date.fromordinal(day) for day in moved if day in this_year)


@dataclass(frozen=True)
class ListedDays:
    """Dates that somebody else worked out, such as a country's calendar of public holidays."""

    days: frozenset[date]

    @classmethod
    def of(cls, days: Iterable[date]) -> "ListedDays":
        return cls(frozenset(days))

    def dates_in(self, year: int) -> tuple[date, ...]:
        return tuple(sorted(day for day in self.days if day.year == year))
