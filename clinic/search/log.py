"""Count what visitors search for, without anything about the visitors.

The search itself counts nothing. Its page holds a signed note of the words and the number of results, and the page's
script sends the note back: programs that follow links count nowhere, no search waits for the database, and nobody can
make up words without searching for them.
"""

import re
import unicodedata
from datetime import date

from django.core import signing
from django.db.models import F, OuterRef, Subquery, Sum
from django.utils import timezone

from clinic.limits import Limit
from clinic.triage.models import KEPT, State, reopened

from .models import MAX_LOGGED_LETTERS, SearchDay, SearchPhrase

SALT = "clinic.search.log"
MAX_AGE = 12 * 60 * 60  # seconds in which a click on a result still counts
MAX_WORDS = 8
MAX_PHRASES_A_DAY = 500  # a clinic has some dozens; more are a flood
NOTES_PER_NETWORK = Limit("search-log", uses=120, seconds=3600)

# An email address, also one that is spelled out; an address of the web; a date; numbers that may be a phone, a
# reference or an insurance.
AT = re.compile(r"@|\S\s*[(\[]at[)\]]\s*\S|\bat\b.+\bdot\b|://|www\.", re.IGNORECASE)
LONG_NUMBER = re.compile(r"\d{6,}")
DATE = re.compile(r"\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{2,4}|\d{4}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{1,2}")
REFERENCE = re.compile(r"(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{8,}", re.IGNORECASE)
MAX_DIGITS = 6
APOSTROPHES = str.maketrans("’‘`´", "''''")


def normalize(text: str) -> str:
    """Return the words in small letters, with single spaces and straight apostrophes."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Cc") or char.isspace())
    return " ".join(text.translate(APOSTROPHES).lower().split())


def looks_personal(words: str) -> bool:
    """Return whether the words may say who typed them. Such words are never kept."""
    digits = sum(char.isdigit() for char in words)
    is_long = len(words) > MAX_LOGGED_LETTERS or len(words.split()) > MAX_WORDS
    found = any(pattern.search(words) for pattern in (AT, LONG_NUMBER, DATE, REFERENCE))
    return is_long or digits > MAX_DIGITS or found


def make_note(query: str, hits: int) -> str:
    """Return what the page sends back, signed, or an empty text for a search that is not counted."""
    words = normalize(query)
    if not words or looks_personal(words):
        return ""
    return signing.dumps([words, hits], salt=SALT)


def read_note(note: str) -> tuple[str, int] | None:
    """Return the words and the number of results, or None if the note is not ours or too old."""
    try:
        words, hits = signing.loads(note, salt=SALT, max_age=MAX_AGE)
    except (signing.BadSignature, ValueError):
        return None
    return words, hits


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
    """Count a click on a result of a search that was counted today."""
    if SearchDay.objects.filter(phrase__words=words, day=day).update(clicks=F("clicks") + 1):
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


def count_open() -> int:
    """Return how many words found nothing and wait for an editor."""
    return SearchPhrase.objects.filter(state=State.OPEN, zero_hits__gt=0).count()


def find_open(number: int) -> list[SearchPhrase]:
    """Return the words that most often found nothing and wait for an editor."""
    waiting = SearchPhrase.objects.filter(state=State.OPEN, zero_hits__gt=0)
    return list(waiting.order_by("-zero_hits", "-last_day")[:number])
