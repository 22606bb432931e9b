"""Render the JSON-LD of a page from the nodes that apps register."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page

from clinic.text import drop_unwanted

from .nodes import Node, merge

# Like Django's json_script: no text can end the script or begin another.
NOT_IN_SCRIPTS = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@dataclass(frozen=True)
class Shown:
    """Hold what is shown: the full address, the page if it is one, and what its template gets."""

    request: HttpRequest
    url: str
    root: str  # the full address of the home page
    page: Page | None = None
    values: Mapping[str, Any] | None = None

    def get(self, name: str) -> Any:
        """Return a value of the template, or None."""
        return (self.values or {}).get(name)

    def make_full(self, address: str) -> str:
        return urljoin(self.root, address)

    @property
    def webpage_id(self) -> str:
        return f"{self.url}#webpage"


# Returns the nodes of what is shown. Nodes with one "@id" are merged, so a builder can add to a node of another one.
NodeBuilder = Callable[[Shown], Iterable[Node]]

_node_builders: list[NodeBuilder] = []


def register_node(build: NodeBuilder) -> None:
    """Add nodes to the graph. Call it in ``AppConfig.ready()``.

    They say only what stands on the page, and make no query that the page does not make.
    """
    _node_builders.append(build)


def build_graph(shown: Shown) -> dict[str, Any]:
    nodes = merge(node for build in _node_builders for node in build(shown))
    return {"@context": "https://schema.org", "@graph": nodes}


def render_graph(shown: Shown) -> SafeString:
    text = json.dumps(build_graph(shown), ensure_ascii=False).translate(NOT_IN_SCRIPTS)
    text = drop_unwanted(text)  # half a surrogate pair cannot be sent
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 escaped above
