import io
import logging
import re
import sys
import threading
import time
import warnings
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.test import override_settings
from django.urls import get_resolver, path

from bookings.messaging.links import VISIT_SALT, receipts
from clinic import urls
from clinic.logging import MAX_LENGTH, RedactingFormatter, log_uncaught, redact

NAME = "Zoë Lima"
# One of each kind that the site hands out.
SECRETS = {
    "visit": signing.dumps(["ABCD2345", 1], salt=VISIT_SALT),
    "receipt": receipts.sign_object(["ABCD2345", 1]),
    "first receipt": receipts.sign("ABCD2345"),
    "reset": default_token_generator.make_token(User(pk=7, email="desk@example.com")),
    "session": "8f0z3kq1v7m5x2c9b4n6l8j1h3g5f7d9",
}
TOKEN_ARGUMENTS = {"token", "key", "signature", "rest"}
# What else an address may hold that is not a number. None of these opens anything by itself.
HARMLESS_ARGUMENTS = {
    "picture",
    "path", "slug", "pk", "object_id", "action", "action_name", "app_label", "app_name", "model_name", "filter_spec",
    "content_type_app_name", "content_type_model_name", "revision_id_a", "revision_id_b", "uidb64", "uidb36",
    "filename", "guide", "kind", "section",
}  # fmt: skip
ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>")


def broken_view(request, token):
    patient = request.POST["name"]
    raise RuntimeError(f"cannot save {patient}")


urlpatterns = [path("consultation/visit/<token>/", broken_view), *urls.urlpatterns]
handler500 = "clinic.site.views.server_error"


@pytest.fixture
def handler():
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(RedactingFormatter("{levelname} {name} {message}", style="{"))
    return handler


@pytest.fixture
def logged(handler):
    """Return what a handler with this formatter printed."""
    logging.getLogger().addHandler(handler)
    yield handler.stream.getvalue
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def apart(handler):
    """Return a logger whose records pytest does not see: it cannot report a lone surrogate."""
    log = logging.Logger("tests.apart")
    log.addHandler(handler)
    return log


def fail_with_cause():
    try:
        raise KeyError(NAME)
    except KeyError as error:
        raise ExceptionGroup(NAME, [ValueError(NAME)]) from error


def test_traceback_keeps_stack_and_classes_alone(logged):
    try:
        fail_with_cause()
    except ExceptionGroup:
        logging.getLogger("clinic.anything").exception("It failed")
    told = logged()
    for kept in ("It failed", "test_logging.py", "in fail_with_cause", "KeyError", "ValueError", "ExceptionGroup"):
        assert kept in told
    assert NAME not in told


def test_exception_as_argument_is_named_only(logged):
    logging.getLogger("clinic.anything").error("It failed: %s", ValueError(NAME))
    logging.getLogger("clinic.anything").error(ValueError(NAME))
    assert logged().count("builtins.ValueError") == 2


@pytest.mark.parametrize("debug", [True, False])
def test_failed_request_logs_no_patient(client, logged, debug):
    client.raise_request_exception = False
    with override_settings(ROOT_URLCONF=__name__, DEBUG=debug):
        assert client.post("/consultation/visit/CASE-1:secret/?q=Zo%C3%AB", {"name": NAME}).status_code == 500
    told = logged()
    assert "Internal Server Error: /consultation/visit/…/" in told
    assert all(line.startswith(("| ", "ERROR ")) for line in told.splitlines())
    assert "in broken_view" in told
    assert told.count("RuntimeError") == 2  # the class, and the source line
    for secret in (NAME, "secret", "Zo%C3%AB"):
        assert secret not in told


def test_text_of_other_handlers_is_not_reused():
    record = logging.LogRecord("clinic", logging.ERROR, __file__, 1, "It failed", (), None)
    record.exc_text = NAME
    assert RedactingFormatter().format(record) == "It failed"


def test_every_handler_redacts():
    assert settings.LOGGING["formatters"]["redacting"]["()"] == "clinic.logging.RedactingFormatter"
    assert {handler["formatter"] for handler in settings.LOGGING["handlers"].values()} == {"redacting"}
    for logger in settings.LOGGING["loggers"].values():
        assert "handlers" not in logger
    for name in ("django", "django.request", "django.server"):
        assert logging.getLogger(name).handlers == []


def get_routes(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from get_routes(pattern, route)
        else:
            yield route


def text_arguments(route):
    found = (match.groups() for match in ARGUMENT.finditer(route))
    return {name or group for converter, name, group in found if converter not in ("int", "uuid")}


ROUTES = sorted({route for route in get_routes(get_resolver()) if text_arguments(route)})
TOKEN_ROUTES = [route for route in ROUTES if text_arguments(route) & TOKEN_ARGUMENTS]


@pytest.mark.parametrize("route", ROUTES)
def test_every_argument_of_an_address_is_known(route):
    """A new argument is added to one of the two lists: does it open a page by itself?"""
    assert text_arguments(route) <= TOKEN_ARGUMENTS | HARMLESS_ARGUMENTS


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("route", TOKEN_ROUTES)
def test_no_token_address_reaches_a_log(logged, route, kind):
    secret = SECRETS[kind]
    address = "/" + re.sub(r"\[\^/\]\+|[\^$?]", "", ARGUMENT.sub(lambda match: secret, route))
    assert secret in address
    log = logging.getLogger("django.request")
    log.warning("Method Not Allowed (%s): %s", "GET", address)
    log.warning("Not Found: %s", address.rstrip("/"))
    log.error("Error handling request %s", f"{address}?next={address}")
    log.error("<WSGIRequest: POST %r>", address)
    log.warning("Forbidden (%s): %s", f"Referer checking failed - https://www.example.com{address}.", "/")
    log.warning(f"Not Found: {address}")
    told = logged()
    assert told.count("…") >= 6
    for part in secret.split(":"):
        assert part not in told


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize(
    "place",
    [
        "/{}", "/consultation/{}/", "/consultation/visit/ {}/", "/consultation/visit/\n{}", "/Consultation/VISIT/{}/",
        "//consultation//visit//{}", "/consultation/v%69sit/{}/", "/a/?token={}", "https://www.example.com/x/{}#y",
        "'{}'", "{{'key': '{}'}}", "token={}", "/consultation/visit/{}\u2028/cancel/", "(/a/{})", "/a;x={};y",
    ],
)  # fmt: skip
def test_secret_is_removed_wherever_it_stands(logged, place, kind):
    logging.getLogger("clinic.anything").warning("Seen: %s", place.format(SECRETS[kind]))
    signature = SECRETS[kind].split(":")[-1]
    assert signature not in logged()


@pytest.mark.parametrize("name", [
    "/treatments/botox-forehead-lines/", "/blog/botox-2026-what-to-know-about-prices-and-more/",
    "clinic.site.views.search",
    "whitenoise.storage.CompressedManifestStaticFilesStorage", "Listening at: http://127.0.0.1:8000 (4711)",
    "test_access_log_holds_no_link_and_no_forged_line", "/static/clinic/css/base.0123456789ab.css", "/admin/case/12/",
    "Is it true? Yes.", "3 of 12 messages, 2026-11-29 10:20:30",
])  # fmt: skip
def test_ordinary_words_stay_readable(logged, name):
    logging.getLogger("clinic.anything").warning(name)
    assert name in logged()


@pytest.mark.parametrize("typed", [
    "/search/?q=Zoë Lima", "/search/?q=Zo%C3%AB+Lima", "GET /search/?q=Zoë Lima HTTP/1.1", "/zoe.lima@example.com/",
    "https://www.example.com?q=Lima", "/search/?q=O'Zo Lima", '/?q="Zo" "Lima"',
    "/a/zoe.lima%40example.com", '"GET /?name=Lima&phone=9495550123 HTTP/1.1" 400 -',
    "Invalid request line: 'GET /x?Zoë Lima zoe.lima@example.com HTTP/1.1'", "/a?b?q=Lima",
    "Invalid request from ip=127.0.0.1: Invalid HTTP method: 'Zoe'",
    "code 400, message Bad request syntax ('Zoe Lima')", "/admin/case/?q=9495550123",
    'To "Zoe Lima"@example.com', "/a/%22Zo%20Lima%22%40example.com", "//consultation//visit//Lima",
    "/consultation/VISIT;x/Lima/", "/consultation/received;a=b//Lima",
])  # fmt: skip
def test_nothing_typed_is_logged(logged, typed):
    logging.getLogger("django.server").warning("Seen: %s", typed)
    told = logged()
    for word in ("Lima", "Zo", "zoe.lima", "9495550123"):
        assert word not in told


HOSTILE = [
    "\n", "\r", "\r\n", "\x0b", "\x0c", "\x1b[2J", "\x1b]0;title\x07", "\x00", "\x7f", "\x85", "\x9b31m", "\u2028",
    "\u2029", "\u202e", "\u200b", "\ufeff", "\ufffe", "\ud800", "\U000e0041",
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_no_character_forges_a_line_or_moves_the_cursor(handler, apart, hostile):
    forged = f"a{hostile}CRITICAL clinic forged"
    apart.warning("Not Found: %s", forged)
    apart.warning("%(name)s failed", {"name": forged})
    apart.warning(forged)
    apart.warning("Failed", stack_info=True)
    told = handler.stream.getvalue()
    assert told.count("forged") == 3
    assert all(line.startswith(("WARNING ", "| ")) for line in told.split("\n")[:-1])
    assert told.replace("\n", "").isprintable()
    told.encode()


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("Invalid request from ip=127.0.0.1: Invalid HTTP method: 'Zoe'", "Invalid request: Invalid HTTP method"),
        ("Invalid request from ip=::1: Invalid HTTP header name: 'Zoe'", "Invalid request: Invalid HTTP header name"),
        ("Invalid request from ip=: 'Zoe'", "Invalid request"),
        ("code 400, message Bad request syntax ('Zoe')", "code 400, message Bad request syntax "),
    ],
)
def test_unreadable_request_is_named_by_its_error(message, kept):
    record = logging.LogRecord("gunicorn.error", logging.WARNING, __file__, 1, message, (), None)
    assert RedactingFormatter().format(record) == kept


def test_arguments_that_do_not_fit_are_not_printed():
    record = logging.LogRecord("clinic", logging.ERROR, __file__, 1, "Seen: %s %s", (NAME,), None)
    assert RedactingFormatter().format(record) == "Seen: %s %s (its arguments do not fit)"


@pytest.mark.parametrize("secret", ["abcdefgh" * 4, "ABCdefgh" * 4, "7" * 32, "a1B2" * 8, "x"])
def test_keys_of_kept_requests_are_redacted(secret):
    assert redact(f"GET /account/kept/{secret}/ 200") == "GET /account/kept/…/ 200"


@pytest.mark.parametrize("part", ["a", "a:", "1a-", "/visit/", "?", "? ", "a@", "%40", "=", "é", "\n"])
def test_long_message_is_cut_and_costs_no_time(logged, part):
    started = time.process_time()
    logging.getLogger("clinic.anything").warning(part * 500_000)
    assert time.process_time() - started < 1
    assert len(logged()) < 7 * MAX_LENGTH


@pytest.mark.parametrize(("method", "level"), [("HEAD", "INFO"), ("GET", "WARNING"), ("POST", "WARNING")])
@pytest.mark.parametrize("address", ["/no-such-page/", "/consultation/visit/x/cancel/"])
def test_head_is_no_warning(client, home, logged, method, level, address):
    status = client.generic(method, address).status_code
    assert (status in (404, 405)) == (f"{level} django.request" in logged())


@pytest.fixture
def hooks(monkeypatch):
    """Install the hooks for uncaught exceptions, and put the old ones back."""
    for module, name in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(module, name, getattr(module, name))
    log_uncaught()
    yield
    logging.captureWarnings(False)


def test_uncaught_exceptions_are_logged_without_their_texts(logged, hooks, capsys):
    error = ValueError(NAME)
    sys.excepthook(ValueError, error, None)
    threading.excepthook(SimpleNamespace(exc_type=ValueError, exc_value=error))
    sys.unraisablehook(SimpleNamespace(exc_value=error))
    told = logged()
    assert told.count("CRITICAL clinic.logging Uncaught exception in ") == 3
    assert told.count("| builtins.ValueError") == 3
    assert NAME not in told + capsys.readouterr().err


def test_interrupt_is_no_uncaught_exception(logged, hooks, capsys):
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert logged() == ""
    assert "KeyboardInterrupt" in capsys.readouterr().err


def test_warnings_are_logged_in_one_line(logged, hooks):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn(f"naive\n{SECRETS['visit']}", RuntimeWarning, stacklevel=1)
    assert logged().count("\n") == 1
    assert SECRETS["visit"] not in logged()
