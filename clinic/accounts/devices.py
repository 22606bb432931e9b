"""Remember the browsers in which an account was signed in to, by a signed cookie for each account.

Such a browser has a count of wrong passwords of its own: strangers who guess at the account cannot lock its owner out.
The same holds for codes of the second step, in a browser in which it was given: a link by email is not enough. It skips
nothing else, and no second step. A new password and "sign out everywhere" end it.
"""

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from .models import KEPT, AccountEvent, AccountEventKind

SALT = "clinic.accounts.devices"


def get_device(request: HttpRequest, user: AbstractUser | None, *, has_given_codes: bool = False) -> str:
    """Return the browser's valid cookie for this account, or "".

    ``has_given_codes``: take it only where the second step was given. Without a cookie it takes no query, so that the
    time does not tell a known account from an unknown one.
    """
    cookie = request.COOKIES.get(_get_cookie_name(user))
    if not cookie or user is None:
        return ""
    try:
        mark = TimestampSigner(salt=SALT).unsign(cookie, max_age=KEPT)
    except BadSignature:
        return ""
    known = [_get_mark(user, has_given_codes=True)] + ([] if has_given_codes else [_get_mark(user)])
    return cookie if any(constant_time_compare(mark, other) for other in known) else ""


def remember(request: HttpRequest, user: AbstractUser) -> None:
    """Let the middleware give the browser its cookie with the answer."""
    request.remembered_user = user


def set_cookie(request: HttpRequest, response: HttpResponse, user: AbstractUser) -> None:
    records = get_authentication_records(request, user)
    mark = _get_mark(user, has_given_codes=any(record.get("method") == "mfa" for record in records))
    response.set_cookie(
        _get_cookie_name(user),
        TimestampSigner(salt=SALT).sign(mark),
        max_age=KEPT,
        path=reverse("account_login").removesuffix("login/"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _get_cookie_name(user: AbstractUser | None) -> str:
    return f"device-{salted_hmac(SALT, str(user and user.pk), algorithm='sha256').hexdigest()[:16]}"


def _get_mark(user: AbstractUser, *, has_given_codes: bool = False) -> str:
    """Return what changes with the password and with each "sign out everywhere"."""
    ends = AccountEvent.objects.filter(user=user, kind=AccountEventKind.SIGNED_OUT_EVERYWHERE)
    latest = ends.order_by("-pk").values_list("pk", flat=True).first()
    text = f"{user.get_session_auth_hash()} {latest} {has_given_codes}"
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()
