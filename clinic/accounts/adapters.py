"""Adapt allauth: our limits, records, emails and encryption."""

import base64
import logging
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.utils import get_next_redirect_url
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from clinic import limits

from . import devices, events, mail, throttle
from .backends import find_account
from .models import AccountEventKind
from .permissions import needs_second_factor, sees_patients

FRESH = 5 * 60  # Seconds after signing in during which nobody is asked for the password again.
UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 – allauth wants an address for each session

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("The user name or email and the password do not match."),
        "email_password_mismatch": _("The user name or email and the password do not match."),
        "invalid_password_reset": _("This link no longer works."),
    }

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractUser | None:
        login = credentials.get("username") or credentials.get("email", "")
        account = find_account(login)
        # What is typed is counted, whether or not an account has it: a shared count would tell whose email it is.
        name, device = login.casefold(), devices.get_device(request, account)
        throttle.check(throttle.PASSWORDS, request, account, name, device)
        user = authenticate(request, username=login, password=credentials["password"])
        if user is None:
            events.record(AccountEventKind.WRONG_PASSWORD, account, request)
        else:
            throttle.give_back(throttle.PASSWORDS, request, name, device)
        return user

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        request = context.request
        records = get_authentication_records(request, request.user)
        return not records or time.time() - records[-1]["at"] > FRESH

    def is_safe_url(self, url: str) -> bool:
        """Allow this host alone. allauth would allow every host that may post forms."""
        request = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        name = settings.PATIENTS_LOGIN_REDIRECT_URL if sees_patients(request.user) else settings.LOGIN_REDIRECT_URL
        return reverse(name)

    def post_login(self, request: HttpRequest, user: AbstractUser, *, redirect_url: str | None, **kwargs: Any):
        """Ask for the first page also where the admin's was wanted, which sends everybody here to sign in."""
        wanted = redirect_url or get_next_redirect_url(request)
        if wanted == reverse("wagtailadmin_home"):
            redirect_url = self.get_login_redirect_url(request)
        return super().post_login(request, user, redirect_url=redirect_url, **kwargs)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address to show with a session, without its last part."""
        return events.shorten(limits.get_network(request)).partition("/")[0] or UNKNOWN_ADDRESS

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Send nothing: emails of allauth would be sent while the browser waits. Ours are in ``mail``."""


class MFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return _get_cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret, or one that fits nothing if SECRET_KEY was changed without a fallback."""
        try:
            return _get_cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            logger.error("A second factor cannot be read: its SECRET_KEY is not among SECRET_KEY_FALLBACKS")
            return generate_totp_secret()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        is_last = not others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
        return not (is_last and needs_second_factor(authenticator.user))

    def _get_site_name(self) -> str:
        return mail.get_clinic_name()


def _get_cipher() -> MultiFernet:
    """Return a cipher that encrypts with SECRET_KEY and decrypts with the earlier secrets too."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = (salted_hmac("clinic.accounts.factors", "", secret=secret, algorithm="sha256") for secret in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest.digest())) for digest in digests])
