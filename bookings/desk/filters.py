"""Filter the desk's list."""

from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.utils import get_user_display_name

from bookings.models import (
    VISITS,
    Appointment,
    AppointmentState,
    Case,
    CaseKind,
    CaseTreatment,
    Status,
    Task,
    TaskKind,
)
from bookings.services import unconfirmed_holds
from clinic.models import ClinicProfile

from .queries import current_visits, unsent_messages

NOBODY = "null"
UNCONFIRMED = "unconfirmed"


def desk_users() -> QuerySet:
    """Return the users who may change cases or sign off complaints, and so can own one.

    Users who have left are included, since their cases remain.
    """
    permissions = Permission.objects.filter(
        content_type__app_label="bookings", codename__in=["change_case", "sign_off_case"]
    )
    is_on_the_desk = Q(groups__permissions__in=permissions) | Q(user_permissions__in=permissions) | Q(is_superuser=True)
    users = get_user_model().objects
    return users.filter(pk__in=users.filter(is_on_the_desk).values("pk")).order_by("first_name", "username")


def treatment_pages() -> QuerySet:
    """Return the treatment pages.

    The model comes from the foreign key, since this app does not import it.
    """
    pages = CaseTreatment._meta.get_field("page").related_model
    return pages.objects.order_by("title")


class BoundedChoiceMixin:
    """Refuse a number that is too large for the database as an unknown choice."""

    def clean(self, value):
        try:
            return super().clean(value)
        except OverflowError as error:
            raise ValidationError(_("Select a valid choice.")) from error


class UserChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, user):
        return get_user_display_name(user)


RadioFilter = partial(django_filters.ChoiceFilter, empty_label=_("All"), widget=forms.RadioSelect)

ANY = "any"
NO_VISIT = "none"


class DateRangeWidget(DateRangePickerWidget):
    """Give both dates a name. Wagtail's have a placeholder only, which is gone once a date is typed."""

    def __init__(self, *names):
        super().__init__()
        for widget, name in zip(self.widgets, names, strict=True):
            widget.attrs["aria-label"] = name


class LongSelect(forms.Select):
    """Write the options without a template for each: those of 500 treatments took half of the list's time."""

    def render(self, name, value, attrs=None, renderer=None):
        chosen = self.format_value(value)
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((key, mark_safe(" selected") if str(key) in chosen else "", label) for key, label in self.choices),
        )
        attributes = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        return format_html("<select{}>{}</select>", flatatt(attributes), options)


class CaseFilterSet(WagtailFilterSet):
    status = django_filters.MultipleChoiceFilter(
        label=_("Status"),
        choices=[*Status.choices, (ANY, _("Any status"))],
        widget=forms.CheckboxSelectMultiple,
        method="filter_status",
    )
    time = django_filters.MultipleChoiceFilter(
        label=_("Visit"),
        choices=[
            (UNCONFIRMED, _("Held, not confirmed")),
            *AppointmentState.choices,
            (NO_VISIT, _("None ahead")),
        ],
        widget=forms.CheckboxSelectMultiple,
        method="filter_time",
    )
    late = RadioFilter(label=_("Next due"), choices=[("late", _("Late"))], method="filter_late")
    # The choices of these two are read once for each list: see ``__init__``.
    treatment = django_filters.ChoiceFilter(
        label=_("Treatment"), empty_label=_("All"), method="filter_treatment", widget=LongSelect
    )
    owner = django_filters.ChoiceFilter(label=_("Owner"), empty_label=_("All"), method="filter_owner")
    received = django_filters.DateFromToRangeFilter(
        label=_("Received"), widget=DateRangeWidget(_("Received from"), _("Received to")), method="filter_received"
    )
    visit = django_filters.DateFromToRangeFilter(
        label=_("Visit date"),
        widget=DateRangeWidget(_("Visit date from"), _("Visit date to")),
        method="filter_visit",
    )
    messages = RadioFilter(
        label=_("Emails"),
        choices=[("unsent", _("Unsent"))],
        method="filter_messages",
    )

    kind = RadioFilter(label=_("Kind"), choices=CaseKind.choices)
    changed = RadioFilter(
        label=_("Changed by the patient"),
        choices=[("unseen", _("Not seen yet"))],
        method="filter_changed",
    )

    class Meta:
        model = Case
        fields = []

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.users = list(desk_users())
        names = [(str(user.pk), get_user_display_name(user)) for user in self.users]
        self.filters["owner"].extra["choices"] = [(NOBODY, _("Nobody")), *names]
        self.filters["treatment"].extra["choices"] = [
            (str(pk), title) for pk, title in treatment_pages().values_list("pk", "title")
        ]

    def filter_owner(self, cases, name, value):
        return cases.filter(owner=None if value == NOBODY else value)

    def filter_status(self, cases, name, values):
        return cases.filter(status__in=values) if values and ANY not in values else cases

    def filter_late(self, cases, name, value):
        return cases.filter(pk__in=Task.objects.open().filter(due_at__lte=timezone.now()).values("case"))

    def filter_treatment(self, cases, name, page):
        return cases.filter(pk__in=CaseTreatment.objects.filter(page=page).values("case"))

    def filter_received(self, cases, name, days):
        """Filter by the day received, on the clinic's clock, both days included."""
        zone = ClinicProfile.for_request(self.request).zone
        if days.start:
            cases = cases.filter(created_at__gte=in_zone(days.start, zone))
        if days.stop:
            cases = cases.filter(created_at__lte=in_zone(days.stop, zone))
        return cases

    def filter_visit(self, cases, name, days):
        """Filter by the local day of a visit that takes place, took place or was missed, both days included."""
        zone = ClinicProfile.for_request(self.request).zone
        visits = Appointment.objects.filter(state__in=(AppointmentState.HELD, *VISITS))
        if days.start:
            visits = visits.filter(starts_at__gte=in_zone(days.start, zone))
        if days.stop:
            visits = visits.filter(starts_at__lte=in_zone(days.stop, zone))
        return cases.filter(pk__in=visits.values("case"))

    def filter_messages(self, cases, name, value):
        return cases.filter(pk__in=unsent_messages(timezone.now()).values("case"))

    def filter_changed(self, cases, name, value):
        return cases.filter(pk__in=Task.objects.open().filter(kind=TaskKind.CHANGE_SEEN).values("case"))

    def filter_time(self, cases, name, values):
        """Filter by the state of a visit. A hold past its end counts as expired."""
        now, visits = timezone.now(), Q()
        states = set(values) - {UNCONFIRMED, NO_VISIT}
        if plain := states - {AppointmentState.HELD}:
            visits |= Q(state__in=plain)
        if AppointmentState.HELD in states:
            visits |= Q(state=AppointmentState.HELD, held_until__gt=now)
        if AppointmentState.EXPIRED in states:
            visits |= Q(state=AppointmentState.HELD, held_until__lte=now)
        if UNCONFIRMED in values:
            visits |= Q(pk__in=unconfirmed_holds(now).values("pk"))
        # One query, since PostgreSQL tries each of all cases when there are several with OR between them.
        wanted = Q(pk__in=Appointment.objects.filter(visits).values("case")) if visits else Q()
        if NO_VISIT in values:
            wanted |= ~Q(pk__in=current_visits(now).values("case"))
        return cases.filter(wanted)


def in_zone(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) at which the clock in ``zone`` shows this time.

    Near the first and the last year there may be none, so the time is taken as UTC.
    """
    try:
        return instant.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return instant.replace(tzinfo=UTC)
