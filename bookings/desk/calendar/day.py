"""Show the visits and blocked times of a day as a grid, by room or by practitioner."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from bookings import services
from bookings.models import Appointment, AppointmentState, BlockedTime
from bookings.scheduling.formatting import format_short
from bookings.scheduling.policy import SLOT
from clinic.hours.formatting import format_spans
from clinic.hours.schedule import DAY

from ..forms import BlockForm, parse_pk
from .busy import (
    BLOCKED,
    VISIT,
    Busy,
    Column,
    can_move,
    find_busy,
    find_needed,
    find_steps,
    make_columns,
    read_current_visits,
)
from .grid import Run, find_day, find_runs, format_row, get_day_start, get_moments
from .views import CalendarPage

STEPS = {
    AppointmentState.CHECKED_IN: gettext_lazy("Check in"),
    AppointmentState.CONSULTED: gettext_lazy("Consultation done"),
    AppointmentState.TREATED: gettext_lazy("Treatment done"),
    AppointmentState.NO_SHOW: gettext_lazy("Did not come"),
}
# Their time is over or free again.
GRAY = (AppointmentState.CANCELED, AppointmentState.NO_SHOW)


class Block(NamedTuple):
    """Hold a visit or a blocked time as the calendar shows it."""

    span: str
    visit: Appointment | None = None
    blocked_time: BlockedTime | None = None
    url: str = ""
    held_until: str = ""
    is_gray: bool = False
    steps: Iterable[tuple[str, str]] = ()
    act_url: str = ""
    move_url: str = ""


class Cell(NamedTuple):
    """Hold a cell of the grid: blocks, or a free quarter hour with the address that books it."""

    rows: int
    column: Column
    blocks: list[Block]
    kind: str
    book_url: str = ""


class Row(NamedTuple):
    """Hold a quarter hour of the day."""

    at: datetime
    label: str
    is_hour: bool
    is_now: bool
    cells: list[Cell]


class DayView(CalendarPage):
    """Show a day to all who may see cases.

    Those who may change cases block and unblock times here.
    """

    template_name = "bookings/desk/calendar/day.html"

    def post(self, request, *args, **kwargs):
        if not self.can_change:
            raise PermissionDenied
        return self.unblock() if "unblock" in request.POST else self.block()

    def block(self):
        form = BlockForm(self.request.POST, zone=self.zone)
        if not form.is_valid():
            messages.error(self.request, _("Nothing was blocked yet: please fix the marked fields."))
            return self.show_again(form)
        data = form.cleaned_data
        resources = [resource.pk for resource in data["resources"]]
        try:
            services.block_time(resources, data["starts"], data["ends"], actor=self.request.user, reason=data["reason"])
        except services.VisitsInTheWayError as refusal:
            messages.error(self.request, str(refusal))
            return self.show_again(form, in_the_way=[self.describe_plainly(visit) for visit in refusal.appointments])
        except services.BookingError as refusal:
            messages.error(self.request, str(refusal))
            return self.show_again(form)
        messages.success(self.request, _("The time is blocked."))
        return redirect(self.get_url(day=find_day(data["starts"], self.policy.schedule)))

    def unblock(self):
        pk = parse_pk(self.request.POST["unblock"])
        if BlockedTime.objects.filter(pk=pk).exists():
            services.unblock_time(pk)
            messages.success(self.request, _("The time is no longer blocked."))
        else:
            messages.error(self.request, _("Nothing was unblocked: there is no such blocked time."))
        return redirect(self.get_url())

    def show_again(self, form: BlockForm, in_the_way: Iterable[Block] = ()):
        return self.render_to_response(self.get_context_data(form=form, in_the_way=in_the_way))

    def get_context_data(self, form: BlockForm | None = None, in_the_way: Iterable[Block] = ()) -> dict[str, Any]:
        spans = self.policy.schedule.spans_on(self.day)
        initial: dict[str, str] = {}
        if spans and not spans[-1].closes_next_day:
            # From the day's opening until its closing, as a start for typing.
            initial = {"starts": f"{self.day}T{spans[0].opens:%H:%M}", "ends": f"{self.day}T{spans[-1].closes:%H:%M}"}
        form_to_show = form or BlockForm(initial=initial, zone=self.zone)
        form_to_show.fields["resources"].choices = [(resource.pk, resource.name) for resource in self.resources]
        columns, rows = self.get_grid()
        return {
            **super().get_context_data(),
            "is_today": self.day == self.today,
            "hours": format_spans(spans),
            "columns": columns,
            "rows": rows,
            "has_resources": any(resource.is_active for resource in self.resources),
            "before_url": self.get_url(day=self.day - DAY),
            "after_url": self.get_url(day=self.day + DAY),
            "block_form": form_to_show if self.can_change else None,
            "blocking_is_open": form is not None,
            "in_the_way": list(in_the_way),
        }

    def get_grid(self) -> tuple[list[Column], list[Row]]:
        schedule = self.policy.schedule
        start, end = get_day_start(self.day, schedule), get_day_start(self.day + DAY, schedule)
        busy = find_busy(self.resources, start, end, self.now)
        read_current_visits(busy.visits.values())
        columns = make_columns(self.kind, self.resources, busy)
        moments = get_moments(self.day, schedule, find_needed(columns, busy, start, end))
        rows = [Row(at, format_row(at, self.zone), not at.minute, at <= self.now < at + SLOT, []) for at in moments]
        for column in columns:
            present = self.find_present(column, moments)
            for run in find_runs(moments, column.taken):
                at = moments[run.first]
                rows[run.first].cells.append(self.make_cell(column, run, at, busy, is_open=at in present))
        return columns, rows

    def make_cell(self, column: Column, run: Run, at: datetime, busy: Busy, *, is_open: bool) -> Cell:
        blocks = [
            self.describe_visit(busy.visits[pk]) if kind == VISIT else self.describe_blocked(busy.blocked[pk])
            for kind, pk in run.owners
        ]
        if not blocks:
            return Cell(run.length, column, [], "free" if is_open else "closed", self.get_book_url(at, column.resource))
        if run.owners[0][0] == BLOCKED:
            return Cell(run.length, column, blocks, "blocked")
        return Cell(run.length, column, blocks, "gray" if all(block.is_gray for block in blocks) else "visit")

    def describe_visit(self, visit: Appointment) -> Block:
        steps = find_steps(visit, self.now, self.zone) if self.user_has_permission("treat") else ()
        return self.describe_plainly(visit)._replace(
            is_gray=visit.state in GRAY,
            held_until=format_short(visit.held_until, self.zone) if visit.held_until else "",
            steps=[(step.value, STEPS[step]) for step in steps],
            act_url=self.get_url("desk_calendar_act", pk=visit.case_id),
            move_url=self.get_url("desk_move", pk=visit.case_id)
            if self.can_change and can_move(visit, self.now)
            else "",
        )

    def describe_plainly(self, visit: Appointment) -> Block:
        span = self.format_span(visit.starts_at, visit.ends_at)
        return Block(span, visit=visit, url=reverse("case:inspect", args=[visit.case_id]))

    def describe_blocked(self, blocked: BlockedTime) -> Block:
        return Block(self.format_span(blocked.starts_at, blocked.ends_at), blocked_time=blocked)
