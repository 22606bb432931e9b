"""Compare the resolver with a walk through every minute.

Schedules and instants are random, thousands of them with FULL=1.
"""

import pickle
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.opening_hours import MICROSECOND, in_utc, open_minutes_between
from tests.opening_hours_reference import (
    DAYS,
    LAST_SURE,
    SPECIAL_NIGHT,
    Walk,
    falls_on,
    narrowest,
    spans_of,
    sure_minutes,
    windows,
)
from tests.sizes import size

pytestmark = pytest.mark.same_everywhere

derandomized = {"derandomize": True, "deadline": None, "database": None}
EXAMPLES = size(200, 1500)  # a fifth are drawn twice, so the test counts


def interesting(walk, picks):
    """Return the picked minutes and those around the nearest changes."""
    near = sorted((n for n in walk.changes if n < LAST_SURE), key=lambda n: abs(n - SPECIAL_NIGHT))[:4]
    return sorted({*picks, *near, *(n - 1 for n in near)})


def assert_same(walk, found, expected):
    """Compare two instants in UTC.

    Python never calls a time that comes twice equal to one of another zone.
    """
    if expected is None:
        assert found is None or found >= walk.minutes[LAST_SURE]
    else:
        assert in_utc(found) == walk.minutes[expected]


def compare(schedule, walk, n, end, count):
    moment = walk.minutes[n]
    assert schedule.is_open(moment) is bool(walk.is_open[n])
    assert schedule.is_open(walk.minutes[n + 1] - MICROSECOND) is bool(walk.is_open[n])
    assert_same(walk, schedule.next_change(moment), walk.next_change(n))
    assert_same(walk, schedule.next_opening(moment), walk.next_opening(n))
    begin, end = sorted((n, end))
    assert open_minutes_between(schedule, walk.minutes[begin], walk.minutes[end]) == walk.open_minutes(begin, end)
    assert_same(walk, schedule.add_open_minutes(moment, count), walk.add_open_minutes(n, count))


def test_resolver_agrees_with_walking_every_minute():
    compared = set()

    @settings(max_examples=EXAMPLES, **derandomized)
    @given(windows, st.lists(sure_minutes, min_size=4, max_size=4), st.integers(0, 3000))
    def agree(window, picks, count):
        first, schedule = window
        key = repr(schedule)
        walk = Walk(schedule, first)
        for n in interesting(walk, picks):
            compare(schedule, walk, n, picks[0], count)
            compared.add((key, walk.minutes[n]))

    agree()
    assert len({schedule for schedule, _ in compared}) >= size(120, 1_000)
    assert len(compared) >= size(1_200, 10_000)


@settings(max_examples=size(50, 150), **derandomized)
@given(windows, st.lists(sure_minutes, min_size=3, max_size=3).map(sorted), st.integers(1, 5000))
def test_open_minutes_add_up_and_are_the_inverse_of_adding(window, picks, count):
    first, schedule = window
    a, b, c = (Walk(schedule, first).minutes[n] for n in picks)
    minutes = partial(open_minutes_between, schedule)
    assert minutes(a, b) + minutes(b, c) == minutes(a, c)
    until = schedule.add_open_minutes(a, count)
    if until is None:
        assert minutes(a, a + timedelta(days=380)) < count
    else:
        until = in_utc(until)
        assert minutes(a, until) == count
        assert minutes(a, until - MICROSECOND) < count


@settings(max_examples=size(33, 100), **derandomized)
@given(windows, st.tuples(sure_minutes, sure_minutes).map(sorted))
def test_changes_between_are_those_of_the_walk(window, bounds):
    first, schedule = window
    walk, (a, b) = Walk(schedule, first), bounds
    found = schedule.changes_between(walk.minutes[a], walk.minutes[b])
    assert [in_utc(t) for t in found] == [walk.minutes[n] for n in walk.changes if a < n < b]


@settings(max_examples=size(33, 100), **derandomized)
@given(windows, st.data())
def test_closed_in_is_where_only_the_first_walk_is_open(window, data):
    first, schedule = window
    _, other = data.draw(windows)
    if data.draw(st.booleans()):  # a change of special days alone takes a way of its own
        shared = data.draw(st.lists(st.sampled_from(schedule.exceptions), max_size=3)) if schedule.exceptions else []
        other = replace(schedule, exceptions=(*shared, *other.exceptions))
    ours, theirs = Walk(schedule, first), Walk(other, first)
    a, b = sorted(data.draw(st.tuples(sure_minutes, sure_minutes)))
    lost = [a <= n < b and ours.is_open[n] and not theirs.is_open[n] for n in range(len(ours.minutes))]
    edges = [ours.minutes[n] for n in range(1, len(lost)) if bool(lost[n]) != bool(lost[n - 1])]
    found = schedule.closed_in(other, ours.minutes[a], ours.minutes[b])
    assert [in_utc(t) for interval in found for t in interval] == edges


@settings(max_examples=size(50, 150), **derandomized)
@given(windows, st.integers(0, DAYS - 1), st.integers(0, DAYS))
def test_exceptions_between_tell_each_date_once_and_rightly(window, start, length):
    day_before, schedule = window
    first = day_before + timedelta(days=start)
    last = first + timedelta(days=length)
    runs = schedule.exceptions_between(first, last)
    assert all(before.last < after.first for before, after in pairwise(runs))
    assert all(run.first <= last and first <= run.last for run in runs)
    for n in range(length + 1):
        day = first + timedelta(days=n)
        told = [run.spans for run in runs if run.first <= day <= run.last]
        is_told = narrowest(schedule.exceptions, day) or any(falls_on(one.rule, day) for one in schedule.holidays)
        assert told == ([spans_of(schedule, day)] if is_told else [])


@settings(max_examples=size(33, 100), **derandomized)
@given(windows, st.integers(1, 4))
def test_closed_ranges_are_the_runs_of_dates_without_hours(window, at_least):
    first, schedule = window
    letters = "".join("o" if spans_of(schedule, first + timedelta(days=n)) else "c" for n in range(DAYS))
    runs, place = [], 0
    for run in letters.replace("oc", "o|c").replace("co", "c|o").split("|"):
        if "c" in run and len(run) >= at_least:
            runs.append((first + timedelta(days=place), first + timedelta(days=place + len(run) - 1)))
        place += len(run)
    last = first + timedelta(days=DAYS - 1)
    assert schedule.closed_ranges_between(first, last, at_least_days=at_least) == tuple(runs)


@settings(max_examples=size(16, 50), **derandomized)
@given(windows, sure_minutes)
def test_schedule_survives_pickling_before_and_after_use(window, n):
    first, schedule = window
    moment = Walk(schedule, first).minutes[n]
    fresh = pickle.loads(pickle.dumps(schedule))  # noqa: S301 our own bytes
    answer = schedule.state_at(moment)
    used = pickle.loads(pickle.dumps(schedule))  # noqa: S301 our own bytes
    assert fresh == used == schedule
    assert fresh.state_at(moment) == used.state_at(moment) == answer
