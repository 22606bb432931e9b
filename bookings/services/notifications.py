"""Queue messages about appointments, and check that they are still true."""

from datetime import datetime, time
from functools import partial
from zoneinfo import ZoneInfo

from django.utils import timezone
from wagtail.models import Site

from bookings.messaging import preconditions
from bookings.models import (
    UNSENT,
    Appointment,
    AppointmentState,
    ConsultationSettings,
    Message,
    MessageKind,
    MessageState,
)
from clinic.hours.schedule import DAY, instant_of
from clinic.models import ClinicProfile

REMIND_AT = time(10)  # On the clinic's clock, the day before.
# These state the time of a visit, so that a newer one replaces them.
OF_THE_TIME = (MessageKind.HELD, MessageKind.BOOKED, MessageKind.MOVED, MessageKind.REMINDER)


def notify_patient(kind: MessageKind, appointment: Appointment, *, by_desk: bool = False) -> None:
    """Queue the email about a visit, and a reminder where one is due.

    They are saved in the caller's transaction, and replace unsent ones about the same visit. Without an email address
    nothing is queued: the desk calls. No limit stops an email that the desk causes, or that tells of a booked visit.
    """
    case = appointment.case
    queue = partial(
        Message.objects.queue,
        case=case,
        recipient=case.email,
        key=f"{appointment.uid}:{case.version}:{case.link_version}",
        appointment=appointment,
        starts_at=appointment.starts_at,
    )
    appointment.messages.filter(kind__in=OF_THE_TIME, state__in=UNSENT).update(state=MessageState.DROPPED)
    if news := _find_news(kind, appointment):
        # The sequence counts the changes of a visit that was booked.
        queue(news, is_needed=by_desk or appointment.sequence > 0)
    if case.email and kind in (MessageKind.BOOKED, MessageKind.MOVED):
        due_at = get_reminder_time(appointment)
        if due_at > timezone.now():
            queue(MessageKind.REMINDER, due_at=due_at)


def _find_news(kind: MessageKind, appointment: Appointment) -> MessageKind | None:
    """Return the kind of email that tells the patient something new, or None.

    A visit that moved back before anything was sent is where the patient knows it to be, or is only booked.
    """
    if kind != MessageKind.MOVED:
        return kind
    told = appointment.messages.filter(
        kind__in=(MessageKind.BOOKED, MessageKind.MOVED), recipient=appointment.case.email
    )
    last = told.filter(state__in=(MessageState.SENDING, MessageState.SENT)).order_by("pk").last()
    if last:
        return None if last.starts_at == appointment.starts_at else kind
    was_booked_then = told.filter(kind=MessageKind.BOOKED, starts_at=appointment.starts_at).exists()
    return MessageKind.BOOKED if was_booked_then else kind


def notify_desk(kind: MessageKind, appointment: Appointment) -> None:
    """Queue an email to the desk about a change that the patient made."""
    site = Site.objects.get(is_default_site=True)
    Message.objects.queue(
        kind,
        appointment.case,
        recipient=ConsultationSettings.for_site(site).get_desk_email(ClinicProfile.for_site(site)),
        key=f"{appointment.uid}:{appointment.case.version}",
        appointment=appointment,
        starts_at=appointment.starts_at,
    )


def get_clinic_zone() -> ZoneInfo:
    """Return the time zone of the default site's clinic."""
    return ClinicProfile.for_site(Site.objects.get(is_default_site=True)).zone


def get_reminder_time(appointment: Appointment) -> datetime:
    """Return 10 am on the day before the visit, as an instant (UTC).

    The clock is that of the default site.
    """
    zone = get_clinic_zone()
    day_before = appointment.starts_at.astimezone(zone).date() - DAY
    return instant_of(day_before, REMIND_AT, zone)


@preconditions.register(MessageKind.BOOKED, MessageKind.MOVED)
def is_booked_then(message: Message, appointment: Appointment) -> bool:
    """Return whether the visit is still booked for the message's time.

    A later change has a message of its own.
    """
    return appointment.state == AppointmentState.BOOKED and appointment.starts_at == message.starts_at


@preconditions.register(MessageKind.HELD)
def is_held_then(message: Message, appointment: Appointment) -> bool:
    return appointment.state == AppointmentState.HELD and appointment.starts_at == message.starts_at


@preconditions.register(MessageKind.REMINDER)
def is_still_ahead(message: Message, appointment: Appointment) -> bool:
    return is_booked_then(message, appointment) and appointment.starts_at > timezone.now()


@preconditions.register(MessageKind.EXPIRED)
def is_still_expired(message: Message, appointment: Appointment) -> bool:
    return appointment.state == AppointmentState.EXPIRED
