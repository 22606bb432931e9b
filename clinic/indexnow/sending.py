"""Send queued addresses to the search engines that take part in IndexNow. The worker calls it.

The protocol: https://www.indexnow.org/documentation. One request tells all of them.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import NamedTuple
from urllib.parse import urlsplit

import requests
from django.apps import apps
from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from clinic.caching.version import release

from .models import IndexNow, IndexNowLog, QueuedAddress

MAX_BATCH = 10_000  # addresses in a request, says the protocol
TIMEOUT = (3, 10)  # seconds to connect and to read
LEASE = timedelta(minutes=5)  # longer than a request can take
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 1440))
MAX_ATTEMPTS = len(BACK_OFF) + 1
MAX_RETRY_AFTER = timedelta(days=1)

logger = logging.getLogger(__name__)


class Answer(NamedTuple):
    """Hold what became of a request. ``error`` is empty if the addresses were taken."""

    error: str = ""
    is_final: bool = False
    wait: timedelta | None = None


def send_due() -> bool:
    """Send one batch for each site that has a key. Return whether there may be more."""
    now = timezone.now()
    key_of = {setting.site.root_url: setting.key for setting in IndexNow.objects.exclude(key="").select_related("site")}
    if not key_of:
        if QueuedAddress.objects.exists():
            QueuedAddress.objects.all().delete()
        return False
    drop_strangers(key_of)
    # No wait is longer: these were queued before the clock was set back.
    QueuedAddress.objects.filter(due_at__gt=now + MAX_RETRY_AFTER + LEASE).update(due_at=now)
    more = [send_batch(root, key, now) for root, key in key_of.items()]
    return any(more)


def drop_strangers(roots: Iterable[str]) -> None:
    """Delete the addresses of sites that have no key, and those from before the address of a site was changed."""
    of_sites = reduce(or_, (Q(url__startswith=f"{root}/") for root in roots))
    QueuedAddress.objects.exclude(of_sites).delete()


def send_batch(root: str, key: str, now: datetime) -> bool:
    of_site = QueuedAddress.objects.filter(url__startswith=f"{root}/")
    due = of_site.filter(due_at__lte=now).order_by("due_at", "pk").values_list("pk", flat=True)
    keys = list(due[:MAX_BATCH])
    if not keys:
        return False
    # A worker that claims the same addresses at once gets those that are left.
    until = now + LEASE
    QueuedAddress.objects.filter(pk__in=keys, due_at__lte=now).update(due_at=until, attempts=F("attempts") + 1)
    claimed = of_site.filter(due_at=until)
    drop_untold(claimed)
    rows = list(claimed)
    if not rows:
        return True
    answer = post(root, key, [row.url for row in rows])
    if not answer.error:
        finish(claimed, now)
        IndexNowLog.objects.update_or_create(pk=1, defaults={"sent_at": now, "sent_count": len(rows), "error": ""})
        return True
    attempts = max(row.attempts for row in rows)
    is_over = answer.is_final or attempts >= MAX_ATTEMPTS
    error = (
        answer.error if not is_over else _("%(error)s These addresses are not sent again.") % {"error": answer.error}
    )
    IndexNowLog.objects.update_or_create(pk=1, defaults={"error": error[:300], "failed_at": now})
    logger.warning("IndexNow: %s addresses were not sent, attempt %s: %s", len(rows), attempts, answer.error)
    if is_over:
        finish(claimed, now)
    else:
        later = now + (answer.wait or BACK_OFF[attempts - 1])
        claimed.update(due_at=later)
        of_site.filter(due_at__lt=later).update(due_at=later)  # all wait, also those that were queued meanwhile
    return False


def drop_untold(claimed) -> None:
    """Delete the addresses of live pages that are private or hidden by now."""
    live = set(
        Page.objects.live().filter(pk__in=claimed.exclude(page=None).values("page")).values_list("pk", flat=True)
    )
    told = set(Page.objects.live().public().filter(pk__in=live).values_list("pk", flat=True))
    for model in apps.get_models():
        if issubclass(model, Page) and any(field.name == "noindex" for field in model._meta.fields):
            told -= set(model.objects.filter(pk__in=told, noindex=True).values_list("pk", flat=True))
    claimed.filter(page__in=live - told).delete()


def finish(claimed, now: datetime) -> None:
    """Delete what was sent. What has changed since then is sent again."""
    claimed.filter(queued_at__lte=now).delete()
    claimed.update(due_at=now, attempts=0)


def post(root: str, key: str, urls: list[str]) -> Answer:
    content = {"host": urlsplit(root).netloc, "key": key, "keyLocation": f"{root}/{key}.txt", "urlList": urls}
    try:
        response = requests.post(
            settings.INDEXNOW_URL,
            json=content,
            headers={"User-Agent": f"clinic-site/{release()}"},
            timeout=TIMEOUT,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        kind = type(error).__name__
        return Answer(_("The search engine did not answer (%(kind)s).") % {"kind": kind})
    return read_answer(response.status_code, response.headers.get("Retry-After", ""))


def read_answer(status: int, retry_after: str = "") -> Answer:
    if status in (200, 202):
        return Answer()
    if status == 400:
        return Answer(_("The search engine could not read the request (400)."), is_final=True)
    if status == 403:
        return Answer(_("The search engine did not find the key at this site (403)."))
    if status == 422:
        return Answer(_("The search engine says that the addresses do not belong to this site (422)."), is_final=True)
    if status == 429:
        seconds = int(retry_after) if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 9 else 0
        wait = min(timedelta(seconds=seconds), MAX_RETRY_AFTER) if seconds else None
        return Answer(_("The search engine asks to wait (429)."), wait=wait)
    return Answer(_("The search engine answered with an error (%(status)s).") % {"status": status})
