"""Read the live pages and store what they say about keywords. The worker does it, never a request.

Publishing only marks a page as due. Everything else is noticed by the worker: pages that are new or gone, and keywords
and word rules that changed. Two workers at once never read the same page: a page that is being read is due again only
after ``LEASE``.
"""

import hashlib
import json
import logging
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from wagtail.models import Page, Site
from wagtail.query import PageQuerySet
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from clinic.caching.prerender import render
from clinic.site.models import ClinicProfile

from .linking import lines_of
from .page_matching import compare_page, match_page
from .page_models import AlikePages, PageEvidence, PageLink, PageReading
from .reading import MAX_TEXT, Link, PageText, read_page
from .rich_text import list_sources
from .vocabulary import get_vocabulary

logger = logging.getLogger(__name__)

DELAY = timedelta(seconds=2)  # until the content version of a change is there: the page must not come from the cache
LEASE = timedelta(minutes=10)
RETRY = timedelta(hours=1)
READ_AGAIN = timedelta(days=7)  # what a page shows of snippets and settings changes without being published
BATCH = 20  # pages
FULL_SWEEP = 500


# Marking pages as due


def mark_due(pages: PageQuerySet) -> None:
    PageReading.objects.filter(page__in=pages.values("pk")).update(due_at=timezone.now() + DELAY)


def mark_due_on_commit(instance: Page, **kwargs) -> None:
    pk = instance.pk
    transaction.on_commit(lambda: mark_due(Page.objects.filter(pk=pk)), robust=True)


def mark_branch_due_on_commit(instance: Page, **kwargs) -> None:
    """Mark a page whose address changed, and all below it."""
    pk = instance.pk

    def mark() -> None:
        if page := Page.objects.filter(pk=pk).first():
            mark_due(page.get_descendants(inclusive=True))

    transaction.on_commit(mark, robust=True)


def connect() -> None:
    for signal in (page_published, page_unpublished):
        signal.connect(mark_due_on_commit, dispatch_uid="clinic.keywords.reading")
    for signal in (page_slug_changed, post_page_move):
        signal.connect(mark_branch_due_on_commit, dispatch_uid="clinic.keywords.reading")


# What the worker does


def read_pages() -> bool:
    """Read one page, or compare a few with the keywords. Return whether there may be more to do."""
    return read_next() or match_next() or sweep()


def read_everything_due() -> int:
    """Do all that is due now, and return how many steps that took."""
    steps = 0
    while read_pages():
        steps += 1
    return steps


def list_public_pages() -> PageQuerySet:
    """Return the pages that everybody can open. Those outside of every site have no address."""
    is_in_site = Q(pk__in=[])
    for path in Site.objects.values_list("root_page__path", flat=True):
        is_in_site |= Q(path__startswith=path)
    return Page.objects.live().public().filter(is_in_site)


def sweep() -> bool:
    """Notice pages that are new, gone, changed unseen, or read long ago. Return whether there were any."""
    public, now = list_public_pages(), timezone.now()
    new = list(public.filter(keyword_reading=None).values_list("pk", flat=True)[:FULL_SWEEP])
    rows = [PageReading(page_id=pk, due_at=now) for pk in new]
    with transaction.atomic():  # a page that is deleted at this moment takes its row with it
        existing = set(Page.objects.filter(pk__in=new).values_list("pk", flat=True))
        PageReading.objects.bulk_create([row for row in rows if row.page_id in existing], ignore_conflicts=True)
    gone = list(PageReading.objects.exclude(page__in=public.values("pk")).values_list("pk", flat=True)[:FULL_SWEEP])
    forget_pages(gone)
    is_old = Q(read_at__lt=now - READ_AGAIN) | Q(page__last_published_at__gt=F("read_at"))
    old = PageReading.objects.filter(is_old, due_at=None).values_list("pk", flat=True)[:FULL_SWEEP]
    marked = PageReading.objects.filter(pk__in=list(old), due_at=None).update(due_at=now)
    return bool(new or gone or marked)


def forget_pages(pks: Iterable[int]) -> None:
    pks = list(pks)
    if not pks:
        return
    with transaction.atomic():
        PageEvidence.objects.filter(page__in=pks).delete()
        PageLink.objects.filter(page__in=pks).delete()
        AlikePages.objects.filter(Q(first__in=pks) | Q(second__in=pks)).delete()
        PageReading.objects.filter(pk__in=pks).delete()


def read_next() -> bool:
    """Read the page that has been due longest. Return whether there was one."""
    now = timezone.now()
    due = PageReading.objects.filter(due_at__lte=now).order_by("due_at", "pk").values_list("pk", "due_at").first()
    if not due:
        return False
    pk, due_at = due
    until = now + LEASE
    if not PageReading.objects.filter(pk=pk, due_at=due_at).update(due_at=until):
        return True  # another worker was faster
    try:
        is_read = read_now(pk)
    except Exception:
        logger.exception("Could not read page %s", pk)
        PageReading.objects.filter(pk=pk, due_at=until).update(due_at=timezone.now() + RETRY)
        return True
    if is_read:
        # A page that was published meanwhile stays due.
        PageReading.objects.filter(pk=pk, due_at=until).update(due_at=None)
    return True


def read_now(pk: int) -> bool:
    """Render a page, store its texts and match them. Return False if it is no public page any more.

    Raise ``LookupError`` if Wagtail does not know the site of the page yet.
    """
    page = list_public_pages().filter(pk=pk).first()
    if not page:
        forget_pages([pk])
        return False
    site = page.get_site()
    if not site:
        raise LookupError("The page belongs to no site.")
    started_at = timezone.now()
    texts, is_indexed = _texts_of(page.specific, site)
    digest = hashlib.blake2b(json.dumps(texts).encode(), digest_size=16).hexdigest()
    reading = PageReading.objects.filter(pk=pk)
    if reading.filter(digest=digest, is_indexed=is_indexed).update(read_at=started_at):
        # A draft that had the link is published, or the link is gone from it.
        PageEvidence.objects.filter(page=pk, linked_at__lt=started_at, page__has_unpublished_changes=False).update(
            linked_at=None
        )
        return True
    reading.update(digest=digest, texts=texts, is_indexed=is_indexed, read_at=started_at, vocabulary="")
    match_and_compare(pk)
    return True


def _texts_of(page: Page, site: Site) -> tuple[dict, bool]:
    response = render(page, site)
    is_html = response.status_code == 200 and not response.streaming
    html = response.content.decode(response.charset or "utf-8", "replace") if is_html else ""
    path = page.relative_url(site) or ""
    text = read_page(html, address=path, site_name=ClinicProfile.for_site(site).name) if html else PageText()
    lines = [line.text for source in list_sources(page) for line in lines_of(source)] if html else []
    links = [(link, True) for link in text.links] + [(link, False) for link in text.other_links]
    texts = asdict(text)
    del texts["links"], texts["other_links"], texts["is_indexed"]
    if page.alias_of_id:
        texts["is_alias"] = True
    return {**texts, "links": resolve_links(links, page, site), "lines": _cap(lines)}, text.is_indexed


def _cap(lines: list[str]) -> list[str]:
    kept, left = [], MAX_TEXT
    for line in lines:
        left -= len(line)
        if left < 0:
            break
        kept.append(line)
    return kept


def resolve_links(links: Iterable[tuple[Link, bool]], page: Page, site: Site) -> list[tuple[int, str, bool]]:
    """Return the page, the words and the place of each link that leads to another page of the site."""
    own_path = page.relative_url(site) or "/"
    root = site.root_page.url_path.rstrip("/")
    by_path: dict[str, list[tuple[str, bool]]] = {}
    for link, is_in_text in links:
        path = _path_of(link.href, site)
        if path.startswith("/") and path != own_path and len(path) < 2000:
            by_path.setdefault(root + path.rstrip("/") + "/", []).append((link.words[:200], is_in_text))
    paths = list(by_path)
    found: dict[str, int] = {}
    for at in range(0, len(paths), 500):
        part = Page.objects.filter(url_path__in=paths[at : at + 500]).exclude(pk=page.pk)
        found |= dict(part.values_list("url_path", "pk"))
    rows = {(found[path], *place): None for path, places in by_path.items() if path in found for place in places}
    return list(rows)


def _path_of(href: str, site: Site) -> str:
    try:
        parts = urlsplit(href)
        if parts.scheme not in ("", "http", "https") or (parts.netloc and parts.hostname != site.hostname):
            return ""
        return unquote(parts.path)
    except ValueError:
        return ""


# Comparing with keywords


def match_next() -> bool:
    """Match a few pages whose evidence is of older keywords or rules. Return whether there were any."""
    vocabulary = get_vocabulary()
    outdated = PageReading.objects.exclude(vocabulary=vocabulary.digest).filter(read_at__isnull=False)
    pks = list(outdated.order_by("pk").values_list("pk", flat=True)[:BATCH])
    for pk in pks:
        try:
            match_and_compare(pk)
        except Exception:
            # One page must not keep the others from being matched. It is matched again when anything changes.
            logger.exception("Could not match page %s", pk)
            PageReading.objects.filter(pk=pk).update(vocabulary=vocabulary.digest)
    return bool(pks)


def match_and_compare(pk: int) -> None:
    vocabulary = get_vocabulary()
    if match_page(pk, vocabulary):
        compare_page(pk, vocabulary)
