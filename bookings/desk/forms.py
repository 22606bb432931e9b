"""Define the forms of the desk."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.contact_details import EmailField, LineField, is_blank, phone_to_e164
from bookings.models import AppointmentState, CallOutcome, Case, Outcome, Resource, Status, VisitType
from bookings.scheduling.policy import SLOT
from bookings.services import MAX_AHEAD
from clinic.hours.schedule import MINUTE, instant_of

from .filters import BoundedChoiceMixin, UserChoiceField, desk_users

SLOT_MINUTES = SLOT // MINUTE
SECONDS = re.compile(r"(?<=:\d\d):00(\.0+)?$", re.ASCII)  # some browsers send them
CHOOSE_A_TIME = _("Choose a time.")
MAX_DIGITS = 18  # of a key in the database


def parse_pk(text: str) -> int:
    """Return the key in a text, or 0, which no row has."""
    return int(text) if text.isdecimal() and len(text) <= MAX_DIGITS else 0


class WallTimeField(forms.Field):
    """Clean a wall-clock time at the clinic into the instant (UTC)."""

    WRITTEN = "%Y-%m-%dT%H:%M"
    widget = forms.DateTimeInput(format=WRITTEN, attrs={"type": "datetime-local", "step": SLOT_MINUTES * 60})

    def __init__(self, *, zone: ZoneInfo, is_on_grid: bool = True, **kwargs):
        super().__init__(**kwargs)
        self.zone, self.is_on_grid = zone, is_on_grid

    def clean(self, value):
        typed = super().clean((value or "").strip())
        try:
            wall = datetime.strptime(SECONDS.sub("", typed), self.WRITTEN)  # noqa: DTZ007  (the clock on the wall has no zone)
        except ValueError as error:
            raise ValidationError(_("Choose a day and a time.")) from error
        if self.is_on_grid and wall.minute % SLOT_MINUTES:
            raise ValidationError(_("Times start on the hour, or at a quarter past, half past or a quarter to."))
        today = timezone.now().astimezone(self.zone).date()
        if not abs(wall.date() - today) < MAX_AHEAD:
            raise ValidationError(_("Choose a day within the next two years."))
        instant = instant_of(wall.date(), wall.time(), self.zone)
        if instant.astimezone(self.zone).replace(tzinfo=None) != wall:
            raise ValidationError(_("The clocks go forward that night and skip this time. Choose another one."))
        return instant


class NoteField(forms.CharField):
    """Clean a note. One of which nothing can be seen is empty."""

    def to_python(self, value):
        note = super().to_python(value)
        return "" if is_blank(note) else note


class ActionForm(forms.Form):
    """Carry the version of the case that the clerk saw, and a note."""

    expected_version = forms.IntegerField(widget=forms.HiddenInput)
    note = NoteField(
        label=_("Note"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 40, "data-key-action": "note"}),
    )


class TypeField(BoundedChoiceMixin, forms.ModelChoiceField):
    """Choose an active type of visit."""

    def __init__(self, **kwargs):
        kwargs["queryset"] = kwargs["queryset"].filter(is_active=True)
        widget = forms.Select(attrs={"form": "desk-form"})
        super().__init__(required=False, empty_label=_("Choose …"), widget=widget, **kwargs)

    def offer(self, types: Iterable[VisitType]) -> None:
        """Offer these types, which the page has read already."""
        self.choices = [("", self.empty_label), *((one.pk, one.name) for one in types)]


class StepForm(ActionForm):
    """Take the next step, with the outcome if that is closing.

    Without a step the form saves the note, which is then required.
    """

    outcome = forms.ChoiceField(
        label=_("How did it end?"), required=False, choices=[("", _("Choose …")), *Outcome.choices]
    )
    # A stage, and the key of the visit that it is about if that is not the one that decides.
    to_status = forms.CharField(required=False, widget=forms.HiddenInput)
    # What was done at a visit that was booked as something else.
    treatment = TypeField(label=_("Which treatment was done?"), queryset=VisitType.objects.filter(is_treatment=True))

    def offer(self, outcomes: Iterable[Outcome]) -> "StepForm":
        """Offer only these outcomes; the service checks them again."""
        self.fields["outcome"].choices = [("", _("Choose …")), *((one.value, one.label) for one in outcomes)]
        return self

    def clean(self):
        cleaned = super().clean()
        is_closing = cleaned.get("to_status") == Status.CLOSED
        if is_closing and not cleaned.get("outcome") and "outcome" not in self.errors:
            self.add_error("outcome", _("Choose how it ended before you close the case."))
        if not cleaned.get("to_status") and not cleaned.get("note") and "note" not in self.errors:
            self.add_error("note", _("Write something before you save the note."))
        stage, _colon, visit = cleaned.get("to_status", "").partition(":")
        cleaned["to_status"] = stage
        cleaned["visit_id"] = parse_pk(visit) or None
        if stage != AppointmentState.TREATED:
            cleaned["treatment"] = None
        # Only closing has an outcome. One that was chosen before another button was pressed is dropped.
        return {**cleaned, "outcome": cleaned.get("outcome", "") if is_closing else ""}


class OwnerForm(ActionForm):
    owner = UserChoiceField(
        label=_("Owner"),
        queryset=None,
        required=False,
        empty_label=_("Nobody"),
        widget=forms.Select(attrs={"form": "desk-form"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = desk_users().filter(is_active=True)


class BookForm(ActionForm):
    """Say what is booked."""

    visit_type = TypeField(label=_("Type of visit"), queryset=VisitType.objects.all())


class TimeForm(BookForm):
    """Book a time that the desk types.

    Only the button beside the field needs a time, so the field is not marked as required.
    """

    def __init__(self, *args, zone: ZoneInfo, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["start"] = WallTimeField(zone=zone, label=_("Day and time"), required=False)
        self.fields["start"].widget.attrs["form"] = "desk-form"


class CallTimeForm(ActionForm):
    """Say when to call again, on the clinic's wall clock."""

    def __init__(self, *args, zone: ZoneInfo, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["call_time"] = WallTimeField(
            zone=zone,
            is_on_grid=False,
            label=_("Day and time of the next call"),
            required=False,
            widget=forms.DateTimeInput(format=WallTimeField.WRITTEN, attrs={"type": "datetime-local"}),
        )
        self.fields["call_time"].widget.attrs["form"] = "desk-form"


class MomentField(forms.CharField):
    """Clean the instant that a button names, to the second."""

    def clean(self, value):
        try:
            at = datetime.fromisoformat(super().clean(value))
            is_near = abs(at - timezone.now()) < MAX_AHEAD
        except (ValueError, TypeError, OverflowError) as error:
            raise ValidationError(CHOOSE_A_TIME) from error
        if not is_near:
            raise ValidationError(CHOOSE_A_TIME)
        return at


class StartField(MomentField):
    """Clean the start of a visit that a button names."""

    def clean(self, value):
        start = super().clean(value)
        if start.astimezone(UTC).minute % SLOT_MINUTES or start.second or start.microsecond:
            raise ValidationError(CHOOSE_A_TIME)
        return start


class CallAtForm(ActionForm):
    """Call again at the moment that a button names."""

    call_at = MomentField()


class SnoozeForm(ActionForm):
    """Put off a task."""

    # The key of the task, and the moment.
    snooze = forms.CharField()

    def clean_snooze(self):
        task, _space, at = self.cleaned_data["snooze"].partition(" ")
        if not task.isdecimal() or len(task) > MAX_DIGITS:
            raise ValidationError(CHOOSE_A_TIME)
        return int(task), MomentField().clean(at)


class WellForm(ActionForm):
    """Say whether the patient is well on the day after a treatment, or that nobody could ask."""

    # "yes", "no" or "unknown", and the key of the visit if several are asked about.
    well = forms.RegexField(re.compile(r"^(?:yes|no|unknown)(?::\d{1,18})?\Z", re.ASCII))

    def clean_well(self):
        answer, _colon, visit = self.cleaned_data["well"].partition(":")
        return {"yes": True, "no": False}.get(answer), int(visit) if visit else None


class ButtonTimeForm(BookForm):
    """Book a time with one click."""

    book_at = StartField()


class AnywayForm(BookForm):
    """Book a time although something speaks against it."""

    # The start, and the kinds of obstacle that the question named.
    book_anyway = forms.CharField()

    def clean_book_anyway(self):
        start, _space, kinds = self.cleaned_data["book_anyway"].partition(" ")
        return StartField().clean(start), kinds.split(",")


class CallForm(ActionForm):
    answered = forms.ChoiceField(choices=[one for one in CallOutcome.choices if one[0] != CallOutcome.LATER])


class ContactForm(ActionForm):
    """Correct the name, the email or the phone of a patient."""

    new_name = LineField(
        label=_("Name"),
        max_length=Case._meta.get_field("name").max_length,
        error_messages={"required": _("Write the patient's name.")},
    )
    new_email = EmailField(
        label=_("Email"),
        required=False,
        max_length=Case._meta.get_field("email").max_length,
        error_messages={"invalid": _("This is not a complete email address. It looks like name@example.com.")},
        widget=forms.TextInput,
    )
    new_phone = LineField(label=_("Phone"), required=False, max_length=Case._meta.get_field("phone").max_length)

    def __init__(self, *args, country: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.country = country
        for name in ("new_name", "new_email", "new_phone"):
            self.fields[name].widget.attrs |= {"form": "desk-form", "autocomplete": "off"}

    def clean(self):
        cleaned = super().clean()
        phone = cleaned.get("new_phone")
        try:
            cleaned["phone_e164"] = phone_to_e164(phone, self.country) if phone else ""
        except ValidationError as error:
            self.add_error("new_phone", error)
        return cleaned


class EraseForm(ActionForm):
    """Confirm a deletion by typing the reference of the case."""

    typed_reference = forms.CharField(label=_("Type the reference to delete the request"), required=False)

    def __init__(self, *args, case: Case, **kwargs):
        super().__init__(*args, **kwargs)
        self.case = case
        self.fields["typed_reference"].widget.attrs |= {"form": "desk-form", "autocomplete": "off"}

    def clean_typed_reference(self):
        typed = self.cleaned_data["typed_reference"].replace("-", "").strip().upper()
        if typed != self.case.reference:
            raise ValidationError(_("This is not the reference of this case. Nothing was deleted."))
        return typed


class ResourcesField(BoundedChoiceMixin, forms.ModelMultipleChoiceField):
    pass


class BlockForm(forms.Form):
    """Block a time on the clinic's wall clock."""

    def __init__(self, *args, zone: ZoneInfo, **kwargs):
        super().__init__(*args, **kwargs)
        needed = {"required": _("Choose a day and a time.")}
        self.fields["resources"] = ResourcesField(
            label=_("Where"),
            queryset=Resource.objects.all(),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose at least one.")},
        )
        self.fields["starts"] = WallTimeField(zone=zone, label=_("From"), error_messages=needed)
        self.fields["ends"] = WallTimeField(zone=zone, label=_("Until"), error_messages=needed)
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), max_length=120, required=False, help_text=_("Only staff can see it.")
        )
