from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from clinic.admin.menu import KEYWORD_MENU

from . import console_views as views
from .access import KeywordMenuItem
from .exports import ContentPlanExport, KeywordMapExport


@hooks.register("register_admin_urls")
def route_search_console():
    return [
        path("keywords/search-console/", views.ReportView.as_view(), name="search_console_report"),
        path("keywords/search-console/import/", views.ImportView.as_view(), name="search_console_import"),
        path("keywords/search-console/import/<int:pk>/", views.PreviewView.as_view(), name="search_console_preview"),
        path("keywords/search-console/ignore/", views.IgnoreView.as_view(), name="search_console_ignore"),
        path("keywords/search-console/show/<int:pk>/", views.ShowAgainView.as_view(), name="search_console_show"),
        path(
            "keywords/search-console/period/<int:pk>/delete/",
            views.DeletePeriodView.as_view(),
            name="search_console_delete",
        ),
        path("keywords/from-words/", views.KeywordFromWordsView.as_view(), name="keyword_from_words"),
        path("keywords/export/map/", KeywordMapExport.as_view(), name="keyword_map_export"),
        path("keywords/export/plan/", ContentPlanExport.as_view(), name="content_plan_export"),
    ]


@hooks.register(KEYWORD_MENU)
def link_search_console():
    url = reverse("search_console_report")
    return KeywordMenuItem(_("Search Console"), url, name="search-console", icon_name="search", order=50)
