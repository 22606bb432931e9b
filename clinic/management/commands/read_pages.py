from typing import Any

from django.core.management import BaseCommand

from clinic.keywords.page_reading import read_everything_due


class Command(BaseCommand):
    help = "Read the live pages that changed, and compare all pages with the keywords, as the worker does."

    def handle(self, **options: Any) -> None:
        steps = read_everything_due()
        self.stdout.write(f"Done in {steps} steps. The board of keywords shows what the pages say now.")
