"""Send emails to staff from a queue, as the outbox of the bookings does for patients.

A page never waits for an email server: it queues a row, and the worker writes and sends the email. Links are made at
that moment, so the database holds none.
"""

import logging
from datetime import timedelta

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from clinic.site.models import ClinicProfile
from clinic.smtp import NotAcceptedError, is_final

from . import events
from .models import AccountEventKind, StaffMail, StaffMailKind

LEASE = timedelta(minutes=10)  # longer than a delivery can take
# The wait after each failed attempt. Nobody waits longer for a link.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
MAX_ATTEMPTS = len(BACK_OFF) + 1
# The clocks of two workers differ by less.
CLOCK_TOLERANCE = timedelta(minutes=5)
WITH_LINK = (StaffMailKind.INVITATION, StaffMailKind.PASSWORD_RESET)
SUBJECTS = {
    StaffMailKind.INVITATION: gettext_lazy("Your account at %(clinic)s"),
    StaffMailKind.PASSWORD_RESET: gettext_lazy("Choose a new password – %(clinic)s"),
    StaffMailKind.PASSWORD_SET: gettext_lazy("Your password was changed – %(clinic)s"),
    StaffMailKind.FACTOR_ADDED: gettext_lazy("A second step was added – %(clinic)s"),
    StaffMailKind.FACTOR_REMOVED: gettext_lazy("A second step was removed – %(clinic)s"),
    StaffMailKind.CODES_SHOWN: gettext_lazy("Your recovery codes were shown – %(clinic)s"),
    StaffMailKind.NEW_DEVICE: gettext_lazy("A new sign-in to your account – %(clinic)s"),
}

logger = logging.getLogger(__name__)


def queue(kind: StaffMailKind, user: AbstractUser | None) -> None:
    StaffMail.objects.create(kind=kind, user=user)


def queue_once(kind: StaffMailKind, user: AbstractUser) -> None:
    """Queue an email, unless the same one waits already."""
    if not StaffMail.objects.filter(kind=kind, user=user).exists():
        queue(kind, user)


def send_due() -> None:
    while send_next():
        pass


def send_next() -> bool:
    """Send one email that is due. Return whether there was one."""
    mail = claim_next()
    if mail is None:
        return False
    if mail.attempts > MAX_ATTEMPTS:  # The worker died each time.
        give_up(mail)
    elif mail.user is None or not mail.user.is_active or not mail.user.email:
        mail.delete()
    else:
        deliver(mail)
    return True


def claim_next() -> StaffMail | None:
    """Take one email that is due. Other workers leave it alone for ``LEASE``."""
    now = timezone.now()
    due = StaffMail.objects.filter(due_at__lte=now)
    for pk in list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:10]):
        if due.filter(pk=pk).update(due_at=now + LEASE, attempts=F("attempts") + 1):
            return StaffMail.objects.select_related("user").get(pk=pk)
    return None


def recover_from_clock_change() -> None:
    """Make due what would wait until a clock that was set back catches up."""
    latest = timezone.now() + CLOCK_TOLERANCE
    stuck = Q(attempts=0, due_at__gt=latest) | Q(attempts__gte=MAX_ATTEMPTS, due_at__gt=latest + LEASE)
    for attempts, wait in enumerate(BACK_OFF, start=1):
        # The row does not tell whether it is being sent or waits after a failure.
        stuck |= Q(attempts=attempts, due_at__gt=latest + max(wait, LEASE))
    if moved := StaffMail.objects.filter(stuck).update(due_at=timezone.now()):
        logger.warning("The clock was set back: %s emails to staff are due now", moved)


def deliver(mail: StaffMail) -> None:
    try:
        if not write(mail).send():
            raise NotAcceptedError
    except Exception as error:  # An email that cannot be written or sent must not stop the others.
        if is_final(error) or mail.attempts >= MAX_ATTEMPTS:
            give_up(mail)
            return
        logger.warning("Email %s to staff was not sent, attempt %s", mail.pk, mail.attempts, exc_info=True)
        StaffMail.objects.filter(pk=mail.pk).update(due_at=timezone.now() + BACK_OFF[mail.attempts - 1])
    else:
        mail.delete()


def give_up(mail: StaffMail) -> None:
    logger.error("Email %s to staff is given up after %s attempts", mail.pk, mail.attempts)
    events.record(AccountEventKind.MAIL_FAILED, mail.user, None)
    mail.delete()


def write(mail: StaffMail) -> EmailMessage:
    user = mail.user
    clinic = get_clinic_name()
    address = settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    context = {
        "kind": mail.kind,
        "name": user.first_name or user.get_username(),
        "username": user.get_username(),
        "clinic": clinic,
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
        "site": address,
        "sign_in": address + reverse("account_login"),
        "ask_again": address + reverse("account_reset_password"),
        "link": address + get_password_path(user) if mail.kind in WITH_LINK else "",
    }
    subject = " ".join((SUBJECTS[StaffMailKind(mail.kind)] % {"clinic": clinic}).split())
    text = render_to_string(f"account/mail/{mail.kind}.txt", context).strip() + "\n"
    return EmailMessage(subject, text, to=[user.email], headers={"Auto-Submitted": "auto-generated"})


def get_password_path(user: AbstractUser) -> str:
    """Return the path where the user sets a password. It works once, and for ``PASSWORD_RESET_TIMEOUT`` seconds."""
    token = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), token])


def get_clinic_name() -> str:
    profile = ClinicProfile.objects.filter(site__is_default_site=True).first()
    return profile.name if profile else gettext("the clinic")
