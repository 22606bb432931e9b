"""The page of a case: what it shows, and what its buttons do. Times: ``test_desk_appointments.py``."""

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings import services
from bookings.models import (
    AppointmentState,
    Case,
    Consent,
    Event,
    EventKind,
    MessageState,
    Outcome,
    PatientLink,
    Status,
)
from tests import factories
from tests.bookings.desk import buttons, page_of, press, soup, text_of
from tests.counting import queries_for
from tests.opening_hours import at, utc

NOW = utc("2027-06-07 19:00")  # Monday noon in Los Angeles
# The one button that stands out: what settles the first task. Where it is missing, nothing can be settled now.
MAIN_BUTTON = {
    "quarantined": ("action", "release"),
    "new": ("answered", "reached"),
    "contacting": None,
    "booked": None,
    "checked_in": ("to_status", "consulted"),
    "consulted": None,
    "treated": ("well", "yes"),
    "no_show": ("answered", "reached"),
    "closed": None,
}
# All steps the page offers. Booking, canceling and releasing from quarantine are buttons of their own.
STEPS = {
    "quarantined": {"closed"},
    "new": {"contacting", "checked_in", "closed"},
    "contacting": {"checked_in", "closed", "new"},
    "booked": {"closed"},  # The visit is tomorrow.
    "checked_in": {"consulted", "treated", "booked"},  # It is closed once somebody has recorded the visit.
    "consulted": {"closed", "checked_in"},
    "treated": {"checked_in"},  # It is closed once somebody has asked how the patient is.
    "no_show": {"booked", "checked_in", "closed"},
    "closed": {"contacting"},
}


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


def html_of(response) -> str:
    return response.content.decode()


# What it shows


def test_page_shows_what_the_patient_wrote(desk):
    case = factories.make_case(
        name="Ana Lima",
        treatments=(factories.make_treatment("Lip fillers"),),
        message="First line\nSecond <b>line</b>",
        contact_by="text",
        contact_time="morning",
    )
    Consent.objects.create(case=case, wording="I agree to be contacted.")
    response = desk.get(page_of(case))
    html = html_of(response)
    for link in ("tel:+19495550123", "sms:+19495550123", "mailto:ana@patient.example.com"):
        assert f'href="{link}"' in html
    assert "First line<br>Second &lt;b&gt;line&lt;/b&gt;" in html
    for text in ("Lip fillers", "Text message", "morning", "I agree to be contacted.", "Mon, Jun 7, 2027, 12 pm"):
        assert text in html
    assert "no-store" in response["Cache-Control"]


def test_title_holds_the_reference_not_the_name(desk):
    case = factories.make_case(name="Ana Lima")
    title = soup(desk.get(page_of(case))).title.get_text()
    assert case.reference in title
    assert "Ana" not in title


@pytest.mark.parametrize("stage", STEPS)
def test_page_offers_exactly_the_allowed_steps(desk, stage):
    response = desk.get(page_of(factories.make_case(status=stage)))
    assert sorted(value for name, value in buttons(response) if name == "to_status") == sorted(STEPS[stage])
    main = soup(response).select_one(".desk-next__buttons button:not(.button-secondary)")
    found = main and (main["name"], main["value"].partition(":")[0])
    assert found == MAIN_BUTTON[stage]


def test_next_leads_to_the_longest_waiting_case(desk):
    oldest = factories.make_case(created_at=NOW - timedelta(days=4))
    case = factories.make_case()
    assert soup(desk.get(page_of(case))).select(f'a[href="{page_of(oldest)}"]')


@pytest.mark.parametrize(("role", "is_offered"), [("frontdesk", True), ("manager", True), ("clinician", False)])
def test_new_visit_is_offered_to_who_may_change(client, policy, role, is_offered):
    case = factories.make_case(status=Status.CLOSED)
    client.force_login(factories.make_user(role))
    links = soup(client.get(page_of(case))).select(f"a[href='{reverse('desk_new_case')}?patient={case.pk}']")
    assert [link.get_text(strip=True) for link in links] == ["New visit"] * is_offered


def test_missing_case_is_not_found(desk):
    assert desk.get("/admin/case/999999/").status_code == 404


def test_page_queries_do_not_grow_with_timeline(desk):
    case = factories.make_case()
    desk.get(page_of(case))  # The clinic's hours are in the cache from now on.
    before = queries_for(desk, page_of(case))
    for number in range(5):
        services.add_note(case.pk, f"Note {number}", actor=desk.user)
        factories.make_message(case, state=MessageState.SENT)
    assert queries_for(desk, page_of(case)) == before


def make_known(case):
    """Give the patient another case, one that is linked, and possible duplicates."""
    contact = {"email": case.email, "phone": case.phone}
    linked, *_others = [factories.make_case(name=f"Namesake {number}", **contact) for number in range(4)]
    other = factories.make_case(status=Status.IN_CARE, patient=case.patient, **contact)
    factories.make_visit(other, AppointmentState.TREATED, starts_at=NOW - timedelta(days=90))
    PatientLink.objects.create(first=case.patient, second=linked.patient)


@pytest.mark.parametrize("role", ["frontdesk", "clinician", "admin"])
@pytest.mark.parametrize("stage", STEPS)
def test_page_needs_20_queries_at_most(client, policy, stage, role):
    client.force_login(factories.make_user(role))
    case = factories.make_case(status=stage, treatments=("Lip fillers",))
    factories.make_message(case)
    Consent.objects.create(case=case, wording="I agree.")
    make_known(case)
    client.get(page_of(case))  # The clinic's hours are in the cache from now on.
    assert queries_for(client, page_of(case)) <= 20


def test_timeline_gives_each_time_its_year(desk):
    case = factories.make_case()
    Event.objects.record(case, EventKind.BOOKED, starts_at=at("2026-11-30 13:00"))
    assert "Mon, Nov 30, 2026, 1 pm" in html_of(desk.get(page_of(case)))


# Steps and notes


def test_one_click_takes_the_next_step(desk):
    case = factories.make_case()
    assert press(desk, case, to_status="contacting", note="Left a voice message").url == page_of(case)
    case.refresh_from_db()
    assert (case.status, case.version) == (Status.CONTACTING, 2)
    event = case.events.get(kind=EventKind.STAGE)
    assert (event.actor, event.data["from"], event.data["to"]) == (desk.user, "new", "contacting")


@pytest.mark.parametrize(
    ("pressed", "kind"),
    [
        ({}, EventKind.NOTE),
        ({"to_status": "contacting"}, EventKind.STAGE),
        ({"action": "take"}, EventKind.ASSIGNED),
    ],
)
def test_typed_note_is_saved_with_any_action(desk, pressed, kind):
    case = factories.make_case()
    assert press(desk, case, note="Call after five", **pressed).status_code == 302
    received, event = case.events.all()
    assert (received.kind, event.kind, event.data["note"]) == (EventKind.RECEIVED, kind, "Call after five")
    assert "Call after five" in html_of(desk.get(page_of(case)))


def test_empty_note_is_refused(desk):
    case = factories.make_case()
    assert "Write something" in html_of(press(desk, case, note="  "))
    assert case.events.count() == 1


@pytest.mark.parametrize("note", [" ", "\u200b", "\u202e", "\u2800 \ufe0f"])
def test_invisible_note_is_no_note(desk, note):
    case = factories.make_case()
    assert press(desk, case, action="note", note=note).status_code == 200
    closed = factories.make_case(status=Status.CLOSED)
    assert press(desk, closed, to_status=Status.CONTACTING, note=note).status_code == 200
    closed.refresh_from_db()
    assert (case.events.count(), closed.status) == (1, Status.CLOSED)


def test_closing_needs_an_outcome(desk):
    case = factories.make_case()
    html = html_of(press(desk, case, to_status="closed", note="Typed at length"))
    assert "Choose how it ended" in html
    assert "Typed at length" in html
    case.refresh_from_db()
    assert case.status == Status.NEW
    press(desk, case, to_status="closed", outcome=Outcome.DECLINED)
    case.refresh_from_db()
    assert (case.status, case.outcome) == (Status.CLOSED, Outcome.DECLINED)


def test_unused_outcome_stops_no_other_step(desk):
    case = factories.make_case()
    press(desk, case, to_status="contacting", outcome=Outcome.DECLINED)
    case.refresh_from_db()
    assert (case.status, case.outcome) == (Status.CONTACTING, "")


def test_refused_step_says_why_and_keeps_note(desk):
    html = html_of(press(desk, factories.make_case(), to_status="treated", note="Typed"))
    assert "cannot go from" in html
    assert "Typed" in html


@pytest.mark.parametrize("pressed", [{"to_status": "checked_in"}, {"action": "take"}])
def test_stale_page_warns_and_keeps_what_was_typed(desk, pressed):
    case = factories.make_case()
    colleague = factories.make_user("frontdesk", first_name="Fran", last_name="Frontdesk")
    services.change_stage(case.pk, "contacting", actor=colleague, expected_version=1, note="Calling them now")
    response = desk.post(page_of(case), {"expected_version": 1, "note": "They come on Thursday", **pressed})
    assert response.status_code == 409
    changes = text_of(response, "#desk-changes")
    for text in ("Fran Frontdesk", "New → Contacting", "Calling them now", "12 pm"):
        assert text in changes
    assert "They come on Thursday" in html_of(response)
    assert [field["value"] for field in soup(response).select("[name=expected_version]")] == ["2"]
    case.refresh_from_db()
    assert (case.status, case.owner, case.version, case.events.count()) == (Status.CONTACTING, None, 2, 2)
    assert press(desk, case, **pressed).status_code == 302  # now that they have looked again


def test_senseless_post_changes_nothing(desk):
    case = factories.make_case()
    for data in ({}, {"action": "delete"}, {"to_status": "gone"}, {"expected_version": "x"}):
        assert desk.post(page_of(case), data).status_code == 200
    assert case.events.count() == 1


def test_post_needs_a_csrf_token(desk):
    desk.handler.enforce_csrf_checks = True
    assert press(desk, factories.make_case(), to_status="contacting").status_code == 403


def test_clinician_reads_and_writes_notes(client, profile):
    client.force_login(factories.make_user("clinician"))
    case = factories.make_case(name="Ana Lima")
    response = client.get(page_of(case))
    assert "Ana Lima" in html_of(response)
    assert set(buttons(response)) == {("action", "typed"), ("action", "note"), ("to_status", "checked_in")}
    assert press(client, case, to_status="contacting").status_code == 403
    assert press(client, case, note="Allergic to lidocaine").status_code == 302
    assert case.events.last().data["note"] == "Allergic to lidocaine"
    assert Case.objects.get().version == 1


# Owner


def test_desk_takes_and_gives_away_a_case(desk):
    case = factories.make_case()
    press(desk, case, action="take", owner="")
    case.refresh_from_db()
    assert case.owner == desk.user
    press(desk, case, action="owner", owner="")
    case.refresh_from_db()
    assert case.owner is None


def test_only_desk_staff_can_own_a_case(desk):
    case = factories.make_case()
    press(desk, case, action="owner", owner=factories.make_user("editor").pk)
    case.refresh_from_db()
    assert case.owner is None


# Messages


def test_message_given_up_can_be_retried(desk):
    message = factories.make_message(state=MessageState.FAILED, attempts=9)
    case = message.case
    assert "The patient has no receipt yet" in html_of(desk.get(page_of(case)))
    press(desk, case, retry=message.pk, note="Asked the provider")
    message.refresh_from_db()
    assert message.state == MessageState.QUEUED
    assert case.events.get(kind=EventKind.MESSAGE_RETRIED).data["note"] == "Asked the provider"


def test_page_retries_only_its_own_messages(desk):
    foreign, case = factories.make_message(state=MessageState.FAILED), factories.make_case()
    for message in ("", "abc", "999999999999999999999", "-1", foreign.pk):
        assert press(desk, case, retry=message).status_code == 404, message
