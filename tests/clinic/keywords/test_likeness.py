"""Check when two pages count as alike."""

import random

import pytest

from clinic.keywords.likeness import bands_of, bare_words, digest_of, likeness, may_be_alike, signature_of
from clinic.keywords.matching import Language

pytestmark = pytest.mark.same_everywhere

LANGUAGE = Language(aliases={("oc",): ("orange", "county")}, places=frozenset({("orange", "county"), ("irvine",)}))


def text(words, changed=0, seed=0):
    chance = random.Random(seed)  # noqa: S311
    made = [f"word{number}" for number in range(words)]
    for at in chance.sample(range(words), changed):
        made[at] = f"other{seed}x{at}"
    return tuple(made)


def are_found(first, second):
    return bool(set(bands_of(signature_of(first))) & set(bands_of(signature_of(second))))


def test_names_of_places_do_not_count():
    assert bare_words("Botox in OC is here", LANGUAGE) == bare_words("Botox in Irvine is here", LANGUAGE)


@pytest.mark.parametrize(
    ("words", "changed", "is_alike"),
    [(400, 0, True), (400, 20, True), (400, 38, True), (400, 60, False),
     (60, 4, True), (49, 1, False), (5, 0, True), (4, 0, False)],
)  # fmt: skip
def test_nine_of_ten_words_make_pages_alike(words, changed, is_alike):
    assert bool(likeness(text(words), text(words, changed))) is is_alike


def test_alike_texts_are_always_found():
    for seed in range(40):
        first, second = text(300), text(300, 30, seed)
        assert are_found(first, second)
        assert may_be_alike(signature_of(first), signature_of(second))


def test_other_texts_are_seldom_compared():
    made = [tuple(f"page{seed}word{number}" for number in range(200)) + text(40) for seed in range(15)]
    pairs = [(a, b) for a in made for b in made if a < b]
    assert sum(are_found(a, b) for a, b in pairs) < len(pairs) / 20


def test_signature_stays_the_same():
    assert digest_of(("a", "b")) == digest_of(("a", "b")) != digest_of(("ab",))
    # Stored signatures are compared with new ones.
    assert signature_of(text(60))[:8].hex() == "049e9f6704705a76"
    assert signature_of(text(49)) == b""
    assert not may_be_alike(b"", b"")
