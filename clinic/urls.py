"""Route every address. Wagtail's pages come last and take the rest."""

from allauth.account.views import logout
from django.conf import settings
from django.urls import include, path, register_converter
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail import views as pages
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents.views import serve as documents

from clinic.accounts.views import limit_guesses
from clinic.hours import feeds
from clinic.indexnow.views import KeyConverter, key_file
from clinic.media.views import serve_document, serve_rendition
from clinic.search.views import count as count_search
from clinic.search.views import search
from clinic.site import views
from clinic.site.icons import favicon, manifest
from clinic.site.sitemaps import sitemap, sitemap_section

# Wagtail's own ways to sign in check neither limits nor a second factor. Their old addresses lead to ours.
to_login = RedirectView.as_view(pattern_name="account_login", query_string=True)
to_reset = RedirectView.as_view(pattern_name="account_reset_password")

register_converter(KeyConverter, "indexnow_key")

urlpatterns = [
    path("account/", include("clinic.accounts.urls")),
    path("admin/login/", to_login),
    path("admin/logout/", logout),
    path("admin/password_reset/", to_reset),
    path("admin/password_reset/<path:rest>", lambda request, rest: to_reset(request)),
    path("_util/login/", to_login),
    path("admin/failwhale/", views.page_not_found),  # Wagtail's own would raise an error to test error pages
    path("admin/", include(wagtailadmin_urls)),
    path("documents/<int:document_id>/<path:filename>", serve_document, name="wagtaildocs_serve"),
    path(
        "documents/authenticate_with_password/<int:restriction_id>/",
        limit_guesses(documents.authenticate_with_password),
        name="wagtaildocs_authenticate_with_password",
    ),
    path(
        "_util/authenticate_with_password/<int:restriction_id>/<int:page_id>/",
        # The form has no token, so that it is the same for everybody: see BasePage.
        csrf_exempt(limit_guesses(pages.authenticate_with_password)),
        name="wagtailcore_authenticate_with_password",
    ),
    path("consultation/", include("bookings.urls")),
    path("search/", search, name="search"),
    path("search/count/", count_search, name="search_count"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemap_section, name="sitemap_section"),
    path("favicon.ico", favicon, name="favicon"),
    path("site.webmanifest", manifest, name="manifest"),
    path("hours.json", feeds.hours_json, name="hours_json"),
    path("hours.ics", feeds.hours_ics, name="hours_ics"),
    path("robots.txt", views.robots_txt, name="robots_txt"),
    path("<indexnow_key:key>.txt", key_file, name="indexnow_key"),
    path("", include(wagtail_urls)),
]
if settings.SERVE_MEDIA:
    urlpatterns.insert(0, path("media/<path:path>", serve_rendition))

handler400 = "clinic.site.views.bad_request"
handler404 = "clinic.site.views.page_not_found"
handler500 = "clinic.site.views.server_error"
