"""Import what Search Console exports, and show what it means."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView, TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton
from wagtail.models import Site

from clinic.hours.formatting import format_dates_with_year
from clinic.text import one_line

from . import search_console
from .access import ChangeView, KeywordAccessMixin
from .console_files import PAGES, PAIRS, QUERIES, read_export
from .console_forms import PeriodForm, UploadForm, describe_fault, describe_reason
from .console_models import IgnoredQuery, SearchPeriod, SearchUpload
from .grouping import add_keywords
from .matching import keys_in, spelling_of
from .models import Keyword
from .parsing import MAX_LENGTH, MAX_WORDS, ParsedKeyword

PER_PAGE = 50
KINDS = {
    QUERIES: gettext_lazy("Queries"),
    PAGES: gettext_lazy("Pages"),
    PAIRS: gettext_lazy("Queries with their pages"),
}


class ConsoleView(KeywordAccessMixin, WagtailAdminTemplateMixin):
    header_icon = "search"

    def get_breadcrumbs_items(self):
        above = [{"url": reverse("search_console_report"), "label": _("Search Console")}]
        return [*self.breadcrumbs_items, *above, {"url": "", "label": self.get_page_title()}]


class ReportView(ConsoleView, TemplateView):
    """Show queries that no keyword answers, and keywords whose visitors land on another page."""

    page_title = gettext_lazy("Search Console")
    template_name = "clinic/admin/search_console/report.html"

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    @property
    def header_buttons(self):
        return [HeaderButton(label=_("Import a file"), url=reverse("search_console_import"), icon_name="upload")]

    def get_context_data(self, **kwargs):
        period = search_console.get_current_period()
        unowned = search_console.find_unowned(period) if period else []
        return super().get_context_data(
            **kwargs,
            period=period,
            landings=search_console.find_landings(limit=100),
            periods=[(one, format_dates_with_year(one.first_day, one.last_day)) for one in SearchPeriod.objects.all()],
            unowned=Paginator(unowned, PER_PAGE).get_page(self.request.GET.get("p")),
            ignored=IgnoredQuery.objects.all()[:500],
            here=self.request.get_full_path(),
        )


class ImportView(ConsoleView, FormView):
    page_title = gettext_lazy("Import a file")
    template_name = "clinic/admin/search_console/import.html"
    form_class = UploadForm

    def form_valid(self, form: UploadForm) -> HttpResponse:
        upload = form.cleaned_data["file"]
        name = one_line(upload.name or "")[:100] or _("File")
        hosts = Site.objects.filter(is_default_site=True).values_list("hostname", flat=True)
        export = read_export(name, upload.read(), hosts)
        if not export.tables:
            faults = [f"{table.name}: {describe_fault(table)}" for table in export.refused]
            for fault in faults[:10] or [_("No table with queries or pages was found.")]:
                form.add_error("file", fault)
            return self.form_invalid(form)
        kept = search_console.keep_upload(name, export, self.request.user)
        return redirect("search_console_preview", kept.pk)


class PreviewView(ConsoleView, FormView):
    """Show what was understood, and save it with its days."""

    page_title = gettext_lazy("What the file says")
    template_name = "clinic/admin/search_console/preview.html"
    form_class = PeriodForm

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            self.upload = SearchUpload.objects.filter(pk=kwargs["pk"], uploaded_by=request.user).first()
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs) if self.upload else self.tell_gone()

    def tell_gone(self) -> HttpResponse:
        messages.warning(self.request, _("This upload was saved, discarded or is too old. Upload the file again."))
        return redirect("search_console_import")

    def post(self, request, *args, **kwargs):
        if not self.upload:
            return self.tell_gone()
        if "discard" in request.POST:
            self.upload.delete()
            messages.success(request, _("The file is discarded. Nothing was saved."))
            return redirect("search_console_report")
        return super().post(request, *args, **kwargs)

    @property
    def export(self):
        if not hasattr(self, "_export"):
            self._export = search_console.open_upload(self.upload)
        return self._export

    def get_initial(self):
        return {"first_day": self.export.first_day, "last_day": self.export.last_day}

    def get_context_data(self, **kwargs):
        export = self.export
        tables = [
            {
                "label": KINDS[kind],
                "table": table,
                "count": len(table.lines),
                "top": sorted(table.lines.values(), key=lambda one: (-one.impressions, -one.clicks))[:10],
                "skipped": [(one, describe_reason(one.reason)) for one in table.skipped],
                "skipped_count": table.skipped_count.total(),
                "is_known": search_console.is_known(table),
            }
            for kind, table in export.tables.items()
        ]
        refused = [(table.name, describe_fault(table)) for table in export.refused]
        pairs = PAIRS in export.tables
        return super().get_context_data(**kwargs, export=export, tables=tables, refused=refused, has_pairs=pairs)

    def form_valid(self, form: PeriodForm) -> HttpResponse:
        period, changed = search_console.save_export(self.export, user=self.request.user, **form.cleaned_data)
        self.upload.delete()
        days = format_dates_with_year(period.first_day, period.last_day)
        if not changed:
            messages.success(self.request, _("%(days)s: this was imported before. Nothing changed.") % {"days": days})
        elif period != search_console.get_current_period():
            text = _("%(days)s is saved. A later period counts.") % {"days": days}
            messages.success(self.request, text)
        else:
            count = period.unowned_count
            text = ngettext(
                "%(days)s is saved. %(count)s query has no keyword.",
                "%(days)s is saved. %(count)s queries have no keyword.",
                count,
            )
            messages.success(self.request, text % {"days": days, "count": f"{count:,}"})
        return redirect("search_console_report")


class ConsoleChangeView(ChangeView):
    list_url_name = "search_console_report"


class IgnoreView(ConsoleChangeView):
    def post(self, request: HttpRequest) -> HttpResponse:
        query = one_line(request.POST.get("query", ""))[:200]
        if query:
            search_console.ignore_query(query, request.user)
            messages.success(request, _("“%(query)s” is ignored from now on, in later imports too.") % {"query": query})
        return self.go_back()


class ShowAgainView(ConsoleChangeView):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if row := IgnoredQuery.objects.filter(pk=pk).first():
            search_console.show_again(row)
            messages.success(request, _("“%(query)s” is listed again.") % {"query": row.query})
        return self.go_back()


class DeletePeriodView(ConsoleChangeView):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        period = get_object_or_404(SearchPeriod, pk=pk)
        days = format_dates_with_year(period.first_day, period.last_day)
        search_console.delete_period(period)
        messages.success(request, _("%(days)s is deleted.") % {"days": days})
        return self.go_back()


class KeywordFromWordsView(ConsoleChangeView):
    """Make a keyword of what people searched for."""

    def post(self, request: HttpRequest) -> HttpResponse:
        words = one_line(request.POST.get("words", ""))
        is_phrase = keys_in(words) and any(letter.isalpha() for letter in words)
        if not is_phrase:
            messages.error(request, _("There is no word in “%(words)s”.") % {"words": words[:MAX_LENGTH]})
        elif max(len(words), len(spelling_of(words)) // 2) > MAX_LENGTH or len(words.split()) > MAX_WORDS:
            text = _("“%(words)s…” is too long for a keyword: at most %(letters)s characters and %(count)s words.")
            limits = {"words": words[:40], "letters": MAX_LENGTH, "count": MAX_WORDS}
            messages.error(request, text % limits)
        else:
            self.add(words)
        return self.go_back()

    def add(self, words: str) -> None:
        before = Keyword.objects.count()
        keyword = add_keywords([ParsedKeyword(words)], owner=self.request.user)[0]
        url = reverse(Keyword.snippet_viewset.get_url_name("edit"), args=[keyword.pk])
        if Keyword.objects.count() > before:
            text = _("“%(words)s” is a keyword now, in the group “%(group)s”.")
        else:
            text = _("“%(words)s” is a keyword already, in the group “%(group)s”.")
        values = {"words": keyword.phrase, "group": keyword.group.current}
        messages.success(self.request, text % values, buttons=[messages.button(url, _("Edit"))])
