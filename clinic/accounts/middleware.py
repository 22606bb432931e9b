"""Guard the admin: second factor, idle lock, and people without access."""

import logging
from contextlib import suppress
from http import HTTPStatus

from allauth.account.internal.stagekit import unstash_login
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from . import devices, events, idle, mail
from .models import AccountEventKind, StaffMailKind
from .passkeys import delete_unreadable, has_second_factor
from .permissions import lacks_second_factor

ADMIN, ACCOUNT = "/admin/", "/account/"
# A locked session may be unlocked or ended.
OPEN_WHEN_LOCKED = ("/account/reauthenticate/", "/account/2fa/reauthenticate/", "/account/2fa/webauthn/reauthenticate/")
SIGN_OUT = ("/account/logout/", "/admin/logout/")
# Asked for by scripts of an open page, whether or not somebody sits there.
BACKGROUND = ("/admin/editing-sessions/", "/admin/jsi18n/", "/admin/pulse/", "/admin/sprite/")
SECOND_STEP = "/account/2fa/"
# Private pages send to the log-in page whom they take for nobody. It would send a session without second step back.
BEHIND_SECOND_STEP = (ADMIN, "/account/kept/", "/account/uncover/", "/account/login/")
UNREADABLE = (AttributeError, LookupError, TypeError, ValueError, ValidationError)  # what a broken key raises there

logger = logging.getLogger(__name__)


class StaffAccessMiddleware:
    """Let nobody into the admin who has not done all that signing in takes.

    It decides in ``process_view``, after the check of the CSRF token: what a locked session keeps was sent by its user.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith((ADMIN, ACCOUNT)) and settings.SESSION_COOKIE_NAME in request.COOKIES:
            user = request.user
            # Pages that ask for no user read no session.
            request.user = SimpleLazyObject(lambda: AnonymousUser() if is_nobody(request, user) else user)
        response = self.get_response(request)
        if (kept := getattr(request, "kept", None)) and response.status_code >= HTTPStatus.BAD_REQUEST:
            with suppress(DatabaseError):
                kept.save(force_insert=True)  # It was not accepted, so it can be sent once more.
        if user := getattr(request, "remembered_user", None):
            devices.set_cookie(request, response, user)
        return response

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        path = request.path_info
        if not path.startswith((ADMIN, ACCOUNT)) or path in SIGN_OUT or not request.user.is_authenticated:
            return None
        # Before the lock: nothing is kept for whoever may not be here.
        if path.startswith(BEHIND_SECOND_STEP) and (page := check_access(request)):
            return page
        if idle.KEPT_FIELD in request.POST:
            request.kept = idle.take_kept(request)
            if request.kept is None:
                typed = {"typed": idle.list_fields(request)}
                return render(request, "account/kept.html", typed, status=HTTPStatus.GONE)
        if idle.applies_to(request):
            if idle.is_locked(request):
                return None if path in OPEN_WHEN_LOCKED else idle.ask_for_password(request)
            if not path.startswith(BACKGROUND):
                idle.note_activity(request)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Keep what is sent also where allauth asks for the password: it keeps one request for all tabs."""
        if isinstance(exception, ReauthenticationRequired) and request.user.is_authenticated:
            return idle.ask_for_password(request)
        if request.path_info.startswith(SECOND_STEP) and isinstance(exception, UNREADABLE):
            return go_around_unreadable_keys(request)
        return None


def go_around_unreadable_keys(request: HttpRequest) -> HttpResponse | None:
    """Delete stored keys that cannot be read, and open the page again. Say so where no other second step is left."""
    login = unstash_login(request, peek=True)
    user = request.user if request.user.is_authenticated else login and login.user
    if user is None:
        return None
    if broken := delete_unreadable(user):
        events.record(AccountEventKind.FACTOR_REMOVED, user, request)
        mail.queue(StaffMailKind.FACTOR_REMOVED, user)
        logger.error("%d passkeys of an account could not be read, and were deleted", len(broken))
        return redirect(request.get_full_path())
    if has_second_factor(user):
        return None
    return render(request, "account/unreadable.html", status=HTTPStatus.CONFLICT)


def is_nobody(request: HttpRequest, user: AbstractBaseUser) -> bool:
    """Return whether this session opens nothing outside of the admin and the account's own pages."""
    return idle.is_locked(request) or lacks_second_factor(user)


def check_access(request: HttpRequest) -> HttpResponse | None:
    """Return the page that stands between this user and what they ask for, or None."""
    user = request.user
    if request.path_info.startswith(ADMIN) and not user.has_perm("wagtailadmin.access_admin"):
        return render(request, "account/no_access.html", status=403)
    if lacks_second_factor(user):
        if idle.is_navigation(request):
            messages.warning(request, _("Your role can see patients. Set up a second step to continue."))
        return redirect("mfa_index")
    return None
