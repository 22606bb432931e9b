"""Store one content version, which is part of the keys of cached entries.

Publishing, moving or deleting a page, or saving a snippet, a picture or a setting, makes a new version after the
commit: the next visitor sees the change, and nothing asks for the old entries again. Requests of patients change
nothing here: only models that an app registers count as content. A new release starts with a new version.

All processes must share the cache (a folder in ``var/`` by default; Redis with ``CACHE_URL``).
"""

import hashlib
import secrets
import threading
from collections.abc import Iterable
from functools import cache as cached
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import models, transaction
from django.db.models.signals import post_delete, post_save

CACHE_SECONDS = 3600  # seconds that an entry stays cached; also the longest that a change missed here can go unseen

_pending = threading.local()  # connections belong to one thread, so their transactions do too


@cached
def version_key() -> str:
    """Return the cache key of the version. It differs between releases.

    Cached entries hold pickled objects and HTML, which another release may not read.
    """
    digest = hashlib.sha256()
    for app in apps.get_app_configs():
        if Path(app.path).parent == settings.BASE_DIR:
            for path in sorted(path for kind in ("*.py", "*.html") for path in Path(app.path).rglob(kind)):
                digest.update(path.read_bytes())
    return f"content-version:{digest.hexdigest()[:12]}"


def new_version() -> str:
    return secrets.token_hex(6)


def content_version() -> str:
    return cache.get_or_set(version_key(), new_version, None)


def version_for(request) -> str:
    """Return the version at the start of the request."""
    if not hasattr(request, "_clinic_version"):
        request._clinic_version = content_version()
    return request._clinic_version


def renew() -> None:
    cache.set(version_key(), new_version(), None)


def renew_on_commit(**kwargs) -> None:
    """Renew the version after the transaction, once for all its changes."""
    _pending.renewal = True
    transaction.on_commit(_renew_if_pending)


def _renew_if_pending() -> None:
    if _pending.renewal:
        _pending.renewal = False
        renew()


def register_content(content_models: Iterable[type[models.Model]]) -> None:
    """Renew the version when a row of these models is saved or deleted.

    Call it in ``AppConfig.ready()``.
    """
    for model in content_models:
        for signal in (post_save, post_delete):
            signal.connect(renew_on_commit, sender=model, dispatch_uid="clinic.content_version")
