"""Rooms and people in the admin: what can be busy with a visit."""

from django.db import transaction
from django.db.models import ProtectedError
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from .models import Lane


class LaneDeleteView(generic.DeleteView):
    """One that ever had a visit stays, with its visits: it can be switched off."""

    def form_valid(self, form):
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except ProtectedError:
            messages.error(
                self.request,
                _("“%(name)s” cannot be deleted: visits or closed times belong to it. Switch it off instead.")
                % {"name": self.object},
            )
            return redirect(self.edit_url_name, self.object.pk)


class LaneViewSet(ModelViewSet):
    model = Lane
    name = "lane"
    icon = "group"
    menu_label = gettext_lazy("Rooms and people")
    menu_order = 120
    add_to_settings_menu = True
    list_display = ["name", BooleanColumn("is_active", label=gettext_lazy("Takes visits")), "sort_order"]
    form_fields = ["name", "is_active", "sort_order"]
    copy_view_enabled = False
    inspect_view_enabled = False
    delete_view_class = LaneDeleteView
