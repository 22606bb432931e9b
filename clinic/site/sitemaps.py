"""List live pages and registered views for search engines."""

from urllib.parse import urlsplit

from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from wagtail.contrib.sitemaps import Sitemap as PageSitemap

from .context import get_root_url

_view_names: list[str] = []


def register_view(name: str) -> None:
    """Add a view to the sitemap. Call it in ``AppConfig.ready()``."""
    _view_names.append(name)


class ViewSitemap(Sitemap):
    """List the registered views under the address of the default site."""

    def items(self):
        return _view_names

    def location(self, item):
        return reverse(item)

    def get_protocol(self, protocol=None):
        return urlsplit(get_root_url()).scheme

    def get_domain(self, site=None):
        return urlsplit(get_root_url()).netloc


SITEMAPS = {"pages": PageSitemap, "views": ViewSitemap}
