"""List cases in the Wagtail admin."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.forms.search import SearchForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from bookings import services
from bookings.models import LIVE, OPEN_STATUSES, Appointment, AppointmentState, Case, CaseKind, CaseTreatment, Task
from bookings.scheduling.formatting import format_short
from clinic.models import ClinicProfile

from . import paging
from .access import ClinicClockMixin
from .bulk import MAX_AT_ONCE, BulkForm, act_on, get_selected, tell
from .case_page import CaseView
from .export import EXPORTED, CaseExportMixin, log_export
from .filters import CaseFilterSet
from .labels import describe_state, get_label
from .paging import CappedPaginator, get_earliest
from .queries import current_visits, unsent_messages
from .saved_views import SavedViewsView, clean_querystring

# The list shows neither what the patient wrote nor the fields for matching.
NOT_LISTED = ("message", "fingerprint", "submission_key", "email", "phone_e164")
# What the address and the search form send besides filters and order.
NOT_FILTERS = ("csrfmiddlewaretoken", "action", "all", "case", "confirmed")
# Shorter than the labels of the kinds, so that a row needs one line.
KIND_MARKS = {CaseKind.REPEAT: gettext_lazy("Repeat"), CaseKind.COMPLAINT: gettext_lazy("Complaint")}


def get_sorting(name: str, now: datetime) -> tuple[QuerySet, str] | None:
    """Return the rows that the list shows in a column, and the field to sort by; None if a case has it itself."""
    if name == "due":
        return Task.objects.open(), "due_at"
    if name == "visit":
        return current_visits(now), "starts_at"
    return None


class CellColumn(Column):
    """Render a column with a template of the desk.

    The template gets the view's ``get_row_context``.
    """

    def __init__(self, name: str, *, view: "CaseIndexView", **kwargs: Any):
        kwargs.setdefault("classname", f"desk-{name}-cell" if name == "name" else f"desk-wide desk-{name}-cell")
        super().__init__(name, **kwargs)
        self.view = view
        self.cell_template_name = f"bookings/desk/cells/{name}.html"
        self.header_template_name = "bookings/desk/list_heading.html"

    def get_value(self, instance):
        return instance

    def get_header_context_data(self, parent_context):
        context = super().get_header_context_data(parent_context)
        next_ordering = f"-{self.sort_key}" if context["is_ascending"] else self.sort_key
        return {**context, "next_ordering": next_ordering, "is_searching": self.view.is_searching}

    def get_cell_context_data(self, instance, parent_context):
        context = super().get_cell_context_data(instance, parent_context)
        return {**context, "case": instance, **self.view.get_row_context_once(instance)}


class CaseIndexView(ClinicClockMixin, CaseExportMixin, generic.IndexView):
    """List cases, the newest first.

    Search uses a table of words: Wagtail's index would take seconds. It is a POST, so that no name stands in an
    address.
    """

    any_permission_required = ["view"]
    page_title = gettext_lazy("Cases")
    bulk_url_name = "case:bulk"
    views_url_name = "case:views"
    paginator_class = CappedPaginator
    table_classname = "listing desk-list"
    template_name = "bookings/desk/list.html"
    results_template_name = "bookings/desk/list_results.html"
    is_searchable = True
    default_ordering = "-received"

    def setup(self, request, *args, **kwargs):
        # Wagtail reads filters, page and format from GET, and builds links from it. The searched words stay out of it.
        if request.method == "POST":
            request.GET = get_list_parameters(request)
        super().setup(request, *args, **kwargs)

    def dispatch(self, request, *args, **kwargs):
        # Not all users who see the list may export it. The check comes before anything is read.
        if self.is_export and not self.user_has_permission("export"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the list. An old address with searched words leads to the list without them."""
        if self.search_kwarg in request.GET:
            parameters = request.GET.copy()
            del parameters[self.search_kwarg]
            return HttpResponseRedirect(f"{request.path}?{parameters.urlencode()}".rstrip("?"))
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.get(request, *args, **kwargs)

    def get_search_form(self):
        form = SearchForm({self.search_kwarg: self.request.POST.get(self.search_kwarg, "")})
        # Browsers would keep the names that are typed here.
        form.fields[self.search_kwarg].widget.attrs["autocomplete"] = "off"
        return form

    def get_base_queryset(self):
        unsent = Prefetch("messages", queryset=unsent_messages(self.now).only("case_id"), to_attr="unsent_messages")
        tasks = Prefetch("tasks", Task.objects.open().only("case_id", "kind", "due_at"), to_attr="open_tasks")
        shown = [unsent, services.prefetch_visits(), tasks]
        if self.is_export:
            return Case.objects.only(*EXPORTED).prefetch_related(*shown)
        treatments = Prefetch("treatments", CaseTreatment.objects.only("case_id", "title"), to_attr="listed_treatments")
        return Case.objects.select_related("owner").defer(*NOT_LISTED).prefetch_related(treatments, *shown)

    def order_queryset(self, queryset):
        """Order by a column, and by the newest among equals. Cases without a visit, or with nothing due, come last.

        Names and times of receipt are read by an index, forward or back.
        """
        name, is_descending = self.ordering.removeprefix("-"), self.ordering.startswith("-")
        if sorting := get_sorting(name, self.now):
            by = get_earliest(*sorting)
            by = by.desc(nulls_last=True) if is_descending else by.asc(nulls_last=True)
            return queryset.order_by(by, "-created_at", "-pk")
        queryset = queryset.order_by(*(["name", "-created_at", "-pk"] if name == "name" else ["created_at", "pk"]))
        return queryset.reverse() if is_descending else queryset

    def get_paginator(self, *args, **kwargs):
        paginator = super().get_paginator(*args, **kwargs)
        paginator.unfiltered = self.order_queryset(self.get_base_queryset())
        paginator.sorting = get_sorting(self.ordering.removeprefix("-"), self.now)
        paginator.is_descending = self.ordering.startswith("-")
        return paginator

    @cached_property
    def is_open_only(self) -> bool:
        """Return whether the list leaves out the closed cases and those in quarantine, as it does by itself."""
        has_status = self.filters.is_valid() and self.filters.form.cleaned_data["status"]
        return not (self.is_searching or has_status)

    def filter_queryset(self, queryset):
        cases = super().filter_queryset(queryset)
        return cases.filter(status__in=OPEN_STATUSES) if self.is_open_only else cases

    def search_queryset(self, queryset):
        return queryset.search(self.search_query)

    @cached_property
    def kept(self) -> list[tuple[str, str]]:
        """Return the filters and the order as form fields."""
        return [(name, value) for name, values in QueryDict(self.querystring).lists() for value in values]

    @cached_property
    def querystring(self) -> str:
        return clean_querystring(self.request.GET)

    def get_context_data(self, *args, **kwargs):
        if self.is_export:  # Wagtail would read all rows into memory to count them.
            return {"object_list": self.object_list}
        context = super().get_context_data(*args, **kwargs)
        paginator = context["paginator"]
        matches = ngettext("%(count)s match", "%(count)s matches", paginator.count) % {"count": paginator.count_label}
        shown = {
            "count_words": matches,
            "is_open_only": self.is_open_only,
            "kept": self.kept,
            "querystring": self.querystring,
            "saved_views": self.request.user.saved_views.all(),
            "views_url": reverse(self.views_url_name),
            "bulk_form": BulkForm(users=self.filters.users) if self.user_has_permission("change") else None,
            "bulk_url": reverse(self.bulk_url_name),
        }
        return {**context, **shown}

    @cached_property
    def columns(self):
        """Return the columns. What does not fit on a phone stands below the name."""
        may_select = self.user_has_permission("change") and not self.is_export
        return [
            *([CellColumn("select", label=_("Select"), view=self, classname="desk-select")] if may_select else []),
            CellColumn("name", label=_("Name"), view=self, sort_key="name"),
            CellColumn("phone", label=_("Phone"), view=self),
            CellColumn("status", label=_("Status"), view=self),
            CellColumn("due", label=_("Next due"), view=self, sort_key="due"),
            CellColumn("visit", label=_("Visit"), view=self, sort_key="visit"),
            CellColumn("treatments", label=_("Treatments"), view=self),
            CellColumn("owner", label=_("Owner"), view=self),
            CellColumn("received", label=_("Received"), view=self, sort_key="received"),
        ]

    def get_row_context_once(self, case: Case) -> dict[str, Any]:
        """Return the context of a row, which each of its cells asks for."""
        if case.pk not in self.row_contexts:
            self.row_contexts[case.pk] = self.get_row_context(case)
        return self.row_contexts[case.pk]

    def get_row_context(self, case: Case) -> dict[str, Any]:
        tasks = case.get_open_tasks()
        task = tasks[0] if tasks else None
        visit = self.get_current_visit(case)
        return {
            "url": reverse(self.inspect_url_name, args=[case.pk]),
            "kind": KIND_MARKS.get(case.kind, ""),
            "is_red": case.is_open_complaint,
            "stage": get_label(case),
            "due": format_short(task.due_at, self.zone) if task else "",
            "owed": task.get_kind_display() if task else "",
            "is_late": task is not None and self.now >= task.due_at,
            "starts": format_short(visit.starts_at, self.zone) if visit else "",
            "is_firm": visit is not None and not visit.held_until,
            "visit_state": describe_state(visit, self.zone) if visit else "",
            "treatments": ", ".join(row.title for row in case.listed_treatments),
            "received": format_short(case.created_at, self.zone),
        }

    def get_current_visit(self, case: Case) -> Appointment | None:
        """Return the visit of a listed case that is held, booked or going on, or None."""
        for visit in services.find_current_visits(case.current_appointments, self.now):
            is_going_on = visit.state == AppointmentState.CHECKED_IN and self.now < visit.ends_at
            if is_going_on or visit.get_state_at(self.now) in LIVE:
                return visit
        return None

    @cached_property
    def row_contexts(self) -> dict[int, dict[str, Any]]:
        return {}

    @cached_property
    def now(self):
        return timezone.now()

    @cached_property
    def zone(self):
        # The zone does not come from the policy, since an export needs no opening hours.
        return ClinicProfile.for_request(self.request).zone

    header_more_buttons = []

    @cached_property
    def header_buttons(self):
        buttons = []
        if self.user_has_permission("change"):
            buttons.append(HeaderButton(_("New request"), url=reverse("desk_new_case"), icon_name="plus"))
        if not self.user_has_permission("export"):
            return buttons
        label = {"aria-label": _("Download this list (CSV)"), "title": _("Download this list (CSV)")}
        button = {"type": "submit", "form": "case-search", "name": "export", "value": "csv"}
        return [*buttons, HeaderButton(_("Download"), icon_name="download", attrs={**label, **button})]

    def as_spreadsheet(self, queryset, spreadsheet_format):
        count = queryset.count()
        if count > paging.MAX_COUNTED and "confirmed" not in self.request.POST:
            return self.ask_before_export(count)
        log_export(self.request.user, count=count, filters=self.get_filter_labels(), searched=self.is_searching)
        return super().as_spreadsheet(queryset, spreadsheet_format)

    def ask_before_export(self, count: int) -> HttpResponse:
        """Say how many rows the file has, where the list says only that they are many."""
        context = {
            **generic.WagtailAdminTemplateMixin.get_context_data(self),
            "header_buttons": [],
            "count": count,
            "kept": self.kept,
            "querystring": self.querystring,
            "index_url": self.index_url,
            "is_searching": self.is_searching,
            "query_string": self.search_query,
        }
        return TemplateResponse(self.request, "bookings/desk/export.html", context)

    def get_filter_labels(self) -> list[str]:
        """Return the labels of the active filters, never their values."""
        if not self.is_filtering:
            return []
        return [str(self.filters.form[name].label) for name in self.filters.form.changed_data]


def get_list_parameters(request: HttpRequest) -> QueryDict:
    """Return what the address and the search form say, but for the searched words."""
    parameters = request.GET.copy()
    parameters.update(request.POST)
    for name in (*NOT_FILTERS, CaseIndexView.search_kwarg):
        if name in request.POST:
            del parameters[name]
    return parameters


class CaseBulkView(CaseIndexView):
    """Act on the ticked cases, or on all of a list that is searched or filtered."""

    permission_required = "change"
    any_permission_required = None
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, is_cut = BulkForm(request.POST, users=self.filters.users), False
        if not form.is_valid():
            messages.warning(request, _("Choose what to do with the selected cases."))
        elif "all" in request.POST and not (self.is_searching or self.is_filtering):
            messages.warning(request, _("Filter or search the list first."))
        else:
            selected = get_selected(request)
            if "all" in request.POST:
                cases = self.get_queryset().prefetch_related(None).values_list("pk", "version")[: MAX_AT_ONCE + 1]
                selected, is_cut = list(cases[:MAX_AT_ONCE]), len(cases) > MAX_AT_ONCE
            results = act_on(form.cleaned_data["action"], selected, actor=request.user, policy=self.policy)
            tell(request, results, is_cut=is_cut)
        if self.is_searching:  # An address would hold the searched words.
            return self.get(request, *args, **kwargs)
        return HttpResponseRedirect(f"{self.index_url}?{self.querystring}".rstrip("?"))


class CaseViewSet(ModelViewSet):
    """Register the list and the page of cases.

    Patients add cases and services change them. The admin cannot delete them.
    """

    model = Case
    name = "case"
    icon = "requests"
    menu_label = gettext_lazy("Cases")
    menu_order = 50
    add_to_admin_menu = True
    list_per_page = 15
    filterset_class = CaseFilterSet
    index_view_class = CaseIndexView
    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False  # A page's "used in" list must name no patient's case.

    def get_common_view_kwargs(self, **kwargs):
        names = ("add", "edit", "delete", "history", "usage")
        return super().get_common_view_kwargs(**{f"{name}_url_name": None for name in names}, **kwargs)

    @property
    def inspect_view(self):
        return self.construct_view(CaseView)

    @property
    def url_finder_class(self):
        finder = super().url_finder_class
        finder.edit_url_name = self.get_url_name("inspect")
        return finder

    def get_urlpatterns(self):
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("bulk/", self.construct_view(CaseBulkView, **self.get_index_view_kwargs()), name="bulk"),
            path("views/", self.construct_view(SavedViewsView), name="views"),
            path("<int:pk>/", self.inspect_view, name="inspect"),
        ]
