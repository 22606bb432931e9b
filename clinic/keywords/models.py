from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from taggit.models import ItemBase, TagBase
from wagtail.models import RevisionMixin


class Keyword(RevisionMixin, TagBase):
    """Store a phrase that pages should be found by, once regardless of case."""

    free_tagging = True
    panels = ["name", "slug"]

    class Meta:
        verbose_name = _("keyword")
        verbose_name_plural = _("keywords")
        ordering = ["name"]


class PageKeyword(ItemBase):
    tag = models.ForeignKey(Keyword, on_delete=models.CASCADE, related_name="page_keywords")
    content_object = ParentalKey("wagtailcore.Page", on_delete=models.CASCADE, related_name="page_keywords")

    class Meta:
        verbose_name = _("keyword of a page")
        verbose_name_plural = _("keywords of pages")
        constraints = [
            models.UniqueConstraint(fields=("tag", "content_object"), name="clinic_keyword_once_a_page"),
        ]

    def __str__(self):
        return str(self.tag)
