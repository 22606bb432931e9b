"""Keep the filters and the order of the list under a name, each user for themselves."""

from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views.generic import PermissionCheckedMixin

from bookings.contact_details import LineField
from bookings.models import Case, SavedView

from .filters import CaseFilterSet

MAX_VIEWS = 20
# A range has two parameters.
RANGE_ENDS = ("from", "to")


class SavedViewForm(forms.Form):
    name = LineField(max_length=SavedView._meta.get_field("name").max_length)


class SavedViewsView(PermissionCheckedMixin, View):
    """Save a view of the list, or remove one."""

    model = Case
    permission_required = "view"
    http_method_names = ["post"]
    index_url_name = None

    def post(self, request: HttpRequest) -> HttpResponse:
        if "remove" in request.POST:
            name = request.POST["remove"]
            if name.isascii() and name.isdigit() and len(name) <= 18:
                request.user.saved_views.filter(pk=name).delete()
            return redirect(self.index_url_name)
        querystring, form = clean_querystring(request.POST), SavedViewForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Give the view a name of at most 40 characters."))
        elif problem := save_view(request.user, form.cleaned_data["name"], querystring):
            messages.error(request, problem)
        return HttpResponseRedirect(f"{reverse(self.index_url_name)}?{querystring}".rstrip("?"))


def clean_querystring(parameters: QueryDict) -> str:
    """Return the filters and the order alone, as a query string."""
    names = [*CaseFilterSet.base_filters, "ordering"]
    names += [f"{name}_{end}" for name in CaseFilterSet.base_filters for end in RANGE_ENDS]
    known = QueryDict(mutable=True)
    for name in names:
        if values := [value for value in parameters.getlist(name) if value]:
            known.setlist(name, values)
    return known.urlencode()


def save_view(user: User, name: str, querystring: str) -> str:
    """Save a view, also in place of the one of this name. Return why it cannot be saved, or ""."""
    if len(querystring) > SavedView._meta.get_field("querystring").max_length:
        return _("These are too many filters for one view.")
    if user.saved_views.exclude(name=name).count() >= MAX_VIEWS:
        return _("You have %(count)d views already. Remove one first.") % {"count": MAX_VIEWS}
    SavedView.objects.update_or_create(user=user, name=name, defaults={"querystring": querystring})
    return ""
