"""Change forms of allauth and Wagtail: limits for codes, mails from the queue, invitations instead of passwords."""

import struct
from typing import Any

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.totp.internal.auth import validate_totp_code
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse, RegistrationResponse
from wagtail.users.forms import UserCreationForm, UserEditForm

from clinic import limits

from . import devices, events, mail, throttle
from .backends import find_only
from .models import AccountEventKind, StaffMailKind
from .passkeys import CredentialField
from .permissions import get_grantable_roles

CREDENTIAL_ERRORS = (AssertionError, AttributeError, LookupError, TypeError, ValueError, struct.error)


class LoginForm(account_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or email")
        self.fields["login"].widget.attrs = {"autocomplete": "username", "autofocus": True}
        self.fields["password"].widget.attrs.pop("placeholder", None)


class ChangePasswordForm(account_forms.ChangePasswordForm):
    def clean_oldpassword(self) -> str:
        """Check the old password under the limits: an unlocked computer is no place to guess it."""
        password = self.cleaned_data["oldpassword"]
        if not get_adapter().reauthenticate(self.user, password):
            raise get_adapter().validation_error("enter_current_password")
        return password


class ResetPasswordForm(account_forms.ResetPasswordForm):
    def clean_email(self) -> str:
        return self.cleaned_data["email"]

    def save(self, request, **kwargs: Any) -> str:
        """Queue the email, and a row without an account for an unknown address: both take the same time."""
        email = self.cleaned_data["email"]
        throttle.take(throttle.RESETS_FROM_NETWORK, request)
        is_allowed = limits.take(throttle.RESETS_TO_ADDRESS, email.casefold())
        account = find_only("email", email, is_active=True)
        user = account if is_allowed else None
        mail.queue(StaffMailKind.PASSWORD_RESET, user)
        events.record(AccountEventKind.RESET_REQUESTED, user, request)
        return email


class CodeMixin:
    """Check codes under our limits. Codes of the app and recovery codes count together.

    allauth notes used codes in the cache, so a cache that is away would refuse every code.
    """

    def clean_code(self) -> str:
        counted = count_code(self.user)
        code = normalize_user_code(self.cleaned_data["code"])
        for factor in Authenticator.objects.filter(user=self.user).exclude(type=Authenticator.Type.WEBAUTHN):
            if is_right_code(factor, code):
                factor.user = self.user
                self.authenticator = factor
                throttle.give_back(*counted)
                return code
        events.record(AccountEventKind.WRONG_CODE, self.user, context.request)
        raise get_adapter().validation_error("incorrect_code")


def count_code(user: AbstractUser) -> tuple[throttle.Limits, HttpRequest, str, str]:
    """Count an attempt at a code, and return what to give back after a right one."""
    device = devices.get_device(context.request, user, has_given_codes=True)
    throttle.check(throttle.CODES, context.request, user, str(user.pk), device)
    return throttle.CODES, context.request, str(user.pk), device


def is_right_code(factor: Authenticator, code: str) -> bool:
    """Return whether the code fits and was not used before. From now on it is used."""
    if factor.type == Authenticator.Type.RECOVERY_CODES:
        return factor.wrap().validate_code(code)
    is_right = validate_totp_code(decrypt(factor.data["secret"]), code)
    return is_right and limits.take(throttle.USED_CODES, f"{factor.user_id} {code}")


class AuthenticateForm(CodeMixin, mfa_forms.AuthenticateForm):
    pass


class ReauthenticateForm(CodeMixin, mfa_forms.ReauthenticateForm):
    pass


class ActivateTOTPForm(totp_forms.ActivateTOTPForm):
    def clean_code(self) -> str:
        counted = count_code(self.user)
        code = super().clean_code()
        throttle.give_back(*counted)
        return code


class CredentialMixin:
    """Refuse what does not fit the challenge. The library behind allauth stumbles over some of it."""

    def _clean_form(self) -> None:
        try:
            super()._clean_form()
        except CREDENTIAL_ERRORS:
            self.add_error(None, get_adapter().validation_error("incorrect_code"))

    def _clean_fields(self) -> None:
        try:
            super()._clean_fields()
        except CREDENTIAL_ERRORS:
            self.add_error("credential", get_adapter().validation_error("incorrect_code"))


class AuthenticateWebAuthnForm(CredentialMixin, webauthn_forms.AuthenticateWebAuthnForm):
    credential = CredentialField(AuthenticationResponse)


class LoginWebAuthnForm(CredentialMixin, webauthn_forms.LoginWebAuthnForm):
    credential = CredentialField(AuthenticationResponse)


class ReauthenticateWebAuthnForm(CredentialMixin, webauthn_forms.ReauthenticateWebAuthnForm):
    credential = CredentialField(AuthenticationResponse)


class AddWebAuthnForm(CredentialMixin, webauthn_forms.AddWebAuthnForm):
    credential = CredentialField(RegistrationResponse)


class StaffFormMixin:
    """Let people give only the roles that they may give, and each email address to one account only."""

    def __init__(self, *args: Any, actor: AbstractUser, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.actor = actor
        if not actor.is_superuser:
            self.fields.pop("is_superuser", None)
        self.fields["groups"].label = _("Roles")
        self.fields["groups"].help_text = ""
        self.fields["groups"].queryset = get_grantable_roles(actor)

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if get_user_model().objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Another account has this email address."))
        return email


class InvitationForm(StaffFormMixin, UserCreationForm):
    """Ask for name, email and roles. The user name comes from the email, the password from the invited person."""

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.pop("editing_self", None)
        super().__init__(*args, **kwargs)
        del self.fields["username"]

    def separate_username_field(self) -> bool:
        return False

    def save(self, commit: bool = True) -> AbstractUser:
        self.instance.username = get_adapter().generate_unique_username([self.cleaned_data["email"].partition("@")[0]])
        self.instance.set_unusable_password()
        return super().save(commit)


class StaffEditForm(StaffFormMixin, UserEditForm):
    def clean_username(self) -> str:
        """Refuse another account's email, by which its owner may sign in."""
        username = self.cleaned_data["username"]
        if get_user_model().objects.filter(email__iexact=username).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This is the email address of another account."))
        return username
