from django.db import connection
from django.test.utils import CaptureQueriesContext


def queries_for(client, path: str, **posted: str) -> int:
    """Return the number of database queries for one page, or for a POST."""
    with CaptureQueriesContext(connection) as captured:
        response = client.post(path, posted) if posted else client.get(path)
        assert response.status_code == 200
    return len(captured)
