"""Start the installed nginx with deploy/nginx.conf, in front of a server that answers what it was asked."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.test import Client

from clinic.media.views import RENDITION_AGE, SANDBOX
from tests.proxy import NGINX, Proxy, free_port

TOKEN = "eyJhbGciOiJ9:1tzS3c:R3tToken"

pytestmark = pytest.mark.skipif(not NGINX, reason="nginx is not installed")


class Echo(BaseHTTPRequestHandler):
    """Answer with the path and the headers of the request."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.dumps({"path": self.path, "headers": dict(self.headers)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *args):
        pass


def lay_out(folder: Path) -> Path:
    """Make the folders that nginx reads and writes."""
    files = {
        "media/images/a.width-640.jpg": b"jpeg",
        "media/images/a.avif": b"avif",
        "media/images/evil.html": b"<script>alert(1)</script>",
        "media/documents/a.pdf": b"private",
        "media/original_images/a.jpg": b"private",
        "private/documents/a.pdf": b"private",
        "db.sqlite3": b"private",
        "static/css/site.0123456789ab.css": b"body {}" * 100,
        "static/css/site.0123456789ab.css.gz": b"compressed",
        "static/css/site.css": b"body {}",
    }
    for name, content in files.items():
        path = folder / "var" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "log").mkdir()
    return folder


@pytest.fixture(scope="module")
def upstream():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def proxy(upstream, tmp_path_factory):
    with Proxy(lay_out(tmp_path_factory.mktemp("nginx")), upstream).running() as running:
        yield running


def test_rendition_has_the_headers_of_the_site(proxy, settings):
    settings.MEDIA_ROOT = proxy.folder / "var/media"
    answer = proxy.ask("/media/images/a.width-640.jpg")
    own = Client().get("/media/images/a.width-640.jpg")
    assert answer.text == b"".join(own.streaming_content).decode() == "jpeg"
    for name in own.headers.keys() - {"Content-Disposition", "X-Accel-Expires"}:
        assert answer.headers[name] == own.headers[name], name
    assert answer.headers["Content-Security-Policy"] == SANDBOX
    assert answer.headers["Cache-Control"] == f"public, max-age={RENDITION_AGE}"


def test_other_type_under_media_is_never_a_page(proxy):
    answer = proxy.ask("/media/images/evil.html")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == SANDBOX


def test_avif_has_its_type(proxy):
    assert proxy.ask("/media/images/a.avif").headers["Content-Type"] == "image/avif"


@pytest.mark.parametrize(
    "path",
    [
        "/media/documents/a.pdf",
        "/media/original_images/a.jpg",
        "/media/",
        "/media/images/",
        "/media/images",
        "/media/images/../documents/a.pdf",
        "/media/images/..%2fdocuments/a.pdf",
        "/media/images/%2e%2e/%2e%2e/db.sqlite3",
        "/media/images../../private/documents/a.pdf",
        "/media/images../documents/a.pdf",
        "/media//documents/a.pdf",
        "/MEDIA/../media/documents/a.pdf",
        "/media/%64ocuments/a.pdf",
        "/static/../private/documents/a.pdf",
        "/static../db.sqlite3",
        "/static/..%2fdb.sqlite3",
        "/media/images/none.jpg",
        "/media/images/" + "a" * 3000 + ".jpg",
    ],
)
def test_private_file_is_not_reachable(proxy, path):
    answer = proxy.ask(path)
    # What goes to the site comes back as the echo of its path.
    assert answer.status in (301, 400, 403, 404) or json.loads(answer.text)["path"] == path
    assert "private" not in answer.text.replace(path, "")


def test_static_file_is_compressed_and_kept(proxy):
    answer = proxy.ask("/static/css/site.0123456789ab.css", Accept_Encoding="gzip")
    assert answer.text == "compressed"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Type"] == "text/css"
    assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert proxy.ask("/static/css/site.css").headers["Cache-Control"] == "max-age=60, public"


def test_site_sees_the_address_of_the_visitor(proxy):
    lies = {"X_Forwarded_For": "203.0.113.9", "X_Forwarded_Proto": "ftp", "X_Forwarded_Host": "evil.example"}
    headers = json.loads(proxy.ask("/admin/?q=Jane", **lies).text)["headers"]
    # The site reads it from the end, where nginx adds what it sees itself.
    assert headers["X-Forwarded-For"] == "203.0.113.9, 127.0.0.1"
    assert headers["X-Forwarded-Proto"] == "http"
    assert headers["Host"] == "www.example.com"
    assert "evil.example" not in str(headers)


def test_plain_http_leads_to_https(proxy):
    answer = proxy.ask("/prices/", port=proxy.plain_port)
    assert (answer.status, answer.headers["Location"]) == (301, "https://www.example.com/prices/")


def test_too_large_body_gets_a_clear_answer(proxy):
    raw = b"POST /admin/images/add/ HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 30000000\r\n\r\n"
    answer = proxy.send(raw)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"larger than 20 MB" in answer


def test_body_below_the_limit_reaches_the_site(proxy):
    assert proxy.ask("/admin/images/add/", method="POST", body=b"a" * 15_000_000).status == 200


LIVE_LINKS = [
    f"/consultation/visit/{TOKEN}/",
    f"/consultation/visit/{TOKEN}/cancel/?a=b",
    f"/consultation//visit//{TOKEN}/",
    f"/consultation/./visit/{TOKEN}/",
    f"/%63onsultation/%76isit/{TOKEN}/visit.ics",
    f"/Consultation/visit/{TOKEN}/",
    f"/consultation/received/{TOKEN}/",
    f"/consultation/anything/{TOKEN}/",
    f"/admin/password_reset/confirm/MQ/{TOKEN}/",
    f"/account/password/reset/key/1-{TOKEN}/",
    f"/account/invitation/{TOKEN}/",
    f"/account/confirm-email/{TOKEN}/",
]


def test_live_links_are_in_no_log(upstream, tmp_path):
    with Proxy(lay_out(tmp_path), upstream).running() as proxy:
        assert proxy.ask("/prices/").status == 200
        for path in LIVE_LINKS:
            proxy.ask(path)
            proxy.ask(path, port=proxy.plain_port)
            proxy.ask(path, method="POST", body=b"a=b")
            proxy.ask("/media/images/none.jpg", Referer=f"https://www.example.com{path}")
            proxy.ask("/prices/", Referer=f"https://www.example.com{path}")
            proxy.ask(f"/prices/?next={path}")
            start = f"POST {path} HTTP/1.1\r\nHost: ".encode()
            proxy.send(start + b"www.example.com\r\nContent-Length: 30000000\r\n\r\n")
            proxy.send(start + b"a/b c\r\n\r\n")
            proxy.send(start + b"www.example.com\r\nBad Header\r\nContent-Length: x\r\n\r\n")
            proxy.send(start + b"www.example.com\r\nCookie: " + b"a" * 40_000 + b"\r\n\r\n")
    with Proxy(tmp_path, free_port()).running() as proxy:  # the site is down
        for path in LIVE_LINKS:
            assert proxy.ask(path).status == 503
            assert proxy.ask("/prices/", Referer=f"https://www.example.com{path}").status == 503
    assert TOKEN not in proxy.all_logs
    assert "Jane" not in proxy.all_logs
    assert {line["path"] for line in proxy.log_lines} == {"/prices/", "/media/images/none.jpg"}


def test_names_that_the_desk_searches_for_are_in_no_log(tmp_path):
    with Proxy(lay_out(tmp_path), free_port()).running() as proxy:
        assert proxy.ask("/admin/cases/?q=Jane").status == 503
    assert "Jane" not in proxy.all_logs
    (line,) = proxy.log_lines
    assert (line["path"], line["status"], line["upstream"]) == ("/admin/cases/", "503", "502")


def test_hostile_path_writes_no_line_of_its_own(upstream, tmp_path):
    paths = [
        "/a%0a{%22path%22:%22/forged%22}",
        "/a%0d%0aforged",
        "/a%22,%22status%22:500,%22b%22:%22",
        "/a\\%5c",
        "/a%1b[31m",
        "/a%00",
        "/%ff%fe",
        "/%e2%80%ae",
        "/%3cscript%3e",
        "/a%c2%85b%e2%80%a8c",
    ]
    with Proxy(lay_out(tmp_path), upstream).running() as proxy:
        for path in paths:
            proxy.ask(path, method="GET")
        proxy.send(b"GET /\x0a\x1b[31mforged HTTP/1.1\r\n\r\n")
        proxy.send(b"\x16\x03\x01 not http\r\n\r\n")
    assert len(paths) <= len(proxy.log_lines) <= len(paths) + 2
    assert all(proxy.log_lines)


def test_restart_of_the_site_is_said_in_words(tmp_path):
    with Proxy(lay_out(tmp_path), free_port()).running() as proxy:
        answer = proxy.ask("/prices/")
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "10"
    assert "try again in a moment" in answer.text
