from django import template

from treatments.models import AreaOfConcern, TreatmentGroups, TreatmentPage, group_by_area

register = template.Library()


@register.simple_tag
def treatment_prices(area: AreaOfConcern | None, chosen: list[TreatmentPage | None]) -> TreatmentGroups:
    """Return the public treatments that have a price, by area.

    Chosen ones come as one group without an area, in the order in which they were chosen.
    """
    priced = TreatmentPage.objects.live().public().filter(price_from__isnull=False)
    priced = priced.select_related("area").defer_streamfields().order_by("path")
    if chosen:
        order = [page.pk for page in chosen if page]
        found = sorted(priced.filter(pk__in=order), key=lambda page: order.index(page.pk))
        return [(None, found)] if found else []
    return group_by_area(priced.filter(area=area) if area else priced)
