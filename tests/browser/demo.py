import hashlib
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

from django.conf import settings

from tests.database import locked, template_key

from .server import ROOT, Site

PACKAGES = ("blog", "bookings", "clinic", "treatments")


def copy_demo(folder: Path) -> None:
    """Copy the loaded demo into the folder of a site that runs on SQLite.

    The demo is loaded once for this code and this day: its dates count from today.
    """
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return
    template = settings.VAR_DIR / "tests" / f"demo_{demo_key()}"
    with locked(settings.VAR_DIR / "tests" / "demo.lock"):
        if not template.exists():
            for old in template.parent.glob("demo_*"):
                shutil.rmtree(old)
            load_demo(template.with_name("demo_unfinished"))
            template.with_name("demo_unfinished").rename(template)
    shutil.copytree(template, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("cache"))


def load_demo(folder: Path) -> None:
    folder.mkdir(parents=True)
    site = Site(folder)
    for command in ("migrate", "load_demo"):
        arguments = [sys.executable, "manage.py", command, "-v", "0"]
        subprocess.run(arguments, cwd=ROOT, env=site.environment, check=True, stdout=subprocess.DEVNULL)


def demo_key() -> str:
    files = [path for name in PACKAGES for path in (ROOT / name).rglob("*") if path.suffix != ".pyc" and path.is_file()]
    key = hashlib.sha256(f"{template_key()} {date.today()}".encode())  # noqa: DTZ011
    for path in sorted(files):
        key.update(str(path).encode() + path.read_bytes())
    return key.hexdigest()[:16]
