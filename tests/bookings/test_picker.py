"""Test how patients see free times: by day, a few days a page, as form values, and in words."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bookings.patient.fields import parse_value, to_value
from bookings.scheduling.availability import free_starts
from bookings.scheduling.formatting import format_deadline, format_start, parse_day
from bookings.scheduling.picker import Day, Window, get_window, group_by_day, split_day
from bookings.scheduling.policy import SlotRules
from tests.opening_hours import LA, OFFICE, at, on, schedule, utc

NOW = utc("2027-11-04 16:00")  # Thursday, 9 am in Los Angeles; the clocks go back on Sunday


@pytest.fixture(scope="module")
def november():
    return list(group_by_day((free.at for free in free_starts(schedule(OFFICE), SlotRules(), [{1: ()}], NOW)), LA))


def days(count, first="2027-11-01"):
    return [Day(on(first) + timedelta(days=number), (NOW,)) for number in range(count)]


# Days


def test_times_stand_under_clinic_dates_across_november(november):
    thursday, friday, monday = november[:3]
    assert [day.date.isoformat() for day in (thursday, friday, monday)] == ["2027-11-04", "2027-11-05", "2027-11-08"]
    assert (friday.times[0], monday.times[0]) == (utc("2027-11-05 16:00"), utc("2027-11-08 17:00"))


def test_nine_stays_nine_across_the_clock_change(november):
    friday, monday = november[1:3]
    now = friday.times[0]
    assert format_start(friday.times[0], LA, now) == "Friday, November 5, 9 am"
    assert format_start(monday.times[0], LA, now) == "Monday, November 8, 9 am"
    assert [to_value(day.times[0]) for day in (friday, monday)] == ["2027-11-05T16:00Z", "2027-11-08T17:00Z"]


def test_evening_belongs_to_the_clinics_day():
    assert next(group_by_day([at("2027-11-05 20:00")], LA)).date == date(2027, 11, 5)


def test_days_without_free_times_are_omitted(november):
    assert all(day.times for day in november)
    assert date(2027, 11, 6) not in [day.date for day in november]


def parts(*clocks):
    times = [at(f"2027-11-05 {clock}") for clock in clocks]
    return [(part, f"{start:%H:%M}") for part, start in split_day(times, LA)]


def test_quarter_hours_come_last_as_more():
    assert parts("10:15", "10:30", "11:00", "11:45", "12:00", "12:15", "13:30") == [
        ("morning", "10:30"),
        ("morning", "11:00"),
        ("afternoon", "12:00"),
        ("afternoon", "13:30"),
        ("more", "10:15"),
        ("more", "11:45"),
        ("more", "12:15"),
    ]


def test_few_times_are_all_shown_in_order():
    six = ("10:15", "10:30", "11:45", "12:00", "12:15", "13:30")
    assert [clock for _part, clock in parts(*six)] == list(six)
    assert {part for part, _clock in parts(*six)} == {"morning", "afternoon"}


def test_day_of_quarter_hours_hides_none():
    assert {part for part, _clock in parts(*(f"{hour}:15" for hour in range(10, 17)))} == {"morning", "afternoon"}


# Pages


def test_first_page_shows_five_days():
    page = get_window(days(12), None)
    assert [day.date.day for day in page.days] == [1, 2, 3, 4, 5]
    assert (page.earlier, page.later) == (None, date(2027, 11, 6))


def test_later_and_earlier_return_to_same_days():
    all_days = days(12)
    first = get_window(all_days, None)
    second = get_window(all_days, first.later)
    assert [day.date.day for day in second.days] == [6, 7, 8, 9, 10]
    assert get_window(all_days, second.earlier) == first


def test_last_page_has_no_later_days():
    page = get_window(days(12), date(2027, 11, 11))
    assert [day.date.day for day in page.days] == [11, 12]
    assert (page.earlier, page.later) == (date(2027, 11, 6), None)


def test_earlier_page_never_starts_before_first_day():
    assert get_window(days(12), date(2027, 11, 2)).earlier == date(2027, 11, 1)


def test_page_past_the_end_shows_last_days():
    assert [day.date.day for day in get_window(days(7), date.max).days] == [3, 4, 5, 6, 7]


@pytest.mark.parametrize("first", [None, date.min, date.max])
def test_no_days_make_an_empty_page(first):
    assert get_window([], first) == Window((), None, None)


def test_page_reads_no_further_than_it_must():
    later = iter(days(12))
    get_window(later, None)
    assert [day.date.day for day in later] == [7, 8, 9, 10, 11, 12]


# Values


def test_form_value_survives_the_round_trip():
    for moment in (at("2027-11-05 10:00"), at("2027-11-08 10:00"), at("2027-11-07 01:30", fold=1)):
        assert parse_value(to_value(moment)) == moment.astimezone(UTC)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "call me",
        "2026-11-24T18:00",
        "2026-11-24T18:00+00:00",
        "2026-11-24T18:00:00Z",
        "2026-11-24 18:00Z",
        " 2026-11-24T18:00Z",
        "2026-11-24T18:00Z\n",
        "2026-1-4T8:00Z",
        "2026-02-30T18:00Z",
        "2026-11-24T25:00Z",
        "２０２６-11-24T18:00Z",
        "0001-01-01T00:00Z\x00",
        "9" * 5000,
    ],
)
def test_any_other_text_is_no_time(text):
    assert parse_value(text) is None


@pytest.mark.parametrize("text", [None, "", "tomorrow", "2026-13-01", "\x00", "9" * 5000])
def test_any_other_text_is_no_day(text):
    assert parse_day(text) is None


# Deadlines


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2027-11-04 13:00", "today, 1 pm"),
        ("2027-11-05 09:30", "tomorrow, 9:30 am"),
        ("2027-11-08 13:00", "Monday, 1 pm"),
        ("2027-11-11 13:00", "Thursday, November 11, 1 pm"),
        ("2027-11-03 13:00", "Wednesday, November 3, 1 pm"),
    ],
)
def test_deadlines_read_as_people_say_them(moment, expected):
    assert format_deadline(at(moment), NOW, LA) == expected


def test_deadline_counts_days_of_the_clinic():
    evening = datetime(2027, 11, 6, 5, 0, tzinfo=UTC)  # Friday, 10 pm in Los Angeles, Saturday in London
    assert format_deadline(at("2027-11-08 13:00"), evening, LA) == "Monday, 1 pm"
    assert format_deadline(at("2027-11-06 13:00"), evening, LA) == "tomorrow, 1 pm"
