"""Run a clinic for a year on a fake clock: its rooms and staff, its worker, and a heap of what happens when.

Nothing is drawn but from one seeded generator, so a year can be run again.
"""

import heapq
import itertools
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from unittest.mock import patch

from django.db.models import Max, Min

from bookings import services
from bookings.messaging import outbox
from bookings.models import (
    Appointment,
    AppointmentState,
    Case,
    Event,
    EventKind,
    Message,
    Resource,
    ResourceKind,
    Task,
    TaskKind,
    VisitType,
)
from bookings.scheduling.policy import BookingPolicy
from bookings.services import tasks
from clinic.hours.parsing import parse_spans
from clinic.models import ClinicProfile, OpeningHours, SpecialHours
from tests import factories
from tests.opening_hours import LA

read_schedule = OpeningHours.schedule_for
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
FIRST_DAY, LAST_DAY = date(2027, 1, 4), date(2028, 1, 7)
# Nobody new asks in the last days, so that what they ask for can be done.
LAST_NEWCOMER_BEFORE_END = timedelta(days=45)
OPENS, CLOSES = 9, 16
HOLIDAYS = [date(2027, *day) for day in ((2, 15), (5, 31), (7, 5), (9, 6), (11, 25), (11, 26), (12, 24))]
# A week that the clinic decides to close, seven days before.
ANNOUNCED = date(2027, 8, 2)
CLOSED_WEEK = [date(2027, 8, 9) + n * DAY for n in range(5)]
# These events are nobody's act: the outbox sends, and a hold that is over expires before what is done next.
BESIDES = (EventKind.MESSAGE_SENT, EventKind.MESSAGE_FAILED, EventKind.MESSAGE_LIMITED, EventKind.EXPIRED)


def is_business_day(day: date) -> bool:
    """Return whether the clinic opens on this date, by the calendar of this file alone."""
    return day.weekday() < 5 and day not in HOLIDAYS and day not in CLOSED_WEEK


def local(at: datetime) -> datetime:
    return at.astimezone(LA)


def instant(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), LA).astimezone(UTC)


class Clinic:
    """Hold the clinic, its clock and what is going to happen.

    ``taken`` counts each path that was taken, ``refused`` each refusal, and ``broken`` lists broken rules in words.
    """

    def __init__(self, seed: int, clock, last_day: date = LAST_DAY):
        self.random, self.clock, self.last_day = Random(seed), clock, last_day  # noqa: S311
        self.now = instant(FIRST_DAY, 0)
        clock.move_to(self.now, tick=False)
        self.heap: list[tuple[datetime, int, Callable[[], Any]]] = []
        self.order = itertools.count()
        self.taken: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.broken: list[str] = []
        # The cases that somebody has changed since the desk last read its list, and whether anything has changed since
        # the worker last looked.
        self.touched: set[int] = set()
        self.is_changed, self.next_due = True, self.now
        self.set_up()

    def set_up(self) -> None:
        self.profile = factories.clinic_profile()
        self.settings = factories.consultation_settings(horizon_days=21, physician_email="dr@clinic.example.com")
        self.hours = factories.opening_hours(special_hours=[SpecialHours(first_day=day) for day in HOLIDAYS])
        Resource.objects.create(name="Second room", sort_order=1)
        self.consultation = VisitType.get_default()
        kinds = {"needs_practitioner": True, "is_treatment": True}
        self.toxin = VisitType.objects.create(name="Toxin", minutes=30, pause_minutes=15, repeat_after_days=84, **kinds)
        self.filler = VisitType.objects.create(name="Filler", minutes=60, **kinds)
        people = [
            Resource.objects.create(name=name, kind=ResourceKind.PRACTITIONER, sort_order=10)
            for name in ("Dr. Ada", "Nurse Bo", "Nurse Cy")
        ]
        self.set_up_practitioners(people)
        names = {"frontdesk": ["Fran", "Finn"], "manager": ["Mara"], "clinician": ["Cleo"]}
        self.staff = {
            role: [factories.make_user(role, first_name=name) for name in people] for role, people in names.items()
        }
        self.set_policies()

    def set_up_practitioners(self, people: list[Resource]) -> None:
        """Let each do some of the treatments, and two of them only at some hours."""
        ada, bo, cy = people
        self.toxin.performed_by.set([ada, bo])
        self.filler.performed_by.set([ada, cy])
        for person, week in (
            (bo, {"monday": "9 am – 4 pm", "tuesday": "9 am – 4 pm", "friday": "9 am – 1 pm"}),
            (cy, dict.fromkeys(("tuesday", "wednesday", "thursday"), "11 am – 4 pm")),
        ):
            person.has_own_hours = True
            for name, hours in week.items():
                setattr(person, name, parse_spans(hours))
            person.save()

    def set_policies(self) -> None:
        profile = ClinicProfile.objects.get(pk=self.profile.pk)
        self.schedule = read_schedule(profile)
        self.policies = {
            kind.pk: BookingPolicy.build(self.settings, self.schedule, kind)
            for kind in (self.consultation, self.toxin, self.filler)
        }
        self.policy = self.policies[self.consultation.pk]

    def announce_closed_week(self) -> None:
        """Close a week at short notice, and move or cancel the visits in it."""
        SpecialHours.objects.create(
            opening_hours=self.hours, first_day=CLOSED_WEEK[0], last_day=CLOSED_WEEK[-1], reason="Works"
        )
        self.set_policies()
        tasks.retime_all()
        inside = Case.objects.filter(
            appointments__state__in=["held", "booked"],
            appointments__starts_at__gte=instant(CLOSED_WEEK[0], 0),
            appointments__starts_at__lt=instant(CLOSED_WEEK[-1] + DAY, 0),
        )
        for number, case in enumerate(inside.order_by("pk")):
            visit = case.appointments.live().get()
            policy, common = self.policies[visit.visit_type_id], self.by_desk(case)
            start = self.find_free(policy)
            if number % 2 and start:
                self.do("moved by the desk", services.book, case.pk, start, policy=policy, **common)
            else:
                self.do("canceled by the desk", services.cancel, case.pk, policy=policy, **common)

    # Time

    def plan(self, at: datetime, action: Callable[[], Any]) -> None:
        heapq.heappush(self.heap, (at, next(self.order), action))

    def run(self) -> None:
        """Let everything happen until the last day."""
        self.plan(self.now + HOUR, self.work)
        self.plan(instant(ANNOUNCED, 8), self.announce_closed_week)
        end = instant(self.last_day, 0)
        # The hours seldom change, and every service reads them.
        with patch.object(OpeningHours, "schedule_for", lambda _profile: self.schedule):
            while self.heap and self.heap[0][0] < end:
                self.now, _number, action = heapq.heappop(self.heap)
                self.clock.move_to(self.now, tick=False)
                action()

    def work(self) -> None:
        """Do what the worker does, once an hour. An hour in which nothing can be due is passed over."""
        self.plan(self.now + HOUR, self.work)
        if not self.is_changed and self.now < self.next_due:
            return
        if services.expired_holds(self.now).exists():
            self.taken["hold expired"] += services.expire_holds()
        outbox.send_due()
        self.escalate()
        late = Task.objects.open().filter(kind=TaskKind.COMPLAINT, escalated_at__isnull=True)
        moments = (
            Message.objects.filter(state__in=outbox.UNFINISHED).aggregate(first=Min("due_at")),
            Appointment.objects.filter(state=AppointmentState.HELD).aggregate(first=Min("held_until")),
            late.aggregate(first=Min("due_at")),
        )
        self.next_due = min((one["first"] for one in moments if one["first"]), default=instant(self.last_day, 0))
        self.is_changed = False

    def escalate(self) -> None:
        self.taken["complaint escalated"] += services.escalate_complaints()

    # What somebody does

    def do(self, path: str, service: Callable, *args: Any, **kwargs: Any) -> Any:
        """Call a service and check that it leaves one event for its case, or none if it refuses or changes nothing.

        Return what it returns, or None if it refuses. ``path`` is counted if it does not.
        """
        before = Event.objects.aggregate(last=Max("pk"))["last"] or 0
        known = Case.objects.filter(pk=args[0]).values_list("version", flat=True) if isinstance(args[0], int) else ()
        version = next(iter(known), None)
        try:
            result = service(*args, **kwargs)
        except services.BookingError as refusal:
            self.refused[f"{path}: {type(refusal).__name__}: {refusal}"] += 1
            result = None
        events = Event.objects.filter(pk__gt=before).exclude(kind__in=BESIDES).values_list("case", flat=True)
        counts = Counter(events)
        if result is None and counts:
            self.broken.append(f"{self.now:%m-%d %H:%M} {path}: refused, and left events of {sorted(counts)}")
        self.touched.update(counts)
        self.is_changed = True
        is_changed = bool(counts) or version is None or Case.objects.get(pk=args[0]).version != version
        if result is not None and (max(counts.values(), default=0) != 1) == is_changed:
            self.broken.append(f"{self.now:%m-%d %H:%M} {path}: events by case {dict(counts)}")
        if result is not None:
            self.taken[path] += 1
        return result

    def by_desk(self, case: Case, role: str = "frontdesk") -> dict[str, Any]:
        return {"actor": self.random.choice(self.staff[role]), "expected_version": case.version}

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def find_free(self, policy: BookingPolicy, after: date | None = None) -> datetime | None:
        """Return one of the next starts on offer, not before a date, or None."""
        starts = (one.at for one in services.free_starts(policy, self.now))
        starts = (at for at in starts if after is None or local(at).date() >= after)
        found = list(itertools.islice(starts, self.random.choice((1, 10, 40))))
        return found[-1] if found else None

    def open_tasks(self) -> list:
        """Return what stands on Today: all that the desk bot ever looks at."""
        self.touched.clear()
        return list(
            Task.objects.open()
            .filter(opens_at__lte=self.now)
            .select_related("case", "appointment__visit_type")
            .order_by("due_at", "pk")
        )
