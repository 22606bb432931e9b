"""Test what lies between two instants or two dates.

That is open minutes, changes, exceptions, closed ranges and lost hours.
"""

from datetime import date, timedelta
from functools import partial

import pytest

from clinic.hours.holidays import DayOfYear, DaysFrom, NthWeekday
from clinic.hours.schedule import DatedException, Holiday, Season
from tests.opening_hours import (
    ALWAYS,
    FRI,
    MICROSECOND,
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
    open_minutes_between,
    schedule,
    season,
    span,
)

OFFICE_HOURS = schedule(OFFICE)
FRIDAY_NIGHT = {4: (span("22:00", "02:00"),)}


# Open minutes


@pytest.mark.parametrize(
    ("begin", "end", "minutes"),
    [
        (f"{MON} 08:00", f"{MON} 09:00", 0),
        (f"{MON} 09:00", f"{MON} 09:01", 1),
        (f"{MON} 10:15", f"{MON} 10:45", 30),
        (f"{MON} 15:00", f"{MON} 18:00", 60),
        (f"{MON} 16:00", f"{TUE} 09:00", 0),
        (f"{MON} 15:00", f"{TUE} 10:00", 120),
        (f"{MON} 00:00", "2027-06-14 00:00", 5 * 7 * 60),
        (f"{MON} 10:00", f"{MON} 10:00:30", 0.5),
    ],
)
def test_only_open_minutes_count(begin, end, minutes):
    assert open_minutes_between(OFFICE_HOURS, at(begin), at(end)) == minutes


@pytest.mark.parametrize(
    ("begin", "end", "minutes"),
    [
        (f"{MON} 08:00", f"{MON} 09:00", 0),
        (f"{MON} 09:00", f"{MON} 09:01", 1),
        (f"{MON} 09:00", f"{MON} 09:00:59", 0),  # whole minutes
        (f"{MON} 10:15", f"{MON} 10:45", 30),
        (f"{MON} 15:00", f"{MON} 18:00", 60),
        (f"{MON} 16:00", f"{TUE} 09:00", 0),
        (f"{FRI} 15:30", f"{MON[:-2]}14 09:10", 40),
        (f"{SAT} 00:00", f"{SUN} 23:59", 0),
        (f"{MON} 00:00", "2027-06-14 00:00", 5 * 7 * 60),
        (f"{MON} 10:00", f"{MON} 10:00", 0),
    ],
)
def test_schedule_counts_open_minutes(begin, end, minutes):
    assert OFFICE_HOURS.open_minutes_between(at(begin), at(end)) == minutes


@pytest.mark.parametrize(
    ("begin", "end", "minutes"),
    [
        (f"{SAT} 00:30", f"{SAT} 01:30", 60),  # Friday's night
        ("2027-03-13 22:00", "2027-03-14 06:00", 0),
        (f"{FRI} 21:00", f"{SAT} 06:00", 4 * 60),
    ],
)
def test_open_minutes_of_a_night_belong_to_its_evening(begin, end, minutes):
    assert schedule(FRIDAY_NIGHT).open_minutes_between(at(begin), at(end)) == minutes


@pytest.mark.parametrize(("day", "hours"), [("2027-03-14", 23), ("2027-11-07", 25), (MON, 24)])
def test_open_minutes_count_the_hours_of_a_clock_change(day, hours):
    begin = at(f"{day} 00:00")
    end = at(str(on(day) + timedelta(days=1)) + " 00:00")
    assert schedule(ALWAYS).open_minutes_between(begin, end) == hours * 60


def test_open_minutes_agree_with_a_count_of_each_minute():
    for hours in range(0, 80, 7):
        begin = at(f"{FRI} 07:00") + timedelta(hours=hours)
        end = begin + timedelta(hours=31)
        assert OFFICE_HOURS.open_minutes_between(begin, end) == open_minutes_between(OFFICE_HOURS, begin, end)


def test_open_minutes_run_forward():
    with pytest.raises(ValueError, match="Time runs forward"):
        OFFICE_HOURS.open_minutes_between(at(f"{TUE} 10:00"), at(f"{MON} 10:00"))


def test_no_open_minutes_pass_in_an_instant():
    assert open_minutes_between(OFFICE_HOURS, at(f"{MON} 10:00"), at(f"{MON} 10:00")) == 0


@pytest.mark.parametrize(
    "between",
    [
        OFFICE_HOURS.openings_between,
        OFFICE_HOURS.changes_between,
        partial(OFFICE_HOURS.closed_in, schedule({})),
    ],
    ids=["openings", "changes", "lost"],
)
def test_time_does_not_run_backward(between):
    with pytest.raises(ValueError, match="forward"):
        between(at(f"{MON} 10:00"), at(f"{MON} 09:59"))


def test_open_minutes_reach_beyond_the_horizon():
    assert open_minutes_between(schedule(ALWAYS), at("2027-01-01 00:00"), at("2030-01-01 00:00")) == 1096 * 1440


def test_open_minutes_run_over_midnight_into_a_closed_day():
    night = schedule(FRIDAY_NIGHT, closed(SAT))
    assert open_minutes_between(night, at(f"{FRI} 00:00"), at(f"{SUN} 00:00")) == 240
    assert open_minutes_between(night, at(f"{SAT} 00:30"), at(f"{SUN} 00:00")) == 90
    assert open_minutes_between(night, at(f"{SAT} 00:30"), at(f"{SAT} 01:00")) == 30


def test_overlapping_spans_count_once():
    nested = schedule({0: (span("09:00", "16:00"), span("10:00", "18:00"))})
    assert open_minutes_between(nested, at(f"{MON} 00:00"), at(f"{TUE} 00:00")) == 9 * 60


def test_open_minutes_leave_out_holidays_and_follow_seasons():
    office = schedule(OFFICE, seasons=(season(WED, FRI, {2: MORNING}),), holidays=(Holiday(DayOfYear(6, 8)),))
    assert open_minutes_between(office, at(f"{MON} 00:00"), at(f"{SUN} 00:00")) == 7 * 60 + 2 * 60


# Adding open minutes


@pytest.mark.parametrize(
    ("begin", "minutes", "until"),
    [
        (f"{MON} 10:00", 0, f"{MON} 10:00"),
        (f"{MON} 07:00", 0, f"{MON} 07:00"),
        (f"{MON} 07:00", 1, f"{MON} 09:01"),
        (f"{MON} 10:00", 30, f"{MON} 10:30"),
        (f"{MON} 09:00", 420, f"{MON} 16:00"),
        (f"{MON} 09:00", 421, f"{TUE} 09:01"),
        (f"{MON} 16:00", 1, f"{TUE} 09:01"),
        (f"{FRI} 15:00", 120, "2027-06-14 10:00"),
        (f"{MON} 10:00", 0.5, f"{MON} 10:00:30"),
        (f"{MON} 09:00", 3 * 420, f"{WED} 16:00"),
    ],
)
def test_added_minutes_pass_only_while_open(begin, minutes, until):
    assert OFFICE_HOURS.add_open_minutes(at(begin), minutes) == at(until)


@pytest.mark.parametrize("minutes", [1, 30, 420, 421, 2100, 2101])
def test_added_minutes_end_at_the_first_instant_by_which_they_have_passed(minutes):
    begin = at(f"{MON} 07:00")
    until = OFFICE_HOURS.add_open_minutes(begin, minutes)
    assert open_minutes_between(OFFICE_HOURS, begin, until) == minutes
    assert open_minutes_between(OFFICE_HOURS, begin, until - MICROSECOND) < minutes


def test_added_minutes_run_over_midnight_into_a_closed_day():
    night = schedule(FRIDAY_NIGHT, closed(SAT))
    assert night.add_open_minutes(at(f"{FRI} 22:00"), 240) == at(f"{SAT} 02:00")
    assert night.add_open_minutes(at(f"{SAT} 01:00"), 61) == at("2027-06-18 22:01")


def test_minutes_cannot_be_taken_away():
    with pytest.raises(ValueError, match="forward"):
        OFFICE_HOURS.add_open_minutes(at(f"{MON} 10:00"), -1)


def test_minutes_that_never_come_have_no_end():
    assert schedule({}).add_open_minutes(at(f"{MON} 10:00"), 1) is None
    assert schedule({}).add_open_minutes(at(f"{MON} 10:00"), 0) == at(f"{MON} 10:00")


def test_adding_minutes_stops_at_the_horizon():
    one_hour = schedule({}, closed(TUE, spans=(span("09:00", "10:00"),)))
    assert one_hour.add_open_minutes(at(f"{MON} 10:00"), 60) == at(f"{TUE} 10:00")
    assert one_hour.add_open_minutes(at(f"{MON} 10:00"), 61) is None
    assert schedule(ALWAYS).add_open_minutes(at("2027-06-07 00:00"), 400 * 1440) == at("2028-07-11 00:00")
    assert schedule(ALWAYS).add_open_minutes(at("2027-06-07 00:00"), 400 * 1440 + 1) is None


# Openings


def test_openings_between_are_those_with_some_time_in_it_and_whole():
    monday, tuesday = ((at(f"{day} 09:00"), at(f"{day} 16:00")) for day in (MON, TUE))
    assert OFFICE_HOURS.openings_between(at(f"{MON} 15:59"), at(f"{TUE} 09:01")) == (monday, tuesday)
    assert OFFICE_HOURS.openings_between(at(f"{MON} 10:00"), at(f"{MON} 11:00")) == (monday,)
    assert OFFICE_HOURS.openings_between(at(f"{MON} 16:00"), at(f"{TUE} 09:00")) == ()
    assert OFFICE_HOURS.openings_between(at(f"{MON} 10:00"), at(f"{MON} 10:00")) == ()


def test_openings_that_touch_or_run_over_midnight_are_one():
    late = schedule({0: (span("18:00", "00:00"),), 1: (span("00:00", "04:00"), span("03:00", "05:00"))})
    whole = (at(f"{MON} 18:00"), at(f"{TUE} 05:00"))
    for begin, end in ((f"{MON} 18:00", f"{MON} 18:01"), (f"{TUE} 04:30", f"{TUE} 12:00"), (MON, WED)):
        assert late.openings_between(at(begin), at(end)) == (whole,)


def test_openings_between_leave_out_what_is_closed():
    office = schedule(OFFICE, closed(TUE), holidays=(Holiday(DayOfYear(6, 9)),))
    openings = office.openings_between(at(f"{MON} 00:00"), at(f"{SUN} 00:00"))
    assert [interval.opens for interval in openings] == [at(f"{day} 09:00") for day in (MON, THU, FRI)]
    assert schedule({}).openings_between(at(f"{MON} 00:00"), at(f"{SUN} 00:00")) == ()


def test_opening_without_end_is_told_for_a_day_more_on_either_side():
    openings = schedule(ALWAYS).openings_between(at(f"{TUE} 12:00"), at(f"{WED} 12:00"))
    assert openings == ((at(f"{MON} 00:00"), at(f"{FRI} 00:00")),)


# Changes


def test_changes_between_are_after_the_first_instant_and_before_the_second():
    opens, closes = at(f"{MON} 09:00"), at(f"{MON} 16:00")
    assert OFFICE_HOURS.changes_between(at(f"{MON} 08:59"), at(f"{MON} 16:01")) == (opens, closes)
    assert OFFICE_HOURS.changes_between(opens, closes) == ()
    assert OFFICE_HOURS.changes_between(opens - MICROSECOND, closes) == (opens,)
    assert OFFICE_HOURS.changes_between(opens, closes + MICROSECOND) == (closes,)


def test_touching_openings_do_not_change():
    late = schedule({0: (span("18:00", "00:00"),), 1: (span("00:00", "04:00"),)})
    assert late.changes_between(at(f"{MON} 00:00"), at(f"{WED} 00:00")) == (at(f"{MON} 18:00"), at(f"{TUE} 04:00"))


def test_changes_include_the_end_of_the_night_before():
    night = schedule(FRIDAY_NIGHT, closed(SAT))
    assert night.changes_between(at(f"{SAT} 00:00"), at(f"{SAT} 12:00")) == (at(f"{SAT} 02:00"),)


def test_change_on_the_last_evening_counts():
    night = schedule(FRIDAY_NIGHT)
    assert night.changes_between(at(f"{THU} 12:00"), at(f"{FRI} 23:59")) == (at(f"{FRI} 22:00"),)


def test_what_never_changes_has_no_changes():
    assert schedule(ALWAYS).changes_between(at(f"{MON} 00:00"), at(f"{SUN} 00:00")) == ()
    assert schedule({}).changes_between(at(f"{MON} 00:00"), at(f"{SUN} 00:00")) == ()


# Exceptions


def test_long_exception_is_cut_around_a_shorter_one():
    holidays = closed("2027-12-20", "2028-01-07", reason="Winter break")
    half_day = closed("2027-12-24", spans=MORNING, reason="Christmas Eve")
    found = schedule(OFFICE, holidays, half_day).exceptions_between(on("2027-12-01"), on("2028-01-31"))
    assert found == (
        closed("2027-12-20", "2027-12-23", reason="Winter break"),
        half_day,
        closed("2027-12-25", "2028-01-07", reason="Winter break"),
    )


def test_exception_keeps_its_reach_beyond_the_dates():
    break_ = closed("2027-12-20", "2028-01-07")
    assert schedule(OFFICE, break_).exceptions_between(on("2027-12-24"), on("2027-12-24")) == (break_,)


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [(MON, MON, 0), (MON, TUE, 1), (TUE, TUE, 1), (WED, WED, 1), (THU, THU, 1), (THU, FRI, 1), (FRI, FRI, 0)],
)
def test_exceptions_between_include_both_dates(first, last, found):
    assert len(schedule(OFFICE, closed(TUE, THU)).exceptions_between(on(first), on(last))) == found


def test_exceptions_that_touch_stay_two():
    office = schedule(OFFICE, closed(MON, TUE, reason="Training"), closed(WED, reason="Repairs"))
    assert [run.reason for run in office.exceptions_between(on(MON), on(FRI))] == ["Training", "Repairs"]


def test_exception_is_not_cut_where_one_it_beats_begins_or_ends():
    winner = closed(TUE, THU, reason="Repairs")
    longer = (closed("2027-06-01", WED, reason="Before"), closed(THU, "2027-06-20", reason="After"))
    runs = schedule(OFFICE, *longer, winner).exceptions_between(on(MON), on(SUN))
    assert [(run.reason, run.first, run.last) for run in runs] == [
        ("Before", on("2027-06-01"), on(MON)),
        ("Repairs", on(TUE), on(THU)),
        ("After", on(FRI), on("2027-06-20")),
    ]


def test_exception_that_rules_no_date_is_not_told():
    office = schedule(OFFICE, closed(MON, reason="Old"), closed(MON, reason="New"))
    assert [run.reason for run in office.exceptions_between(on(MON), on(MON))] == ["New"]


def test_exception_until_further_notice_is_whole():
    exception = DatedException(on(TUE), date.max)
    assert schedule(OFFICE, exception).exceptions_between(on(MON), on(FRI)) == (exception,)


THANKSGIVING = NthWeekday(4, 3, 11)
HOLIDAYS = (
    Holiday(THANKSGIVING, name="Thanksgiving"),
    Holiday(DaysFrom(THANKSGIVING, 1), name="Day after Thanksgiving"),
    Holiday(DayOfYear(12, 25), name="Christmas"),
    Holiday(DayOfYear(1, 1), name="New Year"),
)


def test_holidays_and_exceptions_come_in_order_over_the_year_end():
    office = schedule(OFFICE, closed("2027-12-13", reason="Training"), holidays=HOLIDAYS)
    runs = office.exceptions_between(on("2027-11-25"), on("2028-01-01"))
    assert [(run.first, run.last, run.reason) for run in runs] == [
        (on(day), on(day), reason)
        for day, reason in (
            ("2027-11-25", "Thanksgiving"),
            ("2027-11-26", "Day after Thanksgiving"),
            ("2027-12-13", "Training"),
            ("2027-12-25", "Christmas"),
            ("2028-01-01", "New Year"),
        )
    ]


def test_holidays_outside_the_dates_are_left_out():
    office = schedule(OFFICE, holidays=HOLIDAYS)
    assert office.exceptions_between(on("2027-11-27"), on("2027-12-24")) == ()


def test_exceptions_of_the_last_year_there_is_are_told():
    office = schedule(OFFICE, holidays=(Holiday(THANKSGIVING),))
    assert [run.first for run in office.exceptions_between(on("9999-01-01"), date.max)] == [on("9999-11-25")]


def test_holiday_ruled_by_a_dated_exception_is_left_out():
    office = schedule(OFFICE, closed("2027-12-20", "2028-01-07", reason="Winter break"), holidays=HOLIDAYS)
    runs = office.exceptions_between(on("2027-12-01"), on("2028-01-31"))
    assert [run.reason for run in runs] == ["Winter break"]


def test_seasons_are_no_exceptions():
    assert schedule(OFFICE, seasons=(season(MON, FRI, {}),)).exceptions_between(on(MON), on(FRI)) == ()


# Closed ranges


def test_closed_ranges_have_a_least_length():
    office = schedule(OFFICE, closed(THU, FRI))
    assert office.closed_ranges_between(on(MON), on("2027-06-20"), at_least_days=4) == ((on(THU), on(SUN)),)
    assert office.closed_ranges_between(on(MON), on("2027-06-20"), at_least_days=5) == ()
    assert office.closed_ranges_between(on(MON), on("2027-06-20"), at_least_days=2) == (
        (on(THU), on(SUN)),
        (on("2027-06-19"), on("2027-06-20")),
    )


def test_closed_ranges_are_cut_to_the_given_dates():
    office = schedule(OFFICE, closed(MON, FRI))
    assert office.closed_ranges_between(on(TUE), on(THU), at_least_days=3) == ((on(TUE), on(THU)),)
    assert office.closed_ranges_between(on(TUE), on(TUE), at_least_days=1) == ((on(TUE), on(TUE)),)


def test_closed_range_joins_exception_holiday_season_and_weekend():
    office = schedule(
        OFFICE,
        closed("2027-12-24"),
        seasons=(season("2027-12-28", "2027-12-31", {}),),
        holidays=(Holiday(DayOfYear(12, 27)), Holiday(DayOfYear(1, 1))),
    )
    ranges = office.closed_ranges_between(on("2027-12-01"), on("2028-01-15"), at_least_days=3)
    assert ranges == ((on("2027-12-24"), on("2028-01-02")),)


def test_day_with_special_hours_parts_two_closed_ranges():
    office = schedule({}, closed(WED, spans=MORNING))
    assert office.closed_ranges_between(on(MON), on(FRI), at_least_days=1) == ((on(MON), on(TUE)), (on(THU), on(FRI)))


# Hours lost to another schedule


def test_hours_are_lost_where_only_the_old_schedule_is_open():
    shorter = schedule(every_day(span("10:00", "12:00"), span("13:00", "18:00")))
    assert OFFICE_HOURS.closed_in(shorter, at(f"{MON} 00:00"), at(f"{TUE} 00:00")) == (
        (at(f"{MON} 09:00"), at(f"{MON} 10:00")),
        (at(f"{MON} 12:00"), at(f"{MON} 13:00")),
    )


def test_nothing_is_closed_in_the_same_or_longer_hours():
    begin, end = at(f"{MON} 00:00"), at("2027-06-21 00:00")
    assert OFFICE_HOURS.closed_in(OFFICE_HOURS, begin, end) == ()
    assert OFFICE_HOURS.closed_in(schedule(ALWAYS), begin, end) == ()


def test_lost_hours_are_cut_to_the_instants_asked_about():
    never = schedule({})
    begin, end = at(f"{MON} 10:00"), at(f"{MON} 11:00")
    assert OFFICE_HOURS.closed_in(never, begin, end) == ((begin, end),)
    assert OFFICE_HOURS.closed_in(never, begin, begin) == ()


def test_lost_hours_that_touch_are_one():
    other = schedule({}, closed(MON, spans=(span("08:00", "09:00"), span("16:00", "17:00"))))
    touching = schedule(OFFICE, closed(MON, spans=(span("09:00", "12:00"), span("12:00", "16:00"))))
    lost = touching.closed_in(other, at(f"{MON} 00:00"), at(f"{TUE} 00:00"))
    assert lost == ((at(f"{MON} 09:00"), at(f"{MON} 16:00")),)


def test_change_of_the_other_while_lost_does_not_part_the_loss():
    other = schedule({}, closed(MON, spans=(span("09:00", "09:00"),)))
    lost = schedule(ALWAYS).closed_in(other, at(f"{MON} 00:00"), at(f"{WED} 00:00"))
    assert lost == ((at(f"{MON} 00:00"), at(f"{MON} 09:00")), (at(f"{TUE} 09:00"), at(f"{WED} 00:00")))


def test_holiday_and_season_lose_their_hours():
    week = schedule(OFFICE)
    year = schedule(OFFICE, seasons=(Season(on(WED), date.max, {}),), holidays=(Holiday(DayOfYear(6, 8)),))
    lost = week.closed_in(year, at(f"{MON} 00:00"), at(f"{THU} 00:00"))
    assert [interval.opens for interval in lost] == [at(f"{TUE} 09:00"), at(f"{WED} 09:00")]
    assert sum((interval.closes - interval.opens for interval in lost), timedelta()) == timedelta(hours=14)
