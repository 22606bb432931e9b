"""Search over the public pages."""

import re

from wagtail.models import Page

# Letters and digits of any script; everything else means something to the database's search language.
WORD = re.compile(r"\w+")
MOST_WORDS = 10


def words_of(query: str) -> list[str]:
    return WORD.findall(query.replace("_", " "))[:MOST_WORDS]


def search_pages(query: str):
    """Live, public pages that hold every word of ``query``, best first; an empty list when it holds none."""
    words = words_of(query)
    if not words:
        return []
    return Page.objects.live().public().filter(depth__gt=1).specific().search(" ".join(words), operator="and")
