"""Keep the addresses that the site itself answers free of pages, which would be hidden or would hide them."""

import re
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import get_resolver
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

# Answered before URL patterns are read: health checks, and the files that a web server hands out.
OUTSIDE_PATTERNS = ("healthz", "readyz", *(url.strip("/") for url in (settings.STATIC_URL, settings.MEDIA_URL)))
FIRST_PART = re.compile(r"\^?/?([^/<(\[\\$]+)")


def get_reserved_slugs(parent: Page) -> set[str]:
    """Return the slugs that no page below ``parent`` may have, in small letters."""
    reserved: set[str] = set()
    if parent.is_site_root():
        reserved.update(OUTSIDE_PATTERNS, read_first_parts(get_resolver().url_patterns))
    if parent.specific_class and hasattr(parent.specific_class, "get_subpage_urls"):
        reserved.update(read_first_parts(parent.specific_class.get_subpage_urls()))
    return {slug.lower() for slug in reserved}


def is_reserved(slug: str, parent: Page | None) -> bool:
    return parent is not None and slug.lower() in get_reserved_slugs(parent)


def refuse_reserved(slug: str, parent: Page | None) -> None:
    """Raise ValidationError if the site itself answers there."""
    if is_reserved(slug, parent):
        message = _("“%(slug)s” is an address of the site itself. Choose another slug.")
        raise ValidationError(message, params={"slug": slug})


def read_first_parts(patterns: Iterable) -> set[str]:
    """Return the first part of each address, where it is fixed."""
    found = (FIRST_PART.match(str(pattern.pattern)) for pattern in patterns)
    return {match[1] for match in found if match}
