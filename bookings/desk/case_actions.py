"""Carry out the buttons of a case's page.

Each action is one form, one service call and one message to the clerk. A typed note goes along with every action.
A refused action shows the page again with what was typed.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

from django.core.cache import cache
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from bookings import services, triage
from bookings.models import (
    UNSENT,
    AppointmentState,
    CallOutcome,
    Case,
    Message,
    MessageKind,
    Outcome,
    Severity,
    Status,
)
from bookings.scheduling.formatting import format_short
from bookings.services.notifications import OF_THE_TIME
from bookings.services.transitions import GONE

from .forms import (
    ActionForm,
    AnywayForm,
    ButtonTimeForm,
    CallAtForm,
    CallForm,
    CallTimeForm,
    ContactForm,
    EraseForm,
    OwnerForm,
    SnoozeForm,
    StepForm,
    TimeForm,
    WellForm,
    parse_pk,
)
from .labels import NO_EMAIL, describe_missing

SEE_OTHER, FORBIDDEN, STALE = 303, 403, 409
STEP_FIELDS = {"note", "outcome", "treatment"}
# The same button pressed again so soon is a double click.
DOUBLE_CLICK = timedelta(seconds=10)
CALLED = {
    CallOutcome.REACHED: gettext_lazy("Recorded: reached. The clock has stopped."),
    CallOutcome.MESSAGE: gettext_lazy("Recorded: message sent. The clock has stopped."),
    CallOutcome.NO_ANSWER: gettext_lazy("Recorded: no answer."),
    CallOutcome.WRONG_NUMBER: gettext_lazy("Recorded: wrong number. Find another way to reach the patient."),
}
LOOK_AT_FIELD = gettext_lazy("Nothing was saved yet: please fix the marked field.")
STALE_WORDS = gettext_lazy(
    "This case has changed since you opened it, so nothing was done. What changed stands below, and what you wrote is "
    "still here: look again, then decide."
)


class CaseActionsMixin:
    """Carry out the buttons of ``CaseView``.

    The view provides ``case``, ``policy``, ``zone`` and ``country``.
    """

    # Another case, on which the desk goes on.
    goes_on: Case | None = None
    is_pressed_again = False

    def post(self, request, *args, **kwargs):
        action, argument = self._get_button()
        if not services.may(request.user, action.needs(self.case, argument)):
            messages.error(request, _("Nothing was done: you do not have permission for this."))
            return self.show_again(status=FORBIDDEN)
        if action.shows:
            return self.show_again(**action.shows(self))
        form = self._build_form(action.form)
        if not form.is_valid():
            messages.error(request, action.invalid)
            return self.show_invalid(form)
        data = form.cleaned_data
        common = {"actor": request.user, "expected_version": data["expected_version"], "note": data["note"]}
        self.is_pressed_again = self._note_press()
        try:
            done = action.run(self, argument, data, common)
        except services.BookingError as error:
            return self.show_refusal(error, data)
        messages.success(request, done)
        if action is ACTIONS["erase"]:
            return redirect(self.index_url_name)
        if self.goes_on:
            return HttpResponseRedirect(self.get_url(self.goes_on), status=SEE_OTHER)
        return redirect(self.inspect_url_name, self.case.pk)

    def show_refusal(self, error: services.BookingError, data: dict[str, Any]):
        """Show the page again with the reason why nothing was done."""
        if isinstance(error, services.StaleCaseError):
            return self.show_stale(data)
        if isinstance(error, services.UnusualTimeError):
            messages.warning(self.request, _("Nothing was booked yet: please read the question below."))
            return self.show_again(unusual=(error.start, error.obstacles))
        messages.error(self.request, str(error))
        if isinstance(error, services.NotAllowedError):
            return self.show_again(status=FORBIDDEN)
        return self.show_again(**{"nearest": error.nearest} if isinstance(error, services.TimeTakenError) else {})

    def show_invalid(self, form: ActionForm):
        for form_class, name in SHOWN_FORMS.items():
            if isinstance(form, form_class):
                return self.show_again(**{name: form})
        # The note and the outcome stand in one form, whatever button was pressed.
        return self.show_again(**{"step_form": StepForm(self.request.POST)} if form.errors.keys() & STEP_FIELDS else {})

    def show_stale(self, data: dict[str, Any]):
        """Say who changed what since the page was opened. A double click leads to the page as it is now."""
        since = self.case.events.filter(version__gt=data["expected_version"])
        changes = list(since.order_by("pk"))
        soon, user = timezone.now() - DOUBLE_CLICK, self.request.user
        is_own = changes and all(event.actor_id == user.pk and event.at > soon for event in changes)
        if is_own and self.is_pressed_again:
            return redirect(self.inspect_url_name, self.case.pk)
        messages.warning(self.request, STALE_WORDS)
        return self.show_again(status=STALE, changes=changes)

    def _note_press(self) -> bool:
        """Note what is sent, and return whether the user has sent exactly this a moment ago.

        Another button of an old page is not a double click, even if the user has changed the case themselves.
        """
        sent = sorted((name, values) for name, values in self.request.POST.lists() if name != "csrfmiddlewaretoken")
        digest = blake2b(repr(sent).encode(), digest_size=16).hexdigest()
        key = f"desk-pressed:{self.request.user.pk}:{self.case.pk}"
        before = cache.get(key)
        cache.set(key, digest, DOUBLE_CLICK.total_seconds())
        return before == digest

    def _get_button(self) -> "tuple[Action, str]":
        """Return the action of the button that was pressed, and its value.

        The Enter key presses the hidden button "typed": the field that was filled in says what is meant. Without a
        button, the action is to save the note.
        """
        post = self.request.POST
        for name in BUTTONS_WITH_VALUE:
            if name in post:
                return ACTIONS[name], post[name]
        name = post.get("action")
        if name == "typed":
            filled = [action for action, field in TYPED.items() if post.get(field)]
            name = filled[0] if len(filled) == 1 else "note"
        return ACTIONS.get(name, ACTIONS["note"]), ""

    def _build_form(self, form_class: type[ActionForm]) -> ActionForm:
        zone = {"zone": self.zone}
        known = {TimeForm: zone, CallTimeForm: zone, ContactForm: {"country": self.country}}
        known[EraseForm] = {"case": self.case}
        return form_class(self.request.POST, **known.get(form_class, {}))

    def _tell(self, done: str) -> str:
        """Return the message to the clerk after a change that the patient must hear of."""
        return done if self.case.email else f"{done} {NO_EMAIL}"

    def get_start(self, data: dict[str, Any]) -> tuple[datetime, list[str]]:
        """Return the time to book, and the obstacles that the clerk has read."""
        return data.get("book_anyway") or (data.get("book_at") or data["start"], [])

    # Each action returns the message to the clerk.

    def add_note(self, argument: str, data: dict[str, Any], common: dict[str, Any]) -> str:
        services.add_note(self.case.pk, data["note"], actor=common["actor"])
        return _("Note saved.")

    def take_step(self, argument, data, common):
        ahead = self.case.appointments.exclude(state__in=GONE).filter(starts_at__gt=timezone.now())
        had_visit = ahead.exists()
        to_status, outcome = data["to_status"], data["outcome"]
        case = services.change_stage(
            self.case.pk,
            to_status,
            outcome=outcome,
            policy=self.policy,
            visit_id=data["visit_id"],
            treatment=data["treatment"],
            **common,
        )
        done = _("The case is now: %(status)s.") % {"status": services.get_stage(case).label}
        if to_status == AppointmentState.CHECKED_IN:
            done = " ".join([done, *describe_missing(services.get_visit(case))])
        return self._tell(done) if to_status == Status.CLOSED and had_visit else done

    def sign_off(self, argument, data, common):
        if not self.case.is_medical_complaint:
            raise services.BookingError(_("Only a medical complaint is signed off."))
        services.change_stage(self.case.pk, Status.CLOSED, outcome=Outcome.RESOLVED, policy=self.policy, **common)
        return _("The complaint is signed off, and the case is closed.")

    def record_call(self, argument, data, common):
        services.record_call(self.case.pk, data["answered"], **common)
        return CALLED[CallOutcome(data["answered"])]

    def call_again(self, argument, data, common):
        at = data.get("call_at") or data["call_time"]
        services.record_call(self.case.pk, CallOutcome.LATER, at=at, **common)
        return _("Call again: %(time)s.") % {"time": format_short(at, self.zone)}

    def give_up(self, argument, data, common):
        services.give_up(self.case.pk, **common)
        if not self.case.email:
            return _("The case is closed.")
        return _("The case is closed, and the patient gets an email.")

    def check_on(self, argument, data, common):
        is_well, visit_id = data["well"]
        if is_well is None:
            services.stop_asking(self.case.pk, visit_id=visit_id, **common)
            return _("Recorded: the patient could not be asked.")
        _case, self.goes_on = services.check_on(self.case.pk, is_well=is_well, visit_id=visit_id, **common)
        if is_well:
            return _("Recorded: the patient is well.")
        return _("This is the complaint. Call the patient, or ask a clinician to.")

    def open_repeat(self, argument, data, common):
        visit_id = parse_pk(argument)
        _case, self.goes_on = services.open_repeat(self.case.pk, visit_id=visit_id, **common)
        return _("This is the repeat. Call the patient about a time.")

    def decline_repeat(self, argument, data, common):
        services.decline_repeat(self.case.pk, visit_id=parse_pk(argument), **common)
        return _("Recorded: the patient wants no repeat.")

    def set_severity(self, argument, data, common):
        case = services.set_severity(self.case.pk, argument, **common)
        return _("The complaint is now: %(severity)s.") % {"severity": case.get_severity_display()}

    def snooze(self, argument, data, common):
        task_id, until = data["snooze"]
        services.snooze(self.case.pk, until, task_id=task_id, **common)
        return _("Put off until %(time)s.") % {"time": format_short(until, self.zone)}

    def confirm(self, argument, data, common):
        services.confirm(self.case.pk, policy=self.policy, **common)
        return self._tell(_("The visit is booked."))

    def book(self, argument, data, common):
        start, anyway = self.get_start(data)
        services.book(self.case.pk, start, policy=self.policy, visit_type=data["visit_type"], anyway=anyway, **common)
        return self._tell(_("Booked: %(time)s.") % {"time": format_short(start, self.zone)})

    def cancel(self, argument, data, common):
        services.cancel(self.case.pk, policy=self.policy, **common)
        return self._tell(_("The visit is canceled. The case stays open."))

    def mark_seen(self, argument, data, common):
        services.mark_seen(self.case.pk, **common)
        return _("Marked as seen.")

    def correct(self, argument, data, common):
        case = services.correct_contact(
            self.case.pk,
            name=data["new_name"],
            email=data["new_email"],
            phone=data["new_phone"],
            phone_e164=data["phone_e164"],
            **common,
        )
        done = _("The contact details are corrected.")
        return f"{done} {NO_EMAIL}" if self.case.email and not case.email else done

    def revoke(self, argument, data, common):
        services.revoke_links(self.case.pk, **common)
        return _("The links in all earlier emails no longer work.")

    def withdraw(self, argument, data, common):
        unsent = self.case.messages.filter(state__in=UNSENT, kind__in=(*OF_THE_TIME, MessageKind.EXPIRED))
        kinds = set(unsent.values_list("kind", flat=True)) - {MessageKind.REMINDER}
        services.withdraw_consent(self.case.pk, **common)
        done = _("The consent is withdrawn. Only what you or the patient change from now on is still sent.")
        untold = _("The email about the time was still waiting and will not be sent. Tell the patient by phone.")
        return f"{done} {untold}" if kinds else done

    def erase(self, argument, data, common):
        services.erase(self.case.pk, actor=common["actor"], expected_version=common["expected_version"])
        return _("The request %(reference)s is deleted.") % {"reference": self.case.reference}

    def assign(self, argument, data, common):
        services.assign(self.case.pk, data["owner"], **common)
        return _("You own this case now.") if data["owner"] == common["actor"] else _("Owner saved.")

    def assign_to_me(self, argument, data, common):
        services.assign(self.case.pk, common["actor"], **common)
        return _("You own this case now.")

    def release(self, argument, data, common):
        services.release_from_quarantine(self.case.pk, policy=self.policy, **common)
        if not self.case.email:
            return f"{_('The case is out of quarantine.')} {NO_EMAIL}"
        return _("The case is out of quarantine, and the patient gets their receipt.")

    def retry(self, argument, data, common):
        message = get_object_or_404(Message, pk=parse_pk(argument), case=self.case)
        services.retry_message(message.pk, actor=common["actor"], note=common["note"])
        return _("The message is queued again.")

    def link(self, argument, data, common):
        other = get_object_or_404(Case, pk=parse_pk(argument))
        services.link(self.case.pk, other.pk, **common)
        return _("Linked with %(reference)s.") % {"reference": other.reference}

    def unlink(self, argument, data, common):
        other = get_object_or_404(Case, pk=parse_pk(argument))
        services.unlink(self.case.pk, other.pk, **common)
        return _("The link with %(reference)s is undone.") % {"reference": other.reference}


def get_step_permission(case: Case, value: str) -> str:
    """Return the permission that a step, or another severity, needs.

    Clinicians record visits, and close medical complaints or make them less urgent.
    """
    if value in Severity.values:
        return "note" if triage.get_worse(case.severity, value) != case.severity else "sign_off"
    stage = value.partition(":")[0]
    if stage in AppointmentState.values:
        return "treat"
    return "sign_off" if stage == Status.CLOSED and case.is_medical_complaint else "change"


class Action(NamedTuple):
    """Hold a button's form, its method, the message for an invalid form, and the permission that it needs.

    Without a permission it is that of the step.
    """

    form: type[ActionForm]
    run: Callable[[Any, str, dict[str, Any], dict[str, Any]], str]
    invalid: Any = gettext_lazy("Nothing was changed: please try again.")
    permission: str = "change"
    # What the page shows instead, when the button only asks for more choices.
    shows: Callable[[Any], dict[str, Any]] | None = None

    def needs(self, case: Case, value: str) -> str:
        return self.permission or get_step_permission(case, value)


def show_owners(view: Any) -> dict[str, Any]:
    return {"owner_form": OwnerForm(initial={"owner": view.case.owner_id})}


NO_TIME, NO_TIME_YET = (
    gettext_lazy("No time was booked: please choose again."),
    gettext_lazy("No time was booked yet: please fix the marked field."),
)
NO_CALL, NO_CALL_YET = (
    gettext_lazy("No call was planned: please choose again."),
    gettext_lazy("No call was planned yet: please fix the marked field."),
)
ACTIONS = {
    "note": Action(StepForm, CaseActionsMixin.add_note, LOOK_AT_FIELD, "note"),
    "to_status": Action(StepForm, CaseActionsMixin.take_step, LOOK_AT_FIELD, ""),
    "sign_off": Action(ActionForm, CaseActionsMixin.sign_off, LOOK_AT_FIELD, "sign_off"),
    "answered": Action(CallForm, CaseActionsMixin.record_call, LOOK_AT_FIELD),
    "call_at": Action(CallAtForm, CaseActionsMixin.call_again, NO_CALL),
    "later": Action(CallTimeForm, CaseActionsMixin.call_again, NO_CALL_YET),
    "give_up": Action(ActionForm, CaseActionsMixin.give_up, LOOK_AT_FIELD),
    "well": Action(WellForm, CaseActionsMixin.check_on, LOOK_AT_FIELD),
    "open_repeat": Action(ActionForm, CaseActionsMixin.open_repeat, LOOK_AT_FIELD),
    "decline_repeat": Action(ActionForm, CaseActionsMixin.decline_repeat, LOOK_AT_FIELD),
    "severity": Action(ActionForm, CaseActionsMixin.set_severity, LOOK_AT_FIELD, ""),
    "snooze": Action(SnoozeForm, CaseActionsMixin.snooze),
    "confirm": Action(ActionForm, CaseActionsMixin.confirm, LOOK_AT_FIELD),
    "times": Action(ActionForm, CaseActionsMixin.book, shows=lambda view: {"booking": True}),
    "book": Action(TimeForm, CaseActionsMixin.book, NO_TIME_YET),
    "book_at": Action(ButtonTimeForm, CaseActionsMixin.book, NO_TIME),
    "book_anyway": Action(AnywayForm, CaseActionsMixin.book, NO_TIME),
    "cancel": Action(ActionForm, CaseActionsMixin.cancel, LOOK_AT_FIELD),
    "owner": Action(OwnerForm, CaseActionsMixin.assign, gettext_lazy("No owner was saved: please choose again.")),
    "owners": Action(ActionForm, CaseActionsMixin.assign, shows=show_owners),
    "take": Action(ActionForm, CaseActionsMixin.assign_to_me),
    "seen": Action(ActionForm, CaseActionsMixin.mark_seen, LOOK_AT_FIELD),
    "correct": Action(
        ContactForm, CaseActionsMixin.correct, gettext_lazy("Nothing was corrected yet: please fix the marked field.")
    ),
    "revoke": Action(ActionForm, CaseActionsMixin.revoke),
    "withdraw": Action(ActionForm, CaseActionsMixin.withdraw),
    "erase": Action(EraseForm, CaseActionsMixin.erase, gettext_lazy("Nothing was deleted: type the reference.")),
    "release": Action(ActionForm, CaseActionsMixin.release),
    "retry": Action(ActionForm, CaseActionsMixin.retry),
    "link": Action(ActionForm, CaseActionsMixin.link),
    "unlink": Action(ActionForm, CaseActionsMixin.unlink),
}
# These buttons send their argument as their value. The others are values of ``action``.
BUTTONS_WITH_VALUE = (
    "retry",
    "times",
    "book_at",
    "book_anyway",
    "answered",
    "call_at",
    "well",
    "open_repeat",
    "decline_repeat",
    "severity",
    "snooze",
    "link",
    "unlink",
    "to_status",
)
# What the Enter key does in a field of the page.
TYPED = {"book": "start", "later": "call_time"}
# The page shows these forms again under these names.
SHOWN_FORMS = {
    TimeForm: "time_form",
    CallTimeForm: "call_form",
    ContactForm: "contact_form",
    EraseForm: "erase_form",
    OwnerForm: "owner_form",
}
