"""Set what every environment shares.

Each environment file imports these settings and changes what differs.
"""

import gc
import os
from pathlib import Path

import django
import wagtail
from django.core.exceptions import ImproperlyConfigured

from .environment import env, read_address, read_s3, read_url

BASE_DIR = Path(__file__).resolve().parent.parent.parent

# The file configures production alone: neither the demo nor the tests may ever reach its database.
if os.environ.get("DJANGO_SETTINGS_MODULE") == "clinic.settings.production":
    env.read_env(BASE_DIR / ".env", recurse=False)
# Everything that the site writes on its own machine: SQLite, media, collected static files, emails as files.
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))
# What any of our processes writes is for its own user alone: SQLite and emails hold patients' data.
os.umask(0o077)
# The objects that importing the site makes stay anyway, and looking for garbage among them takes a fifth of a start.
# ClinicConfig.ready() switches it on.
gc.disable()

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
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "clinic.accounts.apps.StaffUsersConfig",  # wagtail.users, with our own list of users
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",  # Wagtail's search fields need it on PostgreSQL; SQLite ignores it
    "django.contrib.humanize",  # templates of allauth load it
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
]

MIDDLEWARE = [
    "clinic.caching.middleware.KeepPagesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "clinic.middleware.HealthMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clinic.middleware.PageHeadersMiddleware",
    "clinic.middleware.InputMiddleware",
    "clinic.limits.middleware.NetworkMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "clinic.accounts.middleware.StaffAccessMiddleware",
    "clinic.middleware.ClinicClockMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "clinic.addresses.middleware.RedirectMiddleware",
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
# A server that is away is noticed within three seconds: first on the open connection, then while connecting again.
POSTGRES_OPTIONS = {
    "connect_timeout": 2,  # seconds; libpq takes no less
    "keepalives_idle": 5,  # seconds
    "keepalives_interval": 1,  # seconds
    "keepalives_count": 2,
    "tcp_user_timeout": 1000,  # milliseconds
    # Compiling a page's query takes longer than the query, and so does starting helpers for it. Disks without moving
    # parts read any row as soon as the next.
    "options": "-c jit=off -c random_page_cost=1.1 -c max_parallel_workers_per_gather=0",
}

DATABASE = read_url("DATABASE_URL", f"sqlite:///{VAR_DIR}/db.sqlite3", env.dj_db_url)
IS_SQLITE = DATABASE["ENGINE"].endswith("sqlite3")
DATABASE["OPTIONS"] = (SQLITE_OPTIONS if IS_SQLITE else POSTGRES_OPTIONS) | DATABASE.get("OPTIONS", {})
DATABASE["ENGINE"] = "clinic.sqlite3" if IS_SQLITE else "clinic.postgresql"
DATABASES = {"default": DATABASE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHE_URL = read_url("CACHE_URL")
CACHES = {
    "default": {
        # Shared by every process, so that a change in one is seen by all: a folder, or Redis.
        # Neither is ever a reason to fail.
        "BACKEND": f"clinic.caching.backends.{'ShortRedisCache' if CACHE_URL else 'FileCache'}",
        "LOCATION": CACHE_URL or str(VAR_DIR / "cache"),
        # Cached renditions are pickled models: never read one written by another version.
        "KEY_PREFIX": f"clinic:{django.__version__}:{wagtail.__version__}",
        "OPTIONS": {} if CACHE_URL else {"MAX_ENTRIES": 10_000},
    },
    # Parts of pages, of which each process makes its own: their keys have the content version, so none is ever an old
    # one, and reading memory takes a tenth of the time. Whole pages are shared: clinic/caching/pages.py.
    "template_fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "template_fragments",
        "OPTIONS": {"MAX_ENTRIES": 1_000},
    },
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Staff accounts: docs/decisions/0023-staff-accounts.md.
AUTHENTICATION_BACKENDS = ["clinic.accounts.backends.StaffBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "wagtailadmin_home"
# Whoever holds this permission sees patients: the second factor and the idle lock are for them.
SEES_PATIENTS = "bookings.view_case"
PATIENTS_LOGIN_REDIRECT_URL = "desk_today"
SECOND_FACTOR_REQUIRED = False  # production switches it on
IDLE_MINUTES = env.int("IDLE_MINUTES", 30)  # 0: never lock
if IDLE_MINUTES < 0:
    raise ImproperlyConfigured("IDLE_MINUTES cannot be used. It should be a number of minutes, or 0 to never lock.")
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60  # how long links of invitations and password resets work
ACCOUNT_ADAPTER = "clinic.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]  # what an account has; nobody can sign up
ACCOUNT_SIGNUP_ENABLED = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_RATE_LIMITS = False  # they are in the cache and not exact; clinic.accounts.throttle has ours
ACCOUNT_FORMS = {
    "login": "clinic.accounts.forms.LoginForm",
    "change_password": "clinic.accounts.forms.ChangePasswordForm",
    "reset_password": "clinic.accounts.forms.ResetPasswordForm",
}
MFA_ADAPTER = "clinic.accounts.adapters.MFAAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # phones are seldom exact to the second
MFA_RATE_LIMITS = False
MFA_FORMS = {
    "authenticate": "clinic.accounts.forms.AuthenticateForm",
    "reauthenticate": "clinic.accounts.forms.ReauthenticateForm",
    "activate_totp": "clinic.accounts.forms.ActivateTOTPForm",
    "authenticate_webauthn": "clinic.accounts.forms.AuthenticateWebAuthnForm",
    "login_webauthn": "clinic.accounts.forms.LoginWebAuthnForm",
    "reauthenticate_webauthn": "clinic.accounts.forms.ReauthenticateWebAuthnForm",
    "add_webauthn": "clinic.accounts.forms.AddWebAuthnForm",
}

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
STORAGES = {
    # Documents and the originals of pictures: no web server may reach them, and no other account of the machine.
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": str(VAR_DIR / "private"),  # a text, since Wagtail hands it to the task that deletes a file
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    # In MEDIA_ROOT, for everybody.
    "renditions": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
S3 = read_url("S3_URL", read=read_s3)
if S3:
    STORAGES |= {
        "default": {"BACKEND": "clinic.media.s3.PrivateStorage"},
        "renditions": {"BACKEND": "clinic.media.s3.PublicStorage"},
    }
# False where a web server in front hands out /media/ itself.
SERVE_MEDIA = env.bool("SERVE_MEDIA", True)
# That server reads media as a member of the site's group.
FILE_UPLOAD_PERMISSIONS = 0o600 if SERVE_MEDIA else 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700 if SERVE_MEDIA else 0o750

# A working day: the desk's computer shows patients' data.
SESSION_COOKIE_AGE = 12 * 60 * 60

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
# The page preview shows the site in a frame of the admin, on the same host.
X_FRAME_OPTIONS = "SAMEORIGIN"
CSRF_COOKIE_HTTPONLY = True  # scripts take the token from the page
CSRF_FAILURE_VIEW = "clinic.site.views.csrf_failure"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # Wagtail's page editor posts thousands of small fields

CRISPY_ALLOWED_TEMPLATE_PACKS = ("clinic_forms",)
CRISPY_TEMPLATE_PACK = "clinic_forms"
CRISPY_FAIL_SILENTLY = False

WAGTAIL_SITE_NAME = env.str("CLINIC_NAME", "OC Beauty Medspa")
TRUSTED_PROXIES = 0  # only a proxy of ours may say from where a visitor comes
INDEXNOW_URL = "https://api.indexnow.org/indexnow"  # called by the worker alone, and only while a key is set
WAGTAILADMIN_BASE_URL = read_url("SITE_URL", "http://127.0.0.1:8000")
WAGTAILIMAGES_IMAGE_MODEL = "clinic.ClinicImage"
WAGTAILIMAGES_IMAGE_FORM_BASE = "clinic.media.forms.PictureForm"
WAGTAILIMAGES_RENDITION_STORAGE = "renditions"
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp", "avif", "heic"]
WAGTAILIMAGES_FORMAT_CONVERSIONS = {"avif": "jpeg", "heic": "jpeg", "webp": "jpeg"}
WAGTAILIMAGES_MAX_UPLOAD_SIZE = WAGTAILDOCS_MAX_UPLOAD_SIZE = 15 * 1024 * 1024  # deploy/nginx.conf lets 20 MB through
WAGTAILDOCS_DOCUMENT_FORM_BASE = "clinic.media.forms.DocumentForm"
WAGTAILDOCS_INLINE_CONTENT_TYPES = []
# Never the address of the storage, which knows no private collections.
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "clinic.search.backend"}}
WAGTAILEMBEDS_RESPONSIVE_HTML = True
WAGTAIL_ALLOW_UNICODE_SLUGS = False
TAGGIT_CASE_INSENSITIVE = True
# Passwords are set through the links of clinic.accounts alone. Only managers change the email address that gets them.
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_FRONTEND_LOGIN_URL = "/account/login/"
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = False
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
    "filters": {"head": {"()": "clinic.logging.HeadFilter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "redacting"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Naming a logger here removes Django's own handlers, which would print and email what patients wrote.
        "django": {"level": "INFO"},
        "django.request": {"filters": ["head"]},
        "django.server": {"level": "INFO", "propagate": True},
        # Both log every saved page and the tasks that follow.
        "django_tasks": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
        # Reports what it repairs in a damaged PDF, which is refused anyway.
        "pikepdf": {"level": "CRITICAL"},
    },
}
