"""Send what must not be logged to a running server, and read its real log."""

import re
import socket
import time

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core import signing

from bookings.messaging.links import VISIT_SALT

from .conftest import PRODUCTION

TOKEN = signing.dumps(["ABCD2345", 1], key=PRODUCTION["SECRET_KEY"], salt=VISIT_SALT)
RESET = default_token_generator.make_token(User(pk=7, email="desk@example.com"))
PRIVATE = {"Zoe", "Zo%C3%AB", "Lima", "zoe.lima", "9495550123", "allergic", RESET, *TOKEN.split(":")}
# supervisord, Django and gunicorn, the access log, a traceback; what prepare prints.
LINE = re.compile(r"\d{4}-\d\d-\d\d |\[\d{4}-\d\d-\d\d |\[\d\d/[A-Z][a-z]{2}/\d{4}:|\| ")
VISIT = f"/consultation/visit/{TOKEN}"
TYPED = f"Zoe Lima {TOKEN}"
BODY = "name=Zoe+Lima&email=zoe.lima@example.com&phone=9495550123&comment=I+am+allergic"


def get(target, method="GET", **headers):
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{lines}\r\n"


def post(target, body=BODY, content_type="application/x-www-form-urlencoded", **headers):
    return get(target, "POST", Content_Type=content_type, Content_Length=len(body), **headers) + body


# What each of them writes, or an empty text where the line depends on the address.
REQUESTS = {
    "wrong method": (get(f"{VISIT}/cancel/"), "Method Not Allowed (GET): /consultation/visit/…/cancel/"),
    "HEAD": (get(f"{VISIT}/complain/", "HEAD"), "INFO django.request Method Not Allowed (HEAD)"),
    "odd method": (get(f"{VISIT}/change/", "PROPFIND"), "Method Not Allowed (PROPFIND)"),
    "not found": (get(f"{VISIT}/no-such/"), "Not Found: /consultation/visit/…/no-such/"),
    "no slash": (get(VISIT), '"GET /consultation/visit/…"'),
    "receipt": (get(f"/consultation/received/{TOKEN}/"), '"GET /consultation/received/…/"'),
    "other case": (get(f"/Consultation/VISIT/{TOKEN}/"), "Not Found: /Consultation/VISIT/…/"),
    "double slashes": (get(f"//consultation//visit//{TOKEN}//"), ""),
    "encoded": (get(VISIT.replace("visit", "v%69sit").replace(":", "%3A") + "/cancel/"), ""),
    "after a line break": (get(f"/consultation/visit/%0a{TOKEN}/"), ""),
    "alone": (get(f"/{TOKEN}"), ""),
    "no CSRF token": (post(f"{VISIT}/cancel/", Cookie="csrftoken=a", Origin="http://evil.test"), ""),
    "origin": (post(f"{VISIT}/change/", Origin=f"http://evil.test{VISIT}"), ""),
    "referer": (post("/admin/login/", Referer=f"https://evil.test{VISIT}/", X_Forwarded_Proto="https"), "Forbidden"),
    "host": (get(f"{VISIT}/").replace("Host: 127.0.0.1", "Host: evil.test"), "Invalid HTTP_HOST header"),
    "reset link": (get(f"/admin/password_reset/confirm/Nw/{RESET}/"), ""),
    "query": (get("/search/?q=Zo%C3%AB+Lima"), '"GET /search/" 200'),
    "desk's search": (get("/admin/case/?q=zoe.lima@example.com"), '"GET /admin/case/"'),
    "token in the query": (get(f"/no-such/?next={VISIT}"), "Not Found: /no-such/"),
    "form": (post("/consultation/"), '"POST /consultation/" 200'),
    "form of another kind": (post("/consultation/", content_type="multipart/form-data; boundary=x"), ""),
    "too many fields": (post("/admin/login/", "&".join(["Lima=9495550123"] * 20_000)), ""),
    "email in the path": (get("/zoe.lima@example.com/"), "Not Found: /…@…/"),
    "request line with spaces": (f"GET /search/?q={TYPED} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "Invalid request:"),
    "no protocol": (f"{TYPED}\r\n\r\n", "Invalid request: Invalid HTTP method"),
    "bad header": (f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n{TYPED}\r\n\r\n", "Invalid HTTP header name"),
    "forged line": (get("/a%0a2026-11-29%20CRITICAL%20forged/"), r"Not Found: /a\n2026-11-29 CRITICAL forged/"),
    "carriage return": (get("/a%0d%0a[29/Nov/2026:00:00:00]%20forged/"), r"/a\r\n[29/Nov/2026:00:00:00] forged/"),
    "terminal": (get("/%1b[2J%1b]0;forged%07/"), r"Not Found: /\x1b[2J\x1b]0;forged\x07/"),
    "line separator": (get("/a%E2%80%A8forged/"), r"Not Found: /a\u2028forged/"),
    "user agent": (get("/no-such/", User_Agent="\x1b[2J"), ""),
    "NUL": (get("/a%00forged/"), r"/a\x00forged/"),
}  # fmt: skip


def send(site, request):
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as connection:
        connection.sendall(request.encode())
        while connection.recv(65536):
            pass


@pytest.fixture(scope="module")
def log(production):
    """Send all requests. Return the log of each, and all of it."""
    logs = {}
    for name, (request, line) in REQUESTS.items():
        before = len(production.log.read_bytes())
        send(production, request)
        end = time.monotonic() + 10
        logs[name] = ""
        while not (logs[name] and line in logs[name]) and time.monotonic() < end:
            time.sleep(0.2)  # supervisord copies the lines
            logs[name] = production.log.read_bytes()[before:].decode()
    return logs


@pytest.mark.parametrize("name", REQUESTS)
def test_request_leaves_a_line_without_private_parts(log, name):
    assert REQUESTS[name][1] in log[name]
    for part in PRIVATE:
        assert part not in log[name]


@pytest.mark.parametrize("name", REQUESTS)
def test_request_forges_no_line(log, name):
    for line in log[name].splitlines():
        assert LINE.match(line), line
        assert line.isprintable(), line
