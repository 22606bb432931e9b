"""A request that the desk writes down for a patient who calls or comes in."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from bookings import services
from bookings.messaging.outbox import send_due
from bookings.models import (
    AppointmentState,
    Case,
    ConsultationSettings,
    Event,
    EventKind,
    Message,
    MessageKind,
    Patient,
    Resource,
    Source,
    Status,
    TaskKind,
    VisitType,
)
from bookings.services import DeskRequest
from tests import booking_invariants, factories
from tests.bookings.conftest import TUESDAY
from tests.bookings.desk import page_of, soup, text_of
from tests.opening_hours import at, utc

NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles
NEW = "/admin/new-case/"
SOON = at("2027-06-07 09:15")  # No notice period


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def open_case(clerk, policy):
    """Return a function that opens a case as the desk does."""

    def run(anyway=(), policy=policy, **fields):
        known = {
            "name": "Ana Lima",
            "phone": "949 555 0123",
            "phone_e164": "+19495550123",
            "consent_wording": "Agreed?",
        }
        request = DeskRequest(**{"submission_key": uuid4(), "consent_wording": "Agreed?", **known, **fields})
        return services.open_case(request, actor=clerk, policy=policy, anyway=anyway)

    return run


def owed(case) -> list[str]:
    return [task.kind for task in case.get_open_tasks()]


def kinds_of_mail(case) -> list[str]:
    return list(case.messages.order_by("pk").values_list("kind", flat=True))


# The service


def test_booked_call_is_a_case_with_its_visit(open_case, clerk):
    case, is_new = open_case(start=SOON, email="ana@patient.example.com", note="Afraid of needles")
    visit = case.appointments.get()
    assert (is_new, visit.state, visit.starts_at) == (True, AppointmentState.BOOKED, SOON)
    assert (case.status, case.owner, case.source) == (Status.CONTACTING, clerk, Source.PHONE)
    assert owed(case) == [TaskKind.RECORD_VISIT]
    assert booking_invariants.check() == []


def test_one_event_tells_of_request_and_time(open_case, clerk):
    case, _new = open_case(start=SOON, note="Afraid of needles")
    event = case.events.get()
    assert (event.kind, event.actor) == (EventKind.RECEIVED, clerk)
    assert event.data == {"starts_at": "2027-06-07T16:15:00Z", "is_booked": True, "note": "Afraid of needles"}


def test_request_without_time_waits_for_an_answer(open_case):
    case, _new = open_case()
    assert (case.status, owed(case), case.events.count()) == (Status.NEW, [TaskKind.ANSWER], 1)
    assert case.is_waiting


def test_patient_at_the_door_is_checked_in(open_case):
    case, _new = open_case(has_come=True, source=Source.DOOR)
    visit = case.appointments.get()
    assert (visit.state, visit.starts_at, case.status) == (AppointmentState.CHECKED_IN, NOW, Status.IN_CARE)
    assert (owed(case), case.events.count(), kinds_of_mail(case)) == ([TaskKind.RECORD_VISIT], 1, [])


def test_undone_check_in_at_the_door_leaves_a_request(open_case, clerk):
    case, _new = open_case(has_come=True, source=Source.DOOR)
    services.change_stage(case.pk, AppointmentState.BOOKED, actor=clerk, expected_version=case.version)
    case.refresh_from_db()
    assert (case.status, owed(case), case.appointments.exists()) == (Status.NEW, [TaskKind.ANSWER], False)
    assert booking_invariants.check() == []


def test_walk_in_is_saved_while_the_room_is_taken(open_case):
    open_case(has_come=True, source=Source.DOOR)
    case, _new = open_case(name="Bo Berg", has_come=True, source=Source.DOOR)
    assert not case.appointments.get().slots.exists()


@pytest.mark.parametrize("fields", [{"start": SOON}, {"has_come": True}, {}])
def test_no_email_but_of_a_booked_visit(open_case, fields, mailoutbox):
    case, _new = open_case(email="ana@patient.example.com", **fields)
    assert kinds_of_mail(case) == [MessageKind.BOOKED] * ("start" in fields)
    send_due()
    texts = [mail.body for mail in mailoutbox]
    assert len(texts) == ("start" in fields)
    assert not any("website" in text or "You asked for" in text or "received your request" in text for text in texts)


@pytest.mark.parametrize("is_treatment", [False, True])
def test_only_a_consultation_is_called_free(open_case, policy, is_treatment, mailoutbox):
    kind = VisitType.objects.create(name="Toxin", is_treatment=is_treatment)
    open_case(start=TUESDAY, email="ana@patient.example.com", policy=policy.for_type(kind))
    send_due()
    mail = mailoutbox[0]
    bodies = (mail.body, mail.alternatives[0][0])
    assert ["consultation is free" in body for body in bodies] == [not is_treatment] * 2


@pytest.mark.parametrize("fields", [{}, {"start": TUESDAY}])
def test_corrected_email_brings_no_receipt(open_case, clerk, fields):
    case, _new = open_case(email="anna@patient.example.com", **fields)
    services.correct_contact(
        case.pk,
        name=case.name,
        email="ana@patient.example.com",
        phone=case.phone,
        phone_e164=case.phone_e164,
        actor=clerk,
        expected_version=case.version,
    )
    assert MessageKind.RECEIPT not in kinds_of_mail(case)


def test_reminder_follows_a_visit_days_ahead(open_case):
    case, _new = open_case(start=at("2027-06-10 10:00"), email="ana@patient.example.com")
    assert kinds_of_mail(case) == [MessageKind.BOOKED, MessageKind.REMINDER]


def test_spoken_consent_keeps_the_exact_words(open_case, clerk):
    case, _new = open_case(consent_wording="May we call you?\n Really?")
    consent = case.consents.get()
    assert (consent.wording, consent.is_spoken, consent.recorded_by) == ("May we call you?\n Really?", True, clerk)


def test_no_consent_saves_nothing(open_case):
    with pytest.raises(services.BookingError, match="Read the wording"):
        open_case(consent_wording="")
    assert (Case.objects.count(), Patient.objects.count()) == (0, 0)


def test_patient_who_cannot_be_reached_is_refused(open_case):
    with pytest.raises(services.BookingError, match="phone number or an email"):
        open_case(phone="", phone_e164="")


def test_no_limit_stops_the_desk(open_case):
    cases = [open_case(name=f"Child {number}", email="a@family.example.com")[0] for number in range(12)]
    assert {case.status for case in cases} == {Status.NEW}


def test_taken_time_saves_nothing_and_names_the_nearest(open_case):
    open_case(start=SOON)
    with pytest.raises(services.TimeTakenError) as taken:
        open_case(name="Bo Berg", start=SOON)
    assert taken.value.nearest
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("start", "words"),
    [(NOW, "passed"), (NOW - timedelta(days=2), "passed"), (NOW + timedelta(days=800), "two years")],
)
def test_time_out_of_reach_is_refused(open_case, start, words):
    with pytest.raises(services.BookingError, match=words):
        open_case(start=start)
    assert not Case.objects.exists()


def test_closed_time_is_asked_about_first(open_case):
    sunday = at("2027-06-13 10:00")
    with pytest.raises(services.UnusualTimeError):
        open_case(start=sunday)
    assert not Case.objects.exists()
    case, _new = open_case(start=sunday, anyway=["closed"])
    assert case.events.get().data["anyway"] == ["closed"]


def test_blocked_time_is_asked_about_first(open_case, clerk):
    room = Resource.objects.get()
    services.block_time([room.pk], TUESDAY, TUESDAY + timedelta(hours=1), actor=clerk, reason="Lunch")
    with pytest.raises(services.UnusualTimeError) as unusual:
        open_case(start=TUESDAY)
    assert unusual.value.obstacles == (services.Obstacle("blocked", "Lunch"),)
    case, _new = open_case(start=TUESDAY, anyway=["blocked"])
    assert case.appointments.get().slots.count() == 2
    assert booking_invariants.check() == []


def test_expired_hold_gives_way_to_the_desk(open_case, ask, clock):
    held = ask(TUESDAY).appointments.get()
    clock.move_to(at("2027-06-07 15:00"), tick=False)
    case, _new = open_case(start=TUESDAY)
    held.refresh_from_db()
    assert (held.state, case.appointments.get().state) == (AppointmentState.EXPIRED, AppointmentState.BOOKED)


def test_same_form_twice_is_one_case(open_case):
    key = uuid4()
    (first, _), (second, is_new) = (open_case(submission_key=key, start=SOON) for _time in range(2))
    assert (first, False, 1) == (second, is_new, Event.objects.count())


def test_form_of_another_person_is_another_case(open_case):
    key = uuid4()
    assert open_case(submission_key=key)[0] != open_case(submission_key=key, name="Bo Berg")[0]


def test_changed_form_of_a_saved_case_is_refused(open_case):
    key = uuid4()
    saved, _new = open_case(submission_key=key)
    with pytest.raises(services.SavedBeforeError) as refusal:
        open_case(submission_key=key, start=SOON)
    assert refusal.value.case == saved


def test_known_patient_needs_no_second_consent(open_case):
    known, _new = open_case(consent_wording="First words")
    case, _new = open_case(known_id=known.pk, consent_wording="", start=SOON)
    assert (case.patient, case.previous) == (known.patient, known)
    assert case.consents.get().wording == "First words"
    assert case.consents.get().given_at == known.consents.get().given_at
    assert known.events.count() == 1


def test_withdrawn_consent_has_to_be_given_again(open_case, clerk):
    known, _new = open_case()
    services.withdraw_consent(known.pk, actor=clerk, expected_version=known.version)
    with pytest.raises(services.BookingError, match="Read the wording"):
        open_case(known_id=known.pk, consent_wording="")


def test_new_visit_leaves_the_visit_of_the_known_case(open_case):
    known, _new = open_case(start=SOON)
    case, _new = open_case(known_id=known.pk, start=TUESDAY)
    assert [one.appointments.get().state for one in (known, case)] == ["booked", "booked"]


def test_site_without_visit_types_books_nothing(open_case, clerk):
    request = DeskRequest(name="Ana", phone="1", consent_wording="Yes", submission_key=uuid4(), start=SOON)
    with pytest.raises(services.BookingError, match="Add a type of visit"):
        services.open_case(request, actor=clerk, policy=None)
    assert not Case.objects.exists()


def test_treatments_keep_their_titles(open_case):
    page = factories.make_treatment("Botox for a chin")
    case, _new = open_case(treatment_ids=(page.pk, 10**9))
    assert list(case.treatments.values_list("page", "title")) == [(page.pk, "Botox for a chin")]


# The form


@pytest.fixture
def desk(desk, policy):
    return desk


def form_of(response) -> dict[str, str]:
    """Return what the form would send as it stands."""
    fields = soup(response).select("form.desk-new input, form.desk-new textarea")
    sent = {one["name"]: one.get("value", one.get_text().strip()) for one in fields if one.get("name")}
    unchecked = [one["name"] for one in fields if one.get("type") == "checkbox" and not one.has_attr("checked")]
    selected = {one.parent["name"]: one["value"] for one in soup(response).select("form.desk-new option[selected]")}
    sent = {name: value for name, value in sent.items() if name not in unchecked}
    return {**sent, **selected}


def fill(desk, url=NEW, **data):
    """Open the form, fill it in and send it."""
    typed = {"name": "Ana Lima", "phone": "949 555 0123", "consent": "on", **data}
    return desk.post(url, {**form_of(desk.get(url)), **typed})


def errors(response) -> dict[str, list[str]]:
    return response.context["form"].errors


def test_quick_choice_books_at_once(desk):
    first = soup(desk.get(NEW)).select_one("button[name=book_at]")["value"]
    response = fill(desk, book_at=first)
    case = Case.objects.get()
    assert response.url == page_of(case)
    assert case.appointments.get().starts_at.isoformat() == first
    assert case.consents.get().wording == ConsultationSettings.objects.get().spoken_wording
    assert "Booked:" in text_of(desk.get(response.url), ".messages")


@pytest.mark.parametrize(
    ("data", "state"),
    [
        ({"do": "book", "start": "2027-06-07T09:15"}, "booked"),
        ({"do": "save", "start": "2027-06-07T09:15"}, "booked"),
        ({"do": "came"}, "checked_in"),
        ({"do": "later"}, None),
        ({"do": "save"}, None),
        ({"do": "something else"}, None),
        ({"book_anyway": "2027-06-13T17:00:00+00:00 closed"}, "booked"),
    ],
)
def test_button_says_about_the_time(desk, data, state):
    assert fill(desk, **data).status_code == 302
    visit = Case.objects.get().appointments.first()
    assert (visit and visit.state) == state


def test_walk_in_without_a_room_is_warned_of(desk):
    for words in ("is checked in.", "No room is free then."):
        response = fill(desk, do="came")
        assert words in text_of(desk.get(response.url), ".messages")


def test_patient_who_is_here_came_to_the_door(desk):
    fill(desk, do="came")
    assert Case.objects.get().source == Source.DOOR


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": "  "}, "name"),
        ({"phone": "12"}, "phone"),
        ({"phone": "", "email": ""}, "phone"),
        ({"email": "ana@"}, "email"),
        ({"consent": ""}, "consent"),
        ({"wording": "Other words"}, "consent"),
        ({"do": "book", "start": ""}, "start"),
        ({"do": "book", "start": "2027-06-07T09:10"}, "start"),
        ({"do": "book", "start": "soon"}, "start"),
        ({"do": "came", "start": "2027-06-07T10:00"}, "start"),
        ({"do": "later", "start": "2027-06-07T10:00"}, "start"),
        ({"book_at": "yesterday"}, "start"),
        ({"source": "website"}, "source"),
        ({"visit_type": "9" * 30}, "visit_type"),
        ({"submission_key": "x"}, "submission_key"),
        ({"treatments": "x"}, "treatments"),
        ({"note": "x" * 4001}, "note"),
    ],
)
def test_wrong_input_is_said_and_kept(desk, data, field):
    response = fill(desk, **{"note": "Typed with care", **data})
    assert field in errors(response)
    assert not Case.objects.exists()
    if field != "note":
        assert "Typed with care" in response.text


@pytest.mark.parametrize("nothing", ["do", "source", "visit_type", "wording", "submission_key", "name"])
def test_missing_field_breaks_nothing(desk, nothing):
    data = {**form_of(desk.get(NEW)), "name": "Ana", "phone": "949 555 0123", "consent": "on"}
    data.pop(nothing, None)
    assert desk.post(NEW, data).status_code in (200, 302)


def test_closed_time_is_asked_about_and_then_booked(desk):
    response = fill(desk, do="book", start="2027-06-13T10:00", note="Only on Sundays")
    assert "The clinic is closed then." in text_of(response, ".desk-question")
    value = soup(response).select_one("button[name=book_anyway]")["value"]
    desk.post(NEW, {**form_of(response), "consent": "on", "book_anyway": value})
    assert Case.objects.get().events.get().data["note"] == "Only on Sundays"


def test_taken_time_offers_the_nearest(desk, open_case):
    open_case(start=TUESDAY)
    response = fill(desk, do="book", start="2027-06-08T10:00")
    assert "The nearest free times" in response.text
    assert "just taken" in text_of(response, ".messages")


def test_sent_twice_leads_to_the_one_case(desk):
    data = {**form_of(desk.get(NEW)), "name": "Ana", "phone": "949 555 0123", "consent": "on", "do": "later"}
    assert desk.post(NEW, data).url == desk.post(NEW, data).url
    changed = desk.post(NEW, {**data, "note": "One more thing"})
    assert page_of(Case.objects.get()) in {link["href"] for link in soup(changed).select(".desk-new a")}
    assert "One more thing" in changed.text


def test_form_with_another_type_is_not_taken_for_the_saved_one(desk):
    other = VisitType.objects.create(name="Laser", sort_order=9)
    first = soup(desk.get(NEW)).select_one("button[name=book_at]")["value"]
    data = {**form_of(desk.get(NEW)), "name": "Ana", "phone": "949 555 0123", "consent": "on", "book_at": first}
    assert desk.post(NEW, data).url == page_of(Case.objects.get())
    assert "saved before" in text_of(desk.post(NEW, {**data, "visit_type": other.pk}), ".messages")


def test_place_in_the_calendar_fills_the_time(desk):
    response = desk.get(f"{NEW}?start=2027-06-08T17:00Z")
    assert form_of(response)["start"] == "2027-06-08T10:00"


def test_clicked_room_is_taken_first(desk):
    second = Resource.objects.create(name="Second room", sort_order=9)
    fill(desk, f"{NEW}?start=2027-06-08T17:00Z&resource={second.pk}", do="save")
    assert {slot.resource for slot in Case.objects.get().appointments.get().slots.all()} == {second}


def test_place_of_a_practitioner_is_for_what_they_perform(desk):
    reis = Resource.objects.create(name="Dr. Reis", kind="practitioner")
    toxin = VisitType.objects.create(name="Toxin", needs_practitioner=True, sort_order=9)
    toxin.performed_by.add(reis)
    place = f"{NEW}?start=2027-06-08T17:00Z&resource={reis.pk}"
    assert form_of(desk.get(place))["visit_type"] == str(toxin.pk)
    fill(desk, place, do="book")
    assert Case.objects.get().appointments.get().slots.filter(resource=reis).exists()


def test_clerk_reads_that_another_room_was_taken(desk, open_case):
    second = Resource.objects.create(name="Second room", sort_order=9)
    place = f"{NEW}?start=2027-06-08T17:00Z&resource={Resource.objects.first().pk}"
    open_case(name="Bo Berg", start=TUESDAY)
    response = fill(desk, place, do="book")
    assert f"but with {second.name}." in text_of(desk.get(response.url), ".messages")


def test_repeat_is_not_booked_before_its_date(open_case, clerk, policy, clock):
    toxin = VisitType.objects.create(name="Toxin", is_treatment=True, repeat_after_days=84)
    known, _new = open_case(has_come=True, source=Source.DOOR)
    common = {"actor": clerk, "expected_version": known.version, "treatment": toxin}
    services.change_stage(known.pk, AppointmentState.TREATED, **common)
    early = {"known_id": known.pk, "consent_wording": "", "start": TUESDAY}
    with pytest.raises(services.TooEarlyError):
        open_case(**early, policy=policy.for_type(toxin))
    assert open_case(**early)[0].appointments.get().starts_at == TUESDAY  # A consultation may come sooner.


@pytest.mark.parametrize("start", ["", "x", "2027-06-08", "9999-12-31T23:59Z", "2027-06-08T17:05Z"])
def test_wrong_start_in_the_address_is_ignored(desk, start):
    assert form_of(desk.get(NEW, {"start": start}))["start"] == ""


@pytest.mark.parametrize("patient", ["x", "0", "9" * 30, "-1", "²"])
def test_unknown_patient_is_not_found(desk, patient):
    assert desk.get(NEW, {"patient": patient}).status_code == 404


def test_second_visit_leaves_only_the_time(desk, open_case):
    known, _new = open_case(email="ana@patient.example.com")
    url = f"{NEW}?patient={known.pk}"
    response = desk.get(url)
    first = soup(response).select_one("button[name=book_at]")["value"]
    assert desk.post(url, {**form_of(response), "book_at": first}).status_code == 302
    case = known.following.get()
    assert (case.name, case.email, case.phone, case.patient) == (known.name, known.email, known.phone, known.patient)


@pytest.mark.parametrize("name", ["Bo Berg", "", "Ana  Lima", "<b>Ana</b>"])
def test_new_visit_is_for_the_known_patient_only(desk, open_case, name):
    known, _new = open_case(email="ana@patient.example.com")
    url = f"{NEW}?patient={known.pk}"
    response = desk.get(url)
    first = soup(response).select_one("button[name=book_at]")["value"]
    desk.post(url, {**form_of(response), "book_at": first, "name": name})
    assert known.following.get().name == "Ana Lima"


def test_consent_of_a_known_patient_is_asked_for_after_withdrawal(desk, open_case, clerk):
    known, _new = open_case()
    url = f"{NEW}?patient={known.pk}"
    assert "consent" not in desk.get(url).context["form"].fields
    services.withdraw_consent(known.pk, actor=clerk, expected_version=known.version)
    assert "consent" in desk.get(url).context["form"].fields


def test_type_of_visit_has_its_own_free_times(desk):
    long = VisitType.objects.create(name="Long one", minutes=240)
    typed = {**form_of(desk.get(NEW)), "name": "Ana", "visit_type": long.pk, "show_times": "yes"}
    response = desk.post(NEW, typed)
    assert (form_of(response)["name"], errors(response)) == ("Ana", {})
    first = soup(response).select_one("button[name=book_at]")["value"]
    fill(desk, visit_type=long.pk, book_at=first)
    visit = Case.objects.get().appointments.get()
    assert (visit.visit_type, visit.ends_at - visit.starts_at) == (long, timedelta(hours=4))


def test_saved_case_shows_possible_duplicates(desk, open_case):
    other, _new = open_case(name="Anna Lima")
    response = desk.get(fill(desk, do="later").url)
    assert other.reference in response.text


@pytest.mark.parametrize(("role", "status"), [("clinician", 302), ("editor", 302), ("frontdesk", 200), ("admin", 200)])
def test_only_those_who_change_cases_open_them(client, policy, role, status):
    client.force_login(factories.make_user(role))
    assert client.get(NEW).status_code == status
    assert client.post(NEW, {}).status_code == status
    assert not Case.objects.exists()


def test_page_is_stored_nowhere_and_names_nobody_in_its_title(desk, open_case):
    known, _new = open_case()
    response = desk.get(f"{NEW}?patient={known.pk}")
    assert "no-store" in response["Cache-Control"]
    assert known.name not in soup(response).title.get_text()


def test_list_links_to_the_form(desk):
    assert reverse("desk_new_case") in {link.get("href") for link in soup(desk.get("/admin/case/")).select("a")}


def test_no_message_is_lost_without_an_email(desk):
    fill(desk, do="save", start="2027-06-07T09:15")
    assert not Message.objects.exists()
    assert "tell the patient by phone" in text_of(desk.get(page_of(Case.objects.get())), ".messages")
