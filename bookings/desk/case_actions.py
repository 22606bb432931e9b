"""Carry out the buttons of a case's page.

Each action is one form, one service call and one message to the clerk. A typed note goes along with every action.
A refused action shows the page again with what was typed.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from bookings import services
from bookings.models import UNSENT, AppointmentState, Case, Message, MessageKind, Status
from bookings.scheduling.formatting import format_short
from bookings.services.notifications import OF_THE_TIME
from bookings.services.transitions import GONE

from .forms import (
    ActionForm,
    AnswerForm,
    AnywayForm,
    ButtonTimeForm,
    ContactForm,
    EraseForm,
    OwnerForm,
    StepForm,
    TimeForm,
)

STALE = 409
STEP_FIELDS = {"note", "outcome"}
NO_EMAIL = gettext_lazy("No email: tell the patient by phone.")
LOOK_AT_FIELD = gettext_lazy("Nothing was saved yet: please fix the marked field.")
STALE_WORDS = gettext_lazy(
    "Someone changed this case while you were looking at it. This is the case as it is now, and what you wrote is "
    "still here: look again, then decide."
)


class CaseActionsMixin:
    """Carry out the buttons of ``CaseView``.

    The view provides ``case``, ``policy``, ``zone``, ``country`` and ``can_change``.
    """

    def post(self, request, *args, **kwargs):
        if not self.can_change:
            raise PermissionDenied
        action, argument = self._get_button()
        form = self._build_form(action.form)
        if not form.is_valid():
            messages.error(request, action.invalid)
            for form_class, name in SHOWN_FORMS.items():
                if isinstance(form, form_class):
                    return self.show_again(**{name: form})
            # The note and the outcome stand in one form, whatever button was pressed.
            return self.show_again(**{"step_form": StepForm(request.POST)} if form.errors.keys() & STEP_FIELDS else {})
        data = form.cleaned_data
        common = {"actor": request.user, "expected_version": data["expected_version"], "note": data["note"]}
        try:
            done = action.run(self, argument, data, common)
        except services.StaleCaseError:
            messages.warning(request, STALE_WORDS)
            return self.show_again(status=STALE)
        except services.UnusualTimeError as unusual:
            messages.warning(request, _("Nothing was booked yet: please read the question below."))
            return self.show_again(unusual=(unusual.start, unusual.obstacles))
        except services.TimeTakenError as taken:
            messages.error(request, str(taken))
            return self.show_again(nearest=taken.nearest)
        except services.BookingError as refusal:
            messages.error(request, str(refusal))
            return self.show_again()
        messages.success(request, done)
        if action is ACTIONS["erase"]:
            return redirect(self.index_url_name)
        return redirect(self.inspect_url_name, self.case.pk)

    def _get_button(self) -> "tuple[Action, str]":
        """Return the action of the button that was pressed, and its value.

        Without a button, the action is to save the note.
        """
        post = self.request.POST
        for name in BUTTONS_WITH_VALUE:
            if name in post:
                return ACTIONS[name], post[name]
        return ACTIONS.get(post.get("action"), ACTIONS["note"]), ""

    def _build_form(self, form_class: type[ActionForm]) -> ActionForm:
        known = {TimeForm: {"zone": self.zone}, ContactForm: {"country": self.country}, EraseForm: {"case": self.case}}
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
        case = services.change_stage(self.case.pk, to_status, outcome=outcome, policy=self.policy, **common)
        done = _("The case is now: %(status)s.") % {"status": services.get_stage(case).label}
        if to_status == AppointmentState.CHECKED_IN and not services.get_visit(case).slots.exists():
            done = f"{done} {_('No room is free then. The visit has none, and the calendar shows it under “No room”.')}"
        return self._tell(done) if to_status == Status.CLOSED and had_visit else done

    def answer(self, argument, data, common):
        services.record_call(self.case.pk, data["answered"], **common)
        return _("The answer is recorded, and the clock has stopped.")

    def confirm(self, argument, data, common):
        services.confirm(self.case.pk, policy=self.policy, **common)
        return self._tell(_("The visit is booked."))

    def book(self, argument, data, common):
        start, anyway = self.get_start(data)
        services.book(self.case.pk, start, policy=self.policy, anyway=anyway, **common)
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
        message = get_object_or_404(Message, pk=_parse_pk(argument), case=self.case)
        services.retry_message(message.pk, actor=common["actor"], note=common["note"])
        return _("The message is queued again.")

    def link(self, argument, data, common):
        other = get_object_or_404(Case, pk=_parse_pk(argument))
        services.link(self.case.pk, other.pk, **common)
        return _("Linked with %(reference)s.") % {"reference": other.reference}

    def unlink(self, argument, data, common):
        other = get_object_or_404(Case, pk=_parse_pk(argument))
        services.unlink(self.case.pk, other.pk, **common)
        return _("The link with %(reference)s is undone.") % {"reference": other.reference}


class Action(NamedTuple):
    """Hold a button's form, its method, and the message for an invalid form."""

    form: type[ActionForm]
    run: Callable[[Any, str, dict[str, Any], dict[str, Any]], str]
    invalid: Any = gettext_lazy("Nothing was changed: please try again.")


ACTIONS = {
    "note": Action(StepForm, CaseActionsMixin.add_note, LOOK_AT_FIELD),
    "to_status": Action(StepForm, CaseActionsMixin.take_step, LOOK_AT_FIELD),
    "confirm": Action(ActionForm, CaseActionsMixin.confirm),
    "book": Action(
        TimeForm, CaseActionsMixin.book, gettext_lazy("No time was booked yet: please fix the marked field.")
    ),
    "book_at": Action(ButtonTimeForm, CaseActionsMixin.book, gettext_lazy("No time was booked: please choose again.")),
    "cancel": Action(ActionForm, CaseActionsMixin.cancel, LOOK_AT_FIELD),
    "owner": Action(OwnerForm, CaseActionsMixin.assign, gettext_lazy("No owner was saved: please choose again.")),
    "book_anyway": Action(AnywayForm, CaseActionsMixin.book, gettext_lazy("No time was booked: please choose again.")),
    "answered": Action(AnswerForm, CaseActionsMixin.answer),
    "seen": Action(ActionForm, CaseActionsMixin.mark_seen),
    "correct": Action(
        ContactForm, CaseActionsMixin.correct, gettext_lazy("Nothing was corrected yet: please fix the marked field.")
    ),
    "revoke": Action(ActionForm, CaseActionsMixin.revoke),
    "withdraw": Action(ActionForm, CaseActionsMixin.withdraw),
    "erase": Action(EraseForm, CaseActionsMixin.erase, gettext_lazy("Nothing was deleted: type the reference.")),
    "take": Action(ActionForm, CaseActionsMixin.assign_to_me),
    "release": Action(ActionForm, CaseActionsMixin.release),
    "retry": Action(ActionForm, CaseActionsMixin.retry),
    "link": Action(ActionForm, CaseActionsMixin.link),
    "unlink": Action(ActionForm, CaseActionsMixin.unlink),
}
# These buttons send their argument as their value. The others are values of ``action``.
BUTTONS_WITH_VALUE = ("retry", "book_at", "book_anyway", "answered", "link", "unlink", "to_status")
# The page shows these forms again under these names.
SHOWN_FORMS = {TimeForm: "time_form", ContactForm: "contact_form", EraseForm: "erase_form"}


def _parse_pk(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
