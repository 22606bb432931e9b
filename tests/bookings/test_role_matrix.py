"""Who may press which button of a case, in every state in which it is offered, and what it then does."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from bookings import services
from bookings.models import (
    AppointmentState,
    Case,
    CaseKind,
    Consent,
    Event,
    EventKind,
    Outcome,
    Severity,
    Status,
    TaskKind,
    VisitType,
)
from bookings.services import tasks
from tests import factories
from tests.bookings.desk import page_of, soup
from tests.opening_hours import at

pytestmark = pytest.mark.same_everywhere

NOW = at("2027-06-07 09:00")  # Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

ALL = {"view", "note", "treat", "change", "sign_off", "override", "export"}
MAY = {
    "nobody": set(),
    "editor": set(),
    "clinician": {"view", "note", "treat", "sign_off"},
    "frontdesk": {"view", "note", "treat", "change", "export"},
    "manager": ALL,
    "admin": ALL,
}
# Of these buttons one is enough: the others only name another moment.
SAME = ("call_at", "snooze", "book_at")
# These only show more choices.
ASK_FIRST = ("times", "owners")
# What each button needs. Where its value says what it does, the value counts.
NEEDS = {
    "action": {"note": "note", "sign_off": "sign_off"},
    "to_status": dict.fromkeys(AppointmentState.values, "treat"),
}


@pytest.fixture(autouse=True)
def clock(time_machine, policy):
    time_machine.move_to(NOW, tick=False)
    VisitType.objects.create(name="Botox", minutes=45, is_treatment=True, repeat_after_days=84, sort_order=5)
    return time_machine


# The states in which a case can be


def make_expired(clerk):
    case = factories.make_case(status=Status.CONTACTING)
    factories.make_visit(case, "expired", NOW + DAY)
    return case


def make_unanswered(clerk):
    case = factories.make_case()
    for _attempt in range(3):
        case.refresh_from_db()
        services.record_call(case.pk, "no_answer", actor=clerk, expected_version=case.version)
    return case


def make_changed(clerk):
    case = factories.make_case(status="booked")
    tasks.owe_change_seen(case, Event.objects.record(case, EventKind.MOVED, starts_at=NOW))
    return case


def make_with_visit(state, starts_at):
    def make(clerk):
        case = factories.make_case(status=Status.CONTACTING)
        factories.make_visit(case, state, starts_at)
        return case

    return make


def make_held(starts_at):
    def make(clerk):
        case = factories.make_case()
        factories.make_visit(case, "held", starts_at)
        return case

    return make


def make_two_visits(clerk):
    case = factories.make_case(status="checked_in")
    factories.make_visit(case, "booked", NOW + DAY)
    return case


def make_complaint(severity):
    def make(clerk):
        return factories.make_case(kind=CaseKind.COMPLAINT, severity=severity)

    return make


def make_answered_complaint(clerk):
    case = factories.make_case(kind=CaseKind.COMPLAINT)
    services.record_call(case.pk, "reached", actor=clerk, expected_version=1)
    return case


def make_with_trail(clerk):
    """Make a case with a consent, a failed email and a known patient."""
    case = factories.make_case()
    Consent.objects.create(case=case, wording="I agree.")
    factories.make_message(case, state="failed")
    factories.make_case(name="Ana L.")
    other = factories.make_case(email="ana@work.example.com", phone="(949) 555-0188")
    services.link(case.pk, other.pk, actor=clerk, expected_version=1)
    return case


def make_status(status):
    return lambda clerk: factories.make_case(status=status)


STATES = {
    **{status: make_status(status) for status in ("quarantined", "new", "contacting", "in_care", "closed")},
    **{state: make_status(state) for state in ("checked_in", "consulted", "treated", "no_show", "booked")},
    "held for tomorrow": make_held(NOW + DAY),
    "held for today": make_held(NOW + 2 * HOUR),
    "booked for today": make_with_visit("booked", NOW + 2 * HOUR),
    "booked, nobody recorded it": make_with_visit("booked", NOW - DAY),
    "canceled": make_with_visit("canceled", NOW + DAY),
    "expired": make_expired,
    "three unanswered calls": make_unanswered,
    "changed by the patient": make_changed,
    "came, and has another visit": make_two_visits,
    "complaint": make_complaint(Severity.CLINICAL),
    "complaint about the service": make_complaint(Severity.SERVICE),
    "answered complaint": make_answered_complaint,
    "with all that can be there": make_with_trail,
}


@pytest.fixture(params=STATES)
def case(request, clerk):
    case = STATES[request.param](clerk)
    return Case.objects.get(pk=case.pk)


@contextmanager
def taken_back():
    """Undo all that happens to the database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def post(client, case, clerk):
    """Return a function that presses a button as somebody in a role, and fills in what it needs."""
    users = {role: factories.make_user("" if role == "nobody" else role) for role in MAY}
    treatment = VisitType.objects.get(is_treatment=True)

    def send(role, name, value, **typed):
        client.force_login(users[role])
        known = {
            "expected_version": case.version,
            "note": "Because",
            "start": "2027-06-09T11:45",
            "call_time": "2027-06-09T11:45",
            "owner": clerk.pk,
            "new_name": "Ana de Lima",
            "new_email": case.email,
            "new_phone": case.phone,
            "typed_reference": case.reference,
            "treatment": treatment.pk,
        }
        outcomes = services.get_closing_outcomes(case, timezone.now())
        return client.post(page_of(case), {**known, "outcome": [*outcomes, ""][0], name: value, **typed})

    send.users = users
    return send


def buttons_of(client, case, user) -> list[tuple[str, str]]:
    client.force_login(user)
    page = soup(client.get(page_of(case)))
    every = dict.fromkeys((button["name"], button["value"]) for button in page.select("main button[name]"))
    # What the hidden button does depends on what is typed, and the buttons that put something off do the same.
    repeated = {one for name in SAME for one in [pair for pair in every if pair[0] == name][1:]}
    return [one for one in every if one[1] != "typed" and one not in repeated]


def get_need(case, name, value) -> str:
    stage = value.partition(":")[0]
    if name == "severity":
        return "note" if [*Severity].index(value) < [*Severity].index(case.severity) else "sign_off"
    if (name, stage) == ("to_status", Status.CLOSED) and case.is_complaint and case.severity != Severity.SERVICE:
        return "sign_off"
    return NEEDS.get(name, {}).get(stage, "change")


def test_each_role_does_what_it_may_and_no_more(client, case, post):
    offered = buttons_of(client, case, post.users["admin"])
    assert offered
    for name, value in offered:
        for role, may in MAY.items():
            label = (role, name, value)
            before, is_allowed = Event.objects.filter(case=case).count(), get_need(case, name, value) in may
            with taken_back():
                response = post(role, name, value)
                is_gone = not Case.objects.filter(pk=case.pk).exists()
                added = Event.objects.filter(case=case).count() - before
            if name == "times" or value in ASK_FIRST:
                assert added == 0, label
            elif is_allowed:
                assert response.status_code in (302, 303), label
                assert is_gone if value == "erase" else added == 1, label
            else:
                # Who may not even look is sent away.
                assert response.status_code == 403 or ("view" not in may and response.status_code == 302), label
                assert (added, is_gone) == (0, False), label


@pytest.mark.parametrize("role", ["clinician", "frontdesk", "manager"])
def test_page_offers_only_what_services_accept(client, case, post, role):
    offered = buttons_of(client, case, post.users[role])
    for name, value in offered:
        if name != "times" and value not in ASK_FIRST:
            with taken_back():
                assert post(role, name, value).status_code in (302, 303), (name, value)
    names = {(name, value.partition(":")[0]) for name, value in offered}
    for name, value in EVERY:
        if (name, value) not in names:
            before = Event.objects.filter(case=case).count()
            with taken_back():
                # A note would be saved with a button that has nothing to do.
                note = {"note": ""} if value == "seen" else {}
                response = post(role, name, value, **note)
                assert response.status_code in (200, 403) or value in ("seen", "take"), (name, value)
                assert Event.objects.filter(case=case).count() == before or value == "take", (name, value)


# What is not offered is refused. Not here: what only changes words on the page, and the owner.
EVERY = [
    *(("to_status", stage) for stage in (*Status.values, *AppointmentState.values)),
    *(("answered", outcome) for outcome in ("reached", "no_answer", "message", "wrong_number")),
    *(("action", value) for value in ("confirm", "book", "cancel", "release", "seen", "later", "give_up", "sign_off")),
    *(("action", value) for value in ("withdraw", "erase", "take")),
    *(("well", answer) for answer in ("yes", "no")),
]


def test_each_offered_outcome_closes_and_no_other(client, case, post):
    client.force_login(post.users["manager"])
    offered = {option["value"] for option in soup(client.get(page_of(case))).select("[name=outcome] option")}
    for outcome in Outcome.values:
        with taken_back():
            post("manager", "to_status", "closed", outcome=outcome)
            closed = Case.objects.filter(pk=case.pk, status=Status.CLOSED, outcome=outcome).exists()
        if case.status != Status.CLOSED:
            assert closed == (outcome in offered), outcome


def test_closed_case_owes_nothing(case, post):
    for outcome in services.get_closing_outcomes(case, timezone.now()):
        with taken_back():
            post("manager", "to_status", "closed", outcome=outcome)
            assert not case.tasks.open().exists(), outcome


def test_every_state_owes_something_while_open(case):
    assert case.tasks.open().exists() == (case.status != Status.CLOSED)


def test_no_outcome_hides_what_blocks_closing(client, case, post):
    client.force_login(post.users["manager"])
    page = soup(client.get(page_of(case)))
    if case.status == Status.CLOSED or services.get_closing_outcomes(case, timezone.now()):
        return
    assert "can be closed when this is done" in page.select_one(".desk-case__next").get_text()
    assert case.tasks.open().filter(kind__in=[TaskKind.RECORD_VISIT, TaskKind.DAY_AFTER]).exists()
