"""Describe the clinic and its hours in terms of schema.org. Pure.

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

DAYS_AHEAD = 365
CLOSED = {"opens": "00:00", "closes": "00:00"}

Specification = dict[str, str | list[str]]


def business_node(
    facts: Mapping[str, str], *, url: str, same_as: Iterable[str], hours: Mapping[str, Any], logo: str = ""
) -> dict[str, Any]:
    """Return the clinic's node ``url#clinic``. Empty facts are left out."""
    address = {term: facts[name] for term, name in ADDRESS.items() if facts.get(name)}
    node = {
        "@type": TYPES,
        "@id": f"{url}#clinic",
        "name": facts.get("name"),
        "slogan": facts.get("tagline"),
        "url": url,
        "logo": logo,
        "telephone": facts.get("phone"),
        "email": facts.get("email"),
        "hasMap": facts.get("directions_url"),
        "address": {"@type": "PostalAddress", **address} if facts.get("street") else None,
        "sameAs": list(same_as),
        **hours,
    }
    return {term: value for term, value in node.items() if value}


def opening_hours(schedule: Schedule, today: date) -> dict[str, list[Specification]]:
    """Return the hours of a LocalBusiness for the year from `today`.

    A schedule in which no week has hours yields nothing rather than "closed every day": the hours are not entered
    yet, or the clinic sees people by appointment only.
    """
    last = today + DAYS_AHEAD * DAY
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
