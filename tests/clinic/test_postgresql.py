"""Give up a PostgreSQL that does not answer, and work with it again afterwards."""

import copy
import time

import pytest
from django.db import Error, OperationalError, connection

from tests.browser.server import free_port

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite runs in the process itself"),
]


@pytest.fixture(params=["kept", "pooled"])
def open_connection(request):
    """Return a function that opens a connection beside that of the tests: one of a thread, or one of a pool."""
    opened = []

    def open_one(answer_seconds: float | None = None, **settings):
        settings = copy.deepcopy(connection.settings_dict) | {"ANSWER_SECONDS": answer_seconds} | settings
        settings["OPTIONS"]["pool"] = request.param == "pooled"
        other = type(connection.copy())(settings)
        opened.append(other)
        return other

    yield open_one
    for other in opened:
        other.close()
        if other.alias in other._connection_pools and other.pool:
            other.close_pool()
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


pooled = pytest.mark.parametrize("open_connection", ["pooled"], indirect=True)


def number_of(other) -> int:
    return ask(other, "SELECT pg_backend_pid()")[0]


@pooled
def test_threads_share_the_connections_of_a_pool(open_connection):
    numbers = set()
    for _ in range(6):
        one = open_connection()
        numbers.add(number_of(one))
        one.close()
    assert len(numbers) <= 2, "one is there from the start, and one may be added"
    assert number_of(open_connection()) != number_of(open_connection()), "two at the same time have two"


@pooled
def test_pool_hands_out_no_broken_connection(open_connection):
    threads = [open_connection() for _ in range(3)]
    for number in [number_of(one) for one in threads]:
        ask(connection, f"SELECT pg_terminate_backend({number})")
    for one in threads:
        one.close()
    assert ask(open_connection(), "SELECT 1") == (1,)


def test_server_that_refuses_is_noticed_and_tried_again(open_connection):
    other = open_connection(HOST="127.0.0.1", PORT=str(free_port()))
    for _ in range(3):
        with pytest.raises(OperationalError) as error:
            ask(other, "SELECT 1")
        assert "timeout" not in str(error.value)
    if other.pool:
        other.close_pool()  # the next one is made for the port of the server
    other.settings_dict["HOST"], other.settings_dict["PORT"] = (
        connection.settings_dict[key] for key in ("HOST", "PORT")
    )
    assert ask(other, "SELECT 1") == (1,)


@pooled
def test_pool_patience_does_not_outlast_its_borrower(open_connection):
    """A page gives up after seconds, a command of the same process never."""
    page = open_connection(0.2)
    ask(page, "SELECT 1")
    page.close()
    assert ask(open_connection(None), "SELECT 1 FROM pg_sleep(0.3)") == (1,)
