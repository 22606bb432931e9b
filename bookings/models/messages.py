from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .cases import Case, Source
from .scheduling import Appointment


class Channel(models.TextChoices):
    EMAIL = "email", _("Email")
    SMS = "sms", _("Text message")


class Direction(models.TextChoices):
    OUT = "out", _("Sent by the clinic")
    IN = "in", _("Received")


class MessageState(models.TextChoices):
    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")
    DROPPED = "dropped", _("No longer needed")
    LIMITED = "limited", _("Not sent: too many emails to this address")


class MessageKind(models.TextChoices):
    RECEIPT = "receipt", _("Receipt to the patient")
    DESK_NOTICE = "desk_notice", _("Message to the desk")
    DESK_MOVED = "desk_moved", _("Message to the desk: patient chose another time")
    DESK_CANCELED = "desk_canceled", _("Message to the desk: patient canceled")
    COMPLAINT = "complaint", _("Message about a complaint")
    COMPLAINT_RECEIPT = "complaint_receipt", _("Receipt of a complaint")
    HELD = "held", _("Time held")
    BOOKED = "booked", _("Visit booked")
    MOVED = "moved", _("Visit moved")
    CANCELED = "canceled", _("Visit canceled")
    EXPIRED = "expired", _("Held time expired")
    WAITLIST_OFFER = "waitlist_offer", _("Earlier time is free")
    REMINDER = "reminder", _("Reminder of the visit")
    DAY_AFTER = "day_after", _("Question on the day after")
    UNREACHABLE = "unreachable", _("We could not reach you")
    ESCALATION = "escalation", _("Complaint that nobody has answered")


# Sent to the staff. All other kinds go to the patient.
TO_STAFF = (
    MessageKind.DESK_NOTICE,
    MessageKind.DESK_MOVED,
    MessageKind.DESK_CANCELED,
    MessageKind.COMPLAINT,
    MessageKind.ESCALATION,
)
# Sent at a time of their own, which may be days ahead.
PLANNED = (MessageKind.REMINDER, MessageKind.DAY_AFTER)
# Sent whatever the limits say: the staff and a booked visit need them.
NEEDED = (*TO_STAFF, MessageKind.BOOKED, MessageKind.MOVED, MessageKind.REMINDER)


# A message in one of these states has not left, and no worker has it.
UNSENT = (MessageState.QUEUED, MessageState.FAILED, MessageState.LIMITED)


class MessageManager(models.Manager):
    def queue(
        self,
        kind: MessageKind,
        case: Case,
        *,
        recipient: str,
        key: str,
        appointment: Appointment | None = None,
        starts_at: datetime | None = None,
        due_at: datetime | None = None,
        is_needed: bool = False,
    ) -> "Message | None":
        """Queue an email in the caller's transaction.

        Return None without a recipient. The outbox writes and sends it. ``key`` allows one message for each occasion.
        ``is_needed``: it is sent whatever the limits say, as those in ``NEEDED`` are.
        """
        if not recipient:
            return None
        return self.create(
            kind=kind,
            case=case,
            recipient=recipient,
            dedupe_key=f"{kind}:{key}",
            appointment=appointment,
            starts_at=starts_at,
            due_at=due_at or timezone.now(),
            is_needed=is_needed or kind in NEEDED,
        )

    def queue_receipt(self, case: Case, *, is_needed: bool = False) -> "Message | None":
        """Queue the receipt to the patient, if they sent the form and gave an email address.

        It replaces one that was not sent yet. It tells of a form, so none goes to a patient who called or came in.
        """
        if case.source != Source.WEBSITE:
            return None
        self.filter(case=case, kind=MessageKind.RECEIPT, state__in=UNSENT).delete()
        return self.queue(
            MessageKind.RECEIPT,
            case,
            recipient=case.email,
            starts_at=case.requested_start,
            key=f"{case.reference}:{case.version}:{case.link_version}",
            is_needed=is_needed,
        )


class Message(models.Model):
    """Store one message between the clinic and a patient, or to the desk.

    Queued messages are the outbox. A message is saved in the same transaction as the change that it reports. The worker
    writes its subject and text later, and sends it. Personal data: the recipient and the text. Instants are UTC.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    channel = models.CharField(_("channel"), max_length=8, choices=Channel, default=Channel.EMAIL)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, default=Direction.OUT)
    # The member of staff who wrote it; empty for what the site writes and for what patients write.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=MessageKind)
    state = models.CharField(_("state"), max_length=8, choices=MessageState, default=MessageState.QUEUED)
    # The visit that the message is about, and the start that it states. It is sent only while that is still true.
    appointment = models.ForeignKey(
        Appointment, null=True, blank=True, on_delete=models.SET_NULL, related_name="messages"
    )
    starts_at = models.DateTimeField(_("tells of"), null=True, blank=True)
    recipient = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    calendar = models.TextField(_("calendar file"), blank=True)
    # Sent whatever the limits say: the desk caused it, or it is about a booked visit.
    is_needed = models.BooleanField(default=False, editable=False)
    dedupe_key = models.CharField(max_length=120, unique=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # The instant from which it may be tried (again). While it is being sent: the end of the claim.
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    # The class of the last error, never its text: servers quote addresses in it.
    last_error = models.CharField(_("last error"), max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MessageManager()

    class Meta:
        verbose_name = _("message")
        default_permissions = ()
        ordering = ["created_at", "pk"]
        indexes = [
            # Not partial: SQLite cannot see that a bound parameter meets an index's condition.
            models.Index(fields=["state", "due_at"], name="bookings_message_due"),
            models.Index(
                fields=["state", "created_at"], condition=models.Q(sent_at__isnull=True), name="bookings_unsent"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} ({self.case_id})"
