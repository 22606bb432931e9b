"""The lines of the body, put together where an editor broke them, with the marks of lists that stand before them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from .reading import Line
from .wording import ends_sentence, is_prose, is_question, is_short, starts_small, word_count

GLYPHS = "•●▪■◦‣⁃∙·○□✓✔✅➤►▶→»\uf0b7\uf0a7§"
BULLET = re.compile(rf"(?:[{GLYPHS}]\s*|[-–—*+o]\s+|[-–—](?=[^\W\d_]|[\"“])|\*(?=[A-Z]))(?P<text>.*\w.*)")
NUMBER = re.compile(r"[(\[]?(?P<number>\d{1,2})\s?[.)\]](?!\d)\s*(?P<text>.*\w.*)")
BARE_MARK = re.compile(rf"[{GLYPHS}*+–—-]|[(\[]?\d{{1,2}}[.)\]]")
# An editor that breaks lines does so near these widths; longer lines are whole paragraphs.
NARROWEST, WIDEST, FULL_LINE = 60, 120, 50


@dataclass(frozen=True)
class Passage:
    lines: list[Line]

    @cached_property
    def numbers(self) -> list[int]:
        """The number before each numbered line."""
        return [int(match["number"]) for line in self.lines if (match := NUMBER.fullmatch(line.text))]

    @cached_property
    def bullets(self) -> int:
        return sum(bulleted_text(line.text) is not None for line in self.lines)

    @cached_property
    def mostly_indented(self) -> bool:
        return sum(line.indent >= 2 for line in self.lines) * 2 > len(self.lines)

    def end(self, start: int, fits: Callable[[Line], bool]) -> int:
        """Where the run of fitting lines from ``start`` ends."""
        index = start
        while index < len(self.lines) and fits(self.lines[index]):
            index += 1
        return index

    def prose_at(self, index: int) -> bool:
        return index < len(self.lines) and is_prose(self.lines[index].text)


def bulleted_text(text: str) -> str | None:
    match = BULLET.fullmatch(text)
    return match["text"] if match else None


def is_marked(text: str) -> bool:
    return NUMBER.fullmatch(text) is not None or bulleted_text(text) is not None


def may_be_item(line: Line) -> bool:
    """Short, without a mark, and no sentence."""
    text = line.text
    if not is_short(text) or text.endswith(":") or is_marked(text):
        return False
    return starts_small(text) or not ends_sentence(text) or word_count(text) <= 3


def joined(lines: list[Line]) -> Passage:
    """Put a mark that stands alone before the next line, and the lines of a hard-wrapped paragraph together."""
    width = max((len(line.text) for line in lines), default=0)
    whole: list[Line] = []
    parts: list[list[str]] = []
    for line in lines:
        if whole and (_mark_alone(whole[-1].text, parts[-1], line.text) or _wrapped(parts[-1][-1], line, width)):
            parts[-1].append(line.text)
        else:
            whole.append(line)
            parts.append([line.text])
    return Passage([replace(line, text=" ".join(texts)) for line, texts in zip(whole, parts, strict=True)])


def _mark_alone(first: str, parts: list[str], text: str) -> bool:
    return len(parts) == 1 and BARE_MARK.fullmatch(first) is not None and BARE_MARK.fullmatch(text) is None


def _wrapped(last: str, line: Line, width: int) -> bool:
    """The sentence goes on: an editor broke the line, mostly where the next word had no room."""
    if line.gap or not NARROWEST <= width <= WIDEST or is_marked(line.text) or is_question(last):
        return False
    if len(last) + 1 + len(line.text.split()[0]) > width:
        return True
    return len(last) >= FULL_LINE and starts_small(line.text) and not ends_sentence(last) and not last.endswith(":")
