"""Test the opening-hours rules of a week."""

import pickle
import timeit
from dataclasses import FrozenInstanceError, dataclass, fields, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.hours.holidays import LAST, DayOfYear, DaysFrom, NthWeekday
from clinic.hours.schedule import HORIZON_DAYS, DatedException, DisplayLine, Holiday, Interval, State, weekly_lines
from tests.opening_hours import (
    ALWAYS,
    DAYTIME,
    FRI,
    LA,
    MON,
    OFFICE,
    SAT,
    TUE,
    at,
    closed,
    every_day,
    naive,
    on,
    open_minutes_between,
    openings_on,
    schedule,
    season,
    span,
)

# The bounds of a span


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("08:59:59.999999", False), ("09:00:00", True), ("15:59:59.999999", True), ("16:00:00", False)],
)
def test_span_is_half_open(clock, expected):
    assert schedule(OFFICE).is_open(at(f"{MON} {clock}")) is expected


def test_next_change_is_strictly_after_the_moment():
    office = schedule(OFFICE)
    assert office.next_change(at(f"{MON} 09:00")) == at(f"{MON} 16:00")
    assert office.next_change(at(f"{MON} 16:00")) == at(f"{TUE} 09:00")
    assert office.next_change(at(f"{MON} 08:59:59")) == at(f"{MON} 09:00")


def test_lunch_break_is_closed():
    lunch = schedule({0: (span("13:00", "17:00"), span("09:00", "12:00"))})
    assert not lunch.is_open(at(f"{MON} 12:00"))
    assert lunch.closes_at(at(f"{MON} 10:00")) == at(f"{MON} 12:00")
    assert lunch.next_opening(at(f"{MON} 10:00")) == at(f"{MON} 13:00")


def test_spans_of_a_date_come_in_order():
    lunch = schedule({0: (span("13:00", "17:00"), span("09:00", "12:00"))})
    assert lunch.spans_on(on(MON)) == (span("09:00", "12:00"), span("13:00", "17:00"))


def test_order_of_spans_means_nothing():
    lunch = schedule({0: (span("13:00", "17:00"), span("09:00", "12:00"))})
    assert lunch.next_opening(at(f"{MON} 08:00")) == at(f"{MON} 09:00")
    assert open_minutes_between(lunch, at(f"{MON} 08:00"), at(f"{MON} 14:00")) == 4 * 60


def test_touching_spans_close_at_the_end_of_the_last():
    touching = schedule({0: (span("09:00", "12:00"), span("12:00", "16:00"))})
    assert touching.closes_at(at(f"{MON} 10:00")) == at(f"{MON} 16:00")
    assert openings_on(touching, on(MON)) == ((at(f"{MON} 09:00"), at(f"{MON} 16:00")),)


def test_span_inside_another_does_not_shorten_it():
    nested = schedule({0: (span("09:00", "16:00"), span("10:00", "11:00"))})
    assert nested.closes_at(at(f"{MON} 10:30")) == at(f"{MON} 16:00")


def test_closed_moment_has_no_closing():
    assert schedule(OFFICE).closes_at(at(f"{MON} 16:00")) is None
    assert schedule(OFFICE).closes_at(at(f"{MON} 08:00")) is None
    assert schedule({}).closes_at(at(f"{MON} 08:00")) is None


# Midnight


def test_closing_at_midnight_means_the_end_of_the_day():
    late = schedule({0: (span("18:00", "00:00"),)})
    assert late.is_open(at(f"{MON} 23:59:59"))
    assert not late.is_open(at(f"{TUE} 00:00"))
    assert late.closes_at(at(f"{MON} 20:00")) == at(f"{TUE} 00:00")


def test_span_that_closes_when_it_opens_lasts_a_day():
    round_the_clock = schedule({0: (span("09:00", "09:00"),)})
    assert openings_on(round_the_clock, on(MON)) == ((at(f"{MON} 09:00"), at(f"{TUE} 09:00")),)
    assert span("09:00", "09:00").closes_next_day
    assert not span("09:00", "09:01").closes_next_day


def test_opening_runs_into_the_next_day_it_touches():
    late = schedule({0: (span("18:00", "00:00"),), 1: (span("00:00", "04:00"),)})
    assert late.closes_at(at(f"{MON} 20:00")) == at(f"{TUE} 04:00")
    assert late.next_opening(at(f"{MON} 20:00")) == at("2027-06-14 18:00")


def test_overnight_span_stays_open_past_midnight():
    night = schedule({4: (span("22:00", "02:00"),)})
    assert night.is_open(at(f"{SAT} 01:59:59"))
    assert not night.is_open(at(f"{SAT} 02:00"))
    assert not night.is_open(at(f"{FRI} 01:00"))


def test_overnight_interval_belongs_to_the_date_it_begins_on():
    night = schedule({4: (span("22:00", "02:00"),)})
    assert openings_on(night, on(FRI)) == (Interval(at(f"{FRI} 22:00"), at(f"{SAT} 02:00")),)
    assert openings_on(night, on(SAT)) == ()


# What is refused


def test_unknown_weekday_is_refused():
    with pytest.raises(ValueError, match=r"not \[7\]"):
        schedule({7: DAYTIME})
    with pytest.raises(ValueError, match=r"not \[-1\]"):
        season(MON, TUE, {-1: DAYTIME})


@pytest.mark.parametrize("make", [closed, lambda first, last: season(first, last, {})], ids=["exception", "season"])
def test_range_that_ends_before_it_starts_is_refused(make):
    assert make(TUE, TUE).first == on(TUE)
    with pytest.raises(ValueError, match="cannot end"):
        make(TUE, MON)


# The calendar


def test_year_end_is_crossed():
    office = schedule(OFFICE, closed("2026-12-31", "2027-01-03"))
    assert office.next_opening(at("2026-12-30 16:00")) == at("2027-01-04 09:00")


def test_new_years_night_runs_into_the_new_year():
    party = schedule({}, closed("2026-12-31", spans=(span("20:00", "03:00"),)))
    assert party.is_open(at("2027-01-01 02:59"))
    assert party.closes_at(at("2026-12-31 21:00")) == at("2027-01-01 03:00")


def test_leap_day_is_a_day_like_any_other():
    office = schedule(OFFICE)  # 29 February 2028 is a Tuesday
    assert office.next_opening(at("2028-02-28 16:00")) == at("2028-02-29 09:00")
    assert office.next_opening(at("2028-02-29 16:00")) == at("2028-03-01 09:00")
    assert not schedule(OFFICE, closed("2028-02-29")).is_open(at("2028-02-29 10:00"))


def test_leap_day_ends_february_for_a_night_too():
    night = schedule({1: (span("22:00", "02:00"),)})
    assert night.closes_at(at("2028-02-29 23:00")) == at("2028-03-01 02:00")
    assert open_minutes_between(night, at("2028-02-28 00:00"), at("2028-03-02 00:00")) == 4 * 60


CLOSED_FOR_GOOD = closed(MON, "9999-12-31")
NOTHING_FOR_GOOD = season(MON, "9999-12-31", {})


@pytest.mark.parametrize(
    "never",
    [schedule({}), schedule(OFFICE, CLOSED_FOR_GOOD), schedule(OFFICE, seasons=(NOTHING_FOR_GOOD,))],
    ids=["no hours", "closed", "season"],
)
def test_always_closed_has_no_next_opening(never):
    assert never.state_at(at(f"{MON} 10:00")) == State(is_open=False, changes_at=None)
    assert never.next_opening(at(f"{MON} 10:00")) is None
    assert never.next_change(at(f"{MON} 10:00")) is None


def test_schedule_without_a_pause_never_closes():
    always = schedule(ALWAYS)
    assert always.state_at(at(f"{MON} 10:00")) == State(is_open=True, changes_at=None)
    assert always.next_opening(at(f"{MON} 10:00")) is None


def test_search_ends_at_the_horizon():
    now = at(f"{MON} 10:00")
    last_day, day_after = (now.date() + timedelta(days=HORIZON_DAYS - back) for back in (1, 0))
    assert schedule({}, DatedException(last_day, last_day, DAYTIME)).next_opening(now).date() == last_day
    assert schedule({}, DatedException(day_after, day_after, DAYTIME)).next_opening(now) is None
    assert schedule(ALWAYS, DatedException(last_day, last_day)).closes_at(now).date() == last_day
    assert schedule(ALWAYS, DatedException(day_after, day_after)).closes_at(now) is None


@pytest.mark.parametrize(("closes", "known"), [("23:59", True), ("00:00", False), ("02:00", False)])
def test_closing_at_or_after_the_horizon_is_unknown_because_the_next_day_may_touch(closes, known):
    now = at(f"{MON} 10:00")
    last_day = now.date() + timedelta(days=HORIZON_DAYS - 1)
    late = DatedException(last_day, last_day, (span("00:00", "12:00"), span("12:00", closes)))
    assert (schedule(ALWAYS, late).closes_at(now) is not None) is known


# Instants


NAIVE, AWARE = naive(f"{MON} 10:00"), at(f"{MON} 10:00")


@pytest.mark.parametrize("method", ["is_open", "next_change", "next_opening", "closes_at", "state_at"])
def test_naive_datetime_is_refused(method):
    with pytest.raises(ValueError, match="time zone"):
        getattr(schedule(OFFICE), method)(NAIVE)


def test_naive_start_is_refused_when_adding_open_minutes():
    with pytest.raises(ValueError, match="time zone"):
        schedule(OFFICE).add_open_minutes(NAIVE, 10)


@pytest.mark.parametrize("bounds", [(NAIVE, AWARE), (AWARE, NAIVE)], ids=["from", "until"])
@pytest.mark.parametrize("method", ["openings_between", "changes_between"])
def test_naive_bound_is_refused(method, bounds):
    with pytest.raises(ValueError, match="time zone"):
        getattr(schedule(OFFICE), method)(*bounds)


@pytest.mark.parametrize("bounds", [(NAIVE, AWARE), (AWARE, NAIVE)], ids=["from", "until"])
def test_naive_bound_is_refused_when_hours_are_compared(bounds):
    with pytest.raises(ValueError, match="time zone"):
        schedule(OFFICE).closed_in(schedule({}), *bounds)


def test_moment_may_come_in_any_zone_and_the_answer_is_local():
    tokyo = at(f"{MON} 09:00").astimezone(ZoneInfo("Asia/Tokyo"))
    office = schedule(OFFICE)
    answers = [
        office.next_change(tokyo),
        office.next_opening(tokyo),
        office.closes_at(tokyo),
        office.add_open_minutes(tokyo, 0),
        office.add_open_minutes(tokyo, 60),
        *office.changes_between(tokyo, at(f"{TUE} 10:00")),
        *openings_on(office, on(MON))[0],
        *office.closed_in(schedule({}), tokyo, at(f"{TUE} 10:00"))[0],
    ]
    assert {answer.tzinfo for answer in answers} == {LA}
    assert answers[0] == at(f"{MON} 16:00")


# Cost and storing


def best_time(call):
    call()
    return min(timeit.repeat(call, number=100, repeat=20)) / 100


HOLIDAYS = (
    Holiday(DayOfYear(1, 1)),
    Holiday(NthWeekday(LAST, 0, 5), name="Memorial Day"),
    Holiday(NthWeekday(4, 3, 11), name="Thanksgiving"),
    Holiday(DaysFrom(NthWeekday(4, 3, 11), 1)),
    Holiday(DayOfYear(12, 25)),
)
YEAR = schedule(
    OFFICE,
    closed("2027-12-27", "2027-12-30"),
    seasons=(season("2027-06-01", "2027-08-31", every_day(*DAYTIME)), season("2027-07-05", "2027-07-09", {})),
    holidays=HOLIDAYS,
)


def test_is_open_takes_less_than_fifty_microseconds_with_a_year_of_exceptions():
    days = (date(2027, 1, 1) + timedelta(days=n) for n in range(366))
    office, now = schedule(OFFICE, *(DatedException(day, day, DAYTIME) for day in days)), at(f"{MON} 16:30")
    assert best_time(lambda: office.is_open(now)) < 50e-6


def test_is_open_takes_less_than_fifty_microseconds_on_a_normal_week_with_seasons_and_holidays():
    now = at(f"{MON} 16:30")
    assert best_time(lambda: YEAR.is_open(now)) < 50e-6


@dataclass
class CountedRule:
    asked: list[int]

    def dates_in(self, year):
        self.asked.append(year)
        return (date(year, 6, 7),)


def test_holidays_of_a_year_are_computed_once():
    rule = CountedRule([])
    office = schedule(OFFICE, holidays=(Holiday(rule),))
    assert [office.is_open(at(f"{day} 10:00")) for day in (MON, TUE, MON, "2028-06-08")] == [False, True, False, True]
    assert rule.asked == [2027, 2028]


def test_schedule_survives_pickling_before_and_after_use():
    fresh = replace(YEAR)
    before = pickle.loads(pickle.dumps(fresh))  # noqa: S301 our own bytes
    moments = [at(f"{day} 10:00") for day in (MON, "2027-07-05", "2027-05-31", "2027-12-27")]
    answers = [fresh.is_open(moment) for moment in moments]
    after = pickle.loads(pickle.dumps(fresh))  # noqa: S301 our own bytes
    assert before == after == fresh
    assert answers == [True, False, False, False]
    for restored in (before, after):
        assert [restored.is_open(moment) for moment in moments] == answers


@pytest.mark.parametrize(
    "value",
    [DAYTIME[0], closed(MON), season(MON, TUE, {}), HOLIDAYS[0], State(True, None), YEAR, DisplayLine(0, 6, ())],
    ids=lambda value: type(value).__name__,
)
def test_values_do_not_change(value):
    with pytest.raises(FrozenInstanceError):
        setattr(value, fields(value)[0].name, None)


def test_schedule_made_from_another_does_not_keep_its_holidays():
    YEAR.is_open(at("2027-12-25 10:00"))
    assert repr(replace(YEAR)) == repr(YEAR)
    without = replace(YEAR, holidays=())
    assert YEAR.exception_on(date(2027, 5, 31)).reason == "Memorial Day"
    assert without.exception_on(date(2027, 5, 31)) is None


# Display


def test_equal_neighbors_fold_and_the_weekend_is_one_line():
    week, weekend = weekly_lines(OFFICE)
    assert week == DisplayLine(0, 4, DAYTIME)
    assert weekend == DisplayLine(5, 6, ())
    assert list(weekend.days) == [5, 6]


def test_only_adjacent_days_fold_and_sunday_not_into_monday():
    short = (span("09:00", "12:00"),)
    lines = weekly_lines({0: DAYTIME, 1: DAYTIME, 2: short, 3: DAYTIME, 6: DAYTIME})
    assert [(line.first_day, line.last_day) for line in lines] == [(0, 1), (2, 2), (3, 3), (4, 5), (6, 6)]


def test_week_of_equal_days_is_one_line():
    assert weekly_lines({}) == (DisplayLine(0, 6, ()),)


def test_order_of_spans_does_not_prevent_folding():
    morning, afternoon = span("09:00", "12:00"), span("13:00", "17:00")
    lines = weekly_lines({0: (morning, afternoon), 1: (afternoon, morning)})
    assert lines[0] == DisplayLine(0, 1, (morning, afternoon))
