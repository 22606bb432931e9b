"""Tell how much the texts of two pages are alike once the names of places are removed. Pure.

Comparing every page with every other one takes too long. Pages that may be alike are found by MinHash: the smallest
of many hashes of a text's word pairs, cut into bands. Two texts of which more than half of the pairs are the same
share a band almost always, others seldom. What is found is then compared word by word.
"""

import hashlib
import random
import struct
from itertools import pairwise

from rapidfuzz.distance import Indel

from .matching import Language, tokenize

ALIKE = 0.9  # the share of words that are the same, in the same order
MIN_WORDS = 50  # below, only the same words are alike
FEWEST_WORDS = 5
MAX_COMPARED = 20_000  # words
_BANDS, _ROWS = 32, 3
_HASHES = _BANDS * _ROWS
_MASK = (1 << 64) - 1
_random = random.Random(8)  # noqa: S311  always the same numbers: signatures are stored
_FACTORS = [(_random.getrandbits(64) | 1, _random.getrandbits(64)) for _hash in range(_HASHES)]
_SIGNATURE = struct.Struct(f">{_HASHES}I")
_LIKELY = 0.35  # of the smallest hashes are the same, for texts that are 90 % alike with room for chance


def bare_words(body: str, language: Language) -> tuple[str, ...]:
    """Return the words of a text without places, by their keys."""
    return language.without_places(tuple(token.key for token in language.translate(tokenize(body))))


def digest_of(words: tuple[str, ...]) -> str:
    return hashlib.blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=16).hexdigest()


def signature_of(words: tuple[str, ...]) -> bytes:
    """Return the MinHash of a text, or nothing for a short one."""
    if len(words) < MIN_WORDS:
        return b""
    pairs = {f"{first} {second}" for first, second in pairwise(words)}
    hashes = [
        int.from_bytes(hashlib.blake2b(pair.encode("utf-8", "replace"), digest_size=8).digest(), "big")
        for pair in pairs
    ]
    return _SIGNATURE.pack(*(min((a * one + b) & _MASK for one in hashes) >> 32 for a, b in _FACTORS))


def bands_of(signature: bytes) -> list[int]:
    """Return the bands of a signature as signed numbers of 64 bits."""
    size = _ROWS * 4
    parts = (signature[at : at + size] for at in range(0, len(signature), size))
    digests = (hashlib.blake2b(b"%d:" % number + part, digest_size=8).digest() for number, part in enumerate(parts))
    return [int.from_bytes(digest, "big", signed=True) for digest in digests]


def may_be_alike(first: bytes, second: bytes) -> bool:
    """Return whether comparing the texts of two signatures is worth the time."""
    if len(first) != _SIGNATURE.size or len(second) != _SIGNATURE.size:
        return False
    same = sum(a == b for a, b in zip(_SIGNATURE.unpack(first), _SIGNATURE.unpack(second), strict=True))
    return same >= _LIKELY * _HASHES


def likeness(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """Return the share of words that two texts have in common in the same order: 0 if it is below ``ALIKE``."""
    if first == second:
        return 1.0 if len(first) >= FEWEST_WORDS else 0.0
    if min(len(first), len(second)) < MIN_WORDS:
        return 0.0
    return Indel.normalized_similarity(first[:MAX_COMPARED], second[:MAX_COMPARED], score_cutoff=ALIKE)
