from django.db import connection
from django.test.utils import CaptureQueriesContext


def queries_for(client, path: str) -> int:
    """How often the database is asked for one page."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)
