"""What must be true of appointments, closures and their cells at any time, computed from the stored rows alone.

It counts quarter hours by itself: a mistake in ``bookings.availability`` would not hide here.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from bookings.models import Appointment, AppointmentState, Closure, ConsultationSettings, Hold

QUARTER = 15 * 60
LIVE = {"held", "booked"}


def check() -> list[str]:
    """Every broken rule in words; none when all is well. Visits count with the pause that the settings say now."""
    pause = _pause()
    visits = list(Appointment.objects.order_by("lane", "starts_at", "pk"))
    holds = list(Hold.objects.all())
    return [
        *_doubled(holds),
        *_ownerless(holds),
        *_wrong_cells_of_visits(visits, holds, pause),
        *_wrong_cells_of_closures(holds),
        *_overlaps([visit for visit in visits if visit.state in LIVE], pause),
        *_two_at_once(visits),
    ]


def overlaps() -> list[str]:
    """Only this: two live visits in one lane at the same time."""
    return list(_overlaps(list(Appointment.objects.filter(state__in=LIVE).order_by("lane", "starts_at")), _pause()))


def quarters(start: datetime, end: datetime) -> list[datetime]:
    """Each quarter hour (UTC) that has a part of the time from ``start`` until ``end``."""
    first = int(start.timestamp()) // QUARTER
    last = -(-int(end.timestamp()) // QUARTER)
    return [datetime.fromtimestamp(number * QUARTER, UTC) for number in range(first, last)]


def _pause() -> timedelta:
    settings = ConsultationSettings.objects.first()
    return timedelta(minutes=settings.buffer_minutes if settings else 0)


def _doubled(holds: list[Hold]) -> Iterator[str]:
    for (lane, at), count in Counter((hold.lane_id, hold.at) for hold in holds).items():
        if count > 1:
            yield f"lane {lane} is taken {count} times at {at:%Y-%m-%d %H:%M}"


def _ownerless(holds: list[Hold]) -> Iterator[str]:
    for hold in holds:
        if (hold.appointment_id is None) == (hold.closure_id is None):
            yield f"hold {hold.pk} does not have exactly one owner"


def _wrong_cells_of_visits(visits: list[Appointment], holds: list[Hold], pause: timedelta) -> Iterator[str]:
    for visit in visits:
        found = sorted((h.lane_id, h.at, str(h.expires_at)) for h in holds if h.appointment_id == visit.pk)
        expires_at = str(visit.held_until if visit.state == AppointmentState.HELD else None)
        wanted = quarters(visit.starts_at, visit.ends_at + pause) if visit.state in LIVE else []
        if found != [(visit.lane_id, at, expires_at) for at in wanted]:
            yield f"appointment {visit.pk} ({visit.state}, {visit.starts_at:%m-%d %H:%M}) has the cells {found}"


def _wrong_cells_of_closures(holds: list[Hold]) -> Iterator[str]:
    for closure in Closure.objects.all():
        found = sorted((h.lane_id, h.at, h.expires_at) for h in holds if h.closure_id == closure.pk)
        if found != [(closure.lane_id, at, None) for at in quarters(closure.starts_at, closure.ends_at)]:
            yield f"closure {closure.pk} has the cells {found}"


def _overlaps(live: list[Appointment], pause: timedelta) -> Iterator[str]:
    for one, next_one in pairwise(live):
        if one.lane_id == next_one.lane_id and next_one.starts_at < one.ends_at + pause:
            yield f"appointments {one.pk} and {next_one.pk} overlap in lane {one.lane_id}"


def _two_at_once(visits: list[Appointment]) -> Iterator[str]:
    for case, count in Counter(visit.case_id for visit in visits if visit.state in LIVE).items():
        if count > 1:
            yield f"case {case} has {count} live appointments"
