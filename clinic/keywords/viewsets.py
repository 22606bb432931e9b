from django.utils.translation import gettext_lazy as _
from wagtail.snippets.views.snippets import SnippetViewSet

from clinic.admin.columns import PageCountColumn, count_pages

from .models import Keyword


class KeywordViewSet(SnippetViewSet):
    model = Keyword
    icon = "tag"
    list_display = ["name", PageCountColumn(_("Pages"))]
    list_per_page = 50
    search_fields = ["name"]
    ordering = "name"

    def get_queryset(self, request):
        return Keyword.objects.annotate(**count_pages("page_keywords__content_object"))
