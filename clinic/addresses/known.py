"""Answer what is at many addresses of a site, with few queries."""

from django.utils.encoding import uri_to_iri
from wagtail.contrib.redirects.models import Redirect
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.coreutils import get_dummy_request
from wagtail.models import Page, Site

from .models import GoneAddress
from .resolving import find_served, is_of_site
from .spelling import canonical

MAX_REMEMBERED = 20_000


class KnownAddresses:
    """Hold what is at each address of the site, read once for many questions."""

    def __init__(self, site: Site):
        self.site = site
        self.request = get_dummy_request(site=site)
        root = site.root_page
        pages = Page.objects.live().descendant_of(root, inclusive=True).select_related("content_type")
        self.pages: dict[str, int] = {}
        self.routable: set[str] = set()
        for page in pages.only("pk", "url_path", "content_type").order_by():
            path = page.url_path[len(root.url_path) - 1 :]
            self.pages[path] = page.pk
            if page.specific_class and issubclass(page.specific_class, RoutablePageMixin):
                self.routable.add(path)
        rows = Redirect.objects.filter(site=site) | Redirect.objects.filter(site=None)
        # The one that is asked first comes last, and stays.
        self.redirects = {
            canonical(row.old_path): row for row in rows.order_by("-automatically_created", "site_id", "pk")
        }
        self.gone = set(map(canonical, GoneAddress.objects.values_list("path", flat=True)))
        self._served: dict[str, bool] = {}

    def find_page(self, path: str) -> int | None:
        path = uri_to_iri(path)
        return self.pages.get(path if path.endswith("/") else f"{path}/")

    def serves(self, path: str) -> bool:
        """Return whether a page, a view or a file answers at the path."""
        if path not in self._served:
            if len(self._served) >= MAX_REMEMBERED:
                self._served.clear()
            self._served[path] = bool(self.find_page(path)) or self._serves_other(path)
        return self._served[path]

    def _serves_other(self, path: str) -> bool:
        if is_of_site(path):
            return bool(find_served(self.request, self.site, path))
        # Only some types of pages answer below their own address.
        parts = path.strip("/").split("/")
        above = ("/" + "".join(f"{part}/" for part in parts[:count]) for count in range(len(parts), -1, -1))
        nearest = next((place for place in above if place in self.pages), "")
        return nearest in self.routable and bool(find_served(self.request, self.site, path))
