"""Say in a few words where a case and its visit stand, as the list and the export show it."""

from datetime import tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Appointment, Case, ResourceKind
from bookings.scheduling.formatting import format_short
from bookings.services import get_stage

MISSING = {
    ResourceKind.ROOM: gettext_lazy(
        "No room is free then. The visit has none, and the calendar shows it under “No room”."
    ),
    ResourceKind.PRACTITIONER: gettext_lazy("No practitioner is free then. The visit has none."),
}


def get_label(case: Case) -> str:
    """Return where a case stands, and how a closed one ended."""
    stage = str(get_stage(case).label)
    return f"{stage}: {case.get_outcome_display()}" if case.outcome else stage


def describe_state(visit: Appointment, zone: tzinfo) -> str:
    """Return "booked", or "held until Mon, Jun 7, 1 pm"."""
    if visit.held_until:
        return _("held until %(until)s") % {"until": format_short(visit.held_until, zone)}
    return visit.get_state_display().lower()


def describe_missing(visit: Appointment) -> list[str]:
    """Return what a visit needs and does not have, in sentences: a patient walked in while it was not free."""
    found = set(visit.slots.values_list("resource__kind", flat=True))
    return [str(MISSING[kind]) for kind in visit.visit_type.needs if kind not in found]
