"""List live pages, their pictures and registered views for search engines."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from urllib.parse import urljoin, urlsplit

from django.contrib.contenttypes.models import ContentType
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import SitemapIndexItem
from django.core.files.storage import storages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from wagtail.contrib.sitemaps import Sitemap as WagtailSitemap
from wagtail.contrib.sitemaps import views
from wagtail.models import Page, ReferenceIndex
from wagtail.query import PageQuerySet

from clinic.media.renditions import SHAPES
from clinic.models import ClinicImage, ClinicRendition

from .context import get_root_url

# What a page has to know to say its address and its date.
LISTED = {
    "alias_of", "changed_at", "content_type", "depth", "last_published_at", "live", "locale", "noindex", "path", "slug",
    "title", "url_path",
}  # fmt: skip

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
    """List the pages with the pictures that they show, in a number of queries that does not grow with them.

    A file has so many pages that it takes the same time however many articles there are.
    """

    limit = 1_000

    def items(self):
        pages = self.get_wagtail_site().root_page.get_descendants(inclusive=True)
        return pages.live().public().order_by("path")

    def _urls(self, page, protocol, domain):
        pages = read_listed(self.paginator.page(page).object_list)
        pictures = find_pictures(pages, get_root_url(self.request))
        urls = []
        for one in pages:
            own, *routes = one.get_sitemap_urls(self.request) or [None]
            urls += [{**own, "images": pictures.get(one.pk, [])}, *routes] if own else routes
        dates = [url.get("lastmod") for url in urls]
        if dates and None not in dates:
            self.latest_lastmod = max(dates)
        return urls


def read_listed(pages: PageQuerySet) -> list[Page]:
    """Return the specific pages, with no more of their columns than a list of addresses needs."""
    by_type: dict[int, list[int]] = defaultdict(list)
    keys = list(pages.values_list("pk", "content_type"))
    for pk, content_type in keys:
        by_type[content_type].append(pk)
    found: dict[int, Page] = {}
    for content_type, ids in by_type.items():
        if model := ContentType.objects.get_for_id(content_type).model_class():
            names = LISTED & {field.name for field in model._meta.concrete_fields}
            found |= model._default_manager.filter(pk__in=ids).only(*names).in_bulk()
    return [found[pk] for pk, _content_type in keys if pk in found]


def find_pictures(pages: Iterable[Page], root: str) -> dict[int, list[str]]:
    """Return the addresses of the pictures that each page shows, where their sizes have been made."""
    kinds = ContentType.objects.get_for_models(Page, ClinicImage)
    rows = ReferenceIndex.objects.filter(base_content_type=kinds[Page], to_content_type=kinds[ClinicImage])
    rows = rows.filter(object_id__in=[str(page.pk) for page in pages])
    used: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for page_id, path, image_id in rows.order_by("pk").values_list("object_id", "model_path", "to_object_id"):
        used[int(page_id)].append((path, int(image_id)))
    addresses = find_largest({image for images in used.values() for _path, image in images}, root)
    found = {}
    for page in pages:
        shown = [image for path, image in used[page.pk] if path == page.top_field or path.startswith("body.")]
        found[page.pk] = [addresses[image] for image in dict.fromkeys(shown) if image in addresses]
    return found


def find_largest(images: Collection[int], root: str) -> dict[int, str]:
    """Return the address of the largest JPEG of each of these pictures that pages offer."""
    specs = [shape.filters[-1].spec for shape in SHAPES.values()]
    rows = ClinicRendition.objects.filter(image__in=images, filter_spec__in=specs).order_by("width", "pk")
    storage = storages["renditions"]
    return {image: urljoin(root, storage.url(file)) for image, file in rows.values_list("image_id", "file")}


SITEMAPS = {"pages": PageSitemap, "views": ViewSitemap}


def sitemap(request: HttpRequest) -> HttpResponse:
    """Return all addresses in one file, or else an index of several files."""
    pages = PageSitemap(request).paginator.num_pages
    if pages == 1:
        return sitemap_section(request)
    # Not Django's view, which believes the host of the request, and reads all pages for their dates.
    first, rest = (get_root_url(request) + reverse("sitemap_section", args=[section]) for section in SITEMAPS)
    places = [first, *(f"{first}?p={number}" for number in range(2, pages + 1)), rest]
    context = {"sitemaps": [SitemapIndexItem(place) for place in places]}
    return render(request, "sitemap_index.xml", context, content_type="application/xml")


def sitemap_section(request: HttpRequest, section: str | None = None) -> HttpResponse:
    return views.sitemap(request, sitemaps=SITEMAPS, section=section, template_name="clinic/sitemap.xml")
