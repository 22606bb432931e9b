"""List and edit rooms, practitioners and types of visit in the admin."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from bookings import services
from bookings.models import Resource, ResourceKind, VisitType
from bookings.scheduling.formatting import format_short
from clinic.hours.models import WEEKDAYS
from clinic.models import ClinicProfile


class ProtectedDeleteView(generic.DeleteView):
    """Refuse to delete a row that visits refer to. It can be switched off."""

    def form_valid(self, form):
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except ProtectedError:
            messages.error(
                self.request,
                _("“%(name)s” cannot be deleted: it has visits or blocked times. Switch it off instead.")
                % {"name": self.object},
            )
            return redirect(self.edit_url_name, self.object.pk)


class SettingsViewSet(ModelViewSet):
    add_to_settings_menu = True
    copy_view_enabled = False
    inspect_view_enabled = False
    delete_view_class = ProtectedDeleteView

    def get_index_view_kwargs(self, **kwargs):
        # With the whole name in it, the button hides the page's title on a phone.
        return super().get_index_view_kwargs(add_item_label=gettext_lazy("Add"), **kwargs)


class ResourceForm(WagtailAdminModelForm):
    """Keep the kind of a room or practitioner that has visits: they would lose what they need.

    Ask for the hours of a practitioner with their own hours: without any, no time is ever offered.
    """

    def clean_kind(self):
        kind = self.cleaned_data["kind"]
        if self.instance.pk and kind != self.instance.kind and self.instance.slots.exists():
            raise ValidationError(_("It has visits or blocked times. Switch it off, and add another one."))
        return kind

    def clean(self):
        cleaned = super().clean()
        is_practitioner = cleaned.get("kind") == ResourceKind.PRACTITIONER
        has_hours = any(cleaned.get(day) for day in WEEKDAYS) or self.errors.keys() & {*WEEKDAYS}
        if is_practitioner and cleaned.get("has_own_hours") and not has_hours:
            self.add_error("has_own_hours", _("Write the hours below, or turn this off."))
        return cleaned


class ResourceEditView(generic.EditView):
    """List the visits that changed hours leave outside, or all that one has who is switched off. They stay booked."""

    def form_valid(self, form):
        response = super().form_valid(form)
        zone = ClinicProfile.for_request(self.request).zone
        if visits := services.find_visits_outside_hours(self.object, zone, timezone.now()):
            links = format_html_join(
                ", ",
                '<a href="{}">{}</a>',
                (
                    (reverse("case:inspect", args=[visit.case_id]), format_short(visit.starts_at, zone))
                    for visit in visits
                ),
            )
            words = _("These visits are outside the hours of %(name)s, and stay booked:")
            if not self.object.is_active:
                words = _("%(name)s has these visits. They stay booked:")
            words %= {"name": self.object.name}
            messages.warning(self.request, format_html("{} {}", words, links))
        return response


class ResourceViewSet(SettingsViewSet):
    model = Resource
    edit_view_class = ResourceEditView
    name = "resource"
    icon = "group"
    menu_label = gettext_lazy("Rooms and practitioners")
    menu_order = 120
    list_display = ["name", "kind", BooleanColumn("is_active", label=gettext_lazy("Takes visits")), "sort_order"]
    panels = [
        "name",
        FieldRowPanel(["kind", "sort_order"]),
        "is_active",
        "has_own_hours",
        MultiFieldPanel(
            [*WEEKDAYS],
            heading=gettext_lazy("A practitioner's own hours"),
            help_text=gettext_lazy(
                "Write times like “9 am – 4 pm”, “9 am – 12 pm, 1 pm – 6 pm” or “closed”. "
                "Patients are offered times at which the clinic is open, too."
            ),
        ),
    ]

    def get_edit_handler(self):
        return ObjectList(self.panels, base_form_class=ResourceForm).bind_to_model(self.model)


class VisitTypeForm(WagtailAdminModelForm):
    """Ask who performs a visit that needs a practitioner: without anybody, no time is ever offered."""

    def clean(self):
        cleaned = super().clean()
        is_answered = cleaned.get("performed_by") or "performed_by" in self.errors
        if cleaned.get("needs_practitioner") and not is_answered:
            self.add_error(
                "performed_by",
                _("Choose who performs it. Practitioners are added under Settings, Rooms and practitioners."),
            )
        return cleaned


class VisitTypeViewSet(SettingsViewSet):
    model = VisitType
    name = "visit_type"
    icon = "time"
    menu_label = gettext_lazy("Types of visit")
    menu_order = 130
    list_display = ["name", "minutes", "pause_minutes", BooleanColumn("is_active", label=gettext_lazy("Can be booked"))]
    panels = [
        "name",
        FieldRowPanel(["minutes", "pause_minutes"]),
        MultiFieldPanel(
            ["needs_room", "needs_practitioner", FieldPanel("performed_by", widget=forms.CheckboxSelectMultiple)],
            heading=gettext_lazy("What it needs"),
        ),
        MultiFieldPanel(["is_treatment", "repeat_after_days"], heading=gettext_lazy("Treatment")),
        "is_active",
        "sort_order",
    ]

    def get_edit_handler(self):
        return ObjectList(self.panels, base_form_class=VisitTypeForm).bind_to_model(self.model)
