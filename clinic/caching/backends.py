"""Treat every failure of the cache as a miss.

Nothing that must be right depends on the cache: the site is slower without it, and works.
"""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

TIMEOUT = 0.3  # seconds to connect to Redis, and again for each answer
PAUSE = 5.0  # seconds for which a process leaves a cache alone that failed
LOG_EVERY = 60.0  # seconds

logger = logging.getLogger(__name__)


class Health:
    """Store until when a cache is left alone. The threads of a process share it."""

    def __init__(self) -> None:
        self.paused_until = self.silent_until = 0.0


_health: dict[str, Health] = {}


class MissOnErrorMixin:
    """Answer as an empty cache does when the real one fails."""

    outages: tuple[type[Exception], ...] = (OSError,)

    def __init__(self, location: str, params: dict[str, Any]):
        self._health = _health.setdefault(str(location), Health())
        try:
            super().__init__(location, params)
        except OSError as error:  # the folder cannot be made
            self._report(error)

    def get(self, key, default=None, version=None):
        return self._try(super().get, default, key, default, version, unreadable=[key])

    def get_many(self, keys, version=None):
        return self._try(super().get_many, {}, keys, version, unreadable=keys)

    def has_key(self, key, version=None):
        return self._try(super().has_key, False, key, version, unreadable=[key])

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._try(super().add, False, key, value, timeout, version)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._try(super().set, None, key, value, timeout, version)

    def set_many(self, data, timeout=DEFAULT_TIMEOUT, version=None):
        return self._try(super().set_many, list(data), data, timeout, version)

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        return self._try(super().touch, False, key, timeout, version, unreadable=[key])

    def delete(self, key, version=None):
        return self._try(super().delete, False, key, version)

    def delete_many(self, keys, version=None):
        return self._try(super().delete_many, None, keys, version)

    def clear(self):
        return self._try(super().clear, False)

    def incr(self, key, delta=1, version=None):
        """Raise ValueError for a missing key, as every cache does."""
        value = self._try(self._incr_or_none, None, key, delta, version, unreadable=[key])
        if value is None:
            raise ValueError("The key was not found.")
        return value

    def _incr_or_none(self, key, delta, version):
        try:
            return super().incr(key, delta, version)
        except ValueError:
            return None

    def _try(self, operation: Callable, miss: Any, *args: Any, unreadable: Iterable[str] = ()) -> Any:
        """Return what the operation returns, or ``miss`` if it fails.

        Entries that it found ``unreadable`` are deleted, since no later call would replace them.
        """
        if time.monotonic() < self._health.paused_until:
            return miss
        try:
            return operation(*args)
        except self.outages as error:
            self._health.paused_until = time.monotonic() + PAUSE
            self._report(error)
        except Exception as error:
            self._report(error)
            self.delete_many(unreadable)
        return miss

    def _report(self, error: Exception) -> None:
        """Log the failure, once a minute."""
        if time.monotonic() >= self._health.silent_until:
            self._health.silent_until = time.monotonic() + LOG_EVERY
            logger.warning("The cache failed, and the site works without it", exc_info=error)


class FileCache(MissOnErrorMixin, FileBasedCache):
    """Cache in a folder."""


class ShortRedisCache(MissOnErrorMixin, RedisCache):
    """Cache in Redis, and wait for it for a short time only."""

    outages = (OSError, RedisError)

    def __init__(self, location: str, params: dict[str, Any]):
        defaults = {
            "socket_connect_timeout": TIMEOUT,
            "socket_timeout": TIMEOUT,
            # A connection that Redis has closed is opened again at once. A server that is silent is not asked twice.
            "retry": Retry(NoBackoff(), 1, (RedisConnectionError,)),
        }
        super().__init__(location, {**params, "OPTIONS": defaults | params.get("OPTIONS", {})})
