from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models

from bookings.contact_details import get_contact_words, get_words

if TYPE_CHECKING:
    from .cases import Case

LAST_CHARACTER = "\U0010ffff"


@models.CharField.register_lookup
class Begins(models.Lookup):
    """Match words that begin with a text of letters and digits.

    Django's ``startswith`` uses no index on SQLite.
    """

    lookup_name = "begins"

    def as_sql(self, compiler, connection):
        word, params = self.process_lhs(compiler, connection)
        return f"({word} >= %s AND {word} < %s)", [*params, self.rhs, *params, self.rhs + LAST_CHARACTER]

    def as_postgresql(self, compiler, connection):
        word, params = self.process_lhs(compiler, connection)
        return f"{word} LIKE %s", [*params, f"{self.rhs}%"]


class SearchWordQuerySet(models.QuerySet):
    def update_for(self, case: "Case") -> None:
        """Replace the words of a saved case by those of its present contact details, message and notes.

        The caller holds the lock on the case. A note adds its words when its event is recorded.
        """
        notes = case.events.filter(data__has_key="note").values_list("data__note", flat=True)
        words = get_contact_words(case).union(*map(get_words, [case.message, *notes]))
        known = set(self.filter(case=case).values_list("word", flat=True))
        if gone := known - words:
            self.filter(case=case, word__in=gone).delete()
        self.add(case, words - known)

    def add(self, case: "Case", words: Iterable[str]) -> None:
        """Add those words that the case does not have."""
        self.bulk_create((self.model(case=case, word=word) for word in sorted(words)), ignore_conflicts=True)

    def find_cases(self, needles: list[str]) -> models.QuerySet:
        """Return the keys of cases that have every needle, or their joined text, at the start of a word.

        A single letter has to be a whole word, since most cases have a word that begins with it.
        """
        found = self if needles else self.none()
        for number, needle in enumerate(needles):
            cases = models.Q(case__in=found.values("case")) if number else models.Q()
            found = self.filter(_matches(needle), cases)
        keys = found.values("case")
        if len(needles) > 1:
            joined = "".join(needles)[: self.model._meta.get_field("word").max_length]
            # Not one query with OR, for which PostgreSQL reads all words.
            keys = keys.union(self.filter(word__begins=joined).values("case"))
        return keys


def _matches(needle: str) -> models.Q:
    is_letter = len(needle) == 1 and needle.isascii()
    return models.Q(word=needle) if is_letter else models.Q(word__begins=needle)


class SearchWord(models.Model):
    """Store one word by which the desk finds a case.

    Personal data: words of the name, the contact details, the message and the notes, folded and without order.
    """

    case = models.ForeignKey(
        "bookings.Case",
        on_delete=models.CASCADE,
        related_name="search_words",
        db_index=False,  # The constraint has one.
    )
    word = models.CharField(max_length=40)

    objects = SearchWordQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["case", "word"], name="bookings_one_row_a_word")]
        indexes = [
            # PostgreSQL needs the operator class to find the start of a word. SQLite ignores it.
            models.Index(
                fields=["word", "case"],
                name="bookings_search_word",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            )
        ]

    def __str__(self):
        return str(self.case_id)
