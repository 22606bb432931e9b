"""How the desk corrects, revokes, withdraws and deletes, and how long links live."""

from datetime import UTC, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from wagtail.models import ModelLogEntry

from bookings import services
from bookings.messaging.links import get_receipt_path, get_visit_path
from bookings.messaging.outbox import send_due
from bookings.models import Case, EventKind, Message, MessageKind, MessageState, Patient
from bookings.services.limits import REQUESTS_PER_NETWORK
from tests import factories
from tests.bookings.conftest import TUESDAY
from tests.bookings.desk import page_of, press, text_of
from tests.bookings.test_appointments import NOW
from tests.opening_hours import at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WEDNESDAY = at("2027-06-09 11:00")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def booked(ask, clerk, policy):
    case = ask(name="Ana Lima", email="ana@patient.example.com", phone="(949) 555-0123")
    return services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)


def correct(case, clerk, **changes):
    fields = {name: getattr(case, name) for name in ("name", "email", "phone", "phone_e164")}
    known = {"actor": clerk, "expected_version": case.version}
    return services.correct_contact(case.pk, **{**fields, **changes}, **known)


# Links


def test_link_lives_as_long_as_the_visit_needs_it(client, ask, clerk, policy, clock):
    case, far = ask(None, email="ana@patient.example.com"), at("2029-03-06 10:00").astimezone(UTC)
    services.book(case.pk, far, actor=clerk, expected_version=1, policy=policy)
    path = get_visit_path(case)
    clock.move_to(far + timedelta(minutes=30) + 30 * DAY)
    assert client.get(path).status_code == 200
    clock.shift(timedelta(seconds=1))
    assert client.get(path).status_code == 404


def test_link_without_a_visit_lives_for_months_and_while_the_request_is_open(client, ask, clerk, clock):
    case = ask(None, email="ana@patient.example.com")
    path = get_visit_path(case)
    clock.shift(300 * DAY)
    assert client.get(path).status_code == 200
    services.change_stage(case.pk, "closed", outcome="unreachable", actor=clerk, expected_version=1)
    assert client.get(path).status_code == 404
    clock.shift(-180 * DAY)
    assert client.get(path).status_code == 200
    clock.shift(timedelta(seconds=1))
    assert client.get(path).status_code == 404


def test_button_revokes_every_earlier_link(desk, booked):
    paths = [get_visit_path(booked), get_receipt_path(booked)]
    press(desk, booked, action="revoke")
    booked.refresh_from_db()
    assert desk.get(paths[0]).status_code == 404
    assert "Open your page" not in text_of(desk.get(paths[1]))
    assert desk.get(get_visit_path(booked)).status_code == 200
    assert booked.events.filter(kind=EventKind.LINKS_REVOKED).count() == 1


def test_receipt_leads_a_phone_only_patient_to_their_page(client, ask, clerk, policy):
    case = ask(email="", phone="(949) 555-0123")
    page = client.get(get_receipt_path(case))
    assert "Open your page" in text_of(page)
    assert "Save this link" in text_of(page)
    services.confirm(case.pk, actor=clerk, expected_version=1, policy=policy)
    page = client.get(get_receipt_path(case))
    assert f'href="{get_visit_path(case)}visit.ics"' in page.content.decode()


# Corrections


def test_corrected_email_ends_old_links_and_takes_unsent_messages_along(client, booked, clerk):
    old = get_visit_path(booked)
    case = correct(booked, clerk, email="ana.lima@patient.example.com")
    assert client.get(old).status_code == 404
    to_patient = case.messages.filter(state=MessageState.QUEUED).exclude(kind=MessageKind.DESK_NOTICE)
    assert {message.recipient for message in to_patient} == {"ana.lima@patient.example.com"}
    assert set(to_patient.values_list("kind", flat=True)) == {"booked", "reminder"}
    event = case.events.get(kind=EventKind.CORRECTED)
    assert event.data["changes"] == {"email": ["ana@patient.example.com", "ana.lima@patient.example.com"]}
    assert Case.objects.search("ana.lima").get() == case


def test_form_with_a_corrected_email_takes_unsent_messages_along(ask, clerk, policy, client):
    key = "00000000-0000-4000-8000-000000000009"
    case = ask(submission_key=key, email="anna@patient.example.com")
    services.confirm(case.pk, actor=clerk, expected_version=1, policy=policy)
    old = get_visit_path(case)
    ask(submission_key=key, email="ana@patient.example.com")
    assert client.get(old).status_code == 404
    assert not case.messages.filter(recipient="anna@patient.example.com").exists()


def test_removed_email_drops_what_is_unsent(booked, clerk):
    case = correct(booked, clerk, email="")
    unsent = case.messages.filter(state=MessageState.QUEUED)
    assert list(unsent.values_list("kind", flat=True)) == ["desk_notice"]


@pytest.mark.parametrize("changes", [{"name": ""}, {"email": "", "phone": ""}, {}])
def test_correction_that_loses_the_patient_is_refused(booked, clerk, changes):
    with pytest.raises(services.BookingError):
        correct(booked, clerk, **changes)
    assert not booked.events.filter(kind=EventKind.CORRECTED).exists()


def test_desk_corrects_on_the_page_and_keeps_what_it_typed(desk, booked):
    typed = {"new_name": "Ana de Lima", "new_email": "ana@", "new_phone": "(949) 555-0123", "note": "By phone"}
    response = press(desk, booked, action="correct", **typed)
    for text in ("Ana de Lima", 'value="ana@"', "By phone"):
        assert text in response.content.decode()
    press(desk, booked, action="correct", **{**typed, "new_email": "ana@patient.example.com"})
    booked.refresh_from_db()
    assert (booked.name, booked.link_version) == ("Ana de Lima", 1)
    assert "Ana Lima → Ana de Lima" in text_of(desk.get(page_of(booked)))


# Rights


def test_withdrawn_consent_stops_what_is_unsent(booked, clerk):
    case = services.withdraw_consent(booked.pk, actor=clerk, expected_version=booked.version)
    assert case.consents.get().withdrawn_at == NOW
    assert set(case.messages.filter(state=MessageState.QUEUED).values_list("kind", flat=True)) == {"desk_notice"}
    assert case.events.filter(kind=EventKind.CONSENT_WITHDRAWN, actor=clerk).count() == 1
    assert ModelLogEntry.objects.get(action="bookings.withdraw_consent").label == case.reference
    with pytest.raises(services.BookingError, match="no consent"):
        services.withdraw_consent(case.pk, actor=clerk, expected_version=case.version)


def test_request_is_deleted_with_all_that_belongs_to_it(desk, ask):
    case = ask(None, name="Ana Lima", email="ana@patient.example.com")
    assert press(desk, case, action="erase", typed_reference="WRONG", note="Kept").status_code == 200
    assert Case.objects.filter(pk=case.pk).exists()
    response = press(desk, case, action="erase", typed_reference=case.reference.lower())
    assert response.url == reverse("case:index")
    assert not Case.objects.exists()
    assert not Message.objects.exists()
    assert not Patient.objects.exists()
    entry = ModelLogEntry.objects.get(action="bookings.erase")
    assert (entry.label, entry.user, entry.deleted) == (case.reference, desk.user, True)
    assert "Lima" not in f"{entry.label}{entry.data}"


def test_request_with_a_coming_visit_is_not_deleted(booked, clerk, policy, clock):
    for moment in (NOW, TUESDAY - timedelta(hours=1)):
        clock.move_to(moment)
        with pytest.raises(services.BookingError, match="Cancel the visit first"):
            services.erase(booked.pk, actor=clerk, expected_version=booked.version)
    case = services.cancel(booked.pk, actor=clerk, expected_version=booked.version, policy=policy)
    with pytest.raises(services.BookingError, match="on its way"):
        services.erase(case.pk, actor=clerk, expected_version=case.version)
    case.messages.update(state=MessageState.SENT)
    services.erase(case.pk, actor=clerk, expected_version=case.version)
    assert not Case.objects.exists()


def test_room_of_a_checked_in_visit_is_not_given_up_by_deleting(booked, clerk, policy, clock):
    clock.move_to(TUESDAY)
    case = services.change_stage(booked.pk, "checked_in", actor=clerk, expected_version=booked.version, policy=policy)
    with pytest.raises(services.BookingError):
        services.erase(case.pk, actor=clerk, expected_version=case.version)


# Nothing cancels in silence


def test_closing_says_what_it_cancels_and_tells_the_patient(desk, booked):
    assert "Closing cancels the visit on Tue, Jun 8, 10 am." in text_of(desk.get(page_of(booked)))
    press(desk, booked, to_status="closed", outcome="declined")
    booked.refresh_from_db()
    visit = booked.appointments.get()
    assert (booked.status, visit.state) == ("closed", "canceled")
    message = booked.messages.get(kind=MessageKind.CANCELED)
    assert (message.recipient, message.appointment) == (booked.email, visit)
    assert booked.events.last().data["canceled"] == ["2027-06-08T17:00:00Z"]


@pytest.mark.parametrize("outcome", ["completed", "no_show"])
def test_outcome_that_has_not_happened_is_neither_offered_nor_taken(desk, booked, outcome):
    assert f'value="{outcome}"' not in desk.get(page_of(booked)).content.decode()
    press(desk, booked, to_status="closed", outcome=outcome)
    booked.refresh_from_db()
    assert (booked.status, booked.appointments.get().state) == ("contacting", "booked")


def test_past_visit_is_asked_about_and_never_canceled(desk, booked, clock):
    clock.move_to(TUESDAY + timedelta(hours=1))
    desk.force_login(desk.user)
    page = desk.get(page_of(booked))
    assert "Did the patient come?" in text_of(page)
    assert 'value="cancel"' not in page.content.decode()
    for data in ({"action": "cancel"}, {"to_status": "closed", "outcome": "declined"}, {"book_at": at_noon()}):
        press(desk, booked, **data)
        assert booked.appointments.get().state == "booked"
    press(desk, booked, to_status="no_show")
    assert booked.appointments.get().state == "no_show"
    press(desk, booked, to_status="booked")
    assert booked.appointments.get().state == "booked"
    assert not booked.messages.filter(kind=MessageKind.CANCELED).exists()


def at_noon() -> str:
    return at("2027-06-09 12:00").isoformat()


def test_patients_change_reaches_the_desk_and_stays_marked_until_seen(desk, booked, policy):
    services.move(booked.pk, TUESDAY + timedelta(hours=1), policy=policy)
    services.cancel(booked.pk, policy=policy)
    kinds = [MessageKind.DESK_MOVED, MessageKind.DESK_CANCELED]
    to_desk = booked.messages.filter(kind__in=kinds).order_by("pk")
    assert [(one.kind, one.recipient) for one in to_desk] == [(kind, "desk@clinic.example.com") for kind in kinds]
    assert booked.messages.filter(kind__in=[MessageKind.MOVED, MessageKind.CANCELED]).count() == 2
    listed = desk.get(reverse("case:index"), {"changed": "unseen"})
    assert "See what the patient changed" in text_of(listed)
    services.add_note(booked.pk, "Called.", actor=desk.user)
    assert "The patient changed the visit" in text_of(desk.get(page_of(booked)))
    press(desk, booked, action="seen")
    assert "The patient changed the visit" not in text_of(desk.get(page_of(booked)))
    assert not desk.get(reverse("case:index"), {"changed": "unseen"}).context["object_list"]


def test_desk_is_told_to_phone_a_patient_without_email(desk, ask):
    case = ask(email="", phone="(949) 555-0123")
    for data in ({"action": "confirm"}, {"action": "cancel"}, {"book_at": at_noon()}):
        press(desk, case, **data)
        assert "No email: tell the patient by phone." in text_of(desk.get(page_of(case)), "body")


# A complaint is not a lead


def test_open_complaint_has_a_clock_of_its_own(desk, booked, file_complaint):
    file_complaint(booked)
    factories.make_case(name="Newer", created_at=NOW + timedelta(minutes=5))
    listed = desk.get(reverse("case:index"))
    assert listed.content.decode().count("desk-kind--red") == 1
    complaint = Case.objects.get(kind="complaint")
    assert "answer by Mon, Jun 7, 1 pm" in text_of(desk.get(page_of(complaint)))
    assert [case.name for case in desk.get(reverse("case:index"), {"kind": "complaint"}).context["object_list"]] == [
        "Ana Lima"
    ]
    assert "Complaints 1" in text_of(desk.get(reverse("desk_today")), ".today__section--complaint")
    page = desk.get(page_of(complaint)).content.decode()
    assert 'value="closed"' not in page  # A clinician or a manager closes it.
    assert 'value="completed"' not in page


def test_same_words_after_an_answer_are_told_again(booked, file_complaint, clerk):
    complaint = file_complaint(booked)
    file_complaint(booked)
    assert complaint.messages.filter(kind=MessageKind.COMPLAINT).count() == 1
    services.record_call(complaint.pk, "reached", actor=clerk, expected_version=1)
    assert file_complaint(booked).is_waiting
    assert complaint.messages.filter(kind=MessageKind.COMPLAINT).count() == 2


def test_links_in_messages_about_a_complaint_are_revoked_with_it(client, booked, file_complaint, clerk):
    complaint = file_complaint(booked)
    path = get_visit_path(complaint)
    assert client.get(path).status_code == 200
    services.revoke_links(complaint.pk, actor=clerk)
    assert client.get(path).status_code == 404


def test_visit_booked_on_a_complaint_has_its_own_page(client, booked, file_complaint, clerk, policy):
    complaint, later = file_complaint(booked), at("2027-06-10 10:00")
    services.book(complaint.pk, later, actor=clerk, expected_version=1, policy=policy)
    complaint.refresh_from_db()
    assert "Your visit is on Thursday, June 10, 10 am." in text_of(client.get(get_visit_path(complaint)))


def test_page_of_a_canceled_visit_lives_beside_an_old_missed_one(client, booked, clerk, policy, clock):
    clock.move_to(TUESDAY)
    case = services.change_stage(booked.pk, "no_show", actor=clerk, expected_version=booked.version, policy=policy)
    far = at("2027-08-24 10:00")
    case = services.book(case.pk, far, actor=clerk, expected_version=case.version, policy=policy)
    clock.move_to(TUESDAY + 41 * DAY)
    services.cancel(case.pk, actor=clerk, policy=policy)
    assert "Choose a new time" in text_of(client.get(get_visit_path(case)))


def test_nothing_unasked_is_sent_after_a_withdrawn_consent(ask, clerk, clock):
    case = ask(email="ana@patient.example.com")
    services.withdraw_consent(case.pk, actor=clerk, expected_version=1)
    clock.move_to(case.appointments.get().held_until)
    services.expire_holds()
    send_due()
    assert case.messages.get(kind=MessageKind.EXPIRED).state == MessageState.DROPPED


def test_form_sent_again_keeps_the_desks_corrections(ask, clerk):
    form = {"submission_key": uuid4(), "name": "Anm Lima", "email": "anm@patient.example.com"}
    case = ask(**form)
    correct(case, clerk, name="Ann Lima", email="ann@patient.example.com")
    assert ask(**form) == case
    assert ask(**form, message="One more question.") == case
    case.refresh_from_db()
    assert (case.name, case.email, case.message) == ("Ann Lima", "ann@patient.example.com", "One more question.")


def test_reload_of_the_sent_form_holds_no_canceled_time_again(ask, clerk, policy):
    form = {"submission_key": uuid4(), "email": "ana@patient.example.com"}
    case = ask(**form)
    services.cancel(case.pk, actor=clerk, policy=policy)
    ask(**form)
    assert [visit.state for visit in case.appointments.all()] == ["canceled"]


@pytest.mark.parametrize("act", ["confirm", "cancel", "mark_seen", "close"])
@pytest.mark.parametrize("first", [TUESDAY, None])
def test_change_through_the_form_makes_the_desks_page_stale(ask, clerk, policy, first, act):
    form = {"submission_key": uuid4(), "email": "ana@patient.example.com"}
    case = ask(first, **form)
    ask(WEDNESDAY, replaces=first, **form)
    known = {"actor": clerk, "expected_version": 1}
    acts = {
        "confirm": lambda: services.confirm(case.pk, policy=policy, **known),
        "cancel": lambda: services.cancel(case.pk, policy=policy, **known),
        "mark_seen": lambda: services.mark_seen(case.pk, **known),
        "close": lambda: services.change_stage(case.pk, "closed", outcome="unreachable", **known),
    }
    with pytest.raises(services.StaleCaseError):
        acts[act]()
    assert case.appointments.live().get().starts_at == WEDNESDAY


def test_time_added_through_the_form_is_told(ask, clerk):
    form = {"submission_key": uuid4(), "email": "ana@patient.example.com"}
    case = ask(None, **form)
    services.record_call(case.pk, "reached", actor=clerk, expected_version=1)
    ask(TUESDAY, **form)
    case.refresh_from_db()
    assert case.is_waiting
    assert {"held", "desk_moved"} <= set(case.messages.values_list("kind", flat=True))


def test_patient_who_writes_again_after_closing_reaches_the_desk(ask, clerk):
    form = {"submission_key": uuid4(), "email": "ana@patient.example.com"}
    case = ask(None, **form)
    services.change_stage(case.pk, "closed", outcome="unreachable", actor=clerk, expected_version=1)
    case.messages.update(state="sent")
    ask(None, message="Please call this evening.", **form)
    case.refresh_from_db()
    assert (case.status, case.is_waiting) == ("new", True)
    assert case.messages.filter(kind="desk_notice", state="queued").count() == 1


def test_one_of_two_with_the_same_name_keeps_a_time_while_changing_it(ask):
    form = {"submission_key": uuid4(), "email": "first@patient.example.com", "name": "John Smith"}
    case = ask(TUESDAY, **form)
    ask(TUESDAY + timedelta(hours=2), email="john@patient.example.com", name="John Smith")
    form["email"] = "john@patient.example.com"
    ask(WEDNESDAY, replaces=TUESDAY, **form)
    assert case.appointments.live().get().starts_at == WEDNESDAY


def test_held_time_given_up_in_the_form_is_told(ask):
    form = {"submission_key": uuid4(), "email": "ana@patient.example.com"}
    case = ask(**form)
    ask(None, replaces=TUESDAY, **form)
    assert set(case.messages.values_list("kind", flat=True)) >= {"canceled", "desk_canceled"}
    assert Case.objects.get().is_waiting


def test_stale_page_cancels_and_moves_nothing(client, booked, clerk, policy):
    path, page = get_visit_path(booked), {"seen": "2027-06-08T17:00Z"}
    later = at("2027-06-10 10:00")
    services.book(booked.pk, later, actor=clerk, expected_version=booked.version, policy=policy)
    for data in ({}, {"start": "2027-06-09T17:00Z"}):
        response = client.post(f"{path}{'change' if data else 'cancel'}/", page | data)
        assert "Your visit now has a different time" in text_of(response)
    assert [(visit.state, visit.starts_at) for visit in booked.appointments.all()] == [("booked", later)]


def test_answer_between_check_in_and_undo_stays(ask, clerk, policy, clock):
    case = ask(email="ana@patient.example.com")
    clock.move_to(TUESDAY - timedelta(hours=22))
    case.appointments.update(held_until=TUESDAY + timedelta(minutes=30))
    clock.move_to(TUESDAY)
    case = services.change_stage(case.pk, "checked_in", actor=clerk, expected_version=1, policy=policy)
    case = services.record_call(case.pk, "reached", actor=clerk, expected_version=2)
    case = services.change_stage(case.pk, "booked", actor=clerk, expected_version=3, policy=policy)
    assert (case.appointments.get().state, case.is_waiting, case.status) == ("held", False, "contacting")


def test_held_time_that_has_begun_expires_instead_of_being_canceled(client, ask, clerk, policy, clock):
    case = ask(email="ana@patient.example.com")
    case.appointments.update(held_until=TUESDAY + timedelta(minutes=30))
    clock.move_to(TUESDAY + timedelta(minutes=10))
    assert "Please call us." in text_of(client.get(get_visit_path(case)))
    services.cancel(case.pk, actor=clerk, policy=policy)
    assert case.appointments.get().state == "expired"
    assert not case.messages.filter(kind=MessageKind.CANCELED).exists()


def said(desk, case, **data):
    """Press a button of the case's page, and return what the clerk is told."""
    case.refresh_from_db()
    answer = desk.post(page_of(case), {"expected_version": case.version, **data}, follow=True)
    return " ".join(str(message) for message in answer.context["messages"])


def test_withdrawal_says_what_is_still_sent(desk, ask, clerk, policy):
    case = ask(email="ana@patient.example.com")
    services.confirm(case.pk, actor=clerk, expected_version=1, policy=policy)
    words = said(desk, case, action="withdraw")
    assert "Only what you or the patient change from now on is still sent." in words
    assert "Tell the patient by phone" in words


def test_withdrawal_after_everything_left_asks_for_no_call(desk, ask):
    case = ask(email="ana@patient.example.com")
    send_due()
    assert "by phone" not in said(desk, case, action="withdraw")


@pytest.mark.parametrize(
    ("contact", "words"),
    [
        ({"email": "ana@patient.example.com"}, "the patient gets their receipt"),
        ({"email": "", "phone": "(949) 555-0123"}, "No email: tell the patient by phone."),
    ],
)
def test_release_says_who_hears_of_it(desk, ask, contact, words):
    factories.use_up(REQUESTS_PER_NETWORK, "203.0.113.9")
    case = ask(network="203.0.113.9", **contact)
    assert words in said(desk, case, action="release")


def test_expired_hold_of_a_phone_only_patient_asks_for_a_call(desk, ask, clock):
    case = ask(email="", phone="(949) 555-0123")
    clock.move_to(case.appointments.get().held_until)
    services.expire_holds()
    assert "No email: tell the patient by phone" in text_of(desk.get(page_of(case)))


def test_waitlist_of_a_phone_only_patient_asks_for_a_call(desk):
    case = factories.make_case(email="", on_waitlist=True)
    assert "No email: call the patient when one opens up." in text_of(desk.get(page_of(case)))
