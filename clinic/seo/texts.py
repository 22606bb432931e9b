"""Shorten texts, and read the text of HTML. Pure."""

import re
from html.parser import HTMLParser

from clinic.text import one_line

MAX_TITLE = 110  # characters; a search engine shows about 60, and reads the rest
MAX_DESCRIPTION = 160  # characters; what Google shows on a desktop
ELLIPSIS = "…"
BLOCKS = frozenset(
    "address blockquote br dd div dt figcaption h1 h2 h3 h4 h5 h6 hr li ol p pre table td th tr ul".split()
)
ENDS = " ,;:–—-("


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data.replace("\n", " "))

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.parts.append("\n")


def to_lines(html: str) -> list[str]:
    """Return the paragraphs, list items and headings of HTML as text, without empty ones."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    return [line for part in "".join(parser.parts).split("\n") if (line := one_line(part))]


def to_text(html: str) -> str:
    """Return what a reader sees of HTML, on one line."""
    return " ".join(to_lines(html))


def first_paragraph(html: str) -> str:
    """Return the text of the first paragraph or list item, without the headings before it."""
    return next(iter(to_lines(re.sub(r"<h[1-6][ >].*?</h[1-6]>", "", html, flags=re.DOTALL))), "")


def shorten(text: object, limit: int) -> str:
    """Return the text on one line and at most ``limit`` characters long, cut after a word.

    A word that is too long by itself is cut inside.
    """
    line = one_line(str(text or ""))
    if len(line) <= limit:
        return line
    kept = line[: limit - len(ELLIPSIS)]
    if not line[len(kept)].isspace():
        kept = kept.rpartition(" ")[0] or kept
    return (kept.rstrip(ENDS) or kept) + ELLIPSIS
