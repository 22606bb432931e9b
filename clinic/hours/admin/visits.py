"""Visits that fall into times which are about to be closed. Who keeps visits says so through a hook."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from wagtail import hooks

from clinic.hours.schedule import DAY, HORIZON_DAYS, Interval, Schedule

# A function that takes the intervals (aware, half-open) and the user, and returns VisitInHours rows, or nothing.
VISITS_HOOK = "list_visits_in_hours"


class VisitInHours(NamedTuple):
    """``label`` is what this user may read about it: at the most a reference."""

    starts_at: datetime
    label: str
    url: str = ""


def visits_hit(old: Schedule, new: Schedule, now: datetime, user) -> list[VisitInHours]:
    """The visits that were to take place while the clinic, as of ``new``, is closed."""
    lost = old.lost_to(new, now, now + HORIZON_DAYS * DAY)
    return visits_in(lost, user) if lost else []


def visits_in(intervals: Sequence[Interval], user) -> list[VisitInHours]:
    found = (hook(intervals, user) or () for hook in hooks.get_hooks(VISITS_HOOK))
    return sorted((visit for visits in found for visit in visits), key=lambda visit: visit.starts_at)
