"""Connect to SQLite, and keep reading where nothing can be written.

SQLite needs two files beside the database even to read it (``-wal`` and ``-shm``). On a full disk or in a folder that
is read-only it cannot make them, and refuses the connection.
"""

import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> base.Database.Connection:
        """Return a connection, or one that only reads if no other is possible."""
        try:
            return super().get_new_connection(conn_params)
        except base.Database.OperationalError:
            path = Path(str(conn_params["database"]))
            log = path.with_name(f"{path.name}-wal")
            # Without a log of changes the file is the whole database. It does not change while nothing can be written.
            if not path.exists() or (log.exists() and log.stat().st_size):
                raise
            self.init_commands = []
            uri = f"file:{quote(str(path.absolute()))}?immutable=1"
            connection = super().get_new_connection({**conn_params, "database": uri})
            self.close_at = time.monotonic()  # the next request tries again to write
            return connection
