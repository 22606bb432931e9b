"""Configure production from the environment (see ``.env.example``).

A missing variable stops the start with its name, and all of them at once. A URL that cannot be used stops it too.
"""

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403
from .base import DATABASES, MIDDLEWARE, STORAGES, WAGTAILADMIN_BASE_URL, email_settings, env, read_url  # noqa: F401
from .environment import read_proxies

REQUIRED = ("SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "EMAIL_URL", "DEFAULT_FROM_EMAIL")
missing = [name for name in REQUIRED if not env.str(name, "")]
if missing:
    raise ImproperlyConfigured(f"Set these in the environment or in .env: {', '.join(missing)}.")

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = read_url("CSRF_TRUSTED_ORIGINS", read=env.list) or [WAGTAILADMIN_BASE_URL.rstrip("/")]

globals().update(email_settings(read_url("EMAIL_URL", read=env.dj_email_url)))

# Each thread keeps its connection and tries it before a request, so a database that is back is used at once. SQLite's
# files of the log stay there, so a disk that is full can still be read.
# With a pool, clinic/postgresql does both.
if not DATABASES["default"]["OPTIONS"].get("pool"):
    DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}

STORAGES["staticfiles"] = {"BACKEND": "clinic.site.staticfiles.StaticFilesStorage"}

SILENCED_SYSTEM_CHECKS = [
    "security.W019",  # X-Frame-Options stays SAMEORIGIN: the page preview of the admin shows the site in a frame
    "security.W005",  # both are decisions about a whole domain, which may have other hosts without https
    "security.W021",
]

# People who see patients sign in with a password and a second step.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", True)

# Off only to try production settings on one's own machine without a certificate.
HTTPS = env.bool("HTTPS", True)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", False)
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
TRUSTED_PROXIES = read_proxies("TRUSTED_PROXIES", "1")
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
