"""List and edit rooms, practitioners and types of visit in the admin."""

from django.db import transaction
from django.db.models import ProtectedError
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from bookings.models import Resource, VisitType


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


class ResourceViewSet(SettingsViewSet):
    model = Resource
    name = "resource"
    icon = "group"
    menu_label = gettext_lazy("Rooms and practitioners")
    menu_order = 120
    list_display = ["name", "kind", BooleanColumn("is_active", label=gettext_lazy("Takes visits")), "sort_order"]
    form_fields = ["name", "kind", "is_active", "sort_order"]


class VisitTypeViewSet(SettingsViewSet):
    model = VisitType
    name = "visit_type"
    icon = "time"
    menu_label = gettext_lazy("Types of visit")
    menu_order = 130
    list_display = ["name", "minutes", "pause_minutes", BooleanColumn("is_active", label=gettext_lazy("Can be booked"))]
    form_fields = [
        "name",
        "minutes",
        "pause_minutes",
        "needs_room",
        "needs_practitioner",
        "is_active",
        "sort_order",
    ]
