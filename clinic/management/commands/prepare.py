import fcntl
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import BaseCommand, call_command
from django.db import connection
from wagtail.models import Site

from clinic.demo import users
from clinic.logging import log_uncaught
from clinic.media.relocation import make_uploads_private
from clinic.models import HomePage
from clinic.site.health import is_migration_pending
from clinic.site.private_files import make_private
from clinic.site.staticfiles import collect_changed

LOCK = 0x636C696E6963  # any number that other programs do not use


class Command(BaseCommand):
    """Bring database, static files and file modes to the state of this code.

    Run before each start.
    """

    help = "Migrate; load the demo clinic into an empty database (development) or collect static files (production)."

    def handle(self, **options: Any) -> None:
        if not sys.stderr.isatty():
            log_uncaught()  # the error of a migration may quote a patient's row
        make_private()
        with one_at_a_time():
            if is_migration_pending():
                if settings.DEBUG:
                    # Collecting garbage takes a third of the time of a first migration, and frees little before its
                    # end.
                    gc.disable()
                call_command("migrate", verbosity=0)
                gc.enable()
            make_uploads_private(self.stdout.write)
            if not settings.DEBUG:
                collect_changed()
            elif not HomePage.objects.exists():
                call_command("load_demo", render_in_background=True)
        address = settings.WAGTAILADMIN_BASE_URL
        set_site_address(address)
        self.stdout.write(f"\n  Site   {address}/\n  Admin  {address}/admin/")
        if settings.DEBUG:
            names = ", ".join(account[0] for account in users.ACCOUNTS)
            self.stdout.write(f"  Demo logins (password {users.PASSWORD}): {names}\n")


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let machines, or two starts on one machine, migrate one after the other."""
    if connection.vendor != "postgresql":
        with (settings.VAR_DIR / "prepare.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # until the file is closed
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


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
