"""The opening hours for programs: the page's own script, calendars."""

import hashlib
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from clinic import hours_calendar
from clinic.site.context import SiteContext, site_context

CALENDAR_AHEAD = timedelta(days=400)


def as_data(frame: SiteContext, now: datetime) -> dict:
    """What hours.js reads from the page: the server's clock, and what is true when. Instants are seconds, UTC."""
    hours = frame.hours
    content = f"{hours.version if hours else ''} {frame.profile.time_zone} {frame.announcements}"
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
    """The same as in every page, with the tables and announcements that an old copy of a page may lack."""
    frame, now = site_context(request), timezone.now()
    tables = {"hours": frame.hours, "clinic": frame.profile}
    notices = {"announcements": frame.announcements, "now": now.timestamp()}
    parts = {
        "time_zone": frame.profile.time_zone,
        "hours": render_to_string("components/hours_tables.html", tables, request),
        "announcements": render_to_string("components/announcements.html", notices, request),
    }
    return JsonResponse(as_data(frame, now) | parts)


@require_safe
@cache_control(public=True, max_age=3600)
def hours_ics(request: HttpRequest) -> HttpResponse:
    """The days that differ from the week, for the calendars of staff and patients."""
    frame, now = site_context(request), timezone.now()
    today = frame.profile.today(now)
    exceptions = frame.schedule.exceptions_between(today, today + CALENDAR_AHEAD) if frame.schedule else ()
    content = hours_calendar.calendar(
        exceptions, name=frame.profile.name, host=request.get_host(), stamp=frame.hours_changed_at or now
    )
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")
