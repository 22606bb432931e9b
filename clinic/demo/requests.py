"""Enter the example requests of ``data/requests.yaml``.

They give the desk something to practice on.
"""

import re
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone
from wagtail.models import Site

from bookings import models, services
from bookings.contact_details import phone_to_e164
from bookings.messaging.rendering import render
from bookings.scheduling.availability import slots_between
from bookings.scheduling.policy import BookingPolicy
from clinic.hours.schedule import Schedule
from clinic.models import ClinicProfile, OpeningHours

from .content import DemoDataError, Names, errors_in, read_yaml

FILE = "requests.yaml"


def create(users: dict, names: Names, site: Site) -> int:
    """Enter every request as if it had happened. Return how many there are."""
    data = read_yaml(FILE)
    for request in data:
        with errors_in(f"{FILE}: {request.get('name')}"):
            _Story(request, users, site).enter(names)
    services.retime_all()
    return len(data)


class _Story:
    def __init__(self, request: dict, users: dict, site: Site):
        self.request, self.users = request, users
        self.now = timezone.now()
        self.received = self.now - _duration(request["ago"])
        self.settings = models.ConsultationSettings.for_site(site)
        self.profile = ClinicProfile.for_site(site)
        self.schedule = OpeningHours.for_site(site).schedule(self.profile)
        self.policy = BookingPolicy.build(self.settings, self.schedule, models.VisitType.get_default())

    def enter(self, names: Names) -> None:
        case = self.submit(names)
        _back_date(case, self.received)
        for step in self.request.get("steps", ()):
            at = _when_open(self.schedule, self.received + _duration(step["after"]), self.now)
            self.act(case, step, at)
            _back_date_last_act(case, at)

    # The calls of services

    def submit(self, names: Names) -> models.Case:
        told = self.request
        phone = told.get("phone", "")
        submission = services.Submission(
            name=told["name"],
            email=told.get("email", ""),
            phone=phone,
            phone_e164=phone_to_e164(phone, self.profile.country) if phone else "",
            contact_by=told["contact_by"],
            contact_time=told["contact_time"],
            message=told["message"],
            treatment_ids=tuple(names.find("page", slug).pk for slug in told["treatments"]),
            consent_wording=self.settings.consent_wording,
            submission_key=uuid5(NAMESPACE_URL, f"https://ocbeauty.example.com/demo/{told['name']}"),
            start=self.free_start(told["picks"]) if "picks" in told else None,
        )
        return services.submit(submission, settings=self.settings, profile=self.profile, policy=self.policy)[0]

    def act(self, case: models.Case, step: dict[str, Any], at: datetime) -> None:
        by = {"actor": self.users[step.get("by", "frontdesk")]}
        at_version = by | {"expected_version": case.version}
        if "status" in step:
            typed = {name: step.get(name, "") for name in ("outcome", "note")}
            if "treatment" in step:
                typed["treatment"] = models.VisitType.objects.get(name=step["treatment"])
            services.change_stage(case.pk, step["status"], policy=self.policy, **typed, **at_version)
        elif "well" in step:
            services.check_on(case.pk, is_well=step["well"], note=step["note"], **at_version)
        elif "complaint" in step:
            known = {"settings": self.settings, "profile": self.profile}
            _back_date(services.file_complaint(case.pk, step["complaint"], **known), at)
        elif "owner" in step:
            services.assign(case.pk, self.users[step["owner"]], **at_version)
        elif "book" in step:
            services.book(case.pk, self.free_start(step["book"]), policy=self.policy, **at_version)
            if "visit_after" in step:
                visit_at = _when_last_open(self.schedule, self.received + _duration(step["visit_after"]))
                _back_date_visit(case.appointments.get(), visit_at)
        else:
            services.add_note(case.pk, step["note"], **by)

    def free_start(self, number: int) -> datetime:
        """Return the free start of this number, counted from the next one."""
        return next(islice(services.free_starts(self.policy, timezone.now()), number, None)).at


# Services write the current time. Only the demo moves what they wrote into the past.


def _back_date(case: models.Case, received: datetime) -> None:
    """Move the case into the past."""
    models.Case.objects.filter(pk=case.pk).update(created_at=received)
    models.Event.objects.filter(case=case).update(at=received)
    models.Consent.objects.filter(case=case).update(given_at=received)
    _mark_as_sent(case, received)
    _back_date_tasks(case)


def _back_date_tasks(case: models.Case) -> None:
    """Let each task begin when the event happened that made it owed. The caller computes its moments anew."""
    for task in case.tasks.filter(closing_event__isnull=True).select_related("opening_event"):
        models.Task.objects.filter(pk=task.pk).update(counts_from=task.opening_event.at)


def _mark_as_sent(case: models.Case, at: datetime) -> None:
    """Write the messages and mark them as sent, so that none is sent."""
    for message in case.messages.exclude(state=models.MessageState.SENT):
        render(message)
        message.state, message.attempts = models.MessageState.SENT, 1
        message.sent_at = message.created_at = message.due_at = at
        message.save()


def _back_date_visit(visit: models.Appointment, at: datetime) -> None:
    """Move a booked visit to the quarter hour that holds ``at``, in the past.

    It stays in the same room.
    """
    length, room = visit.ends_at - visit.starts_at, visit.slots.first().resource
    start = slots_between(at, at + length)[0]
    while room.slots.filter(at__gte=start, at__lt=start + length).exists():
        start -= length
    visit.starts_at, visit.ends_at, visit.created_at = start, start + length, start - timedelta(days=1)
    visit.save()
    visit.slots.all().delete()
    models.Slot.objects.bulk_create(
        models.Slot(resource=room, at=slot, appointment=visit) for slot in slots_between(start, start + length)
    )
    visit.case.events.filter(kind=models.EventKind.BOOKED).update(data={"starts_at": start})
    _mark_as_sent(visit.case, start)


def _back_date_last_act(case: models.Case, at: datetime) -> None:
    models.Event.objects.filter(pk=case.events.latest("pk").pk).update(at=at)
    _back_date_tasks(case)
    case.refresh_from_db()
    moments = {}
    if case.status == models.Status.CLOSED:
        moments["closed_at"] = at
    models.Case.objects.filter(pk=case.pk).update(**moments)
    case.refresh_from_db()


def _when_open(schedule: Schedule, at: datetime, now: datetime) -> datetime:
    """Return ``at``, or the next opening if the clinic is closed then.

    Never return a moment in the future.
    """
    if schedule.is_open(at):
        return at
    opening = schedule.next_opening(at)
    return min(opening + timedelta(minutes=at.minute), now) if opening else now


def _when_last_open(schedule: Schedule, at: datetime) -> datetime:
    """Return ``at``, or a moment of the opening before it if the clinic is closed then."""
    if schedule.is_open(at):
        return at
    openings = schedule.openings_between(at - timedelta(days=14), at)
    return openings[-1].opens + timedelta(minutes=at.minute) if openings else at


def _duration(words: str) -> timedelta:
    """Read "1 day 3 hours"."""
    parts = re.findall(r"(\d+) (day|hour|minute)s?", words)
    if not parts:
        raise DemoDataError(f"“{words}” is no length of time. Write it as “1 day 3 hours”.")
    return sum((timedelta(**{f"{unit}s": int(number)}) for number, unit in parts), timedelta())
