"""Test what visitors and staff see while the database is away."""

import pytest
from django.db import InterfaceError, InternalError, OperationalError, ProgrammingError

from clinic.site import outage, views
from tests import factories
from tests.broken import no_database

PATHS = [
    "/",
    "/treatments/",
    "/no-such-page/",
    "/search/?q=peel",
    "/hours.json",
    "/hours.ics",
    "/sitemap.xml",
    "/admin/",
]
PHONE = "(949) 555-0100"


@pytest.fixture
def visitor(client, profile, treatment_index):
    profile.phone = PHONE
    profile.save()
    factories.opening_hours()
    assert client.get("/").status_code == 200
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("path", PATHS)
def test_page_says_503_with_the_phone(visitor, path):
    visitor.force_login(factories.make_user("frontdesk"))
    with no_database():
        response = visitor.get(path)
    assert response.status_code == 503
    assert PHONE in response.text
    assert "OC Beauty" in response.text
    assert response["Retry-After"] == "30"
    assert "zoe" not in response.text.lower()


@pytest.mark.parametrize("path", PATHS)
def test_page_comes_back_by_itself(visitor, path):
    with no_database():
        visitor.get(path)
    assert visitor.get(path).status_code in (200, 302, 404)


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, InternalError])
def test_each_way_of_being_away_is_503(visitor, error):
    with no_database(error):
        assert visitor.get("/").status_code == 503


def test_mistake_in_the_code_is_500(visitor):
    with no_database(ProgrammingError):
        response = visitor.get("/")
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text
    assert PHONE in response.text


def test_action_of_the_desk_says_look_first(visitor):
    case = factories.make_case()
    visitor.force_login(factories.make_user("frontdesk"))
    with no_database():
        response = visitor.post(f"/admin/case/{case.pk}/", {"note": "Call back"})
    assert response.status_code == 503
    assert "Check whether it was saved" in response.text


def test_error_page_asks_the_database_once(visitor):
    with no_database() as queries:
        visitor.get("/")
    assert len(queries) == 1


def test_broken_error_page_is_still_a_page(visitor, monkeypatch):
    def fail(*args, **kwargs):
        raise ValueError

    monkeypatch.setattr(views, "render_without_database", fail)
    with no_database():
        response = visitor.get("/")
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text


def test_site_without_last_known_context_has_an_error_page(visitor, monkeypatch):
    monkeypatch.setattr(outage, "get_last_known", lambda: None)
    with no_database():
        response = visitor.get("/")
    assert response.status_code == 503
    assert "OC Beauty" in response.text
