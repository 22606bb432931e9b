"""Show a day on paper: who comes when, and how to reach them."""

from typing import Any, NamedTuple

from bookings.models import Appointment, AppointmentState, Event
from bookings.scheduling.formatting import format_short
from clinic.hours.formatting import format_spans
from clinic.hours.schedule import DAY

from .busy import find_visits
from .grid import format_row, get_day_start
from .views import CalendarPage


class Line(NamedTuple):
    """Hold a visit as a line of the sheet."""

    visit: Appointment
    clock: str
    rooms: str
    treatments: str
    note: str


class SheetView(CalendarPage):
    """Show the visits of a day without the frame of the admin, to be printed."""

    template_name = "bookings/desk/calendar/sheet.html"
    url_name = "desk_sheet"

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "hours": format_spans(self.policy.schedule.spans_on(self.day)),
            "lines": self.get_lines(),
            "printed": format_short(self.now, self.zone, self.now),
        }

    def get_lines(self) -> list[Line]:
        schedule = self.policy.schedule
        start, end = get_day_start(self.day, schedule), get_day_start(self.day + DAY, schedule)
        visits = find_visits(start, end, self.now).exclude(state=AppointmentState.CANCELED).order_by("starts_at", "pk")
        visits = [
            visit
            for visit in visits.select_related("treatment").prefetch_related("slots__resource", "case__treatments")
            if visit.starts_at >= start
        ]
        events = Event.objects.filter(case__in={visit.case_id for visit in visits}, data__note__isnull=False)
        notes = {event.case_id: event.data["note"] for event in events.order_by("at", "pk")}
        return [
            Line(
                visit,
                format_row(visit.starts_at, self.zone),
                ", ".join(dict.fromkeys(slot.resource.name for slot in visit.slots.all())),
                get_treatments(visit),
                notes.get(visit.case_id, ""),
            )
            for visit in visits
        ]


def get_treatments(visit: Appointment) -> str:
    """Return what a visit is, and what the patient asked about."""
    return ", ".join(dict.fromkeys([visit.done.name, *(one.title for one in visit.case.treatments.all())]))
