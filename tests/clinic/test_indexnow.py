"""Check which addresses search engines are told of, and what becomes of every answer."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from clinic.indexnow import queue, sending
from clinic.models import IndexNow, IndexNowLog, QueuedAddress, TrashedPage
from clinic.undo import trash
from tests import factories
from tests.clinic.test_redirects import commit, delete, make_page, move, rename, unpublish

KEY = "abcdef0123456789"
ROOT = "http://localhost"


@pytest.fixture
def key(home):
    IndexNow.objects.create(site=Site.objects.get(), key=KEY)


@pytest.fixture
def page(home):
    return make_page("One")


class Sink(BaseHTTPRequestHandler):
    """Answer like the search engines, with the answers that a test has prepared."""

    answers: list = []
    requests: list = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.requests.append(json.loads(body))
        status, headers = self.answers.pop(0) if self.answers else (200, {})
        if status == "hang up":
            self.connection.close()
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def sink(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    Sink.answers, Sink.requests = [], []
    settings.INDEXNOW_URL = f"http://127.0.0.1:{server.server_port}/indexnow"
    yield Sink
    server.shutdown()
    server.server_close()
    thread.join()


def waiting():
    return sorted(QueuedAddress.objects.values_list("url", flat=True))


def put(*paths, **fields):
    return [QueuedAddress.objects.create(url=f"{ROOT}{path}", **fields) for path in paths]


# What is queued


def test_nothing_is_queued_without_a_key(page):
    rename(page, "two")
    unpublish(page)
    assert not QueuedAddress.objects.exists()


def test_publishing_and_unpublishing_queue_the_address_once(key, page):
    rename(page, "one")
    rename(page, "one")
    assert waiting() == [f"{ROOT}/one/"]
    QueuedAddress.objects.all().delete()
    unpublish(page)
    assert waiting() == [f"{ROOT}/one/"]


def test_new_slug_queues_old_and_new_addresses_of_the_branch(key, page):
    make_page("Child", page)
    rename(page, "two")
    assert waiting() == [f"{ROOT}{path}" for path in ("/one/", "/one/child/", "/two/", "/two/child/")]


def test_moving_queues_old_and_new_addresses_of_the_branch(key, page):
    make_page("Child", page)
    other = make_page("Other")
    QueuedAddress.objects.all().delete()
    move(page, other)
    assert waiting() == [f"{ROOT}{path}" for path in ("/one/", "/one/child/", "/other/one/", "/other/one/child/")]


def test_deleted_and_restored_pages_are_queued(key, page):
    make_page("Child", page)
    user = factories.make_user("admin")
    with commit(execute=True):
        trash.move_to_trash(page, user)
    assert waiting() == [f"{ROOT}/one/", f"{ROOT}/one/child/"]
    QueuedAddress.objects.all().delete()
    trashed = TrashedPage.objects.get()
    with commit(execute=True):
        trash.restore(trashed, trashed.parent, trashed.slug, user)
    assert waiting() == [f"{ROOT}/one/", f"{ROOT}/one/child/"]
    delete(page)
    assert QueuedAddress.objects.filter(page=None).count() == 2


@pytest.mark.parametrize("why", ["private", "below a private page", "hidden", "draft"])
def test_pages_that_are_not_for_search_engines_are_never_queued(key, page, why):
    child = make_page("Child", page, live=why != "draft")
    if why == "draft":
        with commit(execute=True):
            child.save_revision()
    else:
        if why == "hidden":
            child.noindex = True
            child.save()
        else:
            (page if why.startswith("below") else child).view_restrictions.create(restriction_type="login")
        rename(child, "kid")
        unpublish(child)
    assert not [url for url in waiting() if "child" in url or "kid" in url]


def test_aliases_are_never_queued(key, page, home):
    alias = page.create_alias(parent=home, update_slug="again")
    make_page("Below", alias)
    rename(page, "two")
    assert waiting() == [f"{ROOT}/one/", f"{ROOT}/two/"]
    QueuedAddress.objects.all().delete()
    move(alias, make_page("Other"))
    assert waiting() == [f"{ROOT}/again/below/", f"{ROOT}/other/again/below/"]


def test_editor_waits_for_one_query_while_it_is_off(page, django_assert_num_queries):
    with django_assert_num_queries(1):
        queue.queue_published(page)


# What is sent


def test_batch_is_sent_with_the_key(key, sink):
    put("/a/", "/b/")
    assert sending.send_due()
    assert sink.requests == [
        {"host": "localhost", "key": KEY, "keyLocation": f"{ROOT}/{KEY}.txt", "urlList": [f"{ROOT}/a/", f"{ROOT}/b/"]}
    ]
    assert not QueuedAddress.objects.exists()
    assert (IndexNowLog.get().sent_count, IndexNowLog.get().error) == (2, "")
    assert not sending.send_due()
    assert len(sink.requests) == 1


def test_batches_have_at_most_10000_addresses(key, sink, monkeypatch):
    monkeypatch.setattr(sending, "MAX_BATCH", 2)
    put("/a/", "/b/", "/c/")
    while sending.send_due():
        pass
    assert [len(request["urlList"]) for request in sink.requests] == [2, 1]


def test_page_that_became_private_or_hidden_is_not_sent(key, sink, page):
    hidden, private, gone = make_page("Hidden", noindex=True), make_page("Private"), make_page("Gone", live=False)
    private.view_restrictions.create(restriction_type="login")
    put("/hidden/", page=hidden)
    put("/private/", page=private)
    put("/gone/", page=gone)
    put("/one/", page=page)
    sending.send_due()
    assert sink.requests[0]["urlList"] == [f"{ROOT}/gone/", f"{ROOT}/one/"]
    assert not QueuedAddress.objects.exists()


@pytest.mark.parametrize(
    ("answer", "minutes", "words"),
    [
        ((403, {}), 1, "did not find the key"),
        ((429, {}), 1, "asks to wait"),
        ((429, {"Retry-After": "600"}), 10, "asks to wait"),
        ((429, {"Retry-After": "99999999"}), 1440, "asks to wait"),
        ((429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), 1, "asks to wait"),
        ((500, {}), 1, "with an error (500)"),
        ((301, {"Location": "http://127.0.0.1:1/"}), 1, "with an error (301)"),
        (("hang up", {}), 1, "did not answer"),
        ((400, {}), None, "could not read"),
        ((422, {}), None, "do not belong to this site"),
    ],
)
def test_answers_that_refuse_are_tried_later_or_given_up(key, sink, time_machine, answer, minutes, words):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    put("/a/")
    put("/b/", due_at=now + timedelta(seconds=20))
    sink.answers = [answer]
    assert not sending.send_due()
    assert words in IndexNowLog.get().error
    if minutes is None:
        assert waiting() == [f"{ROOT}/b/"]
        return
    later = now + timedelta(minutes=minutes)
    assert set(QueuedAddress.objects.values_list("due_at", flat=True)) == {later}, "the whole queue waits"
    assert not sending.send_due()
    time_machine.move_to(later, tick=False)
    assert sending.send_due()
    assert IndexNowLog.get().error == ""


def test_search_engine_that_is_away_is_given_up_at_last(key, settings, time_machine):
    settings.INDEXNOW_URL = "http://127.0.0.1:9/"  # nobody listens there
    put("/a/")
    now = timezone.now()
    for wait in (timedelta(0), *sending.BACK_OFF):
        assert QueuedAddress.objects.exists()
        now += wait
        time_machine.move_to(now, tick=False)
        sending.send_due()
    assert not QueuedAddress.objects.exists()
    assert "not sent again" in IndexNowLog.get().error


def test_slow_search_engine_is_left(monkeypatch):
    def post(*args, timeout, **kwargs):
        assert timeout == (3, 10)
        raise sending.requests.Timeout

    monkeypatch.setattr(sending.requests, "post", post)
    assert "Timeout" in sending.post(ROOT, KEY, []).error


def test_page_published_while_it_is_sent_is_sent_again(key, sink, monkeypatch):
    (row,) = put("/a/")

    def publish_meanwhile(*args):
        queue.save([QueuedAddress(url=row.url, queued_at=timezone.now() + timedelta(seconds=1))])
        return sending.Answer()

    monkeypatch.setattr(sending, "post", publish_meanwhile)
    sending.send_due()
    assert waiting() == [row.url]
    assert QueuedAddress.objects.get().attempts == 0


def test_queue_is_emptied_when_it_is_switched_off(home, sink):
    put("/a/")
    assert not sending.send_due()
    assert not QueuedAddress.objects.exists()
    assert not sink.requests


def test_addresses_of_an_earlier_host_are_dropped(key, sink):
    put("/a/")
    for root in ("http://old.example", "https://localhost", "http://localhost:81", "http://localhost.example"):
        QueuedAddress.objects.create(url=f"{root}/a/")
    sending.send_due()
    assert [request["urlList"] for request in sink.requests] == [[f"{ROOT}/a/"]]
    assert not QueuedAddress.objects.exists()


def test_clock_that_was_set_back_delays_nothing(key, sink):
    put("/a/", due_at=timezone.now() + timedelta(days=3))
    assert sending.send_due()


# The key and the admin


def test_key_file_is_served_and_nothing_else(client, key):
    response = client.get(f"/{KEY}.txt")
    assert (response.content.decode(), response.headers["Content-Type"]) == (KEY, "text/plain; charset=utf-8")
    for path in ("/abcdefgh.txt", f"/{KEY}x.txt", "/old-readme.txt"):
        assert client.get(path).status_code == 404
    assert client.get("/robots.txt").status_code == 200


@pytest.mark.parametrize("role", ["editor", "manager", "frontdesk", "clinician"])
def test_only_editors_and_managers_switch_it(home, role):
    client = Client()
    client.force_login(factories.make_user(role))
    address = reverse("indexnow")
    may = role in ("editor", "manager")
    assert (client.get(address).status_code == 200) == may
    client.post(address, {"action": "on"})
    assert IndexNow.objects.exclude(key="").exists() == may
    if may:
        put("/a/", due_at=timezone.now() + timedelta(hours=1))
        IndexNowLog.objects.create(pk=1, error="<b>Away</b>", failed_at=timezone.now())
        html = client.get(address).content.decode()
        assert f"{ROOT}/a/" in html
        assert "&lt;b&gt;Away" in html
        client.post(address, {"action": "retry"})
        assert QueuedAddress.objects.filter(due_at__lte=timezone.now()).exists()
        client.post(address, {"action": "off"})
        assert not IndexNow.objects.exclude(key="").exists()
        assert IndexNow.objects.get().revisions.count() == 2
    client.post(address, {"action": "nonsense"})


@pytest.mark.parametrize("typed", ["short", "has space in it", "ümläute-ümläute", "a" * 129, "../../etc/passwd"])
def test_key_that_breaks_the_protocol_is_refused(home, typed):
    client = Client()
    client.force_login(factories.make_user("editor"))
    response = client.post(f"/admin/settings/clinic/indexnow/{Site.objects.get().pk}/", {"key": typed})
    assert response.status_code == 200
    assert not IndexNow.objects.exclude(key="").exists()
