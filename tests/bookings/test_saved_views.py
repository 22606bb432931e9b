"""Views of the list that users keep: filters and order under a name."""

import pytest

from bookings.desk import saved_views
from bookings.models import SavedView
from tests import factories
from tests.bookings.desk import LIST, listed, soup, text_of

VIEWS = "/admin/case/views/"


def save(client, name, **parameters):
    return client.post(VIEWS, {"name": name, **parameters}, follow=True)


def test_view_is_saved_and_shows_its_list(desk):
    factories.make_case(name="Wanted", status="contacting", owner=desk.user)
    factories.make_case(name="Other")
    page = save(desk, "My calls", status="contacting", owner=str(desk.user.pk), ordering="name")
    assert listed(page) == ["Wanted"]
    (link,) = soup(desk.get(LIST)).select(".desk-views__link")
    assert link.get_text() == "My calls"
    page = desk.get(link["href"])
    assert listed(page) == ["Wanted"]
    assert soup(page).select_one(".desk-views__link")["aria-current"] == "page"


def test_form_of_the_list_keeps_its_filters_and_no_words(desk):
    for number in range(2):
        factories.make_case(name=f"Zoraida Quill {number}")
    page = desk.post(LIST, {"q": "zoraida", "status": ["new", "closed"], "received_from": "2026-01-01", "p": "1"})
    form = soup(page).select_one(".desk-views__form")
    sent = [(field["name"], field.get("value")) for field in form.select("input")]
    assert [pair for pair in sent if pair[0] not in ("csrfmiddlewaretoken", "name")] == [
        ("status", "new"),
        ("status", "closed"),
        ("received_from", "2026-01-01"),
    ] or "zoraida" not in str(sent)
    assert "zoraida" not in str(form).lower()


def test_searched_words_are_never_saved(desk):
    save(desk, "Words", q="zoraida", status="new", p="3", export="csv", anything="zoraida", name_="zoraida")
    assert SavedView.objects.get().querystring == "status=new"


def test_same_name_replaces_the_view(desk):
    save(desk, "Calls", status="new")
    save(desk, "Calls", status="closed")
    assert SavedView.objects.get().querystring == "status=closed"


def test_views_are_each_users_own(desk, client):
    save(desk, "Calls", status="new")
    view, other = SavedView.objects.get(), factories.make_user("manager")
    client.force_login(other)
    assert not soup(client.get(LIST)).select(".desk-views__link")
    client.post(VIEWS, {"remove": view.pk})
    assert SavedView.objects.get() == view


def test_view_is_removed(desk):
    save(desk, "Calls", status="new")
    desk.post(VIEWS, {"remove": SavedView.objects.get().pk})
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", " ", "\u200b", "x" * 41, "\x00"])
def test_view_needs_a_name(desk, name):
    assert "Give the view a name" in text_of(save(desk, name, status="new"), "body")
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("value", ["<script>alert(1)</script>", "Ä ö 李", "a&b=c", "'\"", "%s", "Calls\r\nX: y"])
def test_hostile_name_is_text(desk, value):
    page = save(desk, value, status="new")
    assert soup(page).select_one(".desk-views__link").get_text() == " ".join(value.split())


@pytest.mark.parametrize("value", ["", "x", "-1", "9" * 30, "²", "\x00"])
def test_junk_removes_nothing(desk, value):
    save(desk, "Calls", status="new")
    desk.post(VIEWS, {"remove": value})
    assert SavedView.objects.exists()


def test_too_many_filters_are_refused_in_words(desk):
    page = save(desk, "Long", status=["closed" * 20] * 10)
    assert "too many filters" in text_of(page, "body")


def test_views_are_limited(desk, monkeypatch):
    monkeypatch.setattr(saved_views, "MAX_VIEWS", 2)
    for name in ("One", "Two", "Three"):
        page = save(desk, name)
    assert "You have 2 views already." in text_of(page, "body")
    assert SavedView.objects.count() == 2


@pytest.mark.parametrize(("role", "is_saved"), [("clinician", True), ("manager", True), ("editor", False), ("", False)])
def test_those_who_see_cases_may_save_views(client, profile, role, is_saved):
    client.force_login(factories.make_user(role))
    client.post(VIEWS, {"name": "Calls", "status": "new"})
    assert SavedView.objects.exists() == is_saved
