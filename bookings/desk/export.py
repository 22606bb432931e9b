"""Export the desk's list as CSV in which no value runs as a formula."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache, cached_property
from itertools import islice
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.log_actions import LogFormatter, log

from bookings.models import Case, CaseKind, CaseTreatment, Source
from bookings.services import get_stage
from clinic.spreadsheets import BYTE_ORDER_MARK, escape_formula

from .labels import format_label

BATCH = 500
LOG_ACTION = "bookings.export"
COLUMNS = {
    "kind": gettext_lazy("Kind"),
    "name": gettext_lazy("Name"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("Email"),
    "status": gettext_lazy("Status"),
    "due": gettext_lazy("Next due (%(zone)s)"),
    "visit": gettext_lazy("Visit (%(zone)s)"),
    "treatments": gettext_lazy("Treatments"),
    "owner": gettext_lazy("Owner"),
    "received": gettext_lazy("Received (%(zone)s)"),
    "requested": gettext_lazy("Requested time (%(zone)s)"),
    "source": gettext_lazy("Source"),
    "message": gettext_lazy("In the patient's own words"),
    "reference": gettext_lazy("Reference"),
    "unsent": gettext_lazy("Unsent emails"),
}
# What the file is written from.
EXPORTED = (
    "kind", "severity", "status", "outcome", "name", "phone", "phone_is_wrong", "email", "owner_id", "created_at",
    "requested_start", "source", "message", "reference",
)  # fmt: skip


class ExportFormatter(LogFormatter):
    """Say in the site history how many cases were exported, by which filters.

    The history never holds the search text.
    """

    label = gettext_lazy("Export cases")

    def format_message(self, log_entry):
        count = log_entry.data.get("count", 0)
        text = ngettext("Exported %(count)d case", "Exported %(count)d cases", count) % {"count": count}
        narrowed = [*log_entry.data.get("filters", []), *([_("a search")] if log_entry.data.get("searched") else [])]
        return f"{text} ({', '.join(narrowed)})" if narrowed else text


def log_export(user: User, *, count: int, filters: list[str], searched: bool) -> None:
    """Record an export.

    A log entry needs one object, so the entry names a case that does not exist.
    """
    data = {"count": count, "filters": filters, "searched": searched}
    log(Case(pk=0), LOG_ACTION, user=user, title=str(Case._meta.verbose_name_plural), data=data)


class CaseExportMixin(SpreadsheetExportMixin):
    """Export the list as CSV. The view provides ``now``, ``zone`` and what the list shows of a case."""

    FORMATS = (SpreadsheetExportMixin.FORMAT_CSV,)
    list_export = list(COLUMNS)

    def get_filename(self):
        return f"cases-{self.now.astimezone(self.zone).date()}"

    def get_heading(self, queryset, field):
        return str(COLUMNS[field]) % {"zone": self.zone.key}

    # A label is translated once for each file: for each row, that would take half of the time.

    @cached_property
    def kinds(self) -> dict[str, str]:
        return {kind: str(label) for kind, label in CaseKind.choices}

    @cached_property
    def sources(self) -> dict[str, str]:
        return {source: str(label) for source, label in Source.choices}

    @cached_property
    def format_label(self):
        return cache(format_label)

    @cached_property
    def owner_names(self) -> dict[int | None, str]:
        return {user.pk: get_user_display_name(user) for user in get_user_model().objects.all()}

    def to_row_dict(self, item: Case) -> dict[str, Any]:
        visit, tasks = self.get_current_visit(item), item.get_open_tasks()
        return {
            "kind": self.kinds[item.kind],
            "name": item.name,
            "phone": f"{item.phone} ({_('wrong number')})" if item.phone and item.phone_is_wrong else item.phone,
            "email": item.email,
            "status": self.format_label(get_stage(item), item.outcome),
            "due": self.format_moment(tasks[0].due_at if tasks else None),
            "visit": self.format_moment(visit and visit.starts_at),
            "treatments": ", ".join(item.treatment_titles),
            "owner": self.owner_names.get(item.owner_id, ""),
            "received": self.format_moment(item.created_at),
            "requested": self.format_moment(item.requested_start),
            "source": self.sources[item.source],
            "message": item.message,
            "reference": item.reference,
            "unsent": str(len(item.unsent_messages) or ""),
        }

    def format_moment(self, at: datetime | None) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}" if at else ""

    def write_csv_row(self, writer, row_dict):
        return writer.writerow({field: escape_formula(value) for field, value in row_dict.items()})

    def stream_csv(self, queryset):
        yield BYTE_ORDER_MARK
        yield from super().stream_csv(self.read(queryset))

    def read(self, queryset: QuerySet[Case]) -> Iterator[Case]:
        """Yield the cases with the titles of their treatments, in batches. An object for each title takes longer."""
        rows = queryset.iterator(BATCH)
        while batch := list(islice(rows, BATCH)):
            titles: dict[int, list[str]] = {case.pk: [] for case in batch}
            found = CaseTreatment.objects.filter(case__in=list(titles)).order_by("pk")
            for key, title in found.values_list("case_id", "title"):
                titles[key].append(title)
            for case in batch:
                case.treatment_titles = titles[case.pk]
                yield case

    def write_csv_response(self, queryset):
        response = super().write_csv_response(queryset)
        response["Content-Type"] = "text/csv; charset=utf-8"
        response["Cache-Control"] = "no-store"
        return response
