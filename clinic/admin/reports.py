"""Show the whole of each list of the dashboard."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.views.reports import PageReportView
from wagtail.query import PageQuerySet

from .panels import KINDS, find_pages


class PageListReport(PageReportView):
    """List the pages of one of ``KINDS``."""

    header_icon = "doc-empty-inverse"
    index_url_name = "page_list"
    index_results_url_name = "page_list_results"
    is_searchable = False

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not user_has_any_page_permission(request.user):
            raise PermissionDenied
        if kwargs["kind"] not in KINDS:
            raise Http404
        self.kind = kwargs["kind"]
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return KINDS[self.kind]

    def get_index_url(self) -> str:
        return reverse("page_list", args=[self.kind])

    def get_index_results_url(self) -> str:
        return reverse("page_list_results", args=[self.kind])

    def get_breadcrumbs_items(self) -> list[dict]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def get_base_queryset(self) -> PageQuerySet:
        return find_pages(self.kind, self.request.user).select_related("content_type")
