"""Move a visit to another time, room or practitioner: where a block is dropped, or by a form."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from bookings import services
from bookings.models import Appointment, AppointmentState, Case, Resource, ResourceKind, Slot
from bookings.scheduling.formatting import format_short

from ..case_actions import NO_EMAIL, STALE, STALE_WORDS
from ..filters import BoundedChoiceMixin
from ..forms import ActionForm, StartField, WallTimeField
from ..labels import describe_unusual
from ..timeline import describe
from .busy import can_move
from .grid import find_day
from .views import CalendarPage

LABELS = {ResourceKind.ROOM: gettext_lazy("Room"), ResourceKind.PRACTITIONER: gettext_lazy("Practitioner")}


class ResourceField(BoundedChoiceMixin, forms.ModelChoiceField):
    pass


class MoveForm(ActionForm):
    """Take a time of the clinic's wall clock, or the instant at which a block was dropped.

    Without a room or a practitioner the visit keeps its own, if that is free then.
    """

    at = forms.CharField(required=False)
    # The start, and the kinds of obstacle that the question named.
    unusual = forms.CharField(required=False)

    def __init__(self, *args, zone, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["start"] = WallTimeField(zone=zone, label=_("Day and time"), required=False)
        for kind in ResourceKind:
            self.fields[kind.value] = ResourceField(
                label=LABELS[kind],
                queryset=Resource.objects.filter(kind=kind, is_active=True),
                required=False,
                empty_label=_("The same, or another one that is free"),
            )

    def clean_at(self):
        return StartField().clean(self.cleaned_data["at"]) if self.cleaned_data["at"] else None

    def clean_unusual(self):
        start, _space, kinds = self.cleaned_data["unusual"].partition(" ")
        return (StartField().clean(start), kinds.split(",")) if start else (None, [])

    def clean(self):
        """Put the start into ``start``, and the obstacles that the clerk has read into ``anyway``."""
        cleaned = super().clean()
        unusual, anyway = cleaned.get("unusual") or (None, [])
        start = unusual or cleaned.get("at")
        if start:
            self.errors.pop("start", None)  # A button or a drop names the time, whatever the field says.
        return {**cleaned, "start": start or cleaned.get("start"), "anyway": anyway}


class MoveView(CalendarPage):
    """Move the visit of a case, for those who may change cases."""

    template_name = "bookings/desk/calendar/move.html"
    url_name = "desk_move"

    def post(self, request, *args, **kwargs):
        if not self.can_change:
            raise PermissionDenied
        form = MoveForm(request.POST, zone=self.zone)
        if not form.is_valid():
            messages.error(request, _("The visit was not moved yet: please fix the marked field."))
            return self.show_again(form)
        try:
            case = self.move(form.cleaned_data)
        except services.StaleCaseError:
            messages.warning(request, STALE_WORDS)
            since = self.case.events.filter(version__gt=form.cleaned_data["expected_version"])
            changes = [describe(event, self.zone) for event in since.order_by("pk")]
            return self.show_again(form, status=STALE, changes=changes)
        except services.UnusualTimeError as unusual:
            messages.warning(request, _("Nothing was moved yet: please read the question below."))
            return self.show_again(form, unusual=describe_unusual(unusual.start, unusual.obstacles, self.zone))
        except services.TimeTakenError as taken:
            messages.error(request, str(taken))
            return self.show_again(form, nearest=taken.nearest)
        except services.BookingError as refusal:
            messages.error(request, str(refusal))
            return self.show_again(form)
        start = form.cleaned_data["start"]
        done = _("Moved to %(time)s.") % {"time": format_short(start, self.zone)}
        messages.success(request, done if case.email else f"{done} {NO_EMAIL}")
        day = find_day(start, self.policy.schedule)
        back = "desk_week" if request.GET.get("back") == "week" else "desk_calendar"
        return redirect(f"{self.get_url(back, day=day)}#case-{case.pk}")

    @transaction.atomic
    def move(self, data: dict[str, Any]) -> Case:
        """Move the visit, and return its case.

        Raise BookingError if it would not get the wanted room or practitioner: the service takes another one then.
        """
        wanted = [data[kind] for kind in ResourceKind if data[kind]]
        case = services.book(
            self.case.pk,
            data["start"],
            actor=self.request.user,
            expected_version=data["expected_version"],
            policy=self.policy,
            preferred=[resource.pk for resource in wanted],
            anyway=data["anyway"],
            note=data["note"],
        )
        got = set(Slot.objects.filter(appointment__in=case.appointments.live()).values_list("resource", flat=True))
        for resource in wanted:
            if resource.pk not in got:
                words = {"resource": resource.name}
                raise services.BookingError(_("%(resource)s cannot take this visit then. Nothing was moved.") % words)
        return case

    def show_again(self, form: MoveForm, status: int = 200, **context):
        """Show the form with what was typed, and the case as it is now."""
        for name in ("case", "visit"):
            self.__dict__.pop(name, None)
        return self.render_to_response(self.get_context_data(form=form, **context), status=status)

    @cached_property
    def case(self) -> Case:
        return get_object_or_404(Case, pk=self.kwargs["pk"])

    @cached_property
    def visit(self) -> Appointment | None:
        return self.case.appointments.live().select_related("visit_type").first()

    def get_page_title(self):
        # Browsers store titles in their history, so the title has no name in it.
        return _("Move the visit of %(case)s") % {"case": self.case.reference}

    def get_breadcrumbs_items(self):
        calendar = {"url": self.get_url("desk_calendar"), "label": _("Calendar")}
        return [*self.breadcrumbs_items, calendar, {"url": "", "label": self.case.reference}]

    def get_context_data(
        self, form: MoveForm | None = None, nearest: Iterable[datetime] = (), **kwargs
    ) -> dict[str, Any]:
        visit = self.visit
        if visit:
            visit.case = self.case
        may_move = self.can_change and visit is not None and can_move(visit, self.now)
        typed = form.cleaned_data if form is not None and form.is_bound and form.is_valid() else {}
        start = typed.get("start") or (visit.starts_at if visit else None)
        if form is None or typed:
            resources = {kind.value: typed[kind] for kind in ResourceKind if typed.get(kind)}
            note = {"note": typed.get("note", "")}
            form = MoveForm(initial={"start": self.to_wall(start), **note, **resources}, zone=self.zone)
        return {
            **super().get_context_data(**kwargs),
            "case": self.case,
            "visit": visit,
            "is_held": visit is not None and visit.state == AppointmentState.HELD,
            "moment": format_short(visit.starts_at, self.zone) if visit else "",
            "zone": self.zone,
            "case_url": reverse("case:inspect", args=[self.case.pk]),
            "may_move": may_move,
            "form": form,
            "resource_fields": [form[kind] for kind in (visit.visit_type.needs if visit else ())],
            "nearest": [(one.isoformat(), format_short(one, self.zone)) for one in nearest],
        }

    def to_wall(self, at: datetime | None) -> datetime | None:
        return at.astimezone(self.zone).replace(tzinfo=None) if at else None
