"""Render the JSON-LD of a page from the nodes that apps register."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page

from clinic.text import drop_unwanted

Node = dict[str, Any]

# Like Django's json_script: no text can end the script or begin another.
NOT_IN_SCRIPTS = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}

# Returns a node of the request and its page, or an empty dict for pages without the node.
NodeBuilder = Callable[[HttpRequest, Page | None], Node]

_node_builders: list[NodeBuilder] = []


def register_node(build: NodeBuilder) -> None:
    """Add a node to the graph. Call it in ``AppConfig.ready()``."""
    _node_builders.append(build)


def render_graph(request: HttpRequest, page: Page | None = None) -> SafeString:
    """Return a ``<script>`` with one node, or with a ``@graph`` of several."""
    nodes = [node for build in _node_builders if (node := build(request, page))]
    content = nodes[0] if len(nodes) == 1 else {"@graph": nodes}
    text = json.dumps({"@context": "https://schema.org", **content}, ensure_ascii=False).translate(NOT_IN_SCRIPTS)
    text = drop_unwanted(text)  # half a surrogate pair cannot be sent
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 escaped on the line above
