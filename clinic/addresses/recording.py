"""Remember each address that a page has had, and where its visitors go when it is gone.

Wagtail itself records the old addresses of a page that is renamed or moved within a site. The receivers here add what
it leaves out: pages that are unpublished, by hand or on their date, deleted, or moved out of the site.
"""

from collections.abc import Iterable

from django.db.models.signals import post_delete, post_save, pre_delete
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site
from wagtail.signals import page_published, page_unpublished, pre_page_move

from clinic.triage.models import State

from .models import MAX_PATH, Forwarding, GoneAddress, MissingAddress
from .reserved import refuse_reserved
from .resolving import GONE, find_substitute, is_shown
from .spelling import canonical, to_read


def forward(pages: Iterable[Page], target: Page | None) -> None:
    """Send the visitors of these pages to ``target`` as soon as the pages are not shown.

    Without a target, visitors are told that the pages are gone for good.
    """
    for page in pages:
        Forwarding.objects.update_or_create(page_id=page.pk, defaults={"target_id": target and target.pk})


def list_addresses(page: Page, routes: Iterable[str] | None = None) -> list[Redirect]:
    """Return an unsaved redirect from each address of the page to the page, wherever it will be.

    ``routes`` are parts of the page with addresses of their own, all of them if not given.
    """
    parts = page.get_url_parts()
    if not parts or not parts[2]:
        return []
    site_id, _root, path = parts
    return [
        Redirect(
            old_path=canonical(path.rstrip("/") + route),
            site_id=site_id,
            redirect_page_id=page.pk,
            redirect_page_route_path="" if route == "/" else route,
            automatically_created=True,
        )
        for route in (page.get_route_paths() if routes is None else routes)
    ]


def redirect_route(page: Page, old: str, new: str) -> None:
    """Lead visitors of a route of the page to another one, or to the page itself if ``new`` is empty."""
    Redirect.objects.filter(redirect_page_id=page.pk, redirect_page_route_path=old).update(redirect_page_route_path=new)
    rows = list_addresses(page, [old])
    for row in rows:
        row.redirect_page_route_path = new
    replace(rows)


def replace(rows: Iterable[Redirect]) -> None:
    """Save the redirects in the place of those that were made without an editor."""
    rows = [row for row in rows if row.old_path != "/" and len(row.old_path) <= 255]
    old = Redirect.objects.filter(old_path__in=[row.old_path for row in rows], automatically_created=True)
    old.filter(site__in={row.site_id for row in rows}).delete()
    Redirect.objects.bulk_create(rows, ignore_conflicts=True)


def remember_unpublished(instance: Page, **kwargs) -> None:
    replace(list_addresses(instance))


def remember_moved(instance: Page, url_path_before: str, url_path_after: str, **kwargs) -> None:
    if url_path_before != url_path_after:
        pages = instance.get_descendants(inclusive=True).live().defer_streamfields().specific()
        replace(row for page in pages for row in list_addresses(page))


def refuse_reserved_move(instance: Page, parent_page_after: Page, **kwargs) -> None:
    refuse_reserved(instance.slug, parent_page_after)


def forget_forwarding(instance: Page, **kwargs) -> None:
    """Forget where visitors of a page went: it is published, and stays the answer at its address."""
    Forwarding.objects.filter(page_id=instance.pk).delete()
    GoneAddress.objects.filter(path__in=[row.old_path for row in list_addresses(instance)]).delete()


def note_redirect(instance: Redirect, **kwargs) -> None:
    """Forget that an address was gone or missing: an editor sends its visitors somewhere."""
    if not instance.automatically_created:
        GoneAddress.objects.filter(path=instance.old_path).delete()
        mark_handled([instance.old_path])


def note_gone(instance: GoneAddress, **kwargs) -> None:
    mark_handled([instance.path])


def mark_handled(paths: Iterable[str]) -> None:
    """Close the rows of the missing addresses, which are not escaped, and have a slash at their end or not."""
    asked = [spelling for path in map(to_read, paths) for spelling in (path, f"{path}/")]
    rows = MissingAddress.objects.filter(path__in=asked, state=State.OPEN)
    rows.update(state=State.HANDLED, handled_on=timezone.localdate())


def collect_addresses(instance: Page, **kwargs) -> None:
    """Hold the redirects to a page that is about to be deleted: the database deletes them with it."""
    if instance.live:
        replace(list_addresses(instance.specific))
    lineage = [instance, *instance.get_ancestors().order_by("-path")]
    chosen = dict(Forwarding.objects.filter(page__in=lineage).values_list("page_id", "target_id"))
    instance._target_ids = [chosen[page.pk] for page in lineage if page.pk in chosen]
    instance._old_redirects = list(Redirect.objects.filter(redirect_page_id=instance.pk))


def redirect_deleted(instance: Page, **kwargs) -> None:
    """Lead all old addresses of a deleted page to the page that an editor chose, or to one above it."""
    if not instance._old_redirects:
        return
    if instance._target_ids[:1] == [None]:
        mark_gone(row.old_path for row in instance._old_redirects)
        return
    kept = []
    for row in instance._old_redirects:
        site = row.site or Site.objects.filter(is_default_site=True).first()
        chosen = Page.objects.filter(pk__in=instance._target_ids[:1]).first()
        target = chosen if chosen and is_shown(chosen, site) else find_substitute(chosen or instance, site)
        if target is GONE:
            mark_gone([row.old_path])
            continue
        row.pk, row.redirect_page, row.redirect_page_route_path = None, target, ""
        kept += [row] if target else []
    # Also those that an editor made: what they lead to is gone.
    Redirect.objects.bulk_create(kept, ignore_conflicts=True)


def mark_gone(paths: Iterable[str]) -> None:
    """Tell the visitors of these addresses that nothing will be there again."""
    rows = (GoneAddress(path=path) for path in paths if path != "/" and len(path) <= MAX_PATH)
    GoneAddress.objects.bulk_create(rows, ignore_conflicts=True)


def connect() -> None:
    post_save.connect(note_redirect, sender=Redirect, dispatch_uid="clinic.addresses")
    post_save.connect(note_gone, sender=GoneAddress, dispatch_uid="clinic.addresses")
    page_unpublished.connect(remember_unpublished, dispatch_uid="clinic.addresses")
    page_published.connect(forget_forwarding, dispatch_uid="clinic.addresses")
    pre_page_move.connect(refuse_reserved_move, dispatch_uid="clinic.addresses.reserved")
    pre_page_move.connect(remember_moved, dispatch_uid="clinic.addresses")
    pre_delete.connect(collect_addresses, sender=Page, dispatch_uid="clinic.addresses")
    post_delete.connect(redirect_deleted, sender=Page, dispatch_uid="clinic.addresses")
