"""List cases in the Wagtail admin."""

from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.search import SearchForm
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from bookings import services
from bookings.models import LIVE, Appointment, AppointmentState, Case, Status
from bookings.scheduling.formatting import format_age, format_short
from clinic.models import ClinicProfile

from .access import ClinicClockMixin
from .bulk import BulkList, BulkView, get_bulk_list
from .case_page import CaseView
from .export import CaseExportMixin, log_export
from .filters import CaseFilterSet
from .queries import find_answer, unsent_messages

# The list shows neither what the patient wrote nor the fields for search and matching.
NOT_LISTED = ("message", "search_text", "fingerprint", "submission_key", "email", "phone", "phone_e164")


class CellColumn(Column):
    """Render a column with a template of the desk.

    The template gets the view's ``get_row_context``.
    """

    def __init__(self, name: str, *, view: "CaseIndexView", **kwargs: Any):
        super().__init__(name, **kwargs)
        self.view = view
        self.cell_template_name = f"bookings/desk/cells/{name}.html"

    def get_value(self, instance):
        return instance

    def get_cell_context_data(self, instance, parent_context):
        context = super().get_cell_context_data(instance, parent_context)
        return {**context, "case": instance, **self.view.get_row_context(instance)}


class CaseIndexView(ClinicClockMixin, CaseExportMixin, generic.IndexView):
    """List cases, the unanswered ones first, then the newest.

    Search uses indexed columns: Wagtail's index would take seconds. It is a POST, so that no name stands in an address.
    """

    any_permission_required = ["view"]
    page_title = gettext_lazy("Cases")
    bulk_url_name = "case:bulk"
    template_name = "bookings/desk/list.html"
    results_template_name = "bookings/desk/list_results.html"
    is_searchable = True

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
        cases = Case.objects.select_related("owner").defer(*NOT_LISTED)
        return cases.prefetch_related("treatments", unsent, services.prefetch_visits(), services.prefetch_open_tasks())

    def filter_queryset(self, queryset):
        """Exclude quarantined cases unless a status or a search is set."""
        cases = super().filter_queryset(queryset)
        if self.is_searching or self.request.GET.getlist("status"):
            return cases
        return cases.exclude(status=Status.QUARANTINED)

    def search_queryset(self, queryset):
        return queryset.search(self.search_query)

    @cached_property
    def quarantined(self) -> int:
        return Case.objects.filter(status=Status.QUARANTINED).count()

    @cached_property
    def bulk(self) -> BulkList | None:
        """Return what can be done with many of the listed cases at once, or None."""
        return get_bulk_list(self.request.GET) if self.user_has_permission("change") else None

    def get_context_data(self, *args, **kwargs):
        shown = {"bulk": self.bulk, "bulk_url": reverse(self.bulk_url_name), "quarantined": self.quarantined}
        return {**super().get_context_data(*args, **kwargs), **shown}

    @cached_property
    def columns(self):
        return [
            *([CellColumn("select", label=_("Select"), view=self)] if self.bulk and not self.is_export else []),
            TitleColumn("reference", label=_("Reference"), url_name=self.inspect_url_name, classname="desk-reference"),
            CellColumn("waiting", label=_("Waiting"), view=self),
            CellColumn("name", label=_("Name"), view=self),
            CellColumn("time", label=_("Time"), view=self, classname="desk-wide desk-time-cell"),
            CellColumn("treatments", label=_("Treatments"), view=self, classname="desk-wide desk-treatments"),
            CellColumn("status", label=_("Status"), view=self),
            CellColumn("owner", label=_("Owner"), view=self, classname="desk-wide"),
            CellColumn("received", label=_("Received"), view=self, classname="desk-wide desk-nowrap"),
        ]

    def get_row_context(self, case: Case) -> dict[str, Any]:
        task = find_answer(case)
        visit = self.get_current_visit(case)
        return {
            "url": reverse(self.inspect_url_name, args=[case.pk]),
            "age": format_age(task.counts_from, self.now) if task else "",
            "is_red": case.is_open_complaint,
            "answer_by": format_short(task.due_at, self.zone) if task else "",
            "is_late": task is not None and self.now >= task.due_at,
            "stage": services.get_stage(case).label,
            "starts": format_short(visit.starts_at, self.zone) if visit else "",
            "held_until": format_short(visit.held_until, self.zone) if visit and visit.held_until else "",
            "visit_state": visit.get_state_display().lower() if visit else "",
            "zone": self.zone,
            "this_year": self.now.astimezone(self.zone).year == case.created_at.astimezone(self.zone).year,
        }

    def get_current_visit(self, case: Case) -> Appointment | None:
        """Return the visit of a listed case that is held, booked or going on, or None."""
        for visit in services.find_current_visits(case.current_appointments, self.now):
            is_going_on = visit.state == AppointmentState.CHECKED_IN and self.now < visit.ends_at
            if is_going_on or visit.get_state_at(self.now) in LIVE:
                return visit
        return None

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
        log_export(self.request.user, count=count, filters=self.get_filter_labels(), searched=self.is_searching)
        return super().as_spreadsheet(queryset, spreadsheet_format)

    def get_filter_labels(self) -> list[str]:
        """Return the labels of the active filters, never their values."""
        if not self.is_filtering:
            return []
        return [str(self.filters.form[name].label) for name in self.filters.form.changed_data]


def get_list_parameters(request: HttpRequest) -> QueryDict:
    """Return what the address and the search form say, but for the searched words."""
    parameters = request.GET.copy()
    parameters.update(request.POST)
    for name in ("csrfmiddlewaretoken", CaseIndexView.search_kwarg):
        if name in request.POST:
            del parameters[name]
    return parameters


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
    list_per_page = 30
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
            path("bulk/", self.construct_view(BulkView), name="bulk"),
            path("<int:pk>/", self.inspect_view, name="inspect"),
        ]
