"""Export the desk's list as CSV in which no value runs as a formula."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.log_actions import LogFormatter, log

from bookings.models import Case
from clinic.spreadsheets import BYTE_ORDER_MARK, escape_formula

from .labels import get_label

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
    custom_value_preprocess = {str: {SpreadsheetExportMixin.FORMAT_CSV: escape_formula}}

    def get_filename(self):
        return f"cases-{self.now.astimezone(self.zone).date()}"

    def get_heading(self, queryset, field):
        return str(COLUMNS[field]) % {"zone": self.zone.key}

    def to_row_dict(self, item: Case) -> dict[str, Any]:
        visit, tasks = self.get_current_visit(item), item.get_open_tasks()
        return {
            "kind": item.get_kind_display(),
            "name": item.name,
            "phone": f"{item.phone} ({_('wrong number')})" if item.phone and item.phone_is_wrong else item.phone,
            "email": item.email,
            "status": get_label(item),
            "due": self.format_moment(tasks[0].due_at if tasks else None),
            "visit": self.format_moment(visit and visit.starts_at),
            "treatments": ", ".join(row.title for row in item.treatments.all()),
            "owner": get_user_display_name(item.owner) if item.owner else "",
            "received": self.format_moment(item.created_at),
            "requested": self.format_moment(item.requested_start),
            "source": item.get_source_display(),
            "message": item.message,
            "reference": item.reference,
            "unsent": str(len(item.unsent_messages) or ""),
        }

    def format_moment(self, at: datetime | None) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}" if at else ""

    def stream_csv(self, queryset):
        yield BYTE_ORDER_MARK
        yield from super().stream_csv(queryset.iterator(BATCH))

    def write_csv_response(self, queryset):
        response = super().write_csv_response(queryset)
        response["Content-Type"] = "text/csv; charset=utf-8"
        response["Cache-Control"] = "no-store"
        return response
