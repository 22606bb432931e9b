"""Describe events in words."""

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import (
    AppointmentState,
    CallOutcome,
    Case,
    Event,
    EventKind,
    MessageKind,
    Outcome,
    Status,
    Task,
    TaskKind,
)
from bookings.scheduling.formatting import format_with_year
from bookings.services.transitions import STEPS_BACK

LABELS = dict(Status.choices) | dict(AppointmentState.choices)
NOTHING = "–"
# What an event says when its data has one of these.
FLAGS = {
    "closed": gettext_lazy("Booked even though the clinic is closed then."),
    "blocked": gettext_lazy("Booked during a blocked time."),
    "early": gettext_lazy("Before the date of the repeat."),
    "links_revoked": gettext_lazy("The links in earlier emails no longer work."),
    "reopened": gettext_lazy("The case had been closed and is open again."),
    "chose_again": gettext_lazy("The patient chose again."),
    "held": gettext_lazy("The time is held."),
    "is_booked": gettext_lazy("The visit is booked."),
    "has_come": gettext_lazy("The patient is here."),
    "not_held": gettext_lazy("The time could not be held."),
    "over_limit": gettext_lazy("Too many unconfirmed times are held."),
}


class Entry(NamedTuple):
    """Hold one line of the timeline."""

    at: datetime
    who: str
    what: str
    text: str
    kind: str
    # What it settled, a line each.
    done: tuple[str, ...] = ()


def describe(event: Event, zone: tzinfo, settled: Iterable[Task] = ()) -> Entry:
    """Return an event in words, with times on the clock of ``zone``, and the tasks that it settled."""
    what = event.get_kind_display()
    if event.kind == EventKind.STAGE:
        what = f"{LABELS[event.data['from']]} → {LABELS[event.data['to']]}"
    text = "\n".join(line for line in (*_get_details(event, zone), event.data.get("note", "")) if line)
    done = tuple(f"{task.get_result_display()}: {task.get_kind_display()}" for task in settled)
    return Entry(event.at, event.actor_name or _("Patient or website"), what, text, event.kind, done)


def _get_details(event: Event, zone: tzinfo) -> Iterator[str]:
    data = event.data
    if event.kind == EventKind.STAGE:
        yield from _get_stage_details(data)
        for at in data.get("canceled", ()):
            yield _("Visit canceled: %(time)s") % {"time": format_with_year(datetime.fromisoformat(at), zone)}
    if event.kind == EventKind.ASSIGNED:
        yield _("Assigned to %(name)s") % {"name": data["owner"]} if "owner" in data else _("Assigned to no one")
    for name, (before, after) in data.get("changes", {}).items():
        yield f"{_get_label(name)}: {_show(name, before)} → {_show(name, after)}"
    yield from _get_call_details(event, zone)
    flags = {*data, *data.get("anyway", ())}
    yield from (str(text) for flag, text in FLAGS.items() if flag in flags)
    if "starts_at" in data:
        yield format_with_year(datetime.fromisoformat(data["starts_at"]), zone)
    if "holder" in data:
        yield _("%(case)s holds a time for the same contact.") % {"case": data["holder"]}
    if "reference" in data:
        yield data["reference"]
    if "message" in data:
        yield str(MessageKind(data["message"]).label)


def _get_answer(data: dict[str, Any]) -> str:
    if "was_unreachable" in data:
        return _("The patient could not be reached.")
    return _("The patient is well.") if "is_well" in data else _("The patient is not well.")


def _get_call_details(event: Event, zone: tzinfo) -> Iterator[str]:
    data = event.data
    if "how" in data:
        yield str(CallOutcome(data["how"]).label)
    if "call_at" in data:
        yield format_with_year(datetime.fromisoformat(data["call_at"]), zone)
    if event.kind == EventKind.CHECKED_ON:
        yield _get_answer(data)
    if event.kind == EventKind.SNOOZED:
        words = {"time": format_with_year(datetime.fromisoformat(data["until"]), zone)}
        if "task" in data:
            words["task"] = TaskKind(data["task"]).label
        yield (_("%(task)s: not before %(time)s") if "task" in data else _("Not before %(time)s")) % words


def _get_stage_details(data: dict) -> Iterator[str]:
    if (data["from"], data["to"]) in STEPS_BACK:
        yield _("One step back.")
    if "was_closed_as" in data:
        yield _("Reopened; it had been closed as “%(outcome)s”.") % {"outcome": Outcome(data["was_closed_as"]).label}
    if "treatment" in data:
        yield _("Treatment: %(name)s") % {"name": data["treatment"]}
    if "outcome" in data:
        yield str(Outcome(data["outcome"]).label)


def _get_label(name: str) -> str:
    if name == "treatments":
        return _("Treatments of interest")
    label = str(Case._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


def _show(name: str, value: str) -> str:
    choices = dict(Case._meta.get_field(name).choices or ()) if name != "treatments" else {}
    return str(choices.get(value, value)) or NOTHING
