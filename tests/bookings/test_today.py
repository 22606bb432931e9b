"""Test Today: what stands on it, in which order, and what may be done there."""

from datetime import timedelta
from time import sleep

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from bookings import services
from bookings.desk import today
from bookings.desk.queries import oldest_waiting
from bookings.desk.today import MAX_LINES, SECTIONS
from bookings.models import (
    Appointment,
    AppointmentState,
    Case,
    CaseKind,
    Event,
    EventKind,
    MessageState,
    Severity,
    Status,
    Task,
    TaskKind,
    VisitType,
)
from clinic.hours.schedule import Schedule
from tests import factories
from tests.bookings.desk import buttons, page_of, soup, text_of
from tests.opening_hours import at

pytestmark = pytest.mark.django_db
TODAY = "/admin/today/"
PULSE = "/admin/pulse/today/"
NOW = at("2027-06-07 10:00")  # a Monday; the clinic opened at nine
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture(autouse=True)
def hours(policy):
    """Open the clinic Monday to Friday, 9 am to 4 pm."""


def owe(kind, name="Ana Lima", /, *, since=None, visit_state=None, starts_at=None, **fields):
    """Make a case that owes one thing alone, and return its task."""
    case = factories.make_case(name=name, created_at=since or timezone.now(), status=Status.CONTACTING, **fields)
    case.tasks.all().delete()
    event = case.events.last()
    visit = None
    if visit_state:
        visit = factories.make_visit(case, visit_state, starts_at)
        case.tasks.exclude(kind=kind).delete()
    more = {"not_before": NOW.date()} if kind == TaskKind.REPEAT else {}
    return Task.objects.owe(case, kind, event, since, appointment=visit, **more)


def find_oldest():
    found = Task.objects.open().aggregate(**oldest_waiting())
    return found["oldest_answer"], found["oldest_complaint"]


def lines(response) -> list[str]:
    """Return the names on the page, in order."""
    return [link.get_text() for link in soup(response).select(".today-line__name")]


def headings(response) -> list[str]:
    return [one["id"].removeprefix("today-") for one in soup(response).select(".today__heading")]


def labels(response, name="") -> list[str]:
    """Return the buttons that do what is owed, on the line of this name or on the first one."""
    rows = [row for row in soup(response).select(".today-line") if name in row.get_text()]
    found = rows[0].select(".today-line__buttons button")
    return [button.contents[0] for button in found]


def press(client, response, label, name="", **data):
    """Press a button of the line of this name, or of the first one, as a browser does."""
    row = next(row for row in soup(response).select(".today-line") if name in row.get_text())
    form = row.select_one("form")
    fields = {one["name"]: one["value"] for one in form.select("input[type=hidden]")}
    button = next(one for one in row.select("button") if one.contents[0] == label)
    return client.post(form["action"], {**fields, button["name"]: button["value"], "note": "", **data})


# A line for each thing


def owe_each():
    """Make one task of each kind that Today shows, and return their names in the order of the sections."""
    owe(TaskKind.NEXT_STEP, "Next", since=NOW - 5 * DAY)
    owe(TaskKind.REPEAT, "Repeat", visit_state="treated", starts_at=NOW - 84 * DAY)
    owe(TaskKind.SIGN_OFF, "Sign", since=NOW - HOUR, kind=CaseKind.COMPLAINT)
    owe(TaskKind.CHANGE_SEEN, "Changed", since=NOW - HOUR)
    owe(TaskKind.NO_SHOW, "Missed", visit_state="no_show", starts_at=NOW - DAY)
    owe(TaskKind.DAY_AFTER, "After", visit_state="treated", starts_at=NOW - 3 * DAY - HOUR)
    owe(TaskKind.CALL, "Call", since=NOW - HOUR)
    owe(TaskKind.RECORD_VISIT, "Visit", visit_state="booked", starts_at=NOW + HOUR)
    owe(TaskKind.RECORD_VISIT, "Unrecorded", visit_state="booked", starts_at=NOW - 3 * DAY)
    owe(TaskKind.ANSWER, "Request", since=NOW - HOUR)
    owe(TaskKind.COMPLAINT, "Complaint", since=NOW - HOUR, kind=CaseKind.COMPLAINT)
    names = ["Complaint", "Request", "Unrecorded", "Visit", "Call", "After", "Missed", "Changed", "Sign", "Repeat"]
    return [*names, "Next"]


def test_each_kind_has_its_section_complaints_first(desk):
    names = owe_each()
    page = desk.get(TODAY)
    assert lines(page) == names
    assert headings(page) == [str(name) for name in SECTIONS]


def test_every_kind_of_task_is_on_today_or_counted():
    assert {*SECTIONS, TaskKind.REVIEW} == {*TaskKind, "unrecorded"}


@pytest.mark.parametrize("kind", [TaskKind.ANSWER, TaskKind.CALL, TaskKind.CHANGE_SEEN, TaskKind.COMPLAINT])
def test_task_stands_on_today_from_its_moment(desk, clock, kind):
    owe(kind, since=NOW + HOUR, **({"kind": CaseKind.COMPLAINT} if kind == TaskKind.COMPLAINT else {}))
    assert lines(desk.get(TODAY)) == []
    clock.move_to(NOW + HOUR, tick=False)
    assert lines(desk.get(TODAY)) == ["Ana Lima"]


def test_settled_task_is_gone(desk):
    task = owe(TaskKind.CALL)
    services.record_call(task.case_id, "reached", actor=desk.user, expected_version=1)
    assert lines(desk.get(TODAY)) == []


def test_missed_day_after_call_is_red(desk, clock):
    task = owe(TaskKind.DAY_AFTER, visit_state="treated", starts_at=NOW - DAY)
    assert not soup(desk.get(TODAY)).select(".today-line--red")
    clock.move_to(task.due_at, tick=False)
    desk.force_login(desk.user)
    assert soup(desk.get(TODAY)).select_one(".today-line--red .desk-late")


@pytest.mark.parametrize(("role", "is_offered"), [("frontdesk", False), ("manager", True)])
def test_only_managers_are_offered_a_repeat_before_its_date(client, policy, role, is_offered):
    not_before = (NOW + 10 * DAY).date()
    case = factories.make_case(kind=CaseKind.REPEAT, not_before=not_before)
    factories.make_visit(case, "held", NOW + 3 * DAY)
    other = factories.make_case(kind=CaseKind.REPEAT, not_before=not_before, name="Without a time")
    client.force_login(factories.make_user(role))
    assert ("Confirm" in labels(client.get(TODAY), case.name)) is is_offered
    assert (("action", "confirm") in buttons(client.get(page_of(case)))) is is_offered
    chosen = [value for name, value in buttons(client.get(page_of(other))) if name == "book_at"]
    assert any(value[:10] < not_before.isoformat() for value in chosen) is is_offered
    assert chosen


def test_line_shows_who_phone_what_when_and_owner(desk):
    owner = factories.make_user("frontdesk", first_name="Olga", last_name="Owner")
    task = owe(TaskKind.CALL, "Zoë Young", since=NOW - 20 * timedelta(minutes=1), owner=owner, treatments=("Lips",))
    page = desk.get(TODAY)
    text = text_of(page, ".today-line")
    for words in ("Zoë Young", "(949) 555-0123", "Lips", "20 min", "Olga Owner", "by 1:40 pm"):
        assert words in text
    assert soup(page).select_one(".today-line__name")["href"] == page_of(task.case)
    assert soup(page).select_one(".today-line__phone")["href"] == "tel:+19495550123"


def test_visit_shows_its_type_and_time(desk):
    owe(TaskKind.RECORD_VISIT, visit_state="booked", starts_at=NOW + HOUR)
    text = text_of(desk.get(TODAY), ".today-line")
    assert "11 am" in text
    assert VisitType.get_default().name in text


def test_complaint_shows_what_it_is_about(desk, file_complaint):
    task = owe(TaskKind.DAY_AFTER, visit_state="treated", starts_at=NOW - 4 * DAY)
    Appointment.objects.update(treatment=VisitType.objects.create(name="Lip filler", is_treatment=True))
    file_complaint(task.case)
    assert "Lip filler" in text_of(desk.get(TODAY), ".today__section--complaint .today-line__about")


@pytest.mark.parametrize(
    ("fields", "link"),
    [
        ({"phone": ""}, "mailto:ana@patient.example.com"),
        ({"phone_is_wrong": True}, "mailto:ana@patient.example.com"),
        ({"phone_is_wrong": True, "email": ""}, None),
    ],
)
def test_wrong_phone_is_not_offered(desk, fields, link):
    owe(TaskKind.CALL, **fields)
    found = soup(desk.get(TODAY)).select_one(".today-line__phone")
    assert (found and found["href"]) == link


@pytest.mark.parametrize(
    ("contact", "first"),
    [
        ({}, "Reached"),
        ({"phone": ""}, "Message sent"),
        ({"phone_is_wrong": True}, "Message sent"),
        ({"phone_is_wrong": True, "email": ""}, "Reached"),
    ],
)
def test_patient_without_a_phone_is_written_to(desk, contact, first):
    case = owe(TaskKind.ANSWER, **contact).case
    for page in (desk.get(TODAY), desk.get(page_of(case))):
        assert soup(page).select_one("button[name=answered]").contents[0] == first
    press(desk, desk.get(TODAY), first)
    assert not Task.objects.open().filter(case=case, kind=TaskKind.ANSWER).exists()


# Ages and lateness


@pytest.mark.parametrize(
    ("since", "age"),
    [
        ("2027-06-07 09:59:40", "0 min"),
        ("2027-06-07 09:13", "47 min"),
        ("2027-06-07 03:00", "60 min"),  # it opened at nine
        ("2027-06-04 15:30", "90 min"),  # half an hour on Friday, an hour today
        ("2027-06-05 12:00", "60 min"),  # on Saturday
        ("2027-06-04 09:00", "8 h"),
        ("2027-05-31 09:00", "36 h"),
        ("2027-05-24 10:01", "69 h"),
        ("2027-05-24 10:00", "14 days"),
        ("2024-07-01 10:00", "1071 days"),
    ],
)
def test_request_ages_in_open_minutes(desk, since, age):
    owe(TaskKind.ANSWER, since=at(since))
    assert text_of(desk.get(TODAY), ".today-line__moment") == age


def test_age_of_months_reads_no_hours(desk, monkeypatch):
    # Hours of years would be read day by day, for each line.
    asked = []
    count = Schedule.open_minutes_between
    monkeypatch.setattr(Schedule, "open_minutes_between", lambda *args: asked.append(args) or count(*args))
    owe(TaskKind.ANSWER, since=NOW - 400 * DAY)
    assert text_of(desk.get(TODAY), ".today-line__moment") == "400 days"
    assert asked == []


def test_complaint_ages_in_real_hours(desk):
    owe(TaskKind.COMPLAINT, since=NOW - 64 * HOUR, kind=CaseKind.COMPLAINT, severity=Severity.SERVICE)
    assert text_of(desk.get(TODAY), ".today-line__moment") == "64 h"


def test_late_line_is_marked(desk, clock):
    task = owe(TaskKind.ANSWER, since=NOW)
    assert not soup(desk.get(TODAY)).select(".desk-late")
    clock.move_to(task.due_at, tick=False)
    assert soup(desk.get(TODAY)).select(".today-line--late .desk-late")


def test_menu_says_how_long_the_oldest_waits(desk):
    assert "Today ·" not in desk.get("/admin/calendar/").content.decode()
    owe(TaskKind.ANSWER, since=NOW - 47 * timedelta(minutes=1))
    owe(TaskKind.ANSWER, since=NOW - timedelta(minutes=5))
    owe(TaskKind.CALL, since=NOW - 9 * DAY)
    for path in (TODAY, "/admin/", "/admin/case/"):
        assert "Today \\u00b7 47 min" in desk.get(path).content.decode()


def test_menu_is_half_a_minute_old_at_most(desk, clock, monkeypatch):
    assert today.OLDEST_SECONDS == 30
    monkeypatch.setattr(today, "OLDEST_SECONDS", 1)
    desk.get("/admin/case/")
    owe(TaskKind.ANSWER, since=NOW - HOUR)
    clock.shift(timedelta(seconds=2))
    sleep(1.1)  # Redis has a clock of its own.
    assert "Today \\u00b7 60 min" in desk.get("/admin/case/").content.decode()


def test_oldest_counts_only_who_waits_for_an_answer(profile):
    assert find_oldest() == (None, None)
    owe(TaskKind.CALL, since=NOW - 9 * DAY)
    owe(TaskKind.ANSWER, since=NOW - 3 * HOUR)
    owe(TaskKind.COMPLAINT, since=NOW - 9 * HOUR, kind=CaseKind.COMPLAINT)
    settled = owe(TaskKind.ANSWER, since=NOW - 99 * HOUR)
    services.record_call(settled.case_id, "message", actor=factories.make_user("frontdesk"), expected_version=1)
    assert find_oldest() == (NOW - 3 * HOUR, NOW - 9 * HOUR)


def test_menu_counts_a_complaint_in_real_time(desk):
    owe(TaskKind.ANSWER, since=NOW - 3 * DAY)
    owe(TaskKind.COMPLAINT, since=NOW - 2 * DAY, kind=CaseKind.COMPLAINT)
    assert "Today \\u00b7 48 h" in desk.get("/admin/case/").content.decode()


@pytest.mark.parametrize(("kind", "age"), [(TaskKind.ANSWER, "60 min"), (TaskKind.COMPLAINT, "46 h")])
def test_case_and_today_say_the_same_age(desk, kind, age):
    fields = {"kind": CaseKind.COMPLAINT} if kind == TaskKind.COMPLAINT else {}
    task = owe(kind, since=NOW - 46 * HOUR, **fields)
    assert age in text_of(desk.get(TODAY), ".today-line__when")
    assert f"waiting {age}" in text_of(desk.get(page_of(task.case)), ".desk-age")


# Views


def test_each_view_shows_what_it_says(desk):
    owe(TaskKind.CALL, "Mine", owner=desk.user)
    owe(TaskKind.CALL, "Hers", owner=factories.make_user("frontdesk"))
    owe(TaskKind.ANSWER, "Late", since=NOW - 9 * DAY, owner=desk.user)
    owe(TaskKind.COMPLAINT, "Sore", kind=CaseKind.COMPLAINT)
    owe(TaskKind.RECORD_VISIT, "Tomorrow", visit_state="booked", starts_at=NOW + DAY)
    owe(TaskKind.RECORD_VISIT, "Wednesday", visit_state="booked", starts_at=NOW + 2 * DAY)
    expected = {
        "all": {"Mine", "Hers", "Late", "Sore"},
        "mine": {"Mine", "Late"},
        "nobody": {"Sore"},
        "late": {"Late"},
        "complaints": {"Sore"},
        "tomorrow": {"Tomorrow"},
    }
    for view, names in expected.items():
        page = desk.get(TODAY, {"view": view})
        assert set(lines(page)) == names, view
        current = soup(page).select_one(".today__view[aria-current]")
        assert current.select_one(".today__count").get_text() == str(len(names)), view


def test_tomorrow_of_a_friday_is_monday(desk, clock):
    clock.move_to(at("2027-06-11 10:00"), tick=False)
    desk.force_login(desk.user)
    owe(TaskKind.RECORD_VISIT, "Monday", visit_state="booked", starts_at=at("2027-06-14 10:00"))
    owe(TaskKind.RECORD_VISIT, "Tuesday", visit_state="booked", starts_at=at("2027-06-15 10:00"))
    page = desk.get(TODAY, {"view": "tomorrow"})
    assert lines(page) == ["Monday"]
    assert "Next business day" in text_of(page, ".today__views")


@pytest.mark.parametrize("view", ["", "nothing", "²", "\x00", "9" * 400])
def test_unknown_view_is_all(desk, view):
    owe(TaskKind.CALL)
    assert lines(desk.get(TODAY, {"view": view})) == ["Ana Lima"]


# The one thing to do next


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (TaskKind.COMPLAINT, ["Reached", "No answer"]),
        (TaskKind.ANSWER, ["Reached", "No answer"]),
        (TaskKind.CALL, ["Reached", "No answer"]),
        (TaskKind.NO_SHOW, ["Reached", "No answer"]),
        (TaskKind.DAY_AFTER, ["Fine", "Not well", "No answer"]),
        (TaskKind.CHANGE_SEEN, ["Seen"]),
        (TaskKind.REPEAT, ["Open the repeat", "No answer"]),
        (TaskKind.SIGN_OFF, []),  # for clinicians and managers
        (TaskKind.NEXT_STEP, []),
    ],
)
def test_line_offers_what_is_owed(desk, kind, expected):
    states = {TaskKind.NO_SHOW: "no_show", TaskKind.DAY_AFTER: "treated", TaskKind.REPEAT: "treated"}
    is_complaint = kind in (TaskKind.COMPLAINT, TaskKind.SIGN_OFF)
    more = {"kind": CaseKind.COMPLAINT} if is_complaint else {}
    owe(kind, since=NOW - 4 * DAY, visit_state=states.get(kind), starts_at=NOW - 4 * DAY, **more)
    assert labels(desk.get(TODAY)) == expected


def test_held_time_can_be_confirmed_with_one_click(desk, ask):
    case = ask(name="Ana Lima")
    page = desk.get(TODAY)
    assert labels(page) == ["Confirm", "Message sent", "Reached"]  # no phone is known
    assert "Tue, Jun 8, 10 am held until" in text_of(page, ".today-line__about")
    assert press(desk, page, "Confirm").url == TODAY
    assert case.appointments.get().state == AppointmentState.BOOKED


def test_hold_ends_when_the_case_says_it_does(desk):
    case = factories.make_case()
    visit = factories.make_visit(case, "held", NOW + DAY)
    Appointment.objects.filter(pk=visit.pk).update(held_until=visit.ends_at)
    assert "held until Tue, Jun 8, 10:30 am" in text_of(desk.get(TODAY), ".today-line__about")
    assert "held until Tue, Jun 8, 10:30 am" in text_of(desk.get(page_of(case)))


@pytest.mark.parametrize(
    ("state", "starts_at", "expected"),
    [
        ("booked", NOW + HOUR, ["Check in"]),
        ("booked", NOW + 5 * HOUR, []),  # too early to check in
        ("booked", NOW - HOUR, ["Check in", "Did not come"]),
        ("booked", NOW - DAY, ["Consultation done", "Treatment done", "Did not come"]),
        ("checked_in", NOW - HOUR, ["Consultation done", "Treatment done"]),
    ],
)
def test_visit_offers_what_its_time_allows(desk, state, starts_at, expected):
    owe(TaskKind.RECORD_VISIT, visit_state=state, starts_at=starts_at)
    assert labels(desk.get(TODAY)) == expected


def test_treatment_at_a_consultation_is_named_on_the_case_page(desk):
    VisitType.objects.create(name="Lip filler", is_treatment=True, sort_order=9)
    owe(TaskKind.RECORD_VISIT, visit_state="checked_in", starts_at=NOW - HOUR)
    assert labels(desk.get(TODAY)) == ["Consultation done"]


def test_check_in_takes_one_click(desk):
    task = owe(TaskKind.RECORD_VISIT, visit_state="booked", starts_at=NOW + HOUR)
    assert press(desk, desk.get(TODAY), "Check in").url == TODAY
    assert Appointment.objects.get(pk=task.appointment_id).state == AppointmentState.CHECKED_IN
    assert labels(desk.get(TODAY)) == []  # until it begins


@pytest.mark.parametrize(("role", "offered"), [("frontdesk", 3), ("clinician", 0), ("manager", 3), ("admin", 3)])
def test_only_calls_that_are_allowed_are_offered(client, profile, role, offered):
    owe(TaskKind.DAY_AFTER, visit_state="treated", starts_at=NOW - 4 * DAY)
    client.force_login(factories.make_user(role))
    assert len(labels(client.get(TODAY))) == offered


@pytest.mark.parametrize(
    ("role", "offered"), [("frontdesk", []), ("clinician", ["Sign off"]), ("manager", ["Sign off"])]
)
def test_only_some_sign_off_complaints(client, profile, role, offered):
    owe(TaskKind.SIGN_OFF, since=NOW - HOUR, kind=CaseKind.COMPLAINT)
    client.force_login(factories.make_user(role))
    assert labels(client.get(TODAY)) == offered


def test_typed_note_goes_along_with_the_button(desk):
    task = owe(TaskKind.CALL)
    press(desk, desk.get(TODAY), "No answer", note="The voice mail is full.")
    assert task.case.events.get(kind=EventKind.CALLED).data["note"] == "The voice mail is full."
    assert Task.objects.get(pk=task.pk).attempts == 1


def test_day_after_fine_takes_one_click(desk):
    task = owe(TaskKind.DAY_AFTER, visit_state="treated", starts_at=NOW - 4 * DAY)
    press(desk, desk.get(TODAY), "Fine")
    assert not Task.objects.get(pk=task.pk).is_open


def test_not_well_leads_to_the_complaint_with_the_note(desk):
    task = owe(TaskKind.DAY_AFTER, visit_state="treated", starts_at=NOW - 4 * DAY)
    response = press(desk, desk.get(TODAY), "Not well", note="Her lid hangs.")
    complaint = Case.objects.get(kind=CaseKind.COMPLAINT)
    assert response.url == page_of(complaint)
    assert complaint.previous_id == task.case_id
    assert complaint.message == "Her lid hangs."


def test_clinician_signs_off_with_one_click(client, profile):
    task = owe(TaskKind.SIGN_OFF, since=NOW - HOUR, kind=CaseKind.COMPLAINT)
    client.force_login(factories.make_user("clinician"))
    press(client, client.get(TODAY), "Sign off")
    assert Case.objects.get(pk=task.case_id).status == Status.CLOSED


def test_step_is_about_the_visit_of_its_line(desk):
    first = owe(TaskKind.RECORD_VISIT, visit_state="booked", starts_at=NOW - 3 * DAY)
    later = factories.make_visit(first.case, "checked_in", NOW - HOUR)
    press(desk, desk.get(TODAY), "Did not come")
    assert Appointment.objects.get(pk=first.appointment_id).state == AppointmentState.NO_SHOW
    assert Appointment.objects.get(pk=later.pk).state == AppointmentState.CHECKED_IN


def test_third_call_without_answer_proposes_to_close(desk):
    task = owe(TaskKind.CALL)
    Task.objects.filter(pk=task.pk).update(attempts=2)
    assert labels(desk.get(TODAY)) == ["Reached", "No answer"]
    Task.objects.filter(pk=task.pk).update(attempts=3)
    page = desk.get(TODAY)
    assert labels(page) == ["Close: could not be reached", "Reached", "No answer"]
    press(desk, page, "Close: could not be reached")
    assert Case.objects.get(pk=task.case_id).outcome == "unreachable"


def test_call_without_answer_leaves_today_until_its_time(desk, clock):
    owe(TaskKind.CALL)
    press(desk, desk.get(TODAY), "No answer")
    assert lines(desk.get(TODAY)) == []
    clock.move_to(NOW + 2 * HOUR, tick=False)
    assert "called once" in text_of(desk.get(TODAY), ".today-line")


def test_second_clerk_keeps_what_they_typed(desk):
    task = owe(TaskKind.CALL)
    page = desk.get(TODAY)
    services.assign(task.case_id, desk.user, actor=desk.user, expected_version=1)
    response = press(desk, page, "Reached", note="She wants Tuesday.")
    assert response.status_code == 409
    assert "She wants Tuesday." in response.content.decode()
    assert Task.objects.get(pk=task.pk).is_open


@pytest.mark.parametrize(
    ("back", "leads_to"),
    [
        ("/admin/today/?view=mine", "/admin/today/?view=mine"),
        ("", None),
        ("https://elsewhere.example.com/", None),
        ("//elsewhere.example.com/", None),
        ("/\\elsewhere.example.com", None),
        ("javascript:alert(1)", None),
        ("http://[", None),
    ],
)
def test_button_leads_back_only_to_this_site(desk, back, leads_to):
    task = owe(TaskKind.CALL)
    response = press(desk, desk.get(TODAY), "Reached", next=back)
    assert response.url == (leads_to or page_of(task.case))


def test_address_of_a_button_opened_alone_leads_to_the_case(desk):
    case = factories.make_case()
    assert desk.get(reverse("desk_act", args=[case.pk])).url == page_of(case)


# What is about no single case


def test_notices_count_what_else_waits(desk):
    factories.make_case(status=Status.QUARANTINED)
    factories.make_message(owe(TaskKind.CALL).case, state=MessageState.FAILED)
    visit = owe(TaskKind.ANSWER, visit_state=None).case
    factories.make_visit(visit, "held", NOW + timedelta(minutes=45))
    text = text_of(desk.get(TODAY), ".today__notices")
    for words in ("1 request is in quarantine", "1 email is unsent", "1 held time ends within the hour"):
        assert words in text
    assert len(lines(desk.get(TODAY))) == 2  # not the one in quarantine


@pytest.mark.parametrize(("role", "is_asked"), [("frontdesk", False), ("manager", True), ("admin", True)])
def test_holiday_is_decided_by_who_may_change_the_hours(client, profile, clock, role, is_asked):
    clock.move_to(at("2027-06-25 10:00"), tick=False)
    client.force_login(factories.make_user(role))
    assert ("Independence Day" in client.get(TODAY).content.decode()) is is_asked


def test_without_work_all_is_caught_up(desk):
    assert "All caught up." in text_of(desk.get(TODAY))


# Many


def test_flood_of_one_kind_hides_no_other(desk, monkeypatch):
    monkeypatch.setattr("bookings.desk.today.MAX_LINES", 6)
    for number in range(12):
        owe(TaskKind.ANSWER, f"Request {number}", since=NOW - number * HOUR)
    owe(TaskKind.RECORD_VISIT, "Visit", visit_state="booked", starts_at=NOW + HOUR)
    owe(TaskKind.REPEAT, "Repeat", visit_state="treated", starts_at=NOW - 84 * DAY)
    owe(TaskKind.COMPLAINT, "Complaint", kind=CaseKind.COMPLAINT)
    page = desk.get(TODAY)
    assert lines(page)[0] == "Complaint"
    assert {"Visit", "Repeat", "Request 11"} < set(lines(page))
    assert len(lines(page)) == 6
    assert "These are the 6 most urgent things. The others are on the next pages." in text_of(page)
    rest = [desk.get(TODAY, {"p": number}) for number in (2, 3)]
    everybody = [name for one in (page, *rest) for name in lines(one)]
    assert len(everybody) == len(set(everybody)) == 15
    assert "Page 3 of 3" in text_of(rest[1])


@pytest.mark.parametrize("page", ["0", "-1", "9" * 30, "two", "2\x00", ""])
def test_any_number_of_a_page_shows_one(desk, page):
    owe(TaskKind.ANSWER, "Request")
    assert lines(desk.get(TODAY, {"p": page, "view": "nobody"})) == ["Request"]
    assert lines(desk.get(PULSE, {"p": page})) == ["Request"]


def test_page_stays_where_the_desk_was(desk, monkeypatch):
    monkeypatch.setattr("bookings.desk.today.MAX_LINES", 2)
    for number in range(5):
        owe(TaskKind.ANSWER, f"Request {number}", since=NOW - number * HOUR)
    page = soup(desk.get(TODAY, {"view": "nobody", "p": 2}))
    assert page.select_one("[data-today]")["data-today"] == f"{PULSE}?view=nobody&p=2"
    assert {field["value"] for field in page.select("[name=next]")} == {f"{TODAY}?view=nobody&p=2"}
    assert [link["href"] for link in page.select(".desk-pages a")] == [
        f"{TODAY}?view=nobody",
        f"{TODAY}?view=nobody&p=3",
    ]
    # Work that is done meanwhile leaves no empty page.
    Task.objects.filter(case__name__in=["Request 0", "Request 1", "Request 2"]).delete()
    assert len(lines(desk.get(TODAY, {"view": "nobody", "p": 2}))) == 2


@pytest.mark.parametrize("number", [5, 100])
def test_queries_do_not_grow(client, profile, number):
    client.force_login(factories.make_user("manager"))
    make_many(number)
    client.get(TODAY)
    with CaptureQueriesContext(connection) as captured:
        page = client.get(TODAY)
    assert len(lines(page)) == number <= MAX_LINES
    assert len(captured) <= 20, "\n".join(query["sql"][:160] for query in captured)


def make_many(number):
    """Make calls about cases that differ, some with a visit in the past."""
    now, visit_type = timezone.now(), VisitType.get_default()
    known = {"status": Status.CONTACTING, "email": "ana@patient.example.com"}
    cases = Case.objects.bulk_create(
        Case(name=f"Patient {n}", submission_key=f"{n:032x}", fingerprint=f"{n:064x}", **known) for n in range(number)
    )
    events = Event.objects.bulk_create(Event(case=case, kind=EventKind.RECEIVED, at=now) for case in cases)
    moments = {"state": AppointmentState.NO_SHOW, "starts_at": now - DAY, "ends_at": now - DAY + HOUR}
    visits = Appointment.objects.bulk_create(Appointment(case=case, visit_type=visit_type, **moments) for case in cases)
    Task.objects.bulk_create(
        Task(
            case=case,
            kind=TaskKind.NO_SHOW if n % 2 else TaskKind.ANSWER,
            appointment=visits[n] if n % 2 else None,
            counts_from=now - HOUR,
            opens_at=now - HOUR,
            due_at=now + HOUR,
            opening_event=events[n],
        )
        for n, case in enumerate(cases)
    )


# Keys


@pytest.mark.parametrize("has_keys", [True, False])
def test_keys_can_be_switched_off_in_the_account(desk, has_keys):
    UserProfile.objects.create(user=desk.user, keyboard_shortcuts=has_keys)
    for path in (TODAY, "/admin/case/", page_of(owe(TaskKind.CALL).case)):
        page = desk.get(path).content.decode()
        assert ("bookings/desk/keys.js" in page) is has_keys, path


def test_every_key_of_the_page_is_in_the_list_of_keys(desk):
    owe_each()
    page = soup(desk.get(TODAY))
    listed = {entry["data-key"] for entry in page.select("dialog [data-key]")}
    used = {one["data-key-action"] for one in page.select("[data-key-action]")} - {"phone"}
    assert used <= listed


# Who lands here


@pytest.mark.parametrize("role", ["frontdesk", "clinician", "manager"])
def test_desk_role_sees_today_first_in_the_menu(client, profile, role):
    client.force_login(factories.make_user(role))
    page = client.get(TODAY)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]


def test_editor_is_sent_on(client, profile):
    client.force_login(factories.make_user("editor"))
    assert client.get(TODAY).url == "/admin/"
    assert "desk-today" not in client.get("/admin/").content.decode()
    assert client.get("/admin/pulse/today/").status_code == 302


def test_first_page_of_the_admin_leads_to_today(desk):
    owe(TaskKind.CALL)
    panel = soup(desk.get("/admin/")).select_one(".desk-panel")
    assert "1 thing to do." in panel.get_text()
    assert panel.select_one("a")["href"] == TODAY
