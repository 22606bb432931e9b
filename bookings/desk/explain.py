"""Explain why each quarter hour of a day is or is not offered to patients."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.generic import TemplateView
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin

from bookings import services
from bookings.models import Case, ResourceKind, VisitType
from bookings.scheduling.availability import Refusal
from bookings.scheduling.formatting import format_short
from bookings.scheduling.policy import SLOT, SlotRules
from clinic.hours.formatting import format_dates_with_year, format_time

from .access import ClinicClockMixin

NOBODY = {
    ResourceKind.ROOM: gettext_lazy("No room takes visits. A manager can add one under Settings."),
    ResourceKind.PRACTITIONER: gettext_lazy("No practitioner performs it. A manager can choose one under Settings."),
}


class ExplainForm(forms.Form):
    """Choose the day and the type of visit to explain."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    type = forms.ModelChoiceField(label=gettext_lazy("Type of visit"), queryset=None, empty_label=None)

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["type"].queryset = VisitType.objects.filter(is_active=True)

    def clean_day(self):
        if not abs(self.cleaned_data["day"] - self.today) < services.MAX_AHEAD:
            raise ValidationError(_("Choose a day within the next two years."))
        return self.cleaned_data["day"]


class Reason(NamedTuple):
    """Hold one sentence, with a link to the case where a visit is in the way."""

    text: str
    url: str = ""


class Row(NamedTuple):
    """Hold the reasons that refuse a span of time. Without any, it is offered."""

    span: str
    reasons: tuple[Reason, ...]


@method_decorator(cache_control(private=True, no_store=True), name="dispatch")
class ExplainView(ClinicClockMixin, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Explain a day to all who may see cases."""

    model = Case
    permission_required = "view"
    template_name = "bookings/desk/explain.html"
    header_icon = "help"
    page_title = gettext_lazy("Explain this day")

    def get_breadcrumbs_items(self):
        calendar = {"url": reverse("desk_calendar"), "label": _("Calendar")}
        return [*self.breadcrumbs_items, calendar, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        now = timezone.now()
        today = now.astimezone(self.zone).date()
        default = VisitType.get_default()
        known = {"day": today.isoformat(), "type": default.pk if default else ""}
        form = ExplainForm({**known, **self.request.GET.dict()}, today=today)
        context = {**super().get_context_data(**kwargs), "form": form}
        if not form.is_valid():
            return context
        day, visit_type = form.cleaned_data["day"], form.cleaned_data["type"]
        policy = self.policy.for_type(visit_type)
        return {
            **context,
            "day_text": format_dates_with_year(day, day),
            "visit_type": visit_type,
            "day_url": f"{reverse('desk_calendar')}?day={day}",
            "rows": describe(services.explain_day(policy, day, now), policy.rules, self.zone),
        }


def describe(times: Iterable[services.ExplainedTime], rules: SlotRules, zone: ZoneInfo) -> list[Row]:
    """Return the rows of a day. Quarter hours with the same reasons are one row."""
    rows = []
    for _key, group in groupby(times, key=lambda one: one[1:]):
        same = list(group)
        first, end = same[0].at.astimezone(zone), (same[-1].at + SLOT).astimezone(zone)
        rows.append(Row(f"{format_time(first)} – {format_time(end)}", tuple(get_reasons(same[0], rules, zone))))
    return rows


def get_reasons(one: services.ExplainedTime, rules: SlotRules, zone: ZoneInfo) -> list[Reason]:
    """Return why a quarter hour is not offered, or []."""
    if one.refusal is None:
        return []
    if one.refusal == Refusal.TAKEN:
        lacking = [Reason(str(NOBODY[ResourceKind(kind)])) for kind in one.lacking]
        return lacking + [describe_blocker(blocker, zone) for blocker in one.blockers]
    words = {
        Refusal.CLOSED: _("The clinic is closed."),
        Refusal.PAST_CLOSING: _("The clinic closes before a visit of %(minutes)d minutes would end."),
        Refusal.OFF_GRID: _("Visits start every %(grid)d minutes, counted from the hour."),
        Refusal.PAST: _("This time has passed."),
        Refusal.NOTICE: _("Too soon: patients book at least %(notice)d open minutes ahead. The desk can book it."),
        Refusal.HORIZON: _("Too far ahead: patients book up to %(horizon)d days ahead. The desk can book it."),
    }
    numbers = {
        "minutes": rules.visit_minutes,
        "grid": rules.grid_minutes,
        "notice": rules.notice_minutes,
        "horizon": rules.horizon_days,
    }
    return [Reason(words[one.refusal] % numbers)]


def describe_blocker(blocker: services.Blocker, zone: ZoneInfo) -> Reason:
    name = {"name": blocker.resource.name}
    if visit := blocker.visit:
        words = {**name, "reference": visit.case.reference, "start": format_short(visit.starts_at, zone)}
        text = _("%(name)s has visit %(reference)s, %(start)s.") % words
        return Reason(text, reverse("case:inspect", args=[visit.case_id]))
    if blocked := blocker.blocked_time:
        if blocked.reason:
            return Reason(_("%(name)s is blocked: %(reason)s") % {**name, "reason": blocked.reason})
        return Reason(_("%(name)s is blocked.") % name)
    return Reason(_("%(name)s is not there then.") % name)
