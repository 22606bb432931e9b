"""The words of every mail. Subjects name no patient and no treatment; the notice to the desk holds neither."""

import html
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings as django_settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.hours.formatting import day_range_label, format_span
from clinic.hours.schedule import weekly_lines
from clinic.models import ClinicProfile, OpeningHours

from .models import Appointment, Case, ConsultationSettings, MessageKind
from .time_choices import words
from .visit_calendar import visit_file
from .visit_link import path_for

# A name in a greeting holds letters only: whoever asks with "www.example.com" for a name must not have us mail it.
FIRST_NAME = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
FIRST_NAME_LENGTH = 30
END_OF_STEP = re.compile(r"</(?:li|p|h[1-6])>|<br\s*/?>")


class Mail(NamedTuple):
    kind: MessageKind
    recipient: str
    subject: str
    text: str
    html: str
    calendar: str = ""


def compose(
    kinds: Iterable[MessageKind], case: Case, *, settings: ConsultationSettings, profile: ClinicProfile
) -> Iterator[Mail]:
    """The mails of these kinds; one without anybody to send it to is left out."""
    recipients = {
        MessageKind.RECEIPT: case.email,
        MessageKind.DESK_NOTICE: settings.desk_email or profile.email,
    }
    writers = {MessageKind.RECEIPT: receipt, MessageKind.DESK_NOTICE: desk_notice}
    for kind in kinds:
        if recipients[kind]:
            subject, context = writers[kind](case, settings=settings, profile=profile)
            yield _rendered(kind, recipients[kind], subject, {**context, "clinic": profile, "case": case})


def receipt(case: Case, *, settings: ConsultationSettings, profile: ClinicProfile) -> tuple[str, dict[str, Any]]:
    context = {
        "first_name": first_name(case.name),
        "promise": settings.reply_promise,
        "steps": steps_in(settings.next_steps),
        "hours": hours_lines(profile),
        "wanted": moment_words(case.wanted_start, profile) if case.wanted_start else "",
        "link": profile.site.root_url + path_for(case),
    }
    return _("We have your request – %(clinic)s") % {"clinic": profile.name}, context


def desk_notice(case: Case, *, settings: ConsultationSettings, profile: ClinicProfile) -> tuple[str, dict[str, Any]]:
    base = django_settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    context = {"link": base + reverse("case:inspect", args=[case.pk])}
    return _("New consultation request %(reference)s") % {"reference": case.reference}, context


VISIT_SUBJECTS = {
    MessageKind.TIME_BOOKED: gettext_lazy("Your visit is booked – %(clinic)s"),
    MessageKind.TIME_MOVED: gettext_lazy("Your visit has a new time – %(clinic)s"),
    MessageKind.TIME_CANCELLED: gettext_lazy("Your visit is cancelled – %(clinic)s"),
    MessageKind.TIME_LAPSED: gettext_lazy("About the time we kept for you – %(clinic)s"),
    MessageKind.EARLIER_TIME: gettext_lazy("An earlier time is free – %(clinic)s"),
    MessageKind.REMINDER: gettext_lazy("See you soon – %(clinic)s"),
}


def about_visit(
    kind: MessageKind, case: Case, appointment: Appointment, profile: ClinicProfile, *, was_told: bool
) -> Mail:
    """The mail about a time that was booked, moved or cancelled, with its calendar file.

    A visit that was never booked is in nobody's calendar, so its cancellation brings no file.
    """
    context = {
        "kind": kind,
        "first_name": first_name(case.name),
        "moment": moment_words(appointment.starts_at, profile),
        "link": profile.site.root_url + path_for(case),
        "case": case,
        "clinic": profile,
    }
    is_cancelled = kind == MessageKind.TIME_CANCELLED
    has_file = kind in (MessageKind.TIME_BOOKED, MessageKind.TIME_MOVED) or (is_cancelled and was_told)
    mail = _rendered(kind, case.email, VISIT_SUBJECTS[kind] % {"clinic": profile.name}, context, template="visit")
    return mail._replace(calendar=calendar_file(appointment, profile, is_cancelled=is_cancelled) if has_file else "")


def earlier_time(case: Case, start: datetime, profile: ClinicProfile) -> Mail:
    """Her own time is not named: it may change before this mail leaves."""
    page = path_for(case)
    context = {
        "first_name": first_name(case.name),
        "moment": moment_words(start, profile),
        "link": f"{profile.site.root_url}{page}change/",
        "page": profile.site.root_url + page,
        "case": case,
        "clinic": profile,
    }
    subject = VISIT_SUBJECTS[MessageKind.EARLIER_TIME] % {"clinic": profile.name}
    return _rendered(MessageKind.EARLIER_TIME, case.email, subject, context)


def moment_words(at: datetime, profile: ClinicProfile) -> str:
    """ "Tuesday, November 24, 10 am" in the clinic's zone."""
    return words(at, profile.zone)


def calendar_file(appointment: Appointment, profile: ClinicProfile, *, is_cancelled: bool) -> str:
    place = [profile.street, profile.city, f"{profile.region} {profile.postal_code}".strip()]
    return visit_file(
        uid=appointment.uid,
        sequence=appointment.sequence,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        is_cancelled=is_cancelled,
        clinic=profile.name,
        location=", ".join(part for part in place if part),
        host=profile.site.hostname,
        stamp=timezone.now(),
    )


def _rendered(
    kind: MessageKind, recipient: str, subject: str, context: dict[str, Any], template: str | None = None
) -> Mail:
    name = f"bookings/mail/{template or kind}"
    text, html_text = (render_to_string(f"{name}.{form}", context) for form in ("txt", "html"))
    return Mail(kind, recipient, " ".join(subject.split())[:200], text.strip() + "\n", html_text)


def first_name(name: str) -> str:
    """What to greet somebody with; empty when the first word is not plainly a name."""
    first = name.split()[0] if name.split() else ""
    return first if FIRST_NAME.fullmatch(first) and len(first) <= FIRST_NAME_LENGTH else ""


def steps_in(rich_text: str) -> list[str]:
    """The paragraphs and list items of a rich text as plain lines."""
    lines = (html.unescape(strip_tags(part)) for part in END_OF_STEP.split(rich_text))
    return [" ".join(line.split()) for line in lines if line.strip()]


def hours_lines(profile: ClinicProfile) -> list[str]:
    """ "Mon – Fri: 9 am – 4 pm", for the week in force today; nothing until somebody has given the hours."""
    schedule = OpeningHours.schedule_for(profile)
    if schedule is None:
        return []
    week = schedule.week_of(profile.today(timezone.now()))
    return [
        f"{day_range_label(line.first_day, line.last_day)}: "
        + (", ".join(format_span(span) for span in line.spans) or _("closed"))
        for line in weekly_lines(week)
    ]
