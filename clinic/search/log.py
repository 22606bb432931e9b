"""Count what visitors search for, without anything about the visitors.

The search itself counts nothing. Its page holds a signed note of the words and the number of results, and the page's
script sends the note back: programs that follow links count nowhere, no search waits for the database, and nobody can
make up words without searching for them.

Words that look personal are never kept. A name looks like any other word: words that the site does not use are held
back until several people have searched for them. Until then, the database has a keyed digest of them, and a count.
"""

import unicodedata
from collections.abc import Container
from datetime import date
from typing import NamedTuple

from django.core import signing
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.utils import timezone

from clinic import personal
from clinic.keywords.models import Keyword
from clinic.limits import Limit, take
from clinic.triage.models import KEPT, State, reopened

from .models import MAX_LOGGED_LETTERS, SearchDay, SearchPhrase
from .words import STOP_WORDS, key_of, split_words

SALT = "clinic.search.log"
MAX_AGE = 12 * 60 * 60  # seconds in which a click on a result still counts
MAX_WORDS = 8
MAX_PHRASES_A_DAY = 500  # a clinic has some dozens; more are a flood
NOTES_PER_NETWORK = Limit("search-log", uses=120, seconds=3600)

# Words that the site does not use are kept from the third search on. Each network counts once a day.
HELD = Limit("search-held", uses=2, seconds=90 * 24 * 3600)
HELD_PER_NETWORK = Limit("search-held-network", uses=1, seconds=20 * 3600)

MAX_DIGITS = 6
APOSTROPHES = str.maketrans("’‘`´", "''''")


def normalize(text: str) -> str:
    """Return the words in small letters, with single spaces and straight apostrophes."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Cc") or char.isspace())
    return " ".join(text.translate(APOSTROPHES).lower().split())


class Note(NamedTuple):
    """Hold a search: its words, the number of results, and those of the words that no page has."""

    words: str
    hits: int
    unknown: list[str]


def looks_personal(words: str) -> bool:
    """Return whether the words may say who typed them. Such words are never kept."""
    digits = sum(char.isdigit() for char in words)
    is_long = len(words) > MAX_LOGGED_LETTERS or len(words.split()) > MAX_WORDS
    return is_long or digits > MAX_DIGITS or personal.looks_personal(words)


def make_note(query: str, hits: int, known: Container[str] = ()) -> str:
    """Return what the page sends back, signed, or an empty text for a search that is not counted.

    ``known`` has the keys of the words on the pages.
    """
    words = normalize(query)
    if not words or looks_personal(words):
        return ""
    says_something = (word for word in split_words(words) if not word.isdigit() and word not in STOP_WORDS)
    unknown = [word for word in says_something if key_of(word) not in known]
    return signing.dumps([words, hits, unknown], salt=SALT)


def read_note(note: str) -> Note | None:
    """Return the search, or None if the note is not ours or too old."""
    try:
        return Note(*signing.loads(note, salt=SALT, max_age=MAX_AGE))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def is_held(note: Note, network: str) -> bool:
    """Return whether the words have to wait, since they may be a name. This search is counted for them."""
    if all(map(is_in_keyword, note.unknown)) or SearchPhrase.objects.filter(words=note.words).exists():
        return False
    return not take(HELD_PER_NETWORK, f"{network} {note.words}") or take(HELD, note.words)


def is_in_keyword(word: str) -> bool:
    phrases = Keyword.objects.filter(phrase__icontains=word).values_list("phrase", flat=True)
    return any(word in split_words(phrase) for phrase in phrases)


def count_search(words: str, hits: int, day: date) -> None:
    zero = int(not hits)
    changes = {"searches": F("searches") + 1, "zero_hits": F("zero_hits") + zero, "hits": hits}
    of_day = SearchDay.objects.filter(phrase__words=words, day=day)
    if not of_day.update(**changes):
        if SearchDay.objects.filter(day=day).count() >= MAX_PHRASES_A_DAY:
            return
        SearchPhrase.objects.bulk_create([SearchPhrase(words=words, last_day=day)], ignore_conflicts=True)
        phrase = SearchPhrase.objects.get(words=words)
        SearchDay.objects.bulk_create([SearchDay(phrase=phrase, day=day)], ignore_conflicts=True)
        of_day.update(**changes)
    state = {"state": reopened(day)} if zero else {}
    SearchPhrase.objects.filter(words=words).update(**changes, **state, last_day=day)


def count_click(words: str, day: date) -> None:
    """Count a click on a result of a search that was counted today: at most one for each search."""
    of_day = SearchDay.objects.filter(phrase__words=words, day=day, clicks__lt=F("searches"))
    if of_day.update(clicks=F("clicks") + 1):
        SearchPhrase.objects.filter(words=words).update(clicks=F("clicks") + 1)


def purge() -> None:
    """Delete the days that are 13 months old, and the words of which none is left."""
    first_kept = timezone.now().date() - KEPT
    old = SearchDay.objects.filter(day__lt=first_kept)
    changed = list(old.values_list("phrase_id", flat=True).distinct())
    old.delete()
    SearchPhrase.objects.filter(days=None).delete()
    sums = SearchDay.objects.filter(phrase=OuterRef("pk")).order_by().values("phrase")
    names = ("searches", "zero_hits", "clicks")
    of_days = {name: Subquery(sums.annotate(total=Sum(name)).values("total")) for name in names}
    for start in range(0, len(changed), 500):
        SearchPhrase.objects.filter(pk__in=changed[start : start + 500]).update(**of_days)


def list_open() -> QuerySet[SearchPhrase]:
    """Return the words that found nothing and wait for an editor, the most searched first."""
    return SearchPhrase.objects.filter(state=State.OPEN, zero_hits__gt=0).order_by("-zero_hits", "-last_day", "words")
