import io
import logging

import pytest
from django.conf import settings
from django.test import override_settings
from django.urls import path

from clinic.logging import RedactingFormatter

NAME = "Zoë Lima"


def broken_view(request, token):
    patient = request.POST["name"]
    raise ValueError(f"cannot save {patient}")


urlpatterns = [path("consultation/visit/<token>/", broken_view)]
handler500 = "clinic.site.views.server_error"


@pytest.fixture
def logged():
    """Return what a handler with this formatter printed."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(RedactingFormatter("{levelname} {name} {message}", style="{"))
    logging.getLogger().addHandler(handler)
    yield handler.stream.getvalue
    logging.getLogger().removeHandler(handler)


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
    assert "in broken_view" in told
    assert told.count("ValueError") == 2  # the class, and the source line
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
