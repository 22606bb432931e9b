"""Lock the sessions of people who see patients when nothing has come from them for a while.

A locked session is nobody's until its owner gives the password again. It is not ended: what they were sending is kept
in it and goes on from there.
"""

import time
from contextlib import suppress

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.core.internal.httpkit import serialize_request
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.backends.base import UpdateError
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from .permissions import sees_patients

LAST_SEEN = "last_seen"  # in the session: seconds since 1970
WRITTEN_EVERY = 60  # Seconds. Not each request writes the session.


def touch(request: HttpRequest) -> None:
    request.session[LAST_SEEN] = int(time.time())


def is_locked(request: HttpRequest) -> bool:
    """Return whether the session has been idle for too long."""
    last_seen = request.session.get(LAST_SEEN)
    if not settings.IDLE_MINUTES or last_seen is None:
        return False
    return time.time() - last_seen > settings.IDLE_MINUTES * 60


def note_activity(request: HttpRequest) -> None:
    """Write down that somebody is there. Where nothing can be written, pages can still be read."""
    last_seen = request.session.get(LAST_SEEN)
    # A clock that was set back makes the age negative.
    if last_seen is None or not 0 <= time.time() - last_seen < WRITTEN_EVERY:
        touch(request)
        with suppress(UpdateError, DatabaseError):
            request.session.save()
        request.session.modified = False


def end_other_sessions(user: AbstractUser, request: HttpRequest) -> None:
    for session in UserSession.objects.filter(user=user):
        if session.session_key != request.session.session_key:
            session.end()


def ask_for_password(request: HttpRequest) -> HttpResponse:
    """Keep what is being sent, and send the browser to the password. It comes back here."""
    if not is_navigation(request):
        raise PermissionDenied
    methods = get_adapter().get_reauthentication_methods(request.user)
    if not methods:
        logout(request)
        return redirect(settings.LOGIN_URL)
    back = request.get_full_path()
    if request.method == "POST":
        request.session[STATE_SESSION_KEY] = {"request": serialize_request(request)}
        # allauth goes on with the request if it finds its path, and keeps the query in what it stored.
        back = request.path
    return redirect(f"{methods[0]['url']}?{urlencode({'next': back})}")


def is_navigation(request: HttpRequest) -> bool:
    """Return whether the browser shows the answer as a page. Scripts cannot ask for a password."""
    mode = request.headers.get("Sec-Fetch-Mode", "navigate")
    return mode == "navigate" and request.headers.get("X-Requested-With") != "XMLHttpRequest"


def applies_to(request: HttpRequest) -> bool:
    return bool(settings.IDLE_MINUTES) and request.user.is_authenticated and sees_patients(request.user)
