"""Measure the production stack on this machine, and judge it by ratios.

``make bench`` starts gunicorn and nginx on the demo clinic, and what they are compared with: a constant reply from
gunicorn, a Wagtail page that prints only its title, and a file from nginx. All are asked in turns in one run, so other
work on the machine changes the times and hardly the ratios. Writes ``bench/DATE.json``, compares it with the newest one
before, draws ``docs/pictures/bench.svg``, and ends with status 1 if a ratio is beyond its limit.
"""

import gzip
import json
import logging
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from tests.browser.server import ROOT
from tests.load.common import READING, REFERENCE, SETTINGS, Visitor, demo_clinic, hidden_fields
from tests.load.patients import TIMES
from tests.performance.drawing import draw
from tests.performance.servers import PIPELINED, Server, gunicorn
from tests.proxy import Proxy

HOST = "www.example.com"
ROUNDS, REQUESTS, MANY, BATCHES = 7, 60, 400, 25
FOLDER, PICTURE = ROOT / "bench", ROOT / "docs/pictures/bench.svg"
PATIENTS, SECONDS = 24, 60  # who send booking requests one after the other, and how long
WORSE = 1.25  # times the ratio of the last measurement is reported

KEPT_LIMIT, BARE_LIMIT, STATIC_LIMIT, POSTS_LIMIT = 1.5, 2.5, 0.9, 200
numbers = count()


def find_pages() -> dict[str, str]:
    from blog.models import BlogPage
    from treatments.models import TreatmentPage

    article, treatment = BlogPage.objects.live().order_by("-date")[0], TreatmentPage.objects.live().order_by("pk")[0]
    return {
        "home": "/",
        "articles": "/blog/",
        "article": article.url,
        "treatments": "/treatments/",
        "treatment": treatment.url,
        "contact": "/contact/",
        "consultation": "/consultation/",
    }


def find_desk_pages() -> dict[str, str]:
    from bookings.models import Case

    return {
        "Today": "/admin/today/",
        "cases": "/admin/case/",
        "case": f"/admin/case/{Case.objects.latest('pk').pk}/",
        "calendar": "/admin/calendar/",
    }


class Row:
    """Collect the rounds of one measurement. ``milliseconds`` are of the processor."""

    def __init__(self, name: str, server: Server, ask: Callable[[], int], requests: int = REQUESTS, each: int = 1):
        self.name, self.server, self.ask, self.requests, self.each = name, server, ask, requests, each
        self.milliseconds: list[float] = []
        self.waits: list[float] = []
        self.size = 0

    def run(self) -> None:
        self.ask()
        start = self.server.get_seconds()
        for _number in range(self.requests):
            begin = time.perf_counter()
            self.size = self.ask()
            self.waits.append((time.perf_counter() - begin) * 1000 / self.each)
        taken = self.server.get_seconds() - start
        self.milliseconds.append(taken * 1000 / self.requests / self.each)

    @property
    def cpu(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def wait(self) -> float:
        return statistics.median(self.waits)

    def to_json(self) -> dict[str, Any]:
        p99 = statistics.quantiles(self.waits, n=100)[98]
        figures = {"cpu_ms": self.cpu, "p50_ms": self.wait, "p99_ms": p99}
        return {name: round(value, 4) for name, value in figures.items()} | {"bytes": self.size // self.each}


def ask_page(server: Server, path: str, *, kept: bool = True, cookie: str = "") -> Callable[[], int]:
    """Return a function that asks for a page. Without ``kept`` it is rendered each time: its address is a new one."""

    def ask() -> int:
        address = path if kept else f"{path}?bench={next(numbers)}"
        status, size = server.ask(address, **({"Cookie": cookie} if cookie else {}))
        if status != 200:
            raise SystemExit(f"{server.name} answers {status} to {address}")
        return size

    return ask


def count_queries(pages: dict[str, str]) -> dict[str, int]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    found = {}
    for name, path in pages.items():
        client = Client()
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        found[name] = len(queries)
    return found


def measure(site: Server, bare: Server, constant: Server, proxy: Server, pages: dict[str, str]) -> dict[str, Row]:
    """Ask in turns, a few rounds."""
    rows = [Row("constant", constant, ask_page(constant, "/"), MANY)]
    rows += [Row("bare page", bare, ask_page(bare, "/contact/", kept=False))]
    rows += [Row(f"{name}, rendered", site, ask_page(site, path, kept=False)) for name, path in pages.items()]
    kept = {name: path for name, path in pages.items() if name != "consultation"}
    rows += [Row(f"{name}, kept", site, ask_page(site, path), MANY) for name, path in kept.items()]
    for name, path in (("nginx, file", "/static/bench/home.html"), ("nginx, kept", "/")):
        rows.append(Row(name, proxy, lambda path=path: proxy.ask_at_once(path), BATCHES, PIPELINED))
    cookie = f"sessionid={make_session()}"
    rows += [
        Row(f"desk: {name}", site, ask_page(site, path, cookie=cookie), 20) for name, path in find_desk_pages().items()
    ]
    for _round in range(ROUNDS):
        for row in rows:
            row.run()
    return {row.name: row for row in rows}


def make_session() -> str:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore
    from django.test import override_settings

    user = User.objects.filter(is_superuser=True).first()
    session = SessionStore()
    with override_settings(SECRET_KEY=SETTINGS["SECRET_KEY"]):
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session.create()
    return session.session_key


class Bookings(threading.Thread):
    """Send one booking request after the other until ``end``, each as another patient."""

    def __init__(self, number: int, url: str, end: float):
        super().__init__()
        self.number, self.url, self.end = number, url, end
        self.random = Random(number)  # noqa: S311  no secret
        self.receipts, self.errors, self.seconds = 0, [], []

    def run(self) -> None:
        for turn in count():
            if time.monotonic() > self.end:
                return
            try:
                visitor = Visitor(self.url)
                page, _path = visitor.ask("/consultation/")
                time.sleep(READING)
                typed = {
                    "name": f"Bench Patient {self.number} {turn}",
                    "email": f"bench{self.number}-{turn}@patient.example.com",
                    "message": "Typed once.",
                    "consent": "on",
                    "start": self.random.choice([*TIMES.findall(page), ""]),
                }
                page, path = visitor.ask("/consultation/", hidden_fields(page) | typed)
                self.receipts += "/received/" in path and bool(REFERENCE.search(page))
                self.seconds += visitor.seconds
            except Exception as error:
                self.errors.append(f"{type(error).__name__}: {error}")


def book_beside_browsing(site: Server, pages: dict[str, str]) -> dict[str, float]:
    """Let patients book while others read all pages. Return the receipts a minute."""
    end = time.monotonic() + SECONDS
    patients = [Bookings(number, f"http://127.0.0.1:{site.port}", end) for number in range(PATIENTS)]
    for patient in patients:
        patient.start()
    read = 0
    while time.monotonic() < end:
        for path in pages.values():
            site.ask(path)
            site.ask(f"{path}?bench={next(numbers)}")
            read += 2
    for patient in patients:
        patient.join()
    seconds = [second for patient in patients for second in patient.seconds]
    for error in {error for patient in patients for error in patient.errors}:
        print(f"a patient: {error}")  # noqa: T201
    return {
        "receipts_a_minute": round(sum(patient.receipts for patient in patients) * 60 / SECONDS),
        "errors": sum(len(patient.errors) for patient in patients),
        "pages_a_minute": round(read * 60 / SECONDS),
        "p99_s": round(statistics.quantiles(seconds, n=100)[98], 2),
    }


def judge(rows: dict[str, Row], bookings: dict[str, float]) -> dict[str, tuple[float, float, bool]]:
    """Return the ratios, their limits, and whether each is within it."""
    constant, bare = rows["constant"].cpu, rows["bare page"].cpu
    found = {
        f"{name} / constant": (row.cpu / constant, KEPT_LIMIT) for name, row in rows.items() if name.endswith(", kept")
    }
    del found["nginx, kept / constant"]
    for name, row in rows.items():
        if name.endswith(", rendered"):
            found[f"{name} / bare page"] = (row.cpu / bare, BARE_LIMIT)
    found["consultation / article"] = (rows["consultation, rendered"].cpu / rows["article, rendered"].cpu, 1.0)
    speed = rows["nginx, file"].wait / rows["nginx, kept"].wait
    ratios = {name: (value, limit, value <= limit) for name, (value, limit) in found.items()}
    ratios["nginx: kept page, speed of a file"] = (speed, STATIC_LIMIT, speed >= STATIC_LIMIT)
    receipts = bookings["receipts_a_minute"]
    ratios["bookings a minute beside browsing"] = (receipts, POSTS_LIMIT, receipts >= POSTS_LIMIT)
    return ratios


def report(result: dict[str, Any], before: dict[str, Any] | None) -> bool:
    """Print the table. Return whether every ratio is within its limit."""
    lines = [f"{'':30}{'CPU ms':>9}{'p50 ms':>9}{'p99 ms':>9}{'bytes':>9}"]
    lines += [
        f"{name:30}{row['cpu_ms']:9.3f}{row['p50_ms']:9.2f}{row['p99_ms']:9.2f}{row['bytes']:9}"
        for name, row in result["rows"].items()
    ]
    lines += ["", "Queries: " + ", ".join(f"{name} {number}" for name, number in result["queries"].items())]
    lines += ["Bookings: " + ", ".join(f"{name} {number}" for name, number in result["bookings"].items()), ""]
    for name, (value, limit, is_good) in result["ratios"].items():
        old = (before or {}).get("ratios", {}).get(name)
        change = f"  was {old[0]:.2f}" if old and not 1 / WORSE < value / old[0] < WORSE else ""
        lines.append(f"{name:40}{value:8.2f}  limit {limit:6.2f}{'' if is_good else '  BEYOND'}{change}")
    print("\n".join(lines))  # noqa: T201
    return all(is_good for _value, _limit, is_good in result["ratios"].values())


def main() -> int:
    logging.disable(logging.WARNING)
    with demo_clinic("bench") as demo:
        folder = demo.folder
        environment = demo.environment | SETTINGS | {
            "SITE_URL": f"http://{HOST}",
            "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
            "DJANGO_SETTINGS_MODULE": "clinic.settings.production",
        }  # fmt: skip
        prepare = [sys.executable, "manage.py", "prepare"]
        subprocess.run(prepare, cwd=ROOT, env=environment, check=True, capture_output=True)
        config, log = "python:clinic.gunicorn_config", folder / "gunicorn.log"
        (folder / "nginx/log").mkdir(parents=True)
        (folder / "nginx/var").symlink_to(folder)
        with gunicorn("site", config, HOST, environment, log) as site:
            body = folder / "static/bench/home.html"
            body.parent.mkdir(parents=True, exist_ok=True)
            body.write_bytes(gzip.decompress(read(site, "/")))
            body.with_name("home.html.gz").write_bytes(read(site, "/"))
            for path in [body.parent, *body.parent.iterdir()]:
                path.chmod(0o755)
            pages = find_pages()
            bare = environment | {"DJANGO_SETTINGS_MODULE": "tests.performance.bare"}
            constant = environment | {"BODY": str(body)}
            with (
                gunicorn("bare page", config, HOST, bare, folder / "bare.log") as bare_page,
                gunicorn("constant", "python:tests.performance.constant", HOST, constant, folder / "c.log") as reply,
                Proxy(folder / "nginx", site.port).running() as nginx,
            ):
                proxy = Server("nginx", nginx.port, [nginx.pid], HOST)
                rows = measure(site, bare_page, reply, proxy, pages)
            bookings = book_beside_browsing(site, pages)
        result = {
            "date": date.today().isoformat(),  # noqa: DTZ011
            "rows": {name: row.to_json() for name, row in rows.items()},
            "queries": count_queries(pages),
            "bookings": bookings,
            "ratios": judge(rows, bookings),
        }
    return finish(result)


def read(server: Server, path: str) -> bytes:
    import urllib.request

    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{path}", headers={"Host": HOST, "Accept-Encoding": "gzip"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return answer.read()


def finish(result: dict[str, Any]) -> int:
    files = sorted(FOLDER.glob("*.json"))
    before = json.loads(files[-1].read_text()) if files else None
    is_good = report(result, before)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{result['date']}.json").write_text(json.dumps(result, indent=1) + "\n")
    times = {name: row["cpu_ms"] for name, row in result["rows"].items()}
    PICTURE.write_text(draw(times, f"Milliseconds of the processor for one answer, {result['date']}"))
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
    sys.exit(main())
