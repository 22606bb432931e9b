"""Write a visit as a calendar file (RFC 5545). Pure.

The file says where and when, and nothing about the patient or the treatment.
"""

from datetime import UTC, datetime
from uuid import UUID

from icalendar import Calendar, Event

PUBLISH, CANCEL = "PUBLISH", "CANCEL"


def build_ics(
    *,
    uid: UUID,
    sequence: int,
    starts_at: datetime,
    ends_at: datetime,
    is_canceled: bool,
    clinic: str,
    location: str,
    host: str,
    stamp: datetime,
) -> str:
    """Return the file for one state of a visit; instants are aware.

    A later state has the same ``uid`` and a higher ``sequence``, so that a calendar replaces or removes what it had.
    """
    event = Event()
    event.add("uid", f"{uid}@{host}")
    event.add("sequence", sequence)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("dtstart", starts_at.astimezone(UTC))
    event.add("dtend", ends_at.astimezone(UTC))
    event.add("summary", clinic)
    event.add("status", "CANCELLED" if is_canceled else "CONFIRMED")
    if location:
        event.add("location", location)
    calendar = Calendar()
    calendar.add("prodid", f"-//{host}//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", CANCEL if is_canceled else PUBLISH)
    calendar.add_component(event)
    return calendar.to_ical().decode()
