"""Queue the addresses of pages that change, for the worker. An editor waits for one query, and for no other host."""

from collections.abc import Iterable
from urllib.parse import urljoin

from django.db import transaction
from django.utils import timezone
from wagtail.models import Page
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from .models import MAX_URL, IndexNow, QueuedAddress


def is_on() -> bool:
    return IndexNow.objects.exclude(key="").exists()


def may_be_told(page: Page) -> bool:
    """Return whether search engines may know of the page: every visitor can open it, and it asks to be listed.

    An alias would compete with its source.
    """
    is_hidden = getattr(page, "noindex", False) or page.alias_of_id
    return not is_hidden and not page.get_view_restrictions().exists()


def queue(addresses: Iterable[tuple[str, int | None]]) -> None:
    """Queue pairs of an address and the key of its page, each address once, after the commit."""
    now = timezone.now()
    rows = {
        url: QueuedAddress(url=url, page_id=page_id, queued_at=now, due_at=now)
        for url, page_id in addresses
        if url and len(url) <= MAX_URL
    }
    if rows:
        transaction.on_commit(lambda: save(list(rows.values())), robust=True)


def save(rows: list[QueuedAddress]) -> None:
    # One that is being sent right now gets a later ``queued_at``, so that it is sent again.
    # A failing address keeps its place in the back-off.
    kept = set(Page.objects.filter(pk__in={row.page_id for row in rows}).values_list("pk", flat=True))
    for row in rows:
        row.page_id = row.page_id if row.page_id in kept else None
    QueuedAddress.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["url"], update_fields=["page", "queued_at"], batch_size=500
    )


def queue_published(instance: Page, **kwargs) -> None:
    if is_on() and may_be_told(instance):
        queue([(instance.full_url, instance.pk)])


def queue_unpublished(instance: Page, **kwargs) -> None:
    # Its old address answers with a redirect, or says that it is gone: that is what search engines shall see.
    if is_on() and may_be_told(instance):
        queue([(instance.full_url, instance.pk)])


def queue_renamed(instance: Page, instance_before: Page, **kwargs) -> None:
    """Queue the old and the new addresses of a page with a new slug, and of the pages below it."""
    if is_on():
        queue_branch(instance, instance_before.url_path, instance.url_path)


def queue_moved(instance: Page, url_path_before: str, url_path_after: str, **kwargs) -> None:
    if url_path_before != url_path_after and is_on():
        queue_branch(instance, url_path_before, url_path_after)


def queue_branch(page: Page, path_before: str, path_after: str) -> None:
    page = Page.objects.get(pk=page.pk)
    addresses: list[tuple[str, int | None]] = []
    for one in page.get_descendants(inclusive=True).live().public().defer_streamfields().specific():
        parts = one.get_url_parts()
        if not parts or not parts[2] or not may_be_told(one):
            continue
        addresses.append((one.full_url, one.pk))
        root_path = find_root_path(one, parts[0])
        if root_path and path_before.startswith(root_path):
            old = path_before + one.url_path.removeprefix(path_after)
            addresses.append((urljoin(parts[1], old[len(root_path) - 1 :]), one.pk))
    queue(addresses)


def find_root_path(page: Page, site_id: int) -> str:
    """Return the beginning of ``url_path`` that the addresses of the page's site leave out."""
    return next((root[1] for root in page._get_relevant_site_root_paths() if root[0] == site_id), "")


def connect() -> None:
    page_published.connect(queue_published, dispatch_uid="clinic.indexnow")
    page_unpublished.connect(queue_unpublished, dispatch_uid="clinic.indexnow")
    page_slug_changed.connect(queue_renamed, dispatch_uid="clinic.indexnow")
    post_page_move.connect(queue_moved, dispatch_uid="clinic.indexnow")
