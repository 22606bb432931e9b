"""Answer while the database is away, from what was last known of the site."""

import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clinic.caching.version import IN_ENVIRON
from clinic.media.away import StorageAwayError
from clinic.models import ClinicProfile

from .context import SiteContext, get_last_known

# The server is gone, the disk is full or read-only, a lock was not free. Other errors are mistakes in the code.
# Pages are shown without the pictures of a storage that is away, but an upload or a document needs it.
OUTAGES = (OperationalError, InterfaceError, InternalError, StorageAwayError)
RETRY_AFTER = 30  # seconds


def is_outage() -> bool:
    """Return whether the exception in hand means that the database is away, or the storage of the media."""
    return isinstance(sys.exc_info()[1], OUTAGES)


def render_without_database(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render a page of the site without a query.

    Header, menu, hours and phone are those of the last page that worked.
    """
    request._site_context = get_last_known() or SiteContext(ClinicProfile(name=settings.WAGTAIL_SITE_NAME))
    request.META[IN_ENVIRON] = "last-known"
    request.user = AnonymousUser()  # who is logged in stands in the database
    return render(request, template, {"noindex": True, **context}, status=status)
