"""Keep each version of a settings form, show who saved it, and let editors put an earlier one back.

Wagtail saves the versions and has the views, but for settings it leaves the views out.
"""

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, re_path, reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.panels import Panel
from wagtail.admin.views.generic import RevisionsCompareView
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.views.generic.mixins import RevisionsRevertMixin
from wagtail.contrib.settings import views
from wagtail.contrib.settings.registry import registry
from wagtail.models import RevisionMixin
from wagtail.permissions import policy_registry

from .rows import renew_deleted_rows


def get_setting(model: type[Model], pk: str, request: HttpRequest) -> Model:
    setting = get_object_or_404(model, pk=pk)
    if not policy_registry.get_by_type(model).user_has_permission_for_instance(request.user, "change", setting):
        raise PermissionDenied
    return setting


class SettingEditView(views.EditView):
    """Edit settings, with a link to their history beside the form."""

    def get_history_url(self) -> str | None:
        is_kept = issubclass(self.model, RevisionMixin)
        return reverse(f"{self.model_name}_history", args=[self.object.pk]) if is_kept else None

    def get_success_buttons(self) -> list:
        return [messages.button(f"{self.site.root_url}/", _("View the site"), new_window=True)]


class SettingRevertView(RevisionsRevertMixin, SettingEditView):
    """Show an earlier version in the form. Saving the form puts it back."""

    draftstate_enabled = False

    def setup(self, request: HttpRequest, pk: int, revision_id: int) -> None:
        setting = get_setting(self.model, pk, request)
        super().setup(request, *self.model._meta.label_lower.split("."), pk=setting.site_id, revision_id=revision_id)

    def get_object(self, queryset: QuerySet | None = None) -> Model:
        """Return the earlier version. Its rows that were deleted since are new ones again."""
        setting = super().get_object(queryset)
        renew_deleted_rows(setting)
        return setting


class OfSetting:
    """Find the setting of a view, if the user may change it, and the form that edits it."""

    def get_object(self) -> Model:
        return get_setting(self.model, self.pk, self.request)

    def get_edit_handler(self) -> Panel:
        return views.get_setting_edit_handler(self.model)

    def get_edit_url(self, setting: Model | None = None) -> str:
        args = [*self.model._meta.label_lower.split("."), self.object.site_id]
        return reverse("wagtailsettings:edit", args=args)


class SettingHistoryView(OfSetting, HistoryView):
    pass


class SettingCompareView(OfSetting, RevisionsCompareView):
    pass


def list_addresses() -> list[URLPattern]:
    """Return the addresses of the form, in place of Wagtail's, and of the history of each kind of settings."""
    form = path("settings/<slug:app_name>/<slug:model_name>/<int:pk>/", SettingEditView.as_view())
    kept = [model for model in registry if issubclass(model, RevisionMixin)]
    return [form, *(address for model in kept for address in list_addresses_of(model))]


def list_addresses_of(model: type[Model]) -> list[URLPattern]:
    name = model._meta.model_name
    base = f"settings/{model._meta.app_label}/{name}/history/"
    views_of_model = {
        "model": model,
        "history_url_name": f"{name}_history",
        "history_results_url_name": f"{name}_history_results",
        "revisions_revert_url_name": f"{name}_revert",
        "revisions_compare_url_name": f"{name}_compare",
    }
    history, results = (SettingHistoryView.as_view(**views_of_model, results_only=only) for only in (False, True))
    revert = SettingRevertView.as_view(model=model, revisions_revert_url_name=f"{name}_revert")
    compare = SettingCompareView.as_view(model=model, history_url_name=f"{name}_history")
    versions = r"(?P<pk>\d{1,18})/compare/(?P<revision_id_a>\d{1,18})\.\.\.(?P<revision_id_b>latest|\d{1,18})/$"
    return [
        path(f"{base}<int:pk>/", history, name=f"{name}_history"),
        path(f"{base}<int:pk>/results/", results, name=f"{name}_history_results"),
        path(f"{base}<int:pk>/revert/<int:revision_id>/", revert, name=f"{name}_revert"),
        re_path(f"{base}{versions}", compare, name=f"{name}_compare"),
    ]
