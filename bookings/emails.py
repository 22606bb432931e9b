"""The words of every mail. Subjects name no patient and no treatment; the notice to the desk holds neither."""

import html
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.conf import settings as django_settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from clinic.hours import weekly_lines
from clinic.hours_words import day_range_label, format_span
from clinic.models import ClinicProfile, OpeningHours

from .models import Case, ConsultationSettings, MessageKind

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
    }
    return _("We have your request – %(clinic)s") % {"clinic": profile.name}, context


def desk_notice(case: Case, *, settings: ConsultationSettings, profile: ClinicProfile) -> tuple[str, dict[str, Any]]:
    base = django_settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    context = {"link": base + reverse("case:inspect", args=[case.pk])}
    return _("New consultation request %(reference)s") % {"reference": case.reference}, context


def _rendered(kind: MessageKind, recipient: str, subject: str, context: dict[str, Any]) -> Mail:
    text, html_text = (render_to_string(f"bookings/mail/{kind}.{form}", context) for form in ("txt", "html"))
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
    hours = OpeningHours.for_site(profile.site)
    if not hours.was_given:
        return []
    week = hours.schedule(profile).week_of(profile.today(timezone.now()))
    return [
        f"{day_range_label(line.first_day, line.last_day)}: "
        + (", ".join(format_span(span) for span in line.spans) or _("closed"))
        for line in weekly_lines(week)
    ]
