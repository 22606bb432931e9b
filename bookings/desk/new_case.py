"""Write down the request of a patient who calls or comes in, and book their visit."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
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

from bookings import services
from bookings.contact_details import EmailField, LineField, phone_to_e164
from bookings.models import AppointmentState, Case, Resource, Source, VisitType
from bookings.scheduling.formatting import format_short
from bookings.scheduling.policy import BookingPolicy
from bookings.services import DeskRequest
from bookings.services.desk_cases import find_consent
from clinic.site.offers import get_offered_treatments

from .access import ClinicClockMixin, get_visit_setup
from .filters import BoundedChoiceMixin
from .forms import NoteField, StartField, WallTimeField, parse_pk
from .labels import NO_EMAIL, describe_missing, describe_unusual

MAX_QUICK_CHOICES = 8
SOURCES = [(one.value, one.label) for one in Source if one != Source.WEBSITE]
CONTACT = ("name", "phone", "email")
NOT_SAVED = gettext_lazy("Nothing was saved yet: please fix the marked fields.")


class VisitTypeField(BoundedChoiceMixin, forms.ModelChoiceField):
    pass


class OptionalTimeField(WallTimeField):
    def clean(self, value):
        return super().clean(value) if (value or "").strip() else None


class NewCaseForm(forms.Form):
    """Clean what the clerk has typed into a ``DeskRequest``.

    The button that was pressed says about the time: ``book_at`` and ``book_anyway`` name it, ``do`` is "book" for the
    typed one, "came" for a patient who is here, "later" for no time, and "save" for the typed one if there is one.
    """

    name = LineField(
        label=_("Name"),
        max_length=Case._meta.get_field("name").max_length,
        error_messages={"required": _("Write the patient's name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    phone = LineField(
        label=_("Phone"),
        required=False,
        max_length=Case._meta.get_field("phone").max_length,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    email = EmailField(
        label=_("Email"),
        required=False,
        max_length=Case._meta.get_field("email").max_length,
        error_messages={"invalid": _("This is not a complete email address. It looks like name@example.com.")},
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off", "spellcheck": "false"}),
    )
    source = forms.ChoiceField(label=_("How did they ask?"), choices=SOURCES, initial=Source.PHONE)
    treatments = forms.TypedMultipleChoiceField(
        label=_("Interested in"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    visit_type = VisitTypeField(label=_("Type of visit"), queryset=None, empty_label=None, required=False)
    note = NoteField(
        label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3, "cols": 40})
    )
    consent = forms.BooleanField(
        label=_("They agree"),
        error_messages={"required": _("Read the wording to the patient, and check the box if they agree.")},
    )
    wording = forms.CharField(required=False, widget=forms.HiddenInput)
    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    do = forms.CharField(required=False)

    def __init__(self, *args, zone, country: str, wording: str, has_agreed: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.country, self.current_wording = country, wording
        self.fields["start"] = OptionalTimeField(zone=zone, label=_("Day and time"), required=False)
        self.fields["treatments"].choices = [(one.id, one.title) for one in get_offered_treatments()]
        self.fields["visit_type"].queryset = VisitType.objects.filter(is_active=True)
        if has_agreed:
            del self.fields["consent"]
        self.initial.setdefault("submission_key", uuid4())

    def clean_wording(self):
        if "consent" in self.fields and self.cleaned_data["wording"] != self.current_wording:
            # The field is hidden, so the message stands at the box.
            self.add_error("consent", _("The wording has changed meanwhile. Read it to the patient again."))
        return self.current_wording

    def clean(self):
        cleaned = super().clean()
        phone = cleaned.get("phone")
        try:
            cleaned["phone_e164"] = phone_to_e164(phone, self.country) if phone else ""
        except ValidationError as error:
            self.add_error("phone", error)
        if not (phone or cleaned.get("email") or self.errors.keys() & {"phone", "email"}):
            self.add_error("phone", _("Write down a phone number or an email address."))
        cleaned["anyway"] = []
        if "start" not in self.errors:
            self._clean_time(cleaned)
        return cleaned

    def _clean_time(self, cleaned: dict[str, Any]) -> None:
        """Set the time that the button is about."""
        do, typed = cleaned.get("do"), cleaned.get("start")
        chosen, _space, kinds = self.data.get("book_anyway", self.data.get("book_at", "")).partition(" ")
        if chosen:
            try:
                cleaned["start"], cleaned["anyway"] = StartField().clean(chosen), kinds.split(",")
            except ValidationError as error:
                self.add_error("start", error)
        elif do == "book" and not typed:
            self.add_error("start", _("Choose a day and a time."))
        elif do in ("came", "later") and typed:
            self.add_error("start", _("You typed a time as well. Book it, or clear it."))

    def get_request(self, known: Case | None, preferred: tuple[int, ...]) -> DeskRequest:
        """Return what the service saves."""
        data = self.cleaned_data
        has_come = data["do"] == "came"
        return DeskRequest(
            **{name: data[name] for name in (*CONTACT, "phone_e164", "note", "start", "submission_key")},
            source=Source.DOOR if has_come else data["source"],
            treatment_ids=tuple(data["treatments"]),
            consent_wording=data["wording"] if "consent" in self.fields else "",
            has_come=has_come,
            known_id=known.pk if known else None,
            preferred=preferred,
            visit_type_id=data["visit_type"].pk if data["visit_type"] else None,
        )

    def get_typed(self) -> dict[str, Any]:
        """Return what was typed, for a form that is shown again without being checked."""
        return {name: self[name].value() for name in self.fields if name != "do"}


@method_decorator(cache_control(private=True, no_store=True), name="dispatch")
class NewCaseView(ClinicClockMixin, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Open a case.

    ``?patient=`` is a case of a known patient, ``?start=`` and ``?resource=`` a free place in the calendar.
    """

    model = Case
    permission_required = "change"
    template_name = "bookings/desk/new_case.html"
    header_icon = "requests"
    page_title = gettext_lazy("New request at the desk")

    def get_breadcrumbs_items(self):
        cases = {"url": reverse("case:index"), "label": _("Cases")}
        return [*self.breadcrumbs_items, cases, {"url": "", "label": self.page_title}]

    def get(self, request, *args, **kwargs):
        return self.show(self.build_form(initial=self.get_initial()))

    def post(self, request, *args, **kwargs):
        form = self.build_form(request.POST)
        if "show_times" in request.POST:
            return self.show(self.build_form(initial=form.get_typed()))
        if not form.is_valid():
            messages.error(request, NOT_SAVED)
            return self.show(form)
        data = form.cleaned_data
        policy = self.get_policy(data["visit_type"])
        try:
            case, _is_new = services.open_case(
                form.get_request(self.known, self.preferred), actor=request.user, policy=policy, anyway=data["anyway"]
            )
        except services.UnusualTimeError as unusual:
            messages.warning(request, _("Nothing was saved yet: please read the question below."))
            return self.show(form, unusual=describe_unusual(unusual.start, unusual.obstacles, self.zone))
        except services.TimeTakenError as taken:
            messages.error(request, str(taken))
            return self.show(form, nearest=taken.nearest)
        except services.SavedBeforeError as refusal:
            messages.error(request, str(refusal))
            return self.show(form, saved_url=get_case_url(refusal.case))
        except services.BookingError as refusal:
            messages.error(request, str(refusal))
            return self.show(form)
        messages.success(request, self.describe(case))
        return redirect(get_case_url(case))

    @cached_property
    def known(self) -> Case | None:
        """Return the case of the known patient, or None for a new one."""
        typed = self.request.GET.get("patient")
        if not typed:
            return None
        return get_object_or_404(Case.objects.select_related("patient"), pk=parse_pk(typed))

    @property
    def preferred(self) -> tuple[int, ...]:
        """Return the room or practitioner whose place in the calendar was clicked."""
        pk = parse_pk(self.request.GET.get("resource", ""))
        return (pk,) if pk else ()

    @cached_property
    def consent(self):
        return find_consent(self.known)

    @property
    def wording(self) -> str:
        return get_visit_setup(self.request).settings.spoken_wording

    def build_form(self, *args, **kwargs) -> NewCaseForm:
        known = {"zone": self.zone, "country": self.country, "wording": self.wording}
        form = NewCaseForm(*args, **known, has_agreed=self.consent is not None, **kwargs)
        if self.known:  # Another person has a request of their own, with their own consent.
            form.fields["name"].disabled = True
            form.initial["name"] = self.known.name
        return form

    def get_initial(self) -> dict[str, Any]:
        initial: dict[str, Any] = {"visit_type": self.get_usual_type(), "wording": self.wording}
        if self.known:
            initial |= {name: getattr(self.known, name) for name in CONTACT}
        try:
            start = StartField().clean(self.request.GET.get("start", ""))
            initial["start"] = start.astimezone(self.zone).strftime(WallTimeField.WRITTEN)
        except ValidationError:
            pass
        return initial

    def get_usual_type(self) -> VisitType | None:
        """Return what a known patient had done last, else the type that patients book.

        For the place of a practitioner in the calendar it is the first type that they perform.
        """
        performed = VisitType.objects.filter(is_active=True, performed_by__in=self.preferred)
        usual = performed.first() or VisitType.get_default()
        if self.known:
            treated = self.known.appointments.filter(state=AppointmentState.TREATED).last()
            if treated and treated.done.is_active:
                return treated.done
        return usual

    def get_policy(self, visit_type: VisitType | None) -> BookingPolicy | None:
        return self.policy.for_type(visit_type) if visit_type and self.policy else self.policy

    def show(self, form: NewCaseForm, **extra: Any):
        return self.render_to_response(self.get_context_data(form=form, **extra))

    def get_context_data(self, form: NewCaseForm, nearest: Iterable[datetime] | None = None, **extra: Any):
        visit_type = VisitTypeField(form.fields["visit_type"].queryset, required=False)
        try:
            chosen = visit_type.clean(form["visit_type"].value())
        except ValidationError:
            chosen = None
        starts = self.find_quick_starts(self.get_policy(chosen)) if nearest is None else nearest
        return {
            **super().get_context_data(),
            "form": form,
            "known": self.known,
            "known_url": get_case_url(self.known) if self.known else "",
            "consent": self.consent,
            "wording": self.wording,
            "has_types": form.fields["visit_type"].queryset.count() > 1,
            "contact_is_wrong": bool(form.errors.keys() & {*CONTACT}),
            "is_nearest": nearest is not None,
            "choices": [(start.isoformat(), format_short(start, self.zone)) for start in starts],
            **extra,
        }

    def find_quick_starts(self, policy: BookingPolicy | None) -> list[datetime]:
        """Return the first free time of each of the next mornings and afternoons."""
        half_days: dict[tuple, datetime] = {}
        for free in services.free_starts(policy, timezone.now()) if policy else ():
            local = free.at.astimezone(self.zone)
            half_days.setdefault((local.date(), local.hour < 12), free.at)
            if len(half_days) == MAX_QUICK_CHOICES:
                break
        return list(half_days.values())

    def describe(self, case: Case) -> str:
        """Return the message to the clerk after the case was saved."""
        visit = case.appointments.first()
        if visit is None:
            return _("The request is saved. It stands on Today until it is answered.")
        if visit.state == AppointmentState.CHECKED_IN:
            return " ".join([_("The request is saved, and the patient is checked in."), *describe_missing(visit)])
        done = _("Booked: %(time)s.") % {"time": format_short(visit.starts_at, self.zone)}
        taken = list(Resource.objects.filter(slots__appointment=visit).distinct())
        if wanted := Resource.objects.filter(pk__in=self.preferred).exclude(pk__in=[one.pk for one in taken]).first():
            words = {"wanted": wanted, "taken": ", ".join(one.name for one in taken)}
            done = f"{done} {_('Not with %(wanted)s, but with %(taken)s.') % words}"
        return done if case.email else f"{done} {NO_EMAIL}"


def get_case_url(case: Case) -> str:
    return reverse("case:inspect", args=[case.pk])
