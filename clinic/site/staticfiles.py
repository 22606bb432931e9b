"""Collect the static files when they changed, and do without them until then."""

import hashlib
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

STAMP = "collected"


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Use the plain name of a file that was not collected yet.

    A command that renders pages works before ``collectstatic``, and a missing file never costs a page.
    """

    def stored_name(self, name: str) -> str:
        try:
            return super().stored_name(name)
        except ValueError:
            return name


def collect_changed() -> None:
    """Run ``collectstatic`` unless it has run on the same files and settings.

    Hashing and compressing all files takes most of the time of a start.
    """
    stamp, state = Path(settings.STATIC_ROOT) / STAMP, get_state()
    if stamp.exists() and stamp.read_text() == state:
        return
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state)


def get_state() -> str:
    """Return a hash of all that decides what ``collectstatic`` makes."""
    state = hashlib.sha256()
    parts = [settings.STATIC_URL, settings.STORAGES["staticfiles"]]
    parts += [version(package) for package in ("django", "whitenoise", "brotli")]
    for finder in get_finders():
        for path, storage in finder.list([]):
            file = Path(storage.path(path)).stat()
            parts.append((path, storage.location, file.st_size, file.st_mtime_ns))
    for part in parts:
        state.update(repr(part).encode())
    return state.hexdigest()
