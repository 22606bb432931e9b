"""Two patients never get the same resource at the same quarter hour, however many ask at once.

Real transactions, real threads, on the database that ``DATABASE_URL`` names. Two guards stand behind each other: the
writers' turn (PostgreSQL: the rows of the resources; SQLite: BEGIN IMMEDIATE) and ``unique(resource, at)``. Each is switched
off here, alone and together, before the storm shows them both at work.
"""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from threading import Barrier, BrokenBarrierError, local
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from bookings import services
from bookings.models import LIVE, Appointment, AppointmentState, BlockedTime, Case, Resource, Slot
from bookings.services import appointments, blocked_times, cases, requests
from clinic.models import OpeningHours
from tests import booking_invariants, factories
from tests.opening_hours import at, utc

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles
START = at("2027-06-09 10:00")
THREADS = 8
MEETING_SECONDS = 1.5  # how long a reader waits for the others; with a guard they never come


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW) as traveller:
        yield traveller


@pytest.fixture
def resource(profile):
    return Resource.objects.get()


@pytest.fixture
def settings_of_visits(profile):
    return factories.consultation_settings(pause_minutes=15, notice_minutes=0, hold_minutes=15)


@pytest.fixture
def calendar(profile, settings_of_visits):
    factories.opening_hours()
    return BookingPolicy.build(settings_of_visits, OpeningHours.for_site(profile.site).schedule(profile))


@pytest.fixture
def clerk(profile):
    return factories.make_user("frontdesk", first_name="Fran", last_name="Frontdesk")


@pytest.fixture
def ask(profile, settings_of_visits, policy):
    def submit(start=START, patient=None, key=None):
        patient = patient or uuid4().hex
        request = services.Submission(
            name="Ana Lima",
            email=f"{patient}@patient.example.com",
            consent_wording="Yes.",
            submission_key=key or uuid4(),
            start=start,
        )
        return services.submit(request, settings=settings_of_visits, profile=profile, policy=policy).case

    return submit


@pytest.fixture
def desk_books(policy, clerk):
    """Books START for the case, or another time."""

    def book(case, start=START, service=services.book):
        return service(case.pk, start, actor=clerk, expected_version=case.version, policy=policy)

    return book


def together(jobs):
    """What each job returns, in a thread of its own, all let go at the same moment."""
    start = Barrier(len(jobs))

    def run(job):
        try:
            start.wait(timeout=30)
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def at_once(calls):
    return Counter(together([partial(answer_of, call) for call in calls]))


def answer_of(call):
    """ "ok", or the name of the BookingError. All else goes through, OperationalError above all: a lock, a deadlock."""
    try:
        call()
    except services.BookingError as error:
        return type(error).__name__
    return "ok"


# The guards, one by one


@pytest.fixture
def meeting(monkeypatch):
    """Everybody has read which slots are taken before anybody writes, if the guard lets them. Says whether they met."""
    met, seen, real = Barrier(THREADS), local(), appointments.taken_cells

    def read_then_wait(*args):
        taken = real(*args)
        if not getattr(seen, "once", False):
            seen.once = True
            with suppress(BrokenBarrierError):
                met.wait(timeout=MEETING_SECONDS)
        return taken

    monkeypatch.setattr(appointments, "taken_cells", read_then_wait)
    return lambda: not met.broken


@pytest.fixture
def no_turns(monkeypatch):
    """``book`` without its turn: no lock on the resources. SQLite's turn is the transaction itself, so there it goes too.

    On SQLite each statement before the write is then a transaction of its own, the check-then-insert of a program that
    never began one. A deferred transaction would show nothing: SQLite refuses a writer whose reading is stale.
    """
    for module in (appointments, requests, blocked_times, cases):
        monkeypatch.setattr(module, "lock_resources", lambda: list(Resource.objects.order_by("pk")))
    return services.book.__wrapped__ if connection.vendor == "sqlite" else services.book


@pytest.fixture
def no_constraint():
    """The table of slots as it would be without ``unique(resource, at)``."""
    known = Slot._meta.constraints
    unique = next(one for one in known if one.name == "bookings_one_hold_a_quarter_hour")
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


def test_without_both_guards_visits_overlap(resource, no_constraint, no_turns, meeting, desk_books):
    """The proof that there is something to guard: eight patients, one room, one time, and all of them "have" it."""
    assert at_once(eight_clerks(desk_books, service=no_turns)) == {"ok": THREADS}
    assert meeting()
    assert len(booking_invariants.overlaps()) == THREADS - 1
    assert set(Appointment.objects.values_list("state", "resource", "starts_at")) == {("booked", resource.pk, START)}


def test_without_turns_the_constraint_refuses_the_second_visit(resource, no_turns, meeting, desk_books):
    assert at_once(eight_clerks(desk_books, service=no_turns)) == {"ok": 1, "TimeTakenError": THREADS - 1}
    assert meeting()
    assert booking_invariants.check() == []


def test_with_turns_alone_no_two_writers_read_the_same(resource, no_constraint, meeting, desk_books):
    assert at_once(eight_clerks(desk_books)) == {"ok": 1, "TimeTakenError": THREADS - 1}
    assert not meeting()
    assert booking_invariants.check() == []


def test_the_database_has_the_constraint():
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Slot._meta.db_table)
    unique = [one["columns"] for one in found.values() if one["unique"] and not one["primary_key"]]
    assert ["resource_id", "at"] in unique


def test_the_database_refuses_a_second_hold_of_one_cell(resource, clerk):
    (blocked_time,) = services.block_time([resource.pk], START, START + timedelta(minutes=15), actor=clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Slot.objects.create(resource=resource, at=START, blocked_time=blocked_time)
    assert Slot.objects.count() == 1


# Small races whose end is known


def test_of_eight_patients_who_want_the_only_time_one_gets_it(resource, ask):
    assert at_once([ask] * THREADS) == {"ok": 1, "TimeTakenError": THREADS - 1}
    assert Case.objects.count() == 1
    assert booking_invariants.check() == []


def test_two_rooms_take_two_of_eight_patients(resource, ask):
    Resource.objects.create(name="Second room")
    assert at_once([ask] * THREADS) == {"ok": 2, "TimeTakenError": THREADS - 2}
    assert booking_invariants.check() == []


def test_visits_that_overlap_in_part_are_one_too_many(resource, ask):
    """30 minutes and 15 of pause: of four starts a quarter of an hour apart only the first and the last go together."""
    starts = [START + timedelta(minutes=15 * (number % 4)) for number in range(THREADS)]
    won = at_once([partial(ask, start) for start in starts])["ok"]
    assert 1 <= won <= 2
    assert booking_invariants.check() == []


def test_of_six_clerks_who_confirm_at_once_one_wins(resource, ask, policy, clerk):
    case = ask()
    confirm = partial(services.confirm, case.pk, actor=clerk, expected_version=case.version, policy=policy)
    assert at_once([confirm] * 6) == {"ok": 1, "StaleCaseError": 5}
    assert case.appointments.get().state == AppointmentState.BOOKED
    assert booking_invariants.check() == []


def test_one_form_sent_eight_times_keeps_one_time(resource, ask):
    key = uuid4()
    starts = [START + timedelta(hours=number % 4) for number in range(THREADS)]
    assert at_once([partial(ask, start, "ana", key) for start in starts]) == {"ok": THREADS}
    assert Case.objects.count() == 1
    assert booking_invariants.check() == []


def test_time_is_either_closed_or_booked(resource, ask, clerk):
    close = partial(services.block_time, [resource.pk], START, START + timedelta(hours=1), actor=clerk)
    answers = at_once([ask, close] * 4)
    assert answers["ok"] == 1
    assert Appointment.objects.count() + BlockedTime.objects.count() == 1
    assert booking_invariants.check() == []


def test_two_patients_who_want_each_others_time_wait_in_no_circle(resource, desk_books, policy):
    other = START + timedelta(hours=1)
    one, two = (desk_books(factories.make_case(), start) for start in (START, other))
    swap = [
        partial(services.move, one.pk, other, policy=policy),
        partial(services.move, two.pk, START, policy=policy),
    ]
    assert at_once(swap * 4) == {"TimeTakenError": 8}
    assert booking_invariants.check() == []


# The storm


class Storm:
    """Random calls on a dozen cases, eight starts and two rooms. What was read first may be stale."""

    PATIENTS = 12
    STARTS = tuple(START + timedelta(minutes=15 * number) for number in range(8))

    def __init__(self, ask, policy, clerk, seed):
        self.ask, self.policy, self.clerk, self.random = ask, policy, clerk, random.Random(seed)  # noqa: S311
        self.deeds = {
            self.submit: 5,
            self.confirm: 3,
            self.book: 4,
            self.move: 4,
            self.cancel: 5,
            self.lapse: 2,
            self.close: 2,
            self.open: 2,
            self.finish: 1,
            self.note: 1,
            self.look: 1,
        }

    def calls(self, count):
        """Drawn before the threads start, so that the seed alone decides who tries what."""
        picked = self.random.choices(list(self.deeds), list(self.deeds.values()), k=count)
        return [partial(deed, self.random.randrange(10**6)) for deed in picked]

    def start(self, number):
        return self.STARTS[number % len(self.STARTS)]

    def case(self, number):
        """Twice of three times one with a time, so that there is something to lose."""
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
        start, known = self.start(number // 7), {"actor": self.clerk, "expected_version": case.version}
        services.book(case.pk, start, policy=self.policy, **known)

    def move(self, number):
        services.move(self.case(number).pk, self.start(number // 7), policy=self.policy)

    def cancel(self, number):
        services.cancel(self.case(number).pk, actor=self.clerk if number % 2 else None, policy=self.policy)

    def lapse(self, _number):
        services.expire_holds()

    def close(self, number):
        resources = list(Resource.objects.order_by("pk").values_list("pk", flat=True))[number % 2 :]
        start = self.start(number // 7)
        services.block_time(resources, start, start + timedelta(minutes=10), actor=self.clerk)

    def open(self, number):
        if blocked_time := picked(BlockedTime.objects.order_by("pk"), number):
            services.unblock_time(blocked_time.pk)

    def finish(self, number):
        case = self.case(number)
        services.change_stage(
            case.pk, "closed", actor=self.clerk, expected_version=case.version, outcome="unreachable"
        )

    def note(self, number):
        services.add_note(self.case(number).pk, "Called.", actor=self.clerk)

    def look(self, _number):
        services.free_starts(self.policy, NOW)


def picked(rows, number):
    rows = list(rows)
    return rows[number % len(rows)] if rows else None


PATIENTS_KEYS = [uuid4() for _patient in range(Storm.PATIENTS)]
ROUNDS, CALLS_A_THREAD = 12, 8


def test_storm_of_768_calls_breaks_no_rule(resource, ask, policy, clerk, clock):
    Resource.objects.create(name="Second room")
    for patient in range(Storm.PATIENTS):
        ask(None, f"patient{patient}", PATIENTS_KEYS[patient])
    answers = Counter()
    for number in range(ROUNDS):
        clock.move_to(NOW + number * timedelta(minutes=20))  # what is kept for 15 minutes lapses a round later
        storms = [Storm(ask, policy, clerk, seed=number * THREADS + thread) for thread in range(THREADS)]
        jobs = [partial(one_after_the_other, storm.calls(CALLS_A_THREAD)) for storm in storms]
        answers += sum(together(jobs), Counter())
        assert booking_invariants.check() == []
        # One time is sure to be kept, elsewhere, when the clock moves on: each round begins with a lapse.
        ask(START + timedelta(days=1, minutes=30 * number))
    assert sum(answers.values()) == ROUNDS * THREADS * CALLS_A_THREAD == 768
    assert_everything_happened(answers)


def one_after_the_other(calls):
    return Counter((call.func.__name__, answer_of(call)) for call in calls)


def assert_everything_happened(answers):
    """A storm in which nobody wins, or nobody loses, would prove nothing."""
    deeds = {deed for deed, _answer in answers}
    assert {deed for deed, answer in answers if answer == "ok"} == deeds
    assert len(deeds) == 11
    lost = {answer for _deed, answer in answers} - {"ok"}
    assert {"TimeTakenError", "StaleCaseError", "VisitsInTheWayError"} <= lost
    assert Appointment.objects.filter(state=AppointmentState.EXPIRED).exists()
    assert answers["submit", "ok"] > 20
    assert answers["submit", "TimeTakenError"] > 20
