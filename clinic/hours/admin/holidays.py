"""Find the public holidays that are not decided yet."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from clinic.hours.holidays import public_holidays
from clinic.hours.schedule import DAY
from clinic.models import ClinicProfile, OpeningHours

PROPOSED_AHEAD = timedelta(days=548)  # eighteen months
ASKED_AHEAD = timedelta(days=30)


class PublicDates(NamedTuple):
    name: str
    dates: tuple[date, ...]


def find_coming(profile: ClinicProfile, today: date) -> list[PublicDates]:
    """Return the public holidays of the next 18 months, the next one first."""
    last = today + PROPOSED_AHEAD
    by_name = public_holidays(profile.country, profile.region, range(today.year, last.year + 1))
    ahead = (PublicDates(name, tuple(d for d in dates if today <= d <= last)) for name, dates in by_name.items())
    return sorted((one for one in ahead if one.dates), key=lambda one: one.dates)


def find_undecided(hours: OpeningHours, holidays: Iterable[PublicDates]) -> list[PublicDates]:
    decided = {row.name for row in hours.public_holidays.all()}
    return [one for one in holidays if one.name not in decided]


def find_urgent(hours: OpeningHours, profile: ClinicProfile, today: date) -> list[PublicDates]:
    """Return the undecided public holidays of the next thirty days.

    Days that are closed or have special hours are left out.
    """
    schedule = hours.schedule(profile)
    days = {today + n * DAY for n in range(ASKED_AHEAD.days + 1)}
    open_as_ever = {day for day in days if schedule.exception_on(day) is None and schedule.spans_on(day)}
    asked = find_undecided(hours, find_coming(profile, today))
    soon = (PublicDates(one.name, tuple(sorted(open_as_ever & set(one.dates)))) for one in asked)
    return [one for one in soon if one.dates]
