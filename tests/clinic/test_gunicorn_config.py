import datetime
from types import SimpleNamespace

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from gunicorn.config import Config

from clinic import gunicorn_config

TOKEN = "CASE-8N89:1abc:secret"
PATIENT = "Zoë Lima"
CONFIG = Config()
CONFIG.set("accesslog", gunicorn_config.accesslog)
CONFIG.set("access_log_format", gunicorn_config.access_log_format)


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/blog/an-article/", "/blog/an-article/"),
        (f"/consultation/visit/{TOKEN}/", "/consultation/visit/…/"),
        (f"/consultation/visit/{TOKEN}/cancel/", "/consultation/visit/…/cancel/"),
        (f"/consultation/received/{TOKEN}/", "/consultation/received/…/"),
        ("/a\n[29/Nov/2026:00:00:00 +0000] forged/", "/a\\n[29/Nov/2026:00:00:00 +0000] forged/"),
        ("/\x1b[2J\x07\r/", "/\\x1b[2J\\x07\\r/"),
    ],
)
def test_access_log_holds_no_link_and_no_forged_line(capsys, path, logged):
    log = gunicorn_config.RedactingLogger(CONFIG)
    answer = SimpleNamespace(status="200 OK", sent=10, headers=[])
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": f"{path}?q=Ana",
        "PATH_INFO": path,
        "QUERY_STRING": "q=Ana",
        "SERVER_PROTOCOL": "HTTP/1.1",
    }
    log.access(answer, SimpleNamespace(headers=[]), environ, datetime.timedelta(milliseconds=12))
    line = capsys.readouterr().out
    assert f'"GET {logged}" 200 10 12ms' in line
    assert line.count("\n") == 1
    assert "secret" not in line
    assert "Ana" not in line


def test_error_log_holds_no_exception_text(capsys):
    log = gunicorn_config.RedactingLogger(Config())
    try:
        raise ValueError(PATIENT)
    except ValueError:
        log.exception("Error handling request /consultation/visit/%s/", TOKEN)
    told = capsys.readouterr().err
    assert "Error handling request /consultation/visit/…/" in told
    assert "test_gunicorn_config.py" in told
    assert "ValueError" in told
    assert PATIENT not in told


@pytest.fixture
def open_connection(db, monkeypatch):
    """Prevent requests from ending the test's transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    monkeypatch.setattr(gunicorn_config, "close_connections", lambda: None)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def test_start_renders_first_pages(home, profile, consultation_settings, open_connection):
    asked, application = [], get_wsgi_application()

    def spy(environ, start):
        def start_and_remember(status, headers):
            asked.append((environ["PATH_INFO"], status))
            return start(status, headers)

        return application(environ, start_and_remember)

    gunicorn_config.when_ready(SimpleNamespace(app=SimpleNamespace(wsgi=lambda: spy)))
    assert asked == [("/", "200 OK"), ("/consultation/", "200 OK")]


def test_workers_inherit_no_connection(monkeypatch):
    closed = []
    pool = SimpleNamespace(vendor="postgresql", close_pool=lambda: closed.append("pool"))
    all_connections = SimpleNamespace(close_all=lambda: closed.append("all"), all=lambda initialized_only: [pool])
    monkeypatch.setattr(gunicorn_config, "connections", all_connections)
    monkeypatch.setattr(gunicorn_config, "FIRST_PAGES", ())
    gunicorn_config.when_ready(None)
    assert closed == ["all", "pool"]


def test_site_starts_when_first_pages_fail(caplog, monkeypatch):
    monkeypatch.setattr(gunicorn_config, "close_connections", lambda: None)

    def broken(environ, start):
        raise RuntimeError("no database")

    gunicorn_config.when_ready(SimpleNamespace(app=SimpleNamespace(wsgi=lambda: broken)))
    assert "Could not render /consultation/ ahead" in caplog.text
