"""Configure development and the demo, with all files in ``var/``."""

from .base import *  # noqa: F403
from .base import VAR_DIR, email_settings

VAR_DIR.mkdir(exist_ok=True)

DEBUG = True
SECRET_KEY = "only-for-development-never-on-the-internet"  # noqa: S105
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]

globals().update(
    email_settings(
        {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(VAR_DIR / "mail"),
        }
    )
)

MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # passkeys on http://localhost
