"""Let the history of pages and snippets begin with their first version."""

from django.db.models.signals import post_save
from wagtail.log_actions import log, registry
from wagtail.models import Page, PageLogEntry, Revision, RevisionMixin

# What Wagtail records for a new page before its first version is saved.
BEGINNINGS = ("wagtail.create", "wagtail.copy", "wagtail.copy_for_translation")


def connect() -> None:
    post_save.connect(link_first_version, sender=Revision, dispatch_uid="clinic.first_version")


def link_first_version(instance: Revision, created: bool, **kwargs) -> None:
    """Link the entry "Created" of a page to its first version.

    The history offers to review and restore only what entries link to.
    """
    if created and issubclass(instance.base_content_type.model_class(), Page):
        entries = PageLogEntry.objects.filter(page_id=instance.object_id, action__in=BEGINNINGS, revision=None)
        entries.update(revision=instance, content_changed=True)


def save_first_version(request, item: RevisionMixin) -> None:
    """Save the stored version of an item that has none, before it is changed.

    Such an item was written by a program: without this version nobody could put it back.
    """
    if request.method != "POST" or item.latest_revision_id or getattr(item, "alias_of_id", None):
        return
    stored = type(item).objects.get(pk=item.pk)
    item.latest_revision = revision = stored.save_revision(changed=False, clean=False)
    if isinstance(item, Page) and item.live and not item.live_revision_id:
        # Without a live version, Wagtail would unpublish the page as soon as a change of it is scheduled.
        item.live_revision = revision
        Page.objects.filter(pk=item.pk).update(live_revision=revision)
    if not registry.get_logs_for_instance(stored).filter(revision=revision).exists():
        log(stored, "wagtail.create", revision=revision, content_changed=True)
