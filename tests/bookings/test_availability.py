"""Test which starts are on offer: each rule by itself, and all of them against a reference that walks the clock."""

import math
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.scheduling.availability import (
    NO_OWN_HOURS,
    FreeStart,
    Missing,
    Refusal,
    explain_day,
    free_resources,
    free_starts,
    free_starts_on,
    nearest,
    possible_starts,
    resources_on_offer,
    slots_between,
    slots_of,
)
from bookings.scheduling.policy import SLOT, SlotRules
from clinic.hours.holidays import LAST, DayOfYear, DaysFrom, NthWeekday
from clinic.hours.schedule import Holiday, Schedule
from tests.opening_hours import (
    ALWAYS,
    AUTUMN,
    DAYTIME,
    FRI,
    LA,
    MICROSECOND,
    MINUTE,
    MON,
    MORNING,
    NIGHTS,
    OFFICE,
    SPRING,
    THU,
    TUE,
    WED,
    at,
    closed,
    every_day,
    in_utc,
    on,
    schedule,
    season,
    span,
    utc,
)
from tests.opening_hours_reference import windows
from tests.sizes import size

pytestmark = pytest.mark.same_everywhere

DAY = timedelta(days=1)
OFFICE_HOURS = schedule(OFFICE)
ONE_ROOM = [{1: set()}]
HALF_HOURS = SlotRules(visit_minutes=30, grid_minutes=30, notice_minutes=0)
SUNDAY_BEFORE = at("2027-06-06 12:00")


def times(starts):
    """Return what the clock of Los Angeles reads at these instants.

    A ``'`` marks the second pass.
    """
    readings = [start.astimezone(LA) for start in starts]
    return [f"{reading:%H:%M}" + "'" * reading.fold for reading in readings]


def offered(day, hours=OFFICE_HOURS, rules=HALF_HOURS, taken=ONE_ROOM, now=SUNDAY_BEFORE):
    return times(start.at for start in free_starts_on(on(day), hours, rules, taken, now))


def possible(day, hours, rules=HALF_HOURS):
    return times(possible_starts(on(day), schedule(hours) if isinstance(hours, dict) else hours, rules))


def taken_between(*ranges):
    return {slot for start, end in ranges for slot in slots_between(at(start), at(end))}


# The grid


@pytest.mark.parametrize(
    ("grid", "found"),
    [
        (15, ["10:00", "10:15", "10:30", "10:45", "11:00", "11:15", "11:30"]),
        (30, ["10:00", "10:30", "11:00", "11:30"]),
        (60, ["10:00", "11:00"]),
    ],
)
def test_starts_lie_on_the_grid(grid, found):
    assert possible(MON, every_day(span("10:00", "12:00")), SlotRules(grid_minutes=grid)) == found


@pytest.mark.parametrize(("grid", "first"), [(15, "09:15"), (30, "09:30"), (60, "10:00")])
def test_opening_off_grid_starts_at_next_step(grid, first):
    assert possible(MON, every_day(span("09:10", "16:00")), SlotRules(grid_minutes=grid))[0] == first


@pytest.mark.parametrize(("zone", "first"), [("Asia/Kolkata", "03:30"), ("Asia/Kathmandu", "03:15")])
def test_grid_follows_the_wall_clock_everywhere(zone, first):
    hours = Schedule(ZoneInfo(zone), OFFICE)
    starts = list(possible_starts(on(MON), hours, SlotRules(grid_minutes=60, visit_minutes=60)))
    assert starts == [utc(f"{MON} {first}") + n * timedelta(hours=1) for n in range(7)]
    assert slots_of(starts[0], SlotRules(visit_minutes=30)) == (starts[0], starts[0] + SLOT)


def test_every_zone_lies_quarter_hours_from_utc():
    # Otherwise a time on the wall clock's grid would begin no slot.
    moments = [utc("2027-01-15"), utc("2027-07-15")]
    assert not [
        name
        for name in available_timezones()
        for moment in moments
        if moment.astimezone(ZoneInfo(name)).utcoffset() % SLOT
    ]


# Daylight-saving nights


def test_skipped_wall_time_is_not_offered():
    assert possible(str(SPRING), {6: (span("01:00", "04:00"),)}) == ["01:00", "01:30", "03:00", "03:30"]


def test_repeated_wall_time_is_offered_once():
    assert possible(str(AUTUMN), {6: (span("00:30", "03:00"),)}) == ["00:30", "01:00", "01:30", "02:00", "02:30"]


def test_second_pass_of_an_hour_is_not_bookable():
    hours, now = schedule(ALWAYS), at("2027-11-06 12:00")
    resources = partial(resources_on_offer, schedule=hours, rules=HALF_HOURS, taken=ONE_ROOM, now=now)
    assert resources(at(f"{AUTUMN} 01:30")) == resources(utc("2027-11-07 08:30")) == ((1,),)
    assert resources(at(f"{AUTUMN} 01:30", fold=1)) == resources(utc("2027-11-07 09:30")) == ()


def test_visit_keeps_its_length_over_skipped_hour():
    hour = SlotRules(visit_minutes=60, grid_minutes=30)
    assert possible(str(SPRING), {6: (span("01:00", "04:00"),)}, hour) == ["01:00", "01:30", "03:00"]


def test_visit_keeps_its_length_over_repeated_hour():
    two_hours = SlotRules(visit_minutes=120, grid_minutes=30)
    assert possible(str(AUTUMN), {6: (span("00:30", "03:00"),)}, two_hours) == ["00:30", "01:00", "01:30"]


def test_opening_in_repeated_hour_means_first_pass():
    assert possible(str(AUTUMN), {6: (span("01:00", "02:00"),)})[:2] == ["01:00", "01:30"]
    assert possible(str(AUTUMN), {6: (span("01:00", "01:30"),)}) == ["01:00"]


def test_opening_in_skipped_hour_offers_nothing():
    assert possible(str(SPRING), {6: (span("02:00", "03:00"),)}) == []


def test_always_open_clinic_offers_each_wall_time_once():
    quarters = SlotRules(grid_minutes=15)
    found = {str(day): possible(str(day), ALWAYS, quarters) for day in (SPRING, AUTUMN, on(MON))}
    assert [len(times_of_day) for times_of_day in found.values()] == [92, 96, 96]
    assert all(sorted(set(times_of_day)) == times_of_day for times_of_day in found.values())


# Open from the start to the end of the visit


def test_visit_ends_by_closing_time():
    assert possible(MON, OFFICE)[-1] == "15:30"
    assert possible(MON, OFFICE, SlotRules(visit_minutes=31, grid_minutes=30))[-1] == "15:00"
    assert possible(MON, OFFICE, SlotRules(visit_minutes=20, grid_minutes=15))[-1] == "15:30"
    assert possible(MON, OFFICE, SlotRules(visit_minutes=15, grid_minutes=15))[-1] == "15:45"


def test_visit_as_long_as_opening_fits_once():
    assert possible(MON, OFFICE, SlotRules(visit_minutes=420, grid_minutes=15)) == ["09:00"]
    assert possible(MON, OFFICE, SlotRules(visit_minutes=421, grid_minutes=15)) == []


def test_visit_never_runs_into_lunch():
    hours = every_day(span("09:00", "12:00"), span("13:00", "15:00"))
    assert possible(MON, hours, SlotRules(visit_minutes=60, grid_minutes=30)) == [
        *("09:00", "09:30", "10:00", "10:30", "11:00"),
        *("13:00", "13:30", "14:00"),
    ]


def test_visit_may_cross_touching_spans():
    hours = every_day(span("09:00", "10:00"), span("10:00", "11:00"))
    assert possible(MON, hours, SlotRules(visit_minutes=60, grid_minutes=30)) == ["09:00", "09:30", "10:00"]


def test_visit_may_cross_midnight_in_late_opening():
    night = {0: (span("22:00", "02:00"),)}
    hour = SlotRules(visit_minutes=60, grid_minutes=60)
    assert possible(MON, night, hour) == ["22:00", "23:00"]
    assert possible(TUE, night, hour) == ["00:00", "01:00"]


def test_visit_may_cross_midnight_between_touching_days():
    late = {0: (span("22:00", "00:00"),), 1: (span("00:00", "01:00"),)}
    assert possible(MON, late, SlotRules(visit_minutes=90, grid_minutes=30)) == ["22:00", "22:30", "23:00", "23:30"]


def test_longest_visit_may_start_late_when_always_open():
    assert possible(MON, ALWAYS, SlotRules(visit_minutes=480, grid_minutes=15))[-1] == "23:45"


def test_closed_next_day_stops_a_visit_at_midnight():
    hours = schedule(ALWAYS, closed(TUE))
    assert possible(MON, hours, SlotRules(visit_minutes=60, grid_minutes=30))[-1] == "23:00"


def test_holidays_exceptions_and_seasons_decide_the_offer():
    hours = schedule(
        OFFICE,
        closed(TUE),
        closed(WED, spans=(span("10:00", "11:00"),)),
        seasons=(season(THU, THU, {3: (span("14:00", "15:00"),)}),),
        holidays=(Holiday(DayOfYear(6, 11)),),
    )
    assert [possible(day, hours) for day in (TUE, WED, THU, FRI)] == [[], ["10:00", "10:30"], ["14:00", "14:30"], []]


def test_clinic_that_never_opens_offers_nothing():
    never = schedule({})
    assert list(free_starts(never, SlotRules(), ONE_ROOM, SUNDAY_BEFORE)) == []
    assert list(free_starts(never, HALF_HOURS, ONE_ROOM, SUNDAY_BEFORE)) == []
    assert free_starts_on(on(MON), never, SlotRules(), ONE_ROOM, SUNDAY_BEFORE) == []
    assert resources_on_offer(at(f"{MON} 10:00"), never, SlotRules(), ONE_ROOM, SUNDAY_BEFORE) == ()


# The pause


def test_pause_may_run_past_closing_time():
    assert possible(MON, OFFICE, SlotRules(visit_minutes=30, pause_minutes=60, grid_minutes=30))[-1] == "15:30"


def test_pause_after_a_visit_is_not_offered():
    rules = SlotRules(visit_minutes=30, pause_minutes=15, grid_minutes=15, notice_minutes=0)
    one_visit = [{1: set(slots_of(at(f"{MON} 10:00"), rules))}]
    assert offered(MON, rules=rules, taken=one_visit)[:3] == ["09:00", "09:15", "10:45"]


def test_pause_past_closing_needs_free_slots():
    rules = SlotRules(visit_minutes=30, pause_minutes=30, grid_minutes=30, notice_minutes=0)
    assert offered(MON, rules=rules, taken=[{1: taken_between((f"{MON} 16:15", f"{MON} 16:30"))}])[-1] == "15:00"


# Notice


def test_start_at_end_of_notice_is_offered():
    rules = SlotRules(grid_minutes=15, notice_minutes=120)
    assert offered(MON, rules=rules, now=at(f"{MON} 09:30"))[0] == "11:30"
    assert offered(MON, rules=rules, now=at(f"{MON} 09:30") + MICROSECOND)[0] == "11:45"
    resources = partial(resources_on_offer, at(f"{MON} 11:30"), OFFICE_HOURS, rules, ONE_ROOM)
    assert resources(at(f"{MON} 09:30")) == ((1,),)
    assert resources(at(f"{MON} 09:30") + MICROSECOND) == ()


def test_notice_counts_open_minutes_only():
    rules = SlotRules(grid_minutes=15, notice_minutes=120)
    assert offered(MON, rules=rules, now=at("2027-06-04 15:00"))[0] == "10:00"
    assert offered(MON, rules=rules, now=SUNDAY_BEFORE)[0] == "11:00"


def test_notice_ending_at_closing_moves_to_next_opening():
    rules = SlotRules(grid_minutes=15, notice_minutes=120)
    assert offered(MON, rules=rules, now=at(f"{MON} 14:00")) == []
    assert offered(TUE, rules=rules, now=at(f"{MON} 14:00"))[0] == "09:00"


def test_without_notice_offer_begins_at_this_instant():
    assert offered(MON, now=at(f"{MON} 10:00"))[0] == "10:00"
    assert offered(MON, now=at(f"{MON} 10:00") + MICROSECOND)[0] == "10:30"
    assert offered(MON, now=at(f"{TUE} 10:00")) == []


def test_notice_that_never_passes_offers_nothing():
    one_hour = schedule({}, closed(TUE, spans=(span("09:00", "10:00"),)))
    assert offered(TUE, hours=one_hour, rules=SlotRules(notice_minutes=0)) == ["09:00", "09:15", "09:30"]
    assert offered(TUE, hours=one_hour, rules=SlotRules(notice_minutes=61)) == []


# Horizon


def test_last_day_of_horizon_is_offered_whole():
    rules = SlotRules(grid_minutes=30, notice_minutes=0, horizon_days=2)
    now = at(f"{MON} 15:45")
    assert [len(offered(day, rules=rules, now=now)) for day in (MON, TUE, WED, THU)] == [0, 14, 14, 0]
    starts = [start.at for start in free_starts(OFFICE_HOURS, rules, ONE_ROOM, now)]
    assert (starts[0], starts[-1]) == (at(f"{TUE} 09:00"), at(f"{WED} 15:30"))


def test_horizon_ends_with_its_last_local_day():
    rules = SlotRules(visit_minutes=60, grid_minutes=15, notice_minutes=0, horizon_days=1)
    resources = partial(
        resources_on_offer, schedule=schedule(ALWAYS), rules=rules, taken=ONE_ROOM, now=at(f"{MON} 12:00")
    )
    assert resources(at(f"{TUE} 23:45")) == ((1,),)
    assert resources(at(f"{WED} 00:00")) == ()


def test_horizon_of_zero_days_is_today():
    today = SlotRules(grid_minutes=30, notice_minutes=0, horizon_days=0)
    starts = [start.at for start in free_starts(OFFICE_HOURS, today, ONE_ROOM, at(f"{MON} 12:00"))]
    assert (starts[0], starts[-1]) == (at(f"{MON} 12:00"), at(f"{MON} 15:30"))


def test_horizon_counts_the_clinics_days():
    # At this instant it is Tuesday in UTC already.
    rules = SlotRules(notice_minutes=0, horizon_days=1)
    starts = [start.at for start in free_starts(OFFICE_HOURS, rules, ONE_ROOM, in_utc(at(f"{MON} 20:00")))]
    assert {start.astimezone(LA).date() for start in starts} == {on(TUE)}


# Resources


def test_without_resources_nothing_is_offered():
    assert offered(MON, taken=[{}]) == []
    assert resources_on_offer(at(f"{MON} 10:00"), OFFICE_HOURS, HALF_HOURS, [{}], SUNDAY_BEFORE) == ()


def test_free_resources_keep_their_order():
    taken = [{3: set(), 1: taken_between((f"{MON} 09:00", f"{MON} 09:30")), 2: set()}]
    starts = free_starts_on(on(MON), OFFICE_HOURS, HALF_HOURS, taken, SUNDAY_BEFORE)
    assert [start.resources for start in starts[:2]] == [((3, 2),), ((3, 1, 2),)]


def test_start_is_gone_when_all_resources_are_taken():
    rooms = {
        1: taken_between((f"{MON} 10:00", f"{MON} 11:00")),
        2: taken_between((f"{MON} 10:30", f"{MON} 11:30")),
    }
    assert offered(MON, taken=[rooms])[:4] == ["09:00", "09:30", "10:00", "11:00"]


def test_visit_never_changes_room_half_way():
    hour = SlotRules(visit_minutes=60, grid_minutes=60, notice_minutes=0)
    rooms = {
        1: taken_between((f"{MON} 10:00", f"{MON} 10:30")),
        2: taken_between((f"{MON} 10:30", f"{MON} 11:00")),
    }
    assert offered(MON, rules=hour, taken=[rooms])[:2] == ["09:00", "11:00"]


def test_slots_beside_a_visit_may_be_taken():
    taken = [{1: taken_between((f"{MON} 09:45", f"{MON} 10:00"), (f"{MON} 10:30", f"{MON} 10:45"))}]
    assert resources_on_offer(at(f"{MON} 10:00"), OFFICE_HOURS, HALF_HOURS, taken, SUNDAY_BEFORE) == ((1,),)


def test_blocked_time_is_not_offered_in_any_room():
    blocked_time = taken_between((f"{MON} 09:00", f"{MON} 15:00"))
    assert offered(MON, taken=[{1: blocked_time, 2: blocked_time}]) == ["15:00", "15:30"]


def test_taken_slots_may_be_any_collection():
    busy = sorted(taken_between((f"{MON} 09:00", f"{MON} 15:00")))
    assert [offered(MON, taken=[{1: kind(busy)}]) for kind in (list, tuple, set, frozenset)] == [["15:00", "15:30"]] * 4
    assert free_resources(at(f"{MON} 10:00"), HALF_HOURS, [{1: busy, 2: []}]) == ((2,),)


# A visit that needs a room and a practitioner


def both(rooms, practitioners):
    """Return what is taken, from (start, end) by room and by practitioner."""
    return [{pk: taken_between(*ranges) for pk, ranges in of_kind.items()} for of_kind in (rooms, practitioners)]


def test_room_and_practitioner_must_both_be_free():
    taken = both({1: [(f"{MON} 09:00", f"{MON} 10:00")]}, {2: [(f"{MON} 09:30", f"{MON} 11:00")]})
    assert offered(MON, taken=taken)[:2] == ["11:00", "11:30"]


def test_two_free_rooms_do_not_replace_a_practitioner():
    taken = both({1: [], 2: []}, {3: [(f"{MON} 09:00", f"{MON} 15:30")]})
    assert offered(MON, taken=taken) == ["15:30"]


def test_free_resources_are_told_kind_by_kind():
    taken = both({4: [], 1: []}, {3: [(f"{MON} 09:00", f"{MON} 09:30")], 2: []})
    starts = free_starts_on(on(MON), OFFICE_HOURS, HALF_HOURS, taken, SUNDAY_BEFORE)
    assert [start.resources for start in starts[:2]] == [((4, 1), (2,)), ((4, 1), (3, 2))]


@pytest.mark.parametrize("taken", [both({1: []}, {}), both({}, {2: []}), both({}, {}), []])
def test_kind_without_resources_offers_nothing(taken):
    assert offered(MON, taken=taken) == []
    assert resources_on_offer(at(f"{MON} 10:00"), OFFICE_HOURS, HALF_HOURS, taken, SUNDAY_BEFORE) == ()
    assert free_resources(at(f"{MON} 10:00"), HALF_HOURS, taken) == ()


# A practitioner's own hours


def away(**weeks):
    return {int(pk[1:]): schedule(week) for pk, week in weeks.items()}


@pytest.mark.parametrize(
    ("week", "found"),
    [
        (every_day(span("10:00", "11:30")), ["10:00", "10:30", "11:00"]),
        (every_day(span("10:10", "11:10")), ["10:30"]),
        (every_day(span("07:00", "09:30"), span("15:30", "20:00")), ["09:00", "15:30"]),
        (every_day(span("22:00", "09:30")), ["09:00"]),
        ({1: DAYTIME}, []),
        ({}, []),
    ],
)
def test_own_hours_limit_the_offer(week, found):
    taken = both({1: []}, {2: []})
    case = (OFFICE_HOURS, HALF_HOURS, taken, SUNDAY_BEFORE, away(p2=week))
    assert times(start.at for start in free_starts_on(on(MON), *case)) == found


def test_own_hours_never_open_a_closed_clinic():
    case = (OFFICE_HOURS, HALF_HOURS, both({1: []}, {2: []}), SUNDAY_BEFORE, away(p2=ALWAYS))
    assert len(free_starts_on(on(MON), *case)) == 14
    assert free_starts_on(on(MON) + 5 * DAY, *case) == []


def test_two_practitioners_share_a_day():
    own_hours = away(p2=every_day(span("09:00", "10:00")), p3=every_day(span("15:00", "16:00")))
    taken = both({1: []}, {2: [], 3: []})
    starts = free_starts_on(on(MON), OFFICE_HOURS, HALF_HOURS, taken, SUNDAY_BEFORE, own_hours)
    assert [start.resources[1] for start in starts] == [(2,), (2,), (3,), (3,)]


# Why a time is not offered


def explained(clock, hours=OFFICE_HOURS, rules=HALF_HOURS, taken=ONE_ROOM, now=SUNDAY_BEFORE, own_hours=NO_OWN_HOURS):
    found = {one.at: one for one in explain_day(on(MON), hours, rules, taken, now, own_hours)}
    return found[at(f"{MON} {clock}").astimezone(UTC)]


@pytest.mark.parametrize(
    ("clock", "how", "refusal"),
    [
        ("10:00", {}, None),
        ("08:45", {}, Refusal.CLOSED),
        ("16:00", {}, Refusal.CLOSED),
        ("09:00", {"hours": schedule(every_day(span("09:10", "16:00")))}, Refusal.CLOSED),
        ("15:45", {}, Refusal.PAST_CLOSING),
        ("10:15", {}, Refusal.OFF_GRID),
        ("09:00", {"now": at(f"{MON} 10:00")}, Refusal.PAST),
        ("10:30", {"now": at(f"{MON} 10:00"), "rules": SlotRules(notice_minutes=60)}, Refusal.NOTICE),
        ("11:00", {"now": at(f"{MON} 10:00"), "rules": SlotRules(notice_minutes=60)}, None),
        ("10:00", {"now": at("2027-06-01 10:00"), "rules": SlotRules(horizon_days=5)}, Refusal.HORIZON),
        ("10:00", {"now": at("2027-06-01 10:00"), "rules": SlotRules(horizon_days=6)}, None),
        ("10:00", {"taken": [{1: taken_between((f"{MON} 10:15", f"{MON} 10:30"))}]}, Refusal.TAKEN),
        ("10:00", {"taken": [{}]}, Refusal.TAKEN),
        ("10:00", {"own_hours": away(p1={})}, Refusal.TAKEN),
    ],
)
def test_refused_quarter_hour_names_its_rule(clock, how, refusal):
    assert explained(clock, **how).refusal == refusal


def test_second_pass_of_an_hour_is_off_the_grid():
    quarters = explain_day(AUTUMN, schedule(ALWAYS), SlotRules(notice_minutes=0), ONE_ROOM, at("2027-11-06 12:00"))
    assert len(quarters) == 100
    assert times(one.at for one in quarters if one.refusal == Refusal.OFF_GRID) == [
        "01:00'",
        "01:15'",
        "01:30'",
        "01:45'",
    ]


def test_taken_quarter_hour_names_each_resource():
    taken = both({1: [(f"{MON} 10:00", f"{MON} 11:00")], 4: []}, {2: [(f"{MON} 10:15", f"{MON} 10:30")], 3: []})
    found = explained("10:00", taken=taken, own_hours=away(p3={})).missing
    assert found == {1: (Missing(2, in_utc(at(f"{MON} 10:15"))), Missing(3, None))}
    taken = both({1: [(f"{MON} 10:00", f"{MON} 11:00")]}, {})
    assert explained("10:00", taken=taken).missing == {0: (Missing(1, in_utc(at(f"{MON} 10:00"))),), 1: ()}


def test_practitioner_needs_the_pause_too():
    rules = SlotRules(visit_minutes=30, pause_minutes=15, grid_minutes=15, notice_minutes=0)
    taken = both({1: []}, {2: [(f"{MON} 09:30", f"{MON} 09:45")]})
    assert offered(MON, rules=rules, taken=taken)[0] == "09:45"


# Slots


@pytest.mark.parametrize(
    ("begin", "end", "found"),
    [
        ("10:00", "10:30", ["10:00", "10:15"]),
        ("10:00", "10:20", ["10:00", "10:15"]),
        ("10:00", "10:05", ["10:00"]),
        ("10:10", "10:20", ["10:00", "10:15"]),
        ("10:14:59", "10:15:01", ["10:00", "10:15"]),
        ("10:10", "10:15", ["10:00"]),
        ("23:50", "23:59", ["23:45"]),
        ("10:10", "10:10", []),
        ("10:00", "10:00", []),
    ],
)
def test_slots_are_the_quarter_hours_touched(begin, end, found):
    assert times(slots_between(at(f"{MON} {begin}"), at(f"{MON} {end}"))) == found


def test_slots_count_elapsed_time_in_repeated_hour():
    found = slots_between(at(f"{AUTUMN} 01:30"), at(f"{AUTUMN} 01:30", fold=1))
    assert times(found) == ["01:30", "01:45", "01:00'", "01:15'"]
    assert {slot.tzinfo for slot in found} == {UTC}


@pytest.mark.parametrize(("visit", "pause", "count"), [(30, 0, 2), (20, 10, 2), (20, 15, 3), (45, 15, 4), (5, 0, 1)])
def test_visit_and_pause_take_slots_together(visit, pause, count):
    start = at(f"{MON} 10:00")
    rules = SlotRules(visit_minutes=visit, pause_minutes=pause)
    assert slots_of(start, rules) == tuple(in_utc(start) + n * SLOT for n in range(count))


def test_slots_refuse_an_end_before_the_start():
    with pytest.raises(ValueError, match="forward"):
        slots_between(at(f"{MON} 10:00"), at(f"{MON} 09:59"))


# One instant


def test_instant_off_the_grid_is_not_on_offer():
    resources = partial(resources_on_offer, schedule=OFFICE_HOURS, rules=HALF_HOURS, taken=ONE_ROOM, now=SUNDAY_BEFORE)
    assert resources(at(f"{MON} 10:30")) == ((1,),)
    for off in (at(f"{MON} 10:15"), at(f"{MON} 10:31"), at(f"{MON} 10:30:01"), at(f"{MON} 10:30") - MICROSECOND):
        assert resources(off) == ()


def test_instant_may_come_in_any_zone():
    tokyo = at(f"{MON} 10:30").astimezone(ZoneInfo("Asia/Tokyo"))
    assert resources_on_offer(tokyo, OFFICE_HOURS, HALF_HOURS, ONE_ROOM, SUNDAY_BEFORE) == ((1,),)


@pytest.mark.parametrize(
    "never",
    [
        utc("2027-06-04 17:00"),
        utc("2028-06-05 17:00"),
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
        datetime.min.replace(tzinfo=ZoneInfo("Asia/Tokyo")),
        datetime.max.replace(tzinfo=LA),
    ],
)
def test_past_and_far_instants_are_not_on_offer(never):
    assert resources_on_offer(never, OFFICE_HOURS, HALF_HOURS, ONE_ROOM, SUNDAY_BEFORE) == ()


NAIVE = datetime(2027, 6, 7, 10)  # noqa: DTZ001 that is the point


@pytest.mark.parametrize(
    "ask",
    [
        lambda: resources_on_offer(NAIVE, OFFICE_HOURS, HALF_HOURS, ONE_ROOM, SUNDAY_BEFORE),
        lambda: resources_on_offer(SUNDAY_BEFORE, OFFICE_HOURS, HALF_HOURS, ONE_ROOM, NAIVE),
        lambda: next(free_starts(OFFICE_HOURS, HALF_HOURS, ONE_ROOM, NAIVE)),
        lambda: free_starts_on(on(MON), OFFICE_HOURS, HALF_HOURS, ONE_ROOM, NAIVE),
        lambda: slots_of(NAIVE, HALF_HOURS),
        lambda: slots_between(NAIVE, SUNDAY_BEFORE + DAY),
        lambda: slots_between(SUNDAY_BEFORE, NAIVE),
        lambda: free_resources(NAIVE, HALF_HOURS, ONE_ROOM),
    ],
)
def test_time_without_zone_is_refused(ask):
    with pytest.raises(ValueError, match="time zone"):
        ask()


# The rules themselves


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"grid_minutes": 20}, "start every 15, 30 or 60"),
        ({"grid_minutes": 75}, "divides a day, not every 75"),
        ({"grid_minutes": 0}, "not every 0"),
        ({"grid_minutes": -15}, "not every -15"),
        ({"grid_minutes": 2880}, "not every 2880"),
        ({"visit_minutes": 4}, "takes 5 to 480 minutes, not 4"),
        ({"visit_minutes": 481}, "takes 5 to 480 minutes, not 481"),
        ({"visit_minutes": -30}, "takes 5 to 480 minutes, not -30"),
        ({"pause_minutes": -1}, "pause .* -1"),
        ({"notice_minutes": -1}, "notice .* -1"),
        ({"horizon_days": -1}, "-1 days ahead"),
    ],
)
def test_impossible_rules_are_refused_in_words(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        SlotRules(**wrong)


@pytest.mark.parametrize("grid", [15, 30, 45, 60, 90, 120, 1440])
def test_grid_may_be_any_quarter_hour_multiple(grid):
    assert len(possible(MON, ALWAYS, SlotRules(grid_minutes=grid))) == 1440 // grid


@pytest.mark.parametrize("least", [{"visit_minutes": 5}, {"visit_minutes": 480}, {"notice_minutes": 0}])
def test_rules_accept_their_limits(least):
    assert SlotRules(**least)


# The nearest


def starts_at(*moments):
    return [FreeStart(in_utc(at(f"{MON} {moment}")), ((1,),)) for moment in moments]


def test_nearest_starts_are_in_time_order():
    starts = starts_at("09:00", "10:00", "11:30", "13:00")
    assert nearest(starts, at(f"{MON} 11:15")) == starts_at("10:00", "11:30", "13:00")
    assert nearest(starts, at(f"{MON} 08:00"), count=2) == starts_at("09:00", "10:00")


def test_earlier_of_two_equally_near_starts_wins():
    assert nearest(starts_at("12:00", "10:00"), at(f"{MON} 11:00"), count=1) == starts_at("10:00")


def test_nearest_returns_all_when_few():
    assert nearest(iter(starts_at("10:00")), at(f"{MON} 11:00")) == starts_at("10:00")
    assert nearest([], at(f"{MON} 11:00")) == []


# Against a walk along the clock


class Walk:
    """Apply the rules slowly, step by step.

    Of the schedule only ``is_open`` is called. ``step`` divides every minute at which something may open or close.
    """

    def __init__(self, hours, step=1):
        self.zone, self.step = hours.time_zone, step
        self.is_open = cache(hours.is_open)
        self.end_of_notice = cache(self._end_of_notice)
        self.quarters = cache(self._quarters)

    def reading(self, moment):
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def resources(self, start, rules, taken, now, own_hours):
        """Return the free resources of each kind for a visit at ``start``.

        The result is () if no visit may start at this quarter hour.
        """
        is_possible = (
            self._is_on_the_grid(start, rules.grid_minutes)
            and start >= now
            and (self.reading(start).date() - self.reading(now).date()).days <= rules.horizon_days
            and self._is_open_for(start, rules.visit_minutes)
            and start >= self.end_of_notice(now, rules.notice_minutes, rules.horizon_days)
            and self._is_first_pass(start)
        )
        needed = [start + n * SLOT for n in range(math.ceil((rules.visit_minutes + rules.pause_minutes) / 15))]
        free = []
        for of_kind in taken:
            without_visit = [pk for pk in of_kind if not any(slot in of_kind[pk] for slot in needed)]
            free.append(tuple(pk for pk in without_visit if self._is_there(pk, start, rules.visit_minutes, own_hours)))
        return tuple(free) if is_possible and all(free) else ()

    def free(self, day, rules, taken, now, own_hours=NO_OWN_HOURS):
        found = {start: self.resources(start, rules, taken, now, own_hours) for start in self.quarters(day)}
        return {start: resources for start, resources in found.items() if resources}

    def _quarters(self, day):
        """Return all quarter hours (UTC) of a local date."""
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - 15 * 4 * SLOT
        return [t for t in (begin + n * SLOT for n in range(54 * 4)) if self.reading(t).date() == day]

    def _is_open_for(self, start, minutes):
        return all(self.is_open(start + n * MINUTE) for n in range(0, minutes, self.step))

    def _is_there(self, resource, start, minutes, own_hours):
        hours = own_hours.get(resource)
        return hours is None or all(hours.is_open(start + n * MINUTE) for n in range(0, minutes, self.step))

    def _is_on_the_grid(self, start, grid):
        reading = self.reading(start)
        return (reading.hour * 60 + reading.minute) % grid == 0

    def _is_first_pass(self, start):
        return self.reading(start) not in {self.reading(start - n * SLOT) for n in range(1, 13)}

    def _end_of_notice(self, now, minutes, horizon_days):
        """Return when so many open minutes have passed.

        Beyond all that may be offered, it is any later instant.
        """
        moment, beyond = now, now + (horizon_days + 2) * DAY
        while minutes > 0 and moment < beyond:
            minutes -= self.step if self.is_open(moment) else 0
            moment += self.step * MINUTE
        return moment


def assert_same_offer(hours, walk, rules, taken, now, own_hours=NO_OWN_HOURS):
    today = now.astimezone(hours.time_zone).date()
    days = [today + n * DAY for n in range(-1, rules.horizon_days + 2)]
    expected = [walk.free(day, rules, taken, now, own_hours) for day in days]
    by_day = [free_starts_on(day, hours, rules, taken, now, own_hours) for day in days]
    assert [{start.at: start.resources for start in starts} for starts in by_day] == expected
    at_once = list(free_starts(hours, rules, taken, now, own_hours))
    assert at_once == [start for starts in by_day for start in starts]
    assert at_once == sorted(at_once, key=lambda start: start.at)
    for start in at_once:
        assert resources_on_offer(start.at, hours, rules, taken, now, own_hours) == start.resources
    for day, starts in zip(days, by_day, strict=True):
        explained = explain_day(day, hours, rules, taken, now, own_hours)
        assert [one.at for one in explained] == walk.quarters(day)
        assert [one.at for one in explained if one.refusal is None] == [start.at for start in starts]
        assert all(bool(one.missing) == (one.refusal == Refusal.TAKEN) for one in explained)


some_rules = st.builds(
    SlotRules,
    visit_minutes=st.sampled_from((30, 5, 15, 20, 50, 60, 90, 480)),
    grid_minutes=st.sampled_from((15, 15, 30, 45, 60)),
    pause_minutes=st.sampled_from((0, 0, 5, 10, 15, 45)),
    notice_minutes=st.sampled_from((0, 0, 0, 1, 60, 240)),
    horizon_days=st.sampled_from((2, 2, 1, 0)),
)
of_one_kind = st.dictionaries(st.integers(1, 9), st.sets(st.integers(0, 3 * 96), max_size=12), min_size=1, max_size=3)
some_taken = st.lists(of_one_kind, min_size=1, max_size=2)
some_own_hours = st.dictionaries(
    st.integers(1, 9),
    st.sampled_from(({}, OFFICE, NIGHTS, ALWAYS, every_day(*MORNING), every_day(span("08:20", "13:05")))),
    max_size=4,
)


@settings(max_examples=size(50, 150), derandomize=True, deadline=None, database=None)
@given(windows, st.integers(4 * 1440, 6 * 1440), some_rules, some_taken, some_own_hours)
def test_offer_equals_a_walk_along_the_clock(window, minute, rules, quarters, weeks):
    first, hours = window
    midnight = datetime(first.year, first.month, first.day, tzinfo=UTC)
    now = midnight + minute * MINUTE
    today = midnight + minute // 15 * SLOT
    taken = [{pk: {today + n * SLOT for n in numbers} for pk, numbers in of_kind.items()} for of_kind in quarters]
    own_hours = {pk: Schedule(hours.time_zone, week) for pk, week in weeks.items()}
    assert_same_offer(hours, Walk(hours), rules, taken, now, own_hours)


# Clocks that jump at midnight, by half an hour, by two hours, at a quarter to three, or over an hour of another date.
NIGHTS_OF_OTHER_ZONES = [
    ("Australia/Lord_Howe", "2027-04-04"),
    ("Australia/Lord_Howe", "2027-10-03"),
    ("Pacific/Chatham", "2027-04-04"),
    ("Pacific/Chatham", "2027-09-26"),
    ("America/Havana", "2027-03-14"),
    ("America/Havana", "2027-11-07"),
    ("America/Santiago", "2027-04-03"),
    ("America/Santiago", "2027-09-05"),
    ("Antarctica/Troll", "2027-03-28"),
    ("Antarctica/Troll", "2027-10-31"),
    ("Europe/Berlin", "2027-10-31"),
    ("Asia/Kathmandu", MON),
]


@pytest.mark.parametrize(
    "hours", [ALWAYS, NIGHTS, every_day(span("00:10", "03:40"))], ids=["always", "nights", "early"]
)
@pytest.mark.parametrize(("zone", "night"), NIGHTS_OF_OTHER_ZONES)
def test_offer_equals_the_walk_in_other_zones(zone, night, hours):
    hours = Schedule(ZoneInfo(zone), hours)
    now = datetime.combine(on(night) - DAY, datetime.min.time(), tzinfo=hours.time_zone).astimezone(UTC) + 17 * 4 * SLOT
    rules = SlotRules(visit_minutes=50, grid_minutes=30, pause_minutes=15, notice_minutes=90, horizon_days=2)
    taken = [{1: {now + n * SLOT for n in range(0, 300, 11)}, 2: set()}]
    own_hours = {2: Schedule(hours.time_zone, every_day(span("00:40", "02:45")))}
    assert_same_offer(hours, Walk(hours, step=5), rules, taken, now, own_hours)


# Two years of a clinic

LUNCH = (span("09:00", "12:00"), span("13:00", "16:00"))
LATE_LUNCH = (span("09:00", "12:35"), span("13:10", "16:00"))
SHIFTS = (span("09:00", "12:00"), span("12:00", "16:00"))
THANKSGIVING = NthWeekday(4, 3, 11)
WEEK = {0: DAYTIME, 1: LUNCH, 2: LATE_LUNCH, 3: SHIFTS, 4: LUNCH}
CLOSED_WEEK = ("2027-08-09", "2027-08-13")
CLINIC = schedule(
    WEEK,
    closed("2027-12-20", "2028-01-07", reason="Winter break"),
    closed("2027-12-23", spans=(span("10:00", "14:00"),), reason="Half day inside the winter break"),
    closed("2027-05-03", reason="Training"),
    closed("2028-10-10", "2028-10-12", reason="Repairs"),
    # On the daylight-saving days of 2027 there is an open night; those of 2028 are Sundays like others.
    closed(str(SPRING), spans=(span("00:30", "05:00"),), reason="Open night"),
    closed(str(AUTUMN - DAY), spans=(span("21:00", "04:00"),), reason="Open night"),
    seasons=(season("2028-06-19", "2028-08-31", dict.fromkeys(range(4), (span("08:30", "14:00"),)), "Summer"),),
    holidays=(
        Holiday(DayOfYear(1, 1), name="New Year"),
        Holiday(NthWeekday(LAST, 0, 5), name="Memorial Day"),
        Holiday(DayOfYear(7, 4), name="Independence Day"),
        Holiday(THANKSGIVING, name="Thanksgiving"),
        Holiday(DaysFrom(THANKSGIVING, 1), spans=(span("10:00", "14:00"),), name="Day after Thanksgiving"),
        Holiday(DayOfYear(12, 25), name="Christmas"),
    ),
)
VISITS = SlotRules(visit_minutes=50, grid_minutes=30, pause_minutes=10, notice_minutes=120, horizon_days=60)
FIRST_DAY, DAYS, EVERY = date(2027, 1, 1), 731, size(5, 1)
QUARTERS_OF_TWO_YEARS = [utc("2027-01-01 00:00") + n * SLOT for n in range((DAYS + 1) * 96)]
WEEK_OFF = taken_between((f"{CLOSED_WEEK[0]} 00:00", f"{CLOSED_WEEK[1]} 23:59"))
VISITS_TAKEN = [
    {
        7: {quarter for n, quarter in enumerate(QUARTERS_OF_TWO_YEARS) if n % 31 < 9} | WEEK_OFF,
        4: {quarter for n, quarter in enumerate(QUARTERS_OF_TWO_YEARS) if n % 43 < 11} | WEEK_OFF,
    },
    {2: {quarter for n, quarter in enumerate(QUARTERS_OF_TWO_YEARS) if n % 53 < 2}},
]
NOTHING_ON = [
    *("2027-01-01", "2027-02-14", "2027-05-03", "2027-05-31", "2027-08-11", "2027-11-25", "2027-12-25", "2028-01-05"),
    *("2028-03-12", "2028-05-29", "2028-07-04", "2028-07-07", "2028-10-11", "2028-11-05", "2028-11-23", "2028-12-25"),
]
SOMETHING_ON = [
    *(str(SPRING), str(AUTUMN - DAY), str(AUTUMN), "2027-03-15", "2027-11-08", "2027-11-26", "2027-12-23"),
    *("2028-01-10", "2028-02-29", "2028-03-13", "2028-07-05", "2028-11-06", "2028-11-24", "2028-12-29"),
]


def seen_from(day):
    """Return 10:05, zero to four days before the day.

    So on some days the notice ends in the middle.
    """
    days_before = (day - FIRST_DAY + 2 * DAY).days % 5
    return in_utc(at(f"{day - days_before * DAY} 10:05"))


@pytest.mark.parametrize("year", [2027, 2028])
def test_offered_times_and_no_others_are_bookable(year):
    walk, count = Walk(CLINIC, step=5), Counter()
    for day in (FIRST_DAY + n * DAY for n in range(DAYS)):
        is_special = str(day) in (*NOTHING_ON, *SOMETHING_ON)
        if day.year != year or (not is_special and day.toordinal() % EVERY):
            continue
        case = (CLINIC, VISITS, VISITS_TAKEN, now := seen_from(day))
        offer = {start.at: start.resources for start in free_starts_on(day, *case)}
        can_be_booked = {quarter: resources_on_offer(quarter, *case) for quarter in walk.quarters(day)}
        assert offer == {quarter: resources for quarter, resources in can_be_booked.items() if resources}, day
        assert offer == walk.free(day, VISITS, VISITS_TAKEN, now), day
        count[str(day)] = len(offer)
    assert not [day for day in NOTHING_ON if count[day]]
    assert not [day for day in SOMETHING_ON if day[:4] == str(year) and not count[day]]
    assert sum(count.values()) > 900 // EVERY


def test_whole_year_equals_its_single_days():
    rules = SlotRules(visit_minutes=50, grid_minutes=30, pause_minutes=10, horizon_days=365)
    case = (CLINIC, rules, VISITS_TAKEN, in_utc(at("2027-01-04 08:00")))
    by_day = [start for n in range(400) for start in free_starts_on(FIRST_DAY + n * DAY, *case)]
    assert list(free_starts(*case)) == by_day
