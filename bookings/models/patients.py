from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PatientManager(models.Manager):
    def create_for(self, case) -> "Patient":
        """Create the patient of a new case.

        Staff decide whether they are the same person as an earlier patient.
        """
        return self.create(**self.contact_of(case))

    def update_for(self, case) -> None:
        """Update a patient who has no case but this one."""
        if case.patient_id and not case.patient.cases.exclude(pk=case.pk).exists():
            self.filter(pk=case.patient_id).update(**self.contact_of(case))

    def with_contact_of(self, case) -> models.QuerySet["Patient"]:
        """Return the patients with the email or phone of the case."""
        contact = self.contact_of(case)
        same = models.Q(email=contact["email"]) if contact["email"] else models.Q()
        if contact["phone_e164"]:
            same |= models.Q(phone_e164=contact["phone_e164"])
        return self.filter(same) if same else self.none()

    @staticmethod
    def contact_of(case) -> dict[str, str]:
        """Return the patient's fields.

        The email is in lower case, so that a plain index finds it.
        """
        return {"name": case.name, "email": case.email.lower(), "phone_e164": case.phone_e164}


class Patient(models.Model):
    """Store a patient as one request describes them.

    Families share addresses and phones, so neither identifies a person. Each request creates a patient, and staff link
    patients who are one person (``PatientLink``).

    Personal data: name and contact as the patient gave them last. A case has its own copy of what was typed.
    Instants are UTC. Only ``bookings.services`` writes it.
    """

    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("email"), blank=True)
    phone_e164 = models.CharField(_("phone, international"), max_length=16, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PatientManager()

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        default_permissions = ()
        indexes = [
            models.Index(fields=["email"], name="bookings_patient_email"),
            models.Index(fields=["phone_e164"], name="bookings_patient_phone"),
        ]

    def __str__(self):
        return str(self.pk)


class PatientLink(models.Model):
    """Link two patients who are one person.

    Deleting the row undoes the link.
    """

    # The patient with the lower key comes first, so that one pair has one row.
    first = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    linked_at = models.DateTimeField(_("linked"), default=timezone.now, editable=False)
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    class Meta:
        verbose_name = _("link between patients")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="bookings_one_link_a_pair"),
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")), name="bookings_link_has_lower_key_first"
            ),
        ]

    def __str__(self):
        return f"{self.first_id} = {self.second_id}"
