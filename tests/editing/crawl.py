"""Visit the site as a visitor, a search engine and a feed reader do."""

from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlsplit

from bs4 import BeautifulSoup
from django.test import Client
from lxml import etree
from wagtail.models import Page, Site

FEEDS = {"feed/": "//item/guid", "feed/atom/": "//*[local-name()='entry']/*[local-name()='id']"}
REDIRECTS = (301, 302)
NOT_PAGES = ("/media/", "/static/", "/admin/", "/documents/")


@dataclass
class Crawl:
    """Hold what a crawl found: the page of each address, and what is wrong."""

    pages: dict[str, int | None] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class Visitor:
    def __init__(self):
        site = Site.objects.get(is_default_site=True)
        self.root = site.root_url
        self.client = Client(headers={"host": urlsplit(self.root).netloc})

    def local(self, url: str) -> str | None:
        """Return path and query of an address of this site, or None."""
        parts = urlsplit(urldefrag(url).url)
        if parts.netloc and f"{parts.scheme}://{parts.netloc}" != self.root:
            return None
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def open(self, path: str):
        return self.client.get(path)

    def crawl(self) -> Crawl:
        """Follow every link from the home page."""
        found, seen, waiting = Crawl(), {"/"}, deque([("/", "the start")])
        while waiting:
            path, linked_on = waiting.popleft()
            response = self.open(path)
            if response.status_code != 200:
                found.faults += self.faults_of(path, f"linked on {linked_on}")
                continue
            if "text/html" not in response.headers["Content-Type"]:
                continue
            found.pages.setdefault(path, shown_page(response))
            for anchor in BeautifulSoup(response.content, "lxml").find_all("a", href=True):
                if anchor["href"].startswith(("tel:", "mailto:", "#")):
                    continue
                link = self.local(anchor["href"])
                if link and link not in seen and not link.startswith(NOT_PAGES):
                    seen.add(link)
                    waiting.append((link, path))
        return found

    def faults_of(self, path: str, where: str = "an old address", expected: str | None = None) -> list[str]:
        """Return what is wrong with an address: it answers 200, or one redirect leads to what does."""
        question = "&" if "?" in path else "?"
        response = self.open(f"{path}{question}utm_source=x")
        if response.status_code == 200:
            return []
        if response.status_code not in REDIRECTS:
            return [f"{path}, {where}, answers {response.status_code}"]
        target = self.local(response.url)
        if target is None:
            return []
        if "utm_source=x" not in target:
            return [f"{path}, {where}, loses its query: {target}"]
        if expected and urlsplit(target).path != expected:
            return [f"{path}, {where}, leads to {target} instead of {expected}"]
        status = self.open(target).status_code
        return [] if status == 200 else [f"{path}, {where}, leads to {target}, which answers {status}"]

    def feed_faults(self, index: Page, known: dict[str, str]) -> list[str]:
        """Check the feeds. ``known`` holds the id of each article by feed and key, and is added to."""
        faults = []
        for feed, ids in FEEDS.items():
            address = index.url + feed
            response = self.open(address)
            if response.status_code != 200:
                faults.append(f"{address} answers {response.status_code}")
                continue
            tree = etree.fromstring(response.content)
            listed = [article.title for article in index.articles()[:20]]
            found = [entry.text for entry in tree.xpath(ids)]
            if len(set(found)) != len(listed):
                faults.append(f"{address} lists {found} for {listed}")
            for article, entry_id in zip(index.articles()[:20], found, strict=False):
                if known.setdefault(f"{feed} {article.pk}", entry_id) != entry_id:
                    faults.append(f"{address}: the id of {article} changed")
        return faults

    def sitemap_faults(self) -> list[str]:
        response = self.open("/sitemap.xml")
        places = etree.fromstring(response.content).xpath("//*[local-name()='url']/*[local-name()='loc'][1]/text()")
        faults = [f"The sitemap lists {place} twice" for place in set(places) if places.count(place) > 1]
        for place in places:
            if (status := self.open(self.local(place) or place).status_code) != 200:
                faults.append(f"The sitemap lists {place}, which answers {status}")
        live = {page.full_url for page in Page.objects.live().public().filter(depth__gt=1).specific() if page.full_url}
        return faults + [f"The sitemap lacks {url}" for url in live - set(places)]


def shown_page(response) -> int | None:
    """Return the key of the page that the response shows, if it shows one."""
    context = response.context
    page = context.get("page") if context else None
    return page.pk if isinstance(page, Page) else None
