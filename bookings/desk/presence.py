"""Say who else has a page of the desk open."""

from contextlib import suppress
from datetime import timedelta

from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.generic import View
from wagtail.admin.models import EditingSession
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.views.generic import PermissionCheckedMixin

from bookings.models import Case

from .forms import parse_pk

TODAY = "today"
# An open page reports every 25 seconds.
GONE_AFTER = timedelta(seconds=60)


@method_decorator(cache_control(private=True, no_store=True), name="dispatch")
class PresenceView(PermissionCheckedMixin, View):
    """Note that the user has a page open, and return who else does.

    ``page`` is "today" or the key of a case. Rows are those in which Wagtail notes who has a page open.
    """

    model = Case
    permission_required = "view"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> JsonResponse:
        page = request.POST.get("page", "")
        others: list[str] = []
        # Nobody's work stops because this cannot be written or read.
        with suppress(DatabaseError):
            if page == TODAY or Case.objects.filter(pk=parse_pk(page)).exists():
                others = note_presence(request, page)
        return JsonResponse({"here": describe(others)})


def note_presence(request: HttpRequest, page: str) -> list[str]:
    """Write down that the user has the page open, and return the names of the others who do."""
    now, content_type = timezone.now(), ContentType.objects.get_for_model(Case)
    sessions = EditingSession.objects.filter(content_type=content_type, object_id=page)
    if not sessions.filter(user=request.user).update(last_seen_at=now):
        EditingSession.cleanup()
        EditingSession.objects.create(
            user=request.user, content_type=content_type, object_id=page, last_seen_at=now, is_editing=False
        )
    others = sessions.filter(last_seen_at__gte=now - GONE_AFTER).exclude(user=request.user).select_related("user")
    return sorted({get_user_display_name(one.user) for one in others})


def describe(names: list[str]) -> str:
    """Return "Fran and Olga are on this page", or "" for nobody."""
    if not names:
        return ""
    *first, last = names
    listed = _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last} if first else last
    return ngettext("%(names)s is on this page", "%(names)s are on this page", len(names)) % {"names": listed}
