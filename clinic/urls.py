"""Route every address. Wagtail's pages come last and take the rest."""

from django.conf import settings
from django.urls import include, path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.contrib.sitemaps.views import sitemap
from wagtail.documents import urls as wagtaildocs_urls

from clinic.hours import feeds
from clinic.site import views
from clinic.site.sitemaps import SITEMAPS

urlpatterns = [
    path("admin/failwhale/", views.page_not_found),  # Wagtail's own would raise an error to test error pages
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("consultation/", include("bookings.urls")),
    path("search/", views.search, name="search"),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("hours.json", feeds.hours_json, name="hours_json"),
    path("hours.ics", feeds.hours_ics, name="hours_ics"),
    path("robots.txt", views.robots_txt, name="robots_txt"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("", include(wagtail_urls)),
]
if settings.SERVE_MEDIA:
    urlpatterns.insert(0, path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}))

handler400 = "clinic.site.views.bad_request"
handler404 = "clinic.site.views.page_not_found"
handler500 = "clinic.site.views.server_error"
