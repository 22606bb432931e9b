"""From the bytes of a file to clean, numbered lines."""

import codecs
import re
import unicodedata
from dataclasses import dataclass

from .model import NotAnArticle

MAX_BYTES = 1024 * 1024

# Tab, line feed, vertical tab, form feed and carriage return occur in text; the other control characters do not.
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
INVISIBLE = re.compile("[\u200b\u200c\u200e\u200f\u2060\u00ad\ufeff\u202a-\u202e\u2066-\u2069\x80-\x84\x86-\x9f]")
# A zero-width joiner belongs between two emoji and nowhere else in English text.
STRAY_JOINER = re.compile("(?<![\u2190-\U0001ffff])\u200d|\u200d(?![\u2190-\U0001ffff])")
NEWLINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Line:
    """A line with words: ``gap`` is the number of blank lines above it, ``indent`` that of the blanks before it."""

    no: int
    text: str
    indent: int = 0
    gap: int = 1


def decode(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 (with its mark) or Windows-1252."""
    if len(data) > MAX_BYTES:
        raise NotAnArticle(f"the file is larger than {MAX_BYTES // 1024} KiB; an article is a few pages of text")
    if not data.strip():
        raise NotAnArticle("the file is empty")
    text = _decoded(data)
    if CONTROL.search(text):
        raise NotAnArticle("the file is binary, not plain text")
    if not any(char.isalpha() for char in text):
        raise NotAnArticle("the file has no words in it")
    return text


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ("utf-16",)
    elif CONTROL.search(data.decode("latin-1")):
        raise NotAnArticle("the file is binary, not plain text")
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotAnArticle("the file is neither UTF-8 nor Windows-1252 text")


def clean(raw: str) -> str:
    """One line of text without invisible characters, every run of blanks of any kind a single space."""
    text = STRAY_JOINER.sub("", INVISIBLE.sub("", unicodedata.normalize("NFC", raw)))
    return " ".join(CONTROL.sub(" ", text).split())


def numbered_lines(text: str) -> list[Line]:
    """The lines that are not blank, numbered as an editor shows them."""
    lines: list[Line] = []
    gap = 0
    for number, raw in enumerate(NEWLINE.split(text), start=1):
        parts = raw.splitlines() or [""]  # a soft break inside a line starts a new one under the same number
        for part in parts:
            if words := clean(part):
                lines.append(Line(number, words, _indent(part), gap))
                gap = 0
            else:
                gap += 1
    return lines


def _indent(raw: str) -> int:
    visible = INVISIBLE.sub("", raw).expandtabs(4)
    return len(visible) - len(visible.lstrip())
