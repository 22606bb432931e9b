"""Render pages when they are published, and when a picture on them changes, to make its sizes before visitors ask."""

import logging
from collections import defaultdict

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from wagtail.models import Page, ReferenceIndex, Site

from clinic.seo import sharing

logger = logging.getLogger(__name__)

RECEIVER_ID = "clinic.prerender_on_publish"
# Pages that are rendered for each place of a picture: pages of one type show it there in the same sizes.
EACH_PLACE = 20


def prerender_on_publish(sender, instance: Page, **kwargs) -> None:
    """Render the published page and the pages above it after the commit."""
    pk = instance.pk
    transaction.on_commit(lambda: prerender_with_ancestors(pk), robust=True)


def prerender_with_ancestors(*keys: int) -> None:
    """Render the live pages with these keys and those above them, each once."""
    found: dict[int, Site] = {}
    for page in Page.objects.live().filter(pk__in=keys):
        if site := page.get_site():
            sharing.draw_page(page, site)
            above = page.get_ancestors(inclusive=True).live().filter(depth__gt=1)
            found |= dict.fromkeys(above.values_list("pk", flat=True), site)
    for shown in Page.objects.filter(pk__in=found).order_by("path").specific():
        prerender(shown, found[shown.pk])


def prerender_on_save(sender, instance: models.Model, **kwargs) -> None:
    """Render the pages that show a snippet with a picture after the commit: it may be another picture."""
    transaction.on_commit(lambda: prerender_pages_with(instance), robust=True)


def prerender_pages_with(shown: models.Model) -> None:
    """Render live pages that show a picture or a snippet, and those above them."""
    kind = ContentType.objects.get_for_model(Page)
    rows = ReferenceIndex.get_references_to(shown).filter(base_content_type=kind)
    places: dict[tuple[int, str], set[int]] = defaultdict(set)
    for page_type, path, key in rows.values_list("content_type", "model_path", "object_id"):
        if len(places[page_type, path]) < EACH_PLACE:
            places[page_type, path].add(int(key))
    prerender_with_ancestors(*set().union(*places.values()))


def render(page: Page, site: Site, query: str = "") -> HttpResponse:
    """Return the page as an anonymous visitor gets it."""
    request = RequestFactory().get((page.relative_url(site) or "/") + query, headers={"host": site.hostname})
    request.META["SERVER_PORT"] = str(site.port)
    response = page.serve(request)
    if hasattr(response, "render"):
        response.render()
    return response


def prerender(page: Page, site: Site) -> None:
    """Render ``page`` as an anonymous visitor. Log errors, never raise."""
    try:
        render(page, site)
    except Exception:
        logger.exception("Could not prerender page %s", page.pk)
