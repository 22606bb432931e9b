"""What is owed stays owed: after an undo, a reopening, a snooze, and what the patient changes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bookings import services
from bookings.models import Case, CaseKind, EventKind, Outcome, Severity, Status, TaskKind, VisitType
from bookings.services import slots
from tests import factories
from tests.bookings.desk import press
from tests.opening_hours import at

pytestmark = pytest.mark.django_db
NOW = at("2027-06-07 10:00")  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(time_machine, policy):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def manager(db):
    return factories.make_user("manager")


@pytest.fixture
def clinician(db):
    return factories.make_user("clinician")


@pytest.fixture
def toxin(db):
    return VisitType.objects.create(name="Toxin", minutes=30, is_treatment=True, repeat_after_days=84, sort_order=9)


@pytest.fixture
def complaint(file_complaint):
    return file_complaint(factories.make_case(status="treated"))


def run(service, case, actor, *args, **fields):
    """Call a service with the version that the case has now."""
    version = Case.objects.get(pk=case.pk).version
    result = service(case.pk, *args, actor=actor, expected_version=version, **fields)
    case.refresh_from_db()
    return result


def step(case, to, actor, **fields):
    return run(services.change_stage, case, actor, to, **fields)


def owed(case) -> list[str]:
    return sorted(case.tasks.open().values_list("kind", flat=True))


def owed_now(case) -> list[str]:
    return sorted(case.tasks.open().filter(opens_at__lte=NOW).values_list("kind", flat=True))


# The date of a repeat


def test_repeat_before_its_date_needs_a_manager_at_the_door(clerk, manager, policy):
    case = factories.make_case(kind=CaseKind.REPEAT, status=Status.CONTACTING, not_before=date(2027, 8, 30))
    with pytest.raises(services.TooEarlyError):
        step(case, "checked_in", clerk, policy=policy, note="They are here.")
    with pytest.raises(services.TooEarlyError):
        step(case, "checked_in", manager, policy=policy)
    step(case, "checked_in", manager, policy=policy, note="The physician agrees.")
    assert case.events.last().data["early"]


def test_held_time_before_the_date_is_not_checked_in(clerk, policy):
    case = factories.make_case(kind=CaseKind.REPEAT, status=Status.CONTACTING, not_before=date(2027, 8, 30))
    factories.make_visit(case, "held", NOW)
    with pytest.raises(services.TooEarlyError):
        step(case, "checked_in", clerk, policy=policy)
