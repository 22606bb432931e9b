from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .appointments import Appointment
from .case import Case


class MessageState(models.TextChoices):
    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")
    DROPPED = "dropped", _("No longer needed")


class MessageKind(models.TextChoices):
    RECEIPT = "receipt", _("Receipt to the patient")
    DESK_NOTICE = "desk_notice", _("Notice to the desk")
    TIME_BOOKED = "time_booked", _("Visit booked")
    TIME_MOVED = "time_moved", _("Visit moved")
    TIME_CANCELLED = "time_cancelled", _("Visit cancelled")
    TIME_LAPSED = "time_lapsed", _("Kept time ran out")
    EARLIER_TIME = "earlier_time", _("Earlier time is free")
    REMINDER = "reminder", _("Reminder of the visit")


class Message(models.Model):
    """One mail that has to leave, whatever happens to the mail server: the outbox.

    Saved in the transaction of what it tells; sent afterwards by ``deliver_messages``. ``dedupe_key`` keeps one
    occasion from making two mails. Personal data: the recipient and the text, needed until the mail is out.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    # What a reminder, or the mail about an earlier time, is about: it leaves only if that still stands.
    appointment = models.ForeignKey(
        Appointment, null=True, blank=True, on_delete=models.SET_NULL, related_name="reminders"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=MessageKind)
    state = models.CharField(_("state"), max_length=8, choices=MessageState, default=MessageState.QUEUED)
    recipient = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    calendar = models.TextField(_("calendar file"), blank=True)
    dedupe_key = models.CharField(max_length=120, unique=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # When it may be tried (again); while it is being sent, when the claim on it runs out.
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    # The class of the last error, never its text: servers quote addresses in it.
    last_error = models.CharField(_("last error"), max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("message")
        default_permissions = ()
        ordering = ["created_at", "pk"]
        # Not partial: SQLite cannot see that a bound parameter meets an index's condition.
        indexes = [models.Index(fields=["state", "due_at"], name="bookings_message_due")]

    def __str__(self):
        return f"{self.get_kind_display()} ({self.case_id})"
