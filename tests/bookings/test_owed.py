"""What is owed stays owed: after an undo, a reopening, a snooze, and what the patient changes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bookings import services
from bookings.models import Case, CaseKind, EventKind, Outcome, Severity, Status, TaskKind
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
def clinician(db):
    return factories.make_user("clinician")


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


# Undo


def test_undo_finds_its_step_beside_another_visit(clerk, policy):
    case = factories.make_case(status=Status.CONTACTING)
    visit = factories.make_visit(case, "checked_in", NOW)
    run(services.book, case, clerk, NOW + 8 * DAY, policy=policy)
    step(case, "treated", clerk, visit_id=visit.pk)
    run(services.cancel, case, clerk, policy=policy)
    run(services.record_call, case, clerk, "reached")
    step(case, "checked_in", clerk)
    assert owed(case) == [TaskKind.RECORD_VISIT]


def test_missed_visit_that_is_booked_again_is_recorded(clerk, policy, clock):
    case = factories.make_case(status=Status.CONTACTING)
    run(services.book, case, clerk, NOW + DAY, policy=policy)
    clock.move_to(NOW + DAY + HOUR)
    step(case, Status.CLOSED, clerk, outcome=Outcome.NO_SHOW)
    step(case, Status.CONTACTING, clerk, note="They did come.")
    step(case, "booked", clerk)
    assert TaskKind.RECORD_VISIT in owed(case)


def test_complaint_back_to_new_waits_once(clerk, complaint):
    step(complaint, Status.CONTACTING, clerk)
    step(complaint, Status.NEW, clerk)
    assert owed(complaint) == [TaskKind.COMPLAINT]


def test_answered_complaint_back_to_new_waits_again(clerk, complaint):
    step(complaint, Status.CONTACTING, clerk)
    run(services.record_call, complaint, clerk, "reached")
    step(complaint, Status.NEW, clerk)
    assert owed(complaint) == [TaskKind.COMPLAINT]


# Reopening


def test_reopened_complaint_keeps_its_clock(manager, complaint, clock):
    due_at = complaint.tasks.open().get().due_at
    step(complaint, Status.CLOSED, manager, outcome=Outcome.NOT_A_REQUEST)
    clock.move_to(NOW + DAY)
    step(complaint, Status.CONTACTING, manager, note="A wrong click.")
    task = complaint.tasks.open().get()
    assert (task.kind, task.due_at) == (TaskKind.COMPLAINT, due_at)
    assert services.escalate_complaints() == 1


def test_reopened_request_still_waits_for_its_answer(clerk, ask, clock):
    case = ask()
    step(case, Status.CLOSED, clerk, outcome=Outcome.DUPLICATE)
    clock.move_to(NOW + DAY)
    step(case, Status.CONTACTING, clerk, note="Another person.")
    task = case.tasks.open().get()
    assert (task.kind, task.counts_from) == (TaskKind.ANSWER, case.created_at)


def test_reopened_case_that_was_answered_owes_a_call(clerk, ask):
    case = ask()
    run(services.record_call, case, clerk, "reached")
    step(case, Status.CLOSED, clerk, outcome=Outcome.DECLINED)
    step(case, Status.CONTACTING, clerk, note="They called back.")
    assert owed(case) == [TaskKind.CALL]


def test_reopening_goes_by_the_last_closing(clerk, policy, toxin):
    case = factories.make_case(status=Status.QUARANTINED)
    step(case, Status.CLOSED, clerk, outcome=Outcome.NOT_A_REQUEST)
    step(case, Status.CONTACTING, clerk, note="It is one.")
    run(services.release_from_quarantine, case, clerk, policy=policy)
    step(case, "checked_in", clerk, policy=policy)
    step(case, "treated", clerk, treatment=toxin)
    run(services.check_on, case, clerk, is_well=True)
    run(services.decline_repeat, case, clerk, note="They move away.")
    step(case, Status.CONTACTING, clerk, note="They stay.")
    assert case.status == Status.IN_CARE


# Put off, and then due earlier


@pytest.fixture
def about_service(file_complaint):
    """Return a complaint about the service, put off until tomorrow morning."""
    return file_complaint(factories.make_case(status="treated"), "The parking was full.")


@pytest.mark.parametrize("raised_by", ["patient", "desk"])
def test_more_urgent_complaint_is_not_put_off(clerk, about_service, file_complaint, raised_by):
    run(services.snooze, about_service, clerk, NOW + 20 * HOUR)
    if raised_by == "patient":
        file_complaint(about_service.previous, "I cannot breathe.")
    else:
        run(services.set_severity, about_service, clerk, Severity.CALL_NOW)
    task = about_service.tasks.open().get()
    assert (task.opens_at, task.due_at) == (NOW, NOW + HOUR / 2)


def test_words_added_to_a_complaint_end_its_snooze(clerk, about_service, file_complaint):
    run(services.snooze, about_service, clerk, NOW + 20 * HOUR)
    file_complaint(about_service.previous, "And the receptionist was rude.")
    assert owed_now(about_service) == [TaskKind.COMPLAINT]


def test_visit_moved_forward_is_not_put_off(clerk, policy):
    case = factories.make_case(status=Status.CONTACTING)
    run(services.book, case, clerk, NOW + 8 * DAY, policy=policy)
    task = case.tasks.get(kind=TaskKind.RECORD_VISIT)
    run(services.snooze, case, clerk, task.due_at)
    run(services.book, case, clerk, NOW + 3 * DAY, policy=policy)
    task.refresh_from_db()
    assert task.opens_at < NOW + 3 * DAY


def test_less_urgent_complaint_counts_from_when_it_came(clinician, about_service, clock):
    due_at = about_service.tasks.open().get().due_at
    clock.move_to(NOW + 23 * HOUR)
    run(services.set_severity, about_service, clinician, Severity.CALL_NOW)
    run(services.set_severity, about_service, clinician, Severity.SERVICE)
    assert about_service.tasks.open().get().due_at == due_at


# What the patient changes


@pytest.mark.parametrize("change", ["move", "cancel"])
def test_planned_call_hides_no_change(clerk, policy, change):
    case = factories.make_case(status=Status.CONTACTING)
    run(services.book, case, clerk, NOW + 8 * DAY, policy=policy)
    run(services.record_call, case, clerk, "later", at=NOW + 7 * DAY)
    if change == "move":
        services.move(case.pk, NOW + 9 * DAY, policy=policy)
    else:
        services.cancel(case.pk, policy=policy)
    assert owed_now(case) == [TaskKind.CHANGE_SEEN]


def test_closed_case_waits_again_without_a_held_time(clerk, policy, profile, consultation_settings, monkeypatch):
    submission = factories.make_submission()
    about = {"settings": consultation_settings, "profile": profile, "policy": policy}
    case, _is_new = services.submit(submission, **about)
    step(case, Status.CLOSED, clerk, outcome=Outcome.UNREACHABLE)
    monkeypatch.setattr(slots, "may_hold", lambda *_arguments: False)
    services.submit(replace(submission, start=NOW + 2 * DAY), **about)
    case.refresh_from_db()
    assert case.events.last().kind == EventKind.NOT_HELD
    assert (case.status, owed(case)) == (Status.NEW, [TaskKind.ANSWER])


def test_words_on_the_page_of_a_complaint_join_it(complaint, file_complaint):
    assert file_complaint(complaint, "I cannot see.") == complaint
    assert Case.objects.filter(kind=CaseKind.COMPLAINT).get().severity == Severity.CALL_NOW


# Calls


def test_one_call_counts_once_for_two_tasks(clerk, policy, clock):
    case = factories.make_case(status=Status.CONTACTING)
    factories.make_visit(case, "booked", NOW)
    clock.move_to(NOW + HOUR)
    step(case, "no_show", clerk)
    services.choose_time(case.pk, NOW + 2 * DAY, policy=policy)
    for hours in (1, 4, 25):
        assert not services.should_give_up(Case.objects.get(pk=case.pk))
        clock.move_to(NOW + hours * HOUR)
        run(services.record_call, case, clerk, "no_answer")
    assert services.should_give_up(Case.objects.get(pk=case.pk))


def test_today_proposes_to_close_after_a_missed_visit(desk):
    case = factories.make_case(status="no_show")
    case.tasks.filter(kind=TaskKind.NO_SHOW).update(attempts=3)
    assert 'value="give_up"' in desk.get("/admin/today/").content.decode()


def test_end_of_an_offer_closes_no_case_with_a_held_time(clerk, policy, toxin, clock):
    case = factories.make_case(status=Status.CONTACTING)
    factories.make_visit(case, "checked_in", NOW)
    step(case, "treated", clerk, treatment=toxin)
    run(services.check_on, case, clerk, is_well=True)
    clock.move_to(at("2027-08-20 10:00"))
    services.choose_time(case.pk, at("2027-09-09 10:00"), policy=policy)
    run(services.record_call, case, clerk, "reached")
    run(services.decline_repeat, case, clerk, note="They only want to talk.")
    assert (case.status, owed(case)) == (Status.IN_CARE, [TaskKind.NEXT_STEP])


# Roles


def test_clinicians_close_no_complaint_about_the_service(client, clerk, clinician, file_complaint):
    complaint = file_complaint(factories.make_case(status="treated"), "The parking was full.")
    run(services.record_call, complaint, clerk, "reached")
    client.force_login(clinician)
    press(client, complaint, action="sign_off")
    complaint.refresh_from_db()
    assert complaint.status != Status.CLOSED
