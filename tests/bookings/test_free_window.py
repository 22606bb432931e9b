"""The first days with free times are worked out once for all visitors, until they are others."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bookings import services
from bookings.models import Resource, ResourceKind, Slot, VisitType
from bookings.scheduling import availability
from bookings.scheduling.picker import get_window, group_by_day
from clinic.hours.parsing import parse_spans
from tests.bookings.conftest import TUESDAY
from tests.opening_hours import utc

NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles


@pytest.fixture(autouse=True)
def known(monkeypatch):
    found = {}
    monkeypatch.setattr(services.slots, "_first_windows", found)
    return found


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def computed(monkeypatch):
    """Return the list of the instants for which free starts were worked out."""
    calls, work_out = [], availability.free_starts

    def count(*args):
        calls.append(args[3])
        return work_out(*args)

    monkeypatch.setattr(availability, "free_starts", count)
    return calls


def fresh(policy, now):
    free = services.free_starts(policy, now)
    return get_window(group_by_day((one.at for one in free), policy.schedule.time_zone), None)


def test_window_is_worked_out_once_and_changes_with_everything_it_shows(policy, ask, clerk, clock):
    room = Resource.objects.get(kind=ResourceKind.ROOM)
    nurse = Resource.objects.create(name="Nurse", kind=ResourceKind.PRACTITIONER)
    visit_type = VisitType.get_default()
    now, before = NOW, services.get_free_window(policy, NOW)

    def changes(of=policy, at=None):
        nonlocal before
        window = services.get_free_window(of, at or now)
        assert window == fresh(of, at or now)
        assert window != before
        before = window

    case = ask()
    changes()
    services.block_time([room.pk], TUESDAY + timedelta(hours=2), TUESDAY + timedelta(hours=3), actor=clerk)
    changes()
    Slot.objects.filter(appointment__case=case).update(expires_at=NOW + timedelta(minutes=5))
    now += timedelta(minutes=5)
    clock.move_to(now, tick=False)
    changes()
    now += timedelta(minutes=15)
    clock.move_to(now, tick=False)
    changes()
    nurse.performs.add(visit_type)
    of_both = replace(policy, rules=replace(policy.rules, needs=("room", "practitioner")))
    nurse.has_own_hours, nurse.tuesday = True, parse_spans("9 am – 10 am")
    nurse.save()
    changes(of_both)
    nurse.tuesday = parse_spans("9 am – 10:30 am")
    nurse.save()
    changes(of_both)
    changes(replace(policy, rules=replace(policy.rules, grid_minutes=60)))
    changes(of_both, at=now + timedelta(days=1))
    room.is_active = False
    room.save()
    changes()


def test_window_is_worked_out_again_only_when_it_is_another(policy, ask, computed):
    asked = [NOW + timedelta(seconds=second) for second in (1, 2, 59, 60, 14 * 60 + 59, 15 * 60, 15 * 60 + 1)]
    windows = [services.get_free_window(policy, now) for now in asked]
    assert windows == [fresh(policy, now) for now in asked]
    assert computed == [asked[0], asked[-1], *asked]
    ask()
    services.get_free_window(policy, asked[-1])
    assert len(computed) == 2 + len(asked) + 1


def test_other_days_and_a_visit_that_moves_are_not_kept(policy, ask, known):
    visit = ask().appointments.get()
    services.get_free_window(policy, NOW, moving=visit)
    services.get_free_window(policy, NOW, date(2027, 6, 10))
    assert known == {}
    assert visit.starts_at not in services.get_free_window(policy, NOW).days[0].times
