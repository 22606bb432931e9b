"""The opening-hours rules, each as a test, and a slow minute-by-minute reference they must agree with."""

import pickle
import timeit
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.hours import (
    HORIZON_DAYS,
    DatedException,
    DisplayLine,
    Interval,
    Schedule,
    Span,
    State,
    day_range_label,
    format_span,
    format_time,
    instant_of,
    state_text,
    weekly_lines,
)

LA = ZoneInfo("America/Los_Angeles")
SPRING = date(2027, 3, 14)  # a Sunday: 02:00 to 03:00 is skipped
AUTUMN = date(2027, 11, 7)  # a Sunday: 01:00 to 02:00 comes twice
MINUTE = timedelta(minutes=1)


def span(opens, closes):
    return Span(time.fromisoformat(opens), time.fromisoformat(closes))


def at(text, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=LA, fold=fold)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def closed(first, last=None, **kwargs):
    return DatedException(date.fromisoformat(first), date.fromisoformat(last or first), **kwargs)


def schedule(weekly, *exceptions):
    return Schedule(LA, weekly, exceptions)


DAYTIME = (span("09:00", "16:00"),)
OFFICE = dict.fromkeys(range(5), DAYTIME)
NIGHTS = dict.fromkeys(range(7), (span("22:00", "02:30"),))
ALWAYS = dict.fromkeys(range(7), (span("00:00", "00:00"),))
MON, TUE, FRI, SAT = "2027-06-07", "2027-06-08", "2027-06-11", "2027-06-12"


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
    assert lunch.spans_on(date(2027, 6, 7)) == (span("09:00", "12:00"), span("13:00", "17:00"))


def test_touching_spans_close_at_the_end_of_the_last():
    touching = schedule({0: (span("09:00", "12:00"), span("12:00", "16:00"))})
    assert touching.closes_at(at(f"{MON} 10:00")) == at(f"{MON} 16:00")
    assert touching.intervals_on(date(2027, 6, 7)) == ((at(f"{MON} 09:00"), at(f"{MON} 16:00")),)


def test_span_inside_another_does_not_shorten_it():
    nested = schedule({0: (span("09:00", "16:00"), span("10:00", "11:00"))})
    assert nested.closes_at(at(f"{MON} 10:30")) == at(f"{MON} 16:00")


def test_closed_moment_has_no_closing():
    assert schedule(OFFICE).closes_at(at(f"{MON} 16:00")) is None
    assert schedule(OFFICE).closes_at(at(f"{MON} 08:00")) is None


# Midnight


def test_closing_at_midnight_means_the_end_of_the_day():
    late = schedule({0: (span("18:00", "00:00"),)})
    assert late.is_open(at(f"{MON} 23:59:59"))
    assert not late.is_open(at(f"{TUE} 00:00"))
    assert late.closes_at(at(f"{MON} 20:00")) == at(f"{TUE} 00:00")


def test_opening_runs_into_the_next_day_it_touches():
    late = schedule({0: (span("18:00", "00:00"),), 1: (span("00:00", "04:00"),)})
    assert late.closes_at(at(f"{MON} 20:00")) == at(f"{TUE} 04:00")
    assert late.next_opening(at(f"{MON} 20:00")) == at("2027-06-14 18:00")


def test_overnight_span_stays_open_past_midnight():
    night = schedule({4: (span("22:00", "02:00"),)})
    assert night.is_open(at(f"{SAT} 01:59:59"))
    assert not night.is_open(at(f"{SAT} 02:00"))
    assert not night.is_open(at(f"{FRI} 01:00"))


def test_exception_does_not_cut_the_tail_of_the_night_before():
    night = schedule({4: (span("22:00", "02:00"),), 5: DAYTIME}, closed(SAT))
    assert night.closes_at(at(f"{FRI} 23:00")) == at(f"{SAT} 02:00")
    assert night.is_open(at(f"{SAT} 01:00"))
    assert not night.is_open(at(f"{SAT} 10:00"))


def test_exception_removes_the_whole_night_that_begins_on_its_date():
    night = schedule({4: (span("22:00", "02:00"),)}, closed(FRI))
    assert not night.is_open(at(f"{FRI} 23:00"))
    assert not night.is_open(at(f"{SAT} 01:00"))


def test_overnight_interval_belongs_to_the_date_it_begins_on():
    night = schedule({4: (span("22:00", "02:00"),)})
    assert night.intervals_on(date(2027, 6, 11)) == (Interval(at(f"{FRI} 22:00"), at(f"{SAT} 02:00")),)
    assert night.intervals_on(date(2027, 6, 12)) == ()


# Exceptions


def test_closed_day_beats_weekly_hours():
    office = schedule(OFFICE, closed(MON, reason="Staff training"))
    assert not office.is_open(at(f"{MON} 10:00"))
    assert office.spans_on(date(2027, 6, 7)) == ()
    assert office.exception_on(date(2027, 6, 7)).reason == "Staff training"
    assert office.next_opening(at(f"{MON} 08:00")) == at(f"{TUE} 09:00")


def test_special_hours_open_a_day_that_is_closed_in_the_week():
    office = schedule(OFFICE, closed(SAT, spans=(span("10:00", "14:00"),)))
    assert office.is_open(at(f"{SAT} 13:59"))
    assert not office.is_open(at(f"{SAT} 14:00"))


def test_exception_includes_its_first_and_last_date_only():
    office = schedule(OFFICE, closed("2027-06-08", "2027-06-09"))
    opens = [office.is_open(at(f"2027-06-{day:02} 10:00")) for day in (7, 8, 9, 10)]
    assert opens == [True, False, False, True]


@pytest.mark.parametrize("turn", [1, -1])
def test_narrower_exception_wins_in_any_order(turn):
    holiday = closed("2027-06-07", "2027-06-11")
    half_day = closed("2027-06-09", spans=(span("10:00", "12:00"),))
    office = schedule(OFFICE, *(holiday, half_day)[::turn])
    assert office.spans_on(date(2027, 6, 8)) == ()
    assert office.spans_on(date(2027, 6, 9)) == (span("10:00", "12:00"),)
    assert office.spans_on(date(2027, 6, 10)) == ()


@pytest.mark.parametrize("turn", [1, -1])
def test_later_starting_exception_wins_among_equally_long(turn):
    earlier = closed("2027-06-07", "2027-06-08")
    later = closed("2027-06-08", "2027-06-09", spans=(span("10:00", "12:00"),))
    office = schedule(OFFICE, *(earlier, later)[::turn])
    assert office.spans_on(date(2027, 6, 8)) == (span("10:00", "12:00"),)


def test_last_listed_exception_wins_among_equal_ranges():
    office = schedule(OFFICE, closed(MON), closed(MON, spans=(span("10:00", "12:00"),)))
    assert office.spans_on(date(2027, 6, 7)) == (span("10:00", "12:00"),)


def test_closure_until_the_last_date_there_is_costs_nothing():
    office = schedule(OFFICE, closed("2027-06-08", "9999-12-31"))
    assert office.is_open(at(f"{MON} 10:00"))
    assert office.next_opening(at(f"{MON} 10:00")) is None
    assert office.closes_at(at(f"{MON} 10:00")) == at(f"{MON} 16:00")


def test_exception_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="cannot end"):
        closed("2027-06-08", "2027-06-07")


def test_unknown_weekday_is_refused():
    with pytest.raises(ValueError, match=r"not \[7\]"):
        schedule({7: DAYTIME})


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


def test_schedule_without_hours_never_opens():
    never = schedule({})
    assert never.state_at(at(f"{MON} 10:00")) == State(is_open=False, changes_at=None)
    assert never.next_opening(at(f"{MON} 10:00")) is None


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


# Time zones and daylight saving


@pytest.mark.parametrize("method", ["is_open", "next_change", "next_opening", "closes_at", "state_at"])
def test_naive_datetime_is_refused(method):
    with pytest.raises(ValueError, match="time zone"):
        getattr(schedule(OFFICE), method)(datetime(2027, 6, 7, 10))  # noqa: DTZ001 that is the point


def test_naive_now_is_refused_in_the_text():
    with pytest.raises(ValueError, match="time zone"):
        state_text(State(is_open=False, changes_at=None), datetime(2027, 6, 7, 10))  # noqa: DTZ001


def test_moment_may_come_in_any_zone_and_the_answer_is_local():
    change = schedule(OFFICE).next_change(datetime(2027, 6, 8, 1, 0, tzinfo=ZoneInfo("Asia/Tokyo")))
    assert change == at(f"{MON} 16:00")
    assert change.tzinfo is LA


def test_skipped_time_is_the_instant_of_the_jump():
    for skipped in ("02:00", "02:17:30", "02:59:59.999999", "03:00"):
        assert instant_of(SPRING, time.fromisoformat(skipped), LA) == utc("2027-03-14 10:00")


def test_whole_day_skipped_by_a_zone_is_empty():
    apia = Schedule(ZoneInfo("Pacific/Apia"), ALWAYS)
    assert apia.intervals_on(date(2011, 12, 30)) == ()
    (interval,) = apia.intervals_on(date(2011, 12, 29))
    assert interval.closes.astimezone(UTC) == utc("2011-12-30 10:00")


def test_repeated_time_is_the_first_of_the_two():
    assert instant_of(AUTUMN, time(1, 30), LA) == utc("2027-11-07 08:30")
    assert instant_of(AUTUMN, time(1, 30, fold=1), LA) == utc("2027-11-07 08:30")
    assert instant_of(AUTUMN, time(2), LA) == utc("2027-11-07 10:00")


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 1), (AUTUMN, 3), (date(2027, 6, 6), 2)])
def test_span_over_two_am_lasts_as_long_as_the_night_lets_it(day, hours):
    (interval,) = schedule({6: (span("01:00", "03:00"),)}).intervals_on(day)
    assert interval.closes.astimezone(UTC) - interval.opens.astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_whole_day_covers_the_short_and_the_long_day(day, hours):
    (interval,) = schedule({6: (span("00:00", "00:00"),)}).intervals_on(day)
    assert interval.closes.astimezone(UTC) - interval.opens.astimezone(UTC) == timedelta(hours=hours)


def test_span_inside_the_skipped_hour_is_empty():
    skipped = schedule({6: (span("02:10", "02:50"),)})
    assert skipped.intervals_on(SPRING) == ()
    assert skipped.next_opening(at("2027-03-13 12:00")) == at("2027-03-21 02:10")


def test_night_that_closes_in_the_skipped_hour_closes_at_the_jump():
    closes = schedule(NIGHTS).closes_at(at("2027-03-13 23:00"))
    assert closes.astimezone(UTC) == utc("2027-03-14 10:00")
    assert closes.replace(tzinfo=None) == datetime(2027, 3, 14, 3)  # noqa: DTZ001 what the clock reads


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
        assert [interval.closes.hour for interval in touching.intervals_on(day)] == [4]


@pytest.mark.parametrize("day", ["2027-03-14", "2027-11-07"])
def test_exception_rules_the_daylight_saving_day(day):
    special = closed(day, spans=(span("01:00", "10:00"),))
    office = schedule(dict.fromkeys(range(7), DAYTIME), special)
    assert not office.is_open(at(f"{day} 00:59"))
    assert office.is_open(at(f"{day} 03:00"))
    assert office.closes_at(at(f"{day} 01:00")) == at(f"{day} 10:00")


def test_closing_is_past_in_the_second_pass_of_the_repeated_hour():
    night = schedule({6: (span("00:30", "01:50"),), 0: DAYTIME})
    # By wall time 01:10 is before 01:50; by the clock on the wall it is the second 01:10, and we closed.
    assert not night.is_open(at("2027-11-07 01:10", fold=1))
    assert night.next_change(at("2027-11-07 01:10", fold=1)) == at("2027-11-08 09:00")


# A slow reference: walk every minute, let each span switch on and off as the clock passes


REFERENCE_DAYS = 12
WINDOWS = (date(2027, 3, 9), date(2027, 11, 2), date(2027, 12, 27), date(2028, 2, 24))


@cache
def minutes_of(first):
    """Every minute of the window, and for each wall time the first minute whose clock reads it or later."""
    start = datetime.combine(first, time(), tzinfo=LA).astimezone(UTC)
    minutes = [start + n * MINUTE for n in range(REFERENCE_DAYS * 1440)]
    reached, wanted = {}, datetime.combine(first, time())
    for n, minute in enumerate(minutes):
        reading = minute.astimezone(LA).replace(tzinfo=None)
        while wanted <= reading:
            reached[wanted] = n
            wanted += MINUTE
    return minutes, reached


def reference(weekly, exceptions, first):
    """Open or closed, for each minute of the window."""
    minutes, reached = minutes_of(first)
    is_open = bytearray(len(minutes))
    for n in range(REFERENCE_DAYS):
        day = first + timedelta(days=n)
        spans = weekly.get(day.weekday(), ())
        rank = None
        for place, exception in enumerate(exceptions):
            own = ((exception.first - exception.last).days, exception.first, place)
            if exception.first <= day <= exception.last and (rank is None or own > rank):
                rank, spans = own, exception.spans
        for one in spans:
            opens, closes = datetime.combine(day, one.opens), datetime.combine(day, one.closes)
            if closes <= opens:
                closes += timedelta(days=1)
            begin, end = reached.get(opens, len(minutes)), reached.get(closes, len(minutes))
            is_open[begin:end] = b"\x01" * (end - begin)
    return is_open


# Drawn so that much happens around the sixth day, which is the daylight-saving one, and between 1 and 3 am.
small_hours = st.sampled_from([time(minute // 60, minute % 60) for minute in range(60, 195, 15)])
wall_times = small_hours | st.builds(time, st.integers(0, 23), st.integers(0, 59))
spans = st.lists(st.builds(Span, wall_times, wall_times), max_size=3).map(tuple)
weeks = st.lists(spans, min_size=7, max_size=7).map(lambda days: dict(enumerate(days)))


@st.composite
def cases(draw):
    first = draw(st.sampled_from(WINDOWS))
    exceptions = []
    for begins, lasts in draw(st.lists(st.tuples(st.integers(2, 7), st.integers(0, 2)), max_size=4)):
        begin = first + timedelta(days=begins)
        exceptions.append(DatedException(begin, begin + timedelta(days=lasts), draw(spans)))
    # Not the first day, which may hold the tail of a night outside the window.
    picks = draw(st.lists(st.integers(1440, REFERENCE_DAYS * 1440), min_size=3, max_size=3))
    return first, draw(weeks), tuple(exceptions), picks


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(cases())
def test_resolver_agrees_with_walking_every_minute(case):
    first, weekly, exceptions, picks = case
    minutes, _ = minutes_of(first)
    expected = reference(weekly, exceptions, first)
    resolver = Schedule(LA, weekly, exceptions)
    edges = [n for n in range(1441, len(minutes)) if expected[n] != expected[n - 1]]
    last_sure = REFERENCE_DAYS * 1440 - 120  # the window is cut by elapsed time, not at a midnight
    for n in [*picks, *edges, *(edge - 1 for edge in edges)]:
        if n >= last_sure:
            continue
        assert resolver.is_open(minutes[n]) is bool(expected[n])
        change = resolver.next_change(minutes[n])
        following = next((edge for edge in edges if edge > n), None)
        if following is not None and following < last_sure:
            # In UTC: Python never calls a time that comes twice equal to one of another zone.
            assert change.astimezone(UTC) == minutes[following]
        else:
            assert change is None or change >= minutes[last_sure]


# Cost and keeping


def test_is_open_takes_less_than_fifty_microseconds_with_a_year_of_exceptions():
    days = (date(2027, 1, 1) + timedelta(days=n) for n in range(366))
    office = schedule(OFFICE, *(DatedException(day, day, DAYTIME) for day in days))
    now = at(f"{MON} 16:30")
    office.is_open(now)
    best = min(timeit.repeat(lambda: office.is_open(now), number=100, repeat=20)) / 100
    assert best < 50e-6


def test_schedule_survives_the_cache():
    office = schedule(OFFICE, closed(MON))
    office.is_open(at(f"{MON} 10:00"))
    assert pickle.loads(pickle.dumps(office)) == office  # noqa: S301 our own bytes


# Display


def test_equal_neighbours_fold_and_the_weekend_is_one_line():
    week, weekend = weekly_lines(OFFICE)
    assert week == DisplayLine(0, 4, DAYTIME)
    assert weekend == DisplayLine(5, 6, ())
    assert (week.is_closed, weekend.is_closed) == (False, True)
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


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("09:00", "9 am"),
        ("09:30", "9:30 am"),
        ("09:05", "9:05 am"),
        ("12:00", "12 pm"),
        ("16:00", "4 pm"),
        ("00:00", "midnight"),
        ("00:30", "12:30 am"),
        ("23:59", "11:59 pm"),
    ],
)
def test_time_in_words(clock, expected):
    assert format_time(time.fromisoformat(clock)) == expected


def test_span_in_words():
    assert format_span(span("09:00", "16:30")) == "9 am – 4:30 pm"
    assert format_span(span("18:00", "00:00")) == "6 pm – midnight"
    assert format_span(span("00:00", "00:00")) == "24 hours"


def test_day_range_in_words():
    assert day_range_label(0, 4) == "Mon – Fri"
    assert day_range_label(5, 6) == "Sat – Sun"
    assert day_range_label(2, 2) == "Wed"


CHRISTMAS = closed("2026-12-24", "2027-01-03")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (f"{MON} 10:00", "Open now · until 4 pm"),
        (f"{MON} 08:59", "Closed · opens today 9 am"),
        (f"{MON} 16:00", "Closed · opens tomorrow 9 am"),
        (f"{FRI} 16:00", "Closed · opens Monday 9 am"),
        ("2026-12-29 10:00", "Closed · opens Monday 9 am"),  # six days ahead
        ("2026-12-28 10:00", "Closed · opens Mon 4 Jan, 9 am"),  # seven: Monday would be today
    ],
)
def test_state_in_words(now, expected):
    office = schedule(OFFICE, CHRISTMAS)
    assert state_text(office.state_at(at(now)), at(now)) == expected


def test_state_in_words_counts_days_in_the_clinics_zone():
    now = utc("2027-06-08 05:00")  # still Monday evening in Los Angeles
    assert state_text(schedule(OFFICE).state_at(now), now) == "Closed · opens tomorrow 9 am"


def test_state_without_a_change_in_words():
    now = at(f"{MON} 10:00")
    assert state_text(schedule({}).state_at(now), now) == "Closed"
    assert state_text(schedule(ALWAYS).state_at(now), now) == "Open now"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (f"{FRI} 00:00", "Open now · until midnight"),  # 24 hours away, still today
        ("2027-06-10 00:30", "Open now · until tomorrow midnight"),
        (f"{TUE} 10:00", "Open now · until Friday midnight"),
        ("2027-06-01 10:00", "Open now · until Fri 11 Jun, midnight"),
    ],
)
def test_closing_names_the_day_it_ends_when_it_is_neither_today_nor_within_a_day(now, expected):
    always = schedule(ALWAYS, closed(SAT))
    assert state_text(always.state_at(at(now)), at(now)) == expected
