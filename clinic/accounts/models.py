import re
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

# How long the list of sign-ins goes back. A browser counts as known as long.
KEPT = timedelta(days=90)
# How long what somebody was sending waits for their password.
KEPT_TO_SEND = timedelta(hours=1)


class AccountEventKind(models.TextChoices):
    SIGNED_IN = "signed_in", _("Signed in")
    SIGNED_OUT = "signed_out", _("Signed out")
    WRONG_PASSWORD = "wrong_password", _("Wrong password")
    WRONG_CODE = "wrong_code", _("Wrong code")
    LOCKED = "locked", _("Too many attempts: refused for a while")
    INVITED = "invited", _("Invited")
    RESET_REQUESTED = "reset_requested", _("Password reset requested")
    PASSWORD_SET = "password_set", _("Password set")
    FACTOR_ADDED = "factor_added", _("Second step added")
    FACTOR_REMOVED = "factor_removed", _("Second step removed")
    CODES_RENEWED = "codes_renewed", _("New recovery codes")
    CODES_SHOWN = "codes_shown", _("Recovery codes shown")
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere", _("Signed out everywhere")
    MAIL_FAILED = "mail_failed", _("Email could not be sent")


class AccountEventManager(models.Manager):
    def purge(self) -> None:
        """Delete what is older than ``KEPT``."""
        self.filter(at__lt=timezone.now() - KEPT).delete()


class AccountEvent(models.Model):
    """Record a sign-in, a failure or a change of an account.

    Personal data of staff, kept for ``KEPT``. What was typed is never stored: an attempt with an unknown name has no
    user.
    """

    kind = models.CharField(_("event"), max_length=24, choices=AccountEventKind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("account")
    )
    # Stays when the account is deleted.
    username = models.CharField(_("user name"), max_length=150, blank=True)
    # Who did it, where it was somebody else.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("done by")
    )
    network = models.CharField(_("network"), max_length=43, blank=True)
    at = models.DateTimeField(_("time"), default=timezone.now, db_index=True)

    objects = AccountEventManager()

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        default_permissions = ("view",)
        permissions = [("manage_accountevent", "Can manage staff accounts")]
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["user", "kind", "network"], name="clinic_account_event_kind")]

    def __str__(self):
        return self.get_kind_display()


class StaffMailKind(models.TextChoices):
    INVITATION = "invitation", _("Invitation")
    PASSWORD_RESET = "password_reset", _("Password reset")
    PASSWORD_SET = "password_set", _("Your password was changed")
    FACTOR_ADDED = "factor_added", _("A second step was added")
    FACTOR_REMOVED = "factor_removed", _("A second step was removed")
    CODES_SHOWN = "codes_shown", _("Your recovery codes were shown")
    NEW_DEVICE = "new_device", _("A new sign-in to your account")


class StaffMail(models.Model):
    """Queue an email to a member of staff.

    The worker writes it right before it sends it, so no link that works lies in the database. A row without a user
    answers a request for an unknown address: it costs as much time as any other, and the worker deletes it.
    """

    kind = models.CharField(max_length=16, choices=StaffMailKind)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    # The instant from which it may be tried (again). While it is being sent: the end of the claim.
    due_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.get_kind_display()


def make_key() -> str:
    return get_random_string(32)


class KeptRequestManager(models.Manager):
    def purge(self) -> None:
        """Delete what is too old to be sent, and what belongs to accounts that may not sign in any more."""
        self.filter(models.Q(at__lt=timezone.now() - KEPT_TO_SEND) | models.Q(user__is_active=False)).delete()

    def forget(self, *words: str) -> None:
        """Delete what was sent to an address with one of these words, or holds one: a patient's data are erased."""
        wanted = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words if word), re.IGNORECASE)
        for kept in self.all():
            if any(map(wanted.search, [kept.path, *(value for _name, value in kept.fields + kept.files)])):
                kept.delete()

    def shown_to(self, user: AbstractBaseUser) -> models.QuerySet["KeptRequest"]:
        return self.filter(user_id=user.pk, at__gte=timezone.now() - KEPT_TO_SEND)


class KeptRequest(models.Model):
    """Keep what somebody was sending until they have given the password, for ``KEPT_TO_SEND`` at most.

    It may hold patients' data. It ends with the session, with the password, and with the request of a patient that is
    erased.
    """

    key = models.CharField(max_length=32, primary_key=True, default=make_key)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session = models.CharField(max_length=64, db_index=True)  # a digest of its key
    path = models.TextField()  # with the query
    fields = models.JSONField()  # pairs of name and value
    files = models.JSONField()  # pairs of field and name of what has to be chosen again
    at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = KeptRequestManager()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.key
