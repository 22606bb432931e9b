"""Show an editor, beside the form of a page, what search engines will find on it."""

from typing import Any

from django.forms import Media, Script
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.views.pages.preview import PreviewOnCreateView, PreviewOnEditView
from wagtail.admin.views.pages.workflow import WorkflowActionView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.models import Page

from .publishing import explain_after_publishing
from .report import read_head, report_keywords
from .slugs import check_slug

REPORT = "clinic/admin/keywords/search_report.html"


class SearchSidePanel(BaseSidePanel):
    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = _("Toggle search")
        icon_name = "search"
        has_counter = False

    name = "search"
    title = _("Search")
    template_name = "clinic/admin/keywords/search_panel.html"
    order = 360

    def __init__(self, object: Page, request: HttpRequest, *, report_url: str):
        super().__init__(object, request)
        self.report_url = report_url

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {**super().get_context_data(parent_context), "report_url": self.report_url}

    @property
    def media(self) -> Media:
        return Media(js=[Script(versioned_static("clinic/admin/search-panel.js"), defer=True)])


class SearchPanelMixin:
    """Add the panel to the editor of pages. Wagtail has no hook for it."""

    def get_side_panels(self):
        panels = super().get_side_panels()
        # Wagtail leaves the panels of the preview out where it renders a part of the editor only.
        names = [panel.name for panel in panels]
        if "checks" in names:
            search = SearchSidePanel(self.page, self.request, report_url=self.get_report_url())
            panels.insert(names.index("checks"), search)
        return panels


class EditViewWithSearch(SearchPanelMixin, EditView):
    def get_report_url(self) -> str:
        return reverse("search_report", args=[self.page.pk])


class CreateViewWithSearch(SearchPanelMixin, CreateView):
    def get_report_url(self) -> str:
        kind = self.page_content_type
        return reverse("search_report_of_new", args=[kind.app_label, kind.model, self.parent_page.pk])


class ExplainingWorkflowActionView(WorkflowActionView):
    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if "/" not in self.redirect_url:  # which Django would take for the name of a view
            self.redirect_url = reverse("wagtailadmin_pages:edit", args=[self.object.pk])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().post(request, *args, **kwargs)
        explain_after_publishing(request, self.object)
        return response


class EditorViewSet(PageViewSet):
    edit_view_class = EditViewWithSearch
    add_view_class = CreateViewWithSearch
    workflow_action_view_class = ExplainingWorkflowActionView


class ReportMixin:
    """Read the preview of the page, as Wagtail renders it from what the editor typed last."""

    http_method_names = ("get",)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.object.is_previewable() or not hasattr(self.object, "meta_description"):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        html = self.render_preview()
        context: dict[str, Any] = {"page": self.object, "is_readable": bool(html)}
        slug = request.GET.get("slug")
        context["slug_notes"] = check_slug(
            self.object.slug or "" if slug is None else slug, self.object, self.get_parent_page()
        )
        if html:
            head = read_head(html)
            context |= {"head": head, "keywords": report_keywords(self.object, html, head)}
        return render(request, REPORT, context)

    def render_preview(self) -> str:
        """Return the HTML of the preview, or "" where there is none."""
        state = self._get_form_state()
        if state or not self.object.pk:
            try:
                form = self.get_form(self._get_form_data(state))
                if not self.validate_form(form):
                    return ""
            except KeyError:
                return ""  # the form has fields now that it had not when this was sent
            form.save(commit=False)
        response = self.object.make_preview_request(
            self.request, self.object.default_preview_mode, {"is_editing": True}
        )
        is_page = response.status_code == 200 and response.get("Content-Type", "").startswith("text/html")
        return response.content.decode(response.charset, "replace") if is_page else ""


class ReportOnEditView(ReportMixin, PreviewOnEditView):
    def get_parent_page(self) -> Page | None:
        return self.object.get_parent()


class ReportOnCreateView(ReportMixin, PreviewOnCreateView):
    def get_object(self) -> Page:
        if not issubclass(self.content_type.model_class() or object, Page):
            raise Http404
        return super().get_object()

    def get_parent_page(self) -> Page | None:
        return Page.objects.filter(pk=self.parent_object_id).first()


def list_addresses() -> list:
    new = "search-report/<slug:content_type_app_name>/<slug:content_type_model_name>/<int:parent_page_id>/"
    return [
        path("search-report/<int:page_id>/", ReportOnEditView.as_view(), name="search_report"),
        path(new, ReportOnCreateView.as_view(), name="search_report_of_new"),
    ]
