"""Collect the words of the pages that every visitor may read.

The index is cached as one entry under the content version, so it is the same on every database and each process. Pages
with a view restriction and drafts are not in it: no result and no correction can contain a word of theirs.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from django.core.cache import cache
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search.index import SearchField

from clinic.caching.version import CACHE_SECONDS
from clinic.pages.snippets import Person

from .models import Synonym, split_phrases
from .words import Vocabulary, key_of, keys_of, split_words

TITLE, ROLE, LEAD = 10, 5, 4  # weights of a word by its place; in the text, each occurrence counts one
MAX_OCCURRENCES = 3
LEAD_FIELDS = {"listing_summary", "search_description", "introduction", "intro"}


@dataclass
class SearchIndex:
    """Hold the weight of each word on each page, by the key of the word."""

    weights: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    titles: dict[int, tuple[str, ...]] = field(default_factory=dict)  # by page, in the order of the site's tree
    spellings: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    neighbors: set[tuple[str, str]] = field(default_factory=set)  # that stand together in a title or an introduction
    synonyms: dict[tuple[str, ...], list[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(list))
    important: set[str] = field(default_factory=set)  # what corrections prefer

    def add(self, page: Page, words: Iterable[str], weight: int) -> None:
        for word in words:
            key = key_of(word)
            self.weights[key][page.pk] = self.weights[key].get(page.pk, 0) + weight
            self.spellings[key][word] += 1
            if weight >= LEAD:
                self.important.add(key)

    def add_page(self, page: Page, people: dict[int, Person]) -> None:
        self.titles[page.pk] = keys_of(page.title)
        title = split_words(page.title)
        leads = [split_words(getattr(page, name, "")) for name in LEAD_FIELDS]
        self.add(page, title, TITLE)
        self.add(page, {word for lead in leads for word in lead}, LEAD)
        for words in (title, *leads):
            self.neighbors.update(pairwise(map(key_of, words)))
        texts = [*texts_of(page)]
        for key, is_author in people_of(page):
            if person := people.get(key):
                self.add(page, split_words(f"{person.name} {person.credentials}"), LEAD if is_author else TITLE)
                self.add(page, [] if is_author else split_words(person.role), ROLE)
                texts.append("" if is_author else person.bio)
        for word, count in Counter(split_words(" ".join(texts))).items():
            self.add(page, [word], min(count, MAX_OCCURRENCES))

    def add_synonym(self, synonym: Synonym) -> None:
        meanings = [keys_of(phrase) for phrase in split_phrases(synonym.means)]
        for phrase in split_phrases(synonym.words):
            self.synonyms[keys_of(phrase)] += meanings
            self.important.update(keys_of(phrase), *meanings)
            self.neighbors.update(pairwise(map(key_of, split_words(phrase))))
            for word in split_words(phrase):
                self.spellings[key_of(word)][word] += 1

    @cached_property
    def vocabulary(self) -> Vocabulary:
        keys = {word: key for key, words in self.spellings.items() for word in (key, *words)}
        return Vocabulary(keys, self.important)

    def spell(self, key: str) -> str:
        """Return the most frequent word of a key."""
        return self.spellings[key].most_common(1)[0][0]


def get_index(version: str) -> SearchIndex:
    """Return the index of a content version."""
    key = f"search-index:{version}"
    index = cache.get(key)
    if index is None:
        index = build_index()
        cache.set(key, index, CACHE_SECONDS)
    return index


def build_index() -> SearchIndex:
    index, people = SearchIndex(), Person.objects.in_bulk()
    for page in Page.objects.live().public().filter(depth__gt=1).order_by("path").specific().iterator():
        index.add_page(page, people)
    for synonym in Synonym.objects.all():
        index.add_synonym(synonym)
    return index


def texts_of(page: Page) -> Iterable[str]:
    """Yield what the page's ``search_fields`` contain."""
    for search_field in page.get_search_fields():
        if isinstance(search_field, SearchField) and search_field.field_name != "title":
            value = search_field.get_value(page)
            yield from value if isinstance(value, list) else [str(value or "")]


def people_of(page: Page) -> Iterable[tuple[int, bool]]:
    """Yield the key of each person that a page shows or names as its author, and whether they are its author.

    The page is read, since the reference index already contains what a draft of it refers to.
    """
    if author_id := getattr(page, "author_id", None):
        yield author_id, True
    for model_field in page._meta.get_fields():
        if isinstance(model_field, StreamField):
            for model, key, *_path in model_field.extract_references(getattr(page, model_field.name)):
                if model is Person:
                    yield int(key), False
