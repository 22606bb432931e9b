"""Format log lines so that they hold no patient's data.

The settings and gunicorn use this formatter for every handler.
"""

import copy
import logging
import re
import traceback

# Signed links: anyone who reads one in a log could open the patient's page.
SIGNED_LINK = re.compile(r"(/consultation/(?:visit|received)/)[^/\s\"']+")
# Query strings: the desk searches for names.
QUERY = re.compile(r"(/[^\s?\"']*)\?[^\s\"']+")


def redact_links(text: str) -> str:
    """Remove signed links and query strings."""
    return QUERY.sub(r"\1", SIGNED_LINK.sub(r"\1…", text))


class RedactingFormatter(logging.Formatter):
    """Keep the stack and the class of each exception.

    Exception texts are dropped: they may quote what patients wrote. Local variables are never printed.
    """

    def format(self, record: logging.LogRecord) -> str:
        record = copy.copy(record)
        # Another handler may have put the full traceback here for all that follow.
        record.exc_text = None
        if isinstance(record.args, tuple):
            record.args = tuple(_class_name(arg) if isinstance(arg, BaseException) else arg for arg in record.args)
        if isinstance(record.msg, BaseException):
            record.msg = _class_name(record.msg)
        return redact_links(super().format(record))

    def formatException(self, ei) -> str:
        return "".join(_lines(ei[1], set())).rstrip()


def _class_name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _lines(error: BaseException | None, seen: set[int]):
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    for earlier in (cause, *getattr(error, "exceptions", ())):
        yield from _lines(earlier, seen)
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{_class_name(error)}\n"
