from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import PreviewableMixin, RevisionMixin

from .fields import optional_key


class WhyChooseUs(RevisionMixin, PreviewableMixin, models.Model):
    """Store the reasons to choose this clinic, shared by many pages."""

    name = models.CharField(_("name"), max_length=100, help_text=_("Shown only here, to find it again."))
    heading = models.CharField(_("heading"), max_length=120)
    introduction = models.TextField(_("introduction"), max_length=400, blank=True)
    reasons = StreamField(
        [
            (
                "reason",
                blocks.StructBlock(
                    [
                        ("title", blocks.CharBlock(max_length=80)),
                        ("text", blocks.TextBlock(max_length=300)),
                    ],
                    icon="check",
                    label=_("Reason"),
                    description=_("One reason, with a short title."),
                ),
            )
        ],
        verbose_name=_("reasons"),
        min_num=1,
        max_num=6,
    )

    panels = ["name", "heading", "introduction", "reasons"]

    class Meta:
        verbose_name = _("why choose us")
        verbose_name_plural = _("why choose us")
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name

    def get_preview_template(self, request, mode_name):
        return "clinic/previews/why_choose_us.html"


class Testimonial(RevisionMixin, models.Model):
    """Store a quote from a patient who agreed to have it shown."""

    quote = models.TextField(_("quote"), max_length=500)
    attribution = models.CharField(
        _("said by"), max_length=100, help_text=_("First name and initial at most, or “A patient”.")
    )
    is_example = models.BooleanField(
        _("example text"),
        default=False,
        help_text=_("Not a real patient's words. The page says so. Uncheck only for real quotes with consent."),
    )
    consent_reference = models.CharField(
        _("consent on file"),
        max_length=100,
        blank=True,
        help_text=_("Where the patient's consent is kept."),
    )
    show_on_home = models.BooleanField(_("show on the home page"), default=True)

    panels = ["quote", "attribution", "is_example", "consent_reference", "show_on_home"]

    class Meta:
        verbose_name = _("testimonial")
        verbose_name_plural = _("testimonials")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_example=True) | ~models.Q(consent_reference=""),
                name="clinic_testimonial_consented",
                violation_error_message=_("A real patient's words need their consent. Say where it is kept."),
            ),
        ]

    def __str__(self):
        return self.attribution


class Person(RevisionMixin, models.Model):
    """Store a team member, shown on pages and as the author of articles."""

    name = models.CharField(_("name"), max_length=100)
    credentials = models.CharField(
        _("credentials"), max_length=50, blank=True, help_text=_("For example MD, RN, PA-C.")
    )
    role = models.CharField(_("role"), max_length=100, help_text=_("For example: Nurse injector."))
    bio = models.TextField(_("about"), max_length=600, blank=True)
    photo = optional_key("clinic.ClinicImage", _("photo"), help_text=_("Decorative here: the name is next to it."))
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)

    panels = [
        MultiFieldPanel(["name", "credentials", "role"], heading=_("Who")),
        "bio",
        "photo",
        "sort_order",
    ]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["sort_order", "name", "pk"]

    def __str__(self):
        return f"{self.name}, {self.credentials}" if self.credentials else self.name
