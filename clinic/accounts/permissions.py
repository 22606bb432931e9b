"""Decide who manages staff accounts, and who has to sign in with a second factor."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser, Group, Permission
from django.db.models import Q, QuerySet
from wagtail.permission_policies import ModelPermissionPolicy

from .passkeys import has_second_factor

MANAGE_STAFF = "clinic.manage_accountevent"


class StaffPermissionPolicy(ModelPermissionPolicy):
    """Let managers add and change accounts, but never those with more rights.

    They do not get Django's permissions for users: with these they could make themselves superusers.
    """

    def user_has_permission(self, user, action):
        is_managing = action in ("add", "change", "view") and user.has_perm(MANAGE_STAFF)
        return is_managing or super().user_has_permission(user, action)

    def user_has_permission_for_instance(self, user, action, instance):
        return self.user_has_permission(user, action) and not has_more_rights(instance, user)


def has_more_rights(account: AbstractUser, user: AbstractUser) -> bool:
    """Return whether the account may do what this user may not: then they could take these rights by its email."""
    if user.is_superuser:
        return False
    has_other_roles = account.groups.exclude(pk__in=get_grantable_roles(user)).exists()
    return account.is_superuser or has_other_roles or account.user_permissions.exists()


def sees_patients(user: AbstractUser) -> bool:
    return user.has_perm(settings.SEES_PATIENTS)


def needs_second_factor(user: AbstractUser) -> bool:
    return settings.SECOND_FACTOR_REQUIRED and sees_patients(user)


def lacks_second_factor(user: AbstractUser) -> bool:
    """Return whether only the password was given where more is needed."""
    return needs_second_factor(user) and not has_second_factor(user)


def get_grantable_roles(user: AbstractUser) -> QuerySet[Group]:
    """Return the roles that this user may give: those that allow nothing the user may not do."""
    if user.is_superuser:
        return Group.objects.all()
    own = Permission.objects.filter(Q(group__user=user) | Q(user=user))
    return Group.objects.exclude(permissions__in=Permission.objects.exclude(pk__in=own))
