"""Limit how often passwords and codes are guessed, and how often mails are asked for.

Counting comes before checking, so parallel attempts cannot pass a limit together. Each attempt counts for the name and
network together, for the network over all names, and for the name over all networks. A browser that the account knows
has one count of its own instead: strangers cannot lock out its owner, wherever they are. For codes that is
a browser in which a second step was given: strangers who know the password cannot lock out its owner either.
"""

from datetime import timedelta
from typing import Any, NamedTuple

from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from wagtail.models import Site

from clinic import limits
from clinic.hours.formatting import format_time
from clinic.limits import Limit
from clinic.limits.models import LimitCount, get_key
from clinic.site.models import ClinicProfile

from . import events

QUARTER_HOUR = 15 * 60  # Seconds.
HOUR = 60 * 60


class Limits(NamedTuple):
    together: Limit  # one name from one network, or in one known browser
    network: Limit
    name: Limit


PASSWORDS = Limits(
    Limit("password-together", 10, QUARTER_HOUR),
    Limit("password-network", 30, QUARTER_HOUR),
    Limit("password-name", 25, QUARTER_HOUR),
)
CODES = Limits(
    Limit("code-together", 10, QUARTER_HOUR),
    Limit("code-network", 30, QUARTER_HOUR),
    Limit("code-name", 20, HOUR),
)
USED_CODES = Limit("code-used", 1, 90)  # as long as a code fits, with the tolerance of the settings
RESETS_FROM_NETWORK = Limit("reset-network", 10, HOUR)
RESETS_TO_ADDRESS = Limit("reset-address", 3, HOUR)
PASSKEY_REQUESTS = Limit("passkey-network", 60, QUARTER_HOUR)
PRIVATE_PAGES = Limit("private-page", 10, QUARTER_HOUR)  # one password from one network


def check(kind: Limits, request: HttpRequest, user: AbstractUser | None, name: str, device: str = "") -> None:
    """Count an attempt. Raise the answer 429 if it is over a limit.

    ``name`` stands for the account, ``device`` for the browser if the account knows it.
    """
    uses = list_uses(kind, request, name, device)
    over = [(limit, value) for limit, value in uses if not limits.take(limit, value)]
    if over:
        events.record_locked(user, request)
        raise ImmediateHttpResponse(refuse(request, over, can_reset=kind is PASSWORDS))


def take(limit: Limit, request: HttpRequest) -> None:
    """Count a request of this network. Raise the answer 429 if it is over the limit."""
    network = limits.get_network(request)
    if not limits.take(limit, network):
        raise ImmediateHttpResponse(refuse(request, [(limit, network)]))


def give_back(kind: Limits, request: HttpRequest, name: str, device: str = "") -> None:
    """Count an attempt less after it succeeded.

    The others stay: one's own account must not reset the count of a network, nor show strangers that its owner came.
    """
    for limit, value in list_uses(kind, request, name, device):
        limits.give_back(limit, value)


def list_uses(kind: Limits, request: HttpRequest, name: str, device: str) -> list[tuple[Limit, str]]:
    network = limits.get_network(request)
    together = (kind.together, f"{name} {device or network}")
    return [together] if device else [together, (kind.network, network), (kind.name, name)]


def refuse(
    request: HttpRequest, over: list[tuple[Limit, str]], template: str = "account/too_many.html", **context: Any
) -> HttpResponse:
    """Return the answer 429, which says when to try again, on the clinic's clock."""
    now = timezone.now()
    keys = [get_key(limit, value) for limit, value in over]
    ends = LimitCount.objects.filter(key__in=keys).values_list("ends_at", flat=True)
    wait = max((end - now for end in ends), default=timedelta(seconds=QUARTER_HOUR))
    seconds = max(int(wait.total_seconds()), 1)
    clinic = ClinicProfile.for_request(request) if Site.find_for_request(request) else ClinicProfile()
    again_at = format_time((now + wait).astimezone(clinic.zone))
    context |= {"minutes": -(-seconds // 60), "again_at": again_at, "noindex": True}
    response = render(request, template, context, status=429)
    response["Retry-After"] = seconds
    return response
