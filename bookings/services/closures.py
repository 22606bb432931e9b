"""Times in which a room or a person takes no visit."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.availability import cells_between
from bookings.models import Appointment, Closure, Hold
from bookings.transitions import BookingError

from .appointments import default_calendar, free_times, lapse, lock_lanes
from .earlier import tell_of_earlier

LONGEST = timedelta(days=92)


class VisitsInTheWay(BookingError):
    """Visits are booked or kept in that time: they have to be moved first."""

    def __init__(self, appointments: Sequence[Appointment]):
        super().__init__(_("There are visits in this time. Move or cancel them first."))
        self.appointments = appointments


@transaction.atomic
def close_time(
    lane_ids: Sequence[int], start: datetime, end: datetime, *, actor: AbstractBaseUser, reason: str = ""
) -> list[Closure]:
    """Take a time of these lanes away, from ``start`` until ``end`` (aware). All of them or, with an error, none."""
    # Two times of one zone would be compared by what the clock reads, which may come twice.
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if not start < end:
        raise BookingError(_("It ends before it starts."))
    if end - start > LONGEST:
        raise BookingError(_("Close three months at the most. For longer, switch the room off."))
    lanes = [lane for lane in lock_lanes() if lane.pk in set(lane_ids)]
    if not lanes:
        raise BookingError(_("Choose at least one room."))
    lapse(timezone.now())
    cells = cells_between(start, end)
    _refuse_visits([lane.pk for lane in lanes], cells)
    closures = [Closure(lane=lane, starts_at=start, ends_at=end, reason=reason, created_by=actor) for lane in lanes]
    try:
        with transaction.atomic():
            for closure in closures:
                closure.save()
                Hold.objects.bulk_create(Hold(lane=closure.lane, at=at, closure=closure) for at in cells)
    except IntegrityError as error:
        raise BookingError(
            _("Part of this time is closed already. Open that first, or choose another time.")
        ) from error
    return closures


def _refuse_visits(lane_ids: Sequence[int], cells: Sequence[datetime]) -> None:
    in_the_way = Appointment.objects.live().filter(
        holds__lane__in=lane_ids, holds__at__gte=cells[0], holds__at__lte=cells[-1]
    )
    if found := list(in_the_way.select_related("case").distinct()):
        raise VisitsInTheWay(found)


@transaction.atomic
def open_time(closure_id: int) -> None:
    """Give a closed time back. One that is open already is no error."""
    lock_lanes()
    closure = Closure.objects.filter(pk=closure_id).first()
    if closure is None:
        return
    closure.delete()
    if start := _first_on_offer(closure, timezone.now()):
        tell_of_earlier(start)


def _first_on_offer(closure: Closure, now: datetime) -> datetime | None:
    """Of the time that was closed. One is told of: who is written to finds the others beside it."""
    calendar = default_calendar()
    if calendar is None or closure.ends_at <= now:
        return None
    free = (start for start in free_times(calendar, now) if closure.lane_id in start.lanes)
    return next((start.at for start in free if closure.starts_at <= start.at < closure.ends_at), None)
