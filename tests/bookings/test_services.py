from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection

from bookings import services
from bookings.models import Case, Event, EventKind, Message, MessageKind, Outcome, Status
from bookings.services import BookingError, StaleCaseError, Submission, TransitionError
from tests.factories import clinic_profile, consultation_settings, make_case, make_message, make_treatment, make_user

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
    return Submission(**{**known, **changes})


@pytest.fixture
def send(profile, consultation_settings):
    def send(**changes) -> services.Submission:
        return services.submit(make_request(**changes), settings=consultation_settings, profile=profile)

    return send


@pytest.fixture
def actor():
    return make_user(first_name="Dana", last_name="Desk")


def counts() -> tuple[int, int, int]:
    return Case.objects.count(), Event.objects.count(), Message.objects.count()


# Sending


def test_a_request_is_kept_with_everything_it_needs(send):
    treatment = make_treatment("Lip filler")
    case, created = send(treatment_ids=(treatment.pk,))
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


def test_without_an_e_mail_only_the_desk_gets_one(send):
    assert [message.kind for message in send(email="").case.messages.all()] == [MessageKind.DESK_NOTICE]


def test_the_clinics_address_gets_the_notice_when_the_desk_has_none(profile, home):
    settings = consultation_settings(desk_email="")
    services.submit(make_request(email=""), settings=settings, profile=profile)
    assert Message.objects.get().recipient == "hello@clinic.example.com"


def test_with_nobody_to_write_to_the_request_is_still_there(home):
    settings, profile = consultation_settings(desk_email=""), clinic_profile(email="")
    case, _created = services.submit(make_request(email=""), settings=settings, profile=profile)
    assert Case.objects.search("zoe lima").get() == case
    assert not Message.objects.exists()


def test_a_mail_that_cannot_be_written_costs_no_request(send, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise ValueError("Zoë Lima, (949) 555-0123")

    monkeypatch.setattr(services.requests.emails, "render_to_string", broken)
    case, created = send()
    assert created
    assert [event.kind for event in case.events.all()] == [EventKind.RECEIVED, EventKind.MESSAGE_FAILED]
    assert case.reference in caplog.text
    assert "Zoë" not in caplog.text
    assert "0123" not in caplog.text


def test_all_or_nothing_is_written(send, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(services.requests.Consent.objects, "create", broken)
    with pytest.raises(RuntimeError):
        send()
    assert counts() == (0, 0, 0)


def test_a_number_that_slipped_through_is_kept_as_typed(send):
    case = send(phone="extension 12").case
    assert (case.phone, case.phone_e164) == ("extension 12", "")


def test_a_deleted_treatment_deletes_no_request(send):
    treatment = make_treatment("Lip filler")
    case = send(treatment_ids=(treatment.pk,)).case
    treatment.delete()
    assert [(row.page_id, row.title) for row in Case.objects.get(pk=case.pk).treatments.all()] == [(None, "Lip filler")]


def test_a_renamed_treatment_keeps_the_name_the_patient_saw(send):
    treatment = make_treatment("Lip filler")
    case = send(treatment_ids=(treatment.pk,)).case
    treatment.title = "Lips"
    treatment.save()
    assert case.treatments.get().title == "Lip filler"


def test_a_treatment_that_never_was_is_left_out(send):
    assert not send(treatment_ids=(2**63 - 1,)).case.treatments.exists()


# Sending again


def test_the_same_form_again_writes_nothing(send):
    first = send()
    before = counts()
    second = send()
    assert (second.case, second.created) == (first.case, False)
    assert second.case.version == 1
    assert counts() == before


def test_the_same_form_with_corrections_amends_the_case(send):
    old, new = make_treatment("Lip filler"), make_treatment("Peel")
    first = send(treatment_ids=(old.pk,))
    second = send(phone="(949) 555-0199", contact_by="", treatment_ids=(new.pk,))
    assert second.case == first.case
    case = Case.objects.search("555-0199").get()
    assert (case.phone_e164, case.version) == ("+19495550199", 2)
    assert [row.title for row in case.treatments.all()] == ["Peel"]
    event = case.events.get(kind=EventKind.AMENDED)
    assert event.text.splitlines() == [
        "Phone: (949) 555-0123 → (949) 555-0199",
        "Contact by: Phone call → –",
        "Treatments of interest: Lip filler → Peel",
    ]
    assert case.messages.count() == 2


def test_a_new_address_gets_its_own_receipt_and_the_mistaken_one_none(send):
    send()
    case = send(email="zoe.lima@patient.example.com").case
    receipts = case.messages.filter(kind=MessageKind.RECEIPT)
    assert [message.recipient for message in receipts] == ["zoe.lima@patient.example.com"]


def test_a_receipt_that_left_stays_in_the_books(send):
    case = send().case
    case.messages.update(state="sent")
    send(email="zoe.lima@patient.example.com")
    assert case.messages.filter(kind=MessageKind.RECEIPT).count() == 2
    assert len({message.dedupe_key for message in case.messages.all()}) == 3


def test_a_deleted_treatment_is_no_correction(send):
    treatment = make_treatment("Lip filler")
    case = send(treatment_ids=(treatment.pk,)).case
    treatment.delete()
    assert send(treatment_ids=(treatment.pk,)).case.version == case.version
    assert case.treatments.get().title == "Lip filler"


def test_other_consent_words_are_kept_beside_the_first(send):
    send()
    case = send(consent_wording="Newer words.").case
    assert [consent.wording for consent in case.consents.all()] == ["I agree, in exactly these words.", "Newer words."]


def test_a_correction_to_a_closed_request_opens_it_again(send, actor):
    case = send().case
    services.change_stage(case.pk, Status.CLOSED, actor=actor, expected_version=1, outcome=Outcome.NOT_A_REQUEST)
    case = send(message="No, really: lines on my forehead.").case
    assert (case.status, case.outcome, case.closed_at, case.answered_at) == (Status.NEW, "", None, None)
    assert case.is_waiting
    event = case.events.get(kind=EventKind.AMENDED)
    assert (event.from_status, event.to_status) == (Status.CLOSED, Status.NEW)
    assert "open again" in event.text


def test_the_same_content_from_a_fresh_form_is_the_same_request_for_a_day(send, time_machine):
    time_machine.move_to(NOON, tick=False)
    first = send()
    time_machine.shift(timedelta(hours=23, minutes=59))
    again = send(submission_key=uuid4(), name=" ZOË  lima", phone="+1 949.555.0123", email="ZOE@patient.example.com")
    assert (again.case, again.created) == (first.case, False)
    time_machine.shift(timedelta(minutes=2))
    assert send(submission_key=uuid4()).created


def test_other_content_from_a_fresh_form_is_another_request(send):
    send()
    assert send(submission_key=uuid4(), message="Something else.").created


def test_a_request_the_desk_closed_does_not_swallow_a_new_one(send, actor):
    case = send().case
    services.change_stage(case.pk, Status.CLOSED, actor=actor, expected_version=1, outcome=Outcome.DUPLICATE)
    assert send(submission_key=uuid4()).created


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_one_form_posted_by_eight_threads_at_once_is_one_request(profile, consultation_settings):
    def post(_number):
        try:
            return services.submit(make_request(), settings=consultation_settings, profile=profile)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        submissions = list(pool.map(post, range(8)))
    assert len({submission.case.pk for submission in submissions}) == 1
    assert [submission.created for submission in submissions].count(True) == 1
    assert counts() == (1, 1, 2)


def test_the_database_refuses_a_second_case_of_one_form():
    make_case(submission_key=KEY)
    with pytest.raises(IntegrityError):
        make_case(submission_key=KEY)


def test_the_loser_of_a_race_finds_the_winners_case(send, monkeypatch):
    """The moment between looking for the case and writing it, in which the other one came first."""
    winner = send().case
    real, calls = services.requests._submit, []

    def late(*args):
        calls.append(args)
        if len(calls) == 1:
            raise IntegrityError
        return real(*args)

    monkeypatch.setattr(services.requests, "_submit", late)
    assert send().case == winner


# Status

FORWARD = [Status.NEW, Status.CONTACTING, Status.SCHEDULED, Status.ATTENDED, Status.TREATED, Status.CLOSED]


def test_a_visit_goes_from_new_to_closed(actor):
    case = make_case()
    for status in FORWARD[1:]:
        outcome = Outcome.COMPLETED if status == Status.CLOSED else ""
        case = services.change_stage(
            case.pk, status, actor=actor, expected_version=case.version, outcome=outcome, note=f"now {status}"
        )
    case.refresh_from_db()
    assert (case.status, case.outcome, case.version) == (Status.CLOSED, Outcome.COMPLETED, 6)
    events = case.events.filter(kind=EventKind.STAGE)
    assert [(event.from_status, event.to_status) for event in events] == list(pairwise(FORWARD))
    assert {event.actor_name for event in events} == {"Dana Desk"}
    assert events.last().text == "Treatment completed\nnow closed"


@pytest.mark.parametrize("from_status", Status)
@pytest.mark.parametrize("to_status", [*Status, "nonsense", ""])
def test_only_the_moves_of_the_table_are_possible(actor, from_status, to_status):
    case = make_case(status=from_status)
    outcome = Outcome.DECLINED if to_status == Status.CLOSED else ""
    allowed = to_status in services.next_stages(case)
    assert allowed == (to_status in services.TRANSITIONS[from_status])
    if allowed:
        assert services.change_stage(case.pk, to_status, actor=actor, expected_version=1, outcome=outcome).version == 2
        return
    with pytest.raises(TransitionError, match="cannot go from"):
        services.change_stage(case.pk, to_status, actor=actor, expected_version=1, outcome=outcome)
    case.refresh_from_db()
    assert (case.status, case.version, case.events.count()) == (from_status, 1, 1)


def test_nobody_is_treated_before_she_came():
    for status in (Status.NEW, Status.CONTACTING, Status.SCHEDULED):
        assert Status.TREATED not in services.TRANSITIONS[status]


def test_answered_is_the_first_move_away_from_new(actor, time_machine):
    time_machine.move_to(NOON, tick=False)
    case = make_case()
    case = services.change_stage(case.pk, Status.CONTACTING, actor=actor, expected_version=1)
    assert (case.answered_at, case.is_waiting) == (NOON, False)
    time_machine.shift(timedelta(hours=1))
    case = services.change_stage(case.pk, Status.SCHEDULED, actor=actor, expected_version=2)
    assert case.answered_at == NOON


def test_a_wrong_click_back_to_new_waits_for_an_answer_again(actor):
    case = make_case()
    services.change_stage(case.pk, Status.CONTACTING, actor=actor, expected_version=1)
    case = services.change_stage(case.pk, Status.NEW, actor=actor, expected_version=2)
    assert (case.answered_at, case.is_waiting) == (None, True)
    assert case.events.last().text == "One step back."


@pytest.mark.parametrize("outcome", ["", "nonsense"])
def test_nothing_closes_without_an_outcome(actor, outcome):
    with pytest.raises(TransitionError, match="how it ended"):
        services.change_stage(make_case().pk, Status.CLOSED, actor=actor, expected_version=1, outcome=outcome)


def test_only_closing_has_an_outcome(actor):
    with pytest.raises(TransitionError, match="outcome"):
        services.change_stage(
            make_case().pk, Status.CONTACTING, actor=actor, expected_version=1, outcome=Outcome.DECLINED
        )


def test_opening_a_closed_request_clears_how_it_ended_and_says_so(actor):
    case = make_case(status=Status.CLOSED, outcome=Outcome.UNREACHABLE)
    case = services.change_stage(case.pk, Status.CONTACTING, actor=actor, expected_version=1, note="She phoned.")
    assert (case.outcome, case.closed_at) == ("", None)
    assert case.events.last().text == "Opened again; it had been closed as “Could not be reached”.\nShe phoned."


def test_of_two_clerks_who_saw_the_same_version_the_second_is_told(actor):
    case = make_case(name="Zoë Lima")
    services.change_stage(case.pk, Status.CONTACTING, actor=actor, expected_version=1)
    with pytest.raises(StaleCaseError) as caught:
        services.change_stage(case.pk, Status.SCHEDULED, actor=actor, expected_version=1)
    assert "Zoë" not in str(caught.value)
    with pytest.raises(StaleCaseError):
        services.assign(case.pk, actor, actor=actor, expected_version=1)
    assert Case.objects.get(pk=case.pk).status == Status.CONTACTING


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_six_clerks_who_click_at_once_one_wins():
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


def test_every_error_of_the_desk_is_a_booking_error():
    assert issubclass(StaleCaseError, BookingError)
    assert issubclass(TransitionError, BookingError)


# Notes, owners, messages


def test_a_note_is_an_event_with_its_author(actor):
    case = services.add_note(make_case().pk, "  Prefers Tuesdays. ", actor=actor)
    event = case.events.last()
    assert (event.kind, event.text, event.actor, case.version) == (EventKind.NOTE, "Prefers Tuesdays.", actor, 2)


def test_an_empty_note_is_refused(actor):
    with pytest.raises(BookingError):
        services.add_note(make_case().pk, " \n", actor=actor)


def test_an_event_keeps_its_author_after_the_account_is_gone(actor):
    case = services.add_note(make_case().pk, "Called.", actor=actor)
    actor.delete()
    event = case.events.last()
    assert (event.actor, event.actor_name) == (None, "Dana Desk")


def test_a_case_goes_to_somebody_and_to_nobody_again(actor):
    case = make_case()
    other = make_user(username="kim")
    case = services.assign(case.pk, other, actor=actor, expected_version=1)
    assert (case.owner, case.events.last().text) == (other, "Assigned to kim")
    again = services.assign(case.pk, other, actor=actor, expected_version=2)
    assert (again.version, again.events.count()) == (2, 2)
    case = services.assign(case.pk, None, actor=actor, expected_version=2)
    assert (case.owner, case.events.last().text) == (None, "Assigned to nobody")


def test_a_lost_message_can_be_put_back(actor):
    message = make_message(state="failed", attempts=9, last_error="TimeoutError")
    services.retry_message(message.pk, actor=actor)
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("queued", 0)
    assert message.case.events.last().kind == EventKind.MESSAGE_RETRIED


@pytest.mark.parametrize("state", ["queued", "sending", "sent"])
def test_a_message_that_is_not_lost_cannot_be_sent_again(actor, state):
    with pytest.raises(BookingError):
        services.retry_message(make_message(state=state).pk, actor=actor)


def test_events_are_never_changed(actor):
    event = services.add_note(make_case().pk, "Called.", actor=actor).events.last()
    event.text = "Never called."
    with pytest.raises(PermissionDenied):
        event.save()
