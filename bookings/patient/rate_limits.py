"""Limit how many requests one sender makes before the quarantine.

The counts are in Django's cache, under digests that name no person. A cache that was emptied, or two requests in the
same instant, may let one more through. A request over the limit is saved all the same, and the patient only waits
longer.
"""

from collections.abc import Iterator
from time import time
from typing import NamedTuple

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from clinic.limits import get_network

HOUR = 3600  # Seconds.


class Limit(NamedTuple):
    requests: int
    seconds: int


# Many share an address: a family, an office, the customers of a mobile network.
PER_ADDRESS = Limit(10, HOUR)
PER_CONTACT = Limit(5, 24 * HOUR)


class Counter(NamedTuple):
    """Count requests until ``ends`` (seconds since 1970).

    The value includes ``ends``, because most caches drop a key's expiry when the count is raised.
    """

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
        ("address", get_network(request), PER_ADDRESS),
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
