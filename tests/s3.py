"""Run a storage that speaks S3, and a command that uses it.

``python -m tests.s3 make test`` runs the suite with its media there. moto pins packages that the site has in other
versions, so it gets an environment of its own, which is kept in ``var/``.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
import urllib.request
import venv
from pathlib import Path

from tests.browser.server import ROOT, free_port
from tests.database import locked

PACKAGES = ROOT / "requirements-s3.txt"
PRIVATE, PUBLIC = "clinic-private", "clinic-public"
START_LIMIT = 60  # seconds
# What docs/deploy.md says of the public bucket.
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{PUBLIC}/*"}
    ],
}


def provide() -> Path:
    """Return the Python of an environment with moto. Make it first if the list of packages has changed."""
    folder = Path(os.environ.get("VAR_DIR", ROOT / "var")) / "tests" / "moto"
    python, stamp = folder / "bin" / "python", folder / "installed"
    wanted = hashlib.sha256(PACKAGES.read_bytes() + sys.version.encode()).hexdigest()
    with locked(folder.with_suffix(".lock")):
        if not stamp.exists() or stamp.read_text() != wanted:
            venv.create(folder, clear=True, with_pip=True)
            install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", PACKAGES]
            subprocess.run(install, check=True, env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"})
            stamp.write_text(wanted)
    return python


class Storage:
    """Run moto with both buckets. What is in them is gone when it ends. ``url`` is the ``S3_URL`` of a site."""

    def __init__(self) -> None:
        self.endpoint = f"http://127.0.0.1:{free_port()}"
        self.url = f"{self.endpoint.replace('://', '://key:secret@')}/{PRIVATE}/{PUBLIC}"

    def start(self) -> None:
        address = ["-H", "127.0.0.1", "-p", self.endpoint.rpartition(":")[2]]
        self.process = subprocess.Popen(
            [provide(), "-m", "moto.server", *address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + START_LIMIT
        while not self._put(PRIVATE):
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("The storage did not start.")
            time.sleep(0.1)
        if not (self._put(PUBLIC) and self._put(f"{PUBLIC}?policy", json.dumps(POLICY).encode())):
            raise RuntimeError("The public bucket could not be made.")

    def _put(self, path: str, body: bytes | None = None) -> bool:
        headers = {"Content-Type": "application/json"}  # else the body is read as a form
        request = urllib.request.Request(f"{self.endpoint}/{path}", body, headers, method="PUT")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                return answer.status in (200, 204)
        except OSError:
            return False

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def main() -> int:
    storage = Storage()
    storage.start()
    try:
        return subprocess.run(sys.argv[1:], env=os.environ | {"S3_URL": storage.url}, check=False).returncode
    finally:
        storage.stop()


if __name__ == "__main__":
    sys.exit(main())
