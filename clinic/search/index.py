"""Collect the words of the pages that every visitor may read.

The index is cached as one entry under the content version, so it is the same on every database and each process. Pages
with a view restriction and drafts are not in it: no result and no correction can contain a word of theirs.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from django.core.cache import cache
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search.index import SearchField

from clinic.caching.version import CACHE_SECONDS
from clinic.pages.snippets import Person

from .models import Synonym, split_phrases
from .words import STOP_WORDS, key_of, keys_of, root_of, sound_of, split_words

TITLE, LEAD, ROLE = 10, 3, 4  # weights of a word by its place; in the text, each occurrence counts one
MAX_OCCURRENCES = 3
LEAD_FIELDS = {"listing_summary", "search_description", "introduction", "intro"}


@dataclass
class SearchIndex:
    """Hold the weight of each word on each page, by the key of the word."""

    weights: dict[str, dict[int, int]] = field(default_factory=dict)
    titles: dict[int, tuple[str, ...]] = field(default_factory=dict)  # by page, in the order of the site's tree
    spellings: dict[str, str] = field(default_factory=dict)  # the most frequent word of each key
    synonyms: dict[tuple[str, ...], list[tuple[str, ...]]] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)  # of the keys that a correction may use
    sounds: dict[str, str] = field(default_factory=dict)  # of the same keys
    neighbors: set[tuple[str, str]] = field(default_factory=set)  # that stand together in a title or an introduction


def get_index(version: str) -> SearchIndex:
    """Return the index of a content version."""
    key = f"search-index:{version}"
    index = cache.get(key)
    if index is None:
        index = build_index()
        cache.set(key, index, CACHE_SECONDS)
    return index


def build_index() -> SearchIndex:
    index = SearchIndex()
    spellings: dict[str, Counter] = defaultdict(Counter)

    def add(page: Page, words: Iterable[str], weight: int) -> None:
        for word in words:
            key = key_of(word)
            weights = index.weights.setdefault(key, {})
            weights[page.pk] = weights.get(page.pk, 0) + weight
            spellings[key][word] += 1

    people = Person.objects.in_bulk()
    for page in Page.objects.live().public().filter(depth__gt=1).order_by("path").specific().iterator():
        index.titles[page.pk] = keys_of(page.title)
        for word, count in Counter(split_words(" ".join(texts_of(page)))).items():
            add(page, [word], min(count, MAX_OCCURRENCES))
        leads = [split_words(getattr(page, name, "")) for name in LEAD_FIELDS]
        add(page, {word for lead in leads for word in lead}, LEAD)
        title = split_words(page.title)
        add(page, title, TITLE)
        for words in (title, *leads):
            index.neighbors.update(pairwise(map(key_of, words)))
        for person, is_author in ((people[key], is_author) for key, is_author in people_of(page) if key in people):
            add(page, split_words(f"{person.name} {person.credentials}"), LEAD if is_author else TITLE)
            if not is_author:
                add(page, set(split_words(f"{person.role} {person.bio}")), ROLE)
    index.spellings = {key: words.most_common(1)[0][0] for key, words in spellings.items()}
    for synonym in Synonym.objects.all():
        meanings = [keys_of(phrase) for phrase in split_phrases(synonym.means)]
        for phrase in split_phrases(synonym.words):
            index.synonyms.setdefault(keys_of(phrase), []).extend(meanings)
            index.spellings = {key_of(word): word for word in split_words(phrase)} | index.spellings
    known = [key for key in index.spellings if key not in STOP_WORDS]
    index.roots = {key: root_of(key) for key in known}
    index.sounds = {key: sound_of(key) for key in known}
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
