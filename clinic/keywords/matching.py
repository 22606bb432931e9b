"""Tell which phrases mean the same search, and find phrases in texts. Pure.

A phrase is compared by its words: in the singular, without accents, apostrophes and capitals, and with the aliases of
the clinic applied ("OC" is "orange county"). What a search is about are its words without places ("in Irvine", "near
me") and without words that change nothing ("best", "treatments").
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from clinic.search.words import STOP_WORDS, key_of, split_words

Words = tuple[str, ...]

_QUOTES = str.maketrans({"’": "'", "‘": "'", "‛": "'", "`": "'", "´": "'", "＇": "'", "ʼ": "'", "′": "'"})
_EDGES = " \t,;:|.…•·*–—-_#\"'“”„«»<>()[]{}"
_TOKEN = re.compile(r"[^\W_]+(?:['’‘`´ʼ][^\W_]+)*['’](?!\w)|[^\W_]+(?:['’‘`´ʼ][^\W_]+)*")
_NEAR = {("near", "me"), ("near", "by"), ("nearby",), ("close", "to", "me"), ("near", "you"), ("around", "me")}
# "Who" asks for a clinic more often than for an answer, "what" and "how" the other way around.
_QUESTIONS = {
    *"how what why when which does do is are can should will".split(),
    *"benefit risk difference vs side effect aftercare before after meaning recovery long".split(),
}
_BUYING = {*"price cost cheap affordable deal special book appointment buy clinic consultation best top".split()}
_NEAR_A_PLACE = tuple(
    (*near, *article) for near in (("close", "to"), ("near",), ("around",)) for article in ((), ("the",))
)
# Words between the words that matter: "hair removal in orange county" is "orange county hair removal". Who asks what
# something is, or how to get rid of it, does not look for it.
_ASKING = {*"how what when where which who why".split()}
_SMALL = frozenset(map(key_of, STOP_WORDS)) - _ASKING - {*"near vs get getting rid".split()}
# The question for a price and the price are the same search: "how much does botox cost", "botox cost".
_PRICES = {*"cost fee price pricing".split()}
_ASKING_PRICES = {*"how much what".split()}


class Intent(StrEnum):
    LEARN = "learn"
    COMPARE = "compare"
    VISIT = "visit"


def drop_near(words: Words) -> Words:
    """Return the words without "near me" and the like."""
    kept: list[str] = []
    at = 0
    while at < len(words):
        size = next((size for size in (3, 2, 1) if words[at : at + size] in _NEAR), 0)
        kept += [] if size else [words[at]]
        at += size or 1
    return tuple(kept)


def spelling_of(phrase: str) -> str:
    """Return what two spellings of a phrase share that differ in case, quotes and spaces alone.

    No two keywords have the same.
    """
    text = unicodedata.normalize("NFKC", phrase).translate(_QUOTES).casefold()
    return " ".join(text.split()).strip(_EDGES)


class Token(NamedTuple):
    """Hold a word's key and where the word stands in its text."""

    key: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """Return the words of a text by their keys, with their places in it."""
    found = []
    for match in _TOKEN.finditer(text):
        for word in split_words(match[0]):
            found.append(Token(key_of(word), match.start(), match.end()))
    return found


def keys_in(text: str) -> Words:
    return tuple(key_of(word) for word in split_words(text))


@dataclass(frozen=True)
class Language:
    """Hold what the words of a clinic mean: other names, places, and words that change nothing.

    ``aliases`` leads from words to words, ``places`` and ``ignored`` hold words, all by their keys.
    """

    aliases: Mapping[Words, Words] = field(default_factory=dict)
    places: frozenset[Words] = frozenset()
    ignored: frozenset[Words] = frozenset()

    @cached_property
    def _longest(self) -> int:
        return max((len(words) for words in self.aliases), default=0)

    @cached_property
    def _longest_place(self) -> int:
        return max(map(len, (*self.places, *_NEAR)))

    def translate(self, tokens: Iterable[Token]) -> list[Token]:
        """Return the tokens with the aliases applied, longest first. An alias takes the place of its words."""
        tokens, found, at = list(tokens), [], 0
        while at < len(tokens):
            size = min(self._longest, len(tokens) - at)
            while size and tuple(token.key for token in tokens[at : at + size]) not in self.aliases:
                size -= 1
            if not size:
                found.append(tokens[at])
                at += 1
                continue
            means = self.aliases[tuple(token.key for token in tokens[at : at + size])]
            start, end = tokens[at].start, tokens[at + size - 1].end
            found += [Token(key, start, end) for key in means]
            at += size
        return found

    def words_of(self, phrase: str) -> Words:
        return tuple(token.key for token in self.translate(tokenize(phrase)))

    def normalize(self, phrase: str) -> str:
        """Return what spellings of the same words share: "Men’s Botox" and "mens botox", "OC" and "orange county"."""
        return " ".join(self.words_of(phrase)) or spelling_of(phrase)

    def place_in(self, phrase: str) -> str:
        """Return the first place of a phrase by its keys, or "near me", or ""."""
        return next((" ".join(words) for words, is_place in self._split(self.words_of(phrase)) if is_place), "")

    def without_places(self, words: Words) -> Words:
        return tuple(word for piece, is_place in self._split(words) if not is_place for word in piece)

    def subject_of(self, phrase: str) -> str:
        """Return what a search is about: phrases with the same subject mean the same search."""
        words = self.words_of(phrase)
        about = self.without_places(words) or words
        small = _SMALL if _PRICES.isdisjoint(about) else _SMALL | _ASKING_PRICES
        about = tuple(word for word in about if word not in small) or about
        kept = tuple(word for word in about if (word,) not in self.ignored) or about
        return " ".join(sorted(set(kept))) or spelling_of(phrase)

    def intent_of(self, phrase: str) -> Intent:
        """Guess what somebody who types the phrase wants."""
        words = set(tokens := split_words(phrase)) | set(map(key_of, tokens))
        if self.place_in(phrase):
            return Intent.VISIT
        if words & _QUESTIONS:
            return Intent.LEARN
        return Intent.VISIT if words & _BUYING else Intent.COMPARE

    def _split(self, words: Words) -> Iterator[tuple[Words, bool]]:
        """Yield the words one by one, and each place as one piece. "Near" before a place belongs to it."""
        at = 0
        while at < len(words):
            size = self._place_at(words, at)
            for near in _NEAR_A_PLACE:
                after = at + len(near)
                if not size and words[at:after] == near and (size := self._place_at(words, after)):
                    at = after
            yield words[at : at + max(size, 1)], bool(size)
            at += max(size, 1)

    def _place_at(self, words: Words, at: int) -> int:
        """Return how many words from there on are a place."""
        size = min(self._longest_place, len(words) - at)
        while size and words[at : at + size] not in self.places and words[at : at + size] not in _NEAR:
            size -= 1
        return size


class Mention(NamedTuple):
    """Hold where a phrase stands in a text."""

    words: Words
    start: int
    end: int


class PhraseFinder:
    """Find phrases in texts, given by the keys of their words. The longest phrase wins where two overlap."""

    def __init__(self, phrases: Iterable[Words]):
        self._sizes: dict[str, list[int]] = {}  # the first word of each phrase, longest phrases first
        self._phrases = {words for words in phrases if words}
        for words in self._phrases:
            self._sizes.setdefault(words[0], []).append(len(words))
        for first, sizes in self._sizes.items():
            self._sizes[first] = sorted(set(sizes), reverse=True)

    def find(self, tokens: list[Token]) -> list[Mention]:
        keys, found, at = [token.key for token in tokens], [], 0
        while at < len(keys):
            for size in self._sizes.get(keys[at], ()):
                words = tuple(keys[at : at + size])
                if len(words) == size and words in self._phrases:
                    found.append(Mention(words, tokens[at].start, tokens[at + size - 1].end))
                    at += size - 1
                    break
            at += 1
        return found
