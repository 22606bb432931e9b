"""Times that are blocked again and again: which days, made ahead by the worker, never over a visit."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from bookings import services
from bookings.models import BlockedTime, BlockedTimeRule, Message, MessageKind, Resource, Slot, VisitType
from bookings.services.blocked_time import DAYS_AHEAD
from tests import booking_invariants, factories
from tests.bookings.conftest import TUESDAY
from tests.bookings.desk import buttons, page_of, soup, text_of
from tests.opening_hours import LA, at, utc

NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles
MONDAY = date(2027, 6, 7)
EVERY_DAY, WORKDAYS = range(7), range(5)
LAST = BlockedTimeRule.Nth.LAST


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def room(policy):
    return Resource.objects.get()


@pytest.fixture
def add(room, clerk):
    """Return a function that adds a rule, lunch on workdays unless the test says otherwise."""

    def call(weekdays=WORKDAYS, starts="12:00", ends="13:00", first_day=MONDAY, resources=(), **more):
        resources = resources or [room.pk]
        known = {"actor": clerk, "reason": "Lunch", **more}
        return services.add_block_rule(
            resources, weekdays, time.fromisoformat(starts), time.fromisoformat(ends), first_day, **known
        )

    return call


def days_of(rule, first="2027-01-01", last="2029-01-01"):
    found = rule.blocked_times.filter(starts_at__gte=at(f"{first} 00:00"), starts_at__lt=at(f"{last} 00:00"))
    return [str(one.starts_at.astimezone(LA).date()) for one in found]


def free(policy):
    return [one.at for one in services.free_starts(policy, NOW)]


# Which days


@pytest.mark.parametrize(
    ("how", "days"),
    [
        ({"weekdays": EVERY_DAY}, ["2027-06-07", "2027-06-08", "2027-06-09", "2027-06-10"]),
        ({"weekdays": [0]}, ["2027-06-07", "2027-06-14", "2027-06-21", "2027-06-28"]),
        ({"weekdays": [1, 3]}, ["2027-06-08", "2027-06-10", "2027-06-15", "2027-06-17"]),
        ({"weekdays": [0], "nth": 1}, ["2027-06-07", "2027-07-05", "2027-08-02", "2027-09-06"]),
        ({"weekdays": [4], "nth": LAST}, ["2027-06-25", "2027-07-30", "2027-08-27", "2027-09-24"]),
        ({"weekdays": [0], "nth": 5}, ["2027-08-30", "2027-11-29", "2028-01-31", "2028-05-29"]),
        ({"weekdays": [0, 2], "nth": 2}, ["2027-06-09", "2027-06-14", "2027-07-12", "2027-07-14"]),
        ({"weekdays": [0], "first_day": date(2027, 6, 15)}, ["2027-06-21", "2027-06-28", "2027-07-05", "2027-07-12"]),
        ({"weekdays": [0], "first_day": date(2020, 1, 1)}, ["2027-06-07", "2027-06-14", "2027-06-21", "2027-06-28"]),
        ({"weekdays": [0], "last_day": date(2027, 6, 20)}, ["2027-06-07", "2027-06-14"]),
        ({"weekdays": [0], "last_day": date(2027, 6, 21)}, ["2027-06-07", "2027-06-14", "2027-06-21"]),
        ({"weekdays": [0], "last_day": MONDAY}, ["2027-06-07"]),
        ({"weekdays": [0], "nth": 5, "last_day": MONDAY}, []),
    ],
)
def test_rule_blocks_these_days(add, how, days):
    assert days_of(add(**how))[:4] == days
    assert booking_invariants.check() == []


def test_blocked_time_keeps_the_wall_clock(add):
    # Noon is 19:00 UTC in summer and 20:00 in winter.
    assert {one.starts_at.astimezone(LA).hour for one in add().blocked_times.all()} == {12}
    assert len({one.starts_at.hour for one in BlockedTime.objects.all()}) == 2


@pytest.mark.parametrize(
    ("starts", "ends", "minutes"),
    [
        ("02:00", "03:00", []),  # The clocks skip it.
        ("02:30", "04:00", [60]),
        ("01:00", "03:00", [60]),
        ("01:00", "04:00", [120]),
    ],
)
def test_skipped_hour_shortens_the_blocked_time(add, starts, ends, minutes):
    rule = add([6], starts, ends, first_day=date(2028, 3, 12), last_day=date(2028, 3, 12))
    assert [(one.ends_at - one.starts_at).total_seconds() / 60 for one in rule.blocked_times.all()] == minutes
    assert booking_invariants.check() == []


def test_repeated_hour_lengthens_the_blocked_time(add):
    rule = add([6], "00:30", "02:30", first_day=date(2027, 11, 7), last_day=date(2027, 11, 7))
    assert [one.ends_at - one.starts_at for one in rule.blocked_times.all()] == [timedelta(hours=3)]


def test_end_at_midnight_is_the_end_of_the_day(add):
    blocked = add([0], "18:00", "00:00", last_day=MONDAY).blocked_times.get()
    assert (blocked.starts_at, blocked.ends_at) == (at("2027-06-07 18:00"), at("2027-06-08 00:00"))


def test_each_resource_is_blocked(add, room):
    second = Resource.objects.create(name="Second room")
    rule = add([1], resources=[room.pk, second.pk], last_day=date(2027, 6, 8))
    assert set(rule.blocked_times.values_list("resource", flat=True)) == {room.pk, second.pk}


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"resources": [999]}, "at least one room"),
        ({"weekdays": []}, "at least one day"),
        ({"starts": "13:00", "ends": "12:00"}, "ends before it starts"),
        ({"starts": "12:00", "ends": "12:00"}, "ends before it starts"),
        ({"last_day": date(2027, 6, 6)}, "last day is before"),
    ],
)
def test_rule_that_blocks_nothing_is_refused(add, how, words):
    with pytest.raises(services.BookingError, match=words):
        add(**how)
    assert not BlockedTimeRule.objects.exists()


# Visits and other blocked times


def test_blocked_time_is_not_offered(add, policy):
    noon = at("2027-06-08 12:00")
    assert noon in free(policy)
    add()
    assert noon not in free(policy)
    assert at("2027-06-08 13:00") in free(policy)


def test_visit_in_the_way_keeps_its_time_and_is_listed(add, ask, policy):
    visit = ask(start=at("2027-06-08 12:30")).appointments.get()
    ask(start=at("2027-06-08 13:00"))
    rule = add()
    assert services.find_visits_in_the_way([rule], NOW) == {rule.pk: [visit]}
    assert visit.slots.count() == 2
    assert booking_invariants.check() == []
    # Once it is canceled, its time is blocked.
    services.cancel(visit.case.pk, policy=policy, actor=factories.make_user("frontdesk"))
    assert services.find_visits_in_the_way([rule], NOW) == {rule.pk: []}
    assert at("2027-06-08 12:30") not in free(policy)
    assert booking_invariants.check() == []


def test_desk_books_into_lunch_after_a_question(add, policy, clerk):
    add()
    case = factories.make_case()
    book = {"actor": clerk, "expected_version": case.version, "policy": policy}
    with pytest.raises(services.UnusualTimeError) as refused:
        services.book(case.pk, at("2027-06-08 12:30"), **book)
    assert refused.value.obstacles == (services.Obstacle("blocked", "Lunch"),)
    services.book(case.pk, at("2027-06-08 12:30"), anyway=["blocked"], **book)
    assert booking_invariants.check() == []


def test_visit_moves_within_the_blocked_time_that_it_is_in(add, policy, clerk):
    add()
    case = factories.make_case()
    for start in ("2027-06-08 12:15", "2027-06-08 12:30", "2027-06-08 12:00", "2027-06-08 11:45"):
        case.refresh_from_db()
        version = {"expected_version": case.version}
        services.book(case.pk, at(start), actor=clerk, policy=policy, anyway=["blocked"], **version)
        assert booking_invariants.check() == []


def test_longer_type_keeps_its_part_of_the_blocked_time(add, policy, clerk):
    add()
    case, long = factories.make_case(), VisitType.objects.create(name="Peel", minutes=60, sort_order=9)
    for more in ({}, {"visit_type": long}):
        case.refresh_from_db()
        known = {"actor": clerk, "policy": policy, "anyway": ["blocked"], "expected_version": case.version, **more}
        services.book(case.pk, at("2027-06-08 12:00"), **known)
    assert case.appointments.get().slots.count() == 4
    assert booking_invariants.check() == []


def test_day_with_lunch_can_still_be_blocked_whole(add, room, clerk, policy):
    rule = add()
    (day,) = services.block_time([room.pk], at("2027-06-08 09:00"), at("2027-06-08 16:00"), actor=clerk)
    assert booking_invariants.check() == []
    services.unblock_time(day.pk)
    assert booking_invariants.check() == []
    assert at("2027-06-08 12:00") not in free(policy)
    assert TUESDAY in free(policy)
    assert rule.blocked_times.count() > 200


@pytest.mark.parametrize(("state", "is_over"), [("treated", True), ("booked", True), ("no_show", False)])
def test_day_is_blocked_around_visits_that_are_over_or_missed(add, room, clerk, clock, state, is_over):
    visit = factories.make_visit(factories.make_case(status="contacting"), state, TUESDAY)
    clock.move_to(TUESDAY + timedelta(minutes=30 if is_over else 10))
    day = {"start": at("2027-06-08 09:00"), "end": at("2027-06-08 16:00"), "actor": clerk}
    (blocked,) = services.block_time([room.pk], **day)
    assert visit.slots.count() == 2
    assert blocked.slots.count() == 26


@pytest.mark.parametrize("state", ["booked", "checked_in"])
def test_visit_that_goes_on_keeps_the_time_open(add, room, clerk, clock, state):
    factories.make_visit(factories.make_case(status="contacting"), state, TUESDAY)
    clock.move_to(TUESDAY + timedelta(minutes=29))
    with pytest.raises(services.BookingError, match="There are visits"):
        services.block_time([room.pk], at("2027-06-08 09:00"), at("2027-06-08 16:00"), actor=clerk)


def test_rule_may_fall_into_a_blocked_day(add, room, clerk, policy):
    (day,) = services.block_time([room.pk], at("2027-06-08 09:00"), at("2027-06-08 16:00"), actor=clerk)
    rule = add()
    assert booking_invariants.check() == []
    services.unblock_time(day.pk)
    assert at("2027-06-08 12:00") not in free(policy)
    services.end_block_rule(rule.pk)
    assert at("2027-06-08 12:00") in free(policy)
    assert booking_invariants.check() == []


def test_two_rules_may_overlap(add, policy):
    first, _second = add(), add(starts="12:30", ends="14:00")
    assert booking_invariants.check() == []
    services.end_block_rule(first.pk)
    assert booking_invariants.check() == []
    assert [at(f"2027-06-08 {clock}") in free(policy) for clock in ("12:00", "12:30", "13:30")] == [True, False, False]


def test_visit_canceled_where_two_rules_overlap_is_blocked_once(add, ask, policy, clerk):
    case = ask(start=at("2027-06-08 12:30"))
    add()
    add()
    services.cancel(case.pk, policy=policy, actor=clerk)
    assert Slot.objects.filter(at=at("2027-06-08 12:30")).count() == 1
    assert booking_invariants.check() == []


# The worker, and the end


def test_worker_blocks_further_days_once(add, clock):
    rule = add([0])
    made = rule.blocked_times.count()
    assert services.extend_block_rules() == 0
    clock.move_to(NOW + timedelta(days=14))
    assert services.extend_block_rules() == 2
    assert services.extend_block_rules() == 0
    assert rule.blocked_times.count() == made + 2
    rule.refresh_from_db()
    assert rule.made_until == MONDAY + timedelta(days=14 + DAYS_AHEAD)
    assert booking_invariants.check() == []


def test_worker_that_slept_for_years_begins_today(add, clock):
    rule = add([0])
    clock.move_to(NOW + timedelta(days=1000))
    services.extend_block_rules()
    assert "2028-07-17" not in days_of(rule)
    assert rule.blocked_times.last().starts_at > NOW + timedelta(days=1390)


def test_unblocked_day_stays_unblocked(add, clock):
    rule = add([0])
    services.unblock_time(rule.blocked_times.get(starts_at=at("2027-06-14 12:00")).pk)
    clock.move_to(NOW + timedelta(days=2))
    services.extend_block_rules()
    assert days_of(rule)[:2] == ["2027-06-07", "2027-06-21"]


def test_ended_rule_frees_what_is_ahead(add, clock, policy):
    rule = add()
    clock.move_to(at("2027-06-09 12:30"))
    services.end_block_rule(rule.pk)
    services.end_block_rule(rule.pk)
    assert days_of(rule) == ["2027-06-07", "2027-06-08", "2027-06-09"]
    rule.refresh_from_db()
    assert rule.last_day == date(2027, 6, 9)
    clock.move_to(at("2027-07-09 12:30"))
    assert services.extend_block_rules() == 0
    assert booking_invariants.check() == []


def test_rule_that_never_began_is_deleted(add):
    services.end_block_rule(add(first_day=date(2027, 7, 1)).pk)
    assert not BlockedTimeRule.objects.exists()
    assert not Slot.objects.exists()


def test_end_notifies_those_who_wait(add, ask, policy, clerk):
    case = ask(start=at("2027-06-10 10:00"), on_waitlist=True)
    services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)
    rule = add()
    services.end_block_rule(rule.pk)
    assert Message.objects.get(kind=MessageKind.WAITLIST_OFFER).starts_at == at("2027-06-08 12:00")


def test_same_time_of_a_rule_is_stored_once(add):
    blocked = add([0]).blocked_times.first()
    blocked.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        blocked.save()


# The page


PAGE = "/admin/calendar/blocked/"
TYPED = {
    "weekdays": ["0", "1", "2", "3", "4"],
    "nth": "",
    "starts": "12:00",
    "ends": "13:00",
    "first_day": "2027-06-07",
    "last_day": "",
    "reason": "Lunch",
}


def send(client, room, **data):
    return client.post(PAGE, {"resources": [room.pk], **TYPED, **data}, follow=True)


def test_page_adds_shows_and_ends_a_rule(desk, room):
    assert "The time is blocked again and again." in text_of(send(desk, room), "body")
    said = text_of(desk.get(PAGE), ".desk-lines")
    assert "Lunch Every Monday, Tuesday, Wednesday, Thursday, Friday, 12 pm – 1 pm" in said
    assert "Consultation room. From Mon, Jun 7, 2027" in said
    rule = BlockedTimeRule.objects.get()
    assert rule.created_by == desk.user
    assert buttons(desk.get(PAGE)) == [("end", str(rule.pk))]
    desk.post(PAGE, {"end": rule.pk})
    assert not rule.blocked_times.filter(starts_at__gt=NOW).exists()
    assert "No time is blocked again and again." in text_of(desk.get(PAGE))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"weekdays": [0, 1, 2, 3, 4, 5, 6]}, "Every day, "),
        ({"weekdays": [0]}, "Every Monday, "),
        ({"weekdays": [0], "nth": 1}, "Every 1st Monday of the month, "),
        ({"weekdays": [4], "nth": LAST, "last_day": date(2028, 1, 1)}, "Every last Friday of the month, "),
        ({"weekdays": [1], "first_day": date(2028, 1, 1)}, "From Sat, Jan 1, 2028"),
        ({"weekdays": [1], "last_day": date(2028, 1, 1)}, "Jun 7, 2027 – Jan 1, 2028"),
    ],
)
def test_rule_is_said_in_words(desk, add, how, words):
    add(**how)
    assert words in text_of(desk.get(PAGE), ".desk-lines")


def test_page_lists_the_visits_in_the_way(desk, ask, room):
    case = ask(start=at("2027-06-08 12:30"), name="Ana Lima")
    send(desk, room)
    page = soup(desk.get(PAGE))
    assert page.select_one(f'.desk-lines a[href="{page_of(case)}"]').get_text() == "Ana Lima"
    assert "Tue, Jun 8, 12:30 pm" in page.select_one(".desk-lines").get_text()
    assert "Ana" not in page.title.get_text()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"starts": "12:10"}, "starts"),
        ({"ends": "13:00:30"}, "ends"),
        ({"starts": ""}, "starts"),
        ({"starts": "25:00"}, "starts"),
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": ["7"]}, "weekdays"),
        ({"nth": "6"}, "nth"),
        ({"first_day": ""}, "first_day"),
        ({"first_day": "2027-02-30"}, "first_day"),
        ({"last_day": "soon"}, "last_day"),
        ({"resources": []}, "resources"),
        ({"resources": ["9" * 30]}, "resources"),
        ({"reason": "x" * 121}, "reason"),
    ],
)
def test_bad_rule_is_a_field_error_and_keeps_what_was_typed(desk, room, fields, wrong):
    response = send(desk, room, **fields)
    assert response.context["form"].errors.keys() == {wrong}
    if wrong != "reason":
        assert soup(response).select_one('input[name="reason"]')["value"] == "Lunch"
    assert not BlockedTimeRule.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"starts": "13:00", "ends": "12:00"}, "ends before it starts"),
        ({"last_day": "2027-06-06"}, "last day is before"),
    ],
)
def test_refused_rule_keeps_what_was_typed(desk, room, fields, words):
    response = send(desk, room, **fields)
    assert words in text_of(response, "body")
    assert soup(response).select_one('input[name="reason"]')["value"] == "Lunch"


@pytest.mark.parametrize("pk", ["", "x", "-1", "9" * 30, "999999", "²"])
def test_unknown_rule_is_not_ended(desk, add, pk):
    add()
    assert "Nothing was ended" in text_of(desk.post(PAGE, {"end": pk}, follow=True), "body")
    assert BlockedTime.objects.filter(starts_at__gt=NOW).exists()


@pytest.mark.parametrize(
    ("role", "may_look", "may_change"),
    [
        ("frontdesk", True, True),
        ("manager", True, True),
        ("admin", True, True),
        ("clinician", True, False),
        ("editor", False, False),
        ("", False, False),
    ],
)
def test_only_the_desk_changes_rules(client, add, room, role, may_look, may_change):
    rule = add([0])
    client.force_login(factories.make_user(role))
    response = client.get(PAGE)
    assert (response.status_code == 200) == may_look
    assert ("Block these times" in response.content.decode()) == may_change
    send(client, room)
    assert (BlockedTimeRule.objects.count() == 2) == may_change
    client.post(PAGE, {"end": rule.pk})
    assert rule.blocked_times.filter(starts_at__gt=NOW).exists() != may_change
