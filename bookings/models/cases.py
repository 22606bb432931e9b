import secrets
from datetime import datetime, tzinfo

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.contact_details import is_blank, normalize_query

from .patients import Patient
from .search import SearchWord

# Crockford's alphabet has no I, L, O or U, so a reference can be read out over the phone.
REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 8


def new_reference() -> str:
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _position in range(REFERENCE_LENGTH))


class Status(models.TextChoices):
    """List the statuses that a case has apart from its appointments.

    ``services.transitions.get_stage`` combines the status with the visit that counts now.
    """

    QUARANTINED = "quarantined", _("In quarantine")
    NEW = "new", _("New")
    CONTACTING = "contacting", _("Contacting")
    IN_CARE = "in_care", _("In care")
    CLOSED = "closed", _("Closed")


# While a case has one of these, the desk and the patient may agree on a time.
OPEN_STATUSES = (Status.NEW, Status.CONTACTING, Status.IN_CARE)


# While one of these tasks is open, the patient waits for an answer.
WAITING = ("answer", "complaint")


class Outcome(models.TextChoices):
    COMPLETED = "completed", _("Treatment completed")
    DECLINED = "declined", _("Patient decided against it")
    NOT_SUITABLE = "not_suitable", _("Not suitable")
    UNREACHABLE = "unreachable", _("Could not be reached")
    NO_SHOW = "no_show", _("Did not come")
    DUPLICATE = "duplicate", _("Sent twice")
    NOT_A_REQUEST = "not_a_request", _("Not a request")
    RESOLVED = "resolved", _("Complaint resolved")


class CaseKind(models.TextChoices):
    CONSULTATION = "consultation", _("Consultation")
    REPEAT = "repeat", _("Repeat visit")
    COMPLAINT = "complaint", _("Something feels wrong")


class Severity(models.TextChoices):
    """List how soon a complaint has to be answered. Its clock counts real hours."""

    CALL_NOW = "call_now", _("Call now")
    CLINICAL = "clinical", _("Clinical")
    SERVICE = "service", _("Service")


class Source(models.TextChoices):
    """List how a request came in."""

    WEBSITE = "website", _("Website")
    PHONE = "phone", _("Phone call")
    DOOR = "door", _("At the door")
    EMAIL = "email", _("Email")
    DESK = "desk", _("Made by the desk")


class ContactBy(models.TextChoices):
    PHONE = "phone", _("Phone call")
    TEXT = "text", _("Text message")
    EMAIL = "email", _("Email")


class ContactTime(models.TextChoices):
    ANY = "any", _("Any time")
    MORNING = "morning", _("Morning")
    MIDDAY = "midday", _("Around noon")
    AFTERNOON = "afternoon", _("Afternoon")


class CaseQuerySet(models.QuerySet):
    def search(self, query: str) -> "CaseQuerySet":
        """Return the cases that have every word of the query.

        It searches name, email, phone digits and reference, and the words of the message and of the notes.
        """
        needles = normalize_query(query)
        if not needles and is_blank(query):
            return self
        return self.filter(pk__in=SearchWord.objects.find_cases(needles))

    def with_same_contact(self, case: "Case") -> "CaseQuerySet":
        """Return the other cases with this email or phone, newest first."""
        # Two steps, each by an index. In one, SQLite may choose to read all cases in order.
        cases = self.filter(patient__in=Patient.objects.with_contact_of(case)).exclude(pk=case.pk)
        return cases.select_related("patient").order_by("-created_at", "-pk")


class Case(models.Model):
    """Store a patient's request and everything that follows from it.

    Personal data: what the patient typed, so that the desk can answer. Front desk, Clinicians and Managers see it.
    Only ``bookings.services`` writes it. Instants are UTC.
    """

    reference = models.CharField(_("reference"), max_length=REFERENCE_LENGTH, unique=True, default=new_reference)
    kind = models.CharField(_("kind"), max_length=12, choices=CaseKind, default=CaseKind.CONSULTATION)
    patient = models.ForeignKey(
        Patient, verbose_name=_("patient"), null=True, blank=True, on_delete=models.SET_NULL, related_name="cases"
    )
    # The case that a complaint is about, or the last one before a repeat.
    previous = models.ForeignKey(
        "self",
        verbose_name=_("previous case"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="following",
    )
    # How soon a complaint has to be answered; "" for other cases.
    severity = models.CharField(_("severity"), max_length=8, choices=Severity, blank=True, default="")
    # The visit that a complaint is about.
    about = models.ForeignKey(
        "bookings.Appointment", null=True, blank=True, on_delete=models.SET_NULL, related_name="complaints"
    )
    # A repeat is not given before this local date.
    not_before = models.DateField(_("not before"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=8, choices=Source, default=Source.WEBSITE)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.NEW)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome, blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="owned_cases",
    )

    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("email"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True, help_text=_("As the patient typed it."))
    phone_e164 = models.CharField(_("phone, international"), max_length=16, blank=True)
    # The desk has tried this number, and it is somebody else's or nobody's.
    phone_is_wrong = models.BooleanField(_("phone is wrong"), default=False, editable=False)
    contact_by = models.CharField(_("contact by"), max_length=8, choices=ContactBy, blank=True)
    contact_time = models.CharField(_("best time"), max_length=12, choices=ContactTime, default=ContactTime.ANY)
    # The time the patient picked, also when it could not be held.
    requested_start = models.DateTimeField(_("requested time"), null=True, blank=True, editable=False)
    on_waitlist = models.BooleanField(_("on the waitlist"), default=False)
    message = models.TextField(_("in the patient's own words"), max_length=4000, blank=True)

    # The random key of the form: the same form posted twice is one case.
    submission_key = models.UUIDField(unique=True, editable=False)
    # A digest of what was typed recognizes the same request from a form opened anew.
    fingerprint = models.CharField(max_length=64, editable=False, db_index=True)
    # A keyed digest of the network that sent the request, which names nobody. The worker empties it after some weeks.
    network = models.CharField(max_length=64, blank=True, editable=False)
    # Set when a link that was emailed to the patient is opened: somebody reads this address.
    link_opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Raising it revokes every link that was emailed to the patient.
    link_version = models.PositiveIntegerField(default=1, editable=False)
    # Counts the changes, so that two people who change one case at once are told.
    version = models.PositiveIntegerField(default=1, editable=False)

    created_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-created_at", "-pk"]
        default_permissions = ("view", "change")
        permissions = [
            ("export_case", "Can export cases"),
            ("note_case", "Can write notes"),
            ("treat_case", "Can record what became of a visit"),
            ("sign_off_case", "Can sign off clinical complaints"),
            ("override_case", "Can book a repeat early"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(email="") | ~models.Q(phone=""), name="bookings_case_can_be_reached"
            ),
            models.CheckConstraint(
                condition=models.Q(status="closed", closed_at__isnull=False) & ~models.Q(outcome="")
                | ~models.Q(status="closed") & models.Q(outcome="", closed_at__isnull=True),
                name="bookings_case_closed_with_outcome",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="complaint") & ~models.Q(severity="")
                | ~models.Q(kind="complaint") & models.Q(severity=""),
                name="bookings_complaint_has_a_severity",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="bookings_newest_case"),
            models.Index(fields=["name", "-created_at", "-id"], name="bookings_case_name"),
            models.Index(fields=["status", "-created_at", "-id"], name="bookings_case_status"),
        ]

    def get_open_tasks(self) -> list:
        """Return what the desk owes about this case, what is due first at the front.

        Lists prefetch it as ``open_tasks`` (``services.prefetch_open_tasks``).
        """
        prefetched = getattr(self, "open_tasks", None)
        return list(self.tasks.filter(closing_event__isnull=True)) if prefetched is None else prefetched

    @property
    def is_waiting(self) -> bool:
        """Return whether the patient waits for an answer."""
        return any(task.kind in WAITING for task in self.get_open_tasks())

    @property
    def has_unseen_change(self) -> bool:
        """Return whether the patient has changed something that the desk has not seen."""
        return any(task.kind == "change_seen" for task in self.get_open_tasks())

    @property
    def asked_at(self) -> datetime:
        """Return when the patient asked last: the reply clock counts from then."""
        asked = self.tasks.filter(kind__in=WAITING).aggregate(last=models.Max("counts_from"))["last"]
        return asked or self.created_at

    @property
    def is_open_complaint(self) -> bool:
        return self.is_complaint and self.status in OPEN_STATUSES

    @property
    def is_medical_complaint(self) -> bool:
        return self.is_complaint and self.severity != Severity.SERVICE

    @property
    def is_complaint(self) -> bool:
        return self.kind == CaseKind.COMPLAINT

    @property
    def is_written_to(self) -> bool:
        """Return whether only an email reaches the patient: no phone is known, or it is wrong."""
        return bool(self.email) and (not self.phone or self.phone_is_wrong)

    def is_early(self, start: datetime, zone: tzinfo) -> bool:
        """Return whether a visit at ``start`` (aware) comes before the date of this repeat."""
        return self.not_before is not None and start.astimezone(zone).date() < self.not_before

    def __str__(self):
        # Log entries outlive the case, so this text never holds the patient's name.
        return self.reference


class CaseTreatment(models.Model):
    """Store a treatment that the patient asked about.

    The title stays when the page is renamed or deleted.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="treatments")
    page = models.ForeignKey(
        "treatments.TreatmentPage", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    title = models.CharField(_("treatment"), max_length=255)

    class Meta:
        verbose_name = _("treatment of interest")
        verbose_name_plural = _("treatments of interest")
        default_permissions = ()
        ordering = ["pk"]
        indexes = [models.Index(fields=["page", "case"], name="bookings_treatment_case")]

    def __str__(self):
        return self.title


class Consent(models.Model):
    """Store what the patient agreed to, in exactly the words they saw."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="consents")
    wording = models.TextField(_("wording"))
    # The patient said it to a member of staff, who read them the wording.
    is_spoken = models.BooleanField(_("spoken"), default=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    given_at = models.DateTimeField(_("given"), default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        default_permissions = ()
        ordering = ["given_at", "pk"]

    def __str__(self):
        return f"{self.given_at:%Y-%m-%d} ({self.case_id})"
