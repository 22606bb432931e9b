"""Carry out the buttons of a case's page.

Each action is one form, one service call and one message to the clerk. A typed note goes along with every action.
A refused action shows the page again with what was typed.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from bookings import services
from bookings.models import Case, Message
from bookings.scheduling.formatting import format_short

from .forms import ActionForm, ButtonTimeForm, OwnerForm, StepForm, TimeForm
from .timeline import LABELS

STALE = 409
STEP_FIELDS = {"note", "outcome"}
LOOK_AT_FIELD = gettext_lazy("Nothing was saved yet: please fix the marked field.")
STALE_WORDS = gettext_lazy(
    "Somebody changed this case while you were looking at it. It is shown as it stands now, and what you wrote is "
    "still here: look again, then decide."
)


class CaseActionsMixin:
    """Carry out the buttons of ``CaseView``.

    The view provides ``case``, ``policy``, ``zone`` and ``can_change``.
    """

    def post(self, request, *args, **kwargs):
        if not self.can_change:
            raise PermissionDenied
        action, argument = self._get_button()
        form = self._build_form(action.form)
        if not form.is_valid():
            messages.error(request, action.invalid)
            if isinstance(form, TimeForm):
                return self.show_again(time_form=form)
            # The note and the outcome stand in one form, whatever button was pressed.
            return self.show_again(**{"step_form": StepForm(request.POST)} if form.errors.keys() & STEP_FIELDS else {})
        data = form.cleaned_data
        common = {"actor": request.user, "expected_version": data["expected_version"], "note": data["note"]}
        try:
            done = action.run(self, argument, data, common)
        except services.StaleCaseError:
            messages.warning(request, STALE_WORDS)
            return self.show_again(status=STALE)
        except services.TimeTakenError as taken:
            messages.error(request, str(taken))
            return self.show_again(nearest=taken.nearest)
        except services.BookingError as refusal:
            messages.error(request, str(refusal))
            return self.show_again()
        messages.success(request, done)
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
        return form_class(self.request.POST, **{"zone": self.zone} if form_class is TimeForm else {})

    # Each action returns the message to the clerk.

    def add_note(self, argument: str, data: dict[str, Any], common: dict[str, Any]) -> str:
        services.add_note(self.case.pk, data["note"], actor=common["actor"])
        return _("Note saved.")

    def take_step(self, argument, data, common):
        services.change_stage(self.case.pk, data["to_status"], outcome=data["outcome"], policy=self.policy, **common)
        return _("The case is now: %(status)s.") % {"status": LABELS[data["to_status"]]}

    def confirm(self, argument, data, common):
        services.confirm(self.case.pk, policy=self.policy, **common)
        return _("The visit is booked.")

    def book(self, argument, data, common):
        start = data.get("book_at") or data["start"]
        services.book(self.case.pk, start, policy=self.policy, **common)
        return _("Booked: %(time)s.") % {"time": format_short(start, self.zone)}

    def cancel(self, argument, data, common):
        services.cancel(self.case.pk, policy=self.policy, **common)
        return _("The visit is canceled. The case stays open.")

    def assign(self, argument, data, common):
        services.assign(self.case.pk, data["owner"], **common)
        return _("You own this case now.") if data["owner"] == common["actor"] else _("Owner saved.")

    def assign_to_me(self, argument, data, common):
        services.assign(self.case.pk, common["actor"], **common)
        return _("You own this case now.")

    def release(self, argument, data, common):
        services.release_from_quarantine(self.case.pk, policy=self.policy, **common)
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
    "take": Action(ActionForm, CaseActionsMixin.assign_to_me),
    "release": Action(ActionForm, CaseActionsMixin.release),
    "retry": Action(ActionForm, CaseActionsMixin.retry),
    "link": Action(ActionForm, CaseActionsMixin.link),
    "unlink": Action(ActionForm, CaseActionsMixin.unlink),
}
# These buttons send their argument as their value. The others are values of ``action``.
BUTTONS_WITH_VALUE = ("retry", "book_at", "link", "unlink", "to_status")


def _parse_pk(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
