"""What waits: requests for an answer, mails for their way out."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import Case, Message, MessageKind, MessageState, Status

# A mail leaves within seconds. Only one that has not is worth a mark.
GRACE = timedelta(minutes=5)
# Where nobody has given the opening hours, an answer is late from here on.
LONG = timedelta(hours=24)


class Backlog(NamedTuple):
    waiting: int
    oldest: datetime | None
    unsent: int
    quarantined: int


def backlog(now: datetime) -> Backlog:
    requests = waiting_cases().aggregate(waiting=Count("pk"), oldest=Min("created_at"))
    quarantined = Case.objects.filter(status=Status.QUARANTINED).count()
    return Backlog(**requests, unsent=unsent_messages(now).count(), quarantined=quarantined)


def waiting_cases() -> QuerySet[Case]:
    """Requests nobody has answered, the longest waiting first."""
    # Not by is_waiting: SQLite reads the whole table for a bare boolean, and its narrow index for the status.
    return Case.objects.filter(status=Status.NEW).order_by("created_at", "pk")


def unsent_messages(now: datetime) -> QuerySet[Message]:
    """Mails that were given up, failed at least once, or should have left by now."""
    unfinished = Q(state__in=[MessageState.QUEUED, MessageState.SENDING])
    # A reminder waits for its day: that is no delay. A claim puts the due date ahead, so its age counts, too.
    is_planned = Q(kind=MessageKind.REMINDER, due_at__gte=now - GRACE)
    delayed = ~Q(last_error="") | Q(created_at__lt=now - GRACE) & ~is_planned
    return Message.objects.filter(Q(state=MessageState.FAILED) | unfinished & delayed)


def age_in_words(since: datetime, now: datetime) -> str:
    """ "12 min", "5 h", "3 days": as much as a glance at a list needs."""
    age = now - since
    if age < timedelta(minutes=1):
        return _("just now")
    if age < timedelta(hours=1):
        return _("%(minutes)d min") % {"minutes": age.seconds // 60}
    if age < timedelta(days=2):
        return _("%(hours)d h") % {"hours": age // timedelta(hours=1)}
    return ngettext("%(days)d day", "%(days)d days", age.days) % {"days": age.days}
