"""Record what happens to accounts."""

from datetime import timedelta
from ipaddress import ip_interface

from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest
from django.utils import timezone

from clinic import limits

from .models import AccountEvent, AccountEventKind

SHOWN_BITS = {4: 24, 6: 48}
# Refused attempts that are no further apart leave one row for each account and network.
LOCKED_AGAIN = timedelta(minutes=15)


def shorten(network: str) -> str:
    """Return the network without the part that names one connection: 203.0.113.0/24, or "" if it is not known."""
    if not network:
        return ""
    address = ip_interface(network)
    return str(ip_interface(f"{address.ip}/{SHOWN_BITS[address.version]}").network)


def record(
    kind: AccountEventKind, user: AbstractUser | None, request: HttpRequest | None, actor: AbstractUser | None = None
) -> AccountEvent:
    network = shorten(limits.get_network(request)) if request else ""
    username = user.get_username() if user else ""
    return AccountEvent.objects.create(kind=kind, user=user, username=username, network=network, actor=actor)


def record_locked(user: AbstractUser | None, request: HttpRequest) -> None:
    """Record the latest of the refused attempts. Each writes one row, so the time tells nothing about the account."""
    now = timezone.now()
    network = shorten(limits.get_network(request))
    seen = AccountEvent.objects.filter(
        kind=AccountEventKind.LOCKED, user=user, network=network, at__gt=now - LOCKED_AGAIN
    )
    if not seen.update(at=now):
        record(AccountEventKind.LOCKED, user, request)
