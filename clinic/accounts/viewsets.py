"""Change Wagtail's list of users: managers invite colleagues, and nobody types a password for somebody else."""

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, BulkActionsCheckboxColumn, Column, DateColumn
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.widgets.button import Button
from wagtail.permissions import policy_registry
from wagtail.users.views import users

from clinic.admin.ordering import TotalOrderMixin

from .forms import InvitationForm, StaffEditForm
from .views import send_link


def may_change(user, account) -> bool:
    return policy_registry.get_by_type(get_user_model()).user_has_permission_for_instance(user, "change", account)


def name_roles(user) -> str:
    roles = [str(_("Administrator"))] if user.is_superuser else []
    return ", ".join(roles + [group.name for group in user.groups.all()])


class StaffIndexView(TotalOrderMixin, users.IndexView):
    page_title = _("Staff accounts")
    add_item_label = _("Invite someone")

    @cached_property
    def columns(self):
        name = self._get_title_column_class(users.UserColumn)
        columns = [
            name("name", accessor=get_user_display_name, label=_("Name"), sort_key="name", get_url=self.get_edit_url),
            Column("roles", label=_("Roles"), accessor=name_roles),
            BooleanColumn("is_active", label=_("Active"), sort_key="is_active"),
            DateColumn("last_login", label=_("Last sign-in"), sort_key="last_login"),
        ]
        if self.request.user.is_superuser:
            # The actions on several accounts at once are for superusers.
            columns.insert(0, BulkActionsCheckboxColumn("bulk_actions", obj_type="user"))
        return columns

    def get_base_queryset(self):
        return super().get_base_queryset().prefetch_related("groups")

    def get_edit_url(self, instance):
        return super().get_edit_url(instance) if may_change(self.request.user, instance) else None

    def get_list_more_buttons(self, instance):
        buttons = super().get_list_more_buttons(instance)
        if may_change(self.request.user, instance):
            url = reverse("staff_access", args=[instance.pk])
            buttons.append(Button(_("Access"), url=url, icon_name="key", priority=15))
        return buttons


class InviteView(users.CreateView):
    page_title = page_subtitle = _("Invite someone")
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
    create_template_name = "clinic/admin/invite.html"
    copy_view_enabled = False  # Each person is invited on their own.

    def get_form_class(self, for_update=False):
        return StaffEditForm if for_update else InvitationForm
