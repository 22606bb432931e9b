"""The free times on the page: under which day, on which page, with which value, in which words."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bookings import time_choices
from bookings.scheduling.availability import SlotRules, free_starts
from bookings.scheduling.picker import Day, by_day, deadline_words, read_day, read_value, value_of, window, words
from tests.opening_hours import LA, OFFICE, at, on, schedule, utc

NOW = utc("2027-11-04 16:00")  # Thursday, 9 am in Los Angeles; the clocks go back on Sunday


@pytest.fixture(scope="module")
def november():
    return by_day((free.at for free in free_starts(schedule(OFFICE), SlotRules(), {1: ()}, NOW)), LA)


def days(count, first="2027-11-01"):
    return [Day(on(first) + timedelta(days=number), (NOW,)) for number in range(count)]


# Days


def test_times_stand_under_the_date_of_the_clinic_across_november(november):
    thursday, friday, monday = november[:3]
    assert [day.date.isoformat() for day in (thursday, friday, monday)] == ["2027-11-04", "2027-11-05", "2027-11-08"]
    assert (friday.times[0], monday.times[0]) == (utc("2027-11-05 16:00"), utc("2027-11-08 17:00"))


def test_words_stay_at_nine_when_the_instant_moves(november):
    friday, monday = november[1:3]
    assert words(friday.times[0], LA) == "Friday, November 5, 9 am"
    assert words(monday.times[0], LA) == "Monday, November 8, 9 am"
    assert [value_of(day.times[0]) for day in (friday, monday)] == ["2027-11-05T16:00Z", "2027-11-08T17:00Z"]


def test_evening_belongs_to_the_clinics_day_not_to_that_of_utc():
    assert by_day([at("2027-11-05 20:00")], LA)[0].date == date(2027, 11, 5)


def test_day_without_free_times_is_no_day(november):
    assert all(day.times for day in november)
    assert date(2027, 11, 6) not in [day.date for day in november]


# Pages


def test_first_page_shows_the_next_five_days():
    page = window(days(12), None)
    assert [day.date.day for day in page.days] == [1, 2, 3, 4, 5]
    assert (page.earlier, page.later) == (None, date(2027, 11, 6))


def test_later_and_earlier_lead_back_to_the_same_days():
    all_days = days(12)
    first = window(all_days, None)
    second = window(all_days, first.later)
    assert [day.date.day for day in second.days] == [6, 7, 8, 9, 10]
    assert window(all_days, second.earlier) == first


def test_last_page_has_no_later_days():
    page = window(days(12), date(2027, 11, 11))
    assert [day.date.day for day in page.days] == [11, 12]
    assert (page.earlier, page.later) == (date(2027, 11, 6), None)


def test_page_before_the_second_day_begins_with_the_first():
    assert window(days(12), date(2027, 11, 2)).earlier == date(2027, 11, 1)


def test_days_that_went_meanwhile_leave_the_last_ones():
    assert [day.date.day for day in window(days(7), date.max).days] == [3, 4, 5, 6, 7]


@pytest.mark.parametrize("first", [None, date.min, date.max])
def test_no_days_make_an_empty_page(first):
    assert window([], first) == time_choices.Window((), None, None)


# Values


def test_value_is_read_as_it_was_written():
    for moment in (at("2027-11-05 10:00"), at("2027-11-08 10:00"), at("2027-11-07 01:30", fold=1)):
        assert read_value(value_of(moment)) == moment.astimezone(UTC)


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
def test_anything_else_is_no_time(text):
    assert read_value(text) is None


@pytest.mark.parametrize("text", [None, "", "tomorrow", "2026-13-01", "\x00", "9" * 5000])
def test_anything_else_is_no_day(text):
    assert read_day(text) is None


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
def test_deadline_is_said_as_people_say_it(moment, expected):
    assert deadline_words(at(moment), NOW, LA) == expected


def test_deadline_counts_the_clinics_days():
    evening = datetime(2027, 11, 6, 5, 0, tzinfo=UTC)  # Friday, 10 pm in Los Angeles, Saturday in London
    assert deadline_words(at("2027-11-08 13:00"), evening, LA) == "Monday, 1 pm"
    assert deadline_words(at("2027-11-06 13:00"), evening, LA) == "tomorrow, 1 pm"
