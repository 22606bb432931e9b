"""Check who may see cases, and give desk pages the clinic's clock."""

from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpRequest
from wagtail.models import Site
from wagtail.permissions import policy_registry

from bookings.models import Case, ConsultationSettings, VisitType
from bookings.scheduling.policy import BookingPolicy
from clinic.caching.version import CACHE_SECONDS, version_for
from clinic.hours.schedule import Schedule
from clinic.site.context import site_context


def may_see_cases(user: User) -> bool:
    """Return whether the user may see cases.

    Wagtail does not check permissions for dashboard panels and menus.
    """
    return policy_registry.get_by_type(Case).user_has_permission(user, "view")


class VisitSetup(NamedTuple):
    """Hold what managers have set up for visits. ``visit_types`` are those in use, in their order."""

    settings: ConsultationSettings
    visit_types: list[VisitType]


def get_visit_setup(request: HttpRequest) -> VisitSetup:
    """Return the setup of the request's site, from the cache if possible.

    Only pages read it. Writers ask the database.
    """
    if not hasattr(request, "_visit_setup"):
        site = Site.find_for_request(request)
        key = f"visit-setup:{site.pk}:{version_for(request)}"
        request._visit_setup = cache.get_or_set(key, lambda: _read_visit_setup(site), CACHE_SECONDS)
    return request._visit_setup


def _read_visit_setup(site: Site) -> VisitSetup:
    return VisitSetup(ConsultationSettings.for_site(site), list(VisitType.objects.filter(is_active=True)))


def get_desk_policy(request: HttpRequest, visit_type: VisitType | None = None) -> BookingPolicy:
    """Return the booking policy of the site for a type of visit, or for the one that patients book.

    Without opening hours no start is offered, but the desk can still book an agreed time.
    """
    context = site_context(request)
    schedule = context.schedule or Schedule(context.profile.zone, {})
    settings, visit_types = get_visit_setup(request)
    return BookingPolicy.build(settings, schedule, visit_type or next(iter(visit_types), None) or VisitType())


class ClinicClockMixin:
    """Give a desk page the booking policy and the clinic's time zone."""

    @cached_property
    def policy(self) -> BookingPolicy:
        return get_desk_policy(self.request)

    @property
    def country(self) -> str:
        return site_context(self.request).profile.country

    @property
    def zone(self) -> ZoneInfo:
        return self.policy.schedule.time_zone
