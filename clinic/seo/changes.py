"""Note when what visitors read on a page has changed.

Publishing a page again without a change, or with another slug, parent, schedule, keyword, picture for sharing or
summary for lists, is none. A search engine that finds dates without a change believes none of the others.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.db.models.signals import post_save, pre_save
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, ReferenceIndex, get_page_models
from wagtail.signals import page_published, page_unpublished, post_page_move

from clinic.pages.base import BasePage
from clinic.pages.snippets import Person, Testimonial, WhyChooseUs

READ = {"title", "seo_title", "search_description"}  # of the fields that each page of Wagtail has
NOT_READ = {"page_ptr", "changed_at", "content_digest", "noindex", "legacy_key", "social_image", "listing_summary"}

# What pages show of the texts that are written once for many. Of its author, an article shows the first two.
BYLINE = ("name", "credentials")
SHOWN: dict[type[Model], tuple[str, ...]] = {
    Person: (*BYLINE, "role", "bio", "photo_id"),
    Testimonial: ("quote", "attribution", "is_example"),
    WhyChooseUs: ("heading", "introduction", "reasons"),
}

# The text editor writes another one whenever it is opened. Text inside a list of blocks is escaped once more.
BLOCK_KEY = re.compile(r' data-block-key=\\*"\w+\\*"')


def note_change(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    """Store the date of a page that was published, if its content differs from what was published before."""
    if not isinstance(instance, BasePage):
        return
    # As it is stored: a price that was typed as 350 is read as 350.00 the next time.
    digest = get_digest(sender.objects.get(pk=instance.pk))
    if digest != instance.content_digest:
        instance.content_digest = digest
        instance.changed_at = instance.last_published_at or timezone.now()
        sender.objects.filter(pk=instance.pk).update(content_digest=digest, changed_at=instance.changed_at)


def note_unpublished(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    if not instance.get_view_restrictions().exists():
        note_shorter_list(instance.get_parent())


def note_moved(sender: type[Page], instance: Page, parent_page_before: Page, parent_page_after: Page, **kwargs) -> None:
    if instance.live and parent_page_before != parent_page_after:
        note_shorter_list(parent_page_before)


def note_restricted(sender: type[PageViewRestriction], instance: PageViewRestriction, created: bool, **kwargs) -> None:
    if created and instance.page.live:
        note_shorter_list(instance.page.get_parent())


def note_shorter_list(index: Page | None) -> None:
    """Date an index that no longer shows one of its pages. It would get the earlier date of the others."""
    index = index and index.specific
    if isinstance(index, BasePage) and index.lists_pages:
        type(index).objects.filter(pk=index.pk).update(changed_at=timezone.now())


def note_snippet(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    """Date the pages that show a text which is written once for many, if what they show of it changes."""
    before = sender.objects.filter(pk=instance.pk).first()
    changed = {name for name in SHOWN[sender] if before and getattr(before, name) != getattr(instance, name)}
    if not changed:
        return
    uses = ReferenceIndex.get_references_to(instance).exclude(model_path__startswith="_revisions")
    uses = uses.filter(base_content_type=ContentType.objects.get_for_model(Page))
    if changed.isdisjoint(BYLINE):
        uses = uses.exclude(model_path="author")
    date_pages(int(key) for key in uses.values_list("object_id", flat=True))


def date_pages(keys: Iterable[int]) -> None:
    """Date live pages that show something which has changed elsewhere."""
    keys, now = set(keys), timezone.now()
    for model in get_page_models() if keys else ():
        if issubclass(model, BasePage):
            model.objects.live().filter(pk__in=keys).update(changed_at=now)


def get_digest(page: BasePage) -> str:
    data = page.serializable_data()
    left_out = {field.name for field in Page._meta.get_fields()} - READ | NOT_READ
    if page.top_field != "listing_image":  # then it is on cards alone
        left_out.add("listing_image")
    content = {name: _drop_keys(value) for name, value in data.items() if name not in left_out and name != "pk"}
    text = BLOCK_KEY.sub("", json.dumps(content, sort_keys=True, default=str))
    return hashlib.sha256(text.encode()).hexdigest()


def _drop_keys(value: Any) -> Any:
    """Return rows without their keys, which are new when an earlier version is published."""
    if isinstance(value, list):
        return [_drop_keys(one) for one in value]
    if isinstance(value, dict):
        return {name: one for name, one in value.items() if name not in ("pk", "page", "content_object")}
    return value


def connect() -> None:
    page_published.connect(note_change, dispatch_uid="clinic.note_change")
    page_unpublished.connect(note_unpublished, dispatch_uid="clinic.note_unpublished")
    post_page_move.connect(note_moved, dispatch_uid="clinic.note_moved")
    for model in SHOWN:
        pre_save.connect(note_snippet, sender=model, dispatch_uid="clinic.note_snippet")
    post_save.connect(note_restricted, sender=PageViewRestriction, dispatch_uid="clinic.note_restricted")
