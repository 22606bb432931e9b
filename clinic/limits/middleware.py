"""Find the network that a visitor comes from, past the proxies in front of the site."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address

# An address with or without a port. Only in brackets does a colon before the port leave no doubt.
WITH_PORT = re.compile(r'"?(?:\[(?P<v6>[^\]]*)\](?::\d+)?|(?P<v4>[\d.]+):\d+)"?')
CUSTOMER_BITS = 64  # A customer gets at least this network of IPv6, and may use all its addresses.
NAT64 = IPv6Network("64:ff9b::/96")  # Translated IPv4: the last 32 bits are the address.


class NetworkMiddleware:
    """Tell each view from which network its visitor comes, as ``request.network``."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.network = get_network(request)
        return self.get_response(request)


def get_network(request: HttpRequest) -> str:
    """Return the network that a visitor comes from, or "" if it is not known.

    It is the address itself for IPv4, and for IPv6 the network of one customer. The machine itself is not known: a
    proxy that sends no ``X-Forwarded-For`` looks like this.
    """
    address = _find_visitor(request)
    if address is None or address.is_loopback:
        return ""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, CUSTOMER_BITS), strict=False))
    return str(address)


def _find_visitor(request: HttpRequest) -> Address | None:
    """Return the address from which the first trusted proxy was called.

    Each proxy adds at the end of the header the address that called it. What stands before that can be forged. An
    entry that is no address, or is the machine itself, counts as the proxy that passed it on.
    """
    trusted = settings.TRUSTED_PROXIES
    visitor = parse_address(request.META.get("REMOTE_ADDR", ""))
    if not trusted:
        return visitor
    entries = request.headers.get("X-Forwarded-For", "").split(",")
    if isinstance(trusted, int):
        entries = entries[-trusted:]
    for entry in reversed(entries):
        if not isinstance(trusted, int) and not _is_proxy(visitor):
            break
        # Whoever says that they are the machine itself would count nowhere.
        if (address := parse_address(entry)) is None or address.is_loopback:
            break
        visitor = address
    return visitor


def _is_proxy(address: Address | None) -> bool:
    """Return whether the address is this machine or in a trusted network.

    A proxy that calls through a socket file has no address.
    """
    if address is None or address.is_loopback:
        return True
    return any(address in network for network in settings.TRUSTED_PROXIES)


def parse_address(text: str) -> Address | None:
    """Read an address as proxies write it, with or without a port, or return None.

    IPv4 written as IPv6 is IPv4.
    """
    text = text.strip()
    if match := WITH_PORT.fullmatch(text):
        text = match["v6"] or match["v4"] or ""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address
    return address
