"""What surrounds every page: the clinic's profile, its hours, its announcements, the pages of menu and footer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from wagtail.models import Site

from clinic.freshness import FRESH_FOR, version_for
from clinic.hours.formatting import format_moment
from clinic.hours.presentation import SHOWN_AHEAD, HoursDisplay, display
from clinic.hours.schedule import Schedule
from clinic.models import Announcement, ClinicProfile, OpeningHours
from clinic.seo.business import business
from clinic.seo.opening_hours import opening_hours as structured_hours


@dataclass(frozen=True)
class TopPage:
    title: str
    url: str
    in_menu: bool


@dataclass(frozen=True)
class Notice:
    """An announcement; its two instants are seconds since 1970, UTC, and ``until`` is the last of them in words."""

    text: str
    url: str
    link_title: str
    starts: int
    ends: int
    until: str


@dataclass(frozen=True)
class Frame:
    """``schedule`` and ``hours`` are None until somebody has given the opening hours.

    ``business`` is the clinic as structured data.
    """

    profile: ClinicProfile
    top_pages: tuple[TopPage, ...] = ()
    schedule: Schedule | None = None
    hours: HoursDisplay | None = None
    hours_changed_at: datetime | None = None
    business: dict[str, Any] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


def site_frame(request) -> Frame:
    """The frame of the request's site, from the cache while nothing has changed."""
    if not hasattr(request, "_clinic_frame"):
        site = Site.find_for_request(request)
        key = f"frame:{site.pk if site else 0}:{version_for(request)}"
        request._clinic_frame = cache.get_or_set(key, lambda: build_frame(site, timezone.now()), FRESH_FOR)
    return request._clinic_frame


def build_frame(site: Site | None, now: datetime) -> Frame:
    if site is None:
        return Frame(ClinicProfile())
    profile = ClinicProfile.for_site(site)
    _ = profile.links  # kept on the instance, and travels with it into the cache
    opening_hours = OpeningHours.for_site(site)
    schedule = opening_hours.schedule(profile) if opening_hours.was_given else None
    return Frame(
        profile=profile,
        top_pages=tuple(top_pages(site)),
        schedule=schedule,
        hours=display(schedule, now) if schedule else None,
        hours_changed_at=changed_at(opening_hours),
        business=structured_business(profile, schedule, now),
        notices=tuple(notices(profile, now)),
    )


def changed_at(opening_hours: OpeningHours) -> datetime | None:
    return opening_hours.latest_revision.created_at if opening_hours.latest_revision else None


def structured_business(profile: ClinicProfile, schedule: Schedule | None, now: datetime) -> dict[str, Any]:
    return business(
        {name: value for name, value in vars(profile).items() if isinstance(value, str)},
        url=f"{profile.site.root_url}/",
        same_as=[link.url for link in profile.links],
        hours=structured_hours(schedule, profile.today(now)) if schedule else {},
    )


def top_pages(site: Site) -> Iterator[TopPage]:
    for page in site.root_page.get_children().live().public():
        if url := page.get_url(current_site=site):
            yield TopPage(page.title, url, page.show_in_menus)


def notices(profile: ClinicProfile, now: datetime) -> Iterator[Notice]:
    """The announcements that run now or begin in the next two weeks."""
    rows = Announcement.objects.filter(ends_at__gt=now, starts_at__lt=now + SHOWN_AHEAD).select_related("link_page")
    for row in rows.order_by("starts_at", "pk"):
        page = row.link_page if row.link_page and row.link_page.live else None
        yield Notice(
            text=row.text,
            url=page.url if page else "",
            link_title=page.title if page else "",
            starts=int(row.starts_at.timestamp()),
            ends=int(row.ends_at.timestamp()),
            until=format_moment(row.ends_at.astimezone(profile.zone)),
        )
