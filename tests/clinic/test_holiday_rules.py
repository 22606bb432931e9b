"""Test which dates the holiday rules name."""

import pickle
from calendar import monthcalendar
from dataclasses import FrozenInstanceError, fields
from datetime import date, timedelta

import pytest

from clinic.hours.holidays import LAST, DayOfYear, DaysFrom, ListedDays, NthWeekday
from tests.opening_hours import on

MON, THU = 0, 3
THANKSGIVING = NthWeekday(4, THU, 11)
MEMORIAL_DAY = NthWeekday(LAST, MON, 5)
CHRISTMAS = DayOfYear(12, 25)
NEW_YEAR = DayOfYear(1, 1)
NEW_YEARS_EVE = DayOfYear(12, 31)
LEAP_DAY = DayOfYear(2, 29)


def dates(*texts):
    return tuple(on(text) for text in texts)


def test_christmas_is_on_25_december():
    assert [CHRISTMAS.dates_in(year) for year in (2026, 2027)] == [dates("2026-12-25"), dates("2027-12-25")]


@pytest.mark.parametrize(
    ("year", "found"), [(2027, ()), (2028, dates("2028-02-29")), (2000, dates("2000-02-29")), (2100, ())]
)
def test_leap_day_is_a_holiday_of_leap_years_only(year, found):
    assert LEAP_DAY.dates_in(year) == found


@pytest.mark.parametrize(("month", "day"), [(2, 30), (4, 31), (13, 1), (0, 1), (1, 0), (1, 32)])
def test_day_that_no_year_has_is_refused(month, day):
    with pytest.raises(ValueError, match=r"month|day"):
        DayOfYear(month, day)


@pytest.mark.parametrize("day", ["2026-11-26", "2027-11-25", "2028-11-23", "2029-11-22"])
def test_thanksgiving_is_the_fourth_thursday_of_november(day):
    assert THANKSGIVING.dates_in(on(day).year) == dates(day)


@pytest.mark.parametrize("day", ["2026-05-25", "2027-05-31", "2028-05-29"])
def test_memorial_day_is_the_last_monday_of_may(day):
    assert MEMORIAL_DAY.dates_in(on(day).year) == dates(day)


def test_last_weekday_is_the_fourth_in_a_month_without_a_fifth():
    assert NthWeekday(LAST, MON, 2).dates_in(2027) == NthWeekday(4, MON, 2).dates_in(2027) == dates("2027-02-22")


def test_first_weekday_may_be_the_first_of_the_month():
    assert NthWeekday(1, MON, 2).dates_in(2027) == dates("2027-02-01")
    assert NthWeekday(1, 6, 2).dates_in(2027) == dates("2027-02-07")


def test_fifth_weekday_that_does_not_exist_is_no_holiday():
    fifth_monday = NthWeekday(5, MON, 5)
    assert fifth_monday.dates_in(2027) == dates("2027-05-31")
    assert fifth_monday.dates_in(2028) == dates("2028-05-29")
    assert fifth_monday.dates_in(2026) == ()


@pytest.mark.parametrize("year", [2024, 2027])
def test_weekdays_are_those_of_the_calendar(year):
    for month in range(1, 13):
        for weekday in range(7):
            days = [date(year, month, week[weekday]) for week in monthcalendar(year, month) if week[weekday]]
            for nth in range(1, 6):
                assert NthWeekday(nth, weekday, month).dates_in(year) == tuple(days[nth - 1 : nth])
            assert NthWeekday(LAST, weekday, month).dates_in(year) == (days[-1],)


@pytest.mark.parametrize("nth", [0, 6, -2])
def test_weekday_that_no_month_has_is_refused(nth):
    with pytest.raises(ValueError, match=f"no {nth}th"):
        NthWeekday(nth, MON, 5)


@pytest.mark.parametrize("weekday", [-1, 7])
def test_unknown_weekday_is_refused(weekday):
    with pytest.raises(ValueError, match=f"not {weekday}"):
        NthWeekday(1, weekday, 5)


@pytest.mark.parametrize("month", [0, 13])
def test_unknown_month_is_refused(month):
    with pytest.raises(ValueError, match="month"):
        NthWeekday(1, MON, month)


def test_black_friday_is_the_day_after_thanksgiving():
    assert DaysFrom(THANKSGIVING, 1).dates_in(2027) == dates("2027-11-26")


def test_day_before_a_rule_is_counted_backward():
    assert DaysFrom(CHRISTMAS, -1).dates_in(2027) == dates("2027-12-24")


def test_day_after_the_last_of_the_year_belongs_to_the_next_year():
    assert DaysFrom(NEW_YEARS_EVE, 1).dates_in(2028) == dates("2028-01-01")
    assert DaysFrom(NEW_YEARS_EVE, 3).dates_in(2028) == dates("2028-01-03")


def test_day_before_the_first_of_the_year_belongs_to_the_year_before():
    assert DaysFrom(NEW_YEAR, -1).dates_in(2027) == dates("2027-12-31")


def test_day_after_the_leap_day_comes_in_leap_years_only():
    assert [DaysFrom(LEAP_DAY, 1).dates_in(year) for year in (2027, 2028)] == [(), dates("2028-03-01")]


def test_days_from_may_build_on_days_from():
    assert DaysFrom(DaysFrom(NEW_YEARS_EVE, 1), -1).dates_in(2027) == dates("2027-12-31")


def test_year_may_have_a_moved_day_twice_and_in_order():
    assert DaysFrom(NEW_YEARS_EVE, -365).dates_in(2028) == dates("2028-01-01", "2028-12-31")


@pytest.mark.parametrize("days", [365, 366, 367, 730, 731, 732, 1500, -365, -366, -367, -731, -1500])
@pytest.mark.parametrize("rule", [NEW_YEAR, NEW_YEARS_EVE, LEAP_DAY], ids=["first", "last", "leap"])
def test_moved_by_years_no_day_is_lost(rule, days):
    sources = [day for year in range(2010, 2045) for day in rule.dates_in(year)]
    moved = [day + timedelta(days=days) for day in sources]
    for year in range(2025, 2031):
        assert DaysFrom(rule, days).dates_in(year) == tuple(day for day in moved if day.year == year)


@pytest.mark.parametrize(
    "rule",
    [DaysFrom(NEW_YEARS_EVE, 1), DaysFrom(NEW_YEAR, -1), DaysFrom(THANKSGIVING, 1), NthWeekday(LAST, THU, 12)],
)
def test_first_and_last_year_there_are_have_holidays_too(rule):
    for year in (1, 9999):
        assert all(day.year == year for day in rule.dates_in(year))
    assert DaysFrom(NEW_YEARS_EVE, 1).dates_in(9999) == dates("9999-01-01")
    assert DaysFrom(NEW_YEAR, -1).dates_in(1) == dates("0001-12-31")


def test_listed_days_are_told_year_by_year_in_order():
    listed = ListedDays(frozenset(dates("2028-01-17", "2027-07-05", "2027-01-18")))
    assert listed.dates_in(2027) == dates("2027-01-18", "2027-07-05")
    assert listed.dates_in(2028) == dates("2028-01-17")
    assert listed.dates_in(2026) == ()


@pytest.mark.parametrize(
    "rule",
    [CHRISTMAS, THANKSGIVING, DaysFrom(THANKSGIVING, 1), ListedDays(frozenset(dates("2027-01-18")))],
    ids=lambda rule: type(rule).__name__,
)
def test_rules_do_not_change(rule):
    with pytest.raises(FrozenInstanceError):
        setattr(rule, fields(rule)[0].name, None)


def test_rules_are_equal_by_what_they_say_and_survive_pickling():
    for rule in (THANKSGIVING, CHRISTMAS, DaysFrom(THANKSGIVING, 1), ListedDays(frozenset(dates("2027-01-18")))):
        assert pickle.loads(pickle.dumps(rule)) == rule  # noqa: S301 our own bytes
    assert ListedDays(frozenset(dates("2027-01-18"))) == ListedDays(frozenset(list(dates("2027-01-18", "2027-01-18"))))
