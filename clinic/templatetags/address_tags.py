from django import template
from django.utils.translation import gettext as _
from wagtail.models import Page, Site

from clinic.addresses.forms import VisitorsForm
from clinic.addresses.links import find_places
from clinic.addresses.resolving import find_substitute, get_followable_url, has_visitors, with_aliases

register = template.Library()

MAX_PLACES = 20

register.filter("followable_url", get_followable_url)


@register.inclusion_tag("clinic/admin/visitors.html", takes_context=True)
def visitors_question(context, pages: Page | list[dict], *, are_moved: bool = False) -> dict:
    """List what links to the pages and those below them, and ask where their visitors go.

    ``pages`` is one page, or the items of a bulk action.
    """
    pages = [pages] if isinstance(pages, Page) else [row["item"] for row in pages]
    everything = [child for page in pages for child in page.get_descendants(inclusive=True)]
    gone = everything if are_moved else with_aliases(everything)
    places = find_places(gone, context["request"].user)
    if are_moved:
        initial, help_text = None, _("Leave it blank, and the old addresses lead to the pages in their new place.")
    else:
        initial = pages and find_substitute(pages[0], Site.objects.filter(is_default_site=True).first())
        initial = initial if isinstance(initial, Page) else None
        help_text = _("Links, bookmarks and search engines then lead there, and so do earlier addresses of the pages.")
    return {
        "places": places[:MAX_PLACES],
        "more": len(places[MAX_PLACES:]),
        "form": VisitorsForm((), initial={"send_to": initial}, help_text=help_text),
        "asks": any(map(has_visitors, everything)),
        "are_moved": are_moved,
    }


@register.simple_tag
def visitors_question_media():
    """Return the scripts of the question, for the end of the page."""
    return VisitorsForm(()).media
