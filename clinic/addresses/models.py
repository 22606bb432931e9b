from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page


class Forwarding(models.Model):
    """Store where visitors of a page go while it is not shown."""

    wagtail_reference_index_ignore = True  # it is no place that links to a page

    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="forwarding", verbose_name=_("page"))
    target = models.ForeignKey(
        Page, on_delete=models.CASCADE, related_name="+", verbose_name=_("page that visitors see instead")
    )

    class Meta:
        verbose_name = _("forwarding")
        verbose_name_plural = _("forwardings")
        default_permissions = ()

    def __str__(self):
        return f"{self.page_id} → {self.target_id}"
