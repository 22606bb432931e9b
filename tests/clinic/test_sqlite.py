"""Test that SQLite is read where nothing can be written.

A folder in place of the file ``-shm`` stops SQLite as a full disk does, also for root.
"""

import pytest
from django.db import DatabaseError, OperationalError
from django.db.utils import ConnectionHandler

from clinic.settings.base import SQLITE_OPTIONS

pytestmark = pytest.mark.django_db


@pytest.fixture
def database(tmp_path):
    """Return a connection to a new database that holds one row."""
    path = tmp_path / "clinic.sqlite3"
    options = {"ENGINE": "clinic.sqlite3", "NAME": path, "OPTIONS": dict(SQLITE_OPTIONS)}
    database = ConnectionHandler({"default": options})["default"]
    run(database, "CREATE TABLE cases (name)")
    run(database, "INSERT INTO cases VALUES ('first')")
    database.close()
    yield database
    database.close()


@pytest.fixture
def full_disk(database, tmp_path):
    """Stop SQLite from making the file that it needs to read."""
    folder = tmp_path / "clinic.sqlite3-shm"
    folder.mkdir()
    return folder


def run(database, statement):
    with database.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else None


def count(database):
    return run(database, "SELECT count(*) FROM cases")[0][0]


def test_full_disk_is_read(database, full_disk):
    assert count(database) == 1


@pytest.mark.parametrize("statement", ["INSERT INTO cases VALUES ('x')", "DELETE FROM cases", "DROP TABLE cases"])
def test_full_disk_is_not_written(database, full_disk, statement):
    with pytest.raises(OperationalError):
        run(database, statement)
    assert count(database) == 1


def test_next_request_writes_again(database, full_disk):
    count(database)
    full_disk.rmdir()
    database.close_if_unusable_or_obsolete()
    run(database, "INSERT INTO cases VALUES ('second')")
    assert count(database) == 2


def test_missing_file_is_an_error(tmp_path):
    options = {"ENGINE": "clinic.sqlite3", "NAME": tmp_path / "no" / "clinic.sqlite3", "OPTIONS": {}}
    with pytest.raises(OperationalError):
        ConnectionHandler({"default": options})["default"].ensure_connection()


def test_damaged_file_is_an_error(database, tmp_path):
    (tmp_path / "clinic.sqlite3").write_bytes(b"junk" * 2000)
    with pytest.raises(DatabaseError, match="file is not a database"):
        database.ensure_connection()
