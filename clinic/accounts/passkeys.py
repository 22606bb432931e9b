"""Refuse what is no passkey, and tell passkeys that can be read from stored ones that cannot."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth.models import AbstractBaseUser
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes only stand in for one of these


class CredentialField(forms.JSONField):
    """Take the answer of a browser. allauth takes 0 and false for one, and stores them as a key."""

    def __init__(self, answer: type[AuthenticationResponse | RegistrationResponse], **kwargs: Any):
        super().__init__(widget=forms.HiddenInput, **kwargs)
        self.answer = answer

    def validate(self, value: Any) -> None:
        super().validate(value)
        try:
            is_answer = isinstance(value, dict) and self.answer.from_dict(value) is not None
        except Exception:  # the library fails in many ways at what strangers send, and reads nothing else
            is_answer = False
        if not is_answer:
            raise get_adapter().validation_error("incorrect_code")


def is_readable(factor: Authenticator) -> bool:
    """Return whether the factor can show who somebody is. Apps always can: their secret is checked elsewhere."""
    if factor.type != Authenticator.Type.WEBAUTHN:
        return True
    try:
        return isinstance(factor.data["name"], str) and bool(factor.wrap().authenticator_data.credential_data)
    except Exception:  # as above
        return False


def has_second_factor(user: AbstractBaseUser) -> bool:
    return any(is_readable(factor) for factor in Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS))


def delete_unreadable(user: AbstractBaseUser) -> list[Authenticator]:
    """Delete the keys of this user that cannot be read, and return them. No page of allauth opens beside them.

    The only second step is never deleted: the password alone would do then.
    """
    if not has_second_factor(user):
        return []
    keys = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.WEBAUTHN)
    broken = [key for key in keys if not is_readable(key)]
    Authenticator.objects.filter(pk__in=[key.pk for key in broken]).delete()
    return broken
