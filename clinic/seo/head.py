"""Collect what the head of a page says to search engines and to networks on which it is shared."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import to_locale
from wagtail.models import Page

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
        url = f"{page.full_url}{context.get('canonical_suffix') or ''}" if page.full_url else ""
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
    if page and page.depth == sharing.HOME_DEPTH:
        both = " – ".join(filter(None, (name, context["clinic"].tagline.strip())))
        return shorten(both, MAX_TITLE), name
    title = shorten(page.title, MAX_TITLE) if page else ""
    return (f"{title} – {name}", title) if title else (name, name)


def get_description(context) -> str:
    """Return the description: typed, from the page's own text, or made of its title. No two pages share the last."""
    page, clinic = context.get("page"), context["clinic"]
    texts = [context.get("head_description"), getattr(page, "meta_description", "")]
    if page:
        texts.append(read_opening(page))
    if not page or page.depth == sharing.HOME_DEPTH:
        texts.append(clinic.tagline)
    found = next((text for text in texts if text and text.strip()), None) or compose_description(page, clinic, context)
    return shorten(found, MAX_DESCRIPTION)


def read_opening(page: Page) -> str:
    """Return the first paragraph of the page's content."""
    body = getattr(page, "body", None)
    if not body or "text" not in {child["type"] for child in body.raw_data}:
        return ""
    texts = (first_paragraph(block.value.source) for block in body if block.block_type == "text")
    return next(filter(None, texts), "")


def compose_description(page: Page | None, clinic: ClinicProfile, context) -> str:
    """Return the title and what is above the page, with the clinic and its city."""
    title = context.get("head_heading") or context.get("head_title") or (page.title if page else "")
    above = [name for name, _url in getattr(page, "breadcrumbs", [])[1:]]
    place = _("%(clinic)s in %(city)s") % {"clinic": clinic.name, "city": clinic.city} if clinic.city else clinic.name
    return ". ".join(filter(None, (" – ".join([title, *reversed(above)]) if title else "", place)))


def get_alternates(page: Page) -> list[tuple[str, str]]:
    """Return language and address of each version of a page, once it is live in two languages."""
    if not getattr(settings, "WAGTAIL_I18N_ENABLED", False) or not page.pk:
        return []
    others = page.get_translations().live().public().select_related("locale")
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
