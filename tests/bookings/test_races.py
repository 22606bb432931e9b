"""Two patients never get the same resource at the same quarter hour, however many ask at once.

Real transactions, real threads, on the database that ``DATABASE_URL`` names. There are two guards: the lock that lets
writers in one by one (PostgreSQL: the rows of the resources; SQLite: BEGIN IMMEDIATE) and ``unique(resource, at)``.
Each is switched off here, alone and together, before the storm shows both at work.
"""

import random
from collections import Counter
from contextlib import suppress
from datetime import time, timedelta
from functools import partial
from threading import Barrier, BrokenBarrierError, local
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from bookings import services
from bookings.models import (
    LIVE,
    Appointment,
    AppointmentState,
    BlockedTime,
    BlockedTimeRule,
    Case,
    Event,
    EventKind,
    Resource,
    ResourceKind,
    Slot,
    VisitType,
)
from bookings.scheduling.policy import BookingPolicy
from bookings.services import appointments, blocked_time, slots, submissions
from clinic.hours.parsing import parse_spans
from clinic.models import OpeningHours
from tests import booking_invariants, factories
from tests.opening_hours import at, utc
from tests.sizes import size
from tests.threads import together

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles
START = at("2027-06-09 10:00")
THREADS = 8
MEETING_SECONDS = 4.0  # How long a reader waits for the others. With a lock they never come.


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW) as traveller:
        yield traveller


@pytest.fixture
def resource(profile):
    return Resource.objects.get()


@pytest.fixture
def visit_type(profile):
    """Return the visit type that patients book, with a pause.

    It takes half an hour in a room, and the pause a quarter hour.
    """
    VisitType.objects.update(pause_minutes=15)
    return VisitType.get_default()


@pytest.fixture
def short_holds(profile):
    return factories.consultation_settings(notice_minutes=0, hold_minutes=15)


@pytest.fixture
def policy(profile, short_holds, visit_type):
    factories.opening_hours()
    return BookingPolicy.build(short_holds, OpeningHours.for_site(profile.site).schedule(profile), visit_type)


@pytest.fixture
def clerk(profile):
    return factories.make_user("frontdesk", first_name="Fran", last_name="Frontdesk")


@pytest.fixture
def ask(profile, short_holds, policy):
    """Return a function that requests a time, and returns its case."""

    def submit(start=START, patient=None, key=None, policy=policy):
        email = f"{patient or uuid4().hex}@patient.example.com"
        submission = factories.make_submission(email=email, submission_key=key or uuid4(), start=start)
        return services.submit(submission, settings=short_holds, profile=profile, policy=policy)[0]

    return submit


@pytest.fixture
def desk_books(policy, clerk):
    """Return a function that books START, or another time, for the case."""

    def book(case, start=START, service=services.book, policy=policy):
        return service(case.pk, start, actor=clerk, expected_version=case.version, policy=policy)

    return book


def at_once(calls):
    return Counter(together([partial(answer_of, call) for call in calls]))


def answer_of(call):
    """Return "ok" or the name of the BookingError.

    Other errors, such as a deadlock, are raised.
    """
    try:
        call()
    except services.BookingError as error:
        return type(error).__name__
    return "ok"


# The guards, one by one


READS_BEFORE_WRITING = 3  # For blocked times, for the obstacles, and for the resources.


@pytest.fixture
def meeting(monkeypatch):
    """Let all threads read the taken slots before one writes.

    The lock may prevent it. Return a function that says whether they met.
    """
    met, seen, real = Barrier(THREADS), local(), slots._taken

    def read_then_wait(*args, **kwargs):
        taken = real(*args, **kwargs)
        seen.reads = getattr(seen, "reads", 0) + 1
        if seen.reads <= READS_BEFORE_WRITING:
            with suppress(BrokenBarrierError):
                met.wait(timeout=MEETING_SECONDS)
        return taken

    monkeypatch.setattr(slots, "_taken", read_then_wait)
    return lambda: not met.broken


@pytest.fixture
def unlocked_book(monkeypatch):
    """Return ``book`` without its lock on the resources.

    On SQLite the transaction is the lock, so it goes as well. Each statement before the write is then a transaction of
    its own, the check-then-insert of a program that never began one. A deferred transaction would prove nothing: SQLite
    refuses a writer that has read stale rows.
    """
    for module in (appointments, blocked_time, submissions):
        monkeypatch.setattr(module, "lock_resources", lambda: list(Resource.objects.order_by("pk")))
    return services.book.__wrapped__ if connection.vendor == "sqlite" else services.book


@pytest.fixture
def no_constraint():
    """Remove ``unique(resource, at)`` from the table of slots for one test."""
    known = Slot._meta.constraints
    unique = next(one for one in known if one.name == "bookings_one_slot_a_quarter_hour")
    # SQLite makes the table anew from what the model says.
    Slot._meta.constraints = [one for one in known if one is not unique]
    try:
        with connection.schema_editor() as editor:
            editor.remove_constraint(Slot, unique)
        yield
    finally:
        Slot._meta.constraints = known
        Slot.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Slot, unique)


def eight_clerks(desk_books, **how):
    return [partial(desk_books, factories.make_case(), **how) for _clerk in range(THREADS)]


def test_visits_overlap_without_both_guards(resource, no_constraint, unlocked_book, meeting, desk_books):
    # There is something to guard: eight patients get one room at one time.
    assert at_once(eight_clerks(desk_books, service=unlocked_book)) == {"ok": THREADS}
    assert meeting()
    assert len(booking_invariants.overlaps()) == THREADS - 1
    booked = Appointment.objects.values_list("state", "slots__resource", "starts_at")
    assert set(booked) == {("booked", resource.pk, START)}


def test_constraint_alone_refuses_the_second_visit(resource, unlocked_book, meeting, desk_books):
    assert at_once(eight_clerks(desk_books, service=unlocked_book)) == {"ok": 1, "TimeTakenError": THREADS - 1}
    assert meeting()
    assert booking_invariants.check() == []


def test_lock_alone_lets_writers_in_singly(resource, no_constraint, meeting, desk_books):
    assert at_once(eight_clerks(desk_books)) == {"ok": 1, "TimeTakenError": THREADS - 1}
    assert not meeting()
    assert booking_invariants.check() == []


@pytest.fixture
def each_in_a_room(policy_of_two, clerk):
    """Return a function that makes eight clerks book one treatment each, in rooms of their own.

    So only the one practitioner is missing.
    """
    rooms = [Resource.objects.create(name=f"Room {number}").pk for number in range(THREADS)]
    known = {"actor": clerk, "policy": policy_of_two, "visit_type": VisitType.objects.get(name="Treatment")}

    def make(service=services.book):
        cases = [factories.make_case() for _room in rooms]
        return [
            partial(service, case.pk, START, expected_version=case.version, preferred=[room], **known)
            for case, room in zip(cases, rooms, strict=True)
        ]

    return make


def test_practitioner_overlaps_without_both_guards(each_in_a_room, no_constraint, unlocked_book, meeting):
    assert at_once(each_in_a_room(unlocked_book)) == {"ok": THREADS}
    assert meeting()
    assert len(booking_invariants.overlaps()) == THREADS - 1
    (practitioner,) = {slot.resource.name for slot in Slot.objects.filter(resource__kind="practitioner")}
    assert practitioner == "Dr. Reis"


def test_constraint_alone_refuses_the_second_treatment(each_in_a_room, unlocked_book, meeting):
    assert at_once(each_in_a_room(unlocked_book)) == {"ok": 1, "TimeTakenError": THREADS - 1}
    assert meeting()
    assert booking_invariants.check() == []


def test_lock_alone_books_the_practitioner_once(each_in_a_room, no_constraint, meeting):
    assert at_once(each_in_a_room()) == {"ok": 1, "TimeTakenError": THREADS - 1}
    assert not meeting()
    assert booking_invariants.check() == []


def test_database_has_the_slot_constraint():
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Slot._meta.db_table)
    unique = [one["columns"] for one in found.values() if one["unique"] and not one["primary_key"]]
    assert ["resource_id", "at"] in unique


def test_database_refuses_one_slot_twice(resource, clerk):
    (blocked,) = services.block_time([resource.pk], START, START + timedelta(minutes=15), actor=clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Slot.objects.create(resource=resource, at=START, blocked_time=blocked)
    assert Slot.objects.count() == 1


# Small races whose end is known


def test_one_room_takes_one_of_eight_patients(resource, ask):
    assert at_once([ask] * THREADS) == {"ok": 1, "TimeTakenError": THREADS - 1}
    assert Case.objects.count() == 1
    assert booking_invariants.check() == []


def test_two_rooms_take_two_of_eight_patients(resource, ask):
    Resource.objects.create(name="Second room")
    assert at_once([ask] * THREADS) == {"ok": 2, "TimeTakenError": THREADS - 2}
    assert booking_invariants.check() == []


def test_partly_overlapping_visits_cannot_both_win(resource, ask):
    # With 30 minutes and a pause of 15, of four starts a quarter hour apart only the first and last fit together.
    starts = [START + timedelta(minutes=15 * (number % 4)) for number in range(THREADS)]
    won = at_once([partial(ask, start) for start in starts])["ok"]
    assert 1 <= won <= 2
    assert booking_invariants.check() == []


def test_one_of_six_clerks_confirming_wins(resource, ask, policy, clerk):
    case = ask()
    confirm = partial(services.confirm, case.pk, actor=clerk, expected_version=case.version, policy=policy)
    assert at_once([confirm] * 6) == {"ok": 1, "StaleCaseError": 5}
    assert case.appointments.get().state == AppointmentState.BOOKED
    assert booking_invariants.check() == []


def test_form_sent_eight_times_holds_one_time(resource, ask):
    key = uuid4()
    starts = [START + timedelta(hours=number % 4) for number in range(THREADS)]
    assert at_once([partial(ask, start, "ana", key) for start in starts]) == {"ok": 2, "HasTimeError": 6}
    assert Case.objects.count() == 1
    assert booking_invariants.check() == []


def test_time_is_either_blocked_or_booked(resource, ask, clerk):
    close = partial(services.block_time, [resource.pk], START, START + timedelta(hours=1), actor=clerk)
    answers = at_once([ask, close] * 4)
    assert answers["ok"] == 1
    assert Appointment.objects.count() + BlockedTime.objects.count() == 1
    assert booking_invariants.check() == []


def test_swapping_two_visits_causes_no_deadlock(resource, desk_books, policy):
    other = START + timedelta(hours=1)
    one, two = (desk_books(factories.make_case(), start) for start in (START, other))
    swap = [
        partial(services.move, one.pk, other, policy=policy),
        partial(services.move, two.pk, START, policy=policy),
    ]
    assert at_once(swap * 4) == {"TimeTakenError": 8}
    assert booking_invariants.check() == []


# A visit that needs a room and a practitioner


@pytest.fixture
def policy_of_two(policy):
    """Return the policy of visits that need a room and a practitioner.

    There are two rooms, and one practitioner who performs it.
    """
    Resource.objects.create(name="Second room")
    both = VisitType.objects.create(name="Treatment", pause_minutes=15, needs_practitioner=True, sort_order=1)
    both.performed_by.create(name="Dr. Reis", kind=ResourceKind.PRACTITIONER)
    Resource.objects.create(name="Nobody's nurse", kind=ResourceKind.PRACTITIONER)
    return policy.for_type(both)


def test_one_practitioner_takes_one_of_eight_patients(resource, ask, policy_of_two):
    assert at_once([partial(ask, policy=policy_of_two)] * THREADS) == {"ok": 1, "TimeTakenError": THREADS - 1}
    assert Slot.objects.count() == 2 * 3
    assert booking_invariants.check() == []


def test_room_visits_and_treatments_share_two_rooms(resource, ask, policy_of_two):
    calls = [partial(ask, policy=policy_of_two), ask] * (THREADS // 2)
    answers = together([partial(answer_of, call) for call in calls])
    assert Counter(answers) == {"ok": 2, "TimeTakenError": THREADS - 2}
    assert answers[::2].count("ok") <= 1
    assert booking_invariants.check() == []


def test_swapping_two_treatments_causes_no_deadlock(resource, desk_books, policy_of_two):
    other = START + timedelta(hours=1)
    one, two = (desk_books(factories.make_case(), start, policy=policy_of_two) for start in (START, other))
    swap = [
        partial(services.move, one.pk, other, policy=policy_of_two),
        partial(services.move, two.pk, START, policy=policy_of_two),
    ]
    assert at_once(swap * 4) == {"TimeTakenError": 8}
    assert booking_invariants.check() == []


# The storm


class Storm:
    """Make random calls on a dozen cases, eight starts, two rooms, five practitioners and four types of visit.

    What the calls read may be stale.
    """

    PATIENTS = 12
    STARTS = tuple(START + timedelta(minutes=15 * number) for number in range(8))
    # Only the desk can book so near. These visits can be checked in.
    TODAY = tuple(NOW + timedelta(minutes=150 + 15 * number) for number in range(4))

    WEIGHTS = {
        "submit": 5,
        "confirm": 3,
        "book": 4,
        "book_treatment": 4,
        "book_talk": 4,
        "add_rule": 1,
        "end_rule": 1,
        "move": 4,
        "cancel": 5,
        "expire": 2,
        "block": 2,
        "unblock": 2,
        "check_in": 2,
        "undo_check_in": 2,
        "close": 1,
        "note": 1,
        "look": 1,
    }

    def __init__(self, ask, policy, clerk, seed):
        self.ask, self.policy, self.clerk, self.random = ask, policy, clerk, random.Random(seed)  # noqa: S311
        self.types = list(VisitType.objects.order_by("pk"))

    def calls(self, count):
        """Draw the calls before the threads start.

        So the seed alone decides who tries what.
        """
        names = self.random.choices(list(self.WEIGHTS), list(self.WEIGHTS.values()), k=count)
        return [partial(getattr(self, name), self.random.randrange(10**6)) for name in names]

    def start(self, number):
        return self.STARTS[number % len(self.STARTS)]

    def case(self, number):
        """Return a case, two times in three one that has a time.

        So there is something to lose.
        """
        known = Case.objects.order_by("pk")
        return picked(known.filter(appointments__state__in=LIVE) if number % 3 else known, number) or picked(known, 0)

    def submit(self, number):
        patient = number % self.PATIENTS
        key = uuid4() if number % 5 == 0 else PATIENTS_KEYS[patient]
        self.ask(self.start(number // 7), f"patient{patient}", key)

    def confirm(self, number):
        held = Case.objects.filter(appointments__state=AppointmentState.HELD).order_by("pk")
        case = picked(held, number) or self.case(number)
        services.confirm(case.pk, actor=self.clerk, expected_version=case.version, policy=self.policy)

    def book(self, number):
        case = self.case(number)
        starts = self.TODAY if number % 2 else self.STARTS
        start, known = starts[number // 7 % len(starts)], {"actor": self.clerk, "expected_version": case.version}
        services.book(case.pk, start, policy=self.policy, **known)

    def book_treatment(self, number):
        self.book_type(self.types[1], number)

    def book_talk(self, number):
        self.book_type(self.types[2], number)

    def book_type(self, visit_type, number):
        case, start = self.case(number), self.start(number // 7)
        preferred = list(Resource.objects.order_by("pk").values_list("pk", flat=True))[number % 5 :]
        known = {"actor": self.clerk, "expected_version": case.version, "policy": self.policy}
        anyway = ["away", "blocked"] if number % 2 else []
        services.book(case.pk, start, visit_type=visit_type, preferred=preferred, anyway=anyway, **known)

    def add_rule(self, number):
        resources = list(Resource.objects.order_by("pk").values_list("pk", flat=True))[number % 3 :]
        day, begins = START.date(), time(10 + number % 2)
        services.add_block_rule(
            resources, [day.weekday()], begins, time(begins.hour, 30), day, last_day=day, actor=self.clerk
        )

    def end_rule(self, number):
        if rule := picked(BlockedTimeRule.objects.order_by("pk"), number):
            services.end_block_rule(rule.pk)

    def move(self, number):
        services.move(self.case(number).pk, self.start(number // 7), policy=self.policy)

    def cancel(self, number):
        services.cancel(self.case(number).pk, actor=self.clerk if number % 2 else None, policy=self.policy)

    def expire(self, _number):
        services.expire_holds()

    def block(self, number):
        resources = list(Resource.objects.order_by("pk").values_list("pk", flat=True))[number % 4 :]
        start = self.start(number // 7)
        services.block_time(resources, start, start + timedelta(minutes=10), actor=self.clerk)

    def unblock(self, number):
        if blocked := picked(BlockedTime.objects.order_by("pk"), number):
            services.unblock_time(blocked.pk)

    def check_in(self, number):
        today = Case.objects.filter(appointments__state__in=LIVE, appointments__starts_at__lt=NOW + timedelta(hours=4))
        case = picked(today.order_by("pk"), number) or self.case(number)
        known = {"actor": self.clerk, "expected_version": case.version, "policy": self.policy}
        services.change_stage(case.pk, "checked_in", **known)

    def undo_check_in(self, number):
        came = Case.objects.filter(status="contacting", appointments__state=AppointmentState.CHECKED_IN)
        case = picked(came.order_by("pk"), number) or self.case(number)
        services.change_stage(case.pk, "booked", actor=self.clerk, expected_version=case.version, policy=self.policy)

    def close(self, number):
        case = self.case(number)
        known = {"actor": self.clerk, "expected_version": case.version}
        services.change_stage(case.pk, "closed", outcome="unreachable", **known)

    def note(self, number):
        services.add_note(self.case(number).pk, "Called.", actor=self.clerk)

    def look(self, number):
        services.explain_day(self.policy.for_type(self.types[number % len(self.types)]), START.date(), NOW)


def picked(rows, number):
    rows = list(rows)
    return rows[number % len(rows)] if rows else None


PATIENTS_KEYS = [uuid4() for _patient in range(Storm.PATIENTS)]
ROUNDS, MOST_ROUNDS, CALLS_A_THREAD = size(5, 12), 18, 8


@pytest.fixture
def four_types(resource):
    """Add a treatment in a room, a talk without one, and a checkup by one of three nurses who do nothing else.

    Of two other practitioners, one performs both, and one is there only until 11 am.
    """
    Resource.objects.create(name="Second room")
    reis = Resource.objects.create(name="Dr. Reis", kind=ResourceKind.PRACTITIONER)
    morning = {"has_own_hours": True, "wednesday": parse_spans("9 am – 11 am")}
    kim = Resource.objects.create(name="Nurse Kim", kind=ResourceKind.PRACTITIONER, **morning)
    treatment = VisitType.objects.create(name="Treatment", minutes=45, needs_practitioner=True, sort_order=1)
    treatment.performed_by.set([reis, kim])
    talk = VisitType.objects.create(name="Talk", minutes=15, needs_room=False, needs_practitioner=True, sort_order=2)
    talk.performed_by.set([reis])
    checkup = VisitType.objects.create(
        name="Checkup", minutes=15, needs_room=False, needs_practitioner=True, sort_order=3
    )
    for name in ("Nurse Lee", "Nurse Cruz", "Nurse Ito"):
        checkup.performed_by.create(name=name, kind=ResourceKind.PRACTITIONER)


def test_storm_of_calls_breaks_no_rule(four_types, ask, policy, clerk, clock):
    for patient in range(Storm.PATIENTS):
        ask(None, f"patient{patient}", PATIENTS_KEYS[patient])
    answers = Counter()
    # Which calls succeed depends on who comes first, so there are more rounds when something did not happen yet.
    for number in range(MOST_ROUNDS):
        clock.move_to(NOW + number * timedelta(minutes=20))  # What is held for 15 minutes expires a round later.
        check_in_somebody(policy, clerk, at("2027-06-07 13:00") + number // 3 * timedelta(minutes=30))
        storms = [Storm(ask, policy, clerk, seed=number * THREADS + thread) for thread in range(THREADS)]
        jobs = [partial(one_after_the_other, storm.calls(CALLS_A_THREAD)) for storm in storms]
        answers += sum(together(jobs), Counter())
        assert booking_invariants.check() == []
        assert sum(answers.values()) == (number + 1) * THREADS * CALLS_A_THREAD
        if number + 1 >= ROUNDS and not find_missing(answers):
            break
        # One time is sure to be held, elsewhere, when the clock moves on, so each round begins with one that expires.
        ask(START + timedelta(days=1 + number % 2, minutes=30 * (number // 2)))
    # Otherwise the storm would prove nothing.
    assert find_missing(answers) == []


def check_in_somebody(policy, clerk, start):
    """Book a checkup of today, and check the patient in.

    So each round has a check-in to undo.
    """
    case, checkup = factories.make_case(), VisitType.objects.get(name="Checkup")
    known = {"actor": clerk, "policy": policy}
    services.book(case.pk, start, visit_type=checkup, expected_version=case.version, **known)
    case.refresh_from_db()
    services.change_stage(case.pk, "checked_in", expected_version=case.version, **known)


def one_after_the_other(calls):
    return Counter((call.func.__name__, answer_of(call)) for call in calls)


def find_missing(answers):
    """Return what did not happen: calls that never succeeded, refusals that nobody got, and what came too seldom."""
    refusals = {"TimeTakenError", "StaleCaseError", "VisitsInTheWayError", "UnusualTimeError"}
    missing = [call for call in Storm.WEIGHTS if not answers[call, "ok"]]
    missing += refusals - {answer for _call, answer in answers}
    missing += [answer for answer in ("ok", "TimeTakenError") if answers["submit", answer] <= ROUNDS]
    return missing if Event.objects.filter(kind=EventKind.EXPIRED).exists() else [*missing, EventKind.EXPIRED]
