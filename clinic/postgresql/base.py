"""Connect to PostgreSQL, and give up a query that it does not answer.

A PostgreSQL whose processes are frozen keeps its connections open, so nothing else would end the wait.
"""

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus

CHECK_SECONDS = 0.5  # for the empty query before a request; after that, the connection is opened anew


class Connection(psycopg.Connection):
    """Close itself when PostgreSQL does not answer in time.

    ``answer_seconds`` is None to wait without end, as migrations must.
    """

    answer_seconds: float | None = None

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        try:
            return super().wait(gen, interval, timeout or self.answer_seconds)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # else the rollback would wait as long again
            raise


class Driver:
    """Stand in for psycopg, and open connections of our own kind."""

    connect = Connection.connect

    def __getattr__(self, name: str) -> Any:
        return getattr(psycopg, name)


class DatabaseWrapper(base.DatabaseWrapper):
    Database = Driver()

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection:
        connection = super().get_new_connection(conn_params)
        connection.answer_seconds = self.settings_dict.get("ANSWER_SECONDS")
        return connection

    def is_usable(self) -> bool:
        usual, self.connection.answer_seconds = self.connection.answer_seconds, CHECK_SECONDS
        try:
            return super().is_usable()
        finally:
            self.connection.answer_seconds = usual
