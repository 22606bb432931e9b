"""Make a page's pictures when it is published, so that no visitor waits for them."""

import logging

from django.db import transaction
from django.test import RequestFactory
from wagtail.models import Page, Site

logger = logging.getLogger(__name__)

RECEIVER_ID = "clinic.warm_on_publish"


def warm_on_publish(sender, instance: Page, **kwargs) -> None:
    """Receiver of ``page_published``: after the commit, render the page and the list above it once."""
    pk = instance.pk
    transaction.on_commit(lambda: warm(pk), robust=True)


def warm(pk: int) -> None:
    page = Page.objects.filter(pk=pk, live=True).first()
    site = page and page.get_site()
    if not site:
        return
    for shown in page.get_ancestors(inclusive=True).live().filter(depth__gt=1).specific():
        render(shown, site)


def render(page: Page, site: Site) -> None:
    """Render ``page`` as an anonymous visitor would see it; what fails here fails nobody's publishing."""
    request = RequestFactory().get(page.relative_url(site) or "/", headers={"host": site.hostname})
    request.META["SERVER_PORT"] = str(site.port)
    try:
        response = page.serve(request)
        if hasattr(response, "render"):
            response.render()
    except Exception:
        logger.exception("Could not render page %s ahead of its first visitor", page.pk)
