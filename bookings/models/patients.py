from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Patient(models.Model):
    """A person, as far as the desk knows. Families share an address and a phone, so neither says who somebody is: each
    request brings a patient of its own, and staff say when two are the same person.

    Personal data: name and contact as she gave them last. A case keeps its own copy of what was typed. Instants are
    UTC. Written by ``bookings.services`` only.
    """

    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True)
    phone_e164 = models.CharField(_("phone, international"), max_length=16, blank=True)
    # Two patients who are one person: a link between the two, so that to undo it brings back what was before.
    same_as = models.ForeignKey(
        "self",
        verbose_name=_("same person as"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="others",
    )
    linked_at = models.DateTimeField(_("linked"), null=True, blank=True, editable=False)
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        default_permissions = ()
        indexes = [
            models.Index(fields=["email"], name="bookings_patient_email"),
            models.Index(fields=["phone_e164"], name="bookings_patient_phone"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(same_as=None) | ~models.Q(same_as=models.F("id")),
                name="bookings_patient_not_same_as_herself",
            ),
        ]

    def __str__(self):
        return str(self.pk)
