from django.core.management.base import BaseCommand
from wagtail.models import Page

from clinic.caching import prerender
from clinic.seo import sharing


class Command(BaseCommand):
    help = "Render every live page once, the home page first, so that no visitor waits until its pictures are made."

    def handle(self, **options):
        sharing.draw_sharing_pictures()
        for page in Page.objects.live().filter(depth__gt=1).order_by("depth", "path").specific():
            prerender.prerender(page, page.get_site())
