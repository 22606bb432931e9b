"""Offer earlier times that have become free to patients."""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Site

from bookings.messaging import preconditions
from bookings.models import (
    Appointment,
    Case,
    ConsultationSettings,
    Event,
    EventKind,
    Message,
    MessageKind,
    MessageState,
    Status,
)
from bookings.scheduling.policy import BookingPolicy
from clinic.hours.schedule import MIDNIGHT, instant_of
from clinic.models import ClinicProfile

from .cases import lock_case
from .limits import WAITLIST_CHANGES, take_change
from .slots import find_resources, get_booking_policy
from .transitions import BookingError

MAX_NOTIFIED = 5  # For one time, since only one patient can have it.

logger = logging.getLogger(__name__)


@transaction.atomic
def set_waitlist(case_id: int, on_waitlist: bool) -> Case:
    """Put the case on the waitlist or take it off.

    Raise BookingError to join without a time of its own, or without the email address that the offers go to.
    """
    case = lock_case(case_id)
    if case.on_waitlist == on_waitlist:
        return case
    if on_waitlist and not case.appointments.live_at(timezone.now()).exists():
        raise BookingError(_("There is no longer a time to change."))
    if on_waitlist and not case.email:
        raise BookingError(_("We don’t have your email address. Please call us about an earlier time."))
    take_change(WAITLIST_CHANGES, case)
    case.on_waitlist = on_waitlist
    case.save(update_fields=["on_waitlist"])  # No new version: the desk has read nothing that is untrue now.
    Event.objects.record(case, EventKind.WAITLIST_JOINED if on_waitlist else EventKind.WAITLIST_LEFT)
    return case


def notify_waitlist(start: datetime, *, given_back_by: int | None = None) -> None:
    """Queue emails to the waitlist about a time (aware) that became free.

    An error here does not undo the change that freed the time.
    """
    try:
        with transaction.atomic():
            _queue_offers(start, given_back_by)
    except (OperationalError, InterfaceError):  # the database is away, so the change is not saved either
        raise
    except Exception:
        logger.exception("The waitlist could not be told about a free time")


def _queue_offers(start: datetime, given_back_by: int | None) -> None:
    """Queue the emails.

    They go to patients whose own time is later. The caller's transaction holds the resources, so no patient is told
    twice. Other cases are only read here, never locked. Whether the time is still free is checked right before the
    email is sent.
    """
    now = timezone.now()
    policy = get_booking_policy()
    # Patients cannot move to a time inside the cut-off.
    if policy is None or start < now + policy.change_until:
        return
    waiting = (
        Appointment.objects.live_at(now)
        .filter(Q(case__on_waitlist=True) & ~Q(case__email=""), starts_at__gt=start)
        .exclude(case__status__in=[Status.CLOSED, Status.QUARANTINED])
        .exclude(case=given_back_by)
    )
    site = Site.objects.filter(is_default_site=True).first() if waiting.exists() else None
    if site is None:
        return
    clinic, settings = ClinicProfile.for_site(site), ConsultationSettings.for_site(site)
    today = clinic.today(now)
    # A dropped email was not sent, so the patient may still be told today, but not of the same time again.
    told_today = Message.objects.filter(
        ~Q(state=MessageState.DROPPED) | Q(starts_at=start),
        case=OuterRef("case"),
        kind=MessageKind.WAITLIST_OFFER,
        created_at__gte=instant_of(today, MIDNIGHT, clinic.zone),
    )
    may_change = waiting.filter(starts_at__gte=now + settings.change_until).exclude(Exists(told_today))
    in_order = may_change.select_related("case", "visit_type").order_by("case__created_at", "case__pk")
    for visit in islice(_find_fitting(in_order, start, policy, now), MAX_NOTIFIED):
        Message.objects.queue(
            MessageKind.WAITLIST_OFFER,
            visit.case,
            recipient=visit.case.email,
            appointment=visit,
            starts_at=start,
            key=f"{visit.case.reference}:{today}:{start:%Y-%m-%dT%H:%MZ}",
        )


def _find_fitting(
    visits: Iterable[Appointment], start: datetime, policy: BookingPolicy, now: datetime
) -> Iterator[Appointment]:
    """Yield the visits that could move to ``start``: a long one may not fit where a short one was."""
    is_free: dict[int, bool] = {}
    for visit in visits:
        own = policy.for_type(visit.visit_type)
        if visit.visit_type_id not in is_free:
            is_free[visit.visit_type_id] = bool(find_resources(own, start, now))
        # One that overlaps with the time fits by giving up its own.
        if is_free[visit.visit_type_id] or find_resources(own, start, now, moving=visit):
            yield visit


@preconditions.register(MessageKind.WAITLIST_OFFER)
def can_still_take_it(message: Message, appointment: Appointment) -> bool:
    """Return whether the patient can still take the earlier time.

    They still want one, may still change their visit, and the time is free.
    """
    now, case = timezone.now(), appointment.case
    if message.starts_at is None or message.starts_at >= appointment.starts_at:
        return False
    if not case.on_waitlist or case.status == Status.CLOSED:
        return False
    policy = get_booking_policy()
    if (
        policy is None
        or message.starts_at < now + policy.change_until
        or not appointment.can_be_changed(policy.change_until, now)
    ):
        return False
    policy = policy.for_type(appointment.visit_type)
    return bool(find_resources(policy, message.starts_at, now, moving=appointment))
