"""List live pages, their pictures and registered views for search engines."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from django.contrib.contenttypes.models import ContentType
from django.contrib.sitemaps import Sitemap
from django.core.files.storage import storages
from django.urls import reverse
from wagtail.contrib.sitemaps import Sitemap as WagtailSitemap
from wagtail.models import Page, ReferenceIndex

from clinic.media.renditions import SHAPES
from clinic.models import ClinicImage, ClinicRendition

from .context import get_root_url

logger = logging.getLogger(__name__)

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


class PageSitemap(WagtailSitemap):
    """List the pages with the pictures that they show, in a number of queries that does not grow with them."""

    def _urls(self, page, protocol, domain):
        pages = list(self.paginator.page(page).object_list)
        pictures = find_pictures(pages, get_root_url(self.request))
        urls = []
        for one in pages:
            own, *routes = one.get_sitemap_urls(self.request) or [None]
            urls += [{**own, "images": pictures.get(one.pk, [])}, *routes] if own else routes
        dates = [url.get("lastmod") for url in urls]
        if dates and None not in dates:
            self.latest_lastmod = max(dates)
        if max(self.paginator.count, len(urls)) > self.limit:
            logger.error("The sitemap has more than %s addresses. It needs an index of several files.", self.limit)
        return urls


def find_pictures(pages: Iterable[Page], root: str) -> dict[int, list[str]]:
    """Return the addresses of the pictures that each page shows, where their sizes have been made."""
    addresses = find_largest(root)
    kinds = ContentType.objects.get_for_models(Page, ClinicImage)
    rows = ReferenceIndex.objects.filter(base_content_type=kinds[Page], to_content_type=kinds[ClinicImage])
    used: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for page_id, path, image_id in rows.order_by("pk").values_list("object_id", "model_path", "to_object_id"):
        used[int(page_id)].append((path, int(image_id)))
    found = {}
    for page in pages:
        shown = [image for path, image in used[page.pk] if path == page.top_field or path.startswith("body.")]
        found[page.pk] = [addresses[image] for image in dict.fromkeys(shown) if image in addresses]
    return found


def find_largest(root: str) -> dict[int, str]:
    """Return the address of the largest JPEG of each picture that pages offer."""
    specs = [shape.filters[-1].spec for shape in SHAPES.values()]
    rows = ClinicRendition.objects.filter(filter_spec__in=specs).order_by("width", "pk")
    storage = storages["renditions"]
    return {image: urljoin(root, storage.url(file)) for image, file in rows.values_list("image_id", "file")}


SITEMAPS = {"pages": PageSitemap, "views": ViewSitemap}
