"""Collect the words of the pages that every visitor may read.

The index is cached as one entry under the content version, so it is the same on every database and each process. Pages
with a view restriction and drafts are not in it: no result and no correction can contain a word of theirs. The words of
each page are cached under a digest of its columns: after a change, only the pages that changed are read again.
"""

import pickle
import secrets
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import models
from django.db.models.functions import Cast
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search.index import SearchField

from clinic.caching.version import CACHE_SECONDS, release
from clinic.pages.snippets import Person

from .models import Synonym, split_phrases
from .words import MAX_WORDS, Vocabulary, drop_stop_words, key_of, keys_of, split_words

TITLE, ROLE, LEAD = 10, 5, 4  # weights of a word by its place; in the text, each occurrence counts one
MAX_OCCURRENCES = 3
LEAD_FIELDS = {"listing_summary", "search_description", "introduction", "intro"}


SAID = (models.CharField, models.TextField, StreamField)  # the types of the columns that hold words
PAGES_SECONDS = 7 * 24 * 3600
DIGEST_SIZE = 16


class PageWords(NamedTuple):
    """Hold the words of a page. ``people`` are the keys of those that it shows, and whether each is its author."""

    title: list[str]
    leads: list[list[str]]
    counts: dict[str, int]
    people: list[tuple[int, bool]]


@dataclass
class SearchIndex:
    """Hold the weight of each word on each page, by the key of the word."""

    weights: dict[str, tuple[array, array]] = field(default_factory=dict)  # pages and weights, in little memory
    titles: dict[int, tuple[str, ...]] = field(default_factory=dict)  # by page, in the order of the site's tree
    spellings: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    neighbors: set[tuple[str, str]] = field(default_factory=set)  # that stand together in a title or an introduction
    synonyms: dict[tuple[str, ...], list[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(list))
    important: set[str] = field(default_factory=set)  # what corrections prefer
    token: str = field(default_factory=lambda: secrets.token_hex(6))

    def add_page(self, page: int, words: PageWords, people: dict[int, Person]) -> None:
        """Add a page. ``people`` are all persons, by key."""
        self.titles[page] = tuple(map(key_of, drop_stop_words(words.title)[:MAX_WORDS]))
        weights: Counter[str] = Counter()
        self._weigh(weights, words.title, TITLE)
        self._weigh(weights, {word for lead in words.leads for word in lead}, LEAD)
        for near in (words.title, *words.leads):
            self.neighbors.update(pairwise(map(key_of, near)))
        counts = Counter(words.counts)
        for key, is_author in words.people:
            if person := people.get(key):
                self._weigh(weights, split_words(f"{person.name} {person.credentials}"), LEAD if is_author else TITLE)
                if not is_author:
                    self._weigh(weights, split_words(person.role), ROLE)
                    counts.update(split_words(person.bio))
        for word, count in counts.items():
            self._weigh(weights, [word], min(count, MAX_OCCURRENCES))
        for key, weight in weights.items():
            pages, of_pages = self.weights.setdefault(key, (array("I"), array("I")))
            pages.append(page)
            of_pages.append(weight)

    def _weigh(self, weights: Counter[str], words: Iterable[str], weight: int) -> None:
        for word in words:
            key = key_of(word)
            weights[key] += weight
            self.spellings[key][word] += 1
            if weight >= LEAD:
                self.important.add(key)

    @cached_property
    def get_weights(self):
        """Return a function from the key of a word to its weight on each page."""
        return lru_cache(maxsize=100)(lambda key: dict(zip(*self.weights.get(key, ((), ())), strict=True)))

    @cached_property
    def places(self) -> dict[int, int]:
        """Return the place of each page in the order of the site's tree."""
        return {page: place for place, page in enumerate(self.titles)}

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


_kept: list[SearchIndex] = []  # the one that this process has read last


def get_index(version: str) -> SearchIndex:
    """Return the index of a content version. What the process has read is used as long as it is the cached one."""
    key, token = f"search-index:{version}", cache.get(f"search-index-token:{version}")
    for index in _kept:
        if index.token == token:
            return index
    index = cache.get(key)
    if index is None:
        index = build_index()
        cache.set(key, index, CACHE_SECONDS)
        cache.set(f"search-index-token:{version}", index.token, CACHE_SECONDS)
    _kept[:] = [index]
    return index


def build_index() -> SearchIndex:
    index, people = SearchIndex(), Person.objects.in_bulk()
    for page, words in read_pages().items():
        index.add_page(page, words, people)
    for synonym in Synonym.objects.all():
        index.add_synonym(synonym)
    return index


def read_pages() -> dict[int, PageWords]:
    """Return the words of all public pages, in the order of the site's tree."""
    key = f"search-pages:{release()}"
    known: dict[int, tuple[bytes, bytes]] = cache.get(key) or {}
    digests = get_digests()
    changed = [page for page, digest in digests.items() if known.get(page, (b"",))[0] != digest]
    for page in Page.objects.filter(pk__in=changed).specific().iterator():
        known[page.pk] = digests[page.pk], pickle.dumps(read_page(page))
    if changed or len(known) > len(digests):
        known = {page: known[page] for page in digests if page in known}
        cache.set(key, known, PAGES_SECONDS)
    return {page: pickle.loads(known[page][1]) for page in digests if page in known}  # noqa: S301  we wrote it


def read_page(page: Page) -> PageWords:
    leads = [split_words(getattr(page, name, "")) for name in LEAD_FIELDS]
    counts = dict(Counter(split_words(" ".join(texts_of(page)))))
    return PageWords(split_words(page.title), leads, counts, list(people_of(page)))


def get_digests() -> dict[int, bytes]:
    """Return a digest of what each public page says, in the order of the site's tree."""
    public = Page.objects.live().public().filter(depth__gt=1)
    digests = dict.fromkeys(public.order_by("path").values_list("pk", flat=True), b"")
    for key in public.order_by().values_list("content_type", flat=True).distinct():
        if model := ContentType.objects.get_for_id(key).model_class():
            said = [one for one in model._meta.concrete_fields if isinstance(one, SAID) or one.name == "author"]
            columns = [Cast(one.attname, models.TextField()) for one in said]
            rows = model._base_manager.filter(pk__in=public.filter(content_type=key).order_by().values("pk"))
            for pk, *values in rows.values_list("pk", *columns).iterator(1_000):
                digests[pk] = blake2b(repr((key, values)).encode(), digest_size=DIGEST_SIZE).digest()
    return digests


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
