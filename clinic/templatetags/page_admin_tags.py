from typing import Any

from django import template
from django.db.models import Model
from django.urls import reverse
from wagtail.models import Page

from clinic.addresses.links import find_places
from clinic.admin.help import GUIDES, guides_for
from clinic.pages.scheduling import describe_status

register = template.Library()

MAX_PLACES = 20


@register.inclusion_tag("clinic/admin/usage.html", takes_context=True)
def usage_places(context, of: Model | None = None) -> dict[str, Any]:
    """List where ``of`` is used, or what a confirmation page is about.

    Pages have their list in the question "Send visitors to".
    """
    item = of or find_item(context.flatten())
    if of is None and isinstance(item, Page):
        return {"goes_to_trash": "object" not in context}  # not if it is only unpublished
    places = find_places([item], context["request"].user)
    return {
        "kind": item._meta.verbose_name,
        "count": len(places),
        "places": places[:MAX_PLACES],
        "more": len(places) - MAX_PLACES,
        "usage_url": context.get("usage_url"),
        "is_protected": context.get("is_protected"),
    }


def find_item(context: dict[str, Any]) -> Model:
    """Return what is going to be deleted, in a list of several the one of this line."""
    if items := context.get("items"):
        return items[context["forloop"]["counter0"] if "forloop" in context else 0]["item"]
    return context.get("object") or context["page"]


@register.simple_tag
def page_status(page) -> str:
    """Say whether the page is live, or when it will be."""
    return describe_status(page)


@register.simple_tag(takes_context=True)
def guides(context) -> list[tuple[str, str]]:
    """Return title and address of the guides for this user."""
    return [(GUIDES[guide], reverse("help", args=[guide])) for guide in guides_for(context["request"].user)]
