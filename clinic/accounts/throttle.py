"""Limit how often passwords and codes are guessed, and how often mails are asked for.

Counting comes before checking, so parallel attempts cannot pass a limit together. Each attempt counts for the account
and network together, for the network over all accounts, and for the account over all networks. A network from which
the account was signed in to lately is only held to the first: strangers cannot lock out a colleague at the clinic.
"""

from datetime import timedelta
from typing import NamedTuple

from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clinic import limits
from clinic.limits import Limit
from clinic.limits.models import LimitCount, get_key

from . import events

QUARTER_HOUR = 15 * 60  # Seconds.
HOUR = 60 * 60


class Limits(NamedTuple):
    together: Limit  # one account from one network
    network: Limit
    account: Limit


PASSWORDS = Limits(
    Limit("password-together", 10, QUARTER_HOUR),
    Limit("password-network", 30, QUARTER_HOUR),
    Limit("password-account", 25, QUARTER_HOUR),
)
CODES = Limits(
    Limit("code-together", 10, QUARTER_HOUR),
    Limit("code-network", 30, QUARTER_HOUR),
    Limit("code-account", 20, HOUR),
)
USED_CODES = Limit("code-used", 1, 90)  # as long as a code fits, with the tolerance of the settings
RESETS_FROM_NETWORK = Limit("reset-network", 10, HOUR)
RESETS_TO_ADDRESS = Limit("reset-address", 3, HOUR)
PASSKEY_REQUESTS = Limit("passkey-network", 60, QUARTER_HOUR)


def check(kind: Limits, request: HttpRequest, user: AbstractUser | None, login: str = "") -> None:
    """Count an attempt. Raise the answer 429 if it is over a limit.

    ``login`` is what was typed for an account that does not exist: it is limited like any other.
    """
    network = limits.get_network(request)
    account = _name(user, login)
    uses = [(kind.together, f"{account} {network}")]
    if not events.is_known_network(user, network):
        uses += [(kind.network, network), (kind.account, account)]
    over = [(limit, value) for limit, value in uses if not limits.take(limit, value)]
    if over:
        events.record_locked(user, request)
        raise ImmediateHttpResponse(refuse(request, over))


def take(limit: Limit, request: HttpRequest) -> None:
    """Count a request of this network. Raise the answer 429 if it is over the limit."""
    network = limits.get_network(request)
    if not limits.take(limit, network):
        raise ImmediateHttpResponse(refuse(request, [(limit, network)]))


def forget(kind: Limits, request: HttpRequest, user: AbstractUser) -> None:
    """Start again from zero after a success, but not for the network: one's own account must not reset its count."""
    account = _name(user)
    limits.forget(kind.together, f"{account} {limits.get_network(request)}")
    limits.forget(kind.account, account)


def refuse(request: HttpRequest, over: list[tuple[Limit, str]]) -> HttpResponse:
    """Return the answer 429, which says when to try again."""
    now = timezone.now()
    keys = [get_key(limit, value) for limit, value in over]
    ends = LimitCount.objects.filter(key__in=keys).values_list("ends_at", flat=True)
    wait = max((end - now for end in ends), default=timedelta(seconds=QUARTER_HOUR))
    seconds = max(int(wait.total_seconds()), 1)
    context = {"minutes": -(-seconds // 60), "again_at": now + wait}
    response = render(request, "account/too_many.html", context, status=429)
    response["Retry-After"] = seconds
    return response


def _name(user: AbstractUser | None, login: str = "") -> str:
    return f"user {user.pk}" if user else f"name {login.casefold()}"
