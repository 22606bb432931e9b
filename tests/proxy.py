"""Start the installed nginx with deploy/nginx.conf."""

import http.client
import os
import re
import shutil
import socket
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

CONFIGURATION = Path(__file__).parents[1] / "deploy/nginx.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
START_LIMIT = 10  # seconds
# How a page is compressed for what a browser says it reads.
ACCEPTED = {
    "gzip": ["gzip", "GZIP", "gzip, deflate", "gzip;q=0.5", "gzip, br;q=0", "br;q=0.000,gzip"],
    "br": ["br", "gzip, deflate, br, zstd", "br;q=1.0, gzip;q=0.8", "gzip, br;q=0.1"],
    None: ["", "identity", "zstd", "brotli-like, gzipped", "br; q=0, gzip;q=0.0"],
}
LINE = re.compile(
    r"127\.0\.0\.1 \[[\d:T+-]+\] \"(?P<method>[A-Z-]*) (?P<path>[^\"\\]*(?:\\x[\dA-F]{2}[^\"\\]*)*)\" "
    r"(?P<status>\d+) (?P<upstream>[\d-]+) \d+ [\d.]+"
)


class Proxy:
    def __init__(self, folder: Path, upstream: int, *, read_timeout: str = "15s"):
        self.folder, self.upstream, self.read_timeout = folder, upstream, read_timeout
        self.port, self.plain_port = free_port(), free_port()

    def write_configuration(self) -> Path:
        """Write deploy/nginx.conf with the paths and ports of this test, and without the certificate."""
        text = CONFIGURATION.read_text()
        for old, new in (
            ("listen 80;", f"listen 127.0.0.1:{self.plain_port};"),
            ("listen 443 ssl http2;", f"listen 127.0.0.1:{self.port};"),
            ("server 127.0.0.1:8001;", f"server 127.0.0.1:{self.upstream};"),
            ("proxy_read_timeout 15s;", f"proxy_read_timeout {self.read_timeout};"),
            ("/srv/clinic/var/", f"{self.folder}/var/"),
            ("/var/log/nginx/", f"{self.folder}/log/"),
            ("/var/lib/nginx/", f"{self.folder}/"),
        ):
            assert old in text
            text = text.replace(old, new)
        lines = [line for line in text.splitlines() if not line.strip().startswith("ssl_certificate")]
        (self.folder / "clinic.conf").write_text("\n".join(lines))
        temporary = "".join(
            f"{kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        main = self.folder / "nginx.conf"
        main.write_text(
            f"{'user root;' if os.getuid() == 0 else ''} daemon off; master_process off; pid {self.folder}/pid;"
            f"error_log {self.folder}/log/error.log info; events {{}}"
            f"http {{ include /etc/nginx/mime.types; {temporary} include {self.folder}/clinic.conf; }}"
        )
        return main

    @contextmanager
    def running(self):
        """Start nginx, and stop it so that its logs are complete."""
        process = subprocess.Popen([NGINX, "-e", "stderr", "-p", self.folder, "-c", self.write_configuration()])
        self.pid = process.pid
        try:
            with socket.create_connection(self.wait_for_port()):
                pass
            yield self
        finally:
            process.terminate()
            process.wait(timeout=START_LIMIT)

    def wait_for_port(self) -> tuple[str, int]:
        for _attempt in range(START_LIMIT * 100):
            with socket.socket() as probe:
                probe.settimeout(0.1)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return "127.0.0.1", self.port
                threading.Event().wait(0.01)
        raise TimeoutError("nginx did not start.")

    def ask(self, path: str, *, method: str = "GET", body: bytes | None = None, port: int = 0, **headers: str):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=10)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {"Host": "www.example.com", **names})
        answer = connection.getresponse()
        answer.text = answer.read().decode("latin-1")
        connection.close()
        return answer

    def send(self, raw: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(raw)
            return connection.recv(65536)

    @property
    def log_lines(self) -> list[re.Match]:
        return [LINE.fullmatch(line) for line in (self.folder / "log/clinic.log").read_text("ascii").splitlines()]

    @property
    def all_logs(self) -> str:
        return "".join(path.read_text() for path in (self.folder / "log").iterdir())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
