from django import forms
from django.utils.translation import gettext_lazy as _

from .desk_filters import UserChoiceField, desk_users
from .models import Outcome, Status


class VersionForm(forms.Form):
    """Carries the version of the case that the person looked at."""

    expected_version = forms.IntegerField(widget=forms.HiddenInput)


class StepForm(VersionForm):
    """What happened: a note alone, or a note with the next status."""

    note = forms.CharField(
        label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3, "cols": 40})
    )
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
