"""How requests are saved and amended, and how the desk takes a case from one stage to the next."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.utils import timezone

from bookings import services
from bookings.messaging import outbox, rendering
from bookings.models import (
    ATTENDED,
    Appointment,
    AppointmentState,
    Case,
    CaseKind,
    Consent,
    Event,
    EventKind,
    Message,
    MessageKind,
    Outcome,
    Slot,
    Status,
    TaskKind,
    TaskResult,
)
from bookings.services import BookingError, StaleCaseError, Submission, TransitionError, submissions, tasks
from bookings.services.limits import REQUESTS_PER_NETWORK
from tests import factories
from tests.bookings.conftest import TUESDAY
from tests.factories import (
    clinic_profile,
    consultation_settings,
    make_case,
    make_message,
    make_submission,
    make_treatment,
    make_user,
    make_visit,
)

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
KEY = UUID("00000000-0000-4000-8000-000000000001")


def make_request(**changes) -> Submission:
    known = {
        "name": "Zoë Lima",
        "email": "zoe@patient.example.com",
        "phone": "(949) 555-0123",
        "contact_by": "phone",
        "contact_time": "morning",
        "message": "Lines on my forehead.",
        "consent_wording": "I agree, in exactly these words.",
        "submission_key": KEY,
    }
    return make_submission(**{**known, **changes})


@pytest.fixture
def submit(profile, consultation_settings):
    """Return a function that submits a request.

    It returns the case, and whether the case is new.
    """

    def submit(**changes) -> tuple[Case, bool]:
        return services.submit(make_request(**changes), settings=consultation_settings, profile=profile)

    return submit


@pytest.fixture
def send(submit):
    """Return a function that submits a request, and returns its case."""
    return lambda **changes: submit(**changes)[0]


@pytest.fixture
def actor():
    return make_user(first_name="Dana", last_name="Desk")


def counts() -> tuple[int, int, int]:
    return Case.objects.count(), Event.objects.count(), Message.objects.count()


# A new request


def test_request_is_saved_with_everything_it_needs(submit):
    treatment = make_treatment("Lip filler")
    case, created = submit(treatment_ids=(treatment.pk,))
    case = Case.objects.get(pk=case.pk)
    assert created
    assert (case.status, case.version, case.is_waiting) == (Status.NEW, 1, True)
    assert (case.phone, case.phone_e164) == ("(949) 555-0123", "+19495550123")
    assert [(row.page_id, row.title) for row in case.treatments.all()] == [(treatment.pk, "Lip filler")]
    assert [event.kind for event in case.events.all()] == [EventKind.RECEIVED]
    assert [consent.wording for consent in case.consents.all()] == ["I agree, in exactly these words."]
    assert {(message.kind, message.recipient) for message in case.messages.all()} == {
        (MessageKind.RECEIPT, "zoe@patient.example.com"),
        (MessageKind.DESK_NOTICE, "desk@clinic.example.com"),
    }


def test_without_an_email_only_the_desk_is_told(send):
    assert [message.kind for message in send(email="").messages.all()] == [MessageKind.DESK_NOTICE]


def test_desk_notice_falls_back_to_clinic_email(profile, home):
    settings = consultation_settings(desk_email="")
    services.submit(make_request(email=""), settings=settings, profile=profile)
    assert Message.objects.get().recipient == "hello@clinic.example.com"


def test_request_is_saved_with_nobody_to_write_to(home):
    settings, profile = consultation_settings(desk_email=""), clinic_profile(email="")
    case, _created = services.submit(make_request(email=""), settings=settings, profile=profile)
    assert Case.objects.search("zoe lima").get() == case
    assert not Message.objects.exists()


def test_message_that_cannot_be_written_loses_no_request(send, monkeypatch):
    def broken(*args, **kwargs):
        raise ValueError

    monkeypatch.setattr(rendering, "render_to_string", broken)
    case = send()
    assert outbox.send_due() == {"queued": 2}
    assert [event.kind for event in case.events.all()] == [EventKind.RECEIVED]
    assert set(case.messages.values_list("state", "last_error")) == {("queued", "ValueError")}


def test_failing_search_for_the_visit_before_loses_no_request(send, monkeypatch, caplog):
    def broken(*args, **kwargs):
        return Case.objects.raw("SELECT nothing FROM nowhere")[0]

    monkeypatch.setattr(submissions, "find_previous_visit", broken)
    case = send()
    assert (case.kind, case.previous) == (CaseKind.CONSULTATION, None)
    assert counts() == (1, 1, 2)
    assert "could not be found" in caplog.text


def test_request_is_saved_whole_or_not_at_all(send, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(Consent.objects, "create", broken)
    with pytest.raises(RuntimeError):
        send()
    assert counts() == (0, 0, 0)


def test_unreadable_phone_is_saved_as_typed(send):
    case = send(phone="extension 12", phone_e164="")
    assert (case.phone, case.phone_e164) == ("extension 12", "")


def test_deleting_a_treatment_keeps_its_requests(send):
    treatment = make_treatment("Lip filler")
    case = send(treatment_ids=(treatment.pk,))
    treatment.delete()
    assert [(row.page_id, row.title) for row in Case.objects.get(pk=case.pk).treatments.all()] == [(None, "Lip filler")]


def test_request_keeps_the_treatment_name_seen(send):
    treatment = make_treatment("Lip filler")
    case = send(treatment_ids=(treatment.pk,))
    treatment.title = "Lips"
    treatment.save()
    assert case.treatments.get().title == "Lip filler"


def test_unknown_treatment_is_left_out(send):
    assert not send(treatment_ids=(2**63 - 1,)).treatments.exists()


# The same request again


def test_same_form_again_writes_nothing(submit):
    first, _created = submit()
    before = counts()
    assert submit() == (first, False)
    assert (Case.objects.get().version, counts()) == (1, before)


def test_same_form_with_corrections_amends_the_case(send):
    old, new = make_treatment("Lip filler"), make_treatment("Peel")
    first = send(treatment_ids=(old.pk,))
    assert send(phone="(949) 555-0199", contact_by="", treatment_ids=(new.pk,)) == first
    case = Case.objects.search("555-0199").get()
    assert (case.phone_e164, case.version) == ("+19495550199", 2)
    assert [row.title for row in case.treatments.all()] == ["Peel"]
    assert case.events.get(kind=EventKind.AMENDED).data == {
        "changes": {
            "phone": ["(949) 555-0123", "(949) 555-0199"],
            "contact_by": ["phone", ""],
            "treatments": ["Lip filler", "Peel"],
        }
    }
    assert case.messages.count() == 2


def test_corrected_email_replaces_the_unsent_receipt(send):
    send()
    case = send(email="zoe.lima@patient.example.com")
    receipts = case.messages.filter(kind=MessageKind.RECEIPT)
    assert [message.recipient for message in receipts] == ["zoe.lima@patient.example.com"]


def test_sent_receipt_stays_beside_the_new_one(send):
    case = send()
    case.messages.update(state="sent")
    send(email="zoe.lima@patient.example.com")
    assert case.messages.filter(kind=MessageKind.RECEIPT).count() == 2
    assert len({message.dedupe_key for message in case.messages.all()}) == 3


def test_deleted_treatment_is_no_correction(send):
    treatment = make_treatment("Lip filler")
    case = send(treatment_ids=(treatment.pk,))
    treatment.delete()
    assert send(treatment_ids=(treatment.pk,)).version == case.version
    assert case.treatments.get().title == "Lip filler"


def test_new_consent_wording_is_added_to_first(send):
    send()
    case = send(consent_wording="Newer words.")
    assert [consent.wording for consent in case.consents.all()] == ["I agree, in exactly these words.", "Newer words."]


def test_correction_reopens_a_closed_case(send, actor):
    case = send()
    services.change_stage(case.pk, Status.CLOSED, actor=actor, expected_version=1, outcome=Outcome.UNREACHABLE)
    case = send(message="No, really: lines on my forehead.")
    assert (case.status, case.outcome, case.closed_at) == (Status.NEW, "", None)
    assert case.is_waiting
    assert case.events.get(kind=EventKind.AMENDED).data == {
        "changes": {"message": ["Lines on my forehead.", "No, really: lines on my forehead."]},
        "reopened": True,
    }


def test_same_content_within_a_day_is_one_request(submit, time_machine):
    time_machine.move_to(NOON, tick=False)
    first, _created = submit()
    time_machine.shift(timedelta(hours=23, minutes=59))
    typed = {"name": " ZOË  lima", "phone": "+1 949.555.0123", "email": "ZOE@patient.example.com"}
    assert submit(submission_key=uuid4(), **typed) == (first, False)
    time_machine.shift(timedelta(minutes=2))
    _other, created = submit(submission_key=uuid4())
    assert created


def test_other_content_is_another_request(send):
    assert send() != send(submission_key=uuid4(), message="Something else.")


def test_closed_case_does_not_absorb_new_requests(send, actor):
    case = send()
    services.change_stage(case.pk, Status.CLOSED, actor=actor, expected_version=1, outcome=Outcome.DUPLICATE)
    assert send(submission_key=uuid4()) != case


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_eight_threads_posting_one_form_make_one_case(profile, consultation_settings):
    def post(_number):
        try:
            return services.submit(make_request(), settings=consultation_settings, profile=profile)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(8)))
    assert len({case.pk for case, _created in answers}) == 1
    assert [created for _case, created in answers].count(True) == 1
    assert counts() == (1, 1, 2)


def test_database_refuses_two_cases_of_one_form():
    make_case(submission_key=KEY)
    with pytest.raises(IntegrityError):
        make_case(submission_key=KEY)


def test_loser_of_a_race_finds_the_winners_case(send, monkeypatch):
    # The other form arrived between the look-up of the case and its insert.
    winner = send()
    real, calls = submissions._submit, []

    def late(*args):
        calls.append(args)
        if len(calls) == 1:
            raise IntegrityError
        return real(*args)

    monkeypatch.setattr(submissions, "_submit", late)
    assert (send(), len(calls)) == (winner, 2)


# In quarantine


@pytest.fixture
def quarantine(profile, consultation_settings, policy, time_machine):
    """Return a function that submits a request with a time in quarantine.

    Its network is over the limit.
    """

    def submit(**changes) -> Case:
        request = make_request(**{"start": TUESDAY, "network": "198.51.100.7", **changes})
        known = {"settings": consultation_settings, "profile": profile, "policy": policy}
        case, _created = services.submit(request, **known)
        return case

    time_machine.move_to(TUESDAY - timedelta(days=1), tick=False)
    factories.use_up(REQUESTS_PER_NETWORK, "198.51.100.7")
    return submit


# What a patient may send after the first request.
SENT_AGAIN = {
    "nothing more": None,
    "another address": {"email": "zoe.lima@patient.example.com"},
    "another time": {"start": TUESDAY + timedelta(hours=1)},
    "a fresh form": {"submission_key": uuid4(), "start": TUESDAY + timedelta(hours=1)},
}


@pytest.mark.parametrize("again", SENT_AGAIN.values(), ids=SENT_AGAIN)
def test_quarantined_request_queues_no_message(quarantine, again):
    cases = {quarantine()} | ({quarantine(**again)} if again else set())
    assert [case.status for case in cases] == [Status.QUARANTINED]
    assert not Message.objects.exists()


@pytest.mark.parametrize("again", SENT_AGAIN.values(), ids=SENT_AGAIN)
def test_quarantined_request_holds_no_time(quarantine, again):
    case = quarantine()
    if again:
        case = quarantine(**again)
    assert case.requested_start == (again or {}).get("start", TUESDAY)
    assert not Appointment.objects.exists()
    assert not Slot.objects.exists()


def test_closed_case_returns_to_quarantine(quarantine, actor):
    case = quarantine()
    services.change_stage(case.pk, Status.CLOSED, actor=actor, expected_version=1, outcome=Outcome.NOT_A_REQUEST)
    again = quarantine(email="zoe.lima@patient.example.com", start=TUESDAY + timedelta(hours=1))
    assert (again.pk, again.status) == (case.pk, Status.QUARANTINED)
    assert not Message.objects.exists()
    assert not Appointment.objects.exists()


# Stages

# The steps of the desk, written down here once more: a step that is added or removed by mistake fails below.
ALLOWED = {
    "quarantined": {"closed"},
    "new": {"contacting", "checked_in", "closed"},
    "contacting": {"new", "checked_in", "closed"},
    "in_care": {"closed"},
    "booked": {"checked_in", "consulted", "treated", "no_show", "closed"},
    "checked_in": {"booked", "consulted", "treated", "closed"},
    "consulted": {"checked_in", "closed"},
    "treated": {"checked_in", "closed"},
    "no_show": {"booked", "checked_in", "closed"},
    "closed": {"contacting"},
}
STAGES = [*Status, *AppointmentState]
FORWARD = ["new", "contacting", "checked_in", "consulted", "closed"]


def everything(case: Case) -> list:
    """Return every stored row of the case."""
    rows = [case.events, case.appointments, case.messages, Slot.objects.filter(appointment__case=case)]
    return [Case.objects.filter(pk=case.pk).values().get(), *(list(some.order_by("pk").values()) for some in rows)]


def outcome_for(wanted: str) -> str:
    return Outcome.DECLINED if wanted == "closed" else ""


def status_of(stage: str) -> str:
    """Return the status of a case that stands at this stage."""
    if stage in ATTENDED:
        return Status.IN_CARE
    return Status.CONTACTING if stage in AppointmentState.values else stage


def make_case_in_time_for(stage: str, wanted: str) -> Case:
    """Make a case whose visit is at a time at which the step may be taken."""
    case = make_case(status=status_of(stage))
    if stage in AppointmentState.values:
        known = {"checked_in": 1, "consulted": -48, "treated": -48, "no_show": -1}
        hours = known.get(wanted, 48) if stage == "booked" else -1
        if (stage, wanted) == ("checked_in", "closed"):
            hours = 1  # A visit that has begun is recorded first.
        make_visit(case, stage, timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours))
        if wanted == "closed":
            tasks.settle(case, [TaskKind.DAY_AFTER], case.events.last())
    return case


@pytest.fixture
def noon(profile, time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("stage", ALLOWED)
def test_allowed_steps_lead_where_they_say(actor, policy, stage):
    for wanted in ALLOWED[stage]:
        case = make_case_in_time_for(stage, wanted)
        assert services.get_stage(case) == stage
        known = {"actor": actor, "expected_version": 1, "policy": policy}
        services.change_stage(case.pk, wanted, outcome=outcome_for(wanted), note="Why.", **known)
        case = Case.objects.get(pk=case.pk)
        event = case.events.last()
        assert (services.get_stage(case), case.version, case.outcome) == (wanted, 2, outcome_for(wanted))
        assert (event.kind, event.data["from"], event.data["to"]) == (EventKind.STAGE, stage, wanted)
        assert case.events.filter(kind=EventKind.STAGE).count() == 1
        # A walk-in holds a room of its own until the next one comes.
        Slot.objects.all().delete()


@pytest.mark.usefixtures("profile")
@pytest.mark.parametrize("stage", ALLOWED)
def test_every_other_step_is_refused_and_writes_nothing(actor, policy, stage):
    case = make_case(status=stage)
    before = everything(case)
    for wanted in (*STAGES, "nonsense", ""):
        if wanted not in ALLOWED[stage]:
            known = {"actor": actor, "expected_version": 1, "policy": policy}
            with pytest.raises(TransitionError, match="cannot go from"):
                services.change_stage(case.pk, wanted, outcome=outcome_for(wanted), **known)
    assert everything(case) == before


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("stage", ALLOWED)
def test_buttons_are_the_allowed_steps(stage):
    now, zone = timezone.now(), ZoneInfo("America/Los_Angeles")
    for wanted in ALLOWED[stage]:
        buttons = services.next_stages(make_case_in_time_for(stage, wanted), now, zone)
        Slot.objects.all().delete()
        assert wanted in buttons
        assert set(buttons) <= ALLOWED[stage]
        assert len(buttons) == len(set(buttons))


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize(
    ("starts_in", "offered"),
    [
        ({"hours": 30}, {"closed"}),
        ({"hours": 4, "seconds": 1}, {"closed"}),
        ({"hours": 4}, {"checked_in", "closed"}),
        ({"seconds": 1}, {"checked_in", "closed"}),
        ({}, {"checked_in", "no_show", "closed"}),
        ({"hours": -12}, {"checked_in", "no_show", "closed"}),
        ({"hours": -12, "seconds": -1}, {"consulted", "treated", "no_show", "closed"}),
    ],
)
def test_attendance_is_asked_when_it_can_be_known(actor, policy, starts_in, offered):
    # It is noon in Los Angeles: twelve hours ago the day began.
    case = make_case(status=Status.CONTACTING)
    make_visit(case, "booked", NOON + timedelta(**starts_in))
    assert set(services.next_stages(case, NOON, policy.schedule.time_zone)) == offered
    for step in {"checked_in", "consulted", "treated", "no_show"} - offered:
        with pytest.raises(TransitionError):
            services.change_stage(case.pk, step, actor=actor, expected_version=1, policy=policy)


def test_case_goes_from_new_to_closed(actor, policy):
    case = make_case()
    for stage in FORWARD[1:]:
        outcome = Outcome.COMPLETED if stage == "closed" else ""
        known = {"actor": actor, "expected_version": case.version, "policy": policy}
        case = services.change_stage(case.pk, stage, outcome=outcome, note=f"now {stage}", **known)
    case.refresh_from_db()
    assert (case.status, case.outcome, case.version) == (Status.CLOSED, Outcome.COMPLETED, 5)
    events = case.events.filter(kind=EventKind.STAGE)
    assert [(event.data["from"], event.data["to"]) for event in events] == list(pairwise(FORWARD))
    assert {event.actor_name for event in events} == {"Dana Desk"}
    assert (events.last().data["outcome"], events.last().data["note"]) == ("completed", "now closed")


@pytest.mark.usefixtures("profile")
@pytest.mark.parametrize(("state", "stage"), [("treated", "treated"), ("no_show", "no_show")])
def test_reopened_case_stands_where_its_visit_stands(actor, state, stage):
    case = make_case(status=state)
    tasks.settle(case, [TaskKind.DAY_AFTER], case.events.last())
    close = {"expected_version": 1, "outcome": Outcome.DECLINED}
    services.change_stage(case.pk, Status.CLOSED, actor=actor, **close)
    case = services.change_stage(case.pk, Status.CONTACTING, actor=actor, expected_version=2, note="Phoned us.")
    assert services.get_stage(case) == stage
    assert case.events.last().data["to"] == stage


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("how", ["reached", "message"])
def test_only_an_answer_stops_the_clock(actor, how):
    case = make_case()
    case = services.change_stage(case.pk, Status.CONTACTING, actor=actor, expected_version=1)
    case = services.add_note(case.pk, "Nobody answers the phone.", actor=actor)
    assert case.is_waiting
    case = services.record_call(case.pk, how, actor=actor, expected_version=2, note="All clear.")
    assert not case.is_waiting
    answer = case.tasks.get(kind=TaskKind.ANSWER)
    assert (answer.closing_event, answer.result) == (case.events.last(), TaskResult.DONE)
    assert case.events.last().data == {"how": how, "note": "All clear."}


def test_colleagues_note_makes_no_click_stale(actor):
    case = make_case()
    services.add_note(case.pk, "Called.", actor=actor)
    assert services.assign(case.pk, actor, actor=actor, expected_version=1).version == 2


def test_step_back_to_new_waits_again(actor):
    case = make_case()
    services.change_stage(case.pk, Status.CONTACTING, actor=actor, expected_version=1)
    case = services.change_stage(case.pk, Status.NEW, actor=actor, expected_version=2)
    assert case.is_waiting
    assert case.events.last().data == {"from": "contacting", "to": "new"}


@pytest.mark.parametrize("outcome", ["", "nonsense"])
def test_closing_needs_an_outcome(actor, outcome):
    with pytest.raises(TransitionError, match="how it ended"):
        services.change_stage(make_case().pk, Status.CLOSED, actor=actor, expected_version=1, outcome=outcome)


def test_only_closing_takes_an_outcome(actor):
    with pytest.raises(TransitionError, match="outcome"):
        services.change_stage(
            make_case().pk, Status.CONTACTING, actor=actor, expected_version=1, outcome=Outcome.DECLINED
        )


def test_reopening_clears_the_outcome_and_records_it(actor):
    case = make_case(status=Status.CLOSED, outcome=Outcome.UNREACHABLE)
    case = services.change_stage(case.pk, Status.CONTACTING, actor=actor, expected_version=1, note="Phoned us.")
    assert (case.outcome, case.closed_at) == ("", None)
    assert case.events.last().data == {
        "from": "closed",
        "to": "contacting",
        "was_closed_as": "unreachable",
        "note": "Phoned us.",
    }


def test_second_clerk_on_the_same_version_is_told(actor):
    case = make_case(name="Zoë Lima")
    services.change_stage(case.pk, Status.CONTACTING, actor=actor, expected_version=1)
    with pytest.raises(StaleCaseError) as caught:
        services.change_stage(case.pk, Status.NEW, actor=actor, expected_version=1)
    assert "Zoë" not in str(caught.value)
    with pytest.raises(StaleCaseError):
        services.assign(case.pk, actor, actor=actor, expected_version=1)
    assert Case.objects.get(pk=case.pk).status == Status.CONTACTING


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_one_of_six_clerks_clicking_wins():
    actor, case = make_user(), make_case()

    def click(_number):
        try:
            services.change_stage(case.pk, Status.CONTACTING, actor=actor, expected_version=1)
        except StaleCaseError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(click, range(6))).count(True) == 1
    assert case.events.filter(kind=EventKind.STAGE).count() == 1


def test_desk_errors_are_booking_errors():
    assert issubclass(StaleCaseError, BookingError)
    assert issubclass(TransitionError, BookingError)


# Notes, owners, messages


def test_note_is_an_event_with_author(actor):
    case = services.add_note(make_case().pk, "  Prefers Tuesdays. ", actor=actor)
    event = case.events.last()
    assert (event.kind, event.data, event.actor, case.version) == (
        EventKind.NOTE,
        {"note": "Prefers Tuesdays."},
        actor,
        1,
    )


def test_empty_note_is_refused(actor):
    with pytest.raises(BookingError):
        services.add_note(make_case().pk, " \n", actor=actor)


def test_event_keeps_the_name_of_deleted_author(actor):
    case = services.add_note(make_case().pk, "Called.", actor=actor)
    actor.delete()
    event = case.events.last()
    assert (event.actor, event.actor_name) == (None, "Dana Desk")


def test_case_is_assigned_and_unassigned(actor):
    case = make_case()
    other = make_user(username="kim")
    case = services.assign(case.pk, other, actor=actor, expected_version=1)
    assert (case.owner, case.events.last().data) == (other, {"owner": "kim"})
    again = services.assign(case.pk, other, actor=actor, expected_version=2)
    assert (again.version, again.events.count()) == (2, 2)
    case = services.assign(case.pk, None, actor=actor, expected_version=2)
    assert (case.owner, case.events.last().kind, case.events.last().data) == (None, EventKind.ASSIGNED, {})


def test_failed_message_can_be_queued_again(actor):
    message = make_message(state="failed", attempts=9, last_error="TimeoutError")
    services.retry_message(message.pk, actor=actor)
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("queued", 0)
    assert message.case.events.last().kind == EventKind.MESSAGE_RETRIED


@pytest.mark.parametrize("state", ["queued", "sending", "sent"])
def test_only_failed_messages_can_be_retried(actor, state):
    with pytest.raises(BookingError):
        services.retry_message(make_message(state=state).pk, actor=actor)


def test_events_cannot_be_changed(actor):
    event = services.add_note(make_case().pk, "Called.", actor=actor).events.last()
    event.data = {"note": "Never called."}
    with pytest.raises(PermissionDenied):
        event.save()
