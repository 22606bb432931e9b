from wagtail.users.apps import WagtailUsersAppConfig


class StaffUsersConfig(WagtailUsersAppConfig):
    """Replace Wagtail's list of users by ours, with invitations instead of passwords."""

    user_viewset = "clinic.accounts.viewsets.StaffViewSet"

    def ready(self):
        super().ready()
        from django.contrib.auth import get_user_model
        from wagtail.permissions import register_permission_policy

        from . import receivers  # noqa: F401 – it connects them
        from .permissions import StaffPermissionPolicy

        register_permission_policy(get_user_model(), StaffPermissionPolicy(get_user_model()))
