"""Give each list of the admin one order, whichever column it is sorted by."""

from django.db.models import QuerySet
from wagtail.snippets.views import snippets


class TotalOrderMixin:
    """Order the rows of a list that are alike in its sorted column by their key.

    Without it, PostgreSQL may show one of them on two pages of the list, and another one on none.
    """

    def order_queryset(self, queryset: QuerySet) -> QuerySet:
        queryset = super().order_queryset(queryset)
        # The order of a model itself is total.
        return queryset.order_by(*order, "pk") if (order := queryset.query.order_by) else queryset


class SnippetIndexView(TotalOrderMixin, snippets.IndexView):
    pass


class SnippetViewSet(snippets.SnippetViewSet):
    index_view_class = SnippetIndexView
