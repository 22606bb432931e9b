"""Find accounts by user name or email, and check passwords in equal time for known and unknown names."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest


def find_account(login: str) -> AbstractUser | None:
    """Return the account with this user name, or else the only one with this email address."""
    users = get_user_model().objects
    by_name = users.filter(username__iexact=login)[:2]
    by_email = users.filter(email__iexact=login)[:2]
    # Both are always asked, so that the time does not tell a known name from an unknown one.
    for found in (list(by_name), list(by_email)):
        if len(found) == 1:
            return found[0]
    return None


class StaffBackend(ModelBackend):
    """Check one password for each attempt.

    The backend of allauth checks two or three where an email address is typed, which tells that it is known.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **credentials: Any
    ) -> AbstractUser | None:
        if not username or password is None:
            return None
        user = find_account(username)
        if user is None or not user.has_usable_password():
            get_user_model()().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None
