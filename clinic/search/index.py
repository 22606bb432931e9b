"""Collect the words of the pages that every visitor may read.

The index is cached as one entry under the content version, so it is the same on every database and each process. Pages
with a view restriction and drafts are not in it: no result and no correction can contain a word of theirs.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from wagtail.models import Page, ReferenceIndex
from wagtail.search.index import SearchField

from clinic.caching.version import CACHE_SECONDS
from clinic.pages.snippets import Person

from .models import Synonym, split_phrases
from .words import key_of, keys_of, root_of, split_words

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
    roots: dict[str, str] = field(default_factory=dict)  # of every key, also of synonyms


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

    def add(page_id: int, text: str, weight: int) -> None:
        for word in split_words(text):
            weights = index.weights.setdefault(key_of(word), {})
            weights[page_id] = weights.get(page_id, 0) + weight
            spellings[key_of(word)][word] += 1

    for page in Page.objects.live().public().filter(depth__gt=1).order_by("path").specific().iterator():
        index.titles[page.pk] = keys_of(page.title)
        counts = Counter(word for text in texts_of(page) for word in split_words(text))
        for word, count in counts.items():
            add(page.pk, word, min(count, MAX_OCCURRENCES))
        add(page.pk, " ".join(set(split_words(" ".join(getattr(page, name, "") for name in LEAD_FIELDS)))), LEAD)
        add(page.pk, page.title, TITLE)
    for page_id, text, weight in texts_about_people():
        if page_id in index.titles:
            add(page_id, text, weight)
    index.spellings = {key: words.most_common(1)[0][0] for key, words in spellings.items()}
    for synonym in Synonym.objects.all():
        meanings = [keys_of(phrase) for phrase in split_phrases(synonym.means)]
        for phrase in split_phrases(synonym.words):
            index.synonyms.setdefault(keys_of(phrase), []).extend(meanings)
            index.spellings = {key_of(word): word for word in split_words(phrase)} | index.spellings
    index.roots = {key: root_of(key) for key in index.spellings}
    return index


def texts_of(page: Page) -> Iterable[str]:
    """Yield what the page's ``search_fields`` contain."""
    for search_field in page.get_search_fields():
        if isinstance(search_field, SearchField) and search_field.field_name != "title":
            value = search_field.get_value(page)
            yield from value if isinstance(value, list) else [str(value or "")]


def texts_about_people() -> Iterable[tuple[int, str, int]]:
    """Yield the page, the text and its weight for each person that a page shows or names as its author."""
    people = {str(person.pk): person for person in Person.objects.all()}
    references = ReferenceIndex.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page),
        to_content_type=ContentType.objects.get_for_model(Person),
    )
    for page_id, person_id, path in references.values_list("object_id", "to_object_id", "model_path"):
        if person := people.get(person_id):
            is_author = path == "author"
            yield int(page_id), f"{person.name} {person.credentials}", LEAD if is_author else TITLE
            if not is_author:
                yield int(page_id), f"{person.role} {person.bio}", ROLE
