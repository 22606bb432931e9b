"""Enter the example requests of ``data/requests.yaml``, so that the desk has something to practice on."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone
from wagtail.models import Site

from bookings import services
from bookings.models import Case, Consent, ConsultationSettings, Event, Message, MessageState, Status
from clinic.hours import Schedule
from clinic.models import ClinicProfile, OpeningHours

from .content import DemoDataError, Names, errors_in, read_yaml

FILE = "requests.yaml"


def create(users: dict, names: Names, site: Site) -> int:
    """Enter every request as if it had happened. Return how many there are."""
    data = read_yaml(FILE)
    for request in data:
        with errors_in(f"{FILE}: {request.get('name')}"):
            _Story(request, users, site).enter(names)
    return len(data)


class _Story:
    def __init__(self, request: dict, users: dict, site: Site):
        self.request, self.users = request, users
        self.now = timezone.now()
        self.received = self.now - _duration(request["ago"])
        self.settings = ConsultationSettings.for_site(site)
        self.profile = ClinicProfile.for_site(site)
        self.schedule = OpeningHours.for_site(site).schedule(self.profile)
        self.calendar = services.calendar_of(self.settings, self.schedule)

    def enter(self, names: Names) -> None:
        case = self.submit(names)
        _back_date(case, self.received)
        for step in self.request.get("steps", ()):
            self.act(case, step)
            _back_date_last_act(case, _when_open(self.schedule, self.received + _duration(step["after"]), self.now))

    # The calls of services

    def submit(self, names: Names) -> Case:
        told = self.request
        request = services.ConsultationRequest(
            name=told["name"],
            email=told.get("email", ""),
            phone=told.get("phone", ""),
            contact_by=told["contact_by"],
            contact_time=told["contact_time"],
            message=told["message"],
            treatment_ids=tuple(names.find("page", slug).pk for slug in told["treatments"]),
            consent_wording=self.settings.consent_wording,
            submission_key=uuid5(NAMESPACE_URL, f"https://ocbeauty.example.com/demo/{told['name']}"),
            start=self.free_start(told["picks"]) if "picks" in told else None,
        )
        sent = services.submit(request, settings=self.settings, profile=self.profile, calendar=self.calendar)
        return sent.case

    def act(self, case: Case, step: dict[str, Any]) -> None:
        by = {"actor": self.users[step.get("by", "frontdesk")]}
        at_version = by | {"expected_version": case.version}
        if "status" in step:
            words = {name: step.get(name, "") for name in ("outcome", "note")}
            services.change_status(case.pk, Status(step["status"]), **words, **at_version)
        elif "owner" in step:
            services.assign(case.pk, self.users[step["owner"]], **at_version)
        elif "book" in step:
            services.book(case.pk, self.free_start(step["book"]), calendar=self.calendar, **at_version)
        else:
            services.add_note(case.pk, step["note"], **by)

    def free_start(self, number: int) -> datetime:
        """Return the free start of this number, counted from the next one."""
        return services.free_times(self.calendar, timezone.now())[number].at


# Services write the present. Only the demo, where nothing really happened, moves what they wrote into the past.


def _back_date(case: Case, received: datetime) -> None:
    """Move the case into the past, with its messages marked as sent so that none ever leaves."""
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
    """Return ``at``, or the next opening if the clinic is closed then. Never return a moment in the future."""
    if schedule.is_open(at):
        return at
    opening = schedule.next_opening(at)
    return min(opening + timedelta(minutes=at.minute), now) if opening else now


def _duration(words: str) -> timedelta:
    """Read "1 day 3 hours"."""
    parts = re.findall(r"(\d+) (day|hour|minute)s?", words)
    if not parts:
        raise DemoDataError(f"“{words}” is no length of time. Write it as “1 day 3 hours”.")
    return sum((timedelta(**{f"{unit}s": int(number)}) for number, unit in parts), timedelta())
