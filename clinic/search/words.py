"""Compare the words of a search with the words of pages. Pure.

The key of a word is what its spellings have in common: "Lines’", "line" and "LINE" have the key "line", "11" and
"eleven" have the key "eleven".
"""

import re
import unicodedata
from collections.abc import Container
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

MAX_WORDS = 10
MAX_LETTERS = 30

_APOSTROPHE = re.compile(r"['’‘`´]")
_POSSESSIVE = re.compile(r"(?<=\w)['’‘`´]s\b")
_WORD = re.compile(r"[^\W_]+")
_NUMBERS = dict(
    zip(
        map(str, range(1, 13)),
        "one two three four five six seven eight nine ten eleven twelve".split(),
        strict=True,
    )
)
_PLURALS = {"feet": "foot", "men": "man", "women": "woman", "teeth": "tooth", "children": "child"}
_ENDING = re.compile(r"(?:(?<=\w{5})ation|ion|ing|al|ed|er|es|e|y|s)$")
_SAME_SOUND = [
    (re.compile(old), new)
    for old, new in (("ph", "f"), ("c?ks|cs", "x"), ("ck|k", "c"), ("z", "s"), ("ie$", "y"), (r"(.)\1", r"\1"))
]

# They say nothing about what a page is about, and many pages lack some of them.
STOP_WORDS = frozenset(
    "a am an and any are as at be by can could did do does for from get getting had has have how i if in into is it "
    "its m me my near of on or our please rid s should so that the their them there these they this to us vs was we "
    "what when where which who why will with would you your".split()
)


def split_words(text: str) -> list[str]:
    """Return the words in lowercase, without accents and possessive endings."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _WORD.findall(_APOSTROPHE.sub("", _POSSESSIVE.sub("", text.lower())))


@lru_cache(maxsize=5000)
def key_of(word: str) -> str:
    """Return the singular of a word, and a small number in letters."""
    if re.fullmatch(r"\d+s", word):  # "11s"
        word = word[:-1]
    if word in _NUMBERS:
        return _NUMBERS[word]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        if word.endswith("ies"):
            word = f"{word[:-3]}y"
        else:
            word = word[:-2] if word.endswith(("sses", "ches", "shes", "xes", "zes")) else word[:-1]
    return _PLURALS.get(word, word)


def keys_of(text: str) -> tuple[str, ...]:
    """Return the keys of the words that say what a text is about.

    These are all of its words if it consists of stop words.
    """
    words = split_words(text)[:MAX_WORDS]
    return tuple(key_of(word) for word in [word for word in words if word not in STOP_WORDS] or words)


def root_of(key: str) -> str:
    """Return the beginning that "scar" and "scarring" share."""
    root = _ENDING.sub("", key)
    if root[-1:] == root[-2:-1]:
        root = root[:-1]
    return root if len(root) >= 4 else key


def sound_of(key: str) -> str:
    for old, new in _SAME_SOUND:
        key = old.sub(new, key)
    return key


def find_candidates(typed: str, sounds: dict[str, str], roots: dict[str, str]) -> list[tuple[float, str]]:
    """Return the keys that may be meant, with the number of typing errors, fewest first.

    ``sounds`` and ``roots`` are those of the known keys. Short words allow for fewer errors: four letters only for two
    that changed places. A word that sounds the same counts as half an error, another form of it as a little more.
    """
    root = root_of(typed)
    found = {key: 0.7 for key, its_root in roots.items() if its_root == root}
    if 4 <= len(typed) <= MAX_LETTERS:
        allowed = 1 if len(typed) < 8 else 2
        alike = process.extract(sound_of(typed), sounds, scorer=OSA.distance, score_cutoff=allowed, limit=None)
        for _sound, errors, key in alike:
            is_slip = key[0] == typed[0] and (len(key) > 4 or sorted(key) == sorted(typed))
            if errors == 0 or is_slip:
                found[key] = min(found.get(key, errors or 0.5), errors or 0.5)
    found.pop(typed, None)
    return sorted((errors, key) for key, errors in found.items())


def split_in_two(typed: str, neighbors: Container[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the pairs of neighbors that a word is joined from."""
    pairs = [(key_of(typed[:cut]), key_of(typed[cut:])) for cut in range(1, len(typed))]
    return [pair for pair in pairs if pair in neighbors]
