"""Import a list of old addresses in the admin: choose a file or paste, look at what was understood, then save.

It takes the place of Wagtail's import of redirects, which needs a header, knows neither addresses that are gone nor
those of the old site, and saves the good half of a list before anybody has seen the other half.
"""

import zipfile
from io import BytesIO
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.contrib.redirects.base_formats import XLSX
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site
from wagtail.permissions import policy_registry

from clinic.text import one_line

from .importing import CHANGED, NEW, REFUSED, Plan, make_plan, save
from .lists import MAX_CELLS, MAX_LINES, AddressList, NoListError, decode, read_text
from .models import GoneAddress

MAX_BYTES = 1024 * 1024
MAX_UNPACKED = 50 * 1024 * 1024
MAX_SHOWN = 200
REASONS = {
    "empty": _("There is no address in it."),
    "too long": _("It has more than %(lines)s lines. Split it into several lists."),
    "not text": _("It cannot be read. Save it as CSV (UTF-8) or as an Excel workbook (.xlsx)."),
    "too large": _("It is larger than 1 MB. Split it into several lists."),
}


class ListForm(forms.Form):
    text = forms.CharField(
        label=_("Paste a list"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "One line for each old address: the old one, then the new one, with a comma, a semicolon, a tab or spaces "
            "between them. Write 410 in the place of the new one if the old one is gone for good."
        ),
    )
    file = forms.FileField(
        label=_("Or choose a file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        help_text=_("CSV, TSV, text or Excel (.xlsx), with or without a line of headings. At most 1 MB."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        file = data.get("file")
        if not file and not (data.get("text") or "").strip():
            raise forms.ValidationError(gettext("Paste a list, or choose a file."))
        try:
            data["source"] = read_file(file) if file else "\n".join(data["text"].splitlines())
            data["list"] = read_pasted(data["source"])
        except NoListError as error:
            raise forms.ValidationError(REASONS[str(error)] % {"lines": f"{MAX_LINES:,}"}) from error
        return data


def read_pasted(text: str) -> AddressList:
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise NoListError("too large")
    return read_text(text)


def read_file(file: Any) -> str:
    """Return the lines of a file as text, which the page carries until they are saved."""
    if file.size > MAX_BYTES:
        raise NoListError("too large")
    data = file.read()
    if data.startswith(b"PK\x03\x04"):
        return read_workbook(data)
    return "\n".join(decode(data).splitlines())


def read_workbook(data: bytes) -> str:
    """Return the first sheet of an Excel workbook as lines with tabs."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise NoListError("too large")
        sheet = XLSX().create_dataset(data)
        rows = [sheet.headers, *sheet]
    except NoListError:
        raise
    except Exception as error:  # the reader of workbooks raises nearly anything for a damaged one
        raise NoListError("not text") from error
    if len(rows) > 2 * MAX_LINES:
        raise NoListError("too long")
    texts = (["" if cell is None else one_line(str(cell)) for cell in row[:MAX_CELLS]] for row in rows)
    return "\n".join("\t".join(cells) for cells in texts)


class ImportView(WagtailAdminTemplateMixin, TemplateView):
    template_name = "clinic/admin/addresses/import.html"
    page_title = _("Import old addresses")
    header_icon = "redirect"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        policies = map(policy_registry.get_by_type, (Redirect, GoneAddress))
        if not all(policy.user_has_permission(request.user, "add") for policy in policies):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict]:
        redirects = {"url": reverse("wagtailredirects:index"), "label": gettext("Redirects")}
        return [*super().get_breadcrumbs_items(), redirects, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"form": ListForm(), **kwargs})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ListForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        site = Site.find_for_request(request) or Site.objects.filter(is_default_site=True).first()
        if site is None:
            form.add_error(None, gettext("There is no site yet."))
            return self.render_to_response(self.get_context_data(form=form))
        found: AddressList = form.cleaned_data["list"]
        plan = make_plan(found.lines, site)
        if "save" in request.POST:
            if request.POST.get("digest") == plan.digest:
                return self.save(plan, site)
            messages.warning(request, gettext("Something has changed since you looked at the list. Please look again."))
        return self.render_to_response(
            self.get_context_data(
                form=form,
                plan=plan,
                found=found,
                source=form.cleaned_data["source"],
                refused=plan.having(REFUSED)[:MAX_SHOWN],
                accepted=plan.having(NEW, CHANGED)[:MAX_SHOWN],
                more_refused=max(0, plan.counts[REFUSED] - MAX_SHOWN),
                more_accepted=max(0, plan.counts[NEW] + plan.counts[CHANGED] - MAX_SHOWN),
            )
        )

    def save(self, plan: Plan, site: Site) -> HttpResponse:
        save(plan, site, self.request.user)
        count = plan.counts[NEW] + plan.counts[CHANGED]
        text = ngettext("%(count)s old address is saved.", "%(count)s old addresses are saved.", count)
        messages.success(self.request, text % {"count": count})
        return redirect("wagtailredirects:index")
