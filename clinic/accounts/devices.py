"""Remember the browsers in which an account was signed in to, by a signed cookie for each account.

Such a browser has a count of wrong passwords of its own: strangers who guess at the account cannot lock its owner out.
It skips nothing else, and no second step. A new password and "sign out everywhere" end it.
"""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from .models import KEPT, AccountEvent, AccountEventKind

SALT = "clinic.accounts.devices"


def get_device(request: HttpRequest, user: AbstractUser | None) -> str:
    """Return the browser's valid cookie for this account, or "".

    Without a cookie it takes no query, so that the time does not tell a known account from an unknown one.
    """
    cookie = request.COOKIES.get(_get_cookie_name(user))
    if not cookie or user is None:
        return ""
    try:
        mark = TimestampSigner(salt=SALT).unsign(cookie, max_age=KEPT)
    except BadSignature:
        return ""
    return cookie if constant_time_compare(mark, _get_mark(user)) else ""


def remember(request: HttpRequest, user: AbstractUser) -> None:
    """Let the middleware give the browser its cookie with the answer."""
    request.remembered_user = user


def set_cookie(response: HttpResponse, user: AbstractUser) -> None:
    response.set_cookie(
        _get_cookie_name(user),
        TimestampSigner(salt=SALT).sign(_get_mark(user)),
        max_age=KEPT,
        path=reverse("account_login").removesuffix("login/"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _get_cookie_name(user: AbstractUser | None) -> str:
    return f"device-{salted_hmac(SALT, str(user and user.pk), algorithm='sha256').hexdigest()[:16]}"


def _get_mark(user: AbstractUser) -> str:
    """Return what changes with the password and with each "sign out everywhere"."""
    ends = AccountEvent.objects.filter(user=user, kind=AccountEventKind.SIGNED_OUT_EVERYWHERE)
    latest = ends.order_by("-pk").values_list("pk", flat=True).first()
    return salted_hmac(SALT, f"{user.get_session_auth_hash()} {latest}", algorithm="sha256").hexdigest()
