"""Collect what the head of a page says to search engines and to networks on which it is shared."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import to_locale
from wagtail.models import Page

from clinic.pages.base import find_listed
from clinic.site.context import get_root_url, site_context
from clinic.site.models import ClinicProfile

from . import drawing, sharing
from .graph import Shown, render_graph
from .texts import MAX_DESCRIPTION, MAX_TITLE, first_paragraph, shorten

SHARING_FILTER = "fill-1200x630|format-jpeg"


@dataclass(frozen=True)
class SharingPicture:
    url: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class Head:
    """Hold what the head says. Without an address there are no alternates, no picture and no graph."""

    title: str
    description: str
    locale: str
    url: str = ""
    alternates: tuple[tuple[str, str], ...] = ()
    picture: SharingPicture | None = None
    graph: SafeString | str = ""


def build_head(context) -> Head:
    shown = get_shown(context)
    texts = {"title": get_titles(context)[1], "description": get_description(context)}
    texts["locale"] = to_locale(settings.LANGUAGE_CODE)
    if not shown:
        return Head(**texts)
    return Head(
        **texts,
        url=shown.url,
        alternates=tuple(get_alternates(shown.page)) if shown.page else (),
        picture=get_sharing_picture(shown),
        graph=render_graph(shown),
    )


def get_shown(context) -> Shown | None:
    """Return what a template shows, or None for pages that no search engine should know."""
    request, page = context.get("request"), context.get("page")
    if request is None:
        return None
    if page:
        url = find_listed(page).full_url or page.full_url
        url = f"{url}{context.get('canonical_suffix') or ''}" if url else ""
    else:
        url = context.get("canonical")
    return Shown(request, url, f"{get_root_url(request)}/", page or None, context.flatten()) if url else None


def get_titles(context) -> tuple[str, str]:
    """Return the text of the title element, and the title that networks show beside the name of the site."""
    page, name = context.get("page"), context["clinic"].name
    if own := shorten(context.get("head_title"), MAX_TITLE):
        return f"{own} – {name}", own
    if page and (typed := shorten(page.seo_title, MAX_TITLE)):
        return typed, typed
    return make_titles(page, context["clinic"])


def make_titles(page: Page | None, clinic: ClinicProfile) -> tuple[str, str]:
    """Return both titles of a page for which no title was typed."""
    name = clinic.name
    if page and page.depth == sharing.HOME_DEPTH:
        both = " – ".join(filter(None, (name, clinic.tagline.strip())))
        return shorten(both, MAX_TITLE), name
    title = shorten(page.title, MAX_TITLE) if page else ""
    return (f"{title} – {name}", title) if title else (name, name)


def get_description(context) -> str:
    page = context.get("page")
    if typed := _find_text(context.get("head_description"), getattr(page, "search_description", "")):
        return shorten(typed, MAX_DESCRIPTION)
    heading = context.get("head_heading") or context.get("head_title") or ""
    return make_description(page, context["clinic"], heading)


def make_description(page: Page | None, clinic: ClinicProfile, heading: str = "") -> str:
    """Return the description of a page for which none was typed.

    It is the page's own text, or made of its title. No two pages share the last.
    """
    texts = [getattr(page, "listing_summary", ""), getattr(page, "opening_text", "")]
    if page:
        texts.append(read_opening(page))
    if not page or page.depth == sharing.HOME_DEPTH:
        texts.append(clinic.tagline)
    return shorten(_find_text(*texts) or compose_description(page, clinic, heading), MAX_DESCRIPTION)


def _find_text(*texts: str | None) -> str:
    return next((text for text in texts if text and text.strip()), "")


def read_opening(page: Page) -> str:
    """Return the first paragraph of the page's content. It makes no query, since no block is loaded."""
    body = getattr(page, "body", None)
    texts = (
        (first_paragraph(child["value"] or "") for child in body.raw_data if child["type"] == "text") if body else ()
    )
    return next(filter(None, texts), "")


def compose_description(page: Page | None, clinic: ClinicProfile, heading: str) -> str:
    """Return the heading or the title and what is above the page, with the clinic and its city."""
    title = heading or (page.title if page else "")
    above = [name for name, _url in getattr(page, "breadcrumbs", [])[1:]]
    place = _("%(clinic)s in %(city)s") % {"clinic": clinic.name, "city": clinic.city} if clinic.city else clinic.name
    return ". ".join(filter(None, (" – ".join([title, *reversed(above)]) if title else "", place)))


def get_alternates(page: Page) -> list[tuple[str, str]]:
    """Return language and address of each version of a page, once it is live in two languages."""
    if not getattr(settings, "WAGTAIL_I18N_ENABLED", False) or not page.pk or page.alias_of_id:
        return []
    # An alias in another language is not translated yet.
    others = page.get_translations().live().public().filter(alias_of=None).select_related("locale")
    found = [(other.locale.language_code, other.full_url) for other in others if other.full_url]
    return sorted([(page.locale.language_code, page.full_url), *found]) if found else []


def get_sharing_picture(shown: Shown) -> SharingPicture | None:
    """Return the editor's picture for sharing, the drawn one, or while that is missing the one of the page."""
    profile = site_context(shown.request).profile
    page = shown.page
    if page and (chosen := make_picture(shown, page.social_image)):
        return chosen
    title = sharing.get_sharing_title(page, profile) if page else ""
    address = sharing.find_drawn(profile.name, title) if page else site_context(shown.request).sharing_url
    if address:
        alt = f"{title} – {profile.name}" if title else profile.name
        return SharingPicture(shown.make_full(address), *drawing.SIZE, alt)
    return make_picture(shown, page.listing_image) if page else None


def make_picture(shown: Shown, image) -> SharingPicture | None:
    rendition = image and image.get_rendition(SHARING_FILTER)
    if not rendition or not rendition.width:
        return None
    return SharingPicture(shown.make_full(rendition.url), rendition.width, rendition.height, image.description)
