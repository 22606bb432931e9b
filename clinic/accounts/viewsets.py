"""Change Wagtail's list of users: managers invite colleagues, and nobody types a password for somebody else."""

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn
from wagtail.admin.widgets.button import Button
from wagtail.permissions import policy_registry
from wagtail.users.views import users

from .forms import InvitationForm, StaffEditForm
from .views import send_link


def may_change(user, account) -> bool:
    return policy_registry.get_by_type(get_user_model()).user_has_permission_for_instance(user, "change", account)


class StaffIndexView(users.IndexView):
    add_item_label = _("Invite somebody")

    @cached_property
    def columns(self):
        if self.request.user.is_superuser:
            return super().columns
        # The actions on several accounts at once are for superusers.
        return [column for column in super().columns if not isinstance(column, BulkActionsCheckboxColumn)]

    def get_edit_url(self, instance):
        return super().get_edit_url(instance) if may_change(self.request.user, instance) else None

    def get_list_more_buttons(self, instance):
        buttons = super().get_list_more_buttons(instance)
        if may_change(self.request.user, instance):
            url = reverse("staff_access", args=[instance.pk])
            buttons.append(Button(_("Access"), url=url, icon_name="key", priority=15))
        return buttons


class InviteView(users.CreateView):
    page_title = _("Invite somebody")
    success_message = _("%(object)s is invited. The email with the link to set a password is on its way.")
    submit_button_label = _("Send invitation")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"actor": self.request.user}

    def save_instance(self):
        with transaction.atomic():
            user = super().save_instance()
            send_link(user, self.request)
        return user


class StaffEditView(users.EditView):
    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.is_allowed = may_change(request.user, self.object)

    def dispatch(self, request, *args, **kwargs):
        if not self.is_allowed:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"actor": self.request.user}

    @cached_property
    def header_more_buttons(self):
        url = reverse("staff_access", args=[self.object.pk])
        return [*super().header_more_buttons, Button(_("Access"), url=url, icon_name="key", priority=15)]


class StaffViewSet(users.UserViewSet):
    menu_label = _("Staff accounts")
    index_view_class = StaffIndexView
    add_view_class = InviteView
    edit_view_class = StaffEditView

    def get_form_class(self, for_update=False):
        return StaffEditForm if for_update else InvitationForm
