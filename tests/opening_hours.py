"""Shorten the opening hours that a test writes.

All wall times are those of Los Angeles.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinic.hours.schedule import DatedException, Schedule, Season, Span, instant_of

LA = ZoneInfo("America/Los_Angeles")
SPRING = date(2027, 3, 14)  # a Sunday: 02:00 to 03:00 is skipped
AUTUMN = date(2027, 11, 7)  # a Sunday: 01:00 to 02:00 comes twice
MINUTE = timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)
MON, TUE, WED, THU, FRI, SAT, SUN = (f"2027-06-{day:02}" for day in range(7, 14))


def span(opens, closes):
    return Span(time.fromisoformat(opens), time.fromisoformat(closes))


def every_day(*spans):
    return dict.fromkeys(range(7), spans)


DAYTIME = (span("09:00", "16:00"),)
MORNING = (span("10:00", "12:00"),)
OFFICE = dict.fromkeys(range(5), DAYTIME)
NIGHTS = every_day(span("22:00", "02:30"))
ALWAYS = every_day(span("00:00", "00:00"))


def on(text):
    return date.fromisoformat(text)


def at(text, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=LA, fold=fold)


def open_minutes_between(schedule, a, b):
    """Return the open minutes from `a` until `b`.

    They are elapsed time, also on daylight-saving nights.
    """
    start, end = a.astimezone(UTC), b.astimezone(UTC)
    openings = [(opens.astimezone(UTC), closes.astimezone(UTC)) for opens, closes in schedule.openings_between(a, b)]
    return sum((min(closes, end) - max(opens, start) for opens, closes in openings), timedelta()) / MINUTE


def naive(text):
    return datetime.fromisoformat(text)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def in_utc(moment):
    """Convert to UTC, to compare instants.

    Python compares two times of one zone by what the clock reads, which may come twice.
    """
    return moment and moment.astimezone(UTC)


def closed(first, last=None, **kwargs):
    return DatedException(on(first), on(last or first), **kwargs)


def season(first, last, weekly, name=""):
    return Season(on(first), on(last), weekly, name)


def schedule(weekly, *exceptions, **kwargs):
    return Schedule(LA, weekly, exceptions, **kwargs)


def openings_on(schedule, day):
    """Return the openings that begin on a date, merged with what they touch."""
    begins, ends = (instant_of(date, time(0), schedule.time_zone) for date in (day, day + timedelta(days=1)))
    return tuple(one for one in schedule.openings_between(begins, ends) if one.opens.astimezone(UTC) >= begins)
