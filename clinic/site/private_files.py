"""Let only the site's own user read what the site writes."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import connection

SQLITE_SUFFIXES = ("", "-wal", "-shm", "-journal")


def make_private() -> None:
    """Correct the modes of all files in ``VAR_DIR``, and of SQLite's files.

    The umask of the settings sets the modes of new files. Where a proxy serves ``/media/``, the group may read media.
    """
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    for folder, _folders, files in os.walk(settings.VAR_DIR):
        is_shared = not settings.SERVE_MEDIA and Path(folder).is_relative_to(settings.MEDIA_ROOT)
        set_mode(folder, 0o750 if is_shared else 0o700)
        for name in files:
            set_mode(os.path.join(folder, name), 0o640 if is_shared else 0o600)
    if not settings.SERVE_MEDIA:
        set_mode(settings.VAR_DIR, 0o710)
    if connection.vendor == "sqlite":
        for suffix in SQLITE_SUFFIXES:
            set_mode(f"{connection.settings_dict['NAME']}{suffix}", 0o600)


def set_mode(path: str | Path, mode: int) -> None:
    """Change the mode unless it is right, the path is a link, or its owner is another user."""
    with suppress(FileNotFoundError, PermissionError):
        now = os.lstat(path).st_mode
        if not stat.S_ISLNK(now) and stat.S_IMODE(now) != mode:
            os.chmod(path, mode)
