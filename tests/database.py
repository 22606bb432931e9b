"""Migrate one database for all test runs, and copy it for each.

The template is kept in ``var/``. Its name holds a hash of everything that decides what ``migrate`` makes, so a changed
migration, model, setting or package never meets an old template.
"""

import fcntl
import hashlib
import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.db import connection

MAX_TEMPLATES = 4  # SQLite files that stay: two releases of Django, and the branch before


@contextmanager
def migrated_copy():
    """Give the default connection a migrated database, and drop it at the end."""
    original_name = connection.settings_dict["NAME"]
    name = connection.settings_dict["TEST"]["NAME"] or f"test_{original_name}"
    with locked(settings.VAR_DIR / "tests" / "template.lock"):
        template = build_template()
        copy_database(template, name)
    use_database(name)
    yield
    connection.creation.destroy_test_db(original_name, verbosity=0)


def build_template() -> str:
    """Return the name of the migrated database for this code.

    Make it if there is none yet.
    """
    is_sqlite = connection.vendor == "sqlite"
    template = f"clinic_template_{template_key()}"
    if is_sqlite:
        template = f"{settings.VAR_DIR}/tests/{template}.sqlite3"
    if database_exists(template):
        return template
    # A killed run leaves a half-built database behind; only a complete one gets the final name.
    unfinished = f"{settings.VAR_DIR}/tests/unfinished.sqlite3" if is_sqlite else "clinic_template_unfinished"
    connection.settings_dict["TEST"]["NAME"], test_name = unfinished, connection.settings_dict["TEST"]["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.settings_dict["TEST"]["NAME"] = test_name
    connection.close()
    if is_sqlite:
        os.replace(unfinished, template)
        for old in sorted(Path(template).parent.glob("clinic_template_*"), key=os.path.getmtime)[:-MAX_TEMPLATES]:
            old.unlink()
    else:
        with connection.creation._nodb_cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^clinic_template_[0-9a-f]{16}$'")
            for (old,) in cursor.fetchall():
                cursor.execute(f"DROP DATABASE {old}")
            cursor.execute(f"ALTER DATABASE {unfinished} RENAME TO {template}")
    return template


def template_key() -> str:
    """Hash the migrations, models, settings and versions of all packages."""
    files = [path for app in apps.get_app_configs() for path in Path(app.path).glob("migrations/*.py")]
    ours = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR]
    files += [path for app in ours for path in [*app.glob("models.py"), *app.rglob("models/**/*.py"), app / "apps.py"]]
    files += [*(settings.BASE_DIR / "clinic" / "settings").glob("*.py"), Path(__file__)]
    packages = sorted(path.name for path in Path(django.__file__).parents[1].glob("*.dist-info"))
    key = hashlib.sha256(repr([sys.version, settings.INSTALLED_APPS, packages]).encode())
    for path in sorted({path for path in files if path.exists()}):
        key.update(str(path).encode() + path.read_bytes())
    return key.hexdigest()[:16]


def database_exists(name: str) -> bool:
    if connection.vendor == "sqlite":
        return Path(name).exists()
    with connection.creation._nodb_cursor() as cursor:
        return connection.creation._database_exists(cursor, name)


def copy_database(template: str, name: str) -> None:
    connection.close()
    if connection.vendor == "sqlite":
        shutil.copyfile(template, name)
        return
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE {template}')


def use_database(name: str) -> None:
    """Point this and every later connection to the database."""
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    connection.ensure_connection()


@contextmanager
def locked(path: Path):
    """Hold the lock file while the block runs; other test processes wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
