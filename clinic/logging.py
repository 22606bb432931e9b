"""Format log lines so that they hold no patient's data and cannot be forged.

The settings and gunicorn use this formatter for every handler.
"""

import copy
import logging
import re
import sys
import threading
import traceback

logger = logging.getLogger(__name__)

# A query string may hold a name that the desk searched for. Since it may contain spaces and quotes, it ends before the
# protocol of a request line, or with the message.
QUERY = re.compile(r"\?(?=\S)(?:.*?(?= HTTP/\d)|.*)")
# What the servers say of a request that they cannot read quotes it: only the kind of error is kept.
UNREADABLE = re.compile(r"(Invalid request) from ip=(?:\S*?(: [\w ]+))?.*|(code \d+, message [\w ]+).*")
# Addresses that are followed by a secret, also one that is cut off or has another shape than below.
SECRET_ADDRESS = re.compile(
    r"(/(?:visit|received|confirm|key|kept|confirm-email)(?:;[^/\s]*)?/)[/\s\"']*[^/\s\"']+", re.IGNORECASE
)
# Every signature, reset token and session key is a long run of letters and digits, often after what it signs.
LONG_WORD = re.compile(r"[\w:.=%-]{27,}")
RUN = re.compile(r"[\w-]{27,}")
MIXED = re.compile(r"\d[A-Za-z]|[A-Za-z]\d")
EMAIL = re.compile(r"(?:\"[^\"]*\"|%22.*?%22|(?<![\w.+%-])[\w.+%-]+)(?:@|%40)[\w.-]+")
MAX_LENGTH = 4000  # characters of a message; the patterns take too long for a megabyte


def redact(text: str) -> str:
    """Remove query strings, the secrets in addresses, and email addresses."""
    text = QUERY.sub("", UNREADABLE.sub(r"\1\2\3", text))
    text = SECRET_ADDRESS.sub(r"\1…", text)
    text = LONG_WORD.sub(lambda found: "…" if _has_secret(found[0]) else found[0], text)
    return EMAIL.sub("…@…", text)


def _has_secret(word: str) -> bool:
    """Return whether a word holds a secret, by its shape.

    The names of pages, classes and functions are shorter, or they do not mix letters with digits.
    """
    return any(
        MIXED.search(run) or (len(run) >= 40 and run != run.lower() and run != run.upper()) for run in RUN.findall(word)
    )


def escape(text: str) -> str:
    r"""Return the text in one line, with ``\n`` for a line break.

    Terminal sequences and invisible characters are written as escapes too.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


class RedactingFormatter(logging.Formatter):
    """Write each record in one line, and its traceback in lines after a bar.

    A traceback has the stack and the class of each exception. Exception texts are dropped: they may quote what
    patients wrote. Local variables are never printed.
    """

    def format(self, record: logging.LogRecord) -> str:
        record = copy.copy(record)
        # Another handler may have put the full traceback here for all that follow.
        record.exc_text = None
        if isinstance(record.args, tuple):
            record.args = tuple(_class_name(arg) if isinstance(arg, BaseException) else arg for arg in record.args)
        if isinstance(record.msg, BaseException):
            record.msg = _class_name(record.msg)
        try:
            message = record.getMessage()[:MAX_LENGTH]
        except Exception:  # logging would print the arguments to standard error as they are
            message = f"{str(record.msg)[:MAX_LENGTH]} (its arguments do not fit)"
        record.msg, record.args = redact(escape(message)), ()
        return super().format(record)

    def formatException(self, ei) -> str:
        return _after_bar("".join(_lines(ei[1], set())))

    def formatStack(self, stack_info: str) -> str:
        return _after_bar(stack_info)


class HeadFilter(logging.Filter):
    """Log an unanswered HEAD as information: mail scanners and monitors send it to every link."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(getattr(record, "request", None), "method", "") == "HEAD" and record.levelno == logging.WARNING:
            record.levelno, record.levelname = logging.INFO, "INFO"
        return True


def log_uncaught() -> None:
    """Log exceptions that nothing catches, and warnings, instead of printing their texts."""

    def log(name: str, error: BaseException | None) -> None:
        if isinstance(error, Exception):
            logger.critical("Uncaught exception in %s", name, exc_info=error)

    def handle_exception(kind, error, trace) -> None:
        if isinstance(error, Exception):
            log("the main thread", error)
        else:
            sys.__excepthook__(kind, error, trace)

    sys.excepthook = handle_exception
    threading.excepthook = lambda args: log("a thread", args.exc_value)
    sys.unraisablehook = lambda args: log("a destructor", args.exc_value)
    logging.captureWarnings(True)


def _class_name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _after_bar(text: str) -> str:
    return "\n".join(f"| {escape(line)}" for line in text.rstrip().split("\n"))


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
