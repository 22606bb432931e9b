"""Test opening hours on the two daylight-saving nights of 2027.

They are those of Los Angeles. Instants are compared in UTC.
"""

from datetime import UTC, date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.hours.schedule import Schedule, instant_of
from tests.opening_hours import (
    ALWAYS,
    AUTUMN,
    DAYTIME,
    LA,
    MICROSECOND,
    NIGHTS,
    SPRING,
    at,
    closed,
    every_day,
    in_utc,
    naive,
    open_minutes_between,
    openings_on,
    schedule,
    span,
    utc,
)


def test_skipped_time_is_the_instant_of_the_jump():
    for skipped in ("02:00", "02:17:30", "02:59:59.999999", "03:00"):
        assert instant_of(SPRING, time.fromisoformat(skipped), LA) == utc("2027-03-14 10:00")
        assert instant_of(SPRING, time.fromisoformat(skipped), LA).tzinfo is UTC


def test_whole_day_skipped_by_a_zone_is_empty():
    apia = Schedule(ZoneInfo("Pacific/Apia"), {3: ALWAYS[3], 4: ALWAYS[4]})  # a Thursday and the skipped Friday
    assert openings_on(apia, date(2011, 12, 30)) == ()
    (interval,) = openings_on(apia, date(2011, 12, 29))
    assert interval.closes.astimezone(UTC) == utc("2011-12-30 10:00")


def test_repeated_time_is_the_first_of_the_two():
    assert instant_of(AUTUMN, time(1, 30), LA) == utc("2027-11-07 08:30")
    assert instant_of(AUTUMN, time(1, 30, fold=1), LA) == utc("2027-11-07 08:30")
    assert instant_of(AUTUMN, time(2), LA) == utc("2027-11-07 10:00")


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 1), (AUTUMN, 3), (date(2027, 6, 6), 2)])
def test_span_over_two_am_lasts_as_long_as_the_night_lets_it(day, hours):
    (interval,) = openings_on(schedule({6: (span("01:00", "03:00"),)}), day)
    assert interval.closes.astimezone(UTC) - interval.opens.astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_whole_day_covers_the_short_and_the_long_day(day, hours):
    (interval,) = openings_on(schedule({6: (span("00:00", "00:00"),)}), day)
    assert interval.closes.astimezone(UTC) - interval.opens.astimezone(UTC) == timedelta(hours=hours)


def test_span_inside_the_skipped_hour_is_empty():
    skipped = schedule({6: (span("02:10", "02:50"),)})
    assert openings_on(skipped, SPRING) == ()
    assert skipped.next_opening(at("2027-03-13 12:00")) == at("2027-03-21 02:10")


def test_night_that_closes_in_the_skipped_hour_closes_at_the_jump():
    closes = schedule(NIGHTS).closes_at(at("2027-03-13 23:00"))
    assert closes.astimezone(UTC) == utc("2027-03-14 10:00")
    assert closes.replace(tzinfo=None) == naive("2027-03-14 03:00")


def test_span_that_opens_in_the_skipped_hour_opens_at_the_jump():
    early = schedule({6: (span("02:30", "05:00"),)})
    assert not early.is_open(at("2027-03-14 01:59:59"))
    assert early.is_open(at("2027-03-14 03:00"))
    assert early.next_opening(at("2027-03-14 01:00")).astimezone(UTC) == utc("2027-03-14 10:00")


def test_night_that_closes_in_the_repeated_hour_closes_the_first_time():
    night = schedule({5: (span("22:00", "01:30"),)})
    assert night.is_open(at("2027-11-07 01:29"))
    assert not night.is_open(at("2027-11-07 01:30"))
    assert not night.is_open(at("2027-11-07 01:15", fold=1))
    assert night.closes_at(at("2027-11-06 23:00")).astimezone(UTC) == utc("2027-11-07 08:30")


def test_span_that_opens_in_the_repeated_hour_opens_the_first_time_and_stays_open():
    early = schedule({6: (span("01:30", "05:00"),)})
    assert not early.is_open(at("2027-11-07 01:15"))
    assert early.is_open(at("2027-11-07 01:30"))
    assert early.is_open(at("2027-11-07 01:15", fold=1))


def test_touching_spans_touch_on_both_nights():
    touching = schedule({6: (span("00:30", "01:30"), span("01:30", "02:30"), span("02:30", "04:00"))})
    for day in (SPRING, AUTUMN):
        assert [interval.closes.hour for interval in openings_on(touching, day)] == [4]


def test_closing_is_past_in_the_second_pass_of_the_repeated_hour():
    night = schedule({6: (span("00:30", "01:50"),), 0: DAYTIME})
    # By wall time 01:10 is before 01:50; by the clock on the wall it is the second 01:10, and we closed.
    assert not night.is_open(at("2027-11-07 01:10", fold=1))
    assert night.next_change(at("2027-11-07 01:10", fold=1)) == at("2027-11-08 09:00")


# An exception on each of the two days: 01:00 to 10:00, which is eight hours in spring and ten in autumn


def with_special_day(day):
    return schedule(every_day(*DAYTIME), closed(day, spans=(span("01:00", "10:00"),)))


BOTH_DAYS = pytest.mark.parametrize(("day", "minutes"), [("2027-03-14", 8 * 60), ("2027-11-07", 10 * 60)])


@BOTH_DAYS
def test_exception_says_whether_the_daylight_saving_day_is_open(day, minutes):
    office = with_special_day(day)
    clocks = ("00:59:59", "01:00", "01:59", "03:00", "09:59:59", "10:00", "15:00")
    assert [office.is_open(at(f"{day} {clock}")) for clock in clocks] == [False, True, True, True, True, False, False]


@BOTH_DAYS
def test_exception_says_when_the_daylight_saving_day_changes(day, minutes):
    office = with_special_day(day)
    opens, closes = office.next_change(at(f"{day} 00:30")), office.next_change(at(f"{day} 01:00"))
    assert opens == office.next_opening(at(f"{day} 00:30")) == at(f"{day} 01:00")
    assert closes == office.closes_at(at(f"{day} 03:30")) == at(f"{day} 10:00")
    assert in_utc(closes) - in_utc(opens) == timedelta(minutes=minutes)


@BOTH_DAYS
def test_open_minutes_of_the_exception_are_the_elapsed_ones(day, minutes):
    office = with_special_day(day)
    assert open_minutes_between(office, at(f"{day} 00:00"), at(f"{day} 23:00")) == minutes
    assert open_minutes_between(office, at(f"{day} 01:00"), at(f"{day} 03:00")) == minutes - 7 * 60


@BOTH_DAYS
def test_added_open_minutes_end_with_the_exception(day, minutes):
    office = with_special_day(day)
    assert office.add_open_minutes(at(f"{day} 00:00"), minutes) == at(f"{day} 10:00")
    next_day = date.fromisoformat(day) + timedelta(days=1)
    assert office.add_open_minutes(at(f"{day} 00:00"), minutes + 1) == at(f"{next_day} 09:01")


@BOTH_DAYS
def test_closed_daylight_saving_day_has_no_open_minutes(day, minutes):
    office = schedule(every_day(*DAYTIME), closed(day))
    assert open_minutes_between(office, at(f"{day} 00:00"), at(f"{day} 23:59")) == 0
    assert office.next_change(at(f"{day} 00:00")).date() == date.fromisoformat(day) + timedelta(days=1)


# A span over 2 am on each of the two days: 01:00 to 03:00, which is one hour in spring and three in autumn

OVER_TWO = schedule({6: (span("01:00", "03:00"),)})


def test_span_over_two_am_in_spring_jumps_from_two_to_three():
    assert OVER_TWO.is_open(at("2027-03-14 01:59:59"))
    assert not OVER_TWO.is_open(at("2027-03-14 03:00"))
    assert in_utc(OVER_TWO.next_change(at("2027-03-14 01:30"))) == utc("2027-03-14 10:00")


def test_span_over_two_am_in_autumn_is_open_both_times():
    assert OVER_TWO.is_open(at("2027-11-07 01:30"))
    assert OVER_TWO.is_open(at("2027-11-07 01:30", fold=1))
    assert not OVER_TWO.is_open(at("2027-11-07 03:00"))
    for fold in (0, 1):
        assert in_utc(OVER_TWO.next_change(at("2027-11-07 01:30", fold))) == utc("2027-11-07 11:00")


@pytest.mark.parametrize(
    ("begin", "end", "minutes"),
    [
        (at("2027-03-14 01:00"), at("2027-03-14 03:00"), 60),
        (at("2027-03-14 01:45"), at("2027-03-14 04:00"), 15),
        (at("2027-11-07 01:00"), at("2027-11-07 03:00"), 180),
        (at("2027-11-07 01:30"), at("2027-11-07 01:30", fold=1), 60),
        (at("2027-11-07 01:45", fold=1), at("2027-11-07 02:00"), 15),
    ],
)
def test_open_minutes_over_two_am_are_the_elapsed_ones(begin, end, minutes):
    assert open_minutes_between(OVER_TWO, begin, end) == minutes


@pytest.mark.parametrize(
    ("begin", "minutes", "until"),
    [
        (at("2027-03-14 00:00"), 45, "2027-03-14 09:45"),
        (at("2027-03-14 01:00"), 60, "2027-03-14 10:00"),
        (at("2027-03-14 01:00"), 61, "2027-03-21 08:01"),
        (at("2027-11-07 01:00"), 45, "2027-11-07 08:45"),
        (at("2027-11-07 01:00"), 105, "2027-11-07 09:45"),
        (at("2027-11-07 01:30", fold=1), 90, "2027-11-07 11:00"),
        (at("2027-11-07 01:00"), 181, "2027-11-14 09:01"),
    ],
)
def test_added_open_minutes_over_two_am_are_elapsed_ones(begin, minutes, until):
    assert in_utc(OVER_TWO.add_open_minutes(begin, minutes)) == utc(until)


def test_minutes_run_forward_through_the_repeated_hour():
    first, second = at("2027-11-07 01:45"), at("2027-11-07 01:15", fold=1)
    assert open_minutes_between(OVER_TWO, first, second) == 30
    with pytest.raises(ValueError, match="forward"):
        open_minutes_between(OVER_TWO, second, first)


def test_changes_between_come_in_the_order_of_the_clockwork_not_of_the_clock():
    night = schedule({6: (span("00:30", "01:50"), span("02:00", "03:00"))})
    changes = night.changes_between(at("2027-11-07 00:00"), at("2027-11-07 12:00"))
    assert [in_utc(change) for change in changes] == [
        utc(f"2027-11-07 {clock}") for clock in ("07:30", "08:50", "10:00", "11:00")
    ]


def test_lost_hours_end_in_the_second_pass_of_the_repeated_hour():
    early = schedule({6: (span("01:30", "05:00"),)})
    (lost,) = schedule(ALWAYS).closed_in(early, at("2027-11-07 00:00"), at("2027-11-07 01:10", fold=1))
    assert [in_utc(t) for t in lost] == [utc("2027-11-07 07:00"), utc("2027-11-07 08:30")]


def test_wall_time_is_kept_to_the_microsecond_where_nothing_is_skipped():
    assert instant_of(date(2027, 6, 7), time(9, 0, 0, 1), LA) == utc("2027-06-07 16:00:00.000001")


def test_jump_is_found_to_the_second_where_a_clock_was_set_by_an_odd_amount():
    monrovia = ZoneInfo("Africa/Monrovia")  # on 7 January 1972 from -00:44:30 to UTC
    jump = instant_of(date(1972, 1, 7), time(0, 0), monrovia)
    assert jump == utc("1972-01-07 00:44:30")
    assert instant_of(date(1972, 1, 7), time(0, 44, 29), monrovia) == jump
    assert (jump - MICROSECOND).astimezone(monrovia).utcoffset() == -timedelta(minutes=44, seconds=30)
