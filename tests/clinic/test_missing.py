"""Check what the log of missing addresses keeps, and that it keeps no secret and nothing about persons."""

import sqlite3
import time
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, connection
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect

from bookings import urls as booking_urls
from clinic.addresses import missing
from clinic.models import MissingAddress
from clinic.triage.recording import record_without_waiting
from tests import factories

TODAY = date(2026, 11, 30)


def add(path="/old/", **fields):
    return MissingAddress.objects.create(path=path, **{"first_day": TODAY, "last_day": TODAY, "times": 1, **fields})


def test_missing_address_is_counted(client, profile):
    for _time in range(2):
        assert client.get("/old/page/?utm=1&name=ana", HTTP_REFERER="https://www.example.org/x?y=z").status_code == 404
    row = MissingAddress.objects.get()
    today = profile.today(timezone.now())
    assert (row.path, row.times, row.first_day, row.last_day) == ("/old/page/", 2, today, today)
    assert row.referrer == "www.example.org"


def test_page_rendered_ahead_is_no_visit(client, profile):
    assert client.get("/old/", headers={"Sec-Purpose": "prefetch;prerender"}).status_code == 404
    assert not MissingAddress.objects.exists()


def test_only_what_stays_missing_is_counted(client, profile):
    page = factories.make_treatment("Lip fillers")
    Redirect.add_redirect("/promo", page)
    for path in ("/promo/", "/promo", "/treatments/lip-fillers", "/treatments/lip-fillers/", "/"):
        client.get(path)
    client.head("/old/")
    client.post("/old/")
    assert not MissingAddress.objects.exists()
    client.get("/old")
    client.get("/old/")
    client.get("/old.html")
    assert sorted(MissingAddress.objects.values_list("path", "times")) == [("/old.html", 1), ("/old/", 1)]


TOKEN = "WyJLN1FNM0YyUCIsMV0:1vLQk5:kY2Ct8Hk0i8kP9"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/old/", "/old/"),
        ("/About Us.html", "/About Us.html"),
        ("/2019/05/12/lip-fillers/", "/2019/05/12/lip-fillers/"),
        ("/news-2019-05-12/", "/news-2019-05-12/"),
        ("/10-things-to-know-before-your-1st-botox-visit-in-2024/", None),
        ("/wp-content/uploads/2019/price-list.pdf", None),
        ("/documents/12/price-list.pdf", None),
        ("/feed.xml", None),
        ("/café/", None),
        ("/<script>/", None),
        ("/" + "long/" * 100, ("/" + "long/" * 100)[:255]),
        ("/hello/ana.lima@example.com/", "/hello/…@…/"),
        ("/hello/ana%40example.com/", "/hello/…@…/"),
        ("/call/949-555-0123/", "/call/…/"),
        ("/call/2019-05-12/949.555.0123", "/call/2019-05-12/…"),
        ("/hello/ana＠example.com", "/hello/…@…"),
        ("/hello/ana%2540example.com/", "/hello/…@…/"),
        ("/hello/ana%252540example.com/", "/hello/…@…/"),
        ("/hello/ana%20@%20example.com/", "/hello/…@…/"),
        ("/hello/ana%20at%20example.com/", ""),
        ("/ana-at-hotmail-dot-com", ""),
        ("/look-at-us.html", None),
        ("/dial/949/555/0123/", "/dial/…/"),
        ("/949—555—0123", "/…"),
        ("/949*555*0123", "/…"),
        ("/dial/949 (555) - 0123/", "/dial/…/"),
        ("/x-949....555....0123", "/x-…"),
        ("/dial/949, then 555, then 0123", "/dial/…"),
        ("/dial/949x555x0123", "/dial/…"),
        ("/contact/ana at example com", ""),
        ("/contact/born 3/4/1980", ""),
        ("/contact/march 4 1980", ""),
        ("/contact/march+4+1980", ""),
        ("/born/3/4/1980/", ""),
        ("/x/12/31/1980/", ""),
        ("/contact/mrn%2012345", ""),
        ("/patient-id-123/", ""),
        ("/contact/123 main street", ""),
        ("/blog/born-beautiful/", None),
        ("/botox 50 units", None),
        ("/botox at irvine ca", None),
        ("/blog/05-03-2019-news/", None),
        ("/wp-content/uploads/2020/11/lips-150x150-1.jpg", None),
        ("/2019/05/12/3-myths/", None),
        ("/wp-content/uploads/2019/05/1234-lips.jpg", None),
        ("/2019/2020/", None),
        ("/reset/abcdefghijklmnop", ""),
        ("/newsletter/unsubscribe/en/qwertzuiopas/", ""),
        ("/authors/hyperpigmentation/", None),
        ("/confirm/thank-you-for-coming/", None),
        ("/blog/hyperpigmentation-explained/", None),
        ("/", ""),
        ("//", ""),
        (f"/consultation/visit/{TOKEN}/", ""),
        (f"/consultation/visit/{TOKEN}/nonsense/", ""),
        (f"/x/Consultation/Visit/{TOKEN[:12]}", ""),
        (f"/visit/{TOKEN}", ""),
        (f"/visit/{TOKEN.partition(':')[0]}/", ""),
        ("/account/password/reset/key/MQ-abc/", ""),
        ("/reset/MQ-c9z7xk-0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e", ""),
        ("/file/123e4567-e89b-12d3-a456-426614174000", ""),
        ("/admin/nothing/", ""),
        ("/media/images/a.jpg", ""),
        ("/static/a.css", ""),
        ("/wp-login.php", ""),
        ("/blog/wp-admin/setup", ""),
        ("/.env", ""),
        ("/.git/config", ""),
        ("/backup.sql", ""),
        ("/index.php?x=1", ""),
        ("/cgi-bin/test", ""),
        ("/apple-touch-icon-120x120.png", ""),
    ],
)
def test_addresses_are_cut_redacted_or_left_out(path, kept):
    assert missing.clean_path(path.partition("?")[0]) == (path if kept is None else kept)


def test_every_address_of_a_patient_is_left_out():
    for pattern in booking_urls.urlpatterns:
        address = f"/consultation/{str(pattern.pattern).replace('<str:token>', 'short')}"
        assert missing.clean_path(address) == "", address


@pytest.mark.parametrize(
    ("referrer", "kept"),
    [
        ("http://testserver/blog/post/?q=ana", "/blog/post/"),
        ("http://testserver/", "/"),
        ("http://testserver", "/"),
        (f"http://testserver/consultation/visit/{TOKEN}/", ""),
        ("https://Search.Example.com/find?q=ana+lima", "search.example.com"),
        ("https://user:pass@example.com/", "example.com"),
        ("android-app://com.example/", ""),
        ("javascript:alert(1)", ""),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_referrer_is_a_host_or_a_path_of_ours(rf, referrer, kept):
    assert missing.limit_referrer(rf.get("/old/", HTTP_REFERER=referrer)) == kept


def test_page_of_ours_with_a_broken_link_is_remembered(db):
    for referrer, kept in (
        ("a.example", "a.example"),
        ("", "a.example"),
        ("/blog/", "/blog/"),
        ("b.example", "/blog/"),
    ):
        missing.record("/old/", referrer, TODAY)
        assert MissingAddress.objects.get().referrer == kept


def test_rarest_and_oldest_go_first_when_full(db, monkeypatch):
    monkeypatch.setattr(missing, "MAX_ROWS", 4)
    monkeypatch.setattr(missing, "DROPPED_AT_ONCE", 2)
    add("/often/", times=9)
    add("/ignored/", state="ignored")
    add("/old/", last_day=TODAY - timedelta(days=9))
    add("/new/")
    missing.record("/next/", "", TODAY)
    assert sorted(MissingAddress.objects.values_list("path", flat=True)) == ["/ignored/", "/next/", "/often/"]
    MissingAddress.objects.update(state="ignored")
    add("/one/", state="ignored")
    missing.record("/last/", "", TODAY)
    assert MissingAddress.objects.count() == 3


def test_addresses_of_one_network_are_bounded(client, profile):
    factories.use_up(missing.ADDRESSES_PER_NETWORK, "203.0.113.9")
    client.get("/old/", REMOTE_ADDR="203.0.113.9")
    assert not MissingAddress.objects.exists()


def test_failure_to_write_leaves_the_answer(client, profile, monkeypatch):
    def fail(*args):
        raise DatabaseError

    monkeypatch.setattr(missing, "record", fail)
    assert client.get("/old/").status_code == 404


def test_visitor_has_the_answer_before_it_is_counted(profile, rf):
    request = rf.get("/old/")
    request.network = ""
    response = SimpleNamespace(_resource_closers=[])
    missing.record_when_sent(request, response)
    assert not MissingAddress.objects.exists()
    response._resource_closers[0]()
    assert MissingAddress.objects.exists()


def test_rows_are_deleted_after_13_months(db):
    now = timezone.now().date()
    add("/a/", last_day=now - timedelta(days=397))
    add("/b/", last_day=now - timedelta(days=395))
    missing.purge()
    assert MissingAddress.objects.get().path == "/b/"


def test_handled_address_that_is_missing_later_is_open_again(db):
    add(state="handled", handled_on=TODAY)
    missing.record("/old/", "", TODAY)
    assert MissingAddress.objects.get().state == "handled"
    missing.record("/old/", "", TODAY + timedelta(days=1))
    assert MissingAddress.objects.get().state == "open"


def test_board_gets_the_most_frequent_addresses_in_one_query(db, django_assert_num_queries):
    for path, times in {"/a/": 1, "/b/": 3, "/c/": 2}.items():
        add(path, times=times)
    add("/d/", times=9, state="ignored")
    with django_assert_num_queries(2):
        assert [row.path for row in missing.list_open()[:2]] == ["/b/", "/c/"]
        assert missing.list_open().count() == 3


@pytest.mark.parametrize(
    ("path", "words"),
    [("/2019/lip-fillers.html", "lip fillers"), ("/a/botox_for_men/", "botox for men"), ("/2019/05/", "05")],
)
def test_words_for_a_keyword_come_from_the_last_part(path, words):
    assert MissingAddress(path=path).get_keyword_words() == words


# The list


@pytest.mark.parametrize("role", ["editor", "manager", "frontdesk", "clinician"])
def test_only_editors_and_managers_see_and_change_the_list(client, home, role):
    row = add("/<b>old</b>/")
    client.force_login(factories.make_user(role))
    response = client.get("/admin/missing-addresses/?state=open&q=old")
    client.post(f"/admin/missing-addresses/{row.pk}/state/", {"state": "handled"})
    row.refresh_from_db()
    may = role in ("editor", "manager")
    assert row.state == ("handled" if may else "open")
    assert (response.status_code == 200) == may
    assert "<b>old" not in response.content.decode()


def test_line_leads_to_a_redirect_with_the_address(client, home):
    row = add("/old page/?&")
    client.force_login(factories.make_user("editor"))
    page = BeautifulSoup(client.get("/admin/missing-addresses/").content, "lxml")
    form = BeautifulSoup(client.get(page.select_one(".clinic-triage a")["href"]).content, "lxml")
    assert form.select_one("[name=old_path]")["value"] == row.path


@pytest.mark.parametrize("asked", ["/old", "/old/"])
def test_redirect_settles_the_address(client, home, asked):
    row = add(asked)
    client.force_login(factories.make_user("editor"))
    client.post("/admin/redirects/add/", {"old_path": "/old/", "redirect_link": "/search/", "is_permanent": "on"})
    row.refresh_from_db()
    assert row.state == "handled"


def test_make_a_keyword_is_offered(client, home):
    add("/old/lip-fillers.html")
    client.force_login(factories.make_user("editor"))
    page = BeautifulSoup(client.get("/admin/missing-addresses/").content, "lxml")
    form = page.select_one(".clinic-triage form[action='/admin/keywords/from-words/']")
    assert form.select_one("[name=words]")["value"] == "lip fillers"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_count_gives_up_soon_while_others_write():
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        (before,) = cursor.fetchone()
    other, began = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None), time.monotonic()
    other.execute("BEGIN IMMEDIATE")
    record_without_waiting("An address", lambda: missing.record("/old/", "", TODAY))
    assert time.monotonic() - began < 3
    other.execute("ROLLBACK")
    other.close()
    assert not MissingAddress.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (before,)
