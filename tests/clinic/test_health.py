import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import connections
from django.db.utils import OperationalError
from django.test import Client, override_settings

from clinic.models import WorkerHeartbeat
from clinic.site import health

SECRET = "postgres://clinic:password@db.internal:5432/clinic"
ALL_OK = dict.fromkeys(health.CHECKS, "ok")
HOSTS = ["testserver", "10.1.2.3", "10.1.2.3:8001", "[::1]:80", "evil.example.com", "x" * 300, "a b", "é", "", "$(id)"]


@pytest.fixture
def whole(monkeypatch):
    """Let every part of the site work. Return a function that replaces checks."""
    monkeypatch.setattr(health, "_running", {})
    monkeypatch.setattr(health, "CHECKS", dict.fromkeys(health.CHECKS, lambda: "ok"))
    return lambda **checks: health.CHECKS.update(checks)


def fail():
    raise OperationalError(SECRET)


@pytest.mark.parametrize("host", HOSTS)
def test_healthz_answers_any_host(client, host):
    answer = client.get("/healthz", headers={"host": host})
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("host", HOSTS)
def test_readyz_answers_any_host(client, whole, host):
    answer = client.get("/readyz", headers={"host": host})
    assert (answer.status_code, answer.json()) == (200, ALL_OK)


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_health_checks_are_not_redirected_to_https(client, whole, address):
    with override_settings(SECURE_SSL_REDIRECT=True, SECURE_REDIRECT_EXEMPT=["^(healthz|readyz)$"]):
        assert Client().get(address).status_code == 200


def test_healthz_uses_neither_database_nor_cache(client, monkeypatch):
    # Without the db fixture, pytest-django refuses any query.
    for name in ("get", "set", "add"):
        monkeypatch.setattr(cache, name, fail)
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("part", health.CHECKS)
def test_readyz_names_the_missing_part_alone(client, whole, caplog, part):
    whole(**{part: fail})
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, ALL_OK | {part: "unavailable"})
    assert "password" not in answer.content.decode()
    assert f"The check of the {part} failed" in caplog.text


def test_readyz_waits_a_second_for_all_parts_together(client, whole, monkeypatch):
    monkeypatch.setattr(health, "TIMEOUT", 0.05)
    frozen, starts = threading.Event(), []

    def hang():
        starts.append(1)
        frozen.wait(10)
        return "ok"

    whole(database=hang, cache=hang)
    started = time.monotonic()
    for _ in range(3):
        state = client.get("/readyz").json()
        assert (state["database"], state["cache"], state["disk"]) == ("no answer", "no answer", "ok")
    assert time.monotonic() - started < 2
    assert len(starts) == 2  # each check hangs once, however often it is asked for
    frozen.set()


@pytest.mark.parametrize("method", ["head", "post", "put"])
def test_health_checks_are_only_read(client, whole, method):
    assert getattr(client, method)("/healthz").status_code == (200 if method == "head" else 405)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_every_check_passes_on_a_working_site(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    WorkerHeartbeat.record()
    assert health.check_all() == ALL_OK
    assert list(tmp_path.iterdir()) == []


def test_worker_is_silent_without_recent_heartbeat(db, monkeypatch):
    assert health.check_worker() == "silent"
    for age, word in ((health.MAX_HEARTBEAT_AGE, "ok"), (health.MAX_HEARTBEAT_AGE + timedelta(seconds=1), "silent")):
        monkeypatch.setattr(WorkerHeartbeat, "age", lambda age=age: age)
        assert health.check_worker() == word


def test_cache_that_swallows_errors_is_missing(monkeypatch):
    monkeypatch.setattr(cache, "set", lambda *args, **kwargs: None)
    assert health.check_cache() == "unavailable"


def test_full_or_unwritable_disk_is_named(settings, tmp_path, monkeypatch):
    settings.VAR_DIR = tmp_path
    assert health.check_disk() == "ok"
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=health.MIN_FREE_SPACE - 1))
    assert health.check_disk() == "almost full"
    settings.VAR_DIR = tmp_path / "gone"
    assert health.run_check("disk", health.check_disk) == "unavailable"


def test_unapplied_migration_is_named(db, monkeypatch):
    assert health.check_migrations() == "ok"
    monkeypatch.setattr(health, "is_migration_pending", lambda: True)
    assert health.check_migrations() == "unapplied"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_checks_leave_no_connection_open():
    open_after = []

    def spy():
        result = health.check_database()
        open_after.append(connections["default"])
        return result

    thread = threading.Thread(target=health.run_check, args=("database", spy))
    thread.start()
    thread.join()
    assert open_after[0].connection is None
