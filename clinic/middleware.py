"""Answer health checks, clean what requests bring, and limit what pages may do in a browser."""

import codecs
import errno
import logging
import traceback
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    FieldDoesNotExist,
    FieldError,
    MultipleObjectsReturned,
    ObjectDoesNotExist,
    ValidationError,
)
from django.core.paginator import InvalidPage
from django.db import DataError
from django.http import QueryDict
from django.urls import NoReverseMatch
from modelsearch.backends.base import FieldError as SearchError
from wagtail.users.models import UserProfile

from clinic.pages.blocks import find_blocks
from clinic.site import health
from clinic.site.context import site_context
from clinic.site.inline import get_inline_policy
from clinic.site.views import bad_request
from clinic.text import UNWANTED, drop_unwanted_escapes

# Pictures may come from a storage on another host.
IMAGES = " ".join(filter(None, ["'self'", settings.S3.get("public_origin")]))
PUBLIC_POLICY = (
    f"default-src 'self'; {{inline}}; img-src {IMAGES} data:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
NOTHING_INLINE = "style-src 'self'; script-src 'self'"
# Wagtail's admin needs inline styles, inline scripts and pictures made in the browser.
ADMIN_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    f"img-src {IMAGES} data: blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
ADMIN_PREFIX = "/admin/"
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"

# A value was refused by the database, by Python's limits, or by a check whose message no form shows.
REFUSED = (DataError, OverflowError, UnicodeError, RecursionError, ValidationError)
# What Wagtail's views raise for parameters and fields that they do not check.
UNCHECKED = (
    ValueError, LookupError, TypeError, AttributeError, NoReverseMatch, InvalidPage, SearchError, FieldError,
    FieldDoesNotExist, ObjectDoesNotExist, MultipleObjectsReturned,
)  # fmt: skip

logger = logging.getLogger(__name__)


class PageHeadersMiddleware:
    """Limit public pages to this host, and give the admin what it needs."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        policy = ADMIN_POLICY if request.path.startswith(ADMIN_PREFIX) else get_public_policy(response)
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response


class HealthMiddleware:
    """Answer health checks before anything reads the Host header or the database."""

    ANSWERS = {"/healthz": health.healthz, "/readyz": health.readyz}

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.ANSWERS.get(request.path_info, self.get_response)(request)


class InputMiddleware:
    """Clean the text of every request, and refuse in words what no view can read.

    It is the one place through which text of patients, editors and programs comes in.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\0" in request.path_info:
            raise BadRequest("An address holds no NUL.")
        try:
            # Browsers send what our pages are written in. Some other charsets of Python decode no text at all.
            if request.encoding and codecs.lookup(request.encoding).name != "utf-8":
                raise BadRequest("Only UTF-8 can be read.")
            request.GET = clean_parameters(request.GET)
            request._post = clean_parameters(request.POST)
            for file in (file for files in request.FILES.lists() for file in files[1]):
                file.name = UNWANTED.sub("", file.name)
        except Exception:
            # The error page reads the form as well, which would fail again.
            request._mark_post_parse_error()
            raise
        request.COOKIES = {name: UNWANTED.sub("", value) for name, value in request.COOKIES.items()}
        return self.get_response(request)

    def process_exception(self, request, exception):
        """Answer 400 where a parameter or a field made another's view fail.

        An error that goes through code of ours stays an error, unless the database refused a value.
        """
        is_bare = not (request.GET or request.resolver_match.kwargs or request.resolver_match.args)
        if is_bare and request.method in ("GET", "HEAD"):
            return None
        if is_refusal(exception) or (isinstance(exception, UNCHECKED) and not goes_through_ours(exception)):
            logger.error("Refused a value that a view did not check: %s", request.path, exc_info=exception)
            return bad_request(request, exception)
        return None


class ClinicClockMiddleware:
    """Show the admin on the clock of the clinic's profile.

    Wagtail activates the time zone of the user's own profile, and else that of the settings. Both would be a second
    source.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.path.startswith(ADMIN_PREFIX) and request.user.is_authenticated:
            clinic = site_context(request).profile
            # Only this request's copy: nothing is saved.
            profile = getattr(request.user, "wagtail_userprofile", None) or UserProfile(user=request.user)
            profile.current_time_zone = clinic.zone.key
            request.user.wagtail_userprofile = profile


def get_public_policy(response) -> str:
    """Return the policy of a public page. One with a block that shows another host may frame that host."""
    page = (getattr(response, "context_data", None) or {}).get("page")
    hosts = {host for block in find_blocks(page) for host in getattr(block.meta, "frames", ())} if page else None
    content = getattr(response, "content", b"")
    policy = PUBLIC_POLICY.format(inline=get_inline_policy(content) if content else NOTHING_INLINE)
    return f"{policy}; frame-src 'self' {' '.join(sorted(hosts))}" if hosts else policy


def clean_parameters(parameters: QueryDict) -> QueryDict:
    """Return the parameters without unwanted characters."""
    lists = [(name, [clean(value) for value in values]) for name, values in parameters.lists()]
    if all(not UNWANTED.search(name) and values == parameters.getlist(name) for name, values in lists):
        return parameters
    cleaned = QueryDict(mutable=True)
    for name, values in lists:
        cleaned.setlistdefault(UNWANTED.sub("", name)).extend(values)
    cleaned._mutable = False
    return cleaned


def clean(value: str) -> str:
    value = UNWANTED.sub("", value)
    return drop_unwanted_escapes(value) if "\\u" in value else value


def is_refusal(error: BaseException) -> bool:
    """Return whether a value itself was refused: also a long file name, or SQLite's search for 50,000 bytes."""
    is_too_long = getattr(error, "errno", None) == errno.ENAMETOOLONG or "pattern too complex" in str(error)
    return is_too_long or isinstance(error, REFUSED)


def goes_through_ours(error: BaseException) -> bool:
    """Return whether a function of one of the project's apps raised the error, or called what did."""
    # A virtual environment may lie in the project's folder, so only apps directly in it are ours.
    ours = {app.name for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR}
    names = (frame.f_globals.get("__name__", "") for frame, _line in traceback.walk_tb(error.__traceback__))
    return any(name.partition(".")[0] in ours for name in names)
