"""Describe the clinic, its hours and its pages in terms of schema.org. Pure.

A node has a stable ``@id``: an address of the site and what it names there. ``merge()`` joins nodes with the same one,
so an app can add to the node of another.

The hours take the form that Google documents for a LocalBusiness:

https://developers.google.com/search/docs/appearance/structured-data/local-business#business-hours

* Closed is 00:00 to 00:00, and the whole day is 00:00 to 23:59.
* A span that ends at midnight, or at the time of day at which it began, ends a minute early. It would look closed
  or empty otherwise.
* A span past midnight is one specification whose closing time is before its opening time.
* A specification with dates overrides one without. No weekday means every day of its dates; no `validThrough`
  means until further notice.
* Weekdays are full URLs. "Monday" alone would be a URL relative to the page in JSON-LD.
* A week names all seven days, since no document says what a missing day means.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from clinic.hours.formatting import WEEKDAYS
from clinic.hours.schedule import DAY, MIDNIGHT, MINUTE, DatedException, Schedule, Season, Span

# The most specific types of a local business that fit; there is no "MedicalSpa" in the vocabulary.
TYPES = ["MedicalClinic", "HealthAndBeautyBusiness"]
ADDRESS = {
    "streetAddress": "street",
    "addressLocality": "city",
    "addressRegion": "region",
    "postalCode": "postal_code",
    "addressCountry": "country",
}

EMPTY = (None, "", [], {})
LIST_ORDER = "https://schema.org/ItemListOrderAscending"

DAYS_AHEAD = 365
CLOSED = {"opens": "00:00", "closes": "00:00"}

Node = dict[str, Any]
Specification = dict[str, str | list[str]]


def drop_empty(value: Any) -> Any:
    """Return a node without empty values, at any depth. A node that says only what it is is empty, too."""
    if isinstance(value, dict):
        kept = {term: found for term, inner in value.items() if (found := drop_empty(inner)) not in EMPTY}
        return kept if kept.keys() - {"@type"} else {}
    if isinstance(value, list | tuple):
        return [found for inner in value if (found := drop_empty(inner)) not in EMPTY]
    return value.strip() if isinstance(value, str) else value


def merge(nodes: Iterable[Node]) -> list[Node]:
    """Return one node for each ``@id``, in the order in which they came.

    Types and lists are joined. Of two other values, the first stays.
    """
    merged: dict[str, Node] = {}
    for node in map(drop_empty, nodes):
        if not node:
            continue
        known = merged.setdefault(node.get("@id", f"_:{len(merged)}"), {})
        for term, value in node.items():
            if term not in known:
                known[term] = value
            elif term == "@type" or isinstance(known[term], list):
                known[term] = _join(known[term], value)
    return list(merged.values())


def _join(known: Any, more: Any) -> Any:
    """Return the values of both. A type that the other one contains is left out."""
    joined = [*_as_list(known), *(one for one in _as_list(more) if one not in _as_list(known))]
    if "WebPage" in joined and len(joined) > 1:
        joined.remove("WebPage")
    return joined if len(joined) > 1 else joined[0]


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def refer(identifier: str) -> Node:
    return {"@id": identifier}


def business_node(
    facts: Mapping[str, str],
    *,
    url: str,
    same_as: Iterable[str],
    hours: Mapping[str, Any],
    logo: str = "",
    place: tuple[float, float] | None = None,
) -> Node:
    """Return the clinic's node ``url#clinic``. Empty facts are left out. ``place`` is latitude and longitude."""
    address = {term: facts.get(name) for term, name in ADDRESS.items()}
    return drop_empty(
        {
            "@type": TYPES,
            "@id": f"{url}#clinic",
            "name": facts.get("name"),
            "slogan": facts.get("tagline"),
            "url": url,
            "logo": logo,
            "telephone": facts.get("phone"),
            "email": facts.get("email"),
            "hasMap": facts.get("map_url"),
            "address": {"@type": "PostalAddress", **address} if facts.get("street") else None,
            "geo": place and {"@type": "GeoCoordinates", "latitude": place[0], "longitude": place[1]},
            "sameAs": list(same_as),
            **hours,
        }
    )


def website_node(*, url: str, name: str, search_url: str) -> Node:
    """Return the node of the site, with its search. ``search_url`` contains ``{search_term_string}``."""
    return {
        "@type": "WebSite",
        "@id": f"{url}#website",
        "url": url,
        "name": name,
        "publisher": refer(f"{url}#clinic"),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": search_url},
            "query-input": "required name=search_term_string",
        },
    }


def page_node(*, url: str, root: str, types: Iterable[str], **terms: Any) -> Node:
    return {
        "@type": list(types),
        "@id": f"{url}#webpage",
        "url": url,
        "isPartOf": refer(f"{root}#website"),
        **terms,
    }


def breadcrumb_node(*, url: str, crumbs: Iterable[tuple[str, str]]) -> Node:
    """Return the trail of titles and full addresses. An empty trail is an empty node."""
    items = [
        {"@type": "ListItem", "position": position, "name": title, "item": refer(address)}
        for position, (title, address) in enumerate(crumbs, start=1)
    ]
    return {"@type": "BreadcrumbList", "@id": f"{url}#breadcrumb", "itemListElement": items} if items else {}


def list_node(*, url: str, items: Iterable[tuple[str, str]], start: int = 1) -> Node:
    """Return the list of titles and full addresses. ``start`` is the place of the first one among all."""
    listed = [
        {"@type": "ListItem", "position": position, "name": title, "url": address}
        for position, (title, address) in enumerate(items, start=start)
    ]
    node = {"@type": "ItemList", "@id": f"{url}#list", "itemListOrder": LIST_ORDER, "itemListElement": listed}
    return node if listed else {}


def picture_node(
    *, url: str, width: int, height: int, description: str = "", caption: str = "", credit: str = ""
) -> Node:
    return {
        "@type": "ImageObject",
        "@id": url,
        "url": url,
        "contentUrl": url,
        "width": width,
        "height": height,
        "description": description,
        "caption": caption,
        "creditText": credit,
    }


def person_node(*, root: str, key: object, name: str, **terms: Any) -> Node:
    """Return a member of the clinic. ``key`` makes the ``@id`` stable."""
    return {
        "@type": "Person",
        "@id": f"{root}#person-{key}",
        "name": name,
        "worksFor": refer(f"{root}#clinic"),
        **terms,
    }


def questions_node(*, url: str, questions: Iterable[tuple[str, str]]) -> Node:
    """Return what makes the page a list of questions and their answers, in plain text."""
    asked = [
        {"@type": "Question", "name": question, "acceptedAnswer": {"@type": "Answer", "text": answer}}
        for question, answer in questions
        if question.strip() and answer.strip()
    ]
    return {"@type": "FAQPage", "@id": f"{url}#webpage", "mainEntity": asked} if asked else {}


def opening_hours(schedule: Schedule, today: date, days: int = DAYS_AHEAD) -> dict[str, list[Specification]]:
    """Return the hours of a LocalBusiness for the `days` after `today`.

    A schedule in which no week has hours yields nothing rather than "closed every day": the hours are not entered
    yet, or the clinic sees people by appointment only.
    """
    last = today + days * DAY
    exceptions = schedule.exceptions_between(today, last)
    hours = {
        "openingHoursSpecification": list(_weeks(schedule, today, last)),
        "specialOpeningHoursSpecification": [one for exception in exceptions for one in _exception(exception)],
    }
    return {key: specifications for key, specifications in hours.items() if specifications}


def _weeks(schedule: Schedule, first: date, last: date) -> Iterator[Specification]:
    seasons = schedule.seasons_between(first, last)
    if not seasons and not any(schedule.weekly.values()):
        return
    days = (first + n * DAY for n in range((last - first).days + 1))
    if any(schedule.season_on(day) is None for day in days):  # otherwise the base week is over
        yield from _week(schedule.weekly)
    for season in seasons:
        yield from _week(season.weekly, _dates(season, season.name))


def _week(weekly: Mapping[int, tuple[Span, ...]], dates: Specification | None = None) -> Iterator[Specification]:
    """Yield all seven days, grouped by equal hours."""
    days_by_hours: dict[tuple[Span, ...], list[str]] = {}
    for day, weekday in enumerate(WEEKDAYS):
        hours = tuple(sorted(weekly.get(day, ())))
        days_by_hours.setdefault(hours, []).append(f"https://schema.org/{weekday}")
    for hours, days in days_by_hours.items():
        yield from _specifications(hours, {"dayOfWeek": days, **(dates or {})})


def _exception(exception: DatedException) -> Iterator[Specification]:
    return _specifications(sorted(exception.spans), _dates(exception, exception.reason))


def _specifications(spans: Iterable[Span], when: Specification) -> Iterator[Specification]:
    for times in [_times(span) for span in spans] or [CLOSED]:
        yield {"@type": "OpeningHoursSpecification", **times, **when}


def _times(span: Span) -> dict[str, str]:
    closes = span.closes
    if closes in (MIDNIGHT, span.opens):
        early = (datetime.combine(date(2000, 1, 2), closes) - MINUTE).time()
        closes = closes if early == span.opens else early
    return {"opens": span.opens.isoformat("minutes"), "closes": closes.isoformat("minutes")}


def _dates(dated: DatedException | Season, name: str) -> Specification:
    found: Specification = {"validFrom": dated.first.isoformat()}
    if dated.last < date.max:
        found["validThrough"] = dated.last.isoformat()
    if name:
        found["name"] = name
    return found
