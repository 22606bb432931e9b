"""Show what the last check found, and take a request for another."""

from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.permissions import policy_registry

from clinic.admin.ordering import TotalOrderMixin

from .models import FindingKind, SiteCheck, SiteFinding
from .running import find_waiting, get_last, request_check


class FindingFilterSet(WagtailFilterSet):
    class Meta:
        model = SiteFinding
        fields = ["kind"]


class SiteCheckReport(TotalOrderMixin, ReportView):
    model = SiteFinding
    permission_required = "change"
    template_name = "clinic/admin/sitecheck.html"
    page_title = _("Site check")
    header_icon = "circle-check"
    index_url_name = "site_check"
    index_results_url_name = "site_check_results"
    filterset_class = FindingFilterSet
    default_ordering = "kind"
    is_searchable = True
    search_fields = ["place", "detail"]
    columns = [
        TitleColumn("place", label=_("Where"), get_url=lambda finding: finding.fix_url, sort_key="place"),
        Column("kind", label=_("What"), accessor="get_kind_display", sort_key="kind"),
        Column("detail", label=_("Details")),
    ]

    @property
    def permission_policy(self) -> Any:
        return policy_registry.get_by_type(SiteCheck)

    def get_base_queryset(self) -> QuerySet[SiteFinding]:
        last = get_last()
        return SiteFinding.objects.filter(check_run=last) if last else SiteFinding.objects.none()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        last = get_last()
        counts = last.findings.order_by("kind").values_list("kind").annotate(Count("pk")) if last else []
        kinds = [(kind, FindingKind(kind).label, count) for kind, count in counts]
        return super().get_context_data(last=last, waiting=find_waiting(), kinds=kinds, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request_check()
        messages.success(request, gettext("The check begins within a minute. Open this page again a little later."))
        return redirect("site_check")
