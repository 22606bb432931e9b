"""Define the consultation form. It never loses what a patient typed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout, Submit
from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.contact_details import EmailField, LineField, phone_to_e164
from bookings.models import Appointment, AppointmentState, Case, ConsultationSettings, ContactBy, ContactTime
from bookings.scheduling.availability import is_possible
from bookings.scheduling.formatting import format_start, parse_day
from bookings.scheduling.policy import BookingPolicy
from bookings.services import Submission, TimeTakenError, free_starts, get_free_window, is_known_as, time_taken
from clinic.models import ClinicProfile
from clinic.site.offers import OfferedTreatment

from .fields import (
    CALL_ME,
    NOT_A_TIME,
    Radios,
    TextField,
    TimeField,
    TreatmentsField,
    get_first_day,
    parse_value,
    to_value,
)
from .form_token import CORRECTS, FOR_ANOTHER, FormToken
from .kept_fields import KeptFields

HONEYPOT = "website"
TIME_FIELDS = ("start", "on_waitlist", "days_from", "replaces")

SUBMIT_AGAIN = _("Please submit the form again. What you wrote is still here.")
PAGE_EXPIRED = _("This page was open for a long time. What you wrote is still here: please submit the form again.")
NEW_CONSENT = _("The wording next to the checkbox has changed. Please read it again and check the box.")
NO_TIME_LEFT = _("That time was just taken, and no other is available. Send your request, and we’ll call you.")
NO_CONTACT = _("Give us a phone number or an email address, so that we can answer.")


def max_length(name: str) -> int:
    return Case._meta.get_field(name).max_length


class RequestForm(forms.Form):
    """Ask for a consultation.

    The fields of ``TIME_FIELDS`` are there only while there are free times. A request without a time counts as
    "call me", so a patient who overlooks the times gets no error.
    """

    start = TimeField(label=_("Available times"), required=False)
    on_waitlist = forms.BooleanField(label=_("Tell me if an earlier time opens up"), required=False)
    # The held time that the patient gives up, once the form has asked about it.
    replaces = forms.CharField(required=False, widget=forms.HiddenInput)
    # The first day that is shown; empty for the first of all.
    days_from = forms.CharField(required=False, widget=forms.HiddenInput)
    name = LineField(
        label=_("Your name"),
        max_length=max_length("name"),
        error_messages={"required": _("Enter your name, so that we know what to call you.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = LineField(
        label=_("Phone"),
        help_text=_(
            "With the area code, or + and the country code from outside the US. You can leave it out if you give us "
            "your email address."
        ),
        max_length=max_length("phone"),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )
    email = EmailField(
        label=_("Email"),
        help_text=_("We’ll email you your reference. You can leave it out if you give us your phone number."),
        max_length=max_length("email"),
        required=False,
        error_messages={"invalid": _("This is not a complete email address. It looks like name@example.com.")},
        widget=forms.EmailInput(attrs={"inputmode": "email", "autocomplete": "email", "spellcheck": "false"}),
    )
    contact_by = forms.ChoiceField(
        label=_("How should we contact you?"),
        choices=[("", _("Whichever is easiest")), *ContactBy.choices],
        required=False,
        widget=Radios,
    )
    contact_time = forms.ChoiceField(
        label=_("When is a good time to call you?"),
        choices=ContactTime.choices,
        required=False,
        initial=ContactTime.ANY,
        widget=Radios,
    )
    treatments = TreatmentsField(
        label=_("What are you interested in?"),
        help_text=_("Check as many as you like, or none. We can figure it out together."),
        required=False,
    )
    message = TextField(
        label=_("In your own words"),
        help_text=_("What would you like to change, or ask? Leave medical details for the visit."),
        max_length=max_length("message"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    consent = forms.BooleanField(
        error_messages={"required": _("Check the box if you agree. Without your consent we may not keep your request.")}
    )
    # Only bots, and browsers that fill in every field, fill this in.
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": -1}))
    token = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        settings: ConsultationSettings,
        profile: ClinicProfile,
        policy: BookingPolicy | None = None,
        typed: Any = None,
        treatment_slug: str = "",
        own: Case | None = None,
        purpose: str = "",
        may_be_forged: bool = False,
    ):
        """Take ``data`` to check, or ``typed`` to show other days with.

        With ``typed`` no word is lost, and nothing is checked yet. ``own`` is the case that this browser sent: its time
        is shown as chosen, unless the form's ``purpose`` is another person.
        """
        self.may_be_forged, self.settings, self.profile, self.policy = may_be_forged, settings, profile, policy
        self.token = FormToken.read((data or typed or {}).get("token", ""))
        self.purpose = self.token.purpose if self.token else purpose
        self.own = own
        self.own_visit = own.appointments.live().first() if own and self.purpose != FOR_ANOTHER else None
        self.treatment_slug, self.phone_e164 = treatment_slug, ""
        self.nearest: tuple[datetime, ...] = ()
        self.replaces = ""
        self.shown, self._offer = None, lambda: None
        # Nobody has typed anything: the form looks the same to everybody.
        self.is_fresh = data is None and typed is None and own is None and not purpose
        super().__init__(data)
        if typed is not None:
            self.initial = {
                name: field.widget.value_from_datadict(typed, {}, name)
                for name, field in self.fields.items()
                if name != HONEYPOT
            }
            self.initial["days_from"] = get_first_day(typed)
        if policy is None:
            self._remove_time_fields()
        self.fields["consent"].label = settings.consent_wording
        for name in ("phone", "email"):
            self.fields[name].is_one_of_several = True  # Neither required nor optional.

    # Checking

    def clean_start(self) -> datetime | None:
        start = self.cleaned_data["start"]
        if start and not is_possible(start, self.policy.schedule, self.policy.rules, timezone.now()):
            raise forms.ValidationError(NOT_A_TIME, code="invalid")
        return start

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"]
        if phone:
            self.phone_e164 = phone_to_e164(phone, self.profile.country)
        return phone

    def clean(self) -> dict[str, Any]:
        # A field that was refused is absent here and has its own error already.
        phone, email = self.cleaned_data.get("phone"), self.cleaned_data.get("email")
        if phone == "" and email == "":
            self.add_error("phone", NO_CONTACT)
            self.add_error("email", NO_CONTACT)
        contact_by = self.cleaned_data.get("contact_by")
        if contact_by in (ContactBy.PHONE, ContactBy.TEXT) and phone == "" and email:
            self.add_error("contact_by", _("For a call or a text message, give us your phone number as well."))
        if contact_by == ContactBy.EMAIL and email == "" and phone:
            self.add_error("contact_by", _("For an answer by email, give us your email address as well."))
        if not self._is_about_own():
            self.own = self.own_visit = None
        elif self.own and self.own_visit is None:
            self.own_visit = self.own.appointments.live().first()
        # Bots do not submit the form again. A person needs one more click.
        is_forged = self.may_be_forged and not (self.token and self.token.is_asked_again)
        if self.token is None or self.token.is_too_fresh or is_forged or self.cleaned_data.get(HONEYPOT):
            self.add_error(None, SUBMIT_AGAIN)
        elif self.token.is_expired:
            self.add_error(None, PAGE_EXPIRED)
        if self.token and self.cleaned_data.get("consent") and not self.token.shows(self.settings.consent_wording):
            self.add_error("consent", NEW_CONSENT)
        return self.cleaned_data

    def _is_about_own(self) -> bool:
        """Return whether the form changes the request that this browser sent.

        Whatever the browser did in between (Back, a reload, a second window), the same name is the same person. In a
        form for another person it is only with the same email or phone: father and son may have one name.
        """
        if self.own is None or self.purpose == CORRECTS:
            return self.own is not None
        name, email = self.cleaned_data.get("name"), self.cleaned_data.get("email", "")
        is_same_name = name is None or is_known_as(self.own, name)
        if self.purpose != FOR_ANOTHER:
            return is_same_name
        same_email = bool(email) and email.casefold() == self.own.email.casefold()
        same_phone = bool(self.phone_e164) and self.phone_e164 == self.own.phone_e164
        return name is not None and is_same_name and (same_email or same_phone)

    def _get_key(self) -> UUID | None:
        """Return the key of the case that the form creates or changes."""
        if self.own:
            return self.own.submission_key
        return self.token.submission_key if self.token else None

    def to_submission(self, network: str) -> Submission:
        """Return what a valid form says, and from which network it came."""
        data = self.cleaned_data
        return Submission(
            name=data["name"],
            email=data["email"],
            phone=data["phone"],
            phone_e164=self.phone_e164,
            contact_by=data["contact_by"],
            contact_time=data["contact_time"] or ContactTime.ANY,
            message=data["message"],
            treatment_ids=tuple(data["treatments"]),
            consent_wording=self.settings.consent_wording,
            submission_key=self._get_key(),
            opened_at=datetime.fromtimestamp(self.token.issued_at, UTC),
            is_correction=self.purpose == CORRECTS,
            start=data.get("start"),
            replaces=parse_value(data.get("replaces")),
            on_waitlist=data.get("on_waitlist", False),
            network=network,
        )

    def refuse(self, taken: TimeTakenError) -> None:
        """Report that the time was taken, and show the nearest free times."""
        self.add_error("start", str(taken))
        self.nearest = taken.nearest

    def ask(self, current: Appointment) -> None:
        """Ask before the case's time is changed, with that time as chosen."""
        self.own_visit, zone = current, self.policy.schedule.time_zone
        wanted = self.cleaned_data.get("start")
        words = {
            "current": format_start(current.starts_at, zone),
            "wanted": format_start(wanted, zone) if wanted else CALL_ME,
        }
        if current.state == AppointmentState.BOOKED:
            text = _("Your visit is booked for %(current)s. To change it, open your page, or call us.")
        else:
            text = _(
                "We hold %(current)s for you already, so nothing was changed. To have “%(wanted)s” instead, choose it "
                "again and send the form."
            )
        self.add_error("start", text % words)
        self.nearest = (wanted,) if wanted and current.state == AppointmentState.HELD else ()
        self.replaces = to_value(current.starts_at)

    # Showing

    def prepare(self, offered: Sequence[OfferedTreatment]) -> None:
        """Add what a form needs to be shown: token, times, treatments, layout."""
        self.offered = offered
        self._renew_token()
        self.fields["treatments"].choices = _group_by_area(self.offered)
        if self.treatment_slug:
            ticked = [treatment.id for treatment in self.offered if treatment.slug == self.treatment_slug]
            self.initial.setdefault("treatments", ticked)
        if "start" in self.fields:
            self._offer_times()
        self.helper = self._build_helper()

    def _renew_token(self) -> None:
        """Put a token for the current wording into the form.

        The consent box is not ticked if the patient saw another wording.
        """
        wording = self.settings.consent_wording
        sent = self.token
        token = sent or FormToken.new(wording, self.purpose)
        if self.is_bound:
            self.data = self.data.copy()
            if not token.shows(wording):
                self.data.pop("consent", None)
            if token.is_expired:
                token = token.renewed()
            if self.may_be_forged:
                token = token.asked_again()
            self.data["token"] = str(token.showing(wording))
            self.data[HONEYPOT] = ""
        else:
            self.initial["consent"] = bool(self.initial.get("consent")) and sent is not None and sent.shows(wording)
            self.initial["token"] = str(token.showing(wording))

    def _offer_times(self) -> None:
        """Put the free times into the form, or remove the time fields."""
        now, zone = timezone.now(), self.policy.schedule.time_zone
        own = self.own_visit.starts_at if self.own_visit else None
        if self.replaces:
            for name in [name for name in self.data if name == "start" or name.startswith("start-")]:
                del self.data[name]
            self.data["start"], self.data["replaces"] = to_value(own), self.replaces
        elif own and not self.is_bound:
            self.initial.setdefault("start", to_value(own))
        values = self.data if self.is_bound else self.initial
        start = self.cleaned_data.get("start") if self.is_bound else None
        if start and "start" not in self.errors:
            # A form with errors shows all of them at once, also that the time is gone.
            is_free = any(free.at == start for free in free_starts(self.policy, now))
            if not is_free and not self._holds(start):
                self.refuse(time_taken(self.policy, start, now))
        value = self["start"].value()
        picked = None if "start" in self.errors and not self.replaces else parse_value(value)
        first = parse_day(values.get("days_from"))
        self.shown = window = get_free_window(self.policy, now, first, moving=self.own_visit)
        if window.days or picked:
            self._offer = partial(
                self.fields["start"].offer, window, zone, picked=picked, nearest=self.nearest, value=value
            )
            # A bound form has copied the field's own help text by now.
            self["start"].help_text = _("All times are %(city)s time.") % {"city": self.profile.time_zone_city}
            return
        if "start" in self.errors:
            del self.errors["start"]
            self.add_error(None, NO_TIME_LEFT)
        self._remove_time_fields()

    def _holds(self, start: datetime) -> bool:
        """Return whether this form's own case has the time already."""
        own = Appointment.objects.live().filter(case__submission_key=self._get_key())
        return own.filter(starts_at=start).exists()

    def _remove_time_fields(self) -> None:
        for name in TIME_FIELDS:
            self.fields.pop(name, None)

    def _build_helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_class = "form"
        helper.form_action = reverse("bookings:consultation")
        # The server shows all errors in one place, since browsers' own bubbles vanish and are hard to read out.
        helper.attrs = {"novalidate": True, "data-guard-submit": _("Sending …")}
        times = (
            ["days_from", "replaces", Field("start", template="bookings/times.html"), "on_waitlist"]
            if "start" in self.fields
            else [HTML('{% include "bookings/no_times.html" %}')]
        )
        helper.layout = Layout(
            "token",
            KeptFields(
                "times",
                Fieldset(_("When would you like to come?"), *times),
                prepare=self._offer,
                depends_on=lambda form: (form.shown, form.initial.get("days_from"), form.profile.today(timezone.now())),
            ),
            KeptFields(
                "others",
                Fieldset(_("How to reach you"), "name", "phone", "email", "contact_by", "contact_time"),
                Fieldset(
                    _("What it’s about"), *(["treatments"] if self.fields["treatments"].choices else []), "message"
                ),
                Field(HONEYPOT, template="bookings/honeypot.html"),
                "consent",
                Div(Submit("send", _("Send my request")), css_class="form-actions"),
                depends_on=lambda form: (
                    tuple(form.initial.get("treatments", ())),
                    tuple(form.offered),
                    form.settings.consent_wording,
                ),
            ),
        )
        return helper


def _group_by_area(offered: Sequence[OfferedTreatment]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Return choices in groups.

    Treatments without an area come last, as on the treatments page.
    """
    groups: dict[str, list[tuple[int, str]]] = {}
    for treatment in offered:
        groups.setdefault(treatment.area, []).append((treatment.id, treatment.title))
    others = groups.pop("", [])
    named = list(groups.items())
    return [*named, (_("Other"), others)] if named and others else named or others
