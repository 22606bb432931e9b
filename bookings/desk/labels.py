"""Say in a few words where a case and its visit stand, as the list and the export show it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Appointment, Case, Outcome, ResourceKind, Task, TaskKind
from bookings.scheduling.formatting import format_short
from bookings.scheduling.policy import Clock
from bookings.services import Obstacle, get_stage
from bookings.services.transitions import Stage
from clinic.hours.schedule import MINUTE

MISSING = {
    ResourceKind.ROOM: gettext_lazy(
        "No room is free then. The visit has none, and the calendar shows it under “No room”."
    ),
    ResourceKind.PRACTITIONER: gettext_lazy("No practitioner is free then. The visit has none."),
}

# Nobody counts the opening hours of weeks. It would also read the schedule of each of these days.
LONG = timedelta(days=14)
NO_EMAIL = gettext_lazy("No email: tell the patient by phone.")
OBSTACLES = {
    "closed": gettext_lazy("The clinic is closed then."),
    "away": gettext_lazy("%(reason)s is not there then."),
    "blocked": gettext_lazy("The time is blocked."),
}


def get_label(case: Case) -> str:
    """Return where a case stands, and how a closed one ended."""
    return format_label(get_stage(case), case.outcome)


def format_label(stage: Stage, outcome: str) -> str:
    return f"{stage.label}: {Outcome(outcome).label}" if outcome else str(stage.label)


def describe_state(visit: Appointment, zone: tzinfo) -> str:
    """Return "booked", or "held until Mon, Jun 7, 1 pm"."""
    if visit.held_until:
        return _("held until %(until)s") % {"until": format_short(visit.held_until, zone)}
    return visit.get_state_display().lower()


def describe_missing(visit: Appointment) -> list[str]:
    """Return what a visit needs and does not have, in sentences: a patient walked in while it was not free."""
    found = set(visit.slots.values_list("resource__kind", flat=True))
    return [str(MISSING[kind]) for kind in visit.visit_type.needs if kind not in found]


def format_task_age(task: Task, now: datetime, clock: Clock) -> str:
    """Return how long a task has waited: complaints in real time, all else while the clinic was open."""
    return format_age({task.kind: task.counts_from}, now, clock)


def format_age(since: Mapping[str, datetime], now: datetime, clock: Clock) -> str:
    """Return the longest of these waits as "47 min", "12 h" or "31 days".

    ``since`` gives the moment from which each kind of task waits. Complaints wait in real time, all else while the
    clinic is open. After ``LONG`` only the days count.
    """
    oldest = min(since.values())
    if now - oldest >= LONG:
        return _("%(days)d days") % {"days": (now - oldest).days}
    minutes = max(count_minutes(at, now, clock, is_real=kind == TaskKind.COMPLAINT) for kind, at in since.items())
    if minutes < 120:
        return _("%(minutes)d min") % {"minutes": minutes}
    return _("%(hours)d h") % {"hours": minutes // 60}


def count_minutes(since: datetime, now: datetime, clock: Clock, *, is_real: bool) -> int:
    """Count real minutes, or those while the clinic was open. Without opening hours it is always open."""
    if is_real or clock.schedule is None:
        return (now - since) // MINUTE
    return clock.schedule.open_minutes_between(since, now)


def describe_unusual(start: datetime, obstacles: Iterable[Obstacle], zone: tzinfo) -> dict[str, Any]:
    """Return the question before a time that is not open for visits, and the value of its button."""
    texts = []
    for one in obstacles:
        text = OBSTACLES[one.kind] % {"reason": one.reason}
        reason = one.kind == "blocked" and one.reason
        texts.append(f"{text} {_('Reason: %(reason)s') % {'reason': reason}}" if reason else text)
    value = f"{start.isoformat()} {','.join(sorted({one.kind for one in obstacles}))}"
    return {"value": value, "moment": format_short(start, zone), "texts": texts}
