"""Give up a PostgreSQL that does not answer, and work with it again afterwards."""

import time

import pytest
from django.db import Error, OperationalError, connection

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite runs in the process itself"),
]


@pytest.fixture
def open_connection():
    """Return a function that opens a connection beside that of the tests."""
    opened = []

    def open_one(answer_seconds: float | None):
        other = connection.copy()
        other.settings_dict["ANSWER_SECONDS"] = answer_seconds
        opened.append(other)
        return other

    yield open_one
    for other in opened:
        other.close()
    # The server sleeps on, and its database could not be dropped.
    ask(connection, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE '%%pg\\_sleep(9)'")


def ask(other, sql: str):
    with other.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()


@pytest.mark.parametrize("query", ["SELECT pg_sleep(9)", "SELECT 1 FROM pg_sleep(9)"])
def test_query_without_an_answer_is_given_up(open_connection, query):
    other = open_connection(0.2)
    started = time.monotonic()
    with pytest.raises(OperationalError):
        ask(other, query)
    assert time.monotonic() - started < 2
    other.close_if_unusable_or_obsolete()
    assert ask(other, "SELECT 1") == (1,)


def test_query_may_take_its_time_outside_the_web_server(open_connection):
    assert ask(open_connection(None), "SELECT 1 FROM pg_sleep(0.3)") == (1,)


def test_failed_transaction_does_not_wait_again(open_connection):
    other = open_connection(0.2)
    started = time.monotonic()
    other.set_autocommit(False)
    with pytest.raises(OperationalError):
        ask(other, "SELECT pg_sleep(9)")
    with pytest.raises(Error):
        other.rollback()
    assert time.monotonic() - started < 2
    other.close()
    other.set_autocommit(True)
    assert ask(other, "SELECT 1") == (1,)


def test_check_before_a_request_is_short_and_changes_nothing(open_connection):
    other = open_connection(7)
    ask(other, "SELECT 1")
    assert other.is_usable()
    assert ask(other, "SELECT 1 FROM pg_sleep(0.7)") == (1,)
