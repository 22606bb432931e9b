"""Offer the treatments to the request form."""

from collections.abc import Iterable

from clinic.site.offers import OfferedTreatment

from .models import TreatmentPage


def get_offered() -> list[OfferedTreatment]:
    pages = TreatmentPage.objects.live().public().order_by("area__sort_order", "area__name", "path")
    return [
        OfferedTreatment(pk, title, slug, area or "")
        for pk, title, slug, area in pages.values_list("pk", "title", "slug", "area__name")
    ]


def get_titles(ids: Iterable[int]) -> dict[int, str]:
    return dict(TreatmentPage.objects.filter(pk__in=ids).order_by("path").values_list("pk", "title"))
