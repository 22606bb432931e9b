"""What a rendered article body yields: headings with anchors, and how long it takes to read. Pure."""

import math
import re
from collections import Counter
from dataclasses import dataclass

from bs4 import BeautifulSoup

WORDS_A_MINUTE = 220
NOT_IN_AN_ID = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Heading:
    id: str
    text: str


@dataclass(frozen=True)
class Reading:
    """A body as an article shows it: its HTML with anchors, its second-level headings, whole minutes to read."""

    html: str
    headings: tuple[Heading, ...]
    minutes: int

    @classmethod
    def of(cls, html: str) -> "Reading":
        """Read rendered, already escaped HTML.

        Ids are made of a heading's words, and numbered where the same words come again, so links stay stable
        while paragraphs around them change.
        """
        soup = BeautifulSoup(html, "html.parser")
        seen = Counter()
        headings = tuple(anchor(tag, seen) for tag in soup.find_all("h2") if words(tag))
        minutes = max(1, math.ceil(len(words(soup)) / WORDS_A_MINUTE))
        return cls(str(soup), headings, minutes)


def words(tag) -> list[str]:
    return tag.get_text(" ").split()


def anchor(tag, seen: Counter) -> Heading:
    """Give ``tag`` an id that no earlier heading has."""
    text = " ".join(words(tag))
    base = NOT_IN_AN_ID.sub("-", text.lower()).strip("-") or "section"
    seen[base] += 1
    tag["id"] = base if seen[base] == 1 else f"{base}-{seen[base]}"
    return Heading(tag["id"], text)
