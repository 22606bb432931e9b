"""Start servers on the demo's database, ask them, and read how much processor time they took."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.browser.server import ROOT, free_port

START_LIMIT = 60  # seconds
PROCESSES = 2  # of gunicorn
BROWSER = "gzip, deflate, br, zstd"
PIPELINED = 200  # requests that one connection to nginx sends at once


@dataclass
class Server:
    """Hold a running server. ``host`` is what requests ask for."""

    name: str
    port: int
    pids: list[int]
    host: str

    def get_seconds(self) -> float:
        """Return the processor time that the threads of the server have taken so far, to the nanosecond."""
        threads = (file for pid in self.pids for file in Path(f"/proc/{pid}/task").glob("*/schedstat"))
        return sum(int(file.read_text().split()[0]) for file in threads) / 1e9

    def ask(self, path: str, **headers: str) -> tuple[int, int]:
        """Return status and bytes of one answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers={"Host": self.host, "Accept-Encoding": BROWSER} | names)
        answer = connection.getresponse()
        size = len(answer.read())
        if answer.status == 302:
            raise SystemExit(f"{self.name} leads from {path} to {answer.headers['Location']}")
        connection.close()
        return answer.status, size

    def ask_at_once(self, path: str) -> int:
        """Send many requests over one connection. Return the bytes of all answers."""
        request = f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nAccept-Encoding: gzip\r\n"
        content = f"{request}\r\n" * (PIPELINED - 1) + f"{request}Connection: close\r\n\r\n"
        size = 0
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(content.encode())
            while part := connection.recv(1 << 20):
                size += len(part)
        return size


def find_children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(child) for child in found.stdout.split()]


@contextmanager
def gunicorn(name: str, config: str, host: str, environment: dict[str, str], log: Path) -> Iterator[Server]:
    """Run gunicorn with two processes."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", config, "--bind", f"127.0.0.1:{port}"]
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield Server(name, port, wait_for_processes(process, log), host)
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for_processes(process: subprocess.Popen, log: Path) -> list[int]:
    """Return the processes that answer, as soon as all of them do."""
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end and process.poll() is None:
        if len(children := find_children(process.pid)) == PROCESSES:
            return children
        time.sleep(0.1)
    raise RuntimeError(f"gunicorn did not start:\n{log.read_text()[-2000:]}")
