import os
from concurrent.futures import ThreadPoolExecutor

from django.core.management.base import BaseCommand
from django.db import connections
from wagtail.models import Page

from clinic.caching import prerender


class Command(BaseCommand):
    help = "Render every live page once, so that no visitor waits until its pictures are made."

    def handle(self, **options):
        pages = Page.objects.live().filter(depth__gt=1).order_by("depth", "path").specific()
        # Threads are enough: Pillow releases the interpreter's lock while it encodes.
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            list(threads.map(render, pages))


def render(page: Page) -> None:
    try:
        prerender.prerender(page, page.get_site())
    finally:
        connections.close_all()
