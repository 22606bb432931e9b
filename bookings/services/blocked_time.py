"""Block times in which a room or a practitioner takes no visit, and unblock them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import Appointment, BlockedTime, Slot
from bookings.scheduling.availability import slots_between

from .appointments import expire
from .slots import free_starts, get_booking_policy, lock_resources
from .transitions import BookingError
from .waitlist import notify_waitlist

MAX_BLOCKED = timedelta(days=92)


class VisitsInTheWayError(BookingError):
    """Refuse to block a time that has visits, listed in ``appointments``."""

    def __init__(self, appointments: Sequence[Appointment]):
        super().__init__(_("There are visits during this time. Move or cancel them first."))
        self.appointments = appointments


@transaction.atomic
def block_time(
    resource_ids: Sequence[int], start: datetime, end: datetime, *, actor: User, reason: str = ""
) -> list[BlockedTime]:
    """Block all these resources from ``start`` until ``end`` (aware).

    Raise BookingError, and block none, if one of them cannot be blocked.
    """
    # Python compares two times of one zone by what the clock reads, which may come twice.
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if not start < end:
        raise BookingError(_("It ends before it starts."))
    if end - start > MAX_BLOCKED:
        raise BookingError(_("Block at most three months. For longer, switch the room off."))
    resources = [resource for resource in lock_resources() if resource.pk in set(resource_ids)]
    if not resources:
        raise BookingError(_("Choose at least one room."))
    expire(timezone.now())
    slots = slots_between(start, end)
    in_the_way = Appointment.objects.filter(
        slots__resource__in=resources, slots__at__gte=slots[0], slots__at__lte=slots[-1]
    )
    if found := list(in_the_way.select_related("case").distinct()):
        raise VisitsInTheWayError(found)
    blocked = [
        BlockedTime(resource=resource, starts_at=start, ends_at=end, reason=reason, created_by=actor)
        for resource in resources
    ]
    try:
        with transaction.atomic():
            for one in blocked:
                one.save()
                Slot.objects.bulk_create(Slot(resource=one.resource, at=at, blocked_time=one) for at in slots)
    except IntegrityError as error:
        raise BookingError(
            _("Part of this time is already blocked. Unblock that first, or choose another time.")
        ) from error
    return blocked


@transaction.atomic
def unblock_time(blocked_time_id: int) -> None:
    """Unblock a time and notify the waitlist.

    A time that is no longer blocked is not an error.
    """
    lock_resources()
    blocked = BlockedTime.objects.filter(pk=blocked_time_id).first()
    if blocked is None:
        return
    blocked.delete()
    policy, now = get_booking_policy(), timezone.now()
    if policy is None or blocked.ends_at <= now:
        return
    # One start is enough: the patient finds the others beside it.
    for free in free_starts(policy, now):
        is_inside = blocked.starts_at <= free.at < blocked.ends_at
        if is_inside and any(blocked.resource_id in of_kind for of_kind in free.resources):
            notify_waitlist(free.at)
            break
