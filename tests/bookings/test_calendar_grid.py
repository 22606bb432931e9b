"""Lay out days of the calendar: rows, runs of quarter hours, and where a day begins."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.desk.calendar.grid import find_day, find_open, find_runs, format_row, get_day_start, get_moments
from bookings.scheduling.policy import SLOT
from clinic.hours.parsing import parse_spans
from clinic.hours.schedule import Schedule
from tests.opening_hours import at

LA = ZoneInfo("America/Los_Angeles")
TUESDAY = date(2027, 6, 8)
NINE = at("2027-06-08 09:00")


def schedule(tuesday="9 am - 12 pm", monday="", wednesday="") -> Schedule:
    week = {0: monday, 1: tuesday, 2: wednesday}
    return Schedule(LA, {day: parse_spans(text) for day, text in week.items() if text})


def every_day(text) -> Schedule:
    return Schedule(LA, {day: parse_spans(text) for day in range(7)})


def runs(*column):
    """Lay out a column, each quarter hour the letters of what takes it."""
    moments = [NINE + number * SLOT for number in range(len(column))]
    taken = {moment: tuple(owners) for moment, owners in zip(moments, column, strict=True) if owners}
    return [(run.first, run.length, "".join(run.owners)) for run in find_runs(moments, taken)]


# Runs


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["", ""], [(0, 1, ""), (1, 1, "")]),
        (["a", "a", ""], [(0, 2, "a"), (2, 1, "")]),
        (["a", "b"], [(0, 1, "a"), (1, 1, "b")]),
        (["", "a", "a", "a"], [(0, 1, ""), (1, 3, "a")]),
        (["a", "", "a"], [(0, 1, "a"), (1, 1, ""), (2, 1, "a")]),
        (["a", "ab", "b", "c"], [(0, 3, "ab"), (3, 1, "c")]),
        (["ab", "b", "bc", "c"], [(0, 4, "abc")]),
        (["a", "a", "b", "b"], [(0, 2, "a"), (2, 2, "b")]),
        (["abc"], [(0, 1, "abc")]),
        ([], []),
    ],
)
def test_neighbors_with_one_owner_share_a_run(column, expected):
    assert runs(*column) == expected


@given(st.lists(st.sampled_from(["", "a", "b", "c", "ab", "bc"]), max_size=30))
def test_runs_cover_each_quarter_hour_once(column):
    found = runs(*column)
    assert [first for first, _length, _owners in found] + [len(column)] == [0] + [
        first + length for first, length, _owners in found
    ]
    for first, length, owners in found:
        assert set(owners) == set("".join(column[first : first + length]))
        assert owners or length == 1


# Rows


@pytest.mark.parametrize(
    ("hours", "needed", "first", "last"),
    [
        ("9 am - 12 pm", [], "09:00", "11:45"),
        ("9 am - 12 pm, 2 pm - 5 pm", [], "09:00", "16:45"),
        ("9 am - 12 pm", ["08:15"], "08:15", "11:45"),
        ("9 am - 12 pm", ["19:30"], "09:00", "19:30"),
        ("", ["10:00", "10:30"], "10:00", "10:30"),
        ("9:10 am - 12 pm", [], "09:00", "11:45"),
        ("24 hours", [], "00:00", "23:45"),
    ],
)
def test_rows_reach_from_opening_to_closing(hours, needed, first, last):
    moments = get_moments(TUESDAY, schedule(hours), [at(f"2027-06-08 {clock}") for clock in needed])
    assert (moments[0], moments[-1]) == (at(f"2027-06-08 {first}"), at(f"2027-06-08 {last}"))
    assert len(moments) == (moments[-1] - moments[0]) / SLOT + 1


def test_closed_day_without_visits_has_no_rows():
    assert get_moments(TUESDAY, schedule(""), [at("2027-06-07 10:00"), at("2027-06-09 10:00")]) == ()


def test_quarter_hours_of_a_lunch_break_are_not_open():
    moments = get_moments(TUESDAY, schedule("9 am - 12 pm, 2 pm - 5 pm"), [])
    closed = set(moments) - find_open(moments, schedule("9 am - 12 pm, 2 pm - 5 pm"))
    assert (min(closed), max(closed)) == (at("2027-06-08 12:00"), at("2027-06-08 13:45"))


def test_hours_past_midnight_stand_on_the_day_that_opened():
    late = schedule(tuesday="8 pm - 2 am", wednesday="9 am - 12 pm")
    tuesday, wednesday = get_moments(TUESDAY, late, []), get_moments(TUESDAY + timedelta(1), late, [])
    assert (tuesday[0], tuesday[-1]) == (at("2027-06-08 20:00"), at("2027-06-09 01:45"))
    assert (wednesday[0], wednesday[-1]) == (at("2027-06-09 09:00"), at("2027-06-09 11:45"))
    assert find_day(at("2027-06-09 01:45"), late) == TUESDAY
    assert find_day(at("2027-06-09 02:00"), late) == TUESDAY + timedelta(1)
    assert find_day(at("2027-06-09 01:45"), schedule(wednesday="9 am - 12 pm")) == TUESDAY + timedelta(1)


@pytest.mark.parametrize(
    "hours", ["9 am - 5 pm", "8 pm - 2 am", "10 pm - 10 am", "24 hours", "12 am - 3 am, 9 pm - 4 am", ""]
)
@pytest.mark.parametrize("month", [date(2027, 3, 10), date(2027, 11, 3), date(2027, 6, 1)])
def test_each_quarter_hour_stands_on_one_day(hours, month):
    weekly = every_day(hours) if hours else Schedule(LA, {})
    days = [month + timedelta(number) for number in range(8)]
    starts = [get_day_start(day, weekly) for day in days]
    assert starts == sorted(set(starts))
    for day, start, end in zip(days, starts, starts[1:], strict=False):
        moment = start
        while moment < end:
            assert find_day(moment, weekly) == day
            moment += SLOT


@pytest.mark.parametrize(("day", "rows"), [("2027-03-14", 92), ("2027-11-07", 100), ("2027-06-08", 96)])
def test_day_of_a_clock_change_has_its_own_number_of_rows(day, rows):
    moments = get_moments(date.fromisoformat(day), every_day("24 hours"), [])
    labels = [format_row(moment, LA) for moment in moments]
    assert len(labels) == len(set(labels)) == rows


def test_hour_that_comes_twice_names_its_zone():
    moments = get_moments(date(2027, 11, 7), every_day("24 hours"), [])
    assert [format_row(moment, LA) for moment in moments if moment.minute == 0][:4] == [
        "midnight",
        "1 am PDT",
        "1 am PST",
        "2 am",
    ]
