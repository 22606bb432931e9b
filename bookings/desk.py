"""The page of one request: what the patient wrote, what to do next, what happened so far."""

from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from clinic.models import ClinicProfile

from . import services
from .desk_forms import OwnerForm, StepForm, TimeForm, VersionForm
from .desk_people import PeopleActions
from .desk_time_actions import TimeActions
from .desk_times import (
    CaseTime,
    OnTheClinicsClock,
    answer_by,
    case_time,
    live_appointments,
    may_choose,
    quick_choices,
)
from .models import Case, ConsultationSettings, Event, EventKind, Message, MessageState, Status
from .waiting import age_in_words, unsent_messages, waiting_cases

# What a button says that takes a request to this status.
MOVES = {
    Status.NEW: gettext_lazy("Back to new"),
    Status.CONTACTING: gettext_lazy("Start contacting"),
    Status.SCHEDULED: gettext_lazy("Appointment made"),
    Status.ATTENDED: gettext_lazy("Patient came"),
    Status.TREATED: gettext_lazy("Treatment done"),
}
STALE = 409


class Move(NamedTuple):
    status: Status
    label: str


class Entry(NamedTuple):
    """One line of the timeline, in the words of the desk."""

    at: datetime
    who: str
    what: str
    text: str
    kind: str


@method_decorator(cache_control(private=True, no_store=True), name="dispatch")
class CaseView(
    OnTheClinicsClock, PeopleActions, TimeActions, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView
):
    """Seen by all who may see requests; changed by those who may. Nothing is looked up before that is settled."""

    model = Case
    permission_required = "view"
    template_name = "bookings/desk/case.html"
    header_icon = "requests"
    index_url_name = None
    inspect_url_name = None

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data())

    def post(self, request, *args, **kwargs):
        if not self.can_change:
            raise PermissionDenied
        # Buttons that say by their value what they are about.
        named = {
            "retry": self.retry_message,
            "book_at": self.book_offered_time,
            "link": self.link_patient,
            "unlink": self.unlink_patient,
        }
        for name, action in named.items():
            if name in request.POST:
                return action()
        actions = {
            "owner": self.change_owner,
            "take": self.change_owner,
            "confirm": self.confirm_time,
            "book": self.book_typed_time,
            "cancel": self.cancel_time,
            "let_out": self.let_out,
        }
        return actions.get(request.POST.get("action"), self.take_step)()

    # What the desk can do. Whatever is clicked, a typed note is kept: in the database, or on the page.

    def take_step(self):
        form = StepForm(self.request.POST)
        if not form.is_valid():
            messages.error(self.request, _("Nothing was saved yet: please look at the marked field."))
            return self.show_again(step_form=form)
        data = form.cleaned_data
        if not data["to_status"]:
            return self.attempt(lambda: self.add_note(data["note"]), done=_("Note saved."))
        return self.attempt(
            lambda: services.change_status(
                self.case.pk,
                data["to_status"],
                actor=self.request.user,
                expected_version=data["expected_version"],
                outcome=data["outcome"],
                note=data["note"],
            ),
            done=_("The request is now: %(status)s.") % {"status": Status(data["to_status"]).label},
        )

    def let_out(self):
        form = VersionForm(self.request.POST)
        if not form.is_valid():
            return self.refuse_time(_("Nothing was changed: please look again, then decide."))
        known = {
            "settings": ConsultationSettings.for_request(self.request),
            "profile": ClinicProfile.for_request(self.request),
            **self.as_actor(form),
        }
        return self.attempt(
            lambda: services.let_out(self.case.pk, **known),
            self.add_typed_note,
            done=_("The request is out of quarantine, and the patient gets her receipt."),
        )

    def change_owner(self):
        form = OwnerForm(self.owner_data())
        if not form.is_valid():
            messages.error(self.request, _("Nobody was assigned: please choose again."))
            return self.show_again()
        owner, version = form.cleaned_data["owner"], form.cleaned_data["expected_version"]
        return self.attempt(
            lambda: services.assign(self.case.pk, owner, actor=self.request.user, expected_version=version),
            self.add_typed_note,
            done=_("You look after this request now.") if owner == self.request.user else _("Assignment saved."),
        )

    def owner_data(self):
        data = self.request.POST.copy()
        if data["action"] == "take":
            data["owner"] = str(self.request.user.pk)
        return data

    def retry_message(self):
        pk = self.request.POST["retry"]
        message = get_object_or_404(Message, pk=pk if pk.isdecimal() else 0, case=self.case)
        return self.attempt(
            lambda: services.retry_message(message.pk, actor=self.request.user),
            self.add_typed_note,
            done=_("The mail will be tried again."),
        )

    def add_note(self, text: str):
        services.add_note(self.case.pk, text, actor=self.request.user)

    def add_typed_note(self):
        if note := self.request.POST.get("note", "").strip():
            self.add_note(note)

    def attempt(self, *changes, done: str):
        """Carry out service calls, all or none; on a refusal the page again, with what was typed."""
        try:
            with transaction.atomic():
                for change in changes:
                    change()
        except services.StaleCase:
            messages.warning(
                self.request,
                _(
                    "Somebody changed this request while you were looking at it. It is shown as it stands now, and "
                    "what you wrote is still here: look again, then decide."
                ),
            )
            return self.show_again(status=STALE)
        except services.TimeTaken as taken:
            return self.offer_nearest(taken)
        except services.BookingError as refusal:
            messages.error(self.request, str(refusal))
            return self.show_again()
        messages.success(self.request, done)
        return redirect(self.inspect_url_name, self.case.pk)

    def show_again(self, status: int = 200, **forms):
        self.__dict__.pop("case", None)  # it may have changed: look it up again
        typed = {name: self.request.POST.get(name, "") for name in ("note", "outcome", "start")}
        forms.setdefault("step_form", StepForm(initial=typed))
        forms.setdefault("time_form", TimeForm(initial=typed, zone=self.zone))
        return self.render_to_response(self.get_context_data(**forms), status=status)

    # What it sees

    @cached_property
    def case(self) -> Case:
        cases = Case.objects.select_related("owner", "patient").prefetch_related(live_appointments())
        return get_object_or_404(cases, pk=self.kwargs["pk"])

    @cached_property
    def can_change(self) -> bool:
        return self.user_has_permission("change")

    def get_page_title(self):
        # The reference, not the name: browsers keep titles in their history.
        return self.case.reference

    def get_breadcrumbs_items(self):
        requests = {"url": reverse(self.index_url_name), "label": _("Requests")}
        return [*self.breadcrumbs_items, requests, {"url": "", "label": self.case.reference}]

    def get_header_buttons(self):
        following = waiting_cases().exclude(pk=self.case.pk).first()
        if not following:
            return []
        url = reverse(self.inspect_url_name, args=[following.pk])
        label = {"aria-label": _("Next request that waits"), "title": _("Next request that waits")}
        return [HeaderButton(_("Next"), url=url, icon_name="arrow-right", attrs=label)]

    def get_context_data(self, **forms):
        now = timezone.now()
        case = self.case
        due = answer_by(case, self.calendar)
        time = case_time(case, self.calendar, now)
        return {
            **super().get_context_data(),
            "case": case,
            "age": age_in_words(case.created_at, now),
            "answer_by": self.calendar.words(due),
            "is_late": now >= due,
            "is_quarantined": case.status == Status.QUARANTINED,
            "wanted": self.calendar.words(case.wanted_start) if case.wanted_start else "",
            "time": time,
            "zone": self.zone,
            "treatments": case.treatments.all(),
            "consents": case.consents.all(),
            "timeline": [entry(event) for event in case.events.order_by("-at", "-pk")],
            "mails": self.mails(now),
            **self.people_context(),
            **(self.form_context(time, now, **forms) if self.can_change else {"can_change": False}),
        }

    def mails(self, now: datetime) -> list[Message]:
        unsent = set(unsent_messages(now).filter(case=self.case).values_list("pk", flat=True))
        mails = list(self.case.messages.all())
        for mail in mails:
            mail.is_unsent = mail.pk in unsent
            mail.was_given_up = mail.state == MessageState.FAILED
        return mails

    def form_context(self, time: CaseTime, now: datetime, step_form=None, **time_forms) -> dict[str, Any]:
        following = services.next_statuses(self.case)
        # While a time is kept, booking it makes the appointment: the status alone would let it lapse.
        left_out = {Status.CLOSED, Status.SCHEDULED} if time.is_kept and time.may_confirm else {Status.CLOSED}
        if time.state == "booked":
            left_out |= {Status.NEW, Status.CONTACTING}  # its time is cancelled first
        moves = [Move(status, MOVES[status]) for status in following if status not in left_out]
        has_next = bool(moves) and moves[0].status == following[0]
        goes_to_close_first = following[0] == Status.CLOSED
        return {
            "can_change": True,
            "step_form": step_form or StepForm(),
            "owner_form": OwnerForm(initial={"owner": self.case.owner_id}),
            "next_move": moves[0] if has_next else None,
            "other_moves": moves[1:] if has_next else moves,
            "can_close": Status.CLOSED in following,
            "closing_is_next": goes_to_close_first,
            "closing_is_open": goes_to_close_first or bool(step_form and step_form.errors.get("outcome")),
            **self.time_form_context(now, **time_forms),
        }

    def time_form_context(self, now: datetime, time_form=None, nearest=None) -> dict[str, Any]:
        form = time_form or TimeForm(zone=self.zone)
        offers_next = nearest is None and may_choose(self.case)
        return {
            "time_form": form,
            "choosing_is_open": nearest is not None or bool(form.errors or form.initial.get("start")),
            "nearest": nearest,
            "quick_choices": quick_choices(self.calendar, now) if offers_next else [],
        }


def entry(event: Event) -> Entry:
    if event.kind == EventKind.STATUS:
        what = f"{event.get_from_status_display()} → {event.get_to_status_display()}"
    else:
        what = event.get_kind_display()
    return Entry(event.at, event.actor_name or _("Patient or website"), what, event.text, event.kind)
