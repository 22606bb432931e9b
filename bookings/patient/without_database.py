"""Answer a patient whose request the database cannot save or show."""

import copy
from collections.abc import Mapping

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from bookings.contact_details import plain_text
from clinic.site.outage import render_without_database


def render_unsaved(request: HttpRequest, fields: Mapping[str, forms.Field]) -> HttpResponse:
    """Give back all that was sent: these fields to read and correct, the rest hidden.

    One click sends it again to the same address. The status is 200, as for a form with errors.
    """
    form = forms.Form(initial={name: plain_text(request.POST[name]) for name in fields if name in request.POST})
    form.fields = {name: copy.deepcopy(field) for name, field in fields.items() if name in request.POST}
    for field in form.fields.values():
        field.is_one_of_several = True  # nothing is checked here, so no field is called optional
    form.helper = FormHelper()
    form.helper.form_tag = False
    form.helper.layout = Layout(*form.fields)
    hidden = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in fields and name != "csrfmiddlewaretoken"
    ]
    context = {"form": form, "hidden": hidden, "head_title": _("This could not be saved just now")}
    return render_without_database(request, "bookings/unsaved.html", context)


def render_reference(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that the request is saved, with its reference, and nothing else."""
    context = {"reference": reference, "head_title": _("We have your request")}
    return render_without_database(request, "bookings/reference.html", context)
