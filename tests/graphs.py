"""Read the graph of a page, and check it against the page and against Google's lists."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from bs4 import BeautifulSoup

from clinic.text import drop_unwanted
from tests.google_lists import LEFT_OUT, LISTS
from tests.schema_org import _ancestors, problems

ROOT = "http://localhost/"
# Codes, terms of the vocabulary, numbers and sizes. The hours have tests of their own.
CODES = frozenset(
    "@id @type @context inLanguage addressCountry position width height query-input itemListOrder "
    "opens closes dayOfWeek validFrom validThrough".split()
)
DATES = frozenset(("datePublished", "dateModified"))


def read(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def graph_of(page: BeautifulSoup) -> dict[str, Any]:
    (script,) = page.select("script[type='application/ld+json']")
    return json.loads(script.string)


def types_of(graph: dict[str, Any]) -> set[str]:
    return {kind for node in walk(graph) for kind in as_list(node.get("@type"))}


def node_of(graph: dict[str, Any], kind: str) -> dict[str, Any]:
    (found,) = [node for node in graph["@graph"] if kind in as_list(node["@type"])]
    return found


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def walk(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walk(inner)


def find_faults(page: BeautifulSoup) -> list[str]:
    """Return what is wrong with the graph of a page: to schema.org, to Google, by itself, and beside the page."""
    graph = graph_of(page)
    return [
        *problems(graph),
        *find_missing(graph),
        *(f"{place} is empty" for place, value in values(graph) if value in ("", None, [], {})),
        *find_dangling(graph),
        *find_unseen(page, graph),
    ]


def find_missing(graph: dict[str, Any]) -> Iterator[str]:
    """Yield what Google requires and a node lacks."""
    for node, listed in listed_nodes(graph):
        for names in LISTS[listed].required:
            if not any(node.get(name) for name in names.split("|")):
                yield f"{listed} lacks {names}: {node}"


def find_not_recommended(graph: dict[str, Any]) -> set[tuple[str, str]]:
    """Return the recommended properties that a node lacks without a reason."""
    return {
        (listed, names)
        for node, listed in listed_nodes(graph)
        for names in LISTS[listed].recommended
        if not any(node.get(name) for name in names.split("|")) and (listed, names) not in LEFT_OUT
    }


def listed_nodes(graph: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    for node in walk(graph):
        kinds = {ancestor for kind in as_list(node.get("@type")) for ancestor in _ancestors(kind)}
        yield from ((node, listed) for listed in LISTS if listed in kinds)


def find_dangling(graph: dict[str, Any]) -> Iterator[str]:
    """Yield references to nodes that are not there. The breadcrumbs refer to other pages."""
    known = {node["@id"] for node in graph["@graph"] if "@id" in node}
    for node in walk(graph):
        if set(node) == {"@id"} and "#" in node["@id"] and node["@id"] not in known:
            yield f"there is no node {node['@id']}"


def values(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from values(inner, name)
    elif isinstance(value, list) and value:
        for inner in value:
            yield from values(inner, place)
    else:
        yield place, value


def find_unseen(page: BeautifulSoup, graph: dict[str, Any]) -> Iterator[str]:
    """Yield what the graph says and the page does not show, neither as text, as alt text nor as a link."""
    links, text = find_links(page), find_text(page)
    days = {str(time["datetime"])[:10] for time in page.select("time[datetime]")}
    has_map = any("map" in link for link in links)
    for place, value in values(graph):
        if place in CODES:
            continue
        if place in ("latitude", "longitude"):
            is_shown = has_map
        elif place in DATES:
            is_shown = datetime.fromisoformat(value).date().isoformat() in days
        elif place == "urlTemplate":
            is_shown = value == f"{ROOT}search/?q={{search_term_string}}"
        else:
            is_shown = value in links or squeeze(value) in text
        if not is_shown:
            yield f"{place} {value!r} is not on the page"


def find_links(page: BeautifulSoup) -> set[str]:
    found = {str(tag[name]) for name in ("href", "src") for tag in page.select(f"[{name}]")}
    for tag in page.select("[srcset]"):
        found |= {part.split()[0] for part in str(tag["srcset"]).split(",") if part.strip()}
    return {urljoin(ROOT, link) for link in found}


def find_text(page: BeautifulSoup) -> str:
    body = BeautifulSoup(str(page.body), "html.parser")
    for tag in body.select("script, style, template, [hidden], .visually-hidden"):
        tag.decompose()
    alts = [str(tag["alt"]) for tag in body.select("img[alt]")]
    return squeeze(" ".join([body.get_text(" "), *alts]))


def squeeze(text: str) -> str:
    return "".join(drop_unwanted(str(text)).split())
