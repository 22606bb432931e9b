import logging

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.exceptions import InvalidFilterSpecError
from wagtail.images.models import (
    AbstractImage,
    AbstractRendition,
    Image,
    SourceImageIOError,
    WagtailImageField,
    WagtailImageFieldFile,
    get_upload_to,
)

from .away import is_storage_away
from .pictures import CleanPicture, clean_picture

logger = logging.getLogger(__name__)


class PictureFile(WagtailImageFieldFile):
    def save(self, name, content, save=True):
        """Store a clean picture, whoever hands in the content."""
        if not isinstance(content, CleanPicture):
            content = clean_picture(content, name)
        super().save(content.name, content, save)


class PictureField(WagtailImageField):
    attr_class = PictureFile


class ClinicImage(AbstractImage):
    """Store a picture with alt text, credit and the consent of a patient."""

    file = PictureField(_("file"), upload_to=get_upload_to, width_field="width", height_field="height")
    description = models.CharField(
        _("alt text"),
        max_length=255,
        help_text=_("Describe the picture in one sentence for people who cannot see it."),
    )
    credit = models.CharField(_("credit"), max_length=255, blank=True, help_text=_("Who made the picture."))
    shows_patient = models.BooleanField(
        _("shows a patient"),
        default=False,
        help_text=_("Check this if a real patient can be seen, including in before-and-after pictures."),
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

    def save(self, *args, **kwargs):
        if self.file and not self.file._committed:
            # First the file, since cleaning it may change the width and height that are saved.
            self.file.save(self.file.name, self.file.file, save=False)
            self._set_image_file_metadata()
        super().save(*args, **kwargs)

    def get_rendition(self, filter):
        """Return the rendition, or one of no size if it cannot be made."""
        try:
            return super().get_rendition(filter)
        except InvalidFilterSpecError:
            raise
        except Exception as error:
            self._warn(error)
            rendition = self.get_rendition_model()(image=self, width=0, height=0)
            rendition.file.name = "not-found"
            return rendition

    def get_renditions(self, *filters):
        """Return the renditions by their specification.

        Raise SourceImageIOError if they cannot be made: the file may be missing or broken, the disk full.
        """
        try:
            return super().get_renditions(*filters)
        except InvalidFilterSpecError:
            raise
        except Exception as error:
            self._warn(error)
            raise SourceImageIOError(f"Picture {self.pk} cannot be shown.") from error

    def _warn(self, error: Exception) -> None:
        if not is_storage_away(error):
            logger.warning("Picture %s cannot be shown: %s", self.pk, type(error).__name__)

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
