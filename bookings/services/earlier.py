"""Patients who would rather come sooner: who wishes it, and who is told when a time frees up."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import emails
from bookings.models import (
    Appointment,
    Case,
    ConsultationSettings,
    EventKind,
    Message,
    MessageKind,
    MessageState,
    Status,
)
from bookings.time_choices import read_value, value_of
from bookings.transitions import BookingError
from clinic.hours.schedule import MIDNIGHT, instant_of
from clinic.models import ClinicProfile

from .common import add_event, default_site, locked, save_change, writing_mails

MOST_TOLD = 5  # of one time: whoever is told of it and finds it gone is disappointed


@transaction.atomic
def want_earlier(case_id: int, is_wanted: bool) -> Case:
    """The patient wants to be told when an earlier time frees up, or no longer."""
    case = locked(case_id)
    if case.wants_earlier == is_wanted:
        return case
    if is_wanted and not case.appointments.live().exists():
        raise BookingError(_("There is no time to change any more."))
    case.wants_earlier = is_wanted
    save_change(case)
    text = (
        _("The patient wants to be told of an earlier time.")
        if is_wanted
        else _("The patient no longer wants to be told of an earlier time.")
    )
    add_event(case, EventKind.NOTE, text=text)
    return case


def tell_of_earlier(start: datetime, *, given_back_by: int | None = None) -> None:
    """Write to those who wait for a time as early as this one, which has just become free.

    In the caller's transaction, which holds the lanes: so nobody is written to by two at once. Other cases are only
    read here, never locked. Whether the time can really be had is asked when the mail is about to leave.
    """
    now = timezone.now()
    if start <= now:
        return
    # Mostly nobody waits: then this is all it costs.
    waiting = _waiting_for(start, now).exclude(case=given_back_by)
    site = default_site() if waiting.exists() else None
    if site is None:
        return
    profile, settings = ClinicProfile.for_site(site), ConsultationSettings.for_site(site)
    may_change = waiting.filter(starts_at__gte=now + settings.change_until)
    untold = may_change.exclude(Exists(_told_today(start, profile, now)))
    for visit in untold.select_related("case").order_by("case__created_at", "case__pk")[:MOST_TOLD]:
        _write_to(visit, start, profile, now)


def _waiting_for(start: datetime, now: datetime) -> QuerySet[Appointment]:
    """Later visits of patients who want an earlier one and can be written to."""
    wishes = Q(case__wants_earlier=True) & ~Q(case__email="")
    visits = Appointment.objects.live().filter(wishes, starts_at__gt=start)
    return visits.exclude(held_until__lte=now).exclude(case__status__in=[Status.CLOSED, Status.QUARANTINED])


def _told_today(start: datetime, profile: ClinicProfile, now: datetime) -> QuerySet[Message]:
    """One that was dropped has reached nobody, so she may still be told today; only not of the same time again."""
    midnight = instant_of(profile.today(now), MIDNIGHT, profile.zone)
    mails = Message.objects.filter(case=OuterRef("case"), kind=MessageKind.EARLIER_TIME, created_at__gte=midnight)
    return mails.filter(~Q(state=MessageState.DROPPED) | Q(dedupe_key__endswith=value_of(start)))


def _write_to(visit: Appointment, start: datetime, profile: ClinicProfile, now: datetime) -> None:
    with writing_mails(visit.case, _("The mail about an earlier time could not be written.")):
        mail = emails.earlier_time(visit.case, start, profile)
        key = earlier_key(visit.case, start, profile.today(now))
        Message.objects.create(case=visit.case, appointment=visit, dedupe_key=key, **mail._asdict())


def earlier_key(case: Case, start: datetime, today: date) -> str:
    """Of one case, local day and time on offer; ``offered_start`` reads the time out of it again."""
    return f"{MessageKind.EARLIER_TIME}:{case.reference}:{today}:{value_of(start)}"


def offered_start(message: Message) -> datetime | None:
    """The time (UTC) that the mail tells of."""
    return read_value(message.dedupe_key.split(":", 3)[-1])
