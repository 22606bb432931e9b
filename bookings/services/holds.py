"""Hold the time that a patient picked, until the desk has answered."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.contact_details import fold
from bookings.models import Appointment, AppointmentState, Case, Event, EventKind, MessageKind
from bookings.scheduling.policy import BookingPolicy

from .appointments import expire
from .cases import ask_again, lock_case, save_change
from .notifications import notify_desk, notify_patient
from .slots import TimeTakenError, expired_holds, find_resources, lock_resources, place, time_taken
from .transitions import BookingError, check_open_for_a_time, get_stage

# A family writes from one address or phone: each of so many people may have a time.
MAX_HOLDS = 3


@transaction.atomic
def choose_time(case_id: int, start: datetime, *, policy: BookingPolicy) -> Case:
    """Hold a start on offer (aware) for a patient whose case has no time.

    The case then waits for an answer. Raise TimeTakenError, or BookingError if the case is closed or has a time.
    """
    lock_resources()
    now = timezone.now()
    expire(now)
    case = lock_case(case_id)
    check_open_for_a_time(case)
    if live := case.appointments.live().first():
        if live.starts_at == start:  # The form was sent twice.
            return case
        raise BookingError(_("You have a time already. Open your page again to see it."))
    stage = get_stage(case)
    appointment = hold(case, start, policy, now)
    if appointment is None:
        raise BookingError(_("Other times are held for the same email or phone. Please call us."))
    ask_again(case)
    case.unseen_since = case.unseen_since or now
    save_change(case)
    Event.objects.record(case, EventKind.STAGE, **{"from": stage, "to": case.status})
    notify_patient(MessageKind.HELD, appointment)
    notify_desk(MessageKind.DESK_MOVED, appointment)
    return case


def hold(
    case: Case, start: datetime, policy: BookingPolicy, now: datetime, *, on_offer: bool = True
) -> Appointment | None:
    """Hold a start until the desk has answered.

    Raise TimeTakenError if it is not free and, ``on_offer``, offered. The resources are locked.

    Return None, with an event, if the same person or a large family holds times already.
    """
    if expired_holds(now).exists():
        expire(now)
    if holder := find_holder(case.name, case.email, case.phone_e164, but=case):
        Event.objects.record(case, EventKind.NOT_HELD, starts_at=start, holder=holder.reference)
        return None
    answer_by = policy.answer_by(now)
    if answer_by is None:
        raise TimeTakenError(_("No time can be held at the moment."))
    resources = find_resources(policy, start, now, on_offer=on_offer)
    if not resources:
        raise time_taken(policy, start, now)
    appointment = Appointment(case=case, held_until=policy.hold_until(start, answer_by))
    place(appointment, start, resources, policy, now)
    Event.objects.record(case, EventKind.HELD, starts_at=start)
    return appointment


def find_holder(name: str, email: str, phone_e164: str, but: Case | None = None) -> Case | None:
    """Return a case that stands in the way of another hold, or None.

    It is one of the same person, or one of ``MAX_HOLDS`` with this email or phone.
    """
    same = Q(email__iexact=email) if email else Q()
    if phone_e164:
        same |= Q(phone_e164=phone_e164)
    if not same:
        return None
    holding = Case.objects.filter(same, appointments__state=AppointmentState.HELD).order_by("pk")
    cases = list(holding.exclude(pk=but.pk) if but else holding)
    person = fold(name)
    own = next((case for case in cases if fold(case.name) == person), None)
    return own or (cases[0] if len(cases) >= MAX_HOLDS else None)
