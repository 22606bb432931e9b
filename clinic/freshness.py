"""Keep one content version for all that visitors read. Cached entries have it in their key.

Publishing, moving or deleting a page, or saving a snippet, a picture or a setting, makes a new version after the
commit: the next visitor sees the change, and nothing asks for the old entries again. Requests of patients change
nothing here.

All processes must share the cache (a folder in ``var/`` by default; Redis with ``CACHE_URL``).
"""

import secrets

from django.core.cache import cache
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

KEY = "content-version"
FRESH_FOR = 3600  # seconds; also how long something forgotten here could stay stale
CONTENT_APPS = {"clinic", "blog", "treatments", "wagtailcore"}
# Written while rendering, or by every keystroke of an editor: no visitor reads them.
NOT_CONTENT = {
    "clinicrendition", "revision", "pagelogentry", "modellogentry", "referenceindex", "editingsession",
    "workflowstate", "taskstate", "uploadedfile", "pagesubscription", "comment", "commentreply",
}  # fmt: skip


def new_version() -> str:
    return secrets.token_hex(6)


def content_version() -> str:
    return cache.get_or_set(KEY, new_version, None)


def version_for(request) -> str:
    """Return the version at the start of the request, so that all of one page is of one version."""
    if not hasattr(request, "_clinic_version"):
        request._clinic_version = content_version()
    return request._clinic_version


def content_changed(**kwargs) -> None:
    """Everything cached so far is old, as soon as the current transaction is committed."""
    transaction.on_commit(renew)


def renew() -> None:
    cache.set(KEY, new_version(), None)


def saved_or_deleted(sender, **kwargs) -> None:
    meta = sender._meta
    if meta.app_label in CONTENT_APPS and meta.model_name not in NOT_CONTENT:
        content_changed()


def connect() -> None:
    for signal in (post_save, post_delete):
        signal.connect(saved_or_deleted, dispatch_uid="clinic.freshness")
    for signal in (page_published, page_unpublished, page_slug_changed, post_page_move):
        signal.connect(content_changed, dispatch_uid="clinic.freshness")
