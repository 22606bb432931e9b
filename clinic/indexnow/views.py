from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.models import Site
from wagtail.permissions import policy_registry

from .models import IndexNow, IndexNowLog, QueuedAddress

KEY_LENGTH = 32
MAX_SHOWN = 20


class KeyConverter:
    """Match the key of a site. Any other name of a text file is free for pages and redirects."""

    regex = "[a-zA-Z0-9-]{8,128}"

    def to_python(self, value: str) -> str:
        if not IndexNow.objects.filter(key=value).exists():
            raise ValueError
        return value

    def to_url(self, value: str) -> str:
        return value


@require_safe
def key_file(request: HttpRequest, key: str) -> HttpResponse:
    """Show the key, which proves to search engines that the site itself told them."""
    return HttpResponse(key, content_type="text/plain; charset=utf-8")


class IndexNowView(WagtailAdminTemplateMixin, TemplateView):
    """Show what waits and what became of the last attempt, and switch it on and off."""

    template_name = "clinic/admin/indexnow.html"
    page_title = _("IndexNow")
    header_icon = "globe"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not policy_registry.get_by_type(IndexNow).user_has_permission(request.user, "change"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict]:
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        setting = IndexNow.objects.exclude(key="").select_related("site").first()
        waiting = QueuedAddress.objects.order_by("due_at", "pk")
        first = waiting.first()
        return super().get_context_data(
            setting=setting,
            key_url=f"{setting.site.root_url}/{setting.key}.txt" if setting else "",
            log=IndexNowLog.get(),
            waiting=waiting[:MAX_SHOWN],
            count=waiting.count(),
            next_try=first.due_at if first and first.due_at > timezone.now() else None,
            **kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        action, site = request.POST.get("action"), Site.objects.filter(is_default_site=True).first()
        if action == "on" and site:
            setting = IndexNow.for_site(site)
            setting.key = setting.key or get_random_string(KEY_LENGTH)
            save(setting, request)
            messages.success(request, gettext("Search engines are told of each change from now on."))
        elif action == "off":
            for setting in IndexNow.objects.exclude(key=""):
                setting.key = ""
                save(setting, request)
            messages.success(request, gettext("IndexNow is off. Search engines find changes by themselves."))
        elif action == "retry":
            QueuedAddress.objects.update(due_at=timezone.now())
            messages.success(request, gettext("The addresses that wait are sent within a minute."))
        return redirect("indexnow")


def save(setting: IndexNow, request: HttpRequest) -> None:
    """Save a key with a version, as the form of the setting does."""
    setting.save()
    setting.save_revision(user=request.user, log_action=True)
