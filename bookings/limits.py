"""How many requests one sender may make before they wait for the desk to look at them.

Kept in Django's cache, under keys that name nobody. A cache that was emptied, or two requests in the same instant, let
one more through: that is as good. A limit that is reached costs the patient nothing but a wait, and loses nothing.
"""

from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address
from time import time
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from .consultation_request import ConsultationRequest

HOUR = 3600  # seconds


class Limit(NamedTuple):
    requests: int
    seconds: int


# Many share an address: a family, an office, the customers of a mobile network.
PER_ADDRESS = Limit(10, HOUR)
PER_CONTACT = Limit(5, 24 * HOUR)


class Counter(NamedTuple):
    """With its own end (seconds since 1970): most caches forget when a counter ends once it is raised."""

    requests: int
    ends: float


def is_reached(request: HttpRequest, sent: ConsultationRequest) -> bool:
    """Has this address or this contact asked as often as anybody may?"""
    return any(_counter(key, limit).requests >= limit.requests for key, limit in _counters(request, sent))


def count(request: HttpRequest, sent: ConsultationRequest) -> None:
    """One request more. The time runs from the first of them."""
    for key, limit in _counters(request, sent):
        counter = _counter(key, limit)
        cache.set(key, tuple(counter._replace(requests=counter.requests + 1)), limit.seconds)


def _counter(key: str, limit: Limit) -> Counter:
    counter = Counter(*cache.get(key, (0, 0)))
    return counter if counter.ends > time() else Counter(0, time() + limit.seconds)


def sender_of(request: HttpRequest) -> str:
    """The visitor's address, of IPv6 the network that one customer gets; empty when nobody can tell.

    The proxy adds the address it saw at the end of ``X-Forwarded-For``; what stands before it, anybody can write.
    The machine's own address is that of a proxy which says nothing.
    """
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    try:
        address = ip_address(forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return ""
    if address.is_loopback:
        return ""
    if isinstance(address, IPv6Address):
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)


def _counters(request: HttpRequest, sent: ConsultationRequest) -> Iterator[tuple[str, Limit]]:
    digits = "".join(character for character in sent.phone if character.isdigit())
    named = (
        ("address", sender_of(request), PER_ADDRESS),
        ("email", sent.email.casefold(), PER_CONTACT),
        ("phone", digits, PER_CONTACT),
    )
    for kind, value, limit in named:
        if value:
            digest = salted_hmac("bookings.limits", f"{kind}:{value}", algorithm="sha256").hexdigest()
            yield f"limit:{kind}:{digest}", limit
