"""Show, add and end the times that are blocked again and again."""

from collections.abc import Iterable
from datetime import time
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin

from bookings import services
from bookings.contact_details import LineField
from bookings.models import Appointment, BlockedTimeRule, Case, Resource
from bookings.scheduling.formatting import format_short
from clinic.hours.formatting import format_dates_with_year, format_time

from .access import ClinicClockMixin
from .forms import SLOT_MINUTES, ResourcesField, parse_pk

EVERY_WEEK = ""


class QuarterHourField(forms.TimeField):
    """Clean a wall-clock time on a quarter hour."""

    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": SLOT_MINUTES * 60})

    def clean(self, value):
        typed: time = super().clean(value)
        if typed and (typed.minute % SLOT_MINUTES or typed.second or typed.microsecond):
            raise ValidationError(_("Times start on the hour, or at a quarter past, half past or a quarter to."))
        return typed


class BlockRuleForm(forms.Form):
    """Block a time of the clinic's wall clock on some days of the week."""

    resources = ResourcesField(
        label=gettext_lazy("Where"),
        queryset=None,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On"),
        coerce=int,
        choices=list(WEEKDAYS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one day of the week.")},
    )
    nth = forms.TypedChoiceField(
        label=gettext_lazy("How often"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[
            (EVERY_WEEK, gettext_lazy("Every week")),
            *((nth.value, nth.label) for nth in BlockedTimeRule.Nth),
        ],
        help_text=gettext_lazy("Or only the first, second … of these days in each month."),
    )
    starts = QuarterHourField(label=gettext_lazy("From"))
    ends = QuarterHourField(
        label=gettext_lazy("Until"), help_text=gettext_lazy("12 am, midnight, is the end of the day.")
    )
    first_day = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy("Leave it blank if it goes on until further notice."),
    )
    reason = LineField(
        label=gettext_lazy("Reason"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Only staff can see it."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["resources"].queryset = Resource.objects.all()


class InTheWay(NamedTuple):
    """Hold a visit in a blocked time as a link to its case."""

    moment: str
    name: str
    url: str


class RuleLine(NamedTuple):
    """Hold a rule in words, with the visits in its way."""

    rule: BlockedTimeRule
    days: str
    span: str
    dates: str
    where: str
    in_the_way: list[InTheWay]


@method_decorator(cache_control(private=True, no_store=True), name="dispatch")
class BlockRulesView(ClinicClockMixin, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Show the rules to all who may see cases. Those who may change cases add and end them."""

    model = Case
    permission_required = "view"
    template_name = "bookings/desk/block_rules.html"
    header_icon = "rotate"
    page_title = gettext_lazy("Repeated blocked times")

    def get_breadcrumbs_items(self):
        calendar = {"url": reverse("desk_calendar"), "label": _("Calendar")}
        return [*self.breadcrumbs_items, calendar, {"url": "", "label": self.page_title}]

    def post(self, request, *args, **kwargs):
        if not self.user_has_permission("change"):
            raise PermissionDenied
        return self.end(request.POST["end"]) if "end" in request.POST else self.add()

    def add(self):
        form = BlockRuleForm(self.request.POST)
        if not form.is_valid():
            messages.error(self.request, _("Nothing was blocked yet: please fix the marked fields."))
            return self.render_to_response(self.get_context_data(form=form))
        data = form.cleaned_data
        resources = [resource.pk for resource in data.pop("resources")]
        try:
            rule = services.add_block_rule(resources, actor=self.request.user, **data)
        except services.BookingError as refusal:
            messages.error(self.request, str(refusal))
            return self.render_to_response(self.get_context_data(form=form))
        messages.success(self.request, _("The time is blocked again and again."))
        if services.find_visits_in_the_way([rule], timezone.now())[rule.pk]:
            messages.warning(self.request, _("Visits are in the way. They stay booked; see the list below."))
        return redirect("desk_block_rules")

    def end(self, typed: str):
        pk = parse_pk(typed)
        if BlockedTimeRule.objects.filter(pk=pk).exists():
            services.end_block_rule(pk)
            messages.success(self.request, _("The time is no longer blocked from now on."))
        else:
            messages.error(self.request, _("Nothing was ended: there is no such repeated blocked time."))
        return redirect("desk_block_rules")

    def get_context_data(self, form: BlockRuleForm | None = None, **kwargs) -> dict[str, Any]:
        now = timezone.now()
        today = now.astimezone(self.zone).date()
        going_on = Q(last_day=None) | Q(last_day__gt=today) | Q(last_day=today, blocked_times__ends_at__gt=now)
        rules = BlockedTimeRule.objects.filter(going_on).distinct().prefetch_related("resources")
        in_the_way = services.find_visits_in_the_way(rules, now)
        can_change = self.user_has_permission("change")
        return {
            **super().get_context_data(**kwargs),
            "lines": [self.get_line(rule, in_the_way[rule.pk]) for rule in rules],
            "can_change": can_change,
            "form": (form or BlockRuleForm(initial={"first_day": today})) if can_change else None,
        }

    def get_line(self, rule: BlockedTimeRule, visits: Iterable[Appointment]) -> RuleLine:
        if rule.last_day:
            dates = format_dates_with_year(rule.first_day, rule.last_day)
        else:
            dates = _("From %(day)s") % {"day": format_dates_with_year(rule.first_day, rule.first_day)}
        return RuleLine(
            rule,
            describe_days(rule),
            f"{format_time(rule.starts)} – {format_time(rule.ends)}",
            dates,
            ", ".join(resource.name for resource in rule.resources.all()),
            [
                InTheWay(
                    format_short(visit.starts_at, self.zone),
                    visit.case.name,
                    reverse("case:inspect", args=[visit.case_id]),
                )
                for visit in visits
            ],
        )


def describe_days(rule: BlockedTimeRule) -> str:
    """Return on which days a rule blocks a time, such as "Every Monday, Friday"."""
    if rule.nth is None and len(rule.weekdays) == len(WEEKDAYS):
        return _("Every day")
    days = ", ".join(str(WEEKDAYS[day]) for day in rule.weekdays)
    if rule.nth is None:
        return _("Every %(days)s") % {"days": days}
    return _("Every %(nth)s %(days)s of the month") % {"nth": rule.get_nth_display(), "days": days}
