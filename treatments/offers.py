"""Offer the treatments to the request form."""

from clinic.site.offers import OfferedTreatment

from .models import TreatmentPage


def get_offered() -> list[OfferedTreatment]:
    pages = TreatmentPage.objects.live().public().order_by("area__sort_order", "area__name", "path")
    return [
        OfferedTreatment(pk, title, slug, area or "")
        for pk, title, slug, area in pages.values_list("pk", "title", "slug", "area__name")
    ]
