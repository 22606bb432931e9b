"""Act on many cases of the list at once: after a flood, one by one would take the desk hours."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.utils import get_user_display_name

from bookings import services
from bookings.models import Case, Outcome, Status
from bookings.scheduling.policy import BookingPolicy

from .filters import NOBODY

MAX_AT_ONCE = 300  # A case takes some hundredths of a second, and the browser waits.
# A case and the version that the clerk has seen.
SELECTED = re.compile(r"(\d{1,18}):(\d{1,9})", re.ASCII)

CLOSE_AS = {
    Outcome.DUPLICATE: gettext_lazy("Close as sent twice"),
    Outcome.NOT_A_REQUEST: gettext_lazy("Close as not a request"),
}
# The day from which the next opening is looked for.
SNOOZE = {"snooze:1": gettext_lazy("the next business day"), "snooze:7": gettext_lazy("in a week")}
RELEASE = {
    "release": gettext_lazy("Release from quarantine"),
    "release_hold": gettext_lazy("Release the held times"),
}


class BulkForm(forms.Form):
    """Ask what to do with the selected cases."""

    action = forms.ChoiceField(label=gettext_lazy("With the selected cases"))

    def __init__(self, *args: Any, users: Iterable[User], **kwargs: Any):
        super().__init__(*args, **kwargs)
        owners = [(f"assign:{user.pk}", get_user_display_name(user)) for user in users if user.is_active]
        self.fields["action"].choices = [
            ("", _("With the selected …")),
            (_("Assign to"), [*owners, (f"assign:{NOBODY}", _("Nobody"))]),
            (_("Put off until"), list(SNOOZE.items())),
            (_("Close"), [(f"close:{outcome}", label) for outcome, label in CLOSE_AS.items()]),
            (_("Release"), list(RELEASE.items())),
        ]


def get_selected(request: HttpRequest) -> list[tuple[int, int]]:
    """Return the ticked cases, each with the version that the clerk has seen."""
    matches = map(SELECTED.fullmatch, request.POST.getlist("case")[:MAX_AT_ONCE])
    return [(int(match[1]), int(match[2])) for match in matches if match]


def act_on(action: str, selected: Iterable[tuple[int, int]], *, actor: User, policy: BookingPolicy) -> Counter:
    """Carry out a choice of ``BulkForm`` on each case, in a transaction of its own.

    Return how many are done, under "", and how many were left as they are, under the reason.
    """
    run, results = _get_service(action, policy), Counter()
    for pk, version in selected:
        try:
            run(pk, actor=actor, expected_version=version)
            results[""] += 1
        except (services.StaleCaseError, Case.DoesNotExist):
            results[_("They were changed in the meantime.")] += 1
        except services.BookingError as error:
            results[str(error)] += 1
    return results


def _get_service(action: str, policy: BookingPolicy) -> Callable[..., object]:
    name, _colon, value = action.partition(":")
    if name == "assign":
        owner = None if value == NOBODY else User.objects.get(pk=value)
        return lambda pk, **common: services.assign(pk, owner, **common)
    if name == "snooze":
        clock = services.get_clock()
        until = clock.business_day_from(clock.local_date(timezone.now()) + timedelta(days=int(value))).opens_at
        return lambda pk, **common: services.snooze(pk, until, **common)
    if name == "close":
        return lambda pk, **common: services.change_stage(pk, Status.CLOSED, outcome=value, policy=policy, **common)
    if name == "release":
        return lambda pk, **common: services.release_from_quarantine(pk, policy=policy, **common)
    return services.release_hold


def tell(request: HttpRequest, results: Counter, *, is_cut: bool) -> None:
    """Say how many cases are done, and why others were left."""
    for reason, count in results.items():
        words = {"count": count, "reason": reason}
        if reason:
            text = ngettext(
                "%(count)d case was left as it is. %(reason)s",
                "%(count)d cases were left as they are. %(reason)s",
                count,
            )
            messages.warning(request, text % words)
        else:
            text = ngettext("%(count)d case is done.", "%(count)d cases are done.", count)
            messages.success(request, text % words)
    if not results:
        messages.warning(request, _("Select at least one case first."))
    if is_cut:
        text = _("At most %(count)d cases are handled at once. Narrow the list to reach the others.")
        messages.warning(request, text % {"count": MAX_AT_ONCE})
