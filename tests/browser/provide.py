"""Find or install a Chromium or Chrome for the browser tests.

``python -m tests.browser.provide`` is what ``make test`` calls first.
"""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
DOWNLOAD_LIMIT = 300  # seconds
# With these arguments the browser sends no requests of its own.
ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


def launch_arguments() -> list[str]:
    """Return the browser's arguments.

    Chromium refuses to run its sandbox as root, as in most containers.
    """
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*ARGUMENTS, "--no-sandbox"] if is_root else ARGUMENTS


def find() -> str | None:
    """Return the path of a browser, or None.

    It comes from ``CHROMIUM``, from the machine, or from Playwright.
    """
    named = [os.environ.get("CHROMIUM", ""), *filter(None, map(shutil.which, COMMANDS))]
    apps = MAC_APPS if platform.system() == "Darwin" else ()
    for path in (*named, *apps):
        if path and Path(path).exists():
            return path
    return playwrights_own()


def playwrights_own() -> str | None:
    """Return the path of Playwright's own browser, after half a second."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    print("No Chromium or Chrome found. Downloading Playwright's own ...", flush=True)  # noqa: T201
    try:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True, timeout=DOWNLOAD_LIMIT)
    except (subprocess.SubprocessError, OSError):
        print("That download is not possible here.", flush=True)  # noqa: T201
    if not find() and shutil.which("apt-get"):
        print("Installing Debian's package chromium ...", flush=True)  # noqa: T201
        prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
        subprocess.run([*prefix, "apt-get", "update", "-qq"], check=False)
        subprocess.run(
            [*prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
            check=False,
            stdout=subprocess.DEVNULL,
        )


def main() -> int:
    if not find():
        install()
    path = find()
    if path:
        print(f"Browser tests run in {path}", flush=True)  # noqa: T201
        return 0
    print("The tests need Chromium or Chrome: install one, or name it in CHROMIUM=/path/to/it.", file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())
