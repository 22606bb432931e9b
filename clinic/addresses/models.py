import re
from urllib.parse import urlencode

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from clinic.triage.models import Fix, TriagedModel

MAX_PATH = 255
WORD = re.compile(r"[^\W_]+")
ENDING = re.compile(r"\.\w{1,5}$")


class Forwarding(models.Model):
    """Store where visitors of a page go while it is not shown.

    Without a target they are told that the page is gone for good.
    """

    wagtail_reference_index_ignore = True  # it is no place that links to a page

    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="forwarding", verbose_name=_("page"))
    target = models.ForeignKey(
        Page, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("page that visitors see instead")
    )

    class Meta:
        verbose_name = _("forwarding")
        verbose_name_plural = _("forwardings")
        default_permissions = ()

    def __str__(self):
        return f"{self.page_id} → {self.target_id}"


class GoneAddress(models.Model):
    """Store an address that is gone for good, and belongs to no page.

    The address of a page that still exists, in the trash too, has a ``Forwarding`` instead.
    """

    wagtail_reference_index_ignore = True

    path = models.CharField(_("address"), max_length=MAX_PATH, unique=True)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        verbose_name = _("gone address")
        verbose_name_plural = _("gone addresses")
        ordering = ["path"]
        default_permissions = ("add", "change", "delete")

    def __str__(self):
        return self.path


class MissingAddress(TriagedModel):
    """Count the visits to an address where nothing is, and nothing about the visitors."""

    path = models.CharField(_("address"), max_length=MAX_PATH, unique=True)
    times = models.PositiveIntegerField(_("times"), default=0)
    first_day = models.DateField(_("first"))
    last_day = models.DateField(_("last"))
    # The path of a page of ours that links there, or else the host of another site.
    referrer = models.CharField(_("from"), max_length=MAX_PATH, blank=True)

    class Meta:
        verbose_name = _("missing address")
        verbose_name_plural = _("missing addresses")
        ordering = ["-times", "path"]
        default_permissions = ("change",)
        indexes = [
            models.Index(fields=["state", "-times", "-last_day"], name="clinic_missing_open"),
            models.Index(fields=["last_day"], name="clinic_missing_last_day"),
        ]

    state_url_name = "missing_address_state"

    def __str__(self):
        return self.path

    def get_keyword_words(self) -> str:
        """Return the words of the last part: "/2019/lip-fillers.html" is about "lip fillers"."""
        last = self.path.rstrip("/").rpartition("/")[2]
        return " ".join(WORD.findall(ENDING.sub("", last)))

    def get_fix(self) -> Fix:
        return Fix(_("Redirect"), f"{reverse('wagtailredirects:add')}?{urlencode({'old_path': self.path})}")
