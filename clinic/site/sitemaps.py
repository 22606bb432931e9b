"""List live pages and registered views for search engines."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from wagtail.contrib.sitemaps import Sitemap as PageSitemap

_view_names: list[str] = []


def register_view(name: str) -> None:
    """Add a view to the sitemap. Call it in ``AppConfig.ready()``."""
    _view_names.append(name)


class ViewSitemap(Sitemap):
    def items(self):
        return _view_names

    def location(self, item):
        return reverse(item)


SITEMAPS = {"pages": PageSitemap, "views": ViewSitemap}
