"""Let those who edit pages in, and nobody else."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views import View
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.snippets.views import chooser as views


class PageEditorsOnly:
    """Refuse a view to users who may edit no page."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not user_has_any_page_permission(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class PageEditorsView(PageEditorsOnly, WagtailAdminTemplateMixin):
    """Show a page of the admin to those who edit pages."""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]


class NoView(View):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        raise Http404


class NoChooseView(NoView, views.ChooseView):
    pass


class NoChooseResultsView(NoView, views.ChooseResultsView):
    pass


class NoChosenView(NoView, views.SnippetChosenView):
    pass


class NoChosenMultipleView(NoView, views.SnippetChosenMultipleView):
    pass


class NoCreateView(NoView, views.SnippetCreateView):
    pass


class NoChooserViewSet(views.SnippetChooserViewSet):
    """Close the chooser of what no form chooses. Wagtail's are open to everybody who can enter the admin."""

    choose_view_class = NoChooseView
    choose_results_view_class = NoChooseResultsView
    chosen_view_class = NoChosenView
    chosen_multiple_view_class = NoChosenMultipleView
    create_view_class = NoCreateView


class PagesMenuItem(MenuItem):
    """Show an item to those who edit pages."""

    def is_shown(self, request: HttpRequest) -> bool:
        return user_has_any_page_permission(request.user)
