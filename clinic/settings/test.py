"""The test suite: fast hashes, mail in memory, media in a temporary folder; ``DATABASE_URL`` picks the engine."""

import tempfile

from .base import *  # noqa: F403
from .base import DATABASES, email_settings

DEBUG = False
SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = tempfile.mkdtemp(prefix="clinic-media-")
WAGTAILADMIN_BASE_URL = "http://testserver"

globals().update(email_settings({"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}))

if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # A pool keeps connections open, and a test database that is in use cannot be dropped.
    DATABASES["default"]["OPTIONS"].pop("pool")
