"""Search for words only, in the admin: every query loses the marks of the database's search language."""

import copy
import re
from typing import Any

from modelsearch.backends import database
from modelsearch.query import MATCH_NONE, And, Or, Phrase, PlainText, SearchQuery

# Letters and digits of any script; everything else means something to the database's search language.
WORD = re.compile(r"\w+")
MAX_WORDS = 10


def split_words(query: str) -> list[str]:
    return WORD.findall(query.replace("_", " "))[:MAX_WORDS]


def keep_words(query: SearchQuery) -> SearchQuery:
    """Return the query without marks of the database's search language.

    A query without words finds nothing.
    """
    query = copy.copy(query)
    if isinstance(query, PlainText | Phrase):
        query.query_string = " ".join(split_words(query.query_string))
        return query if query.query_string else MATCH_NONE
    if isinstance(query, And | Or):
        query.subqueries = [part for part in map(keep_words, query.subqueries) if part is not MATCH_NONE]
        return query if query.subqueries else MATCH_NONE
    return query


class WordsMixin:
    """Search for words only. Both databases' own queries fail on some punctuation, such as an open quote."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.query = keep_words(self.query)


def SearchBackend(params: dict[str, Any]) -> Any:
    """Return the search of the default database, for ``WAGTAILSEARCH_BACKENDS``."""
    backend = database.SearchBackend(params)
    for name in ("query_compiler_class", "autocomplete_query_compiler_class"):
        compiler = getattr(backend, name)
        setattr(backend, name, type(compiler.__name__, (WordsMixin, compiler), {}))
    return backend
