import gc
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import BaseCommand, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from wagtail.models import Site

from clinic.demo import users
from clinic.media.relocation import make_uploads_private
from clinic.models import HomePage


class Command(BaseCommand):
    """Bring database, static files and cache to the state of this code.

    Run before each start.
    """

    help = "Migrate; load the demo clinic into an empty database (development) or collect static files (production)."

    def handle(self, **options: Any) -> None:
        if is_migration_pending():
            if settings.DEBUG:
                # Collecting garbage takes a third of the time of a first migration, and frees little before its end.
                gc.disable()
            call_command("migrate", verbosity=0)
            gc.enable()
        make_uploads_private(self.stdout.write)
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)
        elif not HomePage.objects.exists():
            call_command("load_demo", render_in_background=True)
        address = settings.WAGTAILADMIN_BASE_URL
        set_site_address(address)
        self.stdout.write(f"\n  Site   {address}/\n  Admin  {address}/admin/")
        if settings.DEBUG:
            names = ", ".join(account[0] for account in users.ACCOUNTS)
            self.stdout.write(f"  Demo log-ins (password {users.PASSWORD}): {names}\n")


def is_migration_pending() -> bool:
    """Return whether a migration has to run. Cheaper than ``migrate``."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def set_site_address(address: str) -> None:
    """Store the address in Wagtail's default site.

    Canonical links, feeds and the sitemap take host and port from it.
    """
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    site = Site.objects.filter(is_default_site=True).first()
    if site and (site.hostname, site.port) != (parts.hostname, port):
        site.hostname, site.port = parts.hostname, port
        site.save()
