"""Publish the opening hours for programs.

These are the page's own script, and calendars (RFC 5545 and 7986).

Every event of the calendar lasts whole days and leaves its reader free. Its UID is made of its dates: when an earlier
version of the hours is put back, its events are the earlier ones again, without duplicates.
"""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event, vDuration, vText

from clinic.hours.formatting import format_spans
from clinic.hours.schedule import DAY, HORIZON_DAYS, DatedException, as_utc
from clinic.site.context import SiteContext, get_root_url, site_context
from clinic.text import drop_unwanted, one_line

CALENDAR_AHEAD = timedelta(days=400)
REFRESH = timedelta(hours=12)


def as_data(context: SiteContext, now: datetime) -> dict:
    """Return what hours.js reads from the page.

    It is the server's clock, and which texts are true when. Instants are seconds since 1970, UTC.
    """
    hours = context.hours
    content = f"{hours.version if hours else ''} {context.profile.zone.key} {context.announcements}"
    return {
        "now": int(now.timestamp()),
        "url": reverse("hours_json"),
        "version": hashlib.sha256(content.encode()).hexdigest()[:12],
        "until": hours.until if hours else 0,
        "claims": hours.claims if hours else (),
        "days": hours.days if hours else (),
    }


@require_safe
@cache_control(public=True, max_age=60)
def hours_json(request: HttpRequest) -> JsonResponse:
    """Return the data of every page, and what an old copy may lack.

    An old copy may lack tables and announcements.
    """
    context, now = site_context(request), timezone.now()
    tables = {"hours": context.hours, "clinic": context.profile}
    announcements = {"announcements": context.announcements, "now": now.timestamp()}
    parts = {
        "time_zone": context.profile.zone.key,
        "hours": render_to_string("components/hours_tables.html", tables, request),
        "announcements": render_to_string("components/announcements.html", announcements, request),
    }
    return JsonResponse(as_data(context, now) | parts)


@require_safe
@cache_control(public=True, max_age=3600)
def hours_ics(request: HttpRequest) -> HttpResponse:
    """Return the days that differ from the week as an iCalendar file."""
    context, now = site_context(request), timezone.now()
    today = context.profile.today(now)
    exceptions = context.schedule.exceptions_between(today, today + CALENDAR_AHEAD) if context.schedule else ()
    content = build_ics(
        exceptions,
        name=context.profile.name,
        host=urlsplit(get_root_url(request)).hostname or "",
        stamp=context.hours_changed_at or now,
    )
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")


def build_ics(exceptions: Iterable[DatedException], *, name: str, host: str, stamp: datetime) -> bytes:
    """Return an iCalendar file with one event for each exception.

    No two exceptions may have the same dates.

    `name` is the clinic's, `host` that of its site, `stamp` when the hours were last changed: aware, else ValueError.
    """
    changed_at = as_utc(stamp)
    found = Calendar()
    name = one_line(name)
    title = f"{name}: special hours"
    head = {
        "prodid": f"-//{host}//Opening hours//EN",
        "version": "2.0",
        "calscale": "GREGORIAN",
        "method": "PUBLISH",
        # icalendar escapes the texts of names that it knows, and these it does not.
        "name": vText(title),
        "x-wr-calname": vText(title),  # the older word for the name, and below for the interval
        "refresh-interval": vDuration(REFRESH, params={"VALUE": "DURATION"}),
        "x-published-ttl": vDuration(REFRESH),
    }
    for key, value in head.items():
        found.add(key, value)
    for exception in exceptions:
        found.add_component(_event(exception, name, host, changed_at))
    return found.to_ical()


def _event(exception: DatedException, name: str, host: str, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", f"hours-{exception.first}-{exception.last}@{host}")
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("dtstart", exception.first)
    # Exclusive. "Until further notice" ends past the horizon of the hours.
    event.add("dtend", min(exception.last, max(exception.first, stamp.date()) + HORIZON_DAYS * DAY) + DAY)
    event.add("summary", _summary(exception, name))
    event.add("transp", "TRANSPARENT")
    return event


def _summary(exception: DatedException, name: str) -> str:
    """Return a text like "OC Beauty Medspa closed: Thanksgiving Day".

    With hours it is like "OC Beauty Medspa open 9 am – 12 pm: Christmas Eve".
    """
    hours = f"open {format_spans(sorted(exception.spans))}" if exception.spans else "closed"
    duration = " until further notice" if exception.last == date.max else ""
    reason = f": {exception.reason}" if exception.reason else ""
    return drop_unwanted(f"{name} {hours}{duration}{reason}")
