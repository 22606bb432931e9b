"""Limit what strangers can cause: requests, corrections, held times and complaints.

Who exceeds a limit loses nothing: a request waits in quarantine, a time becomes a wish, a correction is refused with
everything typed still there. Emails are limited where they are sent (``messaging.outbox``).

Limits are counted last in a transaction: after the resources and the case are locked.
"""

from collections import Counter
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from bookings.contact_details import identify_email
from bookings.models import Appointment, AppointmentState, Case, Event, EventKind, Resource, Status
from bookings.scheduling.availability import get_hold_limit
from bookings.scheduling.policy import BookingPolicy
from clinic.hours.schedule import DAY, MIDNIGHT, instant_of
from clinic.limits import Limit, take

from .transitions import BookingError

HOUR_SECONDS, DAY_SECONDS = 3600, 24 * 3600

# Many share a network: a family, an office, the customers of a mobile operator.
REQUESTS_PER_NETWORK = Limit("requests of a network", 10, HOUR_SECONDS)
REQUESTS_PER_CONTACT = Limit("requests of a contact", 5, DAY_SECONDS)
# A family sends one form for each of them.
REQUESTS_PER_FORM = Limit("requests of a form", 5, DAY_SECONDS)
CORRECTIONS = Limit("corrections of a request", 5, DAY_SECONDS)
HOLD_CHANGES = Limit("changes of a time", 5, DAY_SECONDS)
WAITLIST_CHANGES = Limit("changes of the waitlist", 10, DAY_SECONDS)
# Over these two, a complaint joins the open one and brings no email. Over the third it is refused.
COMPLAINTS_PER_VISIT = Limit("complaints about a visit", 5, DAY_SECONDS)
COMPLAINTS_PER_NETWORK = Limit("complaints of a network", 20, HOUR_SECONDS)
COMPLAINTS_SAVED = Limit("saved complaints about a visit", 20, DAY_SECONDS)

# At one time, while nobody has confirmed them.
MAX_HOLDS_PER_NETWORK = 3
# Where only two visits fit into a day, one in so many days may be held, closed days included.
DAYS_OF_LONG_VISITS = 8
# The digest of a network is needed while a hold may be unconfirmed.
FORGET_NETWORK_AFTER = timedelta(days=30)


class TooManyChangesError(BookingError):
    """Refuse one more change of a request or a held time today."""


def get_network_digest(network: str) -> str:
    """Return a keyed digest of a visitor's network, or "" if it is not known."""
    return salted_hmac("bookings.network", network, algorithm="sha256").hexdigest() if network else ""


def take_request(network: str, email: str, phone: str, form_key: str = "") -> bool:
    """Count one request, and return whether it is within the limits.

    A request over the limit of its form or network does not count for the contact: else a stranger's requests would
    put the owner of an address into quarantine.
    """
    uses = (
        (REQUESTS_PER_FORM, form_key),
        (REQUESTS_PER_NETWORK, network),
        (REQUESTS_PER_CONTACT, identify_email(email) if email else ""),
        (REQUESTS_PER_CONTACT, phone),
    )
    return all(take(limit, value) for limit, value in uses)


def take_change(limit: Limit, case: Case) -> None:
    """Count one change of a case by its patient. Raise TooManyChangesError over the limit."""
    if not take(limit, case.reference):
        raise too_many_changes()


def too_many_changes() -> TooManyChangesError:
    return TooManyChangesError(
        _("This request has been changed many times today, so we did not change it again. Please call us.")
    )


# Held times


def unconfirmed_holds(now: datetime) -> QuerySet[Appointment]:
    """Return the held times that may be nobody's.

    No patient has opened the link in the email, and the desk has not acted on the case.
    """
    held = Appointment.objects.filter(state=AppointmentState.HELD, held_until__gt=now, case__link_opened_at=None)
    return held.exclude(Exists(_desk_acts().filter(case=OuterRef("case"))))


def is_confirmed(case: Case) -> bool:
    """Return whether the patient opened a link in an email, or the desk has acted on the case."""
    return case.link_opened_at is not None or _desk_acts().filter(case=case).exists()


def _desk_acts() -> QuerySet[Event]:
    """Return the events by which the desk has taken a request seriously.

    Giving back its time or closing it is none: that is how a flood is cleared.
    """
    acts = Event.objects.filter(actor_name__gt="").exclude(kind__in=(EventKind.CANCELED, EventKind.EXPIRED))
    return acts.exclude(kind=EventKind.STAGE, data__to=Status.CLOSED.value)


def may_hold(case: Case, start: datetime, policy: BookingPolicy, now: datetime) -> bool:
    """Return whether the limits allow to hold this start (aware).

    The resources are locked, so no other hold can begin meanwhile.
    """
    if is_confirmed(case):
        return True
    others = unconfirmed_holds(now).exclude(case=case)
    if case.network and others.filter(case__network=case.network).count() >= MAX_HOLDS_PER_NETWORK:
        return False
    zone = policy.schedule.time_zone
    day = start.astimezone(zone).date()
    midnights = instant_of(day, MIDNIGHT, zone), instant_of(day + DAY, MIDNIGHT, zone)
    of_the_day = others.filter(starts_at__gte=midnights[0], starts_at__lt=midnights[1])
    if limit := get_daily_hold_limit(day, policy):
        return of_the_day.count() < limit
    # One such visit may fill the day, so few days may have one.
    return not of_the_day.exists() and others.count() < max(1, policy.rules.horizon_days // DAYS_OF_LONG_VISITS)


def get_daily_hold_limit(day: date, policy: BookingPolicy) -> int:
    """Return how many visits of a local date may be held unconfirmed.

    It is the sum over the resources of one kind: of the kind with the lowest sum. Only practitioners who perform the
    visit count, while they are there.
    """
    schedule, rules = policy.schedule, policy.rules
    limits = Counter(dict.fromkeys(rules.needs, 0))
    for resource in Resource.objects.for_visits(policy.visit_type_id, rules.needs):
        limits[resource.kind] += get_hold_limit(day, schedule, rules, resource.get_own_schedule(schedule.time_zone))
    return min(limits.values())


def confirm_contact(case: Case, now: datetime) -> None:
    """Record that a link in an email to the patient was opened.

    Neither the version changes nor the timeline: the patient has asked for nothing.
    """
    if case.link_opened_at is None:
        Case.objects.filter(pk=case.pk, link_version=case.link_version).update(link_opened_at=now)


def forget_networks(now: datetime) -> None:
    """Delete the digests of networks that are no longer needed."""
    Case.objects.exclude(network="").filter(created_at__lt=now - FORGET_NETWORK_AFTER).update(network="")
