"""Show at which addresses visitors find nothing."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, NumberColumn

from clinic.triage.views import ActionsColumn, SetStateView, TriageReport, describe_day

from .models import MissingAddress


class MissingFilterSet(WagtailFilterSet):
    class Meta:
        model = MissingAddress
        fields = ["state"]


class MissingReport(TriageReport):
    model = MissingAddress
    page_title = _("Missing addresses")
    header_icon = "warning"
    index_url_name = "missing_addresses"
    index_results_url_name = "missing_addresses_results"
    filterset_class = MissingFilterSet
    default_ordering = "-times"
    search_fields = ["path", "referrer"]
    explanation = _(
        "Addresses that visitors and search engines asked for in the last 13 months, and where they found nothing "
        "(404). Nothing says who they were. “From” is the page with the link, or the other site."
    )
    columns = [
        Column("path", label=_("Address"), sort_key="path"),
        NumberColumn("times", label=_("Times"), sort_key="times"),
        Column("first_day", label=_("First"), accessor=lambda row: describe_day(row.first_day), sort_key="first_day"),
        Column("last_day", label=_("Last"), accessor=lambda row: describe_day(row.last_day), sort_key="last_day"),
        Column("referrer", label=_("From"), sort_key="referrer"),
        Column("state", label=_("State"), accessor="get_state_display"),
        ActionsColumn("actions", label=_("Actions")),
    ]


class SetMissingStateView(SetStateView):
    model = MissingAddress
    index_url_name = "missing_addresses"
