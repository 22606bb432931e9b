"""Export the keywords with their pages, and what is still to be written."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, Min, Prefetch, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.views.mixins import SpreadsheetExportMixin

from clinic.spreadsheets import BYTE_ORDER_MARK, escape_formula
from clinic.undo.models import TrashPage

from .access import KeywordAccessMixin
from .coverage import without_page
from .evidence import list_evidence_of_owners
from .matching import Intent
from .models import Keyword, KeywordGroup, PageKeyword

BATCH = 500
SEPARATOR = "; "
TITLE_FORMS = {
    Intent.LEARN: gettext_lazy("%(phrase)s: what to know"),
    Intent.COMPARE: gettext_lazy("%(phrase)s: what it does, for whom, what it costs"),
    Intent.VISIT: gettext_lazy("%(phrase)s: the visit, prices, booking"),
}


PLACES = {
    "in_title": gettext_lazy("title"),
    "in_heading": gettext_lazy("first heading"),
    "in_opening": gettext_lazy("opening paragraph"),
    "in_headings": gettext_lazy("other headings"),
    "in_body": gettext_lazy("text"),
    "in_alts": gettext_lazy("alt text"),
    "in_address": gettext_lazy("address"),
}


class KeywordExport(KeywordAccessMixin, SpreadsheetExportMixin, View):
    """Send rows as CSV, or as XLSX with ``?export=xlsx``. No value runs as a formula."""

    columns: dict[str, str | Promise] = {}
    custom_value_preprocess = {str: {SpreadsheetExportMixin.FORMAT_CSV: escape_formula}}

    @property
    def list_export(self) -> list[str]:
        return list(self.columns)

    def get(self, request: HttpRequest) -> HttpResponse:
        export_format = self.FORMAT_XLSX if request.GET.get("export") == self.FORMAT_XLSX else self.FORMAT_CSV
        return self.as_spreadsheet(self.get_groups(), export_format)

    def as_spreadsheet(self, queryset: QuerySet[KeywordGroup], spreadsheet_format: str) -> HttpResponse:
        if spreadsheet_format == self.FORMAT_XLSX:
            return self.write_xlsx_response(queryset.iterator(BATCH))
        return self.write_csv_response(queryset)

    def get_filename(self) -> str:
        return f"{self.export_filename}-{timezone.localdate()}"

    def get_heading(self, queryset, field: str) -> str:
        return str(self.columns[field])

    def stream_csv(self, queryset: QuerySet[KeywordGroup]) -> Iterator[bytes | str]:
        yield BYTE_ORDER_MARK
        yield from super().stream_csv(queryset.iterator(BATCH))

    def write_csv_response(self, queryset: QuerySet[KeywordGroup]) -> HttpResponse:
        response = super().write_csv_response(queryset)
        response["Content-Type"] = "text/csv; charset=utf-8"
        response["Cache-Control"] = "no-store"
        return response

    def get_groups(self) -> QuerySet[KeywordGroup]:
        own = Q(keywords__merged_into=None)  # what was merged counts no searches of its own
        keywords = Keyword.objects.filter(merged_into=None).select_related("owner", "treatment", "concern")
        pages = TrashPage.exclude_from(PageKeyword.objects.select_related("page"), "page__path")
        return (
            KeywordGroup.objects.filter(merged_into=None, keywords__isnull=False)
            .annotate(
                best_priority=Min("keywords__priority", filter=own),
                searches=Sum("keywords__monthly_searches", filter=own),
            )
            .select_related("traffic__landing_page")
            .prefetch_related(
                Prefetch("keywords", keywords.order_by("priority", F("monthly_searches").desc(nulls_last=True), "pk")),
                Prefetch("page_keywords", pages.order_by("-is_live", "sort_order", "pk")),
            )
            .order_by("name", "pk")
        )

    def describe(self, group: KeywordGroup) -> dict[str, Any]:
        """Return what both exports say of a group."""
        keywords = list(group.keywords.all())
        first = keywords[0] if keywords else Keyword()
        traffic = getattr(group, "traffic", None)
        return {
            "keyword": group.name,
            "phrases": _join(one.phrase for one in keywords),
            "intent": first.get_intent_display(),
            "place": _join(one.place for one in keywords),
            "topic": _join(str(topic) for one in keywords for topic in (one.treatment, one.concern) if topic),
            "priority": Keyword.Priority(group.best_priority).label if group.best_priority else "",
            "status": _join(str(one.get_status_display()) for one in keywords),
            "owner": _join(get_user_display_name(one.owner) for one in keywords if one.owner),
            "searches": "" if group.searches is None else group.searches,
            "clicks": traffic.clicks if traffic else "",
            "impressions": traffic.impressions if traffic else "",
            "position": traffic.position if traffic and traffic.position else "",
            "drafts": _join(row.page.get_admin_display_title() for row in group.page_keywords.all() if not row.is_live),
        }


def _join(texts: Iterable[str]) -> str:
    return SEPARATOR.join(dict.fromkeys(text for text in texts if text))


class KeywordMapExport(KeywordExport):
    """Export each keyword with the page for it and the pages that support it."""

    export_filename = "keyword-map"
    columns = {
        "keyword": gettext_lazy("Keyword"),
        "phrases": gettext_lazy("Phrases"),
        "page": gettext_lazy("The page for it"),
        "address": gettext_lazy("Its address"),
        "said": gettext_lazy("The page says it in"),
        "supporting": gettext_lazy("Pages that support it"),
        "drafts": gettext_lazy("Drafts"),
        "landing": gettext_lazy("People land on"),
        "intent": gettext_lazy("People want to"),
        "place": gettext_lazy("Place"),
        "topic": gettext_lazy("Topic"),
        "priority": gettext_lazy("Priority"),
        "status": gettext_lazy("Status"),
        "owner": gettext_lazy("Owner"),
        "searches": gettext_lazy("Searches a month"),
        "clicks": gettext_lazy("Clicks"),
        "impressions": gettext_lazy("Impressions"),
        "position": gettext_lazy("Position"),
    }

    def get_groups(self) -> QuerySet[KeywordGroup]:
        evidence = Prefetch("evidence", list_evidence_of_owners(), to_attr="evidence_of_owner")
        return super().get_groups().prefetch_related(evidence)

    def to_row_dict(self, item: KeywordGroup) -> dict[str, Any]:
        live = [row for row in item.page_keywords.all() if row.is_live]
        primary = next((row.page for row in live if row.is_primary), None)
        traffic = getattr(item, "traffic", None)
        landing = traffic and (traffic.landing_page.title if traffic.landing_page else traffic.landing_path)
        found = {
            **self.describe(item),
            "page": primary.title if primary else "",
            "address": (primary.get_full_url(self.request) or "") if primary else "",
            "said": _join(str(PLACES[name]) for one in item.evidence_of_owner for name in PLACES if getattr(one, name)),
            "supporting": _join(row.page.title for row in live if not row.is_primary),
            "landing": landing or "",
        }
        return {name: found[name] for name in self.columns}


class ContentPlanExport(KeywordExport):
    """Export the keywords without a page that everybody can find, most important first."""

    export_filename = "content-plan"
    columns = {
        "priority": gettext_lazy("Priority"),
        "keyword": gettext_lazy("Keyword"),
        "phrases": gettext_lazy("Phrases"),
        "intent": gettext_lazy("People want to"),
        "place": gettext_lazy("Place"),
        "topic": gettext_lazy("Topic"),
        "title": gettext_lazy("Suggested title"),
        "searches": gettext_lazy("Searches a month"),
        "impressions": gettext_lazy("Impressions"),
        "clicks": gettext_lazy("Clicks"),
        "status": gettext_lazy("Status"),
        "drafts": gettext_lazy("Drafts"),
        "owner": gettext_lazy("Owner"),
        "notes": gettext_lazy("Notes"),
    }

    def get_groups(self) -> QuerySet[KeywordGroup]:
        return order_by_importance(without_page(super().get_groups()))

    def to_row_dict(self, item: KeywordGroup) -> dict[str, Any]:
        keywords = list(item.keywords.all())
        first = keywords[0] if keywords else Keyword(phrase=item.name)
        phrase = f"{first.phrase[:1].upper()}{first.phrase[1:]}"
        found = {
            **self.describe(item),
            "title": str(TITLE_FORMS[Intent(first.intent)]) % {"phrase": phrase},
            "notes": _join(one.notes for one in keywords),
        }
        return {name: found[name] for name in self.columns}


def order_by_importance(groups: QuerySet[KeywordGroup]) -> QuerySet[KeywordGroup]:
    """Order groups by priority, then by how often they were seen in Google, then by searches a month."""
    return groups.order_by(
        "best_priority",
        F("traffic__impressions").desc(nulls_last=True),
        F("searches").desc(nulls_last=True),
        "name",
        "pk",
    )
