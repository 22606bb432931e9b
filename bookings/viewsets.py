"""The front desk's list of requests, in the Wagtail admin."""

from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import StreamingHttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from clinic.models import ClinicProfile

from .desk import CaseView
from .desk_filters import CaseFilterSet
from .desk_times import OnTheClinicsClock, answer_by, list_time, live_appointments
from .exports import csv_lines, log_export
from .models import Case, Status
from .waiting import age_in_words, unsent_messages

EXPORT_BATCH = 500
# Read for nothing in a list: what the patient wrote, and what serves finding and matching.
NOT_LISTED = ("message", "search_text", "fingerprint", "submission_key", "email", "phone", "phone_e164")


class CellColumn(Column):
    """A column drawn by a template of the desk, with ``now`` and ``zone`` at hand."""

    def __init__(self, name: str, *, view: "CaseIndexView", **kwargs: Any):
        super().__init__(name, **kwargs)
        self.view = view
        self.cell_template_name = f"bookings/desk/cells/{name}.html"

    def get_value(self, instance):
        return instance

    def get_cell_context_data(self, instance, parent_context):
        context = super().get_cell_context_data(instance, parent_context)
        return {**context, "case": instance, **self.view.row_context(instance)}


class CaseIndexView(OnTheClinicsClock, generic.IndexView):
    """Newest unanswered first, then by age. Searching never goes through Wagtail's index: it would take seconds."""

    any_permission_required = ["view"]
    page_title = gettext_lazy("Requests")
    template_name = "bookings/desk/list.html"
    is_searchable = True
    FORMATS = ("csv",)

    def dispatch(self, request, *args, **kwargs):
        # Before anything is read: who may look at the list may not yet carry it away.
        if self.is_export and not self.user_has_permission("export"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        return self.export() if self.is_export else super().get(request, *args, **kwargs)

    def get_base_queryset(self):
        unsent = Prefetch("messages", queryset=unsent_messages(self.now).only("case_id"), to_attr="unsent_messages")
        cases = Case.objects.select_related("owner").defer(*NOT_LISTED)
        return cases.prefetch_related("treatments", unsent, live_appointments())

    def filter_queryset(self, queryset):
        """What is in quarantine is out of the way until somebody asks for it, or searches."""
        cases = super().filter_queryset(queryset)
        if self.is_searching or self.request.GET.getlist("status"):
            return cases
        return cases.exclude(status=Status.QUARANTINED)

    def search_queryset(self, queryset):
        return queryset.search(self.search_query)

    @cached_property
    def columns(self):
        return [
            TitleColumn("reference", label=_("Reference"), url_name=self.inspect_url_name, classname="desk-reference"),
            CellColumn("waiting", label=_("Waiting"), view=self),
            CellColumn("name", label=_("Name"), view=self),
            CellColumn("time", label=_("Time"), view=self, classname="desk-wide desk-time-cell"),
            CellColumn("treatments", label=_("Treatments"), view=self, classname="desk-wide desk-treatments"),
            CellColumn("status", label=_("Status"), view=self),
            CellColumn("owner", label=_("Owner"), view=self, classname="desk-wide"),
            CellColumn("received", label=_("Received"), view=self, classname="desk-wide desk-nowrap"),
        ]

    def row_context(self, case: Case) -> dict[str, Any]:
        due = answer_by(case, self.calendar) if case.is_waiting else None
        return {
            "url": reverse(self.inspect_url_name, args=[case.pk]),
            "age": age_in_words(case.created_at, self.now),
            "answer_by": self.calendar.words(due) if due else "",
            "is_late": due is not None and self.now >= due,
            "time": list_time(case, self.calendar, self.now),
            "zone": self.zone,
            "this_year": self.now.astimezone(self.zone).year == case.created_at.astimezone(self.zone).year,
        }

    @cached_property
    def now(self):
        return timezone.now()

    @cached_property
    def zone(self):
        # Not the calendar's: an export needs no opening hours.
        return ClinicProfile.for_request(self.request).zone

    header_more_buttons = []

    @cached_property
    def header_buttons(self):
        if not self.user_has_permission("export"):
            return []
        label = {"aria-label": _("Download this list (CSV)"), "title": _("Download this list (CSV)")}
        return [HeaderButton(_("Download"), url=self.csv_export_url, icon_name="download", attrs=label)]

    def get_export_url(self, format):
        params = self.request.GET.copy()
        params.pop(self.page_kwarg, None)
        params["export"] = format
        return f"{self.index_url}?{params.urlencode()}"

    def export(self):
        cases = self.get_queryset()
        log_export(self.request.user, count=cases.count(), filters=self.names_of_filters(), searched=self.is_searching)
        lines = csv_lines(cases.iterator(EXPORT_BATCH), zone=self.zone, now=self.now)
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        day = self.now.astimezone(self.zone).date()
        response["Content-Disposition"] = f'attachment; filename="requests-{day}.csv"'
        response["Cache-Control"] = "no-store"
        return response

    def names_of_filters(self) -> list[str]:
        """Which filters were set, by their labels; never to what."""
        if not self.is_filtering:
            return []
        return [str(self.filters.form[name].label) for name in self.filters.form.changed_data]


class CaseViewSet(ModelViewSet):
    """List and page of a request. A request is added by its patient, changed by services, and never deleted here."""

    model = Case
    name = "case"
    icon = "requests"
    menu_label = gettext_lazy("Requests")
    menu_order = 50
    add_to_admin_menu = True
    list_per_page = 30
    filterset_class = CaseFilterSet
    index_view_class = CaseIndexView
    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False  # a page's "used in" list must name no patient's request

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
            path("<int:pk>/", self.inspect_view, name="inspect"),
        ]
