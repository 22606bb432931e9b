"""How many requests one sender may make before they wait for the desk to look at them.

The counts are in Django's cache, under keys that name nobody. A cache that was emptied, or two requests in the same
instant, may let one more through. A limit that is reached costs the patient only time and loses nothing.
"""

from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address
from time import time
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

HOUR = 3600  # Seconds.


class Limit(NamedTuple):
    requests: int
    seconds: int


# Many share an address: a family, an office, the customers of a mobile network.
PER_ADDRESS = Limit(10, HOUR)
PER_CONTACT = Limit(5, 24 * HOUR)


class Counter(NamedTuple):
    """Count requests until ``ends`` (seconds since 1970); most caches forget a key's own end once it is raised."""

    key: str
    limit: Limit
    requests: int
    ends: float


def get_counters(request: HttpRequest, email: str, phone_e164: str) -> list[Counter]:
    """Return the counters of the visitor's address and contact."""
    return list(_read_counters(request, email, phone_e164))


def is_over_limit(counters: list[Counter]) -> bool:
    return any(counter.requests >= counter.limit.requests for counter in counters)


def count(counters: list[Counter]) -> None:
    """Add one request. The time runs from the first of them."""
    for counter in counters:
        cache.set(counter.key, (counter.requests + 1, counter.ends), counter.limit.seconds)


def _read_counters(request: HttpRequest, email: str, phone_e164: str) -> Iterator[Counter]:
    senders = (
        ("address", get_sender(request), PER_ADDRESS),
        ("email", email.casefold(), PER_CONTACT),
        ("phone", phone_e164, PER_CONTACT),
    )
    for kind, value, limit in senders:
        if value:
            digest = salted_hmac("bookings.limits", f"{kind}:{value}", algorithm="sha256").hexdigest()
            key = f"limit:{kind}:{digest}"
            requests, ends = cache.get(key, (0, 0))
            yield (
                Counter(key, limit, requests, ends) if ends > time() else Counter(key, limit, 0, time() + limit.seconds)
            )


def get_sender(request: HttpRequest) -> str:
    """Return the visitor's address, of IPv6 the network that one customer gets; "" when nobody can tell.

    The proxy adds the address it saw at the end of ``X-Forwarded-For``. Anybody can write what stands before it. The
    machine's own address belongs to a proxy that says nothing.
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
