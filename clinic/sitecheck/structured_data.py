"""Find faults in the JSON-LD of a page. Pure.

Only what is always wrong: what cannot be read, what has no type, an id that two things share, and empty values. The
vocabulary itself is checked by the tests of the site.
"""

import json
from collections.abc import Iterator
from typing import Any

MAX_FAULTS = 10


def find_faults(texts: list[str]) -> list[str]:
    """Return what is wrong with the scripts of one page, in words."""
    faults: list[str] = []
    described: dict[str, str] = {}
    for text in texts:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            faults.append("It is not JSON.")
            continue
        faults += find_faults_of(data, described)
    return list(dict.fromkeys(faults))[:MAX_FAULTS]


def find_faults_of(data: Any, described: dict[str, str]) -> Iterator[str]:
    if not isinstance(data, dict):
        yield "It is no object."
        return
    if "schema.org" not in str(data.get("@context", "")):
        yield "It has no @context of schema.org."
    nodes = data.get("@graph", [data])
    for node in nodes if isinstance(nodes, list) else [nodes]:
        if not isinstance(node, dict) or not node.get("@type"):
            yield "A node of the graph has no @type."
    yield from walk(data, "", described)


def walk(value: Any, place: str, described: dict[str, str]) -> Iterator[str]:
    """Yield the faults of a value and all that is in it. ``described`` holds what each id was said to be."""
    if value is None or value in ("", [], {}) or (isinstance(value, str) and not value.strip()):
        yield f"{place.strip('.') or 'The graph'} is empty."
    elif isinstance(value, list):
        for part in value:
            yield from walk(part, place, described)
    elif isinstance(value, dict):
        identifier = value.get("@id")
        is_description = len(value.keys() - {"@id", "@context"}) > 0
        if isinstance(identifier, str) and is_description and "@graph" not in value:
            content = json.dumps(value, sort_keys=True)
            if described.setdefault(identifier, content) != content:
                yield f"The @id {identifier} is used for two things."
        kind = value.get("@type")
        inside = kind if isinstance(kind, str) else place
        for name, part in value.items():
            yield from walk(part, f"{inside}.{name}" if inside else name, described)
