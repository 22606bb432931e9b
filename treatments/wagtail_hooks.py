from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from clinic.admin.columns import PageCountColumn, count_pages
from clinic.admin.menu import CONTENT_MENU, SHORTCUT_HOOK, get_add_page_shortcut
from clinic.admin.ordering import SnippetViewSet

from .models import AreaOfConcern, TreatmentIndexPage, TreatmentPage


class AreaOfConcernViewSet(SnippetViewSet):
    model = AreaOfConcern
    icon = "list-ul"
    menu_hook = CONTENT_MENU
    menu_order = 20
    list_display = [
        "name",
        PageCountColumn(_("Treatments")),
        "sort_order",
    ]
    search_fields = ["name"]
    ordering = ["sort_order", "name"]

    def get_queryset(self, request):
        return AreaOfConcern.objects.annotate(**count_pages("treatments"))


register_snippet(AreaOfConcernViewSet)


@hooks.register(SHORTCUT_HOOK, order=200)
def get_treatment_shortcut(request):
    return get_add_page_shortcut(request, TreatmentIndexPage, TreatmentPage, _("Add a treatment"), "plus")
