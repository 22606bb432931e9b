from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import NumberColumn
from wagtail.snippets.views.snippets import CreateView

from clinic.admin.access import NoChooserViewSet
from clinic.admin.ordering import SnippetViewSet
from clinic.caching.version import version_for

from .finding import find
from .index import get_index
from .models import MAX_LOGGED_LETTERS, Synonym, split_phrases


class FoundPagesColumn(NumberColumn):
    """Show how many pages the search finds for what visitors type."""

    def get_cell_context_data(self, instance, parent_context):
        index = get_index(version_for(parent_context["request"]))
        found = {page for phrase in split_phrases(instance.words) for page in find(index, phrase).page_ids}
        return super().get_cell_context_data(instance, parent_context) | {"value": len(found)}


class SynonymCreateView(CreateView):
    def get_initial(self):
        """Fill in the words of a search that found nothing."""
        return super().get_initial() | {"words": self.request.GET.get("words", "")[:MAX_LOGGED_LETTERS]}


class SynonymViewSet(SnippetViewSet):
    model = Synonym
    chooser_viewset_class = NoChooserViewSet
    add_view_class = SynonymCreateView
    icon = "search"
    menu_label = _("Search synonyms")
    list_display = ["words", "means", FoundPagesColumn("pk", label=_("Pages found"))]
    search_fields = ["words", "means"]
    ordering = "words"
