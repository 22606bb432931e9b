"""Show the guides for staff, which are in ``docs/``, as pages of the admin."""

import re
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from markdown import Markdown
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

GUIDES = {"editors": _("For editors"), "front-desk": _("For the front desk")}
LINK_TO_GUIDE = re.compile(r'href="([\w-]+)\.md(#[\w-]+)?"')
PICTURE = re.compile(r'src="pictures/([\w-]+)\.webp"')
TITLE = re.compile(r"\A# .*\n")


class Guide(NamedTuple):
    html: str
    contents: str


def read_guide(name: str) -> Guide:
    text = (settings.BASE_DIR / "docs" / f"{name}.md").read_text(encoding="utf-8")
    markdown = Markdown(extensions=["tables", "sane_lists", "toc"], extension_configs={"toc": {"toc_depth": "2-2"}})
    html = markdown.convert(TITLE.sub("", text))
    html = LINK_TO_GUIDE.sub(lambda link: f'href="{reverse("help", args=[link[1]])}{link[2] or ""}"', html)
    html = PICTURE.sub(lambda picture: f'src="{reverse("help_picture", args=[picture[1]])}" loading="lazy"', html)
    return Guide(mark_safe(html), mark_safe(markdown.toc))  # noqa: S308  our own text


def show_picture(request: HttpRequest, picture: str) -> HttpResponse:
    """Serve a picture of a guide. The address allows no dots and slashes in its name."""
    path = settings.BASE_DIR / "docs" / "pictures" / f"{picture}.webp"
    if not path.is_file():
        raise Http404
    return HttpResponse(path.read_bytes(), content_type="image/webp")


class HelpView(WagtailAdminTemplateMixin, TemplateView):
    template_name = "clinic/admin/help.html"
    header_icon = "help"

    def setup(self, request: HttpRequest, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        if kwargs["guide"] not in GUIDES:
            raise Http404

    @cached_property
    def page_title(self) -> str:
        return GUIDES[self.kwargs["guide"]]

    def get_breadcrumbs_items(self) -> list[dict]:
        return [*super().get_breadcrumbs_items(), {"url": "", "label": _("Help"), "sublabel": self.page_title}]

    def get_context_data(self, **kwargs) -> dict:
        name = self.kwargs["guide"]
        others = {reverse("help", args=[other]): title for other, title in GUIDES.items() if other != name}
        return super().get_context_data(**{**kwargs, "guide": read_guide(name), "others": others})


def guides_for(user: AbstractBaseUser) -> list[str]:
    """Return the guides about the work of this user. All of them can be read by everybody."""
    is_shown = {"editors": user_has_any_page_permission(user), "front-desk": user.has_perm(settings.SEES_PATIENTS)}
    return [guide for guide in GUIDES if is_shown[guide]]


class GuideMenuItem(MenuItem):
    def __init__(self, guide: str, order: int):
        url = reverse("help", args=[guide])
        super().__init__(GUIDES[guide], url, name=f"help-{guide}", icon_name="help", order=order)
        self.guide = guide

    def is_shown(self, request: HttpRequest) -> bool:
        return self.guide in guides_for(request.user)
