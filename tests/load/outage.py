"""Take parts of the running site away, and see what visitors, patients and the desk get.

``make outage`` starts production settings with two gunicorn workers: on PostgreSQL and Redis of its own, the same with
a pool of connections, and on SQLite and a folder as cache, on two small file systems in memory (root only). Then it
stops, freezes, fills or locks one part after the other. Prints each answer with its time. Ends with status 1 when an
answer is not the promised one, takes too long, or does not come back by itself.
"""

import http.cookiejar
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from html import unescape
from pathlib import Path

from tests.browser.server import Site, free_port
from tests.load.common import READING, SETTINGS, SETTLING, Visitor, database, demo_clinic, production

PAGES = {"home": "/", "form": "/consultation/", "hours.json": "/hours.json", "search": "/search/?q=botox"}
DESK = {"dashboard": "/admin/", "cases": "/admin/case/"}
MAX_SECONDS = 3.0
ROUNDS = 3  # the first request after a failure is not like those that follow
TEXT = "Lines on my forehead, and a question."
INPUT = re.compile(r"<input ([^>]*)>")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
PLACEHOLDER_FILE = "filled"


class Browser(Visitor):
    """Ask, and return also the answers that are errors."""

    def status(self, path: str, data: dict[str, str] | None = None) -> tuple[int, str, float]:
        """Return the status, the page after all redirects, and the seconds."""
        try:
            page, _path = self.ask(path, data)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), self.seconds[-1]
        return 200, page, self.seconds[-1]


class Report:
    """Print what was seen, and remember what was wrong."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def row(
        self, part: str, who: str, seen: str, seconds: float, *, is_right: bool, limit: float = MAX_SECONDS
    ) -> None:
        mark = "" if is_right and seconds <= limit else "  <-- wrong"
        print(f"| {part} | {who} | {seen} | {seconds:.2f} s |{mark}", flush=True)  # noqa: T201
        if mark:
            self.wrong.append(f"{part}, {who}: {seen}")


def typed_fields(page: str) -> dict[str, str]:
    """Return the hidden fields of the form, and what was typed into the others."""
    found = {}
    for text in INPUT.findall(page):
        attributes = dict(ATTRIBUTE.findall(text))
        if attributes.get("type") != "radio" and "name" in attributes and attributes.get("type") != "search":
            found[attributes["name"]] = unescape(attributes.get("value", ""))
    for name, value in re.findall(r'<textarea name="(\w+)"[^>]*>([^<]*)</textarea>', page):
        found[name] = unescape(value).strip()
    found.pop("q", None)
    return found


class Clinic:
    """Ask the site as a visitor, as a patient in the middle of the form, and as the desk."""

    def __init__(self, site: Site, report: Report):
        self.site, self.report = site, report
        self.desk, self.case_path = log_in(site)
        self.forms = 0

    def open_form(self) -> tuple[Browser, dict[str, str]]:
        patient = Browser(self.site.url)
        _status, page, _seconds = patient.status("/consultation/")
        self.forms += 1
        fields = typed_fields(page) | {
            "name": "Outage Patient",
            "email": f"outage{self.forms}@outage.example.com",
            "message": TEXT,
            "consent": "on",
        }
        fields.pop("on_waitlist", None)
        return patient, {name: value for name, value in fields.items() if not name.startswith("treatments")}

    def look(self, part: str, expected: int) -> None:
        """Ask for each page some times, and report the slowest answer."""
        visitor = Browser(self.site.url)
        for who, browser, pages in (("visitor", visitor, PAGES), ("desk", self.desk, DESK)):
            for name, path in pages.items():
                answers = [browser.status(path) for _ in range(ROUNDS)]
                codes = sorted({status for status, _page, _seconds in answers})
                is_right = codes == [expected] and all(
                    is_whole(page, path, status) for status, page, _seconds in answers
                )
                seen = f"{name}: {', '.join(map(str, codes))}"
                self.report.row(part, who, seen, max(answer[2] for answer in answers), is_right=is_right)

    def open_case(self) -> dict[str, str]:
        """Return the form of a case that the desk has opened, with a note."""
        status, page, _seconds = self.desk.status(self.case_path)
        if status != 200:
            raise RuntimeError(f"The desk's page of a case answers {status}: {page[:500]}")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
        version = re.search(r'name="expected_version" value="(\d+)"', page)[1]
        return {"csrfmiddlewaretoken": token, "expected_version": version, "note": "Call back.", "action": "note"}

    def save_note(self, part: str, note: dict[str, str], expected: int) -> None:
        status, page, seconds = self.desk.status(self.case_path, note)
        words = "Note saved" if expected == 200 else "Check whether it was saved"
        seen = f"saves a note: {status}, told so: {'yes' if words in page else 'no'}"
        self.report.row(part, "desk", seen, seconds, is_right=status == expected and words in page)

    def send(self, part: str, form: tuple[Browser, dict[str, str]]) -> dict[str, str]:
        """Send the form, and return what came back in it, or {} with the receipt."""
        patient, fields = form
        status, page, seconds = patient.status("/consultation/", fields)
        if "receipt__reference" in page:
            self.report.row(part, "patient", f"receipt ({status})", seconds, is_right=True)
            return {}
        back = typed_fields(page)
        kept = all(back.get(name) == fields[name] for name in ("name", "email", "message"))
        seen = f"{status}, text given back: {'yes' if kept else 'no'}, phone: {'yes' if 'tel:' in page else 'no'}"
        self.report.row(part, "patient", seen, seconds, is_right=kept and "tel:" in page)
        return back

    def is_received(self, part: str, form: tuple[Browser, dict[str, str]]) -> None:
        """Send the form until it is received, and report how long that takes."""
        patient, fields = form
        started = time.monotonic()
        while time.monotonic() - started < 30:
            _status, page, _seconds = patient.status("/consultation/", fields)
            if "receipt__reference" in page:
                break
            fields = typed_fields(page) or fields
            time.sleep(0.2)
        seconds = time.monotonic() - started
        seen = "sent again: receipt" if "receipt__reference" in page else "sent again: no receipt"
        self.report.row(part, "patient", seen, seconds, is_right="receipt__reference" in page)


def is_whole(page: str, path: str, status: int) -> bool:
    """Return whether the page is complete, and no log-in page in place of the desk's."""
    if path in DESK.values() and status == 200:
        # The cover of an idle page asks for a password too, so look for what only the admin has.
        return "</html>" in page and 'id="wagtail-sidebar"' in page
    return path.endswith(".json") or ("</html>" in page and 'name="password"' not in page)


def log_in(site: Site) -> tuple[Browser, str]:
    """Return a browser of the desk, without the log-in page, and the address of a case."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore
    from django.urls import reverse

    from bookings.models import Case

    settings.SECRET_KEY = SETTINGS["SECRET_KEY"]
    with database():
        user = User.objects.filter(is_superuser=True).first()
        session = SessionStore()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session.create()
        case = Case.objects.exclude(status="closed").first()
    browser = Browser(site.url)
    cookie = http.cookiejar.Cookie(
        *(0, "sessionid", session.session_key, None, False, "127.0.0.1", False, False, "/", True),
        *(False, None, True, None, None, {}),
    )
    browser.cookies.set_cookie(cookie)
    return browser, reverse("case:inspect", args=[case.pk])


class Redis:
    """Run a Redis of our own."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL)
        time.sleep(0.5)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def stop(self) -> None:
        self.signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()


class Postgres:
    """Run a PostgreSQL of our own."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder / "postgres", free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        self.folder.mkdir()
        folder.chmod(0o755)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8")

    def run(self, program: str, *arguments: str) -> None:
        user = "postgres" if os.geteuid() == 0 else None
        command = [self.bin / program, "--pgdata", self.folder, *arguments]
        subprocess.run(command, user=user, cwd="/", check=True, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self.run("pg_ctl", "start", "--wait", "--log", str(self.folder / "log"), "--options", options)

    def stop(self) -> None:
        self.run("pg_ctl", "stop", "--mode", "immediate")

    def signal(self, number: signal.Signals) -> None:
        """Send the signal to all processes of the server."""
        first = (self.folder / "postmaster.pid").read_text().split()[0]
        subprocess.run(["pkill", f"-{number.value}", "--parent", first], check=True)
        os.kill(int(first), number)


@contextmanager
def small_disk(path: Path, megabytes: int) -> Iterator[Path]:
    """Mount a file system in memory."""
    path.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", path], check=True)
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


def remount(path: Path, mode: str) -> None:
    """Make the file system read-only (``ro``) or writable (``rw``)."""
    subprocess.run(["mount", "-o", f"remount,{mode}", path], check=True)


def fill(path: Path) -> None:
    with (path / PLACEHOLDER_FILE).open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"0" * 4096)


def break_postgres_and_redis(options: str = "") -> Report:
    report = Report()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        redis, postgres = Redis(folder), Postgres(folder)
        for server in (redis, postgres):
            server.start()
            stack.callback(server.stop)
        os.environ |= {"DATABASE_URL": postgres.url, "CACHE_URL": redis.url}
        demo = stack.enter_context(demo_clinic("outage"))
        url = demo.environment["DATABASE_URL"] + options
        site = stack.enter_context(production(demo, CACHE_URL=redis.url, DATABASE_URL=url))
        time.sleep(SETTLING)
        clinic = Clinic(site, report)
        clinic.look("everything works", 200)
        break_redis(clinic, redis)
        break_postgres(clinic, postgres)
    return report


def break_without_harm(clinic: Clinic, breaks: dict[str, tuple[Callable, Callable]]) -> None:
    """Take each part away and put it back. Visitors, the patient and the desk notice nothing of it."""
    for part, (take_away, put_back) in breaks.items():
        form, note = clinic.open_form(), clinic.open_case()
        time.sleep(READING)
        take_away()
        clinic.look(part, 200)
        clinic.send(part, form)
        clinic.save_note(part, note, 200)
        put_back()


def break_writing(clinic: Clinic, breaks: dict[str, tuple[Callable, Callable]], pages: int) -> None:
    """Take each part away and put it back. Nothing can be saved meanwhile, and nothing typed is lost.

    ``pages`` is the status of the pages meanwhile.
    """
    for part, (take_away, put_back) in breaks.items():
        form, note = clinic.open_form(), clinic.open_case()
        time.sleep(READING)
        take_away()
        clinic.look(part, pages)
        back = clinic.send(part, form)
        clinic.save_note(part, note, 503)
        put_back()
        clinic.is_received(f"{part}, over", (form[0], back))
        clinic.save_note(f"{part}, over", note, 200)
        clinic.look(f"{part}, over", 200)


def break_redis(clinic: Clinic, redis: Redis) -> None:
    break_without_harm(
        clinic,
        {
            "Redis frozen": (lambda: redis.signal(signal.SIGSTOP), lambda: redis.signal(signal.SIGCONT)),
            "Redis restarted": (lambda: (redis.stop(), redis.start()), lambda: None),
            "Redis stopped": (redis.stop, redis.start),
        },
    )


def break_postgres(clinic: Clinic, postgres: Postgres) -> None:
    breaks: dict[str, tuple[Callable, Callable]] = {
        "PostgreSQL stopped": (postgres.stop, postgres.start),
        "PostgreSQL frozen": (lambda: postgres.signal(signal.SIGSTOP), lambda: postgres.signal(signal.SIGCONT)),
    }
    break_writing(clinic, breaks, pages=503)


def break_sqlite_and_folder() -> Report:
    report = Report()
    os.environ |= {"DATABASE_URL": "", "CACHE_URL": ""}
    with ExitStack() as stack:
        demo = stack.enter_context(demo_clinic("outage"))
        source = Path(urllib.parse.urlsplit(demo.environment["DATABASE_URL"]).path)
        disk = stack.enter_context(small_disk(demo.folder / "disk", 64))
        cache = stack.enter_context(small_disk(demo.folder / "cache", 16))
        shutil.copy(source, disk / "db.sqlite3")
        url = f"sqlite:///{disk}/db.sqlite3"
        from django.conf import settings

        settings.DATABASES["default"]["NAME"] = str(disk / "db.sqlite3")
        from django.db import connection

        connection.settings_dict["NAME"] = str(disk / "db.sqlite3")
        site = stack.enter_context(production(demo, DATABASE_URL=url))
        time.sleep(SETTLING)
        clinic = Clinic(site, report)
        clinic.look("everything works", 200)
        break_cache(clinic, cache)
        break_sqlite(clinic, disk)
    return report


def break_cache(clinic: Clinic, cache: Path) -> None:
    break_without_harm(
        clinic,
        {
            "Cache: full disk": (lambda: fill(cache), (cache / PLACEHOLDER_FILE).unlink),
            "Cache: read-only": (lambda: remount(cache, "ro"), lambda: remount(cache, "rw")),
            "Cache: every entry corrupt": (lambda: corrupt(cache), lambda: None),
        },
    )


def break_sqlite(clinic: Clinic, disk: Path) -> None:
    def make_read_only() -> None:
        # The site's own connections keep the file system busy, so it starts anew on the read-only one.
        clinic.site.__exit__()
        remount(disk, "ro")
        clinic.site.start()

    breaks: dict[str, tuple[Callable, Callable]] = {
        "SQLite: full disk": (lambda: fill(disk), (disk / PLACEHOLDER_FILE).unlink),
        "SQLite: read-only": (make_read_only, lambda: remount(disk, "rw")),
    }
    break_writing(clinic, breaks, pages=200)


def corrupt(cache: Path) -> None:
    for entry in cache.glob("*.djcache"):
        entry.write_bytes(b"\x80\x05junk" * 20)


def main() -> int:
    part = sys.argv[1]
    if part == "sqlite" and os.geteuid():
        print("Only root can mount the small disks for SQLite: left out.")  # noqa: T201
        return 0
    parts = {
        "postgres": break_postgres_and_redis,
        "pool": lambda: break_postgres_and_redis("?pool=True"),
        "sqlite": break_sqlite_and_folder,
    }
    report = parts[part]()
    print("\n".join(["", "Wrong:", *report.wrong] if report.wrong else ["", "All as promised."]))  # noqa: T201
    return int(bool(report.wrong))


if __name__ == "__main__":
    sys.exit(main())
