"""The days with other hours as an iCalendar file (RFC 5545 and 7986) to subscribe to. Pure.

Every event lasts whole days and leaves its reader free. It is known by its dates, so when an old version of the hours
is put back its events are the old ones again, not new ones beside them.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event, vDuration

from clinic.hours import DAY, HORIZON_DAYS, DatedException, as_utc
from clinic.hours_words import format_spans

REFRESH = timedelta(hours=12)


def calendar(exceptions: Iterable[DatedException], *, name: str, host: str, stamp: datetime) -> bytes:
    """One event for each exception, of which no two may have the same dates.

    `name` is the clinic's, `host` that of its site, `stamp` when the hours were last changed: aware, else ValueError.
    """
    changed_at = as_utc(stamp)
    found = Calendar()
    for key, value in _head(f"{name}: special hours", host).items():
        found.add(key, value)
    for exception in exceptions:
        found.add_component(_event(exception, name, host, changed_at))
    return found.to_ical()


def _head(title: str, host: str) -> dict[str, str | vDuration]:
    return {
        "prodid": f"-//{host}//Opening hours//EN",
        "version": "2.0",
        "calscale": "GREGORIAN",
        "method": "PUBLISH",
        "name": title,
        "x-wr-calname": title,  # the older word for the name, and below for the interval
        "refresh-interval": vDuration(REFRESH, params={"VALUE": "DURATION"}),
        "x-published-ttl": vDuration(REFRESH),
    }


def _event(exception: DatedException, name: str, host: str, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", f"hours-{exception.first}-{exception.last}@{host}")
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("dtstart", exception.first)
    event.add("dtend", _last_day(exception, stamp) + DAY)  # exclusive
    event.add("summary", _summary(exception, name))
    event.add("transp", "TRANSPARENT")
    return event


def _last_day(exception: DatedException, stamp: datetime) -> date:
    """Without an end an event is one day long, so "until further notice" gets one: past the horizon of the hours."""
    return min(exception.last, max(exception.first, stamp.date()) + HORIZON_DAYS * DAY)


def _summary(exception: DatedException, name: str) -> str:
    """ "OC Beauty Medspa closed: Thanksgiving Day" or "OC Beauty Medspa open 9 am – 12 pm: Christmas Eve"."""
    hours = f"open {format_spans(sorted(exception.spans))}" if exception.spans else "closed"
    duration = " until further notice" if exception.last == date.max else ""
    reason = f": {exception.reason}" if exception.reason else ""
    return f"{name} {hours}{duration}{reason}"
