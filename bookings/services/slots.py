"""Take and free slots.

Every writer of slots locks all resources first, so two writers never work at once. PostgreSQL locks the rows of the
resources, SQLite the whole transaction. Resources are always locked before cases, to prevent deadlocks. If a writer
forgets the lock, ``unique(resource, at)`` still refuses the second visit.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from wagtail.models import Site

from bookings.contact_details import fold
from bookings.models import (
    Appointment,
    AppointmentState,
    BlockedTime,
    Case,
    ConsultationSettings,
    Resource,
    Slot,
    VisitType,
)
from bookings.scheduling import availability
from bookings.scheduling.availability import FreeStart, slots_of
from bookings.scheduling.policy import SLOT, BookingPolicy
from clinic.hours.schedule import DAY
from clinic.models import ClinicProfile, OpeningHours

from .limits import may_hold
from .transitions import BookingError

NEAREST = 3
# A family writes from one address or phone: each of so many people may have a time.
MAX_HOLDS = 3


class TimeTakenError(BookingError):
    """Report that a time is not free.

    ``nearest`` are the free starts (UTC) around it.
    """

    def __init__(self, message: str, nearest: Collection[datetime] = ()):
        super().__init__(message)
        self.nearest = tuple(nearest)


class Obstacle(NamedTuple):
    """Name what speaks against a time: "closed", or "blocked" with a reason."""

    kind: str
    reason: str = ""


class UnusualTimeError(BookingError):
    """Ask before a visit is booked while the clinic is closed or in a blocked time."""

    def __init__(self, start: datetime, obstacles: Collection[Obstacle]):
        super().__init__(_("This time is not open for visits."))
        self.start, self.obstacles = start, tuple(obstacles)


def get_booking_policy(site: Site | None = None) -> BookingPolicy | None:
    """Return the booking policy of a site by the stored opening hours.

    Without ``site`` it is that of the default site.
    """
    site = site or Site.objects.filter(is_default_site=True).first()
    if site is None:
        return None
    schedule = OpeningHours.schedule_for(ClinicProfile.for_site(site))
    return BookingPolicy.build(ConsultationSettings.for_site(site), schedule, VisitType.get_default())


def free_starts(policy: BookingPolicy, now: datetime, moving: Appointment | None = None) -> Iterator[FreeStart]:
    """Yield every start on offer, in order.

    A page may be out of date a second later: only the writers decide.

    The slots of ``moving`` count as free.
    """
    taken = _taken(policy, now - DAY, now + (policy.rules.horizon_days + 2) * DAY, now, moving)
    return availability.free_starts(policy.schedule, policy.rules, taken, now)


def find_resources(
    policy: BookingPolicy, start: datetime, now: datetime, moving: Appointment | None = None, *, on_offer: bool = True
) -> list[int]:
    """Return one free resource of each kind that the visit needs, or [].

    Of several, those that ``moving`` has come first. Without ``on_offer`` hours, grid, notice and horizon do not count.
    """
    # With its pause a visit takes less than a day.
    taken = _taken(policy, start - DAY, start + DAY, now, moving)
    if on_offer:
        free = availability.resources_on_offer(start, policy.schedule, policy.rules, taken, now)
    else:
        free = availability.free_resources(start.astimezone(UTC), policy.rules, taken)
    own = set(moving.slots.values_list("resource", flat=True)) if moving and free else set()
    return [next((pk for pk in of_kind if pk in own), of_kind[0]) for of_kind in free]


def find_blocked(policy: BookingPolicy, start: datetime, now: datetime, moving: Appointment) -> list[BlockedTime]:
    """Return the blocked times in the way of a visit for which no resource is free."""
    own = moving if moving.pk else None
    taken = _taken(policy, start - DAY, start + DAY, now, own)
    needed = slots_of(start, policy.rules)
    resources = []
    for of_kind, without_blocked in zip(
        taken, _taken(policy, start - DAY, start + DAY, now, own, blocked=False), strict=True
    ):
        if not any(slots.isdisjoint(needed) for slots in of_kind.values()):
            resources += [pk for pk, slots in without_blocked.items() if slots.isdisjoint(needed)][:1]
    blocked = BlockedTime.objects.filter(slots__resource__in=resources, slots__at__in=needed)
    return list(blocked.distinct().order_by("starts_at", "pk"))


def find_obstacles(
    policy: BookingPolicy, start: datetime, now: datetime, blocked: Iterable[BlockedTime]
) -> list[Obstacle]:
    """Return what speaks against a time that the desk can still book.

    Other visits are no obstacle: nobody can book over them. Without opening hours, no time counts as closed.
    """
    found = []
    end = start + policy.rules.visit
    openings = policy.schedule.openings_between(start, end)
    is_open = any(opening.opens <= start and end <= opening.closes for opening in openings)
    if not is_open and policy.schedule.next_opening(now):
        found.append(Obstacle("closed"))
    return found + [Obstacle("blocked", one.reason) for one in blocked]


def make_room(policy: BookingPolicy, start: datetime, blocked: Iterable[BlockedTime]) -> None:
    """Take the slots that a visit needs from the blocked times in its way.

    The resources are locked. ``free_slots`` gives them back to the blocked time.
    """
    Slot.objects.filter(blocked_time__in=blocked, at__in=slots_of(start, policy.rules)).delete()


def free_slots(appointment: Appointment) -> None:
    """Free the slots of a visit, those in a blocked time for that blocked time.

    The resources are locked.
    """
    slots = list(appointment.slots.order_by("at"))
    if not slots:
        return
    appointment.slots.all().delete()
    around = BlockedTime.objects.filter(starts_at__lt=slots[-1].at + SLOT, ends_at__gt=slots[0].at)
    Slot.objects.bulk_create(
        Slot(resource_id=slot.resource_id, at=slot.at, blocked_time=blocked)
        for blocked in around
        for slot in slots
        if slot.resource_id == blocked.resource_id and blocked.starts_at < slot.at + SLOT and slot.at < blocked.ends_at
    )


def hold(
    case: Case,
    start: datetime,
    policy: BookingPolicy,
    now: datetime,
    *,
    on_offer: bool = True,
    has_one: bool = False,
) -> tuple[Appointment | None, dict[str, Any]]:
    """Hold a start until the desk has answered, and return the appointment.

    Raise TimeTakenError if it is not free and, ``on_offer``, offered. The resources are locked, and no hold is past its
    end.

    There is none if the same person or a large family holds times already, or if a limit is reached. A case that
    ``has_one`` gets another one instead. The second value is what the caller's event says about the time.
    """
    holder = None if has_one else find_holder(case.name, case.email, case.phone_e164, case.network, but=case)
    if holder or not may_hold(case, start, policy, now):
        reason = {"holder": holder.reference} if holder else {"over_limit": True}
        return None, {"starts_at": start, "not_held": True, **reason}
    answer_by = policy.answer_by(now)
    if answer_by is None:
        raise TimeTakenError(_("No time can be held right now."))
    resources = find_resources(policy, start, now, on_offer=on_offer)
    if not resources:
        raise time_taken(policy, start, now)
    appointment = Appointment(case=case, held_until=policy.hold_until(start, answer_by))
    place(appointment, start, resources, policy, now)
    return appointment, {"starts_at": start, "held": True}


def find_holder(name: str, email: str, phone_e164: str, network: str, but: Case | None = None) -> Case | None:
    """Return a case that stands in the way of another hold, or None.

    It is one of the same person, or one of ``MAX_HOLDS`` with this email or phone. Only requests of the same network
    count: else a stranger could try whose email or phone is a patient's.
    """
    same = Q(email__iexact=email) if email else Q()
    if phone_e164:
        same |= Q(phone_e164=phone_e164)
    if not same:
        return None
    holding = Case.objects.filter(same, network=network, appointments__state=AppointmentState.HELD).order_by("pk")
    cases = list(holding.exclude(pk=but.pk) if but else holding)
    if not cases:
        return None
    person = fold(name)
    own = next((case for case in cases if fold(case.name) == person), None)
    return own or (cases[0] if len(cases) >= MAX_HOLDS else None)


def time_taken(
    policy: BookingPolicy,
    start: datetime,
    now: datetime,
    moving: Appointment | None = None,
    earliest: datetime | None = None,
) -> TimeTakenError:
    """Return the error for a start that is taken, with the nearest free ones.

    None of them is before ``earliest`` (aware).
    """
    starts = (one for one in free_starts(policy, now, moving) if earliest is None or one.at >= earliest)
    free = availability.nearest(starts, start.astimezone(UTC), NEAREST)
    message = _("That time was just taken. Please choose another one.")
    return TimeTakenError(message, [one.at for one in free])


def cannot_hold() -> TimeTakenError:
    """Return the error for a start that is free, but not held for this patient.

    The words are the same for each reason, so that they tell a stranger nothing about others.
    """
    return TimeTakenError(_("We cannot hold that time for you here. Please choose another day, or call us."))


def lock_resources() -> list[Resource]:
    """Lock all resources in one order.

    Call it first in a transaction that writes slots.
    """
    return list(Resource.objects.select_for_update(no_key=True).order_by("pk"))


def place(
    appointment: Appointment, start: datetime, resource_ids: Collection[int], policy: BookingPolicy, now: datetime
) -> None:
    """Save the appointment at this start with its slots.

    Raise TimeTakenError if somebody else has one of them.

    The resources are locked.
    """
    if policy.visit_type_id is None:
        raise BookingError(_("Add a type of visit first, under Settings."))
    appointment.visit_type_id = policy.visit_type_id
    appointment.starts_at = start.astimezone(UTC)
    appointment.ends_at = appointment.starts_at + policy.rules.visit
    try:
        with transaction.atomic():
            appointment.save()
            free_slots(appointment)
            Slot.objects.bulk_create(
                Slot(resource_id=resource, at=at, appointment=appointment, expires_at=appointment.held_until)
                for resource in resource_ids
                for at in slots_of(start, policy.rules)
            )
    except IntegrityError as error:
        raise time_taken(policy, start, now) from error


def _taken(
    policy: BookingPolicy,
    since: datetime,
    until: datetime,
    now: datetime,
    moving: Appointment | None,
    *,
    blocked: bool = True,
) -> list[dict[int, set[datetime]]]:
    """Return the taken slots by resource, for each kind that a visit needs.

    One that has expired at ``now`` is free. So are those of blocked times, without ``blocked``.
    """
    by_kind: dict[str, dict[int, set[datetime]]] = {kind: {} for kind in policy.rules.needs}
    by_resource: dict[int, set[datetime]] = {}
    for pk, kind in Resource.objects.filter(is_active=True, kind__in=by_kind).values_list("pk", "kind"):
        by_kind[kind][pk] = by_resource[pk] = set()
    slots = Slot.objects.filter(resource__in=list(by_resource), at__gte=since, at__lt=until)
    slots = slots.exclude(expires_at__lte=now)
    if not blocked:
        slots = slots.filter(blocked_time=None)
    if moving:
        slots = slots.exclude(appointment=moving)
    for resource, at in slots.values_list("resource", "at"):
        by_resource[resource].add(at)
    return list(by_kind.values())


def expired_holds(now: datetime) -> QuerySet[Appointment]:
    """Return the held appointments that are past ``held_until``."""
    return Appointment.objects.filter(state=AppointmentState.HELD, held_until__lte=now)
