"""Connect to PostgreSQL, and give up a query that it does not answer.

A PostgreSQL whose processes are frozen keeps its connections open, so nothing else would end the wait.
``ANSWER_SECONDS`` of the database's settings is how long a query may take; without it, as in commands, there is no end.
"""

from functools import partial
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

CHECK_SECONDS = 0.5  # for the empty query before a request; after that, the connection is opened anew


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection:
        connection = super().get_new_connection(conn_params)
        connection.wait = partial(connection.wait, timeout=self.settings_dict.get("ANSWER_SECONDS"))
        return connection

    def is_usable(self) -> bool:
        usual = self.connection.wait
        self.connection.wait = partial(usual, timeout=CHECK_SECONDS)
        try:
            return super().is_usable()
        finally:
            self.connection.wait = usual

    def _rollback(self) -> None:
        # The server still works on a query that was given up, so a rollback would wait as long again.
        if self.connection and self.connection.pgconn.transaction_status == TransactionStatus.ACTIVE:
            self.connection.close()
        super()._rollback()
