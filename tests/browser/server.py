"""Run the real site for tests.

It has the processes of ``make run`` or ``make serve``, and a database and a folder of its own.
"""

import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT = 240  # seconds: the first start draws the demo's pictures


# Each test process has a site of its own: with its own database, and one of Redis's caches to itself.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def database_url(folder: Path, name: str) -> str:
    """Create a database on the engine that the suite runs on. Return its URL."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        return f"sqlite:///{folder}/db.sqlite3"
    database = f"clinic_browser_{name}_{WORKER}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {database}")
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def cache_url() -> str:
    url = os.environ.get("CACHE_URL", "")
    return url and f"{url.rpartition('/')[0]}/{8 + WORKER}"


class Site:
    """Prepare, start and stop a site.

    ``web`` is "dev", or "web" for production settings. ``url`` has no slash at its end. What the processes print is in
    ``log``.
    """

    def __init__(self, folder: Path, *, name: str = "demo", web: str = "dev", **environment: str):
        self.folder = folder
        self.web = web
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"{name}.log"
        self.environment = (
            os.environ
            | {
                "DJANGO_SETTINGS_MODULE": f"clinic.settings.{'production' if web == 'web' else 'dev'}",
                "DATABASE_URL": environment.get("DATABASE_URL") or database_url(folder, name),
                "CACHE_URL": cache_url(),
                "VAR_DIR": str(folder),
                "SITE_URL": self.url,
                "HOST": "127.0.0.1",
                "PORT": str(self.port),
                "PYTHON": sys.executable,
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            }
            | environment
        )

    def open_mailed_links(self) -> None:
        """Let all patients have opened the link in their email: then no day is full of unconfirmed times."""
        statement = "UPDATE bookings_case SET link_opened_at = created_at WHERE link_opened_at IS NULL"
        url = self.environment["DATABASE_URL"]
        if url.startswith("postgres"):
            with psycopg.connect(url) as connection:
                connection.execute(statement)
        else:
            with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)) as connection, connection:
                connection.execute(statement)

    def prepare(self) -> None:
        """Migrate, and load the demo or collect static files.

        Raise RuntimeError with the output on failure.
        """
        command = [sys.executable, "manage.py", "prepare"]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=START_LIMIT
        )
        if done.returncode:
            raise RuntimeError(f"The site was not prepared:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")

    def __enter__(self) -> "Site":
        self.prepare()
        self.start()
        return self

    def start(self) -> None:
        if self.web == "web":
            options = ["--configuration", "deploy/supervisord.conf", "--pidfile", f"{self.folder}/supervisord.pid"]
            command = [sys.executable, "-m", "supervisor.supervisord", *options]
            command = ["sh", "-c", 'exec env SUPERVISOR_PID=$$ "$@"', "sh", *command]
        else:
            command = [sys.executable, "-m", "honcho", "--env", os.devnull, "start", "--port", str(self.port)]
            command += ["dev", "worker"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )
        self.wait_until_up()

    def __exit__(self, *exception) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)

    def wait_until_up(self) -> None:
        end = time.monotonic() + START_LIMIT
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:  # noqa: S310
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise RuntimeError(f"The site did not start:\n{self.log.read_text()[-4000:]}")
