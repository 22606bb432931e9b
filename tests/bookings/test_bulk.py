"""Many cases at once: who may, which cases, and what is said of those that were left."""

import pytest
from django.urls import reverse

from bookings import services
from bookings.desk import case_list
from bookings.models import Case, Event, Status
from tests import factories
from tests.bookings.desk import LIST, listed, soup, text_of
from tests.opening_hours import at

BULK = "/admin/case/bulk/"


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(at("2027-06-07 09:00"), tick=False)


def act(client, action, *cases, **data):
    ticked = [f"{case.pk}:{case.version}" for case in cases]
    return client.post(BULK, {"action": action, "case": ticked, **data}, follow=True)


def test_ticked_cases_get_an_owner(desk):
    first, second, _other = (factories.make_case(name=name) for name in ("First", "Second", "Other"))
    page = act(desk, f"assign:{desk.user.pk}", first, second)
    assert "2 cases are done." in text_of(page)
    assert set(Case.objects.filter(owner=desk.user)) == {first, second}
    assert Event.objects.filter(kind="assigned").count() == 2
    first.refresh_from_db()
    act(desk, "assign:null", first)
    assert list(Case.objects.filter(owner=desk.user)) == [second]


@pytest.mark.parametrize(("choice", "opens"), [("snooze:1", "2027-06-08 09:00"), ("snooze:7", "2027-06-14 09:00")])
def test_ticked_cases_are_put_off(desk, clerk, ask, choice, opens):
    case = ask(start=None)
    services.record_call(case.pk, "no_answer", actor=clerk, expected_version=case.version)
    case.refresh_from_db()
    assert "1 case is done." in text_of(act(desk, choice, case))
    task = case.tasks.open().get()
    assert (task.kind, task.opens_at) == ("call", at(opens))
    assert task.due_at >= task.opens_at
    assert Event.objects.filter(kind="snoozed").count() == 1


def test_promise_is_not_put_off_past_its_time(desk, ask):
    case = ask(start=None)
    page = text_of(act(desk, "snooze:7", case))
    assert "1 case was left as it is. This cannot wait so long. Choose an earlier time." in page
    assert case.tasks.open().get().due_at == at("2027-06-07 13:00")


@pytest.mark.parametrize("outcome", ["duplicate", "not_a_request"])
def test_ticked_cases_are_closed(desk, outcome):
    cases = [factories.make_case(status=status) for status in ("new", "contacting", "quarantined")]
    act(desk, f"close:{outcome}", *cases)
    assert set(Case.objects.values_list("status", "outcome")) == {("closed", outcome)}


def test_ticked_cases_are_released_from_quarantine(desk):
    case = factories.make_case(status=Status.QUARANTINED)
    act(desk, "release", case)
    assert Case.objects.get().status == Status.NEW


def test_all_of_a_filtered_list_means_its_filters(desk, monkeypatch):
    for number in range(18):
        factories.make_case(name=f"Wanted {number}", status="contacting")
    factories.make_case(name="Other")
    page = act(desk, f"assign:{desk.user.pk}", all="on", status="contacting")
    assert Case.objects.filter(owner=desk.user, status="contacting").count() == 18
    assert Case.objects.filter(owner=None).get().name == "Other"
    assert page.request["QUERY_STRING"] == "status=contacting"


def test_all_of_a_searched_list_means_its_words_and_shows_it_again(desk):
    for name in ("Zoraida Quill", "Zoraida Park", "Peter Park"):
        factories.make_case(name=name)
    page = act(desk, f"assign:{desk.user.pk}", all="on", q="zoraida", ordering="name")
    assert set(Case.objects.filter(owner=None).values_list("name", flat=True)) == {"Peter Park"}
    assert page.redirect_chain == []
    assert listed(page) == ["Zoraida Park", "Zoraida Quill"]
    assert soup(page).select_one("#case-bulk [name=q]")["value"] == "zoraida"


def test_all_of_the_whole_list_is_refused(desk):
    factories.make_case()
    assert "Filter or search the list first." in text_of(act(desk, "close:not_a_request", all="on"))
    assert Case.objects.get().status == Status.NEW
    assert not soup(desk.get(LIST)).select("[name=all]")
    assert soup(desk.get(LIST, {"status": "new"})).select("[name=all]")


def test_more_than_the_limit_is_told(desk, monkeypatch):
    monkeypatch.setattr(case_list, "MAX_AT_ONCE", 2)
    monkeypatch.setattr("bookings.desk.bulk.MAX_AT_ONCE", 2)
    for _number in range(3):
        factories.make_case()
    page = text_of(act(desk, f"assign:{desk.user.pk}", all="on", status="new"))
    assert "2 cases are done." in page
    assert "At most 2 cases are handled at once." in page
    assert Case.objects.filter(owner=desk.user).count() == 2


def test_case_that_changed_meanwhile_is_left(desk, clerk):
    changed, same = factories.make_case(), factories.make_case()
    services.assign(changed.pk, clerk, actor=clerk, expected_version=changed.version)
    page = text_of(act(desk, f"assign:{desk.user.pk}", changed, same))
    assert "1 case is done." in page
    assert "1 case was left as it is. They were changed in the meantime." in page
    assert Case.objects.get(pk=changed.pk).owner == clerk


def test_refusal_says_why_and_stops_no_other(desk):
    quarantined, new = factories.make_case(status=Status.QUARANTINED), factories.make_case()
    page = text_of(act(desk, "release", new, quarantined))
    assert "1 case is done." in page
    assert "1 case was left as it is. This case is not in quarantine." in page


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"action": ""},
        {"action": "erase"},
        {"action": "close:completed"},
        {"action": "assign:999999"},
        {"action": "assign:"},
        {"action": "release", "case": ["x", "1", "1:1:1", "²:1", "9" * 30 + ":1", "-1:1", "\x00"]},
        {"action": "release", "case": ["999999:1"]},
        {"action": ["release", "close:duplicate"]},
        {"action": "release", "all": "on", "q": "\x00"},
        {"action": "release", "all": "on", "status": "junk"},
        {"action": "release", "all": "on", "visit_from": "junk"},
    ],
)
def test_junk_changes_nothing(desk, data):
    factories.make_case()
    assert desk.post(BULK, data, follow=True).status_code == 200
    assert Event.objects.count() == 1


def test_only_those_who_may_change_act_on_many(client, profile):
    case = factories.make_case()
    client.force_login(factories.make_user("clinician"))
    assert not soup(client.get(LIST)).select("#case-bulk, [name=case]")
    assert act(client, "close:duplicate", case).redirect_chain
    assert Case.objects.get().status == Status.NEW
    assert client.get(reverse("case:bulk")).status_code in (302, 405)


def test_owner_must_be_of_the_desk(desk):
    editor = factories.make_user("editor")
    act(desk, f"assign:{editor.pk}", factories.make_case())
    assert Case.objects.get().owner is None
