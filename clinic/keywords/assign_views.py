"""Choose the page for a keyword, from the board."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.widgets import AdminPageChooser
from wagtail.models import Page

from clinic.admin.returning import go_back
from clinic.pages.base import BasePage
from clinic.undo.models import TrashPage

from .access import ChangeView, KeywordAccessMixin
from .coverage import PageWithoutKeyword
from .list_views import breadcrumbs
from .models import KeywordGroup, PageKeyword, find_primary
from .publishing import explain_refusals
from .report import cite_reason


class AssignForm(forms.Form):
    page = forms.ModelChoiceField(Page.objects.all(), label=gettext_lazy("Page"), widget=AdminPageChooser())
    role = forms.ChoiceField(
        label=gettext_lazy("This page is"),
        choices=PageKeyword.Role.choices,
        initial=PageKeyword.Role.PRIMARY,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason to take it over"), required=False, max_length=200,
        help_text=gettext_lazy("Only if another page is the page for this keyword, and this one should be instead."),
    )  # fmt: skip

    # The page for the keyword when the form was shown.
    holder = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, group: KeywordGroup, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.group, self.user = group, user
        self.current = find_primary(group).select_related("page").first()
        self.why_current = cite_reason(self.current)
        self.fields["holder"].initial = self.current and self.current.page_id

    def clean_page(self) -> Page:
        page = self.cleaned_data["page"].specific
        permissions = page.permissions_for_user(self.user)
        if not isinstance(page, BasePage) or not permissions.can_edit():
            raise forms.ValidationError(_("You may not edit this page. Choose another one."))
        if page.alias_of_id:
            raise forms.ValidationError(_("This page is an alias: it shows another page. Choose that one."))
        if not TrashPage.exclude_from(Page.objects.filter(pk=page.pk)).exists():
            raise forms.ValidationError(_("This page is in the trash. Choose another one."))
        if permissions.page_locked():
            raise forms.ValidationError(_("This page is locked. Unlock it first, or choose another one."))
        if page.current_workflow_state:
            raise forms.ValidationError(_("This page waits for approval. Choose the keyword in its editor."))
        return page

    def clean(self):
        cleaned = super().clean()
        page, holder = cleaned.get("page"), self.current
        is_taken = holder and page and holder.page_id != page.pk and cleaned.get("role") == PageKeyword.Role.PRIMARY
        if is_taken and cleaned.get("reason") and cleaned.get("holder") != holder.page_id:
            text = _("“%(page)s” became the page for this keyword meanwhile. Look at it, then save again.")
            self.add_error("reason", text % {"page": holder.page.get_admin_display_title()})
            self.data = self.data.copy()
            self.data["holder"] = holder.page_id
        if is_taken and not cleaned.get("reason"):
            text = _("“%(page)s” is the page for this keyword. Type a reason if this page should be instead.")
            self.add_error("reason", text % {"page": holder.page.get_admin_display_title()})
        return cleaned


class AssignView(KeywordAccessMixin, WagtailAdminTemplateMixin, FormView):
    """Put a keyword on a page, or show the form for it."""

    form_class = AssignForm
    template_name = "clinic/admin/keywords/assign.html"
    page_title = gettext_lazy("Choose the page")
    header_icon = "tag"

    def dispatch(self, request: HttpRequest, *args, pk: int, **kwargs) -> HttpResponse:
        self.group = get_object_or_404(KeywordGroup, pk=pk).current
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return self.group.name

    def get_breadcrumbs_items(self) -> list[dict]:
        return [*super().get_breadcrumbs_items(), *breadcrumbs(self.group.name)]

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"group": self.group, "user": self.request.user}

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(
            group=self.group,
            phrases=self.group.keywords.filter(merged_into=None),
            next=get_valid_next_url_from_request(self.request),
            **kwargs,
        )

    def form_valid(self, form: AssignForm) -> HttpResponse:
        page, data = form.cleaned_data["page"], form.cleaned_data
        edit = messages.button(reverse("wagtailadmin_pages:edit", args=[page.pk]), _("Edit the page"))
        names = {"page": page.get_admin_display_title(), "keyword": self.group}
        if put_on_page(page, self.group, data["role"], data["reason"], self.request.user):
            text = _("“%(keyword)s” is a keyword of “%(page)s” now.")
            explain_refusals(self.request, Page.objects.filter(pk=page.pk))
        elif page.live:
            text = _("“%(keyword)s” is in the draft of “%(page)s”. It counts when you publish the page.")
        else:
            text = _("“%(keyword)s” is a keyword of the draft “%(page)s”. It counts when you publish the page.")
        messages.success(self.request, text % names, buttons=[edit])
        return go_back(self.request, reverse("keyword_board"))


@transaction.atomic
def put_on_page(page: BasePage, group: KeywordGroup, role: str, reason: str, user) -> bool:
    """Give the page a keyword in a new version, and return whether that version is live.

    It is published if nothing else waits to be published, and the user may.
    """
    draft = page.get_latest_revision_as_object()
    may_publish = page.live and not page.has_unpublished_changes and page.permissions_for_user(user).can_publish()
    row = next((row for row in draft.page_keywords.all() if row.group_id == group.pk), None)
    if row is None:
        row = PageKeyword(group=group)
    row.role, row.reason, row.refused_at = role, reason, None
    row.reason_at = timezone.now() if reason else None
    draft.page_keywords.add(row)
    revision = draft.save_revision(user=user, log_action=True)
    if may_publish:
        revision.publish(user=user)
    return may_publish


class NeedsNoneView(ChangeView):
    """Take a page from the list of pages without a keyword."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        page = get_object_or_404(Page, pk=pk)
        if not page.permissions_for_user(request.user).can_edit():
            raise PermissionDenied
        PageWithoutKeyword.objects.get_or_create(page=page, defaults={"by": request.user})
        undo = _("Choose a keyword in its editor if that changes.")
        messages.success(request, f"{_('“%s” needs no keyword.') % page.get_admin_display_title()} {undo}")
        return self.go_back()
