"""Find accounts by user name or email, and check passwords in equal time for known and unknown names."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractUser, Permission
from django.db.models import Q
from django.http import HttpRequest


def find_account(login: str) -> AbstractUser | None:
    """Return the account with this user name, or else the one with this email address."""
    # Both are always asked, so that the time does not tell a known name from an unknown one.
    by_name, by_email = find_only("username", login), find_only("email", login)
    return by_name or by_email


def find_only(field: str, value: str, **conditions: Any) -> AbstractUser | None:
    """Return the only account with this value, in letters of any case.

    The limits count each spelling for itself. PostgreSQL takes more of them for the same ("ı" for "i") than they do.
    """
    found = get_user_model().objects.filter(**{f"{field}__iexact": value}, **conditions)[:2]
    spellings = [getattr(account, field).casefold() for account in found]
    return found[0] if spellings == [value.casefold()] else None


class StaffBackend(ModelBackend):
    """Check one password for each attempt.

    The backend of allauth checks two or three where an email address is typed, which tells that it is known.
    """

    def get_user(self, user_id: int) -> AbstractUser | None:
        """Return the user with their profile, which each page of the admin asks for."""
        user = get_user_model().objects.select_related("wagtail_userprofile").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj: AbstractUser, obj: Any = None) -> set[str]:
        """Return the user's own permissions and those of their groups, with one query for each request."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if user_obj.is_superuser:
            return super().get_all_permissions(user_obj)
        if not hasattr(user_obj, "_perm_cache"):
            granted = Permission.objects.filter(Q(user=user_obj) | Q(group__user=user_obj)).order_by()
            labels = granted.values_list("content_type__app_label", "codename").distinct()
            user_obj._perm_cache = {f"{app}.{codename}" for app, codename in labels}
        return user_obj._perm_cache

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
