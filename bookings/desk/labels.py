"""Say in a few words where a case and its visit stand, as the list and the export show it."""

from datetime import tzinfo

from django.utils.translation import gettext as _

from bookings.models import Appointment, Case
from bookings.scheduling.formatting import format_short
from bookings.services import get_stage


def get_label(case: Case) -> str:
    """Return where a case stands, and how a closed one ended."""
    stage = str(get_stage(case).label)
    return f"{stage}: {case.get_outcome_display()}" if case.outcome else stage


def describe_state(visit: Appointment, zone: tzinfo) -> str:
    """Return "booked", or "held until Mon, Jun 7, 1 pm"."""
    if visit.held_until:
        return _("held until %(until)s") % {"until": format_short(visit.held_until, zone)}
    return visit.get_state_display().lower()
