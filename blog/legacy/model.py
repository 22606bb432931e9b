"""The plain values that a legacy article is read into."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Literal

from .wording import first_sentences

Place = Literal["title", "date", "category", "keywords", "body", "left out"]


class NotAnArticle(ValueError):
    """The text cannot be read as an article; the message says why, in words for the person who ran the import."""


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class ListBlock:
    ordered: bool
    items: tuple[str, ...]


Block = Heading | Paragraph | ListBlock


@dataclass(frozen=True)
class PlacedLine:
    """Where one line of the source ended up. ``reason`` is filled for lines that were left out."""

    line_no: int
    text: str
    place: Place
    reason: str = ""


@dataclass(frozen=True)
class LegacyArticle:
    title: str
    date: date | None
    categories: tuple[str, ...]
    keywords: tuple[str, ...]
    blocks: tuple[Block, ...]
    lines: tuple[PlacedLine, ...]
    warnings: tuple[str, ...]

    @property
    def left_out(self) -> tuple[tuple[int, str, str], ...]:
        """Line number, text and reason of each line that is no part of the article."""
        return tuple((line.line_no, line.text, line.reason) for line in self.lines if line.place == "left out")

    @property
    def key(self) -> str:
        """SHA-256 of title and body in small letters.

        Furniture, date and keywords have no part in it, nor has what was read as a heading or a list: the same
        article saved on another day, among other teasers, has the same key.
        """
        texts = [self.title, *(line.text for line in self.lines if line.place == "body")]
        return sha256("\n".join(texts).casefold().encode()).hexdigest()

    def summary(self, limit: int) -> str:
        """The first sentences of the first paragraph, at most ``limit`` characters."""
        first = next((block.text for block in self.blocks if isinstance(block, Paragraph)), "")
        return first_sentences(first, limit)
