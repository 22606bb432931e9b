from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.contact_details import get_words

from .cases import Case
from .search import SearchWord


class EventKind(models.TextChoices):
    RECEIVED = "received", _("Request received")
    AMENDED = "amended", _("Patient sent the form again with changes")
    STAGE = "stage", _("Status changed")
    NOTE = "note", _("Note")
    ANSWERED = "answered", _("Patient answered")
    CALLED = "called", _("Patient not reached")
    CHECKED_ON = "checked_on", _("Asked how the patient is")
    REPEAT_OPENED = "repeat_opened", _("Repeat visit opened")
    REPEAT_DECLINED = "repeat_declined", _("Repeat visit declined")
    SNOOZED = "snoozed", _("Put off")
    ESCALATED = "escalated", _("Complaint escalated")
    SEVERITY = "severity", _("Severity changed")
    CORRECTED = "corrected", _("Contact details corrected")
    SEEN = "seen", _("Patient's change seen")
    CONSENT_WITHDRAWN = "consent_withdrawn", _("Consent withdrawn")
    ASSIGNED = "assigned", _("Owner changed")
    LINKED = "linked", _("Linked with another patient")
    UNLINKED = "unlinked", _("Link with another patient undone")
    LINKS_REVOKED = "links_revoked", _("Links in earlier emails revoked")
    COMPLAINT = "complaint", _("Patient says that something feels wrong")
    HELD = "held", _("Time held")
    NOT_HELD = "not_held", _("Time could not be held")
    BOOKED = "booked", _("Visit booked")
    MOVED = "moved", _("Visit moved")
    CANCELED = "canceled", _("Visit canceled")
    EXPIRED = "expired", _("Held time expired")
    WAITLIST_JOINED = "waitlist_joined", _("Patient joined the waitlist")
    WAITLIST_LEFT = "waitlist_left", _("Patient left the waitlist")
    MESSAGE_SENT = "message_sent", _("Message sent")
    MESSAGE_FAILED = "message_failed", _("Message could not be sent")
    MESSAGE_LIMITED = "message_limited", _("Message not sent: too many to this address")
    MESSAGE_RETRIED = "message_retried", _("Message queued again")


class CallOutcome(models.TextChoices):
    """List what became of an attempt to reach a patient."""

    REACHED = "reached", _("Reached")
    MESSAGE = "message", _("Message sent")
    NO_ANSWER = "no_answer", _("No answer")
    LATER = "later", _("Call again later")
    WRONG_NUMBER = "wrong_number", _("Wrong number")


class EventManager(models.Manager):
    def record(self, case: Case, kind: EventKind, actor: User | None = None, note: str = "", **data: Any) -> "Event":
        """Add an event, and make its note findable.

        Without an actor the patient or the site did it. Empty values are left out of the data.
        """
        name = (actor.get_full_name() or actor.get_username())[:150] if actor else ""
        data = {key: value for key, value in {**data, "note": note.strip()}.items() if value}
        if "note" in data:
            SearchWord.objects.add(case, get_words(data["note"]))
        return self.create(case=case, kind=kind, actor=actor, actor_name=name, data=data, version=case.version)

    def record_stage(
        self, case: Case, from_stage: str, to_stage: str, actor: User | None = None, note: str = "", **data: Any
    ) -> "Event":
        """Add an event that says from which stage to which the case went."""
        data |= {"from": from_stage, "to": to_stage}
        return self.record(case, EventKind.STAGE, actor, note, **data)


class Event(models.Model):
    """Record one thing that happened to a case.

    Rows are added, never changed or removed.

    ``data`` holds plain values, no sentences: instants as ISO 8601 in UTC, stages, references, and what people
    typed (``note``, ``changes``). ``bookings.desk.timeline`` says them in words.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("what"), max_length=20, choices=EventKind)
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor_name = models.CharField(
        _("who"), max_length=150, blank=True, help_text=_("Blank for the patient and the site.")
    )
    # The version that the case has after it: a clerk who saw an older one is told of the events since.
    version = models.PositiveIntegerField(default=0, editable=False)
    data = models.JSONField(_("data"), default=dict, encoder=DjangoJSONEncoder)

    objects = EventManager()

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
