"""The day as a grid, the week, moving and recording visits from it, and the day sheet."""

from datetime import timedelta

import pytest

from bookings import services
from bookings.models import Appointment, EventKind, MessageKind, Resource, ResourceKind, Slot, VisitType
from bookings.scheduling.availability import slots_between
from clinic.hours.parsing import parse_spans
from clinic.models import OpeningHours
from tests import factories
from tests.bookings.conftest import TUESDAY
from tests.bookings.desk import page_of, soup, text_of
from tests.counting import queries_for
from tests.opening_hours import at, utc

DAY = "/admin/calendar/?day=2027-06-08"
WEEK = "/admin/calendar/week/?day=2027-06-08"
SHEET = "/admin/calendar/sheet/?day=2027-06-08"
NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles
MAX_QUERIES = 20


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def room(policy):
    return Resource.objects.first()


@pytest.fixture
def laser(policy):
    return Resource.objects.create(name="Laser room", sort_order=1)


@pytest.fixture
def nurse(policy):
    return Resource.objects.create(name="Nurse Jo", kind=ResourceKind.PRACTITIONER)


@pytest.fixture
def botox(nurse):
    """Return a treatment of 45 minutes with a pause of 15, by the nurse."""
    kind = VisitType.objects.create(
        name="Botox", minutes=45, pause_minutes=15, needs_practitioner=True, is_treatment=True, sort_order=9
    )
    kind.performed_by.add(nurse)
    return kind


@pytest.fixture
def visit(room):
    return factories.make_visit(factories.make_case(status="contacting"), "booked", TUESDAY)


def move_url(visit) -> str:
    return f"/admin/calendar/move/{visit.case_id}/"


def move(client, visit, **data):
    visit.case.refresh_from_db()
    return client.post(move_url(visit), {"expected_version": visit.case.version, **data})


def record(client, visit, state, query="?day=2027-06-08"):
    visit.case.refresh_from_db()
    data = {"expected_version": visit.case.version, "to_status": state}
    return client.post(f"/admin/calendar/visit/{visit.case_id}/{query}", data)


def heads(response) -> list[str]:
    return [head.get_text(" ", strip=True) for head in soup(response).select("thead th")]


def cell_of(response, name):
    return next(cell for cell in soup(response).select("td") if name in cell.get_text())


def rooms_of(visit) -> list[str]:
    return sorted(set(Slot.objects.filter(appointment=visit).values_list("resource__name", flat=True)))


# The grid


def test_visit_covers_its_quarter_hours_and_pause(desk, botox, nurse, room):
    visit = factories.make_visit(factories.make_case(), "booked", TUESDAY)
    visit.slots.all().delete()
    slots = slots_between(TUESDAY, TUESDAY + timedelta(hours=1))
    Slot.objects.bulk_create(Slot(resource=one, at=at, appointment=visit) for one in (room, nurse) for at in slots)
    assert cell_of(desk.get(DAY), "Ana Lima")["rowspan"] == "4"
    assert cell_of(desk.get(f"{DAY}&by=practitioners"), "Ana Lima")["rowspan"] == "4"


def test_columns_are_rooms_or_practitioners(desk, room, laser, nurse, visit):
    assert heads(desk.get(DAY)) == ["Time", room.name, "Laser room"]
    # The visit needs no practitioner, so it stands in a column of its own.
    assert heads(desk.get(f"{DAY}&by=practitioners")) == ["Time", "Nurse Jo", "No practitioner"]
    for unknown in ("", "lanes", "rooms'", "by", "²"):
        assert heads(desk.get(DAY, {"day": "2027-06-08", "by": unknown})) == ["Time", room.name, "Laser room"]


def test_clinic_without_practitioners_is_offered_no_such_columns(desk, room):
    assert "By practitioner" not in text_of(desk.get(DAY))
    assert heads(desk.get(f"{DAY}&by=practitioners")) == ["Time", room.name]


def test_free_place_leads_to_a_new_request_there(desk, room, visit):
    page = soup(desk.get(DAY))
    link = page.select_one(f'a[aria-label="Book 9:15 am, {room.name}"]')
    assert link["href"] == f"/admin/new-case/?start=2027-06-08T16%3A15Z&resource={room.pk}"
    assert not page.select('a[aria-label^="Book 10 am"]')
    field = soup(desk.get(link["href"])).select_one("input[name=start]")
    assert field["value"] == "2027-06-08T09:15"


def test_past_times_and_switched_off_rooms_cannot_be_booked(desk, room, laser, clock):
    clock.move_to(at("2027-06-08 12:05"))
    desk.force_login(desk.user)
    factories.make_visit(factories.make_case(), "booked", at("2027-06-08 15:00"))
    Resource.objects.filter(pk=room.pk).update(is_active=False)
    labels = [link["aria-label"] for link in soup(desk.get(DAY)).select(".calendar-free")]
    assert labels[0] == "Book 12:15 pm, Laser room"
    assert not [label for label in labels if room.name in label]


def test_walk_in_without_a_room_has_its_own_column(desk, room):
    visit = factories.make_visit(factories.make_case(name="Wanda"), "checked_in", TUESDAY)
    visit.slots.all().delete()
    other = factories.make_visit(factories.make_case(name="Willy"), "checked_in", TUESDAY + timedelta(minutes=15))
    other.slots.all().delete()
    response = desk.get(DAY)
    assert heads(response) == ["Time", room.name, "No room"]
    # They overlap, so they share a cell from 10 until 10:45.
    assert cell_of(response, "Wanda")["rowspan"] == "3"
    assert "Willy" in cell_of(response, "Wanda").get_text()


@pytest.mark.parametrize(("state", "words"), [("canceled", "canceled"), ("no_show", "did not come")])
def test_missed_and_canceled_visits_are_gray(desk, room, state, words):
    factories.make_visit(factories.make_case(), state, TUESDAY)
    for page in (DAY, WEEK):
        gray = soup(desk.get(page)).select_one(".calendar-block--gray").get_text(" ")
        assert "Ana Lima" in gray, page
        assert words in gray, page


def test_blocked_time_shows_around_the_visit_that_took_its_slots(desk, room, clerk):
    visit = factories.make_visit(factories.make_case(), "booked", TUESDAY)
    visit.slots.all().delete()
    start = TUESDAY - timedelta(minutes=30)
    services.block_time([room.pk], start, start + timedelta(hours=2), actor=clerk, reason="Training")
    taken = Slot.objects.filter(at__in=slots_between(TUESDAY, TUESDAY + timedelta(minutes=30)))
    taken.update(blocked_time=None, appointment=visit)
    blocked = [cell["rowspan"] for cell in soup(desk.get(DAY)).select(".calendar-cell--blocked")]
    assert blocked == ["2", "4"]


def test_long_blocked_time_adds_no_rows(desk, room, clerk):
    rows = len(desk.get(DAY).context["rows"])
    services.block_time([room.pk], TUESDAY - timedelta(days=2), TUESDAY + timedelta(days=2), actor=clerk)
    assert len(desk.get(DAY).context["rows"]) == rows
    assert len(soup(desk.get(DAY)).select(".calendar-cell--blocked")) == 1


def test_blocked_evening_is_shown_after_closing(desk, room, clerk):
    evening = at("2027-06-08 20:00")
    services.block_time([room.pk], evening, evening + timedelta(hours=1), actor=clerk, reason="Training")
    for page in (DAY, WEEK):
        assert "8 pm – 9 pm Blocked : Training".replace(" :", ":") in text_of(desk.get(page)), page


def test_patients_names_are_in_no_title_or_address(desk, visit):
    for page in (DAY, WEEK, SHEET, move_url(visit)):
        response = desk.get(page)
        assert "Ana" not in soup(response).title.get_text(), page
        assert not [link for link in soup(response).select("[href]") if "Ana" in link["href"]], page
        assert "no-store" in response["Cache-Control"], page


# Recording


@pytest.mark.parametrize(
    ("state", "clock_at", "expected"),
    [
        ("booked", "2027-06-07 09:00", []),
        ("booked", "2027-06-08 09:30", ["checked_in"]),
        ("booked", "2027-06-08 10:10", ["checked_in", "no_show"]),
        ("checked_in", "2027-06-08 10:10", ["consulted"]),
        ("consulted", "2027-06-08 10:10", []),
        ("treated", "2027-06-08 10:10", []),
        ("no_show", "2027-06-08 10:10", []),
        ("canceled", "2027-06-08 10:10", []),
    ],
)
def test_visit_offers_what_the_service_accepts(desk, room, clock, state, clock_at, expected):
    visit = factories.make_visit(factories.make_case(status="contacting"), state, TUESDAY)
    clock.move_to(at(clock_at))
    desk.force_login(desk.user)
    offered = [button["value"] for button in cell_of(desk.get(DAY), "Ana Lima").select('button[name="to_status"]')]
    assert offered == expected
    visit.case.delete()
    # Of a visit that is over, only the page of its case takes a step back.
    for wanted in ("checked_in", "consulted", "no_show") if state in ("booked", "checked_in") else ():
        visit = factories.make_visit(factories.make_case(status="contacting", name="Twin"), state, TUESDAY)
        assert (record(desk, visit, wanted).status_code == 302) == (wanted in expected), wanted
        visit.case.delete()


def test_treatment_offers_to_record_that_it_was_done(desk, visit, botox, clock):
    Appointment.objects.update(visit_type=botox, state="checked_in")
    clock.move_to(TUESDAY)
    desk.force_login(desk.user)
    offered = [button["value"] for button in cell_of(desk.get(DAY), "Ana Lima").select('button[name="to_status"]')]
    assert offered == ["treated"]
    assert record(desk, visit, "treated").status_code == 302


def test_one_click_checks_in_and_returns_to_the_calendar(desk, visit, clock):
    clock.move_to(TUESDAY)
    desk.force_login(desk.user)
    response = record(desk, visit, "checked_in", "?day=2027-06-08&by=rooms")
    assert response.url == f"/admin/calendar/?day=2027-06-08&by=rooms#case-{visit.case_id}"
    visit.refresh_from_db()
    assert visit.state == "checked_in"
    assert visit.case.events.filter(kind=EventKind.STAGE).count() == 1


def test_refused_step_shows_the_case_and_the_reason(desk, visit):
    response = record(desk, visit, "treated")
    assert response.status_code == 200
    assert "The visit has not begun yet." in text_of(response)
    visit.refresh_from_db()
    assert visit.state == "booked"


# Moving


def test_dropped_visit_moves_to_the_time_and_room(desk, visit, laser):
    start = at("2027-06-08 13:15")
    response = move(desk, visit, at=start.isoformat(), room=laser.pk)
    assert response.url == f"/admin/calendar/?day=2027-06-08#case-{visit.case_id}"
    visit.refresh_from_db()
    assert visit.starts_at == start
    assert rooms_of(visit) == ["Laser room"]
    assert visit.case.events.get(kind=EventKind.MOVED).actor == desk.user


def test_typed_time_moves_the_visit_as_a_drop_does(desk, visit, laser):
    page = soup(desk.get(move_url(visit)))
    assert page.select_one('[name="start"]')["value"] == "2027-06-08T10:00"
    assert not page.select_one('[name="practitioner"]')
    move(desk, visit, start="2027-06-09T11:30", room=laser.pk, note="They asked for Wednesday.")
    visit.refresh_from_db()
    assert visit.starts_at == at("2027-06-09 11:30")
    assert rooms_of(visit) == ["Laser room"]
    assert visit.case.events.get(kind=EventKind.MOVED).data["note"] == "They asked for Wednesday."


def test_another_room_alone_sends_the_patient_nothing(desk, visit, laser):
    move(desk, visit, at=TUESDAY.isoformat(), room=laser.pk)
    visit.refresh_from_db()
    assert (visit.starts_at, rooms_of(visit), visit.sequence) == (TUESDAY, ["Laser room"], 0)
    assert not visit.case.messages.filter(kind=MessageKind.MOVED).exists()
    move(desk, visit, at=at("2027-06-08 14:00").isoformat(), room=laser.pk)
    assert visit.case.messages.filter(kind=MessageKind.MOVED).count() == 1


def test_visit_dropped_on_its_own_place_is_not_moved(desk, visit, room, laser):
    for data in ({"room": room.pk}, {}):
        assert "already booked for that time" in text_of(move(desk, visit, at=TUESDAY.isoformat(), **data))
    factories.make_visit(factories.make_case(name="Bo"), "booked", TUESDAY + timedelta(hours=1))
    Slot.objects.filter(appointment__case__name="Bo").update(resource=laser)
    Appointment.objects.filter(case__name="Bo").update(starts_at=TUESDAY, ends_at=TUESDAY + timedelta(minutes=30))
    for slot, moment in zip(laser.slots.order_by("-at"), (TUESDAY + timedelta(minutes=15), TUESDAY), strict=True):
        Slot.objects.filter(pk=slot.pk).update(at=moment)
    assert "just taken" in text_of(move(desk, visit, at=TUESDAY.isoformat(), room=laser.pk))
    assert not visit.case.events.filter(kind=EventKind.MOVED).exists()


def test_wanted_room_that_is_taken_refuses_the_move(desk, visit, room, laser):
    factories.make_visit(factories.make_case(name="Bo"), "booked", TUESDAY + timedelta(hours=1))
    response = move(desk, visit, at=(TUESDAY + timedelta(hours=1)).isoformat(), room=room.pk)
    assert f"{room.name} cannot take this visit then. Nothing was moved." in text_of(response)
    visit.refresh_from_db()
    assert (visit.starts_at, rooms_of(visit)) == (TUESDAY, [room.name])
    assert not visit.case.events.filter(kind=EventKind.MOVED).exists()
    assert not visit.case.messages.exists()


def test_taken_time_offers_the_nearest_free_ones(desk, visit):
    other = factories.make_visit(factories.make_case(name="Bo"), "booked", TUESDAY + timedelta(hours=1))
    page = soup(move(desk, visit, at=other.starts_at.isoformat()))
    choices = page.select('button[name="at"]')
    assert "just taken" in page.get_text()
    assert len(choices) == 3
    move(desk, visit, start=page.select_one('[name="start"]')["value"], at=choices[0]["value"])
    visit.refresh_from_db()
    assert visit.starts_at.isoformat() == choices[0]["value"]


def test_closed_time_is_asked_about_before_the_move(desk, visit, laser):
    page = soup(move(desk, visit, start="2027-06-08T06:00", room=laser.pk, note="Early bird"))
    assert "The clinic is closed then." in page.get_text()
    assert page.select_one('[name="note"]').get_text(strip=True) == "Early bird"
    assert page.select_one(f'[name="room"] option[value="{laser.pk}"]').has_attr("selected")
    unusual = page.select_one('button[name="unusual"]')["value"]
    move(desk, visit, start="2027-06-08T06:00", room=laser.pk, unusual=unusual)
    visit.refresh_from_db()
    assert visit.starts_at == at("2027-06-08 06:00")
    assert visit.case.events.get(kind=EventKind.MOVED).data["anyway"] == ["closed"]


def test_stale_drop_moves_nothing_and_says_who_changed_what(desk, visit, clerk):
    version = visit.case.version
    services.assign(visit.case_id, clerk, actor=clerk, expected_version=version)
    response = desk.post(move_url(visit), {"expected_version": version, "start": "2027-06-08T11:00", "note": "Typed"})
    assert response.status_code == 409
    assert "Someone changed this case" in text_of(response) or "This case has changed" in text_of(response)
    assert "Fran Frontdesk Owner changed Assigned to" in text_of(response, ".desk-lines")
    assert soup(response).select_one('[name="note"]').get_text(strip=True) == "Typed"
    assert soup(response).select_one('.desk-form [name="expected_version"]')["value"] == str(version + 1)
    visit.refresh_from_db()
    assert visit.starts_at == TUESDAY


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"start": ""},
        {"start": "soon"},
        {"start": "2027-06-08T10:07"},
        {"start": "2099-06-08T10:00"},
        {"at": "soon"},
        {"at": "2027-06-08T10:00"},
        {"unusual": "soon closed"},
        {"start": "2027-06-08T11:00", "room": "9" * 25},
        {"start": "2027-06-08T11:00", "room": "x"},
        {"start": "2027-06-08T11:00", "expected_version": "x"},
        {"start": "2027-06-01T11:00"},
    ],
)
def test_unreadable_move_is_refused_in_words(desk, visit, data):
    response = move(desk, visit, **data)
    assert response.status_code == 200
    assert soup(response).select(".messages li")
    visit.refresh_from_db()
    assert visit.starts_at == TUESDAY


@pytest.mark.parametrize("state", ["checked_in", "treated", "no_show", "canceled"])
def test_visit_that_is_over_offers_no_move(desk, room, state):
    visit = factories.make_visit(factories.make_case(status="contacting"), state, TUESDAY)
    assert "Move" not in text_of(desk.get(DAY), "td .calendar-block")
    assert not soup(desk.get(move_url(visit))).select("form.desk-form")


def test_visit_cannot_be_dropped_into_a_room_that_is_off(desk, room, laser, visit):
    Resource.objects.filter(pk=room.pk).update(is_active=False)
    columns = {
        head.get_text(" ", strip=True): head.get("data-resource")
        for head in soup(desk.get(DAY)).select("th[scope=col]")
    }
    assert columns == {"Time": None, f"{room.name} (switched off)": None, "Laser room": str(laser.pk)}
    assert "not one of the available choices" in text_of(move(desk, visit, start="2027-06-08T11:00", room=room.pk))


def test_begun_visit_asks_whether_they_came(desk, visit, clock):
    clock.move_to(TUESDAY + timedelta(minutes=5))
    desk.force_login(desk.user)
    assert not soup(desk.get(DAY)).select("[data-move]")
    assert "First record whether the patient came." in text_of(desk.get(move_url(visit)))


def test_clinician_reads_the_calendar_but_moves_nothing(client, visit):
    client.force_login(factories.make_user("clinician"))
    page = soup(client.get(DAY))
    assert "Ana Lima" in page.get_text()
    assert not page.select("[data-move], .calendar-free, [data-calendar-form]")
    assert client.post(move_url(visit), {"expected_version": 1, "start": "2027-06-08T11:00"}).status_code == 302
    visit.refresh_from_db()
    assert visit.starts_at == TUESDAY


def test_treatment_keeps_its_practitioner_when_it_moves(desk, botox, nurse, laser, room):
    case = factories.make_case(status="contacting")
    policy = services.get_booking_policy()
    services.book(case.pk, TUESDAY, actor=desk.user, expected_version=1, policy=policy, visit_type=botox)
    visit = case.appointments.get()
    assert soup(desk.get(move_url(visit))).select_one('[name="practitioner"]')
    move(desk, visit, at=at("2027-06-08 12:00").isoformat(), room=laser.pk)
    visit.refresh_from_db()
    assert (visit.visit_type, visit.ends_at) == (botox, at("2027-06-08 12:45"))
    assert rooms_of(visit) == ["Laser room", "Nurse Jo"]


# The week


def test_week_shows_visits_and_free_times_by_room(desk, room, laser, visit):
    response = desk.get(WEEK)
    assert heads(response)[0] == "Room"
    days = response.context["days"]
    assert [day.label for day in days] == ["Mon, Jun 7", "Tue, Jun 8", "Wed, Jun 9", "Thu, Jun 10", "Fri, Jun 11"]
    (column, (_monday, tuesday, *_later)), (other, _entries) = response.context["rows"]
    assert (column.resource, other.resource) == (room, laser)
    assert [(entry.kind, entry.span) for entry in tuesday] == [
        ("free", "9 am – 10 am"),
        ("visit", "10 am"),
        ("free", "10:30 am – 4 pm"),
    ]
    assert tuesday[0].url == f"/admin/new-case/?start=2027-06-08T16%3A00Z&resource={room.pk}"
    assert soup(response).select(f'a[href="{page_of(visit.case)}"]')
    assert soup(response).select('a[href="/admin/calendar/?day=2027-06-08"]')


def test_visit_of_the_week_moves_to_another_day_and_room(desk, visit, laser):
    # What the script sends after a drop on Thursday in the other row.
    block = soup(desk.get(WEEK)).select_one(".calendar-entry[data-move]")
    assert block["data-clock"] == "10:00"
    typed = {"expected_version": block["data-version"], "start": f"2027-06-10T{block['data-clock']}", "room": laser.pk}
    response = desk.post(block["data-move"], typed)
    assert response.url == f"/admin/calendar/week/?day=2027-06-10#case-{visit.case_id}"
    visit.refresh_from_db()
    assert (visit.starts_at, rooms_of(visit)) == (at("2027-06-10 10:00"), ["Laser room"])


def test_refused_drop_of_the_week_still_leads_back_to_it(desk, visit, laser):
    factories.make_visit(factories.make_case(), "booked", at("2027-06-10 10:00"))
    url = soup(desk.get(WEEK)).select_one(".calendar-entry[data-move]")["data-move"]
    room = Resource.objects.first()
    page = soup(desk.post(url, {"expected_version": visit.case.version, "start": "2027-06-10T10:00", "room": room.pk}))
    assert "Nothing was moved" in page.get_text() or "just taken" in page.get_text()
    form = page.select_one("form.desk-form")
    assert not form.has_attr("action")  # It is sent to the same address.
    typed = {"expected_version": visit.case.version, "start": "2027-06-10T12:00"}
    assert desk.post(url, typed).url.startswith("/admin/calendar/week/?day=2027-06-10")


@pytest.mark.parametrize("state", ["canceled", "no_show", "treated", "checked_in"])
def test_week_moves_no_visit_that_is_over(desk, room, state):
    factories.make_visit(factories.make_case(status=state), state, TUESDAY)
    assert not soup(desk.get(WEEK)).select("[data-move]")


def test_clinician_drags_nothing_in_the_week(client, visit):
    client.force_login(factories.make_user("clinician"))
    page = soup(client.get(WEEK))
    assert page.select(".calendar-entry--visit")
    assert not page.select("[data-move], [data-calendar-form]")


def test_visit_after_midnight_is_not_dragged_in_the_week(desk, room, profile):
    hours = OpeningHours.objects.get()
    hours.tuesday = parse_spans("6 pm – 2 am")
    hours.save()
    factories.make_visit(factories.make_case(status="contacting"), "booked", at("2027-06-09 00:30"))
    page = soup(desk.get(WEEK))
    assert "12:30 am" in page.select_one(".calendar-entry--visit").get_text()
    assert not page.select("[data-move]")


def test_closed_day_is_in_the_week_only_with_visits(desk, room):
    sunday = at("2027-06-13 10:00")
    assert sunday.date() not in [day.day for day in desk.get(WEEK).context["days"]]
    factories.make_visit(factories.make_case(), "booked", sunday)
    assert desk.get(WEEK).context["days"][-1].day == sunday.date()


def test_week_offers_no_time_that_has_passed(desk, room, clock):
    clock.move_to(at("2027-06-08 12:05"))
    desk.force_login(desk.user)
    spans = [entry.span for entry in desk.get(WEEK).context["rows"][0][1][1] if entry.kind == "free"]
    assert spans == ["12:15 pm – 4 pm"]
    assert not desk.get(WEEK).context["rows"][0][1][0]


def test_time_is_not_free_while_the_practitioner_is_away(desk, nurse, laser, clock):
    nurse.has_own_hours, nurse.tuesday = True, parse_spans("10 am – 12 pm, 1 pm – 8 pm")
    nurse.save()
    away = soup(desk.get(f"{DAY}&by=practitioners")).select("td.calendar-cell--closed a")
    starts = [link.get_text() for link in away]
    assert starts == ["9 am", "9:15 am", "9:30 am", "9:45 am", "12 pm", "12:15 pm", "12:30 pm", "12:45 pm"]
    (_column, (monday, tuesday, *_later)) = desk.get(f"{WEEK}&by=practitioners").context["rows"][0]
    assert [entry.span for entry in tuesday] == ["10 am – 12 pm", "1 pm – 4 pm"]
    assert monday == []


# The day sheet


def test_sheet_lists_who_comes_with_phone_and_note(desk, room, visit, clerk):
    services.add_note(visit.case_id, "First note", actor=clerk)
    services.add_note(visit.case_id, "Allergic to latex", actor=clerk)
    factories.make_visit(factories.make_case(name="Cora Canceled"), "canceled", TUESDAY)
    factories.make_visit(
        factories.make_case(name="Early Erik", treatments=("Lip fillers",)), "booked", at("2027-06-08 09:00")
    )
    rows = [
        [cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in soup(desk.get(SHEET)).select("tr")
    ]
    assert rows[0] == ["Time", "Name", "Phone", "Treatment", "Reference", "Note"]
    assert rows[1][:4] == ["9 am", "Early Erik", "(949) 555-0123", f"Free consultation, Lip fillers {room.name}"]
    kind = f"Free consultation {room.name}"
    assert rows[2] == ["10 am", "Ana Lima", "(949) 555-0123", kind, visit.case.reference, "Allergic to latex"]
    assert len(rows) == 3


def test_sheet_names_the_treatment_that_is_booked(desk, botox, policy, clerk):
    case = factories.make_case(treatments=("Lip fillers", "Botox"))
    known = {"actor": clerk, "expected_version": case.version, "policy": policy}
    services.book(case.pk, TUESDAY, visit_type=botox, **known)
    assert desk.get(SHEET).context["lines"][0].treatments == "Botox, Lip fillers"


# Queries


@pytest.mark.parametrize("page", [DAY, f"{DAY}&by=practitioners", WEEK, SHEET])
def test_calendar_needs_twenty_queries_at_most(desk, room, nurse, page):
    rooms = [room, nurse, *(Resource.objects.create(name=f"Room {number}") for number in range(4))]
    for number in range(60):
        states = ("booked", "checked_in", "treated", "no_show", "canceled", "booked")
        case = factories.make_case(name=f"Patient {number}", status="contacting", treatments=("Peel",))
        start = at("2027-06-08 09:00") + timedelta(minutes=30 * (number // 6))
        visit = Appointment.objects.create(
            case=case,
            visit_type=VisitType.get_default(),
            state=states[number % 6],
            starts_at=start,
            ends_at=start + timedelta(minutes=30),
        )
        if visit.state != "canceled":
            slots = slots_between(visit.starts_at, visit.ends_at)
            Slot.objects.bulk_create(Slot(resource=rooms[number % 6], at=at, appointment=visit) for at in slots)
    desk.get(page)
    assert "Patient 59" in desk.get(page).content.decode()
    assert queries_for(desk, page) <= MAX_QUERIES
