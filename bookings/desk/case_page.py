"""Show a case: what the patient wrote, what to do next, what happened."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.generic import TemplateView
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from bookings import services
from bookings.models import (
    ATTENDED,
    LIVE,
    OPEN_STATUSES,
    WAITING,
    Appointment,
    AppointmentState,
    Case,
    Consent,
    Event,
    Message,
    MessageState,
    Patient,
    PatientLink,
    Resource,
    Slot,
    Status,
    Task,
    TaskKind,
    VisitType,
)
from bookings.scheduling.formatting import format_short
from bookings.scheduling.policy import BookingPolicy, Clock
from bookings.services.transitions import GONE, is_unclear
from clinic.site.context import site_context

from .access import ClinicClockMixin, get_desk_policy, get_visit_setup
from .allowed import Button, Buttons, allowed_actions, get_task_buttons
from .case_actions import CaseActionsMixin
from .forms import CallTimeForm, ContactForm, EraseForm, OwnerForm, StepForm, TimeForm, parse_pk
from .labels import describe_unusual, format_task_age
from .queries import unsent_messages
from .timeline import Entry, describe

MAX_QUICK_CHOICES = 6
MAX_OTHER_CASES = 5


class OtherCase(NamedTuple):
    """Hold another case of the patient, or of a possible duplicate."""

    case: Case
    url: str
    stage: str = ""
    can_unlink: bool = False
    match: str = ""


class Owed(NamedTuple):
    """Hold a line about something that is owed."""

    task: Task
    due: str
    opens: str
    moment: str
    is_late: bool
    buttons: list[Button]
    snooze: list[Button]
    asks_treatment: bool


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
        for name in ("case", "live"):  # The case may have changed, so it is read again.
            self.__dict__.pop(name, None)
        typed = {name: value for name, value in self.request.POST.items() if name != "csrfmiddlewaretoken"}
        forms.setdefault("step_form", StepForm(initial=typed))
        forms.setdefault("time_form", TimeForm(initial=typed, zone=self.zone))
        forms.setdefault("call_form", CallTimeForm(initial=typed, zone=self.zone))
        if "owner" in typed:
            forms.setdefault("owner_form", OwnerForm(initial=typed))
        if "new_name" in typed:
            forms.setdefault("contact_form", ContactForm(initial=typed, country=self.country))
        return self.render_to_response(self.get_context_data(**forms), status=status)

    @cached_property
    def case(self) -> Case:
        """Return the case with all that belongs to it, read at once."""
        slots = Prefetch("slots", Slot.objects.select_related("resource"))
        visits = Appointment.objects.select_related("visit_type", "treatment").prefetch_related(slots).order_by("pk")
        unsent = unsent_messages(timezone.now()).filter(pk=OuterRef("pk"))
        waiting = Task.objects.open().filter(kind__in=WAITING).exclude(case=OuterRef("pk"))
        cases = Case.objects.select_related("owner", "patient", "previous", "about").prefetch_related(
            Prefetch("appointments", visits),
            Prefetch("messages", Message.objects.annotate(is_unsent=Exists(unsent))),
            Prefetch("consents", Consent.objects.select_related("recorded_by")),
            "tasks",
            "treatments",
        )
        cases = cases.annotate(
            next_waiting=Subquery(waiting.order_by("due_at", "pk").values("case")[:1]),
            has_choice_of_rooms=Exists(Resource.objects.order_by()[1:2]),
            may_be_known=find_others(),
        )
        case = get_object_or_404(cases, pk=self.kwargs["pk"])
        by_key = {visit.pk: visit for visit in case.appointments.all()}
        case.current_appointments = [visit for visit in by_key.values() if visit.state not in GONE]
        case.open_tasks = [task for task in case.tasks.all() if task.is_open]
        for task in case.tasks.all():
            task.appointment = by_key.get(task.appointment_id)
        return case

    @cached_property
    def zone(self) -> ZoneInfo:
        return site_context(self.request).profile.zone

    @cached_property
    def policy(self) -> BookingPolicy:
        return get_desk_policy(self.request, next(iter(self.visit_types), None))

    @cached_property
    def visit_types(self) -> list[VisitType]:
        return get_visit_setup(self.request).visit_types

    @cached_property
    def live(self) -> Appointment | None:
        """Return the visit that is held or booked."""
        return next((visit for visit in self.case.appointments.all() if visit.state in LIVE), None)

    @property
    def clock(self) -> Clock:
        settings = get_visit_setup(self.request).settings
        return Clock.build(settings, site_context(self.request).schedule, self.zone)

    def get_page_title(self):
        # Browsers store titles in their history, so the title has no name in it.
        return self.case.reference

    def get_breadcrumbs_items(self):
        cases = {"url": reverse(self.index_url_name), "label": _("Cases")}
        return [*self.breadcrumbs_items, cases, {"url": "", "label": self.case.reference}]

    def get_header_buttons(self):
        buttons = []
        if services.may(self.request.user, "change"):
            url = f"{reverse('desk_new_case')}?patient={self.case.pk}"
            buttons.append(HeaderButton(_("New visit"), url=url, icon_name="plus"))
        if self.case.next_waiting:
            url = reverse(self.inspect_url_name, args=[self.case.next_waiting])
            attrs = dict.fromkeys(("aria-label", "title"), _("Next waiting case"))
            buttons.append(HeaderButton(_("Next"), url=url, icon_name="arrow-right", attrs=attrs))
        return buttons

    def get_url(self, case: Case) -> str:
        return reverse(self.inspect_url_name, args=[case.pk])

    def get_context_data(self, changes: Iterable[Event] = (), **forms):
        now, case = timezone.now(), self.case
        buttons = allowed_actions(case, self.request.user, now, self.clock)
        owed = self.get_owed(buttons, now)
        waiting = next((task for task in case.get_open_tasks() if task.kind in WAITING), None)
        change = next((task for task in case.get_open_tasks() if task.kind == TaskKind.CHANGE_SEEN), None)
        return {
            **super().get_context_data(),
            "case": case,
            "stage": services.get_stage(case).label,
            "age": format_task_age(waiting, now, self.clock) if waiting else "",
            "answer_by": format_short(waiting.due_at, self.zone) if waiting else "",
            "is_late": waiting is not None and now >= waiting.due_at,
            "is_red": case.is_open_complaint,
            "changed": format_short(change.counts_from, self.zone) if change else "",
            "changes": [describe(event, self.zone) for event in changes],
            "buttons": buttons,
            "may": set(buttons),
            "next": owed[0] if owed else None,
            "owed": owed,
            **get_case_steps(case, buttons),
            # These stand with the next step, and need not stand anywhere else.
            "calls_first": bool(owed) and set(buttons.get("call", ())) <= set(owed[0].buttons),
            "confirm_is_next": bool(owed) and set(buttons.get("confirm", ())) <= set(owed[0].buttons),
            "retention_months": get_visit_setup(self.request).settings.retention_months,
            "is_quarantined": case.status == Status.QUARANTINED,
            "requested": format_short(case.requested_start, self.zone) if case.requested_start else "",
            "about": format_short(case.about.starts_at, self.zone) if case.about else "",
            "zone": self.zone,
            "treatments": case.treatments.all(),
            "consents": case.consents.all(),
            "timeline": self.get_timeline(),
            "emails": self.get_emails(),
            **self.get_time_context(now, buttons),
            **self.get_people_context(),
            **(self.get_form_context(now, **forms) if buttons else {}),
        }

    def get_timeline(self) -> list[Entry]:
        settled = defaultdict(list)
        for task in self.case.tasks.all():
            settled[task.closing_event_id].append(task)
        events = self.case.events.order_by("-at", "-pk")
        return [describe(event, self.zone, settled[event.pk]) for event in events]

    def get_owed(self, buttons: Buttons, now: datetime) -> list[Owed]:
        """Return what is owed: what is to be done now at the front, then what is due first."""
        tasks = sorted(self.case.get_open_tasks(), key=lambda task: (task.opens_at > now, task.due_at, task.pk))
        return [
            Owed(
                task,
                format_short(task.due_at, self.zone),
                format_short(task.opens_at, self.zone) if task.opens_at > now else "",
                format_short(task.appointment.starts_at, self.zone) if task.appointment else "",
                task.due_at <= now,
                get_task_buttons(task, buttons),
                buttons.get(f"snooze-{task.pk}", []),
                asks_treatment(task, buttons),
            )
            for task in tasks
        ]

    def get_emails(self) -> list[Message]:
        emails = list(self.case.messages.all())
        for email in emails:
            email.was_given_up = email.state == MessageState.FAILED
            email.can_retry = email.state in (MessageState.FAILED, MessageState.LIMITED)
        return emails

    def get_time_context(self, now: datetime, buttons: Buttons) -> dict[str, Any]:
        """Return what the page says about the visits: those that count now, and the earlier ones."""
        every = list(self.case.appointments.all())
        current = services.find_current_visits(every, now)
        live = next((visit for visit in current if visit.get_state_at(now) in LIVE), None)
        came = [visit for visit in current if visit.state in (AppointmentState.CHECKED_IN, AppointmentState.CONSULTED)]
        return {
            "visits": [self.describe_visit(visit, now) for visit in current],
            # The steps of other visits stand with their tasks.
            "held_steps": buttons.get(f"visit-{live.pk}", []) if live and live.state == AppointmentState.HELD else [],
            "earlier_visits": [self.describe_visit(visit, now) for visit in every if visit not in current],
            "live_moment": format_short(live.starts_at, self.zone) if live else "",
            "is_unclear": live is not None and is_unclear(live, now),
            "treatment_to_book": self.find_treatment() if came and not live and "book" in buttons else None,
            "ends_by_closing": [
                format_short(visit.starts_at, self.zone)
                for visit in current
                if visit.starts_at > now and visit.get_state_at(now) not in GONE
            ],
        }

    def find_treatment(self) -> VisitType | None:
        return next((one for one in self.visit_types if one.is_treatment), None)

    def describe_visit(self, visit: Appointment, now: datetime) -> dict[str, Any]:
        rooms = {slot.resource for slot in visit.slots.all()} if self.case.has_choice_of_rooms else ()
        return {
            "state": visit.get_state_at(now),
            "label": visit.get_state_display(),
            "moment": format_short(visit.starts_at, self.zone),
            "held_until": format_short(visit.held_until, self.zone) if visit.held_until else "",
            "type": visit.done.name if len(self.visit_types) > 1 or visit.treatment else "",
            "rooms": sorted(rooms, key=lambda resource: (resource.sort_order, resource.pk)),
        }

    def get_people_context(self) -> dict[str, Any]:
        if not self.case.may_be_known:
            return {}
        people = services.find_people(self.case)
        others = [
            OtherCase(
                other,
                self.get_url(other),
                services.get_stage(other).label,
                can_unlink=other.patient_id != self.case.patient_id,
            )
            for other in people.other_cases
        ]
        return {
            "other_cases": others[:MAX_OTHER_CASES],
            "older_cases": others[MAX_OTHER_CASES:],
            "possible_duplicates": [
                OtherCase(found.case, self.get_url(found.case), match=describe_match(found))
                for found in people.possible_duplicates
            ],
        }

    def get_form_context(
        self,
        now: datetime,
        step_form=None,
        time_form=None,
        call_form=None,
        contact_form=None,
        erase_form=None,
        owner_form=None,
        booking: bool = False,
        nearest: Iterable[datetime] | None = None,
        unusual: tuple[datetime, Iterable[services.Obstacle]] | None = None,
    ) -> dict[str, Any]:
        outcomes = services.get_closing_outcomes(self.case, now)
        call_form = call_form or CallTimeForm(zone=self.zone)
        visit_type = self.get_visit_type()
        time_form = time_form or TimeForm(zone=self.zone)
        time_form.initial["visit_type"] = visit_type.pk if visit_type else None
        contact = {f"new_{name}": getattr(self.case, name) for name in ("name", "email", "phone")}
        time_form.fields["visit_type"].offer(self.visit_types)
        step_form = step_form or StepForm()
        step_form.fields["treatment"].offer([one for one in self.visit_types if one.is_treatment])
        # A case that has or had a time offers others when somebody asks for them.
        offers_next = nearest is None and self.case.status in OPEN_STATUSES
        offers_next = offers_next and (booking or not self.case.appointments.all())
        return {
            "step_form": step_form.offer(outcomes),
            "call_form": call_form,
            "call_is_open": bool(call_form.errors or call_form.initial.get("call_time")),
            "contact_form": contact_form or ContactForm(initial=contact, country=self.country),
            "contact_is_open": self.request.POST.get("action") == "correct",
            "erase_form": erase_form or EraseForm(case=self.case),
            "erasing_is_open": erase_form is not None,
            "unusual": describe_unusual(*unusual, self.zone) if unusual else None,
            # Who may own a case is read when somebody wants to choose.
            "owner_form": owner_form,
            "blocking": [] if outcomes else services.find_blocking(self.case, now),
            "closing_is_open": bool(
                step_form and (step_form.errors.get("outcome") or step_form.initial.get("outcome"))
            ),
            "time_form": time_form,
            "has_types": len(self.visit_types) > 1,
            "choosing_is_open": nearest is not None
            or booking
            or bool(unusual or time_form.errors or time_form.initial.get("start")),
            "nearest": None if nearest is None else self.get_time_buttons(nearest),
            "quick_choices": self.get_quick_choices(now, visit_type) if offers_next else [],
        }

    def get_visit_type(self) -> VisitType | None:
        """Return the type of visit that the page offers times for: the chosen one, else that of the visit.

        A visit that was canceled or has expired is booked again as what it was.
        """
        chosen = self.request.POST.get("times") or self.request.POST.get("visit_type") or ""
        known = [one for one in self.visit_types if one.pk == parse_pk(chosen)]
        visits = sorted(self.case.appointments.all(), key=lambda visit: (visit.state in LIVE, visit.pk))
        kept = [visit.visit_type for visit in visits[-1:] if visit.state not in ATTENDED]
        return next(iter([*known, *kept, *self.visit_types]), None)

    def get_time_buttons(self, starts: Iterable[datetime]) -> list[Button]:
        return [Button("book_at", start.isoformat(), format_short(start, self.zone)) for start in starts]

    def get_quick_choices(self, now: datetime, visit_type: VisitType | None) -> list[Button]:
        """Return the first free time of each of the next mornings and afternoons, of a repeat from its date on."""
        policy = self.policy.for_type(visit_type) if visit_type else self.policy
        half_days: dict[tuple, datetime] = {}
        may_be_early = services.may(self.request.user, "override")
        for free in services.free_starts(policy, now):
            if not may_be_early and self.case.is_early(free.at, self.zone):
                continue
            local = free.at.astimezone(self.zone)
            half_days.setdefault((local.date(), local.hour < 12), free.at)
            if len(half_days) == MAX_QUICK_CHOICES:
                break
        return self.get_time_buttons(half_days.values())


def find_others() -> Q:
    """Return whether there may be other cases of the patient, or possible duplicates. Most patients have none."""
    patient = OuterRef("patient")
    same_patient = Case.objects.filter(patient=patient).exclude(pk=OuterRef("pk"))
    others = Patient.objects.exclude(pk=patient)
    return (
        Q(Exists(same_patient.order_by()))
        | Q(Exists(PatientLink.objects.filter(first=patient).order_by()))
        | Q(Exists(PatientLink.objects.filter(second=patient).order_by()))
        | Q(Exists(others.exclude(email="").filter(email=Lower(OuterRef("email"))).order_by()))
        | Q(Exists(others.exclude(phone_e164="").filter(phone_e164=OuterRef("phone_e164")).order_by()))
    )


def get_case_steps(case: Case, buttons: Buttons) -> dict[str, list[Button]]:
    """Return the steps that are about no task: those that usually come next, and the others."""
    steps, others = buttons.get("case", []), [*buttons.get("walk_in", ()), *buttons.get("undo", ())]
    if case.status in (Status.NEW, Status.CLOSED):
        return {"main_steps": steps, "more_steps": others}
    return {"main_steps": [], "more_steps": [*others, *steps]}


def asks_treatment(task: Task, buttons: Buttons) -> bool:
    """Return whether "Treatment done" has to say which treatment it was."""
    if task.kind != TaskKind.RECORD_VISIT or task.appointment.visit_type.is_treatment:
        return False
    steps = buttons.get(f"visit-{task.appointment_id}", ())
    return any(button.value.startswith(AppointmentState.TREATED) for button in steps)


def describe_match(found: services.Duplicate) -> str:
    """Return why two cases are possible duplicates."""
    if found.same_email and found.same_phone:
        return _("same email and phone")
    return _("same email") if found.same_email else _("same phone")
