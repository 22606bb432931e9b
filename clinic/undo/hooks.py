from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.api.views import PagesAdminAPIViewSet
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.pages.utils import type_to_delete_confirmation
from wagtail.models import Page, RevisionMixin

from clinic.admin.returning import go_back
from clinic.models import OpeningHours

from . import settings, trash, views
from .history import save_first_version
from .models import TrashPage

# Other code may refuse to delete a page, or record where its visitors go, before it is moved to the trash.
LAST = 100

# The buttons of the admin do not use this address, and it would delete for good.
PagesAdminAPIViewSet.actions.pop("delete", None)


@hooks.register("before_edit_page")
def keep_first_version_of_page(request, page):
    save_first_version(request, page)


@hooks.register("before_edit_snippet")
def keep_first_version_of_snippet(request, instance):
    # The editor of the hours does this itself, after it has looked for changes by somebody else.
    if isinstance(instance, RevisionMixin) and not isinstance(instance, OpeningHours):
        save_first_version(request, instance)


@hooks.register("before_edit_setting")
def keep_first_version_of_setting(request, instance):
    if isinstance(instance, RevisionMixin):
        save_first_version(request, instance)


@hooks.register("register_admin_urls")
def route_history_of_settings():
    return settings.list_addresses()


@hooks.register("register_admin_urls")
def route_trash():
    return [
        path("trash/", views.TrashView.as_view(), name="trash"),
        path("trash/results/", views.TrashView.as_view(results_only=True), name="trash_results"),
        path("trash/<int:pk>/restore/", views.RestoreView.as_view(), name="trash_restore"),
        path("trash/<int:pk>/delete/", views.DeleteForGoodView.as_view(), name="trash_delete"),
    ]


class TrashMenuItem(MenuItem):
    def is_shown(self, request):
        return user_has_any_page_permission(request.user)


@hooks.register("register_admin_menu_item")
def link_trash():
    return TrashMenuItem(gettext_lazy("Trash"), reverse("trash"), name="trash", icon_name="bin", order=910)


@hooks.register("before_delete_page", order=LAST)
def delete_into_trash(request, page):
    if refusal := refuse_in_trash(request, page):
        return refusal
    if trash.is_home_of_site(page):
        messages.error(request, _("This is the home page of the site. It cannot be deleted."))
        return redirect("wagtailadmin_explore", page.pk)
    if request.method != "POST" or not type_to_delete_confirmation(request):
        return None
    trashed = trash.move_to_trash(page, request.user)
    text = _("“%(title)s” is in the trash until %(date)s.") % {
        "title": trashed,
        "date": views.format_last_day(trashed.kept_until),
    }
    restore = messages.button(reverse("trash_restore", args=[trashed.pk]), _("Restore"))
    messages.success(request, text, buttons=[restore])
    above = reverse("wagtailadmin_explore", args=[trashed.parent_id])
    return go_back(request, above)


@hooks.register("before_bulk_action", order=LAST)
def delete_many_into_trash(request, action_type, objects, action):
    if action.model is not Page:
        return None
    if any(TrashPage.holds(page) for page in objects):
        return refuse(request)
    if action_type != "delete" or not objects:
        return None
    if any(trash.is_home_of_site(page) for page in objects):
        messages.error(request, _("The home page of the site cannot be deleted."))
        return HttpResponseRedirect(action.next_url)
    # A page below another of them goes with that one.
    tops = [page for page in objects if not any(page.is_descendant_of(other) for other in objects)]
    rows = [trash.move_to_trash(page, request.user) for page in tops]
    text = ngettext(
        "%(count)s page is in the trash until %(date)s.",
        "%(count)s pages are in the trash until %(date)s.",
        len(rows),
    )
    open_trash = messages.button(reverse("trash"), _("Open the trash"))
    last_day = views.format_last_day(rows[0].kept_until)
    messages.success(request, text % {"count": len(rows), "date": last_day}, buttons=[open_trash])
    return HttpResponseRedirect(action.next_url)


def refuse(request):
    messages.warning(request, _("This page is in the trash. Restore it first."))
    return redirect("trash")


@hooks.register("before_copy_page", order=-1)
def refuse_in_trash(request, page):
    return refuse(request) if TrashPage.holds(page) else None


@hooks.register("before_edit_page", order=-1)
def keep_what_was_typed_meanwhile(request, page):
    """Save a form as a draft, whatever its button was. It was open when somebody deleted the page."""
    if not TrashPage.holds(page):
        return None
    if request.method != "POST" or page.specific_class is TrashPage:
        return refuse(request)
    request.POST = request.POST.copy()
    for name in [name for name in request.POST if name.startswith("action-")]:
        del request.POST[name]
    page.live = True  # not stored: the form then saves a version alone, and what was live comes back as it was
    return None


@hooks.register("after_edit_page", order=-1)
def open_trash_after_saving(request, page):
    if not TrashPage.holds(page) or "json" in request.headers.get("Accept", ""):
        return None
    messages.warning(
        request, _("This page was deleted meanwhile. Your changes are saved as its draft. Restore it to publish them.")
    )
    return redirect("trash")


@hooks.register("before_move_page", order=-1)
def refuse_to_move_in_trash(request, page, destination):
    return refuse(request) if TrashPage.holds(page) or TrashPage.holds(destination) else None


@hooks.register("before_create_page", order=-1)
def refuse_to_create_in_trash(request, parent_page, page_class):
    return refuse(request) if TrashPage.holds(parent_page) else None


@hooks.register("construct_page_chooser_queryset")
def offer_no_trashed_pages(pages, request):
    return TrashPage.exclude_from(pages)


@hooks.register("construct_explorer_page_queryset")
def list_trash_apart(parent_page, pages, request):
    return pages.exclude(content_type__model=TrashPage._meta.model_name, content_type__app_label="clinic")
