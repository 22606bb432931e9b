"""The public holidays of the clinic's country and state, from the `holidays` package."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import holidays

LANGUAGE = "en_US"
YEARS_BACK, YEARS_AHEAD = 1, 10


def is_known(country: str) -> bool:
    return country in holidays.list_supported_countries(include_aliases=True)


@lru_cache(maxsize=64)  # eleven years take the package some milliseconds, and every form that is sent asks
def by_name(country: str, region: str, years: range) -> Mapping[str, tuple[date, ...]]:
    """The dates of every public holiday of these years, under its name; empty for a country nobody has listed.

    `country` and `region` are ISO codes such as "US" and "CA". An unknown region gets the country's own holidays.
    """
    if not is_known(country):
        return MappingProxyType({})
    subdivisions = holidays.list_supported_countries(include_aliases=True)[country]
    calendar = holidays.country_holidays(
        country, subdiv=region if region in subdivisions else None, years=years, language=LANGUAGE
    )
    found = defaultdict(list)
    for day in sorted(calendar):
        for name in calendar.get_list(day):
            found[name].append(day)
    return MappingProxyType({name: tuple(days) for name, days in found.items()})


def years_around(today: date) -> range:
    """The years for which decisions about public holidays are worked out."""
    return range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1)
