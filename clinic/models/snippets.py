from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, PageChooserPanel
from wagtail.fields import StreamField
from wagtail.models import PreviewableMixin


class WhyChooseUs(PreviewableMixin, models.Model):
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
                    icon="tick",
                    label=_("Reason"),
                    description=_("One reason, with a short title."),
                ),
            )
        ],
        verbose_name=_("reasons"),
        min_num=1,
        max_num=6,
    )

    panels = [FieldPanel("name"), FieldPanel("heading"), FieldPanel("introduction"), FieldPanel("reasons")]

    class Meta:
        verbose_name = _("why choose us")
        verbose_name_plural = _("why choose us")
        ordering = ["name"]

    def __str__(self):
        return self.name

    def get_preview_template(self, request, mode_name):
        return "clinic/previews/why_choose_us.html"


class Testimonial(models.Model):
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

    panels = [
        FieldPanel("quote"),
        FieldPanel("attribution"),
        FieldPanel("is_example"),
        FieldPanel("consent_reference"),
        FieldPanel("show_on_home"),
    ]

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


class Announcement(models.Model):
    """Store a line shown above every page for a time: "Closed for training on Friday"."""

    text = models.CharField(_("text"), max_length=160, help_text=_("One sentence. Write the date, not “tomorrow”."))
    link_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("page with details"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    starts_at = models.DateTimeField(_("shown from"))
    ends_at = models.DateTimeField(_("shown until"))

    panels = [
        FieldPanel("text"),
        PageChooserPanel("link_page"),
        FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")], heading=_("When it is shown")),
    ]

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="clinic_announcement_ends_after_it_starts",
                violation_error_message=_("The end must be after the start."),
            ),
        ]

    def __str__(self):
        return self.text

    def clean(self):
        super().clean()
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("The end must be after the start.")})
