"""List what search engines should visit: the live pages, and forms that are no pages."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from wagtail.contrib.sitemaps import Sitemap as PageSitemap


class FormSitemap(Sitemap):
    def items(self):
        return ["bookings:consultation"]

    def location(self, item):
        return reverse(item)


SITEMAPS = {"pages": PageSitemap, "forms": FormSitemap}
