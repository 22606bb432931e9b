"""Find out which pages everybody can open."""

from collections.abc import Iterable
from typing import TypeVar

from wagtail.models import Page

AnyPage = TypeVar("AnyPage", bound=Page)


def keep_public(pages: Iterable[AnyPage]) -> list[AnyPage]:
    """Return the pages that are live and open to every visitor, in the same order."""
    pages = list(pages)
    keys = [page.pk for page in pages]
    public = set(Page.objects.live().public().filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    return [page for page in pages if page.pk in public]
