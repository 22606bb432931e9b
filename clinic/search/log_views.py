"""Show what visitors searched for."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, NumberColumn

from clinic.triage.views import ActionsColumn, SetStateView, TriageReport, describe_day

from .models import SearchPhrase


class SearchFilterSet(WagtailFilterSet):
    found = ChoiceFilter(
        label=_("Found"),
        choices=[("nothing", _("Nothing")), ("something", _("Something"))],
        method="filter_found",
    )

    class Meta:
        model = SearchPhrase
        fields = ["state", "found"]

    def filter_found(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(zero_hits__gt=0) if value == "nothing" else rows.filter(zero_hits=0)


class SearchReport(TriageReport):
    model = SearchPhrase
    page_title = _("Searches")
    header_icon = "search"
    index_url_name = "search_log"
    index_results_url_name = "search_log_results"
    filterset_class = SearchFilterSet
    default_ordering = "-searches"
    search_fields = ["words"]
    explanation = _(
        "What visitors typed into the search of the site in the last 13 months. Nothing here tells who they were. "
        "Searches that look like an email address, a phone number, a date, a street or a long sentence are not kept. "
        "Words that are neither on your pages nor among your keywords may be a name: they show here from the third "
        "search on. Your own searches are not counted while you are signed in."
    )
    columns = [
        Column("words", label=_("Words"), sort_key="words"),
        NumberColumn("searches", label=_("Searches"), sort_key="searches"),
        NumberColumn("hits", label=_("Results"), sort_key="hits"),
        NumberColumn("zero_hits", label=_("Found nothing"), sort_key="zero_hits"),
        NumberColumn("clicks", label=_("Clicks"), sort_key="clicks"),
        Column("last_day", label=_("Last"), accessor=lambda row: describe_day(row.last_day), sort_key="last_day"),
        Column("state", label=_("State"), accessor="get_state_display"),
        ActionsColumn("actions", label=_("Actions")),
    ]


class SetSearchStateView(SetStateView):
    model = SearchPhrase
    index_url_name = "search_log"
