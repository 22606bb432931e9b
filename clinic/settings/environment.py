"""Read variables of the environment, and refuse URLs that cannot be used."""

import re
from collections.abc import Callable
from email import policy
from email.errors import ObsoleteHeaderDefect
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import EmailValidator
from environs import Env

env = Env()

HOST = r"(?:[\w.%-]+|\[[\da-fA-F:.]+\])(?::[1-6]?\d{1,4})?"
USER = r"(?:[^/?#]*@)?"
OPTIONS = r"(?:\?[^#]*)?"
# Django splits a list of Redis servers at each comma and semicolon, even inside a password.
REDIS = rf"(?:rediss?://(?:[^/?#,;]*@)?{HOST}(?:/\d*)?|unix://[^?#,;]+)(?:\?[^#,;]*)?"
ORIGIN = rf"https?://(?:\*\.)?{HOST}"
BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
# Each variable: its pattern, and an example for people.
URLS = {
    "DATABASE_URL": (
        rf"sqlite:///[^?#]+{OPTIONS}|(?:postgres|postgresql|pgsql)://{USER}(?:{HOST})?/[^/?#@]+{OPTIONS}",
        "postgres://user:password@host:5432/name or sqlite:////folder/db.sqlite3",
    ),
    "CACHE_URL": (rf"(?:{REDIS}(?:[,;]{REDIS})*)?", "redis://host:6379/0"),
    "S3_URL": (
        rf"(?:https?://(?:[^:/?#@]+:[^:/?#@]+@)?{HOST}/({BUCKET})/(?!\1/?(?:\?|$)){BUCKET}/?"
        rf"(?:\?(?:(?:region=[\w-]+|public=https?://{HOST}[\w./-]*)&?)*)?)?",
        "https://key:password@s3.us-east-1.amazonaws.com/private-bucket/public-bucket?region=us-east-1",
    ),
    "SITE_URL": (rf"(?:https?://{HOST}/?)?", "https://www.example.com"),
    "CSRF_TRUSTED_ORIGINS": (rf"(?:{ORIGIN}(?:,{ORIGIN})*)?", "https://www.example.com,https://*.example.com"),
    "EMAIL_URL": (
        rf"(?:smtps?|submission|submit)://{USER}{HOST}/?{OPTIONS}"
        r"|file:///[^?#]+|(?:smtp|console|memory|dummy)://",
        "smtp://user:password@host:587/?tls=True",
    ),
}


def read_url(name: str, default: str = "", read: Callable = env.str) -> Any:
    """Return what ``read`` makes of a variable.

    Raise ImproperlyConfigured if it cannot be used. The error leaves out the value, which may hold a password.
    """
    pattern, example = URLS[name]
    if re.fullmatch(pattern, env.str(name, default)):
        try:
            return read(name, default)
        except ValueError:
            pass  # the error below must not chain this one, which may quote a part of the value
    raise ImproperlyConfigured(f"{name} cannot be used. It should look like {example}.")


def read_s3(name: str, default: str) -> dict[str, str]:
    """Return what ``clinic.media.s3`` needs to know, or nothing."""
    if not (url := env.str(name, default)):
        return {}
    parts = urlsplit(url)
    endpoint = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    private, public = parts.path.strip("/").split("/")
    options = {option: values[0] for option, values in parse_qs(parts.query).items()}
    public_url = options.get("public", f"{endpoint}/{public}").rstrip("/")
    return {
        "endpoint_url": endpoint,
        "region_name": options.get("region", "us-east-1"),
        "access_key": unquote(parts.username or ""),
        "secret_key": unquote(parts.password or ""),
        "private_bucket": private,
        "public_bucket": public,
        "public_url": public_url,
        "public_origin": "/".join(public_url.split("/")[:3]),
        "location": "",  # a folder in both buckets
    }


def read_proxies(name: str, default: str) -> int | tuple[IPv4Network | IPv6Network, ...]:
    """Return the number of proxies in front of the site, or their networks.

    Raise ImproperlyConfigured for anything else.
    """
    text = env.str(name, default).strip()
    if re.fullmatch(r"[0-9]?", text):
        return int(text or 0)
    try:
        return tuple(ip_network(part.strip()) for part in text.split(","))
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} cannot be used. It should be the number of proxies in front of the site, such as 1, or their "
            f"networks, such as 127.0.0.1,203.0.113.0/24."
        ) from error


def read_address(name: str, default: str = "") -> str:
    """Return a variable that holds one email address, with or without a name before it.

    Raise ImproperlyConfigured if no email could be sent from it.
    """
    value = env.str(name, "") or default
    try:
        header = policy.default.header_factory("From", value)
        (group,), (address,) = header.groups, header.addresses
        EmailValidator()(address.addr_spec.encode("ascii").decode())
    except (ValueError, IndexError, AttributeError, ValidationError):
        is_usable = False
    else:
        is_plain = group.display_name is None and not re.search(r"[\x00-\x1f\x7f]", value)
        is_usable = is_plain and all(isinstance(defect, ObsoleteHeaderDefect) for defect in header.defects)
    if is_usable:
        return value
    raise ImproperlyConfigured(
        f"{name} cannot be used. Write one address, such as hello@example.com or Clinic <hello@example.com>. A name "
        'with a comma or another mark stands in double quotes: "Clinic, Inc." <hello@example.com>. A domain with '
        "letters beyond a to z is written in its xn-- form."
    )
