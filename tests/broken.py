"""Break parts of the site in tests."""

from contextlib import contextmanager

from django.db import OperationalError, connection

SECRET = "Failing row contains (Zoë Lima, zoe@patient.example.com)"


@contextmanager
def no_database(error=OperationalError, *, after=0):
    """Let each query fail, from the one that follows ``after`` queries on.

    The test's own transaction goes on.
    """
    seen = []

    def fail(execute, sql, params, many, context):
        if sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return execute(sql, params, many, context)
        seen.append(sql)
        if len(seen) > after:
            raise error(SECRET)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        yield seen
