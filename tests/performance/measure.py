"""Print how long the lists, searches and public pages of a filled database take.

They run in-process and warm. ``make perf`` fills a database. ``--against DATABASE_URL`` measures a smaller one too, and
prints how many times as long each page takes. ``--export`` downloads the list, and ``--snippets`` compares it with a
list of Wagtail's own that has as many rows.

Ends with status 1 when a page takes longer than ``LIMIT``, or one of the desk longer than ``DESK_LIMIT`` or more than
``MAX_QUERIES``. Each figure is the median of ``ROUNDS``, and counts the time of the processor: that of this process and
that of PostgreSQL, if it is on this machine. What else the machine does matters less to it than to a clock.
"""

import argparse
import json
import logging
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs

import django

LIMIT, DESK_LIMIT = 300, 200  # milliseconds
MAX_QUERIES = 20
ROUNDS = 5
ROOT = Path(__file__).resolve().parent.parent.parent


class Figure(NamedTuple):
    milliseconds: float
    queries: int


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
    from blog.models import BlogCategory, BlogPage
    from treatments.models import TreatmentPage

    article = BlogPage.objects.live().order_by("-date", "-pk")[1]
    category = BlogCategory.objects.filter(pages=article).first()
    return {
        **desk_addresses(),
        "dashboard": "/admin/",
        "home": "/",
        "treatment index": "/treatments/",
        "treatment": TreatmentPage.objects.live().order_by("path").first().url,
        "blog index": "/blog/",
        "blog index, page 50": "/blog/?page=50",
        "category": f"/blog/category/{category.slug}/",
        "article": article.url,
        "feed": "/blog/feed/",
        "sitemap": "/sitemap.xml",
        "sitemap, a file": "/sitemap-pages.xml",
        "site search: botox": "/search/?q=botox",
        "site search: laser hair": "/search/?q=laser+hair",
        "site search: nothing": "/search/?q=zzzzqq",
        "site search: typo": "/search/?q=botocks",
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
        "by visit, all": "?ordering=visit&status=any",
        "by due, all": "?ordering=due&status=any",
        "no visit ahead": "?time=none",
        "held or booked, all": "?time=held&time=booked&status=any",
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


def read_clock() -> float:
    """Return the seconds that this process, and the one of its connection to PostgreSQL, have used the processor."""
    from django.db import connection

    spent = time.process_time()
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        backend = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
        spent += int(backend.read_text().split()[0]) / 1e9 if backend.exists() else 0
    return spent


def measure(client, path: str) -> Figure:
    """Return the milliseconds and the queries of one address."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times = []
    for _round in range(ROUNDS + 1):
        start = read_clock()
        response = ask(client, path)
        times.append((read_clock() - start) * 1000)
        if response.status_code != 200:
            raise SystemExit(f"{path} answers {response.status_code}")
    with CaptureQueriesContext(connection) as captured:
        ask(client, path)
    return Figure(statistics.median(times[1:]), len(captured))


def measure_snippets(client) -> dict[str, tuple[Figure, Figure]]:
    """Return the figures of the desk's list, and of a list of snippets with as many rows."""
    from tests.performance import snippets

    snippets.fill()
    try:
        return {
            name: (measure(client, f"/admin/case/{desk}"), measure(client, f"{snippets.PATH}{plain}"))
            for name, (plain, desk) in snippets.PAIRS.items()
        }
    finally:
        snippets.drop()


def export(client, query: str) -> str:
    """Download a list as CSV. Return its rows, the processor's seconds, and what the process grew by meanwhile."""
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    response = client.post("/admin/case/", {**parse_qs(query), "export": "csv", "confirmed": "1"})
    rows = sum(1 for _row in response.streaming_content) - 2  # the mark of the encoding, and the heading
    seconds = time.process_time() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return (
        f"{rows} rows, {seconds:.1f} s of the processor, {seconds / rows * 100_000:.1f} s for 100,000, {grown:.0f} MB"
    )


def measure_all(staff, visitor) -> Iterator[tuple[str, Figure]]:
    for name, path in addresses().items():
        yield name, measure(staff if path.startswith("/admin/") else visitor, path)


@contextmanager
def other_database(url: str | None) -> Iterator[Callable[[], Figure | None]]:
    """Give a function that measures the next page of another database, in a process of its own.

    A page of both is measured in the same seconds, since the machine may do something else in the next ones.
    """
    if not url:
        yield lambda: None
        return
    command = [sys.executable, "-m", "tests.performance.measure", "--answer"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    with subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url}, cwd=ROOT, **pipes) as process:

        def ask_next() -> Figure:
            process.stdin.write("\n")
            return Figure(*json.loads(process.stdout.readline()))

        yield ask_next


def answer(figures: Iterator[tuple[str, Figure]]) -> None:
    """Print a figure for each line that is read."""
    for _line in sys.stdin:
        print(json.dumps(next(figures)[1]), flush=True)  # noqa: T201


def report(name: str, figure: Figure, smaller: Figure | None) -> bool:
    """Print a line. Return whether the page is too slow."""
    milliseconds, queries = figure
    is_desk = name.startswith("desk:")
    is_slow = milliseconds > (DESK_LIMIT if is_desk else LIMIT) or (is_desk and queries > MAX_QUERIES)
    ratio = ""
    if smaller:
        ratio = f"{smaller.milliseconds:8.0f} ms{smaller.queries:4} {milliseconds / smaller.milliseconds:6.2f} x"
    mark = "  too slow" if is_slow else ""
    print(f"{name:40}{milliseconds:8.0f} ms{queries:5} queries{ratio}{mark}", flush=True)  # noqa: T201
    return is_slow


def main() -> int:
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", metavar="DATABASE_URL", help="a smaller database to compare with")
    parser.add_argument("--export", metavar="QUERY", help="download a list, for example status=closed")
    parser.add_argument("--snippets", action="store_true", help="compare with Wagtail's list of snippets")
    parser.add_argument("--answer", action="store_true", help="print a figure for each line of the input")
    options = parser.parse_args()
    if options.snippets:
        import tests.performance.snippets  # noqa: F401  before the first request reads the addresses
    logging.disable(logging.WARNING)
    settings.DEBUG = False
    user, _made = User.objects.get_or_create(
        username=f"measure-{os.getpid()}", defaults={"is_superuser": True, "is_staff": True}
    )
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    try:
        figures = measure_all(client, Client(headers={"host": "localhost"}))
        if options.answer:
            answer(figures)
            return 0
        with other_database(options.against) as ask_next:
            slow = sum(report(name, figure, ask_next()) for name, figure in figures)
        if options.snippets:
            for name, (desk, plain) in measure_snippets(client).items():
                ratio = f"{desk.milliseconds / plain.milliseconds:6.2f} x"
                print(f"{name:40}{desk.milliseconds:8.0f} ms, snippets {plain.milliseconds:6.0f} ms {ratio}")  # noqa: T201
        if options.export:
            print(f"CSV: {export(client, options.export)}")  # noqa: T201
    finally:
        user.delete()
    return 1 if slow else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings.dev")
    django.setup()
    sys.exit(main())
