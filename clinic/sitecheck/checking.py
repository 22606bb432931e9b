"""Render every public page as a visitor gets it, and write down what is broken.

One page after the other is in memory. What is remembered of all pages are the findings, and numbers: which are linked,
and a digest of each title. No other site is asked for anything.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

from clinic.addresses.known import KnownAddresses
from clinic.addresses.resolving import find_end, find_row, get_own_path, is_gone
from clinic.caching.prerender import render
from clinic.pages.base import find_listed
from clinic.site.navigation import Navigation

from .models import FindingKind, SiteCheck, SiteFinding
from .pictures import find_without_alt
from .reading import PageContent, read_page
from .structured_data import find_faults

BATCH = 200  # findings written at once
MAX_LISTS = 200  # further pages of one list that are read for links
MAX_ANCHORS = 10_000  # links to parts of other pages
MAX_REMEMBERED = 20_000
DOCUMENTS = "/documents/"


class Checker:
    def __init__(self, run: SiteCheck, site: Site):
        self.run, self.site = run, site
        self.known = KnownAddresses(site)
        self.findings: list[SiteFinding] = []
        self.linked: set[int] = set()
        self.first_with: dict[str, dict[bytes, int]] = {"title": {}, "description": {}}
        self.anchors: dict[int, set[tuple[str, int]]] = defaultdict(set)  # by page: the part, and who links to it
        self.anchor_count = 0
        self.reported: set[str] = set()  # what is broken in the header or footer of every page
        self.faults: dict[str, tuple[FindingKind, str] | None] = {}

    def check(self) -> Iterator[None]:
        """Check everything. Each step ends with a ``yield``, so that a caller can do something else between."""
        pages = Page.objects.live().public().descendant_of(self.site.root_page, inclusive=True).order_by("path")
        keys = list(pages.values_list("pk", flat=True))
        for pk in keys:
            # An editor may take a page away while the others are checked.
            if page := Page.objects.live().filter(pk=pk).specific().first():
                self.check_page(page)
                self.run.pages += 1
            yield
        yield from self.check_anchors()
        self.check_orphans(set(keys))
        yield from self.check_redirects()

    # One page

    def check_page(self, page: Page) -> None:
        content = self.read(page)
        if content is None:
            return
        path = page.relative_url(self.site)
        for link, is_own in content.links.items():
            self.check_link(page, path, link, is_own, content)
        for file, is_own in content.files.items():
            self.check_file(page, path, file, is_own)
        for picture in dict.fromkeys([*find_without_alt(page), *content.without_alt]):
            self.add(FindingKind.NO_ALT, page, picture)
        for fault in find_faults(content.structured_data):
            self.add(FindingKind.STRUCTURED_DATA, page, fault)
        if not content.is_hidden and find_listed(page) == page:
            self.check_unique(FindingKind.SAME_TITLE, "title", content.title, page)
            self.check_unique(FindingKind.SAME_DESCRIPTION, "description", content.description, page)
        self.read_further_lists(page, path, content)

    def read(self, page: Page, query: str = "") -> PageContent | None:
        try:
            response = render(page, self.site, query)
        except Exception as error:  # a page may fail in any way, and the others are still checked
            self.add(FindingKind.NOT_SHOWN, page, _("Showing it fails (%(error)s).") % {"error": type(error).__name__})
            return None
        if response.status_code != 200:
            detail = _("It answers with status %(status)s.") % {"status": response.status_code}
            self.add(FindingKind.NOT_SHOWN, page, detail)
            return None
        return read_page(response.content.decode(response.charset))

    def check_link(self, page: Page, path: str, link: str, is_own: bool, content: PageContent) -> None:
        target = self.get_own(path, link)
        if target is None:
            return
        parts = urlsplit(target)
        anchor = unquote(parts.fragment)
        if parts.path == path:
            if anchor and anchor != "top" and anchor not in content.ids:
                self.add_link(FindingKind.BROKEN_ANCHOR, page, link, is_own)
            return
        if page_id := self.known.find_page(parts.path):
            self.linked.add(page_id)
            if anchor and self.anchor_count < MAX_ANCHORS:
                self.anchors[page_id].add((anchor, page.pk))
                self.anchor_count += 1
        elif fault := self.find_fault(parts.path):
            kind, detail = fault
            self.add_link(kind, page, f"{link} – {detail}" if detail else link, is_own)

    def check_file(self, page: Page, path: str, file: str, is_own: bool) -> None:
        target = self.get_own(path, file)
        # Others than these are made by views.
        if target and target.startswith((settings.MEDIA_URL, settings.STATIC_URL)) and self.find_fault(target):
            self.add_link(FindingKind.BROKEN_FILE, page, file, is_own)

    def get_own(self, path: str, link: str) -> str | None:
        """Return path, query and fragment of an address of this site, or None for all others."""
        try:
            target = urljoin(f"{self.site.root_url}{path}", link)
            is_web = urlsplit(target).scheme in ("http", "https")
            return get_own_path(target, self.site) if is_web else None
        except ValueError:
            return None

    def find_fault(self, path: str) -> tuple[FindingKind, str] | None:
        """Return what is wrong with an address that is no page, or None."""
        if path not in self.faults:
            if len(self.faults) >= MAX_REMEMBERED:
                self.faults.clear()
            self.faults[path] = self._find_fault(path)
        return self.faults[path]

    def _find_fault(self, path: str) -> tuple[FindingKind, str] | None:
        if path.startswith((settings.MEDIA_URL, settings.STATIC_URL)):
            return None if self.known.serves(urlsplit(path).path) else (FindingKind.BROKEN_FILE, "")
        if self.known.serves(path):
            return None
        if path.startswith(DOCUMENTS):
            return FindingKind.BROKEN_FILE, ""
        row = find_row(self.site, [path])
        end = row and not is_gone([path], row) and find_end(self.known.request, row)
        if end and not end.is_gone:
            return FindingKind.REDIRECTED_LINK, _("leads to %(target)s") % {"target": end.url}
        return FindingKind.BROKEN_LINK, ""

    def check_unique(self, kind: FindingKind, name: str, text: str, page: Page) -> None:
        if not text:
            return
        digest = hashlib.sha256(text.casefold().encode("utf-8", "replace")).digest()[:12]
        first = self.first_with[name].setdefault(digest, page.pk)
        if first != page.pk:
            other = Page.objects.filter(pk=first).values_list("title", flat=True).first()
            self.add(kind, page, _("“%(text)s” is also that of “%(page)s”.") % {"text": text[:200], "page": other})

    def read_further_lists(self, page: Page, path: str, content: PageContent) -> None:
        """Note which pages the further pages of a list link to: nothing else may."""
        numbers: set[int] = set()
        waiting = self.get_list_numbers(path, content)
        while waiting and len(numbers) < MAX_LISTS:
            number = min(waiting)
            numbers.add(number)
            if further := self.read(page, f"?page={number}"):
                targets = (self.get_own(path, link) for link in further.links)
                found = (self.known.find_page(urlsplit(target).path) for target in targets if target)
                self.linked.update(key for key in found if key and key != page.pk)
                waiting |= self.get_list_numbers(path, further)
            waiting -= numbers

    def get_list_numbers(self, path: str, content: PageContent) -> set[int]:
        targets = (self.get_own(path, link) for link in content.links if "page=" in link)
        of_page = (urlsplit(target) for target in targets if target)
        values = (parse_qs(parts.query).get("page", [""])[0] for parts in of_page if parts.path == path)
        return {int(value) for value in values if value.isascii() and value.isdigit() and 1 < int(value[:6]) < 100_000}

    # All pages

    def check_anchors(self) -> Iterator[None]:
        """Check the links to parts of other pages. Only those pages are rendered again."""
        for pk, links in self.anchors.items():
            page = Page.objects.live().filter(pk=pk).specific().first()
            content = page and self.read(page)
            for anchor, source_id in sorted(links) if content else ():
                source = Page.objects.filter(pk=source_id).first()
                if anchor != "top" and anchor not in content.ids and source:
                    self.add_link(FindingKind.BROKEN_ANCHOR, source, f"{page.relative_url(self.site)}#{anchor}", True)
            yield

    def check_orphans(self, keys: set[int]) -> None:
        orphans = keys - self.linked - {self.site.root_page_id}
        for page in Page.objects.filter(pk__in=orphans).order_by("path").iterator(chunk_size=BATCH):
            self.add(FindingKind.ORPHAN, page, _("No page and no menu links to it."))

    def check_redirects(self) -> Iterator[None]:
        for row in self.known.redirects.values():
            path = get_own_path(row.redirect_link, self.site) if row.redirect_link else None
            if not path or self.known.serves(urlsplit(path).path):
                continue
            next_row = find_row(self.site, [path, urlsplit(path).path])
            end = find_end(self.known.request, row)
            if end and not end.is_gone:
                kind, detail = FindingKind.REDIRECT_CHAIN, _("%(link)s leads on to %(target)s")
            else:
                kind, detail = FindingKind.REDIRECT_NOWHERE, _("%(link)s")
            target = end.url if end else ""
            if next_row is None and kind == FindingKind.REDIRECT_CHAIN:
                continue
            self.put(kind, None, row.old_path, detail % {"link": row.redirect_link, "target": target}, get_fix_url(row))
            yield

    # Writing down

    def add_link(self, kind: FindingKind, page: Page, detail: str, is_own: bool) -> None:
        """Write down a link. One in the header or footer, which every page has, is written down once."""
        if is_own:
            self.add(kind, page, detail)
        elif detail not in self.reported:
            self.reported.add(detail)
            url = reverse("wagtailsettings:edit", args=["clinic", Navigation._meta.model_name, self.site.pk])
            self.put(kind, None, _("Header or footer"), detail, url)

    def add(self, kind: FindingKind, page: Page, detail: str) -> None:
        # The form of an alias changes nothing: what it shows is changed in its source.
        url = reverse("wagtailadmin_pages:edit", args=[page.alias_of_id or page.pk])
        self.put(kind, page, page.get_admin_display_title(), detail, url)

    def put(self, kind: FindingKind, page: Page | None, place: str, detail: str, fix_url: str) -> None:
        finding = SiteFinding(check_run=self.run, kind=kind, page_id=page and page.pk, fix_url=fix_url)
        finding.place, finding.detail = place[:255], detail[:500]
        self.findings.append(finding)

    def save(self) -> None:
        """Store the findings about pages that still exist."""
        kept = set(Page.objects.values_list("pk", flat=True))
        rows = [row for row in self.findings if row.page_id is None or row.page_id in kept]
        SiteFinding.objects.bulk_create(rows, batch_size=BATCH)


def get_fix_url(row: Redirect) -> str:
    return reverse("wagtailredirects:edit", args=[row.pk])


def check_site(run: SiteCheck) -> Iterator[None]:
    """Carry out a check, in steps. It replaces the one before when it has ended.

    One that is not stored yet is stored then. No other process sees it before.
    """
    run.started_at, run.pages = timezone.now(), 0
    if run.pk:
        run.save()
    checker = None
    if site := Site.objects.filter(is_default_site=True).select_related("root_page").first():
        checker = Checker(run, site)
        yield from checker.check()
    with transaction.atomic():
        run.finished_at = timezone.now()
        run.save()
        run.findings.all().delete()
        if checker:
            checker.save()
        SiteCheck.objects.filter(requested_at__lte=run.started_at).exclude(pk=run.pk).delete()
