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

MAX_WORDS = 10  # that say what a search is about
MAX_LETTERS = 30
LONG = 7  # letters from which on a word has few neighbors

_APOSTROPHE = re.compile(r"['’‘`´]")
_POSSESSIVE = re.compile(r"(?<=\w)['’‘`´]s\b")
_WORD = re.compile(r"[^\W_]+")
_LETTERS_AND_NUMBER = re.compile(r"(?<=[a-z]{3})(?=\d)|(?<=\d)(?=[a-z]{3})")  # "spf50", "11lines"
_VOWELS = re.compile(r"(?!^)[aeiouy]+")
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
    for old, new in (
        ("ph", "f"),
        ("sh[aeiou]n$", "tion"),
        ("c(?=[eiy])", "s"),
        ("c?ks|cs", "x"),
        ("ck|k", "c"),
        ("z", "s"),
        ("ie$", "y"),
        (r"(.)\1", r"\1"),
    )
]

# They say nothing about what a page is about, and many pages lack some of them. Patients also search in Spanish.
STOP_WORDS = frozenset(
    "a also am an and any are as at be because been but by can could did do does for from get getting had has have "
    "hello hey hi how i if im in into is it its ive just know like lot m me my near need of ok okay on or our per "
    "please rid s should so thank thanks that the their them there these they this to us vs want was we what when "
    "where which who why will with would you your "
    "con de del el en la las los para por un una y".split()
)


def split_words(text: str) -> list[str]:
    """Return the words in lowercase, without accents and possessive endings."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _WORD.findall(_LETTERS_AND_NUMBER.sub(" ", _APOSTROPHE.sub("", _POSSESSIVE.sub("", text.lower()))))


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


def drop_stop_words(words: list[str]) -> list[str]:
    """Return the words that say what a text is about: all of them if it consists of stop words."""
    return [word for word in words if STOP_WORDS.isdisjoint((word, key_of(word)))] or words


def keys_of(text: str) -> tuple[str, ...]:
    """Return the keys of the words that say what a text is about."""
    return tuple(map(key_of, drop_stop_words(split_words(text))[:MAX_WORDS]))


def root_of(key: str) -> str:
    """Return the beginning that "scar" and "scarring" share."""
    root = _ENDING.sub("", key).rstrip("e")
    if root[-1:] == root[-2:-1]:
        root = root[:-1]
    return root if len(root) >= 4 else key


def sound_of(key: str) -> str:
    for old, new in _SAME_SOUND:
        key = old.sub(new, key)
    return key


def consonants_of(sound: str) -> str:
    """Return the sound without the vowels after the first letter."""
    return _VOWELS.sub("", sound)


class Vocabulary:
    """Hold the words that a search can be corrected to, with their keys.

    Almost every short word has a neighbor among the words of a text, so only important ones are corrected to: those of
    titles, introductions, synonyms and names. Other words have to be long, or have to differ
    in one vowel alone.
    """

    def __init__(self, keys: dict[str, str], important: Container[str]):
        self.important = {word for word, key in keys.items() if key in important}
        self.keys = {
            word: key
            for word, key in keys.items()
            if word not in STOP_WORDS and (key in important or len(word) >= LONG)
        }
        self.sounds = {word: sound_of(word) for word in keys if word not in STOP_WORDS}
        self.sounding = {word: key for word, key in keys.items() if word in self.sounds}
        self.consonants = {word: consonants_of(sound) for word, sound in self.sounds.items() if len(word) > 5}
        self.roots = {key: root_of(key) for key in self.keys.values()}

    def find_candidates(self, typed: str) -> list[tuple[float, str]]:
        """Return the keys that may be meant, with the number of typing errors, fewest first.

        A word that sounds the same counts as half an error, another form of it as a little more.
        """
        own, sound = key_of(typed), sound_of(typed)
        root = root_of(own)
        found = [(0.7, key) for key, its_root in self.roots.items() if its_root == root]
        if 4 <= len(typed) <= MAX_LETTERS:
            found += [(0.5, self.sounding[word]) for word, its_sound in self.sounds.items() if its_sound == sound]
            alike = process.extract(typed, self.keys.keys(), scorer=OSA.distance, score_cutoff=2, limit=None)
            found += [
                (float(errors), self.keys[word]) for word, errors, _n in alike if self.is_slip(typed, word, errors)
            ]
            consonants = consonants_of(sound)
            found += [
                (1.0, self.sounding[word])
                for word, its_consonants in self.consonants.items()
                if its_consonants == consonants and OSA.distance(typed, word, score_cutoff=1) == 1
            ]
        fewest = {key: errors for errors, key in sorted(found, reverse=True) if key != own}
        return sorted((errors, key) for key, errors in fewest.items())

    def is_slip(self, typed: str, word: str, errors: int) -> bool:
        """Return whether so few errors may have turned the word into what was typed.

        In a short word, letters may have changed places, and its plural may lack one. A second error needs a long word.
        """
        shorter, longer = sorted((len(typed), len(word)))
        keeps_letters, lacks_one = sorted(typed) == sorted(word), len(typed) < len(word)
        is_important = word in self.important
        if errors == 2:
            is_long = shorter > LONG + 1 or (is_important and (shorter, longer) >= (LONG, LONG + 1))
            return is_long and word[:2] == typed[:2]
        if len(self.keys[word]) <= 4 and not keeps_letters and not (lacks_one and len(word) > 4):
            return False
        return word[0] == typed[0] and (is_important or longer > LONG or keeps_letters or shorter < longer)


def split_in_two(typed: str, neighbors: Container[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the pairs of neighbors that a word is joined from."""
    if len(typed) > 2 * MAX_LETTERS:
        return []
    pairs = [(key_of(typed[:cut]), key_of(typed[cut:])) for cut in range(1, len(typed))]
    return [pair for pair in pairs if pair in neighbors or pair[::-1] in neighbors]
