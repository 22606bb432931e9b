"""The consultation form: few fields, plain words, and nothing that a person typed is ever lost."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout, Submit
from django import forms
from django.apps import apps
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.models import ClinicProfile

from . import time_choices
from .availability import FreeStart, could_be_offered
from .contact_details import one_line, phone_to_e164, plain_text
from .form_token import FormToken
from .models import Appointment, Case, ConsultationSettings, ContactBy, ContactTime
from .services import Calendar, ConsultationRequest, TimeTaken, free_times, time_taken
from .time_fields import NOT_A_TIME, TimeField

HONEYPOT = "website"
MOST_TREATMENTS = 50
LARGEST_ID = 2**63 - 1
# The buttons under the days. They look at other days and send nothing; their value is the first day to show.
OTHER_DAYS = ("later", "earlier")

SEND_ONCE_MORE = _("Please send it once more. What you wrote is still here.")
EXPIRED = _("This page was open for a long time. What you wrote is still here: please send it once more.")
NEW_CONSENT = _("The wording beside the box to tick has changed meanwhile. Please read it again and tick the box.")
NOT_SAVED = _("We could not save your request just now. Please send it once more, or call us.")
NO_TIME_LEFT = _("This time has just been taken, and no other is free. Send your request, and we call you to find one.")
NO_CONTACT = _("Give us a phone number or an e-mail address, so that we can answer.")


def day_asked_for(typed: Mapping[str, str]) -> str:
    """The first day to show, of whoever looks at other days; empty for anything that is no day."""
    day = next((typed[name] for name in OTHER_DAYS if name in typed), "")
    return day if time_choices.read_day(day) else ""


def max_length(name: str) -> int:
    return Case._meta.get_field(name).max_length


class LineField(forms.CharField):
    """One line of plain text: line breaks and control characters become spaces or nothing."""

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value))


class TextField(forms.CharField):
    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return plain_text(super().to_python(value)).strip()


class EmailField(forms.EmailField):
    """An address in one line: a line break in it would start a new mail header."""

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value))


class Radios(forms.RadioSelect):
    template_name = "clinic_forms/widgets/choices.html"


class Checkboxes(forms.CheckboxSelectMultiple):
    template_name = "clinic_forms/widgets/choices.html"


class TreatmentsField(forms.TypedMultipleChoiceField):
    """Ids of treatments. One that was taken offline while the form was open is no mistake of the patient's."""

    widget = Checkboxes

    def __init__(self, **kwargs: Any):
        super().__init__(coerce=int, **kwargs)

    def to_python(self, value: Any) -> list[str]:
        ids = [one for one in super().to_python(value) if one.isascii() and one.isdigit()]
        return [one for one in dict.fromkeys(ids) if len(one) < 20 and int(one) <= LARGEST_ID][:MOST_TREATMENTS]

    def valid_value(self, value: str) -> bool:
        return True


def offered_treatments() -> list[tuple[int, str, str, str]]:
    """Id, title, slug and area of each treatment that patients can see, areas in their order. One query or two."""
    pages = apps.get_model("treatments", "TreatmentPage").objects.live().public()
    columns = ("pk", "title", "slug", "area__name")
    return list(pages.order_by("area__sort_order", "area__name", "path").values_list(*columns))


def by_area(offered: list[tuple[int, str, str, str]]) -> list[tuple[str, list[tuple[int, str]]]]:
    """The choices in groups. Those without an area come last, as on the treatments page."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for pk, title, _slug, area in offered:
        groups.setdefault(area or "", []).append((pk, title))
    others = groups.pop("", [])
    named = list(groups.items())
    return [*named, (_("Other"), others)] if named and others else named or others


class ConsultationForm(forms.Form):
    """``start`` and what belongs to it are there only while there are free times.

    With nothing picked the request is sent as if she had asked for a call: the desk answers every request anyway, and
    somebody who overlooked the times, or is afraid of choosing, is not sent back.
    """

    start = TimeField(label=_("Free times"), required=False)
    wants_earlier = forms.BooleanField(label=_("Tell me if an earlier time frees up"), required=False)
    # The first day that is shown, empty for the first of all.
    days_from = forms.CharField(required=False, widget=forms.HiddenInput)
    name = LineField(
        label=_("Your name"),
        max_length=max_length("name"),
        error_messages={"required": _("Write your name, so that we know how to address you.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = LineField(
        label=_("Phone"),
        help_text=_("With the area code. You can leave it out if you give us your e-mail address."),
        max_length=max_length("phone"),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )
    email = EmailField(
        label=_("E-mail"),
        help_text=_("For your receipt. You can leave it out if you give us your phone number."),
        max_length=max_length("email"),
        required=False,
        error_messages={"invalid": _("This is no complete e-mail address. It looks like name@example.com.")},
        widget=forms.EmailInput(attrs={"inputmode": "email", "autocomplete": "email", "spellcheck": "false"}),
    )
    contact_by = forms.ChoiceField(
        label=_("How shall we contact you?"),
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
        help_text=_("Tick as many as you like, or none: we can find out together."),
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
        error_messages={"required": _("Tick the box if you agree. Without it we may not keep your request.")}
    )
    # Whoever fills this in is a machine, or a person whose browser is too eager.
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": -1}))
    token = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        settings: ConsultationSettings,
        profile: ClinicProfile,
        calendar: Calendar | None = None,
        typed: Any = None,
        treatment_slug: str = "",
    ):
        """``data`` is sent and will be checked. ``typed`` stands in a form that looks at other days: no word is lost,
        and nothing is checked yet."""
        self.settings, self.profile, self.calendar = settings, profile, calendar
        self.token = FormToken.new(settings.consent_wording)
        offered = offered_treatments()
        ticked = [pk for pk, _title, slug, _area in offered if slug == treatment_slug]
        # Copied, since what is shown again is not always what came in.
        data = None if data is None else data.copy()
        super().__init__(data, initial={"treatments": ticked, "token": self.token})
        if typed is not None:
            self.initial = self._as_typed(typed)
        self.fields["consent"].label = settings.consent_wording
        self.fields["treatments"].choices = by_area(offered)
        for name in ("phone", "email"):
            self.fields[name].is_one_of_several = True  # neither required nor optional
        self._offer_times()

    def _as_typed(self, typed: Any) -> dict[str, Any]:
        values = {
            name: field.widget.value_from_datadict(typed, {}, name)
            for name, field in self.fields.items()
            if name != HONEYPOT
        }
        token = FormToken.read(values["token"] or "") or self.token
        wording = self.settings.consent_wording
        self.token = token.showing(wording)
        return {
            **values,
            "token": self.token,
            "consent": values["consent"] and token.shows(wording),
            "days_from": day_asked_for(typed),
        }

    def _offer_times(self, free: Sequence[FreeStart] | None = None, nearest_times: Collection[datetime] = ()) -> None:
        """Put the free times into the form, or take the question out of it."""
        has_error = bool(self._errors and "start" in self._errors)
        picked = None if has_error or not self.calendar else time_choices.read_value(self._value("start"))
        if free is None:
            # Most forms that are sent have no mistake and are never shown again: those need no times to choose from.
            is_unchecked = self.is_bound and self._errors is None
            free = [] if is_unchecked and picked else self._free_times()
        # With nothing free any more, what she sends may be the last time of all, which she keeps already.
        if free or picked:
            days = time_choices.by_day((one.at for one in free), self.zone)
            window = time_choices.window(days, time_choices.read_day(self._value("days_from")))
            self.fields["start"].offer(window, self.zone, picked=picked, nearest=nearest_times)
            city = self.profile.time_zone_city
            self.fields["start"].help_text = _("All times are %(city)s time.") % {"city": city}
        else:
            for name in ("start", "wants_earlier", "days_from"):
                self.fields.pop(name, None)
        self.helper = self._helper()

    def _free_times(self) -> list[FreeStart]:
        return free_times(self.calendar, timezone.now()) if self.calendar else []

    def _value(self, name: str) -> Any:
        return (self.data if self.is_bound else self.initial).get(name)

    @property
    def zone(self) -> tzinfo:
        return self.calendar.schedule.time_zone

    def _helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_class = "form"
        helper.form_action = reverse("bookings:consultation")
        # The browser's own bubbles vanish and are hard to read out: errors come from the server, in one place.
        helper.attrs = {"novalidate": True, "data-guard-submit": True}
        times = (
            ["days_from", Field("start", template="bookings/times.html"), "wants_earlier"]
            if "start" in self.fields
            else [HTML('{% include "bookings/no_times.html" %}')]
        )
        helper.layout = Layout(
            "token",
            Fieldset(_("When would you like to come?"), *times),
            Fieldset(_("How we reach you"), "name", "phone", "email", "contact_by", "contact_time"),
            Fieldset(_("What it is about"), *(["treatments"] if self.fields["treatments"].choices else []), "message"),
            Field(HONEYPOT, template="bookings/honeypot.html"),
            "consent",
            Div(Submit("send", _("Send my request")), css_class="form-actions"),
        )
        return helper

    def clean_start(self) -> datetime | None:
        start = self.cleaned_data["start"]
        rules, schedule = self.calendar.rules, self.calendar.schedule
        if start and not could_be_offered(start, schedule, rules, timezone.now()):
            raise forms.ValidationError(NOT_A_TIME, code="invalid")
        return start

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"]
        if phone:
            phone_to_e164(phone, self.profile.country)
        return phone

    def clean_contact_time(self) -> str:
        return self.cleaned_data["contact_time"] or ContactTime.ANY

    def clean(self) -> dict[str, Any]:
        self._check_contact()
        self._check_who_sends()
        if self.errors:
            self._check_time()
        return self.cleaned_data

    def _check_contact(self) -> None:
        # A field that was refused is absent, and has its own error already.
        phone, email = self.cleaned_data.get("phone"), self.cleaned_data.get("email")
        if phone == "" and email == "":
            self.add_error("phone", NO_CONTACT)
            self.add_error("email", NO_CONTACT)
        wish = self.cleaned_data.get("contact_by")
        if wish in (ContactBy.PHONE, ContactBy.TEXT) and phone == "" and email:
            self.add_error("contact_by", _("To be called or texted, give us your phone number as well."))
        if wish == ContactBy.EMAIL and email == "" and phone:
            self.add_error("contact_by", _("To be answered by e-mail, give us your e-mail address as well."))

    def _check_time(self) -> None:
        """A form that comes back says everything at once, also that the time is gone. Of one without mistakes
        ``services.submit`` decides: it knows the time she keeps already with the same request."""
        free = self._free_times()
        start = self.cleaned_data.get("start")
        if start and start not in [one.at for one in free] and not self._keeps(start):
            self.refuse(time_taken(start, free))
        else:
            self._offer_times(free)

    def _keeps(self, start: datetime) -> bool:
        mine = Appointment.objects.live().filter(case__submission_key=self.token.submission_key)
        return mine.filter(starts_at=start).exists()

    def could_not_be_saved(self) -> None:
        self.add_error(None, NOT_SAVED)
        self._offer_times()

    def refuse(self, taken: TimeTaken) -> None:
        """The time was gone when she sent the form. She finds the nearest ones above the days."""
        self.add_error("start", str(taken))
        self._offer_times(taken.free, taken.nearest)
        if "start" not in self.fields:
            del self.errors["start"]
            self.add_error(None, NO_TIME_LEFT)

    def _check_who_sends(self) -> None:
        """Machines are asked to send once more and give up; for a person it costs one click."""
        token = FormToken.read(self.cleaned_data.get("token", ""))
        if token is None or token.is_too_fresh or self.cleaned_data.get(HONEYPOT):
            self.add_error(None, SEND_ONCE_MORE)
        elif token.is_expired:
            self.add_error(None, EXPIRED)
            token = token.renewed()
        self._show_again(token or self.token)

    def _show_again(self, token: FormToken) -> None:
        """What the form holds when it is shown once more: everything typed, but no consent to words not seen."""
        wording = self.settings.consent_wording
        if self.cleaned_data.get("consent") and not token.shows(wording):
            self.add_error("consent", NEW_CONSENT)
            self.data.pop("consent")
        self.token = token.showing(wording)
        self.data["token"] = str(self.token)
        self.data[HONEYPOT] = ""

    def request(self) -> ConsultationRequest:
        """What a valid form says."""
        data = self.cleaned_data
        return ConsultationRequest(
            name=data["name"],
            email=data["email"],
            phone=data["phone"],
            contact_by=data["contact_by"],
            contact_time=data["contact_time"],
            message=data["message"],
            treatment_ids=tuple(data["treatments"]),
            consent_wording=self.settings.consent_wording,
            submission_key=self.token.submission_key,
            start=data.get("start"),
            wants_earlier=data.get("wants_earlier", False),
        )
