"""From what the demo's modules say to what models take: rows for names, one line for wrapped text, real page links."""

import re
from collections.abc import Mapping
from typing import Any

from .body import Name

BLOCK_TAG = re.compile(r"\s*(</?(?:p|ul|ol|li|h2)>)\s*")
PAGE_LINK = re.compile(r'href="page:([a-z0-9-]+)"')

Known = Mapping[Name, Any]


def resolved(value: Any, known: Known) -> Any:
    """The value with everything inside it resolved. KeyError for a name that is not known."""
    if isinstance(value, Name):
        return known[value]
    if isinstance(value, str):
        return PAGE_LINK.sub(lambda link: _page_link(known[Name("page", link[1])]), tidy(value))
    if isinstance(value, dict):
        return {key: resolved(part, known) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(resolved(part, known) for part in value)
    return value


def tidy(words: str) -> str:
    """Wrapped source lines as one, without blanks around paragraphs and list items."""
    return BLOCK_TAG.sub(r"\1", " ".join(words.split()))


def _page_link(page: Any) -> str:
    return f'linktype="page" id="{page.pk}"'
