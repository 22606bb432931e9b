"""Decide when a check runs, and let the worker run it in slices of a second, between its other jobs."""

import time
from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from clinic.site.models import ClinicProfile

from .checking import check_site
from .models import SiteCheck

SLICE = 1.0  # seconds
NIGHT = range(2, 5)  # hours of the clinic's clock
EVERY = timedelta(hours=20)

_running: list[Iterator[None]] = []


def request_check() -> SiteCheck:
    """Return the check that waits or runs, or a new one."""
    return find_waiting() or SiteCheck.objects.create()


def find_waiting() -> SiteCheck | None:
    return SiteCheck.objects.filter(finished_at=None).order_by("-pk").first()


def get_last() -> SiteCheck | None:
    return SiteCheck.objects.filter(finished_at__isnull=False).order_by("-finished_at").first()


def find_due() -> SiteCheck | None:
    """Return the check to run now: one that somebody asked for, or the one of the night."""
    if waiting := find_waiting():
        return waiting
    profile = ClinicProfile.objects.filter(site__is_default_site=True).first()
    now, last = timezone.now(), get_last()
    is_night = profile is not None and now.astimezone(profile.zone).hour in NIGHT
    return SiteCheck.objects.create() if is_night and (last is None or last.finished_at < now - EVERY) else None


def work() -> bool:
    """Work about a second at the check that is due. Return whether there is more to do.

    A worker that was stopped begins the check again.
    """
    if not _running:
        run = find_due()
        if run is None:
            return False
        _running.append(check_site(run))
    end = time.monotonic() + SLICE
    try:
        for _step in _running[0]:
            if time.monotonic() > end:
                return True
    except Exception:
        _running.clear()
        SiteCheck.objects.filter(finished_at=None).delete()  # it would fail again and again; the next night tries again
        raise
    _running.clear()
    return False
