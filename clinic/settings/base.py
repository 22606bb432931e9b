"""Set what every environment shares.

Each environment file imports these settings and changes what differs.
"""

import os
from pathlib import Path

import django
import wagtail

from .environment import env, read_address, read_url

BASE_DIR = Path(__file__).resolve().parent.parent.parent

# The file configures production alone: neither the demo nor the tests may ever reach its database.
if os.environ.get("DJANGO_SETTINGS_MODULE") == "clinic.settings.production":
    env.read_env(BASE_DIR / ".env", recurse=False)
# Everything that the site writes on its own machine: SQLite, media, collected static files, emails as files.
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))

INSTALLED_APPS = [
    "bookings",
    "blog",
    "treatments",
    "clinic",
    "crispy_forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.routable_page",
    "wagtail.contrib.settings",
    "wagtail.contrib.sitemaps",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",  # Wagtail's search fields need it on PostgreSQL; SQLite ignores it
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clinic.middleware.PageHeadersMiddleware",
    "clinic.middleware.InputMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "clinic.middleware.ClinicClockMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    },
]

# One write at a time, and readers that never wait for it: with SQLite's own defaults eight concurrent
# writers lose most of their transactions to "database is locked".
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;",
}
POSTGRES_OPTIONS = {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}}

DATABASE = read_url("DATABASE_URL", f"sqlite:///{VAR_DIR}/db.sqlite3", env.dj_db_url)
IS_SQLITE = DATABASE["ENGINE"].endswith("sqlite3")
DATABASE["OPTIONS"] = DATABASE.get("OPTIONS", {}) | (SQLITE_OPTIONS if IS_SQLITE else POSTGRES_OPTIONS)
DATABASES = {"default": DATABASE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHE_URL = read_url("CACHE_URL")
CACHES = {
    "default": {
        # Shared by every process, so that a change in one is seen by all: a folder, or Redis.
        "BACKEND": f"django.core.cache.backends.{'redis.RedisCache' if CACHE_URL else 'filebased.FileBasedCache'}",
        "LOCATION": CACHE_URL or str(VAR_DIR / "cache"),
        # Cached renditions are pickled models: never read one written by another version.
        "KEY_PREFIX": f"clinic:{django.__version__}:{wagtail.__version__}",
        "OPTIONS": {} if CACHE_URL else {"MAX_ENTRIES": 10_000},
    }
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en-us"
USE_I18N = True
USE_TZ = True
# Instants are UTC. What people read is on the clock of the clinic's profile, the only setting of a time zone:
# ``clinic.middleware.ClinicClockMiddleware`` gives it to the admin.
TIME_ZONE = "UTC"
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]  # one choice, so the account page offers none

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
# False where a web server in front hands out /media/ itself.
SERVE_MEDIA = env.bool("SERVE_MEDIA", True)

# A working day: the desk's computer shows patients' data.
SESSION_COOKIE_AGE = 12 * 60 * 60

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
# The page preview shows the site in a frame of the admin, on the same host.
X_FRAME_OPTIONS = "SAMEORIGIN"
CSRF_FAILURE_VIEW = "clinic.site.views.csrf_failure"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # Wagtail's page editor posts thousands of small fields

CRISPY_ALLOWED_TEMPLATE_PACKS = ("clinic_forms",)
CRISPY_TEMPLATE_PACK = "clinic_forms"
CRISPY_FAIL_SILENTLY = False

WAGTAIL_SITE_NAME = env.str("CLINIC_NAME", "OC Beauty Medspa")
BEHIND_PROXY = False  # only a proxy of ours may set the visitor's address
WAGTAILADMIN_BASE_URL = read_url("SITE_URL", "http://127.0.0.1:8000")
WAGTAILIMAGES_IMAGE_MODEL = "clinic.ClinicImage"
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp", "avif", "heic"]
WAGTAILIMAGES_FORMAT_CONVERSIONS = {"avif": "jpeg", "heic": "jpeg", "webp": "jpeg"}
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "clinic.site.search"}}
WAGTAILEMBEDS_RESPONSIVE_HTML = True
WAGTAIL_ALLOW_UNICODE_SLUGS = False
TAGGIT_CASE_INSENSITIVE = True
# The admin sends nothing to other hosts: no Gravatar, no version check, no news banner.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False

DEFAULT_FROM_EMAIL = read_address("DEFAULT_FROM_EMAIL", "OC Beauty Medspa <hello@ocbeauty.example.com>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL


# What ``MAILERS`` calls each setting of a backend.
SMTP_OPTIONS = {
    **{option: f"EMAIL_{option.upper()}" for option in ("host", "port", "use_tls", "use_ssl", "timeout")},
    "username": "EMAIL_HOST_USER",
    "password": "EMAIL_HOST_PASSWORD",
}
MAILER_OPTIONS = {"smtp": SMTP_OPTIONS, "filebased": {"file_path": "EMAIL_FILE_PATH"}}


def email_settings(url: dict) -> dict:
    """Return Django's email settings for a parsed ``EMAIL_URL``.

    Django 6.1 replaces ``EMAIL_BACKEND`` and its companions by ``MAILERS``. Only this function depends on that.
    """
    named = {name: value for name, value in url.items() if name.startswith("EMAIL_")} | {"EMAIL_TIMEOUT": 20}
    if django.VERSION < (6, 1):
        return named
    backend = named["EMAIL_BACKEND"]
    options = MAILER_OPTIONS.get(backend.split(".")[-2], {})
    options = {option: named[name] for option, name in options.items()}
    return {"MAILERS": {"default": {"BACKEND": backend, "OPTIONS": options}}}


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "redacting": {
            "()": "clinic.logging.RedactingFormatter",
            "fmt": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "redacting"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Naming a logger here removes Django's own handlers, which would print and email what patients wrote.
        "django": {"level": "INFO"},
        "django.server": {"level": "INFO", "propagate": True},
        # Both log every saved page and the tasks that follow.
        "django_tasks": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
    },
}
