"""Let those who plan keywords in, and nobody else."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from wagtail.admin.menu import MenuItem
from wagtail.permissions import policy_registry

from .models import Keyword


def plans_keywords(user) -> bool:
    return policy_registry.get_by_type(Keyword).user_has_permission(user, "change")


class KeywordAccessMixin:
    """Refuse a view to users who may not change keywords. Wagtail's own views for reports check nothing."""

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not plans_keywords(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class KeywordMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return plans_keywords(request.user)
