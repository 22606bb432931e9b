import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from clinic.site import private_files

FOLDERS = ["cache", "mail", "media", "media/images", "private", "private/documents", "backups", "logs", "static"]
DATABASE = ["db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm", "db.sqlite3-journal"]


def mode(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


@pytest.fixture
def var(tmp_path, settings, monkeypatch):
    """Return a folder as an earlier version of the site left it: all may read it."""
    var = tmp_path / "var"
    settings.VAR_DIR, settings.MEDIA_ROOT = var, str(var / "media")
    settings.SERVE_MEDIA = True
    database = tmp_path / "elsewhere"
    for folder in [var, database, *(var / name for name in FOLDERS)]:
        folder.mkdir()
        (folder / "file").write_text("Zoë")
    for name in DATABASE:
        (var / name).touch()
        (database / name).touch()
    for path in [var, database, *var.rglob("*"), *database.iterdir()]:
        path.chmod(0o777 if path.is_dir() else 0o666)
    monkeypatch.setitem(private_files.connection.settings_dict, "NAME", str(database / "db.sqlite3"))
    monkeypatch.setattr(private_files.connection, "vendor", "sqlite")
    return var


def test_start_makes_every_file_private(var):
    private_files.make_private()
    assert {mode(path) for path in [var, *var.rglob("*")] if path.is_dir()} == {0o700}
    assert {mode(path) for path in var.rglob("*") if path.is_file()} == {0o600}


def test_database_elsewhere_is_private_and_its_folder_untouched(var):
    private_files.make_private()
    folder = var.parent / "elsewhere"
    assert {mode(folder / name) for name in DATABASE} == {0o600}
    assert mode(folder) == 0o777
    assert mode(folder / "file") == 0o666


def test_proxy_reads_media_and_nothing_else(var, settings):
    settings.SERVE_MEDIA = False
    private_files.make_private()
    assert mode(var) == 0o710
    media = [var / "media", *(var / "media").rglob("*")]
    assert {mode(path) for path in media} == {0o750, 0o640}
    others = [path for path in var.rglob("*") if path not in media]
    assert {mode(path) for path in others} == {0o700, 0o600}


def test_links_are_not_followed(var, tmp_path):
    target = tmp_path / "target"
    target.touch()
    target.chmod(0o644)
    (var / "link").symlink_to(target)
    (var / "folder").symlink_to(tmp_path)
    (var / "broken").symlink_to(tmp_path / "gone")
    private_files.make_private()
    assert mode(target) == 0o644


def test_files_of_another_user_do_not_stop_the_start(var, monkeypatch):
    def refuse(path, mode):
        raise PermissionError

    monkeypatch.setattr(os, "chmod", refuse)
    private_files.make_private()


def test_missing_folder_is_made(var, settings):
    settings.VAR_DIR = var / "a" / "b"
    private_files.make_private()
    assert mode(settings.VAR_DIR) == 0o700


@pytest.mark.parametrize("umask", ["000", "002", "022", "027", "077"])
def test_new_files_are_private_whatever_the_umask(tmp_path, umask):
    code = (
        "import os, django; django.setup(); from django.db import connection; from django.core.cache import caches;"
        "connection.cursor().execute('create table a (b)'); open(os.environ['VAR_DIR'] + '/file', 'w').close();"
        "os.makedirs(os.environ['VAR_DIR'] + '/mail/new')"
    )
    database = f"sqlite:///{tmp_path}/var/db.sqlite3"
    environment = {
        "DJANGO_SETTINGS_MODULE": "clinic.settings.dev",
        "VAR_DIR": str(tmp_path / "var"),
        "DATABASE_URL": database,
    }
    command = ["sh", "-c", f'umask {umask} && exec "$0" -c "$1"', sys.executable, code]
    subprocess.run(command, cwd=Path(__file__).parents[2], env=os.environ | environment, check=True)
    var = tmp_path / "var"
    assert mode(var / "mail" / "new") == mode(var) == 0o700
    assert {mode(path) for path in var.iterdir() if path.is_file()} == {0o600}
    assert (var / "db.sqlite3").exists()


def test_uploads_get_the_modes_of_the_settings(tmp_path, settings):
    storage = FileSystemStorage(tmp_path / "media")
    for file_mode, folder_mode in ((0o600, 0o700), (0o640, 0o750)):
        settings.FILE_UPLOAD_PERMISSIONS, settings.FILE_UPLOAD_DIRECTORY_PERMISSIONS = file_mode, folder_mode
        name = storage.save(f"{file_mode}/picture.jpg", ContentFile(b"x"))
        assert mode(storage.path(name)) == file_mode
        assert mode(Path(storage.path(name)).parent) == folder_mode
