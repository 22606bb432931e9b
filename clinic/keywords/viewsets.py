from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import NumberColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from .models import Keyword


class KeywordViewSet(SnippetViewSet):
    model = Keyword
    icon = "tag"
    list_display = ["name", NumberColumn("page_count", label=_("Pages"), sort_key="page_count")]
    list_per_page = 50
    search_fields = ["name"]
    ordering = "name"

    def get_queryset(self, request):
        return Keyword.objects.annotate(page_count=Count("page_keywords"))
