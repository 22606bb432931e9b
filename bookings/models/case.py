import secrets

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.contact_details import normalise_query

from .patients import Patient

# Crockford's alphabet: no I, L, O or U, so a reference survives being read out over the phone.
REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 8


def new_reference() -> str:
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _position in range(REFERENCE_LENGTH))


class Status(models.TextChoices):
    QUARANTINED = "quarantined", _("In quarantine")
    NEW = "new", _("New")
    CONTACTING = "contacting", _("Contacting")
    SCHEDULED = "scheduled", _("Scheduled")
    ATTENDED = "attended", _("Attended")
    TREATED = "treated", _("Treated")
    CLOSED = "closed", _("Closed")


class Outcome(models.TextChoices):
    COMPLETED = "completed", _("Treatment completed")
    DECLINED = "declined", _("Patient decided against it")
    NOT_SUITABLE = "not_suitable", _("Not suitable")
    UNREACHABLE = "unreachable", _("Could not be reached")
    NO_SHOW = "no_show", _("Did not come")
    DUPLICATE = "duplicate", _("Sent twice")
    NOT_A_REQUEST = "not_a_request", _("Not a request")


class CaseKind(models.TextChoices):
    CONSULTATION = "consultation", _("Consultation")
    REPEAT = "repeat", _("Repeat visit")
    COMPLAINT = "complaint", _("Something feels wrong")


class ContactBy(models.TextChoices):
    PHONE = "phone", _("Phone call")
    TEXT = "text", _("Text message")
    EMAIL = "email", _("E-mail")


class ContactTime(models.TextChoices):
    ANY = "any", _("Any time")
    MORNING = "morning", _("Morning")
    MIDDAY = "midday", _("Around noon")
    AFTERNOON = "afternoon", _("Afternoon")


class CaseQuerySet(models.QuerySet):
    def search(self, query: str) -> "CaseQuerySet":
        """Cases that hold every word of the query: name, e-mail, phone digits in any format, reference."""
        cases = self
        for needle in normalise_query(query):
            cases = cases.filter(search_text__contains=needle)
        return cases


class Case(models.Model):
    """A patient's request and everything that follows: the file that stays open until it is really done.

    Personal data: what the patient typed, so that the desk can answer. Seen by Front desk, Clinicians and
    Managers. Written by ``bookings.services`` only. Instants are UTC.
    """

    reference = models.CharField(_("reference"), max_length=REFERENCE_LENGTH, unique=True, default=new_reference)
    kind = models.CharField(_("kind"), max_length=12, choices=CaseKind, default=CaseKind.CONSULTATION)
    patient = models.ForeignKey(
        Patient, verbose_name=_("patient"), null=True, blank=True, on_delete=models.SET_NULL, related_name="cases"
    )
    # What this case follows from: the visit a complaint is about, the last one before a repeat.
    earlier = models.ForeignKey(
        "self",
        verbose_name=_("earlier request"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="later",
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.NEW)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome, blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="owned_cases",
        db_index=False,  # SQLite would prefer it to bookings_desk_list, and read every row
    )

    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True, help_text=_("As the patient typed it."))
    phone_e164 = models.CharField(_("phone, international"), max_length=16, blank=True)
    contact_by = models.CharField(_("contact by"), max_length=8, choices=ContactBy, blank=True)
    # Also when it could not be kept.
    wanted_start = models.DateTimeField(_("the time she picked"), null=True, blank=True, editable=False)
    wants_earlier = models.BooleanField(_("earlier if one frees up"), default=False)
    contact_time = models.CharField(_("best time"), max_length=12, choices=ContactTime, default=ContactTime.ANY)
    message = models.TextField(_("in the patient's own words"), max_length=4000, blank=True)

    # The random key of the form she filled in: the same form posted twice is one request.
    submission_key = models.UUIDField(unique=True, editable=False)
    # Digest of what was typed, for the same request from a form opened anew.
    fingerprint = models.CharField(max_length=64, editable=False, db_index=True)
    # Name, e-mail, phone digits and reference, case-folded and without accents: what the desk searches.
    search_text = models.TextField(editable=False)
    # Raised, it makes every link that was mailed to the patient worthless.
    link_version = models.PositiveIntegerField(default=1, editable=False)
    # Counts the changes: two people who change the same case at once are told.
    version = models.PositiveIntegerField(default=1, editable=False)

    created_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    is_waiting = models.GeneratedField(
        expression=models.Case(models.When(status="new", then=True), default=False),
        output_field=models.BooleanField(),
        db_persist=True,
        verbose_name=_("waiting for an answer"),
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("consultation request")
        verbose_name_plural = _("consultation requests")
        ordering = ["-is_waiting", "-created_at", "-pk"]
        default_permissions = ("view", "change")
        permissions = [("export_case", "Can export consultation requests")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(email="") | ~models.Q(phone=""), name="bookings_case_can_be_reached"
            ),
            models.CheckConstraint(
                condition=models.Q(status="closed", closed_at__isnull=False) & ~models.Q(outcome="")
                | ~models.Q(status="closed") & models.Q(outcome="", closed_at__isnull=True),
                name="bookings_case_closed_with_outcome",
            ),
        ]
        indexes = [
            # The whole list in one narrow index: SQLite walks it in the list's order and tests filters and
            # search on the way, without touching the wide rows. At 100,000 requests that is 45 ms at the worst;
            # an index for each filter took up to 470 ms once a filter and a search came together.
            models.Index(
                fields=["-is_waiting", "-created_at", "-id", "status", "owner", "search_text"],
                name="bookings_desk_list",
            ),
        ]

    def __str__(self):
        # Log entries keep this after everything else is gone: never the patient's name.
        return self.reference


class CaseTreatment(models.Model):
    """A treatment the patient asked about. The title stays when the page is renamed or deleted."""

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


class EventKind(models.TextChoices):
    RECEIVED = "received", _("Request received")
    AMENDED = "amended", _("Patient sent the form again with changes")
    STATUS = "status", _("Status changed")
    NOTE = "note", _("Note")
    LINKED = "linked", _("Linked with another patient")
    UNLINKED = "unlinked", _("Link with another patient undone")
    ASSIGNED = "assigned", _("Assigned")
    TIME_HELD = "time_held", _("Time kept")
    TIME_BOOKED = "time_booked", _("Time booked")
    TIME_MOVED = "time_moved", _("Time moved")
    TIME_CANCELLED = "time_cancelled", _("Time cancelled")
    TIME_LAPSED = "time_lapsed", _("Kept time ran out")
    TIME_REFUSED = "time_refused", _("Time could not be kept")
    MESSAGE_SENT = "message_sent", _("Message sent")
    MESSAGE_FAILED = "message_failed", _("Message could not be sent")
    MESSAGE_RETRIED = "message_retried", _("Message is tried again")


class Event(models.Model):
    """One thing that happened to a case. Append-only: rows are added, never changed or removed."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("what"), max_length=16, choices=EventKind)
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor_name = models.CharField(_("who"), max_length=150, blank=True, help_text=_("Empty: the patient or the site."))
    from_status = models.CharField(max_length=12, choices=Status, blank=True)
    to_status = models.CharField(max_length=12, choices=Status, blank=True)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("event")
        default_permissions = ()
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["case", "at"], name="bookings_event_timeline")]

    def __str__(self):
        return f"{self.get_kind_display()} ({self.case_id})"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise PermissionDenied("Events are append-only.")
        super().save(*args, **kwargs)


class Consent(models.Model):
    """What the patient agreed to, in exactly the words she saw."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="consents")
    wording = models.TextField(_("wording"))
    given_at = models.DateTimeField(_("given"), default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        default_permissions = ()
        ordering = ["given_at", "pk"]

    def __str__(self):
        return f"{self.given_at:%Y-%m-%d} ({self.case_id})"
