"""The desk's calendar with its blocked times, and the rooms and types of visit behind it."""

import re
from datetime import timedelta

import pytest

from bookings import services
from bookings.models import BlockedTime, Resource, ResourceKind, VisitType
from tests import factories
from tests.bookings.conftest import TUESDAY
from tests.bookings.desk import page_of, press, soup, text_of
from tests.counting import queries_for
from tests.opening_hours import at, utc

CALENDAR = "/admin/calendar/"
ON_TUESDAY = f"{CALENDAR}?day=2027-06-08"
NOW = utc("2027-06-07 16:00")  # Monday, 9 am in Los Angeles
HOLD_ENDS = at("2027-06-07 13:00")  # four open hours later


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def room(db):
    return Resource.objects.get()


def block(client, room, **data):
    typed = {"starts": "2027-06-08T09:00", "ends": "2027-06-08T16:00", "reason": "Training"}
    return client.post(CALENDAR, {"resources": [room.pk], **typed, **data})


# The day


def test_day_shows_its_visits_with_links(desk, ask):
    case = ask(name="Ana Lima")
    response = desk.get(ON_TUESDAY)
    assert "Ana Lima 10 am – 10:30 am Free consultation held until Mon, Jun 7, 1 pm" in text_of(response)
    assert soup(response).select(f'a[href="{page_of(case)}"]')
    assert "Ana" not in soup(response).title.get_text()
    assert "Ana Lima" not in text_of(desk.get(CALENDAR, {"day": "2027-06-09"}))


def test_calendar_begins_with_the_clinics_today(desk, clock):
    clock.move_to(at("2027-06-07 23:00"))  # the 8th in UTC
    desk.force_login(desk.user)
    assert "Mon, Jun 7, 2027" in text_of(desk.get(CALENDAR))


def test_impossible_day_is_shown_as_today(desk):
    for day in ("", "soon", "2027-02-30", "9999-12-31", "0001-01-01", "2027-06-08' OR 1=1"):
        assert "Mon, Jun 7, 2027" in text_of(desk.get(CALENDAR, {"day": day})), day


def test_day_links_to_its_neighbors(desk):
    page = soup(desk.get(ON_TUESDAY))
    assert page.select('a[href="/admin/calendar/?day=2027-06-07"]')
    assert page.select('a[href="/admin/calendar/?day=2027-06-09"]')


def test_canceled_visit_is_gray_and_expired_hidden(desk, ask, clock):
    press(desk, ask(name="Cora Canceled"), action="cancel")
    ask(name="Erik Expired", start=at("2027-06-08 11:00"))
    clock.move_to(HOLD_ENDS)
    desk.force_login(desk.user)
    response = desk.get(ON_TUESDAY)
    assert "Cora Canceled 10 am – 10:30 am Free consultation canceled" in text_of(response, ".calendar-cell--gray")
    assert [head.get_text(strip=True) for head in soup(response).select("thead th")][-1] == "Canceled"
    assert "Erik Expired" not in text_of(response)
    assert soup(response).select('a[aria-label^="Book 10 am"]'), "the canceled time is free again"


def test_visit_stays_on_its_day_once_past(desk):
    states = {"checked_in": "checked in", "treated": "treated", "no_show": "did not come"}
    for hour, state in enumerate(states):
        factories.make_visit(factories.make_case(), state, TUESDAY + timedelta(hours=hour))
    text = text_of(desk.get(ON_TUESDAY))
    for words in states.values():
        assert re.search(rf"Ana Lima [\w :–]+ {words}", text), words


def test_each_visit_stands_in_its_room(desk, ask, room):
    second = Resource.objects.create(name="Second room")
    for name in ("One", "Two"):
        ask(name=name)
    response = desk.get(ON_TUESDAY)
    assert [column.resource for column in response.context["columns"]] == [room, second]
    ten = next(row for row in response.context["rows"] if row.label == "10 am")
    assert sorted(cell.blocks[0].visit.case.name for cell in ten.cells) == ["One", "Two"]


def test_unused_room_is_hidden_once_switched_off(desk, ask, room):
    ask()
    Resource.objects.update(is_active=False)
    assert room.name in text_of(desk.get(ON_TUESDAY))
    assert not desk.get(CALENDAR, {"day": "2027-06-09"}).context["columns"]


def test_calendar_queries_do_not_grow_with_visits(desk, ask):
    ask()
    desk.get(ON_TUESDAY)
    few = queries_for(desk, ON_TUESDAY)
    for number in range(1, 6):
        ask(start=TUESDAY + timedelta(minutes=30 * number))
    assert queries_for(desk, ON_TUESDAY) == few


# Blocked times


def test_blocked_time_is_shown_and_can_be_unblocked(desk, room, policy):
    response = block(desk, room)
    assert response.url == ON_TUESDAY
    assert "9 am – 4 pm Blocked: Training" in text_of(desk.get(ON_TUESDAY))
    blocked = BlockedTime.objects.get()
    assert (blocked.starts_at, blocked.created_by) == (at("2027-06-08 09:00"), desk.user)
    assert TUESDAY not in [free.at for free in services.free_starts(policy, NOW)]
    assert "The time is no longer blocked." in text_of(desk.post(ON_TUESDAY, {"unblock": blocked.pk}, follow=True))
    assert TUESDAY in [free.at for free in services.free_starts(policy, NOW)]


def test_visits_in_the_way_keep_time_open(desk, ask, room):
    case = ask(name="Ana Lima")
    page = soup(block(desk, room))
    assert page.select_one(f'.desk-blocking a[href="{page_of(case)}"]').get_text() == "Ana Lima"
    assert page.select_one('input[name="reason"]')["value"] == "Training"
    assert not BlockedTime.objects.exists()


def test_bad_block_is_refused_in_words(desk, room):
    for fields, words in (
        ({"starts": "2027-06-08T12:00", "ends": "2027-06-08T09:00"}, "ends before it starts"),
        ({"ends": "2027-12-08T12:00"}, "three months"),
        ({"starts": ""}, "Choose a day and a time"),
        ({"resources": []}, "Choose at least one"),
        ({"resources": [999]}, "not one of the available choices"),
    ):
        assert words in text_of(block(desk, room, **fields)), fields
    assert not BlockedTime.objects.exists()


def test_blocked_time_is_not_blocked_twice(desk, room):
    block(desk, room)
    assert "already blocked" in text_of(block(desk, room))
    assert BlockedTime.objects.count() == 1


def test_unblocking_what_is_not_blocked_says_so(desk, room):
    block(desk, room)
    for pk in ("", "x", "-1", "9" * 30, "999999"):
        words = text_of(desk.post(CALENDAR, {"unblock": pk}, follow=True))
        assert "Nothing was unblocked: there is no such blocked time." in words, pk
        assert "no longer blocked" not in words, pk
    assert BlockedTime.objects.exists()


@pytest.mark.parametrize(
    ("role", "may_look", "may_block"),
    [
        ("frontdesk", True, True),
        ("manager", True, True),
        ("admin", True, True),
        ("clinician", True, False),
        ("editor", False, False),
    ],
)
def test_only_the_desk_blocks_times(client, policy, room, role, may_look, may_block):
    client.force_login(factories.make_user(role))
    response = client.get(CALENDAR)
    assert (response.status_code == 200) == may_look
    assert ("Block this time" in response.content.decode()) == may_block
    assert (CALENDAR in client.get("/admin/").content.decode()) == may_look
    block(client, room)
    assert BlockedTime.objects.exists() == may_block
    other = services.block_time([room.pk], TUESDAY + timedelta(days=1), TUESDAY + timedelta(days=2), actor=None)[0]
    client.post(CALENDAR, {"unblock": other.pk})
    assert BlockedTime.objects.filter(pk=other.pk).exists() != may_block


# Rooms and types of visit


@pytest.mark.parametrize("role", ["frontdesk", "clinician", "editor"])
def test_only_managers_can_edit_resources(client, profile, role):
    client.force_login(factories.make_user(role))
    for name in ("resource", "visit_type"):
        assert client.get(f"/admin/{name}/").status_code == 302
        response = client.post(f"/admin/{name}/new/", {"name": "Mine", "kind": "room", "minutes": 30, "sort_order": 0})
        assert response.status_code == 302
    assert not Resource.objects.filter(name="Mine").exists()
    assert not VisitType.objects.filter(name="Mine").exists()


def test_manager_adds_renames_and_switches_off(client, profile):
    client.force_login(factories.make_user("manager"))
    for name, model, fields in (
        ("resource", Resource, {"kind": "room"}),
        ("visit_type", VisitType, {"minutes": 45, "pause_minutes": 0, "needs_room": "on"}),
    ):
        client.post(f"/admin/{name}/new/", {"name": "Laser hair", "is_active": "on", "sort_order": 1, **fields})
        made = model.objects.get(name="Laser hair")
        client.post(f"/admin/{name}/edit/{made.pk}/", {"name": "Laser", "sort_order": 1, **fields})
        made.refresh_from_db()
        assert (made.name, made.is_active) == ("Laser", False)
        assert "Laser" in text_of(client.get(f"/admin/{name}/"))
    menu = client.get("/admin/").content.decode()
    assert "Rooms and practitioners" in menu
    assert "Types of visit" in menu


def test_manager_gives_a_practitioner_their_own_hours(client, profile):
    client.force_login(factories.make_user("manager"))
    fields = {"name": "Dr. Reis", "kind": "practitioner", "is_active": "on", "sort_order": 1, "has_own_hours": "on"}
    client.post("/admin/resource/new/", {**fields, "tuesday": "9 am – 12 pm, 1 pm – 3 pm", "friday": "closed"})
    reis = Resource.objects.get(name="Dr. Reis")
    assert {day: len(spans) for day, spans in reis.weekly.items() if spans} == {1: 2}
    page = soup(client.get(f"/admin/resource/edit/{reis.pk}/"))
    assert page.select_one("#id_tuesday")["value"] == "9 am – 12 pm, 1 pm – 3 pm"


@pytest.mark.parametrize("typed", ["mornings", "9-5 or so", "9 am – 10 am, 9:30 am – 11 am", "25:00 – 26:00"])
def test_unclear_own_hours_are_asked_about(client, profile, typed):
    client.force_login(factories.make_user("manager"))
    fields = {"name": "Dr. Reis", "kind": "practitioner", "sort_order": 1, "has_own_hours": "on", "tuesday": typed}
    response = client.post("/admin/resource/new/", fields)
    assert response.context["form"].errors.keys() == {"tuesday"}
    assert soup(response).select_one("#id_tuesday")["value"] == typed


def test_own_hours_without_any_hours_are_asked_about(client, profile):
    client.force_login(factories.make_user("manager"))
    fields = {"name": "Dr. Reis", "kind": "practitioner", "sort_order": 1, "has_own_hours": "on", "friday": "closed"}
    response = client.post("/admin/resource/new/", fields)
    assert response.context["form"].errors.keys() == {"has_own_hours"}


def test_used_room_stays_a_room(client, ask):
    ask()
    used, new = Resource.objects.get(), Resource.objects.create(name="New")
    client.force_login(factories.make_user("manager"))
    fields = {"kind": "practitioner", "sort_order": 1, "is_active": "on"}
    response = client.post(f"/admin/resource/edit/{used.pk}/", {"name": used.name, **fields})
    assert response.context["form"].errors.keys() == {"kind"}
    assert client.post(f"/admin/resource/edit/{new.pk}/", {"name": "New", **fields}).status_code == 302


def test_manager_reads_which_visits_a_switched_off_room_has(client, ask):
    case, room = ask(), Resource.objects.get()
    client.force_login(factories.make_user("manager"))
    url = f"/admin/resource/edit/{room.pk}/"
    response = client.post(url, {"name": room.name, "kind": "room", "sort_order": 0}, follow=True)
    assert f'href="{page_of(case)}"' in response.text


TYPE = {"name": "Toxin", "minutes": 60, "pause_minutes": 0, "needs_room": "on", "sort_order": 1, "is_active": "on"}


def test_manager_says_who_performs_a_treatment(client, profile):
    client.force_login(factories.make_user("manager"))
    reis = Resource.objects.create(name="Dr. Reis", kind=ResourceKind.PRACTITIONER)
    room = Resource.objects.get(kind=ResourceKind.ROOM)
    fields = {**TYPE, "needs_practitioner": "on", "is_treatment": "on", "repeat_after_days": 84}
    for wrong in ([], [room.pk], [999]):
        response = client.post("/admin/visit_type/new/", {**fields, "performed_by": wrong})
        assert response.context["form"].errors.keys() == {"performed_by"}
    client.post("/admin/visit_type/new/", {**fields, "performed_by": [reis.pk]})
    made = VisitType.objects.get(name="Toxin")
    assert list(made.performed_by.all()) == [reis]
    assert (made.is_treatment, made.repeat_after_days) == (True, 84)


@pytest.mark.parametrize(
    "fields",
    [
        {"needs_room": ""},
        {"repeat_after_days": 84},
        {"repeat_after_days": 0, "is_treatment": "on"},
        {"repeat_after_days": -5, "is_treatment": "on"},
        {"minutes": 4},
    ],
)
def test_impossible_type_is_refused_in_words(client, profile, fields):
    client.force_login(factories.make_user("manager"))
    response = client.post("/admin/visit_type/new/", {**TYPE, **fields})
    assert response.context["form"].errors
    assert not VisitType.objects.filter(name="Toxin").exists()


def test_used_room_and_type_cannot_be_deleted(client, ask):
    visit = ask().appointments.get()
    client.force_login(factories.make_user("manager"))
    for name, used in (("resource", visit.slots.first().resource), ("visit_type", visit.visit_type)):
        unused = type(used).objects.create(name="Never used")
        client.post(f"/admin/{name}/delete/{unused.pk}/")
        response = client.post(f"/admin/{name}/delete/{used.pk}/", follow=True)
        assert "cannot be deleted" in text_of(response)
        assert list(type(used).objects.all()) == [used]


@pytest.mark.parametrize("pk", ["9" * 25, "9223372036854775808", "-" + "9" * 25, "x", "0", "²"])
def test_unknown_resource_is_a_field_error(desk, pk):
    response = block(desk, Resource(pk=pk))
    assert response.status_code == 200
    assert response.context["block_form"].errors.keys() == {"resources"}
    assert not BlockedTime.objects.exists()


@pytest.mark.parametrize("typed", ["2027-06-08T03:00junk", "2027-06-08T03:00:0", "2027-06-08T03:00:00:00", "²"])
def test_time_with_junk_is_a_field_error(desk, room, typed):
    assert block(desk, room, starts=typed).context["block_form"].errors.keys() == {"starts"}


@pytest.mark.parametrize("typed", ["2027-06-08T09:00", "2027-06-08T09:00:00", "2027-06-08T09:00:00.000"])
def test_time_may_end_in_zero_seconds(desk, room, typed):
    block(desk, room, starts=typed)
    assert BlockedTime.objects.get().starts_at == at("2027-06-08 09:00")
