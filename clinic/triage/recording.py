import logging
from collections.abc import Callable

from django.db import connection, transaction

MAX_WAIT = 500  # milliseconds

logger = logging.getLogger(__name__)


def record_without_waiting(what: str, record: Callable[[], None]) -> None:
    """Write to a log in one transaction. It gives up early if others write, and a failure is only logged.

    The web server has few threads: none of them may wait long for a count that nobody misses.
    """
    patience = None
    try:
        if connection.vendor == "sqlite":
            patience = _ask("PRAGMA busy_timeout")
            _ask(f"PRAGMA busy_timeout = {MAX_WAIT}")
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = {MAX_WAIT}")
            record()
    except Exception:
        logger.exception("%s was not counted", what)
    finally:
        if patience is not None:
            _restore(patience)


def _restore(patience: int) -> None:
    try:
        _ask(f"PRAGMA busy_timeout = {patience}")
    except Exception:
        connection.close()  # the next connection has the usual patience


def _ask(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        ((value,),) = cursor.fetchall()
    return value
