"""Columns of our lists in the admin."""

from typing import Any

from django.db.models import Count, Q
from django.utils.translation import ngettext
from wagtail.admin.ui.tables import Column

from clinic.undo.models import TrashPage


def count_pages(relation: str) -> dict[str, Count]:
    """Return annotations for ``PageCountColumn``. ``relation`` leads to the pages that use a row."""
    kept = Q()
    for path in TrashPage.objects.values_list("path", flat=True):
        kept &= ~Q(**{f"{relation}__path__startswith": path})
    live = Q(**{f"{relation}__live": True})
    return {
        "page_count": Count(relation, filter=kept, distinct=True),
        "live_count": Count(relation, filter=kept & live, distinct=True),
    }


class PageCountColumn(Column):
    """Say how many pages use a row, with drafts counted apart."""

    def __init__(self, label: str):
        super().__init__("page_count", label=label, sort_key="page_count")

    def get_value(self, instance: Any) -> str:
        drafts = instance.page_count - instance.live_count
        if not drafts:
            return str(instance.live_count)
        text = ngettext("%(live)s live, %(drafts)s draft", "%(live)s live, %(drafts)s drafts", drafts)
        return text % {"live": instance.live_count, "drafts": drafts}
