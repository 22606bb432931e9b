"""Let those who plan keywords in, and nobody else."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views import View
from wagtail.admin.menu import MenuItem
from wagtail.permissions import policy_registry

from clinic.admin.returning import go_back

from .models import Keyword


def plans_keywords(user) -> bool:
    return policy_registry.get_by_type(Keyword).user_has_permission(user, "change")


class KeywordAccessMixin:
    """Refuse a view to users who may not change keywords. Wagtail's own views for reports check nothing."""

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not plans_keywords(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class ChangeView(KeywordAccessMixin, View):
    """Change something with a POST, and go back to where the button was, or else to ``list_url_name``."""

    http_method_names = ["post"]
    list_url_name = "keyword_board"

    def go_back(self) -> HttpResponse:
        return go_back(self.request, reverse(self.list_url_name))


class KeywordMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return plans_keywords(request.user)
