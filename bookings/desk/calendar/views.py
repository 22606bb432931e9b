"""Give the pages of the calendar their day, their columns and their links."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.generic import TemplateView
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin

from bookings.models import Case, Resource, ResourceKind
from bookings.scheduling.formatting import format_short, parse_day
from bookings.services import MAX_AHEAD
from clinic.hours.formatting import format_dates_with_year, format_time

from ..access import ClinicClockMixin
from .busy import Column
from .grid import find_day, find_open

BY = {ResourceKind.ROOM: "rooms", ResourceKind.PRACTITIONER: "practitioners"}
BY_LABELS = {"rooms": _("By room"), "practitioners": _("By practitioner")}


@method_decorator(cache_control(private=True, no_store=True), name="dispatch")
class CalendarPage(ClinicClockMixin, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Show a page of the calendar to all who may see cases."""

    model = Case
    permission_required = "view"
    header_icon = "calendar-alt"
    page_title = _("Calendar")
    url_name = "desk_calendar"

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data())

    @cached_property
    def can_change(self) -> bool:
        return self.user_has_permission("change")

    @cached_property
    def now(self) -> datetime:
        return timezone.now()

    @cached_property
    def today(self) -> date:
        return find_day(self.now, self.policy.schedule)

    @cached_property
    def day(self) -> date:
        """Return the requested day, or today if it is invalid or years away."""
        day = parse_day(self.request.GET.get("day"))
        return day if day and abs(day - self.today) < MAX_AHEAD else self.today

    @cached_property
    def resources(self) -> list[Resource]:
        return list(Resource.objects.all())

    @cached_property
    def kinds(self) -> list[ResourceKind]:
        """Return the kinds of which the clinic has a resource."""
        known = {resource.kind for resource in self.resources}
        return [kind for kind in ResourceKind if kind in known]

    @property
    def usual_kind(self) -> ResourceKind:
        return self.kinds[0] if self.kinds else ResourceKind.ROOM

    @cached_property
    def kind(self) -> ResourceKind:
        """Return what the columns are."""
        wanted = self.request.GET.get("by")
        return next((kind for kind in self.kinds if BY[kind] == wanted), self.usual_kind)

    def get_url(
        self, url_name: str = "", day: date | None = None, kind: ResourceKind | None = None, pk: int | None = None
    ) -> str:
        """Return the address of a page of the calendar with the columns of this one.

        Without a name it is that of this page.
        """
        kind = kind or self.kind
        query = {"day": day or self.day} | ({} if kind == self.usual_kind else {"by": BY[kind]})
        arguments = {"pk": pk} if url_name and pk else self.kwargs if not url_name else {}
        return f"{reverse(url_name or self.url_name, kwargs=arguments)}?{urlencode(query)}"

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        choices = [(self.get_url(kind=kind), BY_LABELS[BY[kind]], kind == self.kind) for kind in self.kinds]
        return {
            **super().get_context_data(**kwargs),
            "day": self.day,
            "day_text": format_dates_with_year(self.day, self.day),
            "by": BY[self.kind],
            "resource_kind": self.kind.value,
            "choices": choices if len(choices) > 1 else (),
            "can_change": self.can_change,
            "day_url": self.get_url("desk_calendar"),
            "week_url": self.get_url("desk_week"),
            "sheet_url": self.get_url("desk_sheet"),
            "today_url": self.get_url(day=self.today),
            "new_case_url": reverse("desk_new_case") if self.can_change else "",
        }

    def find_present(self, column: Column, moments: Sequence[datetime]) -> set[datetime]:
        """Return the quarter hours in which the clinic is open and the practitioner of a column is there."""
        is_open = find_open(moments, self.policy.schedule)
        own_hours = column.resource and column.resource.get_own_schedule(self.zone)
        return is_open & find_open(moments, own_hours) if own_hours else is_open

    def get_book_url(self, at: datetime, resource: Resource | None) -> str:
        """Return where a request is entered for a free place, or "" where nothing can be booked."""
        if not self.can_change or at <= self.now or resource is None or not resource.is_active:
            return ""
        query = {"start": f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}", "resource": resource.pk}
        return f"{reverse('desk_new_case')}?{urlencode(query)}"

    def format_span(self, start: datetime, end: datetime) -> str:
        """Return "9 am – 9:30 am", with the dates where it goes beyond the day."""
        start, end = start.astimezone(self.zone), end.astimezone(self.zone)
        if start.date() == end.date() and find_day(start, self.policy.schedule) == self.day:
            return f"{format_time(start)} – {format_time(end)}"
        return f"{format_short(start, self.zone)} – {format_short(end, self.zone)}"
