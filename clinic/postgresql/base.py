"""Connect to PostgreSQL, and give up a query that it does not answer.

A PostgreSQL whose processes are frozen keeps its connections open, so nothing else would end the wait.
``ANSWER_SECONDS`` of the database's settings is how long a query may take; without it, as in commands, there is no end.

With ``?pool=True`` in ``DATABASE_URL`` the threads of a process share connections, and those that nobody needs are
closed.
"""

from functools import partial
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

CHECK_SECONDS = 0.5  # for the empty query before a request; after that, the connection is opened anew


def refuse_waiting(pool: ConnectionPool) -> None:
    """Tell all who wait for a connection that there is none. The pool would let them wait until their time is over."""
    with pool._lock:
        waiting = [pool._waiting.popleft() for _ in range(len(pool._waiting))]
    for client in waiting:
        client.fail(psycopg.OperationalError("The server gives no connection."))


POOL = {
    "min_size": 1,
    "max_size": 8,  # more than the threads of a process, which has some more while it checks its health
    "max_idle": 10,  # seconds after which one that nobody needed is closed; one at a time
    "timeout": 2.3,  # seconds, a little longer than it takes to find that a server is silent
    "reconnect_timeout": 0,  # a pool that waits longer and longer would not notice that the server is back
    "reconnect_failed": refuse_waiting,
}


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        options = self.settings_dict["OPTIONS"]
        if options.get("pool") is True:
            options["pool"] = POOL

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection:
        connection = super().get_new_connection(conn_params)
        if self.pool and not answers(connection):
            # The others are as old. Each would be tried in turn.
            self.pool.drain()
            connection.close()
            self.pool.putconn(connection)
            connection = super().get_new_connection(conn_params)
        set_patience(connection, self.settings_dict.get("ANSWER_SECONDS"))
        return connection

    def is_usable(self) -> bool:
        return answers(self.connection) if self.connection else False

    def _rollback(self) -> None:
        # The server still works on a query that was given up, so a rollback would wait as long again.
        if self.connection and self.connection.pgconn.transaction_status == TransactionStatus.ACTIVE:
            self.connection.close()
        super()._rollback()


def set_patience(connection: psycopg.Connection, seconds: float | None) -> None:
    """Give up what takes longer. A pool hands out the same connection again and again."""
    connection.wait = partial(type(connection).wait, connection, timeout=seconds)


def answers(connection: psycopg.Connection) -> bool:
    """Return whether the server answers an empty query soon."""
    usual = connection.wait
    set_patience(connection, CHECK_SECONDS)
    try:
        connection.execute("")
    except psycopg.Error:
        return False
    finally:
        connection.wait = usual
    return True
