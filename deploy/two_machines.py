"""Run the site as on two machines: two web servers behind one nginx, and two workers.

``python deploy/two_machines.py`` with the variables of production in the environment. ``DATABASE_URL``, ``CACHE_URL``
and ``S3_URL`` name what both share; each has a folder of its own for the rest. nginx runs with ``deploy/nginx.conf``,
without a certificate. ``PORT`` is the one that visitors use; the web servers take the two after it. Ctrl-C ends all.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ("DATABASE_URL", "CACHE_URL", "S3_URL")
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
START_LIMIT = 120  # seconds


class Machine:
    """Run gunicorn and a worker with a folder of their own."""

    def __init__(self, folder: Path, port: int, environment: dict[str, str]):
        self.folder, self.port = folder, port
        self.url = f"http://127.0.0.1:{port}"
        self.environment = environment | {
            "VAR_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "clinic.settings.production",
        }
        self.processes: list[subprocess.Popen] = []
        folder.mkdir(parents=True, exist_ok=True)

    def run(self, *command: str) -> subprocess.Popen:
        # A group of its own, so that all processes of a machine can end at once.
        with (self.folder / "log").open("a") as log:
            process = subprocess.Popen(  # noqa: S603 our own commands
                [sys.executable, *command], cwd=ROOT, env=self.environment, stdout=log, stderr=log, process_group=0
            )
        self.processes.append(process)
        return process

    def prepare(self) -> None:
        if self.run("manage.py", "prepare").wait():
            raise RuntimeError(f"{self.folder / 'log'} says why the site was not prepared.")

    def start_web(self) -> None:
        options = ["--config", "python:clinic.gunicorn_config", "--bind", f"127.0.0.1:{self.port}"]
        self.web = self.run("-m", "gunicorn", *options)
        end = time.monotonic() + START_LIMIT
        while self.web.poll() is None and time.monotonic() < end:
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=2).close()  # noqa: S310 our own address
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"{self.folder / 'log'} says why the web server did not start.")

    def start(self) -> None:
        self.prepare()
        self.start_web()
        self.run("manage.py", "run_worker")

    def kill_web(self) -> None:
        """End the web server as a machine that loses its power."""
        os.killpg(self.web.pid, signal.SIGKILL)
        self.web.wait()

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()


def start_nginx(folder: Path, port: int, machines: list[Machine]) -> subprocess.Popen:
    """Start nginx with deploy/nginx.conf, with the machines behind it."""
    text = (ROOT / "deploy/nginx.conf").read_text()
    text = re.sub(r"listen 443 [^;]*;", f"listen 127.0.0.1:{port};", text)
    text = re.sub(r"\s*listen 80;", "\n    listen unix:redirect.sock;", text)
    text = re.sub(r"\n\s*ssl_certificate[^\n]*", "", text)
    servers = "".join(f"server 127.0.0.1:{machine.port} fail_timeout=1s;" for machine in machines)
    text = text.replace("server 127.0.0.1:8001;", servers)
    text = text.replace("/srv/clinic/var/", f"{machines[0].folder}/")
    text = re.sub(r"/var/(log|lib)/nginx", str(folder), text)
    (folder / "site.conf").write_text(text)
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
        f"http {{ include /etc/nginx/mime.types; {places} include {folder}/site.conf; }}"
    )
    return subprocess.Popen([NGINX, "-e", "stderr", "-p", folder, "-c", folder / "nginx.conf"])  # noqa: S603


def main() -> int:
    missing = [name for name in SHARED if not os.environ.get(name)]
    if missing or not NGINX:
        print(f"Two machines need {', '.join(missing) or 'nginx'}.")  # noqa: T201
        return 1
    port = int(os.environ.get("PORT", "8000"))
    folder = Path(os.environ.get("VAR_DIR", ROOT / "var")) / "machines"
    environment = {"SITE_URL": f"http://127.0.0.1:{port}", "HTTPS": "False", **os.environ}
    machines = [Machine(folder / str(number), port + number, environment) for number in (1, 2)]
    nginx = None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        for machine in machines:
            machine.start()
        nginx = start_nginx(folder, port, machines)
        print(f"The site is at {environment['SITE_URL']}, on {' and '.join(machine.url for machine in machines)}.")  # noqa: T201
        nginx.wait()
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for process in filter(None, [nginx, *(process for machine in machines for process in machine.processes)]):
            process.terminate()
        for machine in machines:
            machine.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
