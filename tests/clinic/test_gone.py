"""Check which addresses say that they are gone for good, and when they say it no more."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from clinic.addresses.recording import forward
from clinic.models import Forwarding, GoneAddress, MissingAddress, TrashedPage
from clinic.undo import trash
from tests import factories
from tests.clinic.test_redirects import admin, bulk, delete, make_page, rename, unpublish  # noqa: F401

GONE = {"send_to": "", "is_gone": "on"}


@pytest.fixture
def page(home):
    return make_page("One")


def status(client, path):
    return client.get(path).status_code


def choose_gone(admin, dialog, page):  # noqa: F811
    paths = {
        "unpublish": f"pages/{page.pk}/unpublish/",
        "delete": f"pages/{page.pk}/delete/",
        "unpublish many": bulk("unpublish", page),
        "delete many": bulk("delete", page),
    }
    home_page = page.get_parent()
    # The chooser is filled in when the question is asked. The checkbox is the later word.
    admin(paths[dialog], GONE | {"send_to": home_page.pk, "include_descendants": "on"})


@pytest.mark.parametrize("dialog", ["unpublish", "delete", "unpublish many", "delete many"])
def test_removed_page_is_gone_at_every_old_address(client, admin, page, dialog):  # noqa: F811
    make_page("Child", page)
    rename(page, "two")
    choose_gone(admin, dialog, page)
    for path in ("/one/", "/two/", "/two", "/one/child/", "/two/child/", "/two/?utm=1"):
        assert status(client, path) == 410, path
    assert status(client, "/three/") == 404


def test_routes_of_a_removed_page_are_gone(client, admin, blog_index):  # noqa: F811
    choose_gone(admin, "unpublish", blog_index)
    for path in ("/blog/", "/blog/feed/"):
        assert status(client, path) == 410


def test_gone_page_looks_like_the_site(client, page):
    forward([page], None)
    unpublish(page)
    response = client.get("/one/")
    html = BeautifulSoup(response.content, "lxml")
    assert html.find("meta", {"name": "robots"})["content"] == "noindex"
    assert html.select_one("main form[role=search] input[name=q]")
    assert html.select_one("main a[href='/']")
    assert html.h1.text == "This page was removed"
    assert response.headers["Cache-Control"] == "no-cache"


def test_page_published_again_wins(client, page):
    forward([page], None)
    unpublish(page)
    rename(page, "one")
    assert status(client, "/one/") == 200
    unpublish(page)
    assert status(client, "/one/") == 302, "the choice was for the first time"


def test_new_page_at_a_gone_address_wins(client, page):
    forward([page], None)
    delete(page)
    assert GoneAddress.objects.get().path == "/one"
    new = make_page("New", live=False)
    rename(new, "one")
    assert status(client, "/one/") == 200
    assert status(client, "/one") == 301
    unpublish(new)
    assert status(client, "/one/") == 302


@pytest.mark.parametrize("was_live", [True, False])
def test_restored_page_is_not_gone(client, admin, page, was_live):  # noqa: F811
    child = make_page("Child", page)
    if not was_live:
        unpublish(page)
    choose_gone(admin, "delete", page)
    assert status(client, "/one/") == 410
    trashed = TrashedPage.objects.get()
    trash.restore(trashed, trashed.parent, trashed.slug, factories.make_user("admin"))
    assert status(client, "/one/") == (200 if was_live else 302)
    assert status(client, "/one/child/") == 200
    assert not Forwarding.objects.filter(page__in=[page, child]).exists()


def test_deleted_for_good_stays_gone(client, admin, page):  # noqa: F811
    make_page("Child", page)
    rename(page, "two")
    choose_gone(admin, "delete", page)
    trash.delete_for_good(TrashedPage.objects.get())
    for path in ("/one/", "/two/", "/one/child/", "/two/child/"):
        assert status(client, path) == 410
    assert not Redirect.objects.exists()


def test_page_that_sends_its_visitors_to_a_gone_one_is_gone(client, page):
    other = make_page("Other")
    forward([page], other)
    forward([other], None)
    unpublish(page)
    unpublish(other)
    assert status(client, "/one/") == 410
    delete(page)
    assert status(client, "/one/") == 410


def test_redirect_of_an_editor_beats_a_gone_page(client, page):
    GoneAddress.objects.create(path="/promo")
    assert status(client, "/promo/") == 410
    Redirect.add_redirect("/promo", page)
    assert client.get("/promo/").url == "/one/"
    assert not GoneAddress.objects.exists()


def test_redirect_to_a_gone_address_is_refused_and_gone(client, admin, page):  # noqa: F811
    GoneAddress.objects.create(path="/promo")
    answer = admin("redirects/add/", {"old_path": "/a/", "redirect_link": "/promo/", "is_permanent": "on"})
    assert "Visitors would find nothing there" in answer.content.decode()
    Redirect.objects.create(old_path="/a", redirect_link="/promo/")
    assert status(client, "/a/") == 410


# Added by hand


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("/old/", "/old"),
        ("old", "/old"),
        ("https://www.example.com/old.html?x=1", "/old.html?x=1"),
        ("/caf%C3%A9/", "/café"),
        ("/it%27s%2C/", "/it's,"),
        ("/%2Fold/", "/old"),
        ("/blog/category/nothing/", "/blog/category/nothing"),
    ],
)
def test_editor_adds_a_gone_address(client, home, typed, stored):
    client.force_login(factories.make_user("editor"))
    MissingAddress.objects.create(path="/old/", first_day="2026-01-01", last_day="2026-01-01")
    client.post("/admin/gone-addresses/new/", {"path": typed})
    assert GoneAddress.objects.get().path == stored
    assert MissingAddress.objects.get().state == ("handled" if stored == "/old" else "open")
    assert status(Client(), stored) == 410


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "This field is required"),
        ("/", "home page"),
        ("/one/", "Unpublish it first"),
        ("/search/", "The site itself uses this address"),
        ("/promo/", "Delete the redirect first"),
        ("/gone/", "in the list already"),
        ("/" + "a" * 300, "at most 255"),
    ],
)
def test_gone_address_that_is_no_use_is_refused(client, page, typed, reason):
    client.force_login(factories.make_user("editor"))
    Redirect.add_redirect("/promo", page)
    GoneAddress.objects.create(path="/gone")
    assert reason in client.post("/admin/gone-addresses/new/", {"path": typed}).content.decode()
    assert GoneAddress.objects.count() == 1


def test_moving_a_page_does_not_offer_that_it_is_gone(admin, page):  # noqa: F811
    other = make_page("Other")
    assert "gone for good" not in admin(f"pages/{page.pk}/move/{other.pk}/confirm/").content.decode()
    assert "gone for good" in admin(f"pages/{page.pk}/unpublish/").content.decode()
    assert Page.objects.filter(pk=page.pk, live=True).exists()
