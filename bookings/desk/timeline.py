"""Events in words."""

from datetime import datetime, tzinfo
from typing import NamedTuple

from django.utils.translation import gettext as _

from bookings.models import AppointmentState, Case, Event, EventKind, MessageKind, Outcome, Status
from bookings.scheduling.formatting import format_short
from bookings.services.transitions import STEPS_BACK

LABELS = dict(Status.choices) | dict(AppointmentState.choices)
NOTHING = "–"


class Entry(NamedTuple):
    """One line of the timeline."""

    at: datetime
    who: str
    what: str
    text: str
    kind: str


def describe(event: Event, zone: tzinfo) -> Entry:
    """Return an event in words, with times on the clock of ``zone``."""
    what = event.get_kind_display()
    if event.kind == EventKind.STAGE:
        what = f"{LABELS[event.data['from']]} → {LABELS[event.data['to']]}"
    text = "\n".join(line for line in (*_get_details(event, zone), event.data.get("note", "")) if line)
    return Entry(event.at, event.actor_name or _("Patient or website"), what, text, event.kind)


def _get_details(event: Event, zone: tzinfo) -> list[str]:
    data, lines = event.data, []
    if event.kind == EventKind.STAGE:
        if (data["from"], data["to"]) in STEPS_BACK:
            lines.append(_("One step back."))
        if data.get("was_closed_as"):
            outcome = Outcome(data["was_closed_as"]).label
            lines.append(_("Reopened; it had been closed as “%(outcome)s”.") % {"outcome": outcome})
        if data.get("outcome"):
            lines.append(str(Outcome(data["outcome"]).label))
    elif event.kind == EventKind.ASSIGNED:
        owner = data.get("owner")
        lines.append(_("Assigned to %(name)s") % {"name": owner} if owner else _("Assigned to nobody"))
    for name, (before, after) in data.get("changes", {}).items():
        lines.append(f"{_get_label(name)}: {_show(name, before)} → {_show(name, after)}")
    if data.get("reopened"):
        lines.append(_("The case had been closed and is open again."))
    if data.get("starts_at"):
        starts_at = datetime.fromisoformat(data["starts_at"])
        lines.append(f"{format_short(starts_at, zone)}, {starts_at.astimezone(zone).year}")
    if data.get("chose_again"):
        lines.append(_("The patient chose again."))
    if data.get("holder"):
        lines.append(_("%(case)s holds a time for the same contact. One contact holds one time.") % {"case": data["holder"]})
    if data.get("case"):
        lines.append(data["case"])
    if data.get("message"):
        lines.append(str(MessageKind(data["message"]).label))
    return lines


def _get_label(name: str) -> str:
    if name == "treatments":
        return _("Treatments of interest")
    label = str(Case._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


def _show(name: str, value: str) -> str:
    choices = dict(Case._meta.get_field(name).choices or ()) if name != "treatments" else {}
    return str(choices.get(value, value)) or NOTHING
