"""Offer the import of old articles in the admin: on the dashboard, and in the menu of the blog's index."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button

from clinic.admin.menu import SHORTCUT_HOOK, Shortcut
from clinic.models import TrashPage

from .admin_views import ImportView
from .models import BlogIndexPage


@hooks.register("register_admin_urls")
def route_import():
    return [path("articles/import/", ImportView.as_view(), name="import_articles")]


@hooks.register(SHORTCUT_HOOK, order=110)
def get_import_shortcut(request):
    index = TrashPage.exclude_from(BlogIndexPage.objects.all()).first()
    if index and index.permissions_for_user(request.user).can_add_subpage():
        return Shortcut(_("Import an article"), reverse("import_articles"), "download")
    return None


@hooks.register("register_page_header_buttons")
def get_import_button(page, user, view_name, next_url=None):
    if isinstance(page.specific_deferred, BlogIndexPage) and page.permissions_for_user(user).can_add_subpage():
        yield Button(_("Import an article"), reverse("import_articles"), icon_name="download", priority=16)
