"""When a complaint has to be answered, day and night, and who may say that it is over."""

from datetime import timedelta

import pytest
import time_machine

from bookings import services
from bookings.models import Case, Event, EventKind, Outcome, TaskKind
from tests import factories
from tests.opening_hours import at

pytestmark = pytest.mark.django_db
NIGHT = at("2027-06-12 23:30")  # a Saturday
DANGER, MEDICAL, SERVICE = "I can't breathe.", "It hurts.", "The receptionist was rude."
MINUTES = {DANGER: 30, MEDICAL: 240, SERVICE: 1440}
ROLES = ["frontdesk", "clinician", "manager", "admin", "editor"]
MAY_SIGN_OFF = {"clinician", "manager", "admin"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NIGHT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def complain(policy, file_complaint):
    """Return a function that files a complaint, and returns its case."""
    visit_case = factories.make_case(status="contacting")
    factories.make_visit(visit_case, "consulted", at("2027-06-12 10:00"))

    def file(text):
        return file_complaint(visit_case, text)

    return file


def due(case, kind=TaskKind.COMPLAINT):
    return case.tasks.open().get(kind=kind).due_at


def answer(case, actor, outcome="reached"):
    case.refresh_from_db()
    return services.record_call(case.pk, outcome, actor=actor, expected_version=case.version)


def close(case, actor, outcome="resolved"):
    version = Case.objects.get(pk=case.pk).version
    return services.change_stage(case.pk, "closed", outcome=outcome, actor=actor, expected_version=version)


def rate(case, severity, actor, **fields):
    version = Case.objects.get(pk=case.pk).version
    return services.set_severity(case.pk, severity, actor=actor, expected_version=version, **fields)


@pytest.mark.parametrize("text", MINUTES)
@pytest.mark.parametrize(
    "moment",
    [
        NIGHT,
        at("2027-06-14 10:00"),  # while the clinic is open
        at("2027-06-14 15:59"),  # a minute before it closes
        at("2027-03-13 23:45"),  # the clocks go forward
        at("2027-11-07 00:45"),  # the clocks go back
        at("2027-11-07 01:30", fold=1),
        at("2027-12-31 23:59"),
    ],
)
def test_clock_counts_real_minutes(complain, clock, text, moment):
    clock.move_to(moment)
    since = moment.timestamp()
    assert due(complain(text)).timestamp() - since == MINUTES[text] * 60


def test_minutes_are_settings(complain, consultation_settings):
    factories.consultation_settings(call_now_minutes=5)
    assert due(complain(DANGER)) == NIGHT + timedelta(minutes=5)


def test_changed_minutes_count_for_open_complaints(complain, django_capture_on_commit_callbacks):
    case = complain(MEDICAL)
    with django_capture_on_commit_callbacks(execute=True):
        factories.consultation_settings(clinical_minutes=60)
    assert due(case) == NIGHT + timedelta(hours=1)


def test_complaint_names_visit_and_owner(complain, clerk):
    Case.objects.update(owner=clerk)
    case = complain(MEDICAL)
    assert case.about == case.previous.appointments.get()
    assert case.owner == clerk


def test_complaint_without_owner_belongs_to_the_first_caller(complain, clerk):
    case = complain(MEDICAL)
    assert case.owner is None
    assert answer(case, clerk, "no_answer").owner == clerk
    assert answer(case, factories.make_user("frontdesk")).owner == clerk


@pytest.mark.parametrize("outcome", ["no_answer", "later", "wrong_number"])
def test_unanswered_call_stops_no_clock(complain, clerk, outcome):
    case = complain(DANGER)
    before = due(case)
    at_fields = {"at": NIGHT + timedelta(days=2)} if outcome == "later" else {}
    services.record_call(case.pk, outcome, actor=clerk, expected_version=case.version, **at_fields)
    assert due(case) == before


# More urgent, less urgent


def test_later_words_make_it_more_urgent(complain, clock):
    case = complain(SERVICE)
    clock.shift(timedelta(hours=1))
    complain(MEDICAL)
    case.refresh_from_db()
    assert (case.severity, due(case)) == ("clinical", NIGHT + timedelta(hours=5))
    clock.shift(timedelta(hours=1))
    complain(DANGER)
    case.refresh_from_db()
    assert (case.severity, due(case)) == ("call_now", NIGHT + timedelta(hours=2, minutes=30))


@pytest.mark.parametrize("minutes", [211, 239, 240, 500])
def test_more_urgent_is_never_due_later(complain, clock, minutes):
    case = complain(MEDICAL)
    clock.shift(timedelta(minutes=minutes))
    complain(DANGER)
    assert due(case) == NIGHT + timedelta(hours=4)


@pytest.mark.parametrize(("first", "second"), [(DANGER, MEDICAL), (DANGER, SERVICE), (MEDICAL, SERVICE)])
def test_later_words_never_make_it_less_urgent(complain, clock, first, second):
    case = complain(first)
    before = case.severity, due(case)
    clock.shift(timedelta(minutes=1))
    complain(second)
    case.refresh_from_db()
    assert (case.severity, due(case)) == before


def test_words_after_an_answer_start_a_new_clock(complain, clerk, clock):
    case = complain(MEDICAL)
    answer(case, clerk)
    clock.shift(timedelta(days=1))
    complain(DANGER)
    case.refresh_from_db()
    assert due(case) == NIGHT + timedelta(days=1, minutes=30)
    assert not case.tasks.open().filter(kind=TaskKind.SIGN_OFF).exists()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("text", "severity"), [(DANGER, "clinical"), (DANGER, "service"), (MEDICAL, "service")])
def test_only_sign_off_makes_it_less_urgent(complain, role, text, severity):
    case = complain(text)
    actor = factories.make_user(role)
    events = case.events.count()
    if role in MAY_SIGN_OFF:
        rate(case, severity, actor, note="I have spoken to them.")
        event = case.events.order_by("pk").last()
        assert (event.kind, event.data["note"]) == (EventKind.SEVERITY, "I have spoken to them.")
        assert due(case) == NIGHT + timedelta(minutes={"clinical": 240, "service": 1440}[severity])
        assert case.events.count() == events + 1
    else:
        with pytest.raises(services.NotAllowedError, match="less urgent"):
            rate(case, severity, actor)
        assert case.events.count() == events


@pytest.mark.parametrize("role", ["frontdesk", "clinician", "manager"])
def test_everybody_at_the_desk_makes_it_more_urgent(complain, role, clock):
    case = complain(SERVICE)
    clock.shift(timedelta(minutes=10))
    rate(case, "call_now", factories.make_user(role))
    assert due(case) == NIGHT + timedelta(minutes=40)


@pytest.mark.parametrize(
    ("severity", "words"), [("clinical", "Nothing was different"), ("worst", "Choose how urgent"), ("", "Choose how")]
)
def test_no_change_of_severity_writes_nothing(complain, severity, words):
    case = complain(MEDICAL)
    events = Event.objects.count()
    with pytest.raises(services.BookingError, match=words):
        rate(case, severity, factories.make_user("manager"))
    assert Event.objects.count() == events


def test_severity_belongs_to_open_complaints(complain, clerk):
    case = complain(SERVICE)
    answer(case, clerk)
    close(case, clerk)
    for other in (case, factories.make_case()):
        with pytest.raises(services.TransitionError, match="open complaint"):
            rate(other, "clinical", factories.make_user("manager"))


def test_severity_of_a_stale_page_is_refused(complain):
    case = complain(MEDICAL)
    with pytest.raises(services.StaleCaseError):
        services.set_severity(case.pk, "service", actor=factories.make_user("manager"), expected_version=0)


def test_answered_complaint_is_signed_off_only_if_medical(complain, clerk):
    case = complain(SERVICE)
    answer(case, clerk)
    assert [task.kind for task in case.tasks.open()] == [TaskKind.NEXT_STEP]
    rate(case, "clinical", clerk)
    assert [task.kind for task in case.tasks.open()] == [TaskKind.SIGN_OFF]
    rate(case, "service", factories.make_user("clinician"))
    assert [task.kind for task in case.tasks.open()] == [TaskKind.NEXT_STEP]


# The end


@pytest.mark.parametrize("outcome", ["reached", "message"])
@pytest.mark.parametrize("text", [MEDICAL, DANGER])
def test_answered_medical_complaint_waits_for_sign_off(complain, clerk, text, outcome):
    case = answer(complain(text), clerk, outcome)
    task = case.tasks.open().get()
    assert (task.kind, task.due_at) == (TaskKind.SIGN_OFF, at("2027-06-14 16:00"))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("outcome", ["resolved", "unreachable", "duplicate", "not_a_request"])
@pytest.mark.parametrize("text", [MEDICAL, DANGER])
def test_only_clinicians_and_managers_close_medical_complaints(complain, clerk, role, outcome, text):
    case = complain(text)
    answer(case, clerk)
    events = case.events.count()
    if role in MAY_SIGN_OFF:
        case = close(case, factories.make_user(role), outcome)
        assert (case.status, case.tasks.open().count()) == ("closed", 0)
        assert case.events.count() == events + 1
    else:
        with pytest.raises(services.NotAllowedError):
            close(case, factories.make_user(role), outcome)
        assert (Case.objects.get(pk=case.pk).status, case.events.count()) == ("contacting", events)


def test_desk_closes_a_complaint_about_the_service(complain, clerk):
    case = complain(SERVICE)
    answer(case, clerk)
    assert close(case, clerk).outcome == Outcome.RESOLVED


@pytest.mark.parametrize("text", MINUTES)
def test_unanswered_complaint_is_not_resolved(complain, text):
    case = complain(text)
    with pytest.raises(services.OwedError):
        close(case, factories.make_user("manager"))


def test_lowering_does_not_get_around_the_sign_off(complain, clerk):
    case = complain(MEDICAL)
    answer(case, clerk)
    with pytest.raises(services.NotAllowedError):
        rate(case, "service", clerk)
    with pytest.raises(services.NotAllowedError):
        close(case, clerk)
