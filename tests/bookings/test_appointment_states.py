"""Any order of requests, answers, moves, closings and passing hours leaves the times in order.

A small model says what must happen: which calls are refused, and what each case has afterwards. It counts quarter
hours for itself and takes two things from the code: which free room was chosen, and how opening hours add up.
"""

from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bookings import services
from bookings.models import Appointment, BlockedTime, Case, ConsultationSettings, Outcome, Resource, Status
from clinic.models import OpeningHours
from tests import booking_invariants, factories
from tests.booking_invariants import quarters
from tests.opening_hours import at, utc

NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles
VISIT, PAUSE, CUT_OFF = timedelta(minutes=30), timedelta(minutes=15), timedelta(hours=2)
LANES = 2
# The clinic is open at all of them. The last but one is off the grid: only the desk can book it.
TIMES = ["07 10:00", "07 11:00", "07 11:15", "07 11:30", "07 14:00", "08 09:00", "08 09:30", "08 09:40", "08 15:30"]
STARTS = [at(f"2027-06-{text}") for text in TIMES]
OFF_GRID = at("2027-06-08 09:40")

starts = st.sampled_from(STARTS)
numbers = st.integers(0, 50)


@dataclass
class Kept:
    """The newest time of a case."""

    state: str
    start: datetime
    resource: int
    held_until: datetime | None = None

    @property
    def is_live(self):
        return self.state in ("held", "booked")

    @property
    def slots(self):
        return {(self.resource, at) for at in quarters(self.start, self.start + VISIT + PAUSE)} if self.is_live else set()


@dataclass
class Model:
    times: dict[int, Kept]  # by case; a case without any time is not in it
    closed: dict[int, set]  # slots by blocked_time

    def lapse(self, now):
        for kept in self.times.values():
            if kept.state == "held" and kept.held_until <= now:
                kept.state = "lapsed"

    def live(self, case):
        kept = self.times.get(case)
        return kept if kept and kept.is_live else None

    def taken(self, but=None):
        kept = set().union(*(one.slots for case, one in self.times.items() if case != but))
        return kept.union(*self.closed.values())

    def is_free(self, start, resources, but=None):
        taken = self.taken(but)
        return any(Kept("booked", start, resource).slots.isdisjoint(taken) for resource in resources)


class Times(RuleBasedStateMachine):
    """Each example is one transaction that is rolled back."""

    reached = set()  # every state that some case got into

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.travel = time_machine.travel(NOW, tick=False)
        self.clock = self.travel.start()
        self.profile = factories.clinic_profile()
        self.settings = ConsultationSettings.for_site(self.profile.site)
        schedule = OpeningHours.for_site(self.profile.site).schedule(self.profile)
        self.calendar = BookingPolicy.build(self.settings, schedule)
        self.clerk = factories.make_user("frontdesk")
        self.resources = list(Resource.objects.order_by("pk").values_list("pk", flat=True))
        self.model = Model({}, {})
        self.forms = {}  # the case of each form, and what was typed

    def teardown(self):
        self.travel.stop()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @property
    def now(self):
        return timezone.now()

    @contextmanager
    def attempt(self, allowed, *, lapses=True):
        """The call inside succeeds exactly if it is ``allowed()``; refused, it leaves no trace."""
        before = deepcopy(self.model)
        if lapses:
            self.model.lapse(self.now)
        may = allowed()
        try:
            with transaction.atomic():
                yield
        except services.BookingError:
            self.model, was_refused = before, True
        else:
            was_refused = False
            self.reached.update(kept.state for kept in self.model.times.values())
        assert was_refused == (not may)

    def case(self, number):
        """One of the four newest: each has a history soon."""
        known = list(self.forms)[-4:]
        return known[number % len(known)]

    def on_offer(self, start, but=None):
        return start >= self.now and start != OFF_GRID and self.model.is_free(start, self.resources, but)

    def learn(self, case):
        """What the code chose: the resource. All else the model knows; the invariant compares it."""
        self.model.times[case].resource = self.newest(case).resource_id

    def newest(self, case):
        return Appointment.objects.filter(case=case).order_by("pk").last()

    def hold(self, case, start):
        until = min(self.calendar.schedule.add_open_minutes(self.now, 240), start)
        self.model.times[case] = Kept("held", start, self.newest(case).resource_id, until)

    def contact_keeps_one(self, case=None, email=""):
        """Another case of the same patient keeps a time until it is answered."""
        email = email or self.forms[case].email
        others = [one for one, form in self.forms.items() if form.email == email and one != case]
        return any(other in self.model.times and self.model.times[other].state == "held" for other in others)

    def send(self, form):
        return services.submit(form, settings=self.settings, profile=self.profile, policy=self.policy).case.pk

    @initialize(one=starts, two=starts)
    def begin(self, one, two):
        self.ask(one)
        self.ask(two)

    # The patient

    @rule(start=st.none() | starts)
    def ask(self, start):
        form = services.Submission(
            name="Ana Lima",
            email=f"{uuid4().hex}@patient.example.com",
            consent_wording="Yes.",
            submission_key=uuid4(),
            start=start,
        )
        with self.attempt(lambda: start is None or self.on_offer(start), lapses=start is not None):
            case = self.send(form)
            self.forms[case] = form
            if start:
                self.hold(case, start)

    @precondition(lambda self: self.forms)
    @rule(number=numbers, start=st.none() | starts)
    def send_the_same_form_again(self, number, start):
        case = self.case(number)

        def stays():
            kept = self.model.live(case)
            return kept and (kept.state == "booked" or kept.start == start)

        def refused():
            return self.contact_keeps_one(case)

        with self.attempt(lambda: stays() or start is None or refused() or self.on_offer(start, but=case)):
            assert self.send(replace(self.forms[case], start=start)) == case
            if stays():
                return
            if kept := self.model.live(case):
                kept.state = "canceled"
            if start and not refused():
                self.hold(case, start)

    @precondition(lambda self: self.forms)
    @rule(number=numbers, start=starts)
    def ask_from_a_new_form(self, number, start):
        """The same e-mail and other words: another case, which gets a time only if the first one keeps none."""
        first = self.case(number)
        form = replace(self.forms[first], submission_key=uuid4(), message=uuid4().hex, start=start)
        with self.attempt(lambda: self.contact_keeps_one(email=form.email) or self.on_offer(start)):
            case = self.send(form)
            self.forms[case] = form
            if not self.contact_keeps_one(case):
                self.hold(case, start)

    @precondition(lambda self: self.forms)
    @rule(number=numbers, start=starts)
    def move(self, number, start):
        case = self.case(number)

        def allowed():
            kept = self.model.live(case)
            return kept and self.now <= kept.start - CUT_OFF and self.on_offer(start, but=case)

        with self.attempt(allowed):
            services.move(case, start, policy=self.policy)
            self.model.times[case].start = start
            self.learn(case)

    @precondition(lambda self: self.forms)
    @rule(number=numbers, by_desk=st.booleans())
    def cancel(self, number, by_desk):
        case = self.case(number)

        def allowed():
            kept = self.model.live(case)
            return kept and (by_desk or self.now <= kept.start - CUT_OFF)

        with self.attempt(allowed):
            services.cancel(case, actor=self.clerk if by_desk else None, policy=self.policy)
            self.model.times[case].state = "canceled"

    # The desk

    def is_open(self, case):
        """May the desk still agree on a time with her?"""
        return Case.objects.get(pk=case).status in ("new", "contacting", "scheduled")

    def seen(self, case):
        return {"actor": self.clerk, "expected_version": Case.objects.get(pk=case).version}

    @precondition(lambda self: self.forms)
    @rule(number=numbers)
    def confirm(self, number):
        case = self.case(number)

        def allowed():
            kept = self.model.times.get(case)
            if not self.is_open(case) or not kept or kept.state not in ("held", "lapsed") or kept.start <= self.now:
                return False
            return kept.state == "held" or self.model.is_free(kept.start, self.resources)

        with self.attempt(allowed):
            services.confirm(case, policy=self.policy, **self.seen(case))
            kept = self.model.times[case]
            kept.state, kept.held_until = "booked", None
            self.learn(case)

    @precondition(lambda self: self.forms)
    @rule(number=numbers, start=starts)
    def book(self, number, start):
        case = self.case(number)

        def allowed():
            return self.is_open(case) and start > self.now and self.model.is_free(start, self.resources, but=case)

        with self.attempt(allowed):
            services.book(case, start, policy=self.policy, **self.seen(case))
            self.model.times[case] = Kept("booked", start, self.newest(case).resource_id)

    @precondition(lambda self: self.forms)
    @rule(
        number=numbers,
        to_status=st.sampled_from(Status.values),
        outcome=st.sampled_from([Outcome.NO_SHOW, Outcome.COMPLETED]),
    )
    def change_stage(self, number, to_status, outcome):
        case = self.case(number)
        outcome = outcome if to_status == "closed" else ""
        known = services.next_stages(Case.objects.get(pk=case))

        def allowed():
            kept = self.model.live(case)
            steps_back_from_a_visit = kept and kept.state == "booked" and to_status in ("new", "contacting")
            return to_status in known and not steps_back_from_a_visit

        with self.attempt(allowed, lapses=False):
            services.change_stage(case, to_status, outcome=outcome, **self.seen(case))
            ends = {"attended": "attended", "treated": "attended"}
            ends["closed"] = "no_show" if outcome == "no_show" else "canceled"
            if (kept := self.model.live(case)) and to_status in ends:
                kept.state = ends[to_status]

    @precondition(lambda self: self.forms)
    @rule(number=numbers, start=starts)
    def act_on_a_stale_page(self, number, start):
        case = self.case(number)
        stale = {"actor": self.clerk, "expected_version": Case.objects.get(pk=case).version - 1}
        with self.attempt(lambda: False):
            services.book(case, start, policy=self.policy, **stale)

    @rule(start=starts, minutes=st.sampled_from([10, 60, 300]), resources=st.integers(1, 2**LANES - 1))
    def block_time(self, start, minutes, resources):
        resources = [resource for number, resource in enumerate(self.resources) if resources >> number & 1]
        end = start + timedelta(minutes=minutes)
        slots = {resource: {(resource, at) for at in quarters(start, end)} for resource in resources}
        with self.attempt(lambda: self.model.taken().isdisjoint(set().union(*slots.values()))):
            for blocked_time in services.block_time(resources, start, end, actor=self.clerk):
                self.model.closed[blocked_time.pk] = slots[blocked_time.resource_id]

    @rule(number=numbers)
    def unblock_time(self, number):
        blocked_time = list(self.model.closed)[number % len(self.model.closed)] if self.model.closed else 0
        services.unblock_time(blocked_time)
        self.model.closed.pop(blocked_time, None)

    # Time

    @rule(minutes=st.sampled_from([15, 60, 240, 24 * 60]))
    def wait(self, minutes):
        self.clock.shift(timedelta(minutes=minutes))

    @rule()
    def expire_holds(self):
        self.model.lapse(self.now)
        services.expire_holds()

    # What slots after each step

    @invariant()
    def rows_are_in_order(self):
        assert booking_invariants.check() == []

    @invariant()
    def database_is_what_the_model_says(self):
        newest = {visit.case_id: (visit.state, visit.starts_at) for visit in Appointment.objects.order_by("pk")}
        assert newest == {case: (kept.state, kept.start) for case, kept in self.model.times.items()}
        assert set(Case.objects.values_list("pk", flat=True)) == set(self.forms)
        assert set(BlockedTime.objects.values_list("pk", flat=True)) == set(self.model.closed)

    @invariant()
    def page_offers_what_is_free(self):
        offered = {free.at for free in services.free_starts(self.policy, self.now)}
        # Nobody may have asked for it yet, but its time has run out: it is on offer.
        now = deepcopy(self.model)
        now.lapse(self.now)
        for start in STARTS:
            free = start >= self.now and start != OFF_GRID and now.is_free(start, self.resources)
            assert (start in offered) == free


@pytest.fixture
def clinic(home):
    factories.clinic_profile()
    factories.consultation_settings(pause_minutes=15, notice_minutes=0, horizon_days=3, change_until_hours=2)
    factories.opening_hours()
    Resource.objects.create(name="Second room")


@pytest.fixture
def machine(clinic):
    """The calls of the machine, in an order that once went wrong."""
    machine = Times()
    try:
        yield machine
        machine.rows_are_in_order()
        machine.database_is_what_the_model_says()
    finally:
        machine.teardown()


def test_any_order_of_calls_leaves_the_times_in_order(clinic):
    how = settings(
        max_examples=40, stateful_step_count=25, deadline=None, derandomize=True, database=None, phases=[Phase.generate]
    )
    run_state_machine_as_test(Times, settings=how)
    assert Times.reached >= {"held", "booked", "canceled", "lapsed"}, "The calls were too tame."


LATER, EARLIER = at("2027-06-08 15:30"), at("2027-06-08 09:00")


def test_newest_time_is_confirmed_not_the_one_that_lapsed_before_it(machine):
    machine.ask(LATER)
    machine.wait(240)
    machine.send_the_same_form_again(0, EARLIER)
    machine.confirm(0)
    assert machine.newest(machine.case(0)).starts_at == EARLIER
    assert machine.newest(machine.case(0)).state == "booked"


def test_time_that_lapsed_before_a_canceled_one_is_not_confirmed(machine):
    machine.ask(LATER)
    machine.wait(240)
    machine.book(0, EARLIER)
    machine.cancel(0, by_desk=True)
    machine.confirm(0)
    assert machine.newest(machine.case(0)).state == "canceled"


def test_time_that_is_over_is_not_confirmed(machine):
    machine.ask(EARLIER)
    machine.wait(24 * 60)
    machine.wait(15)
    machine.confirm(0)
    assert not Appointment.objects.filter(state="booked").exists()


def test_lapsed_time_is_confirmed_in_the_other_room_when_its_own_is_taken(machine):
    machine.ask(EARLIER)
    machine.wait(240)
    machine.ask(EARLIER)
    machine.confirm(0)
    assert {visit.resource_id for visit in Appointment.objects.all()} == set(machine.resources)


def test_lapsed_time_is_not_confirmed_in_a_room_that_was_switched_off(machine):
    machine.ask(EARLIER)
    machine.wait(240)
    Resource.objects.filter(pk=machine.resources[0]).update(is_active=False)
    machine.confirm(0)
    assert machine.newest(machine.case(0)).resource_id == machine.resources[1]


def test_time_is_closed_in_the_hour_that_comes_twice(machine):
    """The clock reads 1:45 and then 1:15, half an hour later; 1:15 and then 1:45 may be half an hour earlier."""
    first, second = at("2027-11-07 01:45"), at("2027-11-07 01:15", fold=1)
    (blocked_time,) = services.block_time(machine.resources[:1], first, second, actor=machine.clerk)
    assert blocked_time.slots.count() == 2
    machine.model.closed[blocked_time.pk] = set()
    with pytest.raises(services.BookingError):
        services.block_time(machine.resources[:1], second, first, actor=machine.clerk)
