"""Write the subject and body of every message.

Subjects, and the message to the desk as a whole, name no patient and no treatment.
"""

import html
import re
from datetime import tzinfo
from email.utils import parseaddr
from typing import Any

from django.conf import settings as django_settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Site

from bookings.models import (
    TO_STAFF,
    Appointment,
    ConsultationSettings,
    Message,
    MessageKind,
    TaskKind,
    VisitType,
)
from bookings.scheduling.formatting import format_answer_by, format_day, format_start
from bookings.scheduling.ics import CANCEL, PUBLISH, REQUEST, build_ics
from bookings.scheduling.policy import BookingPolicy
from clinic.hours.formatting import day_range_label, format_span
from clinic.hours.schedule import weekly_lines
from clinic.models import ClinicProfile, OpeningHours
from clinic.text import drop_unwanted, one_line

from .links import get_visit_path

SUBJECTS = {
    MessageKind.RECEIPT: gettext_lazy("We have your request – %(clinic)s"),
    MessageKind.DESK_NOTICE: gettext_lazy("New consultation request %(reference)s"),
    MessageKind.DESK_MOVED: gettext_lazy("A patient chose another time: %(reference)s"),
    MessageKind.DESK_CANCELED: gettext_lazy("A patient canceled a visit: %(reference)s"),
    MessageKind.COMPLAINT: gettext_lazy("Complaint: something feels wrong, %(reference)s"),
    MessageKind.COMPLAINT_RECEIPT: gettext_lazy("We have your message – %(clinic)s"),
    MessageKind.HELD: gettext_lazy("We are holding a time for you – %(clinic)s"),
    MessageKind.BOOKED: gettext_lazy("Your visit is booked – %(clinic)s"),
    MessageKind.MOVED: gettext_lazy("Your visit has a new time – %(clinic)s"),
    MessageKind.CANCELED: gettext_lazy("Your visit is canceled – %(clinic)s"),
    MessageKind.EXPIRED: gettext_lazy("About the time we held for you – %(clinic)s"),
    MessageKind.WAITLIST_OFFER: gettext_lazy("An earlier time is open – %(clinic)s"),
    MessageKind.REMINDER: gettext_lazy("See you soon – %(clinic)s"),
    MessageKind.UNREACHABLE: gettext_lazy("We could not reach you – %(clinic)s"),
    MessageKind.DAY_AFTER: gettext_lazy("After your visit – %(clinic)s"),
    MessageKind.ESCALATION: gettext_lazy("Complaint that nobody has answered: %(reference)s"),
}
TEMPLATES = dict.fromkeys(MessageKind, "visit") | {
    MessageKind.RECEIPT: "receipt",
    MessageKind.COMPLAINT_RECEIPT: "complaint_receipt",
    **dict.fromkeys(TO_STAFF, "desk_notice"),
    MessageKind.WAITLIST_OFFER: "waitlist_offer",
    MessageKind.UNREACHABLE: "unreachable",
    MessageKind.DAY_AFTER: "day_after",
}
MAX_SUBJECT = 200
# A greeting uses letters only: a name such as "www.example.com" must not put a link into the clinic's email.
FIRST_NAME = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
MAX_FIRST_NAME = 30
END_OF_STEP = re.compile(r"</(?:li|p|h[1-6])>|<br\s*/?>")


def render(message: Message) -> None:
    """Write subject, text, HTML and calendar file into the message.

    The message is not saved.
    """
    site = Site.objects.get(is_default_site=True)
    clinic = ClinicProfile.for_site(site)
    case, kind = message.case, MessageKind(message.kind)
    context: dict[str, Any] = {
        "kind": kind,
        "case": case,
        "clinic": clinic,
        "first_name": get_first_name(case.name),
        "is_treatment": bool(message.appointment and message.appointment.visit_type.is_treatment),
        "moment": format_start(message.starts_at, clinic.zone) if message.starts_at else "",
        "link": site.root_url + get_visit_path(case, is_mailed=True),
    }
    if kind == MessageKind.RECEIPT:
        settings = ConsultationSettings.for_site(site)
        context["promise"] = settings.reply_promise
        context["steps"] = split_steps(settings.next_steps)
        context["hours"] = format_hours(clinic)
    elif kind == MessageKind.HELD:
        settings, schedule = ConsultationSettings.for_site(site), OpeningHours.schedule_for(clinic)
        policy = BookingPolicy.build(settings, schedule, VisitType.get_default())
        context["answer_by"] = format_answer_by(message.appointment, policy, timezone.now(), clinic.zone)
    elif kind == MessageKind.DAY_AFTER and message.appointment:
        context["check_day"] = format_check_day(message.appointment, clinic.zone)
    elif kind in TO_STAFF:
        context["link"] = django_settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("case:inspect", args=[case.pk])
    message.subject = one_line(SUBJECTS[kind] % {"clinic": clinic.name, "reference": case.reference})[:MAX_SUBJECT]
    template = f"bookings/mail/{TEMPLATES[kind]}"
    message.text = drop_unwanted(render_to_string(f"{template}.txt", context)).strip() + "\n"
    message.html = drop_unwanted(render_to_string(f"{template}.html", context))
    is_canceled = kind == MessageKind.CANCELED
    # No calendar contains a visit that was never booked, so its cancellation brings no file.
    visit = message.appointment
    if visit and (kind in (MessageKind.BOOKED, MessageKind.MOVED) or (is_canceled and visit.sequence > 0)):
        method = CANCEL if is_canceled else REQUEST
        message.calendar = render_ics(visit, clinic, method=method, attendee=message.recipient)


def format_check_day(visit: Appointment, zone: tzinfo) -> str:
    """Return the day on which the desk asks how the patient is, or "" once it is over or somebody has asked."""
    now = timezone.now()
    task = visit.tasks.open().filter(kind=TaskKind.DAY_AFTER).first()
    if task is None or max(task.due_at, now) == now:
        return ""
    return format_day(max(task.opens_at, now).astimezone(zone).date(), now.astimezone(zone).date())


def render_ics(appointment: Appointment, clinic: ClinicProfile, *, method: str = PUBLISH, attendee: str = "") -> str:
    """Return the calendar file of a visit.

    A file that is sent names its recipient. One that is downloaded names nobody, since it may be passed on.
    """
    place = [clinic.street, clinic.city, f"{clinic.region} {clinic.postal_code}".strip()]
    return build_ics(
        method=method,
        uid=appointment.uid,
        sequence=appointment.sequence,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        clinic=clinic.name,
        location=", ".join(part for part in place if part),
        organizer=clinic.email or parseaddr(django_settings.DEFAULT_FROM_EMAIL)[1],
        attendee=attendee,
        stamp=timezone.now(),
    )


def get_first_name(name: str) -> str:
    """Return the first name for the greeting, or "" if it is not plainly one."""
    first = name.split()[0] if name.split() else ""
    return first if FIRST_NAME.fullmatch(first) and len(first) <= MAX_FIRST_NAME else ""


def split_steps(rich_text: str) -> list[str]:
    """Return the paragraphs and list items of a rich text as plain lines."""
    lines = (html.unescape(strip_tags(part)) for part in END_OF_STEP.split(rich_text))
    return [" ".join(line.split()) for line in lines if line.strip()]


def format_hours(clinic: ClinicProfile) -> list[str]:
    """Return the hours of this week in lines, or [] until they are given.

    A line reads "Mon – Fri: 9 am – 4 pm".
    """
    schedule = OpeningHours.schedule_for(clinic)
    if schedule is None:
        return []
    week = schedule.week_of(clinic.today(timezone.now()))
    return [
        f"{day_range_label(line.first_day, line.last_day)}: "
        + (", ".join(format_span(span) for span in line.spans) or _("closed"))
        for line in weekly_lines(week)
    ]
