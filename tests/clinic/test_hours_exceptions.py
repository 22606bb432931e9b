"""Test what opens on a date.

A dated exception comes before a holiday before a season before the week.
"""

from datetime import date, timedelta

import pytest

from clinic.hours.holidays import LAST, DayOfYear, DaysFrom, ListedDays, NthWeekday
from clinic.hours.schedule import DatedException, Holiday, Season
from tests.opening_hours import (
    DAYTIME,
    FRI,
    MON,
    MORNING,
    OFFICE,
    SAT,
    SUN,
    THU,
    TUE,
    WED,
    at,
    closed,
    every_day,
    on,
    openings_on,
    schedule,
    season,
    span,
)

EVENING = (span("18:00", "20:00"),)
SUMMER = every_day(*EVENING)


# Exceptions


def test_closed_day_beats_weekly_hours():
    office = schedule(OFFICE, closed(MON, reason="Staff training"))
    assert not office.is_open(at(f"{MON} 10:00"))
    assert office.spans_on(on(MON)) == ()
    assert office.exception_on(on(MON)).reason == "Staff training"
    assert office.next_opening(at(f"{MON} 08:00")) == at(f"{TUE} 09:00")


def test_special_hours_open_a_day_that_is_closed_in_the_week():
    office = schedule(OFFICE, closed(SAT, spans=(span("10:00", "14:00"),)))
    assert office.is_open(at(f"{SAT} 13:59"))
    assert not office.is_open(at(f"{SAT} 14:00"))


def test_exception_includes_its_first_and_last_date_only():
    office = schedule(OFFICE, closed(TUE, WED))
    opens = [office.is_open(at(f"2027-06-{day:02} 10:00")) for day in (7, 8, 9, 10)]
    assert opens == [True, False, False, True]


@pytest.mark.parametrize("turn", [1, -1])
def test_narrower_exception_wins_in_any_order(turn):
    holiday = closed(MON, FRI)
    half_day = closed(WED, spans=MORNING)
    office = schedule(OFFICE, *(holiday, half_day)[::turn])
    assert office.spans_on(on(TUE)) == ()
    assert office.spans_on(on(WED)) == MORNING
    assert office.spans_on(on(THU)) == ()


@pytest.mark.parametrize("turn", [1, -1])
def test_later_starting_exception_wins_among_equally_long(turn):
    earlier = closed(MON, TUE)
    later = closed(TUE, WED, spans=MORNING)
    office = schedule(OFFICE, *(earlier, later)[::turn])
    assert office.spans_on(on(TUE)) == MORNING


def test_last_listed_exception_wins_among_equal_ranges():
    office = schedule(OFFICE, closed(MON), closed(MON, spans=MORNING))
    assert office.spans_on(on(MON)) == MORNING


def test_exception_until_the_last_date_costs_nothing():
    office = schedule(OFFICE, closed(TUE, "9999-12-31"))
    assert office.is_open(at(f"{MON} 10:00"))
    assert office.next_opening(at(f"{MON} 10:00")) is None
    assert office.closes_at(at(f"{MON} 10:00")) == at(f"{MON} 16:00")


def test_exception_does_not_cut_the_tail_of_the_night_before():
    night = schedule({4: (span("22:00", "02:00"),), 5: DAYTIME}, closed(SAT))
    assert night.closes_at(at(f"{FRI} 23:00")) == at(f"{SAT} 02:00")
    assert night.is_open(at(f"{SAT} 01:00"))
    assert not night.is_open(at(f"{SAT} 10:00"))


def test_exception_removes_the_whole_night_that_begins_on_its_date():
    night = schedule({4: (span("22:00", "02:00"),)}, closed(FRI))
    assert not night.is_open(at(f"{FRI} 23:00"))
    assert not night.is_open(at(f"{SAT} 01:00"))


def test_exception_replaces_the_tail_of_nothing_but_its_own_night():
    night = schedule({4: (span("22:00", "02:00"),)}, closed(SAT, spans=(span("01:00", "03:00"),)))
    assert openings_on(night, on(FRI)) == ((at(f"{FRI} 22:00"), at(f"{SAT} 03:00")),)
    assert night.is_open(at(f"{SAT} 00:30"))
    assert night.closes_at(at(f"{FRI} 23:00")) == at(f"{SAT} 03:00")


def test_exception_for_each_day_of_a_leap_year_rules_each_day():
    days = [date(2028, 1, 1) + timedelta(days=n) for n in range(366)]
    kinds = {0: (), 1: MORNING, 2: EVENING}
    year = schedule(OFFICE, *(DatedException(day, day, kinds[n % 3]) for n, day in enumerate(days)))
    assert [year.spans_on(day) for day in days] == [kinds[n % 3] for n in range(366)]
    assert year.spans_on(date(2027, 12, 31)) == year.spans_on(date(2029, 1, 1)) == DAYTIME
    assert year.next_opening(at("2028-12-30 13:00")) == at("2028-12-31 18:00")
    assert len(year.exceptions_between(days[0], days[-1])) == 366


def test_closed_leap_year_opens_in_the_next():
    days = (date(2028, 1, 1) + timedelta(days=n) for n in range(366))
    year = schedule(OFFICE, *(DatedException(day, day) for day in days))
    assert year.next_opening(at("2027-12-31 16:00")) == at("2029-01-01 09:00")


# Seasons


def test_season_beats_the_week():
    office = schedule(OFFICE, seasons=(season(MON, FRI, SUMMER),))
    assert office.spans_on(on(MON)) == EVENING
    assert not office.is_open(at(f"{MON} 10:00"))
    assert office.is_open(at(f"{MON} 18:00"))


def test_season_includes_its_first_and_last_date_only():
    office = schedule(OFFICE, seasons=(season(TUE, WED, {}),))
    assert [office.is_open(at(f"{day} 10:00")) for day in (MON, TUE, WED, THU)] == [True, False, False, True]


def test_weekday_missing_from_a_season_is_closed_and_not_that_of_the_week():
    assert schedule(OFFICE, seasons=(season(MON, FRI, {0: EVENING}),)).spans_on(on(TUE)) == ()


def test_season_is_told_with_its_week():
    summer = season(TUE, WED, SUMMER, "Summer")
    office = schedule(OFFICE, seasons=(summer,))
    assert office.season_on(on(TUE)) is summer
    assert office.season_on(on(MON)) is None
    assert office.week_of(on(TUE)) == SUMMER
    assert office.week_of(on(MON)) == OFFICE


def test_exception_beats_the_season():
    office = schedule(OFFICE, closed(TUE), seasons=(season(MON, FRI, SUMMER),))
    assert office.spans_on(on(TUE)) == ()
    assert office.week_of(on(TUE)) == SUMMER


@pytest.mark.parametrize("turn", [1, -1])
def test_shorter_season_wins_in_any_order(turn):
    seasons = (season(MON, SUN, SUMMER), season(WED, THU, every_day(*MORNING)))
    office = schedule(OFFICE, seasons=seasons[::turn])
    assert [office.spans_on(on(day)) for day in (TUE, WED, THU, FRI)] == [EVENING, MORNING, MORNING, EVENING]


@pytest.mark.parametrize("turn", [1, -1])
def test_later_starting_season_wins_among_equally_long(turn):
    seasons = (season(MON, WED, SUMMER), season(TUE, THU, every_day(*MORNING)))
    office = schedule(OFFICE, seasons=seasons[::turn])
    assert [office.spans_on(on(day)) for day in (MON, TUE, WED)] == [EVENING, MORNING, MORNING]


def test_last_listed_season_wins_among_equal_ranges():
    office = schedule(OFFICE, seasons=(season(MON, FRI, SUMMER), season(MON, FRI, every_day(*MORNING))))
    assert office.spans_on(on(MON)) == MORNING


def test_open_ended_season_lasts_until_further_notice():
    office = schedule(OFFICE, seasons=(Season(on(TUE), date.max, SUMMER),))
    assert office.spans_on(on(MON)) == DAYTIME
    assert office.spans_on(date(2077, 6, 8)) == EVENING
    assert office.spans_on(date.max) == EVENING


def test_season_with_an_end_beats_the_one_until_further_notice():
    office = schedule(OFFICE, seasons=(season(WED, THU, every_day(*MORNING)), Season(on(TUE), date.max, SUMMER)))
    assert [office.spans_on(on(day)) for day in (TUE, WED, THU, FRI)] == [EVENING, MORNING, MORNING, EVENING]


def test_season_may_cross_the_year_end():
    winter = season("2027-12-20", "2028-01-09", SUMMER)
    office = schedule(OFFICE, seasons=(winter,))
    days = ("2027-12-17", "2027-12-31", "2028-01-01", "2028-01-10")
    assert [office.spans_on(on(day)) for day in days] == [DAYTIME, EVENING, EVENING, DAYTIME]


def test_last_night_of_a_season_runs_into_the_day_after_it():
    office = schedule({}, seasons=(season(MON, TUE, every_day(span("22:00", "02:00"))),))
    assert office.is_open(at(f"{WED} 01:59"))
    assert not office.is_open(at(f"{WED} 22:00"))


# Holidays


THANKSGIVING = NthWeekday(4, 3, 11)
MEMORIAL_DAY = NthWeekday(LAST, 0, 5)


def test_holiday_beats_the_week_every_year():
    office = schedule(OFFICE, holidays=(Holiday(THANKSGIVING, name="Thanksgiving"),))
    days = [on(day) for day in ("2026-11-26", "2027-11-25", "2028-11-23")]
    assert [office.spans_on(day) for day in days] == [()] * 3
    assert [office.exception_on(day) for day in days] == [DatedException(day, day, (), "Thanksgiving") for day in days]
    assert office.spans_on(on("2027-11-26")) == DAYTIME


def test_holiday_may_have_hours_of_its_own():
    office = schedule(OFFICE, holidays=(Holiday(DayOfYear(12, 24), MORNING),))
    assert office.next_opening(at("2027-12-23 16:00")) == at("2027-12-24 10:00")


def test_holiday_opens_no_day_that_its_week_keeps_closed():
    eve = Holiday(DayOfYear(12, 24), MORNING, "Christmas Eve")
    office = schedule(OFFICE, holidays=(eve,))
    assert office.spans_on(on("2028-12-24")) == ()  # a Sunday
    assert office.exception_on(on("2028-12-24")).reason == "Christmas Eve"
    winter = season("2028-12-01", "2028-12-31", every_day(*DAYTIME))
    assert schedule(OFFICE, seasons=(winter,), holidays=(eve,)).spans_on(on("2028-12-24")) == MORNING


def test_holiday_beats_the_season():
    office = schedule({}, seasons=(Season(on(MON), date.max, SUMMER),), holidays=(Holiday(DayOfYear(12, 25)),))
    assert office.spans_on(on("2027-12-25")) == ()
    assert office.spans_on(on("2027-12-26")) == EVENING


def test_dated_exception_beats_the_holiday():
    christmas = Holiday(DayOfYear(12, 25))
    office = schedule(OFFICE, closed("2028-12-25", spans=MORNING, reason="Emergencies"), holidays=(christmas,))
    assert office.exception_on(on("2028-12-25")).reason == "Emergencies"
    assert office.spans_on(on("2028-12-25")) == MORNING
    assert office.spans_on(on("2029-12-25")) == ()


def test_dated_exception_of_many_days_beats_the_holiday_of_one():
    holidays = (Holiday(DayOfYear(12, 25)),)
    office = schedule(OFFICE, closed("2028-12-18", "2028-12-31", spans=MORNING), holidays=holidays)
    assert office.spans_on(on("2028-12-25")) == MORNING


def test_last_listed_holiday_wins_on_a_shared_day():
    holidays = (Holiday(DayOfYear(5, 31)), Holiday(MEMORIAL_DAY, MORNING))  # 31 May 2027 is the last Monday
    assert schedule(OFFICE, holidays=holidays).spans_on(on("2027-05-31")) == MORNING
    assert schedule(OFFICE, holidays=holidays[::-1]).spans_on(on("2027-05-31")) == ()


def test_closed_holiday_is_skipped_on_the_way_to_the_next_opening():
    holidays = (Holiday(THANKSGIVING), Holiday(DaysFrom(THANKSGIVING, 1)))
    office = schedule(OFFICE, holidays=holidays)
    assert office.next_opening(at("2027-11-24 16:00")) == at("2027-11-29 09:00")


def test_holiday_does_not_cut_the_tail_of_the_night_before():
    night = schedule(every_day(span("22:00", "02:00")), holidays=(Holiday(DayOfYear(12, 25)),))
    assert night.is_open(at("2027-12-25 01:59"))
    assert not night.is_open(at("2027-12-25 22:00"))
    assert not night.is_open(at("2027-12-26 01:00"))


def test_night_of_a_holiday_runs_into_the_new_year():
    party = schedule(OFFICE, holidays=(Holiday(DayOfYear(12, 31), (span("20:00", "03:00"),)),))
    assert party.is_open(at("2028-01-01 02:59"))
    assert not party.is_open(at("2028-01-01 03:00"))


def test_holiday_on_the_leap_day_comes_in_leap_years():
    office = schedule(every_day(*DAYTIME), holidays=(Holiday(DayOfYear(2, 29)),))
    assert office.spans_on(on("2028-02-29")) == ()
    assert [office.spans_on(on(day)) for day in ("2027-02-28", "2027-03-01")] == [DAYTIME, DAYTIME]


def test_listed_holidays_are_those_dates_only():
    office = schedule(OFFICE, holidays=(Holiday(ListedDays(frozenset([on(TUE)]))),))
    assert [office.spans_on(on(day)) for day in (MON, TUE, "2028-06-08")] == [DAYTIME, (), DAYTIME]
