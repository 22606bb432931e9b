"""Say whether the site is alive, and which part of it is missing.

Both answer any Host header, since load balancers ask by number: they repeat nothing that they were sent, and say
neither versions nor errors. The log has the class of each error.
"""

import logging
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .heartbeat import WorkerHeartbeat

logger = logging.getLogger(__name__)

TIMEOUT = 1  # second, for all checks together
# The worker writes a heartbeat every 30 seconds, later after errors and while an email server is slow.
MAX_HEARTBEAT_AGE = timedelta(minutes=3)
MIN_FREE_SPACE = 200 * 1024**2  # bytes


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer that this process is alive, without any other part of the site."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when every part works, else 503 with the parts that do not.

    For monitoring. A load balancer asks ``/healthz``: without a worker the site still takes requests.
    """
    state = check_all()
    return JsonResponse(state, status=200 if set(state.values()) == {"ok"} else 503)


def check_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def check_migrations() -> str:
    return "unapplied" if is_migration_pending() else "ok"


def check_cache() -> str:
    """Read back what was written: a cache that is away may raise no error."""
    key = f"health:{uuid4()}"
    cache.set(key, "ok", 10)
    is_kept = cache.get(key) == "ok"
    cache.delete(key)
    return "ok" if is_kept else "unavailable"


def check_disk() -> str:
    with tempfile.TemporaryFile(dir=settings.VAR_DIR) as file:
        file.write(b"x")
        file.flush()
    return "ok" if shutil.disk_usage(settings.VAR_DIR).free >= MIN_FREE_SPACE else "almost full"


def check_worker() -> str:
    age = WorkerHeartbeat.age()
    return "ok" if age is not None and age <= MAX_HEARTBEAT_AGE else "silent"


CHECKS: dict[str, Callable[[], str]] = {
    "database": check_database,
    "migrations": check_migrations,
    "cache": check_cache,
    "disk": check_disk,
    "worker": check_worker,
}
_threads = ThreadPoolExecutor(len(CHECKS), thread_name_prefix="health")
_running: dict[str, Future] = {}


def check_all() -> dict[str, str]:
    """Run all checks at once. Return a word for each part."""
    for name, check in CHECKS.items():
        # A check that hangs is not started again, so that many requests do not fill the process with threads.
        if name not in _running or _running[name].done():
            _running[name] = _threads.submit(run_check, name, check)
    running = dict(_running)
    wait(running.values(), TIMEOUT)
    return {name: future.result() if future.done() else "no answer" for name, future in running.items()}


def run_check(name: str, check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception:
        logger.warning("The check of the %s failed", name, exc_info=True)
        return "unavailable"
    finally:
        connections.close_all()  # the connections of this thread


def is_migration_pending() -> bool:
    """Return whether a migration has to run. Cheaper than ``migrate``."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
