"""Count the visits to addresses where nothing is, without anything about the visitors.

An address is kept only if an editor could do something about it. Left out are the addresses of the site itself, which
may end with a patient's token, the addresses that only programs ask for when they look for a weak spot, and whatever
looks like a secret.
"""

import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import is_valid_path
from django.utils import timezone

from clinic.limits import Limit, take
from clinic.personal import redact_path
from clinic.site.context import site_context
from clinic.text import one_line
from clinic.triage.models import KEPT, State, reopened
from clinic.triage.recording import record_without_waiting

from .models import MAX_PATH, MissingAddress
from .spelling import to_read

MAX_ROWS = 5_000
DROPPED_AT_ONCE = 500
# A visitor follows few broken links; a program that tries addresses asks for thousands.
ADDRESSES_PER_NETWORK = Limit("missing-address", uses=60, seconds=3600)

# Only a program that looks for a weak spot asks for these. The old addresses of uploaded files are none of them.
PROBE = re.compile(
    r"\.(?:php\d?|phtml|aspx?|ashx|jsp|cgi|pl|env|git|svn|sql|bak|old|ini|log|ya?ml|json|sh|zip|rar|7z|gz|tgz|tar|"
    r"key|pem|conf|config|map|js|css|woff2?|ico)(?:$|[/~.])"
    r"|/\.|//|^/(?:cgi-bin|xmlrpc|phpmyadmin|pma|vendor|actuator|owa|autodiscover|solr|_next|_ignition)\b"
    r"|/wp-(?!content/uploads/)|^/(?:apple-touch-icon|(?:app-)?ads\.txt)",
    re.IGNORECASE,
)
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
# Every signature, reset token and session key has a colon, or a long run that mixes letters and digits. The words of a
# title have hyphens between them.
LONG_RUN = re.compile(r"[a-z0-9]{16,}", re.IGNORECASE)
MIXED = re.compile(r"\d[a-z]|[a-z]\d", re.IGNORECASE)
# What follows these words lets somebody in. It may be a run of letters like any word.
KEY = re.compile(
    r"(?<![a-z])(?:reset|token|verify|confirm|activate|invite|invitation|unsubscribe|magic|signin|login|session|auth)"
    r"(?![a-z])[^/]*/(?:[^/]*/)*?[a-z0-9_=.]{8,}(?:/|$)",
    re.IGNORECASE,
)

_private: set[str] = set()


def register_private(prefix: str) -> None:
    """Keep addresses with this first part out of the log. Call it in ``AppConfig.ready()``."""
    _private.add(prefix.strip("/").lower())


for own in ("account", "admin", "_util", settings.STATIC_URL, settings.MEDIA_URL):
    register_private(own)


def record_when_sent(request: HttpRequest, response: HttpResponse) -> None:
    """Count a visit to a missing address after the answer has gone out: no visitor waits for it."""
    # A browser that renders a page ahead has no visitor yet.
    is_visit = request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", "")
    if is_visit and (path := clean_path(request.path_info)) and not gets_a_slash(request):
        referrer = limit_referrer(request)
        # Django calls these when the whole answer is sent, as it does to close files.
        response._resource_closers.append(lambda: record_safely(request, path, referrer))


def record_safely(request: HttpRequest, path: str, referrer: str) -> None:
    def count() -> None:
        if take(ADDRESSES_PER_NETWORK, request.network):
            record(path, referrer, site_context(request).profile.today(timezone.now()))

    record_without_waiting("A missing address", count)


def record(path: str, referrer: str, day: date) -> None:
    """Count one visit. A page of ours that links there is worth more than the name of another site."""
    row = MissingAddress.objects.filter(path=path)
    known = row.values_list("referrer", flat=True).first()
    if known is None:
        make_room()
        fresh = MissingAddress(path=path, first_day=day, last_day=day)
        MissingAddress.objects.bulk_create([fresh], ignore_conflicts=True)
    changes: dict[str, Any] = {"times": F("times") + 1, "last_day": day, "state": reopened(day)}
    if referrer and (referrer.startswith("/") or not (known or "").startswith("/")):
        changes["referrer"] = referrer
    row.update(**changes)


def make_room() -> None:
    """Delete the rarest and oldest rows if there are too many. What an editor ignored goes last."""
    if MissingAddress.objects.count() >= MAX_ROWS:
        rarest = MissingAddress.objects.exclude(state=State.IGNORED).order_by("times", "last_day", "pk")
        keys = list(rarest.values_list("pk", flat=True)[:DROPPED_AT_ONCE])
        oldest = MissingAddress.objects.order_by("times", "last_day", "pk").values_list("pk", flat=True)
        MissingAddress.objects.filter(pk__in=keys or list(oldest[:DROPPED_AT_ONCE])).delete()


def purge() -> None:
    """Delete what nobody has asked for in 13 months."""
    MissingAddress.objects.filter(last_day__lt=timezone.now().date() - KEPT).delete()


def gets_a_slash(request: HttpRequest) -> bool:
    """Return whether Django will redirect to the same address with a slash, which is then asked for."""
    path = request.path_info
    return settings.APPEND_SLASH and not path.endswith("/") and is_valid_path(f"{path}/")


def clean_path(path: str) -> str:
    """Return the address as it is kept, or an empty text if it is left out."""
    path = to_read(path)
    parts = {part.strip().lower() for part in path.split("/")}
    if not path.strip("/") or not parts.isdisjoint(_private) or PROBE.search(path) or looks_secret(path):
        return ""
    return redact_path(path)[:MAX_PATH]


def looks_secret(path: str) -> bool:
    is_key = ":" in path or UUID.search(path) or KEY.search(path)
    return bool(is_key) or any(map(MIXED.search, LONG_RUN.findall(path)))


def limit_referrer(request: HttpRequest) -> str:
    """Return the path of our own page that a visitor came from, or the host of another site."""
    try:
        parts = urlsplit(request.headers.get("Referer", ""))
        host = (parts.hostname or "").lower()
        own = (urlsplit(f"//{request.get_host()}").hostname or "").lower()
    except (ValueError, DisallowedHost):
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    if host != own:
        return one_line(host)[:MAX_PATH]
    return clean_path(parts.path) if parts.path.strip("/") else "/"


def list_open() -> QuerySet[MissingAddress]:
    """Return the missing addresses that nobody has dealt with, those that most visitors asked for first."""
    return MissingAddress.objects.filter(state=State.OPEN).order_by("-times", "-last_day", "path")
