from datetime import datetime

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.validators import validate_slug
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.views.reports import ReportView
from wagtail.admin.widgets import AdminPageChooser
from wagtail.models import Page
from wagtail.permissions import policy_registry

from clinic.addresses.reserved import is_reserved
from clinic.admin.ordering import TotalOrderMixin
from clinic.keywords.publishing import explain_refusals

from . import trash
from .models import TrashedPage, TrashPage


def format_last_day(moment: datetime) -> str:
    """Return the day as "Dec 29"."""
    return date_format(timezone.localtime(moment), "M j")


def trashed_pages_for(user) -> QuerySet[TrashedPage]:
    """Return the rows of the pages that this user can change."""
    pages = policy_registry.get_by_type(Page).instances_user_has_permission_for(user, "change")
    return TrashedPage.objects.filter(page__in=pages).select_related("page__content_type", "parent", "deleted_by")


class ActionsColumn(Column):
    cell_template_name = "clinic/admin/trash/actions.html"


class TrashView(TotalOrderMixin, ReportView):
    """List the deleted pages."""

    model = TrashedPage
    page_title = gettext_lazy("Trash")
    header_icon = "bin"
    index_url_name = "trash"
    index_results_url_name = "trash_results"
    default_ordering = "-deleted_at"
    template_name = "clinic/admin/trash/list.html"
    columns = [
        Column("title", label=gettext_lazy("Page"), accessor=str),
        Column("kind", label=gettext_lazy("Type"), accessor=lambda row: row.page.page_type_display_name),
        Column("parent_title", label=gettext_lazy("Was under")),
        DateColumn("deleted_at", label=gettext_lazy("Deleted")),
        Column(
            "deleted_by",
            label=gettext_lazy("By"),
            accessor=lambda row: get_user_display_name(row.deleted_by) if row.deleted_by else "",
        ),
        Column("kept_until", label=gettext_lazy("Kept until"), accessor=lambda row: format_last_day(row.kept_until)),
        ActionsColumn("actions", label=gettext_lazy("Actions")),
    ]
    is_searchable = False

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not user_has_any_page_permission(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_base_queryset(self) -> QuerySet[TrashedPage]:
        return trashed_pages_for(self.request.user)


class RestoreForm(forms.Form):
    """Ask where the page goes. The fields hold where it was."""

    parent = forms.ModelChoiceField(Page.objects.none(), label=gettext_lazy("Put it under"))
    slug = forms.SlugField(label=gettext_lazy("Last part of its address"), max_length=255, allow_unicode=True)

    def __init__(self, *args, trashed: TrashedPage, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.trashed, self.user = trashed, user
        model = trashed.page.specific_class
        self.fields["parent"].queryset = TrashPage.exclude_from(Page.objects.all())
        self.fields["parent"].widget = AdminPageChooser(target_models=model.allowed_parent_page_models())
        self.fields["parent"].initial = find_old_parent(trashed)
        self.fields["slug"].initial = trashed.slug

    def clean_parent(self) -> Page:
        parent = self.cleaned_data["parent"].specific
        model = self.trashed.page.specific_class
        rights = parent.permissions_for_user(self.user)
        if not model.can_exist_under(parent):
            raise forms.ValidationError(_("A page of this type cannot be there. Choose another place."))
        if not rights.can_add_subpage() or (self.trashed.live and not rights.can_publish_subpage()):
            raise forms.ValidationError(_("You have no permission to put a page there. Choose another place."))
        return parent

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"]
        if slug != self.trashed.slug:  # an old one may have letters that a new one cannot have
            validate_slug(slug)
        return slug

    def clean(self) -> dict:
        cleaned = super().clean()
        page, parent = self.trashed.page, cleaned.get("parent")
        model = page.specific_class
        others = TrashPage.exclude_from(model.objects.exclude(pk=page.pk))
        if model.max_count is not None and others.count() >= model.max_count:
            title = others.first().get_admin_display_title()
            raise forms.ValidationError(
                _("There can be only one page of this type, and there is “%(title)s”. Delete it first.")
                % {"title": title}
            )
        if parent and is_reserved(cleaned.get("slug", ""), parent):
            self.add_error("slug", _("This is an address of the site itself. Type another."))
        elif parent and (other := parent.get_children().filter(slug=cleaned.get("slug")).first()):
            self.add_error(
                "slug",
                _("The page “%(title)s” has this address now. Type another.")
                % {"title": other.get_admin_display_title()},
            )
        return cleaned


def find_old_parent(trashed: TrashedPage) -> Page | None:
    """Return where the page was, unless that page is deleted as well."""
    return trashed.parent if trashed.parent and not TrashPage.holds(trashed.parent) else None


class TrashedPageMixin(WagtailAdminTemplateMixin):
    header_icon = "bin"

    def setup(self, request: HttpRequest, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        self.trashed = get_object_or_404(trashed_pages_for(request.user), pk=kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return str(self.trashed)

    def get_breadcrumbs_items(self) -> list[dict]:
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("trash"), "label": _("Trash")},
            {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()},
        ]

    def get_context_data(self, **kwargs) -> dict:
        below = self.trashed.page.get_descendants().count()
        return super().get_context_data(trashed=self.trashed, below=below, **kwargs)


class RestoreView(TrashedPageMixin, FormView):
    form_class = RestoreForm
    template_name = "clinic/admin/trash/restore.html"
    page_title = gettext_lazy("Restore")

    def get_form_kwargs(self) -> dict:
        return {**super().get_form_kwargs(), "trashed": self.trashed, "user": self.request.user}

    def form_valid(self, form: RestoreForm) -> HttpResponse:
        page = trash.restore(self.trashed, form.cleaned_data["parent"], form.cleaned_data["slug"], self.request.user)
        edit = messages.button(reverse("wagtailadmin_pages:edit", args=[page.pk]), _("Edit"))
        text = _("“%(title)s” is back.") % {"title": page.get_admin_display_title()}
        messages.success(self.request, text, buttons=[edit])
        explain_refusals(self.request, page.get_descendants(inclusive=True))
        return redirect("wagtailadmin_explore", form.cleaned_data["parent"].pk)


class DeleteForGoodView(TrashedPageMixin, FormView):
    form_class = forms.Form
    template_name = "clinic/admin/trash/delete.html"
    page_title = gettext_lazy("Delete for good")

    def form_valid(self, form: forms.Form) -> HttpResponse:
        title = str(self.trashed)
        trash.delete_for_good(self.trashed, self.request.user)
        messages.success(self.request, _("“%(title)s” is deleted for good.") % {"title": title})
        return redirect("trash")
