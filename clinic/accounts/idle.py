"""Lock the sessions of people who see patients when nothing has come from them for a while.

A locked session is nobody's until its owner gives the password again. What they were sending is kept, and their browser
sends it again after that.
"""

import re
import time
from contextlib import suppress
from http import HTTPStatus

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.backends.base import UpdateError
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.http import urlencode

from .models import KeptRequest
from .permissions import sees_patients

LAST_SEEN = "last_seen"  # in the session: seconds since 1970
WRITTEN_EVERY = 60  # Seconds. Not each request writes the session.
NOT_KEPT = re.compile(r"^csrfmiddlewaretoken$|^kept_request$|password")
KEPT_FIELD = "kept_request"  # in what is sent again: the key under which it was kept
MAX_KEPT = 10  # requests of one account
MAX_CHARACTERS = 1_000_000  # of one request


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
        kept = keep(request)
        if kept is None:
            return refuse_to_keep(request, methods[0]["url"])
        back = reverse("account_kept", args=[kept.key])
    return redirect(f"{methods[0]['url']}?{urlencode({'next': back})}")


def keep(request: HttpRequest) -> KeptRequest | None:
    """Store what is being sent, but no passwords and no files. Return None where it is too much.

    Each request is a row of its own: other tabs do not write over it.
    """
    files = [(name, file.name) for name, chosen in request.FILES.lists() for file in chosen]
    kept = KeptRequest(
        user=request.user,
        session=hash_session(request),
        path=request.get_full_path(),
        fields=list_fields(request),
        files=files,
    )
    characters = len(kept.path) + sum(len(name) + len(value) for name, value in kept.fields + kept.files)
    if characters > MAX_CHARACTERS or KeptRequest.objects.shown_to(request.user).count() >= MAX_KEPT:
        return None
    kept.save(force_insert=True)
    return kept


def list_fields(request: HttpRequest) -> list[tuple[str, str]]:
    names = [name for name in request.POST if not NOT_KEPT.search(name)]
    return [(name, value) for name in names for value in request.POST.getlist(name)]


def refuse_to_keep(request: HttpRequest, password_url: str) -> HttpResponse:
    """Give back what was typed: nothing of it is stored."""
    url = f"{password_url}?{urlencode({'next': request.get_full_path()})}"
    context = {"fields": list_fields(request), "url": url}
    return render(request, "account/not_kept.html", context, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def take_kept(request: HttpRequest) -> KeptRequest | None:
    """Return what is sent again with this request, and delete it: of two requests at once only one gets it."""
    mine = KeptRequest.objects.shown_to(request.user).filter(path=request.get_full_path())
    kept = mine.filter(key=request.POST[KEPT_FIELD]).first()
    return kept if kept and mine.filter(key=kept.key).delete()[0] else None


def hash_session(request: HttpRequest) -> str:
    return salted_hmac("clinic.accounts.idle", request.session.session_key or "", algorithm="sha256").hexdigest()


def is_navigation(request: HttpRequest) -> bool:
    """Return whether the browser shows the answer as a page. Scripts cannot ask for a password."""
    mode = request.headers.get("Sec-Fetch-Mode", "navigate")
    return mode == "navigate" and request.headers.get("X-Requested-With") != "XMLHttpRequest"


def applies_to(request: HttpRequest) -> bool:
    return bool(settings.IDLE_MINUTES) and request.user.is_authenticated and sees_patients(request.user)
