"""Find where a text could link to the page for a phrase, and put the link there. Pure.

The text is the HTML that Wagtail stores for rich text. A link never goes into a link, a heading, code, a quote or a
name, and never across markup.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from clinic.search.words import STOP_WORDS

from .matching import Words
from .reading import PhraseReader, cut_excerpt

# In a line, they stand for a tag, and for the start and the end of what is closed to links. No visible text has them.
MARKUP, CLOSED, OPENED = "\ue000", "\ue001", "\ue002"
_MARKERS = re.compile("[\ue000-\ue002]")
_CLOSED_PART = re.compile("\ue001[^\ue002]*\ue002?")
_TAG = re.compile(r"""<!--.*?-->|<(?:[^<>"']|"[^"]*"|'[^']*')*>""", re.S)
_NAME_OF_TAG = re.compile(r"</?\s*([a-zA-Z][a-zA-Z0-9]*)")
_CHARACTER = re.compile(r"&(?:#\d{1,8}|#[xX][0-9a-fA-F]{1,7}|[a-zA-Z][a-zA-Z0-9]{1,31});|.", re.S)
_MARKS = frozenset("b strong i em span small u s sub abbr".split())
# Elements without room for a link: within a line, and whole blocks.
_CLOSED_INLINE = frozenset("a button cite code del kbd q samp sup".split())
_CLOSED_BLOCKS = frozenset("h1 h2 h3 h4 h5 h6 blockquote figcaption pre script style textarea".split())
_QUOTED = re.compile(r"[“”„«\"][^“”„«»\"\n]*(?:[”“»\"]|$)", re.M)
_QUOTED_SINGLE = re.compile(r"(?<!\w)[‘'](?=\w)[^‘\n]*?[’'](?!\w)", re.M)
_NO_ROOM = (_CLOSED_PART, _QUOTED, _QUOTED_SINGLE)
# They may begin a sentence before a brand's name, and are no part of the name: "After Botox".
_OPENERS = STOP_WORDS | {
    *"about after all another any ask because before besides both choose combine despite during each even every few "
    "like many more most no once only other see since some such than then though through try until unlike using "
    "when whether while without".split()
}
# Marks of a brand may stand between the words of its name: "BOTOX® Cosmetic".
_BETWEEN = r"(?:[\s®™℠\ue000-\ue002]|\((?:R|TM)\))+"
_WORD_BEFORE = re.compile(rf"([^\W\d_][\w'’.-]*){_BETWEEN}$")
_WORD_AFTER = re.compile(rf"^{_BETWEEN}([^\W\d_]\w*)")
_CONNECTORS = {"of", "and", "de", "for"}
_SENTENCE_START = re.compile(r"(?:^|[.!?…:]\s+|\n\s*|[•–—]\s+)$")


class Mention(NamedTuple):
    """Hold where a text says a phrase: its line, its place in the line, the words as written and those around."""

    phrase: Words
    line: int
    start: int
    end: int
    text: str
    excerpt: str


@dataclass(frozen=True)
class Line:
    """Hold a paragraph that can hold links, and where each of its characters stands in the source."""

    text: str
    starts: list[int]
    ends: list[int]


def lines_of(source: str) -> list[Line]:
    """Return the paragraphs of rich text that may hold a link."""
    reader = _LineReader()
    for start, end, tag in _pieces(source):
        if tag:
            reader.read_tag(tag, start, end)
        elif not reader.blocks:
            for match in _CHARACTER.finditer(source, start, end):
                reader.add(_MARKERS.sub(" ", html.unescape(match[0])), *match.span())
    reader.end_line()
    return reader.lines


class _LineReader:
    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.blocks: list[str] = []  # the closed blocks around
        self._line = Line("", [], [])
        self._text: list[str] = []
        self._closed: list[str] = []

    def add(self, text: str, start: int, end: int) -> None:
        self._text += text
        self._line.starts.extend([start] * len(text))
        self._line.ends.extend([end] * len(text))

    def end_line(self) -> None:
        if any(not character.isspace() for character in _MARKERS.sub("", "".join(self._text))):
            self.lines.append(Line("".join(self._text), self._line.starts, self._line.ends))
        self._text, self._line = [], Line("", [], [])

    def read_tag(self, tag: str, start: int, end: int) -> None:
        match = _NAME_OF_TAG.match(tag)
        name = match[1].lower() if match else ""
        is_end, is_empty = tag.startswith("</"), tag.rstrip("> ").endswith("/")
        if name in _CLOSED_INLINE:
            self._toggle(self._closed, name, is_end=is_end, is_empty=is_empty)
            self.add(OPENED if is_end and not self._closed else CLOSED, start, end)
        elif name in _MARKS or not name:
            self.add(MARKUP, start, end)
        else:
            self._closed.clear()
            self.end_line()
            if name in _CLOSED_BLOCKS:
                self._toggle(self.blocks, name, is_end=is_end, is_empty=is_empty)

    @staticmethod
    def _toggle(around: list[str], name: str, *, is_end: bool, is_empty: bool) -> None:
        if not is_end and not is_empty:
            around.append(name)
        elif is_end and name in around:
            del around[len(around) - 1 - around[::-1].index(name) :]


def _pieces(source: str) -> Iterator[tuple[int, int, str]]:
    """Yield start and end of each text and tag, and the tag."""
    at = 0
    for match in _TAG.finditer(source):
        if match.start() > at:
            yield at, match.start(), ""
        yield match.start(), match.end(), match[0]
        at = match.end()
    if at < len(source):
        yield at, len(source), ""


def find_mentions(lines: Iterable[str], reader: PhraseReader, names: "Names") -> dict[Words, Mention]:
    """Return the first place for each phrase where a link to the page for it may go."""
    found: dict[Words, Mention] = {}
    for number, line in enumerate(lines):
        taken = [match.span() for pattern in _NO_ROOM for match in pattern.finditer(line)]
        taken += names.find(line)
        for phrase, start, end, is_whole in reader.find_in(line):
            if not is_whole or phrase in found or _MARKERS.search(line, start, end):
                continue
            if any(start < until and since < end for since, until in taken) or _is_part_of_name(line, start, end):
                continue
            excerpt = _MARKERS.sub("", cut_excerpt(line, start, end))
            found[phrase] = Mention(phrase, number, start, end, line[start:end], excerpt)
    return found


class Names:
    """Find the names of people in texts, also their last names after a title."""

    def __init__(self, names: Iterable[str]):
        patterns = set()
        for name in names:
            if words := re.findall(r"[^\W_]+", name):
                patterns.add(r"[\W_]{1,3}".join(map(re.escape, words)))
        every = "|".join(sorted(patterns, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<!\w)(?:{every})(?!\w)", re.I) if every else None

    def find(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in self._pattern.finditer(text)] if self._pattern else []


def _is_part_of_name(text: str, start: int, end: int) -> bool:
    """Return whether the words are a part of a longer name, compound, or address."""
    before, after = text[max(0, start - 200) : start], text[end : end + 100]
    if before[-1:] and before[-1] in "-‐‑–@/\\#&.+_=":
        return True
    if re.match(r"[-‐‑@/\\&+_=]|\.\w", after):
        return True
    if not text[start].isupper():
        return False
    next_word = _WORD_AFTER.match(after)
    if next_word and next_word[1][0].isupper():
        return True
    previous = _WORD_BEFORE.search(before)
    if not previous:
        return False
    word, rest = previous[1], before[: previous.start()]
    if word[0].isupper():
        return word.lower() not in _OPENERS or not _SENTENCE_START.search(rest)
    if word in _CONNECTORS and (earlier := _WORD_BEFORE.search(rest)):
        return earlier[1][0].isupper() and not _SENTENCE_START.search(rest[: earlier.start()])
    return False


def add_link(source: str, phrases: Iterable[Words], reader: PhraseReader, names: Names, page_id: int) -> str | None:
    """Return the rich text with a link around the first mention of one of the phrases, or None."""
    lines = lines_of(source)
    found = find_mentions([line.text for line in lines], reader, names)
    mentions = sorted((found[words] for words in set(phrases) & found.keys()), key=lambda one: (one.line, one.start))
    if not mentions:
        return None
    line = lines[mentions[0].line]
    start, end = line.starts[mentions[0].start], line.ends[mentions[0].end - 1]
    return f'{source[:start]}<a linktype="page" id="{int(page_id)}">{source[start:end]}</a>{source[end:]}'


def links_to(source: str, page_id: int) -> bool:
    """Return whether the rich text has a link to the page already."""
    for match in re.finditer(r"<a\b[^>]*>", source):
        if re.search(r"\blinktype=\"page\"", match[0]) and re.search(rf"\bid=\"{int(page_id)}\"", match[0]):
            return True
    return False
