from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

KEPT_FOR = timedelta(days=30)


class TrashPage(Page):
    """Hold the deleted pages. It is outside every site, so they have no address."""

    parent_page_types: list[str] = []
    subpage_types: list[str] = []
    is_creatable = False
    max_count = 1
    preview_modes: list[tuple[str, str]] = []

    class Meta:
        verbose_name = _("trash")

    @classmethod
    def exclude_from(cls, pages: models.QuerySet, path: str = "path") -> models.QuerySet:
        """Leave the trash and what is in it out of a queryset. ``path`` leads to the path of its pages."""
        for trash in cls.objects.values_list("path", flat=True):
            pages = pages.exclude(**{f"{path}__startswith": trash})
        return pages

    @classmethod
    def holds(cls, page: Page) -> bool:
        """Return whether the page is the trash, or is in it."""
        if not page.url_path.startswith("/trash/"):  # spares lists a query for each page
            return False
        return any(page.path.startswith(trash) for trash in cls.objects.values_list("path", flat=True))


class TrashedPage(models.Model):
    """Store where a deleted page was, and what of it was live.

    The page keeps its children, its versions and everything that refers to it.
    """

    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="trashed", verbose_name=_("page"))
    parent = models.ForeignKey(
        Page, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("page above it")
    )
    parent_title = models.CharField(_("title of the page above it"), max_length=255)
    # The keys of the pages before it below the same page, the nearest first: it goes back to its place among them.
    pages_before = models.JSONField(default=list)
    slug = models.CharField(_("slug"), max_length=255)  # in the trash the page has another, so that none is there twice
    # Of each page that was live, its key: the live version, and whether there were later changes.
    live = models.JSONField(default=dict)
    # Of each version that was going to be published, its key: when.
    scheduled = models.JSONField(default=dict)
    deleted_at = models.DateTimeField(_("deleted"), default=timezone.now, db_index=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("deleted by")
    )

    class Meta:
        verbose_name = _("deleted page")
        verbose_name_plural = _("deleted pages")
        ordering = ["-deleted_at", "-pk"]
        default_permissions = ()

    def __str__(self):
        return self.page.get_admin_display_title()

    @property
    def kept_until(self) -> datetime:
        return self.deleted_at + KEPT_FOR
