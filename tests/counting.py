from django.db import connection
from django.test.utils import CaptureQueriesContext


def queries_for(client, path: str) -> int:
    """Return the number of database queries for one page."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)
