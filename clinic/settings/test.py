"""Configure the test suite.

Hashes are fast, emails stay in memory, and files go into temporary folders.
``DATABASE_URL`` and ``CACHE_URL`` choose the engines.
"""

import atexit
import os
import shutil
import tempfile

from .base import *  # noqa: F403
from .base import CACHE_URL, CACHES, DATABASES, S3, STORAGES, email_settings, env

DEBUG = False
SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

TEMPORARY = tempfile.mkdtemp(prefix="clinic-tests-")


def remove_temporary(owner: int) -> None:
    """Remove the folder of this process. A fork of it leaves the folder alone."""
    if os.getpid() == owner:
        shutil.rmtree(TEMPORARY, ignore_errors=True)


atexit.register(remove_temporary, os.getpid())
MEDIA_ROOT = f"{TEMPORARY}/media"
STATIC_ROOT = f"{TEMPORARY}/static"
if S3:
    S3["location"] = os.path.basename(TEMPORARY)  # each test process has a part of the buckets to itself
else:
    STORAGES["default"]["OPTIONS"]["location"] = f"{TEMPORARY}/private"
os.mkdir(MEDIA_ROOT)
os.mkdir(STATIC_ROOT)
CACHES.pop("template_fragments")  # parts of pages are in the cache that each test begins with an empty one of
if CACHE_URL:
    # Each test process clears its cache between tests: it gets one of Redis's databases to itself.
    worker = int(env.str("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    CACHES["default"]["LOCATION"] = f"{CACHE_URL.rpartition('/')[0]}/{worker + 1}"
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
IDLE_MINUTES = 0  # tests of the desk move the clock by days
WAGTAILADMIN_BASE_URL = "http://testserver"

globals().update(email_settings({"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}))

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, since threads that share a database in memory get "table is locked" without any waiting.
    DATABASES["default"]["TEST"] = {"NAME": f"{TEMPORARY}/test.sqlite3"}
