"""Check the slug of a page while it is typed."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import Page

from clinic.addresses.reserved import is_reserved

MAX_WORDS = 6
MAX_CHARACTERS = 60
SMALL_WORDS = frozenset("a an and are as at be by for from in is it of on or our that the this to with your".split())
_SLUG = re.compile(r"[-a-zA-Z0-9_]+")


class Note(NamedTuple):
    is_fine: bool
    text: str


def check_slug(slug: str, page: Page, parent: Page | None) -> list[Note]:
    """Return what to know about a slug, and what to do. ``page`` may be new."""
    slug = slug.strip()[:255]
    if not slug:
        return [Note(True, _("Blank: it is made from the title when you save."))]
    if refusal := _find_refusal(slug, page, parent):
        return [Note(False, refusal)]
    stored = Page.objects.filter(pk=page.pk, live=True).first() if page.pk else None
    if stored and stored.slug == slug:
        return [Note(True, _("It is live, and people may have saved it. Keep it, unless it is wrong."))]
    notes = [Note(False, text) for text in _list_advice(slug)] or [Note(True, _("Short and easy to read."))]
    if stored:
        text = _("The live address ends in “%(slug)s”. When you publish, it leads visitors and search engines here.")
        notes.append(Note(True, text % {"slug": stored.slug}))
    return notes


def _find_refusal(slug: str, page: Page, parent: Page | None) -> str:
    if not _SLUG.fullmatch(slug):
        return _("Use only letters from a to z, digits and hyphens.")
    if is_reserved(slug, parent):
        return _("“%(slug)s” is an address of the site itself. Choose another slug.") % {"slug": slug}
    other = parent.get_children().filter(slug=slug).exclude(pk=page.pk).first() if parent else None
    if other:
        text = _("The page “%(page)s” has this address. Choose another slug.")
        return text % {"page": other.get_admin_display_title()}
    return ""


def _list_advice(slug: str) -> Iterator[str]:
    words = [word for word in re.split("[-_]+", slug) if word]
    if "_" in slug:
        yield _("Put hyphens between the words: search engines read them as spaces.")
    if slug != slug.lower():
        yield _("Use small letters only, so that nobody has to remember the capitals.")
    small = [word for word in words if word.lower() in SMALL_WORDS]
    rest = [word for word in words if word.lower() not in SMALL_WORDS]
    if small and rest:
        text = _("It reads as well without %(words)s: “%(slug)s”.")
        yield text % {"words": ", ".join(f"“{word}”" for word in dict.fromkeys(small)), "slug": "-".join(rest)}
    if len(words) > MAX_WORDS or len(slug) > MAX_CHARACTERS:
        text = ngettext("It has %(count)s word.", "It has %(count)s words.", len(words)) % {"count": len(words)}
        yield f"{text} {_('Three to five are easier to read and to share.')}"
