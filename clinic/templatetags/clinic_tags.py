from django import template
from django.conf import settings
from django.template.defaultfilters import stringfilter
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from clinic.accounts import idle
from clinic.hours.feeds import as_data
from clinic.media.renditions import render_picture
from clinic.models import ClinicProfile, Testimonial
from clinic.phones import to_url
from clinic.site.context import get_fragment_version, show_announcement, site_context
from clinic.site.icons import get_icon_url
from clinic.site.inline import RULES, read_script, read_sheet
from clinic.site.navigation import Link, NavigationLinks

register = template.Library()


@register.simple_tag(takes_context=True)
def clinic_profile(context) -> ClinicProfile:
    """Return the profile of the request's site."""
    return site_context(context["request"]).profile


@register.simple_tag(takes_context=True)
def content_version(context) -> str:
    """Return what the keys of cached fragments contain."""
    return get_fragment_version(context["request"])


@register.simple_tag(takes_context=True)
def main_menu(context) -> list[dict]:
    """Return the links of the menu, with the current page and what is above it marked."""
    request = context["request"]
    return [mark_current(link, request.path) for link in site_context(request).navigation.menu]


@register.simple_tag(takes_context=True)
def menu_state(context, links: list[dict]) -> str:
    """Return which links of the header are marked."""
    path = context["request"].path
    marks = [mark for link in links for mark in (link["current"], *(child["current"] for child in link["children"]))]
    return f"{','.join(marks)} {path if path in ('/', '/search/') else ''}"


def mark_current(link: Link, path: str) -> dict:
    """Return the link for a template. Of one that opens a list, its own page is the first in it."""
    children = [mark_current(child, path) for child in link.children]
    current = link.get_current(path) or ("true" if any(child["current"] for child in children) else "")
    if children and link.url:
        title = gettext("%(title)s: overview") % {"title": link.title}
        is_here = link.get_current(path) == "page"
        children.insert(0, {"title": title, "url": link.url, "current": "page" if is_here else ""})
    return {"title": link.title, "url": link.url, "current": current, "children": children}


@register.simple_tag(takes_context=True)
def footer_links(context) -> NavigationLinks:
    return site_context(context["request"]).navigation


@register.inclusion_tag("components/opening_hours.html", takes_context=True)
def opening_hours(context) -> dict:
    """Show the week as a table, and the exceptions of the next two weeks."""
    site = site_context(context["request"])
    return {"hours": site.hours, "clinic": site.profile}


@register.inclusion_tag("components/announcements.html", takes_context=True)
def announcements(context) -> dict:
    """Show the announcements that run now. hours.js updates them."""
    return {"announcements": site_context(context["request"]).announcements, "now": timezone.now().timestamp()}


@register.inclusion_tag("components/announcements.html", takes_context=True)
def announcement_preview(context, announcement) -> dict:
    """Show an announcement as while it runs. One without its days is not shown."""
    if not announcement.starts_at or not announcement.ends_at:
        return {}
    profile = site_context(context["request"]).profile
    shown = show_announcement(announcement, announcement.link_page, profile)
    return {"announcements": [shown], "now": shown.starts}


@register.inclusion_tag("clinic/admin/idle_cover.html", takes_context=True)
def idle_cover(context) -> dict:
    """Cover an admin page that nobody touches, for users who see patients."""
    request = context["request"]
    is_covered = request.user.is_authenticated and idle.applies_to(request)
    return {"minutes": settings.IDLE_MINUTES if is_covered else 0, "user": request.user}


@register.inclusion_tag("components/hours_data.html", takes_context=True)
def hours_data(context) -> dict:
    """Print the data that hours.js uses to say whether the clinic is open."""
    return {"data": as_data(site_context(context["request"]), timezone.now())}


@register.simple_tag
def clinic_picture(image, shape: str, alt: str | None = None, is_main: bool = False, css_class: str = ""):
    """Return a ``<picture>`` in one of ``SHAPES``, or an empty string.

    Its own alt text describes it, unless ``alt`` says otherwise: "" where it is decorative.
    """
    if not image:
        return ""
    alt = image.description if alt is None else alt
    return render_picture(image, shape, alt=alt, is_main=is_main, css_class=css_class)


@register.simple_tag
def icon_url(profile, size: int) -> str:
    """Return the address of the clinic's icon. Error pages pass no profile."""
    return get_icon_url(profile or None, size)


@register.simple_tag
def style(name: str) -> SafeString:
    """Return a sheet of ``clinic/css/`` as an element: its page waits for no other request before it shows."""
    media = ' media="print"' if name == "print" else ""
    return SafeString(f"<style{media}>{read_sheet(name)}</style>")


@register.simple_tag
def script(name: str) -> SafeString:
    """Return a script of ``clinic/js/`` as an element: it changes the page before the page shows."""
    return SafeString(f'<script type="module" blocking="render">{read_script(name)}</script>')


@register.simple_tag
def rules_for_next_page() -> SafeString:
    return SafeString(f'<script type="speculationrules">{RULES}</script>')


@register.simple_tag
def home_testimonials(count: int = 3):
    return Testimonial.objects.filter(show_on_home=True)[:count]


@register.filter
@stringfilter
def phone_link(number: str) -> str:
    """Return a ``tel:`` URL for a number as people write it, with its extension."""
    return to_url(number)


@register.simple_tag
def icon(name: str):
    """Return an icon of the sprite, for use beside text that says the same."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="#icon-{}"></use></svg>', name)
