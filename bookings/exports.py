"""The desk's list as a CSV file that no spreadsheet program takes for a program."""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _
from wagtail.admin.utils import get_user_display_name
from wagtail.log_actions import LogFormatter, log

from .models import Case
from .waiting import age_in_words

# What spreadsheets take for the start of a formula, in the wide forms of Asian keyboards as well.
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
# Tells Excel that the file is UTF-8: without it "Zoë" becomes "ZoÃ«".
BYTE_ORDER_MARK = "\ufeff"
LOG_ACTION = "bookings.export"


class ExportFormatter(LogFormatter):
    """How the site history tells an export: how many, and by which filters. Never what was searched for."""

    label = _("Export requests")

    def format_message(self, log_entry):
        words = _("Exported %(count)d requests") % {"count": log_entry.data.get("count", 0)}
        narrowed = [*log_entry.data.get("filters", []), *([_("a search")] if log_entry.data.get("searched") else [])]
        return f"{words} ({', '.join(narrowed)})" if narrowed else words


def log_export(user: AbstractBaseUser, *, count: int, filters: list[str], searched: bool) -> None:
    # The log wants one object; an export is about all of them, so it stands under a request that does not exist.
    data = {"count": count, "filters": filters, "searched": searched}
    log(Case(pk=0), LOG_ACTION, user=user, title=_("Consultation requests"), data=data)


def csv_lines(cases: Iterable[Case], *, zone: ZoneInfo, now: datetime) -> Iterator[str]:
    """Heading and one line for each case, each as a string: a file of any length needs no memory."""
    writer = csv.writer(Echo(), quoting=csv.QUOTE_ALL)
    columns = columns_for(zone, now)
    yield BYTE_ORDER_MARK + writer.writerow(columns)
    for case in cases:
        yield writer.writerow([harmless(text(case)) for text in columns.values()])


def columns_for(zone: ZoneInfo, now: datetime) -> dict[str, Callable[[Case], str]]:
    return {
        _("Reference"): lambda case: case.reference,
        _("Waiting"): lambda case: age_in_words(case.created_at, now) if case.is_waiting else "",
        _("Unsent mails"): lambda case: str(len(case.unsent_messages) or ""),
        _("Kind"): lambda case: case.get_kind_display(),
        _("Name"): lambda case: case.name,
        _("Treatments"): lambda case: ", ".join(row.title for row in case.treatments.all()),
        _("Status"): lambda case: case.get_status_display(),
        _("Outcome"): lambda case: case.get_outcome_display(),
        _("Owner"): lambda case: get_user_display_name(case.owner) if case.owner else "",
        _("Received (%(zone)s)") % {"zone": zone.key}: lambda case: (
            f"{case.created_at.astimezone(zone):%Y-%m-%d %H:%M}"
        ),
    }


def harmless(value: str) -> str:
    """With a leading apostrophe where a spreadsheet would start to calculate."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) or value.lstrip().startswith(FORMULA_STARTS) else value


class Echo:
    """A file that hands back each line it is given."""

    def write(self, line: str) -> str:
        return line
