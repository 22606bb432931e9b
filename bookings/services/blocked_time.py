"""Block times in which a room or a practitioner takes no visit, once or again and again, and unblock them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import Appointment, AppointmentState, BlockedTime, BlockedTimeRule, Slot, VisitType
from bookings.scheduling.availability import slots_between
from bookings.scheduling.policy import SLOT
from clinic.hours.schedule import DAY, MIDNIGHT, instant_of

from .appointments import expire
from .notifications import get_clinic_zone
from .slots import free_starts, get_booking_policy, give_to_blocked_times, lock_resources
from .transitions import BookingError
from .waitlist import notify_waitlist

# How far ahead the times of a rule are blocked. The worker goes on every day.
DAYS_AHEAD = 400
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
    now = timezone.now()
    expire(now)
    slots = slots_between(start, end)
    in_the_way = Appointment.objects.filter(
        slots__resource__in=resources, slots__at__gte=slots[0], slots__at__lte=slots[-1]
    )
    # Nobody can move a visit that is over, or that the patient missed. It keeps its slots.
    in_the_way = in_the_way.filter(ends_at__gt=now).exclude(state=AppointmentState.NO_SHOW)
    if found := list(in_the_way.select_related("case").distinct()):
        raise VisitsInTheWayError(found)
    # Only one that a rule made may overlap with others.
    by_hand = BlockedTime.objects.filter(rule=None, resource__in=resources)
    if by_hand.filter(starts_at__lt=slots[-1] + SLOT, ends_at__gt=slots[0]).exists():
        raise already_blocked()
    blocked = [
        BlockedTime(resource=resource, starts_at=start, ends_at=end, reason=reason, created_by=actor)
        for resource in resources
    ]
    try:
        with transaction.atomic():
            _save(blocked)
    except IntegrityError as error:
        raise already_blocked() from error
    return blocked


def already_blocked() -> BookingError:
    return BookingError(_("Part of this time is already blocked. Unblock that first, or choose another time."))


def _save(blocked: Collection[BlockedTime]) -> None:
    """Save blocked times, and take the free slots in them.

    A slot that a visit or another blocked time has stays with it. The resources are locked, and no hold is past its
    end.
    """
    if not blocked:
        return
    BlockedTime.objects.bulk_create(blocked)
    wanted = {
        (one.resource_id, at): one for one in reversed([*blocked]) for at in slots_between(one.starts_at, one.ends_at)
    }
    instants = [at for _resource, at in wanted]
    taken = Slot.objects.filter(resource__in={one.resource_id for one in blocked})
    taken = taken.filter(at__gte=min(instants), at__lte=max(instants))
    for slot in taken.values_list("resource", "at"):
        wanted.pop(slot, None)
    Slot.objects.bulk_create(
        Slot(resource_id=resource, at=at, blocked_time=one) for (resource, at), one in wanted.items()
    )


@transaction.atomic
def unblock_time(blocked_time_id: int) -> None:
    """Unblock a time and notify the waitlist.

    A time that is no longer blocked is not an error. One of a rule stays unblocked; its other days do not change.
    """
    lock_resources()
    if blocked := BlockedTime.objects.filter(pk=blocked_time_id).first():
        _unblock([blocked], timezone.now())


def _unblock(blocked: Collection[BlockedTime], now: datetime) -> None:
    """Delete blocked times, and notify the waitlist of one start in them for each type of visit that waits.

    One start is enough: the patient finds the others beside it. The resources are locked.
    """
    pks = [one.pk for one in blocked]
    freed = list(Slot.objects.filter(blocked_time__in=pks).values_list("resource", "at"))
    BlockedTime.objects.filter(pk__in=pks).delete()
    give_to_blocked_times(freed)
    policy = get_booking_policy()
    coming = [one for one in blocked if one.ends_at > now]
    if policy is None or not coming:
        return
    waiting = Appointment.objects.live_at(now).filter(case__on_waitlist=True)
    for visit_type in VisitType.objects.filter(appointments__in=waiting).distinct():
        for free in free_starts(policy.for_type(visit_type), now):
            resources = {pk for of_kind in free.resources for pk in of_kind}
            if any(one.starts_at <= free.at < one.ends_at and one.resource_id in resources for one in coming):
                notify_waitlist(free.at)
                break


# Again and again


@transaction.atomic
def add_block_rule(
    resource_ids: Collection[int],
    weekdays: Collection[int],
    starts: time,
    ends: time,
    first_day: date,
    *,
    actor: User,
    last_day: date | None = None,
    nth: int | None = None,
    reason: str = "",
) -> BlockedTimeRule:
    """Block a wall-clock time again and again, and return the rule.

    With ``nth`` it is blocked only on that one of the weekdays in each month. Visits in the way keep their slots:
    ``find_visits_in_the_way`` lists them. Raise BookingError for a rule that blocks no time.
    """
    resources = [resource for resource in lock_resources() if resource.pk in set(resource_ids)]
    if not resources:
        raise BookingError(_("Choose at least one room."))
    if not weekdays:
        raise BookingError(_("Choose at least one day of the week."))
    if last_day and last_day < first_day:
        raise BookingError(_("The last day is before the first."))
    if ends <= starts and ends != MIDNIGHT:
        raise BookingError(_("It ends before it starts."))
    now = timezone.now()
    expire(now)
    rule = BlockedTimeRule.objects.create(
        weekdays=sorted(weekdays),
        nth=nth,
        starts=starts,
        ends=ends,
        first_day=first_day,
        last_day=last_day,
        reason=reason,
        created_by=actor,
    )
    rule.resources.set(resources)
    _extend(rule, now)
    return rule


@transaction.atomic
def end_block_rule(rule_id: int) -> None:
    """End a rule: free its coming times and notify the waitlist.

    What is over, or has begun, stays. A rule that has ended is not an error.
    """
    lock_resources()
    now = timezone.now()
    today = now.astimezone(get_clinic_zone()).date()
    rule = BlockedTimeRule.objects.filter(pk=rule_id).first()
    if rule is None:
        return
    _unblock(rule.blocked_times.filter(starts_at__gt=now), now)
    if rule.blocked_times.exists():
        rule.last_day = min(rule.last_day or today, today)
        rule.save(update_fields=["last_day"])
    else:
        rule.delete()


@transaction.atomic
def extend_block_rules() -> int:
    """Block the times of all rules up to ``DAYS_AHEAD`` days ahead, and return how many it blocked."""
    now = timezone.now()
    lock_resources()
    expire(now)
    return sum(_extend(rule, now) for rule in BlockedTimeRule.objects.order_by("pk"))


def _extend(rule: BlockedTimeRule, now: datetime) -> int:
    """Block the times of a rule after ``made_until``, and return how many.

    A time that was unblocked since stays so. The resources are locked.
    """
    zone = get_clinic_zone()
    today = now.astimezone(zone).date()
    first, last = max(today, rule.first_day), today + DAYS_AHEAD * DAY
    if rule.made_until:
        first = max(first, rule.made_until + DAY)
    if first > last:
        return 0
    blocked = []
    resources = list(rule.resources.all())
    for day in (first + n * DAY for n in range((last - first).days + 1)):
        starts_at = instant_of(day, rule.starts, zone)
        ends_at = instant_of(day + DAY if rule.ends == MIDNIGHT else day, rule.ends, zone)
        # In a night of daylight saving, the clocks may skip the whole time.
        if rule.is_on(day) and starts_at < ends_at:
            blocked += [
                BlockedTime(
                    rule=rule,
                    resource=resource,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    reason=rule.reason,
                    created_by_id=rule.created_by_id,
                )
                for resource in resources
            ]
    _save(blocked)
    rule.made_until = last
    rule.save(update_fields=["made_until"])
    return len(blocked)


def find_visits_in_the_way(rules: Iterable[BlockedTimeRule], now: datetime) -> dict[int, list[Appointment]]:
    """Return the coming visits in the blocked times of these rules, by the key of the rule."""
    found = {}
    for rule in rules:
        blocked = rule.blocked_times.filter(
            resource=OuterRef("resource"), starts_at__lt=OuterRef("at") + SLOT, ends_at__gt=OuterRef("at")
        )
        inside = Slot.objects.filter(Exists(blocked), at__gte=now, appointment__in=Appointment.objects.live_at(now))
        visits = Appointment.objects.filter(pk__in=inside.values("appointment"))
        found[rule.pk] = list(visits.select_related("case"))
    return found
