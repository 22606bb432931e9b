"""Collect the phrases to look for on pages, and the rules by which they are found."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from clinic.pages.snippets import Person
from clinic.site.models import ClinicProfile

from .linking import Names
from .matching import Language, Words
from .models import Keyword, WordRule, get_language
from .reading import PhraseReader


@dataclass(frozen=True)
class Vocabulary:
    """Hold what evidence is found with. ``digest`` changes with any of it."""

    digest: str
    language: Language
    groups: dict[Words, list[int]]  # the groups of each phrase
    named: tuple[str, ...]  # people, and the clinic

    @cached_property
    def reader(self) -> PhraseReader:
        return PhraseReader(frozenset(self.groups), self.language)

    @cached_property
    def names(self) -> Names:
        return Names(self.named)


_latest: Vocabulary | None = None


def get_vocabulary() -> Vocabulary:
    """Return the phrases and rules as they are now. Costs three queries."""
    global _latest
    rules = list(WordRule.objects.order_by("pk"))
    keywords = Keyword.objects.exclude(status=Keyword.Status.PARKED).order_by("pk")
    phrases = list(keywords.values_list("phrase", "group"))
    people, clinics = (model.objects.order_by().values_list("name") for model in (Person, ClinicProfile))
    # Without the last one, Django 6.1 sorts both as the model of the first.
    named = tuple(sorted(name for (name,) in people.union(clinics).order_by() if name))
    parts = ([(rule.words, rule.kind, rule.means) for rule in rules], phrases, named)
    digest = hashlib.blake2b(repr(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()
    known = _latest
    if known is None or known.digest != digest:
        language = get_language(rules)
        groups: dict[Words, list[int]] = {}
        for phrase, group in phrases:
            found = groups.setdefault(language.words_of(phrase), [])
            if group not in found:
                found.append(group)
        groups.pop((), None)
        _latest = known = Vocabulary(digest, language, groups, named)
    return known
