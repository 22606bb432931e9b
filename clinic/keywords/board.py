"""Show what is to be done about keywords, section by section. Everything is read from stored rows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import IntegerField, QuerySet, Subquery, Value
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from . import evidence
from .access import KeywordAccessMixin
from .evidence import MAX_TOTAL, Findings

LINES = 25  # on a page of a section
MAX_PAGE = 400


@dataclass(frozen=True)
class Action:
    """Hold a button: a link, or a form with the fields if it changes something."""

    label: str
    url: str
    fields: dict[str, Any] | None = None
    is_main: bool = False


@dataclass(frozen=True)
class Line:
    text: str
    details: list[str] = field(default_factory=list)
    url: str = ""
    actions: list[Action] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    """Hold a list of the board.

    ``rows`` is counted, ``find`` takes how many of them to read, and ``show`` turns one into a line.
    """

    slug: str
    title: str | Promise
    help: str | Promise
    empty: str | Promise
    rows: Callable[[], QuerySet[Any]]
    find: Callable[[int], Findings[Any]]
    show: Callable[[Any], Line]


_sections: list[Section] = []


def register_section(section: Section) -> None:
    """Add a section to the board. Call it in ``AppConfig.ready()``, or where hooks are registered."""
    _sections.append(section)


class RowCount(Subquery):
    """Count the rows of a query inside another one."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def count_rows(sections: list[Section]) -> dict[str, int]:
    """Return how many rows each section has, ``MAX_TOTAL`` at most. Costs one query for all."""
    counts = [RowCount(section.rows().order_by().values(one=Value(1))[:MAX_TOTAL]) for section in sections]
    row = ContentType.objects.order_by("pk").values_list(*counts)[0]  # any table that always has a row
    return dict(zip((section.slug for section in sections), row, strict=True))


class BoardView(KeywordAccessMixin, WagtailAdminTemplateMixin, TemplateView):
    """Show how much is to be done in each section, and the lines of one."""

    template_name = "clinic/admin/keywords/board.html"
    page_title = gettext_lazy("Keywords")
    header_icon = "tag"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        totals = count_rows(_sections)
        shown = self.get_shown(totals)
        last = max(1, -(-totals[shown.slug] // LINES))
        number = min(self.get_number(), last)
        found = shown.find(number * LINES)
        return super().get_context_data(
            sections=[(section, totals[section.slug]) for section in _sections],
            shown=shown,
            total=found.total,
            lines=[shown.show(row) for row in found.rows[(number - 1) * LINES :]],
            number=number,
            last=last,
            state=evidence.get_reading_state(),
            here=self.request.get_full_path(),
            **kwargs,
        )

    def get_shown(self, totals: dict[str, int]) -> Section:
        """Return the section that was asked for, or else the first one with something to do."""
        slug = self.request.GET.get("section")
        if not slug:
            return next((section for section in _sections if totals[section.slug]), _sections[0])
        for section in _sections:
            if section.slug == slug:
                return section
        raise Http404

    def get_number(self) -> int:
        """Return which page of the section is shown. Anything else than a number is the first."""
        asked = self.request.GET.get("p", "")
        return min(max(int(asked), 1), MAX_PAGE) if asked.isdecimal() and len(asked) < 6 else 1
