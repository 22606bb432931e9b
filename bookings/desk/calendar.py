"""Show the visits and blocked times of a day, by room."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin

from bookings import services
from bookings.models import Appointment, AppointmentState, BlockedTime, Case, Resource, Slot
from bookings.scheduling.formatting import format_short
from clinic.hours.formatting import format_dates_with_year, format_spans, format_time
from clinic.hours.schedule import DAY, MIDNIGHT, instant_of

from .access import ClinicClockMixin
from .forms import BlockForm
from .queries import is_current_at

# The calendar shows these besides held and booked appointments.
PAST_STATES = (AppointmentState.CHECKED_IN, AppointmentState.TREATED, AppointmentState.NO_SHOW)


class Line(NamedTuple):
    """Hold a visit or a blocked time, as a line in the list of its room."""

    starts_at: datetime
    span: str
    visit: Appointment | None = None
    url: str = ""
    held_until: str = ""
    blocked_time: BlockedTime | None = None


class Column(NamedTuple):
    """Hold a room or practitioner and its lines, in order."""

    resource: Resource
    lines: list[Line]


@method_decorator(cache_control(private=True, no_store=True), name="dispatch")
class CalendarView(ClinicClockMixin, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Show a day to all who may see cases.

    Those who may change cases block and unblock times here.
    """

    model = Case
    permission_required = "view"
    template_name = "bookings/desk/calendar.html"
    header_icon = "calendar-alt"
    page_title = gettext_lazy("Calendar")

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data())

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
            return self.show_again(form, in_the_way=[self.get_visit_line(visit) for visit in refusal.appointments])
        except services.BookingError as refusal:
            messages.error(self.request, str(refusal))
            return self.show_again(form)
        messages.success(self.request, _("The time is blocked."))
        return redirect(get_day_url(data["starts"].astimezone(self.zone).date()))

    def unblock(self):
        typed = self.request.POST["unblock"]
        pk = int(typed) if typed.isdecimal() and len(typed) < 19 else 0
        if BlockedTime.objects.filter(pk=pk).exists():
            services.unblock_time(pk)
            messages.success(self.request, _("The time is no longer blocked."))
        else:
            messages.error(self.request, _("Nothing was unblocked: there is no such blocked time."))
        return redirect(get_day_url(self.day))

    def show_again(self, form: BlockForm, in_the_way: Iterable[Line] = ()):
        return self.render_to_response(self.get_context_data(form=form, in_the_way=in_the_way))

    @cached_property
    def can_change(self) -> bool:
        return self.user_has_permission("change")

    @cached_property
    def now(self) -> datetime:
        return timezone.now()

    @cached_property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @cached_property
    def day(self) -> date:
        """Return the requested day, or today if it is invalid or years away."""
        try:
            day = date.fromisoformat(self.request.GET.get("day", ""))
        except ValueError:
            return self.today
        return day if abs(day - self.today) < services.MAX_AHEAD else self.today

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, form: BlockForm | None = None, in_the_way: Iterable[Line] = ()) -> dict[str, Any]:
        spans = self.policy.schedule.spans_on(self.day)
        initial = {}
        if spans and not spans[-1].closes_next_day:
            # From the day's opening until its closing, as a start for typing.
            initial = {"starts": f"{self.day}T{spans[0].opens:%H:%M}", "ends": f"{self.day}T{spans[-1].closes:%H:%M}"}
        return {
            **super().get_context_data(),
            "day": self.day,
            "day_text": format_dates_with_year(self.day, self.day),
            "is_today": self.day == self.today,
            "hours": format_spans(spans),
            "columns": self.get_columns(),
            "before_url": get_day_url(self.day - DAY),
            "after_url": get_day_url(self.day + DAY),
            "today_url": reverse("desk_calendar"),
            "can_change": self.can_change,
            "block_form": (form or BlockForm(initial=initial, zone=self.zone)) if self.can_change else None,
            "blocking_is_open": form is not None,
            "in_the_way": list(in_the_way),
        }

    def get_columns(self) -> list[Column]:
        """Return the active resources, and others that have lines on this day.

        A visit of a patient who walked in while no room was free stands in a column of its own.
        """
        start, end = instant_of(self.day, MIDNIGHT, self.zone), instant_of(self.day + DAY, MIDNIGHT, self.zone)
        that_day = {"starts_at__lt": end, "ends_at__gt": start}
        visits = Appointment.objects.filter(is_current_at(self.now) | Q(state__in=PAST_STATES), **that_day)
        lines = {visit.pk: self.get_visit_line(visit) for visit in visits.select_related("case")}
        columns = {resource.pk: Column(resource, []) for resource in Resource.objects.all()}
        without_room = columns[0] = Column(Resource(pk=0, name=_("No room"), is_active=False), [])
        placed: set[int] = set()
        pairs = Slot.objects.filter(appointment__in=lines).values_list("resource", "appointment")
        for resource, visit in pairs.distinct().order_by("resource", "appointment"):
            columns[resource].lines.append(lines[visit])
            placed.add(visit)
        without_room.lines.extend(line for visit, line in lines.items() if visit not in placed)
        for blocked in BlockedTime.objects.filter(**that_day):
            span = self.format_span(blocked.starts_at, blocked.ends_at)
            columns[blocked.resource_id].lines.append(Line(blocked.starts_at, span, blocked_time=blocked))
        for column in columns.values():
            column.lines.sort(key=lambda line: line.starts_at)
        return [column for column in columns.values() if column.resource.is_active or column.lines]

    def get_visit_line(self, visit: Appointment) -> Line:
        return Line(
            visit.starts_at,
            self.format_span(visit.starts_at, visit.ends_at),
            visit=visit,
            url=reverse("case:inspect", args=[visit.case_id]),
            held_until=format_short(visit.held_until, self.zone) if visit.held_until else "",
        )

    def format_span(self, start: datetime, end: datetime) -> str:
        """Return "9 am – 9:30 am", with the dates where it goes beyond the day."""
        start, end = start.astimezone(self.zone), end.astimezone(self.zone)
        if start.date() == end.date() == self.day:
            return f"{format_time(start)} – {format_time(end)}"
        return f"{format_short(start, self.zone)} – {format_short(end, self.zone)}"


def get_day_url(day: date) -> str:
    return f"{reverse('desk_calendar')}?day={day}"
