"""Example consultation requests, so that the desk has something to practise on. All people are invented."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone
from wagtail.models import Site

from bookings import services
from bookings.models import (
    Case,
    Consent,
    ConsultationSettings,
    ContactBy,
    ContactTime,
    Event,
    Message,
    MessageState,
    Outcome,
    Status,
)
from clinic.hours.schedule import Schedule
from clinic.models import ClinicProfile, OpeningHours

Act = Callable[[Case, dict, services.Calendar], Any]


def moved(to_status: Status, outcome: str = "", note: str = "", by: str = "frontdesk") -> Act:
    return lambda case, users, _calendar: services.change_status(
        case.pk, to_status, actor=users[by], expected_version=case.version, outcome=outcome, note=note
    )


def noted(text: str) -> Act:
    return lambda case, users, _calendar: services.add_note(case.pk, text, actor=users["frontdesk"])


def given_to(owner: str) -> Act:
    return lambda case, users, _calendar: services.assign(
        case.pk, users[owner], actor=users["frontdesk"], expected_version=case.version
    )


def booked(number: int) -> Act:
    """A visit at the free time of this number, counted from the next one."""
    return lambda case, users, calendar: services.book(
        case.pk,
        free_time(calendar, number),
        actor=users["frontdesk"],
        expected_version=case.version,
        calendar=calendar,
    )


def free_time(calendar: services.Calendar, number: int) -> datetime:
    return services.free_times(calendar, timezone.now())[number].at


@dataclass(frozen=True, kw_only=True)
class Story:
    """One request and what the desk did about it. ``acts`` say how long after the request each was done."""

    name: str
    message: str
    treatments: tuple[str, ...]
    ago: timedelta
    email: str = ""
    phone: str = ""
    contact_by: str = ContactBy.PHONE
    contact_time: str = ContactTime.ANY
    # The number of the free time she picked; None: call me.
    picks: int | None = None
    acts: tuple[tuple[timedelta, Act], ...] = ()


def _after(days: int = 0, hours: int = 0) -> timedelta:
    return timedelta(days=days, hours=hours)


STORIES = (
    Story(
        name="Olivia Example",
        phone="(949) 555-0188",
        email="olivia@example.com",
        contact_by=ContactBy.TEXT,
        contact_time=ContactTime.AFTERNOON,
        treatments=("lip-fillers",),
        message="I would like a little more shape in my upper lip. I am nervous about swelling, I teach on weekdays.",
        ago=timedelta(minutes=25),
        picks=6,
    ),
    Story(
        name="Marcus Sample",
        email="marcus@example.com",
        contact_by=ContactBy.EMAIL,
        treatments=("botox-chronic-migraine",),
        message="My neurologist suggested Botox. I have a diary for the last two months. What does insurance need?",
        ago=_after(hours=6),
    ),
    Story(
        name="Hannah Test",
        phone="949.555.0119",
        contact_time=ContactTime.MORNING,
        treatments=("laser-hair-removal",),
        message="Underarms and lower legs. I swim outdoors, is that a problem?",
        ago=_after(days=1, hours=3),
    ),
    Story(
        name="Wei Example",
        phone="+1 949 555 0164",
        email="wei@example.com",
        treatments=("acne-scar-treatment", "facials-and-skin-care"),
        message="Old scars on both cheeks. My skin gets dark marks easily.",
        ago=_after(days=5),
        acts=(
            (_after(hours=4), given_to("frontdesk")),
            (_after(hours=5), moved(Status.CONTACTING, note="Left a message, will try again in the morning.")),
        ),
    ),
    Story(
        name="Robert Sample",
        phone="(714) 555-0132",
        contact_time=ContactTime.MIDDAY,
        treatments=("botox-for-men",),
        message="Frown lines. I do not want to look surprised.",
        ago=_after(days=9),
        acts=(
            (_after(hours=3), moved(Status.CONTACTING)),
            (_after(days=1), noted("Takes a blood thinner. Asked him to bring the name and the dose.")),
            (_after(days=1, hours=1), booked(30)),
        ),
    ),
    Story(
        name="Amelia Test",
        email="amelia@example.com",
        phone="949-555-0175",
        treatments=("baby-botox",),
        message="I am 24 and wonder if I should start now.",
        ago=_after(days=16),
        acts=(
            (_after(hours=2), moved(Status.CONTACTING)),
            (_after(days=1), moved(Status.SCHEDULED)),
            (
                _after(days=6),
                moved(Status.ATTENDED, note="Dr. Example saw no lines at rest. Sunscreen, no Botox."),
            ),
        ),
    ),
    Story(
        name="Sofia Example",
        phone="(949) 555-0103",
        email="sofia@example.com",
        contact_by=ContactBy.EMAIL,
        treatments=("botox-frown-lines", "botox-forehead-lines"),
        message="Had it before elsewhere, about a year ago. It went well.",
        ago=_after(days=34),
        acts=(
            (_after(hours=2), given_to("frontdesk")),
            (_after(hours=3), moved(Status.CONTACTING)),
            (_after(days=1), moved(Status.SCHEDULED)),
            (_after(days=7), moved(Status.ATTENDED)),
            (_after(days=14), moved(Status.TREATED)),
            (_after(days=15), noted("Called the day after: small bruise on the left, otherwise well.")),
            (
                _after(days=29),
                moved(Status.CLOSED, Outcome.COMPLETED, "Seen after two weeks. She is content.", by="manager"),
            ),
        ),
    ),
)


def create(users: dict, pages: dict[str, int], settings: ConsultationSettings, site: Site) -> int:
    """Enter every story as if it had happened. ``pages``: page ids by slug. How many there are."""
    now = timezone.now()
    profile = ClinicProfile.for_site(site)
    schedule = OpeningHours.for_site(site).schedule(profile)
    calendar = services.calendar_of(settings, schedule)
    for story in STORIES:
        _enter(story, now, users, pages, settings, profile, calendar)
    return len(STORIES)


def _enter(story, now, users, pages, settings, profile, calendar) -> None:
    received = now - story.ago
    request = services.ConsultationRequest(
        name=story.name,
        email=story.email,
        phone=story.phone,
        contact_by=story.contact_by,
        contact_time=story.contact_time,
        message=story.message,
        treatment_ids=tuple(pages[slug] for slug in story.treatments),
        consent_wording=settings.consent_wording,
        submission_key=uuid5(NAMESPACE_URL, f"https://ocbeauty.example.com/demo/{story.name}"),
        start=None if story.picks is None else free_time(calendar, story.picks),
    )
    case = services.submit(request, settings=settings, profile=profile, calendar=calendar).case
    _back_date(case, received)
    for delay, act in story.acts:
        act(case, users, calendar)
        _back_date_last_act(case, _when_open(calendar.schedule, received + delay, now))


# The services write the present, rightly. Only here, where nothing really happened, time is moved.


def _back_date(case: Case, received: datetime) -> None:
    """Into the past, with its mails as good as sent: nobody waits for them."""
    Case.objects.filter(pk=case.pk).update(created_at=received)
    Event.objects.filter(case=case).update(at=received)
    Consent.objects.filter(case=case).update(given_at=received)
    Message.objects.filter(case=case).update(
        state=MessageState.SENT, sent_at=received, created_at=received, due_at=received, attempts=1
    )


def _back_date_last_act(case: Case, at: datetime) -> None:
    Event.objects.filter(pk=case.events.latest("pk").pk).update(at=at)
    case.refresh_from_db()
    moments = {}
    if case.status != Status.NEW and case.answered_at > at:
        moments["answered_at"] = at
    if case.status == Status.CLOSED:
        moments["closed_at"] = at
    Case.objects.filter(pk=case.pk).update(**moments)
    case.refresh_from_db()


def _when_open(schedule: Schedule, at: datetime, now: datetime) -> datetime:
    """The clinic works when it is open: ``at`` itself, or else the next opening, and never in the future."""
    if schedule.is_open(at):
        return at
    opening = schedule.next_opening(at)
    return min(opening + timedelta(minutes=at.minute), now) if opening else now
