"""Count every use of a picture, a keyword or a snippet.

Wagtail stores in its reference index what each page uses. It looks when a page is saved. What is saved after the page
itself, such as its keywords and categories, it would see one save later. Here it looks again after the commit. What
belongs to no field of a page, such as the testimonials of the home page, is added, and so is what only its draft or a
scheduled version uses: publishing it would miss what was deleted meanwhile.
"""

import threading
from collections.abc import Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.models import Page, ReferenceIndex, get_page_models
from wagtail.signal_handlers import reference_index_auto_update_disabled
from wagtail.tasks import update_reference_index_task

from clinic.models import ClinicProfile, HomePage, Navigation, Testimonial

_pending = threading.local()


def connect() -> None:
    """Register receivers, and what Wagtail does not look at. Call it when all models are loaded."""
    ReferenceIndex.register_model(ClinicProfile)
    ReferenceIndex.register_model(Navigation)
    HomePage._meta.get_field("testimonials_heading").extract_references = find_testimonials
    for model in get_page_models():
        versions = model._meta.get_field("_revisions")
        versions.extract_references, versions.verbose_name = find_in_versions, _("changes that are not published")
        for field in model._meta.local_many_to_many:
            if isinstance(field, ParentalManyToManyField):
                field.extract_references = find_rows
        post_save.connect(index_on_commit, sender=model, dispatch_uid="clinic.references")
    for signal in (post_save, post_delete):
        signal.connect(index_home_on_commit, sender=Testimonial, dispatch_uid="clinic.references")


def find_rows(rows: list[models.Model]) -> Iterator[tuple[type, str, str, str]]:
    """Yield a reference to each row of a many-to-many field."""
    for row in rows:
        yield type(row), str(row.pk), "item", str(row.pk)


def find_testimonials(heading: str) -> Iterator[tuple[type, str, str, str]]:
    """Yield a reference to each testimonial that the home page may show."""
    for pk in Testimonial.objects.filter(show_on_home=True).values_list("pk", flat=True):
        yield Testimonial, str(pk), "item", str(pk)


def find_in_versions(versions: models.Manager) -> Iterator[tuple[type, str, str, str]]:
    """Yield each reference in the versions of a page that are not published: the latest, and those that go live."""
    page = versions.instance
    if not page.latest_revision_id:
        return
    waiting = models.Q(pk=page.latest_revision_id) | models.Q(approved_go_live_at__isnull=False)
    for version in page.revisions.filter(waiting).exclude(pk=page.live_revision_id):
        draft = version.as_object()
        draft.latest_revision_id = None  # it is not searched for versions again
        for type_id, pk, path, place in ReferenceIndex._extract_references_from_object(draft):
            yield ContentType.objects.get_for_id(type_id).model_class(), pk, path, f"{version.pk}.{place}"


def index_on_commit(instance: Page, raw: bool = False, **kwargs: Any) -> None:
    if raw or getattr(reference_index_auto_update_disabled, "value", False):
        return
    if not hasattr(_pending, "pages"):
        _pending.pages = set()
    _pending.pages.add(instance.pk)
    transaction.on_commit(index_pending, robust=True)


def index_home_on_commit(**kwargs: Any) -> None:
    for home in HomePage.objects.all():
        index_on_commit(home)


def index_pending() -> None:
    """Index each changed page once, however often it was saved in the transaction."""
    pages, _pending.pages = _pending.pages, set()
    for page in Page.objects.filter(pk__in=pages).specific():
        update_reference_index_task.enqueue(page._meta.app_label, page._meta.model_name, str(page.pk))
