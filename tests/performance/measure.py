"""Print how long the lists and searches of a filled database take.

They run in-process and warm. ``make perf`` fills a database. Ends with status 1 when anything takes longer than
``LIMIT``. Each figure is the median of ``ROUNDS``.
"""

import logging
import os
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import django

LIMIT = 300  # milliseconds
ROUNDS = 5


def addresses() -> dict[str, str]:
    from django.utils import timezone

    from blog.models import BlogPage
    from bookings.models import Case
    from treatments.models import TreatmentPage

    case = Case.objects.exclude(phone="").order_by("created_at")[Case.objects.count() // 2]
    desk = "/admin/case/"
    last = Case.objects.count() // 30
    pages = {"desk: " + name: desk + query for name, query in desk_queries(case, TreatmentPage.objects.first()).items()}
    article = BlogPage.objects.live().order_by("-date").first()
    return {
        **pages,
        "desk: last page": f"{desk}?p={last}",
        "desk: one case": f"{desk}{case.pk}/",
        "desk: calendar": f"/admin/calendar/?day={timezone.localdate() - timedelta(days=30)}",
        "dashboard": "/admin/",
        "blog index": "/blog/",
        "blog index, page 50": "/blog/?page=50",
        "article": article.url if article else "/blog/",
        "feed": "/blog/feed/",
        "site search: botox": "/search/?q=botox",
        "site search: laser hair": "/search/?q=laser+hair",
        "site search: nothing": "/search/?q=zzzzqq",
    }


def desk_queries(case, treatment) -> dict[str, str]:
    return {
        "list": "",
        "status new": "?status=new",
        "status closed": "?status=closed",
        "status treated": "?status=treated",
        "status contacting": "?status=contacting",
        "time booked": "?time=booked",
        "treatment": f"?treatment={treatment.pk}",
        "one month": "?received_from=2025-03-01&received_to=2025-03-31",
        "all time": "?received_from=2000-01-01",
        "owner nobody": "?owner=null",
        "unsent emails": "?messages=unsent",
        "complaints": "?kind=complaint",
        "changed by the patient": "?changed=unseen",
        "name": f"?q={case.name.split()[-1]}",
        "one letter": "?q=a",
        "phone": f"?q={case.phone_e164[2:]}",
        "email": f"?q={case.email}",
        "reference": f"?q={case.reference}",
        "nothing found": "?q=zzzzqq",
        "nothing found, closed": "?q=zzzzqq&status=closed",
        "name, treatment, month": f"?q=garcia&treatment={treatment.pk}&received_from=2025-03-01",
    }


def ask(client, path: str):
    """Return the answer. The desk searches by POST."""
    address, _mark, query = path.partition("?")
    if address == "/admin/case/" and "q" in parse_qs(query):
        return client.post(address, parse_qs(query))
    return client.get(path)


def measure(client, path: str) -> tuple[float, int]:
    """Return the milliseconds and the queries of one address."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times = []
    for _round in range(ROUNDS + 1):
        start = time.perf_counter()
        response = ask(client, path)
        times.append((time.perf_counter() - start) * 1000)
        if response.status_code != 200:
            raise SystemExit(f"{path} answers {response.status_code}")
    with CaptureQueriesContext(connection) as captured:
        ask(client, path)
    return statistics.median(times[1:]), len(captured)


def main() -> int:
    from django.contrib.auth.models import User
    from django.test import Client

    logging.disable(logging.WARNING)
    user, _made = User.objects.get_or_create(username="measure", defaults={"is_superuser": True, "is_staff": True})
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    slow = 0
    try:
        for name, path in addresses().items():
            milliseconds, queries = measure(client, path)
            slow += milliseconds > LIMIT
            mark = "  too slow" if milliseconds > LIMIT else ""
            print(f"{name:32}{milliseconds:8.0f} ms{queries:5} queries{mark}")  # noqa: T201
    finally:
        user.delete()
    return 1 if slow else 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings.dev")
    django.setup()
    sys.exit(main())
