"""Date the pages that show the price of a treatment when it changes."""

from collections.abc import Iterator
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast
from django.db.models.signals import pre_save
from wagtail.models import get_page_models

from clinic.seo.changes import date_pages
from clinic.seo.structured_data import find_values

from .models import TreatmentPage

BLOCK = "treatment_prices"


def note_price(instance: TreatmentPage, update_fields: Any = None, **kwargs: Any) -> None:
    if update_fields is not None:  # a draft, which no list of prices shows
        return
    before = TreatmentPage.objects.filter(pk=instance.pk).defer_streamfields().first()
    if get_row(before) != get_row(instance):
        areas = {instance.area_id, before and before.area_id}
        date_pages(pk for pk, block in find_blocks() if shows(block, instance, areas))


def get_row(treatment: TreatmentPage | None) -> tuple | None:
    """Return what a list of prices shows of a treatment, or None."""
    if not treatment or not treatment.live or treatment.price_from is None:
        return None
    return treatment.title, treatment.price_from, treatment.price_note, treatment.area_id


def find_blocks() -> Iterator[tuple[int, Any]]:
    """Yield each list of prices, with the key of its page."""
    for model in get_page_models():
        if hasattr(model, "body"):
            pages = model.objects.live().annotate(text=Cast("body", TextField())).filter(text__contains=BLOCK)
            yield from ((page.pk, block) for page in pages for _kind, block in find_values(page, BLOCK))


def shows(block: Any, treatment: TreatmentPage, areas: set[int | None]) -> bool:
    chosen = [page.pk for page in block["treatments"] if page]
    if chosen:
        return treatment.pk in chosen
    return block["area"] is None or block["area"].pk in areas


def connect() -> None:
    pre_save.connect(note_price, sender=TreatmentPage, dispatch_uid="treatments.prices")
