import logging
import os
import signal
import subprocess
import sys
import time
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import DatabaseError, close_old_connections
from wagtail.models import Site

from clinic.caching import version
from clinic.demo import users

logger = logging.getLogger(__name__)

PUBLISHING_EVERY = 60  # seconds


def tell_wagtail_its_address(address: str) -> None:
    """Canonical links, feeds and the sitemap take host and port from Wagtail's default site."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    site = Site.objects.filter(is_default_site=True).first()
    if site and (site.hostname, site.port) != (parts.hostname, port):
        site.hostname, site.port = parts.hostname, port
        site.save()


def publish_planned() -> None:
    """Publish and take down what editors planned. A failure is logged, and the next round tries again."""
    try:
        call_command("publish_scheduled")
    except DatabaseError:
        logger.exception("Planned pages could not be published")


class Command(BaseCommand):
    """Prepares the database and runs the site until it is stopped: web server, mail worker, planned publishing."""

    help = "Migrate, load the demo clinic when there is none (development only), and serve."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--production", action="store_true", help="gunicorn and production settings")
        parser.add_argument("--workers", type=int, default=2, help="gunicorn worker processes")

    def handle(self, *, host, port, production, workers, **options):
        if production and settings.SETTINGS_MODULE != "clinic.settings.production":
            return self.restart_with_production_settings()
        call_command("migrate", verbosity=0)
        if production:
            call_command("collectstatic", interactive=False, verbosity=0)
        else:
            call_command("load_demo")
        address = settings.WAGTAILADMIN_BASE_URL if production else f"http://{host}:{port}"
        os.environ["SITE_URL"] = address  # for the links in mails, which another process writes
        tell_wagtail_its_address(address)
        # Templates may have changed since the last start: what was cached then is old.
        version.renew()
        self.announce(host, port, demo=not production)
        worker = self.manage("deliver_messages", "--watch", "--parent-pid", str(os.getpid()))
        self.supervise([self.web(host, port, production, workers), worker])
        return None

    def restart_with_production_settings(self):
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "clinic.settings.production"}
        os.execve(sys.executable, [sys.executable, *sys.argv], environment)  # noqa: S606

    def announce(self, host, port, *, demo):
        address = f"http://{host}:{port}"
        self.stdout.write(f"\n  Site   {address}/\n  Admin  {address}/admin/")
        if demo:
            names = ", ".join(account[0] for account in users.ACCOUNTS)
            self.stdout.write(f"  Demo log-ins (password {users.PASSWORD}): {names}")
        self.stdout.write("  Stop with Ctrl-C.\n")
        self.stdout.flush()

    def web(self, host, port, production, workers):
        if not production:
            return self.manage("runserver", f"{host}:{port}", "--noreload")
        return [
            sys.executable, "-m", "gunicorn", "clinic.wsgi", "--config", "python:clinic.gunicorn_config",
            "--bind", f"{host}:{port}", "--workers", str(workers), "--no-control-socket",
        ]  # fmt: skip

    def manage(self, *arguments):
        return [sys.executable, "manage.py", *arguments]

    def supervise(self, commands):
        """Run the commands until one ends or a stop is asked for; then none of them stays behind."""
        processes = [subprocess.Popen(command, cwd=settings.BASE_DIR) for command in commands]  # noqa: S603
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, lambda *_: sys.exit(0))
        planned = time.monotonic()
        try:
            while all(process.poll() is None for process in processes):
                if time.monotonic() >= planned:
                    close_old_connections()
                    publish_planned()
                    planned = time.monotonic() + PUBLISHING_EVERY
                time.sleep(0.3)
        finally:
            failed = [process.returncode for process in processes if process.poll()]
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(timeout=30)
        if failed:
            raise CommandError("A part of the site stopped by itself; what it said is above.")
