"""What the desk's buttons do with the time of a request. One click, one call of a service."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin import messages

from . import services
from .desk_forms import ButtonTimeForm, NoteForm, StepForm, TimeForm, VersionForm
from .desk_times import case_time, choices
from .transitions import refuse_a_time


class TimeActions:
    """Part of ``CaseView``, which brings the case, the calendar and ``attempt``."""

    def confirm_time(self):
        form = VersionForm(self.request.POST)
        is_stale = form.is_valid() and form.cleaned_data["expected_version"] != self.case.version
        if not form.is_valid() or not (is_stale or self.may_confirm()):
            return self.refuse_time(_("There is no kept time here that could be booked."))
        return self.attempt(
            lambda: services.confirm(self.case.pk, **self.as_actor(form)),
            self.add_typed_note,
            done=_("The time is booked."),
        )

    def book_typed_time(self):
        form = TimeForm(self.request.POST, zone=self.zone)
        if not form.is_valid():
            messages.error(self.request, _("No time was booked yet: please look at the marked field."))
            return self.show_again(time_form=form)
        return self.book(form, form.cleaned_data["start"])

    def book_offered_time(self):
        form = ButtonTimeForm(self.request.POST)
        if not form.is_valid():
            return self.refuse_time(_("No time was booked: please choose again."))
        return self.book(form, form.cleaned_data["book_at"])

    def book(self, form: VersionForm, start: datetime):
        try:
            refuse_a_time(self.case)
        except services.TransitionRefused as refusal:
            return self.refuse_time(str(refusal))
        return self.attempt(
            lambda: services.book(self.case.pk, start, **self.as_actor(form)),
            self.add_typed_note,
            done=_("Booked: %(time)s.") % {"time": self.calendar.words(start)},
        )

    def cancel_time(self):
        form = NoteForm(self.request.POST)
        if not form.is_valid():
            messages.error(self.request, _("Nothing was saved yet: please look at the marked field."))
            return self.show_again(step_form=StepForm(self.request.POST))
        return self.attempt(
            lambda: services.cancel(self.case.pk, note=form.cleaned_data["note"], **self.as_actor(form)),
            done=_("The time is cancelled. The request stays open."),
        )

    def offer_nearest(self, taken: services.TimeTaken):
        messages.error(self.request, str(taken))
        return self.show_again(nearest=choices(taken.nearest, self.calendar))

    def refuse_time(self, words: str):
        messages.error(self.request, words)
        return self.show_again()

    def may_confirm(self) -> bool:
        return case_time(self.case, self.calendar, timezone.now()).may_confirm

    def as_actor(self, form: VersionForm) -> dict[str, Any]:
        version = form.cleaned_data["expected_version"]
        return {"actor": self.request.user, "expected_version": version, "calendar": self.calendar}
