"""Find the visits in times that are about to be closed.

The app that has visits lists them through a hook.
"""

from datetime import datetime
from typing import NamedTuple

from wagtail import hooks

from clinic.hours.schedule import DAY, HORIZON_DAYS, Schedule

# A function that takes the intervals (aware, half-open) and the user, and returns VisitInHours rows, or nothing.
VISITS_HOOK = "list_visits_in_hours"


class VisitInHours(NamedTuple):
    """Describe a visit as this user may see it.

    ``label`` is at most a reference.
    """

    starts_at: datetime
    label: str
    url: str = ""


def find_visits_in_closed_time(old: Schedule, new: Schedule, now: datetime, user) -> list[VisitInHours]:
    """Return the visits in times that are open in ``old``, closed in ``new``."""
    lost = old.closed_in(new, now, now + HORIZON_DAYS * DAY)
    if not lost:
        return []
    found = (hook(lost, user) or () for hook in hooks.get_hooks(VISITS_HOOK))
    return sorted((visit for visits in found for visit in visits), key=lambda visit: visit.starts_at)
