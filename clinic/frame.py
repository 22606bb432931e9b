"""What surrounds every page: the clinic's profile with its hours, and the pages of menu and footer."""

from dataclasses import dataclass

from django.core.cache import cache
from wagtail.models import Site

from clinic.freshness import FRESH_FOR, version_for
from clinic.models import ClinicProfile


@dataclass(frozen=True)
class TopPage:
    title: str
    url: str
    in_menu: bool


@dataclass(frozen=True)
class Frame:
    profile: ClinicProfile
    top_pages: tuple[TopPage, ...]


def site_frame(request) -> Frame:
    """The frame of the request's site, from the cache while nothing has changed."""
    if not hasattr(request, "_clinic_frame"):
        site = Site.find_for_request(request)
        key = f"frame:{site.pk if site else 0}:{version_for(request)}"
        request._clinic_frame = cache.get_or_set(key, lambda: build_frame(site), FRESH_FOR)
    return request._clinic_frame


def build_frame(site: Site | None) -> Frame:
    if site is None:
        return Frame(ClinicProfile(), ())
    profile = ClinicProfile.for_site(site)
    # Both are kept on the instance, and travel with it into the cache.
    _ = profile.schedule, profile.links
    pages = site.root_page.get_children().live().public()
    tops = (TopPage(page.title, page.get_url(current_site=site), page.show_in_menus) for page in pages)
    return Frame(profile, tuple(top for top in tops if top.url))
