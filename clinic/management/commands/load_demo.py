import subprocess
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from clinic.demo.content import DemoDataError
from clinic.demo.load import load
from clinic.models import HomePage


class Command(BaseCommand):
    help = "Load the demo clinic, unless there is a home page already."

    def add_arguments(self, parser):
        parser.add_argument("--no-requests", action="store_true", help="leave out the example consultation requests")
        parser.add_argument(
            "--with-users",
            action="store_true",
            help="make the demo accounts, whose password is public, and the requests, even where DEBUG is off",
        )
        parser.add_argument(
            "--render-in-background", action="store_true", help="do not wait until the pages' pictures are made"
        )

    def handle(self, *args, no_requests, with_users, render_in_background, **options):
        if HomePage.objects.exists():
            self.stdout.write("The demo is loaded already; nothing changed.")
            return
        with_users = with_users or settings.DEBUG
        try:
            load(self.stdout.write, with_users=with_users, with_requests=with_users and not no_requests)
        except DemoDataError as error:
            raise CommandError(f"The demo was not loaded. In clinic/demo/data: {error}") from error
        if not with_users:
            self.stdout.write(
                "No accounts and no example requests: DEBUG is off, and the demo's password is public. "
                "--with-users makes them all the same."
            )
        if render_in_background:
            subprocess.Popen([sys.executable, "manage.py", "render_pages"], cwd=settings.BASE_DIR)
        else:
            self.stdout.write("Making the sizes in which the pictures are shown.")
            call_command("render_pages")
