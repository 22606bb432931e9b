"""Find the headings and the reading time of a rendered article. Pure."""

import math
import re
from collections import Counter
from dataclasses import dataclass

from bs4 import BeautifulSoup

WORDS_PER_MINUTE = 220
NOT_IN_AN_ID = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Heading:
    id: str
    text: str


@dataclass(frozen=True)
class Reading:
    """Hold the HTML with ids on its second-level headings, and the minutes."""

    html: str
    headings: tuple[Heading, ...]
    minutes: int


def read(html: str) -> Reading:
    """Read rendered, already escaped HTML.

    Ids are made of a heading's words, and numbered where the same words come again, so links stay stable while
    paragraphs around them change.
    """
    soup = BeautifulSoup(html, "html.parser")
    seen = Counter()
    headings = tuple(add_id(tag, seen) for tag in soup.find_all("h2") if words(tag))
    return Reading(str(soup), headings, minutes=max(1, math.ceil(len(words(soup)) / WORDS_PER_MINUTE)))


def words(tag) -> list[str]:
    return tag.get_text(" ").split()


def add_id(tag, seen: Counter) -> Heading:
    """Give ``tag`` an id that no earlier heading has."""
    text = " ".join(words(tag))
    base = NOT_IN_AN_ID.sub("-", text.lower()).strip("-") or "section"
    seen[base] += 1
    tag["id"] = base if seen[base] == 1 else f"{base}-{seen[base]}"
    return Heading(tag["id"], text)
