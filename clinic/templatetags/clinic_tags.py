import json

from django import template
from django.template.defaultfilters import stringfilter
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from clinic import pictures
from clinic.frame import site_frame
from clinic.freshness import version_for
from clinic.hours.feeds import as_data
from clinic.models import ClinicProfile, Testimonial

register = template.Library()
# As Django's json_script does: nothing in a text can end the script or begin another.
NOT_IN_SCRIPTS = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag(takes_context=True)
def clinic_profile(context) -> ClinicProfile:
    """The profile of the request's site, its hours and links loaded."""
    return site_frame(context["request"]).profile


@register.simple_tag(takes_context=True)
def fresh(context) -> str:
    """What cached fragments vary on, so that they are made anew after any change of content."""
    return version_for(context["request"])


@register.simple_tag(takes_context=True)
def main_menu(context) -> list[dict]:
    """The pages ticked "show in menus", and which of them the visitor is in."""
    return links(context["request"], in_menu=True)


@register.simple_tag(takes_context=True)
def footer_links(context) -> list[dict]:
    """The pages that the menu leaves out: privacy, accessibility and the like."""
    return links(context["request"], in_menu=False)


def links(request, *, in_menu: bool) -> list[dict]:
    return [
        {"title": page.title, "url": page.url, "current": request.path.startswith(page.url)}
        for page in site_frame(request).top_pages
        if page.in_menu == in_menu
    ]


@register.inclusion_tag("components/opening_hours.html", takes_context=True)
def opening_hours(context) -> dict:
    """The week as a table, and what differs from it in the next two weeks."""
    frame = site_frame(context["request"])
    return {"hours": frame.hours, "clinic": frame.profile}


@register.inclusion_tag("components/announcements.html", takes_context=True)
def announcements(context) -> dict:
    """Those that run at the instant of the request; hours.js switches them, and those to come, at their minute."""
    return {"notices": site_frame(context["request"]).notices, "now": timezone.now().timestamp()}


@register.inclusion_tag("components/hours_data.html", takes_context=True)
def hours_data(context) -> dict:
    """What hours.js needs to say whether the clinic is open."""
    return {"data": as_data(site_frame(context["request"]), timezone.now())}


@register.simple_tag(takes_context=True)
def structured_data(context) -> SafeString:
    """The clinic, its address and its hours as JSON-LD, for search engines."""
    content = json.dumps(site_frame(context["request"]).business, ensure_ascii=False).translate(NOT_IN_SCRIPTS)
    return mark_safe(f'<script type="application/ld+json">{content}</script>')  # noqa: S308 escaped on the line above


@register.simple_tag
def clinic_picture(image, shape: str, alt: str = "", loading: str = "lazy", css_class: str = ""):
    """``<picture>`` in one of ``clinic.pictures.SHAPES``; nothing when there is no image."""
    return pictures.picture(image, shape, alt=alt, loading=loading, css_class=css_class) if image else ""


@register.simple_tag
def home_testimonials(count: int = 3):
    return Testimonial.objects.filter(show_on_home=True)[:count]


@register.filter
@stringfilter
def phone_link(number: str) -> str:
    """A number as people write it, as the ``tel:`` address a phone understands."""
    return "tel:" + "".join(char for char in number if char.isdigit() or char == "+")


@register.simple_tag
def icon(name: str):
    """A drawn icon from the page's own sprite; always beside text that says the same."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="#icon-{}"></use></svg>', name)
