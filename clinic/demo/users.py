"""Make the demo's accounts, one for each role, with one public password."""

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

PASSWORD = "clinic-demo-2026"  # noqa: S105

# User name, first name, last name, group. The one without a group is the superuser.
ACCOUNTS = (
    ("admin", "Alex", "Admin", None),
    ("editor", "Eddie", "Editor", "Editors"),
    ("frontdesk", "Fran", "Frontdesk", "Front desk"),
    ("clinician", "Jordan", "Sample", "Clinicians"),
    ("manager", "Maria", "Manager", "Managers"),
)


def create() -> dict:
    """Return the accounts by user name. Those that exist are left as they are."""
    hashed = make_password(PASSWORD)  # once, since hashing takes a third of a second on purpose
    users = {}
    for name, first, last, group in ACCOUNTS:
        users[name], created = get_user_model().objects.get_or_create(
            username=name,
            defaults={
                "first_name": first,
                "last_name": last,
                "email": f"{name}@ocbeauty.example.com",
                "password": hashed,
                "is_superuser": group is None,
                "is_staff": group is None,
            },
        )
        if created and group:
            users[name].groups.set(Group.objects.filter(name=group))
    return users
