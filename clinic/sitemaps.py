"""What search engines are told of: the live pages, and the one form that is no page."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from wagtail.contrib.sitemaps import Sitemap as PageSitemap


class FormSitemap(Sitemap):
    def items(self):
        return ["bookings:consultation"]

    def location(self, item):
        return reverse(item)


SITEMAPS = {"pages": PageSitemap, "forms": FormSitemap}
