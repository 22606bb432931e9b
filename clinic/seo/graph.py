"""Render the JSON-LD of a page from the nodes that apps register."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from clinic.text import drop_unwanted

Node = dict[str, Any]

# Like Django's json_script: no text can end the script or begin another.
NOT_IN_SCRIPTS = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}

_node_builders: list[Callable[[HttpRequest], Node]] = []


def register_node(build: Callable[[HttpRequest], Node]) -> None:
    """Add a node to the graph. Call it in ``AppConfig.ready()``.

    ``build`` returns an empty dict for requests without the node.
    """
    _node_builders.append(build)


def render_graph(request: HttpRequest) -> SafeString:
    """Return a ``<script>`` with one node, or with a ``@graph`` of several."""
    nodes = [node for build in _node_builders if (node := build(request))]
    content = nodes[0] if len(nodes) == 1 else {"@graph": nodes}
    text = json.dumps({"@context": "https://schema.org", **content}, ensure_ascii=False).translate(NOT_IN_SCRIPTS)
    text = drop_unwanted(text)  # half a surrogate pair cannot be sent
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 escaped on the line above
