"""Any order of requests, answers, moves, check-ins, blocked times and passing hours leaves the visits in order.

A small model says what must happen: which calls are refused, and which visits each case has afterwards. It counts
quarter hours for itself and takes three things from the code: which free room was chosen, how opening hours add up,
and the table of the desk's steps, which ``test_services`` proves.
"""

from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
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
from bookings.models import Appointment, BlockedTime, Case, ConsultationSettings, Outcome, Resource, Slot, VisitType
from bookings.scheduling.policy import BookingPolicy
from bookings.services import appointments, limits
from clinic.models import OpeningHours
from tests import booking_invariants, factories
from tests.booking_invariants import quarters
from tests.opening_hours import at, utc
from tests.sizes import size

NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles
VISIT, PAUSE, CUT_OFF = timedelta(minutes=30), timedelta(minutes=15), timedelta(hours=2)
ROOMS = 2
MAX_CASES = 4  # Few, so that each soon has a history.
# The clinic is open at all of them. The last but one is off the grid: only the desk can book it.
TIMES = ["07 10:00", "07 11:00", "07 11:15", "07 11:30", "07 14:00", "08 09:00", "08 09:30", "08 09:40", "08 15:30"]
STARTS = [at(f"2027-06-{text}") for text in TIMES]
OFF_GRID, EARLIER, LATER = at("2027-06-08 09:40"), at("2027-06-08 09:00"), at("2027-06-08 15:30")
STAGES = ("checked_in", "consulted", "treated", "no_show", "closed", "booked", "contacting", "new")
UNDONE = {("checked_in", "booked"), ("consulted", "checked_in"), ("treated", "checked_in"), ("no_show", "booked")}
ZONE = NOW.astimezone(at("2027-06-07 09:00").tzinfo).tzinfo

starts = st.sampled_from(STARTS)
numbers = st.integers(0, 50)
steps = st.sampled_from([0, 0, 1, 2])  # The first is what usually comes next.
outcomes = st.sampled_from([Outcome.NO_SHOW, Outcome.COMPLETED])


@dataclass
class Visit:
    state: str
    start: datetime
    resource: int | None  # None: a patient walked in while no room was free
    held_until: datetime | None = None
    is_walk_in: bool = False
    before: dict = field(default_factory=dict)  # What each step changed, by the state it led to.
    owes: str = ""  # "day_after" or "no_show", until somebody has called.
    is_done: bool = False  # Somebody has called, so the step before cannot be taken back.

    @property
    def is_live(self):
        return self.state in ("held", "booked")

    @property
    def slots(self):
        """Return the slots that the visit takes.

        They are those of its room, unless it was canceled or has expired.
        """
        if self.resource is None or self.state in ("canceled", "expired"):
            return set()
        return {(self.resource, at) for at in quarters(self.start, self.start + VISIT + PAUSE)}


@dataclass
class ModelCase:
    status: str = "new"
    reached: int = -1  # When the patient was last reached, as a number of calls.
    asked: int | None = 0  # When the patient asked what nobody has answered yet, as a number of calls.
    visits: list[Visit] = field(default_factory=list)  # in the order in which they were created

    @property
    def live(self):
        return next((visit for visit in self.visits if visit.is_live), None)

    @property
    def newest(self):
        return self.visits[-1] if self.visits else None

    @property
    def current(self):
        """Return the visit that says where the case stands, if one does."""
        gone = ("held", "canceled", "expired")
        had = [visit for visit in reversed(self.visits) if visit.state not in gone]
        return min(had, key=lambda visit: {"checked_in": 0, "booked": 1}.get(visit.state, 2), default=None)

    @property
    def stage(self):
        was_seen = self.current is not None and self.current.state in ("consulted", "treated")
        if self.current and (self.status == "in_care" or (self.status == "contacting" and not was_seen)):
            return self.current.state
        return self.status

    @property
    def of_step(self):
        """Return the visit that the next step is about."""
        came = next((visit for visit in self.visits if visit.state == "checked_in"), self.live)
        return came or next(
            (visit for visit in reversed(self.visits) if visit.state not in ("canceled", "expired")), None
        )

    @property
    def rest(self):
        """Return the status of a case that waits for nobody."""
        came = any(visit.state in ("checked_in", "consulted", "treated") for visit in self.visits)
        return "in_care" if came else "contacting"

    def ask(self, number):
        """Wait for an answer again."""
        self.status = {"in_care": "contacting", "closed": "new"}.get(self.status, self.status)
        self.asked = number if self.asked is None else self.asked

    def is_reached(self):
        """Settle what a call settles."""
        self.asked = None
        for visit in self.visits:
            if visit.owes == "no_show":
                visit.owes = ""

    def steps(self):
        """Return the steps that the tables allow."""
        visit = self.of_step
        if visit is None or self.status not in ("new", "contacting", "in_care"):
            return [str(to) for to in services.CASE_STEPS[self.status]]
        if visit.state in ("booked", "checked_in"):
            return [*map(str, services.VISIT_STEPS[visit.state]), "closed"]
        steps = [str(to) for to in services.CASE_STEPS[self.status]]
        if visit.state == "held":
            return ["checked_in", *steps]
        back = [to for to in services.VISIT_STEPS[visit.state] if self.is_step_back(to)]
        return [step for step in steps if step != "new"] + [str(to) for to in back]

    def is_step_back(self, to):
        visit = self.of_step
        if visit is None or (visit.state, to) not in UNDONE:
            return False
        return visit.state in ("checked_in", "no_show") or self.status == "in_care"

    @property
    def holds(self):
        return any(visit.state == "held" for visit in self.visits)


@dataclass
class Model:
    cases: dict[int, ModelCase]
    blocked: dict[int, set]  # The slots of each blocked time.

    @property
    def visits(self):
        return [visit for case in self.cases.values() for visit in case.visits]

    def expire(self, now):
        for visit in self.visits:
            if visit.state == "held" and visit.held_until <= now:
                visit.state = "expired"

    def taken(self, but=None, *, blocked=True):
        blocked_slots = self.blocked.values() if blocked else ()
        return set().union(*(visit.slots for visit in self.visits if visit is not but), *blocked_slots)

    def may_block(self, slots, now):
        """Return whether nothing is in the way. What is over or was missed keeps its slots, and is not."""
        ahead = [visit.slots for visit in self.visits if visit.state != "no_show" and visit.start + VISIT > now]
        return slots.isdisjoint(set().union(*ahead, *self.blocked.values()))

    def is_free(self, start, rooms, but=None, *, blocked=True):
        taken = self.taken(but, blocked=blocked)
        return any(Visit("booked", start, room).slots.isdisjoint(taken) for room in rooms)


class Appointments(RuleBasedStateMachine):
    """Run each example in one transaction that is rolled back."""

    reached = set()  # Every state that some visit got into.

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.travel = time_machine.travel(NOW, tick=False)
        self.clock = self.travel.start()
        self.profile = factories.clinic_profile()
        self.settings = ConsultationSettings.for_site(self.profile.site)
        schedule = OpeningHours.for_site(self.profile.site).schedule(self.profile)
        self.policy = BookingPolicy.build(self.settings, schedule, VisitType.get_default())
        self.clerk = factories.make_user("frontdesk")
        self.rooms = list(Resource.objects.order_by("pk").values_list("pk", flat=True))
        self.model = Model({}, {})
        self.forms = {}  # What was typed for each case.
        self.calls = 0

    def teardown(self):
        self.travel.stop()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @property
    def now(self):
        return timezone.now()

    @contextmanager
    def attempt(self, allowed, *, expires=True):
        """Check that the call inside succeeds exactly if it is ``allowed()``.

        A refused call leaves no trace.
        """
        before = deepcopy(self.model)
        self.calls += 1
        if expires:
            self.model.expire(self.now)
        may = allowed()
        try:
            with transaction.atomic():
                yield
        except services.BookingError:
            self.model, was_refused = before, True
        else:
            was_refused = False
            self.reached.update(visit.state for visit in self.model.visits)
        assert was_refused == (not may)

    def case(self, number):
        return list(self.forms)[number % len(self.forms)]

    def of(self, case):
        return self.model.cases[case]

    def on_offer(self, start, but=None):
        return start >= self.now and start != OFF_GRID and self.model.is_free(start, self.rooms, but)

    def newest(self, case):
        return Appointment.objects.filter(case=case).order_by("pk").last()

    def chosen_room(self, visit):
        """Return the room that the code chose.

        The model knows everything else, and the invariant compares it.
        """
        slot = visit.slots.first()
        return slot and slot.resource_id

    def add(self, case, state, start, **fields):
        """Add a visit that the code has just created."""
        self.of(case).visits.append(Visit(state, start, self.chosen_room(self.newest(case)), **fields))

    def hold(self, case, start):
        until = self.hold_until(start, self.policy.answer_by(self.now))
        self.add(case, "held", start, held_until=until, is_walk_in=start <= self.now)

    def hold_until(self, start, answer_by):
        return answer_by if start.astimezone(ZONE).date() > answer_by.astimezone(ZONE).date() else start + VISIT

    def holds_enough(self, form, case=None):
        """Return whether the same patient holds a time in another case, or three of the same family do."""
        held = [
            other.name
            for one, other in self.forms.items()
            if other.email == form.email and one != case
            for visit in self.of(one).visits
            if visit.state == "held"
        ]
        return form.name in held or len(held) >= 3

    def send(self, form):
        case, _created = services.submit(form, settings=self.settings, profile=self.profile, policy=self.policy)
        if case.pk not in self.forms:
            self.forms[case.pk], self.model.cases[case.pk] = form, ModelCase()
        return case.pk

    @initialize(one=starts, two=starts)
    def begin(self, one, two):
        self.ask(one)
        self.ask(two)

    # The patient

    @precondition(lambda self: len(self.forms) < MAX_CASES)
    @rule(start=st.none() | starts)
    def ask(self, start):
        with self.attempt(lambda: start is None or self.on_offer(start), expires=start is not None):
            case = self.send(factories.make_submission(start=start))
            if start:
                self.hold(case, start)

    @precondition(lambda self: self.forms)
    @rule(number=numbers, start=st.none() | starts, is_asked=st.booleans())
    def send_the_same_form_again(self, number, start, is_asked=True):
        case = self.case(number)
        known = self.of(case).live
        replaces = known.start if known and is_asked else None

        def stays():
            return self.asks_for_no_other_time(self.of(case), start)

        def refused():
            # A case that has a held time may have another one instead.
            return known is None and self.holds_enough(self.forms[case], case)

        def allowed():
            live = self.of(case).live
            if stays():
                return True
            if live and (live.state == "booked" or not replaces):
                return False
            return start is None or refused() or self.on_offer(start, but=live)

        with self.attempt(allowed):
            assert self.send(replace(self.forms[case], start=start, replaces=replaces)) == case
            if stays():
                return
            if live := self.of(case).live:
                live.state = "canceled"
            if start and not refused():
                self.of(case).ask(self.calls)
                self.hold(case, start)

    def asks_for_no_other_time(self, known, start):
        visit = known.live or known.newest
        if not visit or visit.state == "expired":
            return False
        return visit.start == start or (visit.state == "booked" and start is None)

    @precondition(lambda self: 0 < len(self.forms) < MAX_CASES)
    @rule(number=numbers, start=starts, name=st.sampled_from(["Ana Lima", "Zoë Lima"]))
    def ask_from_a_new_form(self, number, start, name):
        """Send the same email with other words, which makes a second case.

        It gets a time only if this person holds none, and fewer than three of the family do.
        """
        form = replace(
            self.forms[self.case(number)], submission_key=uuid4(), message=uuid4().hex, start=start, name=name
        )
        with self.attempt(lambda: self.holds_enough(form) or self.on_offer(start)):
            holds_enough = self.holds_enough(form)
            case = self.send(form)
            if not holds_enough:
                self.hold(case, start)

    @precondition(lambda self: self.forms)
    @rule(number=numbers, start=starts)
    def choose_time(self, number, start):
        case = self.case(number)

        def allowed():
            live = self.of(case).live
            if not self.is_open(case) or live:
                return bool(live) and self.is_open(case) and live.start == start
            return not self.holds_enough(self.forms[case], case) and self.on_offer(start)

        with self.attempt(allowed):
            services.choose_time(case, start, policy=self.policy)
            if not self.of(case).live:
                self.of(case).ask(self.calls)
                self.hold(case, start)

    @precondition(lambda self: self.forms)
    @rule(number=numbers, start=starts)
    def move(self, number, start):
        case = self.case(number)

        def allowed():
            live = self.of(case).live
            if not live or self.now > live.start - CUT_OFF:
                return False
            return start == live.start or (start >= self.now + CUT_OFF and self.on_offer(start, but=live))

        with self.attempt(allowed):
            services.move(case, start, policy=self.policy)
            live = self.of(case).live
            if live.state == "held" and live.start != start:
                self.of(case).ask(self.calls)
                live.held_until = self.hold_until(start, min(live.held_until, live.start))
            live.start, live.resource = start, self.chosen_room(self.newest_live(case))

    def newest_live(self, case):
        return Appointment.objects.live().get(case=case)

    @precondition(lambda self: self.forms)
    @rule(number=numbers, by_desk=st.booleans())
    def cancel(self, number, by_desk):
        case = self.case(number)

        def allowed():
            live = self.of(case).live
            if not live:
                return False
            return not self.is_unclear(live) if by_desk else self.now <= live.start - CUT_OFF

        with self.attempt(allowed):
            services.cancel(case, actor=self.clerk if by_desk else None, policy=self.policy)
            live = self.of(case).live
            if live.state == "booked" and self.of(case).status == "in_care":
                self.of(case).status = "contacting"
            live.state = "expired" if live.start <= self.now else "canceled"

    # The desk

    def is_unclear(self, visit):
        """Return whether nobody has said yet if the patient came."""
        return visit.state == "booked" and visit.start <= self.now

    def is_open(self, case):
        return self.of(case).status in ("new", "contacting", "in_care")

    def seen(self, case):
        return {"actor": self.clerk, "expected_version": Case.objects.get(pk=case).version, "policy": self.policy}

    @precondition(lambda self: self.forms)
    @rule(number=numbers)
    def confirm(self, number):
        case = self.case(number)

        def allowed():
            visit = self.of(case).live or self.of(case).newest
            if not self.is_open(case) or not visit or visit.start <= self.now:
                return False
            is_free_again = not self.of(case).live and self.model.is_free(visit.start, self.rooms)
            return visit.state == "held" or (visit.state == "expired" and is_free_again)

        with self.attempt(allowed):
            services.confirm(case, **self.seen(case))
            visit = self.of(case).live or self.of(case).newest
            visit.state, visit.held_until = "booked", None
            visit.resource = self.chosen_room(self.newest_live(case))
            self.of(case).status = self.of(case).rest
            self.of(case).is_reached()

    @precondition(lambda self: self.forms)
    @rule(number=numbers, start=starts, anyway=st.booleans())
    def book(self, number, start, anyway=False):
        case = self.case(number)

        def allowed():
            live = self.of(case).live
            if not self.is_open(case) or start <= self.now or (live and self.is_unclear(live)):
                return False
            if live and live.state == "booked" and live.start == start:
                return False
            return self.model.is_free(start, self.rooms, live, blocked=not anyway)

        with self.attempt(allowed):
            services.book(case, start, anyway=["blocked"] if anyway else [], **self.seen(case))
            self.of(case).status = self.of(case).rest
            self.of(case).is_reached()
            if live := self.of(case).live:
                live.state, live.start, live.held_until = "booked", start, None
                live.resource = self.chosen_room(self.newest_live(case))
                live.is_walk_in = False
            else:
                self.add(case, "booked", start)

    @precondition(lambda self: self.forms)
    @rule(number=numbers, step=steps, outcome=outcomes)
    def take_an_allowed_step(self, number, step, outcome):
        allowed = self.of(self.case(number)).steps()
        self.change_stage(number, allowed[step % len(allowed)], outcome)

    @precondition(lambda self: self.forms)
    @rule(number=numbers, to_stage=st.sampled_from(STAGES), outcome=outcomes)
    def change_stage(self, number, to_stage, outcome):
        case = self.case(number)
        known = self.of(case)

        def allowed():
            if to_stage not in known.steps():
                return False
            if to_stage == "closed":
                return self.may_close(known, outcome)
            visit = known.of_step
            if known.is_step_back(to_stage):
                state = visit.before[visit.state][0]
                return not visit.is_done and (state not in ("held", "booked") or not known.live)
            is_ahead = visit is not None and visit.state in ("held", "booked", "checked_in")
            return not is_ahead or self.is_time_for(visit, visit.state, to_stage)

        with self.attempt(allowed):
            outcome = outcome if to_stage == "closed" else ""
            services.change_stage(case, to_stage, outcome=outcome, note="So it was.", **self.seen(case))
            self.follow(case, known, to_stage)

    def follow(self, case, known, to_stage):
        """Take the step in the model."""
        if known.is_step_back(to_stage):
            self.undo(known)
        elif to_stage == "checked_in":
            self.come(case)
        elif to_stage in ("consulted", "treated", "no_show"):
            visit = known.of_step
            visit.before[to_stage] = (visit.state, None, known.status, known.asked, self.calls)
            visit.state = to_stage
            visit.owes = {"treated": "day_after", "no_show": "no_show"}.get(to_stage, "")
            if not known.holds:
                known.status = "contacting" if to_stage == "no_show" else "in_care"
        elif to_stage == "closed":
            self.end_all(known)
            known.status = "closed"
        elif known.status == "closed":
            known.status = known.rest
        elif to_stage == "new":
            known.status = "new"
            known.ask(self.calls)
        else:
            known.status = to_stage

    def undo(self, known):
        visit = known.of_step
        visit.state, visit.held_until, status, asked, number = visit.before[visit.state]
        visit.owes = ""
        if not visit.state:  # A walk-in leaves nothing behind.
            known.visits.remove(visit)
        has_asked = known.asked is not None and known.asked > number
        if has_asked or known.reached > number:
            known.status = known.rest if known.status == "in_care" else known.status
        else:
            known.status = status
        if known.asked is None and known.reached <= number:
            known.asked = asked
        self.model.expire(self.now)

    @precondition(lambda self: self.forms)
    @rule(number=numbers, outcome=st.sampled_from(["reached", "no_answer"]))
    def call(self, number, outcome):
        case = self.case(number)
        known = self.of(case)
        with self.attempt(lambda: self.is_open(case) and known.status != "new", expires=False):
            if known.status == "new":  # Going back to new takes back the call. That is proven elsewhere.
                raise services.BookingError
            services.record_call(case, outcome, actor=self.clerk, expected_version=self.seen(case)["expected_version"])
            known.asked = None
            if outcome == "reached":
                known.status, known.reached = known.rest, self.calls
                known.is_reached()

    @precondition(lambda self: self.forms)
    @rule(number=numbers)
    def ask_how_they_are(self, number):
        case = self.case(number)
        known = self.of(case)
        seen = {name: value for name, value in self.seen(case).items() if name != "policy"}
        with self.attempt(lambda: any(visit.owes == "day_after" for visit in known.visits), expires=False):
            services.check_on(case, is_well=True, **seen)
            treated = [visit for visit in known.visits if visit.owes == "day_after"]
            visit = min(treated, key=lambda visit: visit.start.astimezone(ZONE).date())
            visit.owes, visit.is_done = "", True

    def end_all(self, known):
        known.asked = None
        for visit in known.visits:
            visit.owes = ""
        for visit in known.visits:
            if visit.is_live or (visit.state == "checked_in" and visit.start > self.now):
                ended = "expired" if visit.start <= self.now else "canceled"
                visit.state = "no_show" if self.is_unclear(visit) else ended

    def is_time_for(self, visit, stage, to_stage):
        day, today = visit.start.astimezone(ZONE).date(), self.now.astimezone(ZONE).date()
        if to_stage == "checked_in":
            return day == today and self.now >= visit.start - timedelta(hours=4)
        if stage == "booked" and to_stage == "no_show":
            return self.now >= visit.start
        has_ended = to_stage in ("consulted", "treated")
        return not has_ended or (self.now >= visit.start and (stage != "booked" or today > day))

    def may_close(self, known, outcome):
        states = {visit.state for visit in known.visits}
        is_unclear = known.live is not None and self.is_unclear(known.live)
        is_here = any(one.state == "checked_in" and one.start <= self.now for one in known.visits)
        if is_here or any(visit.owes == "day_after" for visit in known.visits):
            return False
        if outcome == "no_show":
            return is_unclear or "no_show" in states
        return bool({"consulted", "treated"} & states) and not is_unclear

    def come(self, case):
        """Check in the live visit, or a patient who walks in.

        A walk-in takes a room from this quarter hour on, if one is free.
        """
        known = self.of(case)
        before = (known.status, known.asked, self.calls)
        if live := known.live:
            live.before["checked_in"] = (live.state, live.held_until, *before)
            live.state, live.held_until, known.status = "checked_in", None, "in_care"
            known.is_reached()
            return
        known.status = "in_care"
        known.is_reached()
        start = min(quarters(self.now, self.now + VISIT))
        is_free = self.model.is_free(start, self.rooms)
        self.add(case, "checked_in", start, is_walk_in=True)
        assert is_free == (known.newest.resource is not None)
        known.newest.before["checked_in"] = ("", None, *before)

    @precondition(lambda self: self.forms)
    @rule(number=numbers, start=starts)
    def act_on_a_stale_page(self, number, start):
        case = self.case(number)
        stale = {**self.seen(case), "expected_version": Case.objects.get(pk=case).version - 1}
        with self.attempt(lambda: False):
            services.book(case, start, **stale)

    @rule(start=starts, minutes=st.sampled_from([10, 60, 300]), rooms=st.integers(1, 2**ROOMS - 1))
    def block_time(self, start, minutes, rooms):
        rooms = [room for number, room in enumerate(self.rooms) if rooms >> number & 1]
        end = start + timedelta(minutes=minutes)
        slots = {room: {(room, at) for at in quarters(start, end)} for room in rooms}
        with self.attempt(lambda: self.model.may_block(set().union(*slots.values()), self.now)):
            for blocked in services.block_time(rooms, start, end, actor=self.clerk):
                self.model.blocked[blocked.pk] = slots[blocked.resource_id]

    @rule(number=numbers)
    def unblock_time(self, number):
        blocked = list(self.model.blocked)[number % len(self.model.blocked)] if self.model.blocked else 0
        services.unblock_time(blocked)
        self.model.blocked.pop(blocked, None)

    # Time

    @rule(minutes=st.sampled_from([15, 60, 240, 24 * 60]))
    def wait(self, minutes):
        self.clock.shift(timedelta(minutes=minutes))

    @precondition(lambda self: any(visit.is_live and visit.start > self.now for visit in self.model.visits))
    @rule()
    def wait_for_the_next_visit(self):
        self.clock.move_to(min(visit.start for visit in self.model.visits if visit.is_live and visit.start > self.now))

    @precondition(lambda self: self.forms)
    @rule(number=numbers, start=starts)
    def miss_a_visit(self, number, start):
        live = self.of(self.case(number)).live
        if not live or live.state != "booked":
            self.book(number, start)
            live = self.of(self.case(number)).live
        if live:
            self.clock.move_to(max(self.now, live.start))
            self.change_stage(number, "no_show", Outcome.NO_SHOW)

    @rule()
    def expire_holds(self):
        self.model.expire(self.now)
        services.expire_holds()

    # What holds after each step

    @invariant()
    def rows_are_in_order(self):
        assert booking_invariants.check() == []

    @invariant()
    def database_is_what_the_model_says(self):
        stored = {case.pk: (services.get_stage(case), []) for case in Case.objects.prefetch_related("appointments")}
        for visit in Appointment.objects.order_by("pk"):
            stored[visit.case_id][1].append((visit.state, visit.starts_at))
        assert stored == {
            case: (known.stage, [(visit.state, visit.start) for visit in known.visits])
            for case, known in self.model.cases.items()
        }
        assert set(BlockedTime.objects.values_list("pk", flat=True)) == set(self.model.blocked)

    @invariant()
    def page_offers_what_is_free(self):
        offered = {free.at for free in services.free_starts(self.policy, self.now)}
        # A held time that has run out is on offer, also before anything has written that down.
        now = deepcopy(self.model)
        now.expire(self.now)
        for start in STARTS:
            free = start >= self.now and start != OFF_GRID and now.is_free(start, self.rooms)
            assert (start in offered) == free


@pytest.fixture
def clinic(home, monkeypatch):
    # The model does not count how often a patient changes a request in a day.
    monkeypatch.setattr(limits, "take", lambda limit, value: True)
    factories.clinic_profile()
    factories.consultation_settings(notice_minutes=0, horizon_days=3, change_until_hours=2)
    factories.opening_hours()
    VisitType.objects.update(pause_minutes=15)
    Resource.objects.create(name="Second room")


@pytest.fixture
def machine(clinic):
    """Call the machine's rules one by one, in an order that once went wrong."""
    machine = Appointments()
    try:
        yield machine
        machine.rows_are_in_order()
        machine.database_is_what_the_model_says()
    finally:
        machine.teardown()


def test_any_order_of_calls_keeps_visits_in_order(clinic):
    how = settings(
        max_examples=size(15, 60),
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
    )
    run_state_machine_as_test(Appointments, settings=how)
    wanted = {"held", "booked", "checked_in", "canceled", "expired", *size((), ("no_show",))}
    assert Appointments.reached >= wanted, "The calls were too tame."


def test_treated_visit_keeps_its_room_to_the_end(machine):
    machine.ask(EARLIER)
    machine.confirm(0)
    machine.clock.move_to(EARLIER - timedelta(hours=1))
    for stage in ("checked_in", "treated", "checked_in", "treated", "closed"):
        machine.change_stage(0, stage, Outcome.COMPLETED)
        machine.clock.move_to(EARLIER)
    machine.ask_how_they_are(0)
    machine.change_stage(0, "closed", Outcome.COMPLETED)
    assert machine.model.cases[machine.case(0)].status == "closed"
    (visit,) = machine.model.visits
    assert (visit.state, len(visit.slots)) == ("treated", 3)


def test_visit_is_not_treated_before_it_begins(machine):
    machine.ask(EARLIER)
    machine.confirm(0)
    machine.clock.move_to(EARLIER - timedelta(hours=1))
    machine.change_stage(0, "checked_in", Outcome.COMPLETED)
    machine.change_stage(0, "treated", Outcome.COMPLETED)
    assert [visit.state for visit in machine.model.visits] == ["checked_in"]


def test_follow_up_does_not_end_the_visit_that_goes_on(machine):
    machine.ask(EARLIER)
    machine.confirm(0)
    machine.clock.move_to(EARLIER - timedelta(hours=1))
    machine.change_stage(0, "checked_in", Outcome.COMPLETED)
    machine.book(0, LATER)
    machine.change_stage(0, "booked", Outcome.COMPLETED)  # Refused: a case has one booked time.
    machine.clock.move_to(EARLIER)
    machine.change_stage(0, "treated", Outcome.COMPLETED)
    assert [visit.state for visit in machine.model.visits] == ["treated", "booked"]


def test_time_chosen_during_a_visit_waits_for_its_own_answer(machine):
    machine.ask(None)
    machine.change_stage(0, "checked_in", Outcome.COMPLETED)
    machine.choose_time(0, LATER)
    (known,) = [case for case in machine.model.cases.values() if case.visits and case.visits[0].is_walk_in]
    assert (known.stage, known.status) == ("checked_in", "contacting")
    machine.change_stage(0, "treated", Outcome.COMPLETED)
    assert (known.stage, known.status) == ("contacting", "contacting")


def test_undone_walk_in_leaves_the_time_before_it(machine):
    machine.ask(LATER)
    machine.wait(240)
    machine.expire_holds()
    machine.change_stage(0, "checked_in", Outcome.COMPLETED)
    machine.change_stage(0, "booked", Outcome.COMPLETED)
    assert [visit.state for visit in machine.model.visits] == ["expired"]
    machine.confirm(0)
    assert [visit.state for visit in machine.model.visits] == ["booked"]


def test_closing_cancels_a_visit_that_the_patient_came_to_early(machine):
    machine.ask(EARLIER)
    machine.confirm(0)
    machine.clock.move_to(EARLIER - timedelta(hours=1))
    machine.change_stage(0, "checked_in", Outcome.COMPLETED)
    case = machine.case(0)
    services.change_stage(case, "closed", outcome=Outcome.NOT_SUITABLE, **machine.seen(case))
    machine.end_all(machine.of(case))
    machine.of(case).status = "closed"
    assert [visit.state for visit in machine.model.visits] == ["canceled"]


def test_room_of_a_visit_checked_in_early_is_not_offered(machine):
    machine.ask(EARLIER)
    machine.confirm(0)
    Resource.objects.filter(name="Second room").update(is_active=False)
    machine.clock.move_to(EARLIER - timedelta(hours=4))
    machine.change_stage(0, "checked_in", Outcome.COMPLETED)
    assert EARLIER not in {free.at for free in services.free_starts(machine.policy, machine.now)}
    Resource.objects.update(is_active=True)


def test_visit_is_checked_in_on_its_day_only(machine):
    machine.ask(EARLIER)
    machine.confirm(0)
    for moment in (EARLIER - timedelta(hours=4, seconds=1), EARLIER + timedelta(hours=15)):
        machine.clock.move_to(moment)
        machine.change_stage(0, "checked_in", Outcome.COMPLETED)
        assert machine.model.visits[0].state == "booked"


def test_step_back_restores_a_held_time(machine):
    machine.ask(EARLIER)
    held_until = machine.model.visits[0].held_until
    machine.clock.move_to(EARLIER - timedelta(hours=1))
    machine.ask(LATER)
    machine.clock.move_to(LATER - timedelta(hours=4))
    case = machine.case(1)
    until = machine.newest(case).held_until
    machine.change_stage(1, "checked_in", Outcome.COMPLETED)
    machine.change_stage(1, "booked", Outcome.COMPLETED)
    visit = machine.newest(case)
    assert (visit.state, visit.held_until, Case.objects.get(pk=case).status) == ("held", until, "new")
    assert set(visit.slots.values_list("expires_at", flat=True)) == {until}
    assert held_until < EARLIER


def test_invariant_sees_a_checked_in_visit_without_its_room(machine, monkeypatch):
    """Switch the guard off: a check-in that gives up the slots, as it once did."""
    keep = appointments._set_state

    def give_up(visit, state, held_until=None):
        keep(visit, state, held_until)
        if state == "checked_in":
            visit.slots.all().delete()

    monkeypatch.setattr(appointments, "_set_state", give_up)
    machine.ask(EARLIER)
    machine.confirm(0)
    machine.clock.move_to(EARLIER - timedelta(hours=1))
    machine.change_stage(0, "checked_in", Outcome.COMPLETED)
    assert len(booking_invariants.check()) == 1
    # The other room is taken, so the page offers the room that the visit has.
    services.block_time(machine.rooms[1:], EARLIER, LATER, actor=machine.clerk)
    machine.model.blocked = {0: {(machine.rooms[1], at) for at in quarters(EARLIER, LATER)}}
    with pytest.raises(AssertionError):
        machine.page_offers_what_is_free()
    monkeypatch.undo()
    machine.model.blocked = {one.pk: set() for one in BlockedTime.objects.all()}
    place_again(machine.newest(machine.case(0)), machine.rooms[0])


def place_again(visit, room):
    Slot.objects.bulk_create(
        Slot(resource_id=room, at=at, appointment=visit) for at in quarters(visit.starts_at, visit.ends_at + PAUSE)
    )


def test_missed_visit_keeps_its_room_beside_the_next(machine):
    machine.ask(EARLIER)
    machine.confirm(0)
    machine.wait(24 * 60)
    machine.book(0, LATER)
    assert [visit.state for visit in machine.model.visits] == ["booked"]
    machine.change_stage(0, "no_show", Outcome.COMPLETED)
    machine.book(0, LATER)
    assert [visit.state for visit in machine.model.visits] == ["no_show", "booked"]


def test_third_walk_in_has_no_room(machine):
    for number in range(3):
        machine.ask(None)
        machine.change_stage(number, "checked_in", Outcome.COMPLETED)
    assert [visit.resource for visit in machine.model.visits] == [*machine.rooms, None]


def test_newest_time_is_confirmed_not_an_expired_one(machine):
    machine.ask(LATER)
    machine.wait(240)
    machine.send_the_same_form_again(0, EARLIER)
    machine.confirm(0)
    assert machine.newest(machine.case(0)).starts_at == EARLIER
    assert machine.newest(machine.case(0)).state == "booked"


def test_expired_time_before_a_canceled_one_stays_expired(machine):
    machine.ask(LATER)
    machine.wait(240)
    machine.book(0, EARLIER)
    machine.cancel(0, by_desk=True)
    machine.confirm(0)
    assert machine.newest(machine.case(0)).state == "canceled"


def test_past_time_cannot_be_confirmed(machine):
    machine.ask(EARLIER)
    machine.wait(24 * 60)
    machine.wait(15)
    machine.confirm(0)
    assert not Appointment.objects.filter(state="booked").exists()


def test_expired_time_is_confirmed_in_another_free_room(machine):
    machine.ask(EARLIER)
    machine.wait(240)
    machine.ask(EARLIER)
    machine.confirm(0)
    taken = set(Appointment.objects.exclude(slots=None).values_list("slots__resource", flat=True))
    assert taken == set(machine.rooms)


def test_switched_off_room_takes_no_expired_time(machine):
    machine.ask(EARLIER)
    machine.wait(240)
    Resource.objects.filter(pk=machine.rooms[0]).update(is_active=False)
    machine.confirm(0)
    assert machine.chosen_room(machine.newest(machine.case(0))) == machine.rooms[1]


def test_blocked_time_counts_the_repeated_hour(machine):
    # From 1:45 to 1:15 is half an hour here. The other way round it ends before it starts, whatever the clock reads.
    first, second = at("2027-11-07 01:45"), at("2027-11-07 01:15", fold=1)
    (blocked,) = services.block_time(machine.rooms[:1], first, second, actor=machine.clerk)
    assert blocked.slots.count() == 2
    machine.model.blocked[blocked.pk] = set()
    with pytest.raises(services.BookingError):
        services.block_time(machine.rooms[:1], second, first, actor=machine.clerk)


def test_treated_case_is_booked_again(machine):
    """Book the treatment in the case of the consultation before it."""
    machine.ask(EARLIER)
    machine.confirm(0)
    machine.clock.move_to(EARLIER)
    machine.change_stage(0, "checked_in", Outcome.COMPLETED)
    machine.change_stage(0, "treated", Outcome.COMPLETED)
    machine.book(0, LATER)
    assert [visit.state for visit in machine.model.visits] == ["treated", "booked"]
