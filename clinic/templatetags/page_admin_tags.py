from django import template
from django.urls import reverse

from clinic.admin.help import GUIDES, guides_for
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


@register.simple_tag(takes_context=True)
def guides(context) -> list[tuple[str, str]]:
    """Return title and address of the guides for this user."""
    return [(GUIDES[guide], reverse("help", args=[guide])) for guide in guides_for(context["request"].user)]
