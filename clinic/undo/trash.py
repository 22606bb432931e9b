"""Move pages to the trash, restore them whole, and delete them for good after 30 days."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from wagtail.actions.delete_page import DeletePageAction
from wagtail.actions.move_page import MovePageAction
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.log_actions import log
from wagtail.models import Page, Revision, Site
from wagtail.signals import page_published

from clinic.addresses.models import Forwarding
from clinic.addresses.resolving import with_aliases

from .models import KEPT_FOR, TrashedPage, TrashPage


def get_trash() -> TrashPage:
    """Return the trash. Make it first if there is none."""
    # The lock makes two who delete the first pages at once take turns.
    root = Page.objects.select_for_update().get(pk=Page.get_first_root_node().pk)
    made = TrashPage.objects.first()
    return made or root.add_child(instance=TrashPage(title="Trash", slug="trash", live=False))


def is_home_of_site(page: Page) -> bool:
    return Site.objects.filter(root_page__path__startswith=page.path).exists()


@transaction.atomic
def move_to_trash(page: Page, user) -> TrashedPage:
    """Take the page and all below it from the site, and record how to put them back.

    The caller checks that the user may delete it.
    """
    trash = get_trash()
    page, parent = Page.objects.get(pk=page.pk), page.get_parent()
    branch = page.get_descendants(inclusive=True)
    versions = Revision.page_revisions.filter(object_id__in=[str(pk) for pk in branch.values_list("pk", flat=True)])
    scheduled = versions.filter(approved_go_live_at__isnull=False)
    live = list(branch.live().specific())
    shown = [one for one in with_aliases(live) if one.live]
    trashed = TrashedPage.objects.create(
        page=page,
        parent=parent,
        parent_title=parent.get_admin_display_title(),
        pages_before=list(page.get_prev_siblings().order_by("-path").values_list("pk", flat=True)),
        slug=page.slug,
        deleted_by=user,
        live={str(one.pk): [one.live_revision_id, one.has_unpublished_changes] for one in shown},
        scheduled={str(one.pk): one.approved_go_live_at.isoformat() for one in scheduled},
    )
    # In the trash there is no page above it that could take its visitors.
    Forwarding.objects.get_or_create(page=page, defaults={"target": parent})
    scheduled.update(approved_go_live_at=None)
    for one in branch.specific():
        if state := one.current_workflow_state:
            state.cancel(user=user)
    for one in live:
        UnpublishPageAction(one, user=user).execute(skip_permission_checks=True)
    Page.objects.filter(pk=page.pk).update(slug=f"trashed-{page.pk}")
    MovePageAction(page, trash, "last-child", user=user).execute(skip_permission_checks=True)
    return trashed


@transaction.atomic
def restore(trashed: TrashedPage, parent: Page, slug: str, user) -> Page:
    """Put the page and all below it back below ``parent``, live as they were.

    The caller checks that the user may do so, and that the place and the slug are free.
    """
    typed_since = Revision.page_revisions.filter(object_id__in=trashed.live, created_at__gt=trashed.deleted_at)
    typed_since = set(typed_since.values_list("object_id", flat=True))
    Page.objects.filter(pk=trashed.page_id).update(slug=slug)
    page = Page.objects.get(pk=trashed.page_id)
    if slug != trashed.slug:
        change_slug_of_versions(page.specific, slug, trashed, user)
    target, place = find_place(trashed, parent)
    MovePageAction(page, target, place, user=user).execute(skip_permission_checks=True)
    trashed.delete()
    branch = Page.objects.get(pk=page.pk).get_descendants(inclusive=True)
    Forwarding.objects.filter(page__in=branch, target=None).delete()
    for one in TrashPage.exclude_from(Page.objects.filter(pk__in=trashed.live)).order_by("path").specific():
        one.live, one.expired = True, False
        one.live_revision_id, had_changes = trashed.live[str(one.pk)]
        one.has_unpublished_changes = had_changes or str(one.pk) in typed_since
        one.save(clean=False)
        log(one, "wagtail.publish", user=user, revision=one.live_revision)
        page_published.send(sender=one.specific_class, instance=one, revision=one.live_revision)
    for pk, moment in trashed.scheduled.items():
        Revision.objects.filter(pk=pk).update(approved_go_live_at=parse_datetime(moment))
    return Page.objects.get(pk=page.pk)


def find_place(trashed: TrashedPage, parent: Page) -> tuple[Page, str]:
    """Return where the page goes, as treebeard says it: after the page that it stood after, else at the end."""
    if parent.pk != trashed.parent_id:
        return parent, "last-child"
    siblings = parent.get_children().in_bulk(trashed.pages_before)
    for pk in trashed.pages_before:
        if pk in siblings:
            return siblings[pk], "right"
    return parent, "first-child"


def change_slug_of_versions(page: Page, slug: str, trashed: TrashedPage, user) -> None:
    """Save what was live, is scheduled or is the draft with the new slug: it would bring back the old one."""
    live_version, has_changes = trashed.live.get(str(page.pk), (None, False))
    used = [live_version, page.latest_revision_id, *trashed.scheduled]
    for version in page.revisions.filter(pk__in=used).order_by("pk"):
        renamed = version.as_object()
        renamed.slug = slug
        copy = renamed.save_revision(user=user, changed=False, clean=False, log_action=True)
        if version.pk == live_version:
            trashed.live[str(page.pk)] = [copy.pk, has_changes]
        if moment := trashed.scheduled.pop(str(version.pk), None):
            trashed.scheduled[str(copy.pk)] = moment


def delete_for_good(trashed: TrashedPage, user=None) -> None:
    page = Page.objects.get(pk=trashed.page_id)
    DeletePageAction(page, user=user).execute(skip_permission_checks=True)


def empty_trash(now: datetime | None = None) -> None:
    """Delete what has been in the trash for 30 days."""
    for trashed in TrashedPage.objects.filter(deleted_at__lte=(now or timezone.now()) - KEPT_FOR):
        with transaction.atomic():
            if TrashedPage.objects.select_for_update().filter(pk=trashed.pk).first():  # another worker may be faster
                delete_for_good(trashed)
