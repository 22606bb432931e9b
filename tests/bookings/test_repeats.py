"""The next treatment after an interval: offered once, in time, and not before its date."""

from datetime import date, timedelta

import pytest
import time_machine

from bookings import services
from bookings.messaging.links import get_visit_path
from bookings.models import Case, CaseKind, Consent, Event, EventKind, Status, Task, TaskKind, VisitType
from clinic.hours.models import SpecialHours
from clinic.hours.schedule import DAY
from clinic.models import OpeningHours
from tests import factories
from tests.opening_hours import at

pytestmark = pytest.mark.django_db
TREATED = at("2027-06-08 10:00")  # a Tuesday
NOT_BEFORE = date(2027, 8, 31)  # 84 days later, a Tuesday
OFFERED = at("2027-08-17 09:00")  # 14 days before


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TREATED, tick=False) as traveller:
        yield traveller


def step(case, to, actor, **fields):
    version = Case.objects.get(pk=case.pk).version
    return services.change_stage(case.pk, to, actor=actor, expected_version=version, **fields)


def asked_how_they_are(case, actor):
    case.refresh_from_db()
    services.check_on(case.pk, is_well=True, actor=actor, expected_version=case.version)
    case.refresh_from_db()


@pytest.fixture
def treated(clerk, toxin, policy):
    """Return a case whose patient was treated, and asked on the day after."""
    case = factories.make_case(status="contacting", treatments=("Frown lines",))
    Consent.objects.create(case=case, wording="Yes, call me.")
    factories.make_visit(case, "checked_in", TREATED)
    step(case, "treated", clerk, treatment=toxin)
    asked_how_they_are(case, clerk)
    return case


def offers(**fields):
    return Task.objects.filter(kind=TaskKind.REPEAT, **fields)


def open_kinds(case):
    return sorted(case.tasks.open().values_list("kind", flat=True))


def test_repeat_is_offered_two_weeks_before_its_date(treated):
    offer = offers().get()
    assert (offer.not_before, offer.opens_at) == (NOT_BEFORE, OFFERED)
    assert offer.due_at == at("2027-08-31 16:00")


def test_treatment_without_interval_has_no_repeat(clerk, policy):
    peel = VisitType.objects.create(name="Peel", is_treatment=True)
    case = factories.make_case(status="contacting")
    factories.make_visit(case, "checked_in", TREATED)
    step(case, "treated", clerk, treatment=peel)
    assert not offers().exists()


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        # From the local date of the visit, whatever the clock does in between.
        (84, date(2027, 8, 31)),
        (14, date(2027, 6, 22)),
        (180, date(2027, 12, 5)),  # a Sunday, after the end of daylight saving
        (365, date(2028, 6, 7)),
        (1100, date(2030, 6, 12)),
    ],
)
def test_date_counts_local_days(clerk, toxin, policy, days, expected):
    toxin.repeat_after_days = days
    toxin.save()
    case = factories.make_case(status="contacting")
    factories.make_visit(case, "checked_in", TREATED)
    step(case, "treated", clerk, treatment=toxin)
    offer = offers().get()
    assert offer.not_before == expected
    assert expected - 14 * DAY <= offer.opens_at.astimezone(TREATED.tzinfo).date() <= expected


def test_step_back_and_forth_owes_one_repeat(clerk, toxin, policy):
    case = factories.make_case(status="contacting")
    factories.make_visit(case, "checked_in", TREATED)
    for _time in range(3):
        step(case, "treated", clerk, treatment=toxin)
        assert offers(closing_event=None).count() == 1
        step(case, "checked_in", clerk)
        assert not offers().exists()


def test_second_treatment_owes_a_second_repeat(treated, clerk, toxin, clock):
    clock.move_to(at("2027-07-06 10:00"))
    factories.make_visit(treated, "checked_in", at("2027-07-06 10:00"))
    step(treated, "treated", clerk, treatment=toxin)
    assert sorted(offers().values_list("not_before", flat=True)) == [NOT_BEFORE, date(2027, 9, 28)]


@pytest.fixture
def repeat(treated, clerk, clock):
    clock.move_to(OFFERED)
    _before, case = services.open_repeat(treated.pk, actor=clerk, expected_version=treated.version)
    return case


def test_repeat_is_a_case_of_the_same_patient(treated, repeat, clerk):
    assert (repeat.kind, repeat.status, repeat.source) == (CaseKind.REPEAT, Status.CONTACTING, "desk")
    assert (repeat.previous, repeat.patient, repeat.not_before) == (treated, treated.patient, NOT_BEFORE)
    for name in ("name", "email", "phone", "phone_e164", "contact_by", "contact_time"):
        assert getattr(repeat, name) == getattr(treated, name)
    assert open_kinds(repeat) == [TaskKind.CALL]
    assert [treatment.title for treatment in repeat.treatments.all()] == ["Frown lines"]
    columns = ("wording", "given_at", "withdrawn_at", "is_spoken")
    assert list(repeat.consents.values(*columns)) == list(treated.consents.values(*columns))
    assert not repeat.messages.exists()


def test_each_case_has_one_event(treated, repeat):
    (event,) = repeat.events.all()
    assert (event.kind, event.data) == (EventKind.RECEIVED, {"reference": treated.reference})
    opened = treated.events.get(kind=EventKind.REPEAT_OPENED)
    assert opened == treated.events.order_by("pk").last()
    assert opened.data == {"reference": repeat.reference, "outcome": "completed"}


def test_case_before_closes_when_nothing_is_owed(treated, repeat):
    treated.refresh_from_db()
    assert (treated.status, treated.outcome) == (Status.CLOSED, "completed")
    assert open_kinds(treated) == []


def test_case_before_stays_open_while_something_is_owed(treated, clerk, toxin, clock):
    clock.move_to(at("2027-08-16 10:00"))
    factories.make_visit(treated, "booked", at("2027-08-20 10:00"))
    clock.move_to(OFFERED)
    before, _repeat = services.open_repeat(treated.pk, actor=clerk, expected_version=treated.version)
    assert (before.status, open_kinds(before)) == (Status.IN_CARE, [TaskKind.RECORD_VISIT])


def test_repeat_is_opened_once(treated, repeat, clerk):
    treated.refresh_from_db()
    with pytest.raises(services.BookingError, match="No repeat is owed"):
        services.open_repeat(treated.pk, actor=clerk, expected_version=treated.version)
    assert Case.objects.filter(kind=CaseKind.REPEAT).count() == 1


def test_stale_page_opens_no_second_repeat(treated, repeat, clerk):
    with pytest.raises(services.StaleCaseError):
        services.open_repeat(treated.pk, actor=clerk, expected_version=treated.version)


def test_two_treatments_of_a_case_are_opened_one_by_one(treated, clerk, toxin, clock):
    clock.move_to(at("2027-06-09 10:00"))
    visit = factories.make_visit(treated, "checked_in", at("2027-06-09 10:00"))
    step(treated, "treated", clerk, treatment=toxin)
    clock.move_to(at("2027-06-10 10:00"))
    asked_how_they_are(treated, clerk)
    clock.move_to(at("2027-08-19 10:00"))
    before, second = services.open_repeat(treated.pk, actor=clerk, expected_version=treated.version, visit_id=visit.pk)
    assert (second.not_before, before.status) == (date(2027, 9, 1), Status.IN_CARE)
    before, first = services.open_repeat(treated.pk, actor=clerk, expected_version=before.version)
    assert (first.not_before, before.status) == (NOT_BEFORE, Status.CLOSED)


def test_withdrawn_consent_stays_withdrawn(treated, clerk, clock):
    treated = services.withdraw_consent(treated.pk, actor=clerk, expected_version=treated.version)
    clock.move_to(OFFERED)
    _before, repeat = services.open_repeat(treated.pk, actor=clerk, expected_version=treated.version)
    assert [bool(consent.withdrawn_at) for consent in repeat.consents.all()] == [True]


def test_offer_is_opened_early_by_a_manager_with_a_reason(treated, clerk, manager, clock):
    clock.move_to(OFFERED - timedelta(minutes=1))
    before = Event.objects.count()
    for actor, note in ((clerk, ""), (clerk, "They fly away."), (manager, " ")):
        with pytest.raises(services.TooEarlyError, match="not given before Tuesday, August 31"):
            services.open_repeat(treated.pk, actor=actor, expected_version=treated.version, note=note)
    assert Event.objects.count() == before
    fields = {"actor": manager, "expected_version": treated.version, "note": "They fly away."}
    _before, repeat = services.open_repeat(treated.pk, **fields)
    assert repeat.not_before == NOT_BEFORE
    assert treated.events.order_by("pk").last().data["note"] == "They fly away."


def test_decline_needs_a_reason_and_closes_the_case(treated, clerk, clock):
    with pytest.raises(services.BookingError, match="why the patient wants no repeat"):
        services.decline_repeat(treated.pk, actor=clerk, expected_version=treated.version, note="  ")
    fields = {"actor": clerk, "expected_version": treated.version, "note": "Moves away."}
    case = services.decline_repeat(treated.pk, **fields)
    assert (case.status, case.outcome, open_kinds(case)) == (Status.CLOSED, "completed", [])
    assert offers().get().result == "declined"
    event = case.events.order_by("pk").last()
    assert (event.kind, event.data["note"]) == (EventKind.REPEAT_DECLINED, "Moves away.")


def test_case_does_not_close_before_the_repeat_is_settled(treated, clerk):
    with pytest.raises(services.OwedError, match="Offer the repeat visit"):
        step(treated, "closed", clerk, outcome="completed")


def test_repeat_declined_before_the_day_after_keeps_the_case_open(clerk, toxin, policy):
    case = factories.make_case(status="contacting")
    factories.make_visit(case, "checked_in", TREATED)
    case = step(case, "treated", clerk, treatment=toxin)
    case = services.decline_repeat(case.pk, actor=clerk, expected_version=case.version, note="No more.")
    assert (case.status, open_kinds(case)) == (Status.IN_CARE, [TaskKind.DAY_AFTER])


# Not before its date


def book(case, start, actor, policy, note="", visit_type=None):
    version = Case.objects.get(pk=case.pk).version
    fields = {"expected_version": version, "policy": policy, "note": note, "visit_type": visit_type}
    return services.book(case.pk, start, actor=actor, **fields)


@pytest.mark.parametrize("start", ["2027-08-18 10:00", "2027-08-30 09:00", "2027-08-30 15:30"])
def test_booking_before_the_date_is_refused(repeat, clerk, manager, policy, start):
    events = Event.objects.count()
    for actor, note in ((clerk, ""), (clerk, "Please."), (manager, "")):
        with pytest.raises(services.TooEarlyError, match="A manager may decide otherwise"):
            book(repeat, at(start), actor, policy, note)
    assert Event.objects.count() == events
    assert not repeat.appointments.exists()


def test_booking_on_the_date_needs_nobody(repeat, clerk, policy):
    case = book(repeat, at("2027-08-31 09:00"), clerk, policy)
    assert services.get_stage(case) == "booked"
    assert "early" not in case.events.order_by("pk").last().data


def test_reason_of_the_manager_stands_in_the_event(repeat, manager, policy):
    book(repeat, at("2027-08-25 10:00"), manager, policy, "They fly away.")
    data = repeat.events.order_by("pk").last().data
    assert (data["early"], data["not_before"], data["note"]) == (True, "2027-08-31", "They fly away.")


def test_booked_repeat_cannot_be_moved_before_the_date(repeat, clerk, policy, client):
    book(repeat, at("2027-09-01 10:00"), clerk, policy)
    early = at("2027-08-27 10:00")
    with pytest.raises(services.TooEarlyError):
        book(repeat, early, clerk, policy)
    with pytest.raises(services.BookingError, match="too early for your next visit"):
        services.move(repeat.pk, early, policy=policy)
    services.move(repeat.pk, at("2027-08-31 10:00"), policy=policy)


def test_patient_chooses_no_time_before_the_date(repeat, policy, client):
    with pytest.raises(services.BookingError, match="too early for your next visit"):
        services.choose_time(repeat.pk, at("2027-08-25 10:00"), policy=policy)
    page = client.get(get_visit_path(repeat)).content.decode()
    assert "Your next visit can be from Tuesday, August 31 on." in page
    form = client.get(f"{get_visit_path(repeat)}change/").content.decode()
    assert "2027-08-31T" in form
    assert "2027-08-30T" not in form
    services.choose_time(repeat.pk, at("2027-08-31 10:00"), policy=policy)


def test_same_treatment_in_the_same_case_keeps_the_date(treated, clerk, manager, policy, toxin, clock):
    clock.move_to(at("2027-06-14 10:00"))
    start = at("2027-06-21 10:00")
    with pytest.raises(services.TooEarlyError):
        book(treated, start, clerk, policy, visit_type=toxin)
    book(treated, start, clerk, policy)  # A consultation has no date.
    with pytest.raises(services.TooEarlyError):
        book(treated, start, clerk, policy, "Touch-up", visit_type=toxin)
    book(treated, start, manager, policy, "Touch-up", visit_type=toxin)


def test_same_treatment_in_another_case_of_the_patient_keeps_the_date(treated, clerk, policy, toxin, clock):
    clock.move_to(at("2027-06-14 10:00"))
    other = factories.make_case(patient=treated.patient)
    with pytest.raises(services.TooEarlyError):
        book(other, at("2027-06-21 10:00"), clerk, policy, visit_type=toxin)
    stranger = factories.make_case(email="bo@patient.example.com", name="Bo")
    book(stranger, at("2027-06-21 10:00"), clerk, policy, visit_type=toxin)


def test_same_treatment_keeps_the_date_once_its_repeat_is_opened(repeat, clerk, policy, toxin):
    other = factories.make_case(patient=repeat.patient)
    with pytest.raises(services.TooEarlyError):
        book(other, at("2027-08-20 10:00"), clerk, policy, visit_type=toxin)


def test_patient_moves_no_same_treatment_before_the_date(treated, clerk, policy, toxin, client, clock):
    clock.move_to(OFFERED)
    other = factories.make_case(patient=treated.patient)
    book(other, at("2027-08-31 10:00"), clerk, policy, visit_type=toxin)
    with pytest.raises(services.BookingError, match="too early"):
        services.move(other.pk, at("2027-08-20 10:00"), policy=policy)
    services.cancel(other.pk, policy=policy)
    with pytest.raises(services.BookingError, match="too early"):
        services.choose_time(other.pk, at("2027-08-20 10:00"), policy=policy)
    form = client.get(f"{get_visit_path(other)}change/").content.decode()
    assert "2027-08-31T" in form
    assert "2027-08-30T" not in form
    services.choose_time(other.pk, at("2027-08-31 10:00"), policy=policy)


# The patient asks by themselves


@pytest.fixture
def ask_again(ask):
    def submit(start=None, **fields):
        return ask(start, **{"name": "Ana Lima", "email": "ana@patient.example.com", **fields})

    return submit


def test_own_request_settles_the_offer(treated, ask_again, clock):
    clock.move_to(OFFERED)
    case = ask_again()
    assert (case.kind, case.previous, case.not_before) == (CaseKind.REPEAT, treated, NOT_BEFORE)
    assert open_kinds(case) == [TaskKind.ANSWER]
    treated.refresh_from_db()
    assert (treated.status, treated.outcome, open_kinds(treated)) == (Status.CLOSED, "completed", [])
    event = treated.events.order_by("pk").last()
    assert (event.kind, event.data["reference"], event.actor) == (EventKind.REPEAT_OPENED, case.reference, None)
    assert case.events.count() == 1


def test_held_time_before_the_date_is_not_confirmed(treated, ask_again, clerk, manager, policy, clock):
    clock.move_to(OFFERED)
    case = ask_again(at("2027-08-20 10:00"))
    assert case.appointments.get().state == "held"
    with pytest.raises(services.TooEarlyError, match="August 31"):
        services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)
    fields = {"actor": manager, "expected_version": case.version, "policy": policy, "note": "They fly away."}
    services.confirm(case.pk, **fields)
    assert case.events.order_by("pk").last().data["early"] is True


def test_request_before_the_offer_leaves_it_open(treated, ask_again, clerk, policy, clock):
    clock.move_to(at("2027-07-01 10:00"))
    case = ask_again(at("2027-07-06 10:00"))
    assert (case.kind, case.not_before) == (CaseKind.REPEAT, None)
    services.confirm(case.pk, actor=clerk, expected_version=case.version, policy=policy)
    assert offers(closing_event=None).count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Bea Lima"},
        {"email": "other@patient.example.com"},
        {"email": "", "phone": "(949) 555-0199"},
        {"name": "Ana"},
    ],
)
def test_request_of_another_person_leaves_the_offer_open(treated, ask_again, clock, fields):
    clock.move_to(OFFERED)
    case = ask_again(**fields)
    assert case.not_before is None
    assert offers(closing_event=None).count() == 1


def test_same_phone_however_typed_is_the_same_person(treated, ask_again, clock):
    clock.move_to(OFFERED)
    ask_again(name="ana LIMA", email="", phone="949.555.0123")
    assert not offers(closing_event=None).exists()


def test_quarantined_request_settles_the_offer_when_released(treated, ask_again, clerk, policy, clock, monkeypatch):
    clock.move_to(OFFERED)
    with monkeypatch.context() as limits:
        limits.setattr("bookings.services.submissions.take_request", lambda *args: False)
        case = ask_again()
    assert offers(closing_event=None).count() == 1
    case = services.release_from_quarantine(case.pk, actor=clerk, expected_version=case.version, policy=policy)
    assert case.not_before == NOT_BEFORE
    assert not offers(closing_event=None).exists()


def test_second_request_finds_nothing_to_settle(treated, ask_again, clock):
    clock.move_to(OFFERED)
    ask_again()
    events = treated.events.count()
    ask_again(message="One more thing.")
    assert treated.events.count() == events


def test_holiday_moves_the_offer(treated, django_capture_on_commit_callbacks, clock):
    days = {"first_day": date(2027, 8, 17), "last_day": date(2027, 8, 18), "spans": ()}
    with django_capture_on_commit_callbacks(execute=True):
        SpecialHours.objects.create(opening_hours=OpeningHours.objects.get(), **days)
    assert offers().get().opens_at == at("2027-08-19 09:00")
