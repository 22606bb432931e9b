"""What a rendered article body yields: headings with anchors, and how long it takes to read. Pure."""

import math
import re
from dataclasses import dataclass

from bs4 import BeautifulSoup

WORDS_A_MINUTE = 220
NOT_IN_AN_ID = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Heading:
    id: str
    text: str


def anchored(html: str) -> tuple[str, list[Heading]]:
    """The same HTML with an ``id`` on every second-level heading, and those headings in order.

    Ids are made of the words, and numbered where the same words come again, so links stay stable while
    paragraphs around them change.
    """
    soup = BeautifulSoup(html, "html.parser")
    seen: dict[str, int] = {}
    headings = []
    for tag in soup.find_all("h2"):
        text = tag.get_text(" ", strip=True)
        if not text:
            continue
        base = NOT_IN_AN_ID.sub("-", text.lower()).strip("-") or "section"
        seen[base] = seen.get(base, 0) + 1
        tag["id"] = base if seen[base] == 1 else f"{base}-{seen[base]}"
        headings.append(Heading(tag["id"], text))
    return str(soup), headings


def reading_minutes(html: str) -> int:
    """Whole minutes an adult needs for the words in ``html``, at least one."""
    words = BeautifulSoup(html, "html.parser").get_text(" ").split()
    return max(1, math.ceil(len(words) / WORDS_A_MINUTE))
