"""Take and free slots.

Every writer of slots locks all resources first, so two writers never work at once. PostgreSQL locks the rows of the
resources, SQLite the whole transaction. Resources are always locked before cases, to prevent deadlocks. If a writer
forgets the lock, ``unique(resource, at)`` still refuses the second visit.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from wagtail.models import Site

from bookings.contact_details import fold
from bookings.models import (
    ATTENDED,
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
from bookings.scheduling.availability import FreeStart, Missing, Refusal, slots_of
from bookings.scheduling.picker import Window, get_window, group_by_day
from bookings.scheduling.policy import SLOT, BookingPolicy
from clinic.hours.schedule import DAY, MIDNIGHT, Schedule, instant_of
from clinic.models import ClinicProfile, OpeningHours

from .limits import may_hold
from .transitions import BookingError

NEAREST = 3
# A family writes from one address or phone: each of so many people may have a time.
MAX_HOLDS = 3

# The first days with free times, by type of visit, and what they were worked out from.
_first_windows: dict[int | None, tuple[Any, Window]] = {}


class TimeTakenError(BookingError):
    """Report that a time is not free.

    ``nearest`` are the free starts (UTC) around it.
    """

    def __init__(self, message: str, nearest: Collection[datetime] = ()):
        super().__init__(message)
        self.nearest = tuple(nearest)


class Obstacle(NamedTuple):
    """Name what speaks against a time.

    It is "closed", "away" with the practitioner's name as the reason, or "blocked" with a reason.
    """

    kind: str
    reason: str = ""


class UnusualTimeError(BookingError):
    """Ask before a visit is booked at a time that is not open for visits.

    The clinic is closed, the practitioner is away, or the time is blocked.
    """

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


def policy_for_case(policy: BookingPolicy, case: Case) -> BookingPolicy:
    """Return the policy for the visit that the case has, or lost.

    A visit keeps its type when it moves, and so does one that is booked again. Without such a visit, the type of
    ``policy`` counts.
    """
    visit = case.appointments.live_or_newest()
    return policy if visit is None or visit.state in ATTENDED else policy.for_type(visit.visit_type)


def free_starts(policy: BookingPolicy, now: datetime, moving: Appointment | None = None) -> Iterator[FreeStart]:
    """Yield every start on offer, in order.

    A page may be out of date a second later: only the writers decide.

    The slots of ``moving`` count as free.
    """
    taken, own_hours = _taken_until_horizon(policy, now, moving)
    return availability.free_starts(policy.schedule, policy.rules, taken, now, own_hours)


def get_free_window(
    policy: BookingPolicy, now: datetime, first: date | None = None, moving: Appointment | None = None
) -> Window:
    """Return the days with free times of one page, from a local date on.

    Without a date and a visit they are the same for everybody. A process works them out once, until a slot, a rule or
    the first time on offer is another one.
    """
    taken, own_hours = _taken_until_horizon(policy, now, moving)
    bookable = availability.get_bookable_slots(policy.schedule, policy.rules, now)
    worked_out_from = (policy, taken, own_hours, bookable)
    is_for_everybody = first is None and moving is None
    if is_for_everybody and (known := _first_windows.get(policy.visit_type_id)) and known[0] == worked_out_from:
        return known[1]
    free = availability.free_starts(policy.schedule, policy.rules, taken, now, own_hours)
    window = get_window(group_by_day((one.at for one in free), policy.schedule.time_zone), first)
    if is_for_everybody:
        _first_windows[policy.visit_type_id] = (worked_out_from, window)
    return window


class Blocker(NamedTuple):
    """Say why a resource cannot take a visit: it has another one, it is blocked, or away if it has neither."""

    resource: Resource
    visit: Appointment | None = None
    blocked_time: BlockedTime | None = None


class ExplainedTime(NamedTuple):
    """Say why a quarter hour (UTC) is not offered. One without a refusal is.

    ``blockers`` are all resources of each needed kind of which none is free. A kind without any is in ``lacking``.
    """

    at: datetime
    refusal: Refusal | None
    blockers: tuple[Blocker, ...] = ()
    lacking: tuple[str, ...] = ()


def explain_day(policy: BookingPolicy, day: date, now: datetime) -> list[ExplainedTime]:
    """Return why each quarter hour of a local date is or is not offered."""
    midnight = instant_of(day, MIDNIGHT, policy.schedule.time_zone)
    taken, own_hours = _taken(policy, midnight - DAY, midnight + 3 * DAY, now, None)
    found = availability.explain_day(day, policy.schedule, policy.rules, taken, now, own_hours)
    owners: dict[Missing, Owner] = {}
    for one in found:
        for position, missing in one.missing.items():
            owners |= {each: taken[position][each.resource][each.slot] for each in missing if each.slot}
    resources = Resource.objects.in_bulk()
    visits = Appointment.objects.select_related("case").in_bulk({owner.appointment for owner in owners.values()})
    blocked = BlockedTime.objects.in_bulk({owner.blocked_time for owner in owners.values()})

    def name(missing: Missing) -> Blocker:
        owner = owners.get(missing, Owner(None, None))
        return Blocker(resources[missing.resource], visits.get(owner.appointment), blocked.get(owner.blocked_time))

    return [
        ExplainedTime(
            one.at,
            one.refusal,
            tuple(name(each) for missing in one.missing.values() for each in missing),
            tuple(policy.rules.needs[position] for position, missing in one.missing.items() if not missing),
        )
        for one in found
    ]


def find_resources(
    policy: BookingPolicy,
    start: datetime,
    now: datetime,
    moving: Appointment | None = None,
    *,
    on_offer: bool = True,
    preferred: Collection[int] = (),
    ignored: Collection[BlockedTime] = (),
) -> list[int]:
    """Return one free resource of each kind that the visit needs, or [].

    Of several, the ``preferred`` come first, then those that are there at the time, then those that ``moving`` has.
    Without ``on_offer`` hours, grid, notice and horizon do not count. The slots of ``ignored`` count as free.
    """
    # With its pause a visit takes less than a day.
    taken, own_hours = _taken(policy, start - DAY, start + DAY, now, moving)
    for of_kind in taken if ignored else ():
        for slots in of_kind.values():
            for at in [at for at, owner in slots.items() if owner.blocked_time in {one.pk for one in ignored}]:
                del slots[at]
    if on_offer:
        free = availability.resources_on_offer(start, policy.schedule, policy.rules, taken, now, own_hours)
    else:
        free = availability.free_resources(start.astimezone(UTC), policy.rules, taken)
    own = set(moving.slots.values_list("resource", flat=True)) if moving and moving.pk and free else set()

    def rank(pk: int) -> tuple[bool, bool, bool]:
        return pk not in preferred, _is_away(pk, start, policy, own_hours), pk not in own

    return [min(of_kind, key=rank) if len(of_kind) > 1 else of_kind[0] for of_kind in free]


def _is_away(resource: int, start: datetime, policy: BookingPolicy, own_hours: Mapping[int, Schedule]) -> bool:
    begins = start.astimezone(UTC)
    hours = own_hours.get(resource)
    return hours is not None and not availability.covers(begins, begins + policy.rules.visit, hours)


def find_blocked(
    policy: BookingPolicy, start: datetime, now: datetime, moving: Appointment, preferred: Collection[int] = ()
) -> list[BlockedTime]:
    """Return the blocked times in the way of a visit for which no resource is free."""
    taken, own_hours = _taken(policy, start - DAY, start + DAY, now, moving)
    needed = slots_of(start, policy.rules)

    def rank(pk: int) -> tuple[bool, bool]:
        return pk not in preferred, _is_away(pk, start, policy, own_hours)

    found: set[int] = set()
    for of_kind in taken:
        owners = {pk: [slots[at] for at in needed if at in slots] for pk, slots in of_kind.items()}
        without_visits = [pk for pk, those in owners.items() if all(owner.blocked_time for owner in those)]
        if without_visits and all(owners.values()):
            chosen = owners[min(without_visits, key=rank)]
            found.update(owner.blocked_time for owner in chosen if owner.blocked_time)
    return list(BlockedTime.objects.filter(pk__in=found).order_by("starts_at", "pk"))


def find_obstacles(
    policy: BookingPolicy,
    start: datetime,
    now: datetime,
    blocked: Collection[BlockedTime],
    resources: Collection[int],
) -> list[Obstacle]:
    """Return what speaks against a time that the desk can still book, in these ``resources``.

    Other visits are no obstacle: nobody can book over them. Without opening hours, no time counts as closed. While the
    clinic is closed, no practitioner counts as away.
    """
    found, start = [], start.astimezone(UTC)
    end = start + policy.rules.visit
    openings = policy.schedule.openings_between(start, end)
    is_open = any(opening.opens <= start and end <= opening.closes for opening in openings)
    if not is_open and policy.schedule.next_opening(now):
        found.append(Obstacle("closed"))
    else:
        for resource in Resource.objects.filter(pk__in=resources, has_own_hours=True):
            own_hours = resource.get_own_schedule(policy.schedule.time_zone)
            if own_hours and not availability.covers(start, end, own_hours):
                found.append(Obstacle("away", resource.name))
    return found + [Obstacle("blocked", one.reason) for one in blocked]


def find_visits_outside_hours(resource: Resource, zone: ZoneInfo, now: datetime) -> list[Appointment]:
    """Return the coming visits of a practitioner that are not within their own hours.

    One that takes no visits any more has no hours.
    """
    own_hours = resource.get_own_schedule(zone)
    if own_hours is None and resource.is_active:
        return []
    coming = Appointment.objects.live_at(now).filter(starts_at__gt=now, slots__resource=resource)
    return [
        visit
        for visit in coming.distinct().select_related("case")
        if not (resource.is_active and own_hours and availability.covers(visit.starts_at, visit.ends_at, own_hours))
    ]


def make_room(policy: BookingPolicy, start: datetime, blocked: Iterable[BlockedTime]) -> None:
    """Take the slots that a visit needs from the blocked times in its way.

    The resources are locked. ``free_slots`` gives them back to the blocked time.
    """
    Slot.objects.filter(blocked_time__in=blocked, at__in=slots_of(start, policy.rules)).delete()


def free_slots(appointment: Appointment) -> None:
    """Free the slots of a visit, those in a blocked time for that blocked time.

    The resources are locked.
    """
    freed = list(appointment.slots.values_list("resource", "at"))
    if freed:
        appointment.slots.all().delete()
        give_to_blocked_times(freed)


def give_to_blocked_times(freed: Iterable[tuple[int, datetime]]) -> None:
    """Give free slots, each a resource and an instant, to the blocked time that they are in.

    Of several, one gets it. The resources are locked.
    """
    wanted = sorted(set(freed), key=lambda slot: slot[1])
    if not wanted:
        return
    around = BlockedTime.objects.filter(starts_at__lt=wanted[-1][1] + SLOT, ends_at__gt=wanted[0][1])
    by_resource: dict[int, list[BlockedTime]] = {}
    for blocked in around.filter(resource__in={resource for resource, _at in wanted}):
        by_resource.setdefault(blocked.resource_id, []).append(blocked)
    slots = []
    for resource, at in wanted:
        inside = (one for one in by_resource.get(resource, ()) if one.starts_at < at + SLOT and at < one.ends_at)
        if owner := next(inside, None):
            slots.append(Slot(resource_id=resource, at=at, blocked_time=owner))
    Slot.objects.bulk_create(slots)


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

    Raise TimeTakenError if somebody else has one of them. A new appointment gets the type of the policy. One that has a
    type keeps it, so the policy is for that type.

    The resources are locked.
    """
    if policy.visit_type_id is None:
        raise BookingError(_("Add a type of visit first, under Settings."))
    if appointment.visit_type_id not in (None, policy.visit_type_id):
        raise ValueError("The policy is for another type of visit than the appointment's.")
    appointment.visit_type_id = policy.visit_type_id
    appointment.starts_at = start.astimezone(UTC)
    appointment.ends_at = appointment.starts_at + policy.rules.visit
    try:
        with transaction.atomic():
            appointment.save()
            # Slots that the visit keeps do not go back to a blocked time that they are in.
            before = set(appointment.slots.values_list("resource", "at"))
            appointment.slots.all().delete()
            after = [(resource, at) for resource in resource_ids for at in slots_of(start, policy.rules)]
            Slot.objects.bulk_create(
                Slot(resource_id=resource, at=at, appointment=appointment, expires_at=appointment.held_until)
                for resource, at in after
            )
            if freed := before.difference(after):
                give_to_blocked_times(freed)
    except IntegrityError as error:
        raise time_taken(policy, start, now) from error


class Owner(NamedTuple):
    """Name what has taken a slot: an appointment or a blocked time, by its key."""

    appointment: int | None
    blocked_time: int | None


def _taken_until_horizon(
    policy: BookingPolicy, now: datetime, moving: Appointment | None
) -> tuple[list[dict[int, dict[datetime, Owner]]], dict[int, Schedule]]:
    return _taken(policy, now - DAY, now + (policy.rules.horizon_days + 2) * DAY, now, moving)


def _taken(
    policy: BookingPolicy, since: datetime, until: datetime, now: datetime, moving: Appointment | None
) -> tuple[list[dict[int, dict[datetime, Owner]]], dict[int, Schedule]]:
    """Return the taken slots by resource, for each kind that a visit needs, and the practitioners' own hours.

    Only practitioners who perform the visit are among them. A slot that has expired at ``now`` is free.
    """
    by_kind: dict[str, dict[int, dict[datetime, Owner]]] = {kind: {} for kind in policy.rules.needs}
    by_resource: dict[int, dict[datetime, Owner]] = {}
    own_hours = {}
    for resource in Resource.objects.for_visits(policy.visit_type_id, policy.rules.needs):
        by_kind[resource.kind][resource.pk] = by_resource[resource.pk] = {}
        if hours := resource.get_own_schedule(policy.schedule.time_zone):
            own_hours[resource.pk] = hours
    slots = Slot.objects.filter(resource__in=list(by_resource), at__gte=since, at__lt=until)
    slots = slots.exclude(expires_at__lte=now)
    if moving and moving.pk:
        slots = slots.exclude(appointment=moving)
    for pk, at, appointment, blocked_time in slots.values_list("resource", "at", "appointment", "blocked_time"):
        by_resource[pk][at] = Owner(appointment, blocked_time)
    return list(by_kind.values()), own_hours


def expired_holds(now: datetime) -> QuerySet[Appointment]:
    """Return the held appointments that are past ``held_until``."""
    return Appointment.objects.filter(state=AppointmentState.HELD, held_until__lte=now)
