"""Act on many cases of the list at once: after a flood, one by one would take the desk hours."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views.generic import PermissionCheckedMixin

from bookings import services
from bookings.models import Case, Outcome, Status

from .access import ClinicClockMixin
from .filters import UNCONFIRMED

MAX_AT_ONCE = 300  # A case takes some hundredths of a second, and the browser waits.
# A case and the version that the clerk has seen.
SELECTED = re.compile(r"(\d{1,18}):(\d{1,9})", re.ASCII)


class BulkAction(NamedTuple):
    """Hold the label of a button and what it does with each case."""

    label: str
    run: Callable[["BulkView", int, dict], object]


class BulkList(NamedTuple):
    """Describe a filtered list whose cases can be handled together."""

    query: str
    every: str
    actions: dict[str, BulkAction]


BULK_LISTS = (
    BulkList(
        f"status={Status.QUARANTINED}",
        gettext_lazy("All cases in quarantine, not only those shown"),
        {
            "release": BulkAction(
                gettext_lazy("Release from quarantine"),
                lambda view, pk, common: services.release_from_quarantine(pk, policy=view.policy, **common),
            ),
            "not_a_request": BulkAction(
                gettext_lazy("Not a request"),
                lambda view, pk, common: services.change_stage(
                    pk, Status.CLOSED, outcome=Outcome.NOT_A_REQUEST, policy=view.policy, **common
                ),
            ),
        },
    ),
    BulkList(
        f"time={UNCONFIRMED}",
        gettext_lazy("All times that nobody has confirmed, not only those shown"),
        {
            "release_hold": BulkAction(
                gettext_lazy("Release the held times"),
                lambda view, pk, common: services.release_hold(pk, **common),
            )
        },
    ),
)


def get_bulk_list(parameters: QueryDict) -> BulkList | None:
    """Return the list that these filters show, if its cases can be handled together."""
    for bulk in BULK_LISTS:
        name, _equals, value = bulk.query.partition("=")
        if parameters.getlist(name) == [value]:
            return bulk
    return None


class BulkView(ClinicClockMixin, PermissionCheckedMixin, View):
    """Carry out one action on the selected cases, each in a transaction of its own."""

    model = Case
    permission_required = "change"
    http_method_names = ["post"]
    index_url_name = None

    def post(self, request: HttpRequest) -> HttpResponse:
        name = request.POST.get("action", "")
        bulk = next((bulk for bulk in BULK_LISTS if name in bulk.actions), None)
        if bulk is None:
            return redirect(self.index_url_name)
        done = left = 0
        for pk, version in self.get_selected(bulk):
            try:
                bulk.actions[name].run(self, pk, {"actor": request.user, "expected_version": version})
                done += 1
            except (services.BookingError, Case.DoesNotExist):
                left += 1
        self.tell(done, left)
        answer = redirect(self.index_url_name)
        answer["Location"] += f"?{bulk.query}"
        return answer

    def get_selected(self, bulk: BulkList) -> Iterable[tuple[int, int]]:
        if "all" not in self.request.POST:
            matches = map(SELECTED.fullmatch, self.request.POST.getlist("case")[:MAX_AT_ONCE])
            return [(int(match[1]), int(match[2])) for match in matches if match]
        if bulk.query == f"time={UNCONFIRMED}":
            cases = Case.objects.filter(pk__in=services.unconfirmed_holds(timezone.now()).values("case"))
        else:
            cases = Case.objects.filter(status=Status.QUARANTINED)
        return list(cases.order_by("created_at", "pk").values_list("pk", "version")[:MAX_AT_ONCE])

    def tell(self, done: int, left: int) -> None:
        if done:
            words = ngettext("%(count)d case is done.", "%(count)d cases are done.", done) % {"count": done}
            messages.success(self.request, words)
        if left:
            words = ngettext(
                "%(count)d case was changed in the meantime and was left as it is.",
                "%(count)d cases were changed in the meantime and were left as they are.",
                left,
            )
            messages.warning(self.request, words % {"count": left})
        if not (done or left):
            messages.warning(self.request, _("Select at least one case first."))
