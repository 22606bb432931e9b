"""Store one content version, which is part of the keys of cached entries.

The version is in the database, since a cache may be away, full or slow while an editor publishes: then the old entries
would be shown again.

Publishing, moving or deleting a page, or saving a snippet, a picture or a setting, makes a new version after the
commit: the next visitor sees the change, and nothing asks for the old entries again. Requests of patients change
nothing here: only models that an app registers count as content. A new release starts with a new version.
"""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache as cached
from pathlib import Path
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest

CACHE_SECONDS = 3600  # seconds that an entry stays cached; also the longest that a change missed here can go unseen

IN_ENVIRON = "clinic.version"
# What pages and their headers take from the environment.
SHOWN_SETTINGS = (
    *("DEBUG", "LANGUAGE_CODE", "MEDIA_URL", "STATIC_URL", "TIME_ZONE", "WAGTAIL_SITE_NAME", "WAGTAILADMIN_BASE_URL"),
    *("SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD", "SESSION_COOKIE_NAME"),
)

T = TypeVar("T")
_built: dict[str, tuple[str, float, Any]] = {}

PROCESS_SECONDS = 300  # seconds that a process uses what it built

_pending = threading.local()  # connections belong to one thread, so their transactions do too
_owed = threading.Event()  # the database refused a renewal after its commit: the next request tries again


class ContentVersion(models.Model):
    """Store the version of all content, in one row."""

    token = models.CharField(max_length=12)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.token


@cached
def release() -> str:
    """Return a digest of the code, the templates, the styles, the scripts and the settings that pages show.

    Cached entries hold pickled objects and HTML, which another release may not read.
    """
    shown = [getattr(settings, name, None) for name in SHOWN_SETTINGS]
    digest = hashlib.sha256(repr([*shown, settings.S3.get("public_origin")]).encode())
    for app in apps.get_app_configs():
        if Path(app.path).parent == settings.BASE_DIR:
            for path in sorted(
                path for kind in ("*.py", "*.html", "*.css", "*.js") for path in Path(app.path).rglob(kind)
            ):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def content_version() -> str:
    if _owed.is_set() and not connection.in_atomic_block:
        with suppress(DatabaseError):  # a page that is old is better than none
            _renew_or_owe()
    # Each request asks, so it is asked without the objects that make a query: that takes a fifth of the time.
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM clinic_contentversion")
        row = cursor.fetchone()
    return f"{release()}:{row[0] if row else ''}"


def version_for(request) -> str:
    """Return the version at the start of the request."""
    return version_in(request.META)


def version_in(environ: dict[str, Any]) -> str:
    """Return the version at the start of the request with these WSGI variables."""
    if IN_ENVIRON not in environ:
        environ[IN_ENVIRON] = content_version()
    return environ[IN_ENVIRON]


def once_a_version(request: HttpRequest, name: str, build: Callable[[], T]) -> T:
    """Return what ``build`` returned in this process for this version, some minutes ago. Nobody may change it."""
    if connection.in_atomic_block:  # what a transaction has changed belongs to no version yet
        return build()
    version, now = version_for(request), time.monotonic()
    found = _built.get(name)
    if found is None or found[0] != version or found[1] < now:
        found = _built[name] = (version, now + PROCESS_SECONDS, build())
    return found[2]


def renew() -> None:
    """Write a new version in one statement, and without signals."""
    row = ContentVersion(pk=1, token=secrets.token_hex(6))
    ContentVersion.objects.bulk_create([row], update_conflicts=True, unique_fields=["id"], update_fields=["token"])


def renew_on_commit(**kwargs) -> None:
    """Renew the version after the transaction, once for all its changes.

    What was committed is saved, so a failure here is logged only. The next request in this process tries again.
    """
    _pending.renewal = True
    transaction.on_commit(_renew_if_pending, robust=True)


def _renew_if_pending() -> None:
    if _pending.renewal:
        _pending.renewal = False
        _renew_or_owe()


def _renew_or_owe() -> None:
    """Renew the version. If the database refuses, one later request after the other tries again: it may wait long."""
    _owed.clear()  # before the attempt: another thread's, which fails meanwhile, stays owed
    try:
        renew()
    except DatabaseError:
        _owed.set()
        raise


def register_content(content_models: Iterable[type[models.Model]]) -> None:
    """Renew the version when a row of these models is saved or deleted.

    Call it in ``AppConfig.ready()``.
    """
    for model in content_models:
        for signal in (post_save, post_delete):
            signal.connect(renew_on_commit, sender=model, dispatch_uid="clinic.content_version")
