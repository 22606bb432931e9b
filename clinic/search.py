"""Search over the public pages."""

import re

from wagtail.models import Page

# Letters and digits of any script; everything else means something to the database's search language.
WORD = re.compile(r"\w+")
MOST_WORDS = 10
MOST_RESULTS = 300


def words_of(query: str) -> list[str]:
    return WORD.findall(query.replace("_", " "))[:MOST_WORDS]


def search_pages(query: str) -> list[int]:
    """Ids of the live, public pages that hold every word of ``query``: those with them in the title come first.

    Wagtail's own order favours short pages so much that on SQLite the home page wins over the page a visitor means.
    """
    words = words_of(query)
    if not words:
        return []
    pages = Page.objects.live().public().filter(depth__gt=1)
    by_title = pages.search(" ".join(words), fields=["title"], operator="and")[:MOST_RESULTS]
    anywhere = pages.search(" ".join(words), operator="and")[:MOST_RESULTS]
    return list(dict.fromkeys(page.pk for results in (by_title, anywhere) for page in results))


def in_order(ids: list[int]) -> list[Page]:
    """The pages with these ids, as their own types, in the order of the ids."""
    pages = {page.pk: page for page in Page.objects.filter(pk__in=ids).specific().defer_streamfields()}
    return [pages[pk] for pk in ids if pk in pages]
