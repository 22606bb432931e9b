"""Dates as an American website prints them."""

import re
from dataclasses import dataclass
from datetime import date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
YEAR = r"(?P<year>\d{4})"
WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
TIME = (
    r"(?:(?:T|,?\s+(?:at\s+|@\s*)?)\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\s*(?:[ap]\.?m\.?)?"
    r"(?:\s*(?:Z|[+-]\d\d:?\d\d|P[SD]?T))?)?"
)
FORMS = tuple(
    re.compile(WEEKDAY + form + TIME + r"(?![\w/])", re.IGNORECASE)
    for form in (
        rf"{MONTH}\s+{DAY}\s*,?\s+{YEAR}",
        rf"{DAY}[\s-]+(?:of\s+)?{MONTH}[\s,-]+{YEAR}",
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        r"(?P<month>\d{1,2})(?P<mark>[/-])(?P<day>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})",
    )
)


@dataclass(frozen=True)
class FoundDate:
    """``day`` is None where the words have the form of a date but no calendar has that day."""

    day: date | None
    end: int


def date_at_start(text: str) -> FoundDate | None:
    for form in FORMS:
        if match := form.match(text):
            return FoundDate(_day(match), match.end())
    return None


def is_date(text: str) -> bool:
    found = date_at_start(text)
    return found is not None and found.end == len(text)


def _day(match: re.Match) -> date | None:
    year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
    name = match["month"].casefold()[:3]
    month = MONTHS.index(name) + 1 if name in MONTHS else int(match["month"])
    try:
        return date(year, month, int(match["day"]))
    except ValueError:
        return None
