from django import template
from django.template.defaultfilters import stringfilter
from django.utils import timezone
from django.utils.html import format_html

from clinic import hours, pictures
from clinic.frame import site_frame
from clinic.freshness import version_for
from clinic.models import ClinicProfile, Testimonial

register = template.Library()


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
def opening_hours(context, heading_id: str = "") -> dict:
    """The week as a table, and what differs from it in the next two weeks."""
    profile = clinic_profile(context)
    today = profile.today(timezone.now())
    lines = [
        {
            "days": hours.day_range_label(line.first_day, line.last_day),
            "times": [hours.format_span(span) for span in line.spans],
            "is_today": today.weekday() in line.days,
        }
        for line in hours.weekly_lines(profile.schedule.weekly)
    ]
    exceptions = [
        {
            "first": row.first,
            "last": row.last,
            "reason": row.reason,
            "times": [hours.format_span(span) for span in row.spans],
        }
        for row in profile.coming_exceptions(today)
    ]
    return {"lines": lines, "exceptions": exceptions, "profile": profile, "heading_id": heading_id}


@register.simple_tag(takes_context=True)
def open_state(context) -> dict:
    """ "Open now · until 4 pm" at the instant of the request, in the clinic's time zone."""
    now = timezone.now()
    state = clinic_profile(context).schedule.state_at(now)
    return {"is_open": state.is_open, "text": hours.state_text(state, now)}


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
