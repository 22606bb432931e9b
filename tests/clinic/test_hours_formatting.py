"""Test opening hours in words: those of the table and of the badge."""

from bisect import bisect_right
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.hours.formatting import (
    SEPARATOR,
    day_range_label,
    format_dates,
    format_dates_with_year,
    format_end,
    format_span,
    format_spans,
    format_time,
    state_text,
    status_texts_between,
)
from clinic.hours.holidays import DayOfYear
from clinic.hours.schedule import HORIZON_DAYS, Holiday, Schedule, State
from tests.opening_hours import (
    ALWAYS,
    DAYTIME,
    FRI,
    LA,
    MICROSECOND,
    MON,
    OFFICE,
    SAT,
    SUN,
    TUE,
    WED,
    at,
    closed,
    every_day,
    in_utc,
    naive,
    on,
    schedule,
    season,
    span,
    utc,
)
from tests.opening_hours_reference import DAY_OF_MINUTES, FIRST_SURE, WHOLE_DAY, Walk, windows
from tests.sizes import size

pytestmark = pytest.mark.same_everywhere

# Times, spans and dates


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("09:00", "9 am"),
        ("09:30", "9:30 am"),
        ("09:05", "9:05 am"),
        ("11:59", "11:59 am"),
        ("12:00", "12 pm"),
        ("13:00", "1 pm"),
        ("16:00", "4 pm"),
        ("00:00", "midnight"),
        ("00:30", "12:30 am"),
        ("00:00:59", "midnight"),
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


def test_spans_in_words():
    assert format_spans((span("09:00", "12:00"), span("13:00", "16:30"))) == "9 am – 12 pm, 1 pm – 4:30 pm"
    assert format_spans(DAYTIME) == "9 am – 4 pm"


def test_no_spans_are_closed_in_words():
    assert format_spans(()) == "Closed"


def test_span_of_a_day_that_does_not_begin_at_midnight_tells_its_times():
    assert format_span(span("09:00", "09:00")) == "9 am – 9 am"
    assert format_span(span("00:00", "09:00")) == "midnight – 9 am"


def test_dates_in_words():
    assert format_dates(on("2026-11-26"), on("2026-11-26")) == "Thu, Nov 26"
    assert format_dates(on("2026-12-24"), on("2027-01-03")) == "Dec 24 – Jan 3"
    assert format_dates(on("2026-12-24"), date.max) == "from Dec 24"


def test_dates_with_their_year_in_words():
    assert format_dates_with_year(on("2026-11-26"), on("2026-11-26")) == "Thu, Nov 26, 2026"
    assert format_dates_with_year(on("2026-12-28"), on("2027-01-08")) == "Dec 28, 2026 – Jan 8, 2027"
    assert format_dates_with_year(on("2026-12-28"), date.max) == "from Dec 28, 2026"


@pytest.mark.parametrize("month", range(1, 13))
def test_months_and_weekdays_have_their_english_names(month):
    day = date(2027, month, 15)
    assert format_dates(day, day) == f"{day:%a, %b %d}"  # the tests run in the C locale


# The state


def text(hours, now):
    return state_text(hours.state_at(now), now)


CHRISTMAS = closed("2026-12-24", "2027-01-03")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (f"{MON} 10:00", "Open now · until 4 pm"),
        (f"{MON} 08:59", "Closed · opens today 9 am"),
        (f"{MON} 16:00", "Closed · opens tomorrow 9 am"),
        (f"{FRI} 16:00", "Closed · opens Monday 9 am"),
        (f"{SAT} 10:00", "Closed · opens Monday 9 am"),  # the day after tomorrow has its name
        (f"{SUN} 10:00", "Closed · opens tomorrow 9 am"),
        ("2026-12-29 10:00", "Closed · opens Monday 9 am"),  # six days ahead
        ("2026-12-28 10:00", "Closed · opens Mon, Jan 4, 9 am"),  # seven: Monday would be today
        ("2026-12-24 10:00", "Closed · opens Mon, Jan 4, 9 am"),
    ],
)
def test_state_in_words(now, expected):
    assert text(schedule(OFFICE, CHRISTMAS), at(now)) == expected


def test_state_in_words_counts_days_in_the_clinics_zone():
    now = utc("2027-06-08 05:00")  # still Monday evening in Los Angeles
    assert text(schedule(OFFICE), now) == "Closed · opens tomorrow 9 am"
    always = schedule(ALWAYS, closed(WED))
    assert text(always, utc("2027-06-07 07:00")) == "Open now · until tomorrow midnight"  # just Monday there
    assert text(always, utc("2027-06-07 06:59")) == "Open now · until Tuesday midnight"  # still Sunday there


@pytest.mark.parametrize(
    "never",
    [
        schedule({}),
        schedule(OFFICE, closed(MON, "9999-12-31")),
        schedule(OFFICE, seasons=(season(MON, "9999-12-31", {}),)),
    ],
    ids=["no hours", "closed", "season"],
)
def test_always_closed_says_so(never):
    assert text(never, at(f"{MON} 10:00")) == "Closed · until further notice"


def test_what_the_badge_says_parts_in_two():
    assert text(schedule(OFFICE), at(f"{MON} 10:00")).partition(SEPARATOR)[::2] == ("Open now", "until 4 pm")
    assert text(schedule({}), at(f"{MON} 10:00")).partition(SEPARATOR)[::2] == ("Closed", "until further notice")


def test_always_open_says_so():
    assert text(schedule(ALWAYS), at(f"{MON} 10:00")) == "Open now · day and night"


def test_opening_that_has_passed_has_its_date_and_is_not_tomorrow():
    state = schedule(OFFICE).state_at(at(f"{MON} 08:00"))
    assert state_text(state, at(f"{TUE} 08:00")) == "Closed · opens Mon, Jun 7, 9 am"


def test_naive_now_is_refused_in_the_text():
    for state in (State(is_open=False, changes_at=None), schedule(OFFICE).state_at(at(f"{MON} 10:00"))):
        with pytest.raises(ValueError, match="time zone"):
            state_text(state, naive(f"{MON} 10:00"))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (f"{FRI} 00:00", "Open now · until midnight"),  # 24 hours away, still today
        ("2027-06-10 23:59", "Open now · until tomorrow midnight"),
        ("2027-06-10 00:30", "Open now · until tomorrow midnight"),
        (f"{TUE} 10:00", "Open now · until Friday midnight"),
        ("2027-06-01 10:00", "Open now · until Fri, Jun 11, midnight"),
    ],
)
def test_closing_names_the_day_it_ends_when_it_is_neither_today_nor_within_a_day(now, expected):
    assert text(schedule(ALWAYS, closed(SAT)), at(now)) == expected


def test_closing_loses_the_name_of_its_day_when_it_is_a_day_away():
    always = schedule(ALWAYS, closed(SAT, spans=(span("00:00", "04:00"),)))
    assert text(always, at(f"{FRI} 04:00") - MICROSECOND) == "Open now · until tomorrow 4 am"
    assert text(always, at(f"{FRI} 04:00")) == "Open now · until 4 am"


def test_closing_after_midnight_does_not_name_its_day():
    assert text(schedule(every_day(span("22:00", "02:00"))), at(f"{FRI} 23:00")) == "Open now · until 2 am"


def test_day_of_twenty_five_hours_is_more_than_a_day():
    always = schedule(ALWAYS, closed("2027-11-08", spans=(span("00:00", "00:30"),)))
    assert text(always, at("2027-11-07 00:30")) == "Open now · until tomorrow 12:30 am"
    assert text(always, at("2027-11-07 01:30")) == "Open now · until 12:30 am"


def test_midnight_that_ends_the_long_day_is_still_that_of_today():
    assert text(schedule(ALWAYS, closed("2027-11-08")), at("2027-11-07 00:00")) == "Open now · until midnight"


# Claims


def texts(hours, a, b):
    return [(in_utc(one.since), one.is_open, one.text) for one in status_texts_between(hours, at(a), at(b))]


def test_texts_change_with_the_hours_and_at_midnight():
    assert texts(schedule(OFFICE), f"{MON} 10:00", f"{TUE} 10:00") == [
        (in_utc(at(f"{MON} 10:00")), True, "Open now · until 4 pm"),
        (in_utc(at(f"{MON} 16:00")), False, "Closed · opens tomorrow 9 am"),
        (in_utc(at(f"{TUE} 00:00")), False, "Closed · opens today 9 am"),
        (in_utc(at(f"{TUE} 09:00")), True, "Open now · until 4 pm"),
    ]


def test_texts_start_in_utc():
    (one,) = status_texts_between(schedule(OFFICE), at(f"{MON} 10:00"), at(f"{MON} 11:00"))
    assert one.since.utcoffset() == timedelta()
    assert one.since == at(f"{MON} 10:00")


def test_texts_end_before_the_end():
    assert len(texts(schedule(OFFICE), f"{MON} 10:00", f"{MON} 16:00")) == 1
    assert texts(schedule(OFFICE), f"{MON} 10:00", f"{MON} 10:00") == []


def test_closing_a_day_away_is_a_text_of_its_own():
    always = schedule(ALWAYS, closed(SAT, spans=(span("00:00", "04:00"),)))
    assert texts(always, f"{FRI} 01:00", f"{FRI} 06:00") == [
        (in_utc(at(f"{FRI} 01:00")), True, "Open now · until tomorrow 4 am"),
        (in_utc(at(f"{FRI} 04:00")), True, "Open now · until 4 am"),
    ]


def test_closing_a_day_after_the_last_text_is_seen():
    always = schedule(ALWAYS, closed(SAT, spans=(span("00:00", "04:00"),)))
    assert len(texts(always, f"{FRI} 01:00", f"{FRI} 04:00:01")) == 2
    assert len(texts(always, f"{FRI} 01:00", f"{FRI} 04:00")) == 1


def test_same_words_are_one_text():
    assert len(texts(schedule(ALWAYS), f"{MON} 10:00", f"{SUN} 10:00")) == 1
    assert len(texts(schedule({}), f"{MON} 10:00", f"{SUN} 10:00")) == 1


def test_midnight_after_the_short_day_has_its_text():
    late = texts(schedule({1: DAYTIME}), "2027-03-13 23:30", "2027-03-15 00:15")  # less than 24 hours
    assert late[-1] == (utc("2027-03-15 07:00"), False, "Closed · opens tomorrow 9 am")


@pytest.mark.parametrize(
    ("closing_day", "begin", "end", "words", "day_away"),
    [
        ("2027-03-15", "2027-03-13 23:00", "2027-03-13 23:50", "until Monday 12:30 am", "2027-03-14 07:30"),
        ("2027-11-08", "2027-11-07 00:10", "2027-11-07 02:00", "until tomorrow 12:30 am", "2027-11-07 08:30"),
    ],
)
def test_closing_a_day_away_is_twenty_four_hours_away_also_when_the_day_is_not(
    closing_day, begin, end, words, day_away
):
    always = schedule(ALWAYS, closed(closing_day, spans=(span("00:00", "00:30"),)))
    assert texts(always, begin, end) == [
        (in_utc(at(begin)), True, f"Open now · {words}"),
        (utc(day_away), True, "Open now · until 12:30 am"),
    ]


def test_holidays_and_seasons_have_their_texts():
    year = schedule(OFFICE, seasons=(season(WED, FRI, {}),), holidays=(Holiday(DayOfYear(6, 8)),))
    assert texts(year, f"{MON} 16:00", f"{WED} 00:00") == [
        (in_utc(at(f"{MON} 16:00")), False, "Closed · opens Mon, Jun 14, 9 am"),
        (in_utc(at(f"{TUE} 00:00")), False, "Closed · opens Monday 9 am"),
    ]


def test_texts_count_midnights_in_the_clinics_zone():
    tokyo = Schedule(ZoneInfo("Asia/Tokyo"), every_day(*DAYTIME))
    assert [one.text for one in status_texts_between(tokyo, utc("2027-06-07 14:00"), utc("2027-06-07 16:00"))] == [
        "Closed · opens tomorrow 9 am",
        "Closed · opens today 9 am",
    ]


@pytest.mark.parametrize("bounds", [("now", None), (None, "now")])
def test_naive_bound_is_refused_for_texts(bounds):
    a, b = (naive(f"{MON} 10:00") if bound else at(f"{MON} 10:00") for bound in bounds)
    with pytest.raises(ValueError, match="time zone"):
        status_texts_between(schedule(OFFICE), a, b)


def test_what_comes_within_the_horizon_is_told_from_midnight():
    far = date(2027, 6, 7) + timedelta(days=HORIZON_DAYS)
    once = schedule({}, closed(str(far), spans=DAYTIME))
    assert texts(once, f"{MON} 23:00", f"{TUE} 01:00") == [
        (in_utc(at(f"{MON} 23:00")), False, "Closed · until further notice"),
        (in_utc(at(f"{TUE} 00:00")), False, "Closed · opens Tue, Jul 11, 9 am"),
    ]


DAYS_OF_CLAIMS = 14
all_night = st.sampled_from((None, WHOLE_DAY, (span("09:00", "09:00"),), (span("20:00", "06:00"),)))


def spoken(hours, first):
    """Return what the badge says at every minute.

    The state is asked for once between midnights and changes.
    """
    walk, states = Walk(hours, first), {}
    for n in range(FIRST_SURE, FIRST_SURE + DAYS_OF_CLAIMS * DAY_OF_MINUTES):
        minute = walk.minutes[n]
        stretch = (bisect_right(walk.changes, n), minute.astimezone(LA).date())
        if stretch not in states:
            states[stretch] = hours.state_at(minute)
        state = states[stretch]
        yield minute, state.is_open, state_text(state, minute)


@settings(max_examples=size(8, 40), derandomize=True, deadline=None, database=None)
@given(windows, all_night)
def test_last_text_is_what_the_badge_says_at_every_minute_of_two_weeks(window, hours_of_every_night):
    first, hours = window
    if hours_of_every_night:
        hours = schedule(every_day(*hours_of_every_night), *hours.exceptions, holidays=hours.holidays)
    expected = list(spoken(hours, first))
    told = status_texts_between(hours, expected[0][0], expected[-1][0] + timedelta(minutes=1))
    place = 0
    for minute, *said in expected:
        while place + 1 < len(told) and told[place + 1].since <= minute:
            place += 1
        assert [told[place].is_open, told[place].text] == said


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("2026-11-07 00:00", "Through Friday, Nov 6"),
        ("2026-11-06 17:00", "Until Fri, Nov 6, 5 pm"),
        ("2026-12-31 23:59", "Until Thu, Dec 31, 11:59 pm"),
        ("2027-01-01 00:00", "Through Thursday, Dec 31"),
        ("2027-01-01 00:01", "Until Fri, Jan 1, 2027, 12:01 am"),
        ("2027-01-02 00:00", "Through Friday, Jan 1, 2027"),
        ("2100-01-02 00:00", "Through Friday, Jan 1, 2100"),
        ("2025-11-07 00:00", "Through Thursday, Nov 6, 2025"),
        ("2026-01-01 00:00", "Through Wednesday, Dec 31, 2025"),
        ("2025-12-31 12:00", "Until Wed, Dec 31, 2025, 12 pm"),
    ],
)
def test_end_in_another_year_names_it(end, words):
    assert format_end(datetime.fromisoformat(end), 2026) == words
