"""Print how long the lists and searches of a filled database take.

They run in-process and warm. ``make perf`` fills a database. Ends with status 1 when a page takes longer than
``LIMIT``, or one of the desk longer than ``DESK_LIMIT`` or more than ``MAX_QUERIES``. Each figure is the median of
``ROUNDS``.
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

LIMIT, DESK_LIMIT = 300, 150  # milliseconds
MAX_QUERIES = 20
ROUNDS = 5


def desk_addresses() -> dict[str, str]:
    from django.utils import timezone

    from bookings.models import Case
    from treatments.models import TreatmentPage

    case = Case.objects.exclude(phone="").order_by("created_at")[Case.objects.count() // 2]
    newest = Case.objects.order_by("-created_at").first()
    desk = "/admin/case/"
    pages = {"desk: " + name: desk + query for name, query in desk_queries(case, TreatmentPage.objects.first()).items()}
    return {
        **pages,
        "desk: last page": f"{desk}?status=any&p=9999",
        "desk: one case": f"{desk}{case.pk}/",
        "desk: newest case": f"{desk}{newest.pk}/",
        "desk: calendar": f"/admin/calendar/?day={timezone.localdate() - timedelta(days=30)}",
        "desk: week": f"/admin/calendar/week/?day={timezone.localdate() - timedelta(days=30)}",
        "desk: day sheet": f"/admin/calendar/sheet/?day={timezone.localdate() - timedelta(days=30)}",
        "desk: Today": "/admin/today/",
    }


def addresses() -> dict[str, str]:
    from blog.models import BlogPage

    article = BlogPage.objects.live().order_by("-date").first()
    return {
        **desk_addresses(),
        "blog index": "/blog/",
        "blog index, page 50": "/blog/?page=50",
        "article": article.url if article else "/blog/",
        "feed": "/blog/feed/",
        "site search: botox": "/search/?q=botox",
        "site search: laser hair": "/search/?q=laser+hair",
        "site search: nothing": "/search/?q=zzzzqq",
    }


def desk_queries(case, treatment) -> dict[str, str]:
    last_name = case.name.split()[-1]
    return {
        "list": "",
        "all cases": "?status=any",
        "status new": "?status=new",
        "status closed": "?status=closed",
        "in care, treated": "?status=in_care&time=treated",
        "visit treated, all": "?status=any&time=treated",
        "visit booked": "?time=booked",
        "not confirmed": "?time=unconfirmed",
        "late": "?late=late",
        "late, nobody's": "?late=late&owner=null",
        "visits of one week": "?status=any&visit_from=2025-03-03&visit_to=2025-03-09",
        "treatment": f"?treatment={treatment.pk}&status=any",
        "received in one month": "?received_from=2025-03-01&received_to=2025-03-31&status=any",
        "received at all times": "?received_from=2000-01-01&status=any",
        "owner nobody": "?owner=null&status=any",
        "unsent emails": "?messages=unsent",
        "complaints": "?kind=complaint&status=any",
        "changed by the patient": "?changed=unseen",
        "by name": "?ordering=name",
        "by visit": "?ordering=visit",
        "by due": "?ordering=due",
        "by name, all": "?ordering=name&status=any",
        "by name, all, backward": "?ordering=-name&status=any",
        "by received, oldest first": "?ordering=received&status=any",
        "search: name": f"?q={last_name}",
        "search: beginning of a name": f"?q={last_name[:2]}",
        "search: one letter": "?q=a",
        "search: phone": f"?q={case.phone_e164[2:]}",
        "search: part of a phone": f"?q={case.phone_e164[-4:]}",
        "search: area code": f"?q={case.phone_e164[2:5]}",
        "search: email": f"?q={case.email}",
        "search: everybody's domain": "?q=example.com",
        "search: reference": f"?q={case.reference}",
        "search: words of a note": "?q=called back",
        "search: nothing found": "?q=zzzzqq",
        "search: nothing found, closed": "?q=zzzzqq&status=closed",
        "search: name, treatment, month": f"?q=garcia&treatment={treatment.pk}&received_from=2025-03-01",
        "search: two names, by name": f"?q={case.name}&ordering=name",
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
            is_desk = name.startswith("desk:")
            is_slow = milliseconds > (DESK_LIMIT if is_desk else LIMIT) or (is_desk and queries > MAX_QUERIES)
            slow += is_slow
            mark = "  too slow" if is_slow else ""
            print(f"{name:40}{milliseconds:8.0f} ms{queries:5} queries{mark}")  # noqa: T201
    finally:
        user.delete()
    return 1 if slow else 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings.dev")
    django.setup()
    sys.exit(main())
