from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.hours.schedule import instant_of

from . import services
from .desk_filters import UserChoiceField, desk_users
from .models import Lane, Outcome, Status

CELL_MINUTES = 15


class WallTimeField(forms.Field):
    """A date and time of the clinic's wall clock, typed into the browser's own field; clean, the instant in UTC."""

    WRITTEN = "%Y-%m-%dT%H:%M"
    widget = forms.DateTimeInput(format=WRITTEN, attrs={"type": "datetime-local", "step": CELL_MINUTES * 60})

    def __init__(self, *, zone: ZoneInfo, **kwargs):
        super().__init__(**kwargs)
        self.zone = zone

    def clean(self, value):
        typed = super().clean((value or "").strip())
        try:
            wall = datetime.strptime(typed[:16], self.WRITTEN)  # noqa: DTZ007  (the clock on the wall has no zone)
        except ValueError as error:
            raise ValidationError(_("Choose a day and a time.")) from error
        if wall.minute % CELL_MINUTES:
            raise ValidationError(_("Times begin at the full hour or at a quarter past, half past or quarter to."))
        today = timezone.now().astimezone(self.zone).date()
        if not abs(wall.date() - today) < services.FARTHEST:
            raise ValidationError(_("Choose a day within the next two years."))
        instant = instant_of(wall.date(), wall.time(), self.zone)
        if instant.astimezone(self.zone).replace(tzinfo=None) != wall:
            raise ValidationError(_("The clocks go forward that night and skip this time. Choose another one."))
        return instant


class VersionForm(forms.Form):
    """Carries the version of the case that the person looked at."""

    expected_version = forms.IntegerField(widget=forms.HiddenInput)


class NoteForm(VersionForm):
    note = forms.CharField(
        label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3, "cols": 40})
    )


class StepForm(NoteForm):
    """What happened: a note alone, or a note with the next status."""

    outcome = forms.ChoiceField(
        label=_("How did it end?"), required=False, choices=[("", _("Choose …")), *Outcome.choices]
    )
    to_status = forms.ChoiceField(required=False, choices=[("", ""), *Status.choices], widget=forms.HiddenInput)

    def clean(self):
        cleaned = super().clean()
        is_closing = cleaned.get("to_status") == Status.CLOSED
        if is_closing and not cleaned.get("outcome") and "outcome" not in self.errors:
            self.add_error("outcome", _("Say how it ended before you close the request."))
        if not cleaned.get("to_status") and not cleaned.get("note") and "note" not in self.errors:
            self.add_error("note", _("Write something before you save the note."))
        # Chosen by hand and then left by another button: it belongs to closing only.
        return {**cleaned, "outcome": cleaned.get("outcome", "") if is_closing else ""}


class OwnerForm(VersionForm):
    owner = UserChoiceField(
        label=_("Who looks after it"),
        queryset=None,
        required=False,
        empty_label=_("Nobody"),
        widget=forms.Select(attrs={"form": "desk-form"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = desk_users().filter(is_active=True)


class TimeForm(VersionForm):
    """A time that the desk types. Needed only by the button beside it, so it is not marked as needed."""

    def __init__(self, *args, zone: ZoneInfo, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["start"] = WallTimeField(zone=zone, label=_("Day and time"), required=False)
        self.fields["start"].widget.attrs["form"] = "desk-form"


class ButtonTimeForm(VersionForm):
    """A time that one click books."""

    book_at = forms.CharField()

    def clean_book_at(self):
        try:
            start = datetime.fromisoformat(self.cleaned_data["book_at"])
            is_near = abs(start - timezone.now()) < services.FARTHEST
        except (ValueError, TypeError, OverflowError) as error:
            raise ValidationError(_("Choose a time.")) from error
        if not is_near or start.astimezone(UTC).minute % CELL_MINUTES or start.second or start.microsecond:
            raise ValidationError(_("Choose a time."))
        return start


class ClosingForm(forms.Form):
    """A time in which rooms take no visit, on the clinic's wall clock."""

    def __init__(self, *args, zone: ZoneInfo, **kwargs):
        super().__init__(*args, **kwargs)
        needed = {"required": _("Choose a day and a time.")}
        self.fields["lanes"] = forms.ModelMultipleChoiceField(
            label=_("Where"),
            queryset=Lane.objects.all(),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose at least one.")},
        )
        self.fields["starts"] = WallTimeField(zone=zone, label=_("From"), error_messages=needed)
        self.fields["ends"] = WallTimeField(zone=zone, label=_("Until"), error_messages=needed)
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), max_length=120, required=False, help_text=_("Only the staff reads it.")
        )
