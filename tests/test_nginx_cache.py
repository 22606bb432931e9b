"""Test that nginx keeps pages as deploy/nginx.conf says, in front of a server that says when its page changes."""

import itertools
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from clinic.caching.pages import ACCEL, CACHE_CONTROL, OTHERS
from tests.proxy import ACCEPTED, CONFIGURATION, NGINX, Proxy

pytestmark = pytest.mark.skipif(not NGINX, reason="nginx is not installed")

LONG = 10.0  # seconds


class Pages(BaseHTTPRequestHandler):
    """Answer as the site does.

    The server has ``text``, ``status``, ``delay``, ``allowed``, ``gone`` and what was ``asked``. It waits for ``gate``.
    """

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        site = self.server
        encoding = self.headers.get("Accept-Encoding", "")
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        site.asked.append((self.path, self.headers.get("If-None-Match"), encoding))
        text, tag = site.text, f'W/"{site.text}"'
        if site.gone:
            self.send_response(404)
            self.send_header(ACCEL, f"@{int(time.time())}")
            self.send_header("Cache-Control", "no-store, private")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        time.sleep(site.delay)
        site.gate.wait(LONG)
        has_it = self.headers.get("If-None-Match") == tag and site.status == 200
        body = b"" if has_it else f"{text} {encoding or 'plain'}".encode()
        self.send_response(304 if has_it else site.status)
        if site.status == 200:
            self.send_header("Cache-Control", CACHE_CONTROL)
            self.send_header(ACCEL, f"@{int(time.time())}" if site.allowed else "0")
            self.send_header("ETag", tag)
            self.send_header("Vary", "Accept-Encoding")
        if encoding and not has_it:
            self.send_header("Content-Encoding", encoding)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_POST = do_HEAD = do_GET

    def log_message(self, *args):
        pass


@pytest.fixture
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.text, server.status, server.delay, server.allowed, server.gone = "one", 200, 0, True, False
    server.asked, server.gate = [], threading.Event()
    server.gate.set()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def proxy(site, tmp_path):
    (tmp_path / "log").mkdir()
    with Proxy(tmp_path, site.server_port).running() as running:
        yield running


def wait_for_the_next_second():
    """Wait until what was kept so far has to be asked for again, and leave most of a second for the test."""
    time.sleep(1.02 - time.time() % 1)


def within_a_second(site, job):
    """Return what ``job`` returns when all of it fell into the same second.

    ``site.asked`` is what was asked in that second. A busy machine may need several attempts.
    """
    for _attempt in range(10):
        wait_for_the_next_second()
        site.asked.clear()
        second = int(time.time())
        answer = job()
        if int(time.time()) == second:
            return answer
    pytest.fail("The machine is too busy.")


def test_page_is_asked_for_once_a_second(site, proxy):
    def ask_five_times(path):
        return [proxy.ask(path).text for _time in range(5)]

    new_paths = map("/{}/".format, itertools.count())
    assert within_a_second(site, lambda: ask_five_times(next(new_paths))) == ["one plain"] * 5
    assert [tag for _path, tag, _encoding in site.asked] == [None]
    proxy.ask("/")
    assert within_a_second(site, lambda: ask_five_times("/")) == ["one plain"] * 5
    assert site.asked == [("/", 'W/"one"', "")]  # answered from the version alone


def test_change_is_seen_within_a_second(site, proxy):
    proxy.ask("/")
    site.text = "two"
    changed = asked_at = time.time()
    while proxy.ask("/").text != "two plain":
        assert asked_at - changed < 1.05
        time.sleep(0.01)
        asked_at = time.time()


def test_first_visitor_after_a_quiet_time_gets_the_new_page(site, proxy):
    proxy.ask("/")
    site.text = "two"
    wait_for_the_next_second()
    wait_for_the_next_second()
    assert proxy.ask("/").text == "two plain"


def test_visitors_who_come_meanwhile_wait_for_no_rendering(site, proxy):
    wait_for_the_next_second()
    proxy.ask("/")
    wait_for_the_next_second()
    site.gate.clear()
    first = threading.Thread(target=proxy.ask, args=["/"])
    first.start()
    start = time.monotonic()
    while len(site.asked) < 2 and time.monotonic() < start + LONG:
        time.sleep(0.01)
    start = time.monotonic()
    assert proxy.ask("/").text == "one plain"
    assert time.monotonic() - start < LONG / 2
    site.gate.set()
    first.join()
    assert len(site.asked) == 2


@pytest.mark.parametrize(("path", "allowed"), [("/", True), ("/nothing/", False), ("/consultation/", False)])
def test_no_visitor_waits_for_another_ones_answer(site, proxy, path, allowed):
    site.delay, site.allowed = 0.1, allowed
    with ThreadPoolExecutor(12) as visitors:
        started = time.monotonic()
        list(visitors.map(proxy.ask, [path] * 12))
        assert time.monotonic() - started < 2  # with a lock, each waits half a second for the one before


@pytest.mark.parametrize("path", ["/br", "/gzip", "/blog/gzip"])
def test_address_that_ends_like_an_encoding_is_another_page(site, proxy, path):
    plain = path.removesuffix("gzip").removesuffix("br")
    for accepted in ("br", "gzip"):
        proxy.ask(plain, Accept_Encoding=accepted)
    assert proxy.ask(path).headers["Content-Encoding"] is None


def test_page_that_is_gone_stays_gone_while_the_site_is_away(site, tmp_path):
    (tmp_path / "log").mkdir()
    with Proxy(tmp_path, site.server_port).running() as proxy:
        assert proxy.ask("/").status == 200
        wait_for_the_next_second()
        site.gone = True
        assert proxy.ask("/").status in (200, 404)  # the page may be shown once more while nginx asks
        wait_for_the_next_second()
        assert proxy.ask("/").status == 404
        site.shutdown()
        site.server_close()
        wait_for_the_next_second()
        wait_for_the_next_second()
        assert proxy.ask("/").status in (404, 503)


def test_proxy_keeps_nothing_where_the_site_looks_at_no_version():
    shown = re.search(r"location ~ \^/\(([\w|]+)\)\(/\|\$\)", CONFIGURATION.read_text())[1]
    others = re.match(r"/\(([\w|]+)\)", OTHERS.pattern)[1]
    assert set(others.split("|")) == {*shown.split("|"), "media", "static"}  # which have locations of their own


def test_text_while_the_site_is_away_is_text_at_each_address(site, tmp_path):
    (tmp_path / "log").mkdir()
    site.shutdown()
    site.server_close()
    with Proxy(tmp_path, site.server_port).running() as proxy:
        for path in ("/hours.json", "/documents/1/a.pdf", "/favicon.ico", "/nothing/"):
            answer = proxy.ask(path)
            assert (answer.status, answer.headers["Content-Type"]) == (503, "text/plain; charset=utf-8")


def test_compressed_pages_are_kept_beside_the_plain_one(site, proxy):
    def ask_for_all():
        return {accepted: proxy.ask("/", Accept_Encoding=accepted) for accepted in itertools.chain(*ACCEPTED.values())}

    answers = within_a_second(site, ask_for_all)
    for encoding, all_accepted in ACCEPTED.items():
        for accepted in all_accepted:
            answer = answers[accepted]
            assert (answer.text, answer.headers["Content-Encoding"]) == (f"one {encoding or 'plain'}", encoding)
            assert answer.headers["Vary"] == "Accept-Encoding"
    assert len(site.asked) == len(ACCEPTED)


def test_visitor_who_has_the_page_gets_no_body(site, proxy):
    tag = proxy.ask("/").headers["ETag"]
    assert proxy.ask("/", If_None_Match=tag).status == 304
    assert proxy.ask("/", If_None_Match='W/"other"').status == 200


@pytest.mark.parametrize("cookie", ["sessionid=abc", "a=b; sessionid=abc", "messages=x"])
def test_who_signed_in_asks_the_site(site, proxy, cookie):
    proxy.ask("/")
    site.text, site.allowed = "theirs", False
    assert proxy.ask("/", Cookie=cookie).text == "theirs plain"
    site.text = "again theirs"
    assert proxy.ask("/", Cookie=cookie).text == "again theirs plain"
    site.text, site.allowed = "everybody's", True
    assert proxy.ask("/").text in ("one plain", "everybody's plain")


def test_page_of_one_visitor_is_kept_for_nobody(site, proxy):
    wait_for_the_next_second()
    site.text = "theirs"
    assert proxy.ask("/", Cookie="sessionid=abc").text == "theirs plain"
    site.text = "everybody's"
    assert proxy.ask("/").text == "everybody's plain"


def test_what_the_site_does_not_allow_is_not_kept(site, proxy):
    site.allowed = False
    for text in ("one", "two"):
        site.text = text
        assert proxy.ask("/consultation/").text == f"{text} plain"
    site.allowed = True
    for text in ("one", "two"):
        site.text = text
        assert proxy.ask("/", method="POST", body=b"a=b").text == f"{text} plain"


def test_missing_page_and_fault_are_not_kept(site, proxy):
    for status in (404, 410, 500, 503, 403):
        site.status = status
        assert proxy.ask("/a/").status == status
    site.status = 200
    assert proxy.ask("/a/").status == 200


@pytest.mark.parametrize("status", [500, 503])
def test_old_page_is_shown_while_the_site_fails(site, proxy, status):
    proxy.ask("/")
    wait_for_the_next_second()
    wait_for_the_next_second()
    site.status = status
    answer = proxy.ask("/")
    assert (answer.status, answer.text) == (200, "one plain")
    assert proxy.ask("/other/").status == status


def test_old_page_is_shown_while_the_site_hangs(site, tmp_path):
    (tmp_path / "log").mkdir()
    with Proxy(tmp_path, site.server_port, read_timeout="1s").running() as proxy:
        proxy.ask("/")
        wait_for_the_next_second()
        wait_for_the_next_second()
        site.delay = 3
        asked_at = time.monotonic()
        assert proxy.ask("/").text == "one plain"
        assert proxy.ask("/other/").status == 503
        assert time.monotonic() - asked_at < 2.9
        # Nobody could tell whether a request was received that was cut off.
        assert proxy.ask("/consultation/", method="POST", body=b"a=b").status == 200


def test_old_page_is_shown_while_the_site_is_away(site, tmp_path):
    (tmp_path / "log").mkdir()
    with Proxy(tmp_path, site.server_port).running() as proxy:
        proxy.ask("/")
        proxy.ask("/", Accept_Encoding="gzip")
        site.shutdown()
        site.server_close()
        wait_for_the_next_second()
        wait_for_the_next_second()
        assert proxy.ask("/").text == "one plain"
        assert proxy.ask("/", Accept_Encoding="gzip").text == "one gzip"
        assert proxy.ask("/other/").status == 503
        assert proxy.ask("/", method="POST", body=b"a=b").status == 503
