from django import template

from clinic.pages.scheduling import describe_status
from clinic.undo.usage import MAX_PLACES, find_item, find_places

register = template.Library()


@register.inclusion_tag("clinic/admin/usage.html", takes_context=True)
def usage_places(context):
    """List where the item of a confirmation page is used."""
    item = find_item(context.flatten())
    places = find_places(item, context["request"].user)
    return {
        "kind": item._meta.verbose_name,
        "count": len(places),
        "places": places[:MAX_PLACES],
        "more": len(places) - MAX_PLACES,
        "usage_url": context.get("usage_url"),
        "is_protected": context.get("is_protected"),
    }


@register.simple_tag
def page_status(page) -> str:
    """Say whether the page is live, or when it will be."""
    return describe_status(page)
