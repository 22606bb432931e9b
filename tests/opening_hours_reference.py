"""Find out what opening hours mean by walking every minute.

Each span switches on and off as the clock passes. The module uses the words of `clinic.hours` and none of its code:
every date is looked up by asking each rule in turn, and every instant by reading a clock.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate

from hypothesis import strategies as st

from clinic.hours.holidays import LAST, DayOfYear, DaysFrom, ListedDays, NthWeekday
from clinic.hours.schedule import DatedException, Holiday, Schedule, Season, Span
from tests.opening_hours import LA, MINUTE

DAYS = 17
DAY_OF_MINUTES = 1440
FIRST_SURE = DAY_OF_MINUTES  # the first day may hold the tail of a night outside the window
LAST_SURE = DAYS * DAY_OF_MINUTES - 120  # the window is cut by elapsed time, not at a midnight
# The sixth day is the daylight-saving one, the last of the year or the leap day.
WINDOWS = (date(2027, 3, 9), date(2027, 11, 2), date(2027, 12, 26), date(2028, 2, 24))
SPECIAL_NIGHT = 5 * DAY_OF_MINUTES + 120


@cache
def minutes_of(first):
    """Return every minute of the window, and the first minute of each time.

    That is the first minute whose clock reads the wall time or later.
    """
    start = datetime.combine(first, time(), tzinfo=LA).astimezone(UTC)
    minutes = [start + n * MINUTE for n in range(DAYS * DAY_OF_MINUTES)]
    reached, wanted = {}, datetime.combine(first, time())
    for n, minute in enumerate(minutes):
        reading = minute.astimezone(LA).replace(tzinfo=None)
        while wanted <= reading:
            reached[wanted] = n
            wanted += MINUTE
    return minutes, reached


def falls_on(rule, day):
    match rule:
        case DayOfYear():
            return (day.month, day.day) == (rule.month, rule.day)
        case DaysFrom():
            return falls_on(rule.rule, day - timedelta(days=rule.days))
        case ListedDays():
            return day in rule.days
        case NthWeekday(nth=nth) if nth == LAST:
            return day.weekday() == rule.weekday and day.month == rule.month != (day + timedelta(days=7)).month
        case NthWeekday():
            weeks_before = (day.day - 1) // 7
            return day.weekday() == rule.weekday and day.month == rule.month and weeks_before == rule.nth - 1


def narrowest(ranges, day):
    """Return the range that rules the day: the shortest that holds it.

    Of two that are equally short, the latest rules, then the last listed.
    """
    winner, rank = None, None
    for place, one in enumerate(ranges):
        own = (-(one.last - one.first).days, one.first, place)
        if one.first <= day <= one.last and (rank is None or own > rank):
            winner, rank = one, own
    return winner


def spans_of(schedule, day):
    if exception := narrowest(schedule.exceptions, day):
        return exception.spans
    season = narrowest(schedule.seasons, day)
    usual = (season or schedule).weekly.get(day.weekday(), ())
    for holiday in reversed(schedule.holidays):
        if falls_on(holiday.rule, day):
            return holiday.spans if usual else ()
    return usual


class Walk:
    """Hold whether each minute is open, and count from that.

    All results are minute numbers.
    """

    def __init__(self, schedule, first):
        self.minutes, reached = minutes_of(first)
        self.is_open = bytearray(len(self.minutes))
        for day in (first + timedelta(days=n) for n in range(DAYS)):
            for span in spans_of(schedule, day):
                opens, closes = datetime.combine(day, span.opens), datetime.combine(day, span.closes)
                if closes <= opens:
                    closes += timedelta(days=1)
                begin, end = (reached.get(wall, len(self.minutes)) for wall in (opens, closes))
                self.is_open[begin:end] = b"\x01" * (end - begin)
        self.openings = [n + 1 for n in self._found(b"\x00\x01")]
        self.changes = sorted([*self.openings, *(n + 1 for n in self._found(b"\x01\x00"))])
        self.open_before = [0, *accumulate(self.is_open)]

    def _found(self, pair):
        n = self.is_open.find(pair, FIRST_SURE)
        while n != -1:
            yield n
            n = self.is_open.find(pair, n + 1)

    def next_change(self, n):
        return self._sure(self.changes, bisect_right(self.changes, n))

    def next_opening(self, n):
        return self._sure(self.openings, bisect_right(self.openings, n))

    def open_minutes(self, a, b):
        return self.open_before[b] - self.open_before[a]

    def add_open_minutes(self, n, count):
        return self._sure(range(len(self.open_before)), bisect_left(self.open_before, self.open_before[n] + count, n))

    def _sure(self, found, place):
        """Return None for what lies beyond the window."""
        return found[place] if place < len(found) and found[place] < LAST_SURE else None


# Drawn so that much happens around the special night, and between 1 and 3 am.

small_hours = st.sampled_from([time(minute // 60, minute % 60) for minute in range(60, 195, 15)])
any_time = st.integers(0, DAY_OF_MINUTES - 1).map(lambda minute: time(minute // 60, minute % 60))
wall_times = small_hours | any_time | st.just(time(0))
spans = st.lists(st.builds(Span, wall_times, wall_times), max_size=3).map(tuple)
WHOLE_DAY = (Span(time(0), time(0)),)
# A schedule knows five kinds of day, as clinics do; where one is meant, its place in the list is drawn.
kinds_of_day = st.lists(spans, min_size=3, max_size=3).map(lambda drawn: ((), WHOLE_DAY, *drawn))
kind = st.integers(0, 4)
week = st.tuples(*[kind] * 7)
# Where days are drawn, they count from the first of the window.
UNTIL_FURTHER_NOTICE = date.max.toordinal()
exception = st.tuples(st.integers(0, 9), st.sampled_from((0, 0, 1, 2, 5)), kind)
season = st.tuples(st.integers(-20, 9), st.sampled_from((0, 2, 6, 25, UNTIL_FURTHER_NOTICE)), week)
RULES_THAT_HIT = (
    lambda day: DayOfYear(day.month, day.day),
    lambda day: NthWeekday((day.day - 1) // 7 + 1, day.weekday(), day.month),
    lambda day: NthWeekday(LAST, day.weekday(), day.month),  # if it is the last of the month
    lambda day: ListedDays(frozenset((day, day + timedelta(days=2)))),
)
holiday = st.tuples(st.integers(1, 9), st.sampled_from((0, 0, 1, -1, 10, -10)), st.sampled_from(RULES_THAT_HIT), kind)


def build(first, kinds, weekly, exceptions, seasons, holidays):
    """Return a schedule and the first day of the window to check it in."""

    def last(begins, lasts):
        return date.fromordinal(min(begins.toordinal() + lasts, UNTIL_FURTHER_NOTICE))

    def hours(week):
        return {day: kinds[place] for day, place in enumerate(week)}

    def rule(day, away, rule_that_hits):
        return DaysFrom(rule_that_hits(day - timedelta(days=away)), away) if away else rule_that_hits(day)

    days = {n: first + timedelta(days=n) for n in range(-20, 10)}
    return first, Schedule(
        LA,
        hours(weekly),
        tuple(DatedException(days[n], last(days[n], lasts), kinds[place]) for n, lasts, place in exceptions),
        tuple(Season(days[n], last(days[n], lasts), hours(week)) for n, lasts, week in seasons),
        tuple(Holiday(rule(days[n], *how), kinds[place]) for n, *how, place in holidays),
    )


windows = st.builds(
    build,
    st.sampled_from(WINDOWS),
    kinds_of_day,
    week,
    *(st.lists(ranges, max_size=3) for ranges in (exception, season, holiday)),
)
sure_minutes = st.integers(FIRST_SURE, LAST_SURE - 1)
