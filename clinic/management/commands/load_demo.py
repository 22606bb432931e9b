from django.conf import settings
from django.core.management.base import BaseCommand

from clinic.demo.load import load
from clinic.models import HomePage


class Command(BaseCommand):
    help = "Load the demo clinic, unless there is a home page already."

    def add_arguments(self, parser):
        parser.add_argument("--no-requests", action="store_true", help="leave out the example consultation requests")
        parser.add_argument(
            "--with-users",
            action="store_true",
            help="make the demo accounts, whose password is public, and the requests also where DEBUG is off",
        )

    def handle(self, *args, no_requests, with_users, **options):
        if HomePage.objects.exists():
            self.stdout.write("The demo is loaded already; nothing changed.")
            return
        with_users = with_users or settings.DEBUG
        load(self.stdout.write, with_users=with_users, with_requests=with_users and not no_requests)
        if not with_users:
            self.stdout.write(
                "No accounts and no example requests: DEBUG is off, and the demo's password is public. "
                "--with-users makes them all the same."
            )
