"""What the patient is told about her time: booked, moved, cancelled, lapsed, and the day before."""

from datetime import datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Site

from bookings import emails
from bookings.models import Appointment, Case, Message, MessageKind, MessageState
from clinic.hours.schedule import DAY, instant_of
from clinic.models import ClinicProfile

from .common import default_site, writing_mails

REMIND_AT = time(10)  # in the clinic's zone, the day before


def tell_patient(
    kind: MessageKind, case: Case, appointment: Appointment, site: Site | None = None, *, was_told: bool = False
) -> None:
    """Put the mail into the outbox, in the caller's transaction; without an address the desk calls.

    ``was_told``: her calendar knows of the visit, so a cancellation takes it out again.
    """
    site = site or default_site()
    if not case.email or site is None:
        return
    with writing_mails(case, _("The mail about this time could not be written.")):
        profile = ClinicProfile.for_site(site)
        mail = emails.about_visit(kind, case, appointment, profile, was_told=was_told)
        key = f"{kind}:{appointment.uid}:{appointment.sequence}"
        Message.objects.create(case=case, dedupe_key=key, **mail._asdict())
        _plan_reminder(kind, case, appointment, profile)


def _plan_reminder(kind: MessageKind, case: Case, appointment: Appointment, profile: ClinicProfile) -> None:
    """One for the time that stands now; those for earlier times are taken back where they have not left."""
    planned = appointment.reminders.filter(kind=MessageKind.REMINDER, state=MessageState.QUEUED)
    planned.update(state=MessageState.DROPPED)
    due_at = remind_at(appointment, profile)
    if kind in (MessageKind.TIME_BOOKED, MessageKind.TIME_MOVED) and due_at > timezone.now():
        mail = emails.about_visit(MessageKind.REMINDER, case, appointment, profile, was_told=True)
        key = reminder_key(appointment)
        Message.objects.create(case=case, appointment=appointment, due_at=due_at, dedupe_key=key, **mail._asdict())


def reminder_key(visit: Appointment) -> str:
    """Of one time of a visit: a moved visit is reminded of anew."""
    return f"{MessageKind.REMINDER}:{visit.uid}:{visit.sequence}"


def remind_at(appointment: Appointment, profile: ClinicProfile) -> datetime:
    """Ten in the morning of the day before, whatever the clocks do that night."""
    day_before = appointment.starts_at.astimezone(profile.zone).date() - DAY
    return instant_of(day_before, REMIND_AT, profile.zone)
