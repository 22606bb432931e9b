from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition, Image


class ClinicImage(AbstractImage):
    """Store a picture with alt text, credit and the consent of a patient."""

    description = models.CharField(
        _("alt text"),
        max_length=255,
        help_text=_("Describe the picture in one sentence for people who cannot see it."),
    )
    credit = models.CharField(_("credit"), max_length=255, blank=True, help_text=_("Who made the picture."))
    shows_patient = models.BooleanField(
        _("shows a patient"),
        default=False,
        help_text=_("Check this if a real patient can be seen, also in before-and-after pictures."),
    )
    consent_reference = models.CharField(
        _("consent on file"),
        max_length=100,
        blank=True,
        help_text=_("Where the patient's signed consent is kept. Never the patient's name."),
    )

    admin_form_fields = (*Image.admin_form_fields, "credit", "shows_patient", "consent_reference")

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")
        permissions = [("choose_image", "Can choose image")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(shows_patient=False) | ~models.Q(consent_reference=""),
                name="clinic_image_patient_consented",
            ),
        ]

    def clean(self):
        super().clean()
        if self.shows_patient and not self.consent_reference:
            raise ValidationError(
                {"consent_reference": _("A picture of a patient needs their consent. Say where it is kept.")}
            )


class ClinicRendition(AbstractRendition):
    image = models.ForeignKey(ClinicImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta(AbstractRendition.Meta):
        constraints = [
            models.UniqueConstraint(fields=("image", "filter_spec", "focal_point_key"), name="clinic_rendition_unique"),
        ]
