"""Write a visit as a calendar file (RFC 5545, RFC 5546). Pure.

The file says where and when. It names no treatment, and of the patient only the address that it is sent to.
"""

from datetime import UTC, datetime
from urllib.parse import quote
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress

from clinic.text import one_line

# A program shows a published file, answers a request and carries out a cancellation.
PUBLISH, REQUEST, CANCEL = "PUBLISH", "REQUEST", "CANCEL"
DIRECTION = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
# RFC 5545 has no way to write a double quote in a parameter, and few programs read the one of RFC 6868.
PARAMETER_QUOTES = str.maketrans({'"': "'", "^": ""})


def build_ics(
    *,
    method: str,
    uid: UUID,
    sequence: int,
    starts_at: datetime,
    ends_at: datetime,
    clinic: str,
    location: str,
    organizer: str,
    attendee: str = "",
    stamp: datetime,
) -> str:
    """Return the file for one state of a visit; instants are aware.

    A later state has the same ``uid`` and a higher ``sequence``, so that a calendar replaces or removes what it had.
    No line names the website's host: a clinic that changes its domain can still move and cancel its visits.
    """
    event = Event()
    event.add("uid", str(uid))
    event.add("sequence", sequence)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("dtstart", starts_at.astimezone(UTC))
    event.add("dtend", ends_at.astimezone(UTC))
    event.add("summary", _one_line(clinic))
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    if location := _one_line(location):
        event.add("location", location)
    event.add("organizer", _address(organizer, CN=_one_line(clinic).translate(PARAMETER_QUOTES)))
    if attendee:
        event.add("attendee", _address(attendee, PARTSTAT="ACCEPTED", RSVP="FALSE"))
    calendar = Calendar()
    calendar.add("prodid", "-//Clinic website//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(event)
    return calendar.to_ical().decode()


def _one_line(text: str) -> str:
    """Drop also the marks that turn the direction: they make a program show another text than the file has."""
    return "".join(char for char in one_line(text) if char not in DIRECTION)


def _address(email: str, **parameters: str) -> vCalAddress:
    address = vCalAddress("mailto:" + quote(_one_line(email), safe="@!$'*+=~/"))
    address.params.update({name: value for name, value in parameters.items() if value})
    return address
