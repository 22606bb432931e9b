"""Show logs in the admin, line by line with what can be done about each."""

from typing import Any

from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import PermissionCheckedMixin
from wagtail.admin.views.reports import ReportView

from clinic.admin.ordering import TotalOrderMixin
from clinic.admin.returning import go_back
from clinic.site.context import site_context

from .models import State, TriagedModel


class ActionsColumn(Column):
    """Show the buttons of a line: what can be done about it, and that it is done or does not matter."""

    cell_template_name = "clinic/admin/triage/actions.html"

    def get_cell_context_data(self, instance: TriagedModel, parent_context: dict[str, Any]) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        return context | {"actions": get_actions(instance), "request": parent_context["request"]}


def get_actions(row: TriagedModel) -> dict[str, Any]:
    """Return what the buttons of a row need, here and on the board of keywords."""
    return {
        "row": row,
        "make_keyword": reverse("keyword_from_words"),
        "words": row.get_keyword_words(),
        "fix": row.get_fix(),
        "set_state": reverse(row.state_url_name, args=[row.pk]),
        "is_open": row.state == State.OPEN,
    }


class TriageReport(TotalOrderMixin, ReportView):
    """List the rows of a log."""

    permission_required = "change"
    template_name = "clinic/admin/triage/list.html"
    is_searchable = True
    explanation = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(explanation=self.explanation, **kwargs)


class SetStateView(PermissionCheckedMixin, View):
    """Say of a row that it is handled or ignored, or open it again."""

    permission_required = "change"
    model: type[Model]
    index_url_name = ""
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        state = request.POST.get("state", "")
        if state not in State.values:
            raise Http404
        row = get_object_or_404(self.model, pk=pk)
        row.state = state
        row.handled_on = site_context(request).profile.today(timezone.now()) if state == State.HANDLED else None
        row.save(update_fields=["state", "handled_on"])
        texts = {
            State.HANDLED: gettext_lazy("“%(row)s” is handled. It is open again when it happens on a later day."),
            State.IGNORED: gettext_lazy("“%(row)s” is ignored."),
            State.OPEN: gettext_lazy("“%(row)s” is open again."),
        }
        messages.success(request, texts[State(state)] % {"row": row})
        return go_back(request, reverse(self.index_url_name))


def describe_day(day: Any) -> str:
    """Return how long ago a day was, in words that fit a column."""
    days = (timezone.localdate() - day).days
    return {0: _("today"), 1: _("yesterday")}.get(days) or f"{day:%b} {day.day}, {day:%Y}"
