"""Build what every page's template gets: profile, hours, menu and more."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from wagtail.models import Page, Site

from clinic.addresses.visibility import keep_public
from clinic.caching.version import CACHE_SECONDS, once_a_version, release, version_for
from clinic.hours.formatting import format_end
from clinic.hours.presentation import SHOWN_AHEAD, HoursDisplay, display
from clinic.hours.schedule import Schedule
from clinic.models import Announcement, ClinicProfile, Navigation, OpeningHours
from clinic.seo import sharing
from clinic.seo.nodes import business_node
from clinic.seo.nodes import opening_hours as structured_hours

from .navigation import NavigationLinks, build_navigation

# The context of the last page of this process. Only pages that are shown while the database is away use it.
_last_known: list["SiteContext"] = []


@dataclass(frozen=True)
class ShownAnnouncement:
    """Hold an announcement. Times are Unix seconds, ``until`` is text."""

    text: str
    url: str
    link_title: str
    starts: int
    ends: int
    until: str


@dataclass(frozen=True)
class SiteContext:
    """Hold the context. Without opening hours, ``schedule`` is None."""

    profile: ClinicProfile
    navigation: NavigationLinks = field(default_factory=NavigationLinks)
    schedule: Schedule | None = None
    hours: HoursDisplay | None = None
    hours_changed_at: datetime | None = None
    business: dict[str, Any] = field(default_factory=dict)
    announcements: tuple[ShownAnnouncement, ...] = ()
    sharing_url: str = ""  # of the picture with the clinic's name


def site_context(request) -> SiteContext:
    """Return the context of the request's site, from the cache if possible."""
    if not hasattr(request, "_site_context"):
        site = Site.find_for_request(request)
        context = once_a_version(
            request, f"site-context:{site.pk if site else 0}", partial(_read_context, request, site)
        )
        request._site_context, _last_known[:] = context, [context]
    return request._site_context


def _read_context(request: HttpRequest, site: Site | None) -> SiteContext:
    key = f"site-context:{site.pk if site else 0}:{version_for(request)}"
    context = cache.get(key)
    if context is None:
        context = build_site_context(site, timezone.now())
        cache.set(key, context, CACHE_SECONDS)
        cache.set(_last_known_key(), context, None)
    return context


def get_fragment_version(request: HttpRequest) -> str:
    """Return the version and the site, which the keys of cached fragments contain: sites may share pages."""
    return f"{version_for(request)}:{site_context(request).profile.site_id}"


def get_root_url(request: HttpRequest | None = None) -> str:
    """Return the site's configured address, without a slash at its end.

    The Host header chooses among the configured sites, and is never repeated.
    """
    site = Site.find_for_request(request) if request else Site.objects.filter(is_default_site=True).first()
    return site.root_url if site else settings.WAGTAILADMIN_BASE_URL.rstrip("/")


def get_last_known() -> SiteContext | None:
    """Return the context of the last page, without the database, or None.

    A process that has shown no page yet asks the cache.
    """
    return _last_known[0] if _last_known else cache.get(_last_known_key())


def _last_known_key() -> str:
    return f"last-known-site:{release()}"


def build_site_context(site: Site | None, now: datetime) -> SiteContext:
    if site is None:
        return SiteContext(ClinicProfile())
    profile = ClinicProfile.for_site(site)
    logo = profile.shown_logo
    _ = profile.links, logo  # loaded here because the instance is cached with them
    opening_hours = OpeningHours.for_site(site)
    schedule = opening_hours.schedule(profile) if opening_hours.was_given else None
    return SiteContext(
        profile=profile,
        navigation=build_navigation(Navigation.for_site(site), site),
        schedule=schedule,
        hours=display(schedule, now) if schedule else None,
        hours_changed_at=opening_hours.latest_revision and opening_hours.latest_revision.created_at,
        business=business_node(
            {name: value for name, value in vars(profile).items() if isinstance(value, str)}
            | {"map_url": profile.map_url},
            url=f"{profile.site.root_url}/",
            logo=urljoin(f"{profile.site.root_url}/", logo.icons[180]) if logo else "",
            same_as=[link.url for link in profile.links],
            hours=structured_hours(schedule, profile.today(now), SHOWN_AHEAD.days - 1) if schedule else {},
            place=profile.place,
        ),
        sharing_url=sharing.find_drawn(profile.name),
        announcements=tuple(current_announcements(profile, now)),
    )


def current_announcements(profile: ClinicProfile, now: datetime) -> Iterator[ShownAnnouncement]:
    """Yield the announcements that run now or begin in the next two weeks."""
    rows = Announcement.objects.filter(ends_at__gt=now, starts_at__lt=now + SHOWN_AHEAD).select_related("link_page")
    rows = list(rows.order_by("starts_at", "pk"))
    public = {page.pk for page in keep_public(row.link_page for row in rows if row.link_page)}
    for row in rows:
        yield show_announcement(row, row.link_page if row.link_page_id in public else None, profile)


def show_announcement(row: Announcement, page: Page | None, profile: ClinicProfile) -> ShownAnnouncement:
    """Return what a page shows. ``page`` is the one with details, if visitors can open it."""
    return ShownAnnouncement(
        text=row.text,
        url=page.url if page else "",
        link_title=page.title if page else "",
        starts=int(row.starts_at.timestamp()),
        ends=int(row.ends_at.timestamp()),
        until=format_end(row.ends_at.astimezone(profile.zone), profile.today(timezone.now()).year),
    )
