"""Read what a rendered page says, and find phrases in it. Pure.

Only what a visitor reads on this page counts: navigation, forms, code, calls to action and cards of other pages do not.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

from lxml import etree

from clinic.search.words import STOP_WORDS

from .matching import Language, Token, Words, drop_near, tokenize

MAX_HTML = 3_000_000  # characters
MAX_TEXT = 300_000
EXCERPT = 60  # characters on each side of a phrase
SKIPPED_WORDS = frozenset("a an the in at of for our your".split())

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
# All other elements end the text before them.
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big br cite data del dfn em font i img ins label mark picture q s small source span "
    "strike strong sub sup svg time tt u var wbr".split()
)
_SKIPPED = frozenset(
    "audio button canvas code datalist dialog footer form iframe kbd math menu nav noscript object pre samp script "
    "select style svg template textarea video".split()
)
_SKIPPED_CLASSES = frozenset(
    "breadcrumbs call-to-action card cards contact-section hero__actions invitation open-state pagination post-nav "
    "see-also skip-link toc visually-hidden".split()
)
_NOT_OPENING = frozenset("byline call-out__title card__meta person__role small".split())
# "Lips. Fillers" is not "lip fillers". In "botox vs. fillers" and "St. Louis" no sentence ends.
_ENDS = re.compile(r"(?:(?<!\bvs)(?<!\bst)(?<!\bdr)[.!?…;:,])+(?=[\s\"”’)]|$)|[()\[\]{}|•·→\n]|\s[–—-]\s|—", re.I)
_TITLE_SEPARATOR = r"\s*[|–—·:•-]\s*"


class Link(NamedTuple):
    href: str
    words: str


@dataclass(frozen=True)
class PageText:
    """Hold the texts of a page. ``body`` has a line for each paragraph, list item and table cell."""

    title: str = ""  # without the name of the clinic
    description: str = ""
    heading: str = ""  # the first h1, or else the first heading
    opening: str = ""  # the first paragraph under the heading
    headings: tuple[str, ...] = ()  # all others
    alts: tuple[str, ...] = ()
    address: str = ""  # the words of the address, a line for each part of it
    links: tuple[Link, ...] = ()  # in the text
    other_links: tuple[Link, ...] = ()  # of cards, lists of pages and buttons in the content
    body: str = ""
    is_indexed: bool = True  # the page does not ask search engines to leave it out
    site_name: str = ""  # a phrase in it is no use of the phrase


@dataclass(frozen=True)
class Evidence:
    """Hold where a page says a phrase, and the words around its first mention."""

    in_title: bool = False
    in_heading: bool = False
    in_opening: bool = False
    in_headings: bool = False
    in_alts: bool = False
    in_address: bool = False
    in_body: bool = False
    is_headline: bool = False  # title or heading is about it: they have no longer phrase with all its words
    excerpt: str = ""

    @property
    def is_prominent(self) -> bool:
        """Return whether the page says the phrase where readers and search engines look first."""
        return self.in_title or self.in_heading or self.in_opening


NO_EVIDENCE = Evidence()


def read_page(html: str, address: str = "", site_name: str = "") -> PageText:
    """Return the texts of a rendered page. Never raises, whatever the HTML is.

    ``address`` is the path of the page. ``site_name`` is removed from the ends of the title.
    """
    source = html[:MAX_HTML].encode("utf-8", "replace").replace(b"\0", b"")
    reader = _parse(source, needs_main=True)
    if not reader.has_main:
        reader = _parse(source, needs_main=False)
    return reader.to_text(address, site_name)


def _parse(source: bytes, *, needs_main: bool) -> "_Reader":
    reader = _Reader(needs_main)
    parser = etree.HTMLParser(target=reader, encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        parser.feed(source or b" ")
        parser.close()
    except etree.LxmlError:
        pass  # what was read before the fault stands
    return reader


class _Reader:
    """Collect the texts while the parser reports elements in their order."""

    def __init__(self, needs_main: bool):
        self.needs_main, self.has_main = needs_main, False
        self.title, self.description, self.is_indexed = "", "", True
        self.blocks: list[tuple[str, str]] = []  # "h1" to "h6", "p" or "", and the text
        self.alts: list[str] = []
        self.links: list[Link] = []
        self.other_links: list[Link] = []
        self._open: list[tuple[str, bool, str]] = []  # the elements around: tag, whether it is skipped, kind of text
        self._skipped = 0
        self._main = 0
        self._text: list[str] = []
        self._link: tuple[str, list[str], bool] | None = None

    # What the parser calls

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        classes = set((attributes.get("class") or "").split())
        is_skipped = self._is_skipped(tag, attributes, classes)
        if tag not in _INLINE:
            self._flush()
        elif tag in ("br", "img", "svg"):
            self._text.append(" ")
        self._open.append((tag, is_skipped, self._kind_of(tag, classes)))
        self._skipped += is_skipped
        if tag == "main":
            self.has_main = True
            self._main += 1
        if tag == "meta":
            self._read_meta((attributes.get("name") or "").lower(), attributes.get("content") or "")
        if not self._is_content:
            return
        if tag == "a" and attributes.get("href"):
            self._link = (attributes["href"].strip(), [], not self._skipped)
        elif tag == "img" and (alt := _squeeze(attributes.get("alt") or "")):
            if not self._skipped:
                self.alts.append(alt)
            if self._link:
                self._link[1].append(f" {alt} ")

    def end(self, tag: str) -> None:
        if tag not in _INLINE:
            self._flush()
        if tag == "a" and self._link:
            href, words, is_in_text = self._link
            link = Link(href, _squeeze("".join(words)))
            (self.links if is_in_text else self.other_links).append(link)
            self._link = None
        if tag == "main":
            self._main -= 1
        if self._open:
            self._skipped -= self._open.pop()[1]

    def data(self, text: str) -> None:
        if not self._open or (self._open[-1][0] == "title" and not self._skipped):
            self.title = self.title or _squeeze(text)
            return
        if self._is_content:
            if self._link:
                self._link[1].append(text)
            if not self._skipped:
                self._text.append(text)

    def close(self) -> None:
        self._flush()

    def _read_meta(self, name: str, content: str) -> None:
        if name == "description":
            self.description = self.description or _squeeze(content)
        elif name == "robots" and re.search("noindex|none", content, re.I):
            self.is_indexed = False

    @property
    def _is_content(self) -> bool:
        return bool(self._main) if self.needs_main else any(tag == "body" for tag, _skip, _kind in self._open[:2])

    def _is_skipped(self, tag: str, attributes: Mapping[str, str], classes: set[str]) -> bool:
        return (
            tag in _SKIPPED
            or (tag == "header" and not self._main)
            or "hidden" in attributes
            or attributes.get("aria-hidden") == "true"
            or attributes.get("role") in ("navigation", "search")
            or not _SKIPPED_CLASSES.isdisjoint(classes)
        )

    def _kind_of(self, tag: str, classes: set[str]) -> str:
        if tag in _HEADINGS:
            return tag
        around = self._open[-1][2] if self._open else ""
        if tag in _INLINE or around in _HEADINGS:
            return around
        return "p" if tag == "p" and _NOT_OPENING.isdisjoint(classes) else ""

    def _flush(self) -> None:
        if self._text:
            text = _squeeze("".join(self._text))
            self._text.clear()
            if text:
                self.blocks.append((self._open[-1][2] if self._open else "", text))

    def to_text(self, address: str, site_name: str) -> PageText:
        headings = [at for at, (kind, _text) in enumerate(self.blocks) if kind in _HEADINGS]
        first = next((at for at in headings if self.blocks[at][0] == "h1"), headings[0] if headings else None)
        below = self.blocks[first + 1 :] if first is not None else self.blocks
        body = [text for kind, text in self.blocks if kind not in _HEADINGS]
        return PageText(
            title=drop_site_name(self.title, site_name),
            description=self.description,
            heading=self.blocks[first][1] if first is not None else "",
            opening=next((text for kind, text in below if kind == "p"), ""),
            headings=tuple(self.blocks[at][1] for at in headings if at != first),
            alts=tuple(self.alts),
            address=words_of_address(address),
            links=tuple(self.links),
            other_links=tuple(self.other_links),
            body="\n".join(body)[:MAX_TEXT],
            is_indexed=self.is_indexed,
            site_name=_squeeze(site_name),
        )


def drop_site_name(title: str, site_name: str) -> str:
    """Return the title without the clinic's name before or after it."""
    name = re.escape(_squeeze(site_name))
    if not name:
        return title
    shorter = re.sub(rf"^{name}{_TITLE_SEPARATOR}(?=\S)|(?<=\S){_TITLE_SEPARATOR}{name}$", "", title, flags=re.I)
    return shorter or title


def words_of_address(address: str) -> str:
    path = re.sub(r"^[a-z]+://[^/]*|[?#].*$", "", address, flags=re.I)
    return "\n".join(" ".join(re.split(r"[-_.+]|%20", part)) for part in path.split("/") if part)


def _squeeze(text: str) -> str:
    return " ".join(text.split())


# Phrases


def runs_of(text: str, language: Language) -> Iterable[list[Token]]:
    """Yield the words of each part of a text that a phrase may stand in."""
    start = 0
    for match in _ENDS.finditer(text):
        if match.start() > start:
            yield _tokens(text, start, match.start(), language)
        start = match.end()
    if start < len(text):
        yield _tokens(text, start, len(text), language)


def _tokens(text: str, start: int, end: int, language: Language) -> list[Token]:
    tokens = language.translate(tokenize(text[start:end]))
    return [Token(key, start + at, start + to) for key, at, to in tokens if key not in SKIPPED_WORDS]


class Found(NamedTuple):
    words: Words
    start: int
    end: int
    is_whole: bool  # no part of a longer phrase that is looked for


@dataclass(frozen=True)
class PhraseReader:
    """Find the same phrases in many pages.

    Small words are no part of a phrase ("botox in Irvine" is "botox irvine"). Nobody has to write "near me" or "best".
    A title, a heading or a sentence at the top of a page may have the words in another order: "Botox for men" says
    "mens botox".
    """

    phrases: frozenset[Words]
    language: Language = field(default_factory=Language)

    @cached_property
    def _phrases_of(self) -> dict[Words, list[Words]]:
        """Lead from the words to look for to the phrases that they are."""
        exact: dict[Words, list[Words]] = {}
        loose: dict[Words, list[Words]] = {}
        for phrase in sorted(self.phrases):
            words = tuple(word for word in phrase if word not in SKIPPED_WORDS) or phrase
            exact.setdefault(words, []).append(phrase)
            if (without := self._drop_ignored(words)) and without != words:
                loose.setdefault(without, []).append(phrase)
        return {**loose, **exact}

    def _drop_ignored(self, words: Words) -> Words:
        """Return the words that have to be there. "Laser treatment" is more than "laser"."""
        words = drop_near(words)
        while len(words) > 1 and words[:1] in self.language.ignored:
            words = words[1:]
        while len(words) > 2 and words[-1:] in self.language.ignored:
            words = words[:-1]
        return words

    @cached_property
    def _word_sets(self) -> dict[str, list[tuple[frozenset[str], list[Words]]]]:
        """Lead from the rarest word of each phrase to all its words, and the phrase."""
        sets: dict[frozenset[str], list[Words]] = {}
        for words, phrases in self._phrases_of.items():
            needed = self._drop_ignored(words)
            telling = [word for word in needed if word not in STOP_WORDS]
            sets.setdefault(frozenset(telling if len(telling) > 1 else needed), []).extend(phrases)
        counts = Counter(word for words in sets for word in words)
        found: dict[str, list[tuple[frozenset[str], list[Words]]]] = {}
        for some, phrases in sets.items():
            found.setdefault(min(sorted(some), key=counts.__getitem__), []).append((some, phrases))
        return found

    @cached_property
    def _sizes(self) -> dict[str, list[int]]:
        """Lead from the first word of phrases to their lengths, longest first."""
        sizes: dict[str, set[int]] = {}
        for words in self._phrases_of:
            if words:
                sizes.setdefault(words[0], set()).add(len(words))
        return {first: sorted(found, reverse=True) for first, found in sizes.items()}

    def find_in(self, text: str, *, is_title: bool = False) -> Iterator[Found]:
        """Yield the phrases of a text, also those that are a part of a longer one.

        In a title, marks between words end no phrase.
        """
        runs = [_tokens(text, 0, len(text), self.language)] if is_title else runs_of(text, self.language)
        for tokens in runs:
            keys, taken = tuple(token.key for token in tokens), 0
            for at, key in enumerate(keys):
                for size in self._sizes.get(key, ()):
                    words = keys[at : at + size]
                    if len(words) == size and (phrases := self._phrases_of.get(words)):
                        is_whole = at + size > taken
                        taken = max(taken, at + size)
                        for phrase in phrases:
                            yield Found(phrase, tokens[at].start, tokens[at + size - 1].end, is_whole)

    def find_any_order(self, text: str, *, is_title: bool = False) -> Iterator[Found]:
        """Yield the phrases of which all words stand in the title, or in one sentence of the text."""
        runs = [_tokens(text, 0, len(text), self.language)] if is_title else runs_of(text, self.language)
        for tokens in runs:
            keys = {token.key for token in tokens}
            for token in tokens:
                for words, phrases in self._word_sets.get(token.key, ()):
                    if words <= keys:
                        yield from (Found(phrase, token.start, token.end, False) for phrase in phrases)

    def find_headlines(self, text: str, named: list[tuple[int, int]]) -> set[Words]:
        """Return what a title is about: "Botox for men" is about "mens botox", and not about "botox"."""
        keys = {
            key
            for key, start, end in _tokens(text, 0, len(text), self.language)
            if not any(start < until and since < end for since, until in named)
        }
        sets = [(words, phrases) for key in keys for words, phrases in self._word_sets.get(key, ()) if words <= keys]
        return {
            phrase
            for words, phrases in sets
            if not any(words < other for other, _phrases in sets)
            for phrase in phrases
        }

    def are_words(self, text: str) -> list[Words]:
        """Return the phrases that the text consists of."""
        words = tuple(token.key for token in _tokens(text, 0, len(text), self.language))
        return self._phrases_of.get(words, [])

    def read(
        self, page: PageText, find_names: Callable[[str], list[tuple[int, int]]] | None = None
    ) -> dict[Words, Evidence]:
        """Return the evidence for each phrase that the page says. A phrase in a name makes no headline."""
        found: dict[Words, Evidence] = {}
        places: list[tuple[str, str, bool]] = [
            ("in_title", page.title, True),
            ("in_heading", page.heading, True),
            ("in_opening", page.opening, False),
            ("in_headings", "\n".join(page.headings), False),
            ("in_body", page.body, False),
            ("in_alts", "\n".join(page.alts), False),
            ("in_address", page.address, False),
        ]
        for name, text, is_title in places:
            if not text:
                continue
            said = self.find_in(text, is_title=is_title)
            if is_title or name == "in_opening":
                said = chain(said, self.find_any_order(text, is_title=is_title))
            here = set()
            for words, start, end, _is_whole in said:
                here.add(words)
                if words not in found:
                    found[words] = Evidence(excerpt=cut_excerpt(text, start, end))
            named = find_name(text, page.site_name) + (find_names(text) if find_names else []) if is_title else []
            headlines = self.find_headlines(text, named) if is_title else set()
            for words in here:
                flags: dict[str, Any] = {name: True, "is_headline": found[words].is_headline or words in headlines}
                found[words] = replace(found[words], **flags)
        return found


def find_name(text: str, name: str) -> list[tuple[int, int]]:
    """Return where a text has a name."""
    pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
    return [match.span() for match in re.finditer(pattern, text, re.I)] if name else []


def find_evidence(page: PageText, phrases: Iterable[Words], language: Language) -> dict[Words, Evidence]:
    """Return the evidence for each phrase that the page says, by its words (``Language.words_of``)."""
    return PhraseReader(frozenset(phrases), language).read(page)


def cut_excerpt(text: str, start: int, end: int) -> str:
    """Return the words around a mention, in the line it stands in."""
    line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    before, after = text[line_start:start], text[end:line_end]
    if len(before) > EXCERPT:
        before = "…" + (before[-EXCERPT:].partition(" ")[2] or "")
    if len(after) > EXCERPT:
        after = (after[:EXCERPT].rpartition(" ")[0] or "") + "…"
    return f"{before}{text[start:end][:200]}{after}"
