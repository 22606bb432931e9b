from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page


class FindingKind(models.TextChoices):
    BROKEN_LINK = "broken_link", _("Broken link")
    BROKEN_ANCHOR = "broken_anchor", _("Link to a part that the page does not have")
    BROKEN_FILE = "broken_file", _("Missing picture or file")
    REDIRECTED_LINK = "redirected_link", _("Link to an old address")
    NO_ALT = "no_alt", _("Picture without alt text")
    ORPHAN = "orphan", _("Page that nothing links to")
    REDIRECT_CHAIN = "redirect_chain", _("Redirect to another redirect")
    REDIRECT_NOWHERE = "redirect_nowhere", _("Redirect that leads nowhere")
    SAME_TITLE = "same_title", _("Title that another page has")
    SAME_DESCRIPTION = "same_description", _("Description that another page has")
    STRUCTURED_DATA = "structured_data", _("Faulty structured data")
    NOT_SHOWN = "not_shown", _("Page that cannot be shown")


class SiteCheck(models.Model):
    """Store one check of all pages: when it was asked for, began and ended."""

    requested_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True, db_index=True)
    pages = models.PositiveIntegerField(_("pages"), default=0)

    class Meta:
        verbose_name = _("site check")
        verbose_name_plural = _("site checks")
        default_permissions = ("change",)

    def __str__(self):
        return f"{self.requested_at:%Y-%m-%d %H:%M} UTC"


class SiteFinding(models.Model):
    """Store one fault, and where it is fixed."""

    wagtail_reference_index_ignore = True

    check_run = models.ForeignKey(SiteCheck, on_delete=models.CASCADE, related_name="findings")
    kind = models.CharField(_("what"), max_length=20, choices=FindingKind)
    page = models.ForeignKey(Page, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("page"))
    place = models.CharField(_("where"), max_length=255)
    detail = models.CharField(_("details"), max_length=500)
    fix_url = models.CharField(max_length=255)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["kind", "place", "pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["check_run", "kind"], name="clinic_finding_kind")]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.detail}"
