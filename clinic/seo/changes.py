"""Note when what visitors read on a page has changed.

Publishing a page again without a change, or with another slug, parent, schedule or keyword, is none. A search engine
that finds dates without a change believes none of the others.
"""

import hashlib
import json
from typing import Any

from django.utils import timezone
from wagtail.models import Page

from clinic.pages.base import BasePage

READ = {"title", "seo_title", "search_description"}  # of the fields that each page of Wagtail has
NOT_READ = {"page_ptr", "changed_at", "content_digest", "keywords", "tagged_items", "noindex", "legacy_key"}


def note_change(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    """Store the date of a page that was published, if its content differs from what was published before."""
    if not isinstance(instance, BasePage):
        return
    digest = get_digest(instance)
    if digest != instance.content_digest:
        instance.content_digest = digest
        instance.changed_at = instance.last_published_at or timezone.now()
        sender.objects.filter(pk=instance.pk).update(content_digest=digest, changed_at=instance.changed_at)


def get_digest(page: BasePage) -> str:
    data = page.serializable_data()
    left_out = {field.name for field in Page._meta.get_fields()} - READ | NOT_READ
    content = {name: _drop_keys(value) for name, value in data.items() if name not in left_out and name != "pk"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def _drop_keys(value: Any) -> Any:
    """Return rows without their keys, which are new when an earlier version is published."""
    if isinstance(value, list):
        return [_drop_keys(one) for one in value]
    if isinstance(value, dict):
        return {name: one for name, one in value.items() if name not in ("pk", "page", "content_object")}
    return value
