"""Search the public pages."""

import re

from wagtail.models import Page

# Letters and digits of any script; everything else means something to the database's search language.
WORD = re.compile(r"\w+")
MAX_WORDS = 10
MAX_RESULTS = 300


def split_words(query: str) -> list[str]:
    return WORD.findall(query.replace("_", " "))[:MAX_WORDS]


def search_pages(query: str) -> list[int]:
    """Return ids of public pages with every word, title matches first.

    Wagtail's own order on SQLite favors short pages: the home page would come before the page a visitor means.
    """
    words = split_words(query)
    if not words:
        return []
    pages = Page.objects.live().public().filter(depth__gt=1)
    by_title = pages.search(" ".join(words), fields=["title"], operator="and")[:MAX_RESULTS]
    anywhere = pages.search(" ".join(words), operator="and")[:MAX_RESULTS]
    return list(dict.fromkeys(page.pk for results in (by_title, anywhere) for page in results))


def get_pages_in_order(ids: list[int]) -> list[Page]:
    """Return the specific pages with these ids, in the order of the ids."""
    pages = {page.pk: page for page in Page.objects.filter(pk__in=ids).specific().defer_streamfields()}
    return [pages[pk] for pk in ids if pk in pages]
