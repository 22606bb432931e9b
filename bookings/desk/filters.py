"""Filter the desk's list."""

from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.utils import get_user_display_name

from bookings.models import OPEN_STATUSES, VISITS, Appointment, AppointmentState, Case, CaseTreatment, Status, TaskKind
from bookings.services import unconfirmed_holds
from clinic.models import ClinicProfile

from .queries import current_visits, unsent_messages

NOBODY = "null"
UNCONFIRMED = "unconfirmed"


def desk_users() -> QuerySet:
    """Return the users who may change cases, and so can own one.

    Users who have left are included, since their cases remain.
    """
    may_change = Permission.objects.filter(content_type__app_label="bookings", codename="change_case")
    is_on_the_desk = Q(groups__permissions__in=may_change) | Q(user_permissions__in=may_change) | Q(is_superuser=True)
    users = get_user_model().objects
    return users.filter(pk__in=users.filter(is_on_the_desk).values("pk")).order_by("first_name", "username")


def treatment_pages(request) -> QuerySet:
    """Return the treatment pages.

    The model comes from the foreign key, since this app does not import it.
    """
    pages = CaseTreatment._meta.get_field("page").related_model
    return pages.objects.order_by("title").only("title")


class BoundedChoiceMixin:
    """Refuse a number that is too large for the database as an unknown choice."""

    def clean(self, value):
        try:
            return super().clean(value)
        except OverflowError as error:
            raise ValidationError(_("Select a valid choice.")) from error


class TreatmentField(BoundedChoiceMixin, django_filters.fields.ModelChoiceField):
    pass


class TreatmentFilter(django_filters.ModelChoiceFilter):
    field_class = TreatmentField


class UserChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, user):
        return get_user_display_name(user)


class OwnerField(django_filters.fields.ModelChoiceField):
    def label_from_instance(self, user):
        # The list of active filters asks for the label of the empty choice as well.
        return self.null_label if user == NOBODY else get_user_display_name(user)


class OwnerFilter(django_filters.ModelChoiceFilter):
    field_class = OwnerField


RadioFilter = partial(django_filters.ChoiceFilter, empty_label=_("All"), widget=forms.RadioSelect)

# In the order in which a case goes through them.
STAGES = [
    *((status.value, status.label) for status in Status if status != Status.CLOSED),
    *((state.value, state.label) for state in VISITS),
    (Status.CLOSED.value, Status.CLOSED.label),
]


class CaseFilterSet(WagtailFilterSet):
    status = django_filters.MultipleChoiceFilter(
        label=_("Status"), choices=STAGES, widget=forms.CheckboxSelectMultiple, method="filter_status"
    )
    treatment = TreatmentFilter(label=_("Treatment"), queryset=treatment_pages, method="filter_treatment")
    received = django_filters.DateFromToRangeFilter(
        label=_("Received"), widget=DateRangePickerWidget, method="filter_received"
    )
    owner = OwnerFilter(
        label=_("Owner"), queryset=lambda request: desk_users(), null_label=_("Nobody"), null_value=NOBODY
    )
    messages = RadioFilter(
        label=_("Emails"),
        choices=[("unsent", _("Unsent"))],
        method="filter_messages",
    )

    time = RadioFilter(
        label=_("Time"),
        choices=[
            ("held", _("Held")),
            (UNCONFIRMED, _("Held, not confirmed")),
            ("booked", _("Booked")),
            ("none", _("None")),
        ],
        method="filter_time",
    )

    kind = RadioFilter(
        label=_("Kind"),
        choices=[("complaint", _("Complaints"))],
    )
    changed = RadioFilter(
        label=_("Changed by the patient"),
        choices=[("unseen", _("Not seen yet"))],
        method="filter_changed",
    )

    class Meta:
        model = Case
        fields = []

    def filter_status(self, cases, name, values):
        """Filter by status, and by the state of the newest visit that counts."""
        wanted = Q(status__in=set(values) & set(Status.values))
        if states := set(values) & set(VISITS):
            wanted |= Q(status__in=OPEN_STATUSES, pk__in=Appointment.objects.filter(state__in=states).values("case"))
        return cases.filter(wanted) if values else cases

    def filter_treatment(self, cases, name, page):
        asked_for = CaseTreatment.objects.filter(case=OuterRef("pk"), page=page)
        return cases.filter(Exists(asked_for))

    def filter_received(self, cases, name, days):
        """Filter by the day received, on the clinic's clock, both days included."""
        zone = ClinicProfile.for_request(self.request).zone
        if days.start:
            cases = cases.filter(created_at__gte=in_zone(days.start, zone))
        if days.stop:
            cases = cases.filter(created_at__lte=in_zone(days.stop, zone))
        return cases

    def filter_messages(self, cases, name, value):
        return cases.filter(pk__in=unsent_messages(timezone.now()).values("case"))

    def filter_changed(self, cases, name, value):
        return cases.filter(tasks__kind=TaskKind.CHANGE_SEEN, tasks__closing_event__isnull=True)

    def filter_time(self, cases, name, value):
        if value == UNCONFIRMED:
            return cases.filter(pk__in=unconfirmed_holds(timezone.now()).values("case"))
        visits = current_visits(timezone.now()).filter(case=OuterRef("pk"))
        if value == "none":
            return cases.exclude(Exists(visits))
        state = AppointmentState.BOOKED if value == "booked" else AppointmentState.HELD
        return cases.filter(Exists(visits.filter(state=state)))


def in_zone(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) at which the clock in ``zone`` shows this time.

    Near the first and the last year there may be none, so the time is taken as UTC.
    """
    try:
        return instant.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return instant.replace(tzinfo=UTC)
