from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.ui.tables import NumberColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from clinic.admin.menu import CONTENT_MENU, SHORTCUT_HOOK, Shortcut

from .models import AreaOfConcern, TreatmentIndexPage


class AreaOfConcernViewSet(SnippetViewSet):
    model = AreaOfConcern
    icon = "list-ul"
    menu_hook = CONTENT_MENU
    menu_order = 20
    list_display = [
        "name",
        NumberColumn("treatment_count", label=gettext_lazy("Treatments"), sort_key="treatment_count"),
        "sort_order",
    ]
    search_fields = ["name"]
    ordering = ["sort_order", "name"]

    def get_queryset(self, request):
        return AreaOfConcern.objects.annotate(treatment_count=Count("treatments"))


register_snippet(AreaOfConcernViewSet)


@hooks.register(SHORTCUT_HOOK, order=200)
def get_treatment_shortcut(request):
    index = TreatmentIndexPage.objects.first()
    if index and index.permissions_for_user(request.user).can_add_subpage():
        url = reverse("wagtailadmin_pages:add", args=["treatments", "treatmentpage", index.pk])
        return Shortcut(_("Add a treatment"), url, "plus")
    return None
