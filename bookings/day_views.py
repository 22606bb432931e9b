"""The visits of one day, room by room, and the times in which a room takes none."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin

from clinic.hours.formatting import format_dates_with_year, format_spans, format_time
from clinic.hours.schedule import DAY, MIDNIGHT, instant_of

from . import services
from .desk_forms import ClosingForm
from .desk_times import OnTheClinicsClock, not_run_out
from .models import Appointment, AppointmentState, Case, Closure, Lane

CAME_OR_NOT = (AppointmentState.ATTENDED, AppointmentState.NO_SHOW)


class Line(NamedTuple):
    """A visit or a closed time, as it stands in the list of its room."""

    starts_at: datetime
    span: str
    visit: Appointment | None = None
    url: str = ""
    kept_until: str = ""
    closure: Closure | None = None


class Room(NamedTuple):
    lane: Lane
    lines: list[Line]


@method_decorator(cache_control(private=True, no_store=True), name="dispatch")
class DayView(OnTheClinicsClock, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """For all who may see requests; those who may change them close and open times here."""

    model = Case
    permission_required = "view"
    template_name = "bookings/desk/day.html"
    header_icon = "calendar-alt"
    page_title = gettext_lazy("Calendar")

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data())

    def post(self, request, *args, **kwargs):
        if not self.can_change:
            raise PermissionDenied
        return self.open_time() if "open" in request.POST else self.close_time()

    def close_time(self):
        form = ClosingForm(self.request.POST, zone=self.zone)
        if not form.is_valid():
            messages.error(self.request, _("Nothing was closed yet: please look at the marked fields."))
            return self.show_again(form)
        data = form.cleaned_data
        try:
            services.close_time(
                [lane.pk for lane in data["lanes"]],
                data["starts"],
                data["ends"],
                actor=self.request.user,
                reason=data["reason"],
            )
        except services.VisitsInTheWay as refusal:
            messages.error(self.request, str(refusal))
            return self.show_again(form, in_the_way=[self.visit_line(visit) for visit in refusal.appointments])
        except services.BookingError as refusal:
            messages.error(self.request, str(refusal))
            return self.show_again(form)
        messages.success(self.request, _("The time is closed."))
        return redirect(day_url(data["starts"].astimezone(self.zone).date()))

    def open_time(self):
        pk = self.request.POST["open"]
        services.open_time(int(pk) if pk.isdecimal() and len(pk) < 19 else 0)
        messages.success(self.request, _("The time is open again."))
        return redirect(day_url(self.day))

    def show_again(self, form: ClosingForm, in_the_way: Iterable[Line] = ()):
        return self.render_to_response(self.get_context_data(form=form, in_the_way=in_the_way))

    # What it shows

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
        """The day that is asked for; today when that is none, or years away."""
        try:
            day = date.fromisoformat(self.request.GET.get("day", ""))
        except ValueError:
            return self.today
        return day if abs(day - self.today) < services.FARTHEST else self.today

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, form: ClosingForm | None = None, in_the_way: Iterable[Line] = ()) -> dict[str, Any]:
        spans = self.calendar.schedule.spans_on(self.day)
        return {
            **super().get_context_data(),
            "day": self.day,
            "day_words": format_dates_with_year(self.day, self.day),
            "is_today": self.day == self.today,
            "hours": format_spans(spans),
            "rooms": self.rooms(),
            "before_url": day_url(self.day - DAY),
            "after_url": day_url(self.day + DAY),
            "today_url": reverse("desk_calendar"),
            "can_change": self.can_change,
            "closing_form": (form or ClosingForm(initial=self.whole_day(spans), zone=self.zone))
            if self.can_change
            else None,
            "closing_is_open": form is not None,
            "in_the_way": list(in_the_way),
        }

    def whole_day(self, spans) -> dict[str, str]:
        """From the day's opening until its closing, as a start for typing."""
        if not spans or spans[-1].closes_next_day:
            return {}
        return {"starts": f"{self.day}T{spans[0].opens:%H:%M}", "ends": f"{self.day}T{spans[-1].closes:%H:%M}"}

    def rooms(self) -> list[Room]:
        """Those that take visits, and those that have some on this day."""
        start, end = (instant_of(day, MIDNIGHT, self.zone) for day in (self.day, self.day + DAY))
        that_day = {"starts_at__lt": end, "ends_at__gt": start}
        is_shown = not_run_out(self.now) | Q(state__in=CAME_OR_NOT)
        visits = Appointment.objects.filter(is_shown, **that_day).select_related("case")
        lines: dict[int, list[Line]] = {}
        for visit in visits:
            lines.setdefault(visit.lane_id, []).append(self.visit_line(visit))
        for closure in Closure.objects.filter(**that_day):
            lines.setdefault(closure.lane_id, []).append(self.closure_line(closure))
        rooms = [Room(lane, sorted(lines.get(lane.pk, []), key=starts_at)) for lane in Lane.objects.all()]
        return [room for room in rooms if room.lane.is_active or room.lines]

    def visit_line(self, visit: Appointment) -> Line:
        return Line(
            visit.starts_at,
            self.span(visit.starts_at, visit.ends_at),
            visit=visit,
            url=reverse("case:inspect", args=[visit.case_id]),
            kept_until=self.calendar.words(visit.held_until) if visit.held_until else "",
        )

    def closure_line(self, closure: Closure) -> Line:
        return Line(closure.starts_at, self.span(closure.starts_at, closure.ends_at), closure=closure)

    def span(self, start: datetime, end: datetime) -> str:
        """ "9 am – 9:30 am", with the dates where it goes beyond one day."""
        start, end = (moment.astimezone(self.zone) for moment in (start, end))
        if start.date() == end.date() == self.day:
            return f"{format_time(start)} – {format_time(end)}"
        return f"{self.calendar.words(start)} – {self.calendar.words(end)}"


def starts_at(line: Line) -> datetime:
    return line.starts_at


def day_url(day: date) -> str:
    return f"{reverse('desk_calendar')}?day={day}"
