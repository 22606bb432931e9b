"""Compare the words of a search with the words of pages. Pure.

The key of a word is what its spellings have in common: "Lines’", "line" and "LINE" have the key "line", "11" and
"eleven" have the key "eleven".
"""

import re
import unicodedata

from rapidfuzz.distance import OSA

MAX_WORDS = 10
MAX_LETTERS = 30
MIN_PART = 3  # letters of each part when a word is split

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
_ENDING = re.compile(r"(?:ing|al|ed|er|es|e|y|s)$")
_SAME_SOUND = [(re.compile(old), new) for old, new in (("ph", "f"), ("c?ks|cs", "x"), ("ck|k", "c"), ("z", "s"))]

# They say nothing about what a page is about, and many pages lack some of them.
STOP_WORDS = frozenset(
    "a am an and any are as at be by can could did do does for from get getting had has have how i if in into is it "
    "its m me my near of on or our please rid s should so that the their them there these they this to us vs was we "
    "what when where which who why will with would you your".split()
)


def split_words(text: str) -> list[str]:
    """Return the words in lowercase, without accents and possessive endings."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()
    return _WORD.findall(_APOSTROPHE.sub("", _POSSESSIVE.sub("", plain)))


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


def get_typos(typed: str, known: str) -> float | None:
    """Return how many typing errors lie between two keys, or None if there are too many.

    Short words allow for less. A word that sounds the same counts as half an error.
    """
    longest = max(len(typed), len(known))
    if len(typed) < 4 or len(known) < 4 or longest > MAX_LETTERS:
        return None
    sounds = sound_of(typed), sound_of(known)
    if sounds[0] == sounds[1]:
        return 0.5
    allowed = 1 if len(typed) < 8 else 2
    if typed[0] != known[0] or (len(typed) == 4 and len(known) <= 4):
        return None
    errors = OSA.distance(*sounds, score_cutoff=allowed)
    return float(errors) if errors <= allowed else None


def find_candidates(typed: str, known: dict[str, str]) -> list[tuple[float, str]]:
    """Return the known keys that may be meant, with the number of errors, best first.

    ``known`` maps keys to their roots.
    """
    root = root_of(typed)
    found = []
    for key, its_root in known.items():
        if its_root == root and key != typed:
            found.append((0.7, key))
        elif (errors := get_typos(typed, key)) is not None and key != typed:
            found.append((errors, key))
    return sorted(found)


def split_in_two(typed: str, known: dict[str, str]) -> list[tuple[str, str]]:
    """Return the pairs of known keys that a word is joined from."""
    cuts = range(MIN_PART, len(typed) - MIN_PART + 1)
    pairs = [(key_of(typed[:cut]), key_of(typed[cut:])) for cut in cuts]
    return [pair for pair in pairs if pair[0] in known and pair[1] in known]
