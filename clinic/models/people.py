from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel


class Person(models.Model):
    """Store a team member, shown on pages and as the author of articles."""

    name = models.CharField(_("name"), max_length=100)
    credentials = models.CharField(
        _("credentials"), max_length=50, blank=True, help_text=_("For example MD, RN, PA-C.")
    )
    role = models.CharField(_("role"), max_length=100, help_text=_("For example: Nurse injector."))
    bio = models.TextField(_("about"), max_length=600, blank=True)
    photo = models.ForeignKey(
        "clinic.ClinicImage",
        verbose_name=_("photo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)

    panels = [
        MultiFieldPanel([FieldPanel("name"), FieldPanel("credentials"), FieldPanel("role")], heading=_("Who")),
        FieldPanel("bio"),
        FieldPanel("photo"),
        FieldPanel("sort_order"),
    ]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["sort_order", "name"]

    def __str__(self):
        return f"{self.name}, {self.credentials}" if self.credentials else self.name
