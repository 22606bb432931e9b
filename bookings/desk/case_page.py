"""Show a case: what the patient wrote, what to do next, what happened."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.generic import TemplateView
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from bookings import services
from bookings.models import (
    CONFIRMABLE,
    LIVE,
    OPEN_STATUSES,
    Appointment,
    AppointmentState,
    CallOutcome,
    Case,
    ConsultationSettings,
    Message,
    MessageState,
    Resource,
    Status,
    TaskKind,
)
from bookings.scheduling.formatting import format_age, format_short
from bookings.services.transitions import GONE, STEPS_BACK, is_unclear

from .access import ClinicClockMixin
from .case_actions import CaseActionsMixin
from .forms import ContactForm, EraseForm, OwnerForm, StepForm, TimeForm
from .queries import find_answer, unsent_messages, waiting_cases
from .timeline import describe

MAX_QUICK_CHOICES = 6
MAX_OTHER_CASES = 5
# The label of the button that takes a case to this stage.
STEPS = {
    Status.NEW: gettext_lazy("Back to new"),
    Status.CONTACTING: gettext_lazy("Start contacting"),
    AppointmentState.CHECKED_IN: gettext_lazy("Patient came"),
    AppointmentState.CONSULTED: gettext_lazy("Consultation done"),
    AppointmentState.TREATED: gettext_lazy("Treatment done"),
    AppointmentState.NO_SHOW: gettext_lazy("Did not come"),
}
# Steps that seldom come next: back, and to a patient who walks in without an appointment.
UNUSUAL = (
    *STEPS_BACK,
    (Status.CONTACTING, AppointmentState.CHECKED_IN),
    (AppointmentState.BOOKED, AppointmentState.NO_SHOW),
)
# The label where it depends on the stage before.
UNDO = {
    (AppointmentState.BOOKED, AppointmentState.TREATED): gettext_lazy("Patient came"),
    (AppointmentState.NO_SHOW, AppointmentState.BOOKED): gettext_lazy("Undo “Did not come”"),
    (AppointmentState.CHECKED_IN, AppointmentState.BOOKED): gettext_lazy("Undo “Patient came”"),
    (AppointmentState.CONSULTED, AppointmentState.CHECKED_IN): gettext_lazy("Undo “Consultation done”"),
    (AppointmentState.TREATED, AppointmentState.CHECKED_IN): gettext_lazy("Undo “Treatment done”"),
    (Status.CLOSED, Status.CONTACTING): gettext_lazy("Reopen"),
}


# The answers to "did the patient come?".
CAME = (
    AppointmentState.CHECKED_IN,
    AppointmentState.CONSULTED,
    AppointmentState.TREATED,
    AppointmentState.NO_SHOW,
)


class Button(NamedTuple):
    """Hold the value that a button sends, and its label."""

    value: str
    label: str


class OtherCase(NamedTuple):
    """Hold another case of the patient, or of a possible duplicate."""

    case: Case
    url: str
    stage: str = ""
    can_unlink: bool = False
    match: str = ""


@method_decorator(cache_control(private=True, no_store=True), name="dispatch")
class CaseView(ClinicClockMixin, CaseActionsMixin, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Show a case to all who may see cases; those who may change it act here."""

    model = Case
    permission_required = "view"
    template_name = "bookings/desk/case.html"
    header_icon = "requests"
    index_url_name = None
    inspect_url_name = None

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data())

    def show_again(self, status: int = 200, **forms):
        """Show the page with what was typed."""
        self.__dict__.pop("case", None)  # The case may have changed, so it is read again.
        typed = {name: value for name, value in self.request.POST.items() if name != "csrfmiddlewaretoken"}
        forms.setdefault("step_form", StepForm(initial=typed))
        forms.setdefault("time_form", TimeForm(initial=typed, zone=self.zone))
        if "new_name" in typed:
            forms.setdefault("contact_form", ContactForm(initial=typed, country=self.country))
        return self.render_to_response(self.get_context_data(**forms), status=status)

    @cached_property
    def case(self) -> Case:
        cases = Case.objects.select_related("owner", "patient").prefetch_related(services.prefetch_visits())
        return get_object_or_404(cases, pk=self.kwargs["pk"])

    @cached_property
    def can_change(self) -> bool:
        return self.user_has_permission("change")

    def get_page_title(self):
        # Browsers store titles in their history, so the title has no name in it.
        return self.case.reference

    def get_breadcrumbs_items(self):
        cases = {"url": reverse(self.index_url_name), "label": _("Cases")}
        return [*self.breadcrumbs_items, cases, {"url": "", "label": self.case.reference}]

    def get_header_buttons(self):
        following = waiting_cases().exclude(pk=self.case.pk).first()
        if not following:
            return []
        attrs = dict.fromkeys(("aria-label", "title"), _("Next waiting case"))
        return [HeaderButton(_("Next"), url=self.get_url(following), icon_name="arrow-right", attrs=attrs)]

    def get_url(self, case: Case) -> str:
        return reverse(self.inspect_url_name, args=[case.pk])

    def get_context_data(self, **forms):
        now, case = timezone.now(), self.case
        task = find_answer(case)
        change = next((task for task in case.get_open_tasks() if task.kind == TaskKind.CHANGE_SEEN), None)
        return {
            **super().get_context_data(),
            "case": case,
            "stage": services.get_stage(case).label,
            "age": format_age(task.counts_from, now) if task else "",
            "is_red": case.is_open_complaint,
            "changed": format_short(change.counts_from, self.zone) if change else "",
            "retention_months": ConsultationSettings.for_request(self.request).retention_months,
            "answers": [(one.value, one.label) for one in (CallOutcome.REACHED, CallOutcome.MESSAGE)] if task else (),
            "answer_by": format_short(task.due_at, self.zone) if task else "",
            "is_late": task is not None and now >= task.due_at,
            "is_quarantined": case.status == Status.QUARANTINED,
            "requested": format_short(case.requested_start, self.zone) if case.requested_start else "",
            "zone": self.zone,
            "treatments": case.treatments.all(),
            "consents": case.consents.all(),
            "timeline": [describe(event, self.zone) for event in case.events.order_by("-at", "-pk")],
            "emails": self.get_emails(now),
            "can_change": self.can_change,
            **self.get_time_context(now),
            **self.get_people_context(),
            **(self.get_form_context(now, **forms) if self.can_change else {}),
        }

    def get_emails(self, now: datetime) -> list[Message]:
        unsent = set(unsent_messages(now).filter(case=self.case).values_list("pk", flat=True))
        emails = list(self.case.messages.all())
        for email in emails:
            email.is_unsent = email.pk in unsent
            email.was_given_up = email.state == MessageState.FAILED
            email.can_retry = email.state in (MessageState.FAILED, MessageState.LIMITED)
        return emails

    def get_time_context(self, now: datetime) -> dict[str, Any]:
        """Return what the page says about the visits that count now."""
        visits = self.case.appointments.prefetch_related("slots__resource").order_by("pk")
        visits = services.find_current_visits(visits, now)
        has_rooms = Resource.objects.count() > 1
        live = next((visit for visit in visits if visit.get_state_at(now) in LIVE), None)
        # The visit that "Book this visit" is about is the live one, else the newest, which stands last.
        wanted = live or (visits[-1] if visits else None)
        is_open = self.case.status in OPEN_STATUSES
        in_question = live is not None and is_unclear(live, now)
        return {
            "visits": [self.describe_visit(visit, now, has_rooms) for visit in visits],
            "may_confirm": is_open and wanted is not None and wanted.state in CONFIRMABLE and wanted.starts_at > now,
            "may_cancel": live is not None and (live.state == AppointmentState.HELD or live.starts_at > now),
            "live_moment": format_short(live.starts_at, self.zone) if live else "",
            "is_unclear": in_question,
            "ends_by_closing": [
                format_short(visit.starts_at, self.zone)
                for visit in visits
                if visit.starts_at > now and visit.get_state_at(now) not in GONE
            ],
            "may_choose": is_open and not in_question,
        }

    def describe_visit(self, visit: Appointment, now: datetime, has_rooms: bool) -> dict[str, Any]:
        rooms = {slot.resource for slot in visit.slots.all()} if has_rooms else ()
        return {
            "state": visit.get_state_at(now),
            "label": visit.get_state_display(),
            "moment": format_short(visit.starts_at, self.zone),
            "held_until": format_short(visit.held_until, self.zone) if visit.held_until else "",
            "rooms": sorted(rooms, key=lambda resource: (resource.sort_order, resource.pk)),
        }

    def get_people_context(self) -> dict[str, Any]:
        others = [
            OtherCase(
                other,
                self.get_url(other),
                services.get_stage(other).label,
                can_unlink=other.patient_id != self.case.patient_id,
            )
            for other in services.other_cases(self.case)
        ]
        return {
            "other_cases": others[:MAX_OTHER_CASES],
            "older_cases": others[MAX_OTHER_CASES:],
            "possible_duplicates": [
                OtherCase(found.case, self.get_url(found.case), match=describe_match(found))
                for found in services.possible_duplicates(self.case)
            ],
        }

    def get_form_context(
        self,
        now: datetime,
        step_form=None,
        time_form=None,
        contact_form=None,
        erase_form=None,
        nearest: Iterable[datetime] | None = None,
        unusual: tuple[datetime, Iterable[services.Obstacle]] | None = None,
    ) -> dict[str, Any]:
        stage, following = services.get_stage(self.case), services.next_stages(self.case, now, self.zone)
        steps = [Button(to, UNDO.get((stage, to)) or STEPS[to]) for to in following if to != Status.CLOSED]
        closes_first = following[:1] == (Status.CLOSED,)
        is_forward = bool(steps) and not closes_first and (stage, steps[0].value) not in UNUSUAL
        time_form = time_form or TimeForm(zone=self.zone)
        contact = {f"new_{name}": getattr(self.case, name) for name in ("name", "email", "phone")}
        offers_next = nearest is None and self.case.status in OPEN_STATUSES
        return {
            "step_form": (step_form or StepForm()).offer(services.get_outcomes(self.case, now)),
            "contact_form": contact_form or ContactForm(initial=contact, country=self.country),
            "contact_is_open": self.request.POST.get("action") == "correct",
            "erase_form": erase_form or EraseForm(case=self.case),
            "erasing_is_open": erase_form is not None,
            "unusual": self.describe_unusual(*unusual) if unusual else None,
            "owner_form": OwnerForm(initial={"owner": self.case.owner_id}),
            "came_steps": [step for step in steps if step.value in CAME],
            "next_step": steps[0] if is_forward else None,
            "other_steps": steps[1:] if is_forward else steps,
            "can_close": Status.CLOSED in following,
            "closing_is_next": closes_first,
            "closing_is_open": closes_first or bool(step_form and step_form.errors.get("outcome")),
            "time_form": time_form,
            "choosing_is_open": nearest is not None
            or bool(unusual or time_form.errors or time_form.initial.get("start")),
            "nearest": None if nearest is None else self.get_time_buttons(nearest),
            "quick_choices": self.get_quick_choices(now) if offers_next else [],
        }

    def describe_unusual(self, start: datetime, obstacles: Iterable[services.Obstacle]) -> dict[str, Any]:
        """Return the question before a time that is not open for visits."""
        words = {
            "closed": _("The clinic is closed then."),
            "blocked": _("The time is blocked."),
        }
        texts = [
            _("%(name)s is not there then.") % {"name": one.reason}
            if one.kind == "away"
            else f"{words[one.kind]} {_('Reason: %(reason)s') % {'reason': one.reason}}"
            if one.reason
            else words[one.kind]
            for one in obstacles
        ]
        value = f"{start.isoformat()} {','.join(sorted({one.kind for one in obstacles}))}"
        return {"value": value, "moment": format_short(start, self.zone), "texts": texts}

    def get_time_buttons(self, starts: Iterable[datetime]) -> list[Button]:
        return [Button(start.isoformat(), format_short(start, self.zone)) for start in starts]

    def get_quick_choices(self, now: datetime) -> list[Button]:
        """Return the first free time of each of the next mornings and afternoons."""
        half_days: dict[tuple, datetime] = {}
        for free in services.free_starts(self.policy, now):
            local = free.at.astimezone(self.zone)
            half_days.setdefault((local.date(), local.hour < 12), free.at)
            if len(half_days) == MAX_QUICK_CHOICES:
                break
        return self.get_time_buttons(half_days.values())


def describe_match(found: services.Duplicate) -> str:
    """Return why two cases are possible duplicates."""
    if found.same_email and found.same_phone:
        return _("same email and phone")
    return _("same email") if found.same_email else _("same phone")
